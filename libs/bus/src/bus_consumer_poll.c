/* bus_consumer_poll.c: the poll thread of a subscription: reads, offers, moves refused messages
 * on, stores offsets. Only this thread touches the client and the tracks. Messages are taken one
 * by one with rd_kafka_consumer_poll(), not with rd_kafka_consume_batch_queue(): a rebalance
 * inside that call would leave messages of revoked partitions in its array. */
#include "consumer_private.h"

#include "jw/log.h"

#define POLL_MS 100

static bool
is_stopped(JwKafkaConsumer *self)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    return self->stop;
}

static int64_t
mono_ms(void)
{
    return jw_clock_mono_ms(jw_clock_system());
}

/* What an operator may do about it, or NULL. */
static const char *
advice(rd_kafka_resp_err_t cause)
{
    return cause == RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT
               ? "set JW_KAFKA_SESSION_TIMEOUT_MS within the broker's group.min.session.timeout.ms "
                 "and group.max.session.timeout.ms"
               : NULL;
}

static void
take_message(JwKafkaConsumer *self, rd_kafka_message_t *taken)
{
    if (taken->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        jw_warn("kafka_consumer_error", JW_STR("group", self->group),
                JW_STR("code", rd_kafka_err2name(taken->err)),
                JW_STR("text", rd_kafka_message_errstr(taken)),
                JW_STR("advice", advice(taken->err)));
        rd_kafka_message_destroy(taken);
        return;
    }
    JwTrack *track = jw_group_track(self, rd_kafka_topic_name(taken->rkt), taken->partition);
    jw_track_add(track, taken, taken->offset);
}

/* How many messages could be offered now, and how long to wait for the next task. */
static size_t
count_due(const JwKafkaConsumer *self, int *ret_wait_ms)
{
    int64_t now_ms = mono_ms();
    int64_t wait_ms = POLL_MS;
    size_t due = 0;
    for (guint i = 0; i < self->tracks->len; i++) {
        const JwTrack *track = g_ptr_array_index(self->tracks, i);
        if (!jw_track_due(track, now_ms)) {
            wait_ms = MIN(wait_ms, track->retry_at_ms - now_ms);
            continue;
        }
        for (guint h = 0; h < track->held->len; h++) {
            const JwHeld *held = g_ptr_array_index(track->held, h);
            due += held->state == JW_HELD_OPEN ? 1 : 0;
        }
    }
    *ret_wait_ms = due > 0 ? 0 : (int)wait_ms;
    return due;
}

static void
gather(JwKafkaConsumer *self)
{
    int wait_ms = 0;
    size_t due = count_due(self, &wait_ms);
    do {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(self->rk, wait_ms);
        if (message == NULL) {
            break;
        }
        take_message(self, message);
        wait_ms = 0;
        due++;
    } while (due < self->batch_max);
}

/* Names and values of a foreign message may be any bytes. A name that is not UTF-8 is none of ours;
 * of such a value the name is left, so that its sender can be told. */
static void
add_headers(JwKafkaConsumer *self, const rd_kafka_message_t *message)
{
    rd_kafka_headers_t *headers = NULL;
    if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return;
    }
    const char *name = NULL;
    const void *value = NULL;
    size_t size = 0;
    for (size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == 0; i++) {
        if (value != NULL && g_utf8_validate(name, -1, NULL)) {
            JwHeader header = { name, g_utf8_validate_len(value, size, NULL) ? value : NULL };
            g_array_append_val(self->headers, header);
        }
    }
}

static void
fill_slot(JwKafkaConsumer *self, size_t index, JwTrack *track, JwHeld *held)
{
    const rd_kafka_message_t *message = held->message;
    rd_kafka_timestamp_type_t kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
    size_t n_before = self->headers->len;

    add_headers(self, message);
    self->slots[index] = (JwSlot){ track, held };
    self->answers[index] = (JwAnswer){ .verdict = JW_VERDICT_LATER };
    self->messages[index] = (JwMessage){
        .topic = track->topic,
        .key = message->key,
        .key_length = message->key_len,
        .body = message->payload,
        .body_length = message->len,
        .n_headers = self->headers->len - n_before,
        .partition = message->partition,
        .offset = message->offset,
        .timestamp_ms = rd_kafka_message_timestamp(message, &kind),
    };
}

static size_t
fill_batch(JwKafkaConsumer *self)
{
    int64_t now_ms = mono_ms();
    size_t n_slots = 0;
    size_t n_tracks = self->tracks->len;

    g_array_set_size(self->headers, 0);
    for (size_t i = 0; i < n_tracks; i++) {
        JwTrack *track = g_ptr_array_index(self->tracks, (self->first + i) % n_tracks);
        bool due = jw_track_due(track, now_ms);
        for (guint h = 0; due && h < track->held->len && n_slots < self->batch_max; h++) {
            JwHeld *held = g_ptr_array_index(track->held, h);
            if (held->state == JW_HELD_OPEN) {
                fill_slot(self, n_slots++, track, held);
            }
        }
    }
    self->first = n_tracks > 0 ? (self->first + 1) % n_tracks : 0;

    /* the array of headers moves no more */
    const JwHeader *header = (const JwHeader *)(const void *)self->headers->data;
    for (size_t i = 0; i < n_slots; i++) {
        self->messages[i].headers = header;
        header += self->messages[i].n_headers;
    }
    return n_slots;
}

