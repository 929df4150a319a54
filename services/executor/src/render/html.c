/* render/html.c: a report as one HTML page, which asks nothing of anybody: no script, no request,
 * charts inside. The band and the cards are those of the mail (libs/page).
 *
 * A browser dies of a million rows, so the list has the first ROWS_MAX and says so. They wait in a
 * file of their own until the figures are known. */
#include "render/html_parts.h"
#include "render/html_text.h"
#include "render/out.h"
#include "render/render.h"

#include <errno.h>
#include <string.h>

#include "jw/page.h"
#include "jw/report_text.h"
#include "jw/report_words.h"
#include "render/text.h"
#include "temp.h"

#define ROWS_MAX  5000 /* of the list */
#define CELL_MAX  2000 /* characters of a text in the list */
#define SPOOL_END ".rows"

struct _ExeRender {
    ExeRenderInput input; /* strings borrowed from the attempt */
    ExeOut out, spool;    /* the page; the rows of its list */
    int64_t n_rows;       /* all records */
    ExeHtml html;
};

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
    self->html = (ExeHtml){ .out = &self->out,
                            .zone = { .zone = input->zone },
                            .language = input->def->language };
    if (!exe_out_open(&self->out, input->path, "write the HTML file", error)
        || !exe_out_open_spool(&self->spool, spool, "write the list of the HTML file", error)) {
        html_free(self);
        return NULL;
    }
    return self;
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
    self->html.n_lines++;
    g_string_append(out, "<tr>");
    for (guint i = 0; i < columns->len; i++) {
        const JwColumnDef *column = &g_array_index(columns, JwColumnDef, i);
        g_autofree char *unit = jw_report_unit(&column->unit, &row[i], self->html.language);
        const JwTextForm form = { .format = column->format,
                                  .decimals = column->decimals,
                                  .unit = unit };
        g_string_append(out, exe_html_is_right(column->format) ? "<td class=\"n\">"
                             : is_time(column->format)         ? "<td class=\"d\">"
                                                               : "<td>");
        exe_html_value(out, &row[i], &form, &self->html.zone, self->html.language, CELL_MAX);
        g_string_append(out, "</td>");
    }
    g_string_append(out, "</tr>\n");
    return exe_out_flush(&self->spool, error);
}

static void
put_more(ExeRender *self)
{
    g_autofree char *all = jw_report_word_records(self->n_rows, self->html.language);
    g_autofree char *first = jw_report_count(ROWS_MAX, self->html.language);
    g_autofree char *count = jw_report_count(self->n_rows, self->html.language);
    g_autofree char *line =
        jw_report_word_fill(JW_WORD_FIRST_OF, self->html.language, first, count);

    jw_page_append(self->out.text, "<p class=\"more\">%s</p>\n",
                   self->n_rows > ROWS_MAX ? line
                   : self->n_rows > 0      ? all
                                      : jw_report_word(JW_WORD_NO_RECORDS, self->html.language));
}

static bool
put_list(ExeRender *self, GError **error)
{
    const GArray *columns = self->input.def->columns;
    GString *out = self->out.text;

    jw_page_append(out, "<section>\n<h2>%s</h2>\n",
                   self->input.def->list_title != NULL
                       ? self->input.def->list_title
                       : jw_report_word(JW_WORD_RECORDS, self->html.language));
    put_more(self);
    g_string_append(out, "<div class=\"scroll\"><table>\n<thead><tr>");
    for (guint i = 0; i < columns->len; i++) {
        const JwColumnDef *column = &g_array_index(columns, JwColumnDef, i);
        jw_page_append(
            out, exe_html_is_right(column->format) ? "<th class=\"n\">%s</th>" : "<th>%s</th>",
            column->label);
    }
    g_string_append(out, "</tr></thead>\n<tbody>\n");
    if (!exe_out_append(&self->out, &self->spool, error)) {
        return false;
    }
    g_string_append(out, "</tbody></table></div>\n</section>\n");
    return true;
}

static bool
html_finish(ExeRender *self, const JwReportResult *result, GError **error)
{
    bool ok = true;

    self->html.language = result->language;
    exe_html_head(&self->html, result, self->input.title);
    exe_html_front(&self->html, result);
    for (guint i = 0; ok && exe_render_wants_tables(&self->input) && i < result->tables->len; i++) {
        ok = exe_html_table(&self->html, &g_array_index(result->tables, JwReportTable, i), error);
    }
    if (ok && exe_render_wants_list(&self->input)) {
        ok = put_list(self, error);
    }
    exe_html_foot(&self->html, result, self->input.made_at_ms);
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
    return (whole && found == self->html.n_lines)
           || jw_fail(error, JW_ERROR_CORRUPT,
                      "the HTML file has %" G_GINT64_FORMAT " rows instead of %" G_GINT64_FORMAT
                      "%s",
                      found, self->html.n_lines, whole ? "" : ", and is cut");
}

const ExeRenderOps exe_render_html = {
    .open = html_open,
    .row = html_row,
    .finish = html_finish,
    .list_max = ROWS_MAX,
    .check = html_check,
    .free = html_free,
};
