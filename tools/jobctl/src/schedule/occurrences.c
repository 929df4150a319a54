/* occurrences.c: what became of due times, run now and for the past. One thread. */
#include "schedule.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "jw/json.h"
#include "jw/sync.h"

#define PAGE_MAX    500
#define LOOK        100 /* so far back a run that was asked for is looked for */
#define INTERVAL_MS 300

static const JcShow columns[] = {
    { "DUE", "due", JC_SHOW_TEXT, false },          { "STATUS", "status", JC_SHOW_TEXT, false },
    { "JOB", "job_id", JC_SHOW_TEXT, false },       { "ENDED", "ended", JC_SHOW_TEXT, false },
    { "REASON", "reason", JC_SHOW_TEXT, false },    { "DECIDED", "decided_at", JC_SHOW_TIME, true },
    { "ENDED AT", "ended_at", JC_SHOW_TIME, true }, { 0 },
};

static const JcShow run_lines[] = {
    { "Job", "job_id", JC_SHOW_TEXT, false },
    { "Status", "job_status", JC_SHOW_TEXT, false },
    { "Ended", "ended_at", JC_SHOW_TIME, false },
    { 0 },
};

void
jc_schedule_show_rows(const JcCall *call, const json_t *rows)
{
    json_auto_t *shown = json_deep_copy(rows);
    g_autoptr(GTimeZone) here = g_time_zone_new_local();
    json_t *row = NULL;
    size_t i = 0;

    json_array_foreach(shown, i, row)
    {
        int64_t due_ms = 0;
        const char *ended = jc_show_text(row, "job_status");

        if (jw_time_parse(jc_show_text(row, "due_time"), &due_ms, NULL)) {
            g_autofree char *due = jc_moment_text(due_ms, here);
            jw_json_set_string(row, "due", due);
        }
        jw_json_set_string(row, "ended", ended);
    }
    jc_show_list(call->context, call->as == JC_AS_JSON ? JC_AS_TABLE : call->as, columns, shown);
}

/* @after: (nullable): where the page before ended. (transfer full) */
static char *
page_path(const JcCall *call, const char *after, int64_t most)
{
    const JcScheduleOptions *given = call->given;
    g_autoptr(GString) tail = g_string_new(NULL);

    g_string_printf(tail, "/occurrences?limit=%" PRId64, most);
    if (given->until_ms != 0) {
        g_autofree char *before = jw_time_format(given->until_ms);
        g_string_append_printf(tail, "&before=%s", before);
    }
    if (after != NULL) {
        g_string_append(tail, "&after=");
        g_string_append_uri_escaped(tail, after, NULL, FALSE);
    }
    if (given->status != NULL) {
        g_string_append(tail, "&status=");
        g_string_append_uri_escaped(tail, given->status, NULL, FALSE);
    }
    return jc_schedule_path(call->arguments[0], tail->str);
}

/* Appends those of a page that are not before --since. False: there is nothing behind them. */
static bool
append_page(const JcScheduleOptions *given, json_t *rows, const json_t *page)
{
    json_t *row = NULL;
    size_t i = 0;

    json_array_foreach(page, i, row)
    {
        int64_t due_ms = 0;
        if (!jw_time_parse(jc_show_text(row, "due_time"), &due_ms, NULL)
            || due_ms < given->since_ms) {
            return false;
        }
        json_array_append(rows, row);
    }
    return true;
}

/* One more than --limit, when there are. (transfer full) */
static json_t *
read_rows(const JcCall *call, GError **error)
{
    const JcScheduleOptions *given = call->given;
    json_auto_t *rows = json_array();
    g_autofree char *after = NULL;
    bool more = true;

    while (more && (int64_t)json_array_size(rows) <= given->limit) {
        const int64_t left = given->limit + 1 - (int64_t)json_array_size(rows);
        g_autofree char *path = page_path(call, after, MIN(left, PAGE_MAX));
        json_auto_t *data = jc_schedule_ask(call, "GET", path, NULL, error);
        if (data == NULL) {
            return NULL;
        }
        g_free(after);
        after = g_strdup(jw_json_text(data, "next_after"));
        more = append_page(given, rows, json_object_get(data, "occurrences")) && after != NULL;
    }
    return json_incref(rows);
}

JcExit
jc_schedule_occurrences(const JcCall *call, GError **error)
{
    const JcScheduleOptions *given = call->given;
    json_auto_t *rows = read_rows(call, error);
    const size_t limit = (size_t)given->limit;

    if (rows == NULL) {
        return JC_EXIT_FAILED;
    }
    const bool more = json_array_size(rows) > limit;
    while (json_array_size(rows) > limit) {
        json_array_remove(rows, json_array_size(rows) - 1);
    }
    if (call->as == JC_AS_JSON) {
        jc_show_json(call->context, rows);
        return JC_EXIT_OK;
    }
    jc_schedule_show_rows(call, rows);
    if (more) {
        fprintf(call->context->err,
                "%zu due times are shown, there are more; more with --limit N\n", limit);
    }
    return JC_EXIT_OK;
}

