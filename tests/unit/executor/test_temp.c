/* test_temp.c: whose temporary folders a start removes, and whose not. A second open of a lock file
 * is as good as another process: flock(2) is of the open file. */
#include "temp.h"
#include "testkit.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
is_there(const char *path)
{
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

static void
put(const char *dir, const char *name)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);

    assert_true(g_file_set_contents(path, "x", 1, NULL));
}

/* A folder under @dir as a process of @host leaves it, in the middle of a report. */
static char *
left_by(const char *dir, const char *host, const char *suffix, bool lock)
{
    g_autofree char *name = g_strdup_printf("jobwire-executor-%s-%s", host, suffix);
    char *path = g_build_filename(dir, name, NULL);
    g_autofree char *job = g_build_filename(path, "job-abcdef", NULL);

    assert_int_equal(g_mkdir_with_parents(job, 0700), 0);
    put(job, "report.xlsx");
    if (lock) {
        put(path, "lock");
    }
    return path;
}

static char *
own_host(void)
{
    char *host = g_strdup(g_get_host_name());

    return g_strcanon(host, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS ".", '_');
}

/* The folder that @dir has besides @others, or NULL. */
static char *
own_folder(const char *dir, const char *const *others)
{
    g_autoptr(GDir) list = g_dir_open(dir, 0, NULL);
    char *own = NULL;

    for (const char *name = g_dir_read_name(list); name != NULL; name = g_dir_read_name(list)) {
        g_autofree char *path = g_build_filename(dir, name, NULL);

        if (others == NULL || !g_strv_contains(others, path)) {
            assert_null(own);
            own = g_steal_pointer(&path);
        }
    }
    return own;
}

static void
test_sweeps_the_dead_alone(void **state)
{
    g_autofree char *dir = tk_temp_dir();
    g_autofree char *host = own_host();
    g_autofree char *dead = left_by(dir, host, "dead01", true);
    g_autofree char *living = left_by(dir, host, "living", true);
    g_autofree char *foreign = left_by(dir, "elsewhere", "dead01", true);
    g_autofree char *without = left_by(dir, host, "nolock", false);
    g_autofree char *other = g_build_filename(dir, "jobwire-abcdef", NULL);
    g_autofree char *link = g_strdup_printf("%s/jobwire-executor-%s-link01", dir, host);
    g_autofree char *lock = g_build_filename(living, "lock", NULL);
    g_autofree char *kept = tk_temp_dir();
    g_autofree char *file = g_build_filename(kept, "lock", NULL);
    g_autofree char *inner = g_build_filename(dead, "out", NULL);
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_int_equal(g_mkdir(other, 0700), 0);
    put(kept, "lock");
    assert_int_equal(symlink(kept, link), 0);
    assert_int_equal(symlink(kept, inner), 0); /* is removed, and not followed */
    int fd = open(lock, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);

    g_autoptr(ExeTemp) temp = exe_temp_new(dir, &error);
    assert_ok(temp != NULL, error);
    assert_int_equal(exe_temp_swept(temp), 1);
    assert_false(is_there(dead));
    assert_true(is_there(living));
    assert_true(is_there(foreign));
    assert_true(is_there(without)); /* somebody's work: nobody says that it is ours */
    assert_true(is_there(other));
    assert_true(is_there(link));
    assert_true(is_there(file));
    (void)close(fd); /* dies */
    g_autoptr(ExeTemp) next = exe_temp_new(dir, &error);
    assert_int_equal(exe_temp_swept(next), 1);
    assert_false(is_there(living));
}

/* Killed between making its folder and locking it: an empty folder. */
static void
test_an_empty_folder_goes(void **state)
{
    g_autofree char *dir = tk_temp_dir();
    g_autofree char *host = own_host();
    g_autofree char *empty = g_strdup_printf("%s/jobwire-executor-%s-empty1", dir, host);
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_int_equal(g_mkdir(empty, 0700), 0);
    g_autoptr(ExeTemp) temp = exe_temp_new(dir, &error);
    assert_ok(temp != NULL, error);
    assert_false(is_there(empty));
}

