/* test_lookup.c: names in the place of ids, in groups and in the list. */
#include "handlers/report_lookup.h"

#include <string.h>

#include "jw/catalog.h"
#include "jw/store_mem.h"
#include "testkit.h"

#define LOOKUP "\"lookup\":{\"collection\":\"people\",\"key\":\"no\",\"label\":\"name\"}"

static const char definition[] =
    "{\"reportType\":\"visits\",\"title\":\"Visits\",\"filePrefix\":\"V\",\"collection\":"
    "\"visits\","
    "\"dateField\":\"at\",\"measures\":[{\"name\":\"n\",\"label\":\"N\",\"op\":\"count\"},"
    "{\"name\":\"most\",\"label\":\"Most\",\"op\":\"peak\",\"dimension\":\"who\",\"of\":\"n\","
    "\"format\":\"text\"}],"
    "\"dimensions\":[{\"name\":\"who\",\"label\":\"Who\",\"field\":\"who\"," LOOKUP "}],"
    "\"columns\":[{\"field\":\"who\",\"label\":\"Who\"," LOOKUP "},{\"field\":\"by\",\"label\":"
    "\"By\"," LOOKUP "}],"
    "\"tables\":[{\"title\":\"T\",\"dimension\":\"who\",\"measures\":[\"n\"]}],"
    "\"summary\":[\"n\",\"most\"]}";

typedef struct {
    JwStore *store;
    JwReportDef *def;
    JwReportRequest *request;
    GTimeZone *zone;
    char **fields;
    JwAggregate *aggregate;
    ExeLookups *lookups;
} Fixture;

static int
setup(void **state)
{
    Fixture *self = g_new0(Fixture, 1);
    g_autoptr(GError) error = NULL;

    self->store = jw_store_mem_new();
    self->def = jw_report_def_parse(definition, strlen(definition), "visits.json", &error);
    assert_ok(self->def != NULL, error);
    self->request = jw_report_request_new();
    self->zone = g_time_zone_new_utc();
    self->fields = jw_report_def_fields(self->def);
    self->aggregate = jw_aggregate_new(self->def, self->request, (const char *const *)self->fields,
                                       self->zone, &error);
    assert_ok(self->aggregate != NULL, error);
    self->lookups = exe_lookups_new(self->def, self->store);
    *state = self;
    return 0;
}

static int
teardown(void **state)
{
    Fixture *self = *state;

    exe_lookups_free(self->lookups);
    jw_aggregate_free(self->aggregate);
    g_strfreev(self->fields);
    g_time_zone_unref(self->zone);
    jw_report_request_free(self->request);
    jw_report_def_free(self->def);
    jw_store_free(self->store);
    g_free(self);
    return 0;
}

static JwValue
text(const char *value)
{
    return value == NULL
               ? (JwValue){ .type = JW_VALUE_NULL }
               : (JwValue){ .type = JW_VALUE_TEXT, .text = value, .length = strlen(value) };
}

static JwValue
number(int64_t value)
{
    return (JwValue){ .type = JW_VALUE_INT, .integer = value };
}

static void
put(const Fixture *self, const char *id, JwValue no, JwValue name)
{
    static const char *const fields[] = { "no", "name", NULL };
    const JwValue row[] = { no, name };
    const JwValue *const rows[] = { row };
    g_autoptr(GError) error = NULL;
    size_t inserted = 0;

    assert_ok(
        jw_store_insert_records(self->store, "people", fields, &id, rows, 1, &inserted, &error),
        error);
}

static void
put_people(const Fixture *self)
{
    put(self, "1", text("a1"), text("Ann"));
    put(self, "2", text("a2"), text("Ann"));
    put(self, "3", number(3), text("Cem"));
    put(self, "4", text("a4"), text(""));
    put(self, "5", text("a5"), text(NULL));
    put(self, "6", text("a6"), text("(other)"));
    put(self, "7", text("a7"), text("zoe"));
    put(self, "8", text("a7"), text("Zoe")); /* the least of two */
    put(self, "9", text("a8"), number(8));
    put(self, "x", text("$ne"), text("Dollar"));
}

