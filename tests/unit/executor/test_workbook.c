/* test_workbook.c: what stands in the parts of a workbook that libxlsxwriter writes: texts, names
 * of sheets, numbers, formats, widths, charts. tests/e2e reads workbooks with openpyxl. */
#include <archive.h>
#include <archive_entry.h>
#include <glib/gstdio.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "jw/catalog.h"
#include "jw/report_sheets.h"
#include "render/render.h"
#include "render/xlsx/book.h"
#include "testkit.h"

#define START INT64_C(1609718400000) /* 2021-01-04T00:00:00Z */

/* Fields of a row, in the order of the definition's columns. */
enum { WHEN, WHO, WHOLE, REAL, N_FIELDS };

typedef struct {
    const char *table, *list, *job; /* titles; NULL: plain ones */
    int decimals;                   /* of the sums */
    const char *chart;              /* the charted measure */
} Titles;

typedef struct {
    JwReportDef *def;
    JwReportRequest *request;
    GTimeZone *zone;
    char **fields;
    JwAggregate *aggregate;
    char *dir, *path;
    ExeRenderInput input;
    ExeRender *render;
    GHashTable *parts; /* of the finished file: name → text */
} Fixture;

static const char definition[] =
    "{\"reportType\": \"t\", \"title\": \"Totals\", \"filePrefix\": \"T\", \"collection\": \"c\","
    " \"dateField\": \"when\","
    " \"filters\": [{\"name\": \"people\", \"field\": \"who\"}],"
    " \"dimensions\": [{\"name\": \"who\", \"label\": \"Who\", \"field\": \"who\"}],"
    " \"measures\": ["
    "  {\"name\": \"n\", \"label\": \"Count\", \"op\": \"count\"},"
    "  {\"name\": \"whole\", \"label\": \"Whole\", \"op\": \"sum\", \"field\": \"whole\"},"
    "  {\"name\": \"real\", \"label\": \"Real\", \"op\": \"sum\", \"field\": \"real\","
    "   \"format\": \"decimal\", \"decimals\": %d}],"
    " \"columns\": ["
    "  {\"field\": \"when\", \"label\": \"When\", \"format\": \"datetime\", \"width\": 4},"
    "  {\"field\": \"who\", \"label\": \"Who\", \"format\": \"text\", \"width\": 5},"
    "  {\"field\": \"whole\", \"label\": \"Whole\", \"format\": \"integer\", \"width\": 6},"
    "  {\"field\": \"real\", \"label\": \"Real\", \"format\": \"decimal\", \"width\": 7}],"
    " \"tables\": [{\"title\": \"A table\", \"dimension\": \"who\","
    "  \"measures\": [\"n\", \"whole\", \"real\"], \"chart\": \"column\", \"chartMeasure\": "
    "\"%s\"}],"
    " \"summary\": [\"n\", \"whole\", \"real\"], \"mailChartTable\": \"A table\"}";

static void
replace(char **text, const char *with)
{
    g_free(*text);
    *text = g_strdup(with);
}

static void
fixture_start(Fixture *self, const Titles *titles)
{
    const char *chart = titles->chart != NULL ? titles->chart : "n";
    g_autofree char *json = g_strdup_printf(definition, titles->decimals, chart);
    GError *error = NULL;

    self->def = jw_report_def_parse(json, strlen(json), "t.json", &error);
    assert_ok(self->def != NULL, error);
    if (titles->table != NULL) {
        replace(&g_array_index(self->def->tables, JwTableDef, 0).title, titles->table);
        replace(&self->def->mail_chart_table, titles->table);
    }
    replace(&self->def->list_title, titles->list != NULL ? titles->list : "Records");
    self->request = jw_report_request_new();
    self->request->start_ms = START;
    self->request->end_ms = START + INT64_C(86400000);
    self->zone = g_time_zone_new_utc();
    self->fields = jw_report_def_fields(self->def);
    self->dir = tk_temp_dir();
    self->path = g_build_filename(self->dir, "a.xlsx", NULL);
    self->input = (ExeRenderInput){ .def = self->def,
                                    .zone = self->zone,
                                    .title = titles->job != NULL ? titles->job : "A job",
                                    .path = self->path,
                                    .temp_dir = self->dir,
                                    .made_at_ms = START };
    self->aggregate = jw_aggregate_new(self->def, self->request, (const char *const *)self->fields,
                                       self->zone, &error);
    assert_ok(self->aggregate != NULL, error);
    self->render = exe_render_xlsx.open(&self->input, &error);
    assert_ok(self->render != NULL, error);
}

