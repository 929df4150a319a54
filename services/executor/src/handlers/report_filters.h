/* handlers/report_filters.h: what a report reads of its collection, as filters of the store. Worker
 * threads. */
#pragma once
#include "jw/report.h"
#include "jw/store_records.h"

G_BEGIN_DECLS

typedef struct _ExeReportFilters ExeReportFilters;

/* The filters of @request, and what else the definition leaves out. INVALID: the definition lacks
 * one. @def, @request: (transfer none), outlive it. @zone: of the days that bound a range */
ExeReportFilters *exe_report_filters_new(const JwReportDef *def, const JwReportRequest *request,
                                         GTimeZone *zone, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void exe_report_filters_free(ExeReportFilters *self);

/* For JwRecordScan, which borrows them. */
void exe_report_filters_apply(const ExeReportFilters *self, JwRecordScan *scan);

G_END_DECLS
