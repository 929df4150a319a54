/* send.c: one delivery from claim to its known end.
 *
 * The mark (MARK) is written just before the final dot: a sender that dies before it has
 * certainly not sent, one that dies after it may have. A sender that lost its claim gets no mark
 * and stops before the dot. */
#include "ntf.h"

#include "jw/crash.h"
#include "jw/ident.h"
#include "jw/letter.h"
#include "jw/links.h"
#include "jw/log.h"
#include "jw/store_files.h"
#include "jw/store_suppressions.h"
#include "metrics.h"

typedef struct {
    Ntf *ntf;
    const JwDelivery *delivery;
} Mark;

static bool
before_final_dot(gpointer data)
{
    static const JwDeliveryChange change = { .transition = JW_DCHANGE_MARK };
    Mark *mark = data;
    g_autoptr(GError) error = NULL;
    JwCas cas = JW_CAS_LOST;

    if (jw_stop_is_set(mark->ntf->stop)) {
        return false; /* a slow answer to the dot could outlive the drain: without it nothing was
                         sent */
    }
    jw_crash_point("ntf_before_mark");
    if (!ntf_change(mark->ntf, mark->delivery, &change, NULL, &cas, &error)) {
        /* Nobody knows whether the mark is there; without the dot nothing was sent either way. */
        jw_warn("mark_failed", JW_STR("delivery_id", mark->delivery->id),
                JW_STR("error", jw_error_message(error)));
        return false;
    }
    if (cas == JW_CAS_WON) {
        jw_crash_point("ntf_before_final_dot");
    }
    return cas == JW_CAS_WON;
}

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
compose_failure(const Ntf *self, const JwDelivery *delivery, const JwJob *job, GError **error)
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
compose(Ntf *self, const JwDelivery *delivery, const JwJob *job, GError **error)
{
    g_autoptr(GBytes) attachment = NULL;
    g_autofree char *link = NULL;
    int64_t link_expires_ms = 0;

    if (delivery->kind == JW_DELIVERY_FAILURE) {
        return compose_failure(self, delivery, job, error);
    }
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
    JwLetterInput input = {
        .job = job,
        .delivery_id = delivery->id,
        .recipient = delivery->recipient,
        .from = self->mail_config.from,
        .message_id = delivery->message_id,
        .date_ms = job->finished_at_ms, /* a resend is the same message to the byte */
        .attachment = attachment,
        .link = link,
        .link_expires_ms = link_expires_ms,
        .unsubscribe = unsubscribe,
    };
    return jw_letter_report(&input, error);
}

/* Writes the end of a transaction until its outcome is known; gives up when the claim may have been
 * taken away. */
static void
end(Ntf *self, const JwDelivery *delivery, JwDeliveryTransition transition, const char *reply,
    int64_t not_before_ms)
{
    const JwDeliveryChange change = { .transition = transition,
                                      .reply = reply,
                                      .not_before_ms = not_before_ms };
    const JwJobsCall call = { .patience_ms = self->config.dead_after_ms / 2, .stop = self->stop };
    JwCas cas = JW_CAS_LOST;
    g_autoptr(GError) error = NULL;

    /* LOST: another notifier took the claim away. Unknown: maintenance decides by the mark. */
    if (!ntf_change(self, delivery, &change, &call, &cas, &error)) {
        jw_warn("delivery_change_failed", JW_STR("delivery_id", delivery->id),
                JW_STR("error", jw_error_message(error)));
    }
}

static void
end_later(Ntf *self, const JwDelivery *delivery, const char *reply)
{
    int64_t now = jw_clock_now_ms(self->clock);

    if (now - delivery->created_at_ms > self->config.give_up_ms) {
        g_autofree char *why =
            g_strdup_printf("given up after %" G_GINT64_FORMAT " h: %s",
                            self->config.give_up_ms / 3600000, reply != NULL ? reply : "");
        end(self, delivery, JW_DCHANGE_FAILED, why, 0);
        return;
    }
    end(self, delivery, JW_DCHANGE_LATER, reply,
        now + jw_delivery_backoff_ms(delivery->attempts, jw_random_unit()));
}

/* Only a problem of the report or the address itself is final; everything else may pass. A report
 * file that is damaged stays so, unlike that of an attempt, which the next one writes anew. */
static void
end_error(Ntf *self, const JwDelivery *delivery, const GError *error)
{
    if (jw_error_is_permanent(error) || jw_error_code(error) == JW_ERROR_CORRUPT) {
        end(self, delivery, JW_DCHANGE_FAILED, jw_error_message(error), 0);
    } else {
        end_later(self, delivery, jw_error_message(error));
    }
}

