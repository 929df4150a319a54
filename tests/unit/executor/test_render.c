/* test_render.c: the writers, fed with the records a store would give, through the shipped
 * definition. */
#include "drawing.h"

#include <archive.h>
#include <archive_entry.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#include "jw/catalog.h"
#include "render/render.h"
#include "testkit.h"

#define WEEK_START INT64_C(1609718400000) /* 2021-01-04T00:00:00Z */
#define DAY_MS     INT64_C(86400000)

typedef struct {
    JwCatalog *catalog;
    const JwReportDef *def;
    JwReportRequest *request;
    GTimeZone *zone;
    char **fields;
    JwAggregate *aggregate;
    char *dir, *path;
    ExeRenderInput input;
} Fixture;

static void
fixture_init(Fixture *self, const char *file)
{
    GError *error = NULL;

    *self = (Fixture){ 0 };
    self->catalog = jw_catalog_load(JW_SOURCE_DIR "/schemas/reports", &error);
    assert_ok(self->catalog != NULL, error);
    self->def = jw_catalog_find(self->catalog, "call-records");
    assert_non_null(self->def);
    self->request = jw_report_request_new();
    self->request->start_ms = WEEK_START;
    self->request->end_ms = WEEK_START + 7 * DAY_MS;
    self->request->period = JW_PERIOD_WEEKLY;
    self->zone = g_time_zone_new_utc();
    self->fields = jw_report_def_fields(self->def);
    self->aggregate = jw_aggregate_new(self->def, self->request, (const char *const *)self->fields,
                                       self->zone, &error);
    assert_ok(self->aggregate != NULL, error);
    self->dir = tk_temp_dir();
    self->path = g_build_filename(self->dir, file, NULL);
    self->input = (ExeRenderInput){
        .def = self->def,
        .zone = self->zone,
        .title = "Weekly calls",
        .path = self->path,
        .temp_dir = self->dir,
        .made_at_ms = WEEK_START,
        .content = strcmp(file, "a.csv") == 0 ? JW_CONTENT_LIST : JW_CONTENT_ALL,
    };
}

/* Asks for the groups of a dimension. */
static void
fixture_group(Fixture *self, const char *dimension, const char *measures)
{
    self->request->group_by = g_strsplit(dimension, ",", -1);
    self->request->measures = measures != NULL ? g_strsplit(measures, ",", -1) : NULL;
    self->input.content = JW_CONTENT_TABLE;
}

static void
fixture_clear(Fixture *self)
{
    (void)g_unlink(self->path);
    g_free(self->path);
    g_free(self->dir);
    jw_aggregate_free(self->aggregate);
    g_strfreev(self->fields);
    g_time_zone_unref(self->zone);
    jw_report_request_free(self->request);
    jw_catalog_free(self->catalog);
}

static JwValue
text(const char *value)
{
    return (JwValue){ .type = JW_VALUE_TEXT, .text = value, .length = strlen(value) };
}

/* A call record in the order of the fields asked for; @agent identifies it. */
static void
make_row(const Fixture *self, int number, const char *agent, JwValue *row)
{
    for (guint i = 0; self->fields[i] != NULL; i++) {
        const char *field = self->fields[i];

        row[i] = (JwValue){ .type = JW_VALUE_NULL };
        if (g_str_equal(field, "agent")) {
            row[i] = text(agent);
        } else if (g_str_equal(field, "startedAt")) {
            row[i] = (JwValue){ .type = JW_VALUE_TIME,
                                .time_ms = WEEK_START + number * INT64_C(3600000) };
        } else if (g_str_equal(field, "status")) {
            row[i] = text(number % 4 == 3 ? "missed" : "answered");
        } else if (g_str_equal(field, "talkSeconds") || g_str_equal(field, "waitSeconds")) {
            row[i] = (JwValue){ .type = JW_VALUE_INT, .integer = number };
        }
    }
}

static bool
finish(const Fixture *self, const ExeRenderOps *ops, ExeRender *render, GError **error)
{
    g_autoptr(JwReportResult) result =
        jw_report_result_new_compared(self->aggregate, NULL, self->def, self->request, self->zone);

    return ops->finish(render, result, error);
}

