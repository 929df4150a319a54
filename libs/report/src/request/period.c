/* request/period.c: the periods of reports, and file names from them. Pure, any thread. */
#include "jw/civil.h"
#include "jw/error.h"
#include "jw/report.h"
#include "jw/report_formats.h"
#include "jw/report_words.h"
#include "jw/text.h"
#include "request/request_private.h"

#include <string.h>

#define PART_MAX 32 /* bytes of a file name about the filters */

void
jw_period_previous(JwPeriodType type, GTimeZone *zone, int64_t at_ms, int64_t *ret_start_ms,
                   int64_t *ret_end_ms)
{
    int64_t start = 0, end = 0;
    JwCivil date;

    g_return_if_fail(zone != NULL && ret_start_ms != NULL && ret_end_ms != NULL);
    g_return_if_fail(type == JW_PERIOD_WEEKLY || type == JW_PERIOD_MONTHLY);

    const int64_t today = jw_zone_day(zone, at_ms);
    if (type == JW_PERIOD_WEEKLY) {
        end = today - (jw_civil_weekday(today) + 6) % 7;
        start = end - 7;
    } else {
        jw_civil_from_days(today, &date);
        end = today - (date.day - 1);
        jw_civil_from_days(end - 1, &date);
        start = end - jw_civil_month_days(date.year, date.month);
    }
    *ret_start_ms = jw_zone_day_start_ms(zone, start);
    *ret_end_ms = jw_zone_day_start_ms(zone, end);
}

static void
append_day(GString *name, int64_t day)
{
    JwCivil date;

    jw_civil_from_days(day, &date);
    g_string_append_printf(name, "_%04d-%02d-%02d", date.year, date.month, date.day);
}

/* The wanted name with our extension in place of a known one. (transfer full) */
static char *
wanted_name(const char *wanted, const char *ending)
{
    g_autofree char *name = jw_text_file_name(wanted);
    char *dot = strrchr(name, '.');

    bool known = dot != NULL && g_ascii_strcasecmp(dot + 1, JW_REPORT_ZIP) == 0;
    for (size_t i = 0; dot != NULL && i < jw_n_report_formats; i++) {
        known = known || g_ascii_strcasecmp(dot + 1, jw_report_formats[i].name) == 0;
    }
    if (known && dot > name) {
        *dot = '\0';
    }
    return g_strconcat(name, ".", ending, NULL);
}

/* Letters, digits and "_" of any script; all else is one hyphen between two of them. */
static void
append_slug(GString *out, const char *text)
{
    bool gap = out->len > 1;

    for (const char *pos = text; *pos != '\0'; pos = g_utf8_find_next_char(pos, NULL)) {
        gunichar c = g_utf8_get_char(pos);
        if (!g_unichar_isalnum(c) && c != '_') {
            gap = out->len > 1;
            continue;
        }
        if (gap) {
            g_string_append_c(out, '-');
            gap = false;
        }
        g_string_append_unichar(out, c);
    }
}

/* Whether all it asks for is one of its values. */
static bool
is_plain(const JwFilter *filter)
{
    return filter->values != NULL && filter->excluded == NULL && filter->from == NULL
           && filter->to == NULL && filter->contains == NULL && filter->presence == JW_PRESENCE_ANY;
}

char *
jw_request_part(const JwReportRequest *request, const char *language)
{
    g_autoptr(GString) part = g_string_new("_");
    bool only_values = true;

    for (guint i = 0; i < request->filters->len; i++) {
        const JwFilter *filter = &g_array_index(request->filters, JwFilter, i);
        char **value = filter->values;
        only_values = only_values && is_plain(filter);
        for (; value != NULL && *value != NULL && part->len <= PART_MAX; value++) {
            append_slug(part, *value);
        }
    }
    if (request->filters->len == 0) {
        return g_strdup("");
    }
    return only_values && part->len > 1 && part->len <= PART_MAX
               ? g_string_free(g_steal_pointer(&part), FALSE)
               : g_strconcat("_", jw_report_word(JW_WORD_FILE_PART, language), NULL);
}

char *
jw_report_file_name(const JwReportDef *def, const JwReportRequest *request, GTimeZone *zone)
{
    static const JwWord words[] = { [JW_PERIOD_CUSTOM] = JW_WORD_FILE_CUSTOM,
                                    [JW_PERIOD_WEEKLY] = JW_WORD_FILE_WEEKLY,
                                    [JW_PERIOD_MONTHLY] = JW_WORD_FILE_MONTHLY };
    g_autoptr(GString) name = NULL;

    g_return_val_if_fail(def != NULL && request != NULL && zone != NULL, NULL);
    const char *ending = jw_report_file_ending(request);
    if (request->file_name != NULL && request->file_name[0] != '\0') {
        return wanted_name(request->file_name, ending);
    }
    name = g_string_new(def->file_prefix);
    g_string_append_printf(name, "_%s", jw_report_word(words[request->period], def->language));
    append_day(name, jw_zone_day(zone, request->start_ms));
    append_day(name, jw_zone_day(zone, MAX(request->start_ms, request->end_ms - 1)));
    g_autofree char *part = jw_request_part(request, def->language);
    g_string_append_printf(name, "%s.%s", part, ending);
    return g_string_free(g_steal_pointer(&name), FALSE);
}
