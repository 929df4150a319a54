/* test_pdf_fit.c: what of a PDF has little room: it is written smaller, then broken, and no number
 * is cut. */
#include "drawing.h"
#include "pdf_fixture.h"

/* A cell has three lines at most; its end is marked. The row is as high. */
static void
test_long_cells_end_in_an_ellipsis(void **state G_GNUC_UNUSED)
{
    g_auto(Pdf) self = { 0 };
    g_autofree char *word = g_strnfill(5000, 'w');

    pdf_init(&self);
    pdf_column(&self, "Text", JW_FORMAT_TEXT, 20, -1);
    pdf_column(&self, "End", JW_FORMAT_TEXT, 20, -1);
    pdf_open(&self);
    const JwValue row[] = { pdf_text(word), pdf_text("end") };
    pdf_row(&self, row);
    pdf_finish(&self);
    assert_int_equal(pdf_count(&self, "…"), 1);
    /* What is hidden is found and copied, within a bound. */
    assert_in_range(pdf_count(&self, "w"), 100, 1300);
}

/* Numbers are never cut, however long: they are written smaller. */
static void
test_long_numbers_are_whole(void **state G_GNUC_UNUSED)
{
    g_auto(Pdf) self = { 0 };

    pdf_init(&self);
    pdf_column(&self, "N", JW_FORMAT_INTEGER, 1, -1);
    pdf_column(&self, "R", JW_FORMAT_DECIMAL, 3, -1);
    for (int i = 0; i < 6; i++) {
        pdf_column(&self, "Text", JW_FORMAT_TEXT, 20, -1);
    }
    (void)pdf_figure(&self, "Sum", "-9,223,372,036,854,775,808.00 kilometres", 1);
    pdf_open(&self);
    JwValue row[8] = { pdf_whole(INT64_MAX), pdf_real(1234567.891) };
    pdf_row(&self, row);
    pdf_finish(&self);
    assert_shows(&self, "1,234,567.891");
    g_autofree char *plain = pdf_run("pdftotext", "-raw", self.path, "-");
    g_autofree char *joined = pdf_words(plain);
    for (char *at = joined; *at != '\0'; at++) {
        *at = *at == '\n' ? '_' : *at;
    }
    g_auto(GStrv) pieces = g_strsplit(joined, "_", -1);
    g_autofree char *all = g_strjoinv("", pieces);
    assert_non_null(strstr(all, "9,223,372,036,854,775,807"));
    assert_non_null(strstr(all, "-9,223,372,036,854,775,808.00"));
}

/* All words in their order, whatever their lines; or without what is between them. (transfer full)
 */
static char *
flat_text(const Pdf *self, const char *between)
{
    g_autofree char *raw = pdf_run("pdftotext", "-raw", self->path, "-");
    g_auto(GStrv) words = g_strsplit_set(raw, " \n\f", -1);

    return g_strjoinv(between, words);
}

/* Nothing below a figure is cut: what was before, the difference, that in percent, the label. */
static void
test_compared_figures_are_whole(void **state G_GNUC_UNUSED)
{
    static const char *const pieces[] = { "▲ +68,909.75 customers", "(+3,450,800.0 %)",
                                          "2026-09-30 22:14:05", "1,234,567,890.12 customers",
                                          "and of which the label is long" };

    for (guint n = 3; n <= 4; n++) { /* cards of both widths */
        g_auto(Pdf) self = { 0 };

        pdf_init(&self);
        self.input.content = JW_CONTENT_TABLES;
        self.result->compared_label = "1 Sept 2026 – 30 Sept 2026";
        JwReportFigure *figure =
            pdf_figure(&self,
                       "A figure that counts different customers of all stores and of "
                       "which the label is long",
                       "≈ 68,910 customers", 68910);
        figure->level = JW_LEVEL_WARN;
        figure->comparison = (JwReportComparison){ .previous = pdf_real(1234567890.12),
                                                   .difference = pdf_real(68909.75),
                                                   .percent = pdf_real(3450800),
                                                   .previous_text = "1,234,567,890.12 customers",
                                                   .difference_text = "+68,909.75 customers",
                                                   .percent_text = "+3,450,800.0 %" };
        figure = pdf_figure(&self, "Last sale", "2026-10-31 22:51:07", 1);
        figure->comparison = (JwReportComparison){ .previous_text = "2026-09-30 22:14:05",
                                                   .difference_text = "n/a",
                                                   .percent_text = "n/a" };
        while (self.result->figures->len < n) {
            (void)pdf_figure(&self, "Other", "1", 1);
        }
        pdf_open(&self);
        pdf_finish(&self);
        assert_shows_not(&self, "…");
        g_autofree char *flat = flat_text(&self, " ");
        for (size_t i = 0; i < G_N_ELEMENTS(pieces); i++) {
            if (strstr(flat, pieces[i]) == NULL) {
                fail_msg("no \"%s\" in: %s", pieces[i], flat);
            }
        }
    }
}

