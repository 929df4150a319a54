/* bus_dlq.c: publishes a refused message to `<topic>.dlq` and reports the outcome to the poll
 * thread. Sent from the poll thread; the report comes on the bus's delivery thread. A ticket is
 * shared by both and may outlive the consumer, as a report can come late. */
#include "kafka_private.h"

#include <stdatomic.h>
#include <string.h>

#define REASON_MAX_BYTES 1000
#define KEY_MAX_BYTES    1024 /* of a message that is too large to be sent whole */

struct _JwDlqBell {
    gatomicrefcount refs;
    JwMutex mutex;
    rd_kafka_queue_t *queue; /* NULL: the consumer is gone */
};

struct _JwDlqTicket {
    gatomicrefcount refs;
    atomic_int state;
    JwDlqBell *bell;
};

JwDlqBell *
jw_dlq_bell_new(rd_kafka_queue_t *take_queue)
{
    JwDlqBell *self = g_new0(JwDlqBell, 1);
    g_atomic_ref_count_init(&self->refs);
    jw_mutex_init(&self->mutex);
    self->queue = take_queue;
    return self;
}

void
jw_dlq_bell_ring(JwDlqBell *self)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    if (self->queue != NULL) {
        rd_kafka_queue_yield(self->queue);
    }
}

void
jw_dlq_bell_silence(JwDlqBell *self)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    g_clear_pointer(&self->queue, rd_kafka_queue_destroy);
}

void
jw_dlq_bell_unref(JwDlqBell *self)
{
    if (g_atomic_ref_count_dec(&self->refs)) {
        g_clear_pointer(&self->queue, rd_kafka_queue_destroy);
        jw_mutex_clear(&self->mutex);
        g_free(self);
    }
}

JwDlqState
jw_dlq_ticket_state(JwDlqTicket *self)
{
    return (JwDlqState)atomic_load(&self->state);
}

void
jw_dlq_ticket_unref(gpointer self)
{
    JwDlqTicket *ticket = self;

    if (g_atomic_ref_count_dec(&ticket->refs)) {
        jw_dlq_bell_unref(ticket->bell);
        g_free(ticket);
    }
}

static void
on_done(bool persisted, rd_kafka_resp_err_t cause, gpointer data)
{
    JwDlqTicket *ticket = data;
    JwDlqState state = JW_DLQ_FAILED;
    if (persisted) {
        state = JW_DLQ_DONE;
    } else if (jw_kafka_error_code(cause) == JW_ERROR_TOO_LARGE) {
        state = JW_DLQ_TOO_LARGE;
    }
    atomic_store(&ticket->state, (int)state);
    jw_dlq_bell_ring(ticket->bell);
    jw_dlq_ticket_unref(ticket);
}

static void
add_header(rd_kafka_headers_t *headers, const char *name, const char *value)
{
    /* fails for an empty list or name only */
    (void)rd_kafka_header_add(headers, name, -1, value, -1);
}

static void
add_headers(rd_kafka_headers_t *headers, const JwKafka *bus, const rd_kafka_message_t *message,
            const char *reason)
{
    g_autofree char *valid =
        g_utf8_make_valid(reason != NULL ? reason : "refused",
                          (gssize)strnlen(reason != NULL ? reason : "refused", REASON_MAX_BYTES));
    g_autofree char *partition = g_strdup_printf("%d", message->partition);
    g_autofree char *offset = g_strdup_printf("%" G_GINT64_FORMAT, message->offset);
    g_autofree char *now = jw_time_format(jw_clock_now_ms(jw_clock_system()));

    add_header(headers, "jw_dlq_reason", valid);
    add_header(headers, "jw_dlq_service", bus->service);
    add_header(headers, "jw_dlq_version", bus->version);
    add_header(headers, "jw_dlq_topic", rd_kafka_topic_name(message->rkt));
    add_header(headers, "jw_dlq_partition", partition);
    add_header(headers, "jw_dlq_offset", offset);
    add_header(headers, "jw_dlq_time", now);
}

JwDlqTicket *
jw_dlq_send(JwKafka *bus, JwDlqBell *bell, const rd_kafka_message_t *message, const char *reason,
            bool with_body, GError **error)
{
    g_autofree char *topic = g_strconcat(rd_kafka_topic_name(message->rkt), ".dlq", NULL);
    rd_kafka_headers_t *original = NULL;
    bool has_headers = rd_kafka_message_headers(message, &original) == RD_KAFKA_RESP_ERR_NO_ERROR;
    g_autoptr(rd_kafka_headers_t) headers =
        with_body && has_headers ? rd_kafka_headers_copy(original) : rd_kafka_headers_new(8);
    bool with_key = with_body || message->key_len <= KEY_MAX_BYTES;
    JwMessage record = {
        .topic = topic,
        .key = with_key ? message->key : NULL,
        .key_length = with_key ? message->key_len : 0,
        .body = with_body ? message->payload : NULL,
        .body_length = with_body ? message->len : 0,
    };

    add_headers(headers, bus, message, reason);
    if (!with_body) {
        /* the original stays readable at the place that the headers name */
        g_autofree char *omitted =
            g_strdup_printf("too large for the DLQ: %zu bytes left out", message->len);
        add_header(headers, "jw_dlq_omitted", omitted);
    }
    JwDlqTicket *ticket = g_new0(JwDlqTicket, 1);
    g_atomic_ref_count_init(&ticket->refs);
    g_atomic_ref_count_inc(&ticket->refs); /* the report's */
    g_atomic_ref_count_inc(&bell->refs);
    ticket->bell = bell;
    if (!jw_kafka_send(bus, &record, g_steal_pointer(&headers), on_done, ticket, error)) {
        jw_dlq_ticket_unref(ticket);
        jw_dlq_ticket_unref(ticket);
        return NULL;
    }
    return ticket;
}
