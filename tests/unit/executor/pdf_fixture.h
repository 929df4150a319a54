/* pdf_fixture.h: a result made by hand, written as a PDF and read back with poppler's tools. */
#pragma once
#include <glib/gstdio.h>
#include <string.h>

#include "jw/catalog.h"
#include "render/render.h"
#include "testkit.h"

#define PDF_START INT64_C(1609718400000) /* 2021-01-04T00:00:00Z */

typedef struct {
    JwReportDef *def;
    GTimeZone *zone;
    char *dir, *path;
    ExeRenderInput input;
    JwReportResult *result;
    ExeRender *render;
    char *text; /* of the file, one space between words */
} Pdf;

/* How often @piece is in @text. */
static inline size_t
pdf_count_in(const char *text, const char *piece)
{
    size_t n = 0;

    for (const char *at = strstr(text, piece); at != NULL; at = strstr(at + 1, piece)) {
        n++;
    }
    return n;
}

static inline JwValue
pdf_text(const char *value)
{
    return (JwValue){ .type = JW_VALUE_TEXT, .text = value, .length = strlen(value) };
}

static inline JwValue
pdf_whole(int64_t value)
{
    return (JwValue){ .type = JW_VALUE_INT, .integer = value };
}

static inline JwValue
pdf_real(double value)
{
    return (JwValue){ .type = JW_VALUE_REAL, .real = value };
}

static inline void
pdf_clear_table(gpointer data)
{
    JwReportTable *table = data;

    g_free(table->columns);
    g_free(table->cells);
    g_free(table->kinds);
    g_free(table->levels);
}

static inline void
pdf_column(Pdf *self, const char *label, JwFormat format, int width, int decimals)
{
    const JwColumnDef column = { .field = g_strdup(label),
                                 .label = g_strdup(label),
                                 .format = format,
                                 .width = width,
                                 .decimals = decimals };

    g_array_append_val(self->def->columns, column);
}

/* Without figures, tables and columns. */
static inline void
pdf_init(Pdf *self)
{
    JwReportResult *result = g_new0(JwReportResult, 1);

    *self = (Pdf){ .def = jw_report_def_new(), .zone = g_time_zone_new_utc() };
    self->def->list_title = g_strdup("Calls");
    self->dir = tk_temp_dir();
    self->path = g_build_filename(self->dir, "a.pdf", NULL);
    self->input = (ExeRenderInput){ .def = self->def,
                                    .zone = self->zone,
                                    .title = "Weekly calls",
                                    .path = self->path,
                                    .temp_dir = self->dir,
                                    .made_at_ms = PDF_START };
    result->title = "Call records";
    result->report_type = "call-records";
    result->period = JW_PERIOD_WEEKLY;
    result->time_zone = "UTC";
    result->period_label = "4 Jan 2021 – 10 Jan 2021";
    result->figures = g_array_new(FALSE, TRUE, sizeof(JwReportFigure));
    result->limits = g_array_new(FALSE, TRUE, sizeof(JwReportLimit));
    result->tables = g_array_new(FALSE, TRUE, sizeof(JwReportTable));
    g_array_set_clear_func(result->tables, pdf_clear_table);
    result->notes = g_ptr_array_new();
    result->strings = g_string_chunk_new(64);
    self->result = result;
}

static inline void
pdf_clear(Pdf *self)
{
    if (self->render != NULL) {
        exe_render_pdf.free(self->render);
    }
    jw_report_result_free(self->result);
    (void)g_unlink(self->path);
    assert_int_equal(g_rmdir(self->dir), 0); /* nothing is left behind */
    g_free(self->path);
    g_free(self->dir);
    g_free(self->text);
    g_time_zone_unref(self->zone);
    jw_report_def_free(self->def);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Pdf, pdf_clear)

static inline JwReportFigure *
pdf_figure(Pdf *self, const char *label, const char *text, double value)
{
    const JwReportFigure figure = { .name = label,
                                    .label = label,
                                    .text = text,
                                    .format = JW_FORMAT_DECIMAL,
                                    .value = pdf_real(value) };

    g_array_append_val(self->result->figures, figure);
    return &g_array_index(self->result->figures, JwReportFigure, self->result->figures->len - 1);
}

