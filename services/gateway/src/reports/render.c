/* reports/render.c: jobs as this API shows them: the envelope, links, times and the summary. */
#include "reports/reports.h"

#include "core/artifact.h"
#include "jw/report_request.h"

void
gw_reply_data(JwHttpReply *reply, int status, json_t *take_data)
{
    jw_http_reply_json(reply, status, json_pack("{s:b, s:o}", "success", 1, "data", take_data));
}

const char *
gw_render_status(JwJobState state)
{
    /* This API has no status for a cancel that is under way. */
    return jw_job_state_name(state == JW_JOB_CANCELLING ? JW_JOB_RUNNING : state);
}

bool
gw_render_is_empty(const JwJob *job)
{
    return job->state == JW_JOB_COMPLETED && job->artifact == NULL;
}

char *
gw_render_link(const Gw *self, const char *job_id, const char *tail)
{
    return jw_link_report_job(self->config.public_url, job_id, tail);
}

json_t *
gw_render_progress(const JwJob *job, bool detailed)
{
    bool done = job->state == JW_JOB_COMPLETED;
    int64_t rows = gw_render_is_empty(job) ? 0 : done ? job->artifact->rows : -1;

    if (job->started_at_ms == 0) {
        return NULL; /* nothing was begun yet */
    }
    json_t *progress = json_pack("{s:i}", "percentage", done ? 100 : job->progress.percent);
    jw_json_set_string(progress, "currentStep",
                       done                         ? "Completed"
                       : job->progress.step != NULL ? job->progress.step
                                                    : "Waiting");
    if (detailed) {
        int64_t total = rows >= 0 ? rows : job->progress.total;

        json_object_set_new(progress, "recordsProcessed",
                            json_integer(rows >= 0 ? rows : job->progress.done));
        if (total >= 0) {
            json_object_set_new(progress, "totalRecords", json_integer(total));
        }
    }
    return progress;
}

/* Jobs that were made before formats were kept beside the spec have theirs in it alone. */
static void
add_format(json_t *output, const JwJob *job)
{
    json_auto_t *spec = job->format == NULL && job->spec != NULL
                            ? jw_json_parse(job->spec, strlen(job->spec), NULL)
                            : NULL;
    const char *format =
        job->format != NULL ? job->format : jw_json_text(json_object_get(spec, "output"), "format");

    if (format != NULL) {
        jw_json_set_string(output, "format", jw_skip_prefix(format, JW_LOOKUP_FORMAT));
    }
}

static json_t *
summary_output(const Gw *self, const JwJob *job)
{
    json_t *output = json_object();

    add_format(output, job);
    if (gw_artifact_available(self, job)) {
        g_autofree char *link = gw_render_link(self, job->id, JW_LINK_DOWNLOAD);
        jw_json_set_string(output, "downloadUrl", link);
    }
    if (gw_render_is_empty(job)) {
        json_object_set_new(output, "empty", json_true());
    }
    if (job->artifact != NULL && job->artifact->expires_at_ms != 0) {
        jw_json_set_time(output, "expiresAt", job->artifact->expires_at_ms);
    }
    return output;
}

json_t *
gw_render_summary(const Gw *self, const JwJob *job)
{
    json_t *summary = json_object();
    json_t *requested_by = json_object();
    json_t *progress = gw_render_progress(job, false);

    jw_json_set_string(summary, "id", job->id);
    jw_json_set_string(summary, "name", job->name);
    jw_json_set_string(summary, "reportType", job->subtype);
    jw_json_set_string(summary, "edition", job->edition);
    jw_json_set_string(summary, "status", gw_render_status(job->state));
    jw_json_set_string(summary, "priority", jw_priority_name(job->priority));
    if (progress != NULL) {
        json_object_set_new(summary, "progress", progress);
    }
    jw_json_set_string(requested_by, "id", job->requested_by.id);
    jw_json_set_string(requested_by, "name", jw_actor_name(&job->requested_by));
    json_object_set_new(summary, "requestedBy", requested_by);
    jw_json_set_time(summary, "createdAt", job->created_at_ms);
    if (job->finished_at_ms != 0 && jw_job_state_terminal(job->state)) {
        jw_json_set_time(summary, "completedAt", job->finished_at_ms);
    }
    json_object_set_new(summary, "output", summary_output(self, job));
    return summary;
}

void
gw_render_place(const Gw *self, json_t *to, const JwJob *job, bool is_new)
{
    const JwJobPlace place = jw_jobs_queue_place(self->queue, job, is_new);

    if (place.position > 0) {
        json_object_set_new(to, "queuePosition", json_integer(place.position));
    }
    if (place.wait_ms >= 0) {
        json_object_set_new(to, "estimatedWaitTime", json_integer((place.wait_ms + 999) / 1000));
    }
}
