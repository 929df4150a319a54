/* send.c: one delivery from claim to its known end, by the row of its channel.
 *
 * The mark (MARK) is written just before the final dot: a sender that dies before it has
 * certainly not sent, one that dies after it may have. A sender that lost its claim gets no mark
 * and stops before the dot. */
#include "ntf.h"

#include "jw/crash.h"
#include "jw/ident.h"
#include "jw/log.h"

static const NtfChannel *const channels[JW_N_CHANNELS] = {
    [JW_CHANNEL_MAIL] = &ntf_channel_mail, /* NULL: left to a version that knows it */
};
#define OTHER_VERSION_MS INT64_C(60000)

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
    const NtfChannel *channel = channels[delivery->channel];
    int64_t now = jw_clock_now_ms(self->clock);
    int64_t give_up_ms = channel->give_up_ms(self);

    if (now - delivery->created_at_ms > give_up_ms) {
        g_autofree char *why = g_strdup_printf("given up after %" G_GINT64_FORMAT " h: %s",
                                               give_up_ms / 3600000, reply != NULL ? reply : "");
        end(self, delivery, JW_DCHANGE_FAILED, why, 0);
        return;
    }
    end(self, delivery, JW_DCHANGE_LATER, reply,
        now + channel->backoff_ms(delivery->attempts, jw_random_unit()));
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

static void
send_claimed(Ntf *self, const JwDelivery *delivery)
{
    const NtfChannel *channel = channels[delivery->channel];
    g_autoptr(JwJob) job = NULL;
    g_autoptr(GError) error = NULL;
    g_autofree char *reply = NULL;
    JwMailOutcome outcome = JW_MAIL_LATER;
    Mark mark = { self, delivery };

    if (channel == NULL) {
        end(self, delivery, JW_DCHANGE_LATER, "this version of the notifier cannot send it",
            jw_clock_now_ms(self->clock) + OTHER_VERSION_MS);
        return;
    }
    if (!jw_store_get_job(self->store, delivery->job_id, &job, &error)) {
        /* even a document that cannot be read: it is not the report, and another version may
         * read it */
        end_later(self, delivery, jw_error_message(error));
        return;
    }
    g_autoptr(GBytes) content = channel->compose(self, delivery, job, &error);
    if (content == NULL
        || !channel->send(self, delivery, content, before_final_dot, &mark, &outcome, &reply,
                          &error)) {
        end_error(self, delivery, error); /* the dot did not go out */
        return;
    }
    end_outcome(self, delivery, outcome, reply);
}

void
ntf_send(Ntf *self, const char *delivery_id)
{
    g_autoptr(JwDelivery) delivery = NULL;
    g_autoptr(GError) error = NULL;

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
    send_claimed(self, delivery);
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
