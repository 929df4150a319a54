/* temp.c: see temp.h.
 *
 * JW_TEMP_DIR may be a /tmp that others write to: no link is followed, and only folders of this
 * user are removed. Between making a folder and locking it another process may take it for a dead
 * one's; then a second one is made. */
#include "temp.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "jw/log.h"
#include "jw/sync.h"

#define LOCK_NAME "lock"
#define TRIES     5 /* to make a folder that nobody sweeps away meanwhile */
#define DEPTH_MAX 4 /* of what an executor leaves */
/* A folder with something in it and no lock is a dead one's whose lock a cleaner of old files took,
 * if nobody wrote to it for so long. */
#define OLD_SECONDS (24 * 3600)

struct _ExeTemp {
    char *dir, *prefix; /* "jobwire-executor-<host>-" */
    size_t swept;
    JwMutex mutex; /* guards what follows */
    char *own;
    int lock_fd;
};

static const char *
advice(int cause)
{
    switch (cause) {
    case 0:
    case ENOSPC:
    case EDQUOT:
        return "free some space there, or name another folder";
    case EFBIG:
        return "raise the limit of this process on the size of a file";
    case EIO:
    case EEXIST:
        return "look at the disk of that folder";
    default:
        return "name a folder that this process may write to";
    }
}

/* For the operator. */
static bool
failed(GError **error, const char *what, const char *dir, int cause)
{
    return jw_fail(error, JW_ERROR_UNAVAILABLE, "cannot %s under JW_TEMP_DIR=%s: %s; %s", what, dir,
                   g_strerror(cause), advice(cause));
}

bool
exe_temp_failed(GError **error, const char *what, int cause)
{
    return jw_fail(error, cause == EEXIST ? JW_ERROR_INTERNAL : JW_ERROR_UNAVAILABLE,
                   "cannot %s under JW_TEMP_DIR%s%s; %s", what, cause != 0 ? ": " : "",
                   cause != 0 ? g_strerror(cause) : "", advice(cause));
}

/* @dir_fd is closed. @last: (nullable): removed when all else is gone, so that a folder whose
 * removal was cut short is still known as one of the dead. */
static bool
remove_inside(int dir_fd, const char *last, int depth)
{
    DIR *dir = fdopendir(dir_fd); /* owns the descriptor */
    bool ok = dir != NULL;

    if (!ok) {
        (void)close(dir_fd);
        return false;
    }
    for (const struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        const char *name = entry->d_name;

        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || g_strcmp0(name, last) == 0
            || unlinkat(dir_fd, name, 0) == 0) {
            continue;
        }
        int inner =
            depth > 0 ? openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
        ok = inner >= 0 && remove_inside(inner, NULL, depth - 1)
             && unlinkat(dir_fd, name, AT_REMOVEDIR) == 0 && ok;
    }
    ok = ok && (last == NULL || unlinkat(dir_fd, last, 0) == 0);
    (void)closedir(dir);
    return ok;
}

/* When the last of what is in the folder was written to, in seconds. -1: it cannot be looked at. */
static int64_t
newest_inside(int dir_fd, int depth)
{
    struct stat status;
    int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL; /* owns the descriptor */
    int64_t newest = fd >= 0 && fstat(fd, &status) == 0 ? status.st_mtime : -1;

    if (dir == NULL && fd >= 0) {
        (void)close(fd);
    }
    for (const struct dirent *entry = dir != NULL ? readdir(dir) : NULL; entry != NULL;
         entry = readdir(dir)) {
        const char *name = entry->d_name;

        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0
            || fstatat(dir_fd, name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
            continue;
        }
        newest = MAX(newest, (int64_t)status.st_mtime);
        int inner = depth > 0 && S_ISDIR(status.st_mode)
                        ? openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
                        : -1;
        if (inner >= 0) {
            newest = MAX(newest, newest_inside(inner, depth - 1));
            (void)close(inner);
        }
    }
    g_clear_pointer(&dir, closedir);
    return newest;
}

/* Of a folder without a lock, whose process died, or is about to lock it and will make another. */
static bool
sweep_lockless(const char *path, int take_dir_fd)
{
    int64_t newest = newest_inside(take_dir_fd, DEPTH_MAX);
    bool old = newest >= 0 && newest < g_get_real_time() / G_USEC_PER_SEC - OLD_SECONDS;

    if (!old) {
        (void)close(take_dir_fd);
    } else {
        (void)remove_inside(take_dir_fd, NULL, DEPTH_MAX);
    }
    return rmdir(path) == 0; /* or something is in it */
}

/* The folder of a process: open, and of this user. -1: it is not. */
static int
open_own(const char *path)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (fd >= 0 && (fstat(fd, &status) != 0 || status.st_uid != geteuid())) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

