/* store_conformance_turns.c: the order in which pending jobs are claimed, what waits, what ran. */
#include "store_conformance.h"
#include "db/db.h"
#include "jw/store_turns.h"

#include <string.h>

static const char *const types[] = { "report", NULL };

/* A pending job of that requester, who is nobody's department; @at_ms old, named like it. (transfer
 * full) its id */
static char *
make(JwStore *store, const char *name, const char *caller, int64_t at_ms)
{
    g_autoptr(JwJob) job = sc_job(JW_JOB_PENDING);

    g_clear_pointer(&job->departments, g_strfreev);
    g_free(job->requested_by.id);
    job->requested_by.id = g_strdup(caller);
    g_free(job->type);
    job->type = g_strdup("report");
    g_free(job->name);
    job->name = g_strdup(name);
    job->priority = JW_PRIORITY_NORMAL;
    job->created_at_ms = at_ms;
    job->not_before_ms = 0;
    sc_create(store, job);
    return g_strdup(job->id);
}

static void
unset_caller(JwStore *store, const char *id)
{
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_UTF8(id));
    g_autoptr(bson_t) update = BCON_NEW("$unset", "{", "caller", BCON_INT32(1), "}");
    g_autoptr(GError) error = NULL;
    JwCas cas = JW_CAS_LOST;

    assert_ok(jw_db_update(store, "jobs", filter, update, &cas, &error), error);
    assert_int_equal(cas, JW_CAS_WON);
}

/* What is next behind @after: "name:caller ". (transfer full) */
static char *
next_jobs(JwStore *store, const char *after, int64_t limit)
{
    const JwJobTurn turn = { JW_PRIORITY_NORMAL, types, after };
    g_autoptr(GPtrArray) waiting = NULL;
    g_autoptr(GString) names = g_string_new(NULL);
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_next_jobs(store, &turn, SC_NOW, limit, &waiting, &error), error);
    for (guint i = 0; i < waiting->len; i++) {
        const JwJobWaiting *next = g_ptr_array_index(waiting, i);
        g_autoptr(JwJob) job = sc_get(store, next->id);

        g_string_append_printf(names, "%s:%s ", job->name, next->caller);
    }
    return g_string_free(g_steal_pointer(&names), FALSE);
}

#define assert_next(store, after, limit, expected)                                                 \
    do {                                                                                           \
        g_autofree char *next_ = next_jobs(store, after, limit);                                   \
        assert_string_equal(next_, expected);                                                      \
    } while (0)

static void
callers_take_turns(JwStore *store)
{
    g_autofree char *old = make(store, "o", "whoever", SC_NOW - 1);

    unset_caller(store, old);     /* of a version that kept none */
    for (int i = 3; i > 0; i--) { /* the oldest last */
        const char name[] = { (char)('0' + i), '\0' };
        g_free(make(store, name, "ann", SC_NOW + i));
    }
    g_free(make(store, "b", "bob", SC_NOW));
    assert_next(store, NULL, 9, "o: 1:subject:ann 2:subject:ann 3:subject:ann b:subject:bob ");
    assert_next(store, NULL, 3, "o: 1:subject:ann 2:subject:ann ");
    assert_next(store, "", 1, "1:subject:ann ");
    assert_next(store, "subject:ann", 9, "b:subject:bob ");
    assert_next(store, "subject:bob", 9, "");
}

static void
what_is_not_due_has_no_turn(JwStore *store)
{
    g_autoptr(JwJob) later = sc_job(JW_JOB_PENDING);
    g_autoptr(JwJob) high = sc_job(JW_JOB_PENDING);
    g_autoptr(JwJob) other = sc_job(JW_JOB_PENDING);

    later->priority = high->priority = other->priority = JW_PRIORITY_NORMAL;
    later->not_before_ms = SC_NOW + 1;
    sc_create(store, later);
    high->priority = JW_PRIORITY_HIGH;
    sc_create(store, high);
    g_free(other->type);
    other->type = g_strdup("another");
    sc_create(store, other);
    assert_next(store, NULL, 9, "");
    g_free(make(store, "x", "zed", SC_NOW));
    assert_next(store, NULL, 9, "x:subject:zed ");
}

