/* store_conformance.c: the runner of the store's conformance test and the helpers of its cases.
 * Main thread, but for the races, whose threads end within their case. */
#include "store_conformance.h"
#include "jw/ident.h"

static JwStore *(*open_store)(void);
static ScCorrupt corrupt_document;

static int
set_up(void **state)
{
    g_autoptr(GError) error = NULL;
    JwStore *store = open_store();

    assert_non_null(store);
    assert_ok(jw_store_prepare(store, &error), error);
    assert_ok(jw_store_prepare(store, &error), error); /* repeatable */
    *state = store;
    return 0;
}

static int
tear_down(void **state)
{
    g_autoptr(GError) error = NULL;
    JwStore *store = *state;

    assert_ok(jw_store_drop(store, &error), error);
    jw_store_free(store);
    return 0;
}

static const ScCase *running; /* cmocka's tests take no argument but their state */
static void
run_case(void **state)
{
    running->run(*state);
}

int
sc_run(const char *name, JwStore *(*open)(void), ScCorrupt corrupt)
{
    const ScCase *const groups[] = { sc_verb_cases,       sc_job_cases,        sc_turn_cases,
                                     sc_list_cases,       sc_delivery_cases,   sc_schedule_cases,
                                     sc_template_cases,   sc_file_cases,       sc_expiry_cases,
                                     sc_record_cases,     sc_unreadable_cases, sc_api_key_cases,
                                     sc_deleted_cases,    sc_fire_cases,       sc_calendar_cases,
                                     sc_suppression_cases };
    int failures = 0;

    open_store = open;
    corrupt_document = corrupt;
    for (size_t i = 0; i < G_N_ELEMENTS(groups); i++) {
        for (running = groups[i]; running->name != NULL; running++) {
            const struct CMUnitTest tests[] = {
                { running->name, run_case, set_up, tear_down, NULL },
            };
            failures += cmocka_run_group_tests_name(name, tests, NULL, NULL);
        }
    }
    return failures;
}

void
sc_corrupt(JwStore *store, const char *collection, const char *id)
{
    corrupt_document(store, collection, id);
}

JwOutboxEntry *
sc_event(const char *key, int64_t at_ms)
{
    JwOutboxEntry *entry = jw_outbox_entry_new("jobwire.job.events", key, "jobwire.job.changed.v1",
                                               g_strdup("{\"a\":\"\xc3\xa4\"}"), at_ms);

    g_free(entry->request_id);
    entry->request_id = g_strdup("req-9");
    g_free(entry->traceparent);
    entry->traceparent = g_strdup("00-2-3-01");
    return entry;
}

