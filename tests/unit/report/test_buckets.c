/* test_buckets.c: the calendar's groups: labels, order, and which are there without records. */
#include "calls_def.h"
#include "group_value.h"
#include "jw/aggregate.h"
#include "jw/cron.h"
#include "testkit.h"

#include <string.h>

typedef struct {
    JwReportDef *def;
    JwReportRequest *request;
    GTimeZone *zone;
    JwAggregate *agg;
    const JwDimensionDef *dimension;
} Fixture;

static void
fixture_clear(Fixture *self)
{
    jw_aggregate_free(self->agg);
    g_time_zone_unref(self->zone);
    jw_report_request_free(self->request);
    jw_report_def_free(self->def);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Fixture, fixture_clear)

/* @start, @end: (nullable): all records */
static void
fixture_init(Fixture *self, JwPart part, int week_start, const char *zone, const char *start,
             const char *end)
{
    g_autoptr(GError) error = NULL;

    self->def = calls_def_new();
    calls_add_dimension(self->def, "bucket", "startedAt", part);
    g_array_index(self->def->dimensions, JwDimensionDef, self->def->dimensions->len - 1)
        .week_start = week_start;
    assert_ok(calls_check(self->def, &error), error);
    self->request = jw_report_request_new();
    if (start != NULL) {
        assert_true(jw_time_parse(start, &self->request->start_ms, NULL));
        assert_true(jw_time_parse(end, &self->request->end_ms, NULL));
    }
    self->zone = jw_zone_new(zone, NULL);
    self->agg = jw_aggregate_new(self->def, self->request, calls_fields, self->zone, &error);
    assert_ok(self->agg != NULL, error);
    self->dimension = jw_report_def_dimension(self->def, "bucket");
}

static void
add_at(Fixture *self, const char *time)
{
    JwValue row[N_FIELDS] = { 0 };

    row[F_STARTED].type = JW_VALUE_TIME;
    assert_true(jw_time_parse(time, &row[F_STARTED].time_ms, NULL));
    jw_aggregate_add(self->agg, row);
}

/* @labels: "a b c" */
static void
assert_labels(Fixture *self, const char *labels)
{
    g_auto(GStrv) wanted = g_strsplit(labels, " ", -1);

    assert_int_equal(jw_aggregate_n_groups(self->agg, self->dimension), g_strv_length(wanted));
    for (size_t i = 0; wanted[i] != NULL; i++) {
        assert_string_equal(label_of_group(self->agg, self->dimension, i), wanted[i]);
    }
}

static void
test_the_bucket_of_a_time(void **state)
{
    static const struct {
        const char *zone, *time;
        JwPart part;
        int week_start;
        const char *label;
    } cases[] = {
        { "UTC", "2026-01-18T23:59:59Z", JW_PART_WEEK, 0, "2026-W03" },
        { "UTC", "2026-01-19T00:00:00Z", JW_PART_WEEK, 0, "2026-W04" },
        { "UTC", "2027-01-03T00:00:00Z", JW_PART_WEEK, 0, "2026-W53" }, /* a Sunday */
        { "UTC", "2024-12-30T00:00:00Z", JW_PART_WEEK, 0, "2025-W01" },
        { "UTC", "1970-01-01T00:00:00Z", JW_PART_WEEK, 0, "1970-W01" },
        { "UTC", "2026-01-18T00:00:00Z", JW_PART_WEEK, 7, "2026-01-18" },
        { "UTC", "2026-01-17T23:59:59Z", JW_PART_WEEK, 7, "2026-01-11" },
        { "UTC", "2026-01-03T12:00:00Z", JW_PART_WEEK, 6, "2026-01-03" },
        { "UTC", "2026-01-02T12:00:00Z", JW_PART_WEEK, 6, "2025-12-27" },
        { "UTC", "2026-01-18T12:00:00Z", JW_PART_WEEK, 1, "2026-01-12" },
        { "UTC", "2026-03-31T23:59:59Z", JW_PART_QUARTER, 0, "2026-Q1" },
        { "Europe/Berlin", "2026-03-31T22:00:00Z", JW_PART_QUARTER, 0, "2026-Q2" },
        { "UTC", "2026-12-31T23:59:59Z", JW_PART_QUARTER, 0, "2026-Q4" },
        { "UTC", "2026-12-31T23:59:59Z", JW_PART_YEAR, 0, "2026" },
        { "Pacific/Auckland", "2026-12-31T11:00:00Z", JW_PART_YEAR, 0, "2027" },
        /* 29 March: the clock goes from 2:00 to 3:00; the week ends at 22:00 UTC */
        { "Europe/Berlin", "2026-03-29T21:59:59Z", JW_PART_WEEK, 0, "2026-W13" },
        { "Europe/Berlin", "2026-03-29T22:00:00Z", JW_PART_WEEK, 0, "2026-W14" },
        /* 25 October: back; the day has 25 hours */
        { "Europe/Berlin", "2026-10-25T22:59:59Z", JW_PART_WEEK, 0, "2026-W43" },
        { "Europe/Berlin", "2026-10-25T23:00:00Z", JW_PART_WEEK, 0, "2026-W44" },
        { "America/New_York", "1970-01-01T00:00:00Z", JW_PART_QUARTER, 0, "1969-Q4" },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Fixture) f = { 0 };
        fixture_init(&f, cases[i].part, cases[i].week_start, cases[i].zone, NULL, NULL);
        add_at(&f, cases[i].time);
        assert_labels(&f, cases[i].label);
    }
}

