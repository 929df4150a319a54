/* test_sheets.c: what the sheets of a workbook have of results built by hand: several keys, totals,
 * heads over heads, thresholds, percentages, pages, charts. tests/e2e reads workbooks with
 * openpyxl. */
#include "filekit.h"
#include "testkit.h"

#include <minizip/unzip.h>
#include <string.h>

/* The XML of a part of the workbook. (transfer full) */
static char *
read_part(const FileKit *kit, const char *name)
{
    GString *text = g_string_new(NULL);
    char piece[4096];
    int length = 0;
    unzFile zip = unzOpen64(kit->path);

    if (zip == NULL || unzLocateFile(zip, name, 1) != UNZ_OK) {
        fail_msg("no %s in the workbook", name);
    }
    assert_int_equal(unzOpenCurrentFile(zip), UNZ_OK);
    while ((length = unzReadCurrentFile(zip, piece, sizeof piece)) > 0) {
        g_string_append_len(text, piece, length);
    }
    assert_int_equal(unzCloseCurrentFile(zip), UNZ_OK);
    assert_int_equal(unzClose(zip), UNZ_OK);
    return g_string_free(text, FALSE);
}

static void
assert_part(const FileKit *kit, const char *part, const char *piece, bool there)
{
    g_autofree char *text = read_part(kit, part);

    if ((strstr(text, piece) != NULL) != there) {
        fail_msg("%s%s in %s: %s", there ? "no " : "", piece, part, text);
    }
}

/* The number of a cell's format, "C3" say. */
static int
style_of(const FileKit *kit, const char *part, const char *cell)
{
    g_autofree char *text = read_part(kit, part);
    g_autofree char *begin = g_strdup_printf("<c r=\"%s\" s=\"", cell);
    const char *at = strstr(text, begin);

    if (at == NULL) {
        fail_msg("no %s in %s: %s", cell, part, text);
    }
    return (int)g_ascii_strtoll(at + strlen(begin), NULL, 10);
}

static double
number_of(const FileKit *kit, const char *part, const char *cell)
{
    g_autofree char *text = read_part(kit, part);
    g_autofree char *begin = g_strdup_printf("<c r=\"%s\" s=\"", cell);
    const char *at = strstr(text, begin);

    assert_non_null(at);
    at = strchr(at, '>');
    assert_true(g_str_has_prefix(at, "><v>"));
    return g_ascii_strtod(at + strlen("><v>"), NULL);
}

/* The number format of a cell, as XML has it. (transfer full) */
static char *
format_of(const FileKit *kit, const char *part, const char *cell)
{
    g_autofree char *styles = read_part(kit, "xl/styles.xml");
    const char *at = strstr(styles, "<cellXfs");

    for (int i = style_of(kit, part, cell); i >= 0; i--) {
        at = strstr(at + 1, "<xf numFmtId=\"");
        assert_non_null(at);
    }
    const int64_t id = g_ascii_strtoll(at + strlen("<xf numFmtId=\""), NULL, 10);
    g_autofree char *begin =
        g_strdup_printf("<numFmt numFmtId=\"%" G_GINT64_FORMAT "\" formatCode=\"", id);
    const char *format = strstr(styles, begin);
    assert_non_null(format);
    format += strlen(begin);
    return g_strndup(format, strcspn(format, "\""));
}

static void
assert_format(const FileKit *kit, const char *part, const char *cell, const char *format)
{
    g_autofree char *found = format_of(kit, part, cell);

    if (strcmp(found, format) != 0) {
        fail_msg("%s of %s has %s and not %s", cell, part, found, format);
    }
}

static void
write_book(FileKit *kit, const JwValue *rows, size_t n_rows)
{
    g_free(fk_write(kit, &exe_render_xlsx, rows, n_rows, NULL));
}

#define TABLE "xl/worksheets/sheet2.xml"

