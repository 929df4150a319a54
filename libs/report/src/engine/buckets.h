/* buckets.h: the hours, days, weeks and so on that a time falls into. Pure. Private to libs/report.
 *
 * A bucket is known by its key, by which buckets are in order: an hour, a weekday from that which
 * begins the week, days since 1970 of a day or of a week's first day, months or quarters since
 * 1970, a year. */
#pragma once
#include "jw/report_def.h"

G_BEGIN_DECLS

typedef struct {
    JwPart part; /* not VALUE */
    int first;   /* the weekday that begins a week, from 0, Monday */
    bool iso;    /* weeks have the labels of ISO 8601 */
} JwBuckets;

JwBuckets jw_buckets_of(const JwDimensionDef *dimension);
/* The key of a local time (jw/civil.h). */
int64_t jw_bucket_key(const JwBuckets *self, int64_t local_seconds);
/* The key of the bucket behind. */
int64_t jw_bucket_next(const JwBuckets *self, int64_t key);
/* "14:00", "Monday", "2026-01-06", "2026-W02", "2026-01", "2026-Q1", "2026". (transfer full) */
char *jw_bucket_label(const JwBuckets *self, int64_t key);
/* How many buckets there are, with the keys from 0 on; 0: as many as time has. */
size_t jw_buckets_fixed(const JwBuckets *self);

G_END_DECLS
