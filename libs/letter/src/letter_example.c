/* letter_example.c: a job with a report whose figures are made up, so that the mail of a type can
 * be seen without records. The numbers are those of its formats, the words, the period and all
 * that is written are those of a real one. Any thread, no state. */
#include "jw/letter.h"

#include "jw/civil.h"
#include "jw/clock.h"
#include "jw/ident.h"
#include "jw/json.h"
#include "jw/report_mail.h"
#include "jw/report_request.h"
#include "jw/report_text.h"
#include "jw/report_words.h"

#include <string.h>

#define EXAMPLE_ID   "00000000-0000-7000-8000-000000000000"
#define EXAMPLE_ROWS 12345
#define GROUPS       6
#define WEEK_MS      (INT64_C(7) * 86400000)

/* What a figure could be: the @index-th of its report. @before: of the period before. */
static JwValue
value_of(const JwMeasureDef *measure, guint index, bool before)
{
    static const double counts[] = { 12345, 10234, 1567, 544, 389, 231 };
    const double factor = before ? 0.96 + 0.013 * (index % 5) : 1;
    double number = 0;

    switch (measure->format) {
    case JW_FORMAT_PERCENT:
        number = 82.91 - 4.3 * (index % 4);
        break;
    case JW_FORMAT_SECONDS:
        number = 245.5 / (1 + index % 3);
        break;
    case JW_FORMAT_HOUR:
        return (JwValue){ .type = JW_VALUE_INT, .integer = before ? 11 : 14 };
    case JW_FORMAT_DECIMAL:
        number = 74.25 + index;
        break;
    case JW_FORMAT_TEXT:
    case JW_FORMAT_BOOL:
    case JW_FORMAT_N:
    case JW_FORMAT_DATETIME:
    case JW_FORMAT_DATE:
        return (JwValue){ .type = JW_VALUE_NULL };
    case JW_FORMAT_INTEGER:
        number = counts[index % G_N_ELEMENTS(counts)];
        break;
    }
    number *= factor;
    return measure->format == JW_FORMAT_INTEGER
               ? (JwValue){ .type = JW_VALUE_INT, .integer = (int64_t)number }
               : (JwValue){ .type = JW_VALUE_REAL, .real = number };
}

/* (transfer full) */
static char *
text_of(const JwMeasureDef *measure, const JwValue *value, const char *language, bool sign)
{
    g_autofree char *unit = jw_report_unit(&measure->unit, value, language);
    const JwTextForm form = { .format = measure->format,
                              .decimals = measure->decimals,
                              .unit = unit,
                              .sign = sign,
                              .language = language };

    return jw_report_text_form(value, &form);
}

/* Two shares differ by points. (transfer full) */
static char *
difference_of(const JwMeasureDef *measure, const JwValue *by, const char *language)
{
    if (measure->format != JW_FORMAT_PERCENT) {
        return text_of(measure, by, language, true);
    }
    g_autofree char *points = g_strconcat(" ", jw_report_word(JW_WORD_POINTS, language), NULL);
    const JwTextForm form = { .format = JW_FORMAT_DECIMAL,
                              .decimals = measure->decimals,
                              .unit = points,
                              .sign = true,
                              .language = language };
    return jw_report_text_form(by, &form);
}

static double
number_of(const JwValue *value)
{
    return value->type == JW_VALUE_INT ? (double)value->integer : value->real;
}

static json_t *
comparison(const JwMeasureDef *measure, const JwValue *now, guint index, const char *language)
{
    const JwValue before = value_of(measure, index, true);
    const double difference = number_of(now) - number_of(&before);
    const double percent = 100 * difference / number_of(&before);
    const JwValue by = now->type == JW_VALUE_INT
                           ? (JwValue){ .type = JW_VALUE_INT, .integer = (int64_t)difference }
                           : (JwValue){ .type = JW_VALUE_REAL, .real = difference };
    const JwValue share = { .type = JW_VALUE_REAL, .real = percent };
    const JwTextForm form = { .format = JW_FORMAT_PERCENT,
                              .decimals = JW_CHANGE_DECIMALS,
                              .sign = true,
                              .language = language };
    g_autofree char *previous_text = text_of(measure, &before, language, false);
    g_autofree char *difference_text = difference_of(measure, &by, language);
    g_autofree char *percent_text = jw_report_text_form(&share, &form);

    return json_pack("{s:f, s:s, s:f, s:s, s:f, s:s}", "previous", number_of(&before),
                     "previousText", previous_text, "difference", difference, "differenceText",
                     difference_text, "percent", percent, "percentText", percent_text);
}