static void
write_rows(Fixture *self, const ExeRenderOps *ops, int rows, const char *agent)
{
    GError *error = NULL;
    ExeRender *render = ops->open(&self->input, &error);
    JwValue row[64];

    assert_ok(render != NULL, error);
    for (int i = 0; i < rows; i++) {
        make_row(self, i % 168, agent, row);
        jw_aggregate_add(self->aggregate, row);
        assert_ok(ops->row(render, row, &error), error);
    }
    assert_ok(finish(self, ops, render, &error), error);
    assert_ok(ops->check == NULL || ops->check(render, &error), error);
    ops->free(render);
}

static void
test_formats_are_found(void **state G_GNUC_UNUSED)
{
    assert_ptr_equal(exe_render_find("csv"), &exe_render_csv);
    assert_ptr_equal(exe_render_find("xlsx"), &exe_render_xlsx);
    assert_null(exe_render_find("docx"));
    assert_null(exe_render_find(NULL));
}

static void
test_csv_guards_formulas_and_quotes(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *agent, *cell;
    } rows[] = {
        { "Diane", ",Diane," },
        { "=1+1", ",\"'=1+1\"," },
        { "+49 30", ",+49 30," },
        { "+49 (30) 12-34/5.6", ",+49 (30) 12-34/5.6," },
        { "+1-800-555-0100", ",+1-800-555-0100," },
        { "-5", ",-5," },
        { "+3.50", ",+3.50," },
        { "-1,234.5", ",\"-1,234.5\"," },
        { "-1.5e-7", ",-1.5e-7," },
        { "-1-1", ",\"'-1-1\"," },
        { "+1", ",+1," },
        { "+A1", ",\"'+A1\"," },
        { "+1+cmd|' /C calc'!A0", ",\"'+1+cmd|' /C calc'!A0\"," },
        { "-2e", ",\"'-2e\"," },
        { "-e5", ",\"'-e5\"," },
        { "+", ",\"'+\"," },
        { "-", ",\"'-\"," },
        { "=5", ",\"'=5\"," },
        { "a\xef\xbf\xbf", ",a\xef\xbf\xbd," },
        { "\xff", ",\xef\xbf\xbd," },
        { "-2+3", ",\"'-2+3\"," },
        { "@SUM(A1)", ",\"'@SUM(A1)\"," },
        { "\tx", ",\"'\tx\"," },
        { "\xef\xbc\x9d"
          "1",
          ",\"'\xef\xbc\x9d"
          "1\"," },
        { "a,b", ",\"a,b\"," },
        { "say \"hi\"", ",\"say \"\"hi\"\"\"," },
        { "two\r\nlines", ",\"two\r\nlines\"," },
        { " padded", ",\" padded\"," },
        { "Çağrı", ",Çağrı," },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        Fixture fixture;
        g_autofree char *content = NULL;

        fixture_init(&fixture, "a.csv");
        write_rows(&fixture, &exe_render_csv, 1, rows[i].agent);
        assert_true(g_file_get_contents(fixture.path, &content, NULL, NULL));
        if (strstr(content, rows[i].cell) == NULL) {
            fail_msg("row %zu: no cell %s in:\n%s", i, rows[i].cell, content);
        }
        fixture_clear(&fixture);
    }
}

static void
test_csv_begins_with_a_mark_when_asked(void **state G_GNUC_UNUSED)
{
    for (int bom = 0; bom <= 1; bom++) {
        Fixture fixture;
        g_autofree char *content = NULL;

        fixture_init(&fixture, "a.csv");
        fixture.input.bom = bom == 1;
        write_rows(&fixture, &exe_render_csv, 1, "Dan");
        assert_true(g_file_get_contents(fixture.path, &content, NULL, NULL));
        assert_true(g_str_has_prefix(content, bom == 1 ? "\xef\xbb\xbf"
                                                         "Call,"
                                                       : "Call,"));
        fixture_clear(&fixture);
    }
}

static void
test_csv_has_a_line_a_record(void **state G_GNUC_UNUSED)
{
    Fixture fixture;
    g_autofree char *content = NULL;
    size_t lines = 0;

    fixture_init(&fixture, "a.csv");
    write_rows(&fixture, &exe_render_csv, 100, "Dan");
    assert_true(g_file_get_contents(fixture.path, &content, NULL, NULL));
    for (const char *at = content; (at = strstr(at, "\r\n")) != NULL; at += 2) {
        lines++;
    }
    assert_int_equal(lines, 101);
    assert_non_null(strstr(content, "2021-01-04T05:00:00Z"));
    fixture_clear(&fixture);
}

