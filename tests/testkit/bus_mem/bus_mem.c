/* bus_mem.c: the bus port in memory, for unit tests.
 * Functions of callers run only inside jw_bus_mem_deliver() and jw_bus_flush(), in the thread that
 * calls them and with no lock held; publishing is allowed from any thread. A topic is one
 * partition. Each subscription reads all of it, as if it were its own group. */
#include "jw/bus_mem.h"
#include "bus_private.h"

#include "jw/clock.h"
#include "jw/sync.h"

#include <string.h>

typedef struct {
    JwMessage view;
    char *topic;
    void *key, *body;
    JwHeader *headers; /* names and values owned */
    JwPublished done;
    gpointer data;
} Record;

typedef struct {
    char *name;
    GPtrArray *records; /* of Record (transfer none) */
} Topic;

typedef struct {
    JwBus base;
    JwMutex mutex;        /* guards what follows */
    GPtrArray *kept;      /* of Record: everything persisted, owned */
    GPtrArray *pending;   /* of Record: published, not yet ended */
    GPtrArray *topics;    /* of Topic */
    GPtrArray *consumers; /* of Consumer (transfer none) */
    bool down;
    int refuse;
} MemBus;

typedef struct {
    char *topic;
    size_t next; /* first undecided record */
} Position;

typedef struct {
    JwConsumer base;
    MemBus *bus;
    GArray *positions; /* of Position */
    size_t batch_max;
    JwConsume consume;
    gpointer data;
} Consumer;

static void
record_free(gpointer data)
{
    Record *self = data;
    for (size_t i = 0; i < self->view.n_headers; i++) {
        g_free((char *)(uintptr_t)self->headers[i].name);
        g_free((char *)(uintptr_t)self->headers[i].value);
    }
    g_free(self->headers);
    g_free(self->topic);
    g_free(self->key);
    g_free(self->body);
    g_free(self);
}

static void
topic_free(gpointer data)
{
    Topic *self = data;
    g_free(self->name);
    g_ptr_array_unref(self->records);
    g_free(self);
}

/* With a NUL behind it, so that tests can read JSON bodies as text. NULL stays NULL. */
static void *
copy_bytes(const void *bytes, size_t length)
{
    if (bytes == NULL) {
        return NULL;
    }
    char *copy = g_malloc(length + 1);
    memcpy(copy, bytes, length);
    copy[length] = '\0';
    return copy;
}

static Record *
record_new(const JwMessage *message, size_t extra_headers)
{
    Record *self = g_new0(Record, 1);
    self->topic = g_strdup(message->topic);
    self->key = copy_bytes(message->key, message->key_length);
    self->body = copy_bytes(message->body, message->body_length);
    self->headers = g_new0(JwHeader, message->n_headers + extra_headers);
    for (size_t i = 0; i < message->n_headers; i++) {
        self->headers[i].name = g_strdup(message->headers[i].name);
        self->headers[i].value = g_strdup(message->headers[i].value);
    }
    self->view = *message;
    self->view.topic = self->topic;
    self->view.key = self->key;
    self->view.body = self->body;
    self->view.headers = self->headers;
    self->view.partition = 0;
    return self;
}

static void
record_add_header(Record *self, const char *name, char *take_value)
{
    self->headers[self->view.n_headers].name = g_strdup(name);
    self->headers[self->view.n_headers].value = take_value;
    self->view.n_headers += 1;
}

static Topic *
get_topic_locked(MemBus *self, const char *name)
{
    for (guint i = 0; i < self->topics->len; i++) {
        Topic *topic = g_ptr_array_index(self->topics, i);
        if (strcmp(topic->name, name) == 0) {
            return topic;
        }
    }
    Topic *topic = g_new0(Topic, 1);
    topic->name = g_strdup(name);
    topic->records = g_ptr_array_new();
    g_ptr_array_add(self->topics, topic);
    return topic;
}

static void
persist_locked(MemBus *self, Record *take_record)
{
    Topic *topic = get_topic_locked(self, take_record->topic);
    take_record->view.offset = topic->records->len;
    take_record->view.timestamp_ms = jw_clock_now_ms(jw_clock_system());
    g_ptr_array_add(topic->records, take_record);
    g_ptr_array_add(self->kept, take_record);
}

static Record *
take_pending(MemBus *self, bool *ret_persisted)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    if (self->pending->len == 0) {
        return NULL;
    }
    Record *record = g_ptr_array_steal_index(self->pending, 0);
    *ret_persisted = !self->down;
    if (*ret_persisted) {
        persist_locked(self, record);
    }
    return record;
}

