/* test_testkit.c: the environment every test runs in, and the helpers of the testkit. */
#include "testkit.h"

#include "jw/ident.h"
#include "jw/log.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Without these two a freed GString hides from ASan and a g_warning passes unseen; ctest sets
 * them. */
static void
test_environment(void **state)
{
    (void)state;
    assert_string_equal(tk_need_env("G_SLICE"), "always-malloc");
    assert_string_equal(tk_need_env("G_DEBUG"), "fatal-warnings");
    assert_non_null(strstr(tk_need_env("UBSAN_OPTIONS"), "halt_on_error=1"));
    assert_non_null(strstr(tk_need_env("LSAN_OPTIONS"), "tests/lsan.supp"));
}

static void
test_fake_clock(void **state)
{
    (void)state;
    TkClock fake;
    tk_clock_init(&fake, 1768269615250);
    int64_t mono_ms = jw_clock_mono_ms(&fake.clock);
    assert_int_equal(jw_clock_now_ms(&fake.clock), 1768269615250);
    tk_clock_advance(&fake, 1500);
    assert_int_equal(jw_clock_now_ms(&fake.clock), 1768269616750);
    assert_int_equal(jw_clock_mono_ms(&fake.clock), mono_ms + 1500);
}

static void
test_log_capture(void **state)
{
    (void)state;
    tk_log_capture();
    jw_info("first");
    jw_info("second");
    g_autofree char *both = tk_log_take();
    assert_non_null(strstr(both, "\"event\":\"first\""));
    assert_non_null(strstr(both, "}\n{"));
    jw_info("third");
    g_autofree char *one = tk_log_take();
    assert_null(strstr(one, "first"));
    assert_non_null(strstr(one, "third"));
    jw_log_set_sink(NULL, NULL);
}

/* What the child of test_temp_dir does; the grandchild it starts returns from here, too. */
static int
use_temp_dir(int out)
{
    g_autofree char *dir = tk_temp_dir();
    g_autofree char *below = g_build_filename(dir, "deep/er", NULL);
    g_autofree char *file = g_build_filename(below, "file", NULL);
    if (g_mkdir_with_parents(below, 0700) != 0 || !g_file_set_contents(file, "x", 1, NULL)) {
        return 1;
    }
    pid_t grandchild = fork();
    if (grandchild == 0) {
        return 0;
    }
    int status = -1;
    if (waitpid(grandchild, &status, 0) != grandchild || status != 0) {
        return 2;
    }
    if (!g_file_test(file, G_FILE_TEST_EXISTS)) {
        return 3;
    }
    return write(out, dir, strlen(dir) + 1) > 0 ? 0 : 4;
}

/* A child's exit must leave the parent's directory; the end of the program removes it. */
static void
test_temp_dir(void **state)
{
    (void)state;
    int pipe_ends[2];
    assert_int_equal(pipe(pipe_ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        exit(use_temp_dir(pipe_ends[1]));
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    char dir[4096];
    assert_true(read(pipe_ends[0], dir, sizeof dir) > 0);
    assert_false(g_file_test(dir, G_FILE_TEST_EXISTS));
    (void)close(pipe_ends[0]);
    (void)close(pipe_ends[1]);
}

static bool
third_time(void *data)
{
    int *calls = data;
    *calls += 1;
    return *calls == 3;
}

static void
test_wait_until(void **state)
{
    (void)state;
    int calls = 0;
    tk_wait_until(third_time, &calls, 60000, "the third call");
    assert_int_equal(calls, 3);
}

static void
test_unique_name(void **state)
{
    (void)state;
    g_autofree char *a = tk_unique_name();
    g_autofree char *b = tk_unique_name();
    assert_true(g_str_has_prefix(a, "jobwire_test_"));
    assert_string_not_equal(a, b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_environment), cmocka_unit_test(test_fake_clock),
        cmocka_unit_test(test_log_capture), cmocka_unit_test(test_temp_dir),
        cmocka_unit_test(test_wait_until),  cmocka_unit_test(test_unique_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
