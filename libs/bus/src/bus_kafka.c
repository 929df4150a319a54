/* bus_kafka.c: the publishing half of the Kafka adapter. jw_kafka_send() is for any thread. Two
 * threads of the bus's own: the poller serves delivery reports and replaces a producer that met
 * a fatal error; the prober asks the broker for its metadata while nothing else shows that it is
 * alive. Only the report "persisted" counts; after the two other outcomes the outbox keeps its
 * entry. */
#include "kafka_private.h"

#include "jw/log.h"

#define POLL_MS        100
#define CLOSE_MS       10000
#define PROBE_MS       2000
#define PROBE_WAIT_MS  1500
#define LATELY_MS      6000
#define RENEW_RETRY_MS 1000

typedef struct {
    JwKafka *bus;
    JwPublished done;      /* of a caller of the port, */
    JwKafkaDone done_code; /* or of this library */
    gpointer data;
} Pending;

JwKafkaHandle *
jw_kafka_take(JwKafka *self)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    self->handle->users += 1;
    return self->handle;
}

void
jw_kafka_release(JwKafka *self, JwKafkaHandle *handle)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    handle->users -= 1;
    if (handle->users == 0 && handle != self->handle) {
        jw_cond_broadcast(&self->changed);
    }
}

static void
note_answer_locked(JwKafka *self)
{
    self->answered_mono_ms = jw_clock_mono_ms(jw_clock_system());
}

/* Ends one accepted publish: the only place where a `done` is called. */
static void
finish(Pending *take_pending, bool persisted, rd_kafka_resp_err_t cause)
{
    g_autofree Pending *pending = take_pending;
    JwKafka *self = pending->bus;

    if (pending->done_code != NULL) {
        pending->done_code(persisted, cause, pending->data);
    } else if (pending->done != NULL) {
        pending->done(persisted, persisted ? NULL : rd_kafka_err2str(cause), pending->data);
    }
    jw_metric_add(self->published, persisted ? "persisted" : "not_persisted", 1);

    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    if (persisted) {
        note_answer_locked(self);
    }
    self->in_flight -= 1;
    if (self->in_flight == 0) {
        jw_cond_broadcast(&self->changed);
    }
}

static void
on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *message, void *opaque)
{
    (void)rk;
    (void)opaque;
    bool persisted = rd_kafka_message_status(message) == RD_KAFKA_MSG_STATUS_PERSISTED
                     && message->err == RD_KAFKA_RESP_ERR_NO_ERROR;
    finish(message->_private, persisted, message->err);
}

static JwKafkaHandle *
handle_new(JwKafka *self, GError **error)
{
    g_autoptr(rd_kafka_conf_t) conf = rd_kafka_conf_dup(self->producer);
    char text[512];

    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof text);
    if (rk == NULL) {
        return jw_fail_null(error, JW_ERROR_INVALID, "Kafka producer: %s", text);
    }
    conf = NULL; /* the producer owns it now; stealing into nothing would warn */
    JwKafkaHandle *handle = g_new0(JwKafkaHandle, 1);
    handle->rk = rk;
    return handle;
}

/* Ends a producer that is no longer current: its messages are purged and reported as not
 * persisted, without waiting for a broker. */
static void
retire(JwKafka *self, JwKafkaHandle *take_handle)
{
    g_autofree JwKafkaHandle *handle = take_handle;
    {
        g_auto(JwLocker) locker = jw_locker(&self->mutex);
        while (handle->users > 0) {
            jw_cond_wait(&self->changed, &self->mutex);
        }
    }
    (void)rd_kafka_purge(handle->rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    while (rd_kafka_outq_len(handle->rk) > 0) {
        (void)rd_kafka_poll(handle->rk, POLL_MS);
    }
    rd_kafka_destroy(handle->rk);
}

/* After a fatal error only a new producer can publish. False: none could be created yet.
 */
static bool
renew(JwKafka *self, rd_kafka_resp_err_t cause, const char *text)
{
    g_autoptr(GError) error = NULL;
    JwKafkaHandle *fresh = handle_new(self, &error);

    if (fresh == NULL) {
        jw_error_log("kafka_producer_not_renewed", JW_STR("error", jw_error_message(error)));
        return false;
    }
    jw_warn("kafka_producer_renewed", JW_STR("code", rd_kafka_err2name(cause)),
            JW_STR("text", text));
    JwKafkaHandle *old = NULL;
    {
        g_auto(JwLocker) locker = jw_locker(&self->mutex);
        old = self->handle;
        self->handle = fresh;
    }
    retire(self, old);
    return true;
}

static gpointer
poll_thread(gpointer data)
{
    JwKafka *self = data;
    while (!jw_stop_is_set(self->stop_poll)) {
        /* Only this thread replaces the handle, so it may use it without taking it. */
        rd_kafka_t *rk = self->handle->rk;
        char text[256] = "";
        (void)rd_kafka_poll(rk, POLL_MS);
        rd_kafka_resp_err_t cause = rd_kafka_fatal_error(rk, text, sizeof text);
        if (cause != RD_KAFKA_RESP_ERR_NO_ERROR && !renew(self, cause, text)) {
            (void)jw_stop_wait(self->stop_poll, RENEW_RETRY_MS);
        }
    }
    return NULL;
}

static bool
answered_lately(JwKafka *self, int64_t within_ms)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    int64_t now_ms = jw_clock_mono_ms(jw_clock_system());
    return self->answered_mono_ms != 0 && now_ms - self->answered_mono_ms < within_ms;
}