static void
end_pending(MemBus *self)
{
    bool persisted = false;
    for (Record *record = take_pending(self, &persisted); record != NULL;
         record = take_pending(self, &persisted)) {
        JwPublished done = record->done;
        gpointer data = record->data;
        if (!persisted) {
            record_free(record);
        }
        if (done != NULL) {
            done(persisted, persisted ? NULL : "the bus is down", data);
        }
    }
}

static bool
mem_publish(JwBus *bus, const JwMessage *message, JwPublished done, gpointer data, GError **error)
{
    MemBus *self = (MemBus *)bus;
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    if (self->refuse > 0) {
        self->refuse -= 1;
        return jw_fail(error, JW_ERROR_BUSY, "publishing to topic '%s': queue full",
                       message->topic);
    }
    Record *record = record_new(message, 0);
    record->done = done;
    record->data = data;
    g_ptr_array_add(self->pending, record);
    return true;
}

static bool
mem_flush(JwBus *bus, int64_t timeout_ms, GError **error)
{
    (void)timeout_ms;
    (void)error;
    end_pending((MemBus *)bus);
    return true;
}

static bool
mem_connected(JwBus *bus)
{
    MemBus *self = (MemBus *)bus;
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    return !self->down;
}

static bool
mem_create_topics(JwBus *bus, const JwTopic *topics, size_t n_topics, int64_t timeout_ms,
                  GError **error)
{
    MemBus *self = (MemBus *)bus;
    (void)timeout_ms;
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    if (self->down) {
        return jw_fail(error, JW_ERROR_UNAVAILABLE, "creating topics: the bus is down");
    }
    for (size_t i = 0; i < n_topics; i++) {
        (void)get_topic_locked(self, topics[i].name);
    }
    return true;
}

static void
mem_free(JwBus *bus)
{
    MemBus *self = (MemBus *)bus;
    end_pending(self);
    g_ptr_array_unref(self->topics);
    g_ptr_array_unref(self->pending);
    g_ptr_array_unref(self->kept);
    g_ptr_array_unref(self->consumers);
    jw_mutex_clear(&self->mutex);
    g_free(self);
}

static void
publish_dlq(Consumer *consumer, const JwMessage *message, const char *reason)
{
    MemBus *self = consumer->bus;
    Record *record = record_new(message, 7);
    g_free(record->topic);
    record->topic = g_strconcat(message->topic, ".dlq", NULL);
    record->view.topic = record->topic;
    record_add_header(record, "jw_dlq_reason", g_strdup(reason != NULL ? reason : "refused"));
    record_add_header(record, "jw_dlq_service", g_strdup("test"));
    record_add_header(record, "jw_dlq_version", g_strdup("0"));
    record_add_header(record, "jw_dlq_topic", g_strdup(message->topic));
    record_add_header(record, "jw_dlq_partition", g_strdup("0"));
    record_add_header(record, "jw_dlq_offset",
                      g_strdup_printf("%" G_GINT64_FORMAT, message->offset));
    record_add_header(record, "jw_dlq_time", jw_time_format(message->timestamp_ms));
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    persist_locked(self, record);
}

static size_t
copy_batch(Consumer *consumer, const Position *position, JwMessage *messages)
{
    MemBus *self = consumer->bus;
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    const Topic *topic = get_topic_locked(self, position->topic);
    size_t n = 0;
    for (; n < consumer->batch_max && position->next + n < topic->records->len; n++) {
        const Record *record = g_ptr_array_index(topic->records, position->next + n);
        messages[n] = record->view;
    }
    return n;
}

/* Other threads may ask how far it has read. */
static void
advance(Consumer *consumer, Position *position, size_t n)
{
    g_auto(JwLocker) locker = jw_locker(&consumer->bus->mutex);
    position->next += n;
}

/* Offers one topic up to its end or its first LATER; returns how many were decided. */
static size_t
offer_topic(Consumer *consumer, guint index)
{
    g_autofree JwMessage *messages = g_new0(JwMessage, consumer->batch_max);
    g_autofree JwAnswer *answers = g_new0(JwAnswer, consumer->batch_max);
    size_t decided = 0;
    bool later = false;

    while (!later) {
        Position *position = &g_array_index(consumer->positions, Position, index);
        size_t n = copy_batch(consumer, position, messages);
        if (n == 0) {
            break;
        }
        memset(answers, 0, n * sizeof *answers);
        consumer->consume(messages, n, answers, consumer->data);
        size_t ended = 0;
        for (size_t i = 0; i < n; i++) {
            later = later || answers[i].verdict == JW_VERDICT_LATER;
            if (!later && answers[i].verdict == JW_VERDICT_POISON) {
                publish_dlq(consumer, &messages[i], answers[i].reason);
            }
            ended += later ? 0 : 1;
            g_free(answers[i].reason);
        }
        advance(consumer, position, ended);
        decided += ended;
    }
    return decided;
}

