/* import/when.h: reads dates and durations by a format, the same in every locale. Compiled formats
 * are immutable. */
#pragma once
#include "jw/error.h"

G_BEGIN_DECLS

/* %Y %y %m %d %e %b %B %a %A %H %I %M %S %f %p %z %F %T %R %j %% and literal text; a space stands
 * for any number of them. Names are English, %y 69-99 is 19xx, %f is a fraction of 1 to 9 digits
 * (cut to ms), %z is Z or ±hh[:]mm. Each part of a date is read once; %I and %p go together; %j
 * stands for month and day; minutes want an hour, seconds minutes, a fraction seconds. */
typedef struct _JcDate JcDate;
/* @zone: IANA name for strings without %z. INVALID names what it does not know, what the format
 * lacks, and what in it contradicts itself. */
JcDate *jc_date_new(const char *format, const char *zone, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void jc_date_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JcDate, jc_date_free)
bool jc_date_reads_offset(const JcDate *self); /* so the zone is never asked */
/* A time that a zone has twice is the first of the two; one that it skips is refused. */
bool jc_date_parse(const JcDate *self, const char *text, int64_t *ret_time_ms,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Letters h, m, s with literal text between: "h:mm:ss", "m:ss", "s", "h'h' m'm'". The first unit
 * may be any number, later ones are below 60 (hours below 24 after d). A doubled letter wants two
 * digits; no unit between the first and the last is left out. The result is in seconds. */
typedef struct _JcSpan JcSpan;
JcSpan *jc_span_new(const char *format, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void jc_span_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JcSpan, jc_span_free)
bool jc_span_parse(const JcSpan *self, const char *text, int64_t *ret_seconds,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
