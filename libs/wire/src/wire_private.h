/* wire_private.h: what the files of this room share. */
#pragma once
#include "jw/wire.h"
#include "wire_check.h"

G_BEGIN_DECLS

struct _JwWire {
    const JwCatalog *catalog;
    char *topic_prefix;
};

#define JW_MAX_FILE_BYTES ((size_t)4 * 1024 * 1024)

typedef char JwJsonStr; /* made by jansson's malloc, so released with free() */
void jw_json_str_free(JwJsonStr *text);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwJsonStr, jw_json_str_free)

/* A JSON file; messages begin with its path. (transfer full) */
json_t *jw_wire_parse_file(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* wire_job.c: where a body comes from decides which fields it may have. */
typedef enum { JW_ORIGIN_REQUEST, JW_ORIGIN_COMMAND, JW_ORIGIN_SCHEDULE } JwOrigin;
/* Notes all faults of a body whose pointer is @base. */
bool jw_wire_check_job(const JwWire *self, const json_t *body, JwOrigin origin, int64_t now_ms,
                       const char *base, JwViolations *faults);
/* The job of a body without faults. @at_ms: what a period without `at` ends before.
 * (transfer full) */
JwJob *jw_wire_build_job(const JwWire *self, const json_t *body, int64_t at_ms, int64_t now_ms);
/* What is wrong with the parameters of a job that is too large to be published again as a
 * command, or NULL. (transfer full) */
char *jw_wire_check_size(const JwJob *job);
/* Gives it to the caller, unless it is too large: a fault. */
bool jw_wire_take_job(JwJob *take_job, JwViolations *faults, JwJob **ret_job);
/* scheduledFor, or 0. */
int64_t jw_wire_scheduled_for(const json_t *body);

/* wire_report.c: the part of a body that only its definition can judge. */
bool jw_wire_check_report(const JwWire *self, const json_t *body, const char *base,
                          JwViolations *faults);
/* "report-type.call-records" → its definition, or NULL. */
const JwReportDef *jw_wire_find_def(const JwWire *self, const json_t *body);
/* wire_report_spec.c: the canonical spec of a body without faults. (transfer full) */
char *jw_wire_report_spec(const JwWire *self, const json_t *body, int64_t at_ms);
/* dateRange as [start, end); false when a text is no time or the zone does not exist. */
bool jw_wire_range(const json_t *range, GTimeZone *zone, int64_t *ret_start_ms, int64_t *ret_end_ms,
                   int64_t *ret_last_ms);
/* The zone a body's parameters name, or the definition's; NULL when it does not exist. (transfer
 * full) */
GTimeZone *jw_wire_zone(const json_t *parameters, const JwReportDef *def, const char **ret_name);

#define JW_LOOKUP_TYPE     "report-type."
#define JW_LOOKUP_FORMAT   "output-format."
#define JW_LOOKUP_PRIORITY "report-priority."

G_END_DECLS
