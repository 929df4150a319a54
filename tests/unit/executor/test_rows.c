/* test_rows.c: reading ahead: order, texts that outlive their record, and both ways to end early. */
#include <string.h>

#include "exe_rows.h"
#include "jw/store_mem.h"
#include "testkit.h"

#define N_ROWS 5000

static const char *const fields[] = { "at", "name", "count", NULL };

static JwStore *
filled_store(void)
{
    JwStore *store = jw_store_mem_new();
    GError *error = NULL;

    for (int i = 0; i < N_ROWS; i++) {
        g_autofree char *id = g_strdup_printf("r%05d", i);
        g_autofree char *name = g_strdup_printf("name %d", i);
        JwValue row[3] = {
            { .type = JW_VALUE_TIME, .time_ms = i },
            { .type = JW_VALUE_TEXT, .text = name, .length = strlen(name) },
            { .type = JW_VALUE_INT, .integer = i },
        };
        const char *ids[] = { id };
        const JwValue *rows[] = { row };
        size_t inserted = 0;

        assert_ok(jw_store_insert_records(store, "things", fields, ids, rows, 1, &inserted, &error), error);
        assert_int_equal(inserted, 1);
    }
    return store;
}

static JwRecordScan
scan_all(void)
{
    return (JwRecordScan){ .collection = "things", .date_field = "at", .fields = fields, .ordered = true };
}

typedef struct {
    int seen, stop_at;
} Check;

static bool
check_row(const JwValue *row, gpointer data, GError **error)
{
    Check *check = data;
    g_autofree char *name = g_strdup_printf("name %d", check->seen);

    assert_int_equal(row[0].time_ms, check->seen);
    assert_int_equal(row[1].length, strlen(name));
    assert_memory_equal(row[1].text, name, row[1].length);
    assert_int_equal(row[2].integer, check->seen);
    check->seen++;
    return check->seen != check->stop_at || jw_fail(error, JW_ERROR_TOO_LARGE, "enough");
}

static void
test_all_rows_in_order(void **state G_GNUC_UNUSED)
{
    g_autoptr(JwStore) store = filled_store();
    JwRecordScan scan = scan_all();
    Check check = { 0 };
    GError *error = NULL;

    assert_ok(exe_rows_scan(store, &scan, check_row, &check, &error), error);
    assert_int_equal(check.seen, N_ROWS);
}

static void
test_a_row_function_may_stop(void **state G_GNUC_UNUSED)
{
    static const int stops[] = { 1, 511, 512, 513, 2048, N_ROWS };
    g_autoptr(JwStore) store = filled_store();
    JwRecordScan scan = scan_all();

    for (size_t i = 0; i < G_N_ELEMENTS(stops); i++) {
        Check check = { .stop_at = stops[i] };
        GError *error = NULL;

        assert_false(exe_rows_scan(store, &scan, check_row, &check, &error));
        assert_jw_error(error, JW_ERROR_TOO_LARGE, "enough");
        assert_int_equal(check.seen, stops[i]);
    }
}

static void
test_the_stores_error_comes_through(void **state G_GNUC_UNUSED)
{
    g_autoptr(JwStore) store = filled_store();
    JwRecordScan scan = scan_all();
    Check check = { 0 };
    GError *error = NULL;

    jw_store_mem_fail_nth(store, 1, JW_ERROR_UNAVAILABLE, false);
    assert_false(exe_rows_scan(store, &scan, check_row, &check, &error));
    assert_jw_error(error, JW_ERROR_UNAVAILABLE, "*");
}

static void
test_no_rows(void **state G_GNUC_UNUSED)
{
    g_autoptr(JwStore) store = jw_store_mem_new();
    JwRecordScan scan = scan_all();
    Check check = { 0 };
    GError *error = NULL;

    assert_ok(exe_rows_scan(store, &scan, check_row, &check, &error), error);
    assert_int_equal(check.seen, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_rows_in_order),
        cmocka_unit_test(test_a_row_function_may_stop),
        cmocka_unit_test(test_the_stores_error_comes_through),
        cmocka_unit_test(test_no_rows),
    };

    return cmocka_run_group_tests_name("rows", tests, NULL, NULL);
}