static json_t *
figures_of(const JwReportDef *def, const char *language)
{
    static const char *const levels[] = { "good", "warn", "bad" };
    json_t *figures = json_array();

    for (guint i = 0; def->summary[i] != NULL; i++) {
        const JwMeasureDef *measure = jw_report_def_measure(def, def->summary[i]);
        const JwValue value = value_of(measure, i, false);
        const bool number = value.type != JW_VALUE_NULL;
        const bool compares = number && measure->format != JW_FORMAT_HOUR;
        g_autofree char *text = number ? text_of(measure, &value, language, false) : NULL;
        json_t *figure = json_pack("{s:s, s:s, s:s*}", "name", measure->name, "label",
                                   measure->label, "text", number ? text : "Example");
        if (measure->thresholds != NULL && measure->thresholds->len > 0) {
            json_object_set_new(figure, "level", json_string(levels[i % G_N_ELEMENTS(levels)]));
        }
        if (compares) {
            json_object_set_new(figure, "comparison", comparison(measure, &value, i, language));
        }
        json_array_append_new(figures, figure);
    }
    return figures;
}

/* The groups of a chart, and how high they are: as hours of a day and days of a week have it. */
static json_t *
labels_of(const JwDimensionDef *dimension, const JwReportRequest *request, GTimeZone *zone,
          const char *language)
{
    json_t *labels = json_array();
    const JwPart part = dimension != NULL ? dimension->part : JW_PART_VALUE;
    const int count = part == JW_PART_HOUR ? 24 : part == JW_PART_VALUE ? GROUPS : 7;

    for (int i = 0; i < count; i++) {
        const int64_t day_ms = request->start_ms + i * (WEEK_MS / 7);
        g_autofree char *label =
            part == JW_PART_HOUR ? g_strdup_printf("%02d:00", i)
            : part == JW_PART_VALUE
                ? g_strdup_printf("%c", 'A' + i)
                : jw_report_text_days(day_ms, day_ms + WEEK_MS / 7, zone, language);
        json_array_append_new(labels, json_string(label != NULL ? label : ""));
    }
    return labels;
}

static json_t *
chart_of(const JwReportDef *def, const JwReportRequest *request, GTimeZone *zone,
         const char *language)
{
    static const int shape[] = { 2,  1,  1,  1,  2,  4,  9,  24, 52, 71, 78, 64,
                                 41, 69, 83, 79, 66, 48, 29, 18, 11, 8,  5,  3 };

    for (guint i = 0; i < def->tables->len; i++) {
        const JwTableDef *table = &g_array_index(def->tables, JwTableDef, i);
        if (g_strcmp0(table->title, def->mail_chart_table) != 0) {
            continue;
        }
        const JwMeasureDef *measure = jw_report_def_measure(def, table->chart_measure);
        const char **dimensions = jw_report_table_dimensions(table);
        const JwDimensionDef *dimension = jw_report_def_dimension(def, dimensions[0]);
        json_t *labels = labels_of(dimension, request, zone, language);
        json_t *values = json_array();
        const size_t first = json_array_size(labels) == 24 ? 0 : 9;
        for (size_t k = 0; k < json_array_size(labels); k++) {
            json_array_append_new(values, json_integer(10 * shape[(first + k) % 24] + (int)k));
        }
        g_free(dimensions);
        return json_pack("{s:s, s:s, s:s*, s:i, s:o, s:o}", "title", table->title, "kind", "column",
                         "measure", measure != NULL ? measure->label : NULL, "decimals", 0,
                         "labels", labels, "values", values);
    }
    return NULL;
}

