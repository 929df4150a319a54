/* jw/duration.h: lengths of time as people write them: a whole number and one unit of ms, s, m, h
 * and d ("250ms", "90s", "15m", "72h", "7d"). Any thread. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

G_BEGIN_DECLS

/* Reads @text into milliseconds, 0 included; limits are the caller's. False when it is no duration
 * or does not fit. "0" needs no unit. */
bool jw_duration_parse(const char *text, int64_t *ret_ms) G_GNUC_WARN_UNUSED_RESULT;

/* @ms in the largest unit that gives a whole number; 0 is "0". (transfer full) */
char *jw_duration_format(int64_t ms);

G_END_DECLS
