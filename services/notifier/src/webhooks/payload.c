/* webhooks/payload.c: what events say, as schemas/webhooks/ has it. Pure. */
#include "webhooks/webhooks.h"

#include "jw/json.h"
#include "jw/links.h"

#include <jansson.h>
#include <string.h>

/* What all of them say of the job. (transfer full) */
static json_t *
about(const Ntf *self, const JwJob *job)
{
    json_t *data = json_object();
    g_autofree char *link = jw_link_report_job(self->config.public_url, job->id, "");

    jw_json_set_string(data, "reportId", job->id);
    jw_json_set_string(data, "jobId", job->id);
    jw_json_set_string(data, "reportType", job->subtype);
    jw_json_set_string(data, "edition", job->edition);
    jw_json_set_string(data, "name", job->name);
    jw_json_set_string(data, "scheduleId", job->schedule_id);
    jw_json_set_string(data, "jobUrl", link);
    return data;
}

/* @take_data: (transfer full). (transfer full) */
static char *
event_of(JwWebhookEvent event, int64_t at_ms, json_t *take_data)
{
    json_auto_t *value = json_object();

    jw_json_set_string(value, "type", jw_webhook_event_name((int)event));
    jw_json_set_time(value, "timestamp", at_ms);
    json_object_set_new(value, "data", take_data);
    return jw_json_dump(value, JSON_COMPACT);
}

static void
set_file(const Ntf *self, json_t *data, const JwJob *job)
{
    const JwArtifact *file = job->artifact;

    json_object_set_new(data, "empty", json_boolean(file == NULL));
    if (file == NULL) {
        return;
    }
    g_autofree char *link = jw_link_report_job(self->config.public_url, job->id, JW_LINK_DOWNLOAD);
    json_t *value = json_object();
    jw_json_set_string(value, "name", file->file_name);
    jw_json_set_string(value, "contentType", file->content_type);
    json_object_set_new(value, "sizeBytes", json_integer(file->size_bytes));
    jw_json_set_string(value, "sha256", file->sha256);
    jw_json_set_string(value, "downloadUrl", link);
    if (file->expires_at_ms != 0) {
        jw_json_set_time(value, "expiresAt", file->expires_at_ms);
    }
    json_object_set_new(data, "file", value);
    json_object_set_new(data, "recordsProcessed", json_integer(file->rows));
    json_object_set_new(data, "generationDurationMs", json_integer(file->duration_ms));
}

char *
ntf_payload_job(const Ntf *self, JwWebhookEvent event, const JwJob *job)
{
    json_t *data = about(self, job);

    if (event == JW_WEBHOOK_REPORT_FAILED) {
        json_t *failure = json_object();
        jw_json_set_string(failure, "code", job->error_code != NULL ? job->error_code : "INTERNAL");
        jw_json_set_string(failure, "message",
                           job->error_message != NULL ? job->error_message : "");
        json_object_set_new(data, "error", failure);
        json_object_set_new(data, "attempts", json_integer(job->attempts));
    } else {
        const guint n = job->recipients != NULL ? g_strv_length(job->recipients) : 0;
        set_file(self, data, job);
        json_object_set_new(data, "recipientsCount", json_integer(n));
    }
    return event_of(event, job->finished_at_ms, data);
}

char *
ntf_payload_sent(const Ntf *self, const JwJob *job, const JwDeliveryCounts *counts, int64_t at_ms)
{
    json_t *data = about(self, job);

    json_object_set_new(data, "recipientsCount", json_integer(counts->total));
    json_object_set_new(data, "successfulDeliveries", json_integer(counts->sent));
    json_object_set_new(data, "failedDeliveries", json_integer(counts->failed));
    json_object_set_new(data, "bouncedDeliveries", json_integer(counts->bounced));
    json_object_set_new(data, "allDelivered", json_boolean(counts->sent == counts->total));
    return event_of(JW_WEBHOOK_REPORT_SENT, at_ms, data);
}

char *
ntf_payload_bounce(const Ntf *self, const JwJob *job, const JwDelivery *mail)
{
    json_t *data = about(self, job);

    jw_json_set_string(data, "deliveryId", mail->id);
    jw_json_set_string(data, "email", mail->recipient);
    jw_json_set_string(data, "messageId", mail->message_id);
    jw_json_set_string(data, "reason", mail->reply != NULL ? mail->reply : "");
    return event_of(JW_WEBHOOK_EMAIL_BOUNCED,
                    mail->finished_at_ms != 0 ? mail->finished_at_ms : mail->updated_at_ms, data);
}
