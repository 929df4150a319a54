/* result/text.c: see jw/report_text.h. */
#include "jw/report_text.h"
#include "engine/condition.h"
#include "engine/number.h"
#include "jw/report_words.h"
#include "result/looks.h"
#include "text/language.h"
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
        g_autofree char *english = number_text(value, form->format, form->decimals);
        g_autofree char *number = jw_report_number(english, form->language);
        return g_strconcat(form->sign && above ? "+" : "", number,
                           form->unit != NULL ? form->unit : jw_report_text_unit(form->format),
                           NULL);
    }
    return g_strdup(jw_report_word(JW_WORD_NOTHING, form->language));
}

char *
jw_report_text_value(const JwValue *value, JwFormat format, int decimals)
{
    const JwTextForm form = { .format = format, .decimals = decimals };

    return jw_report_text_form(value, &form);
}

void
jw_report_text_plain(const JwValue *value, GString *text)
{
    jw_value_append(value, text);
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

    return jw_report_text_time_cached(time_ms, format, &cache);
}

char *
jw_report_text_time_cached(int64_t time_ms, JwFormat format, JwZoneCache *zone)
{
    JwCivil at;

    jw_civil_from_seconds(jw_zone_cache_local(zone, time_ms), &at);
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

/* With the year, and the time where @time. (transfer full) */
static char *
moment_text(GDateTime *at, bool time, const JwLanguage *language)
{
    g_autofree char *date =
        jw_language_date(language, g_date_time_get_year(at), g_date_time_get_month(at),
                         g_date_time_get_day_of_month(at));

    return time ? g_strdup_printf("%s %02d:%02d:%02d", date, g_date_time_get_hour(at),
                                  g_date_time_get_minute(at), g_date_time_get_second(at))
                : g_steal_pointer(&date);
}

char *
jw_report_text_period(const JwReportRequest *request, GTimeZone *zone)
{
    const JwLanguage *language = jw_language_find(request->language);

    if (request->start_ms == 0 && request->end_ms == 0) {
        return g_strdup(jw_report_word(JW_WORD_ALL_RECORDS, request->language));
    }
    g_autoptr(GDateTime) start = local_time(request->start_ms, zone);
    g_autoptr(GDateTime) last = local_time(request->end_ms - 1, zone);

    if (start == NULL || last == NULL) {
        return g_strdup(jw_report_word(JW_WORD_NO_CALENDAR, request->language));
    }
    /* The end is the first moment outside; the last day, or second, inside is shown. */
    const bool whole_days =
        begins_day(request->start_ms, zone) && begins_day(request->end_ms, zone);
    g_autofree char *from = moment_text(start, !whole_days, language);
    g_autofree char *to = moment_text(last, !whole_days, language);
    return whole_days && strcmp(from, to) == 0 ? g_steal_pointer(&from)
                                               : g_strdup_printf("%s – %s", from, to);
}

char *
jw_report_text_days(int64_t start_ms, int64_t end_ms, GTimeZone *zone, const char *language)
{
    const JwLanguage *found = jw_language_find(language);
    g_autoptr(GDateTime) start = local_time(start_ms, zone);
    g_autoptr(GDateTime) last = local_time(end_ms - 1, zone);

    if (start == NULL || last == NULL || !begins_day(start_ms, zone) || !begins_day(end_ms, zone)) {
        return NULL;
    }
    g_autofree char *from = jw_language_date(found, 0, g_date_time_get_month(start),
                                             g_date_time_get_day_of_month(start));
    g_autofree char *to =
        jw_language_date(found, 0, g_date_time_get_month(last), g_date_time_get_day_of_month(last));
    return strcmp(from, to) == 0 ? g_steal_pointer(&from) : g_strdup_printf("%s – %s", from, to);
}

char *
jw_report_text_day(int64_t time_ms, GTimeZone *zone, const char *language)
{
    g_autoptr(GDateTime) at = local_time(time_ms, zone);

    return at != NULL ? moment_text(at, false, jw_language_find(language)) : NULL;
}

const char *
jw_report_kind(JwPeriodType period, const char *language)
{
    static const JwWord words[] = { [JW_PERIOD_CUSTOM] = JW_WORD_REPORT,
                                    [JW_PERIOD_WEEKLY] = JW_WORD_WEEKLY_REPORT,
                                    [JW_PERIOD_MONTHLY] = JW_WORD_MONTHLY_REPORT };

    return jw_report_word(words[period], language);
}

char *
jw_report_kind_line(JwPeriodType period, const char *title, const char *name, const char *language)
{
    const bool other = name != NULL && g_strcmp0(title, name) != 0;

    return g_strjoin(" · ", jw_report_kind(period, language), other ? title : NULL, NULL);
}

char *
jw_report_moment(int64_t time_ms, const char *language)
{
    JwCivil at;

    jw_civil_from_seconds(jw_floor_div(time_ms, 1000), &at);
    g_autofree char *date = jw_language_date(jw_language_find(language), at.year, at.month, at.day);
    return g_strdup_printf("%s, %02d:%02d UTC", date, at.hour, at.minute);
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
append_item(GString *text, const char *item)
{
    g_string_append_printf(text, "%s%s", text->len > 0 ? ", " : "", item);
}

/* @word: around what is asked. Nothing for NULL. */
static void
append_asked(GString *text, JwWord word, const char *language, const char *asked)
{
    if (asked != NULL) {
        g_autofree char *item = jw_report_word_fill(word, language, asked, NULL);
        append_item(text, item);
    }
}

/* "support, sales and 7 more"; NULL: there are none. (transfer full) */
static char *
values_text(char **values, size_t room, const char *language)
{
    const guint count = values != NULL ? g_strv_length(values) : 0;
    g_autoptr(GString) text = g_string_new(NULL);
    guint shown = 0;

    for (; shown < count; shown++) {
        if (shown > 0 && text->len + strlen(values[shown]) > room) {
            break;
        }
        append_item(text, values[shown]);
    }
    if (shown < count) {
        g_autofree char *more = g_strdup_printf("%u", count - shown);
        return jw_report_word_fill(JW_WORD_AND_MORE, language, text->str, more);
    }
    return count > 0 ? g_strdup(text->str) : NULL;
}

char *
jw_report_text_filter_values(const JwFilter *filter, const char *language)
{
    GString *text = g_string_new(NULL);
    g_autofree char *values = values_text(filter->values, FILTER_TEXT_MAX, language);
    const size_t used = values != NULL ? strlen(values) : 0;
    g_autofree char *excluded =
        values_text(filter->excluded, FILTER_TEXT_MAX - MIN(used, FILTER_TEXT_MAX), language);
    const char *none = jw_report_word(JW_WORD_NO_VALUE, language);

    if (values != NULL) {
        append_item(text, values);
    }
    append_asked(text, JW_WORD_NOT, language, excluded);
    if (filter->from != NULL && filter->to != NULL) {
        g_autofree char *range =
            jw_report_word_fill(JW_WORD_FROM_TO, language, filter->from, filter->to);
        append_item(text, range);
    } else {
        append_asked(text, JW_WORD_FROM, language, filter->from);
        append_asked(text, JW_WORD_UP_TO, language, filter->to);
    }
    append_asked(text, JW_WORD_CONTAINS, language, filter->contains);
    if (filter->presence == JW_PRESENCE_ABSENT) {
        append_item(text, none);
    } else if (filter->presence != JW_PRESENCE_ANY) {
        append_asked(text, JW_WORD_NOT, language, none);
    }
    return g_string_free(text, FALSE);
}
