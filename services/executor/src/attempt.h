/* attempt.h: one attempt as its handler sees it: progress to report, and the question whether to go
 * on. */
#pragma once
#include "exe.h"

G_BEGIN_DECLS

typedef enum {
    EXE_GO_ON,
    EXE_STOP_CANCEL,   /* a graceful cancel was asked */
    EXE_STOP_LOST,     /* the claim is gone: somebody else owns the job, or it ended */
    EXE_STOP_SHUTDOWN, /* this process ends */
    EXE_STOP_TIMEOUT,  /* the job's own time limit */
} ExeStopReason;

typedef struct _ExeAttempt ExeAttempt;

/* heartbeat.c. @job: (transfer none), outlives the attempt. */
ExeAttempt *exe_attempt_begin(Exe *exe, const JwJob *job);
void exe_attempt_end(ExeAttempt *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ExeAttempt, exe_attempt_end)

Exe *exe_attempt_exe(const ExeAttempt *self);
const JwJob *exe_attempt_job(const ExeAttempt *self);
/* TIMEOUT also when the time limit has just passed. */
ExeStopReason exe_attempt_stop_reason(ExeAttempt *self);
/* What is left of the job's time limit, in ms, at least 1; 0: it has none. */
int64_t exe_attempt_time_left(const ExeAttempt *self);
/* False with CANCELLED when the attempt must stop. Handlers ask at least once a second. */
bool exe_attempt_go_on(ExeAttempt *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* @step: a static string. @total -1: not known. Written to the job with the next heartbeat; never
 * waits. */
void exe_attempt_progress(ExeAttempt *self, const char *step, int percent, int64_t done,
                          int64_t total);
/* The same at the start of a step: written at once, unless the last heartbeat (or the claim) is
 * less than 100 ms old, because nobody sees the steps of a job that short, and each would cost the
 * store a write. */
void exe_attempt_step(ExeAttempt *self, const char *step, int percent, int64_t done, int64_t total);
/* One heartbeat: writes progress, and learns whether a cancel was asked or the claim is lost. */
void exe_attempt_heartbeat(ExeAttempt *self);

ExeHeartbeats *exe_heartbeats_new(Exe *exe);
void exe_heartbeats_free(ExeHeartbeats *self);
/* Has every running attempt stop with SHUTDOWN. */
void exe_heartbeats_shutdown(ExeHeartbeats *self);
size_t exe_heartbeats_running(ExeHeartbeats *self);

G_END_DECLS
