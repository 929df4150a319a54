/* test_pdf.c: results made by hand as PDF files, whose text poppler's tools read back. */
#include "drawing.h"
#include "pdf_fixture.h"
#include "render/pdf/canvas.h"
#include "render/pdf/cells.h"
#include "render/pdf/grid.h"
#include "render/pdf/xref.h"
#include "jw/report_text.h"

#include <stdlib.h>

static bool
holds(GBytes *bytes, const char *piece)
{
    gsize length = 0;
    const char *data = g_bytes_get_data(bytes, &length);

    return memmem(data, length, piece, strlen(piece)) != NULL;
}

static void
full_result(Pdf *self)
{
    static const JwReportLimit limit = { "departmentIds", "Departments", "support, sales" };
    JwReportResult *result = self->result;

    g_array_append_val(result->limits, limit);
    result->with_inactive = true;
    result->requester = "Ann Example";
    result->compared_label = "28 Dec 2020 – 3 Jan 2021";
    g_ptr_array_add(result->notes, (gpointer)(uintptr_t) "Waiting times are estimated.");
    JwReportFigure *calls = pdf_figure(self, "Total calls", "1,420", 1420);
    calls->comparison = (JwReportComparison){ .previous = pdf_whole(1402),
                                              .difference = pdf_whole(18),
                                              .percent = pdf_real(1.28),
                                              .previous_text = "1,402",
                                              .difference_text = "+18",
                                              .percent_text = "+1.28 %" };
    JwReportFigure *rate = pdf_figure(self, "Answer rate", "81.19 %", 81.19);
    rate->level = JW_LEVEL_BAD;
    rate->comparison = (JwReportComparison){ .difference = pdf_real(-2),
                                             .difference_text = "-2.00",
                                             .previous_text = "83.19 %" };
    JwReportTable *table = pdf_table(self, "By agent", 1, 4, 3);
    table->columns[3].format = JW_FORMAT_DECIMAL;
    table->columns[3].unit = " calls";
    table->cells[3] = (JwValue){ .type = JW_VALUE_NULL };
    table->kinds = g_new0(JwRowKind, 3);
    table->kinds[2] = JW_ROW_TOTAL;
    table->levels = g_new0(JwLevel, 12);
    table->levels[1] = JW_LEVEL_GOOD;
    table->chart = JW_CHART_COLUMN;
    table->chart_columns[0] = 1;
    table->n_chart_columns = 1;
    pdf_column(self, "Call", JW_FORMAT_TEXT, 12, -1);
    pdf_column(self, "Started", JW_FORMAT_DATETIME, 20, -1);
    pdf_column(self, "Talk", JW_FORMAT_SECONDS, 10, -1);
    pdf_column(self, "Cost", JW_FORMAT_DECIMAL, 10, 2);
    pdf_column(self, "Solved", JW_FORMAT_BOOL, 8, -1);
}

static void
full_row(Pdf *self, const char *call)
{
    const JwValue row[] = { pdf_text(call),
                            { .type = JW_VALUE_TIME, .time_ms = PDF_START + 61000 },
                            pdf_real(1234.5),
                            pdf_real(0.1),
                            { .type = JW_VALUE_BOOL, .boolean = true } };

    pdf_row(self, row);
}

static void
assert_row(const Pdf *self, const JwReportTable *table, size_t row)
{
    g_autoptr(GString) line = g_string_new("\n");

    for (size_t i = 0; i < table->n_columns; i++) {
        const JwValue *cell = jw_report_cell(table, row, i);
        g_autofree char *text =
            cell->type == JW_VALUE_NULL
                ? g_strdup("–")
                : jw_report_text_value(cell, table->columns[i].format, table->columns[i].decimals);
        g_string_append_printf(line, "%s%s", text, i + 1 < table->n_columns ? " " : "\n");
    }
    assert_shows(self, line->str);
}

static void
assert_figures(const Pdf *self)
{
    for (guint i = 0; i < self->result->figures->len; i++) {
        const JwReportFigure *figure = &g_array_index(self->result->figures, JwReportFigure, i);
        assert_shows(self, figure->label);
        assert_shows(self, figure->text);
    }
    for (guint i = 0; i < self->result->tables->len; i++) {
        const JwReportTable *table = &g_array_index(self->result->tables, JwReportTable, i);
        for (size_t row = 0; row < table->n_rows; row++) {
            assert_row(self, table, row);
        }
    }
}

