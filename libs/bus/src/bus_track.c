/* bus_track.c: one partition's undecided messages and the offset that may be stored.
 * Poll thread only. Kept free of Kafka so that its rules are tested by themselves. */
#include "bus_track.h"

static void
held_free(const JwTrack *track, JwHeld *held)
{
    if (held->ticket != NULL && track->ticket_free != NULL) {
        track->ticket_free(held->ticket);
    }
    if (held->message != NULL && track->message_free != NULL) {
        track->message_free(held->message);
    }
    g_free(held->reason);
    g_free(held);
}

JwTrack *
jw_track_new(const char *topic, int32_t partition, GDestroyNotify message_free,
             GDestroyNotify ticket_free)
{
    JwTrack *self = g_new0(JwTrack, 1);
    self->topic = g_strdup(topic);
    self->partition = partition;
    self->held = g_ptr_array_new();
    self->store_offset = -1;
    self->backoff_ms = JW_TRACK_BACKOFF_MIN_MS;
    self->poison_backoff_ms = JW_TRACK_BACKOFF_MIN_MS;
    self->message_free = message_free;
    self->ticket_free = ticket_free;
    return self;
}

void
jw_track_free(gpointer self)
{
    JwTrack *track = self;

    if (track == NULL) {
        return;
    }
    for (guint i = 0; i < track->held->len; i++) {
        held_free(track, g_ptr_array_index(track->held, i));
    }
    g_ptr_array_unref(track->held);
    g_free(track->topic);
    g_free(track);
}

void
jw_track_add(JwTrack *self, gpointer take_message, int64_t offset)
{
    JwHeld *held = g_new0(JwHeld, 1);
    held->message = take_message;
    held->offset = offset;
    g_ptr_array_add(self->held, held);
    self->started = true;
}

bool
jw_track_due(const JwTrack *self, int64_t now_ms)
{
    return !self->later || now_ms >= self->retry_at_ms;
}

void
jw_track_begin(JwTrack *self)
{
    self->later = false;
}

void
jw_track_answer(JwTrack *self, JwHeld *held, JwVerdict verdict, char *take_reason, int64_t now_ms)
{
    g_autofree char *reason = take_reason;
    if (self->later) {
        return; /* after a LATER: offered again with it */
    }
    switch (verdict) {
    case JW_VERDICT_LATER:
        self->later = true;
        self->retry_at_ms = now_ms + self->backoff_ms;
        self->backoff_ms = MIN(self->backoff_ms * 2, JW_TRACK_BACKOFF_MAX_MS);
        break;
    case JW_VERDICT_DONE:
        held->state = JW_HELD_DONE;
        self->backoff_ms = JW_TRACK_BACKOFF_MIN_MS;
        break;
    case JW_VERDICT_POISON:
        held->state = JW_HELD_POISON;
        held->reason = g_steal_pointer(&reason);
        self->backoff_ms = JW_TRACK_BACKOFF_MIN_MS;
        break;
    }
}

void
jw_track_poison_failed(JwTrack *self, int64_t now_ms)
{
    self->poison_at_ms = now_ms + self->poison_backoff_ms;
    self->poison_backoff_ms = MIN(self->poison_backoff_ms * 2, JW_TRACK_BACKOFF_MAX_MS);
}

bool
jw_track_resolve(JwTrack *self)
{
    guint done = 0;
    while (done < self->held->len) {
        JwHeld *held = g_ptr_array_index(self->held, done);
        if (held->state != JW_HELD_DONE) {
            break;
        }
        self->store_offset = held->offset + 1;
        held_free(self, held);
        done++;
    }
    if (done > 0) {
        g_ptr_array_remove_range(self->held, 0, done);
    }
    return done > 0;
}

bool
jw_track_blocked(const JwTrack *self)
{
    if (self->held->len == 0) {
        return false;
    }
    const JwHeld *front = g_ptr_array_index(self->held, 0);
    return self->later || front->state == JW_HELD_POISON;
}
