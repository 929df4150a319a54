/* fields.c: the stored form of jobs, deliveries, schedules, occurrences, templates, links, API
 * keys and webhooks, as tables. Changing a name needs a migration. */
#include "doc.h"

#include "jw/api_key.h"
#include "jw/store_shares.h"
#include "jw/store_templates.h"
#include "jw/webhook.h"
#include "jw/suppression.h"

#define FIELD(type_, s, member, name_)                                                             \
    {                                                                                              \
        .name = (name_), .type = JW_DOC_FIELD_##type_, .offset = offsetof(s, member)               \
    }
#define ALWAYS(type_, s, member, name_)                                                            \
    {                                                                                              \
        .name = (name_), .type = JW_DOC_FIELD_##type_, .offset = offsetof(s, member),              \
        .always = true                                                                             \
    }
#define NESTED(type_, s, member, name_, table_)                                                    \
    {                                                                                              \
        .name = (name_), .type = JW_DOC_FIELD_##type_, .offset = offsetof(s, member),              \
        .table = &(table_)                                                                         \
    }
#define NAMED(s, member, name_, names_)                                                            \
    {                                                                                              \
        .name = (name_), .type = JW_DOC_FIELD_ENUM, .offset = offsetof(s, member),                 \
        .enum_name = (names_)                                                                      \
    }
#define TABLE(what_, s, fields_)                                                                   \
    {                                                                                              \
        (what_), sizeof(s), (fields_), G_N_ELEMENTS(fields_)                                       \
    }

const char *
jw_doc_job_state(int state)
{
    return state < JW_JOB_N_STATES ? jw_job_state_name((JwJobState)state) : NULL;
}

const char *
jw_doc_delivery_state(int state)
{
    return state < JW_DELIVERY_N_STATES ? jw_delivery_state_name((JwDeliveryState)state) : NULL;
}

static const char *
trigger_name(int trigger)
{
    return trigger <= (int)JW_TRIGGER_ONCE ? jw_trigger_name((JwTriggerType)trigger) : NULL;
}

static const char *
dialect_name(int dialect)
{
    return dialect <= (int)JW_CRON_APSCHEDULER ? jw_cron_dialect_name((JwCronDialect)dialect)
                                               : NULL;
}

static const char *
kind_name(int kind)
{
    return kind <= (int)JW_OCCURRENCE_RESUMED ? jw_occurrence_kind_name((JwOccurrenceKind)kind)
                                              : NULL;
}

static const JwDocField outbox_fields[] = {
    FIELD(STRING, JwOutboxEntry, id, "id"),
    FIELD(STRING, JwOutboxEntry, topic, "topic"),
    FIELD(STRING, JwOutboxEntry, key, "key"),
    FIELD(STRING, JwOutboxEntry, type, "type"),
    FIELD(STRING, JwOutboxEntry, body, "body"),
    ALWAYS(TIME, JwOutboxEntry, at_ms, "at"),
    FIELD(STRING, JwOutboxEntry, request_id, "requestId"),
    FIELD(STRING, JwOutboxEntry, traceparent, "traceparent"),
    FIELD(STRING, JwOutboxEntry, causation_id, "causationId"),
};
const JwDocTable jw_doc_outbox_table = TABLE("outbox entry", JwOutboxEntry, outbox_fields);

static const JwDocField actor_fields[] = {
    FIELD(STRING, JwActor, id, "id"),
    FIELD(STRING, JwActor, name, "name"),
    FIELD(STRING, JwActor, email, "email"),
};
static const JwDocTable actor_table = TABLE("requester", JwActor, actor_fields);

