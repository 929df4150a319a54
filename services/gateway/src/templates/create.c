/* templates/create.c: POST /templates. Creating is done once for an Idempotency-Key, however often
 * it is asked for. */
#include "templates/templates.h"

#include "core/resolve.h"
#include "jw/address.h"
#include "jw/jobs.h"
#include "jw/log.h"
#include "reports/reports.h"

#define SOURCE "api:templates"

typedef struct {
    GwWrite base; /* first: the one is the other */
    const Gw *gw;
    const JwTemplate *template;
} Creation;

static bool
write_template(GwWrite *base, JwCas *ret_cas, GError **error)
{
    const Creation *self = (const Creation *)base;
    JwCreate create = JW_CREATE_EXISTS;

    if (!jw_store_create_template(self->gw->store, self->template, &create, error)) {
        return false;
    }
    *ret_cas = create == JW_CREATE_NEW ? JW_CAS_WON : JW_CAS_LOST;
    return true;
}

static bool
read_template(GwWrite *base, GwSeen *ret_seen, GError **error)
{
    const Creation *self = (const Creation *)base;
    g_autoptr(JwTemplate) found = NULL;

    if (!jw_store_get_template(self->gw->store, self->template->id, &found, error)) {
        return false;
    }
    *ret_seen = found == NULL ? GW_SEEN_POSSIBLE
                : g_strcmp0(found->request_hash, self->template->request_hash) == 0 ? GW_SEEN_OURS
                                                                                    : GW_SEEN_LOST;
    return true;
}

static void
answer(const Gw *gw, JwHttpReply *reply, const char *id, bool replayed)
{
    g_autofree char *location = gw_template_link(gw, id);

    jw_http_reply_header(reply, "Location", location);
    if (replayed) {
        jw_http_reply_header(reply, "Idempotent-Replayed", "true");
    }
    gw_reply_data(reply, 201, json_pack("{s:s, s:i}", "id", id, "version", 1));
}

/* Whether the same request created it before: answered, with that answer. */
static bool
replayed(const Gw *gw, JwHttpReply *reply, const char *id, const char *hash)
{
    g_autoptr(JwTemplate) found = NULL;
    g_autoptr(GError) error = NULL;

    if (!jw_store_get_template(gw->store, id, &found, &error)) {
        jw_http_reply_error(reply, error);
        return true;
    }
    if (found == NULL || g_strcmp0(found->request_hash, hash) != 0) {
        return false;
    }
    answer(gw, reply, id, true);
    return true;
}

static void
store_and_answer(const Gw *gw, JwHttpReply *reply, const JwTemplate *template, const char *key)
{
    Creation creation = { { write_template, read_template }, gw, template };
    JwCas cas = JW_CAS_LOST;
    g_autoptr(GError) error = NULL;

    if (!gw_resolve(&creation.base, &cas, &error)) {
        g_autofree char *location = gw_template_link(gw, template->id);
        if (jw_error_code(error) == JW_ERROR_IN_DOUBT) {
            gw_reply_unknown(reply, location, gw_repeat_advice(key));
        } else {
            jw_http_reply_error(reply, error);
        }
    } else if (cas == JW_CAS_WON) {
        jw_info("template_created", JW_STR("template_id", template->id),
                JW_STR("report_type", template->report_type),
                JW_STR("subject", template->owner.id));
        answer(gw, reply, template->id, false);
    } else if (!replayed(gw, reply, template->id, template->request_hash)) {
        gw_reply_key_reused(reply);
    }
}

static void
fill(JwTemplate *template, const char *id, const char *hash, const JwPrincipal *who, int64_t now_ms)
{
    template->id = g_strdup(id);
    template->owner.id = g_strdup(who->subject);
    template->owner.name = g_strdup(who->name);
    template->version = 1;
    template->created_at_ms = now_ms;
    template->updated_at_ms = now_ms;
    template->request_hash = g_strdup(hash);
}

void
gw_templates_create(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    const Gw *gw = context;
    const JwPrincipal *who = jw_http_principal(request);
    const int64_t now_ms = jw_clock_now_ms(gw->clock);
    g_autoptr(JwTemplate) template = g_new0(JwTemplate, 1);
    g_auto(JwViolations) violations = { 0 };
    char id[JW_UUID_LEN + 1];
    const char *key = NULL;

    json_auto_t *body = gw_request_body(request, reply);
    if (body == NULL) {
        return;
    }
    g_autofree char *hash = gw_request_hash(body);
    (void)gw_request_key(request, &violations, &key);
    jw_jobs_make_id(id, SOURCE, who->subject, key, now_ms);
    (void)gw_template_check(gw, body, true, &violations);
    if (jw_violations_count(&violations) > 0) {
        if (key == NULL || !replayed(gw, reply, id, hash)) {
            (void)gw_request_sound(reply, &violations);
        }
        return;
    }
    gw_template_read(body, template);
    if (!gw_scope_departments(gw, who, jw_kind_find(GW_JOB_TYPE), json_object_get(body, "settings"),
                              "/settings", &violations, &template->departments)) {
        gw_reply_beyond(reply, who, &violations);
        return;
    }
    fill(template, id, hash, who, now_ms);
    store_and_answer(gw, reply, template, key);
}
