/* test_xlsx_list.c: the rows of a list on their way into a workbook that libxlsxwriter closed. */
#include "testkit.h"

#include <archive.h>
#include <archive_entry.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/resource.h>
#include <xlsxwriter.h>

#include "render/render.h"
#include "render/xlsx/list.h"

#define N_COLUMNS 2

typedef struct {
    char *dir, *closed, *path;
    GTimeZone *utc;
    JwZoneCache zone;
    ExeXlsxList *list;
} Fixture;

/* Workbook "closed" with @n_sheets sheets that hold a header. */
static void
close_book(const Fixture *self, int n_sheets)
{
    lxw_workbook_options options = { .constant_memory = LXW_TRUE };
    lxw_workbook *book = workbook_new_opt(self->closed, &options);

    for (int i = 0; i < n_sheets; i++) {
        lxw_worksheet *sheet = workbook_add_worksheet(book, NULL);

        assert_int_equal(worksheet_write_string(sheet, 0, 0, "Agent", NULL), LXW_NO_ERROR);
        assert_int_equal(worksheet_write_string(sheet, 0, 1, "Calls", NULL), LXW_NO_ERROR);
    }
    assert_int_equal(workbook_close(book), LXW_NO_ERROR);
}

static void
fixture_init(Fixture *self)
{
    static const int styles[N_COLUMNS] = { 0, 0 };
    static const bool days[N_COLUMNS] = { false, false };
    GError *error = NULL;

    self->dir = tk_temp_dir();
    self->closed = g_build_filename(self->dir, "closed.xlsx", NULL);
    self->path = g_build_filename(self->dir, "a.xlsx", NULL);
    self->utc = g_time_zone_new_utc();
    self->zone = (JwZoneCache){ .zone = self->utc };
    self->list = exe_xlsx_list_new(self->dir, &self->zone, styles, days, N_COLUMNS, NULL, 0);
    assert_ok(exe_xlsx_list_next_sheet(self->list, &error), error);
}

static void
fixture_clear(Fixture *self)
{
    exe_xlsx_list_free(self->list);
    g_time_zone_unref(self->utc);
    (void)g_unlink(self->closed);
    (void)g_unlink(self->path);
    assert_int_equal(g_rmdir(self->dir), 0); /* no other file is left */
    g_free(self->closed);
    g_free(self->path);
    g_free(self->dir);
}

static bool
put_row(Fixture *self, const char *agent, int64_t calls, GError **error)
{
    const JwValue row[N_COLUMNS] = {
        { .type = JW_VALUE_TEXT, .text = agent, .length = strlen(agent) },
        { .type = JW_VALUE_INT, .integer = calls },
    };

    return exe_xlsx_list_row(self->list, row, error);
}

/* The XML of sheet @number. (transfer full) */
static char *
read_sheet(const char *path, int number)
{
    g_autofree char *name = g_strdup_printf("xl/worksheets/sheet%d.xml", number);
    struct archive *zip = archive_read_new();
    struct archive_entry *entry = NULL;
    GString *text = g_string_new(NULL);
    char piece[4096];

    assert_int_equal(archive_read_support_format_zip_seekable(zip), ARCHIVE_OK);
    assert_int_equal(archive_read_open_filename(zip, path, 4096), ARCHIVE_OK);
    while (archive_read_next_header(zip, &entry) == ARCHIVE_OK) {
        la_ssize_t length = 0;

        while (strcmp(archive_entry_pathname(entry), name) == 0
               && (length = archive_read_data(zip, piece, sizeof(piece))) > 0) {
            g_string_append_len(text, piece, length);
        }
        assert_true(length >= 0);
    }
    (void)archive_read_free(zip);
    return g_string_free(text, FALSE);
}