static const JwDocField artifact_fields[] = {
    FIELD(STRING, JwArtifact, file_id, "fileId"),
    FIELD(STRING, JwArtifact, file_name, "fileName"),
    FIELD(STRING, JwArtifact, content_type, "contentType"),
    FIELD(INT64, JwArtifact, size_bytes, "sizeBytes"),
    FIELD(STRING, JwArtifact, sha256, "sha256"),
    FIELD(INT64, JwArtifact, rows, "rows"),
    FIELD(STRING, JwArtifact, summary, "summary"),
    FIELD(INT64, JwArtifact, duration_ms, "durationMs"),
    FIELD(TIME, JwArtifact, expires_at_ms, "expiresAt"),
    FIELD(INT64, JwArtifact, rows_written, "rowsWritten"),
    FIELD(TIME, JwArtifact, as_of_ms, "asOf"),
    FIELD(STRING, JwArtifact, definition_sha256, "definitionSha256"),
    FIELD(STRING, JwArtifact, program, "program"),
};
const JwDocTable jw_doc_artifact_table = TABLE("artifact", JwArtifact, artifact_fields);

static const JwDocField progress_fields[] = {
    FIELD(INT32, JwProgress, percent, "percent"),
    FIELD(STRING, JwProgress, step, "step"),
    FIELD(INT64, JwProgress, done, "done"),
    FIELD(INT64, JwProgress, total, "total"),
};
const JwDocTable jw_doc_progress_table = TABLE("progress", JwProgress, progress_fields);

static const JwDocField counts_fields[] = {
    FIELD(INT32, JwDeliveryCounts, total, "total"),
    FIELD(INT32, JwDeliveryCounts, sent, "sent"),
    FIELD(INT32, JwDeliveryCounts, failed, "failed"),
    FIELD(INT32, JwDeliveryCounts, bounced, "bounced"),
    FIELD(INT32, JwDeliveryCounts, unknown, "unknown"),
};
const JwDocTable jw_doc_counts_table = TABLE("delivery counts", JwDeliveryCounts, counts_fields);

static const JwDocField resend_fields[] = {
    FIELD(STRING, JwResend, id, "id"),
    FIELD(STRING, JwResend, request_hash, "requestHash"),
    FIELD(STRING, JwResend, by, "by"),
    ALWAYS(TIME, JwResend, at_ms, "at"),
    FIELD(STRINGS, JwResend, recipients, "recipients"),
    FIELD(STRINGS, JwResend, skipped, "skipped"),
};
const JwDocTable jw_doc_resend_table = TABLE("resend", JwResend, resend_fields);

static const JwDocField mail_texts_fields[] = {
    FIELD(STRING, JwMailTexts, subject, "subject"),
    FIELD(STRING, JwMailTexts, intro, "intro"),
    FIELD(STRING, JwMailTexts, sender_name, "senderName"),
};
static const JwDocTable mail_texts_table = TABLE("texts of mails", JwMailTexts, mail_texts_fields);

