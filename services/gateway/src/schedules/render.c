/* schedules/render.c: the answers of this API. */
#include "schedules/schedules.h"

#include "jw/clock.h"

void
gw_schedules_reply(JwHttpReply *reply, int status, json_t *take_data)
{
    jw_http_reply_json(reply, status, json_pack("{s:s, s:o}", "status", "ok", "data", take_data));
}

json_t *
gw_schedules_item(const JwSchedule *schedule)
{
    json_t *item = json_object();
    const bool runs = !schedule->paused && schedule->next_fire_ms != 0;
    g_autofree char *next = runs ? jw_time_format(schedule->next_fire_ms) : NULL;
    g_autofree char *details = jw_schedule_details(schedule);

    jw_json_set_string(item, "id", schedule->id);
    json_object_set_new(item, "next_run_time", next != NULL ? json_string(next) : json_null());
    jw_json_set_string(item, "trigger_type", jw_trigger_name(schedule->trigger));
    jw_json_set_string(item, "trigger_details", details);
    return item;
}

json_t *
gw_schedules_times(const GArray *due)
{
    json_t *times = json_array();

    for (guint i = 0; i < due->len; i++) {
        g_autofree char *text = jw_time_format(g_array_index(due, int64_t, i));
        json_array_append_new(times, json_string(text));
    }
    return times;
}

json_t *
gw_schedules_warnings(const GPtrArray *warnings)
{
    json_t *list = json_array();

    for (guint i = 0; i < warnings->len; i++) {
        const JwWarning *warning = g_ptr_array_index(warnings, i);
        json_t *item = json_object();

        jw_json_set_string(item, "code", warning->code);
        jw_json_set_string(item, "message", warning->message);
        json_array_append_new(list, item);
    }
    return list;
}

/* A run has a job as a due time has; its reason says that somebody asked for it. */
static const char *const statuses[] = {
    [JW_OCCURRENCE_FIRED] = "fired",         [JW_OCCURRENCE_LATE] = "late",
    [JW_OCCURRENCE_CAUGHT_UP] = "caught_up", [JW_OCCURRENCE_RUN] = "fired",
    [JW_OCCURRENCE_COALESCED] = "coalesced", [JW_OCCURRENCE_SKIPPED] = "skipped",
};

json_t *
gw_schedules_occurrence(const JwOccurrence *row)
{
    json_t *item = json_object();

    g_return_val_if_fail((size_t)row->kind < G_N_ELEMENTS(statuses), item);
    jw_json_set_string(item, "id", row->id);
    jw_json_set_time(item, "due_time", row->due_ms);
    jw_json_set_string(item, "status", statuses[row->kind]);
    json_object_set_new(item, "reason",
                        row->reason != NULL ? jw_json_string(row->reason) : json_null());
    json_object_set_new(item, "job_id",
                        row->job_id != NULL ? json_string(row->job_id) : json_null());
    jw_json_set_time(item, "decided_at", row->decided_ms);
    json_object_set_new(item, "job_status",
                        row->end_state != NULL ? json_string(row->end_state) : json_null());
    json_object_set_new(item, "ended_at", json_null());
    if (row->ended_ms != 0) {
        jw_json_set_time(item, "ended_at", row->ended_ms);
    }
    return item;
}

void
gw_schedules_not_found(JwHttpReply *reply, const char *id)
{
    jw_http_reply_problem(reply, 404, "JOB_NOT_FOUND", NULL, 0, "Job '%s' not found", id);
}