static void
test_everything_is_in_the_file(void **state G_GNUC_UNUSED)
{
    static const char *const pieces[] = {
        "\nWeekly report · Call records\n",
        "\nWeekly calls\n",
        "\n4 Jan 2021 – 10 Jan 2021 · UTC · 2 records\n",
        "\nRequested by Ann Example\n",
        "\nOnly a part of the records\n",
        "\nDepartments: support, sales\n",
        "\nInactive records are included.\n",
        "\nvs 28 Dec 2020 – 3 Jan 2021\n",
        "1,420 81.19 %\n",
        "▲ +18 (+1.28 %) ▼ -2.00\n",
        "Previous: 1,402 Previous: 83.19 %\n",
        "Waiting times are estimated.",
        "\nBy agent\n",
        "\nk0 1 2 –\n",
        "\nk1 11 12 13 calls\n",
        "\nk2 21 22 23 calls\n",
        "\nCalls 2 records\n",
        "\nCall Started Talk Cost Solved\n",
        "\nC1 2021-01-04 00:01:01 1,234.5 s 0.10 yes\n",
        "\nMade at 2021-01-04 00:00:00 UTC Page 1 of 2\n",
        "Page 2 of 2\n",
    };
    g_auto(Pdf) self = { 0 };

    pdf_init(&self);
    full_result(&self);
    pdf_open(&self);
    full_row(&self, "C1");
    full_row(&self, "C2");
    pdf_finish(&self);
    for (size_t i = 0; i < G_N_ELEMENTS(pieces); i++) {
        assert_shows(&self, pieces[i]);
    }
    assert_int_equal(pdf_count(&self, "bad"), 1);
    g_autofree char *info = pdf_run("pdfinfo", "-isodates", self.path, NULL);
    assert_non_null(strstr(info, "Title:           Weekly calls\n"));
    assert_non_null(strstr(info, "Author:          Ann Example\n"));
    assert_non_null(strstr(info, "Creator:         Jobwire\n"));
    assert_non_null(strstr(info, "CreationDate:    2021-01-04T00:00:00Z\n"));
    assert_non_null(strstr(info, "Pages:           2\n"));
    assert_non_null(strstr(info, "(A4)"));
}

/* What a reader's program knows of the document: its language, its outline. */
static void
test_catalog_and_outline(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *language, *entry;
    } cases[] = { { NULL, "/Lang (en)\n" },
                  { "pt-BR", "/Lang (pt-BR)\n" },
                  { "d(e", "/Lang (de)" } };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Pdf) self = { 0 };

        pdf_init(&self);
        full_result(&self);
        self.result->language = cases[i].language;
        pdf_open(&self);
        full_row(&self, "C1");
        pdf_finish(&self);
        g_autoptr(GBytes) bytes = pdf_bytes(self.path);
        gsize length = 0;
        const char *data = g_bytes_get_data(bytes, &length);
        g_autoptr(GString) text = g_string_new_len(data, (gssize)length);
        for (size_t k = 0; k < text->len; k++) {
            text->str[k] = text->str[k] == '\0' ? ' ' : text->str[k];
        }
        assert_non_null(strstr(text->str, cases[i].entry));
        assert_non_null(strstr(text->str, "/DisplayDocTitle true"));
        static const char *const lines[] = { "/Title (Summary)", "/Title (Notes)",
                                             "/Title (By agent)", "/Title (Calls)" };
        for (size_t k = 0; k < G_N_ELEMENTS(lines); k++) {
            assert_non_null(strstr(text->str, lines[k]));
        }
    }
}

/* What is read out, in its order: what is repeated on pages is not. */
static void
test_structure(void **state G_GNUC_UNUSED)
{
    static const char *const pieces[] = {
        "Document\n",
        "  P (block)\n    \"Weekly report · Call records\"\n  H1 (block)\n    \"Weekly calls\"\n",
        "  P (block)\n    \"Requested by Ann Example\"\n",
        "  Div\n    P (block)\n      \"Answer rate\"\n    P (block)\n"
        "      \"81.19 %\"\n    P (block)\n      \"bad\"\n    P (block)\n      \"▼ -2.00\"\n"
        "    P (block)\n      \"Previous: 83.19 %\"\n"
        "  H2 (block)\n    \"Notes\"\n  P (block)\n    \"Waiting times are estimated.\"\n"
        "  H2 (block)\n    \"By agent\"\n  Figure\n",
        "  Table (block)\n    TR\n      TH\n        \"c0\"\n      TH\n        \"c1\"\n",
        "    TR\n      TH\n        \"k0\"\n      TD\n        \"1\"\n      TD\n        \"2\"\n"
        "      TD\n        \"–\"\n    TR\n      TH\n        \"k1\"\n",
        "  H2 (block)\n    \"Calls\"\n  P (block)\n    \"1 record\"\n  Table (block)\n    TR\n"
        "      TH\n        \"Call\"\n",
        "    TR\n      TD\n        \"C1\"\n      TD\n        \"2021-01-04 00:01:01\"\n",
    };
    g_auto(Pdf) self = { 0 };

    pdf_init(&self);
    full_result(&self);
    pdf_open(&self);
    full_row(&self, "C1");
    pdf_finish(&self);
    g_autofree char *structure = pdf_run("pdfinfo", "-struct-text", self.path, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(pieces); i++) {
        if (strstr(structure, pieces[i]) == NULL) {
            fail_msg("no \"%s\" in: %s", pieces[i], structure);
        }
    }
    assert_null(strstr(structure, "Made at"));
    assert_null(strstr(structure, "Page 1"));
    g_autoptr(GBytes) bytes = pdf_bytes(self.path);
    /* "By agent: most at k1 (11" */
    assert_true(holds(bytes, "/S /Figure\n"));
    assert_true(holds(bytes,
                      "/Alt <FEFF004200790020006100670065006E0074003A0020006D006F0073007400200061"
                      "00740020006B00310020002800310031"));
}