/* @path, and all in it when it is a folder, as they were left two days ago. */
static void
age(const char *path)
{
    const struct timespec then = { .tv_sec = g_get_real_time() / G_USEC_PER_SEC - 2 * 86400 };
    const struct timespec times[] = { then, then };
    g_autoptr(GDir) list = g_dir_open(path, 0, NULL);

    for (const char *name = list != NULL ? g_dir_read_name(list) : NULL; name != NULL;
         name = g_dir_read_name(list)) {
        g_autofree char *inner = g_build_filename(path, name, NULL);
        age(inner);
    }
    assert_int_equal(utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW), 0);
}

/* A cleaner of old files took the lock of a dead process: what it left goes when all of it is old.
 */
static void
test_old_folders_without_a_lock_go(void **state)
{
    g_autofree char *dir = tk_temp_dir();
    g_autofree char *host = own_host();
    g_autofree char *old = left_by(dir, host, "old001", false);
    g_autofree char *used = left_by(dir, host, "used01", false);
    g_autofree char *foreign = left_by(dir, "elsewhere", "old001", false);
    g_autofree char *job = g_build_filename(used, "job-abcdef", NULL);
    g_autofree char *file = g_build_filename(job, "report.xlsx", NULL);
    g_autoptr(GError) error = NULL;

    (void)state;
    age(old);
    age(used);
    age(foreign);
    assert_int_equal(utimensat(AT_FDCWD, file, NULL, 0), 0); /* somebody writes to it */
    g_autoptr(ExeTemp) temp = exe_temp_new(dir, &error);
    assert_ok(temp != NULL, error);
    assert_int_equal(exe_temp_swept(temp), 1);
    assert_false(is_there(old));
    assert_true(is_there(file));
    assert_true(is_there(foreign));
}

/* The lock of a living one stays young, so that no cleaner of old files takes it; and is made again
 * when it was taken all the same. */
static void
test_the_lock_is_kept(void **state)
{
    g_autofree char *dir = tk_temp_dir();
    g_autoptr(GError) error = NULL;
    struct stat status;

    (void)state;
    g_autoptr(ExeTemp) temp = exe_temp_new(dir, &error);
    assert_ok(temp != NULL, error);
    g_autofree char *own = own_folder(dir, NULL);
    g_autofree char *lock = g_build_filename(own, "lock", NULL);
    g_autofree char *job = exe_temp_make(temp, &error);
    assert_ok(job != NULL, error);
    age(own);
    exe_temp_touch(temp);
    assert_int_equal(stat(lock, &status), 0);
    assert_true(status.st_mtime > g_get_real_time() / G_USEC_PER_SEC - 3600);
    assert_int_equal(g_unlink(lock), 0);
    exe_temp_touch(temp);
    age(own);
    g_autoptr(ExeTemp) next = exe_temp_new(dir, &error);
    assert_int_equal(exe_temp_swept(next), 0);
    assert_true(is_there(job));
}

/* Two of one host, one after the other and beside each other. */
static void
test_living_ones_leave_each_other_alone(void **state)
{
    g_autofree char *dir = tk_temp_dir();
    g_autoptr(GError) error = NULL;

    (void)state;
    g_autoptr(ExeTemp) first = exe_temp_new(dir, &error);
    assert_ok(first != NULL, error);
    g_autofree char *job = exe_temp_make(first, &error);
    assert_ok(job != NULL, error);
    put(job, "report.csv");
    g_autoptr(ExeTemp) second = exe_temp_new(dir, &error);
    assert_ok(second != NULL, error);
    assert_int_equal(exe_temp_swept(second), 0);
    assert_true(is_there(job));
    g_clear_pointer(&second, exe_temp_free);
    assert_true(is_there(job));
    g_clear_pointer(&first, exe_temp_free); /* takes what is in it with it */
    g_autofree char *left = own_folder(dir, NULL);
    assert_null(left);
}

