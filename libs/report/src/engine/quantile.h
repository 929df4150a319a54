/* engine/quantile.h: what is stated of medians and percentiles. Private to libs/report. */
#pragma once
#include "engine/held.h"

G_BEGIN_DECLS

/* Exact up to so many values of a group; a t-digest beyond, of 512 centroids at level 0. */
#define JW_QUANTILE_CAP  10000
#define JW_QUANTILE_SIZE ((size_t)512)

/* How far in rank, as a part of all values, a figure of the pool's sketches may be from the exact
 * one: half of a centroid in the middle, 0.003 at level 0. */
double jw_quantile_error(const JwHeldPool *pool);

G_END_DECLS