static void
test_csv_has_a_line_a_group(void **state G_GNUC_UNUSED)
{
    Fixture fixture;
    g_autofree char *content = NULL;

    fixture_init(&fixture, "a.csv");
    fixture_group(&fixture, "status", "totalCalls,answerRate");
    write_rows(&fixture, &exe_render_csv, 8, "Dan");
    assert_true(g_file_get_contents(fixture.path, &content, NULL, NULL));
    assert_string_equal(content,
                        "Status,Total calls,Answer rate\r\nanswered,6,100\r\nmissed,2,0\r\n");
    fixture_clear(&fixture);
}

/* The file of a list of one row. (transfer full) */
static char *
csv_of(Fixture *fixture, const JwValue *row)
{
    g_autoptr(GError) error = NULL;
    ExeRender *render = exe_render_csv.open(&fixture->input, &error);
    char *content = NULL;

    assert_ok(render != NULL, error);
    assert_ok(exe_render_csv.row(render, row, &error), error);
    assert_ok(finish(fixture, &exe_render_csv, render, &error), error);
    exe_render_csv.free(render);
    assert_true(g_file_get_contents(fixture->path, &content, NULL, NULL));
    return content;
}

/* RFC 3339 has no seconds in an offset; Liberia was 44 min 30 s behind until 1972. */
static void
test_csv_times_are_the_moments_they_were(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *zone, *time;
        int64_t time_ms;
    } rows[] = {
        { "Africa/Monrovia", ",1969-12-31T23:16:00-00:44,", 0 },
        { "Europe/Istanbul", ",1880-01-01T01:56:00+01:56,", INT64_C(-2840140800000) },
        { "America/New_York", ",2021-03-14T01:59:59-05:00,", INT64_C(1615705199999) },
        { "America/New_York", ",2021-03-14T03:00:00-04:00,", INT64_C(1615705200000) },
        /* In UTC where the local year would have five digits, or none. */
        { "Europe/Berlin", ",9999-12-31T23:59:59Z,", INT64_C(253402300799999) },
        { "Europe/Berlin", ",9999-12-31T23:59:59+01:00,", INT64_C(253402297199999) },
        { "America/New_York", ",9999-12-31T18:59:59-05:00,", INT64_C(253402300799999) },
        { "America/New_York", ",0000-01-01T00:00:00Z,", INT64_C(-62167219200000) },
        { "Europe/Berlin", ",10000-01-01T00:00:00Z,", INT64_C(253402300800000) },
        { "Europe/Berlin", ",-001-12-31T22:59:59Z,", INT64_C(-62167219200001) - 3600000 },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GTimeZone) zone = g_time_zone_new_identifier(rows[i].zone);
        Fixture fixture;
        JwValue row[64];

        fixture_init(&fixture, "a.csv");
        fixture.input.zone = zone;
        make_row(&fixture, 0, "Dan", row);
        for (guint f = 0; fixture.fields[f] != NULL; f++) {
            row[f].time_ms = row[f].type == JW_VALUE_TIME ? rows[i].time_ms : row[f].time_ms;
        }
        g_autofree char *content = csv_of(&fixture, row);
        if (strstr(content, rows[i].time) == NULL) {
            fail_msg("no %s in %s", rows[i].time, content);
        }
        fixture_clear(&fixture);
    }
}

/* A call that waited and talked so long, as CSV. (transfer full) */
static char *
csv_of_numbers(double waited, double talked)
{
    Fixture fixture;
    JwValue row[64];

    fixture_init(&fixture, "a.csv");
    make_row(&fixture, 0, "Dan", row);
    for (guint i = 0; fixture.fields[i] != NULL; i++) {
        if (g_str_equal(fixture.fields[i], "waitSeconds")) {
            row[i] = (JwValue){ .type = JW_VALUE_REAL, .real = waited };
        } else if (g_str_equal(fixture.fields[i], "talkSeconds")) {
            row[i] = (JwValue){ .type = JW_VALUE_REAL, .real = talked };
        }
    }
    char *content = csv_of(&fixture, row);
    fixture_clear(&fixture);
    return content;
}