static gpointer
probe_thread(gpointer data)
{
    JwKafka *self = data;
    do {
        if (answered_lately(self, PROBE_MS)) {
            continue;
        }
        const struct rd_kafka_metadata *metadata = NULL;
        JwKafkaHandle *handle = jw_kafka_take(self);
        rd_kafka_resp_err_t cause =
            rd_kafka_metadata(handle->rk, 0, NULL, &metadata, PROBE_WAIT_MS);
        jw_kafka_release(self, handle);
        if (cause == RD_KAFKA_RESP_ERR_NO_ERROR) {
            rd_kafka_metadata_destroy(metadata);
            g_auto(JwLocker) locker = jw_locker(&self->mutex);
            note_answer_locked(self);
        }
    } while (!jw_stop_wait(self->stop_probe, PROBE_MS));
    return NULL;
}

static rd_kafka_resp_err_t
produce(rd_kafka_t *rk, const JwMessage *message, rd_kafka_headers_t **headers, Pending *pending)
{
    /* librdkafka's arguments are not const; with F_COPY it does not write through them */
    rd_kafka_vu_t args[6] = {
        { .vtype = RD_KAFKA_VTYPE_TOPIC, .u.cstr = message->topic },
        { .vtype = RD_KAFKA_VTYPE_KEY,
          .u.mem = { .ptr = (void *)(uintptr_t)message->key, .size = message->key_length } },
        { .vtype = RD_KAFKA_VTYPE_VALUE,
          .u.mem = { .ptr = (void *)(uintptr_t)message->body, .size = message->body_length } },
        { .vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY },
        { .vtype = RD_KAFKA_VTYPE_OPAQUE, .u.ptr = pending },
        { .vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = *headers },
    };
    size_t n_args = *headers != NULL ? 6 : 5;
    g_autoptr(rd_kafka_error_t) failed = rd_kafka_produceva(rk, args, n_args);

    if (failed != NULL) {
        /* a producer about to be replaced returns its fatal error: to the caller, UNAVAILABLE */
        bool fatal = rd_kafka_fatal_error(rk, NULL, 0) != RD_KAFKA_RESP_ERR_NO_ERROR;
        return fatal ? RD_KAFKA_RESP_ERR__FATAL : rd_kafka_error_code(failed);
    }
    *headers = NULL; /* consumed */
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static bool
send_pending(JwKafka *self, const JwMessage *message, rd_kafka_headers_t *take_headers,
             Pending *take_pending, GError **error)
{
    g_autoptr(rd_kafka_headers_t) headers = take_headers;
    JwKafkaHandle *handle = NULL;
    {
        g_auto(JwLocker) locker = jw_locker(&self->mutex);
        handle = self->handle;
        handle->users += 1;
        self->in_flight += 1; /* before the report can come */
    }
    rd_kafka_resp_err_t cause = produce(handle->rk, message, &headers, take_pending);
    {
        g_auto(JwLocker) locker = jw_locker(&self->mutex);
        handle->users -= 1;
        if (cause != RD_KAFKA_RESP_ERR_NO_ERROR) {
            self->in_flight -= 1;
        }
        if (handle != self->handle || self->in_flight == 0) {
            jw_cond_broadcast(&self->changed);
        }
    }
    if (cause != RD_KAFKA_RESP_ERR_NO_ERROR) {
        g_free(take_pending);
        jw_metric_add(self->published, "refused", 1);
        return jw_kafka_fail(error, cause, "publishing to topic '%s'", message->topic);
    }
    return true;
}

bool
jw_kafka_send(JwKafka *self, const JwMessage *message, rd_kafka_headers_t *take_headers,
              JwKafkaDone done, gpointer data, GError **error)
{
    Pending *pending = g_new0(Pending, 1);
    pending->bus = self;
    pending->done_code = done;
    pending->data = data;
    return send_pending(self, message, take_headers, pending, error);
}

static bool
kafka_publish(JwBus *bus, const JwMessage *message, JwPublished done, gpointer data, GError **error)
{
    JwKafka *self = (JwKafka *)bus;
    g_autoptr(rd_kafka_headers_t) headers = NULL;
    if (message->n_headers > 0) {
        headers = rd_kafka_headers_new(message->n_headers);
    }
    for (size_t i = 0; i < message->n_headers; i++) {
        const JwHeader *header = &message->headers[i];
        rd_kafka_resp_err_t cause =
            rd_kafka_header_add(headers, header->name, -1, header->value, -1);
        if (cause != RD_KAFKA_RESP_ERR_NO_ERROR) {
            return jw_kafka_fail(error, cause, "header '%s'", header->name);
        }
    }
    Pending *pending = g_new0(Pending, 1);
    pending->bus = self;
    pending->done = done;
    pending->data = data;
    return send_pending(self, message, g_steal_pointer(&headers), pending, error);
}

static bool
kafka_flush(JwBus *bus, int64_t timeout_ms, GError **error)
{
    JwKafka *self = (JwKafka *)bus;
    int64_t deadline_ms = jw_clock_mono_ms(jw_clock_system()) + timeout_ms;
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    while (self->in_flight > 0) {
        if (!jw_cond_wait_until(&self->changed, &self->mutex, deadline_ms) && self->in_flight > 0) {
            return jw_fail(error, JW_ERROR_BUSY, "%zu messages still wait for the broker",
                           self->in_flight);
        }
    }
    return true;
}

static bool
kafka_connected(JwBus *bus)
{
    return answered_lately((JwKafka *)bus, LATELY_MS);
}

/* librdkafka waits until a time of the wall clock: where that was set back in the middle, the poll
 * thread would wait by so much longer. */
static void
wake_poller(JwKafka *self)
{
    JwKafkaHandle *handle = jw_kafka_take(self);
    g_autoptr(rd_kafka_queue_t) reports = rd_kafka_queue_get_main(handle->rk);

    rd_kafka_queue_yield(reports);
    jw_kafka_release(self, handle);
}

static void
kafka_free(JwBus *bus)
{
    JwKafka *self = (JwKafka *)bus;
    if (self->poller != NULL) {
        g_autoptr(GError) error = NULL;
        jw_stop_set(self->stop_probe);
        if (!kafka_flush(bus, CLOSE_MS, &error)) {
            jw_warn("kafka_messages_not_sent", JW_STR("error", jw_error_message(error)));
        }
        jw_stop_set(self->stop_poll);
        wake_poller(self);
        (void)g_thread_join(self->poller);
        (void)g_thread_join(self->prober);
    }
    if (self->handle != NULL) {
        retire(self, g_steal_pointer(&self->handle));
    }
    g_clear_pointer(&self->producer, rd_kafka_conf_destroy);
    g_clear_pointer(&self->common, rd_kafka_conf_destroy);
    g_clear_pointer(&self->stop_poll, jw_stop_free);
    g_clear_pointer(&self->stop_probe, jw_stop_free);
    jw_cond_clear(&self->changed);
    jw_mutex_clear(&self->mutex);
    g_free(self->service);
    g_free(self->version);
    g_free(self);
}

static const JwBusOps kafka_ops = {
    .free = kafka_free,
    .publish = kafka_publish,
    .flush = kafka_flush,
    .connected = kafka_connected,
    .create_topics = jw_kafka_create_topics,
    .subscribe = jw_kafka_subscribe,
};

JwBus *
jw_bus_kafka_new(const JwBusConfig *config, const char *service, const char *version,
                 GError **error)
{
    g_return_val_if_fail(config != NULL && service != NULL && version != NULL, NULL);

    JwKafka *self = g_new0(JwKafka, 1);
    g_autoptr(JwBus) bus = &self->base;
    g_auto(GStrv) environ_ = g_get_environ();

    self->base.ops = &kafka_ops;
    self->base.message_max_bytes =
        config->message_max_bytes > 0 ? config->message_max_bytes : JW_BUS_MESSAGE_MAX_DEFAULT;
    self->service = g_strdup(service);
    self->version = g_strdup(version);
    jw_mutex_init(&self->mutex);
    jw_cond_init(&self->changed);
    self->stop_poll = jw_stop_new();
    self->stop_probe = jw_stop_new();
    self->published = jw_metric_counter("jobwire_bus_published_total",
                                        "Messages by how their publish ended", "result");
    self->consumed =
        jw_metric_counter("jobwire_bus_consumed_total", "Messages by verdict", "verdict");

    self->common = jw_kafka_conf_new(config, service, (const char *const *)environ_, error);
    if (self->common == NULL) {
        return NULL;
    }
    self->producer = jw_kafka_conf_producer(self->common, config, error);
    if (self->producer == NULL) {
        return NULL;
    }
    self->handle = handle_new(self, error);
    if (self->handle == NULL) {
        return NULL;
    }
    self->poller = g_thread_new("bus-poll", poll_thread, self);
    self->prober = g_thread_new("bus-probe", probe_thread, self);
    return g_steal_pointer(&bus);
}