static void
fixture_add_at(Fixture *self, const char *who, JwValue whole, JwValue real, int64_t time_ms)
{
    JwValue row[N_FIELDS] = {
        [WHEN] = { .type = JW_VALUE_TIME, .time_ms = time_ms },
        [WHO] = { .type = JW_VALUE_TEXT, .text = who, .length = strlen(who) },
        [WHOLE] = whole,
        [REAL] = real,
    };
    GError *error = NULL;

    jw_aggregate_add(self->aggregate, row);
    assert_ok(exe_render_xlsx.row(self->render, row, &error), error);
}

static void
fixture_add(Fixture *self, const char *who, JwValue whole, JwValue real)
{
    fixture_add_at(self, who, whole, real, START);
}

static JwValue
whole(int64_t value)
{
    return (JwValue){ .type = JW_VALUE_INT, .integer = value };
}

static JwValue
real(double value)
{
    return (JwValue){ .type = JW_VALUE_REAL, .real = value };
}

static GHashTable *
read_parts(const char *path)
{
    GHashTable *parts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    struct archive *zip = archive_read_new();
    struct archive_entry *entry = NULL;
    char piece[4096];

    assert_int_equal(archive_read_support_format_zip_seekable(zip), ARCHIVE_OK);
    assert_int_equal(archive_read_open_filename(zip, path, 4096), ARCHIVE_OK);
    while (archive_read_next_header(zip, &entry) == ARCHIVE_OK) {
        GString *text = g_string_new(NULL);
        la_ssize_t length = 0;

        while ((length = archive_read_data(zip, piece, sizeof(piece))) > 0) {
            g_string_append_len(text, piece, length);
        }
        assert_int_equal(length, 0);
        g_hash_table_insert(parts, g_strdup(archive_entry_pathname(entry)),
                            g_string_free(text, FALSE));
    }
    (void)archive_read_free(zip);
    return parts;
}

static void
finish_with(Fixture *self, const JwReportResult *result)
{
    GError *error = NULL;

    assert_ok(exe_render_xlsx.finish(self->render, result, &error), error);
    assert_ok(exe_render_xlsx.check(self->render, &error), error);
    self->parts = read_parts(self->path);
}

static void
fixture_finish(Fixture *self)
{
    g_autoptr(JwReportResult) result =
        jw_report_result_new_compared(self->aggregate, NULL, self->def, self->request, self->zone);

    finish_with(self, result);
}

/* Beside nothing, as the period before. */
static void
finish_compared(Fixture *self)
{
    GError *error = NULL;

    self->request->compare = JW_COMPARE_PREVIOUS;
    self->request->compared_start_ms = START - INT64_C(86400000);
    self->request->compared_end_ms = START;
    g_array_index(self->def->tables, JwTableDef, 0).compare = true;
    g_autoptr(JwAggregate) before = jw_aggregate_new(
        self->def, self->request, (const char *const *)self->fields, self->zone, &error);
    assert_ok(before != NULL, error);
    g_autoptr(JwReportResult) result = jw_report_result_new_compared(
        self->aggregate, before, self->def, self->request, self->zone);
    g_ptr_array_add(result->notes, (gpointer)(uintptr_t) "A note.");
    finish_with(self, result);
}

static void
fixture_clear(Fixture *self)
{
    exe_render_xlsx.free(self->render);
    g_clear_pointer(&self->parts, g_hash_table_unref);
    jw_aggregate_free(self->aggregate);
    (void)g_unlink(self->path);
    assert_int_equal(g_rmdir(self->dir), 0);
    g_free(self->path);
    g_free(self->dir);
    g_strfreev(self->fields);
    g_time_zone_unref(self->zone);
    jw_report_request_free(self->request);
    jw_report_def_free(self->def);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Fixture, fixture_clear)

static void
assert_has(const Fixture *self, const char *part, const char *piece)
{
    const char *text = g_hash_table_lookup(self->parts, part);

    if (text == NULL || strstr(text, piece) == NULL) {
        fail_msg("no %s in %s: %s", piece, part, text);
    }
}

