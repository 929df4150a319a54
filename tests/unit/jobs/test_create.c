/* test_create.c: a job is created once, whatever is repeated and whatever fails. */
#include "jobskit.h"

#include <string.h>

static JwJob *
new_job(JobsKit *kit, const char *key, const char *hash, const char *request_id)
{
    JwJob *job = kit_new_job(kit->ports);
    char id[JW_UUID_LEN + 1];

    jw_jobs_make_id(id, "test", "ann", key, KIT_NOW);
    g_free(job->id);
    job->id = g_strdup(id);
    job->request_hash = g_strdup(hash);
    job->request_id = g_strdup(request_id);
    return job;
}

static JwCreated
create(JobsKit *kit, JwJob *job, JwJob **ret_earlier)
{
    g_autoptr(GError) error = NULL;
    JwCreated created = JW_CREATED_KEY_REUSED;

    assert_ok(jw_jobs_create(&kit->jobs, job, &created, ret_earlier, &error), error);
    return created;
}

static void
assert_stored(JobsKit *kit, const JwJob *job, size_t commands)
{
    g_autoptr(JwJob) stored = kit_job(kit->ports, job->id);

    assert_non_null(stored);
    assert_int_equal(kit_events(stored->outbox, JW_TYPE_JOB_SUBMITTED), 1);
    assert_int_equal(kit_events(stored->outbox, JW_TYPE_JOB_SUBMIT), commands);
}

static void
test_ids(void **state G_GNUC_UNUSED)
{
    char a[JW_UUID_LEN + 1], b[JW_UUID_LEN + 1];

    jw_jobs_make_id(a, "test", "ann", "k", 1);
    jw_jobs_make_id(b, "test", "ann", "k", 2);
    assert_string_equal(a, b);
    jw_jobs_make_id(b, "test", "bob", "k", 1);
    assert_string_not_equal(a, b);
    jw_jobs_make_id(b, "other", "ann", "k", 1);
    assert_string_not_equal(a, b);
    jw_jobs_make_id(a, "test", "ann", NULL, 1);
    jw_jobs_make_id(b, "test", "ann", NULL, 1);
    assert_string_not_equal(a, b);
}

/* Whoever follows README.md gets the id that stands there: it is derived. */
static void
test_readme_id(void **state G_GNUC_UNUSED)
{
    static const char key[] = "Idempotency-Key: billing-week-46";
    g_autofree char *text = NULL;
    char id[JW_UUID_LEN + 1];

    assert_true(g_file_get_contents(JW_SOURCE_DIR "/README.md", &text, NULL, NULL));
    assert_non_null(strstr(text, key));
    jw_jobs_make_id(id, "api:reports", "local-user", strchr(key, ' ') + 1, 1);
    g_autofree char *answer = g_strdup_printf("{\"id\":\"%s\",", id);
    g_autofree char *watch = g_strdup_printf("jobctl watch %s ", id);
    g_autofree char *download = g_strdup_printf("jobctl download %s ", id);
    assert_non_null(strstr(text, answer));
    assert_non_null(strstr(text, watch));
    assert_non_null(strstr(text, download));
}

static void
test_create(void **state)
{
    JobsKit *kit = *state;
    g_autoptr(JwJob) pending = new_job(kit, NULL, NULL, "r");
    g_autoptr(JwJob) scheduled = new_job(kit, NULL, NULL, "r");

    scheduled->state = JW_JOB_SCHEDULED;
    assert_int_equal(create(kit, pending, NULL), JW_CREATED_NEW);
    assert_stored(kit, pending, 1);
    assert_int_equal(create(kit, scheduled, NULL), JW_CREATED_NEW);
    assert_stored(kit, scheduled, 0);
    assert_int_equal(jw_relay_backlog(kit->jobs.relay), 3);
    (void)kit_calls(kit);
    assert_int_equal(create(kit, pending, NULL), JW_CREATED_REPLAYED); /* nothing to compare */
    assert_int_equal(kit_calls(kit), 1);
    assert_int_equal(jw_relay_backlog(kit->jobs.relay), 3);
}

static void
test_keys(void **state)
{
    JobsKit *kit = *state;
    g_autoptr(JwJob) first = new_job(kit, "k", "h", "r-1");
    g_autoptr(JwJob) again = new_job(kit, "k", "h", "r-2");
    g_autoptr(JwJob) same_ids = new_job(kit, "k", "h", "r-1");
    g_autoptr(JwJob) other = new_job(kit, "k", "x", "r-3");
    g_autoptr(JwJob) earlier = NULL;
    g_autoptr(JwJob) replay = NULL;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_jobs_find_replay(&kit->jobs, first->id, "h", &replay, &error), error);
    assert_null(replay);
    assert_int_equal(create(kit, first, NULL), JW_CREATED_NEW);
    assert_int_equal(create(kit, again, &earlier), JW_CREATED_REPLAYED);
    assert_string_equal(earlier->request_id, "r-1");
    assert_int_equal(create(kit, same_ids, NULL), JW_CREATED_REPLAYED); /* the outcome was known */
    assert_int_equal(create(kit, other, NULL), JW_CREATED_KEY_REUSED);
    assert_stored(kit, first, 1);
    assert_ok(jw_jobs_find_replay(&kit->jobs, first->id, "x", &replay, &error), error);
    assert_null(replay);
    assert_ok(jw_jobs_find_replay(&kit->jobs, first->id, "h", &replay, &error), error);
    assert_string_equal(replay->id, first->id);
}

