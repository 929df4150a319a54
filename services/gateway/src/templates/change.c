/* templates/change.c: PUT, PATCH and DELETE of /templates/:templateId.
 *
 * Each is made on the version that was read. Who names that version, by `version` or If-Match, is
 * told when it is another by now; who names none changes what is there. */
#include "templates/templates.h"

#include <string.h>

#include "core/resolve.h"
#include "jw/json_parts.h"
#include "jw/log.h"
#include "reports/reports.h"

#define ROUNDS 3

typedef struct {
    GwWrite base; /* first: the one is the other */
    const Gw *gw;
    const JwTemplate *changed; /* on the version that was read */
    bool deletes;
} Change;

static bool
write_change(GwWrite *base, JwCas *ret_cas, GError **error)
{
    const Change *self = (const Change *)base;
    JwStore *store = self->gw->store;

    return self->deletes
               ? jw_store_delete_template(store, self->changed->id, self->changed->version,
                                          self->changed->updated_at_ms, ret_cas, error)
               : jw_store_change_template(store, self->changed, ret_cas, error);
}

static bool
read_change(GwWrite *base, GwSeen *ret_seen, GError **error)
{
    const Change *self = (const Change *)base;
    const JwTemplate *changed = self->changed;
    g_autoptr(JwTemplate) found = NULL;

    if (!jw_store_get_template(self->gw->store, changed->id, &found, error)) {
        return false;
    }
    if (found == NULL) {
        *ret_seen = self->deletes ? GW_SEEN_OURS : GW_SEEN_LOST;
    } else if (found->version == changed->version) {
        *ret_seen = GW_SEEN_POSSIBLE;
    } else {
        *ret_seen = !self->deletes && found->version == changed->version + 1
                            && found->updated_at_ms == changed->updated_at_ms
                            && g_strcmp0(found->updated_by, changed->updated_by) == 0
                        ? GW_SEEN_OURS
                        : GW_SEEN_LOST;
    }
    return true;
}

/* One change that is asked for. */
typedef struct {
    const Gw *gw;
    const JwHttpRequest *request;
    JwHttpReply *reply;
    const json_t *body; /* NULL: deletes */
    bool patches;
} Wish;

/* False: answered. Who may see it, and yet not change it, is told so. */
static bool
is_allowed(const Wish *self, const JwTemplate *template)
{
    g_autofree char *etag = g_strdup_printf("%" G_GINT64_FORMAT, template->version);

    const GwShared shared = gw_shared_template(template);

    if (!gw_scope_rules(jw_http_principal(self->request), &shared)) {
        jw_http_reply_problem(self->reply, 403, "FORBIDDEN", NULL, 0,
                              "only the owner of a template and admins of its departments may "
                              "change it; make one of your own from it");
        return false;
    }
    return jw_http_may_change(self->request, self->reply, etag);
}

/* The version that the body was made on, if it names one; false: answered. */
static bool
is_on(const Wish *self, const JwTemplate *template)
{
    const json_t *named = json_object_get(self->body, "version");

    if (named == NULL || json_is_null(named) || json_integer_value(named) == template->version) {
        return true;
    }
    jw_http_reply_problem(self->reply, 409, "TEMPLATE_CHANGED", NULL, 0,
                          "the template is version %" G_GINT64_FORMAT " by now; read it again, and "
                          "repeat the change on what it is",
                          template->version);
    return false;
}

/* The template as it shall be; NULL: answered. Its departments are those of who changes it only
 * when that is its owner: an admin's would hide it from its own. (transfer full) */
static JwTemplate *
make_changed(const Wish *self, const JwTemplate *template)
{
    const JwPrincipal *who = jw_http_principal(self->request);
    g_autoptr(JwTemplate) changed = g_new0(JwTemplate, 1);
    g_auto(JwViolations) violations = { 0 };
    json_auto_t *old = gw_template_body(template);
    json_auto_t *whole =
        self->patches ? jw_json_merge(old, self->body) : json_incref(jw_json_mutable(self->body));
    const json_t *settings = json_object_get(whole, "settings");
    const JwJobKind *kind = jw_kind_find(GW_JOB_TYPE);

    if (self->patches) {
        gw_template_check_nulls(self->body, &violations);
    }
    (void)gw_template_check(self->gw, whole, false, &violations);
    if (jw_violations_count(&violations) > 0) {
        (void)gw_request_sound(self->reply, &violations);
        return NULL;
    }
    if (!is_on(self, template)) {
        return NULL;
    }
    if (!gw_scope_departments(self->gw, who, kind, settings, "/settings", &violations,
                              &changed->departments)) {
        gw_reply_beyond(self->reply, who, &violations);
        return NULL;
    }
    g_auto(GStrv) asked = jw_kind_departments(kind, settings);
    if (asked == NULL && g_strcmp0(who->subject, template->owner.id) != 0) {
        g_strfreev(changed->departments);
        changed->departments = g_strdupv(template->departments);
    }
    gw_template_read(whole, changed);
    changed->id = g_strdup(template->id);
    changed->version = template->version;
    changed->updated_at_ms = jw_clock_now_ms(self->gw->clock);
    changed->updated_by = g_strdup(who->subject);
    return g_steal_pointer(&changed);
}

