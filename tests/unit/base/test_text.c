/* test_text.c: checks and conversions of outside text. */
#include "testkit.h"

#include "jw/text.h"

#include <string.h>
#include <sys/stat.h>

static void
test_clean(void **state)
{
    static const struct {
        const char *text;
        size_t length;
        bool clean;
    } cases[] = {
        { NULL, 0, true },
        { "", 0, true },
        { "plain\ttext\r\n", 12, true },
        { "gr\xc3\xbcn \xe6\x97\xa5 \xf0\x9f\x98\x80", 14, true },
        { "a\0b", 3, false },
        { "a\x01", 2, false },
        { "a\x1b[31m", 6, false },
        { "a\x7f", 2, false },
        { "a\xc2\x85", 3, false }, /* NEL, a C1 control */
        { "a\xc2\xa0", 3, true },
        { "a\xc3", 2, false },
        { "\xff", 1, false },
        { "\xc0\xaf", 2, false },         /* overlong */
        { "\xed\xa0\x80", 3, false },     /* surrogate */
        { "\xf4\x90\x80\x80", 4, false }, /* beyond U+10FFFF */
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        if (jw_text_clean(cases[i].text, cases[i].length) != cases[i].clean) {
            fail_msg("case %zu", i);
        }
    }
}

/* What XML cannot hold in any way is in no file and in no mail. */
static void
test_sane(void **state)
{
    static const struct {
        const char *text;
        size_t length;
        const char *sane, *line;
    } cases[] = {
        { "", 0, "", "" },
        { "Diane", 5, "Diane", "Diane" },
        { "Çağrı 日本 \xf0\x9f\x93\x9e", 20, "Çağrı 日本 \xf0\x9f\x93\x9e",
          "Çağrı 日本 \xf0\x9f\x93\x9e" },
        { "a\xef\xbf\xbe\xef\xbf\xbf"
          "b",
          8, "a��b", "a��b" },
        { "\xef\xbf\xbd\xef\xbf\xbc\xef\xbe\xbe", 9, "\xef\xbf\xbd\xef\xbf\xbc\xef\xbe\xbe",
          "\xef\xbf\xbd\xef\xbf\xbc\xef\xbe\xbe" },
        { "\xff\xef\xbf\xbf", 4, "��", "��" },
        { "\xed\xa0\x80", 3, "���", "���" }, /* a surrogate */
        { "a\0b", 3, "a�b", "a�b" },
        { "a\tb\a\x7f\r\n", 7, "a\tb\a\x7f\r\n", "a b    " },
        { "\xc2\x85", 2, "\xc2\x85", " " },
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) scratch = g_string_new("before");
        size_t length = 0;
        const char *sane = jw_text_sane(scratch, cases[i].text, cases[i].length, &length);
        assert_int_equal(length, strlen(cases[i].sane));
        assert_memory_equal(sane, cases[i].sane, length);
        g_autofree char *line = jw_text_one_line(sane);
        assert_string_equal(line, cases[i].line);
    }
}

static void
test_int64(void **state)
{
    static const struct {
        const char *text;
        int64_t min, max, value;
        const char *message; /* NULL: fine */
    } cases[] = {
        { "0", 0, 10, 0, NULL },
        { "10", 0, 10, 10, NULL },
        { "-3", -5, 5, -3, NULL },
        { "007", 0, 10, 7, NULL },
        { "9223372036854775807", 0, INT64_MAX, INT64_MAX, NULL },
        { "-9223372036854775808", INT64_MIN, 0, INT64_MIN, NULL },
        { "9223372036854775808", 0, INT64_MAX, 0, "limit must be from 0 to 9223372036854775807" },
        { "11", 1, 10, 0, "limit must be from 1 to 10" },
        { "0", 1, 10, 0, "limit must be from 1 to 10" },
        { NULL, 0, 10, 0, "limit is not a whole number" },
        { "", 0, 10, 0, "limit is not a whole number" },
        { "+5", 0, 10, 0, "limit is not a whole number" },
        { " 5", 0, 10, 0, "limit is not a whole number" },
        { "5 ", 0, 10, 0, "limit is not a whole number" },
        { "5x", 0, 10, 0, "limit is not a whole number" },
        { "0x5", 0, 10, 0, "limit is not a whole number" },
        { "5.0", 0, 10, 0, "limit is not a whole number" },
        { "-", -5, 10, 0, "limit is not a whole number" },
        { "%n", -5, 10, 0, "limit is not a whole number" },
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        int64_t value = 77;
        bool ok = jw_text_int64(cases[i].text, "limit", cases[i].min, cases[i].max, &value, &error);
        if (cases[i].message == NULL) {
            assert_ok(ok, error);
            assert_int_equal(value, cases[i].value);
        } else {
            if (ok) {
                fail_msg("'%s' was accepted", cases[i].text);
            }
            assert_jw_error(error, JW_ERROR_INVALID, cases[i].message);
            assert_int_equal(value, 77);
        }
    }
}