/* A table has its heads once, whatever pages it has; of a long list only rows are parts. */
static void
test_structure_of_long_tables(void **state G_GNUC_UNUSED)
{
    static const int rows[] = { 200, 10001 };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(Pdf) self = { 0 };
        pdf_init(&self);
        pdf_column(&self, "Call", JW_FORMAT_TEXT, 12, -1);
        JwReportTable *table = pdf_table(&self, "By agent", 1, 3, 200);
        table->columns[1].head = table->columns[2].head = "Monday";
        pdf_open(&self);
        for (int row = 0; row < rows[i]; row++) {
            const JwValue cell = pdf_text("called");
            pdf_row(&self, &cell);
        }
        pdf_finish(&self);
        g_autofree char *structure = pdf_run("pdfinfo", "-struct", self.path, NULL);
        const bool flat = rows[i] > 10000;
        assert_int_equal(pdf_count_in(structure, "\n  Table"), flat ? 1 : 2);
        assert_int_equal(pdf_count_in(structure, "\n    TR"), 201 + (flat ? 0 : 201));
        assert_int_equal(pdf_count_in(structure, "\n      TH"), 3 + 200 + (flat ? 0 : 1));
        assert_int_equal(pdf_count_in(structure, "\n      TD"), 400 + (flat ? 0 : 200));
        assert_int_equal(pdf_count_in(structure, "\n  P"), 3 + (flat ? 10002 : 0));
        g_autofree char *text = pdf_run("pdfinfo", "-struct-text", self.path, NULL);
        assert_int_equal(pdf_count_in(text, "\"Monday\"\n        P (block)\n          \"c1\"\n"),
                         1);
    }
}

/* Upright and lying, with as much on a page as it has room for. */
static void
test_letter_paper(void **state G_GNUC_UNUSED)
{
    g_auto(Pdf) self = { 0 };

    pdf_init(&self);
    self.input.paper = JW_PAPER_LETTER;
    for (int i = 0; i < 12; i++) {
        pdf_column(&self, i == 11 ? "Last" : "Call", JW_FORMAT_TEXT, 12, -1);
    }
    (void)pdf_table(&self, "By agent", 1, 3, 100);
    pdf_open(&self);
    for (int i = 0; i < 100; i++) {
        JwValue row[12];
        for (size_t column = 0; column < G_N_ELEMENTS(row); column++) {
            row[column] = pdf_text("called");
        }
        pdf_row(&self, row);
    }
    pdf_finish(&self);
    g_autofree char *first = pdf_run("pdfinfo", "-isodates", self.path, NULL);
    assert_non_null(strstr(first, "612 x 792 pts (letter)"));
    const char *argv[] = { "pdfinfo", "-f", "1", "-l", "99", self.path, NULL };
    g_autofree char *pages = NULL;
    assert_true(g_spawn_sync(NULL, (char **)(uintptr_t)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
                             &pages, NULL, NULL, NULL));
    assert_int_equal(pdf_count_in(pages, "size:  612 x 792 pts (letter)"),
                     pdf_count_in(self.text, "\nc0 c1 c2\n"));
    assert_int_equal(pdf_count_in(pages, "size:  792 x 612 pts (letter)"),
                     pdf_count_in(self.text, " Last\n"));
    assert_null(strstr(pages, "595"));
}

/* Wherever in what was added a look at the first table ends. */
static void
test_what_is_added_is_found(void **state G_GNUC_UNUSED)
{
    for (size_t length = 1; length < 160; length++) {
        g_auto(Pdf) self = { 0 };
        g_autofree char *title = g_strnfill(length, 'x');

        pdf_init(&self);
        self.input.content = JW_CONTENT_TABLES;
        JwReportTable *table = pdf_table(&self, title, 1, 2, 1);
        table->chart = JW_CHART_COLUMN;
        table->chart_columns[0] = 1;
        table->n_chart_columns = 1;
        pdf_open(&self);
        g_autoptr(GError) error = NULL;
        assert_ok(exe_render_pdf.finish(self.render, self.result, &error), error);
        assert_ok(exe_render_pdf.check(self.render, &error), error);
    }
}

/* A title that runs to the left begins where all others do; a cell of the list, on its right. */
static void
test_sides_of_texts(void **state G_GNUC_UNUSED)
{
    g_auto(Pdf) self = { 0 };
    const JwValue row[] = { pdf_text("المكالمات"), pdf_text("x") };

    pdf_init(&self);
    pdf_column(&self, "Call", JW_FORMAT_TEXT, 40, -1);
    pdf_column(&self, "Other", JW_FORMAT_TEXT, 40, -1);
    self.def->list_title = (g_free(self.def->list_title), g_strdup("التقرير"));
    pdf_open(&self);
    pdf_row(&self, row);
    pdf_finish(&self);
    g_autofree char *boxes = pdf_run("pdftotext", "-bbox", self.path, "-");
    g_auto(GStrv) words = g_strsplit(boxes, "<word xMin=\"", -1);
    double heading = -1, cell = -1;
    for (size_t i = 1; words[i] != NULL; i++) {
        /* In whichever order and forms its letters are found. */
        if (strpbrk(words[i], "\xd8\xd9\xef") != NULL) {
            cell = g_ascii_strtod(words[i], NULL);
            heading = heading < 0 ? cell : heading;
        }
    }
    assert_in_range((int)heading, 39, 42);
    assert_in_range((int)cell, 200, 320);
}

