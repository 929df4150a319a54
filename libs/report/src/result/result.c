/* result/result.c: the result of a report, taken out of the engine once after the pass. */
#include "result/looks.h"
#include "result/plan.h"
#include "result/result_private.h"

#include "jw/report_text.h"
#include "jw/text.h"

#include <string.h>

/* The value of a measure; a peak's is a group, which may have a label. */
static JwValue
figure_value(JwAggregate *aggregate, const JwReportDef *def, const JwMeasureDef *measure)
{
    const JwValue value = jw_aggregate_figure(aggregate, measure);
    const JwDimensionDef *dimension = jw_report_def_dimension(def, measure->dimension);
    const bool peak = dimension != NULL && measure->op == JW_MEASURE_PEAK;
    const char *label = peak ? jw_look_label(dimension->labels, &value) : NULL;

    if (peak && label == NULL) {
        label = jw_look_word(dimension, &value, def->language);
    }
    return label == NULL
               ? value
               : (JwValue){ .type = JW_VALUE_TEXT, .text = label, .length = strlen(label) };
}

static void
add_figure(JwReportResult *self, JwAggregate *aggregate, const JwReportDef *def,
           const JwMeasureDef *measure, GTimeZone *zone)
{
    (void)jw_aggregate_take_estimated(aggregate);
    const JwValue value = figure_value(aggregate, def, measure);
    const bool estimated = jw_aggregate_take_estimated(aggregate);
    g_autofree char *unit = jw_report_unit(&measure->unit, &value, self->language);
    const JwTextForm form = { .format = measure->format,
                              .decimals = measure->decimals,
                              .unit = unit,
                              .language = self->language };
    g_autofree char *exact = value.type == JW_VALUE_TIME
                                 ? jw_report_text_time(value.time_ms, measure->format, zone)
                                 : jw_report_text_form(&value, &form);
    g_autofree char *text = g_strconcat(estimated ? JW_REPORT_TEXT_ESTIMATE : "", exact, NULL);
    const JwReportFigure figure = {
        .name = jw_result_keep(self, measure->name),
        .label = jw_result_keep(self, measure->label),
        .format = measure->format,
        .decimals = measure->decimals,
        .value = jw_result_keep_value(self, value),
        .text = jw_result_keep(self, text),
        .unit = jw_result_keep(self, unit),
        .level = jw_look_level(measure, &value),
        .approximate = estimated,
    };

    if (estimated) {
        jw_result_note_estimate(self, aggregate, measure);
    }
    g_array_append_val(self->figures, figure);
}

/* What is shown for the values of a field: the labels of its dimension, else of its column. */
static GHashTable *
labels_of_field(const JwReportDef *def, const char *field)
{
    for (guint i = 0; i < def->dimensions->len; i++) {
        const JwDimensionDef *dimension = &g_array_index(def->dimensions, JwDimensionDef, i);
        if (dimension->labels != NULL && g_strcmp0(dimension->field, field) == 0) {
            return dimension->labels;
        }
    }
    for (guint i = 0; i < def->columns->len; i++) {
        const JwColumnDef *column = &g_array_index(def->columns, JwColumnDef, i);
        if (column->labels != NULL && g_strcmp0(column->field, field) == 0) {
            return column->labels;
        }
    }
    return NULL;
}

/* The values as the report shows them elsewhere. (transfer container): the strings are borrowed */
static char **
labelled_values(GHashTable *labels, char **values)
{
    const guint count = values != NULL ? g_strv_length(values) : 0;
    char **shown = g_new0(char *, count + 1);

    for (guint i = 0; i < count; i++) {
        char *label = labels != NULL ? g_hash_table_lookup(labels, values[i]) : NULL;
        shown[i] = label != NULL ? label : values[i];
    }
    return shown;
}

static void
add_limit(JwReportResult *self, const JwReportDef *def, const JwFilter *filter)
{
    const JwFilterDef *known = jw_report_def_filter(def, filter->name);
    const bool labelled = known != NULL && known->label != NULL;
    g_autofree char *label =
        labelled ? g_strdup(known->label) : jw_report_text_filter_name(filter->name);
    GHashTable *labels = known != NULL ? labels_of_field(def, known->field) : NULL;
    g_autofree char **values = labelled_values(labels, filter->values);
    g_autofree char **excluded = labelled_values(labels, filter->excluded);
    JwFilter shown = *filter; /* borrowed */

    shown.values = values;
    shown.excluded = excluded;
    g_autofree char *text = jw_report_text_filter_values(&shown, self->language);
    const JwReportLimit limit = { jw_result_keep(self, filter->name), jw_result_keep(self, label),
                                  jw_result_keep(self, text) };

    g_array_append_val(self->limits, limit);
}

JwReportResult *
jw_result_build(JwAggregate *aggregate, const JwReportDef *def, const JwReportRequest *request,
                GTimeZone *zone)
{
    JwReportResult *self = jw_result_new_empty();
    g_autofree char *period = jw_report_text_period(request, zone);
    self->title = jw_result_keep(self, def->title);
    self->language = jw_result_keep(self, def->language);
    if (def->mail != NULL) {
        self->mail_subject = jw_result_keep(self, def->mail->subject);
        self->mail_intro = jw_result_keep(self, def->mail->intro);
        self->mail_sender = jw_result_keep(self, def->mail->sender_name);
    }
    self->report_type = jw_result_keep(self, def->report_type);
    self->period = request->period;
    self->start_ms = request->start_ms;
    self->end_ms = request->end_ms;
    self->time_zone = jw_result_keep(self, g_time_zone_get_identifier(zone));
    self->period_label = jw_result_keep(self, period);
    for (guint i = 0; i < request->filters->len; i++) {
        add_limit(self, def, &g_array_index(request->filters, JwFilter, i));
    }
    self->with_inactive = def->inactive_field != NULL && request->include_inactive;
    self->requester = jw_result_keep(self, request->requester);
    self->rows = jw_aggregate_rows(aggregate);
    self->grouped = request->group_by != NULL;
    g_autoptr(GPtrArray) figures = jw_result_plan_figures(def, request);
    for (guint i = 0; i < figures->len; i++) {
        add_figure(self, aggregate, def, g_ptr_array_index(figures, i), zone);
    }
    g_autoptr(GArray) tables = jw_result_plan_tables(def, request);
    for (guint i = 0; i < tables->len; i++) {
        jw_result_fill_table(self, aggregate, &g_array_index(tables, JwTablePlan, i));
    }
    return self;
}
