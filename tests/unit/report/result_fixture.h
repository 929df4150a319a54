/* result_fixture.h: the call-records definition in miniature with a summary and tables, and its
 * result. */
#pragma once
#include "calls_def.h"
#include "jw/catalog.h"
#include "jw/clock.h"
#include "jw/cron.h"
#include "jw/report_result.h"
#include "testkit.h"

#include <string.h>

static inline void
result_add_table(JwReportDef *def, const char *title, const char *dimension, const char *measures,
                 JwChart chart, const char *chart_measure)
{
    const JwTableDef table = { .title = g_strdup(title),
                               .dimension = g_strdup(dimension),
                               .measures = g_strsplit(measures, ",", -1),
                               .chart = chart,
                               .chart_measure = g_strdup(chart_measure) };

    g_array_append_val(def->tables, table);
}

static inline void
result_set_format(JwReportDef *def, const char *measure, JwFormat format)
{
    for (guint i = 0; i < def->measures->len; i++) {
        JwMeasureDef *item = &g_array_index(def->measures, JwMeasureDef, i);
        item->format = g_str_equal(item->name, measure) ? format : item->format;
    }
}

static inline JwReportDef *
result_def_new(void)
{
    JwReportDef *def = calls_def_new();
    const JwFilterDef agents = { .name = g_strdup("agents"), .field = g_strdup("agent") };

    g_array_append_val(def->filters, agents);
    result_set_format(def, "answerRate", JW_FORMAT_PERCENT);
    result_set_format(def, "averageDuration", JW_FORMAT_SECONDS);
    result_set_format(def, "peakHour", JW_FORMAT_HOUR);
    def->summary =
        g_strsplit("totalCalls,answerRate,averageDuration,peakHour,peakHourCalls", ",", -1);
    result_add_table(def, "By hour", "hour", "answeredCalls,totalCalls,answerRate", JW_CHART_COLUMN,
                     "totalCalls");
    result_add_table(def, "By weekday", "weekday", "totalCalls", JW_CHART_LINE, "totalCalls");
    result_add_table(def, "By day", "date", "totalCalls,averageDuration", JW_CHART_NONE, NULL);
    result_add_table(def, "By agent", "agent", "totalCalls,answerRate", JW_CHART_NONE, NULL);
    def->mail_chart_table = g_strdup("By hour");
    return def;
}

typedef struct {
    JwReportDef *def;
    JwReportRequest *request;
    GTimeZone *zone;
    JwAggregate *aggregate;
} Fixture;

static inline void
fixture_clear(Fixture *self)
{
    g_clear_pointer(&self->aggregate, jw_aggregate_free);
    g_clear_pointer(&self->zone, g_time_zone_unref);
    g_clear_pointer(&self->request, jw_report_request_free);
    g_clear_pointer(&self->def, jw_report_def_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Fixture, fixture_clear)

static inline void
fixture_start(Fixture *self)
{
    g_autoptr(GError) error = NULL;

    assert_ok(calls_check(self->def, &error), error);
    self->aggregate = jw_aggregate_new(self->def, self->request, calls_fields, self->zone, &error);
    assert_ok(self->aggregate != NULL, error);
}

/* A week of Istanbul. */
static inline void
fixture_init(Fixture *self)
{
    self->def = result_def_new();
    self->request = jw_report_request_new();
    self->request->period = JW_PERIOD_WEEKLY;
    assert_true(jw_time_parse("2026-01-04T21:00:00Z", &self->request->start_ms, NULL));
    assert_true(jw_time_parse("2026-01-11T21:00:00Z", &self->request->end_ms, NULL));
    self->zone = jw_zone_new("Europe/Istanbul", NULL);
}

/* @duration -1: none */
static inline void
fixture_call(Fixture *self, const char *started, const char *agent, const char *status,
             int64_t duration)
{
    JwValue row[N_FIELDS] = { 0 };

    row[F_STARTED].type = JW_VALUE_TIME;
    assert_true(jw_time_parse(started, &row[F_STARTED].time_ms, NULL));
    row[F_AGENT] = (JwValue){ .type = JW_VALUE_TEXT, .text = agent, .length = strlen(agent) };
    row[F_STATUS] = (JwValue){ .type = JW_VALUE_TEXT, .text = status, .length = strlen(status) };
    if (duration >= 0) {
        row[F_DURATION] = (JwValue){ .type = JW_VALUE_INT, .integer = duration };
    }
    jw_aggregate_add(self->aggregate, row);
}

static inline JwReportResult *
fixture_result(const Fixture *self)
{
    return jw_report_result_new_compared(self->aggregate, NULL, self->def, self->request,
                                         self->zone);
}

static inline void
assert_same_value(const JwValue *value, const JwValue *expected)
{
    assert_int_equal(value->type, expected->type);
    switch (value->type) {
    case JW_VALUE_TEXT:
        assert_int_equal(value->length, expected->length);
        assert_memory_equal(value->text, expected->text, value->length);
        break;
    case JW_VALUE_REAL:
        assert_true(value->real == expected->real);
        break;
    case JW_VALUE_BOOL:
        assert_true(value->boolean == expected->boolean);
        break;
    case JW_VALUE_INT:
    case JW_VALUE_TIME:
        assert_int_equal(value->integer, expected->integer);
        break;
    case JW_VALUE_NULL:
        break;
    }
}

static inline const JwReportFigure *
figure_at(const JwReportResult *result, guint index)
{
    assert_true(index < result->figures->len);
    return &g_array_index(result->figures, JwReportFigure, index);
}

static inline const JwReportTable *
table_at(const JwReportResult *result, guint index)
{
    assert_true(index < result->tables->len);
    return &g_array_index(result->tables, JwReportTable, index);
}