static void
test_several_keys_and_totals(void **state G_GNUC_UNUSED)
{
    g_auto(FileKit) kit = { 0 };

    fk_init(&kit, "Europe/Istanbul");
    fk_fill(&kit);
    kit.input.content = JW_CONTENT_TABLES;
    write_book(&kit, NULL, 0);
    assert_part(&kit, TABLE, "<mergeCells count=\"1\"><mergeCell ref=\"C1:D1\"/></mergeCells>",
                true);
    assert_part(&kit, TABLE, "<pane xSplit=\"2\" ySplit=\"2\" topLeftCell=\"C3\"", true);
    /* Two groups and their sub-total, not the total. */
    assert_part(&kit, TABLE, "<autoFilter ref=\"A2:E5\"/>", true);
    assert_part(&kit, "xl/workbook.xml", "'By agent'!$1:$2</definedName>", true);
    assert_part(&kit, TABLE, "fitToHeight=\"0\"", true);
    assert_part(&kit, TABLE, "<row r=\"3\" spans=\"1:5\" outlineLevel=\"1\">", true);
    assert_part(&kit, TABLE, "<row r=\"4\" spans=\"1:5\" outlineLevel=\"1\">", true);
    assert_part(&kit, TABLE, "<row r=\"5\" spans=\"1:5\">", true);
    assert_part(&kit, TABLE, "<row r=\"6\" spans=\"1:5\">", true);
    /* Every cell has its lines, those without a value too. */
    assert_int_equal(style_of(&kit, TABLE, "B5"), style_of(&kit, TABLE, "A5"));
    assert_int_equal(style_of(&kit, TABLE, "B6"), style_of(&kit, TABLE, "A6"));
    assert_int_not_equal(style_of(&kit, TABLE, "A6"), style_of(&kit, TABLE, "A5"));
    assert_int_not_equal(style_of(&kit, TABLE, "A5"), style_of(&kit, TABLE, "A3"));
    (void)style_of(&kit, TABLE, "D4");
    (void)style_of(&kit, TABLE, "E4");
    assert_part(&kit, "xl/sharedStrings.xml", ">Monday<", true);
    assert_part(&kit, "xl/sharedStrings.xml", ">Tuesday<", true);
}

static void
test_thresholds_have_colours(void **state G_GNUC_UNUSED)
{
    static const char *const pieces[] = {
        "<fgColor rgb=\"FFDCFCE7\"/>", "<color rgb=\"FF166534\"/>",   "<fgColor rgb=\"FFFEF3C7\"/>",
        "<color rgb=\"FF92400E\"/>",   "<fgColor rgb=\"FFFEE2E2\"/>", "<color rgb=\"FF991B1B\"/>",
    };
    g_auto(FileKit) kit = { 0 };

    fk_init(&kit, "Europe/Istanbul");
    fk_fill(&kit);
    kit.input.content = JW_CONTENT_TABLES;
    write_book(&kit, NULL, 0);
    for (size_t i = 0; i < G_N_ELEMENTS(pieces); i++) {
        assert_part(&kit, "xl/styles.xml", pieces[i], true);
    }
    /* C3 is good, C4 warns, C5 and D3 are as others. */
    assert_int_not_equal(style_of(&kit, TABLE, "C3"), style_of(&kit, TABLE, "D3"));
    assert_int_not_equal(style_of(&kit, TABLE, "C4"), style_of(&kit, TABLE, "C3"));
    /* The figure is good, too: not the format that it has without a level. */
    const int good = style_of(&kit, "xl/worksheets/sheet1.xml", "C7");
    g_array_index(kit.result.figures, JwReportFigure, 0).level = JW_LEVEL_WARN;
    write_book(&kit, NULL, 0);
    assert_int_not_equal(style_of(&kit, "xl/worksheets/sheet1.xml", "D7"), good);
}

static double
width_of(const FileKit *kit, const char *part, int column)
{
    g_autofree char *text = read_part(kit, part);
    g_autofree char *begin = g_strdup_printf("<col min=\"%d\" max=\"%d\" width=\"", column, column);
    const char *at = strstr(text, begin);

    assert_non_null(at);
    return g_ascii_strtod(at + strlen(begin), NULL);
}