static void
test_rows_stand_behind_the_header(void **state G_GNUC_UNUSED)
{
    Fixture fixture;
    GError *error = NULL;

    fixture_init(&fixture);
    close_book(&fixture, 2);
    assert_ok(put_row(&fixture, "Diane", 3, &error), error);
    assert_ok(put_row(&fixture, "Dan & Joe", 5, &error), error);
    assert_ok(exe_xlsx_list_pack(fixture.list, fixture.closed, fixture.path, 2, &error), error);
    assert_ok(exe_check_workbook(fixture.path, 3, 2, &error), error);

    g_autofree char *untouched = read_sheet(fixture.path, 1);
    g_autofree char *sheet = read_sheet(fixture.path, 2);
    assert_non_null(strstr(untouched, "<dimension ref=\"A1:B1\"/>"));
    assert_non_null(strstr(sheet, "<dimension ref=\"A1:B3\"/>"));
    assert_non_null(strstr(
        sheet, "<t>Calls</t></is></c></row>"
               "<row r=\"2\"><c r=\"A2\" s=\"0\" t=\"inlineStr\"><is><t>Diane</t></is></c>"
               "<c r=\"B2\" s=\"0\"><v>3</v></c></row>"
               "<row r=\"3\"><c r=\"A3\" s=\"0\" t=\"inlineStr\"><is><t>Dan &amp; Joe</t></is></c>"
               "<c r=\"B3\" s=\"0\"><v>5</v></c></row></sheetData>"));
    fixture_clear(&fixture);
}

static void
test_no_rows(void **state G_GNUC_UNUSED)
{
    Fixture fixture;
    GError *error = NULL;

    fixture_init(&fixture);
    close_book(&fixture, 1);
    assert_ok(exe_xlsx_list_pack(fixture.list, fixture.closed, fixture.path, 1, &error), error);
    assert_ok(exe_check_workbook(fixture.path, 1, 1, &error), error);
    g_autofree char *sheet = read_sheet(fixture.path, 1);
    assert_non_null(strstr(sheet, "<dimension ref=\"A1:B1\"/>"));
    fixture_clear(&fixture);
}

/* What is shown as a day is one, also where the day before had another length; other times keep
 * theirs. */
static void
test_days_and_times(void **state G_GNUC_UNUSED)
{
    static const int styles[N_COLUMNS] = { 0, 0 };
    static const bool days[N_COLUMNS] = { true, false };
    g_autoptr(GTimeZone) zone = jw_zone_new("Europe/Berlin", NULL);
    JwZoneCache berlin = { .zone = zone };
    JwValue at = { .type = JW_VALUE_TIME };
    Fixture fixture;
    GError *error = NULL;

    fixture_init(&fixture);
    close_book(&fixture, 1);
    assert_true(jw_time_parse("2021-03-28T22:30:00Z", &at.time_ms, NULL)); /* 0:30 on the 29th */
    const JwValue row[N_COLUMNS] = { at, at };
    g_autoptr(ExeXlsxList) list =
        exe_xlsx_list_new(fixture.dir, &berlin, styles, days, N_COLUMNS, NULL, 0);
    assert_ok(exe_xlsx_list_next_sheet(list, &error), error);
    assert_ok(exe_xlsx_list_row(list, row, &error), error);
    assert_ok(exe_xlsx_list_pack(list, fixture.closed, fixture.path, 1, &error), error);
    g_autofree char *text = read_sheet(fixture.path, 1);
    assert_non_null(strstr(text, "<v>44284</v>"));
    assert_non_null(strstr(text, "<v>44284.0208333"));
    fixture_clear(&fixture);
}

/* The library writes the area of a header with one cell as a cell. */
static void
test_a_list_of_one_column(void **state G_GNUC_UNUSED)
{
    static const int styles[] = { 0 };
    static const bool days[] = { false };
    const JwValue seven = { .type = JW_VALUE_INT, .integer = 7 };
    Fixture fixture;
    GError *error = NULL;

    fixture_init(&fixture);
    lxw_workbook_options options = { .constant_memory = LXW_TRUE };
    lxw_workbook *book = workbook_new_opt(fixture.closed, &options);
    lxw_worksheet *sheet = workbook_add_worksheet(book, NULL);
    assert_int_equal(worksheet_write_string(sheet, 0, 0, "Calls", NULL), LXW_NO_ERROR);
    assert_int_equal(workbook_close(book), LXW_NO_ERROR);

    g_autoptr(ExeXlsxList) list =
        exe_xlsx_list_new(fixture.dir, &fixture.zone, styles, days, 1, NULL, 0);
    assert_ok(exe_xlsx_list_next_sheet(list, &error), error);
    assert_ok(exe_xlsx_list_row(list, &seven, &error), error);
    assert_ok(exe_xlsx_list_pack(list, fixture.closed, fixture.path, 1, &error), error);
    g_autofree char *text = read_sheet(fixture.path, 1);
    assert_non_null(strstr(text, "<dimension ref=\"A1:A2\"/>"));
    fixture_clear(&fixture);
}