/* Totals and marked cells are bold, and as high as that takes: bold letters break earlier. */
static void
test_bold_texts_have_their_lines(void **state G_GNUC_UNUSED)
{
    g_autofree char *dir = tk_temp_dir();
    g_autofree char *path = g_build_filename(dir, "a.pdf", NULL);
    g_autoptr(GError) error = NULL;
    g_auto(ExePdfGrid) grid = { 0 };
    ExePdfCanvas canvas = { 0 };
    int broken = 0;

    assert_ok(exe_pdf_canvas_init(&canvas, path, JW_PAPER_A4, &error), error);
    exe_pdf_grid_init(&grid, 9);
    exe_pdf_grid_add(&grid, 150, false, "Agent", NULL);
    exe_pdf_grid_fit(&grid, &canvas, 150);
    for (size_t length = 10; length < 80; length++) {
        g_autofree char *text = g_strnfill(length, 'e');
        const ExePdfCell cell = { .text = text };
        const ExePdfCell marked = { .text = text, .level = JW_LEVEL_BAD };
        const int plain = exe_pdf_grid_lines(&grid, &canvas, 0, &cell, JW_ROW_GROUP);
        const int total = exe_pdf_grid_lines(&grid, &canvas, 0, &cell, JW_ROW_TOTAL);

        assert_int_equal(exe_pdf_grid_lines(&grid, &canvas, 0, &cell, JW_ROW_SUBTOTAL), total);
        assert_true(exe_pdf_grid_lines(&grid, &canvas, 0, &marked, JW_ROW_GROUP) >= total);
        assert_true(total >= plain);
        broken += total > plain ? 1 : 0;
    }
    assert_true(broken > 0);
    exe_pdf_canvas_clear(&canvas);
    (void)unlink(path);
    (void)rmdir(dir);
}

/* A file that is given up inside of a part does no harm. */
static void
test_parts_left_open(void **state G_GNUC_UNUSED)
{
    g_autofree char *dir = tk_temp_dir();
    g_autofree char *path = g_build_filename(dir, "a.pdf", NULL);
    const ExePdfText style = { 9, false, EXE_PDF_INK, EXE_PDF_LEFT, 0, 1 };
    g_autoptr(GError) error = NULL;
    ExePdfCanvas canvas = { 0 };

    assert_ok(exe_pdf_canvas_init(&canvas, path, JW_PAPER_A4, &error), error);
    exe_pdf_page(&canvas, false);
    exe_pdf_tag(&canvas, "P");
    (void)exe_pdf_text(&canvas, &style, "given up", 40, 40);
    exe_pdf_canvas_clear(&canvas);
    assert_int_equal(g_unlink(path), 0);
}

static void
test_nothing_at_all(void **state G_GNUC_UNUSED)
{
    g_auto(Pdf) self = { 0 };

    pdf_init(&self);
    pdf_column(&self, "Call", JW_FORMAT_TEXT, 12, -1);
    pdf_open(&self);
    pdf_finish(&self);
    assert_shows(&self, "\nNo records in this period\n");
    assert_shows(&self, "Page 1 of 1\n");
}

/* As many limits and figures as there can be: none is left out. */
static void
test_many_limits_and_figures(void **state G_GNUC_UNUSED)
{
    g_auto(Pdf) self = { 0 };
    g_autofree char *long_note = g_strnfill(1500, 'n');

    pdf_init(&self);
    self.input.content = JW_CONTENT_TABLES;
    for (int i = 0; i < 50; i++) {
        g_autofree char *text = g_strdup_printf("filter value %d is long %0100d end", i, 7);
        g_autofree char *name = g_strdup_printf("Figure %d of many", i);
        const JwReportLimit limit = { "x", "Limit",
                                      g_string_chunk_insert(self.result->strings, text) };
        g_array_append_val(self.result->limits, limit);
        (void)pdf_figure(&self, g_string_chunk_insert(self.result->strings, name),
                         g_string_chunk_insert(self.result->strings, text), 1);
    }
    for (size_t i = 5; i < 1500; i += 6) {
        long_note[i] = ' ';
    }
    g_ptr_array_add(self.result->notes, long_note);
    pdf_open(&self);
    pdf_finish(&self);
    for (int i = 0; i < 50; i++) {
        g_autofree char *text = g_strdup_printf("Limit: filter value %d is long", i);
        assert_int_equal(pdf_count(&self, text), 1);
        g_autofree char *name = g_strdup_printf("Figure %d of many", i);
        assert_int_equal(pdf_count(&self, name), 1);
    }
    assert_int_equal(pdf_count(&self, "7 end"), 100); /* of limits and of figures */
    assert_int_equal(pdf_count(&self, "nnnnn"), 250);
}

