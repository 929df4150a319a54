/* render/text.h: values as rows of files have them. Pure. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "jw/report_result.h"
#include "jw/zone_cache.h"

G_BEGIN_DECLS

/* Whether a double holds @value, and so a spreadsheet: beyond 2^53 it would show another number. */
static inline bool
exe_text_is_double(int64_t value)
{
    return value >= -(INT64_C(1) << 53) && value <= INT64_C(1) << 53;
}

/* The same for a real: those beyond 2^53 that jw_text_real() writes as integers are texts as
 * integers are; the powers of ten behind them are numbers. */
static inline bool
exe_text_is_number(double value)
{
    return value < -0x1p63 || value > 0x1p63 || (value >= -0x1p53 && value <= 0x1p53);
}

/* A local time that is no date of every spreadsheet, as "0001-01-01 00:00:00"; NULL: it is one.
 * From the year 10000 on none has any, and before March 1900 they differ: some, as Excel does, know
 * a 29th of February 1900, and none of those anything before that year. */
#define EXE_FAR_TIME_MAX 64
const char *exe_text_far_time(int64_t local_ms, char buffer[EXE_FAR_TIME_MAX]);

/* The last @width digits of @value, not negative, with zeros in front; returns their end. For rows:
 * printf costs half of a line. */
char *exe_text_put_digits(char *at, int64_t value, int width);

/* "2021-01-04T09:12:00+03:00", "…Z" for offset 0, or only the date. Where the offset had seconds,
 * as long ago, they are left out of the time as of the offset: both together give the moment. A
 * year that has not four digits, which RFC 3339 does not know, is written as it is. */
void exe_text_append_time(GString *out, JwZoneCache *zone, int64_t time_ms, bool date_only);

/* A whole number; printf costs half of a line. */
void exe_text_append_int(GString *out, int64_t value);

/* What stands above a column in one line: "Monday: Calls". (transfer full) */
char *exe_text_head(const JwReportColumn *column);

/* The table of that title, NULL: the first; INVALID: there is none. (transfer none) */
const JwReportTable *exe_text_table(const JwReportResult *result, const char *title,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
