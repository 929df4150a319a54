/* job_turns.c: see jw/store_turns.h. One index has the whole order, so that a turn costs a step in
 * it, however many jobs wait. Any thread. */
#include "repo.h"
#include "jw/store_turns.h"

void
jw_job_waiting_free(gpointer data)
{
    JwJobWaiting *self = data;

    if (self != NULL) {
        g_free(self->id);
        g_free(self->caller);
        g_free(self);
    }
}

static void
append_waiting(bson_t *filter, JwPriority priority, int64_t now_ms)
{
    BSON_APPEND_UTF8(filter, "state", jw_job_state_name(JW_JOB_PENDING));
    BSON_APPEND_INT32(filter, "priority", (int32_t)priority);
    /* as the claim has it */
    jw_repo_append_past(filter, "notBefore", now_ms, now_ms + JW_JOB_BACKOFF_LONGEST_MS);
}

static char *
caller_of(const bson_t *document)
{
    bson_iter_t iter;

    return g_strdup(bson_iter_init_find(&iter, document, "caller") && BSON_ITER_HOLDS_UTF8(&iter)
                        ? bson_iter_utf8(&iter, NULL)
                        : "");
}

static bool
add_waiting(const bson_t *document, gpointer waiting, GError **error)
{
    JwJobWaiting *job = NULL;
    bson_iter_t iter;

    if (!bson_iter_init_find(&iter, document, "_id") || !BSON_ITER_HOLDS_UTF8(&iter)) {
        return jw_fail(error, JW_ERROR_CORRUPT, "a stored job has no id");
    }
    job = g_new0(JwJobWaiting, 1);
    job->id = g_strdup(bson_iter_utf8(&iter, NULL));
    job->caller = caller_of(document);
    g_ptr_array_add(waiting, job);
    return true;
}

bool
jw_store_next_jobs(JwStore *self, const JwJobTurn *turn, int64_t now_ms, int64_t limit,
                   GPtrArray **ret_waiting, GError **error)
{
    g_return_val_if_fail(self != NULL && turn != NULL && turn->types != NULL, false);
    g_return_val_if_fail(limit > 0 && ret_waiting != NULL, false);
    g_autoptr(GPtrArray) waiting = g_ptr_array_new_with_free_func(jw_job_waiting_free);
    g_auto(bson_t) filter = BSON_INITIALIZER;
    g_autoptr(bson_t) opts = BCON_NEW(
        "sort", "{", "caller", BCON_INT32(1), "createdAt", BCON_INT32(1), "_id", BCON_INT32(1), "}",
        "limit", BCON_INT64(limit), "projection", "{", "caller", BCON_INT32(1), "}");
    bson_t types;

    append_waiting(&filter, turn->priority, now_ms);
    BSON_APPEND_DOCUMENT_BEGIN(&filter, "type", &types);
    jw_doc_append_strings(&types, "$in", turn->types);
    bson_append_document_end(&filter, &types);
    if (turn->after != NULL) {
        BCON_APPEND(&filter, "caller", "{", "$gt", BCON_UTF8(turn->after), "}");
    }
    if (!jw_db_find_readable(self, "jobs", &filter, opts, add_waiting, waiting, error)) {
        return jw_prefix(error, "the jobs that are next");
    }
    *ret_waiting = g_steal_pointer(&waiting);
    return true;
}

static bool
take_caller(const bson_t *document, gpointer caller, GError **error)
{
    (void)error;
    *(char **)caller = caller_of(document);
    return true;
}

