/* engine/distinct.c: how many different values there are: a set of their hashes up to the cap, a
 * HyperLogLog sketch beyond. Two of 10,000 hashes of 64 bits are the same with a probability of
 * 3 in 10^12. One thread. */
#include "engine/distinct.h"
#include "engine/hash.h"
#include "engine/held.h"
#include "engine/hll.h"
#include "jw/text.h"

#include <math.h>
#include <string.h>

#define FIRST_SLOTS 16
#define DIGITS      24 /* of an int64, with its sign */

typedef struct {
    JwHeld held;
    uint64_t *slots; /* 0: free; at most three quarters are taken */
    size_t n_slots, n;
    uint8_t *registers; /* of a sketch */
    int p;
} Distinct;

static uint64_t
hash_integer(int64_t value)
{
    char text[DIGITS], *at = text + sizeof text;
    uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;

    do {
        *--at = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0) {
        *--at = '-';
    }
    return jw_hash_bytes(at, (size_t)(text + sizeof text - at));
}

static uint64_t
hash_real(double value)
{
    char text[JW_TEXT_REAL_MAX];

    if (jw_number_is_whole(value) || value == (double)INT64_MIN) {
        return hash_integer((int64_t)value);
    }
    if (!isfinite(value)) { /* each NaN is one */
        return jw_hash_mix(isnan(value) ? 1 : value > 0.0 ? 2 : 3);
    }
    (void)jw_text_real(value, text);
    return jw_hash_bytes(text, strlen(text));
}

uint64_t
jw_value_hash(const JwValue *value)
{
    switch (value->type) {
    case JW_VALUE_BOOL:
        return value->boolean ? jw_hash_bytes("true", 4) : jw_hash_bytes("false", 5);
    case JW_VALUE_INT:
        return hash_integer(value->integer);
    case JW_VALUE_REAL:
        return hash_real(value->real);
    case JW_VALUE_TEXT:
        return jw_hash_bytes(value->text, value->length);
    case JW_VALUE_TIME: /* no number that looks the same */
        return jw_hash_mix((uint64_t)value->time_ms ^ UINT64_C(0xa0761d6478bd642f));
    case JW_VALUE_NULL:
        break;
    }
    return 0;
}

static Distinct *
distinct_of(JwHeld *held)
{
    return (Distinct *)(void *)held; /* its first member */
}

static JwHeld *
distinct_new(JwHeldPool *pool, int p)
{
    Distinct *self = g_new0(Distinct, 1);

    jw_held_join(&self->held, &jw_held_distinct, pool, p);
    return &self->held;
}

static void
distinct_free(JwHeld *held)
{
    Distinct *self = distinct_of(held);

    jw_held_leave(held);
    g_free(self->slots);
    g_free(self->registers);
    g_free(self);
}

/* @hash is not 0. False: it is there. */
static bool
put(uint64_t *slots, size_t n_slots, uint64_t hash)
{
    size_t slot = hash & (n_slots - 1);

    for (; slots[slot] != 0; slot = (slot + 1) & (n_slots - 1)) {
        if (slots[slot] == hash) {
            return false;
        }
    }
    slots[slot] = hash;
    return true;
}

static void
grow(Distinct *self)
{
    const size_t n_slots = self->n_slots > 0 ? self->n_slots * 2 : FIRST_SLOTS;
    uint64_t *slots = g_new0(uint64_t, n_slots);

    for (size_t i = 0; i < self->n_slots; i++) {
        if (self->slots[i] != 0) {
            (void)put(slots, n_slots, self->slots[i]);
        }
    }
    g_free(self->slots);
    self->slots = slots;
    self->n_slots = n_slots;
    jw_held_resize(&self->held, n_slots * sizeof *slots);
}

static void
distinct_sketch(JwHeld *held)
{
    Distinct *self = distinct_of(held);

    self->p = JW_DISTINCT_P - jw_held_pool_level(held->pool);
    self->registers = g_new0(uint8_t, (size_t)1 << self->p);
    for (size_t i = 0; i < self->n_slots; i++) {
        if (self->slots[i] != 0) {
            jw_hll_add(self->registers, self->p, self->slots[i]);
        }
    }
    g_clear_pointer(&self->slots, g_free);
    self->n_slots = 0;
    held->is_sketch = true;
    jw_held_resize(held, (size_t)1 << self->p);
}

static void
distinct_coarsen(JwHeld *held)
{
    Distinct *self = distinct_of(held);

    jw_hll_fold(self->registers, self->p--);
    self->registers = g_renew(uint8_t, self->registers, (size_t)1 << self->p);
    jw_held_resize(held, (size_t)1 << self->p);
}

static void
add_hash(Distinct *self, uint64_t hash)
{
    if (!self->held.is_sketch) {
        hash += hash == 0;
        if (4 * (self->n + 1) > 3 * self->n_slots) {
            grow(self);
        }
        self->n += put(self->slots, self->n_slots, hash) ? 1 : 0;
        if (self->n > JW_DISTINCT_CAP) {
            distinct_sketch(&self->held);
        }
        return;
    }
    jw_hll_add(self->registers, self->p, hash);
}

static void
distinct_add(JwHeld *held, const JwValue *value)
{
    add_hash(distinct_of(held), jw_value_hash(value));
}

static void
distinct_merge(JwHeld *held, const JwHeld *from)
{
    Distinct *self = distinct_of(held);
    const Distinct *other = (const Distinct *)(const void *)from;

    for (size_t i = 0; i < other->n_slots; i++) {
        if (other->slots[i] != 0) {
            add_hash(self, other->slots[i]);
        }
    }
    if (from->is_sketch) {
        if (!held->is_sketch) {
            distinct_sketch(held);
        }
        g_assert(self->p == other->p); /* all of a pool are of one level */
        jw_hll_merge(self->registers, self->p, other->registers);
    }
}

static JwNumber
distinct_number(JwHeld *held)
{
    const Distinct *self = distinct_of(held);

    if (!held->is_sketch) {
        return jw_number_int((int64_t)self->n);
    }
    JwNumber number = jw_number_int((int64_t)llround(jw_hll_estimate(self->registers, self->p)));
    number.approximate = true;
    return number;
}

double
jw_distinct_error(const JwHeldPool *pool)
{
    return 1.04 / sqrt((double)((size_t)1 << (JW_DISTINCT_P - jw_held_pool_level(pool))));
}

const JwHeldOps jw_held_distinct = {
    .new = distinct_new,
    .free = distinct_free,
    .add = distinct_add,
    .merge = distinct_merge,
    .number = distinct_number,
    .sketch = distinct_sketch,
    .coarsen = distinct_coarsen,
};
