/* test_svc_crash.c: a crash point kills at the n-th passing, in a child, and not before. */
#include "testkit.h"

#include "jw/crash.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void
test_spec(void **state)
{
    static const char *const bad[] = { "point",    ":1",      "point:",       "point:0",
                                       "point:-1", "point:x", "point:1000001" };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        assert_false(jw_crash_arm(bad[i], &error));
        assert_jw_error(error, JW_ERROR_INVALID, "*JW_CRASH_AT*");
    }
    g_autoptr(GError) error = NULL;
    assert_ok(jw_crash_arm(NULL, &error), error);
    assert_ok(jw_crash_arm("", &error), error);
    jw_crash_point("point");
}

/* How the child ended after @passes passings of "t4.before" (and one of another point). */
static int
end_of_child(const char *spec, int passes)
{
    int status = 0;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        if (!jw_crash_arm(spec, NULL)) {
            _exit(3);
        }
        jw_crash_point("t4.after");
        for (int i = 0; i < passes; i++) {
            jw_crash_point("t4.before");
        }
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void
test_passes(void **state)
{
    (void)state;
#ifdef JW_CRASH_POINTS
    int status = end_of_child("t4.before:3", 3);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGKILL);
#endif
    assert_int_equal(end_of_child("t4.before:3", 2), 0);
    assert_int_equal(end_of_child("t4:1", 2), 0);
    assert_int_equal(end_of_child(NULL, 2), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spec),
        cmocka_unit_test(test_passes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
