/* deliveries.c: the deliveries of a job: created, changed, and counted on the job.
 *
 * The counts follow the `delivery.changed` events, not the change itself: an event is in the
 * outbox of the same update, so the counts are updated even when the process dies right after the
 * change. An event that is lost altogether is recovered by maintenance: the job's mail_pending ends
 * only with counts by which all deliveries have ended. */
#include "ntf.h"

#include "jw/log.h"
#include "metrics.h"

#include <string.h>

bool
ntf_change(Ntf *self, const JwDelivery *delivery, const JwDeliveryChange *change,
           const JwJobsCall *call, JwCas *ret_cas, GError **error)
{
    const char *name = jw_delivery_rule(change->transition)->name;

    if (!jw_jobs_change_delivery(&self->jobs, delivery, change, call, ret_cas, error)) {
        return false;
    }
    if (*ret_cas == JW_CAS_WON) {
        jw_info("delivery_changed", JW_STR("delivery_id", delivery->id),
                JW_STR("job_id", delivery->job_id), JW_STR("change", name),
                JW_STR("reply", change->reply));
        jw_metric_add(ntf_metrics[NTF_METRIC_DELIVERY_CHANGES], name, 1);
    }
    return true;
}

GPtrArray *
ntf_deliveries_of(const JwJob *job, int64_t now_ms)
{
    GPtrArray *deliveries = g_ptr_array_new_with_free_func((GDestroyNotify)jw_delivery_free);

    JwDelivery *failure = jw_delivery_new_failure(job, now_ms);
    char **recipient =
        job->state == JW_JOB_COMPLETED && job->artifact != NULL ? job->recipients : NULL;

    if (failure != NULL) {
        g_ptr_array_add(deliveries, failure);
    }
    for (; recipient != NULL && *recipient != NULL; recipient++) {
        JwDelivery *report = jw_delivery_new(job->id, *recipient, now_ms);

        report->in_doubt = job->in_doubt;
        g_ptr_array_add(deliveries, report);
    }
    for (guint i = 0; i < deliveries->len; i++) {
        JwDelivery *delivery = g_ptr_array_index(deliveries, i);

        delivery->request_id = g_strdup(job->request_id);
        delivery->traceparent = g_strdup(job->traceparent);
    }
    return deliveries;
}

static gboolean
is_delivery(gconstpointer a, gconstpointer b)
{
    return strcmp(((const JwDelivery *)a)->id, ((const JwDelivery *)b)->id) == 0;
}

/* Reads the job, and keeps it when it has ended and each mail that it calls for is among
 * @deliveries: all that exist may have ended while one is still to be created. */
static bool
find_complete(Ntf *self, const char *job_id, GPtrArray *deliveries, JwJob **ret_job, GError **error)
{
    g_autoptr(JwJob) job = NULL;

    if (!jw_store_get_job(self->store, job_id, &job, error)) {
        return false;
    }
    bool all = job != NULL && (job->state == JW_JOB_COMPLETED || job->state == JW_JOB_FAILED);
    g_autoptr(GPtrArray) wanted = all ? ntf_deliveries_of(job, 0) : NULL;
    for (guint i = 0; all && i < wanted->len; i++) {
        all = g_ptr_array_find_with_equal_func(deliveries, g_ptr_array_index(wanted, i),
                                               is_delivery, NULL);
    }
    *ret_job = all ? g_steal_pointer(&job) : NULL;
    return true;
}

typedef struct {
    JwDeliveryCounts counts; /* of the report's mails, and of messages of the job's own */
    JwJob *done;             /* the job, when all its mail has ended; else NULL */
} Counted;

static void
counted_clear(Counted *self)
{
    g_clear_pointer(&self->done, jw_job_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Counted, counted_clear)

static bool
has_ended(const JwDelivery *delivery)
{
    return delivery->state == JW_DELIVERY_SENT || delivery->state == JW_DELIVERY_BOUNCED
           || delivery->state == JW_DELIVERY_FAILED;
}

static bool
count(Ntf *self, const char *job_id, Counted *ret, GError **error)
{
    g_autoptr(GPtrArray) deliveries = NULL;
    JwDeliveryCounts *counts = &ret->counts;
    bool ended = true;

    counted_clear(ret);
    *counts = (JwDeliveryCounts){ 0 };
    if (!jw_store_list_deliveries(self->store, job_id, &deliveries, error)) {
        return false;
    }
    for (guint i = 0; i < deliveries->len; i++) {
        const JwDelivery *delivery = g_ptr_array_index(deliveries, i);

        if (delivery->channel != JW_CHANNEL_MAIL) {
            continue; /* a webhook that is away for days is no mail that is missing */
        }
        ended = ended && has_ended(delivery);
        if (delivery->kind != JW_DELIVERY_FAILURE) {
            counts->total++;
            counts->sent += delivery->state == JW_DELIVERY_SENT;
            counts->bounced += delivery->state == JW_DELIVERY_BOUNCED;
            counts->failed += delivery->state == JW_DELIVERY_FAILED;
            counts->unknown += delivery->state == JW_DELIVERY_UNKNOWN;
        }
    }
    return deliveries->len == 0 || !ended
           || find_complete(self, job_id, deliveries, &ret->done, error);
}

static bool
same_counts(const JwDeliveryCounts *a, const JwDeliveryCounts *b)
{
    return a->total == b->total && a->sent == b->sent && a->failed == b->failed
           && a->bounced == b->bounced && a->unknown == b->unknown;
}

/* Counted again after writing: of two notifiers at one job, the one that counted first may write
 * last. A completed job stays so; a failed one may be retried meanwhile, and its mail go on. */
bool
ntf_roll_up(Ntf *self, const char *job_id, GError **error)
{
    g_auto(Counted) now = { 0 };

    if (!count(self, job_id, &now, error)) {
        return false;
    }
    for (;;) {
        const JwDeliveryCounts counts = now.counts;
        const int64_t now_ms = jw_clock_now_ms(self->clock);
        const bool failed = now.done != NULL && now.done->state == JW_JOB_FAILED;

        if (!jw_store_set_delivery_counts(self->store, job_id, &counts, now.done != NULL && !failed,
                                          now_ms, error)
            || (failed && !jw_store_end_mail(self->store, now.done, now_ms, error))
            || !count(self, job_id, &now, error)) {
            return false;
        }
        if (same_counts(&counts, &now.counts)) {
            return true;
        }
    }
}

bool
ntf_create_deliveries(Ntf *self, const JwJob *job, const GPtrArray *deliveries, size_t *ret_created,
                      GError **error)
{
    g_autofree JwCreate *creates = g_new0(JwCreate, deliveries->len);

    *ret_created = 0;
    if (!jw_store_create_deliveries(self->store, (const JwDelivery *const *)deliveries->pdata,
                                    deliveries->len, creates, error)
        || !ntf_roll_up(self, job->id, error)) {
        return false;
    }
    for (guint i = 0; i < deliveries->len; i++) {
        *ret_created += creates[i] == JW_CREATE_NEW;
    }
    return true;
}
