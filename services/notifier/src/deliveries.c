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

    for (char **recipient = job->recipients; recipient != NULL && *recipient != NULL; recipient++) {
        JwDelivery *delivery = jw_delivery_new(job->id, *recipient, now_ms);

        delivery->request_id = g_strdup(job->request_id);
        delivery->traceparent = g_strdup(job->traceparent);
        g_ptr_array_add(deliveries, delivery);
    }
    return deliveries;
}

static gboolean
is_delivery(gconstpointer a, gconstpointer b)
{
    return strcmp(((const JwDelivery *)a)->id, ((const JwDelivery *)b)->id) == 0;
}

/* Whether each recipient has its delivery: all that exist may have ended while one is still to
 * be created. */
static bool
find_all(Ntf *self, const char *job_id, GPtrArray *deliveries, bool *ret_all, GError **error)
{
    g_autoptr(JwJob) job = NULL;

    if (!jw_store_get_job(self->store, job_id, &job, error)) {
        return false;
    }
    *ret_all = job != NULL;
    g_autoptr(GPtrArray) wanted = job != NULL ? ntf_deliveries_of(job, 0) : NULL;
    for (guint i = 0; wanted != NULL && i < wanted->len; i++) {
        *ret_all = *ret_all
                   && g_ptr_array_find_with_equal_func(deliveries, g_ptr_array_index(wanted, i),
                                                       is_delivery, NULL);
    }
    return true;
}

static bool
count(Ntf *self, const char *job_id, JwDeliveryCounts *ret, bool *ret_done, GError **error)
{
    g_autoptr(GPtrArray) deliveries = NULL;

    *ret = (JwDeliveryCounts){ 0 };
    *ret_done = false;
    if (!jw_store_list_deliveries(self->store, job_id, &deliveries, error)) {
        return false;
    }
    for (guint i = 0; i < deliveries->len; i++) {
        const JwDelivery *delivery = g_ptr_array_index(deliveries, i);

        ret->total++;
        ret->sent += delivery->state == JW_DELIVERY_SENT;
        ret->bounced += delivery->state == JW_DELIVERY_BOUNCED;
        ret->failed += delivery->state == JW_DELIVERY_FAILED;
    }
    return ret->total == 0 || ret->total > ret->sent + ret->failed + ret->bounced
           || find_all(self, job_id, deliveries, ret_done, error);
}

/* Counted again after writing: of two notifiers at one job, the one that counted first may write
 * last. */
bool
ntf_roll_up(Ntf *self, const char *job_id, GError **error)
{
    JwDeliveryCounts counts = { 0 };
    JwDeliveryCounts again = { 0 };
    bool done = false;

    if (!count(self, job_id, &counts, &done, error)) {
        return false;
    }
    for (;;) {
        if (!jw_store_set_delivery_counts(self->store, job_id, &counts, done,
                                          jw_clock_now_ms(self->clock), error)
            || !count(self, job_id, &again, &done, error)) {
            return false;
        }
        if (again.total == counts.total && again.sent == counts.sent
            && again.failed == counts.failed && again.bounced == counts.bounced) {
            return true;
        }
        counts = again;
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
