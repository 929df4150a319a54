/* test_check.c: jobctl check-definitions beside a store, in memory. */
#include "jc_fixture.h"

#include <string.h>

#include "jw/store_mem.h"

static const char definition[] =
    "{\"reportType\":\"visits\",\"title\":\"T\",\"filePrefix\":\"T\",\"collection\":\"visits\","
    "\"dateField\":\"at\",\"measures\":[{\"name\":\"n\",\"label\":\"N\",\"op\":\"count\"}],"
    "\"columns\":[{\"field\":\"a\",\"label\":\"A\"}],\"summary\":[\"n\"],"
    "\"filters\":[{\"name\":\"departmentIds\",\"field\":\"ward\"}]}";

/* With a store, what reads a field that no record has is warned of; it is no mistake. */
static void
test_check_fields(void **state)
{
    JwStore *store = jw_store_mem_new();
    JcFixture *jc = jc_fixture_new(NULL, store);
    g_autofree char *reports = g_build_filename(jc->dir, "reports", NULL);
    g_autofree char *mapping = jc_fixture_file(
        jc, "m.json",
        "{\"collection\":\"visits\",\"idField\":\"a\",\"dateField\":\"at\",\"fields\":["
        "{\"field\":\"a\",\"columns\":[\"a\"],\"type\":\"text\"},"
        "{\"field\":\"at\",\"columns\":[\"at\"],\"type\":\"datetime\",\"format\":\"%F\"}]}");
    g_autofree char *csv = jc_fixture_file(jc, "v.csv", "a,at\n1,2021-01-01\n2,2021-01-02\n");

    (void)state;
    assert_int_equal(g_mkdir_with_parents(reports, 0700), 0);
    g_free(jc_fixture_file(jc, "reports/v.json", definition));
    assert_jobctl(jc, JC_EXIT_OK, "check-definitions", jc->dir);
    assert_contains(jc->out, "v.json: /collection: 'visits' has no records yet");
    assert_jobctl(jc, JC_EXIT_OK, "import", "-m", mapping, csv);
    assert_jobctl(jc, JC_EXIT_OK, "check-definitions", jc->dir);
    assert_contains(jc->out, "warn  ");
    assert_contains(jc->out, "v.json: none of the 2 records looked at in 'visits' has the field "
                             "'ward' (filter 'departmentIds'); correct its name, or import it\n");
    assert_null(strstr(jc->out, "the field 'a'"));
    assert_contains(jc->out, "1 files checked, 0 faulty");
    g_autofree char *misdated = jc_fixture_file(jc, "reports/v.json", definition);
    g_autoptr(GString) text = g_string_new(definition);
    g_string_replace(text, "\"dateField\":\"at\"", "\"dateField\":\"when\"", 1);
    assert_true(g_file_set_contents(misdated, text->str, -1, NULL));
    assert_jobctl(jc, JC_EXIT_OK, "check-definitions", jc->dir);
    assert_contains(jc->out, "has the field 'when' (dateField); correct its name, or import it\n");
    g_string_replace(text, "\"when\"", "\"a\"", 1);
    assert_true(g_file_set_contents(misdated, text->str, -1, NULL));
    assert_jobctl(jc, JC_EXIT_OK, "check-definitions", jc->dir);
    assert_contains(jc->out, "v.json: /dateField: none of the 2 records looked at in 'visits' has "
                             "a date in 'a', so no period finds any; import it as a datetime\n");
    g_string_replace(text, "\"dateField\":\"a\"", "\"dateField\":\"at\"", 1);
    g_string_replace(text, "\"measures\":[",
                     "\"dimensions\":[{\"name\":\"h\",\"label\":\"H\",\"field\":\"a\",\"part\":"
                     "\"hour\"}],\"measures\":[{\"name\":\"s\",\"label\":\"S\",\"op\":\"sum\","
                     "\"field\":\"at\"},",
                     1);
    assert_true(g_file_set_contents(misdated, text->str, -1, NULL));
    assert_jobctl(jc, JC_EXIT_OK, "check-definitions", jc->dir);
    assert_contains(jc->out, "v.json: none of the 2 records looked at in 'visits' has a date in "
                             "'a' (dimension 'h'), so all records are in one group, \"(none)\"; ");
    assert_contains(jc->out, "v.json: none of the 2 records looked at in 'visits' has a number in "
                             "'at' (measure 's'), so there is nothing to reckon with; ");
    jw_store_mem_fail_nth(store, 1, JW_ERROR_UNAVAILABLE, false);
    assert_jobctl(jc, JC_EXIT_OK, "check-definitions", jc->dir);
    assert_contains(jc->err, "the records of 'visits' cannot be looked at: ");
    jw_store_free(store);
    jc->context.store = NULL;
    jc_fixture_env(jc, "JW_MONGODB_URI", "mongodb://127.0.0.1:1");
    jc_fixture_env(jc, "JW_MONGODB_SELECT_TIMEOUT", "200ms");
    assert_jobctl(jc, JC_EXIT_OK, "check-definitions", jc->dir);
    assert_contains(jc->err, "records are not looked at: the database does not answer");
    jc_fixture_free(jc);
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_check_fields) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