static void
assert_waiting(JwStore *store, const char *caller, const JwJob *before, int64_t limit,
               int64_t expected)
{
    g_autoptr(GError) error = NULL;
    int64_t count = -1;

    assert_ok(jw_store_count_waiting(store, JW_PRIORITY_NORMAL, caller, before, SC_NOW, limit,
                                     &count, &error),
              error);
    assert_int_equal(count, expected);
}

static void
what_waits_is_counted(JwStore *store)
{
    static const char *const callers[] = { "", "subject:ann", "subject:bob", NULL };
    g_autofree char *old = make(store, "o", "whoever", SC_NOW);
    g_autofree char *first = make(store, "1", "ann", SC_NOW + 1);
    g_autofree char *second = make(store, "2", "ann", SC_NOW + 2);
    g_autofree char *after = NULL;
    g_autoptr(GError) error = NULL;

    unset_caller(store, old);
    g_free(make(store, "b", "bob", SC_NOW));
    for (size_t i = 0; i < G_N_ELEMENTS(callers); i++) {
        g_autofree char *next = NULL;

        assert_ok(jw_store_next_caller(store, JW_PRIORITY_NORMAL, after, SC_NOW, &next, &error),
                  error);
        sc_assert_text(next, callers[i]);
        g_free(after);
        after = g_steal_pointer(&next);
    }
    g_autoptr(JwJob) job = sc_get(store, second);
    assert_waiting(store, "", NULL, 100, 1);
    assert_waiting(store, "subject:ann", NULL, 100, 2);
    assert_waiting(store, "subject:ann", NULL, 1, 1);
    assert_waiting(store, "subject:ann", job, 100, 1);
    g_autoptr(JwJob) oldest = sc_get(store, first);
    assert_waiting(store, "subject:ann", oldest, 100, 0);
    assert_waiting(store, "subject:nobody", NULL, 100, 0);
}

static void
what_ran_lately_is_known(JwStore *store)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) runs = NULL;

    for (int i = 0; i < 4; i++) {
        g_autoptr(JwJob) job = sc_job(i == 3 ? JW_JOB_FAILED : JW_JOB_COMPLETED);

        job->started_at_ms = SC_NOW + i * 1000;
        job->finished_at_ms = job->started_at_ms + 500;
        job->updated_at_ms = job->finished_at_ms;
        sc_create(store, job);
    }
    assert_ok(jw_store_recent_runs(store, SC_NOW + 1000, 10, &runs, &error), error);
    assert_int_equal(runs->len, 2);
    assert_int_equal(g_array_index(runs, JwJobRun, 0).start_ms, SC_NOW + 2000); /* newest first */
    assert_int_equal(g_array_index(runs, JwJobRun, 1).end_ms, SC_NOW + 1500);
    g_clear_pointer(&runs, g_array_unref);
    assert_ok(jw_store_recent_runs(store, SC_NOW, 1, &runs, &error), error);
    assert_int_equal(runs->len, 1);
}

static void
jobs_are_read_together(JwStore *store)
{
    g_autofree char *one = make(store, "1", "ann", SC_NOW);
    g_autofree char *other = make(store, "2", "ann", SC_NOW);
    const char *const ids[] = { other, "019480a4-5f00-7000-8000-000000000001", one, NULL };
    const char *const none[] = { NULL };
    g_autoptr(GPtrArray) jobs = NULL;
    g_autoptr(GError) error = NULL;

    g_free(make(store, "3", "ann", SC_NOW));
    assert_ok(jw_store_get_jobs(store, ids, &jobs, &error), error);
    assert_int_equal(jobs->len, 2);
    const JwJob *first = g_ptr_array_index(jobs, 0), *second = g_ptr_array_index(jobs, 1);
    assert_string_not_equal(first->id, second->id);
    assert_true(g_strv_contains(ids, first->id) && g_strv_contains(ids, second->id));
    assert_int_equal(first->outbox->len, 0);
    g_clear_pointer(&jobs, g_ptr_array_unref);
    assert_ok(jw_store_get_jobs(store, none, &jobs, &error), error);
    assert_int_equal(jobs->len, 0);
}

const ScCase sc_turn_cases[] = {
    { "callers_take_turns", callers_take_turns },
    { "what_is_not_due_has_no_turn", what_is_not_due_has_no_turn },
    { "what_waits_is_counted", what_waits_is_counted },
    { "what_ran_lately_is_known", what_ran_lately_is_known },
    { "jobs_are_read_together", jobs_are_read_together },
    { NULL, NULL },
};
