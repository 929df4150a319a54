/* render/html.c: a report as one HTML page, which asks nothing of anybody: no script, no request,
 * charts inside. The band and the cards are those of the mail (libs/page).
 *
 * A browser dies of a million rows, so the list has the first ROWS_MAX and says so. They wait in a
 * file of their own until the figures are known. */
#include "render/html_text.h"
#include "render/out.h"
#include "render/render.h"

#include <errno.h>
#include <string.h>

#include "jw/chart.h"
#include "jw/page.h"
#include "jw/report_axis.h"
#include "jw/report_text.h"
#include "jw/report_words.h"
#include "render/text.h"
#include "temp.h"

#define ROWS_MAX         5000 /* of the list */
#define CELL_MAX         2000 /* characters of a text in the list */
#define SPOOL_END        ".rows"
#define POINTS_MAX       400 /* of a chart, as in a mail */
#define PAIR_COLUMNS_MAX 6
#define PAGE_END         "</main>\n</body>\n</html>\n"

struct _ExeRender {
    ExeRenderInput input; /* strings borrowed from the attempt */
    ExeOut out, spool;    /* the page; the rows of its list */
    int64_t n_rows;       /* all records */
    int64_t n_lines;      /* rows of tables and list in the page */
    const char *language; /* the result's */
};

static const char style[] =
    ":root{--page:#f1f5f9;--sheet:#fff;--line:#e2e8f0;--soft:#64748b;--ink:#0f172a;--head:#f8fafc;"
    "--band:#eef4ff;--good:#dcfce7;--warn:#fef3c7;--bad:#fee2e2}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0;background:var(--page);color:var(--ink);font:14px/20px -apple-system,"
    "BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif}\n"
    "main{max-width:1120px;margin:28px auto;background:var(--sheet);border:1px solid var(--line);"
    "border-radius:14px;overflow:hidden}\n"
    ".band{width:100%;border-collapse:collapse}.band td{border-radius:0 !important}\n"
    "section{padding:22px 32px 0}\n"
    ".cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(178px,1fr));gap:12px}\n"
    ".card{background:var(--head);border:1px solid var(--line);border-radius:10px;"
    "padding:13px 14px 14px;break-inside:avoid}\n"
    "h2{margin:0 0 10px;font-size:17px;line-height:24px}\n"
    ".notes{margin:0;padding:12px 16px 12px 32px;background:var(--band);border-radius:10px}\n"
    ".chart{margin:0 0 14px;max-width:720px;border:1px solid var(--line);border-radius:10px;"
    "overflow:hidden;break-inside:avoid}\n"
    ".chart img{display:block;width:100%;height:auto}\n"
    "@media screen and (min-width:960px){.pair{display:grid;align-items:start;gap:0 18px;"
    "grid-template-columns:minmax(0,9fr) minmax(0,8fr)}.pair h2{grid-column:1/3}"
    ".pair .chart{position:sticky;top:14px}}\n"
    ".scroll{overflow:auto;max-height:78vh;border:1px solid var(--line);border-radius:10px}\n"
    ".scroll table{border-collapse:separate;border-spacing:0;width:100%}\n"
    ".scroll th{background:var(--head);text-align:left;font-size:12px;line-height:16px;"
    "font-weight:600;color:var(--soft);padding:9px 12px;vertical-align:bottom;"
    "border-bottom:1px solid var(--line)}\n"
    ".scroll thead{position:sticky;top:0;z-index:1}\n"
    ".scroll th.g{text-align:center;border-left:1px solid var(--line);color:var(--ink)}\n"
    ".scroll td{padding:5px 12px;border-bottom:1px solid var(--line);vertical-align:top;"
    "unicode-bidi:plaintext;overflow-wrap:break-word;white-space:pre-line;max-width:32em}\n"
    ".scroll tbody tr:last-child td{border-bottom:0}\n"
    ".scroll th.n,.scroll td.n{text-align:right;font-variant-numeric:tabular-nums}"
    ".scroll td.n,.scroll td.d{white-space:nowrap}.scroll td.k{min-width:9em}\n"
    ".scroll tr.s td{background:var(--head);font-weight:600}\n"
    ".scroll tr.t td{background:var(--band);font-weight:700;border-top:2px solid var(--line)}\n"
    ".scroll td.good{background:var(--good)}.scroll td.warn{background:var(--warn)}"
    ".scroll td.bad{background:var(--bad)}\n"
    ".more,footer{color:var(--soft)}.more{margin:0 0 10px}\n"
    "footer{padding:24px 32px 28px;font-size:12px;line-height:18px}\n"
    "@media (max-width:620px){main{margin:0;border:0;border-radius:0}section{padding:18px 14px 0}"
    ".pad,footer{padding-left:14px !important;padding-right:14px !important}"
    ".cards{grid-template-columns:1fr 1fr;gap:8px}.scroll th,.scroll td{padding:6px 8px}}\n"
    "@media screen and (prefers-color-scheme:dark){:root{--page:#0b1220;--sheet:#111a2e;"
    "--line:#24304a;--soft:#a3b1c9;--ink:#f1f5f9;--head:#18233b;--band:#1b2a4d;--good:#14432a;"
    "--warn:#4a3410;--bad:#4c1d1d}.dark{color:#f1f5f9 !important}.soft{color:#a3b1c9 !important}"
    ".chart img{filter:invert(1) hue-rotate(180deg);mix-blend-mode:screen}}\n"
    "@media print{@page{margin:14mm}body{background:#fff}main{margin:0;border:0;max-width:none}"
    ".scroll{overflow:visible;max-height:none;border:0}.scroll thead{position:static}"
    ".scroll tr{break-inside:avoid}*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}\n";

