/* request/file_name.c: the names of reports' files. Pure, any thread. */
#include "definition/name_template.h"
#include "jw/civil.h"
#include "jw/report_formats.h"
#include "jw/report_words.h"
#include "jw/text.h"
#include "request/request_private.h"

#include <string.h>

#define PART_MAX 32 /* bytes of a file name about the filters */

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

/* Letters, digits and "_" of any script; all else is one hyphen between two of them. @begin: where
 * in @out such text begins. */
static void
append_slug(GString *out, size_t begin, const char *text)
{
    bool gap = out->len > begin;

    for (const char *pos = text; *pos != '\0'; pos = g_utf8_find_next_char(pos, NULL)) {
        gunichar c = g_utf8_get_char(pos);
        if (!g_unichar_isalnum(c) && c != '_') {
            gap = out->len > begin;
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
            append_slug(part, strlen("_"), *value);
        }
    }
    if (request->filters->len == 0) {
        return g_strdup("");
    }
    return only_values && part->len > 1 && part->len <= PART_MAX
               ? g_string_free(g_steal_pointer(&part), FALSE)
               : g_strconcat("_", jw_report_word(JW_WORD_FILE_PART, language), NULL);
}

static char *
day_text(int64_t day)
{
    JwCivil date;

    jw_civil_from_days(day, &date);
    return g_strdup_printf("%04d-%02d-%02d", date.year, date.month, date.day);
}

static int64_t
first_day(const JwReportRequest *request, GTimeZone *zone)
{
    return jw_zone_day(zone, request->start_ms);
}

static int64_t
last_day(const JwReportRequest *request, GTimeZone *zone)
{
    return jw_zone_day(zone, MAX(request->start_ms, request->end_ms - 1));
}

char *
jw_request_template_name(const JwReportDef *def, const JwReportRequest *request, GTimeZone *zone)
{
    g_autofree char *start = day_text(first_day(request, zone));
    g_autofree char *end = day_text(last_day(request, zone));
    g_autofree char *year = g_strndup(start, strlen("2026"));
    g_autofree char *month = g_strndup(start, strlen("2026-01"));
    g_autoptr(GString) title = g_string_new(NULL);
    const bool has_period = request->end_ms != 0;

    if (def->file_name == NULL) {
        return NULL;
    }
    append_slug(title, 0, def->title);
    const char *const values[JW_NAME_N] = {
        [JW_NAME_EDITION] = request->edition,
        [JW_NAME_START] = has_period ? start : NULL,
        [JW_NAME_END] = has_period ? end : NULL,
        [JW_NAME_YEAR] = has_period ? year : NULL,
        [JW_NAME_MONTH] = has_period ? month : NULL,
        [JW_NAME_TYPE] = def->report_type,
        [JW_NAME_TITLE] = title->len > 0 ? title->str : NULL,
        [JW_NAME_LANGUAGE] = def->language,
    };
    g_autofree char *name = jw_name_template_fill(def->file_name, values);
    g_autofree char *part = jw_request_part(request, def->language);
    return name != NULL ? g_strconcat(name, part, NULL) : NULL;
}

char *
jw_report_file_name(const JwReportDef *def, const JwReportRequest *request, GTimeZone *zone)
{
    static const JwWord words[] = { [JW_PERIOD_CUSTOM] = JW_WORD_FILE_CUSTOM,
                                    [JW_PERIOD_WEEKLY] = JW_WORD_FILE_WEEKLY,
                                    [JW_PERIOD_MONTHLY] = JW_WORD_FILE_MONTHLY };

    g_return_val_if_fail(def != NULL && request != NULL && zone != NULL, NULL);
    const char *ending = jw_report_file_ending(request);
    if (request->file_name != NULL && request->file_name[0] != '\0') {
        return wanted_name(request->file_name, ending);
    }
    g_autofree char *by_template = jw_request_template_name(def, request, zone);
    if (by_template != NULL) {
        return wanted_name(by_template, ending);
    }
    g_autofree char *start = day_text(first_day(request, zone));
    g_autofree char *end = day_text(last_day(request, zone));
    g_autofree char *part = jw_request_part(request, def->language);
    return g_strdup_printf("%s_%s_%s_%s%s.%s", def->file_prefix,
                           jw_report_word(words[request->period], def->language), start, end, part,
                           ending);
}
