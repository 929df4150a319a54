/* job.c: the job document as a struct: new, copy, free. One thread at a time; a deep copy may go
 * to another thread. */
#include "jw/job.h"
#include "jw/error.h"
#include "jw/ident.h"
#include "jw/text.h"
#include "model_private.h"

#include <string.h>

const char *
jw_actor_name(const JwActor *self)
{
    return self->name != NULL ? self->name : self->id;
}

static const size_t job_texts[] = {
    offsetof(JwJob, id),
    offsetof(JwJob, type),
    offsetof(JwJob, name),
    offsetof(JwJob, description),
    offsetof(JwJob, subtype),
    offsetof(JwJob, spec),
    offsetof(JwJob, format),
    offsetof(JwJob, requested_by.id),
    offsetof(JwJob, requested_by.name),
    offsetof(JwJob, requested_by.email),
    offsetof(JwJob, caller),
    offsetof(JwJob, source),
    offsetof(JwJob, schedule_id),
    offsetof(JwJob, request_id),
    offsetof(JwJob, traceparent),
    offsetof(JwJob, request_hash),
    offsetof(JwJob, template_id),
    offsetof(JwJob, owner),
    offsetof(JwJob, progress.step),
    offsetof(JwJob, error_code),
    offsetof(JwJob, error_message),
    offsetof(JwJob, cancelled_by),
    offsetof(JwJob, cancel_reason),
    offsetof(JwJob, result),
    offsetof(JwJob, warnings),
};

static const size_t artifact_texts[] = {
    offsetof(JwArtifact, file_id),      offsetof(JwArtifact, file_name),
    offsetof(JwArtifact, content_type), offsetof(JwArtifact, sha256),
    offsetof(JwArtifact, summary),      offsetof(JwArtifact, definition_sha256),
    offsetof(JwArtifact, program),
};

static const size_t entry_texts[] = {
    offsetof(JwOutboxEntry, id),          offsetof(JwOutboxEntry, topic),
    offsetof(JwOutboxEntry, key),         offsetof(JwOutboxEntry, type),
    offsetof(JwOutboxEntry, body),        offsetof(JwOutboxEntry, request_id),
    offsetof(JwOutboxEntry, traceparent), offsetof(JwOutboxEntry, causation_id),
};

JwOutboxEntry *
jw_outbox_entry_new(const char *topic, const char *key, const char *type, char *take_body,
                    int64_t at_ms)
{
    char id[JW_UUID_LEN + 1];
    JwOutboxEntry *entry = g_new0(JwOutboxEntry, 1);

    jw_uuid_v7(at_ms, id);
    entry->id = g_strdup(id);
    entry->topic = g_strdup(topic);
    entry->key = g_strdup(key);
    entry->type = g_strdup(type);
    entry->body = take_body;
    entry->at_ms = at_ms;
    return entry;
}

JwOutboxEntry *
jw_outbox_entry_copy(const JwOutboxEntry *self)
{
    JwOutboxEntry *copy = NULL;

    g_return_val_if_fail(self != NULL, NULL);
    copy = g_new(JwOutboxEntry, 1);
    *copy = *self;
    jw_texts_dup(copy, entry_texts, G_N_ELEMENTS(entry_texts));
    return copy;
}

void
jw_outbox_entry_free(gpointer self)
{
    if (self == NULL) {
        return;
    }
    jw_texts_clear(self, entry_texts, G_N_ELEMENTS(entry_texts));
    g_free(self);
}

GPtrArray *
jw_outbox_new(void)
{
    return g_ptr_array_new_with_free_func(jw_outbox_entry_free);
}

JwArtifact *
jw_artifact_copy(const JwArtifact *self)
{
    JwArtifact *copy = NULL;

    if (self == NULL) {
        return NULL;
    }
    copy = g_new(JwArtifact, 1);
    *copy = *self;
    jw_texts_dup(copy, artifact_texts, G_N_ELEMENTS(artifact_texts));
    return copy;
}

void
jw_artifact_free(gpointer self)
{
    if (self == NULL) {
        return;
    }
    jw_texts_clear(self, artifact_texts, G_N_ELEMENTS(artifact_texts));
    g_free(self);
}

void
jw_job_result_clear(JwJobResult *self)
{
    g_clear_pointer(&self->artifact, jw_artifact_free);
    g_clear_pointer(&self->json, g_free);
    g_clear_pointer(&self->warnings, g_free);
}

JwJob *
jw_job_new(void)
{
    JwJob *job = g_new0(JwJob, 1);

    job->priority = JW_PRIORITY_NORMAL;
    job->state = JW_JOB_PENDING;
    job->max_attempts = 5;
    job->max_retries = 3;
    job->resends = g_ptr_array_new_with_free_func(jw_resend_free);
    job->outbox = jw_outbox_new();
    return job;
}

void
jw_job_free(gpointer self)
{
    JwJob *job = self;

    if (job == NULL) {
        return;
    }
    jw_texts_clear(job, job_texts, G_N_ELEMENTS(job_texts));
    g_strfreev(job->departments);
    g_strfreev(job->recipients);
    jw_mail_texts_free(job->mail);
    g_strfreev(job->retry_keys);
    jw_artifact_free(job->artifact);
    g_clear_pointer(&job->resends, g_ptr_array_unref);
    g_clear_pointer(&job->outbox, g_ptr_array_unref);
    g_free(job);
}

char *
jw_job_caller(const JwJob *self)
{
    const char *first = NULL;

    for (size_t i = 0; self->departments != NULL && self->departments[i] != NULL; i++) {
        if (first == NULL || strcmp(self->departments[i], first) < 0) {
            first = self->departments[i];
        }
    }
    return first != NULL
               ? g_strconcat("department:", first, NULL)
               : g_strconcat("subject:", self->requested_by.id != NULL ? self->requested_by.id : "",
                             NULL);
}

int
jw_job_retry_of(const JwJob *self, const char *key)
{
    for (size_t i = 0; key != NULL && self->retry_keys != NULL && self->retry_keys[i] != NULL;
         i++) {
        const char *colon = strchr(self->retry_keys[i], ':');

        if (colon != NULL && strcmp(colon + 1, key) == 0) {
            return (int)g_ascii_strtoll(self->retry_keys[i], NULL, 10);
        }
    }
    return 0;
}

int
jw_job_resend_of(const JwJob *self, const char *id)
{
    for (guint i = 0; id != NULL && i < self->resends->len; i++) {
        const JwResend *resend = g_ptr_array_index(self->resends, i);

        if (g_strcmp0(resend->id, id) == 0) {
            return (int)i + 1;
        }
    }
    return 0;
}
