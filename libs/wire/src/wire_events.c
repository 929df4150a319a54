/* wire_events.c: outbox entries: the submit command and the events of jobs and deliveries.
 * Any thread, no state. Events carry no recipients, parameters or links, so that any service may
 * read the topic. */
#include "wire_private.h"

#include "jw/clock.h"
#include "jw/ident.h"

#include <string.h>

#define MAX_CHARS 500

static void
set_short_string(json_t *object, const char *name, const char *text)
{
    if (text == NULL) {
        return;
    }
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    if (g_utf8_strlen(valid, -1) > MAX_CHARS) {
        *g_utf8_offset_to_pointer(valid, MAX_CHARS) = '\0';
    }
    jw_json_set_string(object, name, valid);
}

static JwOutboxEntry *
new_entry(const JwWire *self, const char *topic, const char *key, const char *type,
          const json_t *value, int64_t now_ms)
{
    g_autofree char *full = jw_wire_topic(self, topic);

    return jw_outbox_entry_new(full, key, type, jw_json_print(value), now_ms);
}

static const char *
command_topic(JwPriority priority)
{
    switch (priority) {
    case JW_PRIORITY_LOW:
        return JW_TOPIC_COMMANDS_LOW;
    case JW_PRIORITY_NORMAL:
        return JW_TOPIC_COMMANDS_NORMAL;
    case JW_PRIORITY_HIGH:
        return JW_TOPIC_COMMANDS_HIGH;
    }
    return JW_TOPIC_COMMANDS_NORMAL;
}

JwOutboxEntry *
jw_wire_submit_command(const JwWire *self, const JwJob *job, int64_t now_ms)
{
    char id[JW_UUID_LEN + 1];

    g_return_val_if_fail(self != NULL && job != NULL && job->id != NULL, NULL);

    json_auto_t *value = jw_wire_job_value(job);
    JwOutboxEntry *entry =
        new_entry(self, command_topic(job->priority), job->id, JW_TYPE_JOB_SUBMIT, value, now_ms);
    jw_uuid_derive(id, "submit", job->id, NULL); /* the same command again is the same message */
    g_free(entry->id);
    entry->id = g_strdup(id);
    entry->request_id = g_strdup(job->request_id);
    entry->traceparent = g_strdup(job->traceparent);
    return entry;
}

static json_t *
artifact_value(const JwArtifact *artifact)
{
    json_t *value = json_object();

    jw_json_set_string(value, "fileName", artifact->file_name);
    jw_json_set_string(value, "contentType", artifact->content_type);
    jw_json_set_string(value, "sha256", artifact->sha256);
    json_object_set_new(value, "sizeBytes", json_integer(artifact->size_bytes));
    json_object_set_new(value, "rows", json_integer(artifact->rows));
    if (artifact->definition_sha256 != NULL) {
        json_object_set_new(value, "rowsWritten", json_integer(artifact->rows_written));
        jw_json_set_time(value, "asOf", artifact->as_of_ms);
        jw_json_set_string(value, "definitionSha256", artifact->definition_sha256);
        jw_json_set_string(value, "program", artifact->program);
    }
    return value;
}

JwOutboxEntry *
jw_wire_job_event(const JwWire *self, const JwJob *job, const char *type,
                  const JwArtifact *artifact, const char *error_code, const char *error_message,
                  int64_t now_ms)
{
    g_return_val_if_fail(self != NULL && job != NULL && job->id != NULL && type != NULL, NULL);

    json_auto_t *value = json_object();
    const JwJobKind *kind = jw_kind_find(job->type);
    const guint n_recipients = job->recipients != NULL ? g_strv_length(job->recipients) : 0;

    jw_json_set_string(value, "jobId", job->id);
    jw_json_set_string(value, "type", job->type);
    if (kind != NULL && kind->subtype != NULL) {
        jw_json_set_string(value, kind->subtype, job->subtype);
    }
    jw_json_set_string(value, "name", job->name);
    jw_json_set_string(value, "state", jw_job_state_name(job->state));
    json_object_set_new(value, "attempt", json_integer(job->attempts));
    json_object_set_new(value, "recipientsCount", json_integer(n_recipients));
    jw_json_set_time(value, "occurredAt", now_ms);
    if (artifact != NULL) {
        json_object_set_new(value, "artifact", artifact_value(artifact));
    } else if (job->state == JW_JOB_COMPLETED && kind != NULL
               && (kind->flags & JW_KIND_ARTIFACT) != 0) {
        json_object_set_new(value, "empty", json_true());
    }
    if (job->state == JW_JOB_COMPLETED && job->warnings != NULL) {
        json_object_set_new(value, "warnings",
                            jw_json_parse(job->warnings, strlen(job->warnings), NULL));
    }
    if (error_code != NULL) {
        json_t *failure = json_object();
        jw_json_set_string(failure, "code", error_code);
        set_short_string(failure, "message", error_message);
        json_object_set_new(failure, "willRetry", json_boolean(job->state == JW_JOB_PENDING));
        json_object_set_new(value, "error", failure);
    }
    JwOutboxEntry *entry = new_entry(self, JW_TOPIC_JOB_EVENTS, job->id, type, value, now_ms);
    entry->request_id = g_strdup(job->request_id);
    entry->traceparent = g_strdup(job->traceparent);
    return entry;
}

JwOutboxEntry *
jw_wire_delivery_event(const JwWire *self, const JwDelivery *delivery, const char *reply,
                       int64_t now_ms)
{
    g_return_val_if_fail(self != NULL && delivery != NULL && delivery->job_id != NULL, NULL);

    json_auto_t *value = json_object();

    jw_json_set_string(value, "deliveryId", delivery->id);
    jw_json_set_string(value, "jobId", delivery->job_id);
    jw_json_set_string(value, "messageId", delivery->message_id);
    jw_json_set_string(value, "channel", jw_delivery_channel_name((int)delivery->channel));
    jw_json_set_string(value, "kind", jw_delivery_kind_name((int)delivery->kind));
    jw_json_set_string(value, "state", jw_delivery_state_name(delivery->state));
    set_short_string(value, "reply", reply);
    set_short_string(value, "statusCode", delivery->status_code);
    json_object_set_new(value, "attempt", json_integer(delivery->attempts));
    json_object_set_new(value, "maybeDuplicate", json_boolean(delivery->maybe_duplicate));
    jw_json_set_time(value, "occurredAt", now_ms);
    JwOutboxEntry *entry = new_entry(self, JW_TOPIC_DELIVERY_EVENTS, delivery->job_id,
                                     JW_TYPE_DELIVERY_CHANGED, value, now_ms);
    entry->request_id = g_strdup(delivery->request_id);
    entry->traceparent = g_strdup(delivery->traceparent);
    return entry;
}

char *
jw_wire_event_job_id(const void *body, size_t length, GError **error)
{
    json_auto_t *value = jw_json_parse_body(body, length, error);

    if (value == NULL) {
        return NULL;
    }
    const char *job_id = jw_json_text(value, "jobId");
    if (!jw_uuid_valid(job_id)) {
        return jw_fail_null(error, JW_ERROR_INVALID, "/jobId: must be a UUID");
    }
    return g_ascii_strdown(job_id, -1);
}
