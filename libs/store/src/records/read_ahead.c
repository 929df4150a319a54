/* read_ahead.c: batches of records between the thread that reads the server and the
 * caller's. Without it server and report writer take turns. */
#include "read_ahead.h"
#include "jw/ring.h"
#include <string.h>

#define N_BATCHES   4
#define BATCH_BYTES (256 * 1024)

typedef struct {
    JwRing *ring; /* of documents, one after the other */
    JwAheadFunc produce;
    gpointer user;
    GError *error; /* of the producer; read after it was joined */
} Ahead;

static bool
put_document(const bson_t *document, gpointer data, GError **error)
{
    Ahead *self = data;

    GByteArray *batch = jw_ring_block(self->ring);

    g_byte_array_append(batch, bson_get_data(document), document->len);
    if (batch->len < BATCH_BYTES || jw_ring_hand_over(self->ring)) {
        return true;
    }
    return jw_fail(error, JW_ERROR_CANCELLED, "the reader of the records stopped");
}

static gpointer
run_producer(gpointer data)
{
    Ahead *self = data;

    /* After a failure the consumer still takes what was read before it. */
    (void)self->produce(put_document, self, self->user, &self->error);
    jw_ring_end(self->ring);
    return NULL;
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
    const GByteArray *batch;

    while ((batch = jw_ring_next(self->ring)) != NULL) {
        if (!take_batch(batch, take, data, error)) {
            jw_ring_stop(self->ring);
            return false;
        }
        jw_ring_release(self->ring);
    }
    return true;
}

bool
jw_store_read_ahead(JwAheadFunc produce, gpointer user, JwDocFunc take, gpointer data,
                    GError **error)
{
    g_autoptr(JwRing) ring = jw_ring_new(N_BATCHES);
    Ahead ahead = { .ring = ring, .produce = produce, .user = user };
    GThread *producer = g_thread_new("jw-records", run_producer, &ahead);
    bool ok = consume(&ahead, take, data, error);

    g_thread_join(producer);
    if (ok && ahead.error != NULL) {
        g_propagate_error(error, g_steal_pointer(&ahead.error));
        ok = false;
    }
    g_clear_error(&ahead.error);
    return ok;
}
