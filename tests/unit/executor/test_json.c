/* test_json.c: JSON and NDJSON files, and the reader that finds what is wrong with them. */
#include "filekit.h"
#include "render/json_text.h"
#include "testkit.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#define INVALID_UTF8 "a\xff\xc3"

static void
add_columns(FileKit *kit)
{
    fk_column(kit, "who", "Who", JW_FORMAT_TEXT);
    fk_column(kit, "a.amount", "Amount", JW_FORMAT_DECIMAL);
    fk_column(kit, "at", "At", JW_FORMAT_DATETIME);
    fk_column(kit, "at", "Day", JW_FORMAT_DATE);
    fk_column(kit, "ok", "OK", JW_FORMAT_BOOL);
}

#define AT "2021-01-04T22:30:00Z"
#define ROWS                                                                                       \
    fk_text("\"q\\\" \x01\t\n\x7f</script> Ç\xf0\x9f\x98\x80"), fk_int(INT64_MIN), fk_time(AT),    \
        fk_time(AT), FK_TRUE, fk_text(INVALID_UTF8), fk_int(INT64_MAX), FK_NULL, FK_NULL, FK_NULL, \
        fk_text(""), fk_real(NAN), FK_NULL, FK_NULL, FK_NULL, fk_text("x"), fk_real(1e300),        \
        FK_NULL, FK_NULL, FK_NULL
#define LINES                                                                                      \
    {                                                                                              \
        "{\"who\":\"\\\"q\\\\\\\" \\u0001\\t\\n\x7f</script> Ç\xf0\x9f\x98\x80\","                \
        "\"a.amount\":-9223372036854775808,\"at\":\"2021-01-05T01:30:00+03:00\","                  \
        "\"at_2\":\"2021-01-05\",\"ok\":true}",                                                    \
            "{\"who\":\"a\xef\xbf\xbd\xef\xbf\xbd\",\"a.amount\":9223372036854775807,\"at\":null," \
            "\"at_2\":null,\"ok\":null}",                                                          \
            "{\"who\":\"\",\"a.amount\":null,\"at\":null,\"at_2\":null,\"ok\":null}",              \
            "{\"who\":\"x\",\"a.amount\":1e+300,\"at\":null,\"at_2\":null,\"ok\":null}"            \
    }

static void
test_ndjson_has_a_line_a_record(void **state G_GNUC_UNUSED)
{
    static const char *const lines[] = LINES;
    g_auto(FileKit) kit = { 0 };
    const JwValue rows[] = { ROWS };

    fk_init(&kit, "Europe/Istanbul");
    add_columns(&kit);
    kit.input.content = JW_CONTENT_LIST;
    g_autofree char *file = fk_write(&kit, &exe_render_ndjson, rows, 4, NULL);
    g_auto(GStrv) got = g_strsplit(file, "\n", -1);
    assert_int_equal(g_strv_length(got), 5);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(got[i], lines[i]);
    }
    assert_string_equal(got[4], "");
    g_autofree char *none = fk_write(&kit, &exe_render_ndjson, NULL, 0, NULL);
    assert_string_equal(none, "");
}

static void
test_ndjson_has_a_line_a_group(void **state G_GNUC_UNUSED)
{
    g_auto(FileKit) kit = { 0 };

    fk_init(&kit, "UTC");
    fk_fill(&kit);
    kit.input.content = JW_CONTENT_TABLES;
    g_autofree char *all = fk_write(&kit, &exe_render_ndjson, NULL, 0, NULL);
    assert_string_equal(
        all, "{\"_table\":\"By agent\",\"_kind\":\"group\",\"agent\":\"Ann\",\"topic\":\"=1+1\","
             "\"Monday.calls\":3,\"Monday.calls.previous\":2,\"Tuesday.rate\":82.5}\n"
             "{\"_table\":\"By agent\",\"_kind\":\"group\",\"agent\":\"Ann\",\"topic\":\"a,b;c\","
             "\"Monday.calls\":-1,\"Monday.calls.previous\":null,\"Tuesday.rate\":null}\n"
             "{\"_table\":\"By agent\",\"_kind\":\"subtotal\",\"agent\":\"Total\",\"topic\":null,"
             "\"Monday.calls\":2,\"Monday.calls.previous\":2,\"Tuesday.rate\":82.5}\n"
             "{\"_table\":\"By agent\",\"_kind\":\"total\",\"agent\":\"Total\",\"topic\":null,"
             "\"Monday.calls\":2,\"Monday.calls.previous\":2,\"Tuesday.rate\":82.5}\n"
             "{\"_table\":\"by Agent\",\"_kind\":\"group\",\"hour\":\"09:00\",\"calls\":2}\n"
             "{\"_table\":\"by Agent\",\"_kind\":\"group\",\"hour\":\"10:00\",\"calls\":null}\n");
    kit.input.content = JW_CONTENT_TABLE;
    kit.input.table = "by Agent";
    g_autofree char *one = fk_write(&kit, &exe_render_ndjson, NULL, 0, NULL);
    assert_string_equal(one, "{\"_kind\":\"group\",\"hour\":\"09:00\",\"calls\":2}\n"
                             "{\"_kind\":\"group\",\"hour\":\"10:00\",\"calls\":null}\n");
}