static void
end_outcome(Ntf *self, const JwDelivery *delivery, JwMailOutcome outcome, const char *reply)
{
    switch (outcome) {
    case JW_MAIL_SENT:
        jw_crash_point("ntf_after_final_dot");
        end(self, delivery, JW_DCHANGE_SENT, reply, 0);
        return;
    case JW_MAIL_BOUNCED:
        end(self, delivery, JW_DCHANGE_BOUNCED, reply, 0);
        return;
    case JW_MAIL_FAILED:
        end(self, delivery, JW_DCHANGE_FAILED, reply, 0);
        return;
    case JW_MAIL_UNKNOWN:
        end(self, delivery, JW_DCHANGE_DOUBT, reply, 0);
        return;
    case JW_MAIL_STOPPED: /* lost the claim (then this changes nothing), we end, or the store was
                             away */
        if (jw_stop_is_set(self->stop)) {
            end(self, delivery, JW_DCHANGE_LATER, reply, jw_clock_now_ms(self->clock));
            return;
        }
        end_later(self, delivery, reply);
        return;
    case JW_MAIL_LATER:
        end_later(self, delivery, reply);
        return;
    }
}

/* Asks the suppression list, as the last thing before the mail goes out. False: the delivery has
 * ended, or waits until the list can be asked. That a job has failed is told unless the address
 * gets no mail at all: it is an answer to who asked, and no part of the report's mails. */
static bool
may_send(Ntf *self, const JwDelivery *delivery, const JwJob *job)
{
    const char *report_type = delivery->kind == JW_DELIVERY_REPORT ? job->subtype : NULL;
    g_autoptr(JwSuppression) found = NULL;
    g_autoptr(GError) error = NULL;

    if (!jw_store_is_suppressed(self->store, delivery->recipient, report_type, &found, &error)) {
        end_later(self, delivery, jw_error_message(error));
        return false;
    }
    if (found != NULL) {
        g_autofree char *words = jw_suppression_words(found);
        end(self, delivery, JW_DCHANGE_FAILED, words, 0);
    }
    return found == NULL;
}

void
ntf_send(Ntf *self, const char *delivery_id)
{
    g_autoptr(JwDelivery) delivery = NULL;
    g_autoptr(JwJob) job = NULL;
    g_autoptr(GError) error = NULL;
    g_autofree char *reply = NULL;
    JwMailOutcome outcome = JW_MAIL_LATER;

    if (!jw_jobs_claim_delivery(&self->jobs, delivery_id, self->owner, &delivery, &error)) {
        jw_warn("delivery_claim_failed", JW_STR("delivery_id", delivery_id),
                JW_STR("error", jw_error_message(error)));
        return;
    }
    if (delivery == NULL) {
        return;
    }
    g_auto(JwLogScope) scope =
        jw_log_scope(JW_STR("job_id", delivery->job_id), JW_STR("delivery_id", delivery->id),
                     JW_STR("request_id", delivery->request_id));
    if (!jw_store_get_job(self->store, delivery->job_id, &job, &error)) {
        /* even a document that cannot be read: it is not the report, and another version may
         * read it */
        end_later(self, delivery, jw_error_message(error));
        return;
    }
    g_autoptr(GBytes) message = compose(self, delivery, job, &error);
    if (message == NULL) {
        end_error(self, delivery, error);
        return;
    }
    if (!may_send(self, delivery, job)) {
        return;
    }
    Mark mark = { self, delivery };
    int64_t started = jw_clock_mono_ms(self->clock);
    if (!jw_mail_send(self->mail, self->sender_address, delivery->recipient, message,
                      before_final_dot, &mark, &outcome, &reply, &error)) {
        end_error(self, delivery, error); /* the dot did not go out */
        return;
    }
    jw_metric_observe_ms(ntf_metrics[NTF_METRIC_SMTP_SECONDS], jw_mail_outcome_name(outcome),
                         jw_clock_mono_ms(self->clock) - started);
    end_outcome(self, delivery, outcome, reply);
}

gpointer
ntf_sender(gpointer data)
{
    Ntf *self = data;

    while (!jw_stop_is_set(self->stop)) {
        g_autofree char *id = jw_queue_pop(self->due, 1000);

        if (id != NULL && !jw_stop_is_set(self->stop)) {
            ntf_send(self, id);
        }
    }
    return NULL;
}
