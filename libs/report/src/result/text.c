/* result/text.c: see jw/report_text.h. */
#include "jw/report_text.h"
#include "engine/number.h"
#include "result/looks.h"
#include "jw/civil.h"
#include "jw/text.h"
#include "jw/zone_cache.h"

#include <math.h>
#include <string.h>

#define FILTER_TEXT_MAX 120 /* bytes; further values are counted */

#define LONG_REAL 1e5 /* from it on nine decimals are more than 15 digits */

static const char zeros[] = "000000000"; /* as many as decimals are shown */

char *
jw_report_text_count(int64_t count)
{
    g_autofree char *digits = g_strdup_printf("%" G_GINT64_FORMAT, count);

    return jw_text_thousands(digits);
}

/* Whole hours of two digits, as the workbook shows them. */
static char *
hour_text(const JwValue *value)
{
    char buffer[400];

    if (value->type == JW_VALUE_INT) {
        return g_strdup_printf("%0*" G_GINT64_FORMAT, value->integer < 0 ? 3 : 2, value->integer);
    }
    const JwNumber number = jw_number_real(value->real);
    const double hour = jw_number_round(&number, 0);
    return g_strdup(g_ascii_formatd(buffer, sizeof buffer, hour < 0 ? "%03.0f" : "%02.0f", hour));
}

