/* jobs_mails.c: which mails a job calls for, and what became of the last one to each recipient. Any
 * thread, no state.
 *
 * All follows from the job's document: its recipients, its resends, and its failures. */
#include "jw/jobs_mails.h"

#include "jw/address.h"

static bool
has_report(const JwJob *job)
{
    return job->state == JW_JOB_COMPLETED && job->artifact != NULL;
}

static void
add_reports(GPtrArray *mails, const JwJob *job, int32_t round, char *const *recipients,
            int64_t now_ms)
{
    for (; recipients != NULL && *recipients != NULL; recipients++) {
        JwDelivery *mail = round == 0 ? jw_delivery_new(job->id, *recipients, now_ms)
                                      : jw_delivery_new_resend(job->id, round, *recipients, now_ms);

        mail->in_doubt = job->in_doubt;
        g_ptr_array_add(mails, mail);
    }
}

GPtrArray *
jw_jobs_mails_of(const JwJob *job, int64_t now_ms)
{
    GPtrArray *mails = g_ptr_array_new_with_free_func(jw_delivery_free);
    JwDelivery *failure = jw_delivery_new_failure(job, now_ms);

    if (failure != NULL) {
        g_ptr_array_add(mails, failure);
    }
    if (has_report(job)) {
        add_reports(mails, job, 0, job->recipients, now_ms);
    }
    for (guint i = 0; has_report(job) && i < job->resends->len; i++) {
        const JwResend *resend = g_ptr_array_index(job->resends, i);

        /* made whenever: its mail and its link count from when it was asked for */
        add_reports(mails, job, (int32_t)i + 1, resend->recipients, resend->at_ms);
    }
    for (guint i = 0; i < mails->len; i++) {
        JwDelivery *mail = g_ptr_array_index(mails, i);

        mail->request_id = g_strdup(job->request_id);
        mail->traceparent = g_strdup(job->traceparent);
    }
    return mails;
}

/* Where @lasts has each recipient, by the key of the address. */
static void
add_lasts(GArray *lasts, GHashTable *places, int32_t round, char *const *recipients)
{
    for (; recipients != NULL && *recipients != NULL; recipients++) {
        g_autofree char *key = jw_address_key(*recipients);
        gpointer place = NULL;

        if (g_hash_table_lookup_extended(places, key, NULL, &place)) {
            JwLastMail *last = &g_array_index(lasts, JwLastMail, GPOINTER_TO_UINT(place));
            last->recipient = *recipients;
            last->round = round;
        } else {
            const JwLastMail last = { *recipients, round, NULL };
            g_hash_table_insert(places, g_steal_pointer(&key), GUINT_TO_POINTER(lasts->len));
            g_array_append_val(lasts, last);
        }
    }
}

GArray *
jw_jobs_last_mails(const JwJob *job, const GPtrArray *deliveries)
{
    GArray *lasts = g_array_new(FALSE, FALSE, sizeof(JwLastMail));
    g_autoptr(GHashTable) places = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    if (has_report(job)) {
        add_lasts(lasts, places, 0, job->recipients);
    }
    for (guint i = 0; has_report(job) && i < job->resends->len; i++) {
        const JwResend *resend = g_ptr_array_index(job->resends, i);
        add_lasts(lasts, places, (int32_t)i + 1, resend->recipients);
    }
    for (guint i = 0; deliveries != NULL && i < deliveries->len; i++) {
        const JwDelivery *delivery = g_ptr_array_index(deliveries, i);
        g_autofree char *key = jw_address_key(delivery->recipient);
        gpointer place = NULL;

        if (delivery->channel == JW_CHANNEL_MAIL && delivery->kind == JW_DELIVERY_REPORT
            && g_hash_table_lookup_extended(places, key, NULL, &place)) {
            JwLastMail *last = &g_array_index(lasts, JwLastMail, GPOINTER_TO_UINT(place));
            last->delivery = delivery->round == last->round ? delivery : last->delivery;
        }
    }
    return lasts;
}

static void
count_one(JwDeliveryCounts *counts, const JwDelivery *delivery)
{
    counts->total++;
    counts->sent += delivery != NULL && delivery->state == JW_DELIVERY_SENT;
    counts->failed += delivery != NULL && delivery->state == JW_DELIVERY_FAILED;
    counts->bounced += delivery != NULL && delivery->state == JW_DELIVERY_BOUNCED;
    counts->unknown += delivery != NULL && delivery->state == JW_DELIVERY_UNKNOWN;
}

JwDeliveryCounts
jw_jobs_count_mails(const JwJob *job, const GPtrArray *deliveries)
{
    g_autoptr(GArray) lasts = jw_jobs_last_mails(job, deliveries);
    JwDeliveryCounts counts = { 0 };

    for (guint i = 0; i < lasts->len; i++) {
        count_one(&counts, g_array_index(lasts, JwLastMail, i).delivery);
    }
    for (guint i = 0; deliveries != NULL && i < deliveries->len; i++) {
        const JwDelivery *delivery = g_ptr_array_index(deliveries, i);

        if (delivery->kind == JW_DELIVERY_MESSAGE) {
            count_one(&counts, delivery);
        }
    }
    return counts;
}
