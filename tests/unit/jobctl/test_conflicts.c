/* test_conflicts.c: jobctl import meets ids that are there: in the store with other values, in the
 * file twice. On the store in memory. */
#include "jc_fixture.h"

#include <string.h>

#include "import/ids.h"
#include "jw/store_mem.h"
#include "jw/store_records.h"

static const char mapping_text[] =
    "{\"collection\": \"visits\", \"idField\": \"id\", \"dateField\": \"at\", \"fields\": ["
    "{\"field\": \"id\", \"columns\": [\"id\"], \"type\": \"text\"},"
    "{\"field\": \"at\", \"columns\": [\"at\"], \"type\": \"datetime\", \"format\": \"%F\"},"
    "{\"field\": \"n\", \"columns\": [\"n\"], \"type\": \"int\"},"
    "{\"field\": \"price\", \"columns\": [\"price\"], \"type\": \"real\"},"
    "{\"field\": \"paid\", \"columns\": [\"paid\"], \"type\": \"bool\"},"
    "{\"field\": \"who.name\", \"columns\": [\"name\"], \"type\": \"text\"}]}";
#define HEAD "id,at,n,price,paid,name\n"
static const char old_text[] = HEAD "a,2021-01-01,1,1.5,yes,Ann\n"
                                    "b,2021-01-02,2,2.5,no,Bob\n"
                                    "c,2021-01-03,,,,\n";
/* a differs in one field, c in three; b is the same, d is new */
static const char new_text[] = HEAD "a,2021-01-01,7,1.5,yes,Ann\n"
                                    "b,2021-01-02,2,2.5,no,Bob\n"
                                    "c,2021-01-03,,4,yes,Cem\n"
                                    "d,2021-01-04,4,,,\n";

typedef struct {
    JwStore *store;
    JcFixture *jc;
    char *mapping, *old, *new;
} Fixture;

static int
setup(void **state)
{
    Fixture *self = g_new0(Fixture, 1);

    self->store = jw_store_mem_new();
    self->jc = jc_fixture_new(NULL, self->store);
    self->mapping = jc_fixture_file(self->jc, "m.json", mapping_text);
    self->old = jc_fixture_file(self->jc, "old.csv", old_text);
    self->new = jc_fixture_file(self->jc, "new.csv", new_text);
    assert_int_equal(jc_fixture_run(self->jc, "import", "-m", self->mapping, self->old, NULL),
                     JC_EXIT_OK);
    *state = self;
    return 0;
}

static int
teardown(void **state)
{
    Fixture *self = *state;

    jc_fixture_free(self->jc);
    jw_store_free(self->store);
    g_free(self->mapping);
    g_free(self->old);
    g_free(self->new);
    g_free(self);
    return 0;
}

static bool
note_record(const JwValue *row, gpointer data, GError **error)
{
    (void)error;
    g_string_append_printf(data, "%.*s:", (int)row[0].length, row[0].text);
    if (row[1].type == JW_VALUE_INT) {
        g_string_append_printf(data, "%d", (int)row[1].integer);
    }
    g_string_append_c(data, '/');
    if (row[2].type == JW_VALUE_TEXT) {
        g_string_append_len(data, row[2].text, (gssize)row[2].length);
    }
    g_string_append_c(data, ' ');
    return true;
}

/* "a:1/Ann b:2/Bob c:/ ": ids with n and name. */
static void
assert_records(Fixture *self, const char *expected)
{
    const char *const fields[] = { "_id", "n", "who.name", NULL };
    const JwRecordScan scan = {
        .collection = "visits", .date_field = "at", .fields = fields, .ordered = true
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) seen = g_string_new(NULL);

    assert_ok(jw_store_scan_records(self->store, &scan, note_record, seen, &error), error);
    assert_string_equal(seen->str, expected);
}

static void
test_fail(void **state)
{
    Fixture *self = *state;

    assert_int_equal(jc_fixture_run(self->jc, "import", "-m", self->mapping, self->new, NULL),
                     JC_EXIT_FAILED);
    assert_contains(self->jc->err,
                    "new.csv:2: id 'a' is there with other values: n is 1 there, 7 here\n");
    assert_contains(self->jc->err, "new.csv:4: id 'c' is there with other values: price is nothing "
                                   "there, 4 here, and 2 fields more\n");
    assert_string_equal(self->jc->out,
                        "2 of 4 rows refused; nothing was loaded. Correct them, or load the others "
                        "with --keep-going; 2 of the refused are there with other values: --update "
                        "replaces those, --on-conflict=skip leaves them\n");
    assert_records(self, "a:1/Ann b:2/Bob c:/ ");
    assert_int_equal(jc_fixture_run(self->jc, "import", "-m", self->mapping, "--json",
                                    "--on-conflict=fail", self->new, NULL),
                     JC_EXIT_FAILED);
    assert_string_equal(self->jc->out, "{\"collection\":\"visits\",\"rows\":4,\"refused\":2,"
                                       "\"added\":0,\"loaded\":false,\"differing\":2,"
                                       "\"updated\":0}\n");
}