static void
html_free(ExeRender *self)
{
    if (self == NULL) {
        return;
    }
    exe_out_clear(&self->out);
    exe_out_clear(&self->spool);
    g_free(self);
}

static ExeRender *
html_open(const ExeRenderInput *input, GError **error)
{
    ExeRender *self = g_new0(ExeRender, 1);
    g_autofree char *spool = g_strconcat(input->path, SPOOL_END, NULL);

    self->input = *input;
    if (!exe_out_open(&self->out, input->path, "write the HTML file", error)
        || !exe_out_open_spool(&self->spool, spool, "write the list of the HTML file", error)) {
        html_free(self);
        return NULL;
    }
    return self;
}

static bool
is_right(JwFormat format)
{
    return jw_format_is_number(format) || format == JW_FORMAT_HOUR || format == JW_FORMAT_INTEGER;
}

static bool
is_time(JwFormat format)
{
    return format == JW_FORMAT_DATETIME || format == JW_FORMAT_DATE;
}

static bool
html_row(ExeRender *self, const JwValue *row, GError **error)
{
    const GArray *columns = self->input.def->columns;
    GString *out = self->spool.text;

    if (!exe_render_wants_list(&self->input) || self->n_rows++ >= ROWS_MAX) {
        return true;
    }
    self->n_lines++;
    g_string_append(out, "<tr>");
    for (guint i = 0; i < columns->len; i++) {
        const JwColumnDef *column = &g_array_index(columns, JwColumnDef, i);
        const ExeHtmlForm form = { column->format, column->decimals, NULL };
        g_string_append(out, is_right(column->format)  ? "<td class=\"n\">"
                             : is_time(column->format) ? "<td class=\"d\">"
                                                       : "<td>");
        exe_html_value(out, &row[i], &form, self->input.zone, self->language, CELL_MAX);
        g_string_append(out, "</td>");
    }
    g_string_append(out, "</tr>\n");
    return exe_out_flush(&self->spool, error);
}

static const char *
kind_of(const JwReportResult *result)
{
    static const JwWord words[] = { [JW_PERIOD_CUSTOM] = JW_WORD_REPORT,
                                    [JW_PERIOD_WEEKLY] = JW_WORD_WEEKLY_REPORT,
                                    [JW_PERIOD_MONTHLY] = JW_WORD_MONTHLY_REPORT };

    return jw_report_word(words[result->period], result->language);
}

