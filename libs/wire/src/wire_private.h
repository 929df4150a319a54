/* wire_private.h: what the files of this library share. */
#pragma once
#include "jw/json.h"
#include "jw/kinds.h"
#include "jw/mail_domains.h"
#include "jw/wire.h"

G_BEGIN_DECLS

struct _JwWire {
    const JwCatalog *catalog;
    char *topic_prefix;
    const JwMailDomains *domains; /* NULL: mail may go to all */
};

/* wire_job.c: the members of a submit command. */
extern const JwField jw_wire_command_fields[];

/* Notes all violations of a command whose own pointer is @base; its spec is judged by its kind.
 * False when there was one. */
bool jw_wire_check_job(const JwWire *self, const json_t *body, const JwField *fields,
                       const char *base, JwViolations *violations);

/* The job of a command without violations. @at_ms: the time it is meant to start.
 * (transfer full) */
JwJob *jw_wire_build_job(const JwWire *self, const json_t *body, int64_t at_ms, int64_t now_ms);

/* The same for the job of a schedule, an object: its kind and, beside the members that all jobs
 * have, those of the kind's spec. */
bool jw_wire_check_template(const JwWire *self, const json_t *body, const char *base,
                            JwViolations *violations);

/* The job of such a body without violations. @zone: (nullable): of the schedule, for a spec that
 * names none. (transfer full) */
JwJob *jw_wire_build_template(const JwWire *self, const json_t *body, const char *zone,
                              int64_t at_ms, int64_t now_ms);

/* The command that asks for @job as it is. (transfer full) */
json_t *jw_wire_job_value(const JwJob *job);

/* wire_ready.c: what a schedule waits for. */
extern const JwField jw_wire_ready_fields[];
/* Notes what the table cannot: @ready (nullable), beside the schedule's @job. */
bool jw_wire_check_ready(const json_t *ready, const json_t *job, const char *base,
                         JwViolations *violations);
/* Of one without violations; NULL leaves @ret as it is. */
void jw_wire_read_ready(const json_t *ready, JwReady *ret);
/* (transfer full) */
json_t *jw_wire_ready_value(const JwReady *ready);

G_END_DECLS
