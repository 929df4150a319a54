/* bus_kafka_conf.c: the settings of our Kafka clients.
 * Main thread, at start.
 * Three layers: defaults of ours, JW_KAFKA_* from the environment on top of them, and the fixed
 * settings that keep messages safe, which the environment may not touch: librdkafka's own defaults
 * skip or lose messages (auto.offset.reset, automatic offset store, no idempotence). */
#include "kafka_private.h"

#include "jw/text.h"

#include <stdio.h>
#include <string.h>

#define PREFIX        "JW_KAFKA_"
#define HEADROOM      65536 /* of librdkafka's own limit above ours: framing, DLQ headers */
#define LARGEST_BYTES INT64_C(1000000000)
#define SECRET_LIMIT  65536

#define HEARTBEATS_A_SESSION 3 /* at least: one may get lost */

typedef struct {
    const char *key, *value;
} Setting;

/* Both kinds of client get the whole list; librdkafka logs at debug what it does not need. */
static const Setting defaults[] = {
    { "broker.address.family", "any" },
    { "reconnect.backoff.max.ms",
      "2000" }, /* 10 s would keep work waiting after the broker is back */
    { "socket.keepalive.enable", "true" },
    { "socket.nagle.disable", "true" },
    { "topic.metadata.refresh.interval.ms", "30000" },
    /* producer */
    { "linger.ms", "2" },
    /* the one codec that every client reads without an add-on (kafkajs has no other); a message of
     * 1 kB costs 20 µs more than none, and a twentieth of the space in a busy topic */
    { "compression.codec", "gzip" },
    { "queue.buffering.max.kbytes", "131072" },
    { "partitioner",
      "murmur2_random" }, /* as Java and most other clients: same key, same partition */
    /* consumer: a dead one keeps its partitions for as long as a session, and 6 s is the shortest
     * that brokers take unless told otherwise (group.min.session.timeout.ms); one that was only
     * slow comes back and has lost nothing */
    { "session.timeout.ms", "6000" },
    { "heartbeat.interval.ms", "1000" },
    /* prefetched messages cost memory, and a pause drops them */
    { "queued.min.messages", "2000" },
    { "queued.max.messages.kbytes", "16384" },
    { "fetch.error.backoff.ms", "200" },
};

static const Setting fixed_producer[] = {
    { "enable.idempotence", "true" },
    { "acks", "all" },
};

/* Offsets are stored by us, one by one, and committed by librdkafka every second, at a rebalance
 * and at closing: it does the last two itself in the right order without blocking our poll thread,
 * which an explicit commit would. What a crash leaves uncommitted comes again, and deciding twice
 * is harmless. */
static const Setting fixed_consumer[] = {
    { "enable.auto.commit", "true" },
    { "auto.commit.interval.ms", "1000" },
    { "enable.auto.offset.store", "false" },
    { "auto.offset.reset", "earliest" },
    { "partition.assignment.strategy", "range" },
    { "enable.partition.eof", "false" },
};

/* Instead, of one that reads what comes from now on. */
static const Setting fixed_newest[] = {
    { "enable.auto.commit", "false" },
    { "auto.offset.reset", "latest" },
};

/* Keys that the environment may not set, and what to do instead. */
static const Setting protected_keys[] = {
    { "bootstrap.servers", "set JW_KAFKA_BROKERS" },
    { "metadata.broker.list", "set JW_KAFKA_BROKERS" },
    { "client.id", "set JW_KAFKA_CLIENT_ID" },
    { "message.max.bytes", "set JW_BUS_MESSAGE_MAX" },
    { "queue.buffering.max.messages", "set JW_BUS_QUEUE_MAX" },
    { "delivery.timeout.ms", "set JW_BUS_PUBLISH_TIMEOUT" },
    { "message.timeout.ms", "set JW_BUS_PUBLISH_TIMEOUT" },
    { "enable.idempotence", NULL },
    { "acks", NULL },
    { "request.required.acks", NULL },
    { "message.send.max.retries", NULL },
    { "retries", NULL },
    { "max.in.flight", NULL },
    { "max.in.flight.requests.per.connection", NULL },
    { "queuing.strategy", NULL },
    { "produce.offset.report", NULL },
    { "delivery.report.only.error", NULL },
    { "transactional.id", NULL },
    { "enable.gapless.guarantee", NULL },
    { "group.id", NULL },
    { "group.instance.id", NULL },
    { "enable.auto.commit", NULL },
    { "auto.commit.enable", NULL },
    { "auto.commit.interval.ms", NULL },
    { "enable.auto.offset.store", NULL },
    { "auto.offset.reset", NULL },
    { "offset.store.method", NULL },
    { "partition.assignment.strategy", NULL },
    { "enable.partition.eof", NULL },
    { "consume.callback.max.messages", NULL },
};

