/* test_unseen.c: what the owner of a report is told of fields that no record has. */
#include "unseen.h"

#include <string.h>

#include "jw/catalog.h"
#include "jw/json.h"
#include "jw/store_mem.h"
#include "jw/store_records.h"
#include "testkit.h"

/* Misspelt are the fields of a filter, of `inactive`, of a measure's condition and of a column. */
static const char definition[] =
    "{\"reportType\":\"visits\",\"title\":\"Visits\",\"filePrefix\":\"V\",\"collection\":"
    "\"visits\","
    "\"dateField\":\"at\",\"filters\":[{\"name\":\"wards\",\"field\":\"wrad\"},"
    "{\"name\":\"nums\",\"field\":\"num\"}],\"inactive\":{\"field\":\"actve\",\"value\":\"false\"},"
    "\"measures\":[{\"name\":\"n\",\"label\":\"N\",\"op\":\"count\",\"where\":[{\"field\":\"numm\","
    "\"equals\":[\"3\"]}]}],\"columns\":[{\"field\":\"num\",\"label\":\"Number\"},"
    "{\"field\":\"in.side\",\"label\":\"Inside\"},{\"field\":\"gone\",\"label\":\"Gone\"}],"
    "\"summary\":[\"n\"]}";

/* What takes numbers, dates, either, or anything. */
static const char reckoning[] =
    "{\"reportType\":\"visits\",\"title\":\"Visits\",\"filePrefix\":\"V\",\"collection\":"
    "\"visits\",\"dateField\":\"at\",\"dimensions\":[{\"name\":\"hour\",\"label\":\"Hour\","
    "\"field\":\"when\",\"part\":\"hour\"},{\"name\":\"price\",\"label\":\"Price\",\"field\":"
    "\"price\"}],\"measures\":[{\"name\":\"n\",\"label\":\"N\",\"op\":\"count\",\"field\":"
    "\"price\"},{\"name\":\"kinds\",\"label\":\"K\",\"op\":\"distinct\",\"field\":\"price\"},"
    "{\"name\":\"paid\",\"label\":\"P\",\"op\":\"sum\",\"field\":\"price\"},{\"name\":\"least\","
    "\"label\":\"L\",\"op\":\"min\",\"field\":\"price\"}],\"summary\":[\"n\"]}";

typedef struct {
    JwStore *store;
    JwReportDef *def;
    JwReportRequest *request;
    char **fields;
    ExeUnseen unseen;
} Fixture;

static int
setup_with(const char *definition_text, void **state)
{
    Fixture *self = g_new0(Fixture, 1);
    g_autoptr(GError) error = NULL;

    self->store = jw_store_mem_new();
    self->def =
        jw_report_def_parse(definition_text, strlen(definition_text), "visits.json", &error);
    assert_ok(self->def != NULL, error);
    self->request = jw_report_request_new();
    self->fields = jw_report_def_fields(self->def);
    exe_unseen_init(&self->unseen, self->def, (const char *const *)self->fields);
    *state = self;
    return 0;
}

static int
setup(void **state)
{
    return setup_with(definition, state);
}

static int
setup_reckoning(void **state)
{
    return setup_with(reckoning, state);
}

static int
teardown(void **state)
{
    Fixture *self = *state;

    exe_unseen_clear(&self->unseen);
    g_strfreev(self->fields);
    jw_report_request_free(self->request);
    jw_report_def_free(self->def);
    jw_store_free(self->store);
    g_free(self);
    return 0;
}

static void
insert(Fixture *self)
{
    static const char *const fields[] = { "at", "num", "in.side", "ward", "active", NULL };
    static const char *const ids[] = { "v-1" };
    const JwValue row[] = { { .type = JW_VALUE_TIME, .time_ms = 1000 },
                            { .type = JW_VALUE_INT, .integer = 3 },
                            { .type = JW_VALUE_INT, .integer = 4 },
                            { .type = JW_VALUE_INT, .integer = 5 },
                            { .type = JW_VALUE_BOOL, .boolean = true } };
    const JwValue *const rows[] = { row };
    g_autoptr(GError) error = NULL;
    size_t inserted = 0;

    assert_ok(
        jw_store_insert_records(self->store, "visits", fields, ids, rows, 1, &inserted, &error),
        error);
}

