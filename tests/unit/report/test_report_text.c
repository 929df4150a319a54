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
        { INT(100), JW_FORMAT_PERCENT, 2, "100 %" },
        { INT(9), JW_FORMAT_HOUR, 0, "09:00" },
        { INT(14), JW_FORMAT_HOUR, 0, "14:00" },
        { REAL(82.91), JW_FORMAT_PERCENT, 2, "82.91 %" },
        { REAL(9), JW_FORMAT_PERCENT, 2, "9.00 %" },
        { REAL(1245.5), JW_FORMAT_SECONDS, 1, "1,245.5 s" },
        { REAL(3), JW_FORMAT_DECIMAL, 0, "3" },
        { REAL(0.12345), JW_FORMAT_DECIMAL, 5, "0.12" },
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

static void
test_filters_for_people(void **state)
{
    static const char *const names[][2] = {
        { "departmentIds", "Departments" },
        { "eventTypes", "Event types" },
        { "agents", "Agents" },
        { "Ids", "Ids" },
        { "http_status", "Http status" },
        { "x", "X" },
        { "SKUs", "SKUs" },
    };
    JwFilter many = { .name = (char *)(uintptr_t) "agents" };
    g_autoptr(GPtrArray) values = g_ptr_array_new_with_free_func(g_free);

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *name = jw_report_text_filter_name(names[i][0]);
        assert_string_equal(name, names[i][1]);
    }
    for (int i = 0; i < 100; i++) {
        g_ptr_array_add(values, g_strdup_printf("agent %02d", i));
    }
    g_ptr_array_add(values, NULL);
    many.values = (char **)values->pdata;
    g_autofree char *text = jw_report_text_filter_values(&many);
    assert_true(g_str_has_prefix(text, "agent 00, agent 01, "));
    assert_true(g_str_has_suffix(text, " and 88 more"));
    many.values += 98;
    g_autofree char *two = jw_report_text_filter_values(&many);
    assert_string_equal(two, "agent 98, agent 99");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_periods),
        cmocka_unit_test(test_filters),
        cmocka_unit_test(test_filters_for_people),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