/* Columns are called "c0", "c1", …; keys have texts "k<row>" and the others row * 10 + column. */
static inline JwReportTable *
pdf_table(Pdf *self, const char *title, size_t n_keys, size_t n_columns, size_t n_rows)
{
    JwReportTable table = { .title = title,
                            .columns = g_new0(JwReportColumn, n_columns),
                            .n_columns = n_columns,
                            .n_rows = n_rows,
                            .n_keys = n_keys,
                            .cells = g_new0(JwValue, n_columns * n_rows + 1) };

    for (size_t i = 0; i < n_columns; i++) {
        char name[16];
        g_snprintf(name, sizeof name, "c%zu", i);
        table.columns[i].name = table.columns[i].label =
            g_string_chunk_insert(self->result->strings, name);
        table.columns[i].format = i < n_keys ? JW_FORMAT_TEXT : JW_FORMAT_INTEGER;
    }
    for (size_t i = 0; i < n_columns * n_rows; i++) {
        char name[24];
        g_snprintf(name, sizeof name, "k%zu", i / n_columns);
        table.cells[i] = i % n_columns < n_keys
                             ? pdf_text(g_string_chunk_insert(self->result->strings, name))
                             : pdf_whole((int64_t)(i / n_columns * 10 + i % n_columns));
    }
    g_array_append_val(self->result->tables, table);
    return &g_array_index(self->result->tables, JwReportTable, self->result->tables->len - 1);
}

static inline void
pdf_open(Pdf *self)
{
    g_autoptr(GError) error = NULL;

    self->render = exe_render_pdf.open(&self->input, &error);
    assert_ok(self->render != NULL, error);
}

static inline void
pdf_row(Pdf *self, const JwValue *row)
{
    g_autoptr(GError) error = NULL;

    self->result->rows++;
    assert_ok(exe_render_pdf.row(self->render, row, &error), error);
}

/* What a program prints about a file. (transfer full) */
static inline char *
pdf_run(const char *program, const char *option, const char *path, const char *last)
{
    const char *argv[] = { program, option, path, last, NULL };
    char *out = NULL;
    g_autofree char *complaints = NULL;
    int status = 0;

    if (!g_spawn_sync(NULL, (char **)(uintptr_t)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out,
                      &complaints, &status, NULL)) {
        fail_msg("%s cannot be run: is poppler-utils installed?", program);
    }
    assert_string_equal(complaints, "");
    assert_int_equal(status, 0);
    return out;
}

/* Lines stay, with one space between words. */
static inline char *
pdf_words(const char *text)
{
    GString *words = g_string_new("\n");

    for (const char *at = text; *at != '\0'; at++) {
        const char last = words->str[words->len - 1];
        if (*at == '\n' || *at == '\f') {
            g_string_append_c(words, '\n');
        } else if (*at != ' ' || (last != ' ' && last != '\n')) {
            g_string_append_c(words, *at);
        }
    }
    return g_string_free(words, FALSE);
}

static inline void
pdf_finish(Pdf *self)
{
    g_autoptr(GError) error = NULL;

    assert_ok(exe_render_pdf.finish(self->render, self->result, &error), error);
    assert_ok(exe_render_pdf.check(self->render, &error), error);
    g_autofree char *text = pdf_run("pdftotext", "-layout", self->path, "-");
    self->text = pdf_words(text);
}

static inline void
assert_shows(const Pdf *self, const char *piece)
{
    if (strstr(self->text, piece) == NULL) {
        fail_msg("no \"%s\" in: %s", piece, self->text);
    }
}

static inline void
assert_shows_not(const Pdf *self, const char *piece)
{
    if (strstr(self->text, piece) != NULL) {
        fail_msg("\"%s\" in: %s", piece, self->text);
    }
}

static inline size_t
pdf_count(const Pdf *self, const char *piece)
{
    return pdf_count_in(self->text, piece);
}

/* (transfer full) */
static inline GBytes *
pdf_bytes(const char *path)
{
    char *bytes = NULL;
    gsize length = 0;

    assert_true(g_file_get_contents(path, &bytes, &length, NULL));
    return g_bytes_new_take(bytes, length);
}