static const JwDocField job_fields[] = {
    FIELD(STRING, JwJob, id, "_id"),
    FIELD(STRING, JwJob, type, "type"),
    FIELD(STRING, JwJob, name, "name"),
    FIELD(STRING, JwJob, description, "description"),
    FIELD(STRING, JwJob, subtype, "subtype"),
    FIELD(STRING, JwJob, edition, "edition"),
    FIELD(STRING, JwJob, spec, "spec"),
    FIELD(STRING, JwJob, format, "format"),
    FIELD(INT32, JwJob, priority, "priority"),
    ALWAYS(TIME, JwJob, not_before_ms, "notBefore"),
    FIELD(TIME, JwJob, scheduled_for_ms, "scheduledFor"),
    ALWAYS(TIME, JwJob, created_at_ms, "createdAt"),
    ALWAYS(TIME, JwJob, updated_at_ms, "updatedAt"),
    NESTED(STRUCT, JwJob, requested_by, "requestedBy", actor_table),
    FIELD(STRINGS, JwJob, departments, "departments"),
    FIELD(STRING, JwJob, caller, "caller"),
    FIELD(STRING, JwJob, source, "source"),
    FIELD(STRING, JwJob, schedule_id, "scheduleId"),
    FIELD(BOOL, JwJob, ledger_pending, "ledgerPending"),
    FIELD(STRING, JwJob, request_id, "requestId"),
    FIELD(STRING, JwJob, traceparent, "traceparent"),
    FIELD(STRING, JwJob, request_hash, "requestHash"),
    FIELD(STRING, JwJob, template_id, "templateId"),
    FIELD(INT64, JwJob, template_version, "templateVersion"),
    FIELD(STRINGS, JwJob, recipients, "recipients"),
    NAMED(JwJob, on_failure, "onFailure", jw_on_failure_name),
    NESTED(OWNED, JwJob, mail, "mail", mail_texts_table),
    NAMED(JwJob, in_doubt, "inDoubt", jw_in_doubt_name),
    NAMED(JwJob, visibility, "visibility", jw_visibility_name),
    FIELD(INT32, JwJob, max_attempts, "maxAttempts"),
    FIELD(INT32, JwJob, max_retries, "maxRetries"),
    FIELD(INT64, JwJob, timeout_ms, "timeoutMs"),
    NAMED(JwJob, state, "state", jw_doc_job_state),
    FIELD(INT64, JwJob, token, "token"),
    FIELD(INT64, JwJob, heartbeat, "heartbeat"),
    FIELD(INT32, JwJob, attempts, "attempts"),
    FIELD(INT32, JwJob, retry_count, "retryCount"),
    FIELD(STRINGS, JwJob, retry_keys, "retryKeys"),
    FIELD(STRING, JwJob, owner, "owner"),
    FIELD(TIME, JwJob, started_at_ms, "startedAt"),
    FIELD(TIME, JwJob, finished_at_ms, "finishedAt"),
    NESTED(STRUCT, JwJob, progress, "progress", jw_doc_progress_table),
    FIELD(STRING, JwJob, error_code, "errorCode"),
    FIELD(STRING, JwJob, error_message, "errorMessage"),
    FIELD(TIME, JwJob, cancelled_at_ms, "cancelledAt"),
    FIELD(STRING, JwJob, cancelled_by, "cancelledBy"),
    FIELD(STRING, JwJob, cancel_reason, "cancelReason"),
    NESTED(OWNED, JwJob, artifact, "artifact", jw_doc_artifact_table),
    FIELD(STRING, JwJob, result, "result"),
    FIELD(STRING, JwJob, warnings, "warnings"),
    NESTED(STRUCT, JwJob, deliveries, "deliveries", jw_doc_counts_table),
    FIELD(BOOL, JwJob, mail_pending, "mailPending"),
    NESTED(LIST, JwJob, resends, "resends", jw_doc_resend_table),
    FIELD(INT32, JwJob, resend_count, "resendCount"),
    NESTED(LIST, JwJob, outbox, "outbox", jw_doc_outbox_table),
};
const JwDocTable jw_doc_job_table = TABLE("job", JwJob, job_fields);

static const JwDocField try_fields[] = {
    ALWAYS(TIME, JwDeliveryTry, at_ms, "at"),
    FIELD(INT64, JwDeliveryTry, duration_ms, "durationMs"),
    FIELD(INT32, JwDeliveryTry, status, "status"),
    FIELD(STRING, JwDeliveryTry, answer, "answer"),
    FIELD(STRING, JwDeliveryTry, why, "why"),
};
const JwDocTable jw_doc_try_table = TABLE("try of a delivery", JwDeliveryTry, try_fields);

