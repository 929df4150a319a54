/* kafka.c: a plain reader over librdkafka. One thread; librdkafka brings its own.
 * The bus port reads in groups, which move offsets and share partitions; looking at dead letters
 * must do neither. */
#include "kafka.h"

#include <librdkafka/rdkafka.h>
#include <string.h>

#include "jw/sync.h"

#define WAIT_MS  10000
#define RETRY_MS 100

struct _JcKafka {
    rd_kafka_t *rk;
};

bool
jc_bus_config(const JcContext *context, JwBusConfig *ret, GError **error)
{
    const JwConfigTable table = { "bus", jw_bus_config_entries, jw_bus_n_config_entries, ret };
    return jc_config_load(context, &table, error);
}

void
jc_bus_config_clear(JwBusConfig *self)
{
    const JwConfigTable table = { "bus", jw_bus_config_entries, jw_bus_n_config_entries, self };
    jw_config_clear(&table, 1);
}

static bool
set_conf(rd_kafka_conf_t *conf, const char *name, const char *value, GError **error)
{
    char text[256];

    if (rd_kafka_conf_set(conf, name, value, text, sizeof text) != RD_KAFKA_CONF_OK) {
        return jw_fail(error, JW_ERROR_INVALID, "Kafka setting %s: %s", name, text);
    }
    return true;
}

/* JW_KAFKA_SECURITY_PROTOCOL → security.protocol, as the bus takes them. */
static bool
take_environment(const JcContext *context, rd_kafka_conf_t *conf, GError **error)
{
    static const char prefix[] = "JW_KAFKA_";

    for (size_t i = 0; context->env != NULL && context->env[i] != NULL; i++) {
        const char *equals = strchr(context->env[i], '=');
        if (!g_str_has_prefix(context->env[i], prefix) || equals == NULL || equals[1] == '\0'
            || g_str_has_prefix(context->env[i], "JW_KAFKA_BROKERS=")) {
            continue;
        }
        const char *start = context->env[i] + strlen(prefix);
        g_autofree char *name = g_ascii_strdown(start, equals - start);
        (void)g_strdelimit(name, "_", '.');
        if (!set_conf(conf, name, equals + 1, error)) {
            return false;
        }
    }
    return true;
}

JcKafka *
jc_kafka_new(const JcContext *context, const JwBusConfig *config, GError **error)
{
    if (!jw_bus_brokers_check(config->brokers, error)) {
        return NULL;
    }
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char text[256];

    if (!set_conf(conf, "bootstrap.servers", config->brokers, error)
        || !set_conf(conf, "group.id", "jobctl", error)
        || !set_conf(conf, "enable.auto.commit", "false", error)
        || !set_conf(conf, "enable.partition.eof", "true", error)
        || !set_conf(conf, "log_level", "2", error) || !take_environment(context, conf, error)) {
        rd_kafka_conf_destroy(conf);
        return NULL;
    }
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, text, sizeof text);
    if (rk == NULL) {
        rd_kafka_conf_destroy(conf);
        return jw_fail_null(error, JW_ERROR_INVALID, "Kafka client: %s", text);
    }
    (void)rd_kafka_poll_set_consumer(rk);
    JcKafka *self = g_new0(JcKafka, 1);
    self->rk = rk;
    return self;
}

void
jc_kafka_free(gpointer self)
{
    JcKafka *kafka = self;

    if (kafka != NULL) {
        (void)rd_kafka_consumer_close(kafka->rk);
        rd_kafka_destroy(kafka->rk);
        g_free(kafka);
    }
}

static bool
fail(GError **error, rd_kafka_resp_err_t cause, const char *doing)
{
    return jw_fail(error, JW_ERROR_UNAVAILABLE, "%s: %s (is the broker up? make status)", doing,
                   rd_kafka_err2str(cause));
}

static const rd_kafka_metadata_t *
get_metadata(JcKafka *self, GError **error)
{
    const rd_kafka_metadata_t *metadata = NULL;
    const rd_kafka_resp_err_t cause = rd_kafka_metadata(self->rk, 1, NULL, &metadata, WAIT_MS);

    if (cause != RD_KAFKA_RESP_ERR_NO_ERROR) {
        (void)fail(error, cause, "asking Kafka for its topics");
        return NULL;
    }
    return metadata;
}

GHashTable *
jc_kafka_topics(JcKafka *self, GError **error)
{
    const rd_kafka_metadata_t *metadata = get_metadata(self, error);

    if (metadata == NULL) {
        return NULL;
    }
    GHashTable *names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (int i = 0; i < metadata->topic_cnt; i++) {
        (void)g_hash_table_add(names, g_strdup(metadata->topics[i].topic));
    }
    rd_kafka_metadata_destroy(metadata);
    return names;
}

static int
count_partitions(JcKafka *self, const char *topic, GError **error)
{
    const rd_kafka_metadata_t *metadata = get_metadata(self, error);
    int count = 0;

    if (metadata == NULL) {
        return -1;
    }
    for (int i = 0; i < metadata->topic_cnt; i++) {
        if (strcmp(metadata->topics[i].topic, topic) == 0) {
            count = metadata->topics[i].partition_cnt;
        }
    }
    rd_kafka_metadata_destroy(metadata);
    if (count == 0) {
        (void)jw_fail(error, JW_ERROR_NOT_FOUND, "there is no topic '%s'", topic);
        return -1;
    }
    return count;
}