/* More than a block, more than the ring: many thousand rows that do not compress to nothing. */
static void
test_many_rows(void **state G_GNUC_UNUSED)
{
    Fixture fixture;
    GError *error = NULL;

    fixture_init(&fixture);
    close_book(&fixture, 1);
    for (int64_t i = 0; i < 50000; i++) {
        g_autofree char *agent =
            g_strdup_printf("%" G_GINT64_MODIFIER "x", i * INT64_C(2654435761) * INT64_C(40503));
        assert_ok(put_row(&fixture, agent, i, &error), error);
    }
    assert_ok(exe_xlsx_list_pack(fixture.list, fixture.closed, fixture.path, 1, &error), error);
    assert_ok(exe_check_workbook(fixture.path, 50001, 1, &error), error);
    g_autofree char *sheet = read_sheet(fixture.path, 1);
    assert_non_null(strstr(sheet, "<v>49999</v></c></row></sheetData>"));
    fixture_clear(&fixture);
}

static void
test_a_full_sheet_is_told(void **state G_GNUC_UNUSED)
{
    static const JwValue empty[N_COLUMNS];
    Fixture fixture;
    GError *error = NULL;

    fixture_init(&fixture);
    close_book(&fixture, 2);
    for (uint32_t row = 1; row < 1048576; row++) {
        assert_false(exe_xlsx_list_sheet_is_full(fixture.list));
        assert_ok(exe_xlsx_list_row(fixture.list, empty, &error), error);
    }
    assert_true(exe_xlsx_list_sheet_is_full(fixture.list));
    assert_ok(exe_xlsx_list_next_sheet(fixture.list, &error), error);
    assert_ok(put_row(&fixture, "Diane", 3, &error), error);
    assert_int_equal(exe_xlsx_list_n_sheets(fixture.list), 2);
    assert_ok(exe_xlsx_list_pack(fixture.list, fixture.closed, fixture.path, 1, &error), error);
    assert_ok(exe_check_workbook(fixture.path, 1048576 + 2, 1, &error), error);
    g_autofree char *second = read_sheet(fixture.path, 2);
    assert_non_null(strstr(second, "<dimension ref=\"A1:B2\"/>"));
    fixture_clear(&fixture);
}

static void
test_a_full_disk_is_said_while_rows_come(void **state G_GNUC_UNUSED)
{
    Fixture fixture;
    GError *error = NULL;
    bool ok = true;

    fixture_init(&fixture);
    tk_limit_files(65536);
    for (int64_t i = 0; ok && i < 1000000; i++) {
        g_autofree char *agent =
            g_strdup_printf("%" G_GINT64_MODIFIER "x", i * INT64_C(2654435761) * INT64_C(40503));
        ok = put_row(&fixture, agent, i, &error);
    }
    tk_limit_files(RLIM_INFINITY);
    assert_false(ok);
    assert_jw_error(error, JW_ERROR_UNAVAILABLE, "cannot write rows under JW_TEMP_DIR: *; *");
    fixture_clear(&fixture);
}

static void
test_a_full_disk_is_said_at_the_end(void **state G_GNUC_UNUSED)
{
    /* The rows' own file; the workbook. */
    static const rlim_t limits[] = { 0, 1024 };

    for (size_t i = 0; i < G_N_ELEMENTS(limits); i++) {
        Fixture fixture;
        GError *error = NULL;

        fixture_init(&fixture);
        close_book(&fixture, 1);
        assert_ok(put_row(&fixture, "Diane", 3, &error), error);
        tk_limit_files(limits[i]);
        bool ok = exe_xlsx_list_pack(fixture.list, fixture.closed, fixture.path, 1, &error);
        tk_limit_files(RLIM_INFINITY);
        assert_false(ok);
        assert_jw_error(error, JW_ERROR_UNAVAILABLE, "*");
        fixture_clear(&fixture);
    }
}