static void
test_file_name(void **state)
{
    static const struct {
        const char *wanted, *name;
    } cases[] = {
        { "weekly.xlsx", "weekly.xlsx" },
        { "Gr\xc3\xbc\xc3\x9f"
          "e 2026.pdf",
          "Gr\xc3\xbc\xc3\x9f"
          "e 2026.pdf" },
        { "../../etc/passwd", "passwd" },
        { "C:\\Users\\me\\report.csv", "report.csv" },
        { "a/", "report" },
        { "", "report" },
        { NULL, "report" },
        { ".", "report" },
        { "..", "report" },
        { "...hidden", "hidden" },
        { " . .x", "x" },
        { ".\x01.x", "x" },
        { "a\r\nSet-Cookie: x", "aSet-Cookie_ x" },
        { "a\"b<c>d|e?f*g:h", "a_b_c_d_e_f_g_h" },
        { "name. . ", "name" },
        { "\xe2\x80\xaegpj.exe", "gpj.exe" }, /* right-to-left override */
        { "a\xff"
          "b",
          "a\xef\xbf\xbd"
          "b" },
        { "???", "___" },
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *name = jw_text_file_name(cases[i].wanted);
        assert_string_equal(name, cases[i].name);
    }
}

static void
test_file_name_length(void **state)
{
    (void)state;
    for (size_t length = 100; length < 400; length++) {
        GString *wanted = g_string_new(NULL);
        for (size_t i = 0; i < length / 3; i++) {
            g_string_append(wanted, "\xe6\x97\xa5");
        }
        g_string_append_len(wanted, "ab", (gssize)(length % 3));
        bool extension = length % 2 == 0;
        g_string_append(wanted, extension ? ".xlsx" : "");
        g_autofree char *name = jw_text_file_name(wanted->str);
        assert_true(strlen(name) <= 150 && strlen(name) >= 99);
        assert_true(g_utf8_validate(name, -1, NULL));
        assert_int_equal(g_str_has_suffix(name, ".xlsx"), extension);
        g_string_free(wanted, TRUE);
    }
    /* the cut does not leave a blank or dot in front of the extension */
    g_autofree char *blanks = g_strnfill(200, ' ');
    g_autofree char *wanted = g_strconcat("a", blanks, "b.csv", NULL);
    g_autofree char *name = jw_text_file_name(wanted);
    assert_string_equal(name, "a.csv");
}

static void
test_bytes(void **state)
{
    static const struct {
        int64_t bytes;
        const char *text;
    } cases[] = {
        { 0, "0 B" },
        { 930, "930 B" },
        { 1023, "1023 B" },
        { 1024, "1.0 KiB" },
        { 1536, "1.5 KiB" },
        { 13002342, "12.4 MiB" },
        { 1048524, "1023.9 KiB" },
        { 1048575, "1.0 MiB" },
        { 1073741824, "1.0 GiB" },
        { INT64_C(1) << 40, "1.0 TiB" },
        { INT64_C(1) << 50, "1.0 PiB" },
        { INT64_MAX, "8.0 EiB" },
        { -1, "0 B" },
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = jw_text_bytes(cases[i].bytes);
        assert_string_equal(text, cases[i].text);
    }
}