/* The headers as the port has them; values that are not UTF-8 are left out. */
static GArray *
take_headers(const rd_kafka_message_t *message)
{
    GArray *list = g_array_new(FALSE, FALSE, sizeof(JwHeader));
    rd_kafka_headers_t *headers = NULL;
    const char *name = NULL;
    const void *value = NULL;
    size_t length = 0;

    if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return list;
    }
    for (size_t i = 0;
         rd_kafka_header_get_all(headers, i, &name, &value, &length) == RD_KAFKA_RESP_ERR_NO_ERROR;
         i++) {
        /* librdkafka puts a NUL behind every value */
        if (value != NULL && g_utf8_validate_len(value, length, NULL)) {
            const JwHeader header = { name, value };
            g_array_append_val(list, header);
        }
    }
    return list;
}

static bool
give(const rd_kafka_message_t *raw, JcKafkaFunc each, gpointer data, GError **error)
{
    g_autoptr(GArray) headers = take_headers(raw);
    rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
    const JwMessage message = {
        .topic = rd_kafka_topic_name(raw->rkt),
        .key = raw->key,
        .key_length = raw->key_len,
        .body = raw->payload,
        .body_length = raw->len,
        .headers = (const JwHeader *)(const void *)headers->data,
        .n_headers = headers->len,
        .partition = raw->partition,
        .offset = raw->offset,
        .timestamp_ms = rd_kafka_message_timestamp(raw, &type),
    };

    return each(&message, data, error);
}

typedef struct {
    const JcKafkaRead *read;
    JcKafkaFunc each;
    gpointer data;
    int64_t given;
} Reading;

static bool
full(const Reading *reading)
{
    return reading->read->limit > 0 && reading->given >= reading->read->limit;
}

/* Messages of the assigned partition up to @end. */
static bool
drain(JcKafka *self, Reading *reading, int64_t end, GError **error)
{
    for (;;) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(self->rk, WAIT_MS);
        if (message == NULL) {
            return jw_fail(error, JW_ERROR_UNAVAILABLE, "Kafka sent nothing for %d s",
                           WAIT_MS / 1000);
        }
        const rd_kafka_resp_err_t cause = message->err;
        const int64_t next = message->offset + 1;
        bool ok = true, done = cause == RD_KAFKA_RESP_ERR__PARTITION_EOF;
        if (cause == RD_KAFKA_RESP_ERR_NO_ERROR) {
            ok = give(message, reading->each, reading->data, error);
            reading->given++;
            done = next >= end || full(reading);
        } else if (!done) {
            ok = fail(error, cause, "reading");
        }
        rd_kafka_message_destroy(message);
        if (!ok || done) {
            return ok;
        }
    }
}

/* What passes by itself: a leader is being chosen, or our picture of it is old. */
static bool
passing(rd_kafka_resp_err_t cause)
{
    return cause == RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION
           || cause == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE
           || cause == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART
           || cause == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION
           || cause == RD_KAFKA_RESP_ERR__TRANSPORT;
}

static rd_kafka_resp_err_t
ask_offsets(JcKafka *self, const char *topic, int32_t partition, int64_t *ret_low,
            int64_t *ret_high)
{
    g_autoptr(JwStop) pause = jw_stop_new();
    const int64_t deadline_ms = jw_clock_mono_ms(jw_clock_system()) + WAIT_MS;
    rd_kafka_resp_err_t cause = RD_KAFKA_RESP_ERR_NO_ERROR;

    do {
        cause = rd_kafka_query_watermark_offsets(self->rk, topic, partition, ret_low, ret_high,
                                                 WAIT_MS);
    } while (passing(cause) && jw_clock_mono_ms(jw_clock_system()) < deadline_ms
             && !jw_stop_wait(pause, RETRY_MS));
    return cause;
}

static bool
read_partition(JcKafka *self, Reading *reading, int32_t partition, GError **error)
{
    const JcKafkaRead *read = reading->read;
    int64_t low = 0, high = 0;
    rd_kafka_resp_err_t cause = ask_offsets(self, read->topic, partition, &low, &high);
    if (cause != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return fail(error, cause, "asking for the offsets");
    }
    const int64_t start = read->offset >= 0 ? read->offset : low;
    const int64_t end = read->offset >= 0 ? MIN(read->offset + 1, high) : high;
    if (read->offset >= 0 && (start < low || start >= high)) {
        return jw_fail(error, JW_ERROR_NOT_FOUND,
                       "%s [%d] has offsets %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT
                       ", not %" G_GINT64_FORMAT,
                       read->topic, partition, low, high - 1, start);
    }
    if (start >= end) {
        return true;
    }
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, read->topic, partition)->offset = start;
    cause = rd_kafka_assign(self->rk, list);
    rd_kafka_topic_partition_list_destroy(list);
    if (cause != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return fail(error, cause, "assigning the partition");
    }
    const bool ok = drain(self, reading, end, error);
    (void)rd_kafka_assign(self->rk, NULL);
    return ok;
}

bool
jc_kafka_read(JcKafka *self, const JcKafkaRead *read, JcKafkaFunc each, gpointer data,
              GError **error)
{
    Reading reading = { .read = read, .each = each, .data = data };
    const int n_partitions = count_partitions(self, read->topic, error);

    if (n_partitions < 0) {
        return false;
    }
    if (read->partition >= n_partitions) {
        return jw_fail(error, JW_ERROR_NOT_FOUND, "%s has partitions 0 to %d, not %d", read->topic,
                       n_partitions - 1, read->partition);
    }
    for (int32_t p = 0; p < n_partitions && !full(&reading); p++) {
        if ((read->partition < 0 || read->partition == p)
            && !read_partition(self, &reading, p, error)) {
            return false;
        }
    }
    return true;
}
