/* reports/page.c: what the lists of this API have alike: pages, and the report type they ask for.
 */
#include "reports/reports.h"

#define LIMIT_DEFAULT 20

GwPage
gw_request_page(const JwHttpRequest *request)
{
    return (GwPage){ .number = jw_http_query_int(request, "page", 1),
                     .limit = jw_http_query_int(request, "limit", LIMIT_DEFAULT) };
}

void
gw_check_type(const Gw *gw, const char *type, JwViolations *violations)
{
    if (type != NULL && jw_catalog_find(gw->catalog, type) == NULL) {
        g_autofree char *names = jw_catalog_names(gw->catalog);
        (void)jw_violations_add(violations, "/reportType", "must be one of %s", names);
    }
}

void
gw_reply_page(JwHttpReply *reply, const GwPage *page, json_t *take_data, int64_t total)
{
    const int64_t pages = (total + page->limit - 1) / page->limit;

    jw_http_reply_json(reply, 200,
                       json_pack("{s:b, s:o, s:{s:I, s:I, s:I, s:I}}", "success", 1, "data",
                                 take_data, "pagination", "page", (json_int_t)page->number, "limit",
                                 (json_int_t)page->limit, "total", (json_int_t)total, "pages",
                                 (json_int_t)pages));
}
