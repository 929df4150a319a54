/* jobs_resend.c: sending the report of a job again. Any thread, no state.
 *
 * Who gets it is decided by what became of the last mail to each, and kept on the job by one update
 * that loses when another resend came in between; so two that come at once do not both send to the
 * same one. The deliveries follow from the job, with ids derived from the round: made here at once,
 * and by the notifier's maintenance when this process dies before. */
#include "jobs_private.h"
#include "jw/jobs_mails.h"

#include "jw/address.h"
#include "jw/log.h"

#define TRIES 3

typedef struct {
    JwJobsUpdate base; /* first: the one is the other */
    const JwJobs *jobs;
    const JwJob *job; /* as it was read */
    const JwResend *resend;
    JwJob *found; /* owned: as it was written or read last */
} Update;

static bool
write_resend(JwJobsUpdate *base, JwCas *ret_cas, GError **error)
{
    Update *self = (Update *)base;

    g_clear_pointer(&self->found, jw_job_free);
    return jw_store_add_resend(self->jobs->store, self->job, self->resend, ret_cas, &self->found,
                               error);
}

static bool
read_resend(JwJobsUpdate *base, JwJobsSeen *ret_seen, GError **error)
{
    Update *self = (Update *)base;

    g_clear_pointer(&self->found, jw_job_free);
    if (!jw_store_get_job(self->jobs->store, self->job->id, &self->found, error)) {
        return false;
    }
    if (self->found != NULL && jw_job_resend_of(self->found, self->resend->id) > 0) {
        *ret_seen = JW_SEEN_OURS;
    } else {
        *ret_seen = self->found != NULL && self->found->resend_count == self->job->resend_count
                        ? JW_SEEN_POSSIBLE
                        : JW_SEEN_LOST;
    }
    return true;
}

/* Whom a resend goes to, once each. */
typedef struct {
    GPtrArray *to, *skipped; /* of char *, owned */
    GHashTable *seen;        /* keys of addresses */
} Choice;

