/* test_load.c: jobctl import from end to end, on the store in memory. */
#include "jc_fixture.h"

#include <string.h>

#include "jw/store_mem.h"
#include "jw/store_records.h"

#define DATA    JW_SOURCE_DIR "/tests/unit/jobctl/data/call-records-200.csv"
#define MAPPING JW_SOURCE_DIR "/schemas/mappings/call-records.json"

static const char id_less[] =
    "{\"collection\": \"notes\", \"idField\": \"key\", \"dateField\": \"at\", \"fields\": ["
    "{\"field\": \"key\", \"columns\": [\"key\"], \"type\": \"text\"},"
    "{\"field\": \"at\", \"columns\": [\"at\"], \"type\": \"datetime\", \"format\": \"%F\"},"
    "{\"field\": \"note\", \"columns\": [\"note\"], \"type\": \"text\"}]}";

typedef struct {
    JwStore *store;
    JcFixture *jc;
    char *bad; /* a file with bad rows on lines 3, 5 and 8 */
} Fixture;

static int
setup(void **state)
{
    Fixture *self = g_new0(Fixture, 1);

    self->store = jw_store_mem_new();
    self->jc = jc_fixture_new(NULL, self->store);
    self->bad = jc_fixture_file(
        self->jc, "bad.csv",
        "Call Id,Agent,Date,Month,Time,Topic,Answered (Y/N),Resolved,Speed of answer in "
        "seconds,AvgTalkDuration,Satisfaction rating\r\n"
        "X1,Ann,1-Jan-21,Jan,9:00,Streaming,Y,Y,10,0:01:00,4\r\n"
        "X2,Ann,31-Feb-21,Feb,9:00,Streaming,Y,Y,10,0:01:00,4\r\n"
        "X3,\"Ann\r\nLee\",1-Jan-21,Jan,9:00,Streaming,N,N,,,\r\n"
        "X4,Ann,1-Jan-21\r\n"
        "X5,Ann,1-Jan-21,Jan,9:02,Streaming,Y,Y,10,0:01:00,4\r\n"
        "X6,Ann,1-Jan-21,Jan,9:02,Streaming,Q,Y,ten,0:01:00,9\r\n");
    *state = self;
    return 0;
}

static int
teardown(void **state)
{
    Fixture *self = *state;

    jc_fixture_free(self->jc);
    jw_store_free(self->store);
    g_free(self->bad);
    g_free(self);
    return 0;
}

static void
test_import_twice(void **state)
{
    Fixture *self = *state;

    assert_jobctl(self->jc, JC_EXIT_OK, "import", "--mapping", MAPPING, DATA);
    assert_string_equal(self->jc->out,
                        "call_records: 200 rows read, 200 added, 0 there already, 0 refused\n");
    assert_string_equal(self->jc->err, "");
    assert_int_equal(jc_fixture_count(self->store, "call_records", NULL, NULL), 200);
    assert_int_equal(jc_fixture_count(self->store, "call_records", "status", "answered")
                         + jc_fixture_count(self->store, "call_records", "status", "missed"),
                     200);
    assert_jobctl(self->jc, JC_EXIT_OK, "import", "-m", MAPPING, "--json", DATA);
    assert_string_equal(self->jc->out,
                        "{\"collection\":\"call_records\",\"rows\":200,\"refused\":0,"
                        "\"added\":0,\"loaded\":true,\"differing\":0,\"updated\":0}\n");
    assert_int_equal(jc_fixture_count(self->store, "call_records", NULL, NULL), 200);
}

static void
test_bad_rows_load_nothing(void **state)
{
    Fixture *self = *state;

    assert_jobctl(self->jc, JC_EXIT_FAILED, "import", "-m", MAPPING, DATA, self->bad);
    assert_contains(self->jc->err, "bad.csv:3: Date + Time: February 2021 has no day 31\n");
    assert_contains(self->jc->err, "bad.csv:6: has 3 cells, the first line has 11\n");
    assert_contains(self->jc->err,
                    "bad.csv:8: Answered (Y/N): 'Q' is not one of the mapping's values\n");
    assert_contains(self->jc->err,
                    "bad.csv:8: Speed of answer in seconds: 'ten' is not a whole number\n");
    assert_contains(self->jc->err, "bad.csv:8: Satisfaction rating: 9 is not between 0 and 5\n");
    assert_contains(self->jc->out, "3 of 206 rows refused; nothing was loaded.");
    assert_int_equal(jc_fixture_count(self->store, "call_records", NULL, NULL), 0);
}

