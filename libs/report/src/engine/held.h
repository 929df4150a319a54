/* engine/held.h: what accumulators of some ops hold beside their 48 bytes: sets of values and the
 * like, which grow with what they saw up to a cap of their own. Those that can be estimated share a
 * budget: when all of them together are beyond it, the largest become sketches of a fixed size, and
 * when that is not enough all sketches become coarser, so that memory is bounded by the groups. The
 * same records in the same order give the same figures. Private to libs/report. One thread. */
#pragma once
#include "engine/number.h"

G_BEGIN_DECLS

typedef struct _JwHeld JwHeld;
typedef struct _JwHeldPool JwHeldPool;

/* All of them together, in bytes. */
#define JW_HELD_BUDGET ((size_t)64 * 1024 * 1024)
/* Sketches are of 16 KiB, and of half of that a level. */
#define JW_HELD_LEVELS       4
#define JW_HELD_SKETCH_BYTES ((size_t)16 * 1024)

typedef struct {
    JwHeld *(*new)(JwHeldPool *pool, int p);
    void (*free)(JwHeld *self);
    void (*add)(JwHeld *self, const JwValue *value);
    /* @from: of the same sort, pool and p */
    void (*merge)(JwHeld *self, const JwHeld *from);
    /* May sort what it has. Approximate: of a sketch. */
    JwNumber (*number)(JwHeld *self);
    /* Becomes a sketch, of the pool's level; NULL: its size is fixed, and no part of the budget. */
    void (*sketch)(JwHeld *self);
    /* A sketch follows the pool's level, which rose by one. */
    void (*coarsen)(JwHeld *self);
} JwHeldOps;

struct _JwHeld {
    const JwHeldOps *ops;
    JwHeldPool *pool;
    int p;        /* of a percentile, in thousandths of a percent */
    size_t place; /* in the pool */
    size_t bytes;
    bool is_sketch;
};

extern const JwHeldOps jw_held_spread, jw_held_distinct, jw_held_quantile;

/* @budget: in bytes, as JW_HELD_BUDGET. The pool owns what is held, as the accumulators do: whoever
 * goes first frees it, accumulators that are cleared before it. (transfer full) */
JwHeldPool *jw_held_pool_new(size_t budget);
/* Frees what is still held as well. @self: (nullable) */
void jw_held_pool_free(gpointer self);
/* From 0. */
int jw_held_pool_level(const JwHeldPool *self);
/* Of a sketch at the pool's level. */
size_t jw_held_sketch_bytes(const JwHeldPool *self);

/* For the parts in engine/: joins the pool, leaves it, has another size. */
void jw_held_join(JwHeld *self, const JwHeldOps *ops, JwHeldPool *pool, int p);
void jw_held_leave(JwHeld *self);
void jw_held_resize(JwHeld *self, size_t bytes);
/* After @self has seen more: keeps to the budget. */
void jw_held_keep_budget(JwHeld *self);

G_END_DECLS
