/* engine/quantile.c: medians and percentiles: all values up to the cap, a t-digest beyond. The
 * figure lies at (n - 1) · p / 100 of the sorted values, counted from 0, linearly between the two
 * beside it, as SQL's percentile_cont has it. Whole numbers are kept as such, so that those beyond
 * 2^53 and the halves between them are exact. One thread. */
#include "engine/quantile.h"
#include "engine/digest.h"
#include "engine/held.h"

#include <stdlib.h>
#include <string.h>

#define WHOLE_PERCENT 100000 /* p is in thousandths of a percent */
#define FIRST_VALUES  8

typedef struct {
    JwHeld held;
    int64_t *integers;
    double *reals;
    size_t n_integers, most_integers, n_reals, most_reals;
    bool sorted;
    JwDigest digest; /* of a sketch */
} Quantile;

static Quantile *
quantile_of(JwHeld *held)
{
    return (Quantile *)(void *)held; /* its first member */
}

static JwHeld *
quantile_new(JwHeldPool *pool, int p)
{
    Quantile *self = g_new0(Quantile, 1);

    jw_held_join(&self->held, &jw_held_quantile, pool, p);
    return &self->held;
}

static void
quantile_free(JwHeld *held)
{
    Quantile *self = quantile_of(held);

    jw_held_leave(held);
    jw_digest_clear(&self->digest);
    g_free(self->integers);
    g_free(self->reals);
    g_free(self);
}

static size_t
digest_size(const JwHeld *held)
{
    return JW_QUANTILE_SIZE >> jw_held_pool_level(held->pool);
}

static void sort_values(Quantile *self);

static void
quantile_sketch(JwHeld *held)
{
    Quantile *self = quantile_of(held);

    sort_values(self);
    jw_digest_init(&self->digest, digest_size(held));
    for (size_t i = 0; i < self->n_integers; i++) {
        jw_digest_add(&self->digest, (double)self->integers[i]);
    }
    for (size_t i = 0; i < self->n_reals; i++) {
        jw_digest_add(&self->digest, self->reals[i]);
    }
    g_clear_pointer(&self->integers, g_free);
    g_clear_pointer(&self->reals, g_free);
    self->n_integers = self->most_integers = self->n_reals = self->most_reals = 0;
    held->is_sketch = true;
    jw_held_resize(held, jw_held_sketch_bytes(held->pool));
}

static void
quantile_coarsen(JwHeld *held)
{
    jw_digest_shrink(&quantile_of(held)->digest, digest_size(held));
    jw_held_resize(held, jw_held_sketch_bytes(held->pool));
}

/* Room for one more, and the size that all have then. */
static void
make_room(Quantile *self)
{
    if (self->n_integers == self->most_integers) {
        self->most_integers = MAX(self->most_integers * 2, FIRST_VALUES);
        self->integers = g_renew(int64_t, self->integers, self->most_integers);
    }
    if (self->n_reals == self->most_reals) {
        self->most_reals = MAX(self->most_reals * 2, FIRST_VALUES);
        self->reals = g_renew(double, self->reals, self->most_reals);
    }
    jw_held_resize(&self->held, self->most_integers * sizeof *self->integers
                                    + self->most_reals * sizeof *self->reals);
}

static bool
is_full(const Quantile *self)
{
    return self->n_integers + self->n_reals == JW_QUANTILE_CAP;
}

static void
add_integer(Quantile *self, int64_t value)
{
    if (!self->held.is_sketch && is_full(self)) {
        quantile_sketch(&self->held);
    }
    if (self->held.is_sketch) {
        jw_digest_add(&self->digest, (double)value);
        return;
    }
    make_room(self);
    self->integers[self->n_integers++] = value;
    self->sorted = false;
}

static void
add_real(Quantile *self, double value)
{
    if (jw_number_is_whole(value)) {
        add_integer(self, (int64_t)value);
        return;
    }
    if (!self->held.is_sketch && is_full(self)) {
        quantile_sketch(&self->held);
    }
    if (self->held.is_sketch) {
        jw_digest_add(&self->digest, value);
        return;
    }
    make_room(self);
    self->reals[self->n_reals++] = value;
    self->sorted = false;
}