static void
test_keep_going(void **state)
{
    Fixture *self = *state;
    g_autofree char *errors = g_build_filename(self->jc->dir, "errors.txt", NULL);
    g_autofree char *text = NULL;

    assert_jobctl(self->jc, JC_EXIT_PARTLY, "import", "-m", MAPPING, "--keep-going", "--errors",
                  errors, self->bad);
    assert_string_equal(self->jc->out,
                        "call_records: 6 rows read, 3 added, 0 there already, 3 refused\n");
    assert_int_equal(jc_fixture_count(self->store, "call_records", NULL, NULL), 3);
    assert_int_equal(jc_fixture_count(self->store, "call_records", "agent", "Ann\r\nLee"), 1);
    assert_true(g_file_get_contents(errors, &text, NULL, NULL));
    assert_string_equal(text, self->jc->err);
}

static void
test_many_faults(void **state)
{
    Fixture *self = *state;
    g_autoptr(GString) text = g_string_new("key,at,note\n");
    g_autofree char *errors = g_build_filename(self->jc->dir, "errors.txt", NULL);
    g_autofree char *all = NULL;

    for (int i = 0; i < 2500; i++) {
        g_string_append_printf(text, "k%d,%s,n\n", i, i % 2 == 0 ? "never" : "2021-01-01");
    }
    g_autofree char *csv = jc_fixture_file(self->jc, "many.csv", text->str);
    g_autofree char *mapping = jc_fixture_file(self->jc, "m.json", id_less);
    assert_jobctl(self->jc, JC_EXIT_PARTLY, "import", "-m", mapping, "-k", "-e", errors, csv);
    g_auto(GStrv) lines = g_strsplit(self->jc->err, "\n", -1);
    assert_int_equal(g_strv_length(lines),
                     22); /* 20, how many more, and what is behind the last break */
    assert_string_equal(lines[20], "… and 1230 more");
    assert_true(g_file_get_contents(errors, &all, NULL, NULL));
    g_auto(GStrv) written = g_strsplit(all, "\n", -1);
    assert_int_equal(g_strv_length(written), 1251);
    assert_int_equal(jc_fixture_count(self->store, "notes", NULL, NULL), 1250);
}

/* Rows without an id get one of the file and the line: the same again is the same record. */
static void
test_derived_ids(void **state)
{
    Fixture *self = *state;
    g_autofree char *mapping = jc_fixture_file(self->jc, "m.json", id_less);
    g_autofree char *csv = jc_fixture_file(
        self->jc, "n.csv", "key,at,note\n,2021-01-01,same\n,2021-01-01,same\nk,2021-01-01,x\n");
    g_autofree char *other =
        jc_fixture_file(self->jc, "o.csv", "key,at,note\n,2021-01-01,same\n,2021-01-01,other\n");

    for (int round = 0; round < 2; round++) {
        assert_jobctl(self->jc, JC_EXIT_OK, "import", "-m", mapping, csv);
        assert_int_equal(jc_fixture_count(self->store, "notes", NULL, NULL), 3);
    }
    assert_jobctl(self->jc, JC_EXIT_OK, "import", "-m", mapping, other);
    assert_int_equal(jc_fixture_count(self->store, "notes", NULL, NULL), 5);
}

