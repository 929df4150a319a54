/* test_csv.c: the CSV reader. */
#include "testkit.h"

#include <string.h>

#include "import/csv.h"

/* What a file reads as: "line:cell|cell" or "line!violation", rows separated by a line break. */
static char *
read_text(const char *text, size_t length, char delimiter)
{
    FILE *file = tmpfile();
    g_autoptr(GError) error = NULL;
    GString *got = g_string_new(NULL);
    JcCsvRow row = { 0 };
    JcCsvResult result = JC_CSV_ROW;

    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, length, file), length);
    rewind(file);
    g_autoptr(JcCsv) csv = jc_csv_new(file, "test", delimiter);
    for (;;) {
        assert_ok(jc_csv_next(csv, &row, &result, &error), error);
        if (result == JC_CSV_END) {
            return g_string_free(got, FALSE);
        }
        g_string_append_printf(got, "%s%d", got->len > 0 ? "\n" : "", (int)row.line);
        if (row.violation != NULL) {
            g_string_append_printf(got, "!%s", row.violation);
            continue;
        }
        for (size_t i = 0; i < row.n_cells; i++) {
            assert_int_equal(strlen(row.cells[i].text), row.cells[i].length);
            g_string_append_printf(got, "%c%s", i == 0 ? ':' : '|', row.cells[i].text);
        }
    }
}

static void
check(const char *text, const char *expected)
{
    g_autofree char *got = read_text(text, strlen(text), ',');
    assert_string_equal(got, expected);
}

static void
test_table(void **state)
{
    static const struct {
        const char *text, *expected;
    } cases[] = {
        { "", "" },
        { "a,b\nc,d\n", "1:a|b\n2:c|d" },
        { "a,b\r\nc,d\r\n", "1:a|b\n2:c|d" },
        { "a,b\nc,d", "1:a|b\n2:c|d" },
        { "a,b\r\nc,d\r", "1:a|b\n2:c|d" },
        { "a,,\n,,\n", "1:a||\n2:||" },
        { "\xEF\xBB\xBF"
          "a,b\n",
          "1:a|b" },
        { "\xEF\xBB\xBF\"a,x\",b\n", "1:a,x|b" },
        { "\xEF\xBB\xBF\xEF\xBB\xBF\"a\",b\n", "1:a|b" },
        { "sep=;\na;b,c\n", "2:a|b,c" },
        { "\xEF\xBB\xBFSEP=;\r\na;b,c\r\n", "2:a|b,c" },
        { "\"sep=;\"\na;b,c\n", "2:a|b,c" },
        { "sep=\t\na\tb\n", "2:a|b" },
        { "sep=,\na,b\n", "2:a|b" },
        { "sep=;,x\nb,c\n", "1:sep=;|x\n2:b|c" }, /* a name, for more follows */
        { "sep=ab\n", "1:sep=ab" },
        { "\n\na\n\r\n\nb\n", "3:a\n6:b" },
        { "\"a\",\"b\"\n", "1:a|b" },
        { "\"say \"\"hi\"\"\",b\n", "1:say \"hi\"|b" },
        { "\"\",\"\"\"\"\n", "1:|\"" },
        { "\"a\nb\",c\nd,e\n", "1:a\nb|c\n3:d|e" },
        { "\"a\r\nb\",c\r\nd,e\r\n", "1:a\r\nb|c\n3:d|e" },
        { "\"\"\n", "1:" },
        { "a b , c\n", "1:a b | c" },
        { "a;b\n", "1:a;b" },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        check(cases[i].text, cases[i].expected);
    }
}

/* A file that is no UTF-8 text says what it is and what to do. */
static void
test_foreign_files(void **state)
{
    static const struct {
        const char *bytes;
        size_t length;
        const char *pattern;
    } cases[] = {
        { "\xFF\xFE"
          "a\0,\0b\0\n\0",
          10, "test is UTF-16; Jobwire reads CSV in UTF-8: *iconv -f UTF-16 -t UTF-8" },
        { "\xFE\xFF\0a\0,\0b\0\n", 10, "test is UTF-16; *" },
        { "\xFF\xFE\0\0a\0\0\0", 8, "test is UTF-32; *" },
        { "a\0,\0b\0\n\0", 8, "test seems to be UTF-16 without a byte order mark; *UTF-16LE *" },
        { "\0a\0,\0b\0\n", 8, "test seems to be UTF-16 without a byte order mark; *UTF-16BE *" },
        { "PK\003\004....", 8, "test is an Excel workbook or another ZIP file; *\"CSV UTF-8\"" },
        { "\xD0\xCF\x11\xE0....", 8, "test is a workbook of an old Excel; *" },
        { "\x1F\x8B\x08.....", 8, "test is compressed (gzip); *unpack it first: gunzip" },
        { "%PDF-1.7", 8, "test is a PDF file; *" },
        { "sep=:\na:b\n", 10, "test:1: the line sep=: names a delimiter that is not known; *" },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        FILE *file = tmpfile();
        g_autoptr(GError) error = NULL;
        JcCsvRow row = { 0 };
        JcCsvResult result = JC_CSV_ROW;
        assert_int_equal(fwrite(cases[i].bytes, 1, cases[i].length, file), cases[i].length);
        rewind(file);
        g_autoptr(JcCsv) csv = jc_csv_new(file, "test", ',');
        assert_false(jc_csv_next(csv, &row, &result, &error));
        assert_jw_error(error, JW_ERROR_INVALID, cases[i].pattern);
    }
}

