/* bus_consumer.c: the consuming half of the Kafka adapter: one subscription from start to end. Any
 * thread. The poll thread (bus_consumer_poll.c) does the work; freeing it sets a flag
 * under the lock and wakes that thread. */
#include "consumer_private.h"

#include "jw/log.h"

#define CLOSE_MS 10000 /* leaving the group may hang while its coordinator is away */

static void
release(JwKafkaConsumer *self)
{
    g_clear_pointer(&self->tracks, g_ptr_array_unref);
    g_clear_pointer(&self->bell, jw_dlq_bell_unref);
    g_array_unref(self->headers);
    g_free(self->messages);
    g_free(self->answers);
    g_free(self->slots);
    g_free(self->group);
    jw_cond_clear(&self->changed);
    jw_mutex_clear(&self->mutex);
    g_free(self);
}

/* Waits without a limit for the caller's function, whose data may be freed after this; for the
 * broker only up to a limit. */
static bool
wait_closed(JwKafkaConsumer *self)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    while (!self->polled_out) {
        jw_cond_wait(&self->changed, &self->mutex);
    }
    int64_t deadline_ms = jw_clock_mono_ms(jw_clock_system()) + CLOSE_MS - JW_KAFKA_DLQ_LAST_MS;
    while (!self->closed) {
        if (!jw_cond_wait_until(&self->changed, &self->mutex, deadline_ms)) {
            break;
        }
    }
    return self->closed;
}

/* Consumers left to their threads: reachable, so that a leak check accepts them. */
static JwKafkaConsumer *abandoned;

static void
consumer_free(JwConsumer *consumer)
{
    JwKafkaConsumer *self = (JwKafkaConsumer *)consumer;
    {
        g_auto(JwLocker) locker = jw_locker(&self->mutex);
        self->stop = true;
    }
    jw_dlq_bell_ring(self->bell);
    if (!wait_closed(self)) {
        /* The thread still uses it: a leak at exit is better than a process that does not end.
         */
        jw_warn("kafka_consumer_not_closed", JW_STR("group", self->group));
        g_thread_unref(self->thread);
        self->next_abandoned = __atomic_exchange_n(&abandoned, self, __ATOMIC_ACQ_REL);
        return;
    }
    (void)g_thread_join(self->thread);
    release(self);
}

static const JwConsumerOps consumer_ops = {
    .free = consumer_free,
};

static JwKafkaConsumer *
consumer_new(JwKafka *bus, const JwSubscription *subscription)
{
    JwKafkaConsumer *self = g_new0(JwKafkaConsumer, 1);
    self->base.ops = &consumer_ops;
    self->bus = bus;
    self->group = g_strdup(subscription->group);
    self->batch_max = subscription->batch_max;
    self->consume = subscription->consume;
    self->data = subscription->data;
    self->tracks = g_ptr_array_new_with_free_func(jw_track_free);
    self->messages = g_new0(JwMessage, self->batch_max);
    self->answers = g_new0(JwAnswer, self->batch_max);
    self->slots = g_new0(JwSlot, self->batch_max);
    self->headers = g_array_new(FALSE, FALSE, sizeof(JwHeader));
    jw_mutex_init(&self->mutex);
    jw_cond_init(&self->changed);
    return self;
}

static bool
open_client(JwKafkaConsumer *self, const JwSubscription *subscription, GError **error)
{
    char text[512];
    g_autoptr(rd_kafka_conf_t) conf =
        jw_kafka_conf_consumer(self->bus->common, self->group, subscription->newest, error);
    if (conf == NULL) {
        return false;
    }
    rd_kafka_conf_set_opaque(conf, self);
    rd_kafka_conf_set_rebalance_cb(conf, jw_group_on_rebalance);
    self->rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, text, sizeof text);
    if (self->rk == NULL) {
        return jw_fail(error, JW_ERROR_INVALID, "Kafka consumer of group '%s': %s", self->group,
                       text);
    }
    conf = NULL; /* the client owns it now */
    (void)rd_kafka_poll_set_consumer(self->rk);
    self->bell = jw_dlq_bell_new(rd_kafka_queue_get_consumer(self->rk));

    g_autoptr(rd_kafka_topic_partition_list_t) topics = rd_kafka_topic_partition_list_new(4);
    for (const char *const *topic = subscription->topics; *topic != NULL; topic++) {
        (void)rd_kafka_topic_partition_list_add(topics, *topic, RD_KAFKA_PARTITION_UA);
    }
    rd_kafka_resp_err_t cause = rd_kafka_subscribe(self->rk, topics);
    if (cause != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return jw_kafka_fail(error, cause, "subscribing group '%s'", self->group);
    }
    return true;
}

JwConsumer *
jw_kafka_subscribe(JwBus *bus, const JwSubscription *subscription, GError **error)
{
    JwKafkaConsumer *self = consumer_new((JwKafka *)bus, subscription);
    if (!open_client(self, subscription, error)) {
        if (self->bell != NULL) {
            jw_dlq_bell_silence(self->bell);
        }
        if (self->rk != NULL) {
            rd_kafka_destroy(self->rk);
        }
        release(self);
        return NULL;
    }
    self->thread = g_thread_new("bus-consume", jw_kafka_poll_thread, self);
    return &self->base;
}