static char *
number_text(const JwValue *value, JwFormat format, int decimals)
{
    char buffer[400]; /* the largest double has 309 digits before its point */
    char form[] = "%.0f";

    decimals = CLAMP(decimals, 0, 9);
    if (format == JW_FORMAT_HOUR) {
        return hour_text(value);
    }
    if (value->type == JW_VALUE_INT) {
        g_autofree char *count = jw_report_text_count(value->integer);
        return g_strconcat(count, decimals > 0 ? "." : "",
                           &zeros[sizeof zeros - 1 - (size_t)decimals], NULL);
    }
    const JwNumber number = jw_number_of(value);
    const double rounded = jw_number_round(&number, decimals);
    form[2] = (char)('0' + decimals);
    g_ascii_formatd(buffer, sizeof buffer, form, rounded);
    if (fabs(rounded) >= LONG_REAL && fabs(rounded) < JW_NUMBER_DOUBLES) {
        /* With the digits that all ways show, and not with those of the binary number. */
        const char *point = strchr(jw_text_real(rounded, buffer), '.');
        const size_t shown = point != NULL ? strlen(point + 1) : 0;
        const size_t missing = shown < (size_t)decimals ? (size_t)decimals - shown : 0;
        g_strlcat(buffer, point == NULL && decimals > 0 ? "." : "", sizeof buffer);
        g_strlcat(buffer, &zeros[sizeof zeros - 1 - missing], sizeof buffer);
    }
    return jw_text_thousands(buffer);
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
jw_report_text_form(const JwValue *value, const JwTextForm *form)
{
    const bool is_int = value->type == JW_VALUE_INT;
    const bool above = is_int ? value->integer > 0 : value->real > 0;

    if (value->type == JW_VALUE_TEXT) {
        return g_strndup(value->text, value->length);
    }
    if (is_int || (value->type == JW_VALUE_REAL && isfinite(value->real))) {
        g_autofree char *number = number_text(value, form->format, form->decimals);
        return g_strconcat(form->sign && above ? "+" : "", number,
                           form->unit != NULL ? form->unit : jw_report_text_unit(form->format),
                           NULL);
    }
    return g_strdup("n/a");
}

char *
jw_report_text_value(const JwValue *value, JwFormat format, int decimals)
{
    const JwTextForm form = { .format = format, .decimals = decimals };

    return jw_report_text_form(value, &form);
}

void
jw_report_round_row(const JwReportDef *def, const JwValue *row, JwValue *ret_row)
{
    for (guint i = 0; i < def->columns->len; i++) {
        const JwColumnDef *column = &g_array_index(def->columns, JwColumnDef, i);
        const int decimals = column->decimals;
        const char *label = jw_look_label(column->labels, &row[i]);

        if (label != NULL) {
            ret_row[i] = (JwValue){ .type = JW_VALUE_TEXT, .text = label, .length = strlen(label) };
            continue;
        }
        ret_row[i] = jw_number_plain(&row[i]);
        if (decimals >= 0 && row[i].type == JW_VALUE_REAL && isfinite(row[i].real)) {
            const JwNumber number = jw_number_of(&row[i]);
            ret_row[i] = jw_number_value(&number, decimals);
        }
    }
}

/* The local time, counted as if it were UTC; NULL outside of the years 1-9999. */
static GDateTime *
local_time(int64_t time_ms, GTimeZone *zone)
{
    JwZoneCache cache = { .zone = zone };

    return g_date_time_new_from_unix_utc(jw_zone_cache_local(&cache, time_ms));
}

char *
jw_report_text_time(int64_t time_ms, JwFormat format, GTimeZone *zone)
{
    JwZoneCache cache = { .zone = zone };
    JwCivil at;

    jw_civil_from_seconds(jw_zone_cache_local(&cache, time_ms), &at);
    if (format == JW_FORMAT_DATE) {
        return g_strdup_printf("%04d-%02d-%02d", at.year, at.month, at.day);
    }
    return g_strdup_printf("%04d-%02d-%02d %02d:%02d:%02d", at.year, at.month, at.day, at.hour,
                           at.minute, at.second);
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
    g_autoptr(GDateTime) last = local_time(request->end_ms - 1, zone);

    if (start == NULL || last == NULL) {
        return g_strdup("a period outside the calendar");
    }
    /* The end is the first moment outside; the last day, or second, inside is shown. */
    bool whole_days = begins_day(request->start_ms, zone) && begins_day(request->end_ms, zone);
    const char *format = whole_days ? "%-d %b %Y" : "%-d %b %Y %H:%M:%S";
    g_autofree char *from = g_date_time_format(start, format);
    g_autofree char *to = g_date_time_format(last, format);
    return whole_days && strcmp(from, to) == 0 ? g_steal_pointer(&from)
                                               : g_strdup_printf("%s – %s", from, to);
}

char *
jw_report_text_days(int64_t start_ms, int64_t end_ms, GTimeZone *zone)
{
    g_autoptr(GDateTime) start = local_time(start_ms, zone);
    g_autoptr(GDateTime) last = local_time(end_ms - 1, zone);

    if (start == NULL || last == NULL || !begins_day(start_ms, zone) || !begins_day(end_ms, zone)) {
        return NULL;
    }
    g_autofree char *from = g_date_time_format(start, "%-d %b");
    g_autofree char *to = g_date_time_format(last, "%-d %b");
    return strcmp(from, to) == 0 ? g_steal_pointer(&from) : g_strdup_printf("%s – %s", from, to);
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

/* A part of what a filter asks, behind a comma. */
static void
append_asked(GString *text, const char *before, const char *asked, const char *after)
{
    if (asked != NULL) {
        g_string_append_printf(text, "%s%s%s%s", text->len > 0 ? ", " : "", before, asked, after);
    }
}

static void
append_values(GString *text, const char *before, char **values)
{
    const guint count = values != NULL ? g_strv_length(values) : 0;
    guint shown = 0;

    for (; shown < count; shown++) {
        if (shown > 0 && text->len + strlen(values[shown]) > FILTER_TEXT_MAX) {
            break;
        }
        append_asked(text, shown == 0 ? before : "", values[shown], "");
    }
    if (shown < count) {
        g_string_append_printf(text, " and %u more", count - shown);
    }
}

char *
jw_report_text_filter_values(const JwFilter *filter)
{
    GString *text = g_string_new(NULL);

    append_values(text, "", filter->values);
    append_values(text, "not ", filter->excluded);
    if (filter->from != NULL && filter->to != NULL) {
        g_autofree char *range = g_strdup_printf("%s to %s", filter->from, filter->to);
        append_asked(text, "", range, "");
    } else {
        append_asked(text, "from ", filter->from, "");
        append_asked(text, "up to ", filter->to, "");
    }
    append_asked(text, "contains \xe2\x80\x9c", filter->contains, "\xe2\x80\x9d");
    if (filter->presence != JW_PRESENCE_ANY) {
        append_asked(text, "", filter->presence == JW_PRESENCE_ABSENT ? "(none)" : "not (none)",
                     "");
    }
    return g_string_free(text, FALSE);
}