/* A request with groupBy has no list; a table without groups says so. */
static void
test_no_list_and_no_groups(void **state G_GNUC_UNUSED)
{
    g_auto(Pdf) self = { 0 };

    pdf_init(&self);
    pdf_column(&self, "Call", JW_FORMAT_TEXT, 12, -1);
    self.input.content = JW_CONTENT_TABLES;
    JwReportTable *table = pdf_table(&self, "By nobody", 1, 2, 0);
    table->chart = JW_CHART_LINE;
    table->chart_columns[0] = 1;
    table->n_chart_columns = 1;
    pdf_open(&self);
    const JwValue row = pdf_text("never shown");
    pdf_row(&self, &row);
    pdf_finish(&self);
    assert_shows_not(&self, "never shown");
    assert_shows_not(&self, "\nCalls\n");
    assert_shows(&self, "\nBy nobody\n");
    assert_shows(&self, "\nNo data in this period\n");
}

/* Every page of a long table has its head, and every row is there once. */
static void
test_a_long_table(void **state G_GNUC_UNUSED)
{
    g_auto(Pdf) self = { 0 };

    pdf_init(&self);
    self.input.content = JW_CONTENT_TABLES;
    (void)pdf_table(&self, "By agent", 1, 3, 500);
    pdf_open(&self);
    pdf_finish(&self);
    const size_t pages = pdf_count(&self, "Page ");
    assert_in_range(pages, 10, 14);
    assert_int_equal(pdf_count(&self, "\nc0 c1 c2\n"), pages);
    assert_int_equal(pdf_count(&self, "\nBy agent (continued)\n"), pages - 1);
    for (int i = 0; i < 500; i++) {
        g_autofree char *first = jw_report_text_count(i * 10 + 1);
        g_autofree char *second = jw_report_text_count(i * 10 + 2);
        g_autofree char *row = g_strdup_printf("\nk%d %s %s\n", i, first, second);
        assert_int_equal(pdf_count(&self, row), 1);
    }
}

/* More columns than a page has room for come in parts, all with the keys; heads span theirs. */
static void
test_a_wide_pivot(void **state G_GNUC_UNUSED)
{
    g_auto(Pdf) self = { 0 };

    pdf_init(&self);
    self.input.content = JW_CONTENT_TABLES;
    JwReportTable *table = pdf_table(&self, "Pivot", 2, 40, 4);
    for (size_t i = 2; i < 40; i++) {
        table->columns[i].head = i < 20 ? "Monday" : "Tuesday";
        for (size_t row = 0; row < 4; row++) {
            table->cells[row * 40 + i] = pdf_whole((int64_t)(1000000 + row * 1000 + i));
        }
    }
    pdf_open(&self);
    pdf_finish(&self);
    for (size_t i = 2; i < 40; i++) {
        for (size_t row = 0; row < 4; row++) {
            g_autofree char *cell = g_strdup_printf("1,00%zu,%03zu", row, i);
            assert_int_equal(pdf_count(&self, cell), 1);
        }
    }
    const size_t parts = pdf_count(&self, "\nc0 c1 ");
    assert_in_range(parts, 2, 5);
    assert_int_equal(pdf_count(&self, "\nk3 k3 "), parts);
    assert_true(pdf_count(&self, "Monday") >= 1 && pdf_count(&self, "Tuesday") >= 1);
    assert_shows_not(&self, "Monday Tuesday"); /* in parts of their own */
    g_autofree char *info = pdf_run("pdfinfo", "-isodates", self.path, NULL);
    assert_non_null(strstr(info, "Page size:       595.276 x 841.89 pts"));
}

/* A list of more columns than fit comes in parts as well, each with the first column. */
static void
test_a_wide_list(void **state G_GNUC_UNUSED)
{
    g_auto(Pdf) self = { 0 };
    JwValue row[40];

    pdf_init(&self);
    for (int i = 0; i < 40; i++) {
        g_autofree char *label = g_strdup_printf("col%02d", i);
        g_autofree char *value = g_strdup_printf("value%02d", i);
        pdf_column(&self, label, JW_FORMAT_TEXT, 14, -1);
        row[i] = pdf_text(g_string_chunk_insert(self.result->strings, value));
    }
    pdf_open(&self);
    pdf_row(&self, row);
    pdf_finish(&self);
    const size_t parts = pdf_count(&self, "\nCalls · ");
    assert_in_range(parts, 2, 6);
    assert_int_equal(pdf_count(&self, "value00"), parts);
    assert_int_equal(pdf_count(&self, "col00"), parts);
    for (int i = 1; i < 40; i++) {
        g_autofree char *value = g_strdup_printf("value%02d", i);
        assert_int_equal(pdf_count(&self, value), 1);
    }
}

