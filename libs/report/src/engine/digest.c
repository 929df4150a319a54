/* engine/digest.c: see engine/digest.h. The merging digest of Dunning and Ertl ("Computing
 * extremely accurate quantiles using t-digests", 2019) with their scale k1. */
#include "engine/digest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Half of what a digest's bytes are is for the buffer. */
static size_t
most_buffered(const JwDigest *self)
{
    return 2 * self->size;
}

void
jw_digest_init(JwDigest *self, size_t size)
{
    *self = (JwDigest){ .size = size };
    self->centroids = g_new(JwCentroid, size);
    self->buffer = g_new(double, 2 * size);
}

void
jw_digest_clear(JwDigest *self)
{
    g_clear_pointer(&self->centroids, g_free);
    g_clear_pointer(&self->buffer, g_free);
}

/* By weight as well, so that the order never depends on the sort. */
static int
compare_centroids(const void *a, const void *b)
{
    const JwCentroid *first = a, *second = b;

    if (first->mean < second->mean || first->mean > second->mean) {
        return first->mean < second->mean ? -1 : 1;
    }
    return first->weight < second->weight ? -1 : first->weight > second->weight;
}

/* Up to which quantile a centroid may reach that begins at @q: one more of the scale k1 =
 * size / (2 pi) · asin(2q - 1). */
static double
reach(double q, size_t size)
{
    const double turn = 2.0 * G_PI / (double)size;
    const double angle = asin(CLAMP(2.0 * q - 1.0, -1.0, 1.0)) + turn;

    return angle >= G_PI / 2.0 ? 1.0 : (sin(angle) + 1.0) / 2.0;
}

/* No product is larger than its factors, so that nothing overflows. */
static void
absorb(JwCentroid *self, const JwCentroid *next)
{
    const double weight = self->weight + next->weight;
    const double part = next->weight / weight;
    const double mean = self->mean * (1.0 - part) + next->mean * part;

    self->mean = CLAMP(mean, self->mean, next->mean);
    self->weight = weight;
}

/* @items: sorted, at least one; becomes at most self->size centroids. */
static void
compress(JwDigest *self, JwCentroid *items, size_t n_items)
{
    double before = 0.0, limit = reach(0.0, self->size);
    JwCentroid current = items[0];

    self->n_centroids = 0;
    for (size_t i = 1; i < n_items; i++) {
        const double q = (before + current.weight + items[i].weight) / self->weight;
        if (q <= limit || self->n_centroids == self->size - 1) {
            absorb(&current, &items[i]);
            continue;
        }
        before += current.weight;
        limit = reach(before / self->weight, self->size);
        self->centroids[self->n_centroids++] = current;
        current = items[i];
    }
    self->centroids[self->n_centroids++] = current;
}

/* What is buffered, and @more, into the centroids. */
static void
take_in(JwDigest *self, const JwCentroid *more, size_t n_more)
{
    const size_t n = self->n_centroids + self->n_buffer + n_more;
    g_autofree JwCentroid *items = g_new(JwCentroid, n + 1);

    if (n == self->n_centroids) {
        return;
    }
    memcpy(items, self->centroids, self->n_centroids * sizeof *items);
    for (size_t i = 0; i < self->n_buffer; i++) {
        items[self->n_centroids + i] = (JwCentroid){ self->buffer[i], 1.0 };
    }
    if (n_more > 0) {
        memcpy(&items[n - n_more], more, n_more * sizeof *items);
    }
    self->n_buffer = 0;
    qsort(items, n, sizeof *items, compare_centroids);
    compress(self, items, n);
}

static void
widen(JwDigest *self, double weight, double least, double most)
{
    self->least = self->weight > 0.0 ? MIN(self->least, least) : least;
    self->most = self->weight > 0.0 ? MAX(self->most, most) : most;
    self->weight += weight;
}

void
jw_digest_add(JwDigest *self, double value)
{
    if (self->n_buffer == most_buffered(self)) {
        take_in(self, NULL, 0);
    }
    widen(self, 1.0, value, value);
    self->buffer[self->n_buffer++] = value;
}

void
jw_digest_merge(JwDigest *self, const JwDigest *from)
{
    if (from->weight == 0.0) {
        return;
    }
    for (size_t i = 0; i < from->n_buffer; i++) {
        jw_digest_add(self, from->buffer[i]);
    }
    widen(self, from->weight - (double)from->n_buffer, from->least, from->most);
    take_in(self, from->centroids, from->n_centroids);
}

void
jw_digest_shrink(JwDigest *self, size_t size)
{
    take_in(self, NULL, 0);
    g_autofree JwCentroid *items = g_steal_pointer(&self->centroids);
    const size_t n_items = self->n_centroids;
    self->size = size;
    self->centroids = g_new(JwCentroid, size);
    self->buffer = g_renew(double, self->buffer, 2 * size);
    if (n_items > 0) {
        compress(self, items, n_items);
    }
}

/* At @place between two points, the first of which is not behind it. */
static double
between(double place, double from_place, double from, double to_place, double to)
{
    const double part =
        to_place > from_place ? (place - from_place) / (to_place - from_place) : 0.0;

    return from * (1.0 - part) + to * part;
}

/* A centroid stands for places before, before + 1, … of the sorted values, with its mean in their
 * middle. */
double
jw_digest_quantile(JwDigest *self, double q)
{
    const double place = q * (self->weight - 1.0);
    double before = 0.0, last_place = 0.0, last = self->least;

    take_in(self, NULL, 0);
    for (size_t i = 0; i < self->n_centroids; i++) {
        const JwCentroid *centroid = &self->centroids[i];
        const double middle = before + (centroid->weight - 1.0) / 2.0;
        if (place <= middle) {
            return between(place, last_place, last, middle, centroid->mean);
        }
        before += centroid->weight;
        last_place = middle;
        last = centroid->mean;
    }
    return between(place, last_place, last, self->weight - 1.0, self->most);
}