static const JwDocField delivery_fields[] = {
    FIELD(STRING, JwDelivery, id, "_id"),
    FIELD(STRING, JwDelivery, job_id, "jobId"),
    NAMED(JwDelivery, channel, "channel", jw_delivery_channel_name),
    NAMED(JwDelivery, kind, "kind", jw_delivery_kind_name),
    FIELD(INT32, JwDelivery, failure, "failure"),
    FIELD(INT32, JwDelivery, round, "round"),
    NAMED(JwDelivery, in_doubt, "inDoubt", jw_in_doubt_name),
    FIELD(STRING, JwDelivery, recipient, "recipient"),
    FIELD(STRING, JwDelivery, subject, "subject"),
    FIELD(STRING, JwDelivery, text, "text"),
    FIELD(STRING, JwDelivery, html, "html"),
    FIELD(STRING, JwDelivery, event, "event"),
    NESTED(LIST, JwDelivery, tries, "tries", jw_doc_try_table),
    FIELD(STRING, JwDelivery, message_id, "messageId"),
    NAMED(JwDelivery, state, "state", jw_doc_delivery_state),
    FIELD(INT64, JwDelivery, token, "token"),
    FIELD(INT32, JwDelivery, attempts, "attempts"),
    FIELD(INT32, JwDelivery, resends, "resends"),
    FIELD(BOOL, JwDelivery, data_sent, "dataSent"),
    FIELD(BOOL, JwDelivery, maybe_duplicate, "maybeDuplicate"),
    FIELD(STRING, JwDelivery, owner, "owner"),
    ALWAYS(TIME, JwDelivery, not_before_ms, "notBefore"),
    ALWAYS(TIME, JwDelivery, created_at_ms, "createdAt"),
    ALWAYS(TIME, JwDelivery, updated_at_ms, "updatedAt"),
    FIELD(TIME, JwDelivery, sent_at_ms, "sentAt"),
    FIELD(TIME, JwDelivery, finished_at_ms, "finishedAt"),
    FIELD(STRING, JwDelivery, reply, "reply"),
    FIELD(STRING, JwDelivery, status_code, "statusCode"),
    FIELD(TIME, JwDelivery, link_revoked_at_ms, "linkRevokedAt"),
    FIELD(STRING, JwDelivery, request_id, "requestId"),
    FIELD(STRING, JwDelivery, traceparent, "traceparent"),
    NESTED(LIST, JwDelivery, outbox, "outbox", jw_doc_outbox_table),
};
const JwDocTable jw_doc_delivery_table = TABLE("delivery", JwDelivery, delivery_fields);

static const JwDocField fire_fields[] = {
    ALWAYS(TIME, JwFire, due_ms, "due"),     ALWAYS(TIME, JwFire, wake_ms, "wake"),
    ALWAYS(TIME, JwFire, decided_ms, "at"),  NAMED(JwFire, kind, "kind", kind_name),
    FIELD(STRING, JwFire, reason, "reason"), FIELD(STRING, JwFire, key, "key"),
};
const JwDocTable jw_doc_fire_table = TABLE("decision", JwFire, fire_fields);

static const JwDocField ready_fields[] = {
    NAMED(JwReady, type, "type", jw_ready_name),
    FIELD(STRING, JwReady, collection, "collection"),
    FIELD(STRING, JwReady, marker_id, "id"),
    FIELD(INT64, JwReady, deadline_ms, "deadlineMs"),
    NAMED(JwReady, at_deadline, "atDeadline", jw_unready_name),
};
static const JwDocTable ready_table = TABLE("readiness", JwReady, ready_fields);

static const JwDocField mark_fields[] = {
    FIELD(INT32, JwCommandMark, partition, "partition"),
    FIELD(INT64, JwCommandMark, offset, "offset"),
    ALWAYS(TIME, JwCommandMark, at_ms, "at"),
    FIELD(STRING, JwCommandMark, refused, "refused"),
};
const JwDocTable jw_doc_mark_table = TABLE("mark of a command", JwCommandMark, mark_fields);

