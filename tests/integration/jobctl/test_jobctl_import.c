/* test_jobctl_import.c: jobctl import and demo-data on a real MongoDB (JW_MONGODB_URI), in a
 * database of their own. */
#include "jc_fixture.h"

#include <string.h>

#include "jw/store_records.h"

#define WHOLE   JW_SOURCE_DIR "/tests/data/call-records-2021.csv"
#define EXCERPT JW_SOURCE_DIR "/tests/unit/jobctl/data/call-records-200.csv"
#define MAPPING JW_SOURCE_DIR "/schemas/mappings/call-records.json"
#define PLAIN   JW_SOURCE_DIR "/tools/jobctl/mappings/call-records-plain.json"

typedef struct {
    JcFixture *jc;
    JwStore *store;
    char *database;
} Fixture;

static int
setup(void **state)
{
    Fixture *self = g_new0(Fixture, 1);
    g_autoptr(GError) error = NULL;
    char journal[] = "majority", uri_name[] = "JW_MONGODB_URI";
    g_autofree char *uri = g_strdup(tk_need_env(uri_name));

    self->database = tk_unique_name();
    self->jc = jc_fixture_new(NULL, NULL);
    jc_fixture_env(self->jc, "JW_MONGODB_URI", uri);
    jc_fixture_env(self->jc, "JW_MONGODB_DATABASE", self->database);
    const JwStoreConfig config = { .uri = uri,
                                   .database = self->database,
                                   .write_concern = journal,
                                   .journal = true,
                                   .pool_size = 2,
                                   .wait_ms = 5000,
                                   .select_ms = 5000,
                                   .socket_ms = 30000 };
    self->store = jw_store_mongo_new(&config, "test", &error);
    assert_ok(self->store != NULL, error);
    *state = self;
    return 0;
}

static int
teardown(void **state)
{
    Fixture *self = *state;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_drop(self->store, &error), error);
    jw_store_free(self->store);
    jc_fixture_free(self->jc);
    g_free(self->database);
    g_free(self);
    return 0;
}

static int64_t
count(Fixture *self, const char *field, const char *value)
{
    return jc_fixture_count(self->store, "call_records", field, value);
}

/* The same counted by looking for ",Y," and ",N," alone. */
static int64_t
count_lines(const char *path, const char *part)
{
    g_autofree char *text = NULL;
    int64_t found = 0;

    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (size_t i = 1; lines[i] != NULL; i++) {
        g_auto(GStrv) cells = g_strsplit(lines[i], ",", -1);
        found += g_strv_length(cells) > 6 && (part == NULL || strcmp(cells[6], part) == 0) ? 1 : 0;
    }
    return found;
}

static void
test_real_file(void **state)
{
    Fixture *self = *state;
    const int64_t rows = count_lines(WHOLE, NULL);
    g_autofree char *number = jc_count_text(rows);
    g_autofree char *first = g_strdup_printf(
        "call_records: %s rows read, %s added, 0 there already, 0 refused\n", number, number);
    g_autofree char *second = g_strdup_printf(
        "call_records: %s rows read, 0 added, %s there already, 0 refused\n", number, number);

    assert_jobctl(self->jc, JC_EXIT_OK, "import", "--mapping", MAPPING, WHOLE);
    assert_string_equal(self->jc->out, first);
    assert_int_equal(count(self, NULL, NULL), rows);
    assert_int_equal(count(self, "status", "answered"), count_lines(WHOLE, "Y"));
    assert_int_equal(count(self, "status", "missed"), count_lines(WHOLE, "N"));
    assert_jobctl(self->jc, JC_EXIT_OK, "import", "--mapping", MAPPING, WHOLE);
    assert_string_equal(self->jc->out, second);
    assert_int_equal(count(self, NULL, NULL), rows);
}

/* The excerpt with lines 4 and 100 corrupted. */
static char *
corrupt(Fixture *self)
{
    g_autofree char *text = NULL;

    assert_true(g_file_get_contents(EXCERPT, &text, NULL, NULL));
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_free(lines[3]);
    lines[3] = g_strdup("ID0003,Stewart,1-Jan-21");
    g_autofree char *good = lines[99];
    lines[99] =
        g_strconcat(good, "9", NULL); /* the last cell ends in a carriage return, then a 9 */
    g_autofree char *joined = g_strjoinv("\n", lines);
    return jc_fixture_file(self->jc, "corrupted.csv", joined);
}

static void
test_bad_rows(void **state)
{
    Fixture *self = *state;
    g_autofree char *bad = corrupt(self);

    assert_jobctl(self->jc, JC_EXIT_FAILED, "import", "-m", MAPPING, bad);
    assert_contains(self->jc->err, "corrupted.csv:4: has 3 cells, the first line has 11\n");
    assert_contains(self->jc->err, "corrupted.csv:100: ");
    assert_contains(self->jc->out, "2 of 200 rows refused; nothing was loaded.");
    assert_int_equal(count(self, NULL, NULL), 0);
    assert_jobctl(self->jc, JC_EXIT_PARTLY, "import", "-m", MAPPING, "--keep-going", bad);
    assert_string_equal(self->jc->out,
                        "call_records: 200 rows read, 198 added, 0 there already, 2 refused\n");
    assert_int_equal(count(self, NULL, NULL), 198);
    assert_jobctl(self->jc, JC_EXIT_OK, "import", "-m", MAPPING, EXCERPT);
    assert_contains(self->jc->out, "200 rows read, 2 added, 198 there already, 0 refused");
}

static void
test_demo_data(void **state)
{
    Fixture *self = *state;
    g_autofree char *csv = g_build_filename(self->jc->dir, "demo.csv", NULL);

    assert_jobctl(self->jc, JC_EXIT_OK, "demo-data", "-n", "3000", "-u", "2026-11-18");
    assert_contains(self->jc->out, "3,000 records from 2026-09-21 to 2026-11-15, 3,000 added");
    assert_int_equal(count(self, "status", "answered") + count(self, "status", "missed")
                         + count(self, "status", "abandoned"),
                     3000);
    assert_jobctl(self->jc, JC_EXIT_OK, "demo-data", "-n", "3000", "-u", "2026-11-18", "-c", csv);
    assert_jobctl(self->jc, JC_EXIT_OK, "import", "-m", PLAIN, csv);
    assert_contains(self->jc->out, "3,000 rows read, 0 added, 3,000 there already");
    assert_jobctl(self->jc, JC_EXIT_OK, "demo-data", "-n", "100", "-u", "2026-11-18", "--drop");
    assert_int_equal(count(self, NULL, NULL), 100);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = { TEST(test_real_file), TEST(test_bad_rows),
                                        TEST(test_demo_data) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
