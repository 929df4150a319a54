/* letter_view.c: see letter_view.h. */
#include "letter_view.h"

#include "jw/civil.h"
#include "jw/clock.h"
#include "jw/report_axis.h"
#include "jw/report_change.h"
#include "jw/report_request.h"
#include "jw/report_result.h"
#include "jw/report_text.h"
#include "jw/report_words.h"
#include "jw/text.h"

#include <string.h>

#define MAX_FIGURES 50 /* as many as a definition's summary, and filters, can have */
#define MAX_PART    40 /* of those in the subject about what the report is limited to */

static void
figure_clear(gpointer data)
{
    JwPageFigure *figure = data;
    g_free(figure->label);
    g_free(figure->text);
}

static void
card_clear(gpointer data)
{
    JwLetterFigure *figure = data;
    g_free(figure->name);
    g_free(figure->label);
    g_free(figure->text);
    g_free(figure->change);
    g_free(figure->mark);
}

void
jw_letter_view_clear(JwLetterView *self)
{
    g_free(self->title);
    g_free(self->about);
    g_free(self->language);
    g_free(self->job_name);
    g_free(self->report_type);
    g_free(self->report);
    g_free(self->start);
    g_free(self->end);
    g_free(self->records);
    g_free(self->departments);
    g_free(self->subject);
    g_free(self->sender_name);
    g_strfreev(self->intro);
    g_free(self->period);
    g_free(self->zone);
    g_free(self->requester);
    g_clear_pointer(&self->limits, g_array_unref);
    g_free(self->part);
    g_clear_pointer(&self->figures, g_array_unref);
    g_clear_pointer(&self->notes, g_ptr_array_unref);
    g_free(self->compared);
    g_free(self->against);
    g_free(self->chart_title);
    g_free(self->measure);
    g_free(self->unit);
    g_free(self->unit_one);
    g_clear_pointer(&self->labels, g_ptr_array_unref);
    g_clear_pointer(&self->values, g_array_unref);
    for (size_t i = 0; i < self->n_more; i++) {
        g_free((gpointer)(uintptr_t)self->more[i].values);
        g_free((gpointer)(uintptr_t)self->more[i].measure);
    }
    self->n_more = 0;
    g_free(self->file_name);
    g_free(self->file_size);
    g_free(self->expires);
}

static void
read_figures(JwLetterView *self, const JwReportResult *result)
{
    const GArray *figures = result->figures;

    for (guint i = 0; i < figures->len && self->figures->len < MAX_FIGURES; i++) {
        const JwReportFigure *from = &g_array_index(figures, JwReportFigure, i);
        g_autofree char *change = jw_report_change_text(from, result->language);
        JwLetterFigure figure = { jw_letter_view_clean(from->name),
                                  jw_letter_view_clean(from->label),
                                  jw_letter_view_clean(from->text),
                                  jw_letter_view_clean(change),
                                  jw_report_level_text(from->level, result->language),
                                  from->level };
        if (figure.label == NULL) {
            card_clear(&figure);
            continue;
        }
        if (figure.text == NULL) {
            figure.text = g_strdup("\xe2\x80\x93");
        }
        g_array_append_val(self->figures, figure);
    }
}

static void
read_notes(JwLetterView *self, const JwReportResult *result)
{
    for (guint i = 0; i < MIN(result->notes->len, MAX_FIGURES); i++) {
        char *note = jw_letter_view_clean(g_ptr_array_index(result->notes, i));
        if (note != NULL) {
            g_ptr_array_add(self->notes, note);
        }
    }
}

/* Less than a year before, days need no year. */
static void
read_compared(JwLetterView *self, const JwReportResult *result)
{
    g_autoptr(GTimeZone) zone = self->zone != NULL ? jw_zone_new(self->zone, NULL) : NULL;
    const int64_t year_ms = INT64_C(360) * 86400000;
    const bool near = result->start_ms - result->compared_start_ms < year_ms;

    self->compared = jw_letter_view_clean(result->compared_label);
    if (self->compared != NULL && zone != NULL && near && result->compared_end_ms != 0) {
        self->against = jw_report_text_days(result->compared_start_ms, result->compared_end_ms,
                                            zone, self->language);
    }
    if (self->against == NULL) {
        self->against = g_strdup(self->compared);
    }
}

static GArray *
new_figures(void)
{
    GArray *figures = g_array_new(FALSE, FALSE, sizeof(JwPageFigure));

    g_array_set_clear_func(figures, figure_clear);
    return figures;
}