/* Outcome unknown, done or not, and some calls after it fail: NEW when that is known, else
 * IN_DOUBT; created once either way. */
static void
test_doubt(void **state)
{
    JobsKit *kit = *state;

    for (int way = 0; way < 16; way++) {
        bool done = (way & 1) != 0;
        int times = way >> 2;
        g_autofree char *key = g_strdup_printf("k-%d", way);
        bool keyed = (way & 2) != 0;
        g_autoptr(JwJob) job = new_job(kit, keyed ? key : NULL, keyed ? "h" : NULL, "r");
        g_autoptr(GError) error = NULL;
        JwCreated created = JW_CREATED_REPLAYED;

        (void)kit_calls(kit);
        kit_doubt(kit, done, times);
        bool ok = jw_jobs_create(&kit->jobs, job, &created, NULL, &error);
        jw_store_mem_then_fail(kit->jobs.store, 0, JW_ERROR_INTERNAL);
        assert_int_equal(ok, times <= 1);
        assert_int_equal(kit_calls(kit), ok ? 2 + times + !done : 3);
        if (ok) {
            assert_int_equal(created, JW_CREATED_NEW);
            assert_stored(kit, job, 1);
            continue;
        }
        assert_jw_error(error, JW_ERROR_IN_DOUBT, "creation*");
        g_autoptr(JwJob) stored = kit_job(kit->ports, job->id);
        assert_int_equal(stored != NULL, done);
    }
}

static void
insert_another(gpointer data)
{
    void **args = data;

    g_free(kit_insert_job(((JobsKit *)args[0])->ports, args[1]));
}

/* Outcome unknown, not done, and another request has the key meanwhile. */
static void
test_doubt_then_lost(void **state)
{
    static const struct {
        const char *key, *hash, *request_id;
        int64_t older_ms;
        JwCreated created;
    } cases[] = { { "a", "h", "r-2", 0, JW_CREATED_REPLAYED },
                  { "b", "x", "r-2", 0, JW_CREATED_KEY_REUSED },
                  { "c", "h", "r-1", 1, JW_CREATED_REPLAYED } }; /* a caller may repeat its id */
    JobsKit *kit = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(JwJob) job = new_job(kit, cases[i].key, "h", "r-1");
        g_autoptr(JwJob) another = new_job(kit, cases[i].key, cases[i].hash, cases[i].request_id);

        another->created_at_ms -= cases[i].older_ms;
        kit_doubt(kit, false, 0);
        hook_clock_at(&kit->ports->clock, 2, insert_another, (void *[]){ kit, another });
        assert_int_equal(create(kit, job, NULL), cases[i].created);
        assert_true(hook_clock_done(&kit->ports->clock));
    }
}

static void
test_certainly_not_done(void **state)
{
    JobsKit *kit = *state;

    for (size_t f = 0; f < kit_n_faults; f++) {
        if (kit_faults[f].code == JW_ERROR_IN_DOUBT) {
            continue;
        }
        g_autoptr(JwJob) job = new_job(kit, NULL, NULL, "r");
        g_autoptr(GError) error = NULL;
        JwCreated created = JW_CREATED_REPLAYED;

        kit_fault_at(kit->ports, 1, kit_faults[f]);
        assert_false(jw_jobs_create(&kit->jobs, job, &created, NULL, &error));
        assert_jw_error(error, kit_faults[f].code, "*");
        assert_int_equal(create(kit, job, NULL), JW_CREATED_NEW);
        assert_stored(kit, job, 1); /* its outbox was filled anew, not twice */
    }
}

static void
test_with_a_batch(void **state)
{
    JobsKit *kit = *state;
    g_autoptr(JwJobsBatch) batch = jw_jobs_batch_new(kit->jobs.store);
    g_autoptr(JwJob) job = new_job(kit, NULL, NULL, "r");

    kit->jobs.batch = batch;
    kit_doubt(kit, true, 0);
    assert_int_equal(create(kit, job, NULL), JW_CREATED_NEW);
    assert_stored(kit, job, 1);
}

/* Many in one round trip, without commands; what exists already publishes nothing. */
static void
test_received(void **state)
{
    JobsKit *kit = *state;
    g_autoptr(JwJob) a = new_job(kit, NULL, NULL, "r");
    g_autoptr(JwJob) b = new_job(kit, NULL, NULL, "r");
    JwJob *jobs[] = { a, b };
    JwCreate creates[2] = { JW_CREATE_EXISTS, JW_CREATE_EXISTS };
    g_autoptr(GError) error = NULL;

    kit_doubt(kit, true, 0);
    assert_false(jw_jobs_create_received(&kit->jobs, jobs, 1, creates, &error));
    assert_jw_error(error, JW_ERROR_IN_DOUBT, "*");
    (void)kit_calls(kit);
    g_clear_error(&error);
    assert_ok(jw_jobs_create_received(&kit->jobs, jobs, 2, creates, &error), error);
    assert_int_equal(kit_calls(kit), 1);
    assert_int_equal(creates[0], JW_CREATE_EXISTS);
    assert_int_equal(creates[1], JW_CREATE_NEW);
    assert_stored(kit, a, 0);
    assert_stored(kit, b, 0);
    assert_int_equal(jw_relay_backlog(kit->jobs.relay), 1);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_readme_id),
        TEST(test_create),
        TEST(test_keys),
        TEST(test_doubt),
        TEST(test_doubt_then_lost),
        TEST(test_certainly_not_done),
        TEST(test_with_a_batch),
        TEST(test_received),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
