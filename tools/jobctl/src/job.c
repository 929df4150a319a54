/* job.c: asks the gateway about a job until it ends, then until its mails have. One thread. */
#include "job.h"

#include <jansson.h>
#include <string.h>

#include "progress.h"
#include "show.h"
#include "jw/json.h"
#include "jw/sync.h"
#include "jw/text.h"

#define AWAY_MAX_MS INT64_C(60000) /* how long the gateway may be away before we give up */
#define MAIL_MAX_MS INT64_C(120000)

typedef struct {
    const JcContext *context;
    const JcWatch *watch;
    JcApi *api;
    const char *job_id;
    JcProgress bar;
    char *last; /* the last line that was printed, where there is no terminal */
    int64_t interval_ms;
    int64_t started_ms, heard_ms, ended_ms; /* monotonic; ended 0: it runs */
    bool heard, away;                       /* ever; reported so */
    json_t *told;                           /* the job as the stream told it; NULL: nothing yet */
    bool told_end;
} Follow;

static const char *
text_of(json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : "";
}

static int64_t
int_of(json_t *object, const char *name)
{
    json_t *value = json_object_get(object, name);
    return json_is_number(value) ? (int64_t)json_number_value(value) : 0;
}

static bool
job_ended(json_t *job)
{
    const char *status = text_of(job, "status");
    return strcmp(status, "completed") == 0 || strcmp(status, "failed") == 0
           || strcmp(status, "cancelled") == 0;
}

/* Every recipient has its final answer, or none was asked for. */
static bool
mail_ended(json_t *job)
{
    json_t *delivery = json_object_get(job, "delivery");

    return strcmp(text_of(job, "status"), "completed") != 0 || delivery == NULL
           || int_of(delivery, "sent") + int_of(delivery, "failed") + int_of(delivery, "bounced")
                  >= int_of(delivery, "total");
}

static char *
describe(json_t *job)
{
    json_t *progress = json_object_get(job, "progress");
    json_t *delivery = json_object_get(job, "delivery");
    GString *text = g_string_new(text_of(job, "status"));

    if (job_ended(job) && delivery == NULL) {
        return g_string_free(text, FALSE);
    }
    if (job_ended(job)) {
        g_string_append_printf(text, ", mail: %d of %d sent", (int)int_of(delivery, "sent"),
                               (int)int_of(delivery, "total"));
    } else if (progress != NULL) {
        const char *step = text_of(progress, "currentStep");
        g_string_append_printf(text, "%s%s", step[0] != '\0' ? ", " : "", step);
    }
    return g_string_free(text, FALSE);
}

/* A line when anything has changed that a line shows. */
static void
show_event(Follow *self, json_t *job)
{
    json_t *progress = json_object_get(job, "progress");
    g_autofree char *state = describe(job);
    g_autofree char *rows = jc_count_text(int_of(progress, "recordsProcessed"));
    g_autofree char *now =
        g_strdup_printf("%3d%%  %s records  %s", (int)int_of(progress, "percentage"), rows, state);

    if (g_strcmp0(now, self->last) == 0) {
        return;
    }
    if (self->watch->json) {
        g_autofree char *line = jw_json_dump(job, JSON_SORT_KEYS | JSON_COMPACT);
        fprintf(self->context->out, "%s\n", line);
    } else {
        g_autofree char *time = jw_time_format(jw_clock_now_ms(self->context->clock));
        g_autofree char *here = jc_show_time(time);
        jc_print(self->context->out, "%s  %s\n", here, now);
    }
    (void)fflush(self->context->out);
    g_free(self->last);
    self->last = g_steal_pointer(&now);
}

static void
show(Follow *self, json_t *job)
{
    json_t *progress = json_object_get(job, "progress");
    g_autofree char *now = describe(job);

    if (self->watch->events) {
        show_event(self, job);
        return;
    }
    if (self->watch->json || self->watch->quiet) {
        return;
    }
    if (self->bar.terminal) {
        const int64_t done = job_ended(job) ? 100 : int_of(progress, "percentage");
        g_autofree char *bar = jc_progress_bar(done, 100);
        g_autofree char *rows = jc_count_text(int_of(progress, "recordsProcessed"));
        fprintf(self->bar.file, "\r\033[K%s  %s  %s records", bar, now, rows);
        (void)fflush(self->bar.file);
        self->bar.drawn = true;
    } else if (g_strcmp0(now, self->last) != 0) {
        jc_print(self->context->out, "%s\n", now);
        (void)fflush(self->context->out);
        g_free(self->last);
        self->last = g_steal_pointer(&now);
    }
}