/* A number with its signs has room: without it shows as "###". */
static void
test_signs_have_room(void **state G_GNUC_UNUSED)
{
    const JwValue cells[] = { fk_text("Ann"), fk_int(1234567890123) };
    double widths[2][2] = { 0 };

    for (size_t i = 0; i < 2; i++) {
        const JwReportColumn columns[] = {
            { .label = "Who", .format = JW_FORMAT_TEXT },
            { .label = "n", .format = JW_FORMAT_INTEGER, .unit = " calls", .approximate = i > 0 },
        };
        JwLevel levels[] = { JW_LEVEL_NONE, i > 0 ? JW_LEVEL_BAD : JW_LEVEL_NONE };
        g_auto(FileKit) kit = { 0 };

        fk_init(&kit, "UTC");
        kit.input.content = JW_CONTENT_TABLES;
        fk_table(&kit, "T", columns, 2, cells, 1)->levels = levels;
        JwReportFigure *figure = fk_figure(&kit, "n", "n", JW_FORMAT_INTEGER, fk_int(1234567890123),
                                           "1,234,567,890,123 calls");
        figure->unit = " calls";
        figure->level = levels[1];
        write_book(&kit, NULL, 0);
        widths[i][0] = width_of(&kit, TABLE, 2);
        widths[i][1] = width_of(&kit, "xl/worksheets/sheet1.xml", 3);
    }
    assert_true(widths[1][0] - widths[0][0] == 4);
    assert_true(widths[1][1] - widths[0][1] == 2);
}

/* Percentages are the numbers that people calculate with, wherever they stand. */
static void
test_percentages(void **state G_GNUC_UNUSED)
{
    static const struct {
        double value, cell;
    } rows[] = {
        { 82.91, 0.8291 }, { 70.01, 0.7001 },  { 100, 1 },
        { 0, 0 },          { -0.07, -0.0007 }, { 1.0 / 3, 0.003333333333333333 },
    };
    static const JwReportColumn columns[] = {
        { .name = "who", .label = "Who", .format = JW_FORMAT_TEXT },
        { .name = "rate", .label = "Rate", .format = JW_FORMAT_PERCENT, .decimals = 2 },
        { .name = "other", .label = "Of its own unit", .format = JW_FORMAT_PERCENT, .unit = " pp" },
        { .name = "n", .label = "n", .format = JW_FORMAT_PERCENT, .role = JW_COLUMN_PERCENT },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(FileKit) kit = { 0 };
        const JwValue value = fk_real(rows[i].value);
        const JwValue cells[] = { fk_text("Ann"), value, fk_real(77.5), fk_int(-3) };

        fk_init(&kit, "Europe/Istanbul");
        fk_column(&kit, "rate", "Rate", JW_FORMAT_PERCENT);
        (void)fk_figure(&kit, "rate", "Rate", JW_FORMAT_PERCENT, value, "some %");
        (void)fk_table(&kit, "T", columns, G_N_ELEMENTS(columns), cells, 1);
        write_book(&kit, &value, 1);
        /* To the last bit. */
        assert_true(number_of(&kit, "xl/worksheets/sheet1.xml", "C7") == rows[i].cell);
        assert_true(number_of(&kit, TABLE, "B2") == rows[i].cell);
        assert_true(number_of(&kit, "xl/worksheets/sheet3.xml", "A2") == rows[i].cell);
        assert_true(number_of(&kit, TABLE, "C2") == 77.5);
        assert_true(number_of(&kit, TABLE, "D2") == -0.03);
        assert_part(&kit, "xl/styles.xml", "formatCode=\"#,##0.00 %\"", true);
        assert_part(&kit, "xl/styles.xml", "formatCode=\"#,##0&quot; pp&quot;\"", true);
        assert_part(&kit, "xl/styles.xml", "formatCode=\"+#,##0 %;-#,##0 %;#,##0 %\"", true);
    }
}

#define MANY "#,##0&quot; calls&quot;"
#define ONE  "#,##0&quot; call&quot;"