static const JwDocField past_fields[] = {
    NAMED(JwSchedule, trigger, "trigger", trigger_name),
    FIELD(INT64, JwSchedule, interval_ms, "intervalMs"),
    FIELD(TIME, JwSchedule, anchor_ms, "anchor"),
    FIELD(STRING, JwSchedule, cron, "cron"),
    NAMED(JwSchedule, dialect, "dialect", dialect_name),
    FIELD(INT32, JwSchedule, dst.gap, "dstGap"),
    FIELD(INT32, JwSchedule, dst.repeat, "dstRepeat"),
    FIELD(TIME, JwSchedule, once_ms, "once"),
    FIELD(STRING, JwSchedule, time_zone, "timeZone"),
    FIELD(TIME, JwSchedule, start_ms, "start"),
    FIELD(TIME, JwSchedule, end_ms, "end"),
    FIELD(INT64, JwSchedule, jitter_ms, "jitterMs"),
    FIELD(STRING, JwSchedule, calendar, "calendar"),
    FIELD(BOOL, JwSchedule, paused, "paused"),
    FIELD(TIME, JwSchedule, next_fire_ms, "nextFireAt"),
    FIELD(TIME, JwSchedule, wake_ms, "wakeAt"),
};
const JwDocTable jw_doc_past_table = TABLE("rule of before a change", JwSchedule, past_fields);

static const JwDocField schedule_fields[] = {
    FIELD(STRING, JwSchedule, id, "_id"),
    FIELD(STRING, JwSchedule, source, "source"),
    FIELD(STRING, JwSchedule, description, "description"),
    NAMED(JwSchedule, trigger, "trigger", trigger_name),
    FIELD(INT64, JwSchedule, interval_ms, "intervalMs"),
    FIELD(TIME, JwSchedule, anchor_ms, "anchor"),
    FIELD(STRING, JwSchedule, cron, "cron"),
    NAMED(JwSchedule, dialect, "dialect", dialect_name),
    FIELD(BOOL, JwSchedule, dialect_named, "dialectNamed"),
    FIELD(BOOL, JwSchedule, anchor_named, "anchorNamed"),
    FIELD(INT32, JwSchedule, dst.gap, "dstGap"),
    FIELD(INT32, JwSchedule, dst.repeat, "dstRepeat"),
    FIELD(TIME, JwSchedule, once_ms, "once"),
    FIELD(TIME, JwSchedule, start_ms, "start"),
    FIELD(TIME, JwSchedule, end_ms, "end"),
    FIELD(INT64, JwSchedule, jitter_ms, "jitterMs"),
    FIELD(STRING, JwSchedule, calendar, "calendar"),
    FIELD(STRING, JwSchedule, calendar_version, "calendarVersion"),
    FIELD(INT32, JwSchedule, misfire_limit, "misfireLimit"),
    FIELD(STRING, JwSchedule, time_zone, "timeZone"),
    NAMED(JwSchedule, misfire, "misfire", jw_misfire_name),
    FIELD(INT64, JwSchedule, misfire_grace_ms, "misfireGraceMs"),
    NAMED(JwSchedule, overlap, "overlap", jw_overlap_name),
    NESTED(STRUCT, JwSchedule, ready, "ready", ready_table),
    FIELD(INT32, JwSchedule, pause_after_failures, "pauseAfterFailures"),
    FIELD(BOOL, JwSchedule, paused, "paused"),
    FIELD(STRING, JwSchedule, note, "note"),
    FIELD(TIME, JwSchedule, switched_at_ms, "switchedAt"),
    FIELD(STRING, JwSchedule, switch_reason, "switchReason"),
    FIELD(TIME, JwSchedule, deleted_at_ms, "deletedAt"),
    FIELD(STRING, JwSchedule, deleted_by, "deletedBy"),
    FIELD(STRING, JwSchedule, tombstone, "tombstone"),
    FIELD(STRING, JwSchedule, entry_hash, "entryHash"),
    FIELD(STRING, JwSchedule, request_key, "requestKey"),
    FIELD(STRING, JwSchedule, request_hash, "requestHash"),
    FIELD(STRING, JwSchedule, job_type, "jobType"),
    FIELD(STRING, JwSchedule, job_name, "jobName"),
    FIELD(STRING, JwSchedule, job_body, "jobBody"),
    FIELD(STRING, JwSchedule, rule_hash, "ruleHash"),
    FIELD(TIME, JwSchedule, next_fire_ms, "nextFireAt"),
    FIELD(TIME, JwSchedule, wake_ms, "wakeAt"),
    FIELD(TIME, JwSchedule, spent_ms, "spentAt"),
    NESTED(LIST, JwSchedule, pending_fires, "pendingFires", jw_doc_fire_table),
    NESTED(LIST, JwSchedule, pasts, "past", jw_doc_past_table),
    ALWAYS(TIME, JwSchedule, look_ms, "lookAt"),
    FIELD(TIME, JwSchedule, created_at_ms, "createdAt"),
    ALWAYS(TIME, JwSchedule, updated_at_ms, "updatedAt"),
    FIELD(INT64, JwSchedule, version, "version"),
    NESTED(LIST, JwSchedule, command_marks, "commandMarks", jw_doc_mark_table),
    FIELD(STRINGS, JwSchedule, command_ids, "commandIds"),
    NESTED(LIST, JwSchedule, outbox, "outbox", jw_doc_outbox_table),
};
const JwDocTable jw_doc_schedule_table = TABLE("schedule", JwSchedule, schedule_fields);