static void
put_head(ExeRender *self, const JwReportResult *result)
{
    GString *out = self->out.text;
    const char *language = result->language != NULL ? result->language : "en";

    jw_page_append(out,
                   "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
                   "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                   "style-src 'unsafe-inline'; img-src data:\">\n"
                   "<meta name=\"color-scheme\" content=\"light dark\">\n<title>%s, %s</title>\n",
                   language, result->title, result->period_label);
    g_string_append(out, "<style>\n");
    g_string_append(out, style);
    g_string_append(out, "</style>\n</head>\n<body>\n<main>\n");
}

static void
put_band(ExeRender *self, const JwReportResult *result)
{
    g_autoptr(GArray) limits = g_array_new(FALSE, FALSE, sizeof(JwPageFigure));

    for (guint i = 0; i < result->limits->len; i++) {
        const JwReportLimit *limit = &g_array_index(result->limits, JwReportLimit, i);
        const JwPageFigure shown = { (char *)(uintptr_t)limit->label,
                                     (char *)(uintptr_t)limit->text };
        g_array_append_val(limits, shown);
    }
    const JwPageTitle title = {
        .sort = JW_PAGE_REPORT,
        .kind = kind_of(result),
        .title = result->title,
        .line = result->period_label,
        .aside = result->time_zone,
        .requester = result->requester,
        .limits = limits,
        .with_inactive = result->with_inactive,
        .language = result->language,
    };
    g_string_append(self->out.text, "<table class=\"band\" role=\"presentation\">\n");
    jw_page_title(self->out.text, &title);
    g_string_append(self->out.text, "</table>\n");
}

static const char *
level_word(JwLevel level, const char *language)
{
    static const JwWord words[] = {
        [JW_LEVEL_GOOD] = JW_WORD_GOOD, [JW_LEVEL_WARN] = JW_WORD_WARN, [JW_LEVEL_BAD] = JW_WORD_BAD
    };

    return level == JW_LEVEL_NONE ? NULL : jw_report_word(words[level], language);
}

static void
put_card(ExeRender *self, const JwReportResult *result, const JwReportFigure *figure)
{
    const JwReportComparison *compared = &figure->comparison;
    const bool shown = result->compared_label != NULL && compared->difference_text != NULL;
    const bool percent = shown && compared->percent.type != JW_VALUE_NULL;
    g_autofree char *change =
        !shown    ? NULL
        : percent ? g_strdup_printf("%s (%s)", compared->difference_text, compared->percent_text)
                  : g_strdup(compared->difference_text);
    g_autofree char *before =
        shown ? g_strdup_printf("%s, %s", compared->previous_text, result->compared_label) : NULL;
    g_autofree char *against =
        shown ? jw_report_word_fill(JW_WORD_VS, result->language, before, NULL) : NULL;
    const JwPageCard card = {
        .label = figure->label,
        .text = figure->text,
        .change = change,
        .against = against,
        .level = figure->level,
        .level_word = level_word(figure->level, result->language),
    };

    g_string_append(self->out.text, "<div class=\"card\">");
    jw_page_card(self->out.text, &card);
    g_string_append(self->out.text, "</div>\n");
}

static void
put_front(ExeRender *self, const JwReportResult *result)
{
    GString *out = self->out.text;

    if (result->figures->len > 0) {
        g_string_append(out, "<section class=\"cards\">\n");
        for (guint i = 0; i < result->figures->len; i++) {
            put_card(self, result, &g_array_index(result->figures, JwReportFigure, i));
        }
        g_string_append(out, "</section>\n");
    }
    if (result->notes->len > 0) {
        g_string_append(out, "<section><ul class=\"notes\">\n");
        for (guint i = 0; i < result->notes->len; i++) {
            jw_page_append(out, "<li>%s</li>\n", (char *)g_ptr_array_index(result->notes, i));
        }
        g_string_append(out, "</ul></section>\n");
    }
}

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
labels_of(const JwReportTable *table, GTimeZone *zone)
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
                    jw_report_text_time(key->time_ms, table->columns[i].format, zone);
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
put_chart(ExeRender *self, const JwReportTable *table, GError **error)
{
    g_autoptr(GPtrArray) labels = labels_of(table, self->input.zone);
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
                                .n_more = n_series - 1 };
    g_autoptr(GBytes) png = jw_chart_png(&chart, error);
    if (png == NULL) {
        return false;
    }
    g_string_append(self->out.text, "<figure class=\"chart\"><img alt=\"");
    jw_page_append(self->out.text, "%s: %s\" src=\"", table->title, series[0].measure);
    exe_html_png(self->out.text, png);
    g_string_append(self->out.text, "\"></figure>\n");
    return true;
}

