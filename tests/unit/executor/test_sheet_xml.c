/* test_sheet_xml.c: cells as XML, byte by byte. tests/e2e reads them with openpyxl. */
#include "testkit.h"

#include "render/xlsx/sheet_xml.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

typedef void (*PutFunc)(ExeSheetXml *xml, GByteArray *into, const void *value);

/* What @put writes as the cell B7. (transfer full) */
static char *
cell(PutFunc put, const void *value)
{
    static const int styles[] = { 3, 4 };
    g_autoptr(ExeSheetXml) xml = exe_sheet_xml_new(styles, 2);
    g_autoptr(GByteArray) into = g_byte_array_new();
    guint begin = 0;

    exe_sheet_xml_begin_row(xml, into, 7);
    begin = into->len;
    put(xml, into, value);
    return g_strndup((const char *)into->data + begin, into->len - begin);
}

typedef struct {
    const char *text;
    size_t length;
} Text;

static void
put_text(ExeSheetXml *xml, GByteArray *into, const void *value)
{
    const Text *text = value;
    exe_sheet_xml_text(xml, into, 1, text->text, text->length);
}

static void
put_integer(ExeSheetXml *xml, GByteArray *into, const void *value)
{
    exe_sheet_xml_integer(xml, into, 1, *(const int64_t *)value);
}

static void
put_real(ExeSheetXml *xml, GByteArray *into, const void *value)
{
    exe_sheet_xml_real(xml, into, 1, *(const double *)value);
}

static void
put_time(ExeSheetXml *xml, GByteArray *into, const void *value)
{
    exe_sheet_xml_time(xml, into, 1, *(const int64_t *)value);
}

/* Of numbers, until it is another; texts keep the column's. */
static void
test_a_row_restyled(void **state G_GNUC_UNUSED)
{
    static const int styles[] = { 3 };
    g_autoptr(ExeSheetXml) xml = exe_sheet_xml_new(styles, 1);
    g_autoptr(GByteArray) into = g_byte_array_new();

    exe_sheet_xml_begin_row(xml, into, 1);
    exe_sheet_xml_restyle(xml, 0, 1234567);
    exe_sheet_xml_digits(xml, into, 0, 0.5, "0.5");
    exe_sheet_xml_restyle(xml, 0, 0);
    exe_sheet_xml_integer(xml, into, 0, 7);
    exe_sheet_xml_text(xml, into, 0, "x", 1);
    g_byte_array_append(into, (const guint8 *)"", 1);
    assert_string_equal((const char *)into->data,
                        "<row r=\"1\"><c r=\"A1\" s=\"1234567\"><v>0.5</v></c>"
                        "<c r=\"A1\" s=\"0\"><v>7</v></c>"
                        "<c r=\"A1\" s=\"3\" t=\"inlineStr\"><is><t>x</t></is></c>");
}

static void
test_a_row(void **state G_GNUC_UNUSED)
{
    static const int styles[] = { 3, 4, 5 };
    g_autoptr(ExeSheetXml) xml = exe_sheet_xml_new(styles, 3);
    g_autoptr(GByteArray) into = g_byte_array_new();

    exe_sheet_xml_begin_row(xml, into, 1048576);
    exe_sheet_xml_text(xml, into, 0, "Diane", 5);
    exe_sheet_xml_integer(xml, into, 2, 7);
    exe_sheet_xml_end_row(into);
    g_byte_array_append(into, (const guint8 *)"", 1);
    assert_string_equal((const char *)into->data,
                        "<row r=\"1048576\">"
                        "<c r=\"A1048576\" s=\"3\" t=\"inlineStr\"><is><t>Diane</t></is></c>"
                        "<c r=\"C1048576\" s=\"5\"><v>7</v></c>"
                        "</row>");
}

