/* test_error.c: the error domain, its retry classes, prefixes and adopted errors. */
#include "testkit.h"

static void
test_codes(void **state)
{
    static const struct {
        JwErrorCode code;
        const char *name;
        JwRetry retry;
        bool permanent;
    } cases[] = {
        { JW_ERROR_INTERNAL, "INTERNAL", JW_RETRY_NEVER, false },
        { JW_ERROR_INVALID, "INVALID", JW_RETRY_NEVER, true },
        { JW_ERROR_NOT_FOUND, "NOT_FOUND", JW_RETRY_NEVER, true },
        { JW_ERROR_CONFLICT, "CONFLICT", JW_RETRY_NEVER, false },
        { JW_ERROR_DENIED, "DENIED", JW_RETRY_NEVER, true },
        { JW_ERROR_TOO_LARGE, "TOO_LARGE", JW_RETRY_NEVER, true },
        { JW_ERROR_CORRUPT, "CORRUPT", JW_RETRY_NEVER, false },
        { JW_ERROR_CANCELLED, "CANCELLED", JW_RETRY_NEVER, false },
        { JW_ERROR_BUSY, "BUSY", JW_RETRY_LATER, false },
        { JW_ERROR_UNAVAILABLE, "UNAVAILABLE", JW_RETRY_LATER, false },
        { JW_ERROR_IN_DOUBT, "IN_DOUBT", JW_RETRY_AFTER_REREAD, false },
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        assert_false(jw_fail(&error, cases[i].code, "case %zu", i));
        assert_int_equal(jw_error_code(error), cases[i].code);
        assert_int_equal(jw_error_retry(error), cases[i].retry);
        assert_int_equal(jw_error_is_permanent(error), cases[i].permanent);
        assert_string_equal(jw_error_code_name(cases[i].code), cases[i].name);
        assert_jw_error(error, cases[i].code, "case *");
        assert_null(error);
    }
}

static void
test_null_and_foreign(void **state)
{
    (void)state;
    assert_int_equal(jw_error_code(NULL), JW_ERROR_INTERNAL);
    assert_int_equal(jw_error_retry(NULL), JW_RETRY_NEVER);
    assert_false(jw_error_is_permanent(NULL));
    assert_string_equal(jw_error_message(NULL), "unknown error");

    /* the number of a foreign code may be that of one of ours: the domain decides */
    g_autoptr(GError) foreign =
        g_error_new_literal(G_FILE_ERROR, (gint)JW_ERROR_UNAVAILABLE, "foreign");
    assert_int_equal(jw_error_code(foreign), JW_ERROR_INTERNAL);
    assert_int_equal(jw_error_retry(foreign), JW_RETRY_NEVER);
    assert_string_equal(jw_error_message(foreign), "foreign");

    g_autoptr(GError) beyond = g_error_new_literal(JW_ERROR, 99, "beyond the table");
    assert_int_equal(jw_error_code(beyond), JW_ERROR_INTERNAL);
    assert_int_equal(jw_error_retry(beyond), JW_RETRY_NEVER);
}

static void *
fail_with_null(GError **error)
{
    return jw_fail_null(error, JW_ERROR_DENIED, "no %s", "entry");
}

static void
test_fail_without_error(void **state)
{
    (void)state;
    assert_false(jw_fail(NULL, JW_ERROR_INVALID, "nobody listens"));
    g_autoptr(GError) error = NULL;
    assert_null(fail_with_null(&error));
    assert_jw_error(error, JW_ERROR_DENIED, "no entry");
}

static void
test_prefix(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    assert_false(jw_prefix(NULL, "nothing"));
    assert_false(jw_prefix(&error, "nothing"));
    assert_null(error);
    (void)jw_fail(&error, JW_ERROR_BUSY, "queue full at 100%%");
    assert_false(jw_prefix(&error, "job '%s'", "100%d"));
    assert_jw_error(error, JW_ERROR_BUSY, "job '100%d': queue full at 100%");
}

static void
test_adopt(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    GError *foreign = g_error_new_literal(G_FILE_ERROR, G_FILE_ERROR_NOENT, "100%s gone");
    assert_false(jw_error_adopt(&error, JW_ERROR_NOT_FOUND, foreign));
    assert_jw_error(error, JW_ERROR_NOT_FOUND, "100%s gone");

    assert_false(jw_error_adopt(&error, JW_ERROR_INTERNAL, NULL));
    assert_jw_error(error, JW_ERROR_INTERNAL, "unknown error");

    assert_false(jw_error_adopt(NULL, JW_ERROR_INTERNAL,
                                g_error_new_literal(G_FILE_ERROR, G_FILE_ERROR_IO, "dropped")));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_codes),
        cmocka_unit_test(test_null_and_foreign),
        cmocka_unit_test(test_fail_without_error),
        cmocka_unit_test(test_prefix),
        cmocka_unit_test(test_adopt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