static void
test_csv_numbers_are_as_short_as_exact(void **state G_GNUC_UNUSED)
{
    g_autofree char *content = csv_of_numbers(0.1, 1.0 / 3.0);

    assert_non_null(strstr(content, ",0.1,0.3333333333333333,"));
}

static void
test_csv_numbers_have_one_form(void **state G_GNUC_UNUSED)
{
    static const struct {
        double value;
        const char *text;
    } rows[] = {
        { 12345678901234.56, ",12345678901234.56," },
        { 1e15, ",1000000000000000," },
        { -9214364837599909888.0, ",-9214364837599909888," },
        { 12345678901234567890.0, ",1.2345678901234567e+19," },
        { -0.0, ",0," },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *content = csv_of_numbers(rows[i].value, 1.0);

        assert_non_null(strstr(content, rows[i].text));
    }
}

static char *
read_hash(const char *path)
{
    g_autofree char *content = NULL;
    size_t length = 0;

    assert_true(g_file_get_contents(path, &content, &length, NULL));
    return g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)content, length);
}

static void
test_xlsx_is_the_same_for_the_same_job(void **state G_GNUC_UNUSED)
{
    g_autofree char *hash[2] = { NULL, NULL };

    for (int i = 0; i < 2; i++) {
        Fixture fixture;

        fixture_init(&fixture, "a.xlsx");
        write_rows(&fixture, &exe_render_xlsx, 500, "=cmd|' /C calc'!A0");
        hash[i] = read_hash(fixture.path);
        fixture_clear(&fixture);
    }
    assert_string_equal(hash[0], hash[1]);
    g_free(hash[1]);
}

static void
test_xlsx_check_finds_wrong_rows(void **state G_GNUC_UNUSED)
{
    Fixture fixture;
    GError *error = NULL;

    fixture_init(&fixture, "a.xlsx");
    write_rows(&fixture, &exe_render_xlsx, 20, "Dan");
    int list_sheet = (int)fixture.def->tables->len + 2;
    assert_ok(exe_check_workbook(fixture.path, 21, list_sheet, &error), error);
    assert_false(exe_check_workbook(fixture.path, 22, list_sheet, &error));
    assert_jw_error(error, JW_ERROR_CORRUPT, "*21 list rows instead of 22*");
    fixture_clear(&fixture);
}

typedef struct {
    const char *name, *text;
} Part;

static void
write_package(const char *path, const Part *parts, size_t n_parts)
{
    struct archive *zip = archive_write_new();

    assert_int_equal(archive_write_set_format_zip(zip), ARCHIVE_OK);
    assert_int_equal(archive_write_open_filename(zip, path), ARCHIVE_OK);
    for (size_t i = 0; i < n_parts; i++) {
        struct archive_entry *entry = archive_entry_new();
        const size_t length = strlen(parts[i].text);

        archive_entry_set_pathname(entry, parts[i].name);
        archive_entry_set_size(entry, (la_int64_t)length);
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_perm(entry, 0644);
        assert_int_equal(archive_write_header(zip, entry), ARCHIVE_OK);
        assert_int_equal(archive_write_data(zip, parts[i].text, length), length);
        archive_entry_free(entry);
    }
    assert_int_equal(archive_write_close(zip), ARCHIVE_OK);
    archive_write_free(zip);
}

/* A workbook whose list sheet is cut inside, in a zip that is sound: what a full temporary disk
 * makes. */
static void
write_cut_workbook(const char *path, const char *sheet)
{
    const Part part = { "xl/worksheets/sheet1.xml", sheet };

    write_package(path, &part, 1);
}

