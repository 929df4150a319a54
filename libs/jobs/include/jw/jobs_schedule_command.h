/* jw/jobs_schedule_command.h: what commands of the bus do with schedules, once each. Any thread;
 * nothing is kept between calls. Errors: those of jw/jobs.h.
 *
 * That a command was decided is written into the document of its schedule by the update that
 * carries its effect, its answer as well; what is left of a schedule that was deleted has it too,
 * and a command about one that never was leaves such a document. So one that comes again, from its
 * place in the topic or a place before it, has no effect, whatever happened to the schedule since;
 * nor has one that was sent again, as long as JW_COMMAND_IDS_MAX others were not decided about the
 * schedule in between. */
#pragma once
#include "jw/jobs_schedules.h"
#include "jw/wire_message.h"
#include "jw/wire_schedule_command.h"

G_BEGIN_DECLS

typedef struct {
    const JwWireEvent *event; /* with source and id */
    const char *schedule_id;
    const JwWireScheduleCommand *wanted; /* NULL: with `fault` */
    const char *fault;                   /* what is wrong with it; NULL: nothing */
    const char *request_id;              /* NULL: none */
    int32_t partition;                   /* its place on the bus */
    int64_t offset, at_ms;
} JwScheduleCommand;

typedef enum {
    JW_COMMANDED_REPEATED, /* it was decided before */
    JW_COMMANDED_REFUSED,  /* with a reason, each time that it comes before the next one */
    JW_COMMANDED_UNCHANGED,
    JW_COMMANDED_CREATED,
    JW_COMMANDED_CHANGED,
    JW_COMMANDED_DELETED,
    JW_COMMANDED_N_OUTCOMES
} JwCommanded;

/* "repeated", "refused", "unchanged", "created", "changed", "deleted". (transfer none) */
const char *jw_commanded_name(JwCommanded outcome);

/* @ret_reason: (out) (nullable) (transfer full): REFUSED: why, and what to do. After an error it
 * may be done: the same again does no harm. BUSY: others keep changing the schedule. */
bool jw_jobs_command_schedule(const JwJobs *self, const JwScheduleCommand *command,
                              JwCommanded *ret_outcome, char **ret_reason,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