static void
test_dry_run_and_drop(void **state)
{
    Fixture *self = *state;

    assert_jobctl(self->jc, JC_EXIT_OK, "import", "-m", MAPPING, "--dry-run", DATA);
    assert_int_equal(jc_fixture_count(self->store, "call_records", NULL, NULL), 0);
    assert_jobctl(self->jc, JC_EXIT_FAILED, "import", "-m", MAPPING, "-n", "-k", self->bad);
    assert_int_equal(jc_fixture_count(self->store, "call_records", NULL, NULL), 0);
    assert_jobctl(self->jc, JC_EXIT_PARTLY, "import", "-m", MAPPING, "-k", self->bad);
    /* dropped only when the new data is good */
    assert_jobctl(self->jc, JC_EXIT_FAILED, "import", "-m", MAPPING, "--drop", self->bad);
    assert_int_equal(jc_fixture_count(self->store, "call_records", NULL, NULL), 3);
    assert_jobctl(self->jc, JC_EXIT_OK, "import", "-m", MAPPING, "--drop", DATA);
    assert_int_equal(jc_fixture_count(self->store, "call_records", NULL, NULL), 200);
}

static void
test_bad_files(void **state)
{
    Fixture *self = *state;
    g_autofree char *empty = jc_fixture_file(self->jc, "empty.csv", "");
    g_autofree char *other = jc_fixture_file(self->jc, "other.csv", "a,b\n1,2\n");
    g_autofree char *mapping = jc_fixture_file(self->jc, "m.json", "{\"collection\": 1}");

    assert_jobctl(self->jc, JC_EXIT_FAILED, "import", "-m", MAPPING, DATA, "/nowhere.csv");
    assert_contains(self->jc->err, "/nowhere.csv: No such file or directory");
    assert_jobctl(self->jc, JC_EXIT_FAILED, "import", "-m", MAPPING, DATA, empty);
    assert_contains(self->jc->err, "empty.csv is empty");
    assert_jobctl(self->jc, JC_EXIT_FAILED, "import", "-m", MAPPING, DATA, other);
    assert_contains(self->jc->err, "other.csv:1: column 'Call Id' is missing;");
    assert_jobctl(self->jc, JC_EXIT_FAILED, "import", "-m", mapping, DATA);
    assert_contains(self->jc->err, "m.json: ");
    assert_int_equal(jc_fixture_count(self->store, "call_records", NULL, NULL), 0);
}

/* Whatever call fails, the import either mends it or reports it, and running it again completes it.
 */
static void
test_store_faults(void **state)
{
    Fixture *self = *state;

    for (int nth = 1; nth <= 4; nth++) {
        jw_store_mem_fail_nth(self->store, nth, JW_ERROR_IN_DOUBT, true);
        const JcExit code = jc_fixture_run(self->jc, "import", "-m", MAPPING, DATA, NULL);
        if (code != JC_EXIT_OK) {
            assert_contains(self->jc->err, "jobctl import: ");
            assert_jobctl(self->jc, JC_EXIT_OK, "import", "-m", MAPPING, DATA);
        }
        jw_store_mem_fail_nth(self->store, 0, JW_ERROR_IN_DOUBT, true);
        assert_int_equal(jc_fixture_count(self->store, "call_records", NULL, NULL), 200);
    }
    g_autoptr(GError) error = NULL;
    assert_ok(jw_store_drop_records(self->store, "call_records", &error), error);
    /* 1 looks for records that are there, 3 inserts */
    for (int nth = 1; nth <= 3; nth += 2) {
        jw_store_mem_fail_nth(self->store, nth, JW_ERROR_CORRUPT, false);
        assert_jobctl(self->jc, JC_EXIT_FAILED, "import", "-m", MAPPING, DATA);
        assert_contains(self->jc->err, "run it again: nothing is added twice");
    }
}

static void
test_usage(void **state)
{
    Fixture *self = *state;

    assert_jobctl(self->jc, JC_EXIT_USAGE, "import", DATA);
    assert_contains(self->jc->err, "--mapping FILE is needed");
    assert_jobctl(self->jc, JC_EXIT_USAGE, "import", "-m", MAPPING);
    assert_contains(self->jc->err, "name at least one CSV file");
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_import_twice), TEST(test_bad_rows_load_nothing), TEST(test_keep_going),
        TEST(test_many_faults),  TEST(test_derived_ids),           TEST(test_dry_run_and_drop),
        TEST(test_bad_files),    TEST(test_store_faults),          TEST(test_usage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