static void
test_texts_of_all_sorts(void **state G_GNUC_UNUSED)
{
    g_autofree char *word = g_strnfill(10000, 'w');
    g_autofree char *words = g_strnfill(10000, 'x');
    for (size_t i = 7; i < 10000; i += 8) {
        words[i] = ' ';
    }
    const struct {
        const char *text, *shown; /* shown: NULL: no font of the tests' has it */
    } cases[] = {
        { "שלום עולם", "שלום עולם" },
        { "Ελλάδα Россия Türkçe", "Ελλάδα Россия Türkçe" },
        { "مرحبا", NULL },
        { "漢字かな交じり文", NULL },
        { "\xf0\x9f\x98\x80 smile", "smile" },
        { "aaa\tbbb\nccc\x01\x7f"
          "ddd",
          "aaa bbb ccc ddd" },
        { "aaa\xe2\x80\xa8"
          "bbb",
          "aaa bbb" },
        { "<b>&amp;</b> \\(x\\) %s", "<b>&amp;</b> \\(x\\) %s" },
        { "efficient office", "efficient office" },
        { "\xe2\x80\xaeright", NULL },
        { "", NULL },
        { word, "wwwwwwww" },
        { words, "xxxxxxx xxxxxxx" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Pdf) self = { 0 };

        pdf_init(&self);
        self.input.title = cases[i].text;
        (void)pdf_figure(&self, cases[i].text, cases[i].text, 1);
        JwReportTable *table = pdf_table(&self, cases[i].text, 1, 2, 1);
        table->columns[0].label = table->columns[1].label = cases[i].text;
        table->cells[0] = table->cells[1] = pdf_text(cases[i].text);
        table->chart = JW_CHART_BAR;
        table->chart_columns[0] = 1;
        table->n_chart_columns = 1;
        g_ptr_array_add(self.result->notes, (gpointer)(uintptr_t)cases[i].text);
        self.result->requester = cases[i].text;
        pdf_column(&self, "Text", JW_FORMAT_TEXT, 20, -1);
        pdf_column(&self, "End", JW_FORMAT_TEXT, 20, -1);
        pdf_open(&self);
        const JwValue row[] = { pdf_text(cases[i].text), pdf_text("end-of-row") };
        pdf_row(&self, row);
        pdf_finish(&self);
        assert_shows(&self, "end-of-row");
        if (cases[i].shown != NULL) {
            const size_t n = pdf_count(&self, cases[i].shown);
            if (n < 4) {
                fail_msg("case %zu: \"%s\" %zu times in %s", i, cases[i].shown, n, self.text);
            }
        }
    }
}

/* What is above zero has a sign where it is a difference, as in other formats. */
static void
test_differences_have_signs(void **state G_GNUC_UNUSED)
{
    static const struct {
        JwColumnRole role;
        double value;
        const char *text;
    } rows[] = {
        { JW_COLUMN_VALUE, 0.5, "0.50" },       { JW_COLUMN_PREVIOUS, 0.5, "0.50" },
        { JW_COLUMN_DIFFERENCE, 0.5, "+0.50" }, { JW_COLUMN_DIFFERENCE, -0.5, "-0.50" },
        { JW_COLUMN_PERCENT, 3, "+3.00" },      { JW_COLUMN_PERCENT, 0, "0.00" },
    };
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    JwZoneCache zone = { .zone = utc };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const JwReportColumn column = { .format = JW_FORMAT_DECIMAL,
                                        .decimals = 2,
                                        .role = rows[i].role };
        const JwValue value = pdf_real(rows[i].value);
        g_autofree char *text = exe_pdf_cell(&value, &column, &zone, NULL);
        assert_string_equal(text, rows[i].text);
    }
}

/* Each number has the unit of its own. */
static void
test_units_of_one(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *language;
        double value;
        JwColumnRole role;
        const char *text;
    } rows[] = {
        { "de", 1, JW_COLUMN_VALUE, "1 Anruf" },
        { "de", 0, JW_COLUMN_VALUE, "0 Anrufe" },
        { "de", -1, JW_COLUMN_DIFFERENCE, "-1 Anruf" },
        { "de", 1, JW_COLUMN_DIFFERENCE, "+1 Anruf" },
        { "de", 2, JW_COLUMN_DIFFERENCE, "+2 Anrufe" },
        { "fr", 0, JW_COLUMN_VALUE, "0 Anruf" },
        { "fr", 2, JW_COLUMN_PREVIOUS, "2 Anrufe" },
    };
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    JwZoneCache zone = { .zone = utc };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const JwReportColumn column = { .format = JW_FORMAT_INTEGER,
                                        .role = rows[i].role,
                                        .unit = " Anrufe",
                                        .unit_one = " Anruf" };
        const JwValue value = pdf_real(rows[i].value);
        g_autofree char *text = exe_pdf_cell(&value, &column, &zone, rows[i].language);
        assert_string_equal(text, rows[i].text);
    }
}

/* All rows are there, in their order, on pages that are counted before they are drawn. */
static void
test_ten_thousand_rows(void **state G_GNUC_UNUSED)
{
    g_auto(Pdf) self = { 0 };

    pdf_init(&self);
    pdf_column(&self, "Call", JW_FORMAT_TEXT, 12, -1);
    pdf_column(&self, "Number", JW_FORMAT_INTEGER, 12, -1);
    pdf_open(&self);
    for (int i = 0; i < 10000; i++) {
        char name[16];
        g_snprintf(name, sizeof name, "C%05d", i);
        const JwValue row[] = { pdf_text(i % 100 == 0 ? "two lines of a long text in one narrow "
                                                        "cell, that needs several of them"
                                                      : name),
                                pdf_whole(i) };
        pdf_row(&self, row);
    }
    pdf_finish(&self);
    const char *at = self.text;
    for (int i = 0; i < 10000; i++) {
        char name[16];
        g_snprintf(name, sizeof name, "\nC%05d ", i);
        if (i % 100 != 0) {
            at = strstr(at, name);
            assert_non_null(at);
        }
    }
    const size_t pages = pdf_count(&self, "Page ");
    g_autofree char *last = g_strdup_printf("Page %zu of %zu\n", pages, pages);
    assert_int_equal(pdf_count(&self, last), 1);
    assert_int_equal(pdf_count(&self, "\nCall Number\n"), pages - 1);
}