static void
test_check_tells_cut_parts(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *sheet;
        int64_t rows;
        bool whole;
    } rows[] = {
        { "<?xml version=\"1.0\"?>\n<w a=\"x>y\"><s><row r=\"1\"><c/></row><row r=\"2\"/></s></w>",
          2, true },
        { "<w><s><row r=\"1\"><c/></row></s></w>", 1, true },
        { "<w><s><row r=\"1\"><c/></row></s>", 1, false },
        { "<w><s><row r=\"1\"><c", 1, false },
        { "<w><s><row r=\"1\"></s></w>", 1, false },
        { "<w></w><w></w>", 0, false },
        { "", 0, false },
        { "no xml", 0, false },
        { "<w a=\"cut", 0, false },
        { "<w>a\tb\r\nÇağrı 日本 \xf0\x9f\x93\x9e&amp;&lt;&gt;&quot;&apos;</w>", 0, true },
        { "<w>\xef\xbf\xbd\xef\xbf\xbc</w>", 0, true },
        { "<w>\xef\xbf\xbe</w>", 0, false },
        { "<w><t>x</t>\xef\xbf\xbf</w>", 0, false },
        { "<w a=\"\xef\xbf\xbf\"/>", 0, false },
        { "<w>\x07</w>", 0, false },
        { "<w>\xc3</w>", 0, false },
        { "<w>a & b</w>", 0, false },
        { "<w>a &nbsp; b</w>", 0, false },
    };
    g_autofree char *dir = tk_temp_dir();
    g_autofree char *path = g_build_filename(dir, "cut.xlsx", NULL);

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        GError *error = NULL;

        write_cut_workbook(path, rows[i].sheet);
        bool ok = exe_check_workbook(path, rows[i].rows, 1, &error);
        if (ok != rows[i].whole) {
            fail_msg("row %zu: %s", i, jw_error_message(error));
        }
        if (!ok) {
            assert_jw_error(error, JW_ERROR_CORRUPT, "*sheet1.xml*");
        }
    }
    (void)g_unlink(path);
}

/* Bytes arrive in blocks of any length; nothing may hide at their borders. */
static void
test_check_looks_over_block_borders(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *text;
        bool whole;
    } rows[] = {
        { "x&amp;x\xf0\x9f\x93\x9ex", true },
        { "x\xef\xbf\xbfx", false },
        { "x&amp x", false },
    };
    g_autofree char *dir = tk_temp_dir();
    g_autofree char *path = g_build_filename(dir, "long.xlsx", NULL);

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        for (size_t before = 65536 - 24; before < 65536; before++) {
            g_autofree char *fill = g_strnfill(before, 'f');
            g_autofree char *sheet = g_strdup_printf("<w>%s%s<t/></w>", fill, rows[i].text);
            g_autoptr(GError) error = NULL;

            write_cut_workbook(path, sheet);
            if (exe_check_workbook(path, 0, 1, &error) != rows[i].whole) {
                fail_msg("row %zu after %zu bytes", i, before);
            }
        }
    }
    (void)g_unlink(path);
}

/* What a reader of the whole package would find: not the sheets alone are read. */
static void
test_check_reads_every_part(void **state G_GNUC_UNUSED)
{
    static const char rels[] = "<Relationships xmlns=\"r\"><Relationship Id=\"1\" Target=\"%s\"%s/>"
                               "</Relationships>";
    static const struct {
        const char *name, *text, *target, *mode, *message; /* message: NULL: whole */
    } rows[] = {
        { "xl/sharedStrings.xml", "<sst><si><t>a</t></si></sst>", "xl/sharedStrings.xml", "",
          NULL },
        { "xl/sharedStrings.xml", "<sst/>", "/xl/sharedStrings.xml", "", NULL },
        { "xl/sharedStrings.xml", "<sst/>", "./xl/../xl/sharedStrings.xml", "", NULL },
        { "xl/a.xml", "<a/>", "https://example.org/", " TargetMode=\"External\"", NULL },
        { "xl/a.xml", "<a/>", "xl/b.xml", "", "*_rels/.rels* names xl/b.xml, which is not there" },
        { "xl/a.xml", "<a/>", "a.xml", "", "*names a.xml, which is not there" },
        { "xl/sharedStrings.xml", "<sst>\xef\xbf\xbf</sst>", "xl/sharedStrings.xml", "",
          "*xl/sharedStrings.xml*not well-formed in line 1*" },
        { "xl/charts/chart1.xml", "<c><v>\x07</v></c>", "xl/charts/chart1.xml", "",
          "*chart1.xml*not well-formed*" },
        { "docProps/core.xml", "<c a=\"1\" a=\"2\"/>", "docProps/core.xml", "",
          "*core.xml*duplicate attribute*" },
        { "xl/styles.xml", "<x:s/>", "xl/styles.xml", "", "*styles.xml*unbound prefix*" },
        { "xl/styles.xml", "<s>&oops;</s>", "xl/styles.xml", "", "*styles.xml*undefined entity*" },
        { "xl/styles.xml", "<s><t>", "xl/styles.xml", "",
          "*styles.xml*is cut; was the disk full?" },
        { "xl/styles.xml", "", "xl/styles.xml", "", "*styles.xml*is cut; was the disk full?" },
    };
    g_autofree char *dir = tk_temp_dir();
    g_autofree char *path = g_build_filename(dir, "parts.xlsx", NULL);

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *relations = g_strdup_printf(rels, rows[i].target, rows[i].mode);
        const Part parts[] = { { "_rels/.rels", relations }, { rows[i].name, rows[i].text } };
        GError *error = NULL;

        write_package(path, parts, G_N_ELEMENTS(parts));
        bool ok = exe_check_workbook(path, 0, 1, &error);
        assert_true(ok == (rows[i].message == NULL));
        if (!ok) {
            assert_jw_error(error, JW_ERROR_CORRUPT, rows[i].message);
        }
    }
    const Part types[] = { { "[Content_Types].xml",
                             "<Types xmlns=\"t\"><Override PartName=\"/xl/a.xml\"/></Types>" } };
    GError *error = NULL;
    write_package(path, types, 1);
    assert_false(exe_check_workbook(path, 0, 1, &error));
    assert_jw_error(error, JW_ERROR_CORRUPT, "*Types* names xl/a.xml, which is not there");
    (void)g_unlink(path);
}