static void
assert_has_not(const Fixture *self, const char *part, const char *piece)
{
    const char *text = g_hash_table_lookup(self->parts, part);

    assert_non_null(text);
    if (strstr(text, piece) != NULL) {
        fail_msg("%s in %s: %s", piece, part, text);
    }
}

/* Every text that comes from outside, at every place where one stands; check() has read the whole
 * package when fixture_finish() returns. */
static void
test_any_text_is_held(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *text;
        const char *cell;  /* as a shared string and in a chart's cache */
        const char *plain; /* as a title, where no escape exists */
    } rows[] = {
        { "a\xef\xbf\xbe"
          "b\xef\xbf\xbf",
          "a�b�", "a�b�" },
        { "a\x07z\x1b", "a_x0007_z_x001B_", "a z " },
        { "x_x0041_y", "x_x005F_x0041_y", "x_x0041_y" },
        { "<&>\"'", "&lt;&amp;&gt;\"'", "&lt;&amp;&gt;\"'" },
        { "\xff\xc3", "��", "��" },
        { "=1+1", "=1+1", "=1+1" },
        { "\xc2\x85\xe2\x80\xa8", "\xc2\x85\xe2\x80\xa8", " \xe2\x80\xa8" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const Titles titles = { .table = rows[i].text, .list = rows[i].text, .job = rows[i].text };
        char *values[] = { (char *)(uintptr_t)rows[i].text, NULL };
        g_auto(Fixture) self = { 0 };
        g_autofree char *shared = g_strdup_printf(">%s</t>", rows[i].cell);
        g_autofree char *cached = g_strdup_printf("<c:v>%s</c:v>", rows[i].cell);
        g_autofree char *title = g_strdup_printf("<a:t>%s</a:t>", rows[i].plain);
        g_autofree char *property = g_strdup_printf("<dc:title>%s</dc:title>", rows[i].plain);
        g_autofree char *filter = g_strdup_printf("People: %s</t>", rows[i].cell);

        fixture_start(&self, &titles);
        replace(&g_array_index(self.def->measures, JwMeasureDef, 0).label, rows[i].text);
        replace(&g_array_index(self.def->columns, JwColumnDef, 1).label, rows[i].text);
        replace(&g_array_index(self.def->dimensions, JwDimensionDef, 0).label, rows[i].text);
        const JwFilter asked = { .name = g_strdup("people"), .values = g_strdupv(values) };
        g_array_append_val(self.request->filters, asked);
        fixture_add(&self, rows[i].text, whole(1), real(1));
        fixture_finish(&self);
        assert_has(&self, "xl/sharedStrings.xml", shared);
        assert_has(&self, "xl/sharedStrings.xml", filter);
        assert_has(&self, "xl/charts/chart1.xml", cached);
        assert_has(&self, "xl/charts/chart1.xml", title);
        assert_has(&self, "docProps/core.xml", property);
        assert_has_not(&self, "xl/workbook.xml", "_x0041_");
        assert_has_not(&self, "xl/sharedStrings.xml", "x_x0041_");
    }
}

/* The library counts escapes, a spreadsheet what it shows. */
/* The figures of the period before stand beside those of this one, as numbers with a sign. */
static void
test_compared(void **state G_GNUC_UNUSED)
{
    g_auto(Fixture) self = { 0 };
    const Titles titles = { .decimals = 1 };

    fixture_start(&self, &titles);
    fixture_add(&self, "Dan", whole(7), real(1.5));
    finish_compared(&self);
    assert_has(&self, "xl/sharedStrings.xml", ">Previous<");
    assert_has(&self, "xl/sharedStrings.xml", ">Difference<");
    assert_has(&self, "xl/sharedStrings.xml", ">Change<");
    assert_has(&self, "xl/sharedStrings.xml", "4 Jan 2021 (UTC) · Compared with 3 Jan 2021<");
    assert_has(&self, "xl/sharedStrings.xml", ">A note.<");
    assert_has(&self, "xl/sharedStrings.xml", ">Count, difference<");
    assert_has(&self, "xl/styles.xml", "formatCode=\"+#,##0;-#,##0;#,##0\"");
    assert_has(&self, "xl/styles.xml", "formatCode=\"+#,##0.0;-#,##0.0;#,##0.0\"");
    assert_has(&self, "xl/worksheets/sheet1.xml", "<c r=\"D8\"");
    assert_has(&self, "xl/worksheets/sheet1.xml", "<v>7</v>");
    /* Whole: 7, before, +7, of nothing no change */
    assert_has(&self, "xl/worksheets/sheet2.xml", "<c r=\"H2\"");
    assert_has(&self, "xl/worksheets/sheet2.xml", "<v>1.5</v>");
    assert_has_not(&self, "xl/worksheets/sheet2.xml", "<c r=\"I2\" s=\"0\"");
}

