/* test_report_period.c: previous weeks and months in zones with and without changes of the clock,
 * file names. */
#include "calls_def.h"
#include "jw/cron.h"
#include "testkit.h"

static void
test_previous(void **state)
{
    static const struct {
        JwPeriodType type;
        const char *zone, *at, *start, *end;
    } rows[] = {
        { JW_PERIOD_WEEKLY, "UTC", "2026-01-13T02:00:00Z", "2026-01-05T00:00:00Z",
          "2026-01-12T00:00:00Z" },
        { JW_PERIOD_WEEKLY, "UTC", "2026-01-12T00:00:00Z", "2026-01-05T00:00:00Z",
          "2026-01-12T00:00:00Z" },
        { JW_PERIOD_WEEKLY, "UTC", "2026-01-11T23:59:59.999Z", "2025-12-29T00:00:00Z",
          "2026-01-05T00:00:00Z" },
        { JW_PERIOD_WEEKLY, "Europe/Istanbul", "2026-01-11T21:00:00Z", "2026-01-04T21:00:00Z",
          "2026-01-11T21:00:00Z" },
        /* The week of the change is an hour shorter, or longer. */
        { JW_PERIOD_WEEKLY, "Europe/Berlin", "2026-03-30T08:00:00Z", "2026-03-22T23:00:00Z",
          "2026-03-29T22:00:00Z" },
        { JW_PERIOD_WEEKLY, "America/New_York", "2026-11-03T08:00:00Z", "2026-10-26T04:00:00Z",
          "2026-11-02T05:00:00Z" },
        { JW_PERIOD_MONTHLY, "UTC", "2026-01-13T02:00:00Z", "2025-12-01T00:00:00Z",
          "2026-01-01T00:00:00Z" },
        { JW_PERIOD_MONTHLY, "UTC", "2024-03-01T00:00:00Z", "2024-02-01T00:00:00Z",
          "2024-03-01T00:00:00Z" },
        { JW_PERIOD_MONTHLY, "Europe/Berlin", "2026-04-15T00:00:00Z", "2026-02-28T23:00:00Z",
          "2026-03-31T22:00:00Z" },
        /* Midnight of 1 November comes twice in Havana, that of 25 October on the Azores. */
        { JW_PERIOD_MONTHLY, "America/Havana", "2026-11-20T00:00:00Z", "2026-10-01T04:00:00Z",
          "2026-11-01T04:00:00Z" },
        { JW_PERIOD_MONTHLY, "America/Havana", "2026-11-01T04:30:00Z", "2026-10-01T04:00:00Z",
          "2026-11-01T04:00:00Z" },
        { JW_PERIOD_MONTHLY, "America/Havana", "2026-12-20T00:00:00Z", "2026-11-01T04:00:00Z",
          "2026-12-01T05:00:00Z" },
        { JW_PERIOD_WEEKLY, "Atlantic/Azores", "2026-10-28T00:00:00Z", "2026-10-19T00:00:00Z",
          "2026-10-26T01:00:00Z" },
        { JW_PERIOD_WEEKLY, "Atlantic/Azores", "2026-04-01T00:00:00Z", "2026-03-23T01:00:00Z",
          "2026-03-30T00:00:00Z" },
        /* Midnight of the first does not exist: Asunción, 2017-10-01. */
        { JW_PERIOD_MONTHLY, "America/Asuncion", "2017-11-10T00:00:00Z", "2017-10-01T04:00:00Z",
          "2017-11-01T03:00:00Z" },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GTimeZone) zone = jw_zone_new(rows[i].zone, NULL);
        int64_t at_ms = 0, start_ms = 0, end_ms = 0;
        assert_true(jw_time_parse(rows[i].at, &at_ms, NULL));
        jw_period_previous(rows[i].type, zone, at_ms, &start_ms, &end_ms);
        g_autofree char *start = jw_time_format(start_ms);
        g_autofree char *end = jw_time_format(end_ms);
        assert_string_equal(start, rows[i].start);
        assert_string_equal(end, rows[i].end);
    }
}

