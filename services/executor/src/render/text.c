/* render/text.c: see render/text.h. English, with commas between thousands. */
#include "render/text.h"

#include <math.h>
#include <string.h>

#include "jw/civil.h"
#include "jw/text.h"

#define MARCH_1900_MS (-INT64_C(2203891200000))
#define YEAR_10000_MS INT64_C(253402300800000)

gboolean
exe_text_equal_fold(gconstpointer a, gconstpointer b)
{
    g_autofree char *folded_a = g_utf8_casefold(a, -1);
    g_autofree char *folded_b = g_utf8_casefold(b, -1);

    return strcmp(folded_a, folded_b) == 0;
}

char *
exe_text_count(int64_t count)
{
    g_autofree char *digits = g_strdup_printf("%" G_GINT64_FORMAT, count);
    return jw_text_thousands(digits);
}

char *
exe_text_figure(const JwValue *value, const JwMeasureDef *measure)
{
    static const char *const units[] = { [JW_FORMAT_PERCENT] = " %",
                                         [JW_FORMAT_SECONDS] = " s",
                                         [JW_FORMAT_HOUR] = ":00",
                                         [JW_FORMAT_BOOL] = NULL };
    const char *unit = units[measure->format] != NULL ? units[measure->format] : "";

    if (value->type == JW_VALUE_TEXT) {
        return g_strndup(value->text, value->length);
    }
    if (value->type == JW_VALUE_INT) {
        g_autofree char *count = measure->format == JW_FORMAT_HOUR
                                     ? g_strdup_printf("%02" G_GINT64_FORMAT, value->integer)
                                     : exe_text_count(value->integer);
        return g_strconcat(count, unit, NULL);
    }
    if (value->type == JW_VALUE_REAL && isfinite(value->real)) {
        char buffer[64];
        g_autofree char *number = g_strdup(g_ascii_formatd(buffer, sizeof buffer,
                                                           measure->decimals == 0   ? "%.0f"
                                                           : measure->decimals == 1 ? "%.1f"
                                                                                    : "%.2f",
                                                           value->real));
        g_autofree char *commas = jw_text_thousands(number);
        return g_strconcat(commas, unit, NULL);
    }
    return g_strdup("n/a");
}

static GDateTime *
local_time(int64_t time_ms, GTimeZone *zone)
{
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(time_ms / 1000);
    return utc != NULL ? g_date_time_to_timezone(utc, zone) : NULL;
}

static bool
is_midnight(GDateTime *time)
{
    return g_date_time_get_hour(time) == 0 && g_date_time_get_minute(time) == 0
           && g_date_time_get_second(time) == 0;
}

char *
exe_text_period(const JwReportRequest *request, GTimeZone *zone)
{
    if (request->start_ms == 0 && request->end_ms == 0) {
        return g_strdup("all records");
    }
    g_autoptr(GDateTime) start = local_time(request->start_ms, zone);
    g_autoptr(GDateTime) end = local_time(request->end_ms, zone);
    g_autoptr(GDateTime) last = local_time(request->end_ms - 1000, zone);

    if (start == NULL || end == NULL || last == NULL) {
        return g_strdup("a period outside the calendar");
    }
    /* The end is the first moment outside: people name the last day inside. */
    bool whole_days = is_midnight(start) && is_midnight(end);
    const char *format = whole_days ? "%-d %b %Y" : "%-d %b %Y %H:%M:%S";
    g_autofree char *from = g_date_time_format(start, format);
    g_autofree char *to = g_date_time_format(last, format);
    return whole_days && strcmp(from, to) == 0 ? g_steal_pointer(&from)
                                               : g_strdup_printf("%s – %s", from, to);
}

char *
exe_text_filters(const JwReportDef *def, const JwReportRequest *request)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < request->filters->len; i++) {
        const JwFilter *filter = &g_array_index(request->filters, JwFilter, i);
        g_autofree char *values = g_strjoinv(", ", filter->values);
        g_string_append_printf(text, "%s%s: %s", text->len > 0 ? " · " : "", filter->name, values);
    }
    if (def->inactive_field != NULL && request->include_inactive) {
        g_string_append_printf(text, "%sinactive included", text->len > 0 ? " · " : "");
    }
    if (text->len == 0) {
        g_string_free(text, TRUE);
        return NULL;
    }
    return g_string_free(text, FALSE);
}

const char *
exe_text_real(double value, char buffer[EXE_REAL_MAX])
{
    g_ascii_formatd(buffer, EXE_REAL_MAX, "%.15g", value);
    if (g_ascii_strtod(buffer, NULL) != value) {
        g_ascii_formatd(buffer, EXE_REAL_MAX, "%.17g", value);
    }
    return buffer;
}

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