static void
add_limit(JwLetterView *self, const char *label, const char *text)
{
    JwPageFigure limit = { jw_letter_view_clean(label), jw_letter_view_clean(text) };

    if (self->limits->len == MAX_FIGURES || limit.label == NULL || limit.text == NULL) {
        figure_clear(&limit);
        return;
    }
    g_array_append_val(self->limits, limit);
}

/* The limits in a few words. */
static void
make_part(JwLetterView *self)
{
    g_autoptr(GString) part = g_string_new(NULL);

    for (guint i = 0; i < self->limits->len; i++) {
        g_string_append_printf(part, "%s%s", i > 0 ? ", " : "",
                               g_array_index(self->limits, JwPageFigure, i).text);
    }
    if (self->limits->len > 0) {
        self->part = g_strdup(g_utf8_strlen(part->str, -1) <= MAX_PART
                                  ? part->str
                                  : jw_report_word(JW_WORD_PART_SHORT, self->language));
    }
}

static void
read_limits(JwLetterView *self, const JwReportResult *result)
{
    for (guint i = 0; i < result->limits->len; i++) {
        const JwReportLimit *from = &g_array_index(result->limits, JwReportLimit, i);
        add_limit(self, from->label, from->text);
    }
    make_part(self);
    self->with_inactive = result->with_inactive;
}

static void
read_series(JwLetterView *self, const JwReportTable *table, size_t column)
{
    double *values = g_new(double, table->n_rows + 1);

    for (size_t row = 0; row < table->n_rows; row++) {
        values[row] = jw_axis_value(jw_report_cell(table, row, column));
    }
    self->more[self->n_more++] =
        (JwChartSeries){ .values = values,
                         .measure = jw_letter_view_clean(table->columns[column].label),
                         .decimals = table->columns[column].decimals };
}

static void
read_chart(JwLetterView *self, const JwReportTable *table)
{
    for (size_t row = 0; row < table->n_rows; row++) {
        const JwValue *cell = jw_report_cell(table, row, 0);
        const double number = jw_axis_value(jw_report_cell(table, row, table->chart_columns[0]));
        char *label = jw_letter_view_clean(cell->type == JW_VALUE_TEXT ? cell->text : NULL);
        g_ptr_array_add(self->labels, label != NULL ? label : g_strdup(""));
        g_array_append_val(self->values, number);
    }
    self->chart_title = jw_letter_view_clean(table->title);
    const JwReportColumn *measure = &table->columns[table->chart_columns[0]];
    g_autofree char *axis = measure->label != NULL && measure->unit != NULL
                                    && strstr(measure->label, measure->unit + 1) == NULL
                                ? g_strdup_printf("%s (%s)", measure->label, measure->unit + 1)
                                : g_strdup(measure->label);
    self->measure = jw_letter_view_clean(axis);
    self->unit = g_strdup(measure->unit);
    self->unit_one = g_strdup(measure->unit_one);
    self->format = table->columns[table->chart_columns[0]].format;
    self->decimals = table->columns[table->chart_columns[0]].decimals;
    self->chart_kind = table->chart;
    for (size_t i = 1; i < table->n_chart_columns; i++) {
        read_series(self, table, table->chart_columns[i]);
    }
}

/* What is known of any job. */
static void
init_job(JwLetterView *self, const JwJob *job)
{
    self->figures = g_array_new(FALSE, FALSE, sizeof(JwLetterFigure));
    g_array_set_clear_func(self->figures, card_clear);
    self->notes = g_ptr_array_new_with_free_func(g_free);
    self->limits = new_figures();
    self->labels = g_ptr_array_new_with_free_func(g_free);
    self->values = g_array_new(FALSE, FALSE, sizeof(double));
    self->job_name = jw_letter_view_clean(job->name);
    if (job->departments != NULL) {
        g_autofree char *departments = g_strjoinv(", ", job->departments);
        self->departments = jw_letter_view_clean(departments);
    }
    self->requester = jw_letter_view_clean(jw_actor_name(&job->requested_by));
}

