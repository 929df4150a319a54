/* demo/random.h: xoshiro256** (Blackman and Vigna) started by splitmix64: the same seed gives the
 * same numbers on every machine. For demo data only, never for ids or secrets. One thread per
 * value. */
#pragma once
#include <glib.h>
#include <stddef.h>
#include <stdint.h>

G_BEGIN_DECLS

typedef struct {
    uint64_t state[4];
} JcRandom;

/* Each @stream of a seed is a row of its own. */
void jc_random_init(JcRandom *self, uint64_t seed, uint64_t stream);
uint64_t jc_random_next(JcRandom *self);
double jc_random_real(JcRandom *self);            /* [0, 1) */
size_t jc_random_below(JcRandom *self, size_t n); /* 0 … n-1 */
double jc_random_normal(JcRandom *self);          /* mean 0, deviation 1 */
double jc_random_log_normal(JcRandom *self, double median, double sigma);
size_t jc_random_weighted(JcRandom *self, const double *weights, size_t n);

G_END_DECLS