/* A level is a colour and a sign, a unit a part of the number's format: the numbers stay numbers.
 */
static void
test_levels_and_units(void **state G_GNUC_UNUSED)
{
    g_auto(Fixture) self = { 0 };
    const Titles titles = { .decimals = 1 };
    const JwThreshold threshold = { JW_LEVEL_BAD, 1, 100 };

    fixture_start(&self, &titles);
    JwMeasureDef *count = &g_array_index(self.def->measures, JwMeasureDef, 0);
    JwMeasureDef *whole_sum = &g_array_index(self.def->measures, JwMeasureDef, 1);
    count->unit = (JwUnit){ g_strdup("call"), g_strdup("\"calls\"") };
    whole_sum->thresholds = g_array_new(FALSE, TRUE, sizeof(JwThreshold));
    g_array_append_val(whole_sum->thresholds, threshold);
    fixture_add(&self, "Dan", whole(7), real(1.5));
    fixture_add(&self, "Dan", whole(1), real(1.5));
    fixture_finish(&self);
    assert_has(&self, "xl/styles.xml",
               "formatCode=\"[=1]#,##0&quot; call&quot;;#,##0&quot; &quot;\\&quot;&quot;calls"
               "&quot;\\&quot;&quot;&quot;\"");
    assert_has(&self, "xl/styles.xml", "formatCode=\"&quot;✗ &quot;#,##0\"");
    assert_has(&self, "xl/styles.xml", "<fgColor rgb=\"FFFEE2E2\"/>");
    assert_has(&self, "xl/styles.xml", "<color rgb=\"FF991B1B\"/>");
    assert_has(&self, "xl/worksheets/sheet1.xml", "<v>8</v>");
    assert_has(&self, "xl/worksheets/sheet2.xml", "<v>8</v>");
    assert_has(&self, "xl/charts/chart1.xml", "calls");
}

static void
test_a_text_that_grows_is_cut(void **state G_GNUC_UNUSED)
{
    g_autofree char *controls = g_strnfill(32767, '\x01');
    g_autofree char *letters = g_strnfill(40000, 'a');
    const Titles titles = { .job = controls };
    g_auto(Fixture) self = { 0 };

    fixture_start(&self, &titles);
    replace(&g_array_index(self.def->columns, JwColumnDef, 1).label, letters);
    fixture_add(&self, controls, whole(1), real(1));
    fixture_finish(&self);
    assert_has(&self, "xl/sharedStrings.xml", "_x0001__x0001_");
    assert_has(&self, "xl/sharedStrings.xml", "aaaa…</t>");
}

static void
test_sheets_have_valid_names(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *table, *list;
        const char *names[2]; /* as the workbook has them */
        const char *range;    /* in the chart */
    } rows[] = {
        { "Answered by the operator's desk",
          "Records",
          { "Answered by the operator's desk", "Records" },
          "'Answered by the operator''s desk'!$A$2:$A$2" },
        { "'quoted'", "'", { "quoted", "Sheet" }, "'quoted'!$A$2:$A$2" },
        { "History",
          "history",
          { "History sheet", "history sheet (2)" },
          "'History sheet'!$A$2:$A$2" },
        { "SUMMARY", "summary", { "SUMMARY (2)", "summary (3)" }, "'SUMMARY (2)'!$A$2:$A$2" },
        { "Calls [all]: 1/2", "*", { "Calls all 1 2", "Sheet" }, "'Calls all 1 2'!$A$2:$A$2" },
        { "2021", "Q1", { "2021", "Q1" }, "'2021'!$A$2:$A$2" },
        { "TRUE", "R1C1", { "TRUE", "R1C1" }, "'TRUE'!$A$2:$A$2" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const Titles titles = { .table = rows[i].table, .list = rows[i].list };
        g_auto(Fixture) self = { 0 };
        g_autofree char *range = g_strdup_printf("<c:f>%s</c:f>", rows[i].range);
        g_autofree char *filter =
            g_strdup_printf(">'%s'!$A$1:$D$2</definedName>", rows[i].names[1]);

        fixture_start(&self, &titles);
        fixture_add(&self, "Dan", whole(1), real(1));
        fixture_finish(&self);
        for (size_t n = 0; n < G_N_ELEMENTS(rows[i].names); n++) {
            g_autofree char *sheet = g_strdup_printf("<sheet name=\"%s\"", rows[i].names[n]);
            assert_has(&self, "xl/workbook.xml", sheet);
        }
        assert_has(&self, "xl/charts/chart1.xml", range);
        assert_has(&self, "xl/charts/chart1.xml", "<c:v>Dan</c:v>");
        assert_has(&self, "xl/workbook.xml", filter);
    }
}

