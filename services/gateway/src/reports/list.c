/* reports/list.c: GET /: filters, visibility, order and pages. */
#include "reports/reports.h"

#include <jansson.h>
#include <string.h>

#include "jw/text.h"

#define DAY_MS        INT64_C(86400000)
#define PAGE_MAX      1000000
#define LIMIT_MAX     100
#define LIMIT_DEFAULT 20
#define TEXT_MAX      200

static const char *const known[] = { "status",   "reportType", "requestedBy", "departmentId",
                                     "fromDate", "toDate",     "page",        "limit",
                                     "sortBy",   "sortOrder",  NULL };

static const struct {
    const char *name;
    unsigned states;
} statuses[] = {
    { "scheduled", JW_JOB_BIT(JW_JOB_SCHEDULED) },
    { "pending", JW_JOB_BIT(JW_JOB_PENDING) },
    { "running", JW_JOB_BIT(JW_JOB_RUNNING) | JW_JOB_BIT(JW_JOB_CANCELLING) },
    { "completed", JW_JOB_BIT(JW_JOB_COMPLETED) },
    { "failed", JW_JOB_BIT(JW_JOB_FAILED) },
    { "cancelled", JW_JOB_BIT(JW_JOB_CANCELLED) },
};

static const struct {
    const char *name;
    JwJobSort sort;
} sorts[] = {
    { "createdAt", JW_SORT_CREATED },
    { "status", JW_SORT_STATUS },
    { "priority", JW_SORT_PRIORITY },
};

static void
read_status(const JwHttpRequest *request, JwJobQuery *query, JwViolations *faults)
{
    const char *status = jw_http_query(request, "status");

    for (size_t i = 0; status != NULL && i < G_N_ELEMENTS(statuses); i++) {
        if (strcmp(statuses[i].name, status) == 0) {
            query->states = statuses[i].states;
            return;
        }
    }
    if (status != NULL) {
        (void)jw_violations_add(
            faults, "/status",
            "must be one of scheduled, pending, running, completed, failed, cancelled");
    }
}

static void
read_type(const Gw *gw, const JwHttpRequest *request, JwJobQuery *query, JwViolations *faults)
{
    static const char prefix[] = "report-type.";
    const char *type = jw_http_query(request, "reportType");

    if (type == NULL) {
        return;
    }
    if (g_str_has_prefix(type, prefix)) {
        type += strlen(prefix);
    }
    if (jw_catalog_find(gw->catalog, type) == NULL) {
        g_autofree char *names = jw_catalog_names(gw->catalog);
        (void)jw_violations_add(faults, "/reportType", "must be one of %s", names);
        return;
    }
    query->subtype = type;
}

static const char *
read_text(const JwHttpRequest *request, const char *name, const char *pointer, JwViolations *faults)
{
    const char *text = jw_http_query(request, name);

    if (text != NULL && (text[0] == '\0' || g_utf8_strlen(text, -1) > TEXT_MAX)) {
        (void)jw_violations_add(faults, pointer, "must have 1 to %d characters", TEXT_MAX);
    }
    return text;
}

/* A date alone is that whole day in UTC: @day_end says which side of it. */
static int64_t
read_time(const JwHttpRequest *request, const char *name, const char *pointer, bool day_end,
          JwViolations *faults)
{
    const char *text = jw_http_query(request, name);
    int64_t time_ms = 0;

    if (text == NULL || jw_time_parse(text, &time_ms, NULL)) {
        return time_ms;
    }
    g_autofree char *midnight = g_strconcat(text, "T00:00:00Z", NULL);
    if (strlen(text) == strlen("2026-01-13") && jw_time_parse(midnight, &time_ms, NULL)) {
        return day_end ? time_ms + DAY_MS - 1 : time_ms;
    }
    (void)jw_violations_add(
        faults, pointer,
        "must be a date such as 2026-01-13, or a time such as 2026-01-13T02:00:15Z");
    return 0;
}

static int64_t
read_number(const JwHttpRequest *request, const char *name, const char *pointer, int64_t max,
            int64_t otherwise, JwViolations *faults)
{
    const char *text = jw_http_query(request, name);
    int64_t number = otherwise;

    if (text != NULL && !jw_text_int64(text, name, 1, max, &number, NULL)) {
        (void)jw_violations_add(faults, pointer,
                                "must be a whole number from 1 to %" G_GINT64_FORMAT, max);
        return otherwise;
    }
    return number;
}

static void
read_order(const JwHttpRequest *request, JwJobQuery *query, JwViolations *faults)
{
    const char *by = jw_http_query(request, "sortBy");
    const char *order = jw_http_query(request, "sortOrder");
    bool found = by == NULL;

    for (size_t i = 0; !found && i < G_N_ELEMENTS(sorts); i++) {
        if (strcmp(sorts[i].name, by) == 0) {
            query->sort = sorts[i].sort;
            found = true;
        }
    }
    if (!found) {
        (void)jw_violations_add(faults, "/sortBy", "must be createdAt, status or priority");
    }
    query->ascending = g_strcmp0(order, "asc") == 0;
    if (order != NULL && !query->ascending && strcmp(order, "desc") != 0) {
        (void)jw_violations_add(faults, "/sortOrder", "must be asc or desc");
    }
}

static bool
read_query(const Gw *gw, const JwHttpRequest *request, JwHttpReply *reply, JwJobQuery *query,
           int64_t *ret_page)
{
    g_auto(JwViolations) faults = { 0 };

    jw_http_check_query(request, known, &faults);
    read_status(request, query, &faults);
    read_type(gw, request, query, &faults);
    query->requested_by = read_text(request, "requestedBy", "/requestedBy", &faults);
    query->department = read_text(request, "departmentId", "/departmentId", &faults);
    query->created_from_ms = read_time(request, "fromDate", "/fromDate", false, &faults);
    query->created_to_ms = read_time(request, "toDate", "/toDate", true, &faults);
    if (query->created_to_ms != 0 && query->created_from_ms > query->created_to_ms) {
        (void)jw_violations_add(&faults, "/fromDate", "must not be after toDate");
    }
    *ret_page = read_number(request, "page", "/page", PAGE_MAX, 1, &faults);
    query->limit = read_number(request, "limit", "/limit", LIMIT_MAX, LIMIT_DEFAULT, &faults);
    query->skip = (*ret_page - 1) * query->limit;
    read_order(request, query, &faults);
    return gw_request_sound(reply, &faults);
}

void
gw_reports_list(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    const Gw *gw = context;
    JwJobQuery query = { .type = GW_JOB_TYPE };
    int64_t page = 1;
    int64_t total = 0;
    g_autoptr(GPtrArray) jobs = NULL;
    g_autoptr(GError) error = NULL;

    if (!read_query(gw, request, reply, &query, &page)) {
        return;
    }
    gw_scope_query(jw_http_principal(request), &query);
    if (!jw_store_list_jobs(gw->store, &query, &jobs, &total, &error)) {
        jw_http_reply_error(reply, error);
        return;
    }
    json_t *data = json_array();
    for (guint i = 0; i < jobs->len; i++) {
        json_array_append_new(data, gw_render_summary(gw, g_ptr_array_index(jobs, i)));
    }
    int64_t pages = (total + query.limit - 1) / query.limit;
    jw_http_reply_json(reply, 200,
                       json_pack("{s:b, s:o, s:{s:I, s:I, s:I, s:I}}", "success", 1, "data", data,
                                 "pagination", "page", (json_int_t)page, "limit",
                                 (json_int_t)query.limit, "total", (json_int_t)total, "pages",
                                 (json_int_t)pages));
}
