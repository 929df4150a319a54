/* calls_def.h: a call-records definition in miniature, shared by the report tests. Its fields, in
 * order: startedAt, agent, status, durationSeconds, waitSeconds, cost, internal. */
#pragma once
#include "jw/error.h"
#include "jw/report.h"

/* Whether it is one that the parser would take. @error: INVALID, with every violation */
static inline bool
calls_check(const JwReportDef *def, GError **error)
{
    g_auto(JwViolations) violations = { 0 };

    jw_report_def_note(def, &violations);
    g_autofree char *all = jw_violations_text(&violations);
    return jw_violations_count(&violations) == 0 || jw_fail(error, JW_ERROR_INVALID, "%s", all);
}

static const char *const calls_fields[] = { "startedAt",   "agent", "status",   "durationSeconds",
                                            "waitSeconds", "cost",  "internal", NULL };
enum { F_STARTED, F_AGENT, F_STATUS, F_DURATION, F_WAIT, F_COST, F_INTERNAL, N_FIELDS };

static inline JwMeasureDef *
calls_add_measure(JwReportDef *def, const char *name, JwMeasureOp op, const char *field)
{
    const JwMeasureDef measure = { .name = g_strdup(name),
                                   .label = g_strdup(name),
                                   .op = op,
                                   .field = g_strdup(field),
                                   .where = jw_report_conditions_new(),
                                   .scale = 1.0 };

    g_array_append_val(def->measures, measure);
    return &g_array_index(def->measures, JwMeasureDef, def->measures->len - 1);
}

/* @equals: comma-separated strings; NULL: present. */
static inline void
calls_where(JwMeasureDef *measure, const char *field, const char *equals, bool negate)
{
    const JwCondition condition = { .field = g_strdup(field),
                                    .equals = equals != NULL ? g_strsplit(equals, ",", -1) : NULL,
                                    .negate = negate };

    g_array_append_val(measure->where, condition);
}

static inline JwMeasureDef *
calls_add_ratio(JwReportDef *def, const char *name, const char *numerator, const char *denominator,
                double scale, int decimals)
{
    JwMeasureDef *measure = calls_add_measure(def, name, JW_MEASURE_RATIO, NULL);

    measure->numerator = g_strdup(numerator);
    measure->denominator = g_strdup(denominator);
    measure->scale = scale;
    measure->decimals = decimals;
    return measure;
}

static inline JwMeasureDef *
calls_add_peak(JwReportDef *def, const char *name, JwMeasureOp op, const char *dimension,
               const char *of)
{
    JwMeasureDef *measure = calls_add_measure(def, name, op, NULL);

    measure->dimension = g_strdup(dimension);
    measure->of = g_strdup(of);
    return measure;
}

static inline void
calls_add_dimension(JwReportDef *def, const char *name, const char *field, JwPart part)
{
    const JwDimensionDef dimension = {
        .name = g_strdup(name), .label = g_strdup(name), .field = g_strdup(field), .part = part
    };

    g_array_append_val(def->dimensions, dimension);
}

static inline JwReportDef *
calls_def_new(void)
{
    JwReportDef *def = jw_report_def_new();

    def->report_type = g_strdup("call-records");
    def->title = g_strdup("Call records");
    def->file_prefix = g_strdup("CDR");
    def->collection = g_strdup("callRecords");
    def->date_field = g_strdup("startedAt");
    def->time_zone = g_strdup("Europe/Istanbul");
    def->max_groups = 50;
    calls_add_dimension(def, "hour", "startedAt", JW_PART_HOUR);
    calls_add_dimension(def, "date", "startedAt", JW_PART_DATE);
    calls_add_dimension(def, "weekday", "startedAt", JW_PART_WEEKDAY);
    calls_add_dimension(def, "month", "startedAt", JW_PART_MONTH);
    calls_add_dimension(def, "agent", "agent", JW_PART_VALUE);
    calls_add_measure(def, "totalCalls", JW_MEASURE_COUNT, NULL);
    calls_where(calls_add_measure(def, "answeredCalls", JW_MEASURE_COUNT, NULL), "status",
                "answered", false);
    calls_where(calls_add_measure(def, "missedCalls", JW_MEASURE_COUNT, NULL), "status",
                "missed,no-answer", false);
    calls_add_ratio(def, "answerRate", "answeredCalls", "totalCalls", 100.0, 2);
    JwMeasureDef *average =
        calls_add_measure(def, "averageDuration", JW_MEASURE_AVG, "durationSeconds");
    calls_where(average, "status", "answered", false);
    average->decimals = 1;
    calls_add_measure(def, "totalWait", JW_MEASURE_SUM, "waitSeconds");
    calls_add_peak(def, "peakHour", JW_MEASURE_PEAK, "hour", "totalCalls");
    calls_add_peak(def, "peakHourCalls", JW_MEASURE_PEAK_VALUE, "hour", "totalCalls");
    return def;
}