static json_t *
period_of(const JwReportRequest *request, GTimeZone *zone)
{
    g_autofree char *start = jw_time_format(request->start_ms);
    g_autofree char *end = jw_time_format(request->end_ms);
    g_autofree char *label = jw_report_text_period(request, zone);

    return json_pack("{s:s, s:s, s:s, s:s, s:s}", "type", "weekly", "start", start, "end", end,
                     "timeZone", request->time_zone, "label", label);
}

/* (transfer full) */
static json_t *
compared_of(const JwReportRequest *request, GTimeZone *zone)
{
    JwReportRequest before = *request; /* borrowed */
    before.start_ms -= WEEK_MS;
    before.end_ms -= WEEK_MS;
    json_t *period = period_of(&before, zone);

    json_object_del(period, "type");
    json_object_del(period, "timeZone");
    return period;
}

/* (transfer full) */
static char *
summary_of(const JwReportDef *def, const JwReportRequest *request, GTimeZone *zone)
{
    const char *language = request->language != NULL ? request->language : def->language;
    json_auto_t *summary =
        json_pack("{s:s, s:s, s:s, s:o, s:i, s:o, s:o, s:o*}", "title", def->title, "reportType",
                  def->report_type, "language", language, "period", period_of(request, zone),
                  "rows", EXAMPLE_ROWS, "figures", figures_of(def, language), "compared",
                  compared_of(request, zone), "chart", chart_of(def, request, zone, language));

    if (def->mail != NULL) {
        json_object_set_new(summary, "mail", jw_mail_texts_value(def->mail));
    }
    return jw_json_print(summary);
}

static JwArtifact *
artifact_of(const JwReportDef *def, const JwReportRequest *request, GTimeZone *zone)
{
    JwArtifact *artifact = g_new0(JwArtifact, 1);

    artifact->file_name = jw_report_file_name(def, request, zone);
    artifact->content_type =
        g_strdup("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
    artifact->sha256 = jw_sha256_hex(EXAMPLE_ID, strlen(EXAMPLE_ID));
    artifact->size_bytes = 45678;
    artifact->rows = EXAMPLE_ROWS;
    artifact->summary = summary_of(def, request, zone);
    return artifact;
}

/* The spec of a report of last week. (transfer full) */
static char *
spec_of(const JwCatalog *catalog, const char *type, const char *language, int64_t now_ms)
{
    json_auto_t *spec =
        json_pack("{s:s, s:{s:{s:s}, s:s*}, s:{s:s}}", "reportType", type, "parameters", "period",
                  "type", "weekly", "language", language, "output", "format", "xlsx");
    json_auto_t *built = jw_report_spec_build(catalog, spec, now_ms);

    return jw_json_print(built);
}

JwJob *
jw_letter_example(const JwCatalog *catalog, const char *type, const char *language, int64_t now_ms,
                  GError **error)
{
    g_return_val_if_fail(catalog != NULL && type != NULL, NULL);
    const JwReportDef *def = jw_catalog_find(catalog, type);

    if (def == NULL) {
        g_autofree char *names = jw_catalog_names(catalog);
        return jw_fail_null(error, JW_ERROR_NOT_FOUND, "there is no report type '%s'; there are %s",
                            type, names);
    }
    g_autofree char *spec = spec_of(catalog, type, language, now_ms);
    g_autoptr(JwReportRequest) request = jw_report_request_of_spec(spec);
    g_autoptr(GTimeZone) zone = request != NULL ? jw_zone_new(request->time_zone, NULL) : NULL;
    if (zone == NULL) {
        return jw_fail_null(error, JW_ERROR_INVALID, "a weekly report of '%s' has no period", type);
    }
    JwJob *job = jw_job_new();
    job->id = g_strdup(EXAMPLE_ID);
    job->type = g_strdup("report");
    job->name = g_strdup(jw_report_def_in(def, request->language)->title);
    job->subtype = g_strdup(type);
    job->spec = g_steal_pointer(&spec);
    job->state = JW_JOB_COMPLETED;
    job->created_at_ms = now_ms;
    job->finished_at_ms = now_ms;
    job->artifact = artifact_of(jw_report_def_in(def, request->language), request, zone);
    return job;
}
