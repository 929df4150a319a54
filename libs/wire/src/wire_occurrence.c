/* wire_occurrence.c: the job of one due time of a schedule. Any thread, no state. The body was
 * checked when the schedule was written; it is checked again, because definitions change, and the
 * due time completes it. */
#include "wire_private.h"

#include "jw/address.h"
#include "jw/clock.h"
#include "jw/ident.h"

#include <string.h>

/* Whose jobs they are: the template says it, or they are the schedule's own. */
static void
read_requester(const json_t *actor, JwJob *job, const char *schedule_id)
{
    if (actor != NULL) {
        job->requested_by.id = g_strdup(jw_json_text(actor, "id"));
        job->requested_by.name = g_strdup(jw_json_text(actor, "name"));
        job->requested_by.email = jw_address_sent(jw_json_text(actor, "email"));
        return;
    }
    job->requested_by.id = g_strdup(job->source);
    job->requested_by.name = g_strconcat("Schedule ", schedule_id, NULL);
}

bool
jw_wire_job_from_schedule(const JwWire *self, const JwSchedule *schedule, int64_t due_ms,
                          int64_t now_ms, JwJob **ret_job, GError **error)
{
    char id[JW_UUID_LEN + 1];

    g_return_val_if_fail(
        self != NULL && schedule != NULL && schedule->id != NULL && ret_job != NULL, false);
    g_return_val_if_fail(error == NULL || *error == NULL, false);

    g_auto(JwViolations) violations = { 0 };
    g_autofree char *due = jw_time_format(due_ms);
    const char *text = schedule->job_body != NULL ? schedule->job_body : "";
    json_auto_t *body = jw_json_parse(text, strlen(text), error);
    if (body == NULL) {
        return jw_prefix(error, "job of schedule '%s'", schedule->id);
    }
    if (!jw_wire_check_template(self, body, "", &violations)) {
        g_autofree char *wrong = jw_violations_text(&violations);
        return jw_fail(error, JW_ERROR_INVALID, "job of schedule '%s': %s", schedule->id, wrong);
    }
    JwJob *job = jw_wire_build_template(self, body, schedule->time_zone, due_ms, now_ms);
    jw_uuid_derive(id, "schedule", schedule->id, due, NULL);
    job->id = g_strdup(id);
    job->source = g_strconcat("schedule:", schedule->id, NULL);
    job->schedule_id = g_strdup(schedule->id);
    read_requester(json_object_get(body, "requestedBy"), job, schedule->id);
    job->scheduled_for_ms = due_ms;
    *ret_job = job;
    return true;
}