static void
test_too_many_rows_are_refused(void **state G_GNUC_UNUSED)
{
    g_auto(Pdf) self = { 0 };
    g_autoptr(GError) error = NULL;
    const JwValue row = pdf_whole(1);

    pdf_init(&self);
    pdf_column(&self, "N", JW_FORMAT_INTEGER, 12, -1);
    pdf_open(&self);
    for (int i = 0; i < 20000; i++) {
        pdf_row(&self, &row);
    }
    assert_false(exe_render_pdf.row(self.render, &row, &error));
    assert_jw_error(error, JW_ERROR_TOO_LARGE,
                    "*more than 20,000 records*ask for xlsx or csv, for the tables alone "
                    "(output.content \"tables\"), for a shorter period*");
    g_auto(Pdf) groups = { 0 };
    pdf_init(&groups);
    groups.input.content = JW_CONTENT_TABLES;
    (void)pdf_table(&groups, "T", 1, 2, 20001);
    pdf_open(&groups);
    assert_false(exe_render_pdf.finish(groups.render, groups.result, &error));
    assert_jw_error(error, JW_ERROR_TOO_LARGE, "*more than 20,000 groups*");
}

static GBytes *
written(const char *title)
{
    g_auto(Pdf) self = { 0 };

    pdf_init(&self);
    self.input.title = title;
    full_result(&self);
    pdf_open(&self);
    for (int i = 0; i < 200; i++) {
        full_row(&self, i % 3 == 0 ? "שלום" : i % 3 == 1 ? "漢字" : "plain");
    }
    pdf_finish(&self);
    return pdf_bytes(self.path);
}

/* Same input, same bytes: whatever else the process drew, wherever and in whatever language it
 * runs. */
static void
test_same_bytes(void **state G_GNUC_UNUSED)
{
    g_autoptr(GBytes) first = written("One");
    g_autoptr(GBytes) other = written("Another, with other letters: ÄÖÜ €");
    g_autofree char *zone = g_strdup(g_getenv("TZ"));
    g_autofree char *language = g_strdup(g_getenv("LANG"));

    assert_false(g_bytes_equal(first, other));
    g_setenv("TZ", "Asia/Kathmandu", TRUE);
    g_setenv("LANG", "ja_JP.UTF-8", TRUE);
    g_autoptr(GBytes) second = written("One");
    zone != NULL ? (void)g_setenv("TZ", zone, TRUE) : g_unsetenv("TZ");
    language != NULL ? (void)g_setenv("LANG", language, TRUE) : g_unsetenv("LANG");
    assert_true(g_bytes_equal(first, second));
}

/* Without assertions, for other threads. (transfer full) (nullable) */
static gpointer
write_alone(gpointer data)
{
    Pdf *self = data;
    char *bytes = NULL;
    gsize length = 0;
    ExeRender *render = exe_render_pdf.open(&self->input, NULL);
    const bool ok = render != NULL && exe_render_pdf.finish(render, self->result, NULL);

    if (render != NULL) {
        exe_render_pdf.free(render);
    }
    return ok && g_file_get_contents(self->path, &bytes, &length, NULL)
               ? g_bytes_new_take(bytes, length)
               : NULL;
}

/* Jobs that are drawn at once, on workers, do not change each other. */
static void
test_same_bytes_at_once(void **state G_GNUC_UNUSED)
{
    Pdf jobs[4] = { 0 };
    GThread *threads[4];
    GBytes *files[4];

    for (size_t i = 0; i < 4; i++) {
        pdf_init(&jobs[i]);
        full_result(&jobs[i]);
        (void)pdf_table(&jobs[i], "Many", 1, 3, 300);
    }
    for (size_t i = 0; i < 4; i++) {
        threads[i] = g_thread_new("draws", write_alone, &jobs[i]);
    }
    for (size_t i = 0; i < 4; i++) {
        files[i] = g_thread_join(threads[i]);
    }
    for (size_t i = 0; i < 4; i++) {
        assert_non_null(files[i]);
        assert_true(g_bytes_equal(files[i], files[0]));
    }
    for (size_t i = 0; i < 4; i++) {
        g_bytes_unref(files[i]);
        pdf_clear(&jobs[i]);
    }
}

