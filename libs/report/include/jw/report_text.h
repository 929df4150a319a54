/* jw/report_text.h: figures, periods and filters as people read them, in English with commas
 * between thousands. Pure; any thread. */
#pragma once
#include "jw/report.h"

G_BEGIN_DECLS

/* "12,345". (transfer full) */
char *jw_report_text_count(int64_t count);

/* "12,345", "82.91 %", "245.5 s", "14:00"; "n/a" for what has no value. Half up to @decimals, 0 to
 * 9, which are all shown, as the workbook shows them. (transfer full) */
char *jw_report_text_value(const JwValue *value, JwFormat format, int decimals);

/* "4 Jan 2021 – 10 Jan 2021", with times when the ends are not midnights in @zone, or "all
 * records". (transfer full) */
char *jw_report_text_period(const JwReportRequest *request, GTimeZone *zone);

/* "departmentIds: support, sales · statuses: answered"; NULL when nothing is filtered. (transfer
 * full) (nullable) */
char *jw_report_text_filters(const JwReportDef *def, const JwReportRequest *request);

G_END_DECLS