static void
test_check_tells_a_damaged_zip(void **state G_GNUC_UNUSED)
{
    Fixture fixture;
    GError *error = NULL;
    g_autofree char *content = NULL;
    size_t length = 0;

    fixture_init(&fixture, "a.xlsx");
    write_rows(&fixture, &exe_render_xlsx, 2000, "Dan");
    int list_sheet = (int)fixture.def->tables->len + 2;
    assert_true(g_file_get_contents(fixture.path, &content, &length, NULL));
    content[length / 2] = (char)(content[length / 2] ^ 0x55);
    assert_true(g_file_set_contents(fixture.path, content, (gssize)length, NULL));
    assert_false(exe_check_workbook(fixture.path, 2001, list_sheet, &error));
    assert_jw_error(error, JW_ERROR_CORRUPT, "*");
    assert_true(g_file_set_contents(fixture.path, content, (gssize)(length / 3), NULL));
    assert_false(exe_check_workbook(fixture.path, 2001, list_sheet, &error));
    assert_jw_error(error, JW_ERROR_CORRUPT, "*");
    fixture_clear(&fixture);
}

static void
test_disk_full_is_said(void **state G_GNUC_UNUSED)
{
    Fixture fixture;
    GError *error = NULL;

    fixture_init(&fixture, "a.csv");
    fixture.input.path = "/dev/full";
    ExeRender *render = exe_render_csv.open(&fixture.input, &error);
    assert_null(render); /* never writes over something that exists */
    assert_jw_error(error, JW_ERROR_INTERNAL, "*exists*");
    fixture_clear(&fixture);
}

static int
count_entries(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    int n = 0;

    while (g_dir_read_name(dir) != NULL) {
        n++;
    }
    return n;
}

/* Writes rows until the disk is full or all are there. */
static bool
try_rows(Fixture *self, const ExeRenderOps *ops, int rows, GError **error)
{
    ExeRender *render = ops->open(&self->input, error);
    bool ok = render != NULL;
    JwValue row[64];

    for (int i = 0; ok && i < rows; i++) {
        make_row(self, i % 168, "Dan", row);
        jw_aggregate_add(self->aggregate, row);
        ok = ops->row(render, row, error);
    }
    ok = ok && finish(self, ops, render, error);
    g_clear_pointer(&render, ops->free);
    return ok;
}

/* What the requester reads has no path of the executor's machine; the operator knows by the
 * variable which one it is. @error: (nullable) */
static void
assert_says_what_to_do(const Fixture *self, const GError *error)
{
    if (error != NULL
        && (!g_pattern_match_simple("cannot * under JW_TEMP_DIR*; *", error->message)
            || strstr(error->message, self->dir) != NULL)) {
        fail_msg("\"%s\"", error->message);
    }
}

