/* request/request_private.h: what check.c and spec.c share. */
#pragma once
#include "jw/report_request.h"

G_BEGIN_DECLS

/* dateRange as [start, end); false when a string is no time or the zone does not exist. */
bool jw_report_range(const json_t *range, GTimeZone *zone, int64_t *ret_start_ms,
                     int64_t *ret_end_ms, int64_t *ret_last_ms);

/* The zone a body's parameters name, or the definition's; NULL when it does not exist. (transfer
 * full) */
GTimeZone *jw_report_zone(const json_t *parameters, const JwReportDef *def, const char **ret_name);

G_END_DECLS
