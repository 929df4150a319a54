/* templates/render.c: templates as this API shows them. */
#include "templates/templates.h"

#include <string.h>

#include "reports/reports.h"

char *
gw_template_link(const Gw *gw, const char *id)
{
    const char *base = gw->config.public_url;

    return g_strconcat(base != NULL ? base : "", GW_TEMPLATES "/", id, NULL);
}

json_t *
gw_template_summary(const JwTemplate *template)
{
    json_t *summary = json_object();
    json_t *owner = json_object();

    jw_json_set_string(summary, "id", template->id);
    jw_json_set_string(summary, "name", template->name);
    jw_json_set_string(summary, "description", template->description);
    jw_json_set_string(summary, "reportType", template->report_type);
    jw_json_set_string(summary, "visibility", jw_visibility_name((int)template->visibility));
    if (template->departments != NULL) {
        json_object_set_new(summary, "departments",
                            jw_json_strings((const char *const *)template->departments));
    }
    jw_json_set_string(owner, "id", template->owner.id);
    jw_json_set_string(owner, "name", jw_actor_name(&template->owner));
    json_object_set_new(summary, "owner", owner);
    json_object_set_new(summary, "version", json_integer(template->version));
    jw_json_set_time(summary, "createdAt", template->created_at_ms);
    jw_json_set_time(summary, "updatedAt", template->updated_at_ms);
    jw_json_set_string(summary, "updatedBy", template->updated_by);
    return summary;
}

json_t *
gw_template_detail(const JwTemplate *template)
{
    json_t *detail = gw_template_summary(template);

    json_object_set_new(detail, "settings",
                        jw_json_parse(template->settings, strlen(template->settings), NULL));
    return detail;
}

void
gw_reply_template(JwHttpReply *reply, const JwHttpRequest *request, const JwTemplate *template)
{
    g_autofree char *etag = g_strdup_printf("%" G_GINT64_FORMAT, template->version);

    jw_http_reply_tagged(
        reply, request, 200,
        json_pack("{s:b, s:o}", "success", 1, "data", gw_template_detail(template)), etag);
}
