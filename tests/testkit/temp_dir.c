/* temp_dir.c: directories that go away with the test, whether it passed or not, and full disks.
 * The test's own thread. A forked child must not remove what its parent still uses, hence the
 * pid. */
#include "testkit.h"

#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static GPtrArray *dirs;
static pid_t owner;

static int
remove_entry(const char *path, const struct stat *info, int type, struct FTW *where)
{
    (void)info;
    (void)type;
    (void)where;
    return remove(path);
}

static void
remove_dirs(void)
{
    if (getpid() != owner) {
        return;
    }
    for (guint i = 0; i < dirs->len; i++) {
        (void)nftw(g_ptr_array_index(dirs, i), remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    }
    g_clear_pointer(&dirs, g_ptr_array_unref);
}

char *
tk_temp_dir(void)
{
    g_autoptr(GError) error = NULL;
    char *path = g_dir_make_tmp("jobwire-XXXXXX", &error);
    if (path == NULL) {
        fail_msg("cannot create a temporary directory: %s", jw_error_message(error));
    }
    if (dirs == NULL) {
        dirs = g_ptr_array_new_with_free_func(g_free);
        owner = getpid();
        (void)atexit(remove_dirs);
    }
    g_ptr_array_add(dirs, g_strdup(path));
    return path;
}

void
tk_limit_files(rlim_t bytes)
{
    struct rlimit limit;

    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}