static void
assert_file_name(const JwReportRequest *request, const char *zone_name, const char *expected)
{
    g_autoptr(JwReportDef) def = calls_def_new();
    g_autoptr(GTimeZone) zone = jw_zone_new(zone_name, NULL);
    g_autofree char *name = jw_report_file_name(def, request, zone);

    assert_string_equal(name, expected);
}

static void
test_file_names(void **state)
{
    g_autoptr(JwReportRequest) request = jw_report_request_new();

    (void)state;
    request->period = JW_PERIOD_WEEKLY;
    request->format = g_strdup("xlsx");
    assert_true(jw_time_parse("2026-01-05T00:00:00Z", &request->start_ms, NULL));
    assert_true(jw_time_parse("2026-01-12T00:00:00Z", &request->end_ms, NULL));
    assert_file_name(request, "UTC", "CDR_Weekly_Report_2026-01-05_2026-01-11.xlsx");
    /* The same moments seen from west of Greenwich begin a day earlier. */
    assert_file_name(request, "America/New_York", "CDR_Weekly_Report_2026-01-04_2026-01-11.xlsx");
    request->period = JW_PERIOD_MONTHLY;
    assert_file_name(request, "UTC", "CDR_Monthly_Report_2026-01-05_2026-01-11.xlsx");
    request->period = JW_PERIOD_CUSTOM;
    request->end_ms = request->start_ms + 1;
    g_free(request->format);
    request->format = g_strdup("csv");
    request->content = JW_CONTENT_LIST;
    assert_file_name(request, "UTC", "CDR_Custom_Report_2026-01-05_2026-01-05.csv");
    request->file_name = g_strdup("");
    assert_file_name(request, "UTC", "CDR_Custom_Report_2026-01-05_2026-01-05.csv");
}

static void
test_wanted_names_get_the_right_ending(void **state)
{
    static const char *const rows[][2] = {
        { "calls", "calls.csv" },
        { "calls.csv", "calls.csv" },
        { "calls.XLSX", "calls.csv" },
        { "calls v1.2", "calls v1.2.csv" },
        { "Çağrı raporu.csv", "Çağrı raporu.csv" },
        { "../../etc/passwd", "passwd.csv" },
    };
    g_autoptr(JwReportRequest) request = jw_report_request_new();

    (void)state;
    request->format = g_strdup("csv");
    request->content = JW_CONTENT_LIST;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_free(request->file_name);
        request->file_name = g_strdup(rows[i][0]);
        assert_file_name(request, "UTC", rows[i][1]);
    }
}

/* A part says so at the end of its name, in a few words or as "part"; the caller's own name stays.
 */
static void
test_parts(void **state)
{
    static const char *const rows[][2] = {
        { "support", "support" },
        { "support,Ops & Sales", "support-Ops-Sales" },
        { "../etc/x=1", "etc-x-1" },
        { "K\xc3\xb6ln", "K\xc3\xb6ln" },
        { "=+-@", "part" },
        { "a very long name of a department", "part" },
        { "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q", "part" },
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(JwReportRequest) request = jw_report_request_new();
        const JwFilter filter = { .name = g_strdup("departmentIds"),
                                  .values = g_strsplit(rows[i][0], ",", -1) };
        g_autofree char *expected =
            g_strdup_printf("CDR_Custom_Report_2026-01-05_2026-01-05_%s.csv", rows[i][1]);

        request->format = g_strdup("csv");
        request->content = JW_CONTENT_LIST;
        assert_true(jw_time_parse("2026-01-05T00:00:00Z", &request->start_ms, NULL));
        request->end_ms = request->start_ms + 1;
        g_array_append_val(request->filters, filter);
        assert_file_name(request, "UTC", expected);
        request->file_name = g_strdup("mine");
        assert_file_name(request, "UTC", "mine.csv");
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_previous),
        cmocka_unit_test(test_file_names),
        cmocka_unit_test(test_wanted_names_get_the_right_ending),
        cmocka_unit_test(test_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
