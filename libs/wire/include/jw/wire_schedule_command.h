/* jw/wire_schedule_command.h: commands about schedules, and the answers to them, as they are on the
 * bus (schemas/messages/schedule.*). Any thread, no state. */
#pragma once
#include "jw/wire.h"

G_BEGIN_DECLS

/* CloudEvents types */
#define JW_TYPE_SCHEDULE_CREATE   "jobwire.schedule.create.v1"
#define JW_TYPE_SCHEDULE_PUT      "jobwire.schedule.put.v1"
#define JW_TYPE_SCHEDULE_CHANGE   "jobwire.schedule.change.v1"
#define JW_TYPE_SCHEDULE_PAUSE    "jobwire.schedule.pause.v1"
#define JW_TYPE_SCHEDULE_RESUME   "jobwire.schedule.resume.v1"
#define JW_TYPE_SCHEDULE_DELETE   "jobwire.schedule.delete.v1"
#define JW_TYPE_SCHEDULE_ANSWERED "jobwire.schedule.answered.v1"

typedef enum {
    JW_SCHEDULE_VERB_CREATE, /* must not be there, unless it is the same */
    JW_SCHEDULE_VERB_PUT,    /* whether it is there or not */
    JW_SCHEDULE_VERB_CHANGE, /* a merge patch of the one that is there; pause and resume as well */
    JW_SCHEDULE_VERB_DELETE,
} JwScheduleCommandVerb;

typedef struct {
    JwScheduleCommandVerb verb;
    char *id;
    int64_t version;  /* that it must have; 0: any */
    json_t *body;     /* the schedule, or the patch; NULL: DELETE */
    const char *base; /* the pointer of that in the value */
} JwWireScheduleCommand;

/* Frees what it holds. */
void jw_wire_schedule_command_clear(JwWireScheduleCommand *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(JwWireScheduleCommand, jw_wire_schedule_command_clear)

/* The types of commands, NULL-terminated. */
extern const char *const jw_wire_schedule_commands[];

/* The id of the schedule that the value of a command names, whatever else is wrong with it; NULL:
 * none, or it cannot be one. (transfer none) */
const char *jw_wire_schedule_command_id(const json_t *value);

/* The value of a command of @type, which is one of those above. Notes all violations; @ret, cleared
 * by the caller, is filled when there is none. A schedule is checked whole, a patch only when it is
 * put over the schedule. */
bool jw_wire_schedule_command_read(const JwWire *self, const char *type, const json_t *value,
                                   int64_t now_ms, JwViolations *violations,
                                   JwWireScheduleCommand *ret) G_GNUC_WARN_UNUSED_RESULT;

typedef struct {
    const char *schedule_id;
    const char *type, *source, *id;       /* of the command */
    const char *outcome;                  /* "created" */
    const char *code, *reason;            /* refused; else NULL */
    int64_t version;                      /* of the schedule as it is now; 0: there is none */
    const char *request_id, *traceparent; /* of the command; NULL */
} JwWireScheduleAnswer;

/* The event about a command that was decided. (transfer full) */
JwOutboxEntry *jw_wire_schedule_answer(const JwWire *self, const JwWireScheduleAnswer *answer,
                                       int64_t now_ms);

G_END_DECLS