/* A number has the unit of its own; one of a format that people fill in has both. */
static void
test_units_of_one(void **state G_GNUC_UNUSED)
{
    static const JwReportColumn columns[] = {
        { .name = "who", .label = "Who", .format = JW_FORMAT_TEXT },
        { .name = "n",
          .label = "n",
          .format = JW_FORMAT_INTEGER,
          .unit = " calls",
          .unit_one = " call" },
        { .name = "n",
          .label = "Difference",
          .format = JW_FORMAT_INTEGER,
          .role = JW_COLUMN_DIFFERENCE,
          .unit = " calls",
          .unit_one = " call" },
    };
    const JwValue cells[] = { fk_text("Ann"), fk_int(1),  fk_int(1),
                              fk_text("Bob"), fk_int(-1), fk_int(2),
                              fk_text("Cem"), fk_int(-2), fk_int(-1) };
    const JwValue row = fk_int(0);
    g_auto(FileKit) kit = { 0 };

    fk_init(&kit, "UTC");
    fk_column(&kit, "n", "n", JW_FORMAT_INTEGER);
    JwColumnDef *listed = &g_array_index(kit.def->columns, JwColumnDef, 0);
    listed->unit = (JwUnit){ g_strdup("call"), g_strdup("calls") };
    (void)fk_table(&kit, "T", columns, 3, cells, 3);
    JwReportFigure *figure = fk_figure(&kit, "n", "n", JW_FORMAT_INTEGER, fk_int(7), "7 calls");
    figure->unit = " calls";
    figure->comparison = (JwReportComparison){ .previous = fk_int(1),
                                               .difference = fk_int(6),
                                               .percent = fk_real(600),
                                               .previous_text = "1 call",
                                               .difference_text = "+6 calls",
                                               .percent_text = "+600.0 %",
                                               .unit = " calls",
                                               .previous_unit = " call" };
    kit.result.compared_label = "before";
    write_book(&kit, &row, 1);
    assert_format(&kit, TABLE, "B2", "[=1]" ONE ";" MANY);
    assert_format(&kit, TABLE, "B3", ONE);
    assert_format(&kit, TABLE, "B4", MANY);
    assert_format(&kit, TABLE, "C2", "+" ONE ";-" ONE ";" ONE);
    assert_format(&kit, TABLE, "C3", "+" MANY ";-" MANY ";" MANY);
    assert_format(&kit, TABLE, "C4", "+" ONE ";-" ONE ";" ONE);
    assert_format(&kit, "xl/worksheets/sheet1.xml", "D7", ONE);
    assert_format(&kit, "xl/worksheets/sheet1.xml", "E7", "+" MANY ";-" MANY ";" MANY);
    assert_format(&kit, "xl/worksheets/sheet3.xml", "A2", "[=1]" ONE ";" MANY);
    kit.def->language = (g_free(kit.def->language), g_strdup("fr"));
    write_book(&kit, &row, 1);
    assert_format(&kit, TABLE, "B2", "[&lt;2]" ONE ";" MANY);
    assert_format(&kit, "xl/worksheets/sheet3.xml", "A2", "[&lt;2]" ONE ";" MANY);
}

static void
test_the_summary_says_when_and_of_what(void **state G_GNUC_UNUSED)
{
    static const char *const pieces[] = {
        ">4 Jan 2021 – 10 Jan 2021 (Europe/Istanbul) · Compared with 28 Dec 2020 – 3 Jan 2021<",
        ">Only a part of the records: Agents: Ann, &lt;Bob&gt;<",
        ">Made at 2021-01-04 12:03:04 (Europe/Istanbul)<",
        ">A note.<",
    };
    g_auto(FileKit) kit = { 0 };

    fk_init(&kit, "Europe/Istanbul");
    fk_fill(&kit);
    fk_column(&kit, "who", "Who", JW_FORMAT_TEXT);
    g_ptr_array_add(kit.result.notes, (gpointer)(uintptr_t) "A note.");
    JwReportFigure *figure = &g_array_index(kit.result.figures, JwReportFigure, 0);
    figure->approximate = true;
    write_book(&kit, NULL, 0);
    for (size_t i = 0; i < G_N_ELEMENTS(pieces); i++) {
        assert_part(&kit, "xl/sharedStrings.xml", pieces[i], true);
    }
    /* An estimate is a number that says so. */
    assert_part(&kit, "xl/styles.xml", "formatCode=\"&quot;✓ ≈ &quot;#,##0\"", true);
    assert_part(&kit, "xl/worksheets/sheet1.xml", "<v>1234</v>", true);
}