static void
print_mails(const Follow *self, json_t *delivery)
{
    json_t *recipient = NULL;
    size_t i = 0;

    json_array_foreach(json_object_get(delivery, "recipients"), i, recipient)
    {
        const char *why = text_of(recipient, "errorMessage");
        why = why[0] != '\0' ? why : text_of(recipient, "note");
        jc_print(self->context->out, "Mail      %s: %s%s%s\n", text_of(recipient, "email"),
                 text_of(recipient, "status"), why[0] != '\0' ? ", " : "", why);
    }
}

static void
print_warnings(const Follow *self, json_t *warnings)
{
    json_t *warning = NULL;
    size_t i = 0;

    json_array_foreach(warnings, i, warning)
    {
        jc_print(self->context->out, "Warning   %s\n", text_of(warning, "message"));
    }
}

static void
print_completed(const Follow *self, json_t *job)
{
    json_t *result = json_object_get(job, "result");
    g_autofree char *path = jw_link_report_job(NULL, self->job_id, JW_LINK_DOWNLOAD);

    if (json_is_true(json_object_get(result, "empty"))) {
        jc_print(self->context->out, "Report    none: %s\n", text_of(result, "message"));
        print_warnings(self, json_object_get(job, "warnings"));
        return;
    }
    if (result != NULL) {
        g_autofree char *rows = jc_count_text(int_of(result, "records"));
        g_autofree char *bytes = jw_text_bytes(int_of(result, "sizeBytes"));
        jc_print(self->context->out, "Report    %s, %s records, %s\n", text_of(result, "fileName"),
                 rows, bytes);
    }
    print_warnings(self, json_object_get(job, "warnings"));
    print_mails(self, json_object_get(job, "delivery"));
    jc_print(self->context->out, "Download  %s%s\n          jobctl download %s\n",
             jc_api_url(self->api), path, self->job_id);
}

static JcExit
print_end(Follow *self, json_t *job)
{
    const char *status = text_of(job, "status");
    json_t *problem = json_object_get(job, "error");
    const bool completed = strcmp(status, "completed") == 0;

    jc_progress_clear(&self->bar);
    if (self->watch->events && (completed || self->watch->json)) {
        return completed ? JC_EXIT_OK : JC_EXIT_FAILED;
    }
    if (self->watch->json) {
        g_autofree char *text = jw_json_dump(job, JSON_SORT_KEYS | JSON_INDENT(2));
        fprintf(self->context->out, "%s\n", text);
        return completed ? JC_EXIT_OK : JC_EXIT_FAILED;
    }
    if (completed) {
        print_completed(self, job);
        return JC_EXIT_OK;
    }
    if (problem != NULL) {
        jc_print(self->context->err, "Job %s failed: %s: %s\n", self->job_id,
                 text_of(problem, "code"), text_of(problem, "message"));
    } else {
        jc_print(self->context->err, "Job %s: %s %s\n", self->job_id, status,
                 text_of(job, "cancelReason"));
    }
    return JC_EXIT_FAILED;
}

/* True when there is nothing more to wait for. */
static bool
at_end(Follow *self, json_t *job, int64_t now_ms)
{
    if (!job_ended(job)) {
        return false;
    }
    if (self->ended_ms == 0) {
        self->ended_ms = now_ms;
    }
    return self->watch->no_mail || mail_ended(job) || now_ms - self->ended_ms > MAIL_MAX_MS;
}

static bool
too_late(const Follow *self, int64_t now_ms, GError **error)
{
    const int64_t limit_ms = self->watch->timeout_s * 1000;

    if (limit_ms > 0 && now_ms - self->started_ms > limit_ms) {
        (void)jw_fail(error, JW_ERROR_BUSY,
                      "job %s has not ended after %d s; see again with: jobctl watch %s",
                      self->job_id, (int)(limit_ms / 1000), self->job_id);
        return true;
    }
    return false;
}