static const char *const secret_keys[] = { "sasl.password", "ssl.key.password",
                                           "ssl.keystore.password", "ssl.key.pem" };

static bool
set(rd_kafka_conf_t *conf, const char *key, const char *value, GError **error)
{
    char text[256];
    if (rd_kafka_conf_set(conf, key, value, text, sizeof text) != RD_KAFKA_CONF_OK) {
        return jw_fail(error, JW_ERROR_INVALID, "Kafka setting %s: %s", key, text);
    }
    return true;
}

static bool
set_all(rd_kafka_conf_t *conf, const Setting *settings, size_t n_settings, GError **error)
{
    for (size_t i = 0; i < n_settings; i++) {
        if (!set(conf, settings[i].key, settings[i].value, error)) {
            return false;
        }
    }
    return true;
}

static bool
set_int(rd_kafka_conf_t *conf, const char *key, int64_t value, GError **error)
{
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, value);
    return set(conf, key, text, error);
}

/* SASL_PASSWORD → sasl.password. A secret may also come from a file: SASL_PASSWORD_FILE. */
static char *
key_of(const char *name, bool *ret_from_file)
{
    g_autofree char *key = g_ascii_strdown(name, -1);
    g_strdelimit(key, "_", '.');
    *ret_from_file = false;
    if (g_str_has_suffix(key, ".file")) {
        g_autofree char *stem = g_strndup(key, strlen(key) - strlen(".file"));
        for (size_t i = 0; i < G_N_ELEMENTS(secret_keys); i++) {
            if (strcmp(stem, secret_keys[i]) == 0) {
                *ret_from_file = true;
                return g_steal_pointer(&stem);
            }
        }
    }
    return g_steal_pointer(&key);
}

static const Setting *
find_protected(const char *key)
{
    for (size_t i = 0; i < G_N_ELEMENTS(protected_keys); i++) {
        if (strcmp(protected_keys[i].key, key) == 0) {
            return &protected_keys[i];
        }
    }
    return NULL;
}

/* All settings of librdkafka, one a line, its name first: the only list that has them all. */
static char *
list_settings(void)
{
    char *text = NULL;
    size_t length = 0;
    FILE *file = open_memstream(&text, &length);

    if (file == NULL) {
        return g_strdup("");
    }
    rd_kafka_conf_properties_show(file);
    (void)fclose(file);
    return text; /* malloc's, as all of g_free() is since GLib 2.46 */
}

/* The setting that is nearest to one that is not known: its end may have been left out ("linger" of
 * "linger.ms"). As a variable. (transfer full) (nullable) */
static char *
meant_variable(const char *key)
{
    g_autofree char *text = list_settings();
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autofree char *stem = g_strconcat(key, ".", NULL);
    JwNearest nearest = jw_nearest_begin(key);
    const char *longer = NULL;

    for (size_t i = 0; lines[i] != NULL; i++) {
        lines[i][strcspn(lines[i], " |")] = '\0';
        jw_nearest_offer(&nearest, lines[i]);
        longer = longer == NULL && g_str_has_prefix(lines[i], stem) ? lines[i] : longer;
    }
    const char *meant = nearest.name != NULL ? nearest.name : longer;
    if (meant == NULL) {
        return NULL;
    }
    g_autofree char *upper = g_ascii_strup(meant, -1);
    return g_strconcat(PREFIX, g_strdelimit(upper, ".", '_'), NULL);
}