static bool
same_head(const JwReportTable *table, size_t a, size_t b)
{
    return g_strcmp0(table->columns[a].head, table->columns[b].head) == 0;
}

/* The heads of a pivot, each over its columns. */
static void
put_pivot_heads(ExeRender *self, const JwReportTable *table)
{
    bool any = false;

    for (size_t i = 0; i < table->n_columns; i++) {
        any = any || table->columns[i].head != NULL;
    }
    if (!any) {
        return;
    }
    g_string_append(self->out.text, "<tr>");
    for (size_t i = 0, next = 0; i < table->n_columns; i = next) {
        for (next = i + 1; next < table->n_columns && same_head(table, i, next);) {
            next++;
        }
        const char *head = table->columns[i].head;
        jw_page_append(self->out.text,
                       head != NULL ? "<th class=\"g\" colspan=\"%zu\">%s</th>"
                                    : "<th colspan=\"%zu\">%s</th>",
                       next - i, head != NULL ? head : "");
    }
    g_string_append(self->out.text, "</tr>");
}

static void
put_row(ExeRender *self, const JwReportTable *table, size_t row)
{
    static const char *const kinds[] = { [JW_ROW_GROUP] = "<tr>",
                                         [JW_ROW_SUBTOTAL] = "<tr class=\"s\">",
                                         [JW_ROW_TOTAL] = "<tr class=\"t\">" };
    static const char *const levels[] = { [JW_LEVEL_NONE] = "",
                                          [JW_LEVEL_GOOD] = " good",
                                          [JW_LEVEL_WARN] = " warn",
                                          [JW_LEVEL_BAD] = " bad" };
    GString *out = self->out.text;

    self->n_lines++;
    g_string_append(out, kinds[jw_report_row_kind(table, row)]);
    for (size_t i = 0; i < table->n_columns; i++) {
        const JwReportColumn *column = &table->columns[i];
        const ExeHtmlForm form = { column->format, column->decimals, column->unit };
        g_string_append_printf(out, "<td class=\"%s%s\">",
                               i >= table->n_keys || is_right(column->format) ? "n" : "k",
                               levels[jw_report_cell_level(table, row, i)]);
        exe_html_value(out, jw_report_cell(table, row, i), &form, self->input.zone, self->language,
                       0);
        g_string_append(out, "</td>");
    }
    g_string_append(out, "</tr>\n");
}

static bool
put_table(ExeRender *self, const JwReportTable *table, GError **error)
{
    GString *out = self->out.text;
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
        jw_page_append(out, i < table->n_keys ? "<th>%s</th>" : "<th class=\"n\">%s</th>",
                       table->columns[i].label);
    }
    g_string_append(out, "</tr></thead>\n<tbody>\n");
    for (size_t row = 0; ok && row < table->n_rows; row++) {
        put_row(self, table, row);
        ok = exe_out_flush(&self->out, error);
    }
    g_string_append(out, "</tbody></table></div>\n</section>\n");
    return ok;
}

static void
put_more(ExeRender *self)
{
    g_autofree char *all = jw_report_word_records(self->n_rows, self->language);
    g_autofree char *first = jw_report_text_count(ROWS_MAX);
    g_autofree char *line = jw_report_word_fill(JW_WORD_FIRST_OF, self->language, first, all);

    jw_page_append(self->out.text, "<p class=\"more\">%s</p>\n",
                   self->n_rows > ROWS_MAX ? line
                   : self->n_rows > 0      ? all
                                           : jw_report_word(JW_WORD_NO_RECORDS, self->language));
}

