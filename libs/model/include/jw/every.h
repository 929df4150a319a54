/* jw/every.h: the length of an interval, as people write it. Pure, any thread. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

G_BEGIN_DECLS

#define JW_EVERY_LEAST_MS INT64_C(1000)
#define JW_EVERY_MOST_MS  (INT64_C(366) * 86400000)

/* Reads "90s", "5m", "1h30m", "2h", "1d", "2w", or the same in ISO 8601 ("PT90S", "P1DT12H",
 * "P2W") into milliseconds. A day is 24 hours, whatever the clock does. INVALID: it is none of
 * these, or no whole seconds, or not from 1 s to 366 days; months and years have no one length. */
bool jw_every_parse(const char *text, int64_t *ret_ms, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