/* A violation costs its own row; what stands on the lines after it is read. */
static void
test_faults(void **state)
{
    (void)state;
    check("a,b\n\"open,x\nc,d\n", "1:a|b\n2!the quote opened on line 2 is never closed\n3:c|d");
    check("a\n\"x\ny\nz\n", "1:a\n2!the quote opened on line 2 is never closed\n3:y\n4:z");
    check("a,b\n\"c\"x,d\ne,f\n",
          "1:a|b\n2!text follows the closing quote; a quote inside a cell is written \"\"\n3:e|f");
    check("a,\"b\nc,\"d\ne,f\n", "1!text follows the closing quote; a quote inside a cell is "
                                 "written \"\"\n2!the quote opened "
                                 "on line 2 is never closed\n3:e|f");
    check("a,b\"c\nd,e\n", "1!a quote inside a cell that does not begin with one\n2:d|e");
    check("a\rb\nc\n", "1!a carriage return without a line feed\n2:c");
    check("\"one\ntwo\",thr\"ee\nfour\n",
          "1!a quote inside a cell that does not begin with one\n3:four");
    check("a,\"b", "1!the quote opened on line 1 is never closed");
}

static void
test_delimiters(void **state)
{
    (void)state;
    g_autofree char *semicolons = read_text("a;\"b;c\";d,e\n", 12, ';');
    g_autofree char *tabs = read_text("a\tb\tc\n", 6, '\t');

    assert_string_equal(semicolons, "1:a|b;c|d,e");
    assert_string_equal(tabs, "1:a|b|c");
}

/* Rows longer than the buffer, and one that is longer than is allowed. */
static void
test_long_rows(void **state)
{
    (void)state;
    g_autofree char *long_cell = g_strnfill(200000, 'x');
    g_autofree char *text = g_strconcat("\"", long_cell, "\",b\nc,d\n", NULL);
    g_autofree char *expected = g_strconcat("1:", long_cell, "|b\n2:c|d", NULL);
    check(text, expected);

    g_autofree char *huge = g_strnfill(JC_CSV_ROW_MAX_BYTES + 10, 'x');
    g_autofree char *plain = g_strconcat(huge, ",b\nc,d\n", NULL);
    g_autofree char *quoted = g_strconcat("\"", huge, "\",b\nc,d\n", NULL);
    check(plain, "1!the row is longer than 1 MiB\n2:c|d");
    check(quoted, "1!the quote opened on line 1 is not closed within 1 MiB\n2:c|d");

    g_autofree char *commas = g_strnfill(JC_CSV_CELLS_MAX, ',');
    g_autofree char *wide = g_strconcat(commas, "\nc,d\n", NULL);
    check(wide, "1!more than 2000 cells\n2:c|d");
}

static void
test_bytes(void **state)
{
    FILE *file = tmpfile();
    g_autoptr(GError) error = NULL;
    JcCsvRow row = { 0 };
    JcCsvResult result = JC_CSV_END;

    (void)state;
    assert_int_equal(fputs("\xEF\xBB\xBFname\nv\n", file) >= 0, true);
    rewind(file);
    g_autoptr(JcCsv) csv = jc_csv_new(file, "test", ',');
    for (int i = 0; i < 3; i++) {
        assert_ok(jc_csv_next(csv, &row, &result, &error), error);
        assert_true((result == JC_CSV_ROW) == (i < 2));
        if (i == 0) {
            assert_string_equal(row.cells[0].text, "name");
        }
    }
    assert_int_equal(jc_csv_bytes(csv), jc_csv_size(csv));
}

static void
test_open(void **state)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *dir = tk_temp_dir();

    (void)state;
    assert_null(jc_csv_open("/nowhere/x.csv", ',', &error));
    assert_jw_error(error, JW_ERROR_NOT_FOUND, "/nowhere/x.csv:*");
    assert_null(jc_csv_open(dir, ',', &error));
    assert_jw_error(error, JW_ERROR_INVALID, "*regular file*");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),         cmocka_unit_test(test_faults),
        cmocka_unit_test(test_foreign_files), cmocka_unit_test(test_delimiters),
        cmocka_unit_test(test_long_rows),     cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
