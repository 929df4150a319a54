/* request/request_private.h: what the files of this folder share. */
#pragma once
#include "jw/report_request.h"

G_BEGIN_DECLS

/* dateRange as [start, end); false when a string is no time or @zone is NULL. @ret_last_ms: the
 * last instant that endDate means, to compare with the start. */
bool jw_report_range(const json_t *range, GTimeZone *zone, int64_t *ret_start_ms,
                     int64_t *ret_end_ms, int64_t *ret_last_ms);

/* The name of a spec's zone: its parameters', its own, or that of @def, which may be NULL.
 * (transfer none) */
const char *jw_report_zone_name(const json_t *spec, const JwReportDef *def);

/* The zone that parameters name, or NULL. (transfer none) */
const char *jw_report_asked_zone(const json_t *parameters);

/* period.c: what the name of a file says of the filters: "_support-sales", "_part" when that would
 * be long, "" without filters. (transfer full) */
char *jw_request_part(const JwReportRequest *request);

/* output.c: the members of `output`. */
extern const JwField jw_report_output_fields[];

/* Notes what cannot be had of a spec's output in its format. @def: (nullable). False when there was
 * a violation. */
bool jw_report_output_check(const JwReportDef *def, const json_t *spec, const char *base,
                            JwViolations *violations);

/* Reads an output. The groupBy of @request is read already. */
void jw_report_output_read(const json_t *output, JwReportRequest *request);

/* Of several files in one. */
#define JW_REPORT_ZIP "zip"

G_END_DECLS
