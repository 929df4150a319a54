/* test_mapping.c: the shipped mappings as structs. Broken mappings: schemas/examples. */
#include "import/mapping.h"
#include "fixture.h"

static const JcMapField *
field(const JcMapping *mapping, const char *name)
{
    for (guint i = 0; i < mapping->fields->len; i++) {
        const JcMapField *one = &g_array_index(mapping->fields, JcMapField, i);
        if (strcmp(one->field, name) == 0) {
            return one;
        }
    }
    fail_msg("no field '%s'", name);
    return NULL;
}

static void
test_call_records(void **state)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JcMapping) mapping =
        jc_mapping_load(JW_SOURCE_DIR "/schemas/mappings/call-records.json", &error);

    (void)state;
    assert_ok(mapping != NULL, error);
    assert_string_equal(mapping->collection, "call_records");
    assert_string_equal(mapping->id_field, "callId");
    assert_string_equal(mapping->date_field, "startedAt");
    assert_int_equal(mapping->delimiter, ',');
    assert_int_equal(mapping->fields->len, 10);

    const JcMapField *started = field(mapping, "startedAt");
    assert_int_equal(started->type, JC_MAP_DATETIME);
    assert_string_equal(started->columns[0], "Date");
    assert_string_equal(started->columns[1], "Time");
    assert_string_equal(started->format, "%d-%b-%y %H:%M");
    assert_string_equal(started->time_zone, "UTC");
    assert_true(started->required);

    const JcMapField *status = field(mapping, "status");
    assert_string_equal(g_hash_table_lookup(status->values, "N"), "missed");
    assert_true(status->values_strict);
    assert_true(status->min > status->max);
    assert_null(status->when);

    const JcMapField *department = field(mapping, "department");
    assert_int_equal(department->type, JC_MAP_CONST);
    assert_null(department->columns[0]);
    assert_int_equal(department->when->len, 5);
    const JcMapCase *first = &g_array_index(department->when, JcMapCase, 0);
    assert_string_equal(first->source_field, "topic");
    assert_string_equal(first->equals[1], "Streaming");
    assert_string_equal(first->value, "support");
    const JcMapCase *last = &g_array_index(department->when, JcMapCase, 4);
    assert_null(last->source_field);
    assert_null(last->equals);
    assert_string_equal(last->value, "other");

    const JcMapField *satisfaction = field(mapping, "satisfaction");
    assert_true(satisfaction->min == 0 && satisfaction->max == 5);
    assert_false(satisfaction->required);
}

static void
test_learning_activity(void **state)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JcMapping) mapping =
        jc_mapping_load(JW_SOURCE_DIR "/schemas/mappings/learning-activity.json", &error);

    (void)state;
    assert_ok(mapping != NULL, error);
    assert_string_equal(g_hash_table_lookup(field(mapping, "learnerState")->values, "false"),
                        "inactive");
}

/* Every field that a shipped definition reads is one that its mapping produces. */
static void
test_mappings_fit_definitions(void **state)
{
    const Fixture *fixture = *state;
    static const char *const pairs[][2] = { { "call-records", "call-records" },
                                            { "learning-activity", "learning-activity" },
                                            { "cdr", "cdr" },
                                            { "cdr", "call-records" } };

    for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *path =
            g_strdup_printf(JW_SOURCE_DIR "/schemas/mappings/%s.json", pairs[i][1]);
        g_autoptr(JcMapping) mapping = jc_mapping_load(path, &error);
        assert_ok(mapping != NULL, error);
        const JwReportDef *def = jw_catalog_find(fixture->catalog, pairs[i][0]);
        g_auto(GStrv) fields = jw_report_def_fields(def);
        assert_string_equal(mapping->collection, def->collection);
        assert_string_equal(mapping->date_field, def->date_field);
        for (size_t k = 0; fields[k] != NULL; k++) {
            assert_non_null(field(mapping, fields[k]));
        }
    }
}

/* A mapping is corrected in one round, each place named once. */
static void
test_all_at_once(void **state)
{
    static const char *const said[] = {
        "/collection: ",
        "/delimiter: must be one of ',', ';', '|', '\\t', not ':'",
        "/fields/0/field: ",
        "/fields/1/type: ",
        "/fields/2/format: date format '%I' lacks the year",
        "/fields/2/min: ",
        "/fields/3/format: is required",
        "/fields/4/thousands: is the decimal mark as well",
        "/fields/5/valuesStrict: has no effect without values",
        "/fields/6/when/1/field: ",
        "/fields/6/when/3: is never reached",
        "/dateField: 'nowhere' is not one of the fields",
    };
    g_autofree char *dir = tk_temp_dir();
    g_autofree char *path = g_build_filename(dir, "m.json", NULL);
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_true(g_file_set_contents(
        path,
        "{\"collection\":\"Jobs\",\"idField\":\"b\",\"dateField\":\"nowhere\",\"delimiter\":\":\","
        "\"fields\":[{\"field\":\"$a\",\"columns\":[\"a\"],\"type\":\"text\"},"
        "{\"field\":\"b\",\"columns\":[\"b\"],\"type\":\"string\"},"
        "{\"field\":\"c\",\"columns\":[\"c\"],\"type\":\"datetime\",\"format\":\"%I\",\"min\":1,"
        "\"max\":2},"
        "{\"field\":\"d\",\"columns\":[\"d\"],\"type\":\"duration\"},"
        "{\"field\":\"e\",\"columns\":[\"e\"],\"type\":\"real\",\"decimal\":\",\",\"thousands\":\","
        "\"},"
        "{\"field\":\"f\",\"columns\":[\"f\"],\"type\":\"text\",\"valuesStrict\":true},"
        "{\"field\":\"g\",\"type\":\"const\",\"when\":[{\"field\":\"b\",\"equals\":[\"1\"],"
        "\"value\":\"x\"},"
        "{\"field\":\"h\",\"equals\":[\"1\"],\"value\":\"y\"},{\"value\":\"z\"},{\"value\":\"w\"}]}"
        "]}",
        -1, NULL));
    assert_null(jc_mapping_load(path, &error));
    for (size_t i = 0; i < G_N_ELEMENTS(said); i++) {
        const char *first = strstr(jw_error_message(error), said[i]);
        if (first == NULL || strstr(first + 1, said[i]) != NULL) {
            fail_msg("'%s' in: %s", said[i], jw_error_message(error));
        }
    }
}

static void
test_no_file(void **state)
{
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_null(jc_mapping_load("/nonexistent/m.json", &error));
    assert_jw_error(error, JW_ERROR_NOT_FOUND, "*/nonexistent/m.json*");
    jc_mapping_free(NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_call_records),
        cmocka_unit_test(test_learning_activity),
        cmocka_unit_test(test_mappings_fit_definitions),
        cmocka_unit_test(test_all_at_once),
        cmocka_unit_test(test_no_file),
    };
    return cmocka_run_group_tests(tests, fixture_set_up, fixture_tear_down);
}
