/* due.h: what the files that fire schedules share. The due thread only. */
#pragma once
#include "sch.h"

G_BEGIN_DECLS

/* fire.c: carries out the pending decisions of @schedule, as it was read, in their order. What has
 * to wait is no error. */
bool sch_resolve_all(Sch *self, const JwSchedule *schedule,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* calendars.c: the days of the calendar that @schedule names, valid until they are forgotten.
 * NOT_FOUND when there is none of that name. */
bool sch_set_days(Sch *self, JwSchedule *schedule, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void sch_forget_days(Sch *self);

typedef enum {
    SCH_VERDICT_WAIT, /* not now, and look again at look_ms */
    SCH_VERDICT_GO,
    SCH_VERDICT_NOT, /* it has no job: kind and reason */
} SchVerdict;

/* What one decision that is to fire meets. */
typedef struct {
    const JwSchedule *schedule;
    guint index; /* of the decision */
    const char *job_id;
    const JwJob *job; /* as it would be made */
    int64_t now_ms;
    bool queued; /* one before it waits */
    /* out */
    JwOccurrenceKind kind;
    char *reason;    /* owned; with GO: why it is late, else NULL */
    bool alarm;      /* NOT: it has a job that has failed */
    int64_t look_ms; /* 0: at the next tick */
} SchMeeting;

static inline const JwFire *
sch_meeting_fire(const SchMeeting *meeting)
{
    return g_ptr_array_index(meeting->schedule->pending_fires, meeting->index);
}

/* ready.c: whether the data that it waits for is there. */
bool sch_ready(Sch *self, SchMeeting *meeting, SchVerdict *ret_verdict,
               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* overlap.c: what the policy says when jobs of the schedule have not ended. */
bool sch_overlap(Sch *self, SchMeeting *meeting, SchVerdict *ret_verdict,
                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
