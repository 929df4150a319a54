/* publish.c: uploads a finished file and checks it meanwhile. See publish.h. */
#include "publish.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "jw/crash.h"
#include "jw/ident.h"
#include "jw/store_files.h"

#define UPLOAD_PIECE 262144

typedef struct {
    const ExeFile *file;
    bool checked; /* read after the thread was joined */
    GError *error;
} Check;

static bool
upload_pieces(ExeAttempt *attempt, int fd, JwFileWriter *writer, GError **error)
{
    g_autofree char *piece = g_malloc(UPLOAD_PIECE);

    for (;;) {
        ssize_t length = read(fd, piece, UPLOAD_PIECE);

        if (length < 0 && errno == EINTR) {
            continue;
        }
        if (length < 0) {
            int code = errno;
            return jw_fail(error, JW_ERROR_UNAVAILABLE, "reading the finished file: %s",
                           g_strerror(code));
        }
        if (length == 0) {
            return true;
        }
        if (!exe_attempt_go_on(attempt, error)
            || !jw_file_writer_write(writer, piece, (size_t)length, error)) {
            return false;
        }
        jw_crash_point("exe_after_piece");
    }
}

static gpointer
check_file(gpointer data)
{
    Check *self = data;

    self->checked = self->file->check == NULL || self->file->check(self->file->data, &self->error);
    return NULL;
}

/* The file is checked while it is uploaded; it becomes visible only when both went well. */
static bool
upload_checked(ExeAttempt *attempt, const ExeFile *file, int fd, JwFileWriter *writer,
               GError **error)
{
    Check check = { .file = file };
    GThread *thread = g_thread_new("check", check_file, &check);
    bool ok = upload_pieces(attempt, fd, writer, error);

    g_thread_join(thread);
    if (ok && !check.checked) {
        g_propagate_error(error, check.error);
        return false;
    }
    g_clear_error(&check.error);
    return ok;
}

static bool
fits(const ExeFile *file, int64_t limit, GError **error)
{
    GStatBuf status;

    if (g_stat(file->path, &status) != 0) {
        int code = errno;
        return jw_fail(error, JW_ERROR_UNAVAILABLE, "looking at the finished file: %s",
                       g_strerror(code));
    }
    return status.st_size <= limit
           || jw_fail(error, JW_ERROR_TOO_LARGE,
                      "the file has %" G_GINT64_FORMAT
                      " bytes, over the limit JW_ARTIFACT_MAX=%" G_GINT64_FORMAT "%s%s",
                      (int64_t)status.st_size, limit, file->advice != NULL ? "; " : "",
                      file->advice != NULL ? file->advice : "");
}

bool
exe_publish(ExeAttempt *attempt, const ExeFile *file, JwArtifact *artifact, GError **error)
{
    Exe *exe = exe_attempt_exe(attempt);
    char file_id[JW_UUID_LEN + 1];
    int64_t now = jw_clock_now_ms(exe->clock);

    if (!fits(file, exe->config.artifact_max_bytes, error)) {
        return false;
    }
    jw_uuid_v7(now, file_id);
    artifact->file_id = g_strdup(file_id);
    artifact->file_name = g_strdup(file->file_name);
    artifact->content_type = g_strdup(file->content_type);
    int fd = g_open(file->path, O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0) {
        int code = errno;
        return jw_fail(error, JW_ERROR_UNAVAILABLE, "opening the finished file: %s",
                       g_strerror(code));
    }
    g_autoptr(JwFileWriter) writer =
        jw_file_writer_new(exe->store, file_id, file->file_name, file->content_type,
                           exe_attempt_job(attempt)->id, now);
    bool ok = upload_checked(attempt, file, fd, writer, error)
              && jw_file_writer_finish(writer, &artifact->size_bytes, &artifact->sha256, error);
    (void)close(fd);
    if (exe->config.artifact_ttl_ms > 0) {
        artifact->expires_at_ms = jw_clock_now_ms(exe->clock) + exe->config.artifact_ttl_ms;
    }
    return ok;
}