bool
jw_store_next_caller(JwStore *self, JwPriority priority, const char *after, int64_t now_ms,
                     char **ret_caller, GError **error)
{
    g_return_val_if_fail(self != NULL && ret_caller != NULL, false);
    g_auto(bson_t) filter = BSON_INITIALIZER;
    g_autoptr(bson_t) opts =
        BCON_NEW("sort", "{", "caller", BCON_INT32(1), "}", "limit", BCON_INT64(1), "projection",
                 "{", "caller", BCON_INT32(1), "_id", BCON_INT32(0), "}");
    g_autofree char *caller = NULL;

    append_waiting(&filter, priority, now_ms);
    if (after != NULL) {
        BCON_APPEND(&filter, "caller", "{", "$gt", BCON_UTF8(after), "}");
    }
    if (!jw_db_find(self, "jobs", &filter, opts, take_caller, &caller, error)) {
        return jw_prefix(error, "the callers that wait");
    }
    *ret_caller = g_steal_pointer(&caller);
    return true;
}

bool
jw_store_count_waiting(JwStore *self, JwPriority priority, const char *caller, const JwJob *before,
                       int64_t now_ms, int64_t limit, int64_t *ret_count, GError **error)
{
    g_return_val_if_fail(self != NULL && caller != NULL && limit > 0 && ret_count != NULL, false);
    g_auto(bson_t) filter = BSON_INITIALIZER;

    append_waiting(&filter, priority, now_ms);
    if (*caller != '\0') {
        BSON_APPEND_UTF8(&filter, "caller", caller);
    } else {
        BSON_APPEND_NULL(&filter, "caller");
    }
    if (before != NULL) {
        BCON_APPEND(&filter, "$or", "[", "{", "createdAt", "{", "$lt",
                    BCON_DATE_TIME(before->created_at_ms), "}", "}", "{", "createdAt",
                    BCON_DATE_TIME(before->created_at_ms), "_id", "{", "$lt", BCON_UTF8(before->id),
                    "}", "}", "]");
    }
    return jw_db_count(self, "jobs", &filter, limit, ret_count, error)
           || jw_prefix(error, "the jobs that wait");
}

static bool
add_run(const bson_t *document, gpointer runs, GError **error)
{
    JwJobRun run = { 0, 0 };
    bson_iter_t iter;

    (void)error;
    if (bson_iter_init_find(&iter, document, "startedAt") && BSON_ITER_HOLDS_DATE_TIME(&iter)) {
        run.start_ms = bson_iter_date_time(&iter);
    }
    if (bson_iter_init_find(&iter, document, "finishedAt") && BSON_ITER_HOLDS_DATE_TIME(&iter)) {
        run.end_ms = bson_iter_date_time(&iter);
    }
    if (run.start_ms != 0 && run.end_ms >= run.start_ms) {
        g_array_append_val((GArray *)runs, run);
    }
    return true;
}

bool
jw_store_recent_runs(JwStore *self, int64_t since_ms, int64_t limit, GArray **ret_runs,
                     GError **error)
{
    g_return_val_if_fail(self != NULL && limit > 0 && ret_runs != NULL, false);
    /* A job changes after its end, with its mails: both times, and the index has the first. */
    g_autoptr(bson_t) filter = BCON_NEW("state", BCON_UTF8(jw_job_state_name(JW_JOB_COMPLETED)),
                                        "updatedAt", "{", "$gte", BCON_DATE_TIME(since_ms), "}",
                                        "finishedAt", "{", "$gte", BCON_DATE_TIME(since_ms), "}");
    g_autoptr(bson_t) opts =
        BCON_NEW("sort", "{", "updatedAt", BCON_INT32(-1), "_id", BCON_INT32(-1), "}", "limit",
                 BCON_INT64(limit), "projection", "{", "startedAt", BCON_INT32(1), "finishedAt",
                 BCON_INT32(1), "_id", BCON_INT32(0), "}");
    g_autoptr(GArray) runs = g_array_new(FALSE, FALSE, sizeof(JwJobRun));

    if (!jw_db_find(self, "jobs", filter, opts, add_run, runs, error)) {
        return jw_prefix(error, "the jobs that ran lately");
    }
    *ret_runs = g_steal_pointer(&runs);
    return true;
}