static const JwDocField template_fields[] = {
    FIELD(STRING, JwTemplate, id, "_id"),
    FIELD(STRING, JwTemplate, name, "name"),
    FIELD(STRING, JwTemplate, description, "description"),
    FIELD(STRING, JwTemplate, report_type, "reportType"),
    FIELD(STRING, JwTemplate, settings, "settings"),
    NESTED(STRUCT, JwTemplate, owner, "owner", actor_table),
    FIELD(STRINGS, JwTemplate, departments, "departments"),
    NAMED(JwTemplate, visibility, "visibility", jw_visibility_name),
    FIELD(INT64, JwTemplate, version, "version"),
    ALWAYS(TIME, JwTemplate, created_at_ms, "createdAt"),
    ALWAYS(TIME, JwTemplate, updated_at_ms, "updatedAt"),
    FIELD(STRING, JwTemplate, updated_by, "updatedBy"),
    FIELD(STRING, JwTemplate, request_hash, "requestHash"),
    FIELD(TIME, JwTemplate, deleted_at_ms, "deletedAt"),
};
const JwDocTable jw_doc_template_table = TABLE("template", JwTemplate, template_fields);

static const JwDocField share_fields[] = {
    FIELD(STRING, JwShare, id, "_id"),
    FIELD(STRING, JwShare, job_id, "jobId"),
    FIELD(STRING, JwShare, description, "description"),
    NESTED(STRUCT, JwShare, created_by, "createdBy", actor_table),
    ALWAYS(TIME, JwShare, created_at_ms, "createdAt"),
    ALWAYS(TIME, JwShare, expires_at_ms, "expiresAt"),
    FIELD(INT64, JwShare, max_downloads, "maxDownloads"),
    FIELD(INT64, JwShare, downloads, "downloads"),
    FIELD(TIME, JwShare, used_at_ms, "usedAt"),
    FIELD(TIME, JwShare, revoked_at_ms, "revokedAt"),
    FIELD(STRING, JwShare, revoked_by, "revokedBy"),
    FIELD(STRING, JwShare, request_hash, "requestHash"),
};
const JwDocTable jw_doc_share_table = TABLE("link", JwShare, share_fields);

static const JwDocField suppression_fields[] = {
    FIELD(STRING, JwSuppression, id, "_id"),
    FIELD(STRING, JwSuppression, address, "address"),
    FIELD(STRING, JwSuppression, report_type, "reportType"),
    NAMED(JwSuppression, reason, "reason", jw_suppression_reason_name),
    FIELD(STRING, JwSuppression, by, "by"),
    FIELD(STRING, JwSuppression, note, "note"),
    FIELD(STRING, JwSuppression, delivery_id, "deliveryId"),
    ALWAYS(TIME, JwSuppression, created_at_ms, "createdAt"),
};
const JwDocTable jw_doc_suppression_table = TABLE("suppression", JwSuppression, suppression_fields);

