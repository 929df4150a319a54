/* tuples.c: see tuples.h. One thread at a time. Open addressing, at most half full; the number of
 * combinations is capped. */
#include "engine/tuples.h"

#include <string.h>

#define FIRST_SLOTS 64

struct _JwTuples {
    size_t n_keys;
    GArray *keys;    /* of uint32_t, n_keys for each */
    GArray *rows;    /* of int64_t */
    uint32_t *slots; /* index + 1; 0: free */
    size_t mask;
    size_t last; /* as records often come in order */
};

JwTuples *
jw_tuples_new(size_t n_keys)
{
    JwTuples *self = g_new0(JwTuples, 1);

    self->n_keys = n_keys;
    self->keys = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    self->rows = g_array_new(FALSE, FALSE, sizeof(int64_t));
    self->slots = g_new0(uint32_t, FIRST_SLOTS);
    self->mask = FIRST_SLOTS - 1;
    return self;
}

void
jw_tuples_free(gpointer data)
{
    JwTuples *self = data;

    if (self == NULL) {
        return;
    }
    g_array_unref(self->keys);
    g_array_unref(self->rows);
    g_free(self->slots);
    g_free(self);
}

static size_t
slot_of(const JwTuples *self, const uint32_t *keys)
{
    uint64_t hash = UINT64_C(0x9e3779b97f4a7c15);

    for (size_t i = 0; i < self->n_keys; i++) {
        hash = (hash ^ keys[i]) * UINT64_C(0xff51afd7ed558ccd);
        hash ^= hash >> 33;
    }
    size_t slot = hash & self->mask;
    while (self->slots[slot] != 0
           && memcmp(jw_tuples_keys(self, self->slots[slot] - 1), keys, self->n_keys * sizeof *keys)
                  != 0) {
        slot = (slot + 1) & self->mask;
    }
    return slot;
}

static void
grow(JwTuples *self)
{
    const size_t n_slots = 2 * (self->mask + 1);

    g_free(self->slots);
    self->slots = g_new0(uint32_t, n_slots);
    self->mask = n_slots - 1;
    for (size_t i = 0; i < jw_tuples_count(self); i++) {
        self->slots[slot_of(self, jw_tuples_keys(self, i))] = (uint32_t)i + 1;
    }
}

static bool
find(JwTuples *self, const uint32_t *keys, size_t *ret_index)
{
    const int64_t none = 0;
    size_t slot = slot_of(self, keys);

    if (self->slots[slot] == 0) {
        if (jw_tuples_count(self) >= JW_TUPLES_MAX) {
            return false;
        }
        if (2 * jw_tuples_count(self) >= self->mask) {
            grow(self);
            slot = slot_of(self, keys);
        }
        g_array_append_vals(self->keys, keys, (guint)self->n_keys);
        g_array_append_val(self->rows, none);
        self->slots[slot] = self->rows->len;
    }
    *ret_index = self->slots[slot] - 1;
    return true;
}

bool
jw_tuples_take(JwTuples *self, const uint32_t *keys, int64_t rows, size_t *ret_index)
{
    if (self->last >= jw_tuples_count(self)
        || memcmp(jw_tuples_keys(self, self->last), keys, self->n_keys * sizeof *keys) != 0) {
        if (!find(self, keys, &self->last)) {
            return false;
        }
    }
    g_array_index(self->rows, int64_t, self->last) += rows;
    *ret_index = self->last;
    return true;
}

size_t
jw_tuples_count(const JwTuples *self)
{
    return self->rows->len;
}

const uint32_t *
jw_tuples_keys(const JwTuples *self, size_t index)
{
    return &g_array_index(self->keys, uint32_t, index * self->n_keys);
}

int64_t
jw_tuples_rows(const JwTuples *self, size_t index)
{
    return g_array_index(self->rows, int64_t, index);
}
