/* templates/list.c: GET /templates and GET /templates/:templateId. */
#include "templates/templates.h"

#include "jw/report_request.h"
#include "reports/reports.h"

const JwField gw_templates_list_query[] = {
    { .name = "reportType", .type = JW_FIELD_STRING },
    { .name = "owner", .type = JW_FIELD_STRING, .min = 1, .max = 200 },
    GW_PAGE_FIELDS,
    { 0 },
};

void
gw_templates_list(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    const Gw *gw = context;
    const char *type = jw_http_query(request, "reportType");
    const GwPage page = gw_request_page(request);
    const JwTemplateQuery query = {
        .report_type = type != NULL ? jw_skip_prefix(type, JW_LOOKUP_TYPE) : NULL,
        .owner = jw_http_query(request, "owner"),
        .viewer = gw_scope_viewer(jw_http_principal(request)),
        .skip = (page.number - 1) * page.limit,
        .limit = page.limit,
    };
    g_auto(JwViolations) violations = { 0 };
    g_autoptr(GPtrArray) list = NULL;
    g_autoptr(GError) error = NULL;
    int64_t total = 0;

    gw_check_type(gw, query.report_type, &violations);
    if (!gw_request_sound(reply, &violations)) {
        return;
    }
    if (!jw_store_list_templates(gw->store, &query, &list, &total, &error)) {
        jw_http_reply_error(reply, error);
        return;
    }
    json_t *data = json_array();
    for (guint i = 0; i < list->len; i++) {
        json_array_append_new(data, gw_template_summary(g_ptr_array_index(list, i)));
    }
    gw_reply_page(reply, &page, data, total);
}

void
gw_templates_get(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    g_autoptr(JwTemplate) template = gw_request_template(context, request, reply);

    if (template != NULL) {
        gw_reply_template(reply, request, template);
    }
}
