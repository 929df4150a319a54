/* jw/ring.h: bytes passed from one thread to another in blocks, in order and in bounded memory.
 *
 * One producer, one consumer. A block belongs to one of them at a time, so only the hand-over
 * takes the lock. The slower of the two sets the pace. */
#pragma once
#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

typedef struct _JwRing JwRing;

/* A ring of @n_blocks blocks (at least 2). A block grows to what its producer puts in before it is
 * handed over. */
JwRing *jw_ring_new(unsigned n_blocks);

/* Both threads must be done with it. */
void jw_ring_free(gpointer self);

/* Producer: the block to fill. (transfer none) */
GByteArray *jw_ring_block(JwRing *self);

/* Producer: hands that block over and waits for an empty one. False: the consumer has stopped. */
bool jw_ring_hand_over(JwRing *self) G_GNUC_WARN_UNUSED_RESULT;

/* Producer: hands over what the last block holds; nothing comes after it. */
void jw_ring_end(JwRing *self);

/* Consumer: waits for the next block. NULL: the producer has ended and all was read.
 * (transfer none) (nullable) */
const GByteArray *jw_ring_next(JwRing *self) G_GNUC_WARN_UNUSED_RESULT;

/* Consumer: returns the block of jw_ring_next(), which is emptied. */
void jw_ring_release(JwRing *self);

/* Consumer: wants no more; a waiting producer wakes. */
void jw_ring_stop(JwRing *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwRing, jw_ring_free)

G_END_DECLS