static void
offer(JwKafkaConsumer *self)
{
    static const char *const names[] = {
        [JW_VERDICT_LATER] = "later",
        [JW_VERDICT_DONE] = "done",
        [JW_VERDICT_POISON] = "poison",
    };
    double counts[G_N_ELEMENTS(names)] = { 0 };
    size_t n_slots = fill_batch(self);
    if (n_slots == 0) {
        return;
    }
    self->consume(self->messages, n_slots, self->answers, self->data);

    int64_t now_ms = mono_ms();
    for (size_t i = 0; i < n_slots; i++) {
        jw_track_begin(self->slots[i].track);
    }
    for (size_t i = 0; i < n_slots; i++) {
        JwAnswer *answer = &self->answers[i];
        counts[answer->verdict] += 1;
        jw_track_answer(self->slots[i].track, self->slots[i].held, answer->verdict,
                        g_steal_pointer(&answer->reason), now_ms);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        if (counts[i] > 0) {
            jw_metric_add(self->bus->consumed, names[i], counts[i]);
        }
    }
}

static void
start_dlq(JwKafkaConsumer *self, JwTrack *track, JwHeld *held)
{
    g_autoptr(GError) error = NULL;
    int64_t now_ms = mono_ms();
    if (now_ms < track->poison_at_ms) {
        return;
    }
    held->ticket = jw_dlq_send(self->bus, self->bell, held->message, held->reason,
                               !held->without_body, &error);
    if (held->ticket == NULL) {
        held->without_body = held->without_body || jw_error_code(error) == JW_ERROR_TOO_LARGE;
        jw_track_poison_failed(track, now_ms);
    }
}

static void
check_dlq(JwTrack *track, JwHeld *held)
{
    JwDlqState state = jw_dlq_ticket_state(held->ticket);
    switch (state) {
    case JW_DLQ_SENDING:
        return;
    case JW_DLQ_DONE:
        held->state = JW_HELD_DONE;
        track->poison_backoff_ms = JW_TRACK_BACKOFF_MIN_MS;
        break;
    case JW_DLQ_TOO_LARGE:
        held->without_body = true;
        break;
    case JW_DLQ_FAILED:
        jw_warn("dlq_publish_failed", JW_STR("topic", track->topic),
                JW_INT("partition", track->partition), JW_INT("offset", held->offset));
        jw_track_poison_failed(track, mono_ms());
        break;
    }
    track->ticket_free(g_steal_pointer(&held->ticket));
}

/* Publishes refused messages to their DLQ; returns how many publishes are under way. */
static size_t
serve_dlq(JwKafkaConsumer *self, bool start)
{
    size_t under_way = 0;
    for (guint i = 0; i < self->tracks->len; i++) {
        JwTrack *track = g_ptr_array_index(self->tracks, i);
        for (guint h = 0; h < track->held->len; h++) {
            JwHeld *held = g_ptr_array_index(track->held, h);
            if (held->state != JW_HELD_POISON) {
                continue;
            }
            if (held->ticket != NULL) {
                check_dlq(track, held);
            } else if (start) {
                start_dlq(self, track, held);
            }
            under_way += held->ticket != NULL ? 1 : 0;
        }
    }
    return under_way;
}

static void
resolve(JwKafkaConsumer *self)
{
    bool moved = false;
    for (guint i = 0; i < self->tracks->len; i++) {
        moved = jw_track_resolve(g_ptr_array_index(self->tracks, i)) || moved;
    }
    if (moved) {
        jw_group_store_offsets(self);
    }
}

/* Waits for the reports of refused messages under way, so that a restart does not send them
 * twice. */
static void
finish_dlq(JwKafkaConsumer *self)
{
    int64_t deadline_ms = mono_ms() + JW_KAFKA_DLQ_LAST_MS;
    jw_group_set_flow(self, true);
    while (serve_dlq(self, false) > 0 && mono_ms() < deadline_ms) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(self->rk, POLL_MS);
        if (message != NULL) {
            take_message(self, message);
        }
    }
    resolve(self);
}

static void
end_step(JwKafkaConsumer *self, bool *step)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    *step = true;
    jw_cond_broadcast(&self->changed);
}

gpointer
jw_kafka_poll_thread(gpointer data)
{
    JwKafkaConsumer *self = data;
    while (!is_stopped(self)) {
        (void)serve_dlq(self, true);
        resolve(self);
        jw_group_set_flow(self, false);
        gather(self);
        offer(self);
    }
    (void)serve_dlq(self, true);
    resolve(self);
    finish_dlq(self);
    end_step(self, &self->polled_out);

    (void)rd_kafka_consumer_close(self->rk);
    g_ptr_array_set_size(self->tracks, 0); /* their messages belong to the client */
    jw_dlq_bell_silence(self->bell);
    rd_kafka_destroy(self->rk);
    end_step(self, &self->closed);
    return NULL;
}