/* What is told, a warning a line. (transfer full) */
static char *
told(const Fixture *self)
{
    g_autofree char *warnings = NULL;
    g_autoptr(GError) error = NULL;
    GString *lines = g_string_new(NULL);
    const json_t *item = NULL;
    size_t i = 0;

    assert_ok(exe_unseen_warnings(&self->unseen, self->store, self->def, self->request, &warnings,
                                  &error),
              error);
    json_auto_t *list = warnings != NULL ? jw_json_parse(warnings, strlen(warnings), NULL) : NULL;
    assert_int_equal(list != NULL, warnings != NULL);
    json_array_foreach(list, i, item)
    {
        g_string_append_printf(lines, "%s %s\n", jw_json_text(item, "code"),
                               jw_json_text(item, "message"));
    }
    return g_string_free(lines, FALSE);
}

#define MISSING(field, uses)                                                                       \
    "FIELD_NOT_FOUND none of the 1 records looked at in 'visits' has the field '" field "' (" uses \
    "): correct its name in the definition of visits, or in the mapping of the import\n"

static void
test_misspelt_fields(void **state)
{
    Fixture *self = *state;

    insert(self);
    g_autofree char *unasked = told(self);
    assert_string_equal(unasked, MISSING("gone", "column 'Gone'") MISSING("numm", "measure 'n'")
                                     MISSING("actve", "inactive"));
    const JwFilter filter = { .name = g_strdup("wards"), .values = g_strsplit("5", ",", -1) };
    g_array_append_val(self->request->filters, filter);
    self->request->include_inactive = true;
    g_autofree char *asked = told(self);
    assert_string_equal(asked, MISSING("gone", "column 'Gone'") MISSING("numm", "measure 'n'")
                                   MISSING("wrad", "filter 'wards'"));
}

/* Only the definition wants it, so the report is made without, and its owner is told. */
static void
test_a_period_with_none_before(void **state)
{
    Fixture *self = *state;

    insert(self);
    g_autofree char *without = told(self);
    self->request->not_compared = g_strdup("it is the first");
    g_autofree char *with = told(self);
    g_autofree char *expected = g_strconcat(
        "NOT_COMPARED the definition of visits compares, and there is nothing to compare this "
        "period with: it is the first\n",
        without, NULL);
    assert_string_equal(with, expected);
}

static void
test_no_records(void **state)
{
    g_autofree char *empty = told(*state);

    assert_string_equal(empty, "COLLECTION_EMPTY there are no records in 'visits': import them, or "
                               "correct the collection in the definition of visits\n");
}

static void
test_a_misspelt_date(void **state)
{
    Fixture *self = *state;

    insert(self);
    g_free(self->def->date_field);
    self->def->date_field = g_strdup("att");
    g_autofree char *undated = told(self);
    assert_non_null(strstr(undated, MISSING("att", "dateField")));
}

/* A date that is kept as something else is only told where it costs records: of a period. */
static void
test_a_date_that_is_none(void **state)
{
    Fixture *self = *state;

    insert(self);
    g_free(self->def->date_field);
    self->def->date_field = g_strdup("num");
    g_autofree char *all = told(self);
    assert_null(strstr(all, "FIELD_NOT_A_DATE"));
    self->request->end_ms = 1;
    g_autofree char *period = told(self);
    assert_non_null(strstr(period,
                           "FIELD_NOT_A_DATE none of the 1 records looked at in 'visits' has "
                           "a date in 'num' (dateField), so no period finds any"));
    self->def->date_field[0] = 'a';
    self->def->date_field[1] = 't';
    self->def->date_field[2] = '\0';
    g_autofree char *dated = told(self);
    assert_null(strstr(dated, "FIELD_NOT_A_DATE"));
}

/* A record of the report that has a field is proof: nothing is asked then. */
static void
test_what_the_report_has_seen(void **state)
{
    Fixture *self = *state;
    JwValue row[16] = { 0 };

    insert(self);
    const int calls = jw_store_mem_calls(self->store);
    for (size_t i = 0; self->fields[i] != NULL; i++) {
        row[i].type = g_str_equal(self->fields[i], "gone") ? JW_VALUE_NULL : JW_VALUE_INT;
    }
    exe_unseen_note(&self->unseen, row);
    g_autofree char *left = told(self);
    assert_string_equal(left, MISSING("gone", "column 'Gone'"));
    assert_true(jw_store_mem_calls(self->store) > calls);
    const int asked = jw_store_mem_calls(self->store);
    memset(row, 0, sizeof row);
    row[2].type = JW_VALUE_INT;
    assert_string_equal(self->fields[2], "gone");
    exe_unseen_note(&self->unseen, row);
    g_autofree char *nothing = told(self);
    assert_string_equal(nothing, "");
    assert_int_equal(jw_store_mem_calls(self->store), asked);
}

