/* templates/find.c: the template that a request names, when its caller may see it. */
#include "templates/templates.h"

#include "jw/ident.h"

/* A malformed id names nothing, so it is answered as any other id that does not exist. */
bool
gw_template_find(const Gw *gw, const JwPrincipal *who, const char *id, JwTemplate **ret,
                 GError **error)
{
    g_autoptr(JwTemplate) template = NULL;
    g_autofree char *lower = g_ascii_strdown(id, -1);

    if (jw_uuid_valid(id) && !jw_store_get_template(gw->store, lower, &template, error)) {
        return false;
    }
    if (template != NULL) {
        const GwShared shared = gw_shared_template(template);
        *ret = gw_scope_sees(who, &shared) ? g_steal_pointer(&template) : NULL;
    }
    return true;
}

JwTemplate *
gw_request_template(const Gw *gw, const JwHttpRequest *request, JwHttpReply *reply)
{
    JwTemplate *template = NULL;
    g_autoptr(GError) error = NULL;

    if (!gw_template_find(gw, jw_http_principal(request), jw_http_param(request, "templateId"),
                          &template, &error)) {
        jw_http_reply_error(reply, error);
    } else if (template == NULL) {
        jw_http_reply_problem(reply, 404, "TEMPLATE_NOT_FOUND", NULL, 0,
                              "there is no template with this id");
    }
    return template;
}