/* The row of a run that was asked for. @ret_row: (out) (nullable) (transfer full): NULL: no
 * scheduler has made it yet. */
static bool
find_run(const JcCall *call, const char *job_id, json_t **ret_row, GError **error)
{
    g_autofree char *tail = g_strdup_printf("/occurrences?limit=%d", LOOK);
    g_autofree char *path = jc_schedule_path(call->arguments[0], tail);
    json_auto_t *data = jc_schedule_ask(call, "GET", path, NULL, error);
    json_t *row = NULL;
    size_t i = 0;

    *ret_row = NULL;
    json_array_foreach(json_object_get(data, "occurrences"), i, row)
    {
        if (strcmp(jc_show_text(row, "id"), job_id) == 0) {
            *ret_row = json_incref(row);
            return true;
        }
    }
    return data != NULL;
}

static JcExit
show_run(const JcCall *call, const json_t *row, GError **error)
{
    const char *status = jc_show_text(row, "job_status");

    if (call->as == JC_AS_JSON) {
        jc_show_json(call->context, row);
    } else if (status[0] != '\0') {
        jc_show_one(call->context, call->as, run_lines, row);
    }
    if (status[0] == '\0' && call->as != JC_AS_JSON) {
        (void)jw_fail(error, JW_ERROR_CANCELLED, "the run has no job: it was %s: %s",
                      jc_show_text(row, "status"), jc_show_text(row, "reason"));
    }
    return strcmp(status, "completed") == 0 ? JC_EXIT_OK : JC_EXIT_FAILED;
}

/* Until the run's job has ended, or is known to have none. */
static JcExit
wait_for_run(const JcCall *call, const char *job_id, GError **error)
{
    const JcScheduleOptions *given = call->given;
    g_autoptr(JwStop) pause = jw_stop_new();
    JwClock *clock = call->context->clock;
    const int64_t started_ms = jw_clock_mono_ms(clock);

    for (;;) {
        json_auto_t *row = NULL;

        if (!find_run(call, job_id, &row, error)) {
            return JC_EXIT_FAILED;
        }
        if (row != NULL
            && (json_is_string(json_object_get(row, "job_status"))
                || json_is_null(json_object_get(row, "job_id")))) {
            return show_run(call, row, error);
        }
        if (given->timeout_s > 0
            && jw_clock_mono_ms(clock) - started_ms > given->timeout_s * 1000) {
            (void)jw_fail(error, JW_ERROR_BUSY,
                          "job %s has not ended after %d s; see: jobctl schedule occurrences %s",
                          job_id, (int)given->timeout_s, call->arguments[0]);
            return JC_EXIT_FAILED;
        }
        (void)jw_stop_wait(pause, INTERVAL_MS);
    }
}

JcExit
jc_schedule_run(const JcCall *call, GError **error)
{
    const JcScheduleOptions *given = call->given;
    g_autofree char *path = jc_schedule_path(call->arguments[0], "/run");
    json_auto_t *body = json_object();

    if (!jc_api_set_header(call->api, "Idempotency-Key", given->key, error)) {
        return JC_EXIT_FAILED;
    }
    json_auto_t *data = jc_schedule_ask(call, "POST", path, body, error);
    if (data == NULL) {
        return JC_EXIT_FAILED;
    }
    if (given->wait) {
        return wait_for_run(call, jc_show_text(data, "job_id"), error);
    }
    jc_show_one(call->context, call->as, run_lines, data);
    return JC_EXIT_OK;
}

JcExit
jc_schedule_backfill(const JcCall *call, GError **error)
{
    const JcScheduleOptions *given = call->given;
    g_autofree char *path = jc_schedule_path(call->arguments[0], "/backfill");
    g_autoptr(GTimeZone) here = g_time_zone_new_local();
    g_autofree char *from = jc_moment_text(given->from_ms, here);
    g_autofree char *to = jc_moment_text(given->to_ms, here);
    json_auto_t *body = json_object();

    jw_json_set_time(body, "from", given->from_ms);
    jw_json_set_time(body, "to", given->to_ms);
    json_auto_t *data = jc_schedule_ask(call, "POST", path, body, error);
    if (data == NULL) {
        return JC_EXIT_FAILED;
    }
    if (call->as == JC_AS_JSON) {
        jc_show_json(call->context, data);
        return JC_EXIT_OK;
    }
    fprintf(call->context->out,
            "backfill   %s: %" JSON_INTEGER_FORMAT " due times from %s to before %s\n",
            call->arguments[0], json_integer_value(json_object_get(data, "due_times")), from, to);
    return JC_EXIT_OK;
}