/* One question. False: give up with @error. @ret_job NULL: no answer this time. */
static bool
ask(Follow *self, const char *path, json_t **ret_job, GError **error)
{
    g_autoptr(GError) cause = NULL;
    const int64_t now_ms = jw_clock_mono_ms(self->context->clock);

    *ret_job = jc_api_call(self->api, path, NULL, &cause);
    if (*ret_job != NULL) {
        self->heard_ms = now_ms;
        self->heard = true;
        self->away = false;
        return true;
    }
    if (jw_error_retry(cause) == JW_RETRY_NEVER || !self->heard
        || now_ms - self->heard_ms > AWAY_MAX_MS) {
        g_propagate_error(error, g_steal_pointer(&cause));
        return false;
    }
    if (!self->away) {
        jc_progress_clear(&self->bar);
        jc_print(self->context->err, "%s; trying again\n", jw_error_message(cause));
        self->away = true;
    }
    return true;
}

static JcExit
follow(Follow *self, JwStop *pause, const char *path, GError **error)
{
    for (;;) {
        json_auto_t *job = NULL;
        const int64_t now_ms = jw_clock_mono_ms(self->context->clock);

        if (!ask(self, path, &job, error)) {
            return JC_EXIT_FAILED;
        }
        if (job != NULL) {
            show(self, job);
            if (at_end(self, job, now_ms)) {
                return print_end(self, job);
            }
        }
        if (too_late(self, now_ms, error)) {
            return JC_EXIT_FAILED;
        }
        (void)jw_stop_wait(pause, self->interval_ms);
    }
}

/* The job, or its progress. How it ended is asked for: the answer has what the stream has not. */
static void
on_event(const char *name, const char *data, gpointer user)
{
    Follow *self = user;
    json_t *value = jw_json_parse(data, strlen(data), NULL);

    self->heard = self->heard || value != NULL;
    self->heard_ms = jw_clock_mono_ms(self->context->clock);
    if (strcmp(name, "end") == 0) {
        self->told_end = true;
    } else if (strcmp(name, "status") == 0 && json_is_object(value)) {
        json_decref(self->told);
        self->told = json_incref(value);
    } else if (strcmp(name, "progress") == 0 && self->told != NULL) {
        json_object_set(self->told, "progress", value);
    }
    json_decref(value);
    if (self->told != NULL && !self->told_end && !job_ended(self->told)) {
        show_event(self, self->told);
    }
}

/* Shows what the gateway tells by itself until the job has ended, and comes again when a gateway
 * ends a stream before. What goes wrong is no error: the job is asked about instead. */
static void
follow_stream(Follow *self, JwStop *pause)
{
    g_autofree char *path = jw_link_report_job(NULL, self->job_id, "/events");
    g_auto(JcStream) stream = { .on_event = on_event, .user = self };
    bool streams = true;

    jc_stream_init(&stream);
    while (streams && !self->told_end) {
        const int64_t spent_ms = jw_clock_mono_ms(self->context->clock) - self->started_ms;
        const int64_t left_ms = self->watch->timeout_s * 1000 - spent_ms;
        g_autoptr(GError) cause = NULL;

        stream.limit_ms = self->watch->timeout_s > 0 ? MAX(left_ms, 1) : 0;
        streams = jc_api_stream(self->api, path, &stream, &cause) && self->heard;
        if (streams && !self->told_end) {
            (void)jw_stop_wait(pause, self->interval_ms);
        }
    }
    g_clear_pointer(&self->told, json_decref);
}

JcExit
jc_job_watch(const JcCall *call, const char *job_id, const JcWatch *watch, GError **error)
{
    const JcContext *context = call->context;
    g_autoptr(JwStop) pause = jw_stop_new();
    g_autofree char *path = jw_link_report_job(NULL, job_id, "");
    const int64_t now_ms = jw_clock_mono_ms(context->clock);
    Follow self = { .context = context,
                    .watch = watch,
                    .api = call->api,
                    .job_id = job_id,
                    .interval_ms = watch->interval_ms > 0 ? watch->interval_ms : 300,
                    .started_ms = now_ms,
                    .heard_ms = now_ms,
                    .heard = watch->posted };

    jc_progress_init(&self.bar, context->err, context->clock, "");
    if (watch->events) {
        follow_stream(&self, pause);
    }
    const JcExit code = follow(&self, pause, path, error);
    jc_progress_clear(&self.bar);
    g_free(self.last);
    return code;
}
