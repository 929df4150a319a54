/* channel_mail.c: deliveries to addresses: what each kind of mail is composed of, and its SMTP
 * transaction. Any sender's thread, no state.
 *
 * The same delivery is the same message to the byte, however often it is composed: nothing in it is
 * of the moment. */
#include "ntf.h"

#include "jw/letter.h"
#include "jw/links.h"
#include "jw/store_files.h"
#include "jw/store_suppressions.h"
#include "metrics.h"

static GBytes *
read_artifact(Ntf *self, const JwArtifact *artifact, GError **error)
{
    size_t size = (size_t)artifact->size_bytes;
    g_autofree char *data = g_try_malloc(MAX(size, 1));
    g_autofree char *sha256 = NULL;
    size_t filled = 0;
    g_autoptr(JwFileReader) reader = jw_file_reader_new(self->store, artifact->file_id, error);

    if (reader == NULL) {
        return NULL;
    }
    if (data == NULL) {
        return jw_fail_null(error, JW_ERROR_BUSY, "no memory for an attachment of %zu bytes", size);
    }
    while (filled < size) {
        size_t got = 0;

        if (!jw_file_reader_read(reader, (int64_t)filled, data + filled, size - filled, &got,
                                 error)) {
            return NULL;
        }
        if (got == 0) {
            return jw_fail_null(error, JW_ERROR_CORRUPT,
                                "the report file ends after %zu of %zu bytes", filled, size);
        }
        filled += got;
    }
    sha256 = jw_sha256_hex(data, size);
    if (g_strcmp0(sha256, artifact->sha256) != 0) {
        return jw_fail_null(error, JW_ERROR_CORRUPT,
                            "the report file is not the one that was published");
    }
    return g_bytes_new_take(g_steal_pointer(&data), size);
}

/* A link that was not over when the mail went out: @ret_expires_ms is for the mail to say.
 * (transfer full) */
static char *
make_link(const Ntf *self, const JwDelivery *delivery, const JwArtifact *artifact,
          int64_t *ret_expires_ms, GError **error)
{
    /* from the delivery's own time: a resend is the same message to the byte */
    int64_t expires_ms = delivery->created_at_ms + self->config.link_ttl_ms;

    if (artifact->expires_at_ms != 0) {
        expires_ms = MIN(expires_ms, artifact->expires_at_ms);
    }
    if (expires_ms <= jw_clock_now_ms(self->clock)) {
        return jw_fail_null(error, JW_ERROR_NOT_FOUND,
                            "not sent: the time of its download link was over before");
    }
    g_autofree char *token = jw_link_token_sign(self->links, delivery->id, expires_ms);
    *ret_expires_ms = expires_ms;
    return jw_link_mailed(self->config.public_url, token);
}

/* Of the failure that the delivery is about, and of no other state of the job. */
static GBytes *
compose_failure(Ntf *self, const JwDelivery *delivery, const JwJob *job, GError **error)
{
    if (job == NULL || job->state != JW_JOB_FAILED || job->retry_count != delivery->failure) {
        return jw_fail_null(error, JW_ERROR_NOT_FOUND,
                            "not sent: the job is gone, or was asked for again");
    }
    const JwLetterInput input = {
        .job = job,
        .delivery_id = delivery->id,
        .recipient = delivery->recipient,
        .from = self->mail_config.from,
        .message_id = delivery->message_id,
        .date_ms = job->finished_at_ms,
    };
    return jw_letter_failure(&input, error);
}

static GBytes *
compose_report(Ntf *self, const JwDelivery *delivery, const JwJob *job, GError **error)
{
    g_autoptr(GBytes) attachment = NULL;
    g_autofree char *link = NULL;
    int64_t link_expires_ms = 0;

    if (job == NULL || job->artifact == NULL) {
        return jw_fail_null(error, JW_ERROR_NOT_FOUND, "the job or its report is gone");
    }
    if (delivery->link_revoked_at_ms != 0) { /* who revokes does not want the report to go out */
        return jw_fail_null(error, JW_ERROR_NOT_FOUND,
                            "not sent: its download link was revoked before");
    }
    if (jw_mail_part_size(job->artifact->size_bytes) <= self->config.attach_max_bytes) {
        attachment = read_artifact(self, job->artifact, error);
        if (attachment == NULL) {
            return NULL;
        }
    } else {
        link = make_link(self, delivery, job->artifact, &link_expires_ms, error);
        if (link == NULL) {
            return NULL;
        }
    }
    g_autofree char *token = jw_unsubscribe_token_sign(self->links, delivery->id);
    g_autofree char *unsubscribe = jw_link_unsubscribe(self->config.public_url, token);
    const JwLetterInput input = {
        .job = job,
        .delivery_id = delivery->id,
        .recipient = delivery->recipient,
        .from = self->mail_config.from,
        .message_id = delivery->message_id,
        /* of the report, or of its resend: once more in doubt it is the same to the byte */
        .date_ms = delivery->round == 0 ? job->finished_at_ms : delivery->created_at_ms,
        .attachment = attachment,
        .link = link,
        .link_expires_ms = link_expires_ms,
        .unsubscribe = unsubscribe,
    };
    return jw_letter_report(&input, error);
}

