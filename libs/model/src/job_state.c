/* job_state.c: the table of allowed changes of a job, and the names of its states. Constant
 * data: any thread. A table, so that the store can derive the conditional update and tests can
 * try all pairs of state and change. */
#include "jw/job_state.h"
#include "jw/error.h"
#include "model_private.h"

#include <string.h>

#define BACKOFF_FIRST_MS INT64_C(5000)
#define BACKOFF_MOST_MS  INT64_C(600000)

#define OBSERVED (JW_RULE_FENCED | JW_RULE_HEARTBEAT | JW_RULE_RAISES_TOKEN)

static const JwJobRule rules[JW_JOB_N_TRANSITIONS] = {
    [JW_CHANGE_PROMOTE] = { "promote", JW_JOB_BIT(JW_JOB_SCHEDULED), JW_JOB_PENDING,
                            JW_RULE_WHEN_DUE | JW_RULE_SETS_NOT_BEFORE },
    [JW_CHANGE_CLAIM] = { "claim", JW_JOB_BIT(JW_JOB_PENDING), JW_JOB_RUNNING,
                          JW_RULE_RAISES_TOKEN | JW_RULE_COUNTS_ATTEMPT | JW_RULE_AFTER_BACKOFF },
    [JW_CHANGE_FINISH] = { "finish", JW_JOB_BIT(JW_JOB_RUNNING), JW_JOB_COMPLETED,
                           JW_RULE_FENCED | JW_RULE_ENDS },
    [JW_CHANGE_FAIL_RETRY] = { "fail-retry", JW_JOB_BIT(JW_JOB_RUNNING), JW_JOB_PENDING,
                               JW_RULE_FENCED | JW_RULE_SETS_NOT_BEFORE },
    [JW_CHANGE_FAIL_FINAL] = { "fail-final", JW_JOB_BIT(JW_JOB_RUNNING), JW_JOB_FAILED,
                               JW_RULE_FENCED | JW_RULE_ENDS },
    [JW_CHANGE_RELEASE] = { "release", JW_JOB_BIT(JW_JOB_RUNNING), JW_JOB_PENDING,
                            JW_RULE_FENCED | JW_RULE_RETURNS_ATTEMPT },
    [JW_CHANGE_CANCEL_NOW] = { "cancel-now",
                               JW_JOB_BIT(JW_JOB_SCHEDULED) | JW_JOB_BIT(JW_JOB_PENDING)
                                   | JW_JOB_BIT(JW_JOB_RUNNING) | JW_JOB_BIT(JW_JOB_CANCELLING),
                               JW_JOB_CANCELLED, JW_RULE_RAISES_TOKEN | JW_RULE_ENDS },
    [JW_CHANGE_CANCEL_GRACEFUL] = { "cancel-graceful", JW_JOB_BIT(JW_JOB_RUNNING),
                                    JW_JOB_CANCELLING, 0 },
    [JW_CHANGE_CANCELLED] = { "cancelled", JW_JOB_BIT(JW_JOB_CANCELLING), JW_JOB_CANCELLED,
                              JW_RULE_FENCED | JW_RULE_ENDS },
    [JW_CHANGE_REAP_RETRY] = { "reap-retry", JW_JOB_BIT(JW_JOB_RUNNING), JW_JOB_PENDING, OBSERVED },
    [JW_CHANGE_REAP_FAIL] = { "reap-fail", JW_JOB_BIT(JW_JOB_RUNNING), JW_JOB_FAILED,
                              OBSERVED | JW_RULE_ENDS },
    [JW_CHANGE_REAP_CANCEL] = { "reap-cancel", JW_JOB_BIT(JW_JOB_CANCELLING), JW_JOB_CANCELLED,
                                OBSERVED | JW_RULE_ENDS },
    [JW_CHANGE_RETRY] = { "retry", JW_JOB_BIT(JW_JOB_FAILED), JW_JOB_PENDING,
                          JW_RULE_COUNTS_RETRY },
};

static const char *const state_names[JW_JOB_N_STATES] = {
    [JW_JOB_SCHEDULED] = "scheduled", [JW_JOB_PENDING] = "pending",
    [JW_JOB_RUNNING] = "running",     [JW_JOB_CANCELLING] = "cancelling",
    [JW_JOB_COMPLETED] = "completed", [JW_JOB_FAILED] = "failed",
    [JW_JOB_CANCELLED] = "cancelled",
};

static const char *const priority_names[] = {
    [JW_PRIORITY_LOW] = "low",
    [JW_PRIORITY_NORMAL] = "normal",
    [JW_PRIORITY_HIGH] = "high",
};

const JwJobRule *
jw_job_rule(JwJobTransition transition)
{
    g_return_val_if_fail((size_t)transition < G_N_ELEMENTS(rules), NULL);
    return &rules[transition];
}

bool
jw_job_state_terminal(JwJobState state)
{
    return state == JW_JOB_COMPLETED || state == JW_JOB_FAILED || state == JW_JOB_CANCELLED;
}

const char *
jw_job_state_name(JwJobState state)
{
    g_return_val_if_fail((size_t)state < G_N_ELEMENTS(state_names), "unknown");
    return state_names[state];
}

/* Place of @text in a table of names. */
static bool
find_name(const char *const *names, size_t n_names, const char *text, size_t *ret_index)
{
    for (size_t i = 0; text != NULL && i < n_names; i++) {
        if (strcmp(names[i], text) == 0) {
            *ret_index = i;
            return true;
        }
    }
    return false;
}

bool
jw_job_state_parse(const char *text, JwJobState *ret_state)
{
    size_t index;

    if (!find_name(state_names, G_N_ELEMENTS(state_names), text, &index)) {
        return false;
    }
    *ret_state = (JwJobState)index;
    return true;
}

const char *
jw_priority_name(JwPriority priority)
{
    g_return_val_if_fail((size_t)priority < G_N_ELEMENTS(priority_names), "normal");
    return priority_names[priority];
}

bool
jw_priority_parse(const char *text, JwPriority *ret_priority)
{
    size_t index;

    if (!find_name(priority_names, G_N_ELEMENTS(priority_names), text, &index)) {
        return false;
    }
    *ret_priority = (JwPriority)index;
    return true;
}

int64_t
jw_job_backoff_ms(int attempts, double jitter)
{
    return jw_backoff_ms(BACKOFF_FIRST_MS, BACKOFF_MOST_MS, attempts, jitter);
}

int64_t
jw_backoff_ms(int64_t first_ms, int64_t most_ms, int attempts, double jitter)
{
    int64_t wait_ms = first_ms;

    for (int i = 1; i < attempts && wait_ms < most_ms; i++) {
        wait_ms *= 2;
    }
    /* Jitter is applied after the limit, so that the longest waits do not end all at once.
     */
    return (int64_t)((double)MIN(wait_ms, most_ms) * (0.8 + 0.4 * CLAMP(jitter, 0.0, 1.0)));
}
