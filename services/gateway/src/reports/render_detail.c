/* reports/render_detail.c: one job in full: the request, its progress and its result. */
#include "reports/reports.h"

#include <jansson.h>
#include <string.h>

#include "core/artifact.h"
#include "jw/report_request.h"

/* How the file came about. NULL: it was made before such was kept. (transfer full) */
static json_t *
render_manifest(const JwJob *job)
{
    const JwArtifact *artifact = job->artifact;

    if (artifact->definition_sha256 == NULL) {
        return NULL;
    }
    json_t *manifest =
        json_pack("{s:I, s:I, s:I}", "sizeBytes", (json_int_t)artifact->size_bytes, "rowsMatched",
                  (json_int_t)artifact->rows, "rowsWritten", (json_int_t)artifact->rows_written);
    jw_json_set_string(manifest, "sha256", artifact->sha256);
    jw_json_set_time(manifest, "asOf", artifact->as_of_ms);
    jw_json_set_string(manifest, "definitionSha256", artifact->definition_sha256);
    jw_json_set_string(manifest, "program", artifact->program);
    json_t *spec = job->spec != NULL ? jw_json_parse(job->spec, strlen(job->spec), NULL) : NULL;
    if (spec != NULL) {
        json_object_set_new(manifest, "request", spec);
    }
    return manifest;
}

static json_t *
render_result(const Gw *self, const JwJob *job)
{
    const JwArtifact *artifact = job->artifact;
    json_t *result = json_pack("{s:I, s:I}", "sizeBytes", (json_int_t)artifact->size_bytes,
                               "records", (json_int_t)artifact->rows);

    jw_json_set_string(result, "fileName", artifact->file_name);
    jw_json_set_string(result, "contentType", artifact->content_type);
    jw_json_set_string(result, "sha256", artifact->sha256);
    if (gw_artifact_available(self, job)) {
        g_autofree char *link = gw_render_link(self, job->id, JW_LINK_DOWNLOAD);
        jw_json_set_string(result, "downloadUrl", link);
    }
    if (artifact->expires_at_ms != 0) {
        jw_json_set_time(result, "expiresAt", artifact->expires_at_ms);
    }
    if (artifact->summary != NULL) {
        json_t *figures = jw_json_parse(artifact->summary, strlen(artifact->summary), NULL);
        if (figures != NULL) {
            (void)json_object_del(figures, "mail"); /* templates, which are for the mail alone */
            json_object_set_new(result, "summary", figures);
        }
    }
    return result;
}

/* Of a job that completed without a file: what its executor said. (transfer full) */
static json_t *
render_empty(const JwJob *job)
{
    json_t *result =
        job->result != NULL ? jw_json_parse(job->result, strlen(job->result), NULL) : NULL;

    return result != NULL ? result
                          : json_pack("{s:b, s:s, s:i}", "empty", 1, "message", "there is no file",
                                      "records", 0);
}

/* The parameters and output that were requested, and the resolved period. */
static void
add_asked(json_t *detail, const JwJob *job)
{
    json_auto_t *spec =
        job->spec != NULL ? jw_json_parse(job->spec, strlen(job->spec), NULL) : NULL;
    int64_t start_ms = 0, end_ms = 0;

    json_object_set(detail, "parameters", json_object_get(spec, "parameters"));
    json_object_set(detail, "output", json_object_get(spec, "output"));
    if (jw_report_spec_period(spec, &start_ms, &end_ms) && end_ms != 0) {
        json_t *period = json_object();
        jw_json_set_time(period, "start", start_ms);
        jw_json_set_time(period, "end", end_ms);
        json_object_set_new(detail, "period", period);
    }
}

static void
add_times(json_t *detail, const JwJob *job)
{
    const struct {
        const char *name;
        int64_t time_ms;
    } times[] = {
        { "createdAt", job->created_at_ms },
        { "updatedAt", job->updated_at_ms },
        { "scheduledFor", job->scheduled_for_ms },
        { "startedAt", job->started_at_ms },
        { "completedAt", jw_job_state_terminal(job->state) ? job->finished_at_ms : 0 },
        { "cancelledAt", job->state == JW_JOB_CANCELLED ? job->cancelled_at_ms : 0 },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(times); i++) {
        if (times[i].time_ms != 0) {
            jw_json_set_time(detail, times[i].name, times[i].time_ms);
        }
    }
}

/* What to look at although the job completed. */
static void
add_warnings(json_t *detail, const JwJob *job)
{
    if (job->state == JW_JOB_COMPLETED && job->warnings != NULL) {
        json_object_set_new(detail, "warnings",
                            jw_json_parse(job->warnings, strlen(job->warnings), NULL));
    }
}

void
gw_render_error(json_t *to, const JwJob *job)
{
    if (job->state == JW_JOB_FAILED) {
        json_t *error = json_object();

        jw_json_set_string(error, "code", job->error_code != NULL ? job->error_code : "INTERNAL");
        jw_json_set_string(error, "message",
                           job->error_message != NULL ? job->error_message : "unknown error");
        json_object_set_new(to, "error", error);
    }
}

static void
add_ending(json_t *detail, const JwJob *job)
{
    gw_render_error(detail, job);
    if (job->state == JW_JOB_CANCELLED) {
        jw_json_set_string(detail, "cancelledBy", job->cancelled_by);
        jw_json_set_string(detail, "cancelReason", job->cancel_reason);
    }
}

json_t *
gw_render_detail(const Gw *self, const JwJob *job, const GPtrArray *deliveries)
{
    json_t *detail = gw_render_summary(self, job);
    json_t *progress = gw_render_progress(job, true);

    jw_json_set_string(detail, "description", job->description);
    jw_json_set_string(json_object_get(detail, "requestedBy"), "email", job->requested_by.email);
    add_asked(detail, job);
    if (progress != NULL) {
        json_object_set_new(detail, "progress", progress);
    }
    gw_render_place(self, detail, job, false);
    add_times(detail, job);
    add_ending(detail, job);
    add_warnings(detail, job);
    if (job->template_id != NULL) {
        jw_json_set_string(detail, "templateId", job->template_id);
        json_object_set_new(detail, "templateVersion", json_integer(job->template_version));
    }
    jw_json_set_string(detail, "visibility", jw_visibility_name((int)job->visibility));
    json_object_set_new(detail, "retryCount", json_integer(job->retry_count));
    if (job->timeout_ms > 0) {
        json_object_set_new(detail, "timeoutSeconds", json_integer((job->timeout_ms + 999) / 1000));
    }
    if (job->departments != NULL && job->departments[0] != NULL) {
        json_object_set_new(detail, "departments",
                            jw_json_strings((const char *const *)job->departments));
    }
    if (gw_render_is_empty(job)) {
        json_object_set_new(detail, "result", render_empty(job));
    } else if (job->state == JW_JOB_COMPLETED && job->artifact != NULL) {
        json_t *manifest = render_manifest(job);

        json_object_set_new(detail, "result", render_result(self, job));
        if (manifest != NULL) {
            json_object_set_new(detail, "manifest", manifest);
        }
    }
    json_object_set_new(detail, "delivery", gw_render_delivery(job, deliveries));
    return detail;
}