static void
choice_clear(Choice *self)
{
    g_clear_pointer(&self->to, g_ptr_array_unref);
    g_clear_pointer(&self->skipped, g_ptr_array_unref);
    g_clear_pointer(&self->seen, g_hash_table_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Choice, choice_clear)

static void
choose(Choice *self, const char *recipient, bool skipped)
{
    if (g_hash_table_add(self->seen, jw_address_key(recipient))) {
        g_ptr_array_add(skipped ? self->skipped : self->to, g_strdup(recipient));
    }
}

/* Whether a mail to them is made or will be, and nobody knows yet what becomes of it. */
static bool
is_on_its_way(const JwLastMail *last)
{
    return last->delivery == NULL || last->delivery->state == JW_DELIVERY_QUEUED
           || last->delivery->state == JW_DELIVERY_SENDING
           || last->delivery->state == JW_DELIVERY_UNKNOWN;
}

static const JwLastMail *
find_last(const GArray *lasts, const char *recipient)
{
    g_autofree char *key = jw_address_key(recipient);

    for (guint i = 0; i < lasts->len; i++) {
        const JwLastMail *last = &g_array_index(lasts, JwLastMail, i);
        g_autofree char *own = jw_address_key(last->recipient);

        if (g_str_equal(own, key)) {
            return last;
        }
    }
    return NULL;
}

static bool
choose_all(const JwJobs *self, const JwJob *job, const JwResendWish *wish, Choice *choice,
           GError **error)
{
    g_autoptr(GPtrArray) deliveries = NULL;

    choice->to = g_ptr_array_new_with_free_func(g_free);
    choice->skipped = g_ptr_array_new_with_free_func(g_free);
    choice->seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    if (!jw_store_list_deliveries(self->store, job->id, &deliveries, error)) {
        return false;
    }
    g_autoptr(GArray) lasts = jw_jobs_last_mails(job, deliveries);
    for (guint i = 0; wish->failed && i < lasts->len; i++) {
        const JwLastMail *last = &g_array_index(lasts, JwLastMail, i);
        const JwDelivery *delivery = last->delivery;

        if (delivery != NULL
            && (delivery->state == JW_DELIVERY_FAILED || delivery->state == JW_DELIVERY_BOUNCED)) {
            choose(choice, last->recipient, false);
        }
    }
    for (size_t i = 0; wish->recipients != NULL && wish->recipients[i] != NULL; i++) {
        const JwLastMail *last = find_last(lasts, wish->recipients[i]);
        choose(choice, wish->recipients[i], last != NULL && is_on_its_way(last));
    }
    return true;
}

/* The texts as a NULL-terminated array; NULL of none. (transfer full) */
static char **
take_texts(GPtrArray *texts)
{
    if (texts->len == 0) {
        return NULL;
    }
    g_ptr_array_add(texts, NULL);
    return (char **)g_ptr_array_steal(texts, NULL);
}

/* (transfer full) */
static JwResend *
new_resend(const JwResendWish *wish, Choice *choice, int64_t now_ms)
{
    JwResend *resend = g_new0(JwResend, 1);
    char id[JW_UUID_LEN + 1];

    jw_uuid_v7(now_ms, id);
    resend->id = g_strdup(wish->id != NULL ? wish->id : id);
    resend->request_hash = g_strdup(wish->request_hash);
    resend->by = g_strdup(wish->by);
    resend->at_ms = now_ms;
    resend->recipients = take_texts(choice->to);
    resend->skipped = take_texts(choice->skipped);
    return resend;
}

/* Makes the deliveries of the rounds that a job has: those that are there are left. What fails here
 * the notifier does, for the job says that there is mail to do. */
static void
make_deliveries(const JwJobs *self, const JwJob *job)
{
    g_autoptr(GPtrArray) mails = jw_jobs_mails_of(job, job->updated_at_ms);
    g_autofree JwCreate *creates = g_new0(JwCreate, mails->len);
    g_autoptr(GError) error = NULL;

    if (!jw_store_create_deliveries(self->store, (const JwDelivery *const *)mails->pdata,
                                    mails->len, creates, &error)) {
        jw_debug("resend_left", JW_STR("job_id", job->id),
                 JW_STR("error", jw_error_message(error)));
    }
}

typedef struct {
    JwResent resent;
    bool lost;  /* another resend came first: nothing is decided */
    char *id;   /* of the round, when there is one */
    JwJob *job; /* as it was read, or with the round; NULL: there is none */
} Decision;

static void
decision_clear(Decision *self)
{
    g_clear_pointer(&self->id, g_free);
    g_clear_pointer(&self->job, jw_job_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Decision, decision_clear)

/* Whether the same request was here before, or the job has nothing to send: decided then. */
static bool
is_decided(const JwResendWish *wish, Decision *decision)
{
    const JwJob *job = decision->job;
    const int round = job != NULL ? jw_job_resend_of(job, wish->id) : 0;

    if (round > 0) {
        const JwResend *earlier = g_ptr_array_index(job->resends, round - 1);
        bool same = g_strcmp0(earlier->request_hash, wish->request_hash) == 0;

        decision->resent = same ? JW_RESENT_REPLAYED : JW_RESENT_KEY_REUSED;
        decision->id = same ? g_strdup(wish->id) : NULL;
        return true;
    }
    decision->resent = JW_RESENT_GONE;
    return job == NULL || job->state != JW_JOB_COMPLETED || job->artifact == NULL;
}

/* Adds the round to the job as it was read. */
static bool
add_round(const JwJobs *self, const JwResendWish *wish, Choice *choice, Decision *decision,
          GError **error)
{
    g_autoptr(JwResend) resend = new_resend(wish, choice, jw_clock_now_ms(self->clock));
    Update update = { .base = { .name = "resend",
                                .id = decision->job->id,
                                .write = write_resend,
                                .read = read_resend },
                      .jobs = self,
                      .job = decision->job,
                      .resend = resend };
    JwCas cas = JW_CAS_LOST;
    bool ok = jw_jobs_apply(self, &update.base, NULL, &cas, error);
    g_autoptr(JwJob) found = update.found;

    decision->lost = cas == JW_CAS_LOST;
    if (ok && cas == JW_CAS_WON) {
        decision->resent = JW_RESENT_NEW;
        decision->id = g_strdup(resend->id);
        jw_job_free(decision->job);
        decision->job = g_steal_pointer(&found);
    }
    return ok;
}

/* Whether the job's document has room for one more round of @n recipients. */
static bool
has_room(const JwJob *job, guint n)
{
    guint total = n;

    for (guint i = 0; i < job->resends->len; i++) {
        total += g_strv_length(((const JwResend *)g_ptr_array_index(job->resends, i))->recipients);
    }
    return job->resend_count < JW_RESENDS_MAX && total <= JW_RESENT_TO_MAX;
}

/* One decision by the job as it is now. */
static bool
decide(const JwJobs *self, const char *job_id, const JwResendWish *wish, Decision *decision,
       GError **error)
{
    g_auto(Choice) choice = { 0 };

    decision_clear(decision);
    decision->lost = false;
    if (!jw_store_get_job(self->store, job_id, &decision->job, error)) {
        return false;
    }
    if (is_decided(wish, decision)) {
        return true;
    }
    if (!choose_all(self, decision->job, wish, &choice, error)) {
        return false;
    }
    if (choice.to->len == 0) {
        decision->resent = JW_RESENT_NOBODY;
        return true;
    }
    if (!has_room(decision->job, choice.to->len)) {
        decision->resent = JW_RESENT_TOO_OFTEN;
        return true;
    }
    return add_round(self, wish, &choice, decision, error);
}

bool
jw_jobs_resend(const JwJobs *self, const char *job_id, const JwResendWish *wish,
               JwResent *ret_resent, int *ret_round, JwJob **ret_job, GError **error)
{
    g_return_val_if_fail(job_id != NULL && wish != NULL, false);
    g_return_val_if_fail(ret_resent != NULL && ret_round != NULL, false);
    g_auto(Decision) decision = { .lost = true };

    for (int i = 0; i < TRIES && decision.lost; i++) {
        if (!decide(self, job_id, wish, &decision, error)) {
            return false;
        }
    }
    if (decision.lost) {
        return jw_fail(error, JW_ERROR_BUSY, "resend of '%s': others came first again and again",
                       job_id);
    }
    *ret_resent = decision.resent;
    *ret_round = decision.job != NULL ? jw_job_resend_of(decision.job, decision.id) : 0;
    if (*ret_round > 0) {
        make_deliveries(self, decision.job);
    }
    if (ret_job != NULL) {
        *ret_job = g_steal_pointer(&decision.job);
    }
    return true;
}