/* The name of the job leads; what it is stands above. Without one the type's title leads. */
static void
test_names(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *name, *kind, *title;
    } cases[] = {
        { "Calls of the week", ">Weekly report · Call records<", ">Calls of the week<" },
        { "Call records", ">Weekly report<", ">Call records<" },
        { NULL, ">Weekly report<", ">Call records<" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(FileKit) kit = { 0 };

        fk_init(&kit, "UTC");
        kit.input.title = cases[i].name;
        kit.def->title = (g_free(kit.def->title), g_strdup("Call records"));
        fk_column(&kit, "n", "n", JW_FORMAT_INTEGER);
        write_book(&kit, NULL, 0);
        assert_part(&kit, "xl/sharedStrings.xml", cases[i].kind, true);
        assert_part(&kit, "xl/sharedStrings.xml", cases[i].title, true);
        (void)style_of(&kit, "xl/worksheets/sheet1.xml", "B1");
        (void)style_of(&kit, "xl/worksheets/sheet1.xml", "B2");
        g_autofree char *title = g_strdup_printf("<dc:title%s/dc:title>", cases[i].title);
        assert_part(&kit, "docProps/core.xml", title, true);
        assert_part(&kit, "docProps/core.xml", "<dc:subject>Call records</dc:subject>", true);
    }
}

/* Without decimals of its column a number of the list is shown with its own, as in all formats. */
static void
test_decimals_of_the_list(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *cell, *format;
    } cells[] = {
        { "A2", "#,##0&quot; s&quot;" },
        { "A3", "#,##0.00&quot; s&quot;" },
        { "A4", "#,##0&quot; s&quot;" },
        { "B2", "#,##0.0 %" },
        { "B3", "#,##0 %" },
        { "B4", "#,##0.00000 %" },
        { "C2", "#,##0.000" },
        { "C3", "#,##0.00000000" },
        { "C4", "#,##0" },
        { "D2", "#,##0" },
        { "D3", "#,##0.0" },
        { "E2", "#,##0.00" },
        { "E3", "#,##0.00" },
    };
    const JwValue rows[] = {
        fk_real(1189),  fk_real(82.5),     fk_real(0.125),   fk_int(3),    fk_real(1),
        fk_real(12.25), fk_int(100),       fk_real(1.5e-07), fk_real(1.5), fk_real(2.5),
        fk_int(7),      fk_real(33.33333), fk_real(1e15),    FK_NULL,      FK_NULL,
    };
    g_auto(FileKit) kit = { 0 };

    fk_init(&kit, "UTC");
    fk_column(&kit, "talk", "Talk", JW_FORMAT_SECONDS);
    fk_column(&kit, "rate", "Rate", JW_FORMAT_PERCENT);
    fk_column(&kit, "amount", "Amount", JW_FORMAT_DECIMAL);
    fk_column(&kit, "n", "N", JW_FORMAT_INTEGER);
    fk_column(&kit, "fixed", "Fixed", JW_FORMAT_DECIMAL);
    g_array_index(kit.def->columns, JwColumnDef, 4).decimals = 2;
    write_book(&kit, rows, 3);
    for (size_t i = 0; i < G_N_ELEMENTS(cells); i++) {
        assert_format(&kit, TABLE, cells[i].cell, cells[i].format);
    }
    assert_true(number_of(&kit, TABLE, "A3") == 12.25);
    assert_true(number_of(&kit, TABLE, "C3") == 1.5e-07);
    /* As wide as the longest number with the most decimals: "1,000,000,000,000,000.00000000". */
    assert_true(width_of(&kit, TABLE, 3) > 30);
}

/* Nobody wants a long list on paper. */
static void
test_a_long_list_is_not_printed(void **state G_GNUC_UNUSED)
{
    for (size_t n = 1000; n <= 1001; n++) {
        g_auto(FileKit) kit = { 0 };
        g_autofree JwValue *rows = g_new(JwValue, n);

        for (size_t i = 0; i < n; i++) {
            rows[i] = fk_int((int64_t)i);
        }
        fk_init(&kit, "UTC");
        fk_column(&kit, "n", "A number", JW_FORMAT_INTEGER);
        write_book(&kit, rows, n);
        assert_part(&kit, "xl/workbook.xml",
                    "Print_Area\" localSheetId=\"1\">'Calls'!$A$1:$A$1001</definedName>", n > 1000);
        assert_part(&kit, TABLE, "stops after 1,000 rows; the file has all 1,001 records",
                    n > 1000);
        assert_part(&kit, "xl/sharedStrings.xml", "stops after 1,000 rows", n > 1000);
        assert_part(&kit, TABLE, "<pane ySplit=\"1\"", true);
        assert_part(&kit, "xl/workbook.xml", "!$1:$1</definedName>", true);
    }
}