static bool
apply_variable(rd_kafka_conf_t *conf, const char *variable, const char *value, GError **error)
{
    bool from_file = false;
    g_autofree char *key = key_of(variable + strlen(PREFIX), &from_file);
    const Setting *protected_key = find_protected(key);
    g_autofree char *secret = NULL;

    if (protected_key != NULL) {
        return jw_fail(error, JW_ERROR_INVALID, "%s: %s cannot be changed%s%s", variable, key,
                       protected_key->value != NULL ? "; " : ": it keeps messages safe",
                       protected_key->value != NULL ? protected_key->value : "");
    }
    if (from_file) {
        secret = jw_file_read(value, SECRET_LIMIT, NULL, error);
        if (secret == NULL) {
            return jw_prefix(error, "%s", variable);
        }
        g_strchomp(secret);
        value = secret;
    }
    char text[256];
    const rd_kafka_conf_res_t result = rd_kafka_conf_set(conf, key, value, text, sizeof text);
    g_autofree char *meant = result == RD_KAFKA_CONF_UNKNOWN ? meant_variable(key) : NULL;
    if (meant != NULL) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "%s: librdkafka has no setting %s; did you mean %s?", variable, key, meant);
    }
    return result == RD_KAFKA_CONF_OK
           || jw_fail(error, JW_ERROR_INVALID, "%s: Kafka setting %s: %s", variable, key, text);
}

/* Every wrong variable is named, one a line. */
static void
apply_environment(rd_kafka_conf_t *conf, const char *const *environ_, JwConfigCheck *check)
{
    for (size_t i = 0; environ_ != NULL && environ_[i] != NULL; i++) {
        const char *equals = strchr(environ_[i], '=');
        if (!g_str_has_prefix(environ_[i], PREFIX) || equals == NULL) {
            continue;
        }
        g_autofree char *variable = g_strndup(environ_[i], (size_t)(equals - environ_[i]));
        g_autoptr(GError) violation = NULL;
        if (strcmp(variable, PREFIX "BROKERS") == 0 || strcmp(variable, PREFIX "CLIENT_ID") == 0) {
            continue;
        }
        jw_config_note(check, apply_variable(conf, variable, equals + 1, &violation), &violation);
    }
}

static int64_t
get_int(const rd_kafka_conf_t *conf, const char *key)
{
    char text[64];
    size_t size = sizeof text;
    gint64 value = 0;

    if (rd_kafka_conf_get(conf, key, text, &size) == RD_KAFKA_CONF_OK) {
        (void)g_ascii_string_to_signed(text, 10, G_MININT64, G_MAXINT64, &value, NULL);
    }
    return value;
}

static bool
check_heartbeat(int64_t heartbeat_ms, int64_t session_ms, GError **error)
{
    return session_ms >= HEARTBEATS_A_SESSION * heartbeat_ms
           || jw_fail(error, JW_ERROR_INVALID,
                      "JW_KAFKA_HEARTBEAT_INTERVAL_MS: %" G_GINT64_FORMAT
                      " is too long beside JW_KAFKA_SESSION_TIMEOUT_MS=%" G_GINT64_FORMAT
                      ": give at most a third of it, so that a heartbeat may get lost",
                      heartbeat_ms, session_ms);
}

static bool
check_poll(int64_t poll_ms, int64_t session_ms, GError **error)
{
    return poll_ms >= session_ms
           || jw_fail(error, JW_ERROR_INVALID,
                      "JW_KAFKA_MAX_POLL_INTERVAL_MS: %" G_GINT64_FORMAT
                      " is shorter than JW_KAFKA_SESSION_TIMEOUT_MS=%" G_GINT64_FORMAT
                      ": give at least as much",
                      poll_ms, session_ms);
}

/* What librdkafka takes or corrects silently, or refuses with the first consumer only. Of times
 * that were taken alone. */
static void
check_times(const rd_kafka_conf_t *conf, JwConfigCheck *check)
{
    const JwConfigCheck taken = { .unread = check->wrong->str };
    int64_t session_ms = get_int(conf, "session.timeout.ms");
    int64_t heartbeat_ms = get_int(conf, "heartbeat.interval.ms");
    int64_t poll_ms = get_int(conf, "max.poll.interval.ms");
    g_autoptr(GError) error = NULL;

    if (!jw_config_is_read(&taken, PREFIX "SESSION_TIMEOUT_MS", PREFIX "HEARTBEAT_INTERVAL_MS",
                           PREFIX "MAX_POLL_INTERVAL_MS", NULL)) {
        return;
    }
    jw_config_note(check, check_heartbeat(heartbeat_ms, session_ms, &error), &error);
    jw_config_note(check, check_poll(poll_ms, session_ms, &error), &error);
}