/* True when its process is dead and it is gone now. */
static bool
sweep_one(const char *path)
{
    int dir_fd = open_own(path);
    bool gone = false;

    if (dir_fd < 0) {
        return false;
    }
    int lock_fd = openat(dir_fd, LOCK_NAME, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    if (lock_fd < 0) {
        if (errno == ENOENT) {
            return sweep_lockless(path, dir_fd);
        }
        (void)close(dir_fd);
        return false;
    }
    if (flock(lock_fd, LOCK_EX | LOCK_NB) == 0) {
        gone = remove_inside(dir_fd, LOCK_NAME, DEPTH_MAX) && rmdir(path) == 0;
    } else {
        (void)close(dir_fd);
    }
    (void)close(lock_fd);
    return gone;
}

static void
sweep(ExeTemp *self)
{
    g_autoptr(GDir) dir = g_dir_open(self->dir, 0, NULL);

    for (const char *name = dir != NULL ? g_dir_read_name(dir) : NULL; name != NULL;
         name = g_dir_read_name(dir)) {
        g_autofree char *path = g_build_filename(self->dir, name, NULL);

        if (g_str_has_prefix(name, self->prefix) && sweep_one(path)) {
            jw_info("temp_swept", JW_STR("folder", path));
            self->swept++;
        }
    }
}

/* Whether the folder is this process's for good: its lock is held, and nobody swept it away before.
 * A file system without locks holds none either for those who sweep. */
static bool
lock_own(const char *path, int *ret_fd)
{
    g_autofree char *name = g_build_filename(path, LOCK_NAME, NULL);
    struct stat status;
    int fd = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd < 0) {
        return false;
    }
    if ((flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) || fstat(fd, &status) != 0
        || status.st_nlink == 0) {
        (void)close(fd);
        return false;
    }
    *ret_fd = fd;
    return true;
}

/* 0, or the errno. */
static int
make_own_locked(ExeTemp *self)
{
    int cause = EBUSY;

    for (int i = 0; i < TRIES; i++) {
        g_autofree char *name = g_strconcat(self->prefix, "XXXXXX", NULL);
        g_autofree char *path = g_build_filename(self->dir, name, NULL);

        if (g_mkdtemp_full(path, 0700) == NULL) {
            cause = errno;
            continue;
        }
        int lock_fd = -1;
        if (lock_own(path, &lock_fd)) {
            if (self->lock_fd >= 0) {
                (void)close(self->lock_fd);
            }
            self->lock_fd = lock_fd;
            g_free(self->own);
            self->own = g_steal_pointer(&path);
            return 0;
        }
        cause = errno;
        (void)g_rmdir(path);
    }
    return cause;
}

ExeTemp *
exe_temp_new(const char *dir, GError **error)
{
    g_autoptr(ExeTemp) self = g_new0(ExeTemp, 1);
    g_autofree char *host = g_strdup(g_get_host_name());

    g_strcanon(host, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS ".", '_');
    self->lock_fd = -1;
    self->dir = g_strdup(dir);
    self->prefix = g_strdup_printf("jobwire-executor-%s-", host);
    jw_mutex_init(&self->mutex);
    sweep(self);
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    int cause = make_own_locked(self);
    if (cause != 0) {
        (void)failed(error, "make a folder", self->dir, cause);
        return NULL;
    }
    return g_steal_pointer(&self);
}

void
exe_temp_free(gpointer temp)
{
    ExeTemp *self = temp;

    if (self == NULL) {
        return;
    }
    if (self->own != NULL) {
        int fd = open_own(self->own);
        if (fd >= 0 && remove_inside(fd, LOCK_NAME, DEPTH_MAX)) {
            (void)g_rmdir(self->own);
        }
    }
    if (self->lock_fd >= 0) {
        (void)close(self->lock_fd);
    }
    jw_mutex_clear(&self->mutex);
    g_free(self->own);
    g_free(self->prefix);
    g_free(self->dir);
    g_free(self);
}

size_t
exe_temp_swept(const ExeTemp *self)
{
    return self->swept;
}

void
exe_temp_touch(ExeTemp *self)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    struct stat status;
    int lock_fd = -1;

    (void)futimens(self->lock_fd, NULL);
    if (fstat(self->lock_fd, &status) == 0 && status.st_nlink == 0
        && lock_own(self->own, &lock_fd)) {
        (void)close(self->lock_fd);
        self->lock_fd = lock_fd;
    }
}

char *
exe_temp_make(ExeTemp *self, GError **error)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    int cause = 0;

    for (int i = 0; i < 2; i++) {
        g_autofree char *path = g_build_filename(self->own, "job-XXXXXX", NULL);

        if (g_mkdtemp_full(path, 0700) != NULL) {
            return g_steal_pointer(&path);
        }
        cause = errno;
        /* ENOENT: a cleaner of old files took the folder away */
        if (cause != ENOENT || (cause = make_own_locked(self)) != 0) {
            break;
        }
    }
    (void)exe_temp_failed(error, "make a folder", cause != 0 ? cause : ENOENT);
    return NULL;
}

bool
exe_temp_space(const char *dir, int64_t *ret_free_bytes, GError **error)
{
    struct statvfs status;

    if (statvfs(dir, &status) != 0) {
        return failed(error, "look at the disk", dir, errno);
    }
    *ret_free_bytes = (int64_t)status.f_bavail * (int64_t)status.f_frsize;
    return true;
}
