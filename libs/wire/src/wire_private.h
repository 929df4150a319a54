/* wire_private.h: what the files of this room share. */
#pragma once
#include "jw/wire.h"
#include "jw/json.h"
#include "jw/report_request.h"

G_BEGIN_DECLS

struct _JwWire {
    const JwCatalog *catalog;
    char *topic_prefix;
};

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

#define JW_LOOKUP_PRIORITY "report-priority."

G_END_DECLS
