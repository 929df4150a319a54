/* jw/wire.h: the JSON that crosses process borders: jobs asked for by REST or by Kafka, schedules,
 * and job events. Any thread; a JwWire is immutable. Checked against schemas/messages/ in
 * tests/contract. */
#pragma once
#include "jw/catalog.h"
#include "jw/delivery.h"
#include "jw/error.h"
#include "jw/violations.h"
#include "jw/job.h"
#include "jw/json.h"
#include "jw/schedule.h"

G_BEGIN_DECLS

/* CloudEvents types */
#define JW_TYPE_JOB_SUBMIT       "jobwire.job.submit.v1"
#define JW_TYPE_JOB_CANCEL       "jobwire.job.cancel.v1"
#define JW_TYPE_JOB_SUBMITTED    "jobwire.job.submitted.v1"
#define JW_TYPE_JOB_COMPLETED    "jobwire.job.completed.v1"
#define JW_TYPE_JOB_FAILED       "jobwire.job.failed.v1"
#define JW_TYPE_JOB_CANCELLED    "jobwire.job.cancelled.v1"
#define JW_TYPE_DELIVERY_CHANGED "jobwire.delivery.changed.v1"

/* Topic names without the prefix */
#define JW_TOPIC_COMMANDS_HIGH     "job.commands.high"
#define JW_TOPIC_COMMANDS_NORMAL   "job.commands.normal"
#define JW_TOPIC_COMMANDS_LOW      "job.commands.low"
#define JW_TOPIC_JOB_EVENTS        "job.events"
#define JW_TOPIC_DELIVERY_EVENTS   "delivery.events"
#define JW_TOPIC_SCHEDULE_COMMANDS "schedule.commands"
#define JW_TOPIC_SCHEDULE_EVENTS   "schedule.events"

/* The consumer groups of the executors and the schedulers, without the prefix */
#define JW_GROUP_EXECUTOR  "executor"
#define JW_GROUP_SCHEDULER "scheduler"
#define JW_GROUP_GATEWAY   "gateway." /* and an id of the process, which reads events for itself */

typedef struct _JwWire JwWire;

/* @catalog: (transfer none), outlives it; NULL when only events are read and written.
 * @topic_prefix: "jobwire.". (transfer full) */
JwWire *jw_wire_new(const JwCatalog *catalog, const char *topic_prefix);
void jw_wire_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwWire, jw_wire_free)

/* The prefix and @name. (transfer full) */
char *jw_wire_topic(const JwWire *self, const char *name);

/* The body by which the reports API asks for a job → a job of type "report" with name, subtype,
 * spec, priority, notBefore, recipients, limits and state set; the caller fills in the rest (id,
 * requestedBy …). Notes all violations; @ret_job (transfer full) is set when there is none.
 * @now_ms decides what lies in the past, and the default period. */
bool jw_wire_job_from_request(const JwWire *self, const json_t *body, int64_t now_ms,
                              JwViolations *violations, JwJob **ret_job) G_GNUC_WARN_UNUSED_RESULT;

/* Notes all that is wrong with the settings of a template, whose own pointer is @base: members of
 * the body above, of which reportType is needed and any other may be missing, as may what `output`
 * needs. False when there was a violation. */
bool jw_wire_check_settings(const JwWire *self, const json_t *settings, const char *base,
                            JwViolations *violations);

/* Notes the nulls of a patch of settings, an object, or of a body that is put over them, whose
 * names no settings have (jw_check_nulls()). */
bool jw_wire_check_nulls(const json_t *patch, const char *base, JwViolations *violations);

/* The value of a jobwire.job.submit.v1 command → a job: {"jobType","name","spec"} and optionally
 * jobId, description, priority, scheduledFor, timeout, maxAttempts, delivery, requestedBy,
 * departments, source. The spec is its kind's (jw/kinds.h). Without jobId the id is derived from
 * @ce_source and @ce_id (nullable). A scheduledFor in the past means now. Decoding the command of a
 * job returns that job. Notes all violations; @ret_job (transfer full) is set when there is none.
 */
