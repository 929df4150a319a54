/* test_report_text.c: figures, periods and filters as text. */
#include "calls_def.h"
#include "jw/clock.h"
#include "jw/cron.h"
#include "jw/json.h"
#include "jw/report_text.h"
#include "testkit.h"

#include <float.h>
#include <math.h>

#define INT(number)                                                                                \
    {                                                                                              \
        .type = JW_VALUE_INT, .integer = (number)                                                  \
    }
#define REAL(number)                                                                               \
    {                                                                                              \
        .type = JW_VALUE_REAL, .real = (number)                                                    \
    }
#define DECIMAL(number, left)                                                                      \
    {                                                                                              \
        .type = JW_VALUE_REAL, .real = (number), .rest = (left)                                    \
    }

static void
test_values(void **state)
{
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
        { INT(14), JW_FORMAT_HOUR, 2, "14:00" },
        { INT(-5), JW_FORMAT_HOUR, 0, "-05:00" },
        { REAL(9.5), JW_FORMAT_HOUR, 2, "10:00" },
        { REAL(8.25), JW_FORMAT_HOUR, 1, "08:00" },
        { REAL(-4.75), JW_FORMAT_HOUR, 2, "-05:00" },
        { REAL(1234), JW_FORMAT_HOUR, 0, "1234:00" },
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
        { REAL(29999999999999.97), JW_FORMAT_DECIMAL, 2, "29,999,999,999,999.97" },
        { REAL(12345678901234.56), JW_FORMAT_DECIMAL, 2, "12,345,678,901,234.56" },
        { REAL(1059670500558103.5), JW_FORMAT_DECIMAL, 2, "1,059,670,500,558,103.50" },
        { REAL(-1234567890123456.75), JW_FORMAT_DECIMAL, 2, "-1,234,567,890,123,456.80" },
        { REAL(999999999999.995), JW_FORMAT_DECIMAL, 2, "1,000,000,000,000.00" },
        { REAL(12345678901234567890.12), JW_FORMAT_DECIMAL, 2, "12,345,678,901,234,567,168.00" },
        { REAL(999999999999999868928.0), JW_FORMAT_DECIMAL, 0, "999,999,999,999,999,868,928" },
        { REAL(1e21), JW_FORMAT_DECIMAL, 2, "1e+21" },
        { REAL(-1.5e300), JW_FORMAT_PERCENT, 2, "-1.5e+300 %" },
        { REAL(DBL_MAX), JW_FORMAT_DECIMAL, 9, "1.7976931348623157e+308" },
        { REAL(-0.0), JW_FORMAT_DECIMAL, 2, "0.00" },
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
    g_autofree char *count = jw_report_text_count(12345);
    assert_string_equal(count, "12,345");
}

/* The list in every file: CSV and workbook, stored and shown. */
static void
test_rows_are_rounded(void **state)
{
    static const struct {
        int decimals;
        JwValue value, shown;
    } rows[] = {
        { -1, REAL(2.675), REAL(2.675) },
        { 2, REAL(2.675), REAL(2.68) },
        { 2, REAL(1.005), REAL(1.01) },
        { 2, REAL(0.125), REAL(0.13) },
        { 2, REAL(-0.125), REAL(-0.13) },
        { 0, REAL(-0.4), REAL(0) },
        { 9, REAL(0.1234567895), REAL(0.12345679) },
        { 2, INT(INT64_MAX), INT(INT64_MAX) },
        { 2, REAL(12345678901234.56), REAL(12345678901234.56) },
        { 2, REAL(999999999999.995), REAL(1000000000000.0) },
        /* A Decimal128 of …9.995, of …9.9949. */
        { 2, DECIMAL(9999999999999.994, 0.000859375), REAL(10000000000000.0) },
        { 2, DECIMAL(-9999999999999.994, -0.000859375), REAL(-10000000000000.0) },
        { 2, DECIMAL(9999999999999.994, 0.000759375), REAL(9999999999999.99) },
        { -1, REAL(-0.0), REAL(0) },
        { 2, REAL(-0.0), REAL(0) },
        /* As integers are written, and not in another way in each file. */
        { 2, REAL(-9214364837599909888.0), INT(INT64_C(-9214364837599909888)) },
        { -1, REAL(-9214364837599909888.0), INT(INT64_C(-9214364837599909888)) },
        { -1, REAL(9007199254740992.0), REAL(9007199254740992.0) },
        { 2, REAL(12345678901234567890.0), REAL(12345678901234567890.0) },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(JwReportDef) def = jw_report_def_new();
        const JwColumnDef column = { .field = g_strdup("f"),
                                     .label = g_strdup("F"),
                                     .format = JW_FORMAT_DECIMAL,
                                     .decimals = rows[i].decimals };
        JwValue shown;

        g_array_append_val(def->columns, column);
        jw_report_round_row(def, &rows[i].value, &shown);
        assert_int_equal(shown.type, rows[i].shown.type);
        assert_true(shown.type == JW_VALUE_INT
                        ? shown.integer == rows[i].shown.integer
                        : shown.real == rows[i].shown.real
                              && !signbit(shown.real) == !signbit(rows[i].shown.real));
    }
}