static void
test_a_workbook_that_is_none_is_refused(void **state G_GNUC_UNUSED)
{
    Fixture fixture;
    GError *error = NULL;

    fixture_init(&fixture);
    assert_true(g_file_set_contents(fixture.closed, "no zip", -1, NULL));
    assert_false(exe_xlsx_list_pack(fixture.list, fixture.closed, fixture.path, 1, &error));
    assert_jw_error(error, JW_ERROR_CORRUPT, "*");
    fixture_clear(&fixture);
    fixture_init(&fixture);
    close_book(&fixture, 1);
    assert_false(exe_xlsx_list_pack(fixture.list, fixture.closed, fixture.path, 2, &error));
    assert_jw_error(error, JW_ERROR_CORRUPT, "*0 of 1 list sheets*");
    fixture_clear(&fixture);
}

static void
test_a_directory_that_is_not_there(void **state G_GNUC_UNUSED)
{
    GError *error = NULL;

    assert_null(exe_sheet_stream_new("/nonexistent", &error));
    assert_jw_error(error, JW_ERROR_UNAVAILABLE,
                    "cannot make a file under JW_TEMP_DIR: No such file or directory; name a "
                    "folder that this process may write to");
}

static void
test_texts_of_cells(void **state G_GNUC_UNUSED)
{
    g_autoptr(GString) scratch = g_string_new(NULL);
    g_autofree char *most = g_strnfill(32767, 'a');
    g_autofree char *over = g_strnfill(32768, 'a');
    g_autofree char *wide = g_strnfill(3 * 32767, 'a');
    size_t length = 0;

    for (size_t i = 0; i < 32767; i++) {
        memcpy(wide + 3 * i, "日", 3);
    }
    assert_ptr_equal(exe_xlsx_text(scratch, most, 32767, &length), most);
    assert_int_equal(length, 32767);
    const char *cut = exe_xlsx_text(scratch, over, 32768, &length);
    assert_int_equal(g_utf8_strlen(cut, -1), 32767);
    assert_true(g_str_has_suffix(cut, "a…"));
    assert_int_equal(length, strlen(cut));
    assert_string_equal(exe_xlsx_text(scratch, wide, 3 * 32767, &length), wide);
    assert_string_equal(exe_xlsx_text(scratch, "a\xff", 2, &length), "a\xef\xbf\xbd");
    assert_int_equal(length, 4);
}

/* An emoji counts twice. */
static void
test_texts_are_counted_as_excel_does(void **state G_GNUC_UNUSED)
{
    g_autoptr(GString) scratch = g_string_new(NULL);
    g_autoptr(GString) text = g_string_new("a");
    size_t length = 0;

    for (size_t i = 0; i < 16383; i++) {
        g_string_append(text, "\xf0\x9f\x98\x80");
    }
    assert_string_equal(exe_xlsx_text(scratch, text->str, text->len, &length), text->str);
    assert_int_equal(length, text->len);
    g_string_append(text, "b");
    const char *cut = exe_xlsx_text(scratch, text->str, text->len, &length);
    assert_int_equal(g_utf8_strlen(cut, -1), 1 + 16382 + 1);
    assert_true(g_str_has_suffix(cut, "\xf0\x9f\x98\x80…"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_stand_behind_the_header),
        cmocka_unit_test(test_no_rows),
        cmocka_unit_test(test_a_list_of_one_column),
        cmocka_unit_test(test_days_and_times),
        cmocka_unit_test(test_many_rows),
        cmocka_unit_test(test_a_full_sheet_is_told),
        cmocka_unit_test(test_a_full_disk_is_said_while_rows_come),
        cmocka_unit_test(test_a_full_disk_is_said_at_the_end),
        cmocka_unit_test(test_a_workbook_that_is_none_is_refused),
        cmocka_unit_test(test_a_directory_that_is_not_there),
        cmocka_unit_test(test_texts_of_cells),
        cmocka_unit_test(test_texts_are_counted_as_excel_does),
    };

    return cmocka_run_group_tests_name("xlsx_list", tests, NULL, NULL);
}
