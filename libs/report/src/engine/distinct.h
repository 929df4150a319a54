/* engine/distinct.h: the hash of a value by which different ones are counted. Private to
 * libs/report. Pure. */
#pragma once
#include "engine/held.h"

G_BEGIN_DECLS

/* Exact up to so many different values of a group. */
#define JW_DISTINCT_CAP 10000
/* HyperLogLog beyond, with 2^14 registers at level 0. */
#define JW_DISTINCT_P 14

/* The same for values that filters and groups take for one: 3, 3.0, Decimal128 3.00 and the text
 * "3"; true and the text "true". Not of NULL. */
uint64_t jw_value_hash(const JwValue *value);

/* The standard error of the pool's sketches: 0.0081 at level 0. */
double jw_distinct_error(const JwHeldPool *pool);

G_END_DECLS