static void
set_texts(JwJob *job)
{
    job->type = g_strdup("report");
    job->name = g_strdup("Weekly calls \xe2\x82\xac");
    job->description = g_strdup("what it is");
    job->subtype = g_strdup("call-records");
    job->spec = g_strdup("{\"x\":1}");
    job->format = g_strdup("csv");
    job->requested_by.id = g_strdup("ann");
    job->requested_by.name = g_strdup("Ann");
    job->requested_by.email = g_strdup("ann@example.org");
    job->departments = g_strsplit("north south", " ", -1);
    job->source = g_strdup("api:reports");
    job->request_id = g_strdup("req-1");
    job->traceparent = g_strdup("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    job->request_hash = g_strdup("abc");
    job->template_id = g_strdup("0190a5d0-0000-7000-8000-0000000000aa");
    job->recipients = g_strsplit("a@example.org b@example.org", " ", -1);
    job->mail = g_new0(JwMailTexts, 1);
    job->mail->subject = g_strdup("{{period}} ş");
    job->mail->sender_name = g_strdup("Calls");
    job->owner = g_strdup("exe-0");
    job->error_code = g_strdup("OLD");
    job->error_message = g_strdup("old fault");
}

JwJob *
sc_job(JwJobState state)
{
    JwJob *job = jw_job_new();
    char id[JW_UUID_LEN + 1];

    jw_uuid_v7(SC_NOW, id);
    job->id = g_strdup(id);
    set_texts(job);
    job->priority = JW_PRIORITY_HIGH;
    job->not_before_ms = SC_NOW;
    job->scheduled_for_ms = SC_NOW - 5;
    job->created_at_ms = SC_NOW - 1000;
    job->updated_at_ms = SC_NOW - 900;
    job->timeout_ms = 1800000;
    job->visibility = JW_VISIBLE_EVERYONE;
    job->in_doubt = JW_IN_DOUBT_AT_MOST_ONCE;
    job->template_version = 4;
    job->state = state;
    job->token = 7;
    job->heartbeat = 3;
    job->attempts = 2;
    job->retry_count = 1;
    job->retry_keys = g_strsplit("1:first", " ", -1);
    job->started_at_ms = SC_NOW - 800;
    job->finished_at_ms = jw_job_state_terminal(state) ? SC_NOW - 700 : 0;
    job->progress = (JwProgress){ 40, NULL, 400, 1000 };
    job->progress.step = g_strdup("Reading records");
    g_ptr_array_add(job->outbox, sc_event(id, SC_NOW - 1000));
    return job;
}

void
sc_create(JwStore *store, const JwJob *job)
{
    g_autoptr(GError) error = NULL;
    JwCreate create = JW_CREATE_EXISTS;

    assert_ok(jw_store_create_jobs(store, &job, 1, &create, &error), error);
    assert_int_equal(create, JW_CREATE_NEW);
}

JwJob *
sc_get(JwStore *store, const char *id)
{
    g_autoptr(GError) error = NULL;
    JwJob *job = NULL;

    assert_ok(jw_store_get_job(store, id, &job, &error), error);
    assert_non_null(job);
    return job;
}

void
sc_assert_same_texts(char *const *a, char *const *b)
{
    assert_int_equal(a == NULL, b == NULL);
    for (size_t i = 0; a != NULL && (a[i] != NULL || b[i] != NULL); i++) {
        sc_assert_text(a[i], b[i]);
    }
}

static void
assert_same_artifact(const JwArtifact *a, const JwArtifact *b)
{
    assert_int_equal(a == NULL, b == NULL);
    if (a != NULL) {
        sc_assert_text(a->file_id, b->file_id);
        sc_assert_text(a->file_name, b->file_name);
        sc_assert_text(a->content_type, b->content_type);
        assert_int_equal(a->size_bytes, b->size_bytes);
        sc_assert_text(a->sha256, b->sha256);
        assert_int_equal(a->rows, b->rows);
        sc_assert_text(a->summary, b->summary);
        assert_int_equal(a->duration_ms, b->duration_ms);
        assert_int_equal(a->expires_at_ms, b->expires_at_ms);
        assert_int_equal(a->rows_written, b->rows_written);
        assert_int_equal(a->as_of_ms, b->as_of_ms);
        sc_assert_text(a->definition_sha256, b->definition_sha256);
        sc_assert_text(a->program, b->program);
    }
}

static void
assert_same_request(const JwJob *a, const JwJob *b)
{
    sc_assert_text(a->id, b->id);
    sc_assert_text(a->type, b->type);
    sc_assert_text(a->name, b->name);
    sc_assert_text(a->description, b->description);
    sc_assert_text(a->subtype, b->subtype);
    sc_assert_text(a->spec, b->spec);
    sc_assert_text(a->format, b->format);
    assert_int_equal(a->priority, b->priority);
    assert_int_equal(a->not_before_ms, b->not_before_ms);
    assert_int_equal(a->scheduled_for_ms, b->scheduled_for_ms);
    assert_int_equal(a->created_at_ms, b->created_at_ms);
    sc_assert_text(a->requested_by.id, b->requested_by.id);
    sc_assert_text(a->requested_by.name, b->requested_by.name);
    sc_assert_text(a->requested_by.email, b->requested_by.email);
    sc_assert_same_texts(a->departments, b->departments);
    sc_assert_text(a->source, b->source);
    sc_assert_text(a->request_id, b->request_id);
    sc_assert_text(a->traceparent, b->traceparent);
    sc_assert_text(a->request_hash, b->request_hash);
    sc_assert_text(a->template_id, b->template_id);
    assert_int_equal(a->template_version, b->template_version);
    sc_assert_same_texts(a->recipients, b->recipients);
    assert_int_equal(a->mail == NULL, b->mail == NULL);
    if (a->mail != NULL) {
        sc_assert_text(a->mail->subject, b->mail->subject);
        sc_assert_text(a->mail->intro, b->mail->intro);
        sc_assert_text(a->mail->sender_name, b->mail->sender_name);
    }
    assert_int_equal(a->visibility, b->visibility);
    assert_int_equal(a->max_attempts, b->max_attempts);
    assert_int_equal(a->max_retries, b->max_retries);
    assert_int_equal(a->timeout_ms, b->timeout_ms);
}

static void
assert_same_outbox(const GPtrArray *a, const GPtrArray *b)
{
    assert_int_equal(a->len, b->len);
    for (guint i = 0; i < a->len; i++) {
        const JwOutboxEntry *x = g_ptr_array_index(a, i), *y = g_ptr_array_index(b, i);
        sc_assert_text(x->id, y->id);
        sc_assert_text(x->topic, y->topic);
        sc_assert_text(x->key, y->key);
        sc_assert_text(x->type, y->type);
        sc_assert_text(x->body, y->body);
        sc_assert_text(x->request_id, y->request_id);
        sc_assert_text(x->traceparent, y->traceparent);
        assert_int_equal(x->at_ms, y->at_ms);
    }
}

void
sc_assert_same_job(const JwJob *a, const JwJob *b)
{
    assert_same_request(a, b);
    assert_int_equal(a->updated_at_ms, b->updated_at_ms);
    assert_int_equal(a->state, b->state);
    assert_int_equal(a->token, b->token);
    assert_int_equal(a->heartbeat, b->heartbeat);
    assert_int_equal(a->attempts, b->attempts);
    assert_int_equal(a->retry_count, b->retry_count);
    sc_assert_same_texts(a->retry_keys, b->retry_keys);
    sc_assert_text(a->owner, b->owner);
    assert_int_equal(a->started_at_ms, b->started_at_ms);
    assert_int_equal(a->finished_at_ms, b->finished_at_ms);
    assert_int_equal(a->progress.percent, b->progress.percent);
    sc_assert_text(a->progress.step, b->progress.step);
    assert_int_equal(a->progress.done, b->progress.done);
    assert_int_equal(a->progress.total, b->progress.total);
    sc_assert_text(a->error_code, b->error_code);
    sc_assert_text(a->error_message, b->error_message);
    assert_int_equal(a->cancelled_at_ms, b->cancelled_at_ms);
    sc_assert_text(a->cancelled_by, b->cancelled_by);
    sc_assert_text(a->cancel_reason, b->cancel_reason);
    assert_same_artifact(a->artifact, b->artifact);
    sc_assert_text(a->result, b->result);
    sc_assert_text(a->warnings, b->warnings);
    assert_int_equal(a->in_doubt, b->in_doubt);
    assert_memory_equal(&a->deliveries, &b->deliveries, sizeof(a->deliveries));
    assert_same_outbox(a->outbox, b->outbox);
}

void
sc_threads(size_t n, GThreadFunc body, void *base, size_t size)
{
    g_autofree GThread **threads = g_new0(GThread *, n);

    for (size_t i = 0; i < n; i++) {
        threads[i] = g_thread_new("race", body, (char *)base + i * size);
    }
    for (size_t i = 0; i < n; i++) {
        g_thread_join(threads[i]);
    }
}