static void
quantile_add(JwHeld *held, const JwValue *value)
{
    if (value->type == JW_VALUE_REAL) {
        add_real(quantile_of(held), value->real);
    } else {
        add_integer(quantile_of(held),
                    value->type == JW_VALUE_BOOL ? value->boolean : value->integer);
    }
}

static void
quantile_merge(JwHeld *held, const JwHeld *from)
{
    Quantile *self = quantile_of(held);
    const Quantile *other = (const Quantile *)(const void *)from;

    if (from->is_sketch) {
        if (!held->is_sketch) {
            quantile_sketch(held);
        }
        jw_digest_merge(&self->digest, &other->digest);
        return;
    }
    for (size_t i = 0; i < other->n_integers; i++) {
        add_integer(self, other->integers[i]);
    }
    for (size_t i = 0; i < other->n_reals; i++) {
        add_real(self, other->reals[i]);
    }
}

static int
compare_integers(const void *a, const void *b)
{
    const int64_t first = *(const int64_t *)a, second = *(const int64_t *)b;

    return first < second ? -1 : first > second;
}

static int
compare_reals(const void *a, const void *b)
{
    const double first = *(const double *)a, second = *(const double *)b;

    return first < second ? -1 : first > second;
}

static void
sort_values(Quantile *self)
{
    if (self->sorted) {
        return;
    }
    if (self->n_integers > 0) {
        qsort(self->integers, self->n_integers, sizeof *self->integers, compare_integers);
    }
    if (self->n_reals > 0) {
        qsort(self->reals, self->n_reals, sizeof *self->reals, compare_reals);
    }
    self->sorted = true;
}

/* The value at @place of all sorted ones, which are in two rows. */
static JwNumber
value_at(const Quantile *self, size_t place)
{
    size_t integer = 0, real = 0;

    for (;; place--) {
        const bool takes_integer =
            integer < self->n_integers
            && (real == self->n_reals
                || jw_number_order(self->reals[real], 0.0, self->integers[integer]) >= 0);
        if (place == 0) {
            return takes_integer ? jw_number_int(self->integers[integer])
                                 : jw_number_real(self->reals[real]);
        }
        integer += takes_integer ? 1 : 0;
        real += takes_integer ? 0 : 1;
    }
}

static JwNumber
exact_number(Quantile *self)
{
    const size_t n = self->n_integers + self->n_reals;

    if (n == 0) {
        return (JwNumber){ 0 };
    }
    sort_values(self);
    const size_t scaled = (n - 1) * (size_t)self->held.p;
    const size_t place = scaled / WHOLE_PERCENT, rest = scaled % WHOLE_PERCENT;
    const JwNumber low = value_at(self, place);
    if (rest == 0) {
        return low;
    }
    const JwNumber high = value_at(self, place + 1);
    const JwNumber part = { .kind = JW_NUMBER_EXACT,
                            .top = (int64_t)rest,
                            .bottom = WHOLE_PERCENT };
    const JwNumber distance = jw_number_add(&high, &low, -1);
    const JwNumber step = jw_number_multiply(&distance, &part);
    return jw_number_double(&distance) > 0.0 ? jw_number_add(&low, &step, 1) : low;
}

static JwNumber
quantile_number(JwHeld *held)
{
    Quantile *self = quantile_of(held);

    if (!held->is_sketch) {
        return exact_number(self);
    }
    JwNumber number =
        jw_number_real(jw_digest_quantile(&self->digest, (double)held->p / WHOLE_PERCENT));
    number.computed = true;
    number.approximate = true;
    return number;
}

double
jw_quantile_error(const JwHeldPool *pool)
{
    return G_PI / 2.0 / (double)(JW_QUANTILE_SIZE >> jw_held_pool_level(pool));
}

const JwHeldOps jw_held_quantile = {
    .new = quantile_new,
    .free = quantile_free,
    .add = quantile_add,
    .merge = quantile_merge,
    .number = quantile_number,
    .sketch = quantile_sketch,
    .coarsen = quantile_coarsen,
};
