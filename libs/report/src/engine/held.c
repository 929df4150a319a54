/* engine/held.c: the budget of what accumulators hold. See engine/held.h. One thread. */
#include "engine/held.h"

struct _JwHeldPool {
    size_t budget, bytes;
    int level;
    bool exhausted; /* no sketch can be coarser */
    GPtrArray *all; /* of JwHeld */
};

JwHeldPool *
jw_held_pool_new(size_t budget)
{
    JwHeldPool *self = g_new0(JwHeldPool, 1);

    self->budget = budget;
    self->all = g_ptr_array_new();
    return self;
}

void
jw_held_pool_free(gpointer self)
{
    JwHeldPool *pool = self;

    if (pool == NULL) {
        return;
    }
    while (pool->all->len > 0) { /* of accumulators that were not cleared */
        JwHeld *last = g_ptr_array_index(pool->all, pool->all->len - 1);
        last->ops->free(last);
    }
    g_ptr_array_unref(pool->all);
    g_free(pool);
}

int
jw_held_pool_level(const JwHeldPool *self)
{
    return self->level;
}

size_t
jw_held_sketch_bytes(const JwHeldPool *self)
{
    return JW_HELD_SKETCH_BYTES >> self->level;
}

void
jw_held_join(JwHeld *self, const JwHeldOps *ops, JwHeldPool *pool, int p)
{
    *self = (JwHeld){ .ops = ops, .pool = pool, .p = p };
    self->place = pool->all->len;
    g_ptr_array_add(pool->all, self);
}

void
jw_held_leave(JwHeld *self)
{
    GPtrArray *all = self->pool->all;

    jw_held_resize(self, 0);
    g_ptr_array_remove_index_fast(all, (guint)self->place);
    if (self->place < all->len) {
        ((JwHeld *)g_ptr_array_index(all, self->place))->place = self->place;
    }
}

void
jw_held_resize(JwHeld *self, size_t bytes)
{
    if (self->ops->sketch != NULL) {
        self->pool->bytes += bytes - self->bytes;
    }
    self->bytes = bytes;
}

/* The size of the largest that is no sketch and would be smaller as one; 0: there is none. */
static size_t
largest(const JwHeldPool *self)
{
    size_t bytes = 0;

    for (guint i = 0; i < self->all->len; i++) {
        const JwHeld *held = g_ptr_array_index(self->all, i);
        if (held->ops->sketch != NULL && !held->is_sketch) {
            bytes = MAX(bytes, held->bytes);
        }
    }
    return bytes > jw_held_sketch_bytes(self) ? bytes : 0;
}

static void
make_coarser(JwHeldPool *self)
{
    self->level++;
    for (guint i = 0; i < self->all->len; i++) {
        JwHeld *held = g_ptr_array_index(self->all, i);
        if (held->is_sketch) {
            held->ops->coarsen(held);
        }
    }
}

/* Of those that are at least half as large as the largest, until it is enough. */
static void
sketch_largest(JwHeldPool *self, size_t largest_bytes, size_t enough)
{
    const size_t least = MAX(largest_bytes / 2, jw_held_sketch_bytes(self) + 1);

    for (guint i = 0; i < self->all->len && self->bytes > enough; i++) {
        JwHeld *held = g_ptr_array_index(self->all, i);
        if (held->ops->sketch != NULL && !held->is_sketch && held->bytes >= least) {
            held->ops->sketch(held);
        }
    }
}

/* To less than the budget, so that this happens rarely. */
static void
shrink(JwHeldPool *self)
{
    const size_t enough = self->budget - self->budget / 4;

    while (self->bytes > enough) {
        const size_t bytes = largest(self);
        if (bytes > 0) {
            sketch_largest(self, bytes, enough);
        } else if (self->level < JW_HELD_LEVELS - 1) {
            make_coarser(self);
        } else {
            self->exhausted = true;
            return;
        }
    }
}

void
jw_held_keep_budget(JwHeld *self)
{
    JwHeldPool *pool = self->pool;

    if (pool->bytes <= pool->budget || self->ops->sketch == NULL) {
        return;
    }
    if (!pool->exhausted) {
        shrink(pool);
    } else if (!self->is_sketch && self->bytes > jw_held_sketch_bytes(pool)) {
        self->ops->sketch(self);
    }
}