static bool
is_same(const JwTemplate *a, const JwTemplate *b)
{
    static const char *const nothing[] = { NULL };
    const char *const *mine = (const char *const *)a->departments;
    const char *const *theirs = (const char *const *)b->departments;

    return g_strcmp0(a->name, b->name) == 0 && g_strcmp0(a->description, b->description) == 0
           && g_strcmp0(a->settings, b->settings) == 0 && a->visibility == b->visibility
           && g_strv_equal(mine != NULL ? mine : nothing, theirs != NULL ? theirs : nothing);
}

static void
answer_error(const Wish *self, const JwTemplate *template, const GError *error)
{
    if (jw_error_code(error) != JW_ERROR_IN_DOUBT) {
        jw_http_reply_error(self->reply, error);
        return;
    }
    g_autofree char *location = gw_template_link(self->gw, template->id);
    gw_reply_unknown(self->reply, location, "repeat the request");
}

static void
answer_changed(const Wish *self, const JwTemplate *template)
{
    g_autoptr(JwTemplate) after = NULL;

    jw_info(self->body != NULL ? "template_changed" : "template_deleted",
            JW_STR("template_id", template->id),
            JW_STR("subject", jw_http_principal(self->request)->subject),
            JW_INT("version", template->version));
    if (self->body == NULL) {
        gw_reply_data(self->reply, 200, json_pack("{s:s}", "id", template->id));
        return;
    }
    after = gw_request_template(self->gw, self->request, self->reply);
    if (after != NULL) {
        gw_reply_template(self->reply, self->request, after);
    }
}

/* Returns false when the template was changed in between: the next round looks at that. */
static bool
try_change(const Wish *self)
{
    g_autoptr(JwTemplate) template = gw_request_template(self->gw, self->request, self->reply);
    g_autoptr(JwTemplate) changed = NULL;
    g_autoptr(GError) error = NULL;
    JwCas cas = JW_CAS_LOST;

    if (template == NULL || !is_allowed(self, template)) {
        return true;
    }
    if (self->body != NULL) {
        changed = make_changed(self, template);
        if (changed == NULL) {
            return true;
        }
        if (is_same(changed, template)) { /* no version without a change */
            gw_reply_template(self->reply, self->request, template);
            return true;
        }
    } else {
        template->updated_at_ms = jw_clock_now_ms(self->gw->clock);
    }
    Change change = { { write_change, read_change },
                      self->gw,
                      changed != NULL ? changed : template,
                      changed == NULL };
    if (!gw_resolve(&change.base, &cas, &error)) {
        answer_error(self, template, error);
        return true;
    }
    if (cas == JW_CAS_WON) {
        answer_changed(self, template);
    }
    return cas == JW_CAS_WON;
}

static void
run(const Wish *self)
{
    for (int i = 0; i < ROUNDS; i++) {
        if (try_change(self)) {
            return;
        }
    }
    jw_http_reply_problem(self->reply, 409, "TEMPLATE_CHANGED", NULL, 0,
                          "others are changing the template at this moment; read it again, and "
                          "repeat the change on what it is");
}

static void
change(const JwHttpRequest *request, JwHttpReply *reply, const Gw *gw, bool patches)
{
    json_auto_t *body = gw_request_body(request, reply);
    const Wish wish = { gw, request, reply, body, patches };

    if (body != NULL) {
        run(&wish);
    }
}

void
gw_templates_replace(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    change(request, reply, context, false);
}

void
gw_templates_patch(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    change(request, reply, context, true);
}

void
gw_templates_delete(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    const Wish wish = { context, request, reply, NULL, false };

    run(&wish);
}
