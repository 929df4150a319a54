/* detail.c: what a schedule is, when it is due, and what others there are. One thread. */
#include "schedule.h"

#include <jansson.h>
#include <string.h>

#include "table.h"
#include "jw/json.h"

#define PAGE_MAX 1000
#define TIMES    10

static const JcShow columns[] = {
    { "ID", "id", JC_SHOW_TEXT, false },
    { "TRIGGER", "trigger_type", JC_SHOW_TEXT, false },
    { "DETAILS", "trigger_details", JC_SHOW_TEXT, false },
    { "STATE", "state", JC_SHOW_TEXT, false },
    { "NEXT", "next", JC_SHOW_TEXT, false },
    { "IN", "distance", JC_SHOW_TEXT, false },
    { "ZONE", "time_zone", JC_SHOW_TEXT, true },
    { "OVERLAP", "overlap", JC_SHOW_TEXT, true },
    { "LAST", "last", JC_SHOW_TEXT, true },
    { "NOTE", "note", JC_SHOW_TEXT, true },
    { 0 },
};

static const JcShow lines[] = {
    { "Schedule", "id", JC_SHOW_TEXT, false },
    { "Description", "description", JC_SHOW_TEXT, false },
    { "State", "state", JC_SHOW_TEXT, false },
    { "Note", "note", JC_SHOW_TEXT, false },
    { "Trigger", "trigger_type", JC_SHOW_TEXT, false },
    { "Details", "trigger_details", JC_SHOW_TEXT, false },
    { "Dialect", "trigger.dialect", JC_SHOW_TEXT, false },
    { "Anchor", "trigger.anchor", JC_SHOW_TIME, false },
    { "Time zone", "time_zone", JC_SHOW_TEXT, false },
    { "Next", "next", JC_SHOW_TEXT, false },
    { "Clock changes", "dst", JC_SHOW_JSON, false },
    { "Start", "start", JC_SHOW_TIME, false },
    { "End", "end", JC_SHOW_TIME, false },
    { "Calendar", "calendar", JC_SHOW_TEXT, false },
    { "Jitter", "jitter", JC_SHOW_TEXT, false },
    { "Misfire", "misfire", JC_SHOW_TEXT, false },
    { "Misfire grace", "misfire_grace", JC_SHOW_TEXT, true },
    { "Misfire limit", "misfire_limit", JC_SHOW_COUNT, true },
    { "Overlap", "overlap", JC_SHOW_TEXT, false },
    { "Waits for", "ready", JC_SHOW_JSON, false },
    { "Pauses after", "pause_after_failures", JC_SHOW_COUNT, false },
    { "Job", "job.name", JC_SHOW_TEXT, false },
    { "Kind", "job.kind", JC_SHOW_TEXT, true },
    { "Type", "job.reportType", JC_SHOW_TEXT, false },
    { "Parameters", "job.parameters", JC_SHOW_JSON, false },
    { "Output", "job.output", JC_SHOW_JSON, false },
    { "Delivery", "job.delivery", JC_SHOW_JSON, false },
    { "Priority", "job.priority", JC_SHOW_TEXT, false },
    { 0 },
};

const char *
jc_schedule_state(const json_t *job)
{
    if (json_is_true(json_object_get(job, "paused"))) {
        return "paused";
    }
    return json_is_string(json_object_get(job, "next_run_time")) ? "active" : "ended";
}

/* What became of the latest due time: "fired, 3 h ago". (transfer full) */
static char *
last_text(const JcContext *context, const json_t *job)
{
    const json_t *last = json_array_get(json_object_get(job, "occurrences"), 0);
    int64_t due_ms = 0;

    if (last == NULL || !jw_time_parse(jc_show_text(last, "due_time"), &due_ms, NULL)) {
        return NULL;
    }
    g_autofree char *distance = jc_moment_distance(due_ms, jw_clock_now_ms(context->clock));
    const char *ended = jc_show_text(last, "job_status");
    return g_strdup_printf("%s%s%s, %s", jc_show_text(last, "status"), ended[0] != '\0' ? ", " : "",
                           ended, distance);
}

/* Adds to one of the list what the table shows beside what the API lists: the whole of it where
 * that is needed. False: with @error. */
