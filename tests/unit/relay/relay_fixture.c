/* relay_fixture.c: see relay_fixture.h. */
#include "relay_fixture.h"
#include "jw/store_deliveries.h"
#include "jw/store_jobs.h"

static void
unref_entries(gpointer entries)
{
    g_ptr_array_unref(entries);
}

static void
note_pull(int64_t n_matched, gpointer data)
{
    RelayFixture *self = data;
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    self->attempts++;
    self->pulls += n_matched >= 0 ? 1 : 0;
    self->largest = MAX(self->largest, n_matched);
    while (self->shut) {
        jw_cond_wait(&self->changed, &self->mutex);
    }
}

static GPtrArray *
new_outbox(const char *doc_id, int64_t at_ms)
{
    GPtrArray *outbox = g_ptr_array_new_with_free_func(jw_outbox_entry_free);
    JwOutboxEntry *entry = jw_outbox_entry_new("jobwire.job.events", doc_id,
                                               "jobwire.job.submitted.v1", g_strdup("{}"), at_ms);

    entry->request_id = g_strdup("request-1");
    g_ptr_array_add(outbox, entry);
    return outbox;
}

const GPtrArray *
relay_add(RelayFixture *self, JwDocKind kind, const char *doc_id, int64_t at_ms)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwJob) job = jw_job_new();
    g_autoptr(JwDelivery) delivery = jw_delivery_new("job", doc_id, at_ms);
    const JwJob *const jobs[] = { job };
    const JwDelivery *const deliveries[] = { delivery };
    GPtrArray *outbox = new_outbox(doc_id, at_ms);
    GPtrArray **place = kind == JW_DOC_JOB ? &job->outbox : &delivery->outbox;
    JwCreate create = JW_CREATE_EXISTS;

    g_ptr_array_unref(*place);
    *place = g_ptr_array_ref(outbox);
    g_ptr_array_add(self->added, outbox);
    job->id = g_strdup(doc_id);
    g_free(delivery->id);
    delivery->id = g_strdup(doc_id);
    assert_ok(kind == JW_DOC_JOB
                  ? jw_store_create_jobs(self->store, jobs, 1, &create, &error)
                  : jw_store_create_deliveries(self->store, deliveries, 1, &create, &error),
              error);
    assert_int_equal(create, JW_CREATE_NEW);
    return outbox;
}

size_t
relay_left(RelayFixture *self)
{
    g_autoptr(GError) error = NULL;
    size_t left = 0;

    jw_store_mem_fail_nth(self->store, 0, JW_ERROR_INTERNAL, false);
    for (JwDocKind kind = JW_DOC_JOB; kind <= JW_DOC_DELIVERY; kind++) {
        g_autoptr(GPtrArray) docs = NULL;
        assert_ok(jw_store_find_outbox(self->store, kind, INT64_MAX, 10000, &docs, &error), error);
        for (guint i = 0; i < docs->len; i++) {
            left += ((const JwOutboxDoc *)g_ptr_array_index(docs, i))->entries->len;
        }
    }
    return left;
}

static int64_t
read_count(RelayFixture *self, const int64_t *count)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    return *count;
}

int64_t
relay_pulls(RelayFixture *self)
{
    return read_count(self, &self->pulls);
}

int64_t
relay_attempts(RelayFixture *self)
{
    return read_count(self, &self->attempts);
}

int64_t
relay_largest(RelayFixture *self)
{
    return read_count(self, &self->largest);
}

void
relay_latch(RelayFixture *self, bool shut)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    self->shut = shut;
    jw_cond_broadcast(&self->changed);
}

static int
set_up(void **state,
       JwRelay *(*new_relay)(JwStore *store, JwBus *bus, JwClock *clock, const char *ce_source))
{
    RelayFixture *self = g_new0(RelayFixture, 1);

    jw_mutex_init(&self->mutex);
    jw_cond_init(&self->changed);
    tk_clock_init(&self->clock, RELAY_NOW);
    self->added = g_ptr_array_new_with_free_func(unref_entries);
    self->store = jw_store_mem_new();
    jw_store_mem_on_update(self->store, note_pull, self);
    self->bus = jw_bus_mem_new();
    self->relay = new_relay(self->store, self->bus, &self->clock.clock, "/jobwire/test");
    *state = self;
    return 0;
}

int
relay_setup_manual(void **state)
{
    return set_up(state, jw_relay_new_manual);
}

int
relay_setup_worker(void **state)
{
    return set_up(state, jw_relay_new);
}

int
relay_teardown(void **state)
{
    RelayFixture *self = *state;

    jw_relay_free(self->relay);
    jw_bus_free(self->bus);
    jw_store_free(self->store);
    g_ptr_array_unref(self->added);
    jw_cond_clear(&self->changed);
    jw_mutex_clear(&self->mutex);
    g_free(self);
    return 0;
}
