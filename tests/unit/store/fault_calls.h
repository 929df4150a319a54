/* fault_calls.h: a store on a scripted server, and one call of each kind, for tests of its
 * error. */
#pragma once
#include "store_conformance.h"
#include "scripted_mongo.h"

G_GNUC_UNUSED static char *
uri_for(int port, const char *options)
{
    return g_strdup_printf("mongodb://127.0.0.1:%d/?%s", port, options);
}

G_GNUC_UNUSED static JwStore *
new_store(const char *uri, int64_t pool_size, const char *w, GError **error)
{
    g_autofree char *uri_copy = g_strdup(uri);
    g_autofree char *concern = g_strdup(w);
    char database[] = "faults";
    const JwStoreConfig config = { .uri = uri_copy,
                                   .database = database,
                                   .write_concern = concern,
                                   .journal = true,
                                   .pool_size = pool_size,
                                   .wait_ms = 100,
                                   .select_ms = 2000,
                                   .socket_ms = 250 };

    return jw_store_mongo_new(&config, "faults", error);
}

G_GNUC_UNUSED static bool
create(JwStore *store, GError **error)
{
    g_autoptr(JwJob) job = sc_job(JW_JOB_PENDING);
    const JwJob *const jobs[] = { job };
    JwCreate created;

    return jw_store_create_jobs(store, jobs, 1, &created, error);
}

G_GNUC_UNUSED static bool
create_two(JwStore *store, GError **error)
{
    g_autoptr(JwJob) one = sc_job(JW_JOB_PENDING);
    g_autoptr(JwJob) two = sc_job(JW_JOB_PENDING);
    const JwJob *const jobs[] = { one, two };
    JwCreate created[2];

    return jw_store_create_jobs(store, jobs, 2, created, error);
}

G_GNUC_UNUSED static bool
claim(JwStore *store, GError **error)
{
    const JwJobChange change = {
        .job_id = "j", .transition = JW_CHANGE_CLAIM, .now_ms = SC_NOW, .owner = "me"
    };
    JwCas cas;

    return jw_store_change_job(store, &change, &cas, NULL, error);
}

/* Decisions of two schedules, in one round trip. */
G_GNUC_UNUSED static bool
fire_two(JwStore *store, GError **error)
{
    g_autoptr(JwFire) fire = jw_fire_new(SC_NOW, SC_NOW, JW_OCCURRENCE_FIRED, NULL);
    g_autoptr(JwSchedule) one = jw_schedule_new(), two = jw_schedule_new();
    const JwSchedule *const first[] = { one }, *const second[] = { two };
    const JwScheduleGroup groups[] = { { first, 1, SC_NOW + 1, SC_NOW + 1, NULL, fire },
                                       { second, 1, SC_NOW + 2, SC_NOW + 2, NULL, fire } };
    JwCas won[2];

    fire->key = g_strdup("round");
    one->id = g_strdup("one");
    two->id = g_strdup("two");
    one->next_fire_ms = two->next_fire_ms = SC_NOW;
    return jw_store_fire_schedules(store, groups, G_N_ELEMENTS(groups), SC_NOW, won, error);
}

G_GNUC_UNUSED static bool
pull(JwStore *store, GError **error)
{
    const JwOutboxRef refs[] = { { JW_DOC_JOB, "j", "e" }, { JW_DOC_JOB, "k", "e" } };

    return jw_store_pull_outbox(store, refs, 2, error);
}

G_GNUC_UNUSED static bool
roll_up(JwStore *store, GError **error)
{
    const JwDeliveryCounts counts = { 1, 1, 0, 0, 0 };

    return jw_store_set_delivery_counts(store, "j", &counts, SC_NOW, error);
}

G_GNUC_UNUSED static bool
delete_file(JwStore *store, GError **error)
{
    return jw_store_delete_file(store, "f", error);
}

G_GNUC_UNUSED static bool
get(JwStore *store, GError **error)
{
    g_autoptr(JwJob) job = NULL;

    return jw_store_get_job(store, "j", &job, error);
}

G_GNUC_UNUSED static bool
count(JwStore *store, GError **error)
{
    int64_t n;

    return jw_store_count_jobs(store, JW_JOB_BIT(JW_JOB_PENDING), 5, &n, error);
}