static bool
add_shown(const JcCall *call, json_t *item, GError **error)
{
    const char *next = json_string_value(json_object_get(item, "next_run_time"));
    g_autoptr(GTimeZone) here = g_time_zone_new_local();
    g_autofree char *path = jc_schedule_path(jc_show_text(item, "id"), "");
    g_autoptr(GError) cause = NULL;
    int64_t next_ms = 0;

    if (next == NULL || call->as == JC_AS_WIDE) {
        json_auto_t *data = jc_schedule_ask(call, "GET", path, NULL, &cause);
        const json_t *job = json_object_get(data, "job");
        g_autofree char *last = last_text(call->context, job);
        if (data == NULL && jw_error_code(cause) != JW_ERROR_NOT_FOUND) {
            g_propagate_error(error, g_steal_pointer(&cause));
            return false;
        }
        json_object_update_missing(item, jw_json_mutable(job));
        jw_json_set_string(item, "state", job != NULL ? jc_schedule_state(job) : "deleted");
        jw_json_set_string(item, "last", last);
    } else {
        jw_json_set_string(item, "state", "active");
    }
    if (next != NULL && jw_time_parse(next, &next_ms, NULL)) {
        g_autofree char *text = jc_moment_text(next_ms, here);
        g_autofree char *distance =
            jc_moment_distance(next_ms, jw_clock_now_ms(call->context->clock));
        jw_json_set_string(item, "next", text);
        jw_json_set_string(item, "distance", distance);
    }
    return true;
}

JcExit
jc_schedule_list(const JcCall *call, GError **error)
{
    const JcScheduleOptions *given = call->given;
    bool more = false;
    json_auto_t *items =
        jc_pages_read(call, JC_SCHEDULES, "jobs", PAGE_MAX, given->limit, &more, error);
    json_t *item = NULL;
    size_t i = 0;

    json_array_foreach(items, i, item)
    {
        if (call->as != JC_AS_JSON && !add_shown(call, item, error)) {
            return JC_EXIT_FAILED;
        }
    }
    if (items == NULL) {
        return JC_EXIT_FAILED;
    }
    jc_show_list(call->context, call->as, columns, items);
    if (call->as != JC_AS_JSON && more) {
        fprintf(call->context->err,
                "%zu schedules are shown, there are more; more with --limit N\n",
                json_array_size(items));
    }
    return JC_EXIT_OK;
}

void
jc_schedule_show_times(const JcContext *context, const json_t *data, GTimeZone *zone, size_t most)
{
    const json_t *times = json_object_get(data, "next_run_times");
    const int64_t now = jw_clock_now_ms(context->clock);
    g_autoptr(JcTable) table = jc_table_new(2);
    const json_t *value = NULL;
    size_t i = 0;

    jc_table_add(table, "DUE");
    jc_table_add(table, "IN");
    for (i = 0; i < MIN(json_array_size(times), most); i++) {
        const char *time = json_string_value(json_array_get(times, i));
        int64_t time_ms = 0;

        if (time != NULL && jw_time_parse(time, &time_ms, NULL)) {
            g_autofree char *text = jc_moment_text(time_ms, zone);
            g_autofree char *distance = jc_moment_distance(time_ms, now);
            jc_table_add(table, text);
            jc_table_add(table, distance);
        }
    }
    if (i > 0) {
        jc_table_print(table, context->out);
    }
    json_array_foreach(json_object_get(data, "warnings"), i, value)
    {
        jc_print(context->out, "Note  %s: %s\n", jc_show_text(value, "code"),
                 jc_show_text(value, "message"));
    }
}

/* The definition as it may be applied. */
static JcExit export(const JcCall *call, GError **error)
{
    g_autofree char *path = jc_schedule_path(call->arguments[0], "/definition");
    json_auto_t *data = jc_schedule_ask(call, "GET", path, NULL, error);

    if (data == NULL) {
        return JC_EXIT_FAILED;
    }
    jc_show_json(call->context, json_object_get(data, "definition"));
    return JC_EXIT_OK;
}

static void
show_detail(const JcCall *call, json_t *job)
{
    const JcContext *context = call->context;
    const json_t *rows = json_object_get(job, "occurrences");
    g_autoptr(GTimeZone) zone = jc_moment_zone(jc_show_text(job, "time_zone"));
    g_autofree char *next =
        jc_moment_words(context, json_string_value(json_object_get(job, "next_run_time")), zone);

    jw_json_set_string(job, "state", jc_schedule_state(job));
    jw_json_set_string(job, "next", next);
    jc_show_one(context, call->as, lines, job);
    if (json_array_size(json_object_get(job, "next_run_times")) > 0
        || json_array_size(json_object_get(job, "warnings")) > 0) {
        fputc('\n', context->out);
        jc_schedule_show_times(context, job, zone, TIMES);
    }
    if (json_array_size(rows) > 0) {
        fputc('\n', context->out);
        jc_schedule_show_rows(call, rows);
    }
}

JcExit
jc_schedule_get(const JcCall *call, GError **error)
{
    const JcScheduleOptions *given = call->given;
    g_autofree char *path = jc_schedule_path(call->arguments[0], "");

    if (given->export) {
        return export(call, error);
    }
    json_auto_t *data = jc_schedule_ask(call, "GET", path, NULL, error);
    json_t *job = json_object_get(data, "job");
    if (data == NULL) {
        return JC_EXIT_FAILED;
    }
    if (call->as == JC_AS_JSON) {
        jc_show_json(call->context, job);
    } else {
        show_detail(call, job);
    }
    return JC_EXIT_OK;
}
