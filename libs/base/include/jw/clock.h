/* jw/clock.h: time as a parameter. Wall time is UTC milliseconds since 1970, durations are
 * monotonic. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

G_BEGIN_DECLS

typedef struct _JwClock JwClock;
struct _JwClock {
    int64_t (*now_ms)(JwClock *self);  /* UTC wall clock */
    int64_t (*mono_ms)(JwClock *self); /* monotonic, arbitrary origin */
};

/* The clock of this machine. (transfer none), lives as long as the process */
JwClock *jw_clock_system(void);

static inline int64_t
jw_clock_now_ms(JwClock *self)
{
    return self->now_ms(self);
}

static inline int64_t
jw_clock_mono_ms(JwClock *self)
{
    return self->mono_ms(self);
}

/* "2026-01-13T02:00:15.250Z"; milliseconds are left out when they are 0. (transfer full) */
char *jw_time_format(int64_t time_ms);

/* "13 Jan 2026, 02:00 UTC", for people. (transfer full) */
char *jw_time_words(int64_t time_ms);

/* RFC 3339 date-time with zone ("Z" or ±hh:mm), 1 to 9 fraction digits (cut to ms); years
 * 1970-9999. A leap second reads as :59. Returns false with INVALID for anything else. */
bool jw_time_parse(const char *text, int64_t *ret_time_ms,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same of the years 0000-9999, as records have them: born before 1970. */
bool jw_time_parse_record(const char *text, int64_t *ret_time_ms,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
