/* reports/events.c: GET /jobs/:jobId/events: what becomes of a job, as server-sent events. What
 * they say is what GET of the job says at that time. */
#include "reports/reports.h"

#include "core/events.h"

#include <string.h>

/* "running.0.1/40.400.-1": what changes the status, then what changes the progress. */
static char *
mark(const JwJob *job)
{
    return g_strdup_printf("%s.%d.%" G_GINT64_FORMAT "/%d.%" G_GINT64_FORMAT ".%" G_GINT64_FORMAT,
                           gw_render_status(job->state), job->retry_count, job->token,
                           job->progress.percent, job->progress.done, job->progress.total);
}

static bool
same_status(const char *one, const char *other)
{
    size_t length = strcspn(one, "/");

    return other != NULL && strcspn(other, "/") == length && strncmp(one, other, length) == 0;
}

static void
add_event(GString *text, const char *event, const char *id, const json_t *data)
{
    g_autofree char *line = jw_json_dump(data, JSON_COMPACT);

    g_string_append_printf(text, "event: %s\nid: %s\ndata: %s\n\n", event, id, line);
}

static bool
tell(const Gw *gw, const JwJob *job, const char *seen, GString *text)
{
    bool ended = jw_job_state_terminal(job->state);
    g_autofree char *id = mark(job);
    json_auto_t *status = gw_render_summary(gw, job);
    json_auto_t *progress = gw_render_progress(job, true);

    gw_render_error(status, job);
    if (!ended && !same_status(id, seen)) {
        add_event(text, "status", id, status);
    }
    if (progress != NULL) {
        add_event(text, "progress", id, progress);
    }
    if (ended) {
        add_event(text, "status", id, status);
        add_event(text, "end", id, status);
    }
    return !ended;
}

static const GwEventsForm form = { mark, tell };

void
gw_reports_events(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    const Gw *gw = context;
    const char *seen = jw_http_header(request, "Last-Event-ID");

    g_autoptr(JwJob) job = gw_request_job(gw, request, reply);
    if (job == NULL) {
        return;
    }
    g_autofree char *now = mark(job);
    if (jw_job_state_terminal(job->state) && g_strcmp0(seen, now) == 0) {
        jw_http_reply_empty(reply, 204); /* which tells an EventSource not to come again */
        return;
    }
    gw_events_reply(gw->events, request, reply, job, &form, seen);
}
