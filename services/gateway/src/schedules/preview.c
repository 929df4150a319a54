/* schedules/preview.c: POST of a preview: when a rule that is not stored, or a stored one, perhaps
 * with a change, is due next. Nothing is stored. */
#include "schedules/schedules.h"

#include "jw/jobs_preview.h"
#include "jw/json_parts.h"

static void
reply_preview(const Gw *gw, JwHttpReply *reply, JwSchedule *schedule)
{
    g_autoptr(GArray) due = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(GPtrArray) warnings = jw_warnings_new();
    g_auto(JwViolations) violations = { 0 };
    g_autoptr(GError) error = NULL;

    if (jw_jobs_preview_schedule(&gw->jobs, schedule, jw_clock_now_ms(gw->jobs.clock) + 1, due,
                                 warnings, &error)) {
        gw_schedules_reply(reply, 200,
                           json_pack("{s:o, s:o}", "next_run_times", gw_schedules_times(due),
                                     "warnings", gw_schedules_warnings(warnings)));
    } else if (jw_error_code(error) == JW_ERROR_NOT_FOUND) {
        (void)jw_violations_add(&violations, "/calendar", "%s", jw_error_message(error));
        (void)gw_request_sound(reply, &violations);
    } else {
        jw_http_reply_error(reply, error);
    }
}

static void
preview(const Gw *gw, JwHttpReply *reply, const json_t *body, JwViolations *violations)
{
    g_autoptr(JwSchedule) schedule = NULL;

    if (jw_wire_rule_from_value(gw->wire, body, jw_clock_now_ms(gw->jobs.clock), violations,
                                &schedule)
        && gw_request_sound(reply, violations)) {
        reply_preview(gw, reply, schedule);
    } else {
        (void)gw_request_sound(reply, violations);
    }
}

void
gw_schedules_preview(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    g_auto(JwViolations) violations = { 0 };
    json_auto_t *body = gw_request_body(request, reply);

    if (body != NULL) {
        preview(context, reply, body, &violations);
    }
}

void
gw_schedules_preview_stored(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    g_auto(JwViolations) violations = { 0 };
    size_t length = 0;

    (void)jw_http_body(request, &length);
    json_auto_t *patch = length > 0 ? gw_request_body(request, reply) : json_object();
    if (patch == NULL) {
        return;
    }
    g_autoptr(JwSchedule) schedule = gw_schedules_find(context, request, reply);
    if (schedule == NULL) {
        return;
    }
    if (json_is_object(patch) && json_object_size(patch) == 0) {
        reply_preview(context, reply, schedule);
        return;
    }
    json_auto_t *value = jw_wire_schedule_value(schedule);
    json_auto_t *whole = jw_json_merge(value, patch);
    if (json_is_object(patch)) {
        (void)jw_wire_check_schedule_nulls(patch, &violations);
    }
    preview(context, reply, whole, &violations);
}
