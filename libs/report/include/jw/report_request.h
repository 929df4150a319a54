/* jw/report_request.h: what a caller asks of a report definition: the check of the body, its
 * canonical spec, and the way back to a request. Any thread, no state. */
#pragma once
#include "jw/catalog.h"
#include "jw/job.h"
#include "jw/json.h"

G_BEGIN_DECLS

/* Prefixes that some clients put in front of a value of a list. */
#define JW_LOOKUP_TYPE   "report-type."
#define JW_LOOKUP_FORMAT "output-format."

/* The definition of a body's reportType ("report-type.call-records"), or NULL. (transfer none) */
const JwReportDef *jw_report_body_def(const JwCatalog *catalog, const json_t *body);

/* Notes what only the definition can judge about @body, whose own pointer is @base: report type,
 * filters, dimensions, measures, period. False when there was a violation. */
bool jw_report_body_check(const JwCatalog *catalog, const json_t *body, const char *base,
                          JwViolations *violations);

/* The canonical spec of a body without violations. @at_ms: what a period without `at` ends before.
 * (transfer full) */
char *jw_report_body_spec(const JwCatalog *catalog, const json_t *body, int64_t at_ms);

/* What a stored job asks of its definition. CORRUPT when spec does not parse; NOT_FOUND when the
 * definition is gone; DENIED when it asks for departments outside the job's scope. @ret_request:
 * (transfer full); @ret_def: (transfer none), the catalog's. */
bool jw_report_request_of_job(const JwCatalog *catalog, const JwJob *job,
                              JwReportRequest **ret_request, const JwReportDef **ret_def,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
