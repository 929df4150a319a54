/* zone_cache.c: remembers between which changes of the clock an offset holds. One thread at a
 * time. GTimeZone searches its transitions from the first one on every call and does not report
 * how long an answer holds; one call for each record would cost more than the rest of a report.
 *
 * "Never" is often kept as the last moment of 9999 in UTC, which a zone east of it has in the year
 * 10000, that no format writes alike. So beyond the years of four digits a zone is UTC. */
#include "jw/zone_cache.h"

/* How far a span is followed; a zone without changes gives spans of twice this. */
#define MOST_DAYS 400

static int64_t
span_end(GTimeZone *zone, int64_t seconds, int64_t offset)
{
    for (int day = 0; day < MOST_DAYS; day++, seconds += JW_DAY_SECONDS) {
        const int64_t next = seconds + JW_DAY_SECONDS;
        if (jw_zone_offset(zone, next) != offset) {
            return jw_zone_change(zone, seconds, next);
        }
    }
    return seconds;
}

static int64_t
span_start(GTimeZone *zone, int64_t seconds, int64_t offset)
{
    for (int day = 0; day < MOST_DAYS; day++, seconds -= JW_DAY_SECONDS) {
        const int64_t before = seconds - JW_DAY_SECONDS;
        if (jw_zone_offset(zone, before) != offset) {
            return jw_zone_change(zone, before, seconds);
        }
    }
    return seconds;
}

static void
keep_to_calendar(JwZoneSpan *span, int64_t utc_seconds)
{
    const int64_t first = JW_CALENDAR_FIRST - span->offset;
    const int64_t end = JW_CALENDAR_END - span->offset;

    if (utc_seconds < first) {
        *span = (JwZoneSpan){ .from = span->from, .to = MIN(span->to, first) };
    } else if (utc_seconds >= end) {
        *span = (JwZoneSpan){ .from = MAX(span->from, end), .to = span->to };
    } else {
        span->from = MAX(span->from, first);
        span->to = MIN(span->to, end);
    }
}

void
jw_zone_cache_find(JwZoneCache *self, int64_t utc_seconds)
{
    for (size_t i = 0; i < self->n_spans; i++) {
        if (utc_seconds >= self->spans[i].from && utc_seconds < self->spans[i].to) {
            self->last = self->spans[i];
            return;
        }
    }
    self->last.offset = jw_zone_offset(self->zone, utc_seconds);
    self->last.from = span_start(self->zone, utc_seconds, self->last.offset);
    self->last.to = span_end(self->zone, utc_seconds, self->last.offset);
    keep_to_calendar(&self->last, utc_seconds);
    if (self->n_spans < JW_ZONE_SPANS) {
        self->spans[self->n_spans++] = self->last;
    } else {
        self->spans[self->oldest] = self->last;
        self->oldest = (self->oldest + 1) % JW_ZONE_SPANS;
    }
}
