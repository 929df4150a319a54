/* ntf_keep.c: the keeper: deliveries that are due, whose sender died, or that are in doubt.
 *
 * A sender is dead when its claim stood still for JW_SENDER_DEAD_AFTER of this process's monotonic clock,
 * which is longer than any transaction may take. What happens then follows the mark: without it the message
 * was certainly not sent and is queued again; with it nobody knows, and it is in doubt. In doubt, it is sent
 * once more with the same Message-ID and flagged, then given up. */
#include "ntf.h"

#include "jw/log.h"

#define KEEP_BATCH 500
#define WATCH_MAX  50000u

typedef struct {
    int64_t token, since_mono_ms;
    bool dot;
    unsigned round;
} Seen;

struct _NtfWatch {
    GHashTable *by_id; /* char * → Seen *; only deliveries being sent, capped */
    unsigned round;
};

NtfWatch *
ntf_watch_new(void)
{
    NtfWatch *self = g_new0(NtfWatch, 1);

    self->by_id = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return self;
}

void
ntf_watch_free(NtfWatch *self)
{
    if (self != NULL) {
        g_hash_table_unref(self->by_id);
        g_free(self);
    }
}

static bool
keep_due(Ntf *self, GError **error)
{
    g_autoptr(GPtrArray) due = NULL;
    int64_t now = jw_clock_now_ms(self->clock);
    /* What was just made is in the queue already. */
    int64_t updated_before = now - self->config.poll_ms;

    if (jw_queue_length(self->due) > 0) {
        return true;
    }
    if (!jw_store_scan_deliveries(self->store, 1u << JW_DELIVERY_QUEUED, now, updated_before,
                                  KEEP_BATCH, &due, error)) {
        return false;
    }
    for (guint i = 0; i < due->len; i++) {
        char *id = g_strdup(((JwDelivery *)g_ptr_array_index(due, i))->id);

        if (!jw_queue_try_push(self->due, 0, id)) {
            g_free(id);
            break;
        }
    }
    return true;
}

static bool
stood_still(NtfWatch *self, const JwDelivery *delivery, int64_t mono_ms, int64_t after_ms)
{
    Seen *seen = g_hash_table_lookup(self->by_id, delivery->id);

    if (seen == NULL) {
        if (g_hash_table_size(self->by_id) >= WATCH_MAX) {
            return false; /* looked at when others have left */
        }
        seen = g_new0(Seen, 1);
        seen->token = -1;
        g_hash_table_insert(self->by_id, g_strdup(delivery->id), seen);
    }
    seen->round = self->round;
    if (seen->token != delivery->token || seen->dot != delivery->dot) {
        seen->token = delivery->token;
        seen->dot = delivery->dot;
        seen->since_mono_ms = mono_ms;
        return false;
    }
    return mono_ms - seen->since_mono_ms >= after_ms;
}

static gboolean
not_seen_this_round(gpointer key G_GNUC_UNUSED, gpointer value, gpointer round)
{
    return ((Seen *)value)->round != *(unsigned *)round;
}

static bool
keep_sending(Ntf *self, GError **error)
{
    g_autoptr(GPtrArray) sending = NULL;

    if (!jw_store_scan_deliveries(self->store, 1u << JW_DELIVERY_SENDING, 0, 0, KEEP_BATCH,
                                  &sending, error)) {
        return false;
    }
    int64_t mono = jw_clock_mono_ms(
        self->clock); /* after the reply: a slow store must not make senders look dead */
    self->watch->round++;
    for (guint i = 0; i < sending->len; i++) {
        const JwDelivery *delivery = g_ptr_array_index(sending, i);
        JwCas cas = JW_CAS_LOST;

        if (!stood_still(self->watch, delivery, mono, self->config.dead_after_ms)) {
            continue;
        }
        jw_warn("sender_died", JW_STR("delivery_id", delivery->id),
                JW_STR("owner", delivery->owner), JW_BOOL("dot", delivery->dot));
        if (!ntf_change(
                self, delivery, delivery->dot ? JW_DCHANGE_REAP_DOUBT : JW_DCHANGE_REAP_QUEUE,
                delivery->dot
                    ? "the sender died around the final dot: nobody knows whether the mail went out"
                    : NULL,
                0, &cas, error)) {
            return false;
        }
    }
    g_hash_table_foreach_remove(self->watch->by_id, not_seen_this_round, &self->watch->round);
    return true;
}

static bool
keep_unknown(Ntf *self, GError **error)
{
    g_autoptr(GPtrArray) unknown = NULL;
    int64_t before = jw_clock_now_ms(self->clock) - self->config.resend_after_ms;

    if (!jw_store_scan_deliveries(self->store, 1u << JW_DELIVERY_UNKNOWN, 0, before, KEEP_BATCH,
                                  &unknown, error)) {
        return false;
    }
    for (guint i = 0; i < unknown->len; i++) {
        const JwDelivery *delivery = g_ptr_array_index(unknown, i);
        bool again = delivery->resends == 0;
        JwCas cas = JW_CAS_LOST;

        if (!ntf_change(self, delivery, again ? JW_DCHANGE_RESEND : JW_DCHANGE_GIVE_UP,
                        again
                            ? NULL
                            : "in doubt twice: the mail may have arrived, the server never said so",
                        0, &cas, error)) {
            return false;
        }
    }
    return true;
}

bool
ntf_keep(Ntf *self, GError **error)
{
    return keep_due(self, error) && keep_sending(self, error) && keep_unknown(self, error);
}

gpointer
ntf_keeper(gpointer data)
{
    Ntf *self = data;

    while (!jw_stop_wait(self->stop, self->config.poll_ms)) {
        g_autoptr(GError) error = NULL;

        if (!ntf_keep(self, &error)) {
            jw_warn("keep_failed", JW_STR("error", jw_error_message(error)));
        }
    }
    return NULL;
}
