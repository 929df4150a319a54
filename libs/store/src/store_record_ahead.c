/* store_record_ahead.c: a ring of batches between the thread that reads the server and the
 * caller's. Without it server and report writer take turns; with it the slower of the two sets
 * the pace. The mutex guards everything but the bytes of a batch, which belong to one side at a
 * time. */
#include "store_record_ahead.h"
#include "jw/sync.h"
#include <string.h>

#define N_BATCHES   4
#define BATCH_BYTES (256 * 1024)

typedef struct {
    JwMutex mutex;
    JwCond cond;
    GByteArray *batches[N_BATCHES]; /* documents one after the other */
    unsigned first, n_full;         /* full ones begin at @first; the producer fills the next */
    GByteArray *filling;            /* the producer's own pointer to the one it fills */
    bool ended;                     /* the producer is through */
    bool stopped;                   /* the consumer wants no more */
    JwAheadFunc produce;
    gpointer user;
    GError *error; /* of the producer; read after it was joined */
} Ahead;

/* Hands the batch being filled over and waits for an empty one. False: the consumer wants no
 * more. */
static bool
hand_over(Ahead *self)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    self->n_full++;
    jw_cond_broadcast(&self->cond);
    while (self->n_full == N_BATCHES && !self->stopped) {
        jw_cond_wait(&self->cond, &self->mutex);
    }
    self->filling = self->batches[(self->first + self->n_full) % N_BATCHES];
    return !self->stopped;
}

static bool
put_document(const bson_t *document, gpointer data, GError **error)
{
    Ahead *self = data;

    g_byte_array_append(self->filling, bson_get_data(document), document->len);
    if (self->filling->len < BATCH_BYTES || hand_over(self)) {
        return true;
    }
    return jw_fail(error, JW_ERROR_CANCELLED, "the reader of the records stopped");
}

static gpointer
run_producer(gpointer data)
{
    Ahead *self = data;
    const bool ok = self->produce(put_document, self, self->user, &self->error);

    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    if (ok && self->filling->len > 0) {
        self->n_full++;
    }
    self->ended = true;
    jw_cond_broadcast(&self->cond);
    return NULL;
}

/* The next full batch; NULL when the producer is through. */
static GByteArray *
next_batch(Ahead *self)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    while (self->n_full == 0 && !self->ended) {
        jw_cond_wait(&self->cond, &self->mutex);
    }
    return self->n_full > 0 ? self->batches[self->first] : NULL;
}

static void
release_batch(Ahead *self, GByteArray *batch)
{
    g_byte_array_set_size(batch, 0);
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    self->first = (self->first + 1) % N_BATCHES;
    self->n_full--;
    jw_cond_broadcast(&self->cond);
}

static bool
take_batch(const GByteArray *batch, JwDocFunc take, gpointer data, GError **error)
{
    for (size_t at = 0; at < batch->len;) {
        uint32_t length;
        bson_t document;
        memcpy(&length, batch->data + at, sizeof(length));
        length = GUINT32_FROM_LE(length);
        if (!bson_init_static(&document, batch->data + at, length)) {
            return jw_fail(error, JW_ERROR_CORRUPT, "a stored record is cut");
        }
        if (!take(&document, data, error)) {
            return false;
        }
        at += length;
    }
    return true;
}

static bool
consume(Ahead *self, JwDocFunc take, gpointer data, GError **error)
{
    GByteArray *batch;

    while ((batch = next_batch(self)) != NULL) {
        if (!take_batch(batch, take, data, error)) {
            g_auto(JwLocker) locker = jw_locker(&self->mutex);
            self->stopped = true;
            jw_cond_broadcast(&self->cond);
            return false;
        }
        release_batch(self, batch);
    }
    return true;
}

bool
jw_store_read_ahead(JwAheadFunc produce, gpointer user, JwDocFunc take, gpointer data,
                    GError **error)
{
    Ahead ahead = { .produce = produce, .user = user };

    jw_mutex_init(&ahead.mutex);
    jw_cond_init(&ahead.cond);
    for (size_t i = 0; i < N_BATCHES; i++) {
        ahead.batches[i] = g_byte_array_new();
    }
    ahead.filling = ahead.batches[0];
    GThread *producer = g_thread_new("jw-records", run_producer, &ahead);
    bool ok = consume(&ahead, take, data, error);
    g_thread_join(producer);
    if (ok && ahead.error != NULL) {
        g_propagate_error(error, g_steal_pointer(&ahead.error));
        ok = false;
    }
    g_clear_error(&ahead.error);
    for (size_t i = 0; i < N_BATCHES; i++) {
        g_byte_array_unref(ahead.batches[i]);
    }
    jw_cond_clear(&ahead.cond);
    jw_mutex_clear(&ahead.mutex);
    return ok;
}
