/* engine/digest.h: a t-digest: quantiles of any number of values in a fixed size. Private to
 * libs/report. One thread.
 *
 * Why this and not another: its error is one of ranks, so that it suits any scale and any sign of
 * values (DDSketch's is relative to the value, which is useless for values around a large number),
 * it is smallest at the ends, where p95 and p99 are, it has the least and the greatest value
 * exactly, and it has no random choices (KLL has), so that the same values in the same order give
 * the same figure. Its order matters to the last digits, and merging adds no error of its own kind.
 * A centroid in the middle holds at most pi / size of the values, 0.6 % at 512, so that a figure is
 * at most about half of that away in rank; towards the ends it is much less. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

G_BEGIN_DECLS

typedef struct {
    double mean, weight;
} JwCentroid;

typedef struct {
    size_t size;           /* the most centroids */
    JwCentroid *centroids; /* by mean */
    size_t n_centroids;
    double *buffer; /* values that are not in centroids yet */
    size_t n_buffer;
    double weight, least, most; /* of all */
} JwDigest;

/* @size: at least 16 */
void jw_digest_init(JwDigest *self, size_t size);
void jw_digest_clear(JwDigest *self);
/* @value is finite. */
void jw_digest_add(JwDigest *self, double value);
void jw_digest_merge(JwDigest *self, const JwDigest *from);
/* To a smaller size. */
void jw_digest_shrink(JwDigest *self, size_t size);
/* @q: 0 to 1; there is a value. Between the values at (n - 1) · q, linearly. */
double jw_digest_quantile(JwDigest *self, double q);

G_END_DECLS
