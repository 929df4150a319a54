/* zone_cache.h: the offset of a time zone, fast for millions of times. Private to this room. */
#pragma once
#include "civil.h"
#include <stddef.h>

G_BEGIN_DECLS

#define JW_ZONE_SPANS 16

typedef struct {
    int64_t from, to; /* UTC seconds, half open; empty when equal */
    int64_t offset;
} JwZoneSpan;

typedef struct {
    GTimeZone *zone; /* (transfer none) */
    JwZoneSpan last;
    JwZoneSpan spans[JW_ZONE_SPANS];
    size_t n_spans, oldest;
} JwZoneCache;

void jw_zone_cache_find(JwZoneCache *self, int64_t utc_seconds); /* fills self->last */

static inline int64_t
jw_zone_cache_local(JwZoneCache *self, int64_t utc_ms)
{
    const int64_t seconds = jw_floor_div(utc_ms, 1000);

    if (seconds < self->last.from || seconds >= self->last.to) {
        jw_zone_cache_find(self, seconds);
    }
    return seconds + self->last.offset;
}

G_END_DECLS