static void
read_asked(JwLetterView *self, const JwReportRequest *request)
{
    g_autoptr(GTimeZone) zone = jw_zone_new(request->time_zone, NULL);
    g_autofree char *period = zone != NULL ? jw_report_text_period(request, zone) : NULL;

    self->report_type = jw_letter_view_clean(request->report_type);
    self->kind = jw_report_kind(request->period, self->language);
    self->period = jw_letter_view_clean(period);
    self->zone = jw_letter_view_clean(request->time_zone);
    for (guint i = 0; i < request->filters->len; i++) {
        const JwFilter *filter = &g_array_index(request->filters, JwFilter, i);
        g_autofree char *label = jw_report_text_filter_name(filter->name);
        g_autofree char *text = jw_report_text_filter_values(filter, self->language);
        add_limit(self, label, text);
    }
    make_part(self);
    self->with_inactive = request->include_inactive;
}

void
jw_letter_view_init_asked(JwLetterView *self, const JwJob *job)
{
    g_autoptr(JwReportRequest) request = jw_report_request_of_spec(job->spec);

    init_job(self, job);
    if (request != NULL) {
        self->language = g_strdup(request->language);
        read_asked(self, request);
    }
    const char *type = self->report_type != NULL ? self->report_type : job->id;
    self->title = g_strdup(self->job_name != NULL ? self->job_name : type);
}

/* The job's name leads: of one type there are many. */
static void
read_titles(JwLetterView *self, const JwReportResult *result)
{
    g_autofree char *type = jw_letter_view_clean(result->title);
    const char *known = type != NULL ? type : jw_report_word(JW_WORD_REPORT, self->language);

    self->title = g_strdup(self->job_name != NULL ? self->job_name : known);
    self->report = g_strdup(known);
    self->report_type = jw_letter_view_clean(result->report_type);
    if (g_strcmp0(type, self->title) != 0) {
        self->about = g_steal_pointer(&type);
    }
}

/* The first and the last day of the period. */
static void
read_days(JwLetterView *self, const JwReportResult *result)
{
    g_autoptr(GTimeZone) zone = self->zone != NULL ? jw_zone_new(self->zone, NULL) : NULL;

    if (zone != NULL && result->end_ms > result->start_ms) {
        self->start = jw_report_text_day(result->start_ms, zone, self->language);
        self->end = jw_report_text_day(result->end_ms - 1, zone, self->language);
    }
}

static void
read_texts(JwLetterView *self, const JwJob *job, const JwReportResult *result)
{
    const JwMailTexts of_type = { (char *)(uintptr_t)result->mail_subject,
                                  (char *)(uintptr_t)result->mail_intro,
                                  (char *)(uintptr_t)result->mail_sender };

    jw_letter_view_read_texts(self, job->mail, &of_type);
}

void
jw_letter_view_init(JwLetterView *self, const JwLetterInput *input)
{
    const JwArtifact *artifact = input->job->artifact;
    init_job(self, input->job);
    self->rows = artifact->rows;
    g_autoptr(JwReportResult) result = jw_report_result_of_summary(artifact->summary);
    self->language = g_strdup(result->language);
    read_titles(self, result);
    self->kind = jw_report_kind(result->period, self->language);
    self->period = jw_letter_view_clean(result->period_label);
    self->zone = jw_letter_view_clean(result->time_zone);
    read_days(self, result);
    if (self->rows >= 0) {
        self->records = jw_report_count(self->rows, self->language);
    }
    read_limits(self, result);
    read_figures(self, result);
    read_notes(self, result);
    read_compared(self, result);
    if (result->tables->len > 0) {
        read_chart(self, &g_array_index(result->tables, JwReportTable, 0));
    }
    self->file_name = jw_text_file_name(artifact->file_name);
    self->file_size = jw_report_bytes(artifact->size_bytes, self->language);
    self->expires = input->link_expires_ms != 0
                        ? jw_report_moment(input->link_expires_ms, self->language)
                        : NULL;
    read_texts(self, input->job, result);
}

JwChartData
jw_letter_view_chart(const JwLetterView *view)
{
    return (JwChartData){ .labels = (const char *const *)view->labels->pdata,
                          .values = (const double *)(const void *)view->values->data,
                          .n_values = view->values->len,
                          .measure = view->measure,
                          .decimals = view->decimals,
                          .kind = view->chart_kind,
                          .more = view->more,
                          .n_more = view->n_more,
                          .language = view->language };
}

char *
jw_letter_view_describe_chart(const JwLetterView *view)
{
    const JwChartData chart = jw_letter_view_chart(view);
    const JwReportColumn drawn = { .format = view->format,
                                   .unit = view->unit,
                                   .unit_one = view->unit_one };

    return jw_chart_words(&chart, view->chart_title, &drawn);
}