/* Its text is in the delivery: it is sent whatever became of the job that wrote it. */
static GBytes *
compose_message(Ntf *self, const JwDelivery *delivery, const JwJob *job, GError **error)
{
    const JwJob writer = { .id = delivery->job_id };
    const JwLetterInput input = {
        .job = job != NULL ? job : &writer,
        .delivery_id = delivery->id,
        .recipient = delivery->recipient,
        .from = self->mail_config.from,
        .message_id = delivery->message_id,
        .date_ms = delivery->created_at_ms,
    };

    if (delivery->subject == NULL || delivery->text == NULL) {
        return jw_fail_null(error, JW_ERROR_CORRUPT, "the message has no subject or no text");
    }
    return jw_letter_plain(&input, delivery->subject, delivery->text, delivery->html, error);
}

static GBytes *
compose_nothing(Ntf *self G_GNUC_UNUSED, const JwDelivery *delivery, const JwJob *job G_GNUC_UNUSED,
                GError **error)
{
    return jw_fail_null(error, JW_ERROR_CORRUPT, "there is no mail of a delivery of kind %s",
                        jw_delivery_kind_name((int)delivery->kind));
}

/* Asks the suppression list, as the last thing before the mail goes out. DENIED, for good: the
 * address is on it. UNAVAILABLE: it cannot be asked, so nothing is sent yet. Only an entry for all
 * mail stops what is no report: that a job has failed is an answer to who asked, and a message is
 * none of the report's mails. */
static bool
may_send(Ntf *self, const JwDelivery *delivery, const JwJob *job, GError **error)
{
    const char *report_type = delivery->kind == JW_DELIVERY_REPORT ? job->subtype : NULL;
    g_autoptr(JwSuppression) found = NULL;
    g_autoptr(GError) cause = NULL;

    if (!jw_store_is_suppressed(self->store, delivery->recipient, report_type, &found, &cause)) {
        return jw_fail(error, JW_ERROR_UNAVAILABLE, "%s", jw_error_message(cause));
    }
    g_autofree char *words = found != NULL ? jw_suppression_words(found) : NULL;
    return found == NULL || jw_fail(error, JW_ERROR_DENIED, "%s", words);
}

static GBytes *
compose(Ntf *self, const JwDelivery *delivery, const JwJob *job, GError **error)
{
    static GBytes *(*const kinds[JW_DELIVERY_N_KINDS])(Ntf *, const JwDelivery *, const JwJob *,
                                                       GError **) = {
        [JW_DELIVERY_REPORT] = compose_report,
        [JW_DELIVERY_FAILURE] = compose_failure,
        [JW_DELIVERY_MESSAGE] = compose_message,
        [JW_DELIVERY_EVENT] = compose_nothing,
    };

    g_autoptr(GBytes) content = kinds[delivery->kind](self, delivery, job, error);

    return content != NULL && may_send(self, delivery, job, error) ? g_steal_pointer(&content)
                                                                   : NULL;
}

static bool
send_mail(Ntf *self, const JwDelivery *delivery, GBytes *content, JwMailBeforeDot before_final_dot,
          gpointer mark, JwMailOutcome *ret_outcome, char **ret_reply, GError **error)
{
    int64_t started = jw_clock_mono_ms(self->clock);

    if (!jw_mail_send(self->mail, self->sender_address, delivery->recipient, content,
                      before_final_dot, mark, ret_outcome, ret_reply, error)) {
        return false;
    }
    jw_metric_observe_ms(ntf_metrics[NTF_METRIC_SMTP_SECONDS], jw_mail_outcome_name(*ret_outcome),
                         jw_clock_mono_ms(self->clock) - started);
    return true;
}

static int64_t
give_up_ms(const Ntf *self)
{
    return self->config.give_up_ms;
}

const NtfChannel ntf_channel_mail = {
    .compose = compose,
    .send = send_mail,
    .backoff_ms = jw_delivery_backoff_ms,
    .give_up_ms = give_up_ms,
};