/* An open file keeps its place on the disk, although it has no name any more. */
static void
test_a_full_disk_keeps_no_file_open(void **state G_GNUC_UNUSED)
{
    static const ExeRenderOps *const writers[] = { &exe_render_csv, &exe_render_xlsx,
                                                   &exe_render_json, &exe_render_ndjson,
                                                   &exe_render_html };
    const int open_before = count_entries("/proc/self/fd");

    for (size_t i = 0; i < G_N_ELEMENTS(writers); i++) {
        Fixture fixture;
        bool done = false;

        fixture_init(&fixture, "a");
        for (rlim_t bytes = 0; !done; bytes += bytes < 16384 ? 512 : 16384) {
            g_autoptr(GError) error = NULL;

            tk_limit_files(bytes);
            done = try_rows(&fixture, writers[i], 5, &error);
            tk_limit_files(RLIM_INFINITY);
            assert_true(done == (error == NULL));
            assert_says_what_to_do(&fixture, error);
            assert_int_equal(count_entries("/proc/self/fd"), open_before);
            (void)g_unlink(fixture.path);
            assert_int_equal(count_entries(fixture.dir), 0);
        }
        fixture_clear(&fixture);
    }
}

/* A store may hold any int64 as a date. */
static void
test_dates_at_the_ends_of_time(void **state G_GNUC_UNUSED)
{
    static const int64_t times_ms[] = { INT64_MIN, INT64_MIN + 1, -1, 0, INT64_MAX - 1, INT64_MAX };
    static const char *const zones[] = { "UTC", "America/New_York", "Europe/Istanbul" };
    static const ExeRenderOps *const writers[] = { &exe_render_csv, &exe_render_xlsx,
                                                   &exe_render_json, &exe_render_ndjson,
                                                   &exe_render_html };

    for (size_t i = 0; i < G_N_ELEMENTS(writers) * G_N_ELEMENTS(zones); i++) {
        const ExeRenderOps *ops = writers[i % G_N_ELEMENTS(writers)];
        g_autoptr(GTimeZone) zone = g_time_zone_new_identifier(zones[i / G_N_ELEMENTS(writers)]);
        Fixture fixture;
        GError *error = NULL;
        JwValue row[64];

        fixture_init(&fixture, "a");
        fixture.input.zone = zone;
        ExeRender *render = ops->open(&fixture.input, &error);
        assert_ok(render != NULL, error);
        for (size_t t = 0; t < G_N_ELEMENTS(times_ms); t++) {
            make_row(&fixture, 0, "Dan", row);
            for (guint f = 0; fixture.fields[f] != NULL; f++) {
                row[f].time_ms = row[f].type == JW_VALUE_TIME ? times_ms[t] : row[f].time_ms;
            }
            jw_aggregate_add(fixture.aggregate, row);
            assert_ok(ops->row(render, row, &error), error);
        }
        assert_ok(finish(&fixture, ops, render, &error), error);
        assert_ok(ops->check == NULL || ops->check(render, &error), error);
        ops->free(render);
        fixture_clear(&fixture);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formats_are_found),
        cmocka_unit_test(test_csv_guards_formulas_and_quotes),
        cmocka_unit_test(test_csv_begins_with_a_mark_when_asked),
        cmocka_unit_test(test_csv_has_a_line_a_record),
        cmocka_unit_test(test_csv_has_a_line_a_group),
        cmocka_unit_test(test_csv_times_are_the_moments_they_were),
        cmocka_unit_test(test_csv_numbers_are_as_short_as_exact),
        cmocka_unit_test(test_csv_numbers_have_one_form),
        cmocka_unit_test(test_xlsx_is_the_same_for_the_same_job),
        cmocka_unit_test(test_xlsx_check_finds_wrong_rows),
        cmocka_unit_test(test_check_tells_cut_parts),
        cmocka_unit_test(test_check_looks_over_block_borders),
        cmocka_unit_test(test_check_reads_every_part),
        cmocka_unit_test(test_check_tells_a_damaged_zip),
        cmocka_unit_test(test_disk_full_is_said),
        cmocka_unit_test(test_a_full_disk_keeps_no_file_open),
        cmocka_unit_test(test_dates_at_the_ends_of_time),
    };

    return cmocka_run_group_tests_name("render", tests, NULL, release_fonts);
}
