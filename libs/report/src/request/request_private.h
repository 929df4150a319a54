/* request/request_private.h: what the files of this folder share. */
#pragma once
#include "jw/report_request.h"

G_BEGIN_DECLS

/* dateRange as [start, end); false when a string is no time or @zone is NULL. @ret_last_ms: the
 * last instant that endDate means, to compare with the start. */
bool jw_report_range(const json_t *range, GTimeZone *zone, int64_t *ret_start_ms,
                     int64_t *ret_end_ms, int64_t *ret_last_ms);

/* JW_PERIOD_CUSTOM when @parameters have no period. */
JwPeriodType jw_report_period_type(const json_t *parameters);

/* The period that parameters name, as jw_report_spec_period(). @zone: (nullable): none was usable
 */
bool jw_report_period_in(const json_t *parameters, GTimeZone *zone, int64_t *ret_start_ms,
                         int64_t *ret_end_ms);

/* The name of a spec's zone: its parameters', its own, or that of @def, which may be NULL.
 * (transfer none) */
const char *jw_report_zone_name(const json_t *spec, const JwReportDef *def);

/* The zone that parameters name, or NULL. (transfer none) */
const char *jw_report_asked_zone(const json_t *parameters);

/* period.c: what the name of a file says of the filters: "_support-sales", "_part" when that would
 * be long, "" without filters. (transfer full) */
char *jw_request_part(const JwReportRequest *request);

G_END_DECLS
