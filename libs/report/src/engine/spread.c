/* engine/spread.c: the sample standard deviation, which divides by n - 1. Whole numbers are summed
 * exactly, with their squares, so that nothing cancels and merging loses nothing; others by
 * Welford's recurrence, joined by Chan's. One thread. */
#include "engine/held.h"

#include <math.h>

__extension__ typedef __int128 Wide;

typedef struct {
    int64_t n;
    long double mean, squares; /* of the distances from it */
} Moments;

typedef struct {
    JwHeld held;
    int64_t n; /* of whole numbers in the sums */
    Wide sum;
    Wide squares;
    Moments others;
} Spread;

static Spread *
spread_of(JwHeld *held)
{
    return (Spread *)(void *)held; /* its first member */
}

static JwHeld *
spread_new(JwHeldPool *pool, int p)
{
    Spread *self = g_new0(Spread, 1);

    jw_held_join(&self->held, &jw_held_spread, pool, p);
    return &self->held;
}

static void
spread_free(JwHeld *held)
{
    jw_held_leave(held);
    g_free(spread_of(held));
}

static void
join_moments(Moments *self, const Moments *other)
{
    const int64_t n = self->n + other->n;

    if (other->n == 0) {
        return;
    }
    const long double distance = other->mean - self->mean;
    const long double part = (long double)other->n / (long double)n;
    self->mean += distance * part;
    self->squares += other->squares + distance * distance * (long double)self->n * part;
    self->n = n;
}

/* (n · squares - sum²) / n, the squared distances from the mean, without what cancels: around the
 * whole number below the mean. */
static Moments
whole_moments(const Spread *self)
{
    const Wide n = self->n;

    if (n == 0) {
        return (Moments){ 0 };
    }
    Wide floor_mean = self->sum / n, rest = self->sum % n;
    if (rest < 0) {
        floor_mean--;
        rest += n;
    }
    /* As large as the squares at most: floor_mean² · n is not more than they are, but for the
     * rest. */
    const Wide around = self->squares - floor_mean * self->sum - floor_mean * rest;
    Wide times_n = 0;
    const Moments moments = { self->n, (long double)floor_mean + (long double)rest / (long double)n,
                              __builtin_mul_overflow(around, n, &times_n)
                                  ? (long double)around
                                        - (long double)rest * (long double)rest / (long double)n
                                  : (long double)(times_n - rest * rest) / (long double)n };
    return moments;
}

/* The whole numbers so far become others. */
static void
fold_whole(Spread *self)
{
    const Moments moments = whole_moments(self);

    join_moments(&self->others, &moments);
    self->n = 0;
    self->sum = 0;
    self->squares = 0;
}

static void
add_whole(Spread *self, int64_t value)
{
    const Wide square = (Wide)value * value;

    /* Half of the range is kept free for what whole_moments() computes. */
    if (self->squares > ((Wide)1 << 125) - square) {
        fold_whole(self);
    }
    if (square > (Wide)1 << 124) {
        const Moments one = { 1, (long double)value, 0.0L };
        join_moments(&self->others, &one);
        return;
    }
    self->n++;
    self->sum += value;
    self->squares += square;
}

static void
spread_add(JwHeld *held, const JwValue *value)
{
    Spread *self = spread_of(held);

    if (value->type == JW_VALUE_INT) {
        add_whole(self, value->integer);
    } else if (value->type == JW_VALUE_BOOL) {
        add_whole(self, value->boolean);
    } else if (value->rest == 0.0 && jw_number_is_whole(value->real)) {
        add_whole(self, (int64_t)value->real);
    } else {
        const Moments one = { 1, (long double)value->real + (long double)value->rest, 0.0L };
        join_moments(&self->others, &one);
    }
}

static void
spread_merge(JwHeld *held, const JwHeld *from)
{
    Spread *self = spread_of(held);
    const Spread *other = (const Spread *)(const void *)from;

    if (self->squares > ((Wide)1 << 125) - other->squares) {
        fold_whole(self);
    }
    self->n += other->n;
    self->sum += other->sum;
    self->squares += other->squares;
    join_moments(&self->others, &other->others);
}

static JwNumber
spread_number(JwHeld *held)
{
    const Spread *self = spread_of(held);
    Moments all = whole_moments(self);

    join_moments(&all, &self->others);
    if (all.n < 2) {
        return (JwNumber){ 0 };
    }
    JwNumber number =
        jw_number_real((double)sqrtl(MAX(all.squares, 0.0L) / (long double)(all.n - 1)));
    number.computed = true;
    return number;
}

const JwHeldOps jw_held_spread = {
    .new = spread_new,
    .free = spread_free,
    .add = spread_add,
    .merge = spread_merge,
    .number = spread_number,
};