/* Those of the period are there without a record, in order. */
static void
test_the_buckets_of_a_period(void **state)
{
    static const struct {
        JwPart part;
        int week_start;
        const char *start, *end, *labels;
    } cases[] = {
        { JW_PART_WEEK, 0, "2026-12-25T00:00:00Z", "2027-01-12T00:00:00Z",
          "2026-W52 2026-W53 2027-W01 2027-W02" },
        { JW_PART_WEEK, 7, "2026-12-25T00:00:00Z", "2027-01-10T00:00:00Z",
          "2026-12-20 2026-12-27 2027-01-03" },
        { JW_PART_WEEK, 0, "2026-01-05T00:00:00Z", "2026-01-12T00:00:00Z", "2026-W02" },
        { JW_PART_QUARTER, 0, "2025-11-01T00:00:00Z", "2026-04-01T00:00:00.001Z",
          "2025-Q4 2026-Q1 2026-Q2" },
        { JW_PART_YEAR, 0, "2024-12-31T00:00:00Z", "2026-01-01T00:00:00Z", "2024 2025" },
        { JW_PART_WEEKDAY, 0, "2026-01-05T00:00:00Z", "2026-01-12T00:00:00Z",
          "Monday Tuesday Wednesday Thursday Friday Saturday Sunday" },
        { JW_PART_WEEKDAY, 7, "2026-01-05T00:00:00Z", "2026-01-12T00:00:00Z",
          "Sunday Monday Tuesday Wednesday Thursday Friday Saturday" },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Fixture) f = { 0 };
        fixture_init(&f, cases[i].part, cases[i].week_start, "UTC", cases[i].start, cases[i].end);
        assert_labels(&f, cases[i].labels);
    }
}

/* A record falls into the weekday that it is of, whichever is the first. */
static void
test_weekdays_from_another_day(void **state)
{
    (void)state;
    for (int first = 0; first <= 7; first++) {
        g_auto(Fixture) f = { 0 };
        fixture_init(&f, JW_PART_WEEKDAY, first, "UTC", NULL, NULL);
        add_at(&f, "2026-01-21T12:00:00Z"); /* a Wednesday */
        for (size_t i = 0; i < 7; i++) {
            const char *label = label_of_group(f.agg, f.dimension, i);
            const JwValue calls =
                value_in_group(f.agg, f.dimension, i, jw_report_def_measure(f.def, "totalCalls"));
            assert_int_equal(calls.integer, strcmp(label, "Wednesday") == 0);
        }
    }
}

/* More than 400 weeks: only those that have records. */
static void
test_a_long_period(void **state)
{
    g_auto(Fixture) f = { 0 }, fits = { 0 };

    (void)state;
    fixture_init(&f, JW_PART_WEEK, 0, "UTC", "2000-01-03T00:00:00Z", "2007-09-04T00:00:00Z");
    add_at(&f, "2004-02-29T00:00:00Z");
    assert_labels(&f, "2004-W09");
    fixture_init(&fits, JW_PART_WEEK, 0, "UTC", "2000-01-03T00:00:00Z", "2007-09-03T00:00:00Z");
    assert_int_equal(jw_aggregate_n_groups(fits.agg, fits.dimension), 400);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_bucket_of_a_time),
        cmocka_unit_test(test_the_buckets_of_a_period),
        cmocka_unit_test(test_weekdays_from_another_day),
        cmocka_unit_test(test_a_long_period),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