/* The figures are those of the files. */
static void
test_figures(void **state)
{
    Fixture *self = *state;
    g_autofree char *old = jc_fixture_file(self->jc, "figures.csv",
                                           HEAD "p,2021-01-01,1,0.125,,\nq,2021-01-01,1,0.3,,\n");
    g_autofree char *new = jc_fixture_file(
        self->jc, "other.csv", HEAD "p,2021-01-01,1,9.99,,\nq,2021-01-01,1,1000000.1,,\n");

    assert_int_equal(jc_fixture_run(self->jc, "import", "-m", self->mapping, old, NULL),
                     JC_EXIT_OK);
    assert_int_equal(jc_fixture_run(self->jc, "import", "-m", self->mapping, new, NULL),
                     JC_EXIT_FAILED);
    assert_contains(self->jc->err, "price is 0.125 there, 9.99 here\n");
    assert_contains(self->jc->err, "price is 0.3 there, 1000000.1 here\n");
}

static void
test_keep_going(void **state)
{
    Fixture *self = *state;

    assert_int_equal(jc_fixture_run(self->jc, "import", "-m", self->mapping, "-k", self->new, NULL),
                     JC_EXIT_PARTLY);
    assert_contains(self->jc->err, "new.csv:2: id 'a' is there with other values");
    assert_contains(self->jc->out,
                    "visits: 4 rows read, 1 added, 1 there already, 2 refused; 2 of the refused "
                    "are there with other values: --update replaces");
    assert_records(self, "a:1/Ann b:2/Bob c:/ d:4/ ");
}

static void
test_skip(void **state)
{
    Fixture *self = *state;

    assert_int_equal(jc_fixture_run(self->jc, "import", "-m", self->mapping, "--on-conflict",
                                    "skip", self->new, NULL),
                     JC_EXIT_OK);
    assert_contains(self->jc->err, "new.csv:4: id 'c' is there with other values");
    assert_string_equal(self->jc->out, "visits: 4 rows read, 1 added, 1 there already, 0 refused, "
                                       "2 there with other values and left\n");
    assert_records(self, "a:1/Ann b:2/Bob c:/ d:4/ ");
}

static void
test_update(void **state)
{
    Fixture *self = *state;
    static const char *const ways[] = { "--update", "--on-conflict=update" };

    for (size_t i = 0; i < G_N_ELEMENTS(ways); i++) {
        assert_int_equal(
            jc_fixture_run(self->jc, "import", "-m", self->mapping, "--drop", self->old, NULL),
            JC_EXIT_OK);
        assert_int_equal(
            jc_fixture_run(self->jc, "import", "-m", self->mapping, ways[i], self->new, NULL),
            JC_EXIT_OK);
        assert_string_equal(
            self->jc->out, "visits: 4 rows read, 1 added, 1 there already, 0 refused, 2 updated\n");
        assert_records(self, "a:7/Ann b:2/Bob c:/Cem d:4/ ");
    }
    assert_int_equal(
        jc_fixture_run(self->jc, "import", "-m", self->mapping, "--update", self->new, NULL),
        JC_EXIT_OK);
    assert_string_equal(self->jc->out,
                        "visits: 4 rows read, 0 added, 4 there already, 0 refused\n");
}

/* The same ids in two files of one import: what one file's rows did, the next one's meet. */
static void
test_two_files(void **state)
{
    Fixture *self = *state;

    assert_int_equal(jc_fixture_run(self->jc, "import", "-m", self->mapping, "--drop", self->old,
                                    self->new, NULL),
                     JC_EXIT_PARTLY);
    assert_contains(self->jc->err, "new.csv:2: id 'a' is there with other values");
    assert_contains(self->jc->out, "7 rows read, 4 added, 1 there already, 2 refused");
    assert_records(self, "a:1/Ann b:2/Bob c:/ d:4/ ");
    assert_int_equal(jc_fixture_run(self->jc, "import", "-m", self->mapping, "--drop", "--update",
                                    self->old, self->new, NULL),
                     JC_EXIT_OK);
    assert_records(self, "a:7/Ann b:2/Bob c:/Cem d:4/ ");
}

