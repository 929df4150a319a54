/* test_catalog.c: the catalog over directories, and the shipped definitions. Broken definitions:
 * schemas/examples. */
#include "fixture.h"

#define DEFINITIONS JW_SOURCE_DIR "/schemas/reports/"

static void
put(const char *dir, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);
    g_autofree char *strict = quoted(text);

    assert_true(g_file_set_contents(path, strict, -1, NULL));
}

#define SMALL(type)                                                                                \
    "{'reportType':'" type "','title':'T','filePrefix':'T','collection':'c','dateField':'at',"     \
    "'measures':[{'name':'n','label':'N','op':'count'}],'columns':[{'field':'at','label':'At'}],'" \
    "summary':['n']}"

static void
test_shipped(void **state)
{
    const Fixture *fixture = *state;
    static const char *const figures[] = {
        "totalCalls",          "answeredCalls",   "missedCalls", "abandonedCalls", "answerRate",
        "averageCallDuration", "averageWaitTime", "peakHour",    "peakHourCalls",  NULL
    };
    const JwReportDef *calls = jw_catalog_find(fixture->catalog, "call-records");
    g_autofree char *names = jw_catalog_names(fixture->catalog);

    assert_string_equal(names, "call-records, cdr, learning-activity");
    assert_int_equal(jw_catalog_size(fixture->catalog), 3);
    assert_ptr_equal(jw_catalog_get(fixture->catalog, 0), calls);
    assert_null(jw_catalog_find(fixture->catalog, "nothing"));
    assert_null(jw_catalog_find(fixture->catalog, NULL));
    assert_true(g_strv_equal((const char *const *)calls->summary, figures));
    assert_string_equal(calls->collection, "call_records");
    assert_string_equal(calls->file_prefix, "CDR");
    assert_string_equal(calls->mail_chart_table, "Calls by hour");
    assert_int_equal(calls->columns->len, 10);
    assert_int_equal(calls->tables->len, 4);
    const JwMeasureDef *rate = jw_report_def_measure(calls, "answerRate");
    assert_int_equal(rate->op, JW_MEASURE_RATIO);
    assert_int_equal(rate->decimals, 2);
    assert_true(rate->scale == 100.0);
    assert_int_equal(rate->format, JW_FORMAT_PERCENT);
    const JwMeasureDef *wait = jw_report_def_measure(calls, "averageWaitTime");
    assert_int_equal(wait->op, JW_MEASURE_AVG);
    assert_string_equal(wait->field, "waitSeconds");
    const JwCondition *condition = &g_array_index(wait->where, JwCondition, 0);
    assert_string_equal(condition->field, "status");
    assert_string_equal(condition->equals[0], "answered");
    assert_false(condition->negate);
    const JwReportDef *learning = jw_catalog_get(fixture->catalog, 2);
    assert_string_equal(learning->inactive_field, "learnerState");
    assert_string_equal(learning->inactive_value, "inactive");
}

/* The CDR report and the analysis of call records have the same figures, of the same records. */
static void
test_cdr(void **state)
{
    const Fixture *fixture = *state;
    const JwReportDef *calls = jw_catalog_find(fixture->catalog, "call-records");
    const JwReportDef *cdr = jw_catalog_find(fixture->catalog, "cdr");
    json_auto_t *calls_file = json_load_file(DEFINITIONS "call-records.json", 0, NULL);
    json_auto_t *cdr_file = json_load_file(DEFINITIONS "cdr.json", 0, NULL);
    json_t *measure = NULL;
    size_t i = 0;

    assert_true(
        g_strv_equal((const char *const *)cdr->summary, (const char *const *)calls->summary));
    assert_string_equal(cdr->collection, calls->collection);
    assert_string_equal(cdr->date_field, calls->date_field);
    assert_int_equal(jw_report_def_edition(cdr, "Weekly")->period, JW_PERIOD_WEEKLY);
    assert_int_equal(jw_report_def_edition(cdr, "Monthly")->period, JW_PERIOD_MONTHLY);
    json_array_foreach(json_object_get(cdr_file, "measures"), i, measure)
    {
        json_object_del(measure, "zero"); /* for its answers; an analysis says n/a */
        assert_true(
            json_equal(measure, json_array_get(json_object_get(calls_file, "measures"), i)));
    }
    assert_int_equal(i, 9);
}

/* Definitions that name no zone are in the one that is configured, in every language. */
static void
test_zone(void **state)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwCatalog) catalog = jw_catalog_load(JW_SOURCE_DIR "/schemas/reports", &error);

    (void)state;
    assert_ok(catalog != NULL, error);
    assert_string_equal(jw_catalog_find(catalog, "cdr")->time_zone, "UTC");
    assert_false(jw_catalog_set_zone(catalog, "Europe/Nowhere", &error));
    assert_jw_error(error, JW_ERROR_INVALID, "*Europe/Nowhere*");
    g_clear_error(&error);
    assert_string_equal(jw_catalog_find(catalog, "cdr")->time_zone, "UTC");
    assert_ok(jw_catalog_set_zone(catalog, "Europe/Istanbul", &error), error);
    const JwReportDef *cdr = jw_catalog_find(catalog, "cdr");
    assert_string_equal(cdr->time_zone, "Europe/Istanbul");
    assert_string_equal(jw_report_def_in(cdr, "tr")->time_zone, "Europe/Istanbul");
    assert_string_equal(jw_catalog_find(catalog, "call-records")->time_zone, "UTC");
}