static bool
put_list(ExeRender *self, GError **error)
{
    const GArray *columns = self->input.def->columns;
    GString *out = self->out.text;

    jw_page_append(out, "<section>\n<h2>%s</h2>\n",
                   self->input.def->list_title != NULL
                       ? self->input.def->list_title
                       : jw_report_word(JW_WORD_RECORDS, self->language));
    put_more(self);
    g_string_append(out, "<div class=\"scroll\"><table>\n<thead><tr>");
    for (guint i = 0; i < columns->len; i++) {
        const JwColumnDef *column = &g_array_index(columns, JwColumnDef, i);
        jw_page_append(out, is_right(column->format) ? "<th class=\"n\">%s</th>" : "<th>%s</th>",
                       column->label);
    }
    g_string_append(out, "</tr></thead>\n<tbody>\n");
    if (!exe_out_append(&self->out, &self->spool, error)) {
        return false;
    }
    g_string_append(out, "</tbody></table></div>\n</section>\n");
    return true;
}

static void
put_foot(ExeRender *self, const JwReportResult *result)
{
    g_autofree char *time =
        jw_report_text_time(self->input.made_at_ms, JW_FORMAT_DATETIME, self->input.zone);
    g_autofree char *made = jw_report_word_fill(JW_WORD_MADE_AT, result->language, time, NULL);
    g_autofree char *count = jw_report_word_records(result->rows, result->language);
    g_autofree char *read =
        jw_report_word_fill(JW_WORD_RECORDS_READ, result->language, count, NULL);

    jw_page_append(self->out.text, "<footer>%s%s%s (%s) &#183; %s &#183; Jobwire</footer>\n",
                   self->input.title != NULL ? self->input.title : "",
                   self->input.title != NULL ? " · " : "", made, result->time_zone, read);
    g_string_append(self->out.text, PAGE_END);
}

static bool
html_finish(ExeRender *self, const JwReportResult *result, GError **error)
{
    bool ok = true;

    self->language = result->language;
    put_head(self, result);
    put_band(self, result);
    put_front(self, result);
    for (guint i = 0; ok && exe_render_wants_tables(&self->input) && i < result->tables->len; i++) {
        ok = put_table(self, &g_array_index(result->tables, JwReportTable, i), error);
    }
    if (ok && exe_render_wants_list(&self->input)) {
        ok = put_list(self, error);
    }
    put_foot(self, result);
    return ok && exe_out_close(&self->out, error);
}

/* The rows that begin a line, and whether the page ends as one does. */
static int64_t
count_rows(FILE *file, bool *ret_whole)
{
    char *line = NULL;
    size_t size = 0;
    int64_t count = 0;

    while (getline(&line, &size, file) > 0) {
        *ret_whole = strcmp(line, "</html>\n") == 0;
        /* The band is a row of its own sort; texts have no "<". */
        const bool row = g_str_has_prefix(line, "<tr>") || g_str_has_prefix(line, "<tr class");
        count += row && !g_str_has_prefix(line, "<tr><td class=\"pad\"") ? 1 : 0;
    }
    g_free(line); /* getline()'s: GLib's memory is malloc's */
    return count;
}

static bool
html_check(const ExeRender *self, GError **error)
{
    FILE *file = fopen(self->input.path, "re");
    bool whole = false;

    if (file == NULL) {
        return exe_temp_failed(error, "read the HTML file back", errno);
    }
    const int64_t found = count_rows(file, &whole);
    (void)fclose(file);
    return (whole && found == self->n_lines)
           || jw_fail(error, JW_ERROR_CORRUPT,
                      "the HTML file has %" G_GINT64_FORMAT " rows instead of %" G_GINT64_FORMAT
                      "%s",
                      found, self->n_lines, whole ? "" : ", and is cut");
}

const ExeRenderOps exe_render_html = {
    .open = html_open,
    .row = html_row,
    .finish = html_finish,
    .list_max = ROWS_MAX,
    .check = html_check,
    .free = html_free,
};
