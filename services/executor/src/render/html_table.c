/* render/html_table.c: a table of an HTML page with its chart; see render/html_parts.h. */
#include "render/html_parts.h"

#include "jw/chart.h"
#include "jw/page.h"
#include "jw/report_axis.h"
#include "jw/report_change.h"
#include "jw/report_text.h"
#include "render/html_text.h"

#define POINTS_MAX       400 /* of a chart, as in a mail */
#define PAIR_COLUMNS_MAX 6

/* What the chart draws of a column: the rows that are groups. */
static GArray *
points_of(const JwReportTable *table, size_t column)
{
    GArray *values = g_array_new(FALSE, FALSE, sizeof(double));

    for (size_t row = 0; row < table->n_rows; row++) {
        const double value = jw_axis_value(jw_report_cell(table, row, column));
        if (jw_report_row_kind(table, row) == JW_ROW_GROUP) {
            g_array_append_val(values, value);
        }
    }
    return values;
}

/* The groups' labels, NULL-terminated: all keys of a row. */
static GPtrArray *
labels_of(const JwReportTable *table, JwZoneCache *zone)
{
    GPtrArray *labels = g_ptr_array_new_with_free_func(g_free);

    for (size_t row = 0; row < table->n_rows; row++) {
        g_autoptr(GString) label = g_string_new(NULL);
        if (jw_report_row_kind(table, row) != JW_ROW_GROUP) {
            continue;
        }
        for (size_t i = 0; i < MAX(table->n_keys, 1); i++) {
            const JwValue *key = jw_report_cell(table, row, i);
            g_string_append(label, label->len > 0 ? ", " : "");
            if (key->type == JW_VALUE_TEXT) {
                g_string_append_len(label, key->text, (gssize)key->length);
            } else if (key->type == JW_VALUE_TIME) {
                g_autofree char *time =
                    jw_report_text_time_cached(key->time_ms, table->columns[i].format, zone);
                g_string_append(label, time);
            }
        }
        g_ptr_array_add(labels, g_strdup(label->str));
    }
    g_ptr_array_add(labels, NULL);
    return labels;
}

static JwChartSeries
series_of(const JwReportTable *table, size_t column, const GArray *values)
{
    return (JwChartSeries){ .values = (const double *)(const void *)values->data,
                            .measure = table->columns[column].label,
                            .decimals = table->columns[column].decimals };
}

static bool
has_chart(const JwReportTable *table)
{
    size_t n_groups = 0;

    for (size_t row = 0; row < table->n_rows; row++) {
        n_groups += jw_report_row_kind(table, row) == JW_ROW_GROUP ? 1 : 0;
    }
    return table->chart != JW_CHART_NONE && table->n_chart_columns > 0 && n_groups > 0
           && n_groups <= POINTS_MAX;
}

static bool
put_chart(ExeHtml *self, const JwReportTable *table, GError **error)
{
    g_autoptr(GPtrArray) labels = labels_of(table, &self->zone);
    g_autoptr(GPtrArray) values = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
    JwChartSeries series[JW_CHART_SERIES_MAX] = { 0 };
    const size_t n_series = MIN(table->n_chart_columns, (size_t)JW_CHART_SERIES_MAX);

    if (!has_chart(table)) {
        return true;
    }
    for (size_t i = 0; i < n_series; i++) {
        GArray *points = points_of(table, table->chart_columns[i]);
        g_ptr_array_add(values, points);
        series[i] = series_of(table, table->chart_columns[i], points);
    }
    const JwChartData chart = { .labels = (const char *const *)labels->pdata,
                                .values = series[0].values,
                                .n_values = labels->len - 1,
                                .measure = series[0].measure,
                                .decimals = series[0].decimals,
                                .kind = table->chart,
                                .more = &series[1],
                                .n_more = n_series - 1,
                                .language = self->language };
    g_autoptr(GBytes) png = jw_chart_png(&chart, error);
    if (png == NULL) {
        return false;
    }
    g_autofree char *words =
        jw_chart_words(&chart, table->title, &table->columns[table->chart_columns[0]]);
    g_string_append(self->out->text, "<figure class=\"chart\"><img alt=\"");
    jw_page_append(self->out->text, "%s\" src=\"", words != NULL ? words : table->title);
    exe_html_png(self->out->text, png);
    g_string_append(self->out->text, "\"></figure>\n");
    return true;
}

static bool
same_head(const JwReportTable *table, size_t a, size_t b)
{
    return g_strcmp0(table->columns[a].head, table->columns[b].head) == 0;
}

