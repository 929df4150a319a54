/* test_aggregate_random.c: random records in a zone that changes its clock, against a slow and
 * plain second computation: GDateTime for the parts, one pass over all kept records for each figure
 * and group. */
#include "calls_def.h"
#include "group_value.h"
#include "jw/aggregate.h"
#include "jw/cron.h"
#include "testkit.h"

#include <math.h>
#include <string.h>

#define N_ROWS 4000

typedef struct {
    int64_t started_ms;
    int agent, status;
    int64_t duration; /* -1: NULL */
} Call;

static const char *const statuses[] = { "answered", "missed", "no-answer", "abandoned" };

static Call *
new_calls(int64_t start_ms, int64_t span_ms)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(20260106);
    Call *calls = g_new0(Call, N_ROWS);

    for (size_t i = 0; i < N_ROWS; i++) {
        calls[i].started_ms = start_ms + (int64_t)(g_rand_double(random) * (double)span_ms);
        calls[i].agent = g_rand_int_range(random, 0, 12);
        calls[i].status = g_rand_int_range(random, 0, (int)G_N_ELEMENTS(statuses));
        calls[i].duration = g_rand_int_range(random, -1, 500);
    }
    return calls;
}

/* Label of the call in a dimension, the slow way. (transfer full) */
static char *
label_of(const Call *call, const char *dimension, GTimeZone *zone)
{
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(call->started_ms / 1000);
    g_autoptr(GDateTime) local = g_date_time_to_timezone(utc, zone);

    if (strcmp(dimension, "hour") == 0) {
        return g_strdup_printf("%02d:00", g_date_time_get_hour(local));
    }
    if (strcmp(dimension, "agent") == 0) {
        return g_strdup_printf("agent %d", call->agent);
    }
    if (strcmp(dimension, "quarter") == 0) {
        return g_strdup_printf("%d-Q%d", g_date_time_get_year(local),
                               (g_date_time_get_month(local) + 2) / 3);
    }
    if (strcmp(dimension, "fromSunday") == 0) {
        g_autoptr(GDateTime) first =
            g_date_time_add_days(local, -(g_date_time_get_day_of_week(local) % 7));
        return g_date_time_format(first, "%Y-%m-%d");
    }
    return g_date_time_format(local, strcmp(dimension, "date") == 0    ? "%Y-%m-%d"
                                     : strcmp(dimension, "month") == 0 ? "%Y-%m"
                                     : strcmp(dimension, "week") == 0  ? "%G-W%V"
                                     : strcmp(dimension, "year") == 0  ? "%Y"
                                                                       : "%A");
}

static JwAggregate *
run(const Call *calls, const JwReportDef *def, const JwReportRequest *request, GTimeZone *zone)
{
    g_autoptr(GError) error = NULL;
    JwAggregate *agg = jw_aggregate_new(def, request, calls_fields, zone, &error);

    assert_ok(agg, error);
    for (size_t i = 0; i < N_ROWS; i++) {
        char agent[32];
        JwValue row[N_FIELDS] = { 0 };
        g_snprintf(agent, sizeof agent, "agent %d", calls[i].agent);
        row[F_STARTED] = (JwValue){ .type = JW_VALUE_TIME, .time_ms = calls[i].started_ms };
        row[F_AGENT] = (JwValue){ .type = JW_VALUE_TEXT, .text = agent, .length = strlen(agent) };
        row[F_STATUS] = (JwValue){ .type = JW_VALUE_TEXT,
                                   .text = statuses[calls[i].status],
                                   .length = strlen(statuses[calls[i].status]) };
        if (calls[i].duration >= 0) {
            row[F_DURATION] = (JwValue){ .type = JW_VALUE_INT, .integer = calls[i].duration };
        }
        jw_aggregate_add(agg, row);
        memset(agent, '#', sizeof agent); /* a borrowed string must not be read later */
    }
    return agg;
}

