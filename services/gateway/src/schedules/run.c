/* schedules/run.c: POST of a run now. No due time moves; a scheduler makes the job within a tick.
 */
#include "schedules/schedules.h"

#include "jw/jobs_schedules.h"
#include "jw/log.h"

#define SOURCE "api:schedules"

static const JwField run_fields[] = { { .name = NULL } };

bool
gw_schedules_key(const JwHttpRequest *request, int64_t now_ms, JwViolations *violations,
                 const char **ret_key, char ret_id[JW_UUID_LEN + 1])
{
    if (!gw_request_key(request, violations, ret_key)) {
        return false;
    }
    jw_jobs_make_id(ret_id, SOURCE, jw_http_principal(request)->subject, *ret_key, now_ms);
    return true;
}

void
gw_schedules_reply_doubt(JwHttpReply *reply, const GError *error, const char *what)
{
    if (jw_error_code(error) != JW_ERROR_IN_DOUBT) {
        jw_http_reply_error(reply, error);
        return;
    }
    jw_http_reply_problem(reply, 504, "OUTCOME_UNKNOWN", NULL, 0, "%s", what);
}

static void
reply_run(JwHttpReply *reply, const char *job_id, bool replayed)
{
    if (replayed) {
        jw_http_reply_header(reply, "Idempotent-Replayed", "true");
    }
    gw_schedules_reply(reply, 202, json_pack("{s:s}", "job_id", job_id));
}

void
gw_schedules_run(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    const Gw *gw = context;
    const char *by = jw_http_principal(request)->subject;
    g_auto(JwViolations) violations = { 0 };
    g_autoptr(GError) error = NULL;
    char own_key[JW_UUID_LEN + 1], job_id[JW_UUID_LEN + 1];
    const char *key = NULL;
    bool replayed = false;

    json_auto_t *body = gw_request_object(request, reply, run_fields);
    if (body == NULL) {
        return;
    }
    if (!gw_schedules_key(request, jw_clock_now_ms(gw->clock), &violations, &key, own_key)) {
        (void)gw_request_sound(reply, &violations);
        return;
    }
    g_autoptr(JwSchedule) schedule = gw_schedules_find(gw, request, reply);
    if (schedule == NULL) {
        return;
    }
    if (!jw_jobs_run_schedule(&gw->jobs, schedule, by, key != NULL ? own_key : NULL, job_id,
                              &replayed, &error)) {
        if (jw_error_code(error) == JW_ERROR_NOT_FOUND) { /* it was deleted meanwhile */
            gw_schedules_not_found(reply, schedule->id);
            return;
        }
        gw_schedules_reply_doubt(reply, error,
                                 "whether the run was asked for is not known: repeat the request "
                                 "with the same Idempotency-Key, or look at the occurrences");
        return;
    }
    jw_info("schedule_run_asked", JW_STR("schedule_id", schedule->id), JW_STR("job_id", job_id),
            JW_STR("subject", by));
    reply_run(reply, job_id, replayed);
}