static void
test_defaults(void **state)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = quoted(SMALL("visits"));
    g_autoptr(JwReportDef) def = jw_report_def_parse(text, strlen(text), "visits.json", &error);

    (void)state;
    assert_ok(def != NULL, error);
    assert_string_equal(def->time_zone, "UTC");
    assert_string_equal(def->list_title, "Records");
    assert_int_equal(def->max_groups, 1000);
    assert_null(def->mail_chart_table);
    assert_null(def->inactive_field);
    assert_int_equal(def->filters->len, 0);
    const JwMeasureDef *measure = jw_report_def_measure(def, "n");
    assert_true(measure->scale == 1.0);
    assert_int_equal(measure->format, JW_FORMAT_INTEGER);
    assert_int_equal(measure->where->len, 0);
    assert_int_equal(g_array_index(def->columns, JwColumnDef, 0).format, JW_FORMAT_TEXT);
    assert_int_equal(g_array_index(def->columns, JwColumnDef, 0).width, 16);
}

/* The hash is of what a definition says, not of how its file is written. */
static void
test_hash(void **state)
{
    static const char *const texts[] = {
        SMALL("visits"),
        "{'columns':[{'field':'at','label':'At'}], 'title':'T','filePrefix':'T','collection':'c',\n"
        "'dateField':'at','measures':[{'op':'count','name':'n','label':'N'}],'summary':['n'],"
        "'reportType':'visits'}",
        SMALL("visitors"),
    };
    char *hashes[G_N_ELEMENTS(texts)] = { NULL };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *text = quoted(texts[i]);
        g_autoptr(JwReportDef) def = jw_report_def_parse(text, strlen(text), "x.json", &error);
        assert_ok(def != NULL, error);
        hashes[i] = g_strdup(def->sha256);
    }
    assert_int_equal(strlen(hashes[0]), 64);
    assert_string_equal(hashes[0], hashes[1]);
    assert_string_not_equal(hashes[0], hashes[2]);
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_free(hashes[i]);
    }
}

/* A definition may have the charts that a workbook can draw, or none. */
static void
test_charts_are_known(void **state)
{
    static const char *const charts[] = { "radar", "none", "" };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(charts); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *text = g_strdup_printf(
            "{\"tables\":[{\"title\":\"T\",\"dimension\":\"d\",\"measures\":[\"n\"],"
            "\"chart\":\"%s\",\"chartMeasure\":\"n\"}]}",
            charts[i]);
        assert_null(jw_report_def_parse(text, strlen(text), "x.json", &error));
        g_autofree char *pattern = g_strdup_printf("*/tables/0/chart: *'%s'*", charts[i]);
        assert_jw_error(error, JW_ERROR_INVALID, pattern);
    }
}

static void
test_directory(void **state)
{
    g_autofree char *dir = tk_temp_dir();
    g_autoptr(GError) error = NULL;

    (void)state;
    put(dir, "b.json", SMALL("aaa"));
    put(dir, "a.json", SMALL("zzz"));
    put(dir, "notes.txt", "not read");
    put(dir, ".hidden.json", "not read");
    g_autoptr(JwCatalog) catalog = jw_catalog_load(dir, &error);
    assert_ok(catalog != NULL, error);
    g_autofree char *names = jw_catalog_names(catalog);
    assert_string_equal(names, "aaa, zzz");
}

static void
test_every_file_is_named(void **state)
{
    g_autofree char *dir = tk_temp_dir();
    g_autoptr(GError) error = NULL;

    (void)state;
    put(dir, "a.json", SMALL("same"));
    put(dir, "b.json", "{'reportType':'x'}");
    put(dir, "c.json", "{");
    put(dir, "d.json", SMALL("same"));
    assert_null(jw_catalog_load(dir, &error));
    assert_jw_error(error, JW_ERROR_INVALID,
                    "*b.json: /title: is required*/measures: is required*c.json: not JSON*d.json: "
                    "/reportType: 'same' is defined*");
}

static void
test_no_directory(void **state)
{
    g_autofree char *dir = tk_temp_dir();
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_null(jw_catalog_load("/nonexistent/reports", &error));
    assert_jw_error(error, JW_ERROR_NOT_FOUND, "*/nonexistent/reports*");
    assert_null(jw_catalog_load(dir, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "*holds no report definition*");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shipped),      cmocka_unit_test(test_cdr),
        cmocka_unit_test(test_zone),         cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_hash),         cmocka_unit_test(test_charts_are_known),
        cmocka_unit_test(test_directory),    cmocka_unit_test(test_every_file_is_named),
        cmocka_unit_test(test_no_directory),
    };
    return cmocka_run_group_tests(tests, fixture_set_up, fixture_tear_down);
}
