/* test_report_text.c: figures, periods and filters as text. */
#include "calls_def.h"
#include "jw/clock.h"
#include "jw/cron.h"
#include "jw/report_text.h"
#include "testkit.h"

#include <math.h>

static void
test_values(void **state)
{
#define INT(number)                                                                                \
    {                                                                                              \
        .type = JW_VALUE_INT, .integer = (number)                                                  \
    }
#define REAL(number)                                                                               \
    {                                                                                              \
        .type = JW_VALUE_REAL, .real = (number)                                                    \
    }
    static const struct {
        JwValue value;
        JwFormat format;
        int decimals;
        const char *text;
    } rows[] = {
        { INT(0), JW_FORMAT_INTEGER, 0, "0" },
        { INT(-1234567), JW_FORMAT_INTEGER, 0, "-1,234,567" },
        { INT(100), JW_FORMAT_PERCENT, 2, "100.00 %" },
        { INT(INT64_MAX), JW_FORMAT_INTEGER, 0, "9,223,372,036,854,775,807" },
        { INT(INT64_MIN), JW_FORMAT_INTEGER, 0, "-9,223,372,036,854,775,808" },
        { INT(9), JW_FORMAT_HOUR, 0, "09:00" },
        { INT(14), JW_FORMAT_HOUR, 0, "14:00" },
        { REAL(82.91), JW_FORMAT_PERCENT, 2, "82.91 %" },
        { REAL(9), JW_FORMAT_PERCENT, 2, "9.00 %" },
        { REAL(1245.5), JW_FORMAT_SECONDS, 1, "1,245.5 s" },
        { REAL(3), JW_FORMAT_DECIMAL, 0, "3" },
        { REAL(0.12345), JW_FORMAT_DECIMAL, 5, "0.12345" },
        { REAL(2.675), JW_FORMAT_DECIMAL, 2, "2.68" },
        { REAL(1.005), JW_FORMAT_DECIMAL, 2, "1.01" },
        { REAL(0.125), JW_FORMAT_DECIMAL, 2, "0.13" },
        { REAL(-0.125), JW_FORMAT_DECIMAL, 2, "-0.13" },
        { REAL(-0.001), JW_FORMAT_DECIMAL, 2, "0.00" },
        { REAL(0.5), JW_FORMAT_INTEGER, 0, "1" },
        { REAL(1.5), JW_FORMAT_INTEGER, 9, "1.500000000" },
        { REAL(NAN), JW_FORMAT_DECIMAL, 2, "n/a" },
        { { .type = JW_VALUE_NULL }, JW_FORMAT_PERCENT, 2, "n/a" },
        { { .type = JW_VALUE_TEXT, .text = "Monday…", .length = 6 }, JW_FORMAT_TEXT, 0, "Monday" },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text =
            jw_report_text_value(&rows[i].value, rows[i].format, rows[i].decimals);
        assert_string_equal(text, rows[i].text);
    }
    const JwValue huge = REAL(1e308);
    g_autofree char *text = jw_report_text_value(&huge, JW_FORMAT_DECIMAL, 2);
    assert_int_equal(strlen(text), 309 + 102 + 3);
    g_autofree char *count = jw_report_text_count(12345);
    assert_string_equal(count, "12,345");
}

static void
test_periods(void **state)
{
    static const struct {
        const char *zone, *start, *end, *text;
    } rows[] = {
        { "UTC", "2021-01-04T00:00:00Z", "2021-01-11T00:00:00Z", "4 Jan 2021 – 10 Jan 2021" },
        { "UTC", "2021-01-04T00:00:00Z", "2021-01-05T00:00:00Z", "4 Jan 2021" },
        { "Europe/Istanbul", "2021-01-03T21:00:00Z", "2021-01-04T21:00:00Z", "4 Jan 2021" },
        { "UTC", "2021-01-04T09:30:00Z", "2021-01-05T00:00:00Z",
          "4 Jan 2021 09:30:00 – 4 Jan 2021 23:59:59" },
        { "Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", "25 Oct 2026" },
    };
    g_autoptr(JwReportRequest) request = jw_report_request_new();

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GTimeZone) zone = jw_zone_new(rows[i].zone, NULL);
        assert_true(jw_time_parse(rows[i].start, &request->start_ms, NULL));
        assert_true(jw_time_parse(rows[i].end, &request->end_ms, NULL));
        g_autofree char *text = jw_report_text_period(request, zone);
        assert_string_equal(text, rows[i].text);
    }
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    request->end_ms = INT64_MAX;
    g_autofree char *far = jw_report_text_period(request, utc);
    assert_string_equal(far, "a period outside the calendar");
    request->start_ms = request->end_ms = 0;
    g_autofree char *all = jw_report_text_period(request, utc);
    assert_string_equal(all, "all records");
}

static void
test_filters(void **state)
{
    g_autoptr(JwReportDef) def = calls_def_new();
    g_autoptr(JwReportRequest) request = jw_report_request_new();
    const JwFilter agents = { g_strdup("agents"), g_strsplit("ada,bob", ",", -1) };
    const JwFilter statuses = { g_strdup("statuses"), g_strsplit("missed", ",", -1) };

    (void)state;
    assert_null(jw_report_text_filters(def, request));
    request->include_inactive = true;
    assert_null(jw_report_text_filters(def, request)); /* the definition knows none */
    g_array_append_val(request->filters, agents);
    g_array_append_val(request->filters, statuses);
    g_autofree char *two = jw_report_text_filters(def, request);
    assert_string_equal(two, "agents: ada, bob · statuses: missed");
    def->inactive_field = g_strdup("state");
    g_autofree char *three = jw_report_text_filters(def, request);
    assert_string_equal(three, "agents: ada, bob · statuses: missed · inactive included");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_periods),
        cmocka_unit_test(test_filters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
