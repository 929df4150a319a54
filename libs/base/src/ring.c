/* ring.c: see jw/ring.h. The mutex guards everything but the bytes of a block. */
#include "jw/ring.h"

#include "jw/sync.h"

struct _JwRing {
    JwMutex mutex;
    JwCond cond;
    unsigned n_blocks, first, n_full; /* full ones begin at @first */
    bool ended, stopped;
    GByteArray *filling; /* the producer's own pointer to the one it fills */
    GByteArray *blocks[];
};

JwRing *
jw_ring_new(unsigned n_blocks)
{
    g_return_val_if_fail(n_blocks >= 2, NULL);

    JwRing *self = g_malloc0(sizeof(JwRing) + n_blocks * sizeof(GByteArray *));
    jw_mutex_init(&self->mutex);
    jw_cond_init(&self->cond);
    self->n_blocks = n_blocks;
    for (unsigned i = 0; i < n_blocks; i++) {
        self->blocks[i] = g_byte_array_new();
    }
    self->filling = self->blocks[0];
    return self;
}

void
jw_ring_free(gpointer self)
{
    JwRing *ring = self;

    if (ring == NULL) {
        return;
    }
    for (unsigned i = 0; i < ring->n_blocks; i++) {
        g_byte_array_unref(ring->blocks[i]);
    }
    jw_cond_clear(&ring->cond);
    jw_mutex_clear(&ring->mutex);
    g_free(ring);
}

GByteArray *
jw_ring_block(JwRing *self)
{
    return self->filling;
}

bool
jw_ring_hand_over(JwRing *self)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    if (!self->stopped) {
        self->n_full++;
        jw_cond_broadcast(&self->cond);
    }
    while (self->n_full == self->n_blocks && !self->stopped) {
        jw_cond_wait(&self->cond, &self->mutex);
    }
    if (self->stopped) {
        g_byte_array_set_size(self->filling, 0); /* there is no reader any more */
        return false;
    }
    self->filling = self->blocks[(self->first + self->n_full) % self->n_blocks];
    return true;
}

void
jw_ring_end(JwRing *self)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    if (self->filling->len > 0) {
        self->n_full++;
    }
    self->ended = true;
    jw_cond_broadcast(&self->cond);
}

const GByteArray *
jw_ring_next(JwRing *self)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    while (self->n_full == 0 && !self->ended) {
        jw_cond_wait(&self->cond, &self->mutex);
    }
    return self->n_full > 0 ? self->blocks[self->first] : NULL;
}

void
jw_ring_release(JwRing *self)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    g_byte_array_set_size(self->blocks[self->first], 0);
    self->first = (self->first + 1) % self->n_blocks;
    self->n_full--;
    jw_cond_broadcast(&self->cond);
}

void
jw_ring_stop(JwRing *self)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    self->stopped = true;
    jw_cond_broadcast(&self->cond);
}
