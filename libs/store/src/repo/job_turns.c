/* job_turns.c: see jw/store_turns.h. One index has the whole order, so that a turn costs a step in
 * it, however many jobs wait. Any thread. */
#include "job_change.h"
#include "jw/store_turns.h"

static void
append_turn(bson_t *filter, const JwJobTurn *turn)
{
    bson_t types;

    BSON_APPEND_INT32(filter, "priority", (int32_t)turn->priority);
    BSON_APPEND_DOCUMENT_BEGIN(filter, "type", &types);
    jw_doc_append_strings(&types, "$in", turn->types);
    bson_append_document_end(filter, &types);
    if (turn->after != NULL) {
        BCON_APPEND(filter, "caller", "{", turn->again ? "$gte" : "$gt", BCON_UTF8(turn->after),
                    "}");
    }
}

bool
jw_store_claim_next_job(JwStore *self, const JwJobTurn *turn, const char *owner, int64_t now_ms,
                        JwCas *ret_cas, JwJob **ret_job, GError **error)
{
    g_return_val_if_fail(self != NULL && turn != NULL && turn->types != NULL && owner != NULL,
                         false);
    g_return_val_if_fail(ret_cas != NULL && ret_job != NULL, false);
    const JwJobChange claim = { .transition = JW_CHANGE_CLAIM, .owner = owner, .now_ms = now_ms };
    g_auto(JwChange) update = { 0 };
    gpointer job = NULL;

    jw_job_change_build(&update, &claim);
    append_turn(update.filter, turn);
    update.sort =
        BCON_NEW("caller", BCON_INT32(1), "createdAt", BCON_INT32(1), "_id", BCON_INT32(1));
    if (!jw_change_run(&update, self, &jw_repo_jobs, NULL, 0, ret_cas, &job, error)) {
        return jw_prefix(error, "claiming the next job");
    }
    if (*ret_cas == JW_CAS_WON) {
        *ret_job = job;
    }
    return true;
}

bool
jw_store_find_claimed_job(JwStore *self, const char *owner, JwJob **ret_job, GError **error)
{
    g_return_val_if_fail(self != NULL && owner != NULL && ret_job != NULL, false);
    g_autoptr(bson_t) filter =
        BCON_NEW("state", BCON_UTF8(jw_job_state_name(JW_JOB_RUNNING)), "owner", BCON_UTF8(owner));
    g_autoptr(bson_t) opts = BCON_NEW("limit", BCON_INT64(1));
    g_autoptr(GPtrArray) jobs = NULL;

    if (!jw_repo_list(self, &jw_repo_jobs, filter, opts, &jobs, error)) {
        return false;
    }
    *ret_job = jobs->len > 0 ? g_ptr_array_steal_index(jobs, 0) : NULL;
    return true;
}