/* Text (mail), JSON (API) and value (workbook, CSV) of a figure are one number. */
static void
test_all_ways_show_one_number(void **state)
{
    static const double values[] = { 2.675,
                                     1.005,
                                     0.125,
                                     -0.125,
                                     86.925,
                                     1e-9,
                                     1.0 / 3.0,
                                     2.0 / 3.0,
                                     1234567.123456789,
                                     98765.4321987654321,
                                     9007199254740993.0,
                                     1e15 / 7,
                                     4503599627370497.5,
                                     -1e20 / 3 };

    (void)state;
    for (size_t i = 0; i < 10 * G_N_ELEMENTS(values); i++) {
        const int decimals = (int)(i % 10);
        g_autoptr(JwReportDef) def = jw_report_def_new();
        const JwColumnDef column = { .format = JW_FORMAT_DECIMAL, .decimals = decimals };
        const JwValue value = REAL(values[i / 10]);
        JwValue shown;

        g_array_append_val(def->columns, column);
        jw_report_round_row(def, &value, &shown);
        g_autofree char *text = jw_report_text_value(&value, JW_FORMAT_DECIMAL, decimals);
        g_auto(GStrv) thousands = g_strsplit(text, ",", -1);
        g_autofree char *digits = g_strjoinv("", thousands);
        json_auto_t *number =
            shown.type == JW_VALUE_INT ? json_integer(shown.integer) : json_real(shown.real);
        g_autofree char *json = jw_json_print(number);
        const double real = shown.type == JW_VALUE_INT ? (double)shown.integer : shown.real;
        assert_true(g_ascii_strtod(json, NULL) == real);
        assert_true(g_ascii_strtod(digits, NULL) == real);
    }
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
        /* Midnight comes twice: a day begins with the first. */
        { "America/Havana", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z", "1 Nov 2026" },
        { "America/Havana", "2026-10-01T04:00:00Z", "2026-11-01T04:00:00Z",
          "1 Oct 2026 – 31 Oct 2026" },
        { "America/Havana", "2026-11-01T05:00:00Z", "2026-11-02T05:00:00Z",
          "1 Nov 2026 00:00:00 – 1 Nov 2026 23:59:59" },
        { "Atlantic/Azores", "2026-10-25T00:00:00Z", "2026-10-26T01:00:00Z", "25 Oct 2026" },
        { "Atlantic/Azores", "2026-10-25T01:00:00Z", "2026-10-26T01:00:00Z",
          "25 Oct 2026 00:00:00 – 25 Oct 2026 23:59:59" },
        /* It does not come: a day begins with the change. */
        { "America/Havana", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z", "8 Mar 2026" },
        { "America/Havana", "2026-03-07T05:00:00Z", "2026-03-08T05:00:00Z", "7 Mar 2026" },
        { "Atlantic/Azores", "2026-03-23T01:00:00Z", "2026-03-30T00:00:00Z",
          "23 Mar 2026 – 29 Mar 2026" },
        { "America/Asuncion", "2017-10-01T04:00:00Z", "2017-11-01T03:00:00Z",
          "1 Oct 2017 – 31 Oct 2017" },
        { "Pacific/Apia", "2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z", "29 Dec 2011" },
        { "UTC", "2021-01-04T00:00:00.500Z", "2021-01-05T00:00:00Z",
          "4 Jan 2021 00:00:00 – 4 Jan 2021 23:59:59" },
        { "UTC", "2021-01-04T10:00:00.100Z", "2021-01-04T10:00:00.500Z",
          "4 Jan 2021 10:00:00 – 4 Jan 2021 10:00:00" },
        { "UTC", "2021-01-04T10:00:00Z", "2021-01-04T10:00:00.001Z",
          "4 Jan 2021 10:00:00 – 4 Jan 2021 10:00:00" },
        { "UTC", "2021-01-04T10:00:00Z", "2021-01-04T10:00:01.001Z",
          "4 Jan 2021 10:00:00 – 4 Jan 2021 10:00:01" },
        { "Europe/Berlin", "2021-01-03T23:00:00Z", "9999-12-31T23:59:59.999Z",
          "4 Jan 2021 00:00:00 – 31 Dec 9999 23:59:59" },
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

/* The years of four digits in the zone, others in UTC: what CSV and workbook show as well. */
static void
test_times(void **state)
{
    static const struct {
        const char *zone;
        int64_t time_ms;
        JwFormat format;
        const char *text;
    } rows[] = {
        { "Europe/Istanbul", INT64_C(1609740720000), JW_FORMAT_DATETIME, "2021-01-04 09:12:00" },
        { "Europe/Istanbul", INT64_C(1609794000000), JW_FORMAT_DATE, "2021-01-05" },
        { "UTC", -1, JW_FORMAT_DATETIME, "1969-12-31 23:59:59" },
        { "Europe/Berlin", INT64_C(253402300799999), JW_FORMAT_DATETIME, "9999-12-31 23:59:59" },
        { "Europe/Berlin", INT64_C(253402300799999), JW_FORMAT_DATE, "9999-12-31" },
        { "Europe/Berlin", INT64_C(253402297199999), JW_FORMAT_DATETIME, "9999-12-31 23:59:59" },
        { "America/New_York", INT64_C(253402300799999), JW_FORMAT_DATETIME, "9999-12-31 18:59:59" },
        { "America/New_York", -INT64_C(62167219200000), JW_FORMAT_DATETIME, "0000-01-01 00:00:00" },
        { "UTC", INT64_C(253402300800000), JW_FORMAT_DATETIME, "10000-01-01 00:00:00" },
        { "UTC", INT64_MIN, JW_FORMAT_DATETIME, "-292275055-05-16 16:47:04" },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GTimeZone) zone = jw_zone_new(rows[i].zone, NULL);
        g_autofree char *text = jw_report_text_time(rows[i].time_ms, rows[i].format, zone);
        JwZoneCache cache = { .zone = zone };
        assert_string_equal(text, rows[i].text);
        for (int round = 0; round < 2; round++) { /* what another time left in it is no matter */
            g_free(jw_report_text_time_cached(0, rows[i].format, &cache));
            g_autofree char *again =
                jw_report_text_time_cached(rows[i].time_ms, rows[i].format, &cache);
            assert_string_equal(again, rows[i].text);
        }
    }
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
    g_autofree char *text = jw_report_text_filter_values(&many, NULL);
    assert_true(g_str_has_prefix(text, "agent 00, agent 01, "));
    assert_true(g_str_has_suffix(text, " and 88 more"));
    many.values += 98;
    g_autofree char *two = jw_report_text_filter_values(&many, NULL);
    assert_string_equal(two, "agent 98, agent 99");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_rows_are_rounded),
        cmocka_unit_test(test_all_ways_show_one_number),
        cmocka_unit_test(test_periods),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_filters_for_people),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
