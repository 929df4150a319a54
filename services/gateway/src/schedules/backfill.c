/* schedules/backfill.c: POST of a backfill: jobs for the due times of a range that have none. */
#include "schedules/schedules.h"

#include "jw/jobs_calendars.h"
#include "jw/jobs_schedules.h"
#include "jw/log.h"

static const JwField backfill_fields[] = {
    { .name = "from", .type = JW_FIELD_STRING, .flags = JW_FIELD_REQUIRED, .check = jw_check_time },
    { .name = "to", .type = JW_FIELD_STRING, .flags = JW_FIELD_REQUIRED, .check = jw_check_time },
    { .name = NULL },
};

/* False: answered. */
static bool
check_range(JwHttpReply *reply, int64_t from_ms, int64_t to_ms, int64_t now_ms)
{
    g_auto(JwViolations) violations = { 0 };

    if (from_ms > now_ms) {
        (void)jw_violations_add(&violations, "/from",
                                "lies in the future: a backfill is of due times that have passed");
    } else if (from_ms >= to_ms) {
        (void)jw_violations_add(&violations, "/to", "must come after `from`");
    }
    return gw_request_sound(reply, &violations);
}

static void
reply_error(JwHttpReply *reply, const JwSchedule *schedule, const GError *error)
{
    g_auto(JwViolations) violations = { 0 };

    if (jw_error_code(error) == JW_ERROR_TOO_LARGE) {
        (void)jw_violations_add(&violations, "/to", "%s", jw_error_message(error));
        (void)gw_request_sound(reply, &violations);
    } else if (jw_error_code(error) == JW_ERROR_NOT_FOUND) { /* it was deleted meanwhile */
        gw_schedules_not_found(reply, schedule->id);
    } else {
        gw_schedules_reply_doubt(reply, error,
                                 "whether the backfill was asked for is not known: repeat the "
                                 "request, as a due time never gets a second job");
    }
}

/* With the days of its calendar; false: answered. */
static bool
backfill(const Gw *gw, JwHttpReply *reply, JwSchedule *schedule, const json_t *body, const char *by,
         size_t *ret_count)
{
    const int64_t from = jw_json_time(body, "from", 0);
    const int64_t to = jw_json_time(body, "to", 0);
    g_autoptr(JwCalendar) days = NULL;
    g_autoptr(GError) error = NULL;

    if (schedule->calendar != NULL
        && !jw_jobs_load_calendar(&gw->jobs, schedule->calendar, &days, NULL, &error)) {
        if (jw_error_code(error) == JW_ERROR_NOT_FOUND) {
            jw_http_reply_problem(reply, 409, "CALENDAR_NOT_FOUND", NULL, 0, "%s",
                                  jw_error_message(error));
        } else {
            jw_http_reply_error(reply, error);
        }
        return false;
    }
    schedule->days = days;
    const bool ok = jw_jobs_backfill_schedule(&gw->jobs, schedule, from, to, by, ret_count, &error);
    schedule->days = NULL;
    if (!ok) {
        reply_error(reply, schedule, error);
    }
    return ok;
}

void
gw_schedules_backfill(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    const Gw *gw = context;
    const char *by = jw_http_principal(request)->subject;
    json_auto_t *body = gw_request_object(request, reply, backfill_fields);
    size_t count = 0;

    if (body == NULL
        || !check_range(reply, jw_json_time(body, "from", 0), jw_json_time(body, "to", 0),
                        jw_clock_now_ms(gw->jobs.clock))) {
        return;
    }
    g_autoptr(JwSchedule) schedule = gw_schedules_find(gw, request, reply);
    if (schedule == NULL || !backfill(gw, reply, schedule, body, by, &count)) {
        return;
    }
    jw_info("schedule_backfill_asked", JW_STR("schedule_id", schedule->id),
            JW_INT("due_times", (int64_t)count), JW_STR("subject", by));
    gw_schedules_reply(reply, 202, json_pack("{s:I}", "due_times", (json_int_t)count));
}
