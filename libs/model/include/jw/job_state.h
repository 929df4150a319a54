/* jw/job_state.h: the states of a job and the one table of allowed changes. Constant data; any
 * thread. The store turns a row of the table into one conditional update. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

G_BEGIN_DECLS

typedef enum {
    JW_JOB_SCHEDULED,
    JW_JOB_PENDING,
    JW_JOB_RUNNING,
    JW_JOB_CANCELLING,
    JW_JOB_COMPLETED,
    JW_JOB_FAILED,
    JW_JOB_CANCELLED,
} JwJobState;
#define JW_JOB_N_STATES   7
#define JW_JOB_BIT(state) (1u << (state))
/* Those of a job that has not ended. */
#define JW_JOB_LIVE                                                                                \
    (JW_JOB_BIT(JW_JOB_SCHEDULED) | JW_JOB_BIT(JW_JOB_PENDING) | JW_JOB_BIT(JW_JOB_RUNNING)        \
     | JW_JOB_BIT(JW_JOB_CANCELLING))
#define JW_JOB_ENDED                                                                               \
    (JW_JOB_BIT(JW_JOB_COMPLETED) | JW_JOB_BIT(JW_JOB_FAILED) | JW_JOB_BIT(JW_JOB_CANCELLED))

typedef enum {
    JW_CHANGE_PROMOTE,    /* scheduled → pending, when notBefore has come; sets it */
    JW_CHANGE_CLAIM,      /* pending → running; token+1, attempts+1; when the backoff is over */
    JW_CHANGE_FINISH,     /* running → completed; fenced */
    JW_CHANGE_FAIL_RETRY, /* running → pending with notBefore; fenced */
    JW_CHANGE_FAIL_FINAL, /* running → failed; fenced */
    JW_CHANGE_RELEASE,    /* SIGTERM: running → pending, attempts-1; fenced */
    JW_CHANGE_CANCEL_NOW, /* scheduled, pending, running, cancelling → cancelled; token+1 */
    JW_CHANGE_CANCEL_GRACEFUL, /* running → cancelling */
    JW_CHANGE_CANCELLED,       /* cancelling → cancelled; fenced */
    JW_CHANGE_REAP_RETRY,      /* running → pending; token and heartbeat as observed; token+1 */
    JW_CHANGE_REAP_FAIL,       /* running → failed; token and heartbeat as observed; token+1 */
    JW_CHANGE_REAP_CANCEL, /* cancelling → cancelled; token and heartbeat as observed; token+1 */
    JW_CHANGE_RETRY,       /* failed → pending; retryCount+1, attempts=0 */
} JwJobTransition;
#define JW_JOB_N_TRANSITIONS 13

typedef enum {
    JW_RULE_FENCED = 1 << 0,    /* the filter names the token */
    JW_RULE_HEARTBEAT = 1 << 1, /* the filter names the heartbeat as well */
    JW_RULE_RAISES_TOKEN = 1 << 2,
    JW_RULE_COUNTS_ATTEMPT = 1 << 3,
    JW_RULE_RETURNS_ATTEMPT = 1 << 4,
    JW_RULE_WHEN_DUE = 1 << 5,     /* the filter wants notBefore ≤ now */
    JW_RULE_COUNTS_RETRY = 1 << 6, /* retryCount+1, attempts=0, error cleared */
    JW_RULE_SETS_NOT_BEFORE = 1 << 7,
    JW_RULE_ENDS = 1 << 8, /* sets finishedAt */
    /* As WHEN_DUE, but a notBefore further ahead than the longest backoff counts as due: it was
     * written by a wrong clock. */
    JW_RULE_AFTER_BACKOFF = 1 << 9,
} JwJobRuleFlags;

typedef struct {
    const char *name; /* "claim" … for logs and metrics */
    unsigned from;    /* JW_JOB_BIT of every state it may start from */
    JwJobState to;
    unsigned flags;
} JwJobRule;

/* The row of the table. (transfer none) */
const JwJobRule *jw_job_rule(JwJobTransition transition);

/* Whether a job in @state has ended. */
bool jw_job_state_terminal(JwJobState state);

/* As stored: "pending" …. (transfer none) */
const char *jw_job_state_name(JwJobState state);

/* Reads such a name; false for anything else. */
bool jw_job_state_parse(const char *text, JwJobState *ret_state);

typedef enum { JW_PRIORITY_LOW, JW_PRIORITY_NORMAL, JW_PRIORITY_HIGH } JwPriority;

/* "low", "normal" or "high". (transfer none) */
const char *jw_priority_name(JwPriority priority);

/* Reads such a name; false for anything else. */
bool jw_priority_parse(const char *text, JwPriority *ret_priority);

/* Wait before attempt number @attempts + 1: 5 s · 2^(attempts-1), at most 10 min, ± 20 % by
 * @jitter in [0,1). */
int64_t jw_job_backoff_ms(int attempts, double jitter);
#define JW_JOB_BACKOFF_LONGEST_MS INT64_C(720000)

G_END_DECLS
