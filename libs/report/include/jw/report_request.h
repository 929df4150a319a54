/* jw/report_request.h: what is asked of a report definition: its fields, their check, the canonical
 * spec of a job, and the way back to a request. Any thread, no state.
 *
 * A spec is {"output", "parameters", "reportType", "timeZone"}: what the caller wrote, with
 * nothing left open. `period.at` and the zone are filled in when the job is created, so that
 * every attempt computes the same, even if the definition has changed. */
#pragma once
#include "jw/catalog.h"
#include "jw/job.h"
#include "jw/json.h"

G_BEGIN_DECLS

/* Prefixes that some clients put in front of a value of a list. */
#define JW_LOOKUP_TYPE   "report-type."
#define JW_LOOKUP_FORMAT "output-format."

/* The members of a request: reportType, parameters and output. */
extern const JwField jw_report_request_fields[];

/* The same and timeZone, the zone of a report whose parameters name none. */
extern const JwField jw_report_spec_fields[];

/* The definition that @spec's reportType names ("report-type.call-records"), or NULL. (transfer
 * none) */
const JwReportDef *jw_report_spec_def(const JwCatalog *catalog, const json_t *spec);

/* Notes what the tables of fields cannot check in @spec, whose own pointer is @base: report
 * type, filters, dimensions, measures, period, size. Values that the tables refuse are skipped.
 * False when there was a violation. */
bool jw_report_spec_check(const JwCatalog *catalog, const json_t *spec, const char *base,
                          JwViolations *violations);

/* The canonical spec of one without violations; a canonical one is unchanged. @at_ms: what a
 * period without `at` ends before. (transfer full) */
json_t *jw_report_spec_build(const JwCatalog *catalog, const json_t *spec, int64_t at_ms);

/* The period of a canonical spec, half open; both 0: all records. False when it has none that can
 * be used. */
bool jw_report_spec_period(const json_t *spec, int64_t *ret_start_ms, int64_t *ret_end_ms);

/* What a job's spec asks for, as far as it says so itself: for words about a job whose definition
 * is not at hand. NULL when it names no type, or no period that can be used. @spec: (nullable):
 * JSON. (transfer full) */
JwReportRequest *jw_report_request_of_spec(const char *spec);

/* Notes that records which nothing limits to departments (jw_report_def_is_closed()) are not for
 * callers who are limited to some. @base: the spec's own pointer. False when it did. */
bool jw_report_spec_check_limited(const JwCatalog *catalog, const json_t *spec, const char *base,
                                  JwViolations *violations);

/* What a stored job asks of its definition. INVALID when its spec is none, or not one of today's
 * definition; NOT_FOUND when the definition is gone; DENIED when it reaches beyond the job's
 * departments: no attempt mends any of them. @ret_request: (transfer full); @ret_def: (transfer
 * none), the catalog's. */
bool jw_report_request_of_job(const JwCatalog *catalog, const JwJob *job,
                              JwReportRequest **ret_request, const JwReportDef **ret_def,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
