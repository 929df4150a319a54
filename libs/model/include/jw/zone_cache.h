/* jw/zone_cache.h: the offset of a time zone, fast for millions of times. A new one is
 * { .zone = zone }. One thread. Where the local year would be none of 0000-9999 the offset is 0:
 * such a moment is told in UTC, by every output alike. */
#pragma once
#include "jw/civil.h"
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

/* Fills self->last with the span that holds @utc_seconds. */
void jw_zone_cache_find(JwZoneCache *self, int64_t utc_seconds);

/* Local seconds; afterwards self->last.offset is the offset. */
static inline int64_t
jw_zone_cache_local(JwZoneCache *self, int64_t utc_ms)
{
    const int64_t seconds = jw_floor_div(utc_ms, 1000);

    if (seconds < self->last.from || seconds >= self->last.to) {
        jw_zone_cache_find(self, seconds);
    }
    return seconds + self->last.offset;
}

/* The same in milliseconds; times in the first and the last day that an int64 holds are clamped. */
static inline int64_t
jw_zone_cache_local_ms(JwZoneCache *self, int64_t utc_ms)
{
    const int64_t day_ms = JW_DAY_SECONDS * 1000;
    const int64_t ms = CLAMP(utc_ms, INT64_MIN + day_ms, INT64_MAX - day_ms);

    return jw_zone_cache_local(self, ms) * 1000 + jw_floor_mod(ms, 1000);
}

G_END_DECLS
