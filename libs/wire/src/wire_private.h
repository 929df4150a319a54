/* wire_private.h: what the files of this library share. */
#pragma once
#include "jw/json.h"
#include "jw/kinds.h"
#include "jw/wire.h"

G_BEGIN_DECLS

struct _JwWire {
    const JwCatalog *catalog;
    char *topic_prefix;
};

/* wire_job.c: the members of a submit command, and of a schedule's template. */
extern const JwField jw_wire_command_fields[];
extern const JwField jw_wire_template_fields[];

/* Notes all violations of a command or template whose own pointer is @base; its spec is judged by
 * its kind. False when there was one. */
bool jw_wire_check_job(const JwWire *self, const json_t *body, const JwField *fields,
                       const char *base, JwViolations *violations);

/* The job of a command or template without violations. @at_ms: the time it is meant to start.
 * (transfer full) */
JwJob *jw_wire_build_job(const JwWire *self, const json_t *body, int64_t at_ms, int64_t now_ms);

/* The command that asks for @job as it is. (transfer full) */
json_t *jw_wire_job_value(const JwJob *job);

G_END_DECLS
