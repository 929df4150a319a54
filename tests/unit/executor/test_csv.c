/* test_csv.c: the options of CSV files, and the parts that are in them. */
#include "filekit.h"
#include "testkit.h"

#include <math.h>
#include <string.h>

static void
add_columns(FileKit *kit)
{
    fk_column(kit, "who", "Who; when", JW_FORMAT_TEXT);
    fk_column(kit, "amount", "Amount", JW_FORMAT_DECIMAL);
    fk_column(kit, "at", "At", JW_FORMAT_DATETIME);
}

static void
test_delimiter_and_decimal_comma(void **state G_GNUC_UNUSED)
{
    static const struct {
        JwCsvForm form;
        const char *file;
    } cases[] = {
        { { 0, false },
          "Who; when,Amount,At\r\n"
          "\"a,b\",1.5,2021-01-04T10:00:00+03:00\r\n\"'=1;2\",-9223372036854775808,\r\n"
          "a|b\tc,,\r\n" },
        { { ',', false },
          "Who; when,Amount,At\r\n"
          "\"a,b\",1.5,2021-01-04T10:00:00+03:00\r\n\"'=1;2\",-9223372036854775808,\r\n"
          "a|b\tc,,\r\n" },
        { { ';', true },
          "\"Who; when\";Amount;At\r\n"
          "a,b;1,5;2021-01-04T10:00:00+03:00\r\n\"'=1;2\";-9223372036854775808;\r\n"
          "a|b\tc;;\r\n" },
        { { '\t', true },
          "Who; when\tAmount\tAt\r\n"
          "a,b\t1,5\t2021-01-04T10:00:00+03:00\r\n\"'=1;2\"\t-9223372036854775808\t\r\n"
          "\"a|b\tc\"\t\t\r\n" },
        { { '|', false },
          "Who; when|Amount|At\r\n"
          "a,b|1.5|2021-01-04T10:00:00+03:00\r\n\"'=1;2\"|-9223372036854775808|\r\n"
          "\"a|b\tc\"||\r\n" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(FileKit) kit = { 0 };
        fk_init(&kit, "Europe/Istanbul");
        add_columns(&kit);
        const JwValue rows[] = {
            fk_text("a,b"),    fk_real(1.5),      fk_time("2021-01-04T07:00:00Z"),
            fk_text("=1;2"),   fk_int(INT64_MIN), FK_NULL,
            fk_text("a|b\tc"), fk_real(NAN),      FK_NULL,
        };

        kit.input.content = JW_CONTENT_LIST;
        kit.input.csv = cases[i].form;
        g_autofree char *file = fk_write(&kit, &exe_render_csv, rows, 3, NULL);
        assert_string_equal(file, cases[i].file);
    }
}

#define PIVOT                                                                                      \
    "Agent;Topic;Monday: Calls;Monday: Before;Tuesday: Rate\r\n"                                   \
    "Ann;\"'=1+1\";3;2;82,5\r\nAnn;\"a,b;c\";-1;;\r\n"

static void
test_one_table(void **state G_GNUC_UNUSED)
{
    g_auto(FileKit) kit = { 0 };
    const JwValue rows[] = { fk_text("Ann"), fk_int(1), FK_NULL };

    fk_init(&kit, "UTC");
    fk_fill(&kit);
    add_columns(&kit);
    kit.input.content = JW_CONTENT_TABLE;
    kit.input.csv = (JwCsvForm){ ';', true };
    g_autofree char *first = fk_write(&kit, &exe_render_csv, rows, 1, NULL);
    assert_string_equal(first, PIVOT);
    kit.input.table = "by Agent";
    g_autofree char *named = fk_write(&kit, &exe_render_csv, rows, 1, NULL);
    assert_string_equal(named, "Hour;Calls\r\n09:00;2\r\n10:00;\r\n");
}

static void
test_no_such_table(void **state G_GNUC_UNUSED)
{
    g_auto(FileKit) kit = { 0 };
    GError *error = NULL;

    fk_init(&kit, "UTC");
    kit.input.content = JW_CONTENT_TABLE;
    kit.input.table = "By agent";
    ExeRender *render = exe_render_csv.open(&kit.input, &error);
    assert_ok(render != NULL, error);
    assert_false(exe_render_csv.finish(render, &kit.result, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "the report has no table By agent; ask for*");
    exe_render_csv.free(render);
}

static void
test_a_zip_of_all(void **state G_GNUC_UNUSED)
{
    g_auto(FileKit) kit = { 0 };
    const JwValue rows[] = { fk_text("Ann"), fk_int(1), FK_NULL };
    size_t length = 0, again_length = 0;

    fk_init(&kit, "UTC");
    fk_fill(&kit);
    add_columns(&kit);
    kit.input.csv = (JwCsvForm){ ';', true };
    kit.input.bom = true;
    g_autofree char *zip = fk_write(&kit, &exe_render_csv, rows, 1, &length);
    g_autofree char *names = fk_zip_names(&kit);
    assert_string_equal(names, "list.csv|figures.csv|By agent.csv|by Agent (2).csv|notes.txt");
    g_autofree char *list = fk_unzip(&kit, "list.csv");
    assert_string_equal(list, "\xef\xbb\xbf\"Who; when\";Amount;At\r\nAnn;1;\r\n");
    g_autofree char *figures = fk_unzip(&kit, "figures.csv");
    assert_string_equal(figures,
                        "\xef\xbb\xbfName;Figure;Text;Value;Previous;Difference;Percent\r\n"
                        "calls;Calls;1,234;1234;1200;34;2,83\r\n"
                        "rate;Answer rate;n/a;;81;;\r\n");
    g_autofree char *pivot = fk_unzip(&kit, "By agent.csv");
    assert_string_equal(pivot, "\xef\xbb\xbf" PIVOT);
    g_autofree char *notes = fk_unzip(&kit, "notes.txt");
    assert_string_equal(notes, "\xef\xbb\xbfTwo groups are left out.\r\n");
    g_autofree char *again = fk_write(&kit, &exe_render_csv, rows, 1, &again_length);
    assert_int_equal(again_length, length);
    assert_memory_equal(again, zip, length);
}

/* Its own files and heads are in the report's language as well. */
static void
test_a_zip_in_german(void **state G_GNUC_UNUSED)
{
    g_auto(FileKit) kit = { 0 };

    fk_init(&kit, "UTC");
    fk_fill(&kit);
    add_columns(&kit);
    kit.def->language = g_strdup("de");
    kit.result.language = "de";
    g_free(fk_write(&kit, &exe_render_csv, NULL, 0, NULL));
    g_autofree char *names = fk_zip_names(&kit);
    assert_string_equal(names,
                        "Liste.csv|Kennzahlen.csv|By agent.csv|by Agent (2).csv|Hinweise.txt");
    g_autofree char *figures = fk_unzip(&kit, "Kennzahlen.csv");
    assert_true(g_str_has_prefix(figures, "Name,Kennzahl,Text,Wert,Zuvor,Differenz,Prozent\r\n"));
}

/* Titles are no paths, whatever they are. */
static void
test_names_in_a_zip(void **state G_GNUC_UNUSED)
{
    static const JwReportColumn column = { .name = "a", .label = "A", .format = JW_FORMAT_TEXT };
    static const char *const titles[] = { "../../etc/passwd", "figures", "LIST",
                                          "a/b\\c:d",         "Köln",    "notes" };
    g_auto(FileKit) kit = { 0 };

    fk_init(&kit, "UTC");
    for (size_t i = 0; i < G_N_ELEMENTS(titles); i++) {
        (void)fk_table(&kit, titles[i], &column, 1, NULL, 0);
    }
    kit.input.content = JW_CONTENT_TABLES;
    g_free(fk_write(&kit, &exe_render_csv, NULL, 0, NULL));
    g_autofree char *names = fk_zip_names(&kit);
    assert_string_equal(names, "figures.csv|passwd.csv|figures (2).csv|LIST.csv|c_d.csv|Köln.csv|"
                               "notes.csv");
}

static void
test_a_damaged_zip_is_found(void **state G_GNUC_UNUSED)
{
    g_auto(FileKit) kit = { 0 };
    GError *error = NULL;
    g_autofree char *content = NULL;
    size_t length = 0;

    fk_init(&kit, "UTC");
    fk_fill(&kit);
    ExeRender *render = exe_render_csv.open(&kit.input, &error);
    assert_ok(render != NULL, error);
    assert_ok(exe_render_csv.finish(render, &kit.result, &error), error);
    assert_ok(exe_render_csv.check(render, &error), error);
    assert_true(g_file_get_contents(kit.path, &content, &length, NULL));
    for (size_t at = 60; at < length; at += length / 3) {
        content[at] ^= 0x55;
        assert_true(g_file_set_contents(kit.path, content, (gssize)length, NULL));
        assert_false(exe_render_csv.check(render, &error));
        assert_jw_error(error, JW_ERROR_CORRUPT, "the zip has * whole files instead of *");
        content[at] ^= 0x55;
    }
    assert_true(g_file_set_contents(kit.path, content, (gssize)length / 2, NULL));
    assert_false(exe_render_csv.check(render, &error));
    assert_jw_error(error, JW_ERROR_CORRUPT, "the zip has 0 whole files*");
    exe_render_csv.free(render);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_delimiter_and_decimal_comma),
        cmocka_unit_test(test_one_table),
        cmocka_unit_test(test_no_such_table),
        cmocka_unit_test(test_a_zip_of_all),
        cmocka_unit_test(test_a_zip_in_german),
        cmocka_unit_test(test_names_in_a_zip),
        cmocka_unit_test(test_a_damaged_zip_is_found),
    };

    return cmocka_run_group_tests_name("csv", tests, NULL, NULL);
}