static void
consumer_free(JwConsumer *consumer)
{
    Consumer *self = (Consumer *)consumer;
    {
        g_auto(JwLocker) locker = jw_locker(&self->bus->mutex);
        g_ptr_array_remove(self->bus->consumers, self);
    }
    for (guint i = 0; i < self->positions->len; i++) {
        g_free(g_array_index(self->positions, Position, i).topic);
    }
    g_array_unref(self->positions);
    g_free(self);
}

static const JwConsumerOps consumer_ops = {
    .free = consumer_free,
};

static JwConsumer *
mem_subscribe(JwBus *bus, const JwSubscription *subscription, GError **error)
{
    MemBus *self = (MemBus *)bus;
    Consumer *consumer = g_new0(Consumer, 1);
    (void)error;
    consumer->base.ops = &consumer_ops;
    consumer->bus = self;
    consumer->positions = g_array_new(FALSE, FALSE, sizeof(Position));
    consumer->batch_max = subscription->batch_max;
    consumer->consume = subscription->consume;
    consumer->data = subscription->data;
    for (const char *const *topic = subscription->topics; *topic != NULL; topic++) {
        Position position = { g_strdup(*topic), 0 };
        g_array_append_val(consumer->positions, position);
    }
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    for (guint i = 0; subscription->newest && i < consumer->positions->len; i++) {
        Position *position = &g_array_index(consumer->positions, Position, i);

        position->next = get_topic_locked(self, position->topic)->records->len;
    }
    g_ptr_array_add(self->consumers, consumer);
    return &consumer->base;
}

static const JwBusOps mem_ops = {
    .free = mem_free,
    .publish = mem_publish,
    .flush = mem_flush,
    .connected = mem_connected,
    .create_topics = mem_create_topics,
    .subscribe = mem_subscribe,
};

JwBus *
jw_bus_mem_new(void)
{
    MemBus *self = g_new0(MemBus, 1);
    self->base.ops = &mem_ops;
    self->base.message_max_bytes = JW_BUS_MESSAGE_MAX_DEFAULT;
    jw_mutex_init(&self->mutex);
    self->kept = g_ptr_array_new_with_free_func(record_free);
    self->pending = g_ptr_array_new_with_free_func(record_free);
    self->topics = g_ptr_array_new_with_free_func(topic_free);
    self->consumers = g_ptr_array_new();
    return &self->base;
}

size_t
jw_bus_mem_deliver(JwBus *bus)
{
    g_return_val_if_fail(bus != NULL && bus->ops == &mem_ops, 0);

    MemBus *self = (MemBus *)bus;
    size_t decided = 0;
    end_pending(self);
    for (guint c = 0; c < self->consumers->len; c++) {
        Consumer *consumer = g_ptr_array_index(self->consumers, c);
        for (guint t = 0; t < consumer->positions->len; t++) {
            decided += offer_topic(consumer, t);
        }
    }
    return decided;
}

void
jw_bus_mem_set_down(JwBus *bus, bool down)
{
    g_return_if_fail(bus != NULL && bus->ops == &mem_ops);

    MemBus *self = (MemBus *)bus;
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    self->down = down;
}

void
jw_bus_mem_refuse(JwBus *bus, int n)
{
    g_return_if_fail(bus != NULL && bus->ops == &mem_ops);

    MemBus *self = (MemBus *)bus;
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    self->refuse = n;
}

size_t
jw_bus_mem_count(JwBus *bus, const char *topic)
{
    g_return_val_if_fail(bus != NULL && bus->ops == &mem_ops && topic != NULL, 0);

    MemBus *self = (MemBus *)bus;
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    return get_topic_locked(self, topic)->records->len;
}

const JwMessage *
jw_bus_mem_get(JwBus *bus, const char *topic, size_t index)
{
    g_return_val_if_fail(bus != NULL && bus->ops == &mem_ops && topic != NULL, NULL);

    MemBus *self = (MemBus *)bus;
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    const Topic *found = get_topic_locked(self, topic);
    g_return_val_if_fail(index < found->records->len, NULL);
    const Record *record = g_ptr_array_index(found->records, index);
    return &record->view;
}
