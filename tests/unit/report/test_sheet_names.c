/* test_sheet_names.c: titles as names of sheets, by the rules of all spreadsheet programs. */
#include "jw/catalog.h"
#include "jw/report_sheets.h"
#include "testkit.h"

#include <string.h>

#define LONG "Answered by the operator's desk" /* 31 */

static void
test_names(void **state)
{
    static const struct {
        const char *title;
        unsigned number;
        const char *name, *why; /* why: a part of it; NULL: unchanged */
    } rows[] = {
        { "Calls", 1, "Calls", NULL },
        { "calls", 1, "calls (2)", "another sheet has that name" },
        { "Calls", 2, "Calls 2", NULL },
        { LONG, 1, LONG, NULL },
        { LONG, 1, "Answered by the operator's (2)", "another sheet" },
        { LONG, 3, "Answered by the operator's de 3", "at most 31 characters" },
        { LONG, 1000, "Answered by the operator's 1000", "at most 31 characters" },
        { "Answered by the operators' desk.", 2, "Answered by the operators' de 2", "at most 31" },
        { "Answered by all our operators' d", 1, "Answered by all our operators", "at most 31" },
        { "'Own'", 1, "Own", "no apostrophe" },
        { "it's", 1, "it's", NULL },
        { " padded ", 1, "padded", "no space at its begin" },
        { "a[b]c:d*e?f/g\\h", 1, "a b c d e f g h", "none of [ ] : * ? / \\" },
        { "[[[", 1, "Sheet", "none of [ ]" },
        { "", 1, "Sheet (2)", "a sheet has a name" },
        { "History", 1, "History sheet", "Excel keeps the name" },
        { "hISTORY", 1, "hISTORY sheet (2)", "Excel keeps the name" },
        { "History", 2, "History 2", NULL },
        { "x_x0041_y", 1, "x-x0041_y", "_x0041_" },
        { "x_x0041y", 1, "x_x0041y", NULL },
        { "bell\a", 1, "bell", "no control characters" },
        { "a\xef\xbf\xbf", 1, "a\xef\xbf\xbd", "no control characters" },
        { "ÇAĞRI", 1, "ÇAĞRI", NULL },
        { "çağri", 1, "çağri (2)", "upper and lower case" },
        { "çağrı", 1, "çağrı", NULL },
        { "ÇAĞRI", 2, "ÇAĞRI 2", NULL },
        { "Straße", 1, "Straße", NULL },
        { "STRASSE", 1, "STRASSE (2)", "another sheet" },
        /* 31 units of UTF-16: 15 emojis are 30 */
        { "📞📞📞📞📞📞📞📞📞📞📞📞📞📞📞📞", 1, "📞📞📞📞📞📞📞📞📞📞📞📞📞📞📞", "emoji" },
        { "éééééééééééééééééééééééééééééé1", 1, "éééééééééééééééééééééééééééééé1", NULL },
    };
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const char *why = NULL;
        const char *name = jw_sheet_name_add(names, rows[i].title, rows[i].number, &why);

        assert_string_equal(name, rows[i].name);
        if (rows[i].why == NULL) {
            assert_null(why);
        } else if (why == NULL || strstr(why, rows[i].why) == NULL) {
            fail_msg("row %zu: %s", i, why);
        }
    }
}

static void
test_notes(void **state)
{
    static const char json[] =
        "{\"reportType\": \"t\", \"title\": \"T\", \"filePrefix\": \"T\", \"collection\": \"c\","
        " \"dateField\": \"d\", \"listTitle\": \"summary\","
        " \"dimensions\": [{\"name\": \"x\", \"label\": \"X\", \"field\": \"x\"}],"
        " \"measures\": [{\"name\": \"n\", \"label\": \"N\", \"op\": \"count\"},"
        " {\"name\": \"p\", \"label\": \"P\", \"op\": \"peak\", \"dimension\": \"x\", \"of\": "
        "\"n\","
        "  \"format\": \"text\", \"decimals\": 1}],"
        " \"columns\": [{\"field\": \"d\", \"label\": \"D\"}], \"summary\": [\"n\"],"
        " \"tables\": [{\"title\": \"Fine\", \"dimension\": \"x\", \"measures\": [\"n\"]},"
        "  {\"title\": \"In/out\", \"dimension\": \"x\", \"measures\": [\"n\"]}]}";
    g_autoptr(GError) error = NULL;
    g_autoptr(JwReportDef) def = jw_report_def_parse(json, strlen(json), "t.json", &error);

    (void)state;
    assert_ok(def != NULL, error);
    g_autoptr(GPtrArray) notes = jw_report_def_notes(def);
    assert_int_equal(notes->len, 3);
    assert_string_equal(notes->pdata[0], "/measures/1/decimals: have no effect, because the format "
                                         "of 'p' is none of numbers");
    assert_string_equal(notes->pdata[1],
                        "/tables/1/title: the workbook's sheet will be named 'In out': a sheet's "
                        "name has none of [ ] : * ? / \\");
    assert_string_equal(notes->pdata[2],
                        "/listTitle: the workbook's sheet will be named 'summary (2)': another "
                        "sheet has that name; upper and lower case count as the same");
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_names),
                                        cmocka_unit_test(test_notes) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
