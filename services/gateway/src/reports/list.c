/* reports/list.c: GET /: filters, visibility, order and pages. */
#include "reports/reports.h"

#include <string.h>

#define STRING_MAX 200

static const char *const statuses[] = { "scheduled", "pending",   "running", "completed",
                                        "failed",    "cancelled", NULL };

static const char *const sorts[] = {
    [JW_SORT_CREATED] = "createdAt",
    [JW_SORT_STATUS] = "status",
    [JW_SORT_PRIORITY] = "priority",
    NULL,
};

static const char *const orders[] = { "asc", "desc", NULL };

static char *
check_sha256(const char *text)
{
    const size_t length = strspn(text, "0123456789abcdefABCDEF");

    return length == 64 && text[length] == '\0'
               ? NULL
               : g_strdup("must be the SHA-256 of a file: 64 hexadecimal digits");
}

const JwField gw_reports_list_query[] = {
    { .name = "status", .type = JW_FIELD_STRING, .values = statuses },
    { .name = "reportType", .type = JW_FIELD_STRING },
    { .name = "edition", .type = JW_FIELD_STRING, .check = jw_check_identifier },
    { .name = "requestedBy", .type = JW_FIELD_STRING, .min = 1, .max = STRING_MAX },
    { .name = "departmentId", .type = JW_FIELD_STRING, .min = 1, .max = STRING_MAX },
    { .name = "fromDate", .type = JW_FIELD_STRING, .check = jw_check_date_or_time },
    { .name = "toDate", .type = JW_FIELD_STRING, .check = jw_check_date_or_time },
    { .name = "sha256", .type = JW_FIELD_STRING, .check = check_sha256 },
    GW_PAGE_FIELDS,
    { .name = "sortBy", .type = JW_FIELD_STRING, .values = sorts },
    { .name = "sortOrder", .type = JW_FIELD_STRING, .values = orders },
    { 0 },
};

/* A cancel that is under way has no status in this API: such a job is still running. */
static unsigned
states_of(const char *status)
{
    JwJobState state = JW_JOB_PENDING;

    if (status == NULL || !jw_job_state_parse(status, &state)) {
        return 0;
    }
    return JW_JOB_BIT(state) | (state == JW_JOB_RUNNING ? JW_JOB_BIT(JW_JOB_CANCELLING) : 0);
}

/* A date alone is that whole day in UTC: @day_end chooses its end. */
static int64_t
time_of(const char *text, bool day_end)
{
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    int64_t start_ms = 0, end_ms = 0;

    if (text == NULL) {
        return 0;
    }
    if (!jw_time_parse(text, &start_ms, NULL) && jw_parse_day(text, utc, &start_ms, &end_ms)
        && day_end) {
        start_ms = end_ms - 1;
    }
    return MAX(start_ms, 1); /* 0 is none */
}

static JwJobSort
sort_of(const char *name)
{
    for (size_t i = 0; name != NULL && sorts[i] != NULL; i++) {
        if (strcmp(sorts[i], name) == 0) {
            return (JwJobSort)i;
        }
    }
    return JW_SORT_CREATED;
}

/* What the table cannot check: the type is one of the catalog, and the period does not end before
 * it begins. */
static bool
check_rest(const Gw *gw, JwHttpReply *reply, const JwJobQuery *query)
{
    g_auto(JwViolations) violations = { 0 };

    gw_check_type(gw, query->subtype, &violations);
    if (query->created_to_ms != 0 && query->created_from_ms > query->created_to_ms) {
        (void)jw_violations_add(&violations, "/fromDate", "must not be after toDate");
    }
    return gw_request_sound(reply, &violations);
}

void
gw_reports_list(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    const Gw *gw = context;
    const char *type = jw_http_query(request, "reportType");
    const char *editions[] = { jw_http_query(request, "edition"), NULL };
    const char *digest = jw_http_query(request, "sha256");
    g_autofree char *sha256 = digest != NULL ? g_ascii_strdown(digest, -1) : NULL;
    const GwPage page = gw_request_page(request);
    JwJobQuery query = {
        .type = GW_JOB_TYPE,
        .subtype = type != NULL ? jw_skip_prefix(type, "report-type.") : NULL,
        .editions = editions[0] != NULL ? editions : NULL,
        .states = states_of(jw_http_query(request, "status")),
        .requested_by = jw_http_query(request, "requestedBy"),
        .department = jw_http_query(request, "departmentId"),
        .sha256 = sha256,
        .created_from_ms = time_of(jw_http_query(request, "fromDate"), false),
        .created_to_ms = time_of(jw_http_query(request, "toDate"), true),
        .sort = sort_of(jw_http_query(request, "sortBy")),
        .ascending = g_strcmp0(jw_http_query(request, "sortOrder"), "asc") == 0,
        .viewer = gw_scope_viewer(jw_http_principal(request)),
        .limit = page.limit,
        .skip = (page.number - 1) * page.limit,
    };
    int64_t total = 0;
    g_autoptr(GPtrArray) jobs = NULL;
    g_autoptr(GError) error = NULL;

    if (!check_rest(gw, reply, &query)) {
        return;
    }
    if (!jw_store_list_jobs(gw->store, &query, &jobs, &total, &error)) {
        jw_http_reply_error(reply, error);
        return;
    }
    json_t *data = json_array();
    for (guint i = 0; i < jobs->len; i++) {
        json_array_append_new(data, gw_render_summary(gw, g_ptr_array_index(jobs, i)));
    }
    gw_reply_page(reply, &page, data, total);
}