/* Heads are broken between words and never cut, also those above several columns, which get the
 * width that they need. */
static void
test_heads_are_whole(void **state G_GNUC_UNUSED)
{
    static const char *const days[] = { "Monday",
                                        "Tuesday",
                                        "Wednesday",
                                        "Thursday",
                                        "Saturday",
                                        "Donnerstagnachmittag",
                                        "a head of more words than stand in one line" };
    g_auto(Pdf) self = { 0 };

    pdf_init(&self);
    self.input.content = JW_CONTENT_TABLES;
    JwReportTable *table = pdf_table(&self, "Pivot", 1, 1 + G_N_ELEMENTS(days), 2);
    for (size_t i = 0; i < G_N_ELEMENTS(days); i++) {
        table->columns[1 + i].head = days[i];
        table->columns[1 + i].label = "n";
    }
    table->columns[0].label = "One of the labels that are longer than all others of the table, and "
                              "so much that three lines are not enough for it";
    pdf_open(&self);
    pdf_finish(&self);
    assert_shows_not(&self, "…");
    for (size_t i = 0; i < 6; i++) {
        if (pdf_count(&self, days[i]) != 1) {
            fail_msg("no %s in: %s", days[i], self.text);
        }
    }
    g_autofree char *flat = flat_text(&self, " ");
    assert_non_null(strstr(flat, days[6]));
}

/* Nor is a number of a table that has no room, bold and with a level. */
static void
test_long_numbers_of_tables_are_whole(void **state G_GNUC_UNUSED)
{
    g_auto(Pdf) self = { 0 };
    g_autofree char *name = g_strnfill(20, 'k');

    pdf_init(&self);
    self.input.content = JW_CONTENT_TABLES;
    JwReportTable *table = pdf_table(&self, "Wide", 12, 13, 2);
    for (size_t i = 0; i < 12; i++) {
        table->cells[i] = table->cells[13 + i] = pdf_text(name);
    }
    table->cells[12] = table->cells[25] = pdf_whole(INT64_MIN);
    table->columns[12].unit = " kilometres";
    table->kinds = g_new0(JwRowKind, 2);
    table->kinds[1] = JW_ROW_TOTAL;
    table->levels = g_new0(JwLevel, 26);
    table->levels[12] = table->levels[25] = JW_LEVEL_BAD;
    pdf_open(&self);
    pdf_finish(&self);
    g_autofree char *flat = flat_text(&self, "");
    assert_int_equal(pdf_count_in(flat, "-9,223,372,036,854,775,808kilometres"), 2);
    assert_shows_not(&self, "…");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_long_cells_end_in_an_ellipsis),
        cmocka_unit_test(test_long_numbers_are_whole),
        cmocka_unit_test(test_compared_figures_are_whole),
        cmocka_unit_test(test_heads_are_whole),
        cmocka_unit_test(test_long_numbers_of_tables_are_whole),
    };

    return cmocka_run_group_tests(tests, NULL, release_fonts);
}
