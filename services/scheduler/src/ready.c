/* ready.c: whether the data that a due time waits for is there. The due thread. It is looked for
 * with the job as it would be made, so the period is the one that it reads. */
#include "due.h"

#include "jw/civil.h"
#include "jw/report_request.h"
#include "jw/store_records.h"

#define LOOK_AFTER    5000 /* ms until it is looked for again */
#define TIME_LIMIT_MS 10000
#define WAITING_MAX                                                                                \
    100 /* due times of one schedule that wait; the first of more has its deadline */

/* A time at which records no longer come. */
#define FAR_MS (JW_CALENDAR_END * 1000)

static bool
note_found(const JwValue *row G_GNUC_UNUSED, gpointer found, GError **error G_GNUC_UNUSED)
{
    *(bool *)found = true;
    return true;
}

/* One is enough. */
static bool
stop_at_first(const JwValue *row G_GNUC_UNUSED, gpointer found, GError **error)
{
    *(bool *)found = true;
    return jw_fail(error, JW_ERROR_CANCELLED, "there is one");
}

static bool
find_record(Sch *self, const JwReportRequest *request, const JwReportDef *def, bool *ret_found,
            GError **error)
{
    const char *const fields[] = { def->date_field, NULL };
    const JwRecordScan scan = { .collection = def->collection,
                                .date_field = def->date_field,
                                .start_ms = request->end_ms,
                                .end_ms = FAR_MS,
                                .fields = fields,
                                .time_limit_ms = TIME_LIMIT_MS };
    g_autoptr(GError) cause = NULL;

    if (!jw_store_scan_records(self->store, &scan, stop_at_first, ret_found, &cause)
        && !*ret_found) {
        g_propagate_error(error, g_steal_pointer(&cause));
        return false;
    }
    return true;
}

/* "2026-12-25". (transfer full) */
static char *
date_of(GTimeZone *zone, int64_t utc_ms)
{
    JwCivil civil;

    jw_civil_from_days(jw_zone_day(zone, utc_ms), &civil);
    return g_strdup_printf("%04d-%02d-%02d", civil.year, civil.month, civil.day);
}

/* @request: (nullable): of a job that has no period */
static bool
find_marker(Sch *self, const SchMeeting *meeting, const JwReportRequest *request, bool *ret_found,
            GError **error)
{
    static const char *const names[] = { "due_date", "period_start", "period_end", NULL };
    static const char *const fields[] = { "_id", NULL };
    const JwReady *ready = &meeting->schedule->ready;
    const char *zone_name =
        request != NULL ? request->time_zone : jw_schedule_zone(meeting->schedule);
    g_autoptr(GTimeZone) zone = jw_zone_new(zone_name, error);

    if (zone == NULL) {
        return false;
    }
    g_autofree char *due = date_of(zone, sch_meeting_fire(meeting)->due_ms);
    g_autofree char *start = date_of(zone, request != NULL ? request->start_ms : 0);
    g_autofree char *end = date_of(zone, request != NULL ? request->end_ms : 0);
    const char *const values[] = { due, start, end };
    g_autofree char *id = jw_ready_fill(ready->marker_id, names, values);
    const char *const ids[] = { id };

    return jw_store_find_records(self->store, ready->collection, fields, ids, G_N_ELEMENTS(ids),
                                 note_found, ret_found, error);
}

static bool
find(Sch *self, const SchMeeting *meeting, bool *ret_found, GError **error)
{
    g_autoptr(JwReportRequest) request = NULL;
    const JwReportDef *def = NULL;

    if (g_strcmp0(meeting->job->type, "report") == 0
        && !jw_report_request_of_job(self->catalog, meeting->job, &request, &def, error)) {
        return false;
    }
    if (meeting->schedule->ready.type == JW_READY_RECORD) {
        return request == NULL || find_record(self, request, def, ret_found, error);
    }
    return find_marker(self, meeting, request, ret_found, error);
}

/* What is told of the deadline. */
static SchVerdict
give_up(SchMeeting *meeting, int64_t deadline_ms)
{
    const JwUnready what = meeting->schedule->ready.at_deadline;
    g_autofree char *until = jw_time_format(deadline_ms);

    meeting->kind = what == JW_UNREADY_RUN ? JW_OCCURRENCE_LATE : JW_OCCURRENCE_SKIPPED;
    meeting->alarm = what == JW_UNREADY_ALARM;
    meeting->reason =
        g_strdup_printf("its data was not ready by %s: %s", until,
                        what == JW_UNREADY_RUN    ? "it runs all the same"
                        : what == JW_UNREADY_SKIP ? "it is skipped"
                                                  : "alarm, by a job that has failed");
    return what == JW_UNREADY_RUN ? SCH_VERDICT_GO : SCH_VERDICT_NOT;
}

bool
sch_ready(Sch *self, SchMeeting *meeting, SchVerdict *ret_verdict, GError **error)
{
    const JwFire *fire = sch_meeting_fire(meeting);
    const int64_t deadline = fire->wake_ms + meeting->schedule->ready.deadline_ms;
    bool found = false;

    *ret_verdict = SCH_VERDICT_GO;
    if (meeting->schedule->ready.type == JW_READY_AT_ONCE || fire->kind == JW_OCCURRENCE_RUN) {
        return true;
    }
    if (!find(self, meeting, &found, error)) {
        return false;
    }
    if (found) {
        return true;
    }
    if (meeting->now_ms < deadline
        && meeting->schedule->pending_fires->len - meeting->index <= WAITING_MAX) {
        meeting->look_ms = MIN(meeting->now_ms + LOOK_AFTER, deadline);
        *ret_verdict = SCH_VERDICT_WAIT;
        return true;
    }
    *ret_verdict = give_up(meeting, MIN(deadline, meeting->now_ms));
    return true;
}
