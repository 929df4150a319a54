/* core/artifact.c: see core/artifact.h. The file is read piece by piece while it is sent, by the
 * HTTP server's few readers of files in turn. */
#include "core/artifact.h"

#include "core/metrics.h"
#include "jw/log.h"
#include "jw/store_files.h"

/* A download under way: one thread reads at a time, not always the same. */
typedef struct {
    JwStore *store;
    JwFileReader *reader;
    char *job_id;
    char *share_id; /* of a link with a limit; NULL: nothing hangs on it */
} Download;

static void
download_free(gpointer data)
{
    Download *self = data;

    jw_file_reader_free(self->reader);
    g_free(self->job_id);
    g_free(self->share_id);
    g_free(self);
}

/* It was counted when it began, and the reader has no fault in its end. Once: what cannot be given
 * back now is told to the operator alone. */
static void
give_back(const Download *self)
{
    g_autoptr(GError) error = NULL;
    JwCas cas = JW_CAS_LOST;

    if (jw_store_return_share(self->store, self->share_id, &cas, &error)) {
        jw_info("download_given_back", JW_STR("link_id", self->share_id));
    } else {
        jw_warn("download_not_given_back", JW_STR("link_id", self->share_id),
                JW_STR("error", jw_error_message(error)));
    }
}

static bool
download_read(gpointer data, int64_t offset, void *buffer, size_t length, size_t *ret_length)
{
    Download *self = data;
    g_autoptr(GError) error = NULL;

    if (jw_file_reader_read(self->reader, offset, buffer, length, ret_length, &error)) {
        return true;
    }
    jw_warn("download_cut", JW_STR("job_id", self->job_id), JW_INT("offset", offset),
            JW_STR("error", jw_error_message(error)));
    if (self->share_id != NULL) {
        give_back(self);
    }
    return false;
}

static void
reply_gone(JwHttpReply *reply, const char *why, const GwGone *gone)
{
    if (gone->message != NULL) {
        jw_http_reply_problem(reply, gone->status, gone->code, NULL, 0, "%s", gone->message);
    } else {
        jw_http_reply_problem(reply, gone->status, gone->code, NULL, 0, "%s; %s", why,
                              gone->advice);
    }
}

/* (transfer full): NULL: answered. */
static JwFileReader *
open_file(const Gw *self, JwHttpReply *reply, const JwJob *job, const GwGone *gone)
{
    const JwArtifact *artifact = job->artifact;
    g_autoptr(GError) error = NULL;
    g_autoptr(JwFileReader) reader = jw_file_reader_new(self->store, artifact->file_id, &error);

    if (reader == NULL && jw_error_code(error) == JW_ERROR_NOT_FOUND) {
        reply_gone(reply, "the report's file has been removed", gone);
        return NULL;
    }
    if (reader != NULL && jw_file_reader_size(reader) != artifact->size_bytes) {
        g_clear_pointer(&reader, jw_file_reader_free);
        (void)jw_fail(&error, JW_ERROR_CORRUPT,
                      "file '%s' of job '%s' is not as long as the job says", artifact->file_id,
                      job->id);
    }
    if (reader == NULL) {
        jw_http_reply_error(reply, error);
    }
    return g_steal_pointer(&reader);
}

/* The beginning is read before it is promised: a file that is not to be had is an answer that says
 * so, and not one that breaks off. It stays with the reader. */
static void
check_beginning(JwHttpReply *reply, JwFileReader *reader)
{
    g_autoptr(GError) error = NULL;
    char first = 0;
    size_t length = 0;

    if (jw_http_reply_starts_file(reply) /* which the reader is of, else it is gone */
        && !jw_file_reader_read(reader, 0, &first, sizeof first, &length, &error)) {
        jw_http_reply_drop_file(reply);
        jw_http_reply_error(reply, error);
    }
}

bool
gw_artifact_available(const Gw *self, const JwJob *job)
{
    return job->state == JW_JOB_COMPLETED && job->artifact != NULL
           && (job->artifact->expires_at_ms == 0
               || job->artifact->expires_at_ms > jw_clock_now_ms(self->clock));
}

void
gw_reply_artifact(const Gw *self, const JwHttpRequest *request, JwHttpReply *reply,
                  const JwJob *job, const GwGone *gone, const JwShare *limited)
{
    const JwArtifact *artifact = job->artifact;

    if (!gw_artifact_available(self, job)) {
        reply_gone(reply, "the report has expired", gone);
        return;
    }
    JwFileReader *reader = open_file(self, reply, job, gone);
    if (reader == NULL) {
        return;
    }
    Download *download = g_new0(Download, 1);
    download->store = self->store;
    download->reader = reader;
    download->job_id = g_strdup(job->id);
    download->share_id = limited != NULL ? g_strdup(limited->id) : NULL;
    const JwHttpFile file = {
        .content_type = artifact->content_type,
        .file_name = artifact->file_name,
        .etag = artifact->sha256,
        .size_bytes = artifact->size_bytes,
        .modified_ms = job->finished_at_ms,
        .whole = limited != NULL,
        .read = download_read,
        .data = download,
        .data_free = download_free,
    };
    jw_http_reply_file(reply, request, &file);
    if (!jw_http_reply_admit_file(reply)) {
        return;
    }
    check_beginning(reply, reader);
    if (jw_http_reply_starts_file(reply)) {
        jw_metric_add(gw_metrics[GW_METRIC_DOWNLOADED], NULL, 1);
    }
}
