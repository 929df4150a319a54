/* demo/random.c: numbers for demo data. See demo/random.h. */
#include "demo/random.h"

#include <math.h>

static uint64_t
split_mix(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);

    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

void
jc_random_init(JcRandom *self, uint64_t seed, uint64_t stream)
{
    uint64_t mix = seed;
    const uint64_t start = split_mix(&mix);

    mix = start ^ (stream * UINT64_C(0xD1342543DE82EF95) + 1);
    for (size_t i = 0; i < G_N_ELEMENTS(self->state); i++) {
        self->state[i] = split_mix(&mix);
    }
}

static uint64_t
rotate(uint64_t x, int by)
{
    return (x << by) | (x >> (64 - by));
}

uint64_t
jc_random_next(JcRandom *self)
{
    uint64_t *s = self->state;
    const uint64_t result = rotate(s[1] * 5, 7) * 9, t = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return result;
}

double
jc_random_real(JcRandom *self)
{
    return (double)(jc_random_next(self) >> 11) * 0x1.0p-53;
}

size_t
jc_random_below(JcRandom *self, size_t n)
{
    return (size_t)(jc_random_real(self) * (double)n);
}

/* Box and Muller; the second number is thrown away, so that every call draws the same amount. */
double
jc_random_normal(JcRandom *self)
{
    const double radius = sqrt(-2.0 * log(1.0 - jc_random_real(self)));

    return radius * cos(2.0 * G_PI * jc_random_real(self));
}

double
jc_random_log_normal(JcRandom *self, double median, double sigma)
{
    return median * exp(sigma * jc_random_normal(self));
}

size_t
jc_random_weighted(JcRandom *self, const double *weights, size_t n)
{
    double total = 0, at = 0;

    for (size_t i = 0; i < n; i++) {
        total += weights[i];
    }
    const double wanted = jc_random_real(self) * total;
    for (size_t i = 0; i < n; i++) {
        at += weights[i];
        if (wanted < at) {
            return i;
        }
    }
    return n - 1;
}
