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

void
gw_schedules_not_found(JwHttpReply *reply, const char *id)
{
    jw_http_reply_problem(reply, 404, "JOB_NOT_FOUND", NULL, 0, "Job '%s' not found", id);
}