static void
insert_priced(Fixture *self, const char *id, JwValue when, JwValue price)
{
    static const char *const fields[] = { "at", "when", "price", NULL };
    const char *const ids[] = { id };
    const JwValue row[] = { { .type = JW_VALUE_TIME, .time_ms = 1000 }, when, price };
    const JwValue *const rows[] = { row };
    JwValue seen[16] = { 0 };
    g_autoptr(GError) error = NULL;
    size_t inserted = 0;

    assert_ok(
        jw_store_insert_records(self->store, "visits", fields, ids, rows, 1, &inserted, &error),
        error);
    for (size_t i = 0; self->fields[i] != NULL; i++) {
        seen[i] = g_str_equal(self->fields[i], "when")    ? when
                  : g_str_equal(self->fields[i], "price") ? price
                                                          : row[0];
    }
    exe_unseen_note(&self->unseen, seen);
}

/* Texts look like numbers and dates, and are none to sums and hours. */
static void
test_texts_in_the_place_of_numbers_and_dates(void **state)
{
    Fixture *self = *state;
    const JwValue none = { .type = JW_VALUE_NULL };
    const JwValue number = { .type = JW_VALUE_INT, .integer = 12 };
    const JwValue time = { .type = JW_VALUE_TIME, .time_ms = 1000 };
    const JwValue price = { .type = JW_VALUE_TEXT, .text = "12", .length = 2 };
    const JwValue when = { .type = JW_VALUE_TEXT, .text = "2026-01-01", .length = 10 };

    insert_priced(self, "v-1", when, price);
    g_autofree char *texts = told(self);
    assert_string_equal(
        texts,
        "FIELD_NOT_A_DATE none of the 1 records looked at in 'visits' has a date in 'when' "
        "(dimension 'hour'), so all records are in one group, (none): import it as a datetime\n"
        "FIELD_NOT_A_NUMBER none of the 1 records looked at in 'visits' has a number in 'price' "
        "(measure 'paid', measure 'least'), so there is nothing to reckon with: import it as a "
        "number, or correct the field in the definition of visits\n");
    insert_priced(self, "v-2", none, time);
    g_autofree char *one = told(self);
    assert_non_null(strstr(one, "a date in 'when'"));
    assert_non_null(strstr(one, "a number in 'price' (measure 'paid'),"));
    insert_priced(self, "v-3", time, none);
    g_autofree char *dated = told(self);
    assert_null(strstr(dated, "FIELD_NOT_A_DATE"));
    assert_non_null(strstr(dated, "FIELD_NOT_A_NUMBER"));
    insert_priced(self, "v-4", none, number);
    const int asked = jw_store_mem_calls(self->store);
    g_autofree char *nothing = told(self);
    assert_string_equal(nothing, "");
    assert_int_equal(jw_store_mem_calls(self->store), asked);
}

static void
test_a_store_that_is_away(void **state)
{
    const Fixture *self = *state;
    g_autofree char *warnings = NULL;
    g_autoptr(GError) error = NULL;

    jw_store_mem_fail_nth(self->store, 1, JW_ERROR_UNAVAILABLE, false);
    assert_false(exe_unseen_warnings(&self->unseen, self->store, self->def, self->request,
                                     &warnings, &error));
    assert_jw_error(error, JW_ERROR_UNAVAILABLE, "looking for the fields of 'visits'*");
    assert_null(warnings);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_misspelt_fields),
        TEST(test_no_records),
        TEST(test_a_period_with_none_before),
        TEST(test_a_misspelt_date),
        TEST(test_a_date_that_is_none),
        TEST(test_what_the_report_has_seen),
        TEST(test_a_store_that_is_away),
        cmocka_unit_test_setup_teardown(test_texts_in_the_place_of_numbers_and_dates,
                                        setup_reckoning, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
