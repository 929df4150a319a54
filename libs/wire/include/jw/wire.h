/* jw/wire.h: the JSON that crosses process borders: jobs asked for by REST or by Kafka, and job
 * events. Any thread; a JwWire is immutable after it was made. Checked against schemas/messages/
 * in tests/contract. */
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
#define JW_TOPIC_COMMANDS_HIGH   "job.commands.high"
#define JW_TOPIC_COMMANDS_NORMAL "job.commands.normal"
#define JW_TOPIC_COMMANDS_LOW    "job.commands.low"
#define JW_TOPIC_JOB_EVENTS      "job.events"
#define JW_TOPIC_DELIVERY_EVENTS "delivery.events"

typedef struct _JwWire JwWire;
/* @catalog: (transfer none), outlives it; NULL for one who only reads and writes events.
 * @topic_prefix: "jobwire." */
JwWire *jw_wire_new(const JwCatalog *catalog, const char *topic_prefix);
void jw_wire_free(JwWire *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwWire, jw_wire_free)
char *jw_wire_topic(const JwWire *self, const char *name); /* prefix + name; (transfer full) */

/* The body by which the reports API asks for a job → a job of type "report" with name, subtype,
 * spec, priority, notBefore, recipients, limits and state set; the rest (id, requestedBy …) is the
 * caller's to fill. Notes all violations at once; @ret_job is written when there is none. @now_ms
 * decides what lies in the past and the default period. */
bool jw_wire_job_from_request(const JwWire *self, const json_t *body, int64_t now_ms,
                              JwViolations *faults, JwJob **ret_job) G_GNUC_WARN_UNUSED_RESULT;

/* The value of a jobwire.job.submit.v1 command: {"jobType","name","spec"} and optionally jobId,
 * description, priority, scheduledFor, timeout, maxAttempts, delivery, requestedBy, departments,
 * source. The spec is its kind's (jw/kinds.h). Without jobId the id is derived from (ce_source,
 * ce_id). scheduledFor in the past means now. Decoding the command of a job gives that job. */
bool jw_wire_job_from_command(const JwWire *self, const json_t *body, const char *ce_source,
                              const char *ce_id, int64_t now_ms, JwViolations *faults,
                              JwJob **ret_job) G_GNUC_WARN_UNUSED_RESULT;
/* The id of the job that a submit command names, whatever else is wrong with it: jobId, else
 * derived. NULL: none. (transfer full) */
char *jw_wire_command_job_id(const json_t *body, const char *ce_source, const char *ce_id);
/* A job of a schedule's occurrence: id derived from (schedule, due), period computed before
 * @due_ms. */
bool jw_wire_job_from_schedule(const JwWire *self, const JwSchedule *schedule, int64_t due_ms,
                               int64_t now_ms, JwJob **ret_job,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The members of who asks, for the tables of commands. */
extern const JwField jw_wire_actor_fields[];

/* Outbox entries, (transfer full); request_id and traceparent come from the job. */
JwOutboxEntry *jw_wire_submit_command(const JwWire *self, const JwJob *job, int64_t now_ms);
/* @type: one of JW_TYPE_JOB_SUBMITTED … CANCELLED. @artifact: completed only; @will_retry: failed
 * only. */
JwOutboxEntry *jw_wire_job_event(const JwWire *self, const JwJob *job, const char *type,
                                 const JwArtifact *artifact, const char *error_code,
                                 const char *error_message, bool will_retry, int64_t now_ms);
JwOutboxEntry *jw_wire_delivery_event(const JwWire *self, const JwDelivery *delivery,
                                      JwDeliveryState state, const char *reply, int64_t now_ms);
/* jobId of a job event's value; INVALID. (transfer full) */
char *jw_wire_event_job_id(const void *body, size_t length,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Schedules of a configuration file: {"schedules":[{id, trigger:{type,every|cron|at}, timeZone,
 * misfire, enabled, job:{jobType, name, spec, …}}]}. INVALID names file and pointer of every
 * violation. @ret: of JwSchedule (transfer full) */
bool jw_wire_schedules_load(const JwWire *self, const char *path, int64_t now_ms, GPtrArray **ret,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