/* The rows that a sheet does not hold go on in the next one, with all that the first has; how many
 * it holds test_xlsx_list.c tells. */
static void
test_a_list_goes_on_in_another_sheet(void **state G_GNUC_UNUSED)
{
    const size_t full = 1099, n = full + 5;
    g_auto(FileKit) kit = { 0 };
    g_autofree JwValue *rows = g_new(JwValue, n);

    for (size_t i = 0; i < n; i++) {
        rows[i] = fk_int((int64_t)i);
    }
    fk_init(&kit, "UTC");
    kit.input.sheet_rows = (uint32_t)full + 1;
    fk_column(&kit, "n", "A number", JW_FORMAT_INTEGER);
    write_book(&kit, rows, n); /* has counted the rows of both */
    assert_part(&kit, "xl/workbook.xml", "<sheet name=\"Calls 2\"", true);
    assert_part(&kit, "xl/workbook.xml", "'Calls'!$A$1:$A$1100</definedName>", true);
    assert_part(&kit, "xl/workbook.xml", "'Calls 2'!$A$1:$A$6</definedName>", true);
    assert_part(&kit, "xl/workbook.xml", "'Calls 2'!$1:$1</definedName>", true);
    assert_part(&kit, "xl/worksheets/sheet3.xml", "<pane ySplit=\"1\"", true);
    assert_part(&kit, "xl/worksheets/sheet3.xml", "<autoFilter ref=\"A1:A6\"/>", true);
    assert_part(&kit, "xl/worksheets/sheet3.xml", "stops after", false); /* all is printed */
    assert_true(number_of(&kit, "xl/worksheets/sheet3.xml", "A2") == (double)full);
    assert_true(number_of(&kit, "xl/worksheets/sheet3.xml", "A6") == (double)n - 1);
}

static JwReportTable *
chart_of_pivot(FileKit *kit, JwChart chart)
{
    fk_init(kit, "Europe/Istanbul");
    fk_fill(kit);
    JwReportTable *table = &g_array_index(kit->result.tables, JwReportTable, 0);
    table->chart = chart;
    table->chart_columns[0] = 2;
    table->n_chart_columns = 1;
    table->chart_in_front = true;
    return table;
}

/* Keys in two columns, sub-totals: the chart has the groups and nothing else. */
static void
test_a_chart_without_totals(void **state G_GNUC_UNUSED)
{
    g_auto(FileKit) kit = { 0 };

    (void)chart_of_pivot(&kit, JW_CHART_COLUMN);
    kit.input.content = JW_CONTENT_TABLES;
    write_book(&kit, NULL, 0);
    assert_part(&kit, "xl/charts/chart1.xml", "<c:f>'By agent'!$S$2:$S$3</c:f>", true);
    assert_part(&kit, "xl/charts/chart1.xml", "<c:f>'By agent'!$T$2:$T$3</c:f>", true);
    assert_part(&kit, "xl/charts/chart1.xml", "<c:v>Ann · =1+1</c:v>", true);
    assert_part(&kit, "xl/charts/chart1.xml", "<c:v>3</c:v>", true);
    assert_part(&kit, "xl/charts/chart1.xml", "<c:v>-1</c:v>", true);
    assert_part(&kit, "xl/charts/chart1.xml", "Total", false);
    assert_part(&kit, "xl/charts/chart1.xml", "<a:t>Agent · Topic</a:t>", true);
    assert_part(&kit, "xl/charts/chart1.xml", "<a:t>Monday: Calls</a:t>", true);
    assert_part(&kit, "xl/charts/chart1.xml", "<c:plotVisOnly", false); /* the columns are hidden */
    assert_part(&kit, TABLE, "<col min=\"19\" max=\"20\" width=\"14.7109375\" hidden=\"1\"", true);
}

