/* zoned.h: UTC milliseconds as local date and time, fast for times that come in order. One thread. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

G_BEGIN_DECLS

typedef struct {
    GTimeZone *zone;
    int64_t
        slot; /* quarter of an hour since 1970 whose offset is cached: clocks change on such borders only */
    int32_t offset_s;
    bool primed;
} JwZoned;

void jw_zoned_init(JwZoned *self, GTimeZone *zone);
void jw_zoned_clear(JwZoned *self);
int32_t jw_zoned_offset_s(JwZoned *self, int64_t time_ms);
/* "2021-01-04T09:12:00+03:00", "…Z" for offset 0, or only the date. */
void jw_zoned_append(JwZoned *self, GString *text, int64_t time_ms, bool date_only);
/* Milliseconds since 1970-01-01 on the zone's wall clock. */
int64_t jw_zoned_local_ms(JwZoned *self, int64_t time_ms);
/* Days since 1899-12-30 with the local time of day as fraction: a spreadsheet's date. */
double jw_zoned_serial(JwZoned *self, int64_t time_ms);

G_END_DECLS