/* One record of each, two of the last. */
static void
count(const Fixture *self, const JwValue *values, size_t n)
{
    for (size_t i = 0; i < n + 1; i++) {
        JwValue row[4] = { values[MIN(i, n - 1)] };
        assert_true(jw_aggregate_add(self->aggregate, row));
    }
}

static void
test_groups_have_names(void **state)
{
    Fixture *self = *state;
    static const char *const labels[] = { "$nee",        "(none)", "8",      "Ann (a1)",
                                          "Ann (a2)",    "Cem",    "Dollar", "Zoe",
                                          "\"(other)\"", "a4",     "a5",     "nobody" };
    const JwValue values[] = { text("a1"),     text("a2"), number(3),    text("a4"),
                               text("a5"),     text("a6"), text("a7"),   text("a8"),
                               text("nobody"), text(NULL), text("$nee"), text("$ne") };
    g_autoptr(GError) error = NULL;

    put_people(self);
    count(self, values, G_N_ELEMENTS(values));
    assert_ok(exe_lookups_name_groups(self->lookups, self->aggregate, NULL, &error), error);
    g_autoptr(JwReportResult) result =
        jw_report_result_new(self->aggregate, self->def, self->request, self->zone);
    exe_lookups_note(self->lookups, result);
    assert_int_equal(result->notes->len, 0);
    const JwReportTable *table = &g_array_index(result->tables, JwReportTable, 0);
    assert_int_equal(table->n_rows, G_N_ELEMENTS(labels));
    assert_string_equal(jw_report_cell(table, 0, 0)->text, "Dollar"); /* two records */
    for (size_t i = 0; i < G_N_ELEMENTS(labels); i++) {
        bool found = false;
        for (size_t row = 0; row < table->n_rows; row++) {
            found = found || strcmp(jw_report_cell(table, row, 0)->text, labels[i]) == 0;
        }
        if (!found) {
            fail_msg("no group '%s'", labels[i]);
        }
    }
    assert_string_equal(g_array_index(result->figures, JwReportFigure, 1).text, "Dollar");
}

/* Both periods have one Ann, and another one: the names are read once for both. */
static void
test_two_periods_have_the_same_names(void **state)
{
    Fixture *self = *state;
    static const char *const labels[] = { "Ann (a1)", "Ann (a2)" };
    g_autoptr(GError) error = NULL;
    g_autoptr(JwAggregate) previous = jw_aggregate_new(
        self->def, self->request, (const char *const *)self->fields, self->zone, &error);

    assert_ok(previous != NULL, error);
    put_people(self);
    for (int i = 0; i < 2; i++) {
        JwValue now[4] = { text("a1") }, before[4] = { text("a2") };
        assert_true(jw_aggregate_add(self->aggregate, now));
        assert_true(jw_aggregate_add(previous, before));
    }
    assert_ok(exe_lookups_name_groups(self->lookups, self->aggregate, previous, &error), error);
    for (size_t i = 0; i < G_N_ELEMENTS(labels); i++) {
        JwAggregate *of = i == 0 ? self->aggregate : previous;
        const JwDimensionDef *who = jw_report_def_dimension(self->def, "who");
        g_autofree char *key = jw_aggregate_group_key(of, who, 0);
        assert_string_equal(jw_aggregate_group_label(of, who, 0), labels[i]);
        assert_string_equal(key, i == 0 ? "=a1" : "=a2");
    }
}