static void
test_text(void **state G_GNUC_UNUSED)
{
#define TEXT(literal)                                                                              \
    {                                                                                              \
        literal, sizeof(literal) - 1                                                               \
    }
    static const struct {
        Text text;
        const char *t; /* from the tag's name on */
    } rows[] = {
        { TEXT(""), ">" },
        { TEXT("=1+1"), ">=1+1" },
        { TEXT("a & b < c > d \"e\""), ">a &amp; b &lt; c &gt; d \"e\"" },
        { TEXT(" lead"), " xml:space=\"preserve\"> lead" },
        { TEXT("trail\n"), " xml:space=\"preserve\">trail\n" },
        { TEXT("two\r\nlines"), ">two_x000D_\nlines" },
        { TEXT("bell\a tab\t"), " xml:space=\"preserve\">bell_x0007_ tab\t" },
        { TEXT("\x1f"), ">_x001F_" },
        { TEXT("_x0041_"), ">_x005F_x0041_" },
        { TEXT("_x0041"), ">_x0041" },
        { TEXT("_xGG41_"), ">_xGG41_" },
        { TEXT("__x000a__"), ">__x005F_x000a__" },
        { TEXT("_x000a\x1c"), ">_x005F_x000a_x001C_" }, /* not "_x000a_" and "x001C_" */
        { TEXT("_x0041\t"), " xml:space=\"preserve\">_x0041\t" },
        { TEXT("_x0041_x0042_"), ">_x005F_x0041_x005F_x0042_" },
        { TEXT("Çağrı 日本"), ">Çağrı 日本" },
        { TEXT("a\xef\xbf\xbe"
               "b\xef\xbf\xbf"),
          ">a\xef\xbf\xbd"
          "b\xef\xbf\xbd" },
        { TEXT("\xef\xbf\xbc"), ">\xef\xbf\xbc" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *got = cell(put_text, &rows[i].text);
        g_autofree char *want =
            g_strdup_printf("<c r=\"B7\" s=\"4\" t=\"inlineStr\"><is><t%s</t></is></c>", rows[i].t);

        assert_string_equal(got, want);
    }
}

/* Space is reserved for the worst string: every byte becomes seven. */
static void
test_text_that_grows_most(void **state G_GNUC_UNUSED)
{
    g_autofree char *bytes = g_malloc(32767);
    Text text = { bytes, 32767 };

    memset(bytes, 1, text.length);
    g_autofree char *got = cell(put_text, &text);
    assert_int_equal(strlen(got), strlen("<c r=\"B7\" s=\"4\" t=\"inlineStr\"><is><t></t></is></c>")
                                      + 7 * text.length);
}

static void
test_integer(void **state G_GNUC_UNUSED)
{
    static const struct {
        int64_t value;
        const char *v;
    } rows[] = {
        { 0, "0" },
        { 7, "7" },
        { -120, "-120" },
        { INT64_C(9007199254740992), "9007199254740992" },
        { INT64_C(-9007199254740992), "-9007199254740992" },
    };
    static const struct {
        int64_t value;
        const char *t; /* no double is it: a text */
    } long_ones[] = {
        { INT64_C(9007199254740993), "9007199254740993" },
        { INT64_C(-9007199254740993), "-9007199254740993" },
        { INT64_MAX, "9223372036854775807" },
        { INT64_MIN, "-9223372036854775808" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *got = cell(put_integer, &rows[i].value);
        g_autofree char *want = g_strdup_printf("<c r=\"B7\" s=\"4\"><v>%s</v></c>", rows[i].v);

        assert_string_equal(got, want);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(long_ones); i++) {
        g_autofree char *got = cell(put_integer, &long_ones[i].value);
        g_autofree char *want = g_strdup_printf(
            "<c r=\"B7\" s=\"4\" t=\"inlineStr\"><is><t>%s</t></is></c>", long_ones[i].t);

        assert_string_equal(got, want);
    }
}

static void
test_real(void **state G_GNUC_UNUSED)
{
    static const struct {
        double value;
        const char *v;
    } rows[] = {
        { 0.0, "0" },
        { 0.1, "0.1" },
        { -2.5, "-2.5" },
        { 1e21, "1e+21" },
        { 1.0 / 3.0, "0.3333333333333333" },
        { 0.1 + 0.2, "0.30000000000000004" },
        { DBL_MAX, "1.7976931348623157e+308" },
        { -DBL_MIN, "-2.2250738585072014e-308" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *got = cell(put_real, &rows[i].value);
        g_autofree char *want = g_strdup_printf("<c r=\"B7\" s=\"4\"><v>%s</v></c>", rows[i].v);

        assert_string_equal(got, want);
    }
}

static void
test_time(void **state G_GNUC_UNUSED)
{
    static const struct {
        int64_t local_ms;
        const char *v;
    } rows[] = {
        { 0, "25569" },
        { INT64_C(1609718400000), "44200" },             /* 2021-01-04 */
        { INT64_C(1609761600000), "44200.50000000000" }, /* at noon */
        { INT64_C(1609718400001), "44200.00000001157" },
        { INT64_C(1609804799999), "44200.99999998843" },
        { INT64_C(-2203891200000), "61" },                   /* 1900-03-01 */
        { INT64_C(253402300799999), "2958465.99999998843" }, /* 9999-12-31 */
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *got = cell(put_time, &rows[i].local_ms);
        g_autofree char *want = g_strdup_printf("<c r=\"B7\" s=\"4\"><v>%s</v></c>", rows[i].v);

        assert_string_equal(got, want);
    }
}

/* What Excel reads as another day, or as none. */
static void
test_time_that_is_no_date(void **state G_GNUC_UNUSED)
{
    static const struct {
        int64_t local_ms;
        const char *t;
    } rows[] = {
        { INT64_C(-2203891200001), "1900-02-28 23:59:59" },
        { INT64_C(-2208988800000), "1900-01-01 00:00:00" },
        { INT64_C(-62135596800000), "0001-01-01 00:00:00" },
        { INT64_C(253402300800000), "10000-01-01 00:00:00" },
        { INT64_MAX, "292278994-08-17 07:12:55" },
        { INT64_MIN, "-292275055-05-16 16:47:04" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *got = cell(put_time, &rows[i].local_ms);
        g_autofree char *want = g_strdup_printf(
            "<c r=\"B7\" s=\"4\" t=\"inlineStr\"><is><t>%s</t></is></c>", rows[i].t);

        assert_string_equal(got, want);
    }
}

static void
test_cell_names(void **state G_GNUC_UNUSED)
{
    static const struct {
        unsigned column;
        uint32_t row;
        const char *name;
    } rows[] = {
        { 0, 1, "A1" },    { 25, 2, "Z2" },    { 26, 30, "AA30" },
        { 701, 1, "ZZ1" }, { 702, 1, "AAA1" }, { 16383, 1048576, "XFD1048576" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        char name[16];

        exe_sheet_xml_cell_name(rows[i].column, rows[i].row, name);
        assert_string_equal(name, rows[i].name);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_row),      cmocka_unit_test(test_a_row_restyled),
        cmocka_unit_test(test_text),       cmocka_unit_test(test_text_that_grows_most),
        cmocka_unit_test(test_integer),    cmocka_unit_test(test_real),
        cmocka_unit_test(test_time),       cmocka_unit_test(test_time_that_is_no_date),
        cmocka_unit_test(test_cell_names),
    };

    return cmocka_run_group_tests_name("sheet_xml", tests, NULL, NULL);
}