/* What the library refuses no retry mends; what the disk refuses one may. */
static void
test_refusals_are_not_called_a_full_disk(void **state G_GNUC_UNUSED)
{
    for (int code = LXW_NO_ERROR + 1; code < LXW_MAX_ERRNO; code++) {
        ExeBook book = { .failed = (lxw_error)code };
        const bool disk = code <= LXW_ERROR_ZIP_CLOSE;
        GError *error = NULL;

        assert_false(exe_book_ok(&book, &error));
        if (disk) {
            assert_jw_error(error, JW_ERROR_UNAVAILABLE, "cannot write the workbook*; *");
        } else {
            assert_null(strstr(error->message, "full"));
            assert_jw_error(error, JW_ERROR_INVALID, "the workbook cannot hold*: *");
        }
    }
    g_autofree char *name = g_strdup("a:b");
    ExeBook book = { .failed = LXW_ERROR_INVALID_SHEETNAME_CHARACTER, .refused = name };
    GError *error = NULL;
    assert_false(exe_book_ok(&book, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "*sheet named 'a:b'*another title*");
}

/* A spreadsheet's numbers are doubles. */
static void
test_long_integers_are_texts(void **state G_GNUC_UNUSED)
{
    static const struct {
        int64_t value;
        const char *number, *text;
    } rows[] = {
        { INT64_C(9007199254740992), "<v>9007199254740992</v>", NULL },
        { INT64_C(-9007199254740992), "<v>-9007199254740992</v>", NULL },
        { INT64_C(9007199254740993), NULL, ">9007199254740993</t>" },
        { INT64_C(-9007199254740993), NULL, ">-9007199254740993</t>" },
        { INT64_MAX, NULL, ">9223372036854775807</t>" },
        { INT64_MIN, NULL, ">-9223372036854775808</t>" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const Titles titles = { .chart = "whole" };
        g_auto(Fixture) self = { 0 };

        fixture_start(&self, &titles);
        fixture_add(&self, "Dan", whole(rows[i].value), real(1));
        fixture_finish(&self);
        if (rows[i].text != NULL) { /* figure and table share one string; the list has its own */
            assert_has(&self, "xl/sharedStrings.xml", rows[i].text);
            assert_has(&self, "xl/worksheets/sheet3.xml", rows[i].text);
        } else {
            assert_has(&self, "xl/worksheets/sheet1.xml", rows[i].number);
            assert_has(&self, "xl/worksheets/sheet2.xml", rows[i].number);
            assert_has(&self, "xl/worksheets/sheet3.xml", rows[i].number);
        }
    }
}

/* Reals as well: no digit is lost, and none invented. */
static void
test_long_reals(void **state G_GNUC_UNUSED)
{
    static const struct {
        double value;
        const char *number, *text;
    } rows[] = {
        { 29999999999999.97, "<v>29999999999999.97</v>", NULL },
        { -12345678901234.56, "<v>-12345678901234.56</v>", NULL },
        { 1e15, "<v>1000000000000000</v>", NULL },
        { -9214364837599909888.0, NULL, ">-9214364837599909888</t>" },
        { 12345678901234567890.0, "<v>1.2345678901234567e+19</v>", ">1.2345678901234567e+19</t>" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const Titles titles = { .chart = "whole" };
        g_auto(Fixture) self = { 0 };

        fixture_start(&self, &titles);
        fixture_add(&self, "Dan", real(rows[i].value), real(rows[i].value));
        fixture_finish(&self);
        if (rows[i].text != NULL) { /* of figure and table */
            assert_has(&self, "xl/sharedStrings.xml", rows[i].text);
        }
        assert_has(&self, "xl/worksheets/sheet3.xml",
                   rows[i].number != NULL ? rows[i].number : rows[i].text);
    }
}

/* Stored and shown with the decimals of the definition, half up as on paper. */
static void
test_decimals(void **state G_GNUC_UNUSED)
{
    static const struct {
        double value;
        int decimals;
        const char *stored, *format;
    } rows[] = {
        { 2.675, 2, "<v>2.68</v>", "#,##0.00" },
        { 1.005, 2, "<v>1.01</v>", "#,##0.00" },
        { 0.125, 2, "<v>0.13</v>", "#,##0.00" },
        { -0.125, 2, "<v>-0.13</v>", "#,##0.00" },
        { 0.125, 3, "<v>0.125</v>", "#,##0.000" },
        { 2.675, 0, "<v>3</v>", NULL }, /* "#,##0" is built in */
        { 0.05, 1, "<v>0.1</v>", "#,##0.0" },
        { 1234.123456789, 9, "<v>1234.123456789</v>", "#,##0.000000000" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const Titles titles = { .decimals = rows[i].decimals };
        g_auto(Fixture) self = { 0 };
        g_autofree char *format = g_strdup_printf("formatCode=\"%s\"", rows[i].format);

        fixture_start(&self, &titles);
        fixture_add(&self, "Dan", whole(1), real(rows[i].value));
        fixture_finish(&self);
        assert_has(&self, "xl/worksheets/sheet1.xml", rows[i].stored);
        assert_has(&self, "xl/worksheets/sheet2.xml", rows[i].stored);
        if (rows[i].format != NULL) {
            assert_has(&self, "xl/styles.xml", format);
        }
    }
}

static void
test_decimals_of_the_list(void **state G_GNUC_UNUSED)
{
    const Titles titles = { 0 };
    g_auto(Fixture) self = { 0 };

    fixture_start(&self, &titles);
    exe_render_xlsx.free(self.render);
    g_array_index(self.def->columns, JwColumnDef, REAL).decimals = 7;
    self.render = exe_render_xlsx.open(&self.input, NULL);
    fixture_add(&self, "Dan", whole(1), real(0.125));
    fixture_finish(&self);
    assert_has(&self, "xl/styles.xml", "formatCode=\"#,##0.0000000\"");
}

static void
test_charts_show_all_values(void **state G_GNUC_UNUSED)
{
    static const struct {
        double values[2];
        int decimals;
        const char *min, *max, *unit, *format;
    } rows[] = {
        { { 3, 57 }, 0, "0", "60", "20", "#,##0" },
        { { -30, 57 }, 0, "-40", "60", "20", "#,##0" },
        { { -3, -7 }, 0, "-8", "0", "2", "#,##0" },
        { { 0, 1 }, 0, "0", "1", "1", "#,##0" },
        { { 0, 0 }, 0, "0", "1", "1", "#,##0" },
        { { 0.25, 0.9 }, 2, "0", "1", "0.2", "#,##0.0" },
        { { -0.02, 0.03 }, 2, "-0.02", "0.03", "0.01", "#,##0.00" },
        { { 1e16, 1 }, 0, NULL, NULL, NULL, NULL },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const Titles titles = { .chart = "real", .decimals = rows[i].decimals };
        g_auto(Fixture) self = { 0 };

        fixture_start(&self, &titles);
        fixture_add(&self, "Dan", whole(1), real(rows[i].values[0]));
        fixture_add(&self, "Joe", whole(1), real(rows[i].values[1]));
        fixture_finish(&self);
        if (rows[i].min != NULL) {
            g_autofree char *format =
                g_strdup_printf("<c:numFmt formatCode=\"%s\" sourceLinked=\"0\"/>", rows[i].format);
            assert_has(&self, "xl/charts/chart1.xml", format);
            g_autofree char *min = g_strdup_printf("<c:min val=\"%s\"/>", rows[i].min);
            g_autofree char *max = g_strdup_printf("<c:max val=\"%s\"/>", rows[i].max);
            g_autofree char *unit = g_strdup_printf("<c:majorUnit val=\"%s\"/>", rows[i].unit);
            assert_has(&self, "xl/charts/chart1.xml", min);
            assert_has(&self, "xl/charts/chart1.xml", max);
            assert_has(&self, "xl/charts/chart1.xml", unit);
        } else {
            assert_has_not(&self, "xl/charts/chart1.xml", "<c:min ");
        }
    }
}

/* The width of a column, counted from 1, of a sheet. */
static double
width_of(const Fixture *self, const char *part, int column)
{
    const char *text = g_hash_table_lookup(self->parts, part);
    g_autofree char *begin = g_strdup_printf("<col min=\"%d\" max=\"%d\" width=\"", column, column);
    const char *at = strstr(text, begin);

    assert_non_null(at);
    return g_ascii_strtod(at + strlen(begin), NULL);
}

/* The earliest of times is one, whatever the format says; in the mail too. A date is its day. */
static void
test_times_as_figures(void **state G_GNUC_UNUSED)
{
    static const struct {
        JwFormat format;
        const char *text, *cell;
    } rows[] = {
        { JW_FORMAT_INTEGER, "2021-01-04 13:30:00", "<v>44200.5625</v>" },
        { JW_FORMAT_DATETIME, "2021-01-04 13:30:00", "<v>44200.5625</v>" },
        { JW_FORMAT_DATE, "2021-01-04", "<v>44200</v>" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const Titles titles = { 0 };
        g_auto(Fixture) self = { 0 };
        GError *error = NULL;

        fixture_start(&self, &titles);
        JwMeasureDef *measure = &g_array_index(self.def->measures, JwMeasureDef, 1);
        measure->op = JW_MEASURE_MIN;
        measure->format = rows[i].format;
        replace(&measure->field, "when");
        jw_aggregate_free(self.aggregate);
        self.aggregate = jw_aggregate_new(self.def, self.request, (const char *const *)self.fields,
                                          self.zone, &error);
        assert_ok(self.aggregate != NULL, error);
        fixture_add_at(&self, "Dan", whole(1), real(1), START + 27 * INT64_C(1800000));
        g_autoptr(JwReportResult) result =
            jw_report_result_new_compared(self.aggregate, NULL, self.def, self.request, self.zone);
        assert_string_equal(g_array_index(result->figures, JwReportFigure, 1).text, rows[i].text);
        fixture_finish(&self);
        assert_has(&self, "xl/worksheets/sheet1.xml", rows[i].cell);
        assert_has(&self, "xl/worksheets/sheet2.xml", rows[i].cell);
        assert_true(width_of(&self, "xl/worksheets/sheet2.xml", 3) >= 20);
    }
}

/* The least of numbers is one, though a date is expected: 10 and not the 9th of January 1900. */
static void
test_numbers_as_figures(void **state G_GNUC_UNUSED)
{
    static const JwFormat formats[] = { JW_FORMAT_DATETIME, JW_FORMAT_DATE, JW_FORMAT_TEXT };

    for (int value = 0; value < 2; value++) {
        const JwValue number = value == 0 ? whole(10) : real(10);
        for (size_t i = 0; i < G_N_ELEMENTS(formats); i++) {
            assert_int_equal(exe_xlsx_value_format(&number, formats[i]), JW_FORMAT_DECIMAL);
        }
        assert_int_equal(exe_xlsx_value_format(&number, JW_FORMAT_HOUR), JW_FORMAT_HOUR);
    }
}

/* The first group is on top, and the values rise to the right. */
#define BAR_GROUPS                                                                                 \
    "<c:catAx><c:axId val=\"50010001\"/><c:scaling><c:orientation val=\"maxMin\"/></c:scaling>"

/* Every kind of chart that a definition may have is one of the workbook's own. */
static void
test_kinds_of_charts(void **state G_GNUC_UNUSED)
{
    static const struct {
        JwChart kind;
        size_t n_series;
        const char *has[3];
    } rows[] = {
        { JW_CHART_COLUMN, 2, { "<c:barDir val=\"col\"/>", "clustered", "<c:v>Whole</c:v>" } },
        { JW_CHART_LINE, 2, { "<c:lineChart>", "<c:legend>", "<c:v>Whole</c:v>" } },
        { JW_CHART_BAR, 1, { "<c:barDir val=\"bar\"/>", "<c:min val=\"0\"/>", BAR_GROUPS } },
        { JW_CHART_STACKED, 2, { "<c:barDir val=\"col\"/>", "\"stacked\"", "<c:v>Whole</c:v>" } },
        { JW_CHART_PIE, 1, { "<c:pieChart>", "<c:legend>", "$B$2:$B$3" } },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const Titles titles = { 0 };
        g_auto(Fixture) self = { 0 };

        fixture_start(&self, &titles);
        JwTableDef *table = &g_array_index(self.def->tables, JwTableDef, 0);
        table->chart = rows[i].kind;
        table->chart_measures = rows[i].n_series > 1 ? g_strsplit("n,whole", ",", -1) : NULL;
        fixture_add(&self, "Dan", whole(1), real(1));
        fixture_add(&self, "Joe", whole(2), real(3));
        fixture_finish(&self);
        for (size_t k = 0; k < G_N_ELEMENTS(rows[i].has); k++) {
            assert_has(&self, "xl/charts/chart1.xml", rows[i].has[k]);
            assert_has(&self, "xl/charts/chart2.xml", rows[i].has[k]);
        }
    }
}

/* More groups than the library can count in a chart. */
static void
test_a_chart_of_very_many_groups(void **state G_GNUC_UNUSED)
{
    const Titles titles = { 0 };
    g_auto(Fixture) self = { 0 };

    fixture_start(&self, &titles);
    self.def->max_groups = 100000;
    jw_aggregate_free(self.aggregate);
    self.aggregate =
        jw_aggregate_new(self.def, self.request, (const char *const *)self.fields, self.zone, NULL);
    for (int i = 0; i < 66000; i++) {
        char who[16];
        g_snprintf(who, sizeof who, "w%d", i);
        fixture_add(&self, who, whole(i), real(i));
    }
    fixture_finish(&self);
    assert_has(&self, "xl/charts/chart1.xml", "<c:f>'A table'!$A$2:$A$66001</c:f>");
    assert_has_not(&self, "xl/charts/chart1.xml", "<c:ptCount");
}

/* "###" is what a number shows that has no room; 1 for the frame. */
static void
test_columns_hold_their_numbers(void **state G_GNUC_UNUSED)
{
    static const char *const shown[] = { "0", "1", "-12,345,678,901,234",
                                         "9,223,372,036,854,775,807" };
    static const int64_t values[] = { 0, 1, INT64_C(-12345678901234), INT64_MAX };

    for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
        const Titles titles = { .decimals = 9 };
        const double least = (double)strlen(shown[i]) + 1;
        g_auto(Fixture) self = { 0 };

        fixture_start(&self, &titles);
        fixture_add(&self, "a name that is longer than any column was wide", whole(values[i]),
                    real((double)values[i] / 3));
        fixture_finish(&self);
        assert_true(width_of(&self, "xl/worksheets/sheet1.xml", 3) >= MAX(least + 9, 18));
        assert_true(width_of(&self, "xl/worksheets/sheet2.xml", 1) >= 46);
        assert_true(width_of(&self, "xl/worksheets/sheet2.xml", 3) >= MAX(least, 14));
        assert_true(width_of(&self, "xl/worksheets/sheet2.xml", 4) >= MAX(least + 9, 14));
        assert_true(width_of(&self, "xl/worksheets/sheet3.xml", 1) >= 20); /* a time */
        assert_true(width_of(&self, "xl/worksheets/sheet3.xml", 3) >= MAX(least, 6));
        assert_true(width_of(&self, "xl/worksheets/sheet3.xml", 4) >= MAX(least + 2, 7));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_text_is_held),
        cmocka_unit_test(test_compared),
        cmocka_unit_test(test_levels_and_units),
        cmocka_unit_test(test_a_text_that_grows_is_cut),
        cmocka_unit_test(test_sheets_have_valid_names),
        cmocka_unit_test(test_refusals_are_not_called_a_full_disk),
        cmocka_unit_test(test_long_integers_are_texts),
        cmocka_unit_test(test_long_reals),
        cmocka_unit_test(test_decimals),
        cmocka_unit_test(test_decimals_of_the_list),
        cmocka_unit_test(test_charts_show_all_values),
        cmocka_unit_test(test_times_as_figures),
        cmocka_unit_test(test_numbers_as_figures),
        cmocka_unit_test(test_kinds_of_charts),
        cmocka_unit_test(test_a_chart_of_very_many_groups),
        cmocka_unit_test(test_columns_hold_their_numbers),
    };

    return cmocka_run_group_tests_name("workbook", tests, NULL, NULL);
}
