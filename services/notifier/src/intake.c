/* intake.c: from job events to deliveries. Runs on the bus's poll thread.
 *
 * An event only names the job to read: the documents decide. A completed job gets one delivery
 * a recipient, its id derived from (job, recipient), so a repeated event creates nothing new; one
 * that failed for good gets one to who asked for it, derived from its number of retries as well. A
 * changed delivery has the counts on its job updated. */
#include "ntf.h"

#include "jw/log.h"

#include <string.h>

static bool
intake_job(Ntf *self, const char *job_id, GError **error)
{
    g_autoptr(JwJob) job = NULL;
    size_t created = 0;

    if (!jw_store_get_job(self->store, job_id, &job, error)) {
        return false;
    }
    if (job == NULL || (job->state != JW_JOB_COMPLETED && job->state != JW_JOB_FAILED)) {
        return true; /* removed, taken back, or to be tried again: nothing to send */
    }
    const int64_t now_ms = jw_clock_now_ms(self->clock);
    g_autoptr(GPtrArray) deliveries = jw_jobs_mails_of(job, now_ms);
    if (deliveries->len == 0) {
        return !job->mail_pending || jw_store_end_mail(self->store, job, now_ms, error);
    }
    if (!ntf_create_deliveries(self, job, deliveries, &created, error)) {
        return false;
    }
    jw_info("deliveries_created", JW_STR("job_id", job->id), JW_INT("recipients", deliveries->len),
            JW_INT("created", created), JW_STR("request_id", job->request_id));
    for (guint i = 0; i < deliveries->len; i++) {
        char *id = g_strdup(((JwDelivery *)g_ptr_array_index(deliveries, i))->id);
        if (!jw_queue_try_push(self->due, 0, id)) {
            g_free(id); /* durable: maintenance finds it later */
        }
    }
    return true;
}

static const struct {
    const char *type;
    bool (*run)(Ntf *self, const char *job_id, GError **error);
} events[] = {
    { JW_TYPE_JOB_COMPLETED, intake_job },
    { JW_TYPE_JOB_FAILED, intake_job },
    { JW_TYPE_DELIVERY_CHANGED, ntf_roll_up },
};

/* False: the store is unreachable for now. Events of other types are for others. */
static bool
intake_event(Ntf *self, const JwMessage *message, JwAnswer *answer)
{
    const char *type = jw_message_header(message, "ce_type");
    g_autoptr(GError) error = NULL;

    answer->verdict = JW_VERDICT_DONE;
    for (size_t i = 0; i < G_N_ELEMENTS(events); i++) {
        if (g_strcmp0(type, events[i].type) != 0) {
            continue;
        }
        g_autofree char *job_id = jw_wire_event_job_id(message->body, message->body_length, &error);
        if (job_id == NULL) {
            answer->verdict = JW_VERDICT_POISON;
            answer->reason = g_strdup(jw_error_message(error));
        } else if (!events[i].run(self, job_id, &error)) {
            if (jw_error_retry(error) == JW_RETRY_NEVER) {
                /* offered again it would hold up its partition without end; maintenance comes
                 * back to the job */
                answer->verdict = JW_VERDICT_POISON;
                answer->reason = g_strdup_printf("job '%s': %s", job_id, jw_error_message(error));
                return true;
            }
            jw_warn("event_later", JW_STR("job_id", job_id),
                    JW_STR("error", jw_error_message(error)));
            answer->verdict = JW_VERDICT_LATER;
            return false;
        }
    }
    return true;
}

/* Whether a later one of the batch has the deliveries of the same job counted: then that one does
 * it. While it has not, it comes again, so nothing is left uncounted. */
static bool
is_counted_later(const JwMessage *messages, size_t n_messages, size_t at)
{
    const JwMessage *own = &messages[at];

    if (own->key == NULL
        || g_strcmp0(jw_message_header(own, "ce_type"), JW_TYPE_DELIVERY_CHANGED) != 0) {
        return false;
    }
    for (size_t i = at + 1; i < n_messages; i++) {
        const JwMessage *other = &messages[i];

        if (other->key != NULL && other->key_length == own->key_length
            && memcmp(other->key, own->key, own->key_length) == 0
            && g_strcmp0(jw_message_header(other, "ce_type"), JW_TYPE_DELIVERY_CHANGED) == 0) {
            return true;
        }
    }
    return false;
}

void
ntf_consume(const JwMessage *messages, size_t n_messages, JwAnswer *answers, gpointer data)
{
    for (size_t i = 0; i < n_messages; i++) {
        if (is_counted_later(messages, n_messages, i)) {
            answers[i].verdict = JW_VERDICT_DONE;
        } else if (!intake_event(data, &messages[i], &answers[i])) {
            return; /* the store is unreachable: the rest stays LATER */
        }
    }
}
