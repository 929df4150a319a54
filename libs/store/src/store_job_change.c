/* store_job_change.c: one change of a job's state as one conditional update. Any thread. The
 * filter is the left side of the rule, the update its right side, the events ride in the same
 * update: there is no moment at which a change is durable and its event is not. */
#include "store_mongo.h"

static void
append_filter(bson_t *filter, const JwJobChange *change, const JwJobRule *rule)
{
    BSON_APPEND_UTF8(filter, "_id", change->job_id);
    jw_store_append_states(filter, "state", rule->from, jw_store_job_state_name);
    if ((rule->flags & JW_RULE_FENCED) != 0) {
        BSON_APPEND_INT64(filter, "token", change->token);
    }
    if ((rule->flags & JW_RULE_HEARTBEAT) != 0) {
        BSON_APPEND_INT64(filter, "heartbeat", change->heartbeat);
    }
    if ((rule->flags & JW_RULE_WHEN_DUE) != 0) {
        jw_store_append_past(filter, "notBefore", change->now_ms, 0);
    }
    if ((rule->flags & JW_RULE_AFTER_BACKOFF) != 0) {
        jw_store_append_past(filter, "notBefore", change->now_ms,
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
        jw_store_doc_append_text(set, "owner", change->owner);
        BSON_APPEND_DATE_TIME(set, "startedAt", change->now_ms);
        jw_store_doc_append_as(set, "progress", &jw_store_progress_table, &fresh);
        BSON_APPEND_INT64(set, "heartbeat", 0);
    }
    if ((rule->flags & JW_RULE_SETS_NOT_BEFORE) != 0) {
        BSON_APPEND_DATE_TIME(set, "notBefore", change->not_before_ms);
    }
    if ((rule->flags & JW_RULE_ENDS) != 0) {
        BSON_APPEND_DATE_TIME(set, "finishedAt", change->now_ms);
    }
    if (rule->to == JW_JOB_COMPLETED) {
        BSON_APPEND_INT32(set, "progress.percent", 100);
        if (change->artifact != NULL) {
            jw_store_doc_append_as(set, "artifact", &jw_store_artifact_table, change->artifact);
        }
        jw_store_doc_append_text(set, "result", change->result);
    }
    jw_store_doc_append_text(set, "errorCode", change->error_code);
    jw_store_doc_append_text(set, "errorMessage", change->error_message);
    if (rule->to == JW_JOB_CANCELLED) {
        BSON_APPEND_DATE_TIME(set, "cancelledAt", change->now_ms);
    }
    jw_store_doc_append_text(set, "cancelledBy", change->actor);
    jw_store_doc_append_text(set, "cancelReason", change->reason);
    if ((rule->flags & JW_RULE_COUNTS_RETRY) != 0) {
        BSON_APPEND_INT32(set, "attempts", 0);
    }
}

static void
append_inc(bson_t *update, const JwJobRule *rule)
{
    bson_t inc;

    BSON_APPEND_DOCUMENT_BEGIN(update, "$inc", &inc);
    if ((rule->flags & JW_RULE_RAISES_TOKEN) != 0) {
        BSON_APPEND_INT64(&inc, "token", 1);
    }
    if ((rule->flags & JW_RULE_COUNTS_ATTEMPT) != 0) {
        BSON_APPEND_INT32(&inc, "attempts", 1);
    }
    if ((rule->flags & JW_RULE_RETURNS_ATTEMPT) != 0) {
        BSON_APPEND_INT32(&inc, "attempts", -1);
    }
    if ((rule->flags & JW_RULE_COUNTS_RETRY) != 0) {
        BSON_APPEND_INT32(&inc, "retryCount", 1);
    }
    bson_append_document_end(update, &inc);
}

static void
append_update(bson_t *update, const JwJobChange *change, const JwJobRule *rule)
{
    const unsigned incs = JW_RULE_RAISES_TOKEN | JW_RULE_COUNTS_ATTEMPT | JW_RULE_RETURNS_ATTEMPT
                          | JW_RULE_COUNTS_RETRY;
    bson_t child, push;

    BSON_APPEND_DOCUMENT_BEGIN(update, "$set", &child);
    append_set(&child, change, rule);
    bson_append_document_end(update, &child);
    if ((rule->flags & incs) != 0) {
        append_inc(update, rule);
    }
    if ((rule->flags & JW_RULE_COUNTS_RETRY) != 0) {
        BCON_APPEND(update, "$unset", "{", "errorCode", BCON_INT32(1), "errorMessage",
                    BCON_INT32(1), "finishedAt", BCON_INT32(1), "}");
    }
    if (change->n_events > 0) {
        BSON_APPEND_DOCUMENT_BEGIN(update, "$push", &child);
        BSON_APPEND_DOCUMENT_BEGIN(&child, "outbox", &push);
        jw_store_doc_append_outbox(&push, "$each", change->events, change->n_events);
        bson_append_document_end(&child, &push);
        bson_append_document_end(update, &child);
    }
}

/* Two fields of one document cannot be compared in the MongoDB subset, so the retry count is
 * read first and named in the filter: who comes second loses, as with any compare and set. */
static bool
append_retry_count(JwStore *self, bson_t *filter, const char *job_id, bool *ret_allowed,
                   GError **error)
{
    g_autoptr(JwJob) job = NULL;

    if (!jw_store_mongo_get_job(self, job_id, &job, error)) {
        return false;
    }
    *ret_allowed = job != NULL && job->retry_count < job->max_retries;
    if (*ret_allowed) {
        BSON_APPEND_INT32(filter, "retryCount", job->retry_count);
    }
    return true;
}

bool
jw_store_mongo_change_job(JwStore *self, const JwJobChange *change, JwCas *ret_cas, JwJob **ret_job,
                          GError **error)
{
    const JwJobRule *rule = jw_job_rule(change->transition);
    g_auto(bson_t) filter = BSON_INITIALIZER;
    g_auto(bson_t) update = BSON_INITIALIZER;
    g_autoptr(bson_t) only_id = BCON_NEW("_id", BCON_INT32(1));
    g_autoptr(JwJob) job = NULL;
    JwCas cas = JW_CAS_LOST;
    bool allowed = true;

    append_filter(&filter, change, rule);
    if ((rule->flags & JW_RULE_COUNTS_RETRY) != 0
        && !append_retry_count(self, &filter, change->job_id, &allowed, error)) {
        return false;
    }
    if (!allowed) {
        *ret_cas = JW_CAS_LOST;
        return true;
    }
    append_update(&update, change, rule);
    if (!jw_store_modify(self, "jobs", &filter, &update, ret_job == NULL ? only_id : NULL, &cas,
                         ret_job == NULL ? NULL : jw_store_take_job, &job, error)) {
        return jw_prefix(error, "%s of job '%s'", rule->name, change->job_id);
    }
    if (cas == JW_CAS_WON && ret_job != NULL) {
        *ret_job = g_steal_pointer(&job);
    }
    *ret_cas = cas;
    return true;
}