bool jw_wire_job_from_command(const JwWire *self, const json_t *body, const char *ce_source,
                              const char *ce_id, int64_t now_ms, JwViolations *violations,
                              JwJob **ret_job) G_GNUC_WARN_UNUSED_RESULT;

/* The id of the job that a submit command names, whatever else is wrong with it: jobId, else
 * derived. NULL: none. (transfer full) */
char *jw_wire_command_job_id(const json_t *body, const char *ce_source, const char *ce_id);

/* The job of a schedule's occurrence: its id is derived from schedule and @due_ms, its period ends
 * before @due_ms. @ret_job: (out) (transfer full)
 * @error: INVALID when the schedule's job has violations */
bool jw_wire_job_from_schedule(const JwWire *self, const JwSchedule *schedule, int64_t due_ms,
                               int64_t now_ms, JwJob **ret_job,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Notes that @body asks for a mail to the requester on failure, who has no address. @email:
 * (nullable): theirs. @advice: what to do about it. False when it does. */
bool jw_wire_check_on_failure(const json_t *body, const char *email, const char *base,
                              const char *advice, JwViolations *violations);

/* The members of who asks, for the tables of commands. */
extern const JwField jw_wire_actor_fields[];

/* The command that asks for @job; its request_id and traceparent are the job's. The same job gives
 * the same entry id. (transfer full) */
JwOutboxEntry *jw_wire_submit_command(const JwWire *self, const JwJob *job, int64_t now_ms);

/* An event of @job, which is as its change leaves it. (transfer full)
 * @type: one of JW_TYPE_JOB_SUBMITTED … CANCELLED
 * @artifact: (nullable): completed only
 * @error_code, @error_message: (nullable): of a failed attempt; a pending job will retry */
JwOutboxEntry *jw_wire_job_event(const JwWire *self, const JwJob *job, const char *type,
                                 const JwArtifact *artifact, const char *error_code,
                                 const char *error_message, int64_t now_ms);

/* The event of a delivery, which is as its change leaves it. @reply: (nullable): of that change.
 * (transfer full) */
JwOutboxEntry *jw_wire_delivery_event(const JwWire *self, const JwDelivery *delivery,
                                      const char *reply, int64_t now_ms);

/* The jobId of a job event's value, or INVALID. (transfer full) */
char *jw_wire_event_job_id(const void *body, size_t length,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The JSON of a schedule (schemas/common/schedule.v1.json), whose own pointer is @base: one form
 * for the file of schedules, bodies of the API and commands. Notes all violations; @ret_schedule
 * (transfer full) is set when there is none, with its rule's hash and the next due time after
 * @now_ms. `id` may be missing, and is NULL then; source and switch_reason are the caller's to set.
 */
bool jw_wire_schedule_from_value(const JwWire *self, const json_t *body, const char *base,
                                 int64_t now_ms, JwViolations *violations,
                                 JwSchedule **ret_schedule) G_GNUC_WARN_UNUSED_RESULT;

/* The same of a rule that is not to be stored: `job` may be missing. */
bool jw_wire_rule_from_value(const JwWire *self, const json_t *body, int64_t now_ms,
                             JwViolations *violations,
                             JwSchedule **ret_schedule) G_GNUC_WARN_UNUSED_RESULT;

/* Notes the nulls of a patch of such a JSON whose names no schedule has (jw_check_nulls()). */
bool jw_wire_check_schedule_nulls(const json_t *patch, JwViolations *violations);

/* The same in the other direction: what jw_wire_schedule_from_value() reads as the same schedule.
 * Policies are there with their defaults, what was not given is not. (transfer full) */
json_t *jw_wire_schedule_value(const JwSchedule *schedule);

/* The calendars of that file, by their names; an empty object when it has none. They are valid when
 * jw_wire_schedules_load() took it. (transfer full), NULL: it cannot be read */
json_t *jw_wire_calendars_load(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Schedules of a configuration file, {"schedules":[…]}. @ret: (out) (element-type JwSchedule)
 * (transfer full)
 * @error: INVALID with file and pointer of every violation */
bool jw_wire_schedules_load(const JwWire *self, const char *path, int64_t now_ms, GPtrArray **ret,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
