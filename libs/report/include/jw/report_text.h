/* jw/report_text.h: figures, periods and filters as people read them, in English with commas
 * between thousands where no language is named. Pure; any thread. */
#pragma once
#include "jw/report.h"
#include "jw/report_result.h"
#include "jw/zone_cache.h"

G_BEGIN_DECLS

/* Before the text of a figure that is an estimate. */
#define JW_REPORT_TEXT_ESTIMATE "≈ "

/* "12,345". (transfer full) */
char *jw_report_text_count(int64_t count);

/* "12,345", "82.91 %", "245.5 s", "14:00"; "n/a" for what has no value. Half up to @decimals, 0 to
 * 9, which are all shown, as the workbook shows them. (transfer full) */
char *jw_report_text_value(const JwValue *value, JwFormat format, int decimals);

/* How a value is written. */
typedef struct {
    JwFormat format;
    int decimals;
    const char *unit;     /* behind a number, " calls"; NULL: the format's */
    bool sign;            /* "+" in front of what is above zero */
    const char *language; /* of its marks and words; NULL: English */
} JwTextForm;

/* The same with a unit, a sign, and in a language: "+1.234 Anrufe". (transfer full) */
char *jw_report_text_form(const JwValue *value, const JwTextForm *form);

/* What stands behind a number of that value, " call", " calls", by the rule of @language
 * (nullable); NULL: there is no unit. (transfer full) (nullable) */
char *jw_report_unit(const JwUnit *unit, const JwValue *value, const char *language);

/* The same of a table's column, as made once for it: NULL: the format's. (transfer none) (nullable)
 */
const char *jw_report_column_unit(const JwReportColumn *column, const JwValue *value,
                                  const char *language);

/* What stands behind a number of this format: " %", " s", ":00" or "". */
const char *jw_report_text_unit(JwFormat format);

/* "2021-01-04 09:12:00" in @zone, or only the day for JW_FORMAT_DATE, as the workbook shows it;
 * in UTC where the year would not have four digits. (transfer full) */
char *jw_report_text_time(int64_t time_ms, JwFormat format, GTimeZone *zone);

/* The same for many times: without a search for the zone's offset of each. (transfer full) */
char *jw_report_text_time_cached(int64_t time_ms, JwFormat format, JwZoneCache *zone);

/* A record's value as groups have it: "true", "3", "0.5", the text; nothing for one that is not
 * there. Appends. */
void jw_report_text_plain(const JwValue *value, GString *text);

/* The row of the list as files have it: the columns of @def with their numbers rounded half up in
 * decimal (2.675 to 2.68) to their decimals, and labels for the values that have one. @ret_row: one
 * value a column; texts stay @row's, labels @def's. */
void jw_report_round_row(const JwReportDef *def, const JwValue *row, JwValue *ret_row);

/* "4 Jan 2021 – 10 Jan 2021", with times when it is not one of whole days in @zone, or "all
 * records". (transfer full) */
char *jw_report_text_period(const JwReportRequest *request, GTimeZone *zone);

/* The same for a few words beside other dates: "28 Dec – 3 Jan", without the year. NULL: not of
 * whole days. (transfer full) (nullable) */
char *jw_report_text_days(int64_t start_ms, int64_t end_ms, GTimeZone *zone, const char *language);

/* "4 Jan 2021": the day in @zone of a time. NULL: outside of the calendar. (transfer full)
 * (nullable) */
char *jw_report_text_day(int64_t time_ms, GTimeZone *zone, const char *language);

/* "11 Jan 2021, 00:05 UTC" in @language (nullable). (transfer full) */
char *jw_report_moment(int64_t time_ms, const char *language);

/* "Weekly report", "Report": what it is, by its period. (transfer none) */
const char *jw_report_kind(JwPeriodType period, const char *language);

/* What stands above a report's name, that of its job: its kind, and its type's title where that is
 * another: "Weekly report · Call records". @title, @name: (nullable). (transfer full) */
char *jw_report_kind_line(JwPeriodType period, const char *title, const char *name,
                          const char *language);

/* A filter's name for people: "Departments" of "departmentIds", "Event types" of "eventTypes".
 * (transfer full) */
char *jw_report_text_filter_name(const char *name);

/* "support, sales and 7 more", "10 to 20", "contains “bill”, not (none)", in @language (nullable).
 * (transfer full) */
char *jw_report_text_filter_values(const JwFilter *filter, const char *language);

G_END_DECLS
