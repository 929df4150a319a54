/* render/text.c: see render/text.h. */
#include "render/text.h"

#include "jw/civil.h"
#include "jw/error.h"

#define MARCH_1900_MS (-INT64_C(2203891200000))
#define YEAR_10000_MS INT64_C(253402300800000)

const char *
exe_text_far_time(int64_t local_ms, char buffer[EXE_FAR_TIME_MAX])
{
    JwCivil at;

    if (local_ms >= MARCH_1900_MS && local_ms < YEAR_10000_MS) {
        return NULL;
    }
    jw_civil_from_seconds(jw_floor_div(local_ms, 1000), &at);
    (void)g_snprintf(buffer, EXE_FAR_TIME_MAX, "%04d-%02d-%02d %02d:%02d:%02d", at.year, at.month,
                     at.day, at.hour, at.minute, at.second);
    return buffer;
}

char *
exe_text_put_digits(char *at, int64_t value, int width)
{
    for (int i = width - 1; i >= 0; i--) {
        at[i] = (char)('0' + value % 10);
        value /= 10;
    }
    return at + width;
}

void
exe_text_append_time(GString *out, JwZoneCache *zone, int64_t time_ms, bool date_only)
{
    char text[] = "0000-00-00T00:00:00+00:00";
    int64_t seconds = jw_zone_cache_local(zone, time_ms);
    int offset = (int)zone->last.offset;
    int odd_seconds = offset % 60;
    size_t length = date_only ? 10 : offset == 0 ? 20 : 25;
    JwCivil civil;

    jw_civil_from_seconds(date_only ? seconds : seconds - odd_seconds, &civil);
    exe_text_put_digits(text, MAX(civil.year, 0), 4);
    exe_text_put_digits(text + 5, civil.month, 2);
    exe_text_put_digits(text + 8, civil.day, 2);
    exe_text_put_digits(text + 11, civil.hour, 2);
    exe_text_put_digits(text + 14, civil.minute, 2);
    exe_text_put_digits(text + 17, civil.second, 2);
    text[19] = offset == 0 ? 'Z' : offset < 0 ? '-' : '+';
    exe_text_put_digits(text + 20, ABS(offset) / 3600, 2);
    exe_text_put_digits(text + 23, ABS(offset) / 60 % 60, 2);
    if (civil.year < 0 || civil.year > 9999) {
        g_string_append_printf(out, "%04d", civil.year);
        g_string_append_len(out, text + 4, (gssize)length - 4);
        return;
    }
    g_string_append_len(out, text, (gssize)length);
}

void
exe_text_append_int(GString *out, int64_t value)
{
    char digits[20]; /* of 2^63, and a sign */
    size_t at = sizeof digits;
    uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;

    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0) {
        digits[--at] = '-';
    }
    g_string_append_len(out, digits + at, (gssize)(sizeof digits - at));
}

char *
exe_text_head(const JwReportColumn *column)
{
    return column->head != NULL ? g_strconcat(column->head, ": ", column->label, NULL)
                                : g_strdup(column->label);
}

const JwReportTable *
exe_text_table(const JwReportResult *result, const char *title, GError **error)
{
    for (guint i = 0; i < result->tables->len; i++) {
        const JwReportTable *table = &g_array_index(result->tables, JwReportTable, i);
        if (title == NULL || g_strcmp0(table->title, title) == 0) {
            return table;
        }
    }
    return jw_fail_null(error, JW_ERROR_INVALID,
                        "the report has no table%s%s; ask for another content",
                        title != NULL ? " " : "", title != NULL ? title : "");
}
