/* engine/hll.c: see engine/hll.h. The estimator is Ertl's ("New cardinality estimation algorithms
 * for HyperLogLog sketches", 2017), which is unbiased for small and large numbers alike, without
 * tables of corrections. */
#include "engine/hll.h"

#include <math.h>
#include <stddef.h>

#define HASH_BITS 64

void
jw_hll_add(uint8_t *registers, int p, uint64_t hash)
{
    const uint64_t rest = hash << p;
    const uint8_t rank = (uint8_t)(rest == 0 ? HASH_BITS - p + 1 : __builtin_clzll(rest) + 1);
    uint8_t *place = &registers[hash >> (HASH_BITS - p)];

    *place = MAX(*place, rank);
}

void
jw_hll_merge(uint8_t *registers, int p, const uint8_t *from)
{
    for (size_t i = 0; i < (size_t)1 << p; i++) {
        registers[i] = MAX(registers[i], from[i]);
    }
}

/* The last bit of the place becomes the first of the rest. */
void
jw_hll_fold(uint8_t *registers, int p)
{
    for (size_t i = 0; i < (size_t)1 << (p - 1); i++) {
        const uint8_t even = registers[2 * i], odd = registers[2 * i + 1];
        const uint8_t moved = even > 0 ? even + 1 : 0, first = odd > 0 ? 1 : 0;

        registers[i] = MAX(moved, first);
    }
}

static double
sigma(double x)
{
    double y = 1.0, sum = x, before = 0.0;

    do {
        x *= x;
        before = sum;
        sum += x * y;
        y += y;
    } while (sum > before);
    return sum;
}

static double
tau(double x)
{
    double y = 1.0, sum = 1.0 - x, before = 0.0;

    if (!(x > 0.0 && x < 1.0)) {
        return 0.0;
    }
    do {
        x = sqrt(x);
        before = sum;
        y *= 0.5;
        sum -= (1.0 - x) * (1.0 - x) * y;
    } while (sum < before);
    return sum / 3.0;
}

double
jw_hll_estimate(const uint8_t *registers, int p)
{
    const int most = HASH_BITS - p;
    const double n = (double)((size_t)1 << p);
    size_t counts[HASH_BITS + 2] = { 0 };

    for (size_t i = 0; i < (size_t)1 << p; i++) {
        counts[registers[i]]++;
    }
    if (counts[0] == (size_t)1 << p) {
        return 0.0;
    }
    double sum = n * tau(1.0 - (double)counts[most + 1] / n);
    for (int k = most; k >= 1; k--) {
        sum = 0.5 * (sum + (double)counts[k]);
    }
    sum += n * sigma((double)counts[0] / n);
    return n * n / (2.0 * log(2.0) * sum);
}