static void
test_id_twice_in_a_file(void **state)
{
    Fixture *self = *state;
    g_autofree char *twice = jc_fixture_file(self->jc, "twice.csv",
                                             HEAD "x,2021-01-01,1,,,\n"
                                                  "y,2021-01-01,2,,,\n"
                                                  "x,2021-01-01,1,,,\n"
                                                  ",2021-01-01,9,,,\n"
                                                  ",2021-01-01,9,,,\n"
                                                  "y,2021-01-09,3,,,\n");

    for (int update = 0; update < 2; update++) {
        assert_int_equal(jc_fixture_run(self->jc, "import", "-m", self->mapping,
                                        update == 1 ? "--update" : "--on-conflict=fail", twice,
                                        NULL),
                         JC_EXIT_FAILED);
        assert_contains(
            self->jc->err,
            "twice.csv:4: id 'x' is that of line 2 already; a file has one row for each id\n");
        assert_contains(self->jc->err, "twice.csv:7: id 'y' is that of line 3 already;");
        assert_contains(self->jc->out, "2 of 6 rows refused; nothing was loaded.");
    }
    assert_int_equal(
        jc_fixture_run(self->jc, "import", "-m", self->mapping, "-k", "--drop", twice, NULL),
        JC_EXIT_PARTLY);
    assert_contains(self->jc->out, "6 rows read, 4 added, 0 there already, 2 refused");
    assert_int_equal(jc_fixture_run(self->jc, "import", "-m", self->mapping, "-n", twice, NULL),
                     JC_EXIT_FAILED);
}

static void
test_usage(void **state)
{
    Fixture *self = *state;

    assert_int_equal(jc_fixture_run(self->jc, "import", "-m", self->mapping, "--on-conflict=merge",
                                    self->new, NULL),
                     JC_EXIT_USAGE);
    assert_contains(self->jc->err, "--on-conflict 'merge' is none of fail, skip and update");
    assert_int_equal(jc_fixture_run(self->jc, "import", "-m", self->mapping, "--update",
                                    "--on-conflict=skip", self->new, NULL),
                     JC_EXIT_USAGE);
    assert_contains(self->jc->err, "--update and --on-conflict=skip exclude each other");
    assert_int_equal(
        jc_fixture_run(self->jc, "import", "-m", self->mapping, "--update", "-n", self->new, NULL),
        JC_EXIT_USAGE);
    assert_contains(self->jc->err, "--update has no effect with --dry-run");
}

/* Whatever call fails and whether it was done, the import mends it, or running it again does. */
static void
test_faults_while_updating(void **state)
{
    Fixture *self = *state;

    for (int nth = 1; nth <= 6; nth++) {
        assert_int_equal(
            jc_fixture_run(self->jc, "import", "-m", self->mapping, "--drop", self->old, NULL),
            JC_EXIT_OK);
        jw_store_mem_fail_nth(self->store, nth, JW_ERROR_IN_DOUBT, nth % 2 == 0);
        JcExit code =
            jc_fixture_run(self->jc, "import", "-m", self->mapping, "--update", self->new, NULL);
        jw_store_mem_fail_nth(self->store, 0, JW_ERROR_IN_DOUBT, false);
        if (code != JC_EXIT_OK) {
            assert_int_equal(code, JC_EXIT_FAILED);
            code = jc_fixture_run(self->jc, "import", "-m", self->mapping, "-u", self->new, NULL);
        }
        assert_int_equal(code, JC_EXIT_OK);
        assert_records(self, "a:7/Ann b:2/Bob c:/Cem d:4/ ");
    }
}

static void
test_many_ids(void **state)
{
    g_autoptr(JcIds) ids = jc_ids_new();
    g_autoptr(GError) error = NULL;
    int64_t earlier = 0;

    (void)state;
    for (int i = 0; i < 10000; i++) {
        g_autofree char *id = g_strdup_printf("id-%d", i / 2);
        assert_ok(jc_ids_add(ids, id, i + 2, &earlier, &error), error);
        assert_int_equal(earlier, i % 2 == 0 ? 0 : i + 1);
    }
    jc_ids_reset(ids);
    assert_ok(jc_ids_add(ids, "id-1", 2, &earlier, &error), error);
    assert_int_equal(earlier, 0);
    jc_ids_free(NULL);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_fail),
        TEST(test_figures),
        TEST(test_keep_going),
        TEST(test_skip),
        TEST(test_update),
        TEST(test_two_files),
        TEST(test_id_twice_in_a_file),
        TEST(test_usage),
        TEST(test_faults_while_updating),
        cmocka_unit_test(test_many_ids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