/* Every figure and every cell of a result that the engine made is in the file, in its row. */
static void
test_all_figures_of_a_report(void **state G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwCatalog) catalog = jw_catalog_load(JW_SOURCE_DIR "/schemas/reports", &error);
    assert_ok(catalog != NULL, error);
    const JwReportDef *def = jw_catalog_find(catalog, "call-records");
    g_autoptr(JwReportRequest) request = jw_report_request_new();
    g_auto(GStrv) fields = jw_report_def_fields(def);
    g_auto(Pdf) self = { 0 };

    pdf_init(&self);
    request->start_ms = PDF_START;
    request->end_ms = PDF_START + INT64_C(604800000);
    g_autoptr(JwAggregate) aggregate =
        jw_aggregate_new(def, request, (const char *const *)fields, self.zone, &error);
    assert_ok(aggregate != NULL, error);
    self.input.def = def;
    jw_report_result_free(self.result);
    self.result = NULL;
    pdf_open(&self);
    for (int i = 0; i < 700; i++) {
        JwValue row[64] = { 0 };
        for (guint k = 0; fields[k] != NULL; k++) {
            row[k] =
                g_str_equal(fields[k], "startedAt")
                    ? (JwValue){ .type = JW_VALUE_TIME, .time_ms = PDF_START + i * INT64_C(863000) }
                : g_str_equal(fields[k], "agent")  ? pdf_text(i % 3 ? "Ada" : "Bob")
                : g_str_equal(fields[k], "topic")  ? pdf_text(i % 7 ? "Streaming" : "Payment")
                : g_str_equal(fields[k], "status") ? pdf_text(i % 5 ? "answered" : "missed")
                                                   : pdf_whole(i % 97);
        }
        jw_aggregate_add(aggregate, row);
        assert_ok(exe_render_pdf.row(self.render, row, &error), error);
    }
    self.result = jw_report_result_new_compared(aggregate, NULL, def, request, self.zone);
    pdf_finish(&self);
    assert_figures(&self);
}

/* What is not the file that was written is found. */
static void
test_damage_is_found(void **state G_GNUC_UNUSED)
{
    g_auto(Pdf) self = { 0 };
    g_autoptr(GError) error = NULL;

    pdf_init(&self);
    full_result(&self);
    pdf_open(&self);
    full_row(&self, "C1");
    pdf_finish(&self);
    assert_ok(exe_pdf_check(self.path, 2, &error), error);
    assert_false(exe_pdf_check(self.path, 3, &error));
    assert_jw_error(error, JW_ERROR_CORRUPT, "*2 pages instead of 3*");
    g_autoptr(GBytes) bytes = pdf_bytes(self.path);
    gsize length = 0;
    const char *data = g_bytes_get_data(bytes, &length);
    for (gsize cut = 0; cut < length; cut += length / 50) {
        assert_true(g_file_set_contents(self.path, data, (gssize)cut, NULL));
        assert_false(exe_pdf_check(self.path, 2, &error));
        assert_jw_error(error, JW_ERROR_CORRUPT, "*");
    }
    static const char *const damaged[] = { " 0 obj", "xref",   "trailer", "/Root",
                                           "/Prev",  "/Pages", "/Count",  "%PDF" };
    for (size_t i = 0; i < G_N_ELEMENTS(damaged); i++) {
        g_autofree char *copy = g_memdup2(data, length);
        char *at = NULL;
        while ((at = memmem(copy, length, damaged[i], strlen(damaged[i]))) != NULL) {
            at[1] = '#';
        }
        assert_true(g_file_set_contents(self.path, copy, (gssize)length, NULL));
        assert_false(exe_pdf_check(self.path, 2, &error));
        assert_jw_error(error, JW_ERROR_CORRUPT, "*");
    }
}

/* A disk that is full, at any byte of the file, fails the attempt: it is tried again. */
static void
test_a_full_disk_is_said(void **state G_GNUC_UNUSED)
{
    static const rlim_t limits[] = { 0, 1000, 8000, 16000 };

    for (size_t i = 0; i < G_N_ELEMENTS(limits); i++) {
        g_auto(Pdf) self = { 0 };
        g_autoptr(GError) error = NULL;

        pdf_init(&self);
        full_result(&self);
        pdf_open(&self);
        full_row(&self, "C1");
        tk_limit_files(limits[i]);
        const bool ok = exe_render_pdf.finish(self.render, self.result, &error);
        tk_limit_files(RLIM_INFINITY);
        assert_false(ok);
        assert_jw_error(error, JW_ERROR_UNAVAILABLE, "*write the *");
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_everything_is_in_the_file),
        cmocka_unit_test(test_catalog_and_outline),
        cmocka_unit_test(test_structure),
        cmocka_unit_test(test_structure_of_long_tables),
        cmocka_unit_test(test_bold_texts_have_their_lines),
        cmocka_unit_test(test_parts_left_open),
        cmocka_unit_test(test_letter_paper),
        cmocka_unit_test(test_sides_of_texts),
        cmocka_unit_test(test_what_is_added_is_found),
        cmocka_unit_test(test_nothing_at_all),
        cmocka_unit_test(test_many_limits_and_figures),
        cmocka_unit_test(test_no_list_and_no_groups),
        cmocka_unit_test(test_a_long_table),
        cmocka_unit_test(test_a_wide_pivot),
        cmocka_unit_test(test_a_wide_list),
        cmocka_unit_test(test_texts_of_all_sorts),
        cmocka_unit_test(test_differences_have_signs),
        cmocka_unit_test(test_units_of_one),
        cmocka_unit_test(test_ten_thousand_rows),
        cmocka_unit_test(test_too_many_rows_are_refused),
        cmocka_unit_test(test_same_bytes),
        cmocka_unit_test(test_same_bytes_at_once),
        cmocka_unit_test(test_all_figures_of_a_report),
        cmocka_unit_test(test_damage_is_found),
        cmocka_unit_test(test_a_full_disk_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, release_fonts);
}
