/* firing.h: one decision that is carried out, step by step. Any thread, one at a time. What fails
 * is the error of its turn. What is written of many, fire.c writes together. */
#pragma once
#include "due.h"

G_BEGIN_DECLS

typedef struct {
    Sch *sch;
    SchTurn *turn; /* its error is that of the step that failed */
    SchMeeting meeting;
    JwOccurrence row;
    /* what the ledger says, once it is found */
    JwOccurrenceKind said;
    int64_t said_ms;
    bool said_job, said_deleted;
    JwJob *job;       /* owned; NULL: it cannot be made */
    GError *cause;    /* owned: why not */
    char *reason;     /* owned: of the row, where it is no constant */
    bool found, done; /* the row is there; there is nothing left to do */
    bool unwritten;   /* the row is to be written */
    bool taken;       /* another had written it before */
} SchFiring;

/* Of the decision at @index. (transfer full) */
SchFiring *sch_firing_new(Sch *sch, SchTurn *turn, guint index);
void sch_firing_free(gpointer self);

const JwFire *sch_firing_decision(const SchFiring *self);
/* It has neither failed nor is there nothing left to do. */
bool sch_firing_goes_on(const SchFiring *self);

/* Its job, in memory. That it cannot be made is a cause and no error. */
void sch_firing_make_job(SchFiring *self);
/* Keeps why it cannot be made; any other error goes on. */
bool sch_firing_take_cause(SchFiring *self, GError *take_error,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether what is written depends on more than the decision: what is written already holds. */
bool sch_firing_is_conditional(const SchFiring *self);
/* What the ledger says. */
void sch_firing_note_word(SchFiring *self, const JwOccurrence *row);
/* Goes on as that says. */
void sch_firing_follow(SchFiring *self);
/* The row: as it is there already, else by what the decision meets now; unwritten: it is to be
 * written. */
void sch_firing_find_word(SchFiring *self);

/* The row says that it fires, and its job cannot be made here: it may be there all the same. */
void sch_firing_amend(SchFiring *self);
/* The job of an alarm: it has failed before it began. Who would be told of a failure is told. */
void sch_firing_fail_job(SchFiring *self);

G_END_DECLS
