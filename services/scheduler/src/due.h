/* due.h: what the files that fire schedules share. The due thread; steps that concern one schedule
 * alone are done by its crew as well, each by one thread. */
#pragma once
#include "sch.h"

G_BEGIN_DECLS

/* One schedule in one round. */
typedef struct {
    JwSchedule *schedule; /* (transfer none) */
    GError *error;        /* owned: what stopped it; the rest of it waits for the next round */
    guint decided;        /* of its due times, here */
    bool lost;            /* another scheduler decides them */
    guint carried;        /* decisions that were carried out, here */
    bool more;            /* it had its share of the round, and there is more of it to do */
    /* of what has to wait */
    bool queued;
    int64_t look_ms; /* when to look again; 0: nothing waits */
} SchTurn;

/* Of one schedule in one round, decided and carried out each: a long backlog of one, such as a
 * backfill, does not hold up the others. */
#define SCH_TURN_MAX 50

/* round_name.c: this process, among all. (transfer none) */
const char *sch_process_name(Sch *self);
/* A name for what it decides in one go, among all of all schedulers. (transfer full) */
char *sch_name_round(Sch *self);
/* Whether it made that name. */
bool sch_is_own_round(Sch *self, const char *round);

/* judge.c: what the policies say of one due time after the other. */
typedef struct {
    const JwSchedule *schedule; /* with next_fire_ms and wake_ms of the one that is judged */
    const JwDueRule *due;
    int64_t now_ms;
    int64_t bound_ms; /* the due time misfire_limit times behind the next one; 0: not so many */
    bool bounded;     /* bound_ms is known */
} SchJudge;

/* What becomes of the next due time; @next_wake_ms: when the one after it is looked at, 0 for none.
 * (transfer full) */
JwFire *sch_judge(SchJudge *self, int64_t next_wake_ms);
/* The one after it is next. */
void sch_judge_move_on(SchJudge *self);

/* past.c: decides what was due before a rule changed or a schedule was paused. @ret_decided: (out):
 * of how many due times; @ret_more: (out): there is more to be decided at once */
bool sch_decide_past(Sch *self, JwSchedule *schedule, guint *ret_decided, bool *ret_more,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether it has some of that now; what comes behind is decided after it. */
bool sch_has_past(const JwSchedule *schedule, int64_t now_ms);

/* decide.c: decides what is due now of the schedules of @turns (of SchTurn). */
void sch_decide(Sch *self, GPtrArray *turns);

/* fire.c: carries out the pending decisions of these schedules, as they were read and decided, each
 * schedule's in their order. What has to wait is no error. */
void sch_resolve(Sch *self, GPtrArray *turns);

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

/* ready.c: whether the data that it waits for is there. Any thread. */
bool sch_ready(Sch *self, SchMeeting *meeting, SchVerdict *ret_verdict,
               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* overlap.c: what the policy says when jobs of the schedule have not ended. Any thread. */
bool sch_overlap(Sch *self, SchMeeting *meeting, SchVerdict *ret_verdict,
                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