rd_kafka_conf_t *
jw_kafka_conf_new(const JwBusConfig *config, const char *service, const char *const *environ_,
                  GError **error)
{
    g_autoptr(rd_kafka_conf_t) conf = rd_kafka_conf_new();
    const char *client_id =
        config->client_id != NULL && config->client_id[0] != '\0' ? config->client_id : service;

    g_autoptr(GString) wrong = g_string_new(NULL);
    JwConfigCheck check = { .unread = "", .wrong = wrong };
    g_autoptr(GError) violation = NULL;

    rd_kafka_conf_set_log_cb(conf, jw_kafka_log);
    rd_kafka_conf_set_error_cb(conf, jw_kafka_on_error);
    if (!set_all(conf, defaults, G_N_ELEMENTS(defaults), error)
        || !set(conf, "client.id", client_id, error)) {
        return NULL;
    }
    jw_config_note(&check, jw_bus_brokers_check(config->brokers, &violation), &violation);
    apply_environment(conf, environ_, &check);
    check_times(conf, &check);
    if (wrong->len > 0) {
        return jw_fail_null(error, JW_ERROR_INVALID, "%s", wrong->str);
    }
    if (!set(conf, "bootstrap.servers", config->brokers, error)) {
        return NULL;
    }
    return g_steal_pointer(&conf);
}

rd_kafka_conf_t *
jw_kafka_conf_producer(const rd_kafka_conf_t *common, const JwBusConfig *config, GError **error)
{
    g_autoptr(rd_kafka_conf_t) conf = rd_kafka_conf_dup(common);
    int64_t queue_max = config->queue_max > 0 ? config->queue_max : 100000;
    int64_t timeout_ms = config->publish_timeout_ms > 0 ? config->publish_timeout_ms : 30000;
    int64_t max_bytes =
        config->message_max_bytes > 0 ? config->message_max_bytes : JW_BUS_MESSAGE_MAX_DEFAULT;

    if (!set_all(conf, fixed_producer, G_N_ELEMENTS(fixed_producer), error)
        || !set_int(conf, "queue.buffering.max.messages", queue_max, error)
        || !set_int(conf, "message.max.bytes", MIN(max_bytes + HEADROOM, LARGEST_BYTES), error)
        || !set_int(conf, "delivery.timeout.ms", timeout_ms, error)) {
        return NULL;
    }
    return g_steal_pointer(&conf);
}

rd_kafka_conf_t *
jw_kafka_conf_consumer(const rd_kafka_conf_t *common, const char *group, bool newest,
                       GError **error)
{
    g_autoptr(rd_kafka_conf_t) conf = rd_kafka_conf_dup(common);
    if (!set_all(conf, fixed_consumer, G_N_ELEMENTS(fixed_consumer), error)
        || (newest && !set_all(conf, fixed_newest, G_N_ELEMENTS(fixed_newest), error))
        || !set(conf, "group.id", group, error)) {
        return NULL;
    }
    return g_steal_pointer(&conf);
}

void
jw_bus_kafka_check(const JwBusConfig *config, const char *service, JwConfigCheck *check)
{
    g_return_if_fail(config != NULL && service != NULL && check != NULL);

    char any[] = "localhost"; /* in the place of brokers that were not read: told already */
    JwBusConfig known = *config;
    g_auto(GStrv) environ_ = g_get_environ();
    g_autoptr(GError) error = NULL;

    if (!jw_config_is_read(check, "JW_KAFKA_BROKERS", NULL)) {
        known.brokers = any;
    }
    g_autoptr(rd_kafka_conf_t) common =
        jw_kafka_conf_new(&known, service, (const char *const *)environ_, &error);
    jw_config_note(check, common != NULL, &error);
    if (common != NULL
        && jw_config_is_read(check, "JW_BUS_MESSAGE_MAX", "JW_BUS_QUEUE_MAX",
                             "JW_BUS_PUBLISH_TIMEOUT", NULL)) {
        g_autoptr(rd_kafka_conf_t) producer = jw_kafka_conf_producer(common, &known, &error);
        jw_config_note(check, producer != NULL, &error);
    }
}