/* The heads of a pivot, each over its columns. */
static void
put_pivot_heads(ExeHtml *self, const JwReportTable *table)
{
    bool any = false;

    for (size_t i = 0; i < table->n_columns; i++) {
        any = any || table->columns[i].head != NULL;
    }
    if (!any) {
        return;
    }
    g_string_append(self->out->text, "<tr>");
    for (size_t i = 0, next = 0; i < table->n_columns; i = next) {
        for (next = i + 1; next < table->n_columns && same_head(table, i, next);) {
            next++;
        }
        const char *head = table->columns[i].head;
        jw_page_append(self->out->text,
                       head != NULL ? "<th class=\"g\" colspan=\"%zu\">%s</th>"
                                    : "<th colspan=\"%zu\">%s</th>",
                       next - i, head != NULL ? head : "");
    }
    g_string_append(self->out->text, "</tr>");
}

/* In words, too, for who neither sees the colour nor knows the sign. */
static void
put_sign(ExeHtml *self, JwLevel level)
{
    const char *word = jw_report_level_word(level, self->language);

    if (word != NULL) {
        jw_page_append(self->out->text, "<b role=\"img\" aria-label=\"%s\" title=\"%s\">%s</b> ",
                       word, word, jw_report_level_sign(level));
    }
}

static void
put_cell(ExeHtml *self, const JwReportTable *table, size_t row, size_t i)
{
    static const char *const levels[] = { [JW_LEVEL_NONE] = "",
                                          [JW_LEVEL_GOOD] = " good",
                                          [JW_LEVEL_WARN] = " warn",
                                          [JW_LEVEL_BAD] = " bad" };
    const JwReportColumn *column = &table->columns[i];
    const JwValue *cell = jw_report_cell(table, row, i);
    const JwLevel level = jw_report_cell_level(table, row, i);
    const bool right = i >= table->n_keys || exe_html_is_right(column->format);
    const JwTextForm form = { .format = column->format,
                              .decimals = column->decimals,
                              .unit = jw_report_column_unit(column, cell, self->language),
                              .sign = column->role == JW_COLUMN_DIFFERENCE
                                      || column->role == JW_COLUMN_PERCENT };

    g_string_append_printf(self->out->text, "<td class=\"%s%s\">", right ? "n" : "k",
                           levels[level]);
    put_sign(self, level);
    exe_html_value(self->out->text, cell, &form, &self->zone, self->language, 0);
    g_string_append(self->out->text, "</td>");
}

static void
put_row(ExeHtml *self, const JwReportTable *table, size_t row)
{
    static const char *const kinds[] = { [JW_ROW_GROUP] = "<tr>",
                                         [JW_ROW_SUBTOTAL] = "<tr class=\"s\">",
                                         [JW_ROW_TOTAL] = "<tr class=\"t\">" };
    GString *out = self->out->text;

    self->n_lines++;
    g_string_append(out, kinds[jw_report_row_kind(table, row)]);
    for (size_t i = 0; i < table->n_columns; i++) {
        put_cell(self, table, row, i);
    }
    g_string_append(out, "</tr>\n");
}

bool
exe_html_table(ExeHtml *self, const JwReportTable *table, GError **error)
{
    GString *out = self->out->text;
    bool ok = true;

    /* A chart and a table of few columns stand side by side. */
    const bool pair = has_chart(table) && table->n_columns <= PAIR_COLUMNS_MAX;
    g_string_append(out, pair ? "<section class=\"pair\">\n" : "<section>\n");
    jw_page_append(out, "<h2>%s</h2>\n", table->title);
    if (!put_chart(self, table, error)) {
        return false;
    }
    g_string_append(out, "<div class=\"scroll\"><table>\n<thead>");
    put_pivot_heads(self, table);
    g_string_append(out, "<tr>");
    for (size_t i = 0; i < table->n_columns; i++) {
        const JwReportColumn *column = &table->columns[i];
        jw_page_append(out, i < table->n_keys ? "<th>%s%s</th>" : "<th class=\"n\">%s%s</th>",
                       column->approximate ? JW_REPORT_TEXT_ESTIMATE : "", column->label);
    }
    g_string_append(out, "</tr></thead>\n<tbody>\n");
    for (size_t row = 0; ok && row < table->n_rows; row++) {
        put_row(self, table, row);
        ok = exe_out_flush(self->out, error);
    }
    g_string_append(out, "</tbody></table></div>\n</section>\n");
    return ok;
}