static const JwDocField api_key_fields[] = {
    FIELD(STRING, JwApiKey, id, "_id"),
    FIELD(STRING, JwApiKey, name, "name"),
    NAMED(JwApiKey, role, "role", jw_api_key_role_name),
    FIELD(STRING, JwApiKey, secret_id, "secretId"),
    FIELD(STRING, JwApiKey, mac, "mac"),
    FIELD(STRING, JwApiKey, created_by, "createdBy"),
    ALWAYS(TIME, JwApiKey, created_at_ms, "createdAt"),
    FIELD(TIME, JwApiKey, expires_at_ms, "expiresAt"),
    FIELD(TIME, JwApiKey, revoked_at_ms, "revokedAt"),
    FIELD(STRING, JwApiKey, revoked_by, "revokedBy"),
    FIELD(TIME, JwApiKey, used_at_ms, "usedAt"),
};
const JwDocTable jw_doc_api_key_table = TABLE("API key", JwApiKey, api_key_fields);

static const JwDocField occurrence_fields[] = {
    FIELD(STRING, JwOccurrenceDoc, id, "_id"),
    FIELD(STRING, JwOccurrenceDoc, schedule_id, "scheduleId"),
    ALWAYS(TIME, JwOccurrenceDoc, due_ms, "dueAt"),
    ALWAYS(TIME, JwOccurrenceDoc, decided_ms, "decidedAt"),
    NAMED(JwOccurrenceDoc, kind, "kind", kind_name),
    FIELD(STRING, JwOccurrenceDoc, reason, "reason"),
    FIELD(STRING, JwOccurrenceDoc, job_id, "jobId"),
    FIELD(STRING, JwOccurrenceDoc, end_state, "endState"),
    FIELD(TIME, JwOccurrenceDoc, ended_ms, "endedAt"),
};
const JwDocTable jw_doc_occurrence_table = TABLE("occurrence", JwOccurrenceDoc, occurrence_fields);

static const JwDocField webhook_secret_fields[] = {
    FIELD(STRING, JwWebhookSecret, sealed, "sealed"),
    ALWAYS(TIME, JwWebhookSecret, created_at_ms, "createdAt"),
    FIELD(TIME, JwWebhookSecret, until_ms, "until"),
};
static const JwDocTable webhook_secret_table =
    TABLE("webhook secret", JwWebhookSecret, webhook_secret_fields);

static const JwDocField webhook_fields[] = {
    FIELD(STRING, JwWebhook, id, "_id"),
    FIELD(STRING, JwWebhook, url, "url"),
    FIELD(STRING, JwWebhook, description, "description"),
    FIELD(STRINGS, JwWebhook, events, "events"),
    FIELD(STRINGS, JwWebhook, report_types, "reportTypes"),
    NESTED(STRUCT, JwWebhook, owner, "owner", actor_table),
    FIELD(STRINGS, JwWebhook, departments, "departments"),
    NESTED(LIST, JwWebhook, secrets, "secrets", webhook_secret_table),
    ALWAYS(INT64, JwWebhook, version, "version"),
    ALWAYS(TIME, JwWebhook, created_at_ms, "createdAt"),
    ALWAYS(TIME, JwWebhook, updated_at_ms, "updatedAt"),
    FIELD(STRING, JwWebhook, updated_by, "updatedBy"),
    FIELD(TIME, JwWebhook, disabled_at_ms, "disabledAt"),
    FIELD(STRING, JwWebhook, disabled_reason, "disabledReason"),
    FIELD(BOOL, JwWebhook, notice_pending, "noticePending"),
    FIELD(TIME, JwWebhook, failing_since_ms, "failingSince"),
    FIELD(STRING, JwWebhook, failing_why, "failingWhy"),
    FIELD(STRING, JwWebhook, request_hash, "requestHash"),
    FIELD(TIME, JwWebhook, deleted_at_ms, "deletedAt"),
};
const JwDocTable jw_doc_webhook_table = TABLE("webhook", JwWebhook, webhook_fields);