static void
assert_group_is(JwAggregate *agg, const JwReportDef *def, const JwDimensionDef *dimension,
                size_t group, GPtrArray *members)
{
    int64_t answered = 0, sum = 0, n = 0;

    for (guint i = 0; i < members->len; i++) {
        const Call *call = g_ptr_array_index(members, i);
        const bool counts = call->status == 0 && call->duration >= 0;
        answered += call->status == 0;
        sum += counts ? call->duration : 0;
        n += counts ? 1 : 0;
    }
    assert_int_equal(
        value_in_group(agg, dimension, group, jw_report_def_measure(def, "totalCalls")).integer,
        members->len);
    assert_int_equal(
        value_in_group(agg, dimension, group, jw_report_def_measure(def, "answeredCalls")).integer,
        answered);
    const JwValue average =
        value_in_group(agg, dimension, group, jw_report_def_measure(def, "averageDuration"));
    assert_int_equal(average.type, n > 0 ? JW_VALUE_REAL : JW_VALUE_NULL);
    if (n > 0) {
        assert_true(fabs(average.real - (double)sum / (double)n) <= 0.05 + 1e-9);
        assert_true(fabs(average.real * 10.0 - round(average.real * 10.0)) < 1e-6);
    }
}

static void
check_dimension(const Call *calls, JwAggregate *agg, const JwReportDef *def, const char *name,
                GTimeZone *zone)
{
    const JwDimensionDef *dimension = jw_report_def_dimension(def, name);
    g_autoptr(GPtrArray) labels = g_ptr_array_new_with_free_func(g_free);
    size_t seen = 0;

    for (size_t i = 0; i < N_ROWS; i++) {
        g_ptr_array_add(labels, label_of(&calls[i], name, zone));
    }
    for (size_t group = 0; group < jw_aggregate_n_groups(agg, dimension); group++) {
        const char *label = label_of_group(agg, dimension, group);
        g_autoptr(GPtrArray) members = g_ptr_array_new();
        for (size_t i = 0; i < N_ROWS; i++) {
            if (strcmp(g_ptr_array_index(labels, i), label) == 0) {
                g_ptr_array_add(members, (gpointer)(guintptr)&calls[i]);
            }
        }
        assert_group_is(agg, def, dimension, group, members);
        seen += members->len;
    }
    assert_int_equal(seen, N_ROWS);
}

static void
check_zone(const char *zone_name, const char *start, int64_t days)
{
    static const char *const dimensions[] = { "hour", "weekday", "month", "agent",     "date",
                                              "week", "quarter", "year",  "fromSunday" };
    g_autoptr(JwReportDef) def = calls_def_new();

    calls_add_dimension(def, "week", "startedAt", JW_PART_WEEK);
    calls_add_dimension(def, "quarter", "startedAt", JW_PART_QUARTER);
    calls_add_dimension(def, "year", "startedAt", JW_PART_YEAR);
    calls_add_dimension(def, "fromSunday", "startedAt", JW_PART_WEEK);
    g_array_index(def->dimensions, JwDimensionDef, def->dimensions->len - 1).week_start = 7;
    g_autoptr(JwReportRequest) request = jw_report_request_new();
    g_autoptr(GTimeZone) zone = jw_zone_new(zone_name, NULL);

    assert_true(jw_time_parse(start, &request->start_ms, NULL));
    request->end_ms = request->start_ms + days * 86400000;
    g_autofree Call *calls = new_calls(request->start_ms, days * 86400000);
    g_autoptr(JwAggregate) agg = run(calls, def, request, zone);
    for (size_t i = 0; i < G_N_ELEMENTS(dimensions); i++) {
        check_dimension(calls, agg, def, dimensions[i], zone);
    }
}

static void
test_berlin_autumn(void **state)
{
    (void)state;
    check_zone("Europe/Berlin", "2026-10-24T00:00:00Z", 3);
}

static void
test_new_york_spring(void **state)
{
    (void)state;
    check_zone("America/New_York", "2026-03-07T00:00:00Z", 3);
}

static void
test_half_hour_zone(void **state)
{
    (void)state;
    check_zone("Australia/Lord_Howe", "2026-04-04T00:00:00Z", 2);
}

static void
test_istanbul_month(void **state)
{
    (void)state;
    check_zone("Europe/Istanbul", "2026-01-01T00:00:00Z", 12);
}

static void
test_a_turn_of_the_year(void **state)
{
    (void)state;
    check_zone("Pacific/Auckland", "2026-12-20T00:00:00Z", 20);
    check_zone("America/New_York", "2019-11-01T00:00:00Z", 100);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_berlin_autumn),      cmocka_unit_test(test_new_york_spring),
        cmocka_unit_test(test_half_hour_zone),     cmocka_unit_test(test_istanbul_month),
        cmocka_unit_test(test_a_turn_of_the_year),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
