/* job_change.c: the changes of a job's state, by the table of jw/job_state.h. Any thread. */
#include "change.h"
#include "jw/store_jobs.h"

static const JwEffect effects[] = {
    { JW_RULE_WHEN_DUE, 0, JW_EFFECT_WANT_PAST, "notBefore", 0 },
    { JW_RULE_RAISES_TOKEN, 0, JW_EFFECT_ADD_INT64, "token", 1 },
    { JW_RULE_COUNTS_ATTEMPT, 0, JW_EFFECT_ADD_INT32, "attempts", 1 },
    { JW_RULE_RETURNS_ATTEMPT, 0, JW_EFFECT_ADD_INT32, "attempts", -1 },
    { JW_RULE_COUNTS_RETRY, 0, JW_EFFECT_ADD_INT32, "retryCount", 1 },
    { JW_RULE_COUNTS_RETRY, 0, JW_EFFECT_SET_INT32, "attempts", 0 },
    { JW_RULE_COUNTS_RETRY, 0, JW_EFFECT_UNSET, "errorCode", 0 },
    { JW_RULE_COUNTS_RETRY, 0, JW_EFFECT_UNSET, "errorMessage", 0 },
    { JW_RULE_COUNTS_RETRY, 0, JW_EFFECT_UNSET, "finishedAt", 0 },
    { JW_RULE_COUNTS_RETRY, 0, JW_EFFECT_SET_BOOL, "mailPending", true },
    { JW_RULE_COUNTS_RETRY, 0, JW_EFFECT_SET_BOOL, "ledgerPending", true },
    { JW_RULE_ENDS, 0, JW_EFFECT_SET_NOW, "finishedAt", 0 },
    { 0, JW_JOB_BIT(JW_JOB_RUNNING), JW_EFFECT_SET_NOW, "startedAt", 0 },
    { 0, JW_JOB_BIT(JW_JOB_RUNNING), JW_EFFECT_SET_INT64, "heartbeat", 0 },
    { 0, JW_JOB_BIT(JW_JOB_COMPLETED), JW_EFFECT_SET_INT32, "progress.percent", 100 },
    /* whoever the mail goes to: webhooks may want to be told */
    { 0, JW_JOB_BIT(JW_JOB_COMPLETED), JW_EFFECT_SET_BOOL, "mailPending", true },
    { 0, JW_JOB_BIT(JW_JOB_FAILED), JW_EFFECT_SET_BOOL, "mailPending", true },
    { 0, JW_JOB_BIT(JW_JOB_CANCELLED), JW_EFFECT_SET_NOW, "cancelledAt", 0 },
};

static void
append_filter(bson_t *filter, const JwJobChange *change, const JwJobRule *rule)
{
    jw_repo_append_states(filter, "state", rule->from, jw_doc_job_state);
    if ((rule->flags & JW_RULE_FENCED) != 0) {
        BSON_APPEND_INT64(filter, "token", change->token);
    }
    if ((rule->flags & JW_RULE_HEARTBEAT) != 0) {
        BSON_APPEND_INT64(filter, "heartbeat", change->heartbeat);
    }
    if ((rule->flags & JW_RULE_AFTER_BACKOFF) != 0) {
        jw_repo_append_past(filter, "notBefore", change->now_ms,
                            change->now_ms + JW_JOB_BACKOFF_LONGEST_MS);
    }
}

static void
append_set(bson_t *set, const JwJobChange *change, const JwJobRule *rule)
{
    static const JwProgress fresh = { .total = -1 };

    BSON_APPEND_UTF8(set, "state", jw_job_state_name(rule->to));
    BSON_APPEND_DATE_TIME(set, "updatedAt", change->now_ms);
    if (rule->to == JW_JOB_RUNNING) {
        jw_doc_append_valid(set, "owner", change->owner);
        jw_doc_append_as(set, "progress", &jw_doc_progress_table, &fresh);
    }
    if ((rule->flags & JW_RULE_SETS_NOT_BEFORE) != 0) {
        BSON_APPEND_DATE_TIME(set, "notBefore", change->not_before_ms);
    }
    if (rule->to == JW_JOB_COMPLETED && change->artifact != NULL) {
        jw_doc_append_as(set, "artifact", &jw_doc_artifact_table, change->artifact);
    }
    if (rule->to == JW_JOB_COMPLETED) {
        jw_doc_append_valid(set, "warnings", change->warnings);
    }
    jw_doc_append_valid(set, "result", change->result);
    jw_doc_append_valid(set, "errorCode", change->error_code);
    jw_doc_append_valid(set, "errorMessage", change->error_message);
    jw_doc_append_valid(set, "cancelledBy", change->actor);
    jw_doc_append_valid(set, "cancelReason", change->reason);
}

static void
append_retry_key(bson_t *set, const JwJob *job, const char *key)
{
    g_autoptr(GStrvBuilder) keys = g_strv_builder_new();
    g_autofree char *own = g_strdup_printf("%d:%s", job->retry_count + 1, key);

    for (size_t i = 0; job->retry_keys != NULL && job->retry_keys[i] != NULL; i++) {
        g_strv_builder_add(keys, job->retry_keys[i]);
    }
    g_strv_builder_add(keys, own);
    g_auto(GStrv) all = g_strv_builder_end(keys);
    jw_doc_append_strings(set, "retryKeys", (const char *const *)all);
}

/* Two fields of one document cannot be compared in the MongoDB subset, so the retry count is
 * read first and named in the filter: the second one loses, as with any compare and set. */
static bool
append_retry(JwStore *self, JwChange *update, const JwJobChange *change, bool *ret_allowed,
             GError **error)
{
    g_autoptr(JwJob) job = NULL;

    if (!jw_store_get_job(self, change->job_id, &job, error)) {
        return false;
    }
    *ret_allowed = job != NULL && job->retry_count < job->max_retries
                   && jw_job_retry_of(job, change->retry_key) == 0;
    if (*ret_allowed) {
        BSON_APPEND_INT32(update->filter, "retryCount", job->retry_count);
    }
    if (*ret_allowed && change->retry_key != NULL) {
        append_retry_key(update->set, job, change->retry_key);
    }
    return true;
}

bool
jw_store_change_job(JwStore *self, const JwJobChange *change, JwCas *ret_cas, JwJob **ret_job,
                    GError **error)
{
    g_return_val_if_fail(self != NULL && change != NULL && ret_cas != NULL, false);
    g_return_val_if_fail(
        change->job_id != NULL && (change->events != NULL || change->n_events == 0), false);
    const JwJobRule *rule = jw_job_rule(change->transition);
    g_auto(JwChange) update = { 0 };
    gpointer job = NULL;
    bool allowed = true;

    jw_change_init(&update, change->job_id);
    append_filter(update.filter, change, rule);
    append_set(update.set, change, rule);
    jw_change_apply(&update, effects, G_N_ELEMENTS(effects), rule->flags, rule->to, change->now_ms);
    if ((rule->flags & JW_RULE_COUNTS_RETRY) != 0
        && !append_retry(self, &update, change, &allowed, error)) {
        return false;
    }
    if (!allowed) {
        *ret_cas = JW_CAS_LOST;
        return true;
    }
    if (!jw_change_run(&update, self, &jw_repo_jobs, change->events, change->n_events, ret_cas,
                       ret_job == NULL ? NULL : &job, error)) {
        return jw_prefix(error, "%s of job '%s'", rule->name, change->job_id);
    }
    if (job != NULL) {
        *ret_job = job;
    }
    return true;
}