/* A cleaner of old files took the folder of a process that has been idle for days. */
static void
test_folder_was_cleaned_away(void **state)
{
    g_autofree char *dir = tk_temp_dir();
    g_autoptr(GError) error = NULL;

    (void)state;
    g_autoptr(ExeTemp) temp = exe_temp_new(dir, &error);
    assert_ok(temp != NULL, error);
    g_autofree char *own = own_folder(dir, NULL);
    g_autofree char *lock = g_build_filename(own, "lock", NULL);
    assert_int_equal(g_unlink(lock), 0);
    assert_int_equal(g_rmdir(own), 0);
    g_autofree char *job = exe_temp_make(temp, &error);
    assert_ok(job != NULL, error);
    g_autoptr(ExeTemp) second = exe_temp_new(dir, &error);
    assert_ok(second != NULL, error);
    assert_true(is_there(job)); /* the new folder is locked as well */
}

static void
test_no_place(void **state)
{
    g_autofree char *dir = tk_temp_dir();
    g_autofree char *file = g_build_filename(dir, "file", NULL);
    const char *const places[] = { "/nonexistent/jobwire", file };

    (void)state;
    put(dir, "file");
    for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(ExeTemp) temp = exe_temp_new(places[i], &error);

        assert_null(temp);
        assert_jw_error(error, JW_ERROR_UNAVAILABLE,
                        "cannot make a folder under JW_TEMP_DIR=*name a folder that this process "
                        "may write to");
    }
}

static void
test_what_failed_is_said_without_a_path(void **state)
{
    static const struct {
        int cause;
        JwErrorCode code;
        const char *message;
    } cases[] = {
        { ENOSPC, JW_ERROR_UNAVAILABLE,
          "cannot write x under JW_TEMP_DIR: No space left on device; free some space there, or "
          "name another folder" },
        { EDQUOT, JW_ERROR_UNAVAILABLE, "cannot write x *; free some space there, or *" },
        { EACCES, JW_ERROR_UNAVAILABLE, "cannot write x *; name a folder that this process may *" },
        { EFBIG, JW_ERROR_UNAVAILABLE, "cannot write x *; raise the limit of this process *" },
        { EIO, JW_ERROR_UNAVAILABLE, "cannot write x *; look at the disk of that folder" },
        { EEXIST, JW_ERROR_INTERNAL, "cannot write x *; look at the disk of that folder" },
        { 0, JW_ERROR_UNAVAILABLE,
          "cannot write x under JW_TEMP_DIR; free some space there, or name another folder" },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;

        assert_false(exe_temp_failed(&error, "write x", cases[i].cause));
        assert_jw_error(error, cases[i].code, cases[i].message);
    }
}

static void
test_space(void **state)
{
    g_autofree char *dir = tk_temp_dir();
    g_autoptr(GError) error = NULL;
    int64_t free_bytes = -1;

    (void)state;
    assert_ok(exe_temp_space(dir, &free_bytes, &error), error);
    assert_true(free_bytes > 0);
    assert_false(exe_temp_space("/nonexistent/jobwire", &free_bytes, &error));
    assert_jw_error(error, JW_ERROR_UNAVAILABLE, "cannot look at the disk under JW_TEMP_DIR=*");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sweeps_the_dead_alone),
        cmocka_unit_test(test_an_empty_folder_goes),
        cmocka_unit_test(test_old_folders_without_a_lock_go),
        cmocka_unit_test(test_the_lock_is_kept),
        cmocka_unit_test(test_living_ones_leave_each_other_alone),
        cmocka_unit_test(test_folder_was_cleaned_away),
        cmocka_unit_test(test_no_place),
        cmocka_unit_test(test_what_failed_is_said_without_a_path),
        cmocka_unit_test(test_space),
    };

    return cmocka_run_group_tests_name("executor_temp", tests, NULL, NULL);
}
