/* templates/use.c: a request for a job that names a template: the template's settings are the
 * defaults, and the request is put over them by RFC 7396: member by member, lists whole, null takes
 * a member away. What comes of it is checked as any request is. */
#include "templates/templates.h"

#include <string.h>

#include "jw/json_parts.h"

/* Of these a report takes one: the request's own takes the place of the template's. So does that of
 * an edition which the request names and no dates. */
static const char *const periods[] = { "period", "dateRange" };

static void
drop_other_period(json_t *settings, const json_t *body)
{
    json_t *defaults = json_object_get(settings, "parameters");
    const json_t *asked = json_object_get(body, "parameters");

    if (json_is_string(json_object_get(asked, "edition"))
        && json_object_get(asked, periods[0]) == NULL
        && json_object_get(asked, periods[1]) == NULL) {
        (void)json_object_del(defaults, periods[0]);
        (void)json_object_del(defaults, periods[1]);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(periods); i++) {
        const char *other = periods[1 - i];

        if (json_is_object(json_object_get(asked, periods[i]))
            && json_object_get(asked, other) == NULL && json_object_get(defaults, other) != NULL) {
            (void)json_object_del(defaults, other);
        }
    }
}

static json_t *
join(const JwTemplate *template, const json_t *body, GError **error)
{
    json_auto_t *settings = jw_json_parse(template->settings, strlen(template->settings), error);

    if (settings == NULL) {
        return NULL;
    }
    drop_other_period(settings, body);
    return jw_json_merge(settings, body);
}

/* Who sees a report and who is sent it is not for a stranger of other departments to say: their
 * template's word on that must be repeated. */
static void
check_reach(const JwPrincipal *who, const JwTemplate *template, const json_t *body,
            const json_t *whole, JwViolations *violations)
{
    const GwShared shared = gw_shared_template(template);
    const char *visibility = jw_json_text(whole, "visibility");

    if (g_strcmp0(who->subject, template->owner.id) == 0 || gw_scope_reaches(who, &shared)) {
        return;
    }
    if (jw_json_at(whole, "/delivery/recipients") != NULL
        && jw_json_at(body, "/delivery/recipients") == NULL) {
        (void)jw_violations_add(violations, "/delivery/recipients",
                                "the template '%s' is of other departments, and would have the "
                                "report mailed: name the recipients here, or give delivery as null",
                                template->name);
    }
    if (g_strcmp0(visibility, "everyone") == 0 && jw_json_at(body, "/visibility") == NULL) {
        (void)jw_violations_add(violations, "/visibility",
                                "the template '%s' is of other departments, and would show the "
                                "report to everyone: give visibility here",
                                template->name);
    }
}

bool
gw_template_use(const Gw *gw, const JwPrincipal *who, JwHttpReply *reply, const json_t *body,
                JwViolations *violations, JwTemplate **ret, json_t **ret_body)
{
    const char *id = jw_json_text(body, "templateId");
    g_autoptr(JwTemplate) template = NULL;
    g_autoptr(GError) error = NULL;

    if (id == NULL) { /* none; or it is no string, which the check will find */
        *ret_body = json_incref(jw_json_mutable(body));
        return true;
    }
    if (!gw_template_find(gw, who, id, &template, &error)) {
        jw_http_reply_error(reply, error);
        return false;
    }
    if (template == NULL) {
        return jw_violations_add(violations, "/templateId",
                                 "there is no template with this id; " GW_TEMPLATES
                                 " lists those that you may use");
    }
    json_t *whole = join(template, body, &error);
    if (whole == NULL) {
        jw_http_reply_error(reply, error);
        return false;
    }
    (void)jw_wire_check_nulls(body, "", violations);
    check_reach(who, template, body, whole, violations);
    *ret_body = whole;
    *ret = g_steal_pointer(&template);
    return true;
}

void
gw_template_tell(const JwTemplate *template, const json_t *body, const JwViolations *violations,
                 JwViolations *ret)
{
    json_auto_t *settings =
        template != NULL ? jw_json_parse(template->settings, strlen(template->settings), NULL)
                         : NULL;

    for (size_t i = 0; i < jw_violations_count(violations); i++) {
        const JwViolation *one = jw_violations_get(violations, i);
        const bool inherited =
            jw_json_at(body, one->pointer) == NULL && jw_json_at(settings, one->pointer) != NULL;

        if (inherited) {
            (void)jw_violations_add(ret, one->pointer,
                                    "%s (this is from the template '%s'; give it here as it should "
                                    "be, or null to do without it)",
                                    one->message, template->name);
        } else {
            (void)jw_violations_add(ret, one->pointer, "%s", one->message);
        }
    }
}