/* Without the table's sheet the summary has what its chart draws. */
static void
test_a_chart_of_a_list_alone(void **state G_GNUC_UNUSED)
{
    g_auto(FileKit) kit = { 0 };

    (void)chart_of_pivot(&kit, JW_CHART_PIE);
    fk_column(&kit, "who", "Who", JW_FORMAT_TEXT);
    kit.input.content = JW_CONTENT_LIST;
    write_book(&kit, NULL, 0);
    assert_part(&kit, "xl/workbook.xml", "<sheet name=\"Calls\" sheetId=\"2\"", true);
    assert_part(&kit, "xl/charts/chart1.xml", "<c:f>'Summary'!$T$2:$T$3</c:f>", true);
    assert_part(&kit, "xl/charts/chart1.xml", "<c:v>Ann · a,b;c</c:v>", true);
    assert_part(&kit, "xl/charts/chart1.xml", "<c:showPercent val=\"1\"/>", true);
}

/* The axes say what they measure. */
static void
test_axes_have_units(void **state G_GNUC_UNUSED)
{
    static const struct {
        JwReportColumn column;
        const char *title, *max, *format;
    } rows[] = {
        { { .label = "Wait", .format = JW_FORMAT_SECONDS }, "Wait (s)", "40", "#,##0" },
        { { .label = "Rate", .format = JW_FORMAT_PERCENT }, "Rate", "0.4", "#,##0 %" },
        { { .label = "Paid", .format = JW_FORMAT_DECIMAL, .unit = " €" },
          "Paid (€)",
          "40",
          "#,##0" },
        { { .label = "=1+1", .format = JW_FORMAT_INTEGER }, "=1+1", "40", "#,##0" },
    };
    const JwValue cells[] = { fk_text("Ann"), fk_int(40), fk_text("Bob"), fk_int(3) };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const JwReportColumn columns[] = { { .label = "Who", .format = JW_FORMAT_TEXT },
                                           rows[i].column };
        g_auto(FileKit) kit = { 0 };
        g_autofree char *title = g_strdup_printf("<a:t>%s</a:t>", rows[i].title);
        g_autofree char *max = g_strdup_printf("<c:max val=\"%s\"/>", rows[i].max);
        g_autofree char *format = g_strdup_printf("formatCode=\"%s\"", rows[i].format);

        fk_init(&kit, "UTC");
        JwReportTable *table = fk_table(&kit, "T", columns, 2, cells, 2);
        table->chart = i % 2 == 0 ? JW_CHART_COLUMN : JW_CHART_BAR;
        table->chart_columns[0] = 1;
        table->n_chart_columns = 1;
        kit.input.content = JW_CONTENT_TABLES;
        write_book(&kit, NULL, 0);
        assert_part(&kit, "xl/charts/chart1.xml", "<a:t>Who</a:t>", true);
        g_autofree char *chart = read_part(&kit, "xl/charts/chart1.xml");
        const char *values = strstr(chart, "<c:valAx>"); /* behind the axis of the groups */
        assert_non_null(values);
        assert_non_null(strstr(values, max));
        assert_non_null(strstr(values, title));
        assert_true((strstr(chart, "maxMin") != NULL) == (table->chart == JW_CHART_BAR));
        assert_true(strstr(chart, "maxMin") < values);
        assert_part(&kit, "xl/charts/chart1.xml", format, true);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_several_keys_and_totals),
        cmocka_unit_test(test_thresholds_have_colours),
        cmocka_unit_test(test_signs_have_room),
        cmocka_unit_test(test_percentages),
        cmocka_unit_test(test_units_of_one),
        cmocka_unit_test(test_the_summary_says_when_and_of_what),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_decimals_of_the_list),
        cmocka_unit_test(test_a_long_list_is_not_printed),
        cmocka_unit_test(test_a_list_goes_on_in_another_sheet),
        cmocka_unit_test(test_a_chart_without_totals),
        cmocka_unit_test(test_a_chart_of_a_list_alone),
        cmocka_unit_test(test_axes_have_units),
    };

    return cmocka_run_group_tests_name("sheets", tests, NULL, NULL);
}
