/* result/text.c: see jw/report_text.h. */
#include "jw/report_text.h"
#include "engine/number.h"
#include "jw/civil.h"
#include "jw/text.h"

#include <math.h>
#include <string.h>

#define FILTER_TEXT_MAX 120 /* bytes; further values are counted */

static const char zeros[] = "000000000"; /* as many as decimals are shown */

char *
jw_report_text_count(int64_t count)
{
    g_autofree char *digits = g_strdup_printf("%" G_GINT64_FORMAT, count);

    return jw_text_thousands(digits);
}

static char *
number_text(const JwValue *value, JwFormat format, int decimals)
{
    char buffer[400]; /* the largest double has 309 digits before its point */
    char form[] = "%.0f";

    decimals = CLAMP(decimals, 0, 9);
    if (value->type == JW_VALUE_INT && format == JW_FORMAT_HOUR) {
        return g_strdup_printf("%02" G_GINT64_FORMAT, value->integer);
    }
    if (value->type == JW_VALUE_INT) {
        g_autofree char *count = jw_report_text_count(value->integer);
        return g_strconcat(count, decimals > 0 ? "." : "",
                           &zeros[sizeof zeros - 1 - (size_t)decimals], NULL);
    }
    const JwNumber number = jw_number_real(value->real);
    form[2] = (char)('0' + decimals);
    return jw_text_thousands(
        g_ascii_formatd(buffer, sizeof buffer, form, jw_number_round(&number, decimals)));
}

const char *
jw_report_text_unit(JwFormat format)
{
    static const char *const units[JW_FORMAT_N] = {
        [JW_FORMAT_PERCENT] = " %",
        [JW_FORMAT_SECONDS] = " s",
        [JW_FORMAT_HOUR] = ":00",
    };

    return units[format] != NULL ? units[format] : "";
}

char *
jw_report_text_value(const JwValue *value, JwFormat format, int decimals)
{
    if (value->type == JW_VALUE_TEXT) {
        return g_strndup(value->text, value->length);
    }
    if (value->type == JW_VALUE_INT || (value->type == JW_VALUE_REAL && isfinite(value->real))) {
        g_autofree char *number = number_text(value, format, decimals);
        return g_strconcat(number, jw_report_text_unit(format), NULL);
    }
    return g_strdup("n/a");
}

void
jw_report_round_row(const JwReportDef *def, const JwValue *row, JwValue *ret_row)
{
    for (guint i = 0; i < def->columns->len; i++) {
        const int decimals = g_array_index(def->columns, JwColumnDef, i).decimals;

        ret_row[i] = row[i];
        if (decimals >= 0 && row[i].type == JW_VALUE_REAL && isfinite(row[i].real)) {
            const JwNumber number = jw_number_real(row[i].real);
            ret_row[i].real = jw_number_round(&number, decimals);
        }
    }
}

static GDateTime *
local_time(int64_t time_ms, GTimeZone *zone)
{
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(time_ms / 1000);

    return utc != NULL ? g_date_time_to_timezone(utc, zone) : NULL;
}

char *
jw_report_text_time(int64_t time_ms, JwFormat format, GTimeZone *zone)
{
    g_autoptr(GDateTime) time = local_time(time_ms, zone);

    if (time == NULL) {
        return g_strdup("n/a");
    }
    return g_date_time_format(time, format == JW_FORMAT_DATE ? "%Y-%m-%d" : "%Y-%m-%d %H:%M:%S");
}

/* Midnight is not asked for: some days have two, or none. */
static bool
begins_day(int64_t time_ms, GTimeZone *zone)
{
    return time_ms == jw_zone_day_start_ms(zone, jw_zone_day(zone, time_ms));
}

char *
jw_report_text_period(const JwReportRequest *request, GTimeZone *zone)
{
    if (request->start_ms == 0 && request->end_ms == 0) {
        return g_strdup("all records");
    }
    g_autoptr(GDateTime) start = local_time(request->start_ms, zone);
    g_autoptr(GDateTime) last = local_time(request->end_ms - 1000, zone);

    if (start == NULL || last == NULL) {
        return g_strdup("a period outside the calendar");
    }
    /* The end is the first moment outside; the last day inside is shown. */
    bool whole_days = begins_day(request->start_ms, zone) && begins_day(request->end_ms, zone);
    const char *format = whole_days ? "%-d %b %Y" : "%-d %b %Y %H:%M:%S";
    g_autofree char *from = g_date_time_format(start, format);
    g_autofree char *to = g_date_time_format(last, format);
    return whole_days && strcmp(from, to) == 0 ? g_steal_pointer(&from)
                                               : g_strdup_printf("%s – %s", from, to);
}

char *
jw_report_text_filters(const JwReportDef *def, const JwReportRequest *request)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (guint i = 0; i < request->filters->len; i++) {
        const JwFilter *filter = &g_array_index(request->filters, JwFilter, i);
        g_autofree char *values = g_strjoinv(", ", filter->values);
        g_string_append_printf(text, "%s%s: %s", text->len > 0 ? " · " : "", filter->name, values);
    }
    if (def->inactive_field != NULL && request->include_inactive) {
        g_string_append_printf(text, "%sinactive included", text->len > 0 ? " · " : "");
    }
    return text->len > 0 ? g_string_free(g_steal_pointer(&text), FALSE) : NULL;
}

char *
jw_report_text_filter_name(const char *name)
{
    GString *text = g_string_new(NULL);
    const bool ids = g_str_has_suffix(name, "Ids") && strlen(name) > 3;

    for (const char *pos = name; *pos != '\0'; pos++) {
        if (ids && strcmp(pos, "Ids") == 0) {
            g_string_append_c(text, 's');
            break;
        }
        /* of a word, and not of an abbreviation */
        const bool first = g_ascii_isupper(*pos) && pos > name && !g_ascii_isupper(pos[-1]);
        const bool lower = first && !g_ascii_isupper(pos[1]);
        if (first) {
            g_string_append_c(text, ' ');
        }
        g_string_append_c(text, pos == name   ? g_ascii_toupper(*pos)
                                : lower       ? g_ascii_tolower(*pos)
                                : *pos == '_' ? ' '
                                              : *pos);
    }
    return g_string_free(text, FALSE);
}

char *
jw_report_text_filter_values(const JwFilter *filter)
{
    GString *text = g_string_new(NULL);
    const guint count = g_strv_length(filter->values);
    guint shown = 0;

    while (shown < count
           && (shown == 0 || text->len + strlen(filter->values[shown]) <= FILTER_TEXT_MAX)) {
        g_string_append_printf(text, "%s%s", shown > 0 ? ", " : "", filter->values[shown]);
        shown += 1;
    }
    if (shown < count) {
        g_string_append_printf(text, " and %u more", count - shown);
    }
    return g_string_free(text, FALSE);
}