/* Without any name, as of a collection that is not there, ids are shown, and that is said. */
static void
test_nothing_found(void **state)
{
    Fixture *self = *state;
    const JwValue values[] = { text("a1"), text("a2") };
    g_autoptr(GError) error = NULL;

    count(self, values, G_N_ELEMENTS(values));
    assert_ok(exe_lookups_name_groups(self->lookups, self->aggregate, NULL, &error), error);
    g_autoptr(JwReportResult) result =
        jw_report_result_new(self->aggregate, self->def, self->request, self->zone);
    exe_lookups_note(self->lookups, result);
    const JwReportTable *table = &g_array_index(result->tables, JwReportTable, 0);
    assert_string_equal(jw_report_cell(table, 0, 0)->text, "a2");
    assert_int_equal(result->notes->len, 1);
    assert_string_equal(result->notes->pdata[0],
                        "Who: “people” has no name for any of the values shown.");
}

static void
assert_shown(const Fixture *self, JwValue value, const char *expected)
{
    JwValue row[] = { text(NULL), value };

    exe_lookups_show(self->lookups, row);
    assert_int_equal(row[0].type, JW_VALUE_NULL);
    assert_int_equal(row[1].length, strlen(expected));
    assert_memory_equal(row[1].text, expected, row[1].length);
}

static void
test_the_list_has_names(void **state)
{
    Fixture *self = *state;
    g_autoptr(GError) error = NULL;

    put_people(self);
    assert_ok(exe_lookups_load(self->lookups, &error), error);
    assert_shown(self, text("a1"), "Ann");
    assert_shown(self, text("a2"), "Ann");
    assert_shown(self, number(3), "Cem");
    assert_shown(self, text("a4"), "a4");
    assert_shown(self, text("nobody"), "nobody");
    g_autoptr(JwReportResult) result =
        jw_report_result_new(self->aggregate, self->def, self->request, self->zone);
    exe_lookups_note(self->lookups, result);
    assert_int_equal(result->notes->len, 0); /* nothing was left out */
}

/* Memory is bounded: what is beyond is shown as it is, and said. */
static void
test_more_names_than_are_kept(void **state)
{
    enum { BATCH = 1000 };
    Fixture *self = *state;
    static const char *const fields[] = { "no", "name", NULL };
    g_autoptr(GError) error = NULL;

    for (int at = 0; at < EXE_LOOKUP_MOST + 2; at += BATCH) {
        g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
        JwValue values[BATCH][2];
        const JwValue *rows[BATCH];
        size_t inserted = 0;

        for (int i = 0; i < BATCH; i++) {
            g_ptr_array_add(ids, g_strdup_printf("p%d", at + i));
            values[i][0] = number(at + i);
            values[i][1] = text("x");
            rows[i] = values[i];
        }
        assert_ok(jw_store_insert_records(self->store, "people", fields,
                                          (const char *const *)ids->pdata, rows, BATCH, &inserted,
                                          &error),
                  error);
    }
    assert_ok(exe_lookups_load(self->lookups, &error), error);
    g_autoptr(JwReportResult) none =
        jw_report_result_new(self->aggregate, self->def, self->request, self->zone);
    exe_lookups_note(self->lookups, none);
    assert_int_equal(none->notes->len, 0); /* nothing that was shown */
    assert_shown(self, text("far"), "far");
    g_autoptr(JwReportResult) result =
        jw_report_result_new(self->aggregate, self->def, self->request, self->zone);
    exe_lookups_note(self->lookups, result);
    assert_int_equal(result->notes->len, 1);
    assert_string_equal(result->notes->pdata[0],
                        "By (people): only the first 20,000 names are read; the list shows what is "
                        "not among them as it is.");
}

static void
test_store_away(void **state)
{
    Fixture *self = *state;
    const JwValue values[] = { text("a1") };
    g_autoptr(GError) error = NULL;

    count(self, values, 1);
    jw_store_mem_fail_nth(self->store, 1, JW_ERROR_UNAVAILABLE, false);
    assert_false(exe_lookups_name_groups(self->lookups, self->aggregate, NULL, &error));
    assert_jw_error(error, JW_ERROR_UNAVAILABLE, "looking up names in 'people'*");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_groups_have_names),
        TEST(test_two_periods_have_the_same_names),
        TEST(test_nothing_found),
        TEST(test_the_list_has_names),
        TEST(test_more_names_than_are_kept),
        TEST(test_store_away),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
