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

static bool
is_in(const GPtrArray *deliveries, const JwDelivery *wanted)
{
    for (guint i = 0; i < deliveries->len; i++) {
        if (strcmp(((const JwDelivery *)g_ptr_array_index(deliveries, i))->id, wanted->id) == 0) {
            return true;
        }
    }
    return false;
}

/* A webhook that is away for days is no mail that is missing. */
static bool
has_ended(const JwDelivery *delivery)
{
    return delivery->channel != JW_CHANNEL_MAIL || delivery->state == JW_DELIVERY_SENT
           || delivery->state == JW_DELIVERY_BOUNCED || delivery->state == JW_DELIVERY_FAILED;
}

/* Whether the job has ended, each mail that it calls for is among @deliveries, which are at least
 * one, and all of them have ended: all that exist may have while one is still to be created. */
static bool
is_done(const JwJob *job, const GPtrArray *deliveries)
{
    bool done =
        deliveries->len > 0 && (job->state == JW_JOB_COMPLETED || job->state == JW_JOB_FAILED);

    for (guint i = 0; done && i < deliveries->len; i++) {
        done = has_ended(g_ptr_array_index(deliveries, i));
    }
    g_autoptr(GPtrArray) wanted = done ? jw_jobs_mails_of(job, 0) : NULL;
    for (guint i = 0; done && i < wanted->len; i++) {
        done = is_in(deliveries, g_ptr_array_index(wanted, i));
    }
    return done;
}

typedef struct {
    JwDeliveryCounts counts;
    JwJob *job; /* read after the deliveries; NULL: it is gone */
    bool done;  /* all its mail has ended */
} Counted;

static void
counted_clear(Counted *self)
{
    g_clear_pointer(&self->job, jw_job_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Counted, counted_clear)

static bool
count(Ntf *self, const char *job_id, Counted *ret, GError **error)
{
    g_autoptr(GPtrArray) deliveries = NULL;

    counted_clear(ret);
    ret->done = false;
    if (!jw_store_list_deliveries(self->store, job_id, &deliveries, error)
        || !jw_store_get_job(self->store, job_id, &ret->job, error)) {
        return false;
    }
    if (ret->job != NULL) {
        ret->counts = jw_jobs_count_mails(ret->job, deliveries);
        ret->done = is_done(ret->job, deliveries);
    }
    return true;
}

static bool
same_counts(const JwDeliveryCounts *a, const JwDeliveryCounts *b)
{
    return a->total == b->total && a->sent == b->sent && a->failed == b->failed
           && a->bounced == b->bounced && a->unknown == b->unknown;
}

/* Counted again after writing: of two notifiers at one job, the one that counted first may write
 * last. That the mail has ended is written only while the job is as it was counted: meanwhile it
 * may have been retried, or sent again. */
bool
ntf_roll_up(Ntf *self, const char *job_id, GError **error)
{
    g_auto(Counted) now = { 0 };

    if (!count(self, job_id, &now, error)) {
        return false;
    }
    while (now.job != NULL) {
        const JwDeliveryCounts counts = now.counts;
        const int64_t now_ms = jw_clock_now_ms(self->clock);

        if (!jw_store_set_delivery_counts(self->store, job_id, &counts, now_ms, error)
            || (now.done && !jw_store_end_mail(self->store, now.job, now_ms, error))
            || !count(self, job_id, &now, error)) {
            return false;
        }
        if (same_counts(&counts, &now.counts)) {
            return true;
        }
    }
    return true;
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