/* Whole, byte for byte: the order of members is a promise. */
static void
test_json_has_all(void **state G_GNUC_UNUSED)
{
    g_auto(FileKit) kit = { 0 };
    g_autofree char *wanted = NULL;
    const JwValue rows[] = { ROWS };

    fk_init(&kit, "Europe/Istanbul");
    fk_fill(&kit);
    add_columns(&kit);
    g_autofree char *file = fk_write(&kit, &exe_render_json, rows, 4, NULL);
    assert_true(
        g_file_get_contents(JW_SOURCE_DIR "/tests/data/report-file.json", &wanted, NULL, NULL));
    assert_string_equal(file, wanted);
    json_t *parsed = json_loads(file, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(parsed);
    assert_int_equal(json_array_size(json_object_get(parsed, "rows")), 4);
    json_decref(parsed);
}

static void
test_json_of_nothing(void **state G_GNUC_UNUSED)
{
    static const struct {
        JwContent content;
        const char *end;
    } cases[] = {
        { JW_CONTENT_ALL, "\"figures\":[],\"tables\":[],\"list\":{\"title\":\"Calls\",\"columns\":["
                          "]},\"rows\":[]}\n" },
        { JW_CONTENT_LIST,
          "\"figures\":[],\"list\":{\"title\":\"Calls\",\"columns\":[]},\"rows\":[]}\n" },
        { JW_CONTENT_TABLES, "\"figures\":[],\"tables\":[]}\n" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(FileKit) kit = { 0 };
        fk_init(&kit, "UTC");
        kit.input.content = cases[i].content;
        kit.result.start_ms = kit.result.end_ms = 0;
        g_autofree char *file = fk_write(&kit, &exe_render_json, NULL, 0, NULL);
        assert_true(g_str_has_suffix(file, cases[i].end));
        assert_non_null(strstr(file, "\"start\":null,\"end\":null,"));
    }
}

static void
test_faults_are_found(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *text;
        bool lines;
        int64_t count;
        const char *message; /* NULL: whole */
    } cases[] = {
        { "{\"a\":[1,2]}", false, 2, NULL },
        { " {\"b\" : [ ] , \"a\" : [ -1.5e+3 , \"\\u00e9\\n\" , [true,false,null] ] } \n", false, 3,
          NULL },
        { "{\"a\":[1,2]}", false, 3, "the JSON file has 2 items instead of 3" },
        { "{\"a\":[1,2]", false, 2, "*does not end" },
        { "{\"a\":[1,2]}{", false, 2, "*more behind its value" },
        { "{\"a\":[1,]}", false, 2, "*a word that is none" },
        { "{\"a\":[1 2]}", false, 2, "*does not end" },
        { "{\"a\":[01]}", false, 1, "*a number that is none" },
        { "{\"a\":[1.]}", false, 1, "*a number that is none" },
        { "{\"a\":[1e]}", false, 1, "*a number that is none" },
        { "{\"a\":[nan]}", false, 1, "*a word that is none" },
        { "{\"a\":[\"\\x\"]}", false, 1, "*an escape that is none" },
        { "{\"a\":[\"\\u12g4\"]}", false, 1, "*an escape that is none" },
        { "{\"a\":[\"\xff\"]}", false, 1, "*not UTF-8" },
        { "{\"a\":[\"\xc3\"]}", false, 1, "*not UTF-8" },
        { "{\"a\":[\"b\xc3\xa9z\"]}", false, 1, NULL },
        { "{\"a\":[\"\xc3z\xa9\"]}", false, 1, "*not UTF-8" },
        { "{\"a\":[\"\xc3\\n\xa9\"]}", false, 1, "*not UTF-8" },
        { "{\"a\":[\"\x01\"]}", false, 1, "*a string that does not end" },
        { "{\"a\" [1]}", false, 1, "*a member without value" },
        { "{1:2}", false, 1, "*where a string belongs" },
        { "[[[[[[[[[[[[[1]]]]]]]]]]]]]", false, 1, "*too deep" },
        { "", false, 0, "*nothing in it" },
        { "", true, 0, NULL },
        { "{}\n{}\n", true, 2, NULL },
        { "{}\n{", true, 2, "*where a string belongs" },
    };
    g_autofree char *dir = tk_temp_dir();
    g_autofree char *path = g_build_filename(dir, "a.json", NULL);

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;
        assert_true(g_file_set_contents(path, cases[i].text, -1, NULL));
        const bool ok = exe_json_check(path, cases[i].lines, cases[i].count, &error);
        if (ok != (cases[i].message == NULL)) {
            fail_msg("case %zu: %s", i, error != NULL ? error->message : "nothing found");
        }
        if (!ok) {
            assert_jw_error(error, JW_ERROR_CORRUPT, cases[i].message);
        }
    }
}

/* Over the borders of the reader's pieces. */
static void
test_huge_texts(void **state G_GNUC_UNUSED)
{
    g_auto(FileKit) kit = { 0 };
    g_autoptr(GString) huge = g_string_new("x");

    fk_init(&kit, "UTC");
    fk_column(&kit, "text", "Text", JW_FORMAT_TEXT);
    while (huge->len < 300000) {
        g_string_append(huge, "Ç\xf0\x9f\x98\x80\"");
    }
    const JwValue rows[] = { fk_text(huge->str) };
    kit.input.content = JW_CONTENT_LIST;
    g_autofree char *file = fk_write(&kit, &exe_render_ndjson, rows, 1, NULL);
    json_t *parsed = json_loads(file, 0, NULL);
    assert_string_equal(json_string_value(json_object_get(parsed, "text")), huge->str);
    json_decref(parsed);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ndjson_has_a_line_a_record),
        cmocka_unit_test(test_ndjson_has_a_line_a_group),
        cmocka_unit_test(test_json_has_all),
        cmocka_unit_test(test_json_of_nothing),
        cmocka_unit_test(test_faults_are_found),
        cmocka_unit_test(test_huge_texts),
    };

    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