static void
test_file_read(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    g_autofree char *dir = tk_temp_dir();
    g_autofree char *path = g_build_filename(dir, "file", NULL);
    g_autofree char *data = g_malloc(100000);
    memset(data, 'x', 100000);
    data[50000] = '\0';
    assert_true(g_file_set_contents(path, data, 100000, NULL));

    size_t length = 0;
    g_autofree char *content = jw_file_read(path, 100000, &length, &error);
    assert_ok(content, error);
    assert_int_equal(length, 100000);
    assert_memory_equal(content, data, 100000);
    assert_int_equal(content[length], '\0');

    length = 7;
    assert_null(jw_file_read(path, 99999, &length, &error));
    assert_jw_error(error, JW_ERROR_TOO_LARGE, "*/file is larger than 99999 bytes");
    assert_int_equal(length, 7);

    assert_true(g_file_set_contents(path, "", 0, NULL));
    g_autofree char *empty = jw_file_read(path, 0, NULL, &error);
    assert_ok(empty, error);
    assert_string_equal(empty, "");

    g_autofree char *absent = g_build_filename(dir, "absent", NULL);
    assert_null(jw_file_read(absent, 10, NULL, &error));
    assert_jw_error(error, JW_ERROR_NOT_FOUND, "cannot open */absent: *");
    g_autofree char *below = g_build_filename(path, "below-a-file", NULL);
    assert_null(jw_file_read(below, 10, NULL, &error));
    assert_jw_error(error, JW_ERROR_NOT_FOUND, "cannot open *");
    assert_null(jw_file_read(dir, 10, NULL, &error));
    assert_jw_error(error, JW_ERROR_UNAVAILABLE, "cannot read *");
}

static void
test_thousands(void **state)
{
    static const struct {
        const char *number, *text;
    } cases[] = {
        { "0", "0" },
        { "999", "999" },
        { "1000", "1,000" },
        { "-1234567", "-1,234,567" },
        { "100", "100" },
        { "12345.678", "12,345.678" },
        { "-0.5", "-0.5" },
        { "", "" },
        { "100000", "100,000" },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = jw_text_thousands(cases[i].number);
        assert_string_equal(text, cases[i].text);
    }
}

static void
test_nearest(void **state)
{
    static const char *const names[] = { "name", "dateRange", "recipients", "JW_LOG_LEVEL" };
    static const struct {
        const char *wanted, *nearest;
    } cases[] = {
        { "nam", "name" },
        { "NAME", "name" },
        { "na", NULL },
        { "dateRang", "dateRange" },
        { "recipents", "recipients" },
        { "JW_LOG_LVL", "JW_LOG_LEVEL" },
        { "JW_LOG_L", NULL },
        { "", NULL },
        { "colour", NULL },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        JwNearest nearest = jw_nearest_begin(cases[i].wanted);
        for (size_t n = 0; n < G_N_ELEMENTS(names); n++) {
            jw_nearest_offer(&nearest, names[n]);
        }
        if (g_strcmp0(nearest.name, cases[i].nearest) != 0) {
            fail_msg("'%s' gives '%s'", cases[i].wanted, nearest.name);
        }
    }
}

static void
test_list(void **state)
{
    static const struct {
        const char *text, *joined;
    } cases[] = {
        { NULL, "" },     { "", "" },       { " , ,", "" },
        { "one", "one" }, { "a,b", "a|b" }, { " a , b c ,,d ", "a|b c|d" },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(GStrv) items = jw_text_list(cases[i].text);
        g_autofree char *joined = g_strjoinv("|", items);
        assert_string_equal(joined, cases[i].joined);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clean),
        cmocka_unit_test(test_sane),
        cmocka_unit_test(test_int64),
        cmocka_unit_test(test_file_name),
        cmocka_unit_test(test_file_name_length),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_file_read),
        cmocka_unit_test(test_thousands),
        cmocka_unit_test(test_nearest),
        cmocka_unit_test(test_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
