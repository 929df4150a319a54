/* commands/dlq.c: jobctl dlq: looks at dead letters, and sends them again to where they came from.
 * Main thread. */
#include <inttypes.h>
#include <jansson.h>
#include <stdatomic.h>
#include <string.h>

#include "command.h"
#include "kafka.h"
#include "jw/text.h"

#define SUFFIX   ".dlq"
#define FLUSH_MS 30000

typedef struct {
    int64_t limit, partition, offset;
    bool all, json;
} Options;

static const JcOption options[] = {
    { "limit", 'n', JC_OPTION_INT, offsetof(Options, limit), "N",
      "list: at most this many; default 50", 1, 1000000, NULL },
    { "json", '\0', JC_OPTION_FLAG, offsetof(Options, json), NULL, "list: one JSON object a line",
      0, 0, NULL },
    { "partition", 'p', JC_OPTION_INT, offsetof(Options, partition), "P",
      "replay: of the dead letter topic; default 0", 0, INT32_MAX, NULL },
    { "offset", 'o', JC_OPTION_INT, offsetof(Options, offset), "O", "replay: this one", 0,
      INT64_MAX, NULL },
    { "all", 'a', JC_OPTION_FLAG, offsetof(Options, all), NULL, "replay: all that are there now", 0,
      0, NULL },
    { 0 },
};

typedef struct {
    const JcContext *context;
    const Options *given;
    const char *topic; /* the dead letters' */
    JwBus *bus;        /* replay */
    int64_t seen, skipped;
    atomic_int failed; /* counted on the bus's delivery thread */
} Dlq;

static const char *
header(const JwMessage *message, const char *name, const char *none)
{
    const char *value = jw_message_header(message, name);
    return value != NULL ? value : none;
}

/* In one line, as its sender may be anybody. (transfer full) */
static char *
shown(const JwMessage *message, const char *name, const char *none)
{
    return jw_text_one_line(header(message, name, none));
}

static void
list_json(const Dlq *dlq, const JwMessage *message)
{
    json_auto_t *headers = json_object();
    g_autofree char *key =
        g_utf8_make_valid(message->key != NULL ? message->key : "", (gssize)message->key_length);

    for (size_t i = 0; i < message->n_headers; i++) {
        (void)json_object_set_new(headers, message->headers[i].name,
                                  json_string(message->headers[i].value));
    }
    json_auto_t *line =
        json_pack("{s:s, s:i, s:I, s:I, s:s, s:I, s:O}", "topic", message->topic, "partition",
                  (int)message->partition, "offset", (json_int_t)message->offset, "timestampMs",
                  (json_int_t)message->timestamp_ms, "key", key, "bytes",
                  (json_int_t)message->body_length, "headers", headers);
    (void)json_dumpf(line, dlq->context->out, JSON_COMPACT | JSON_SORT_KEYS);
    fputc('\n', dlq->context->out);
}

static bool
list_one(const JwMessage *message, gpointer data, GError **error G_GNUC_UNUSED)
{
    Dlq *dlq = data;
    FILE *out = dlq->context->out;

    dlq->seen++;
    if (dlq->given->json) {
        list_json(dlq, message);
        return true;
    }
    g_autofree char *when = jw_time_format(message->timestamp_ms);
    g_autofree char *bytes = jw_text_bytes((int64_t)message->body_length);
    g_autofree char *key =
        g_utf8_make_valid(message->key != NULL ? message->key : "", (gssize)message->key_length);
    g_autofree char *shown_key = jw_text_one_line(key);
    g_autofree char *reason = shown(message, "jw_dlq_reason", "(none given)");
    g_autofree char *type = shown(message, "ce_type", "?");
    g_autofree char *id = shown(message, "ce_id", "?");
    jc_print(out, "partition %" PRId32 " offset %" PRId64 "  %s\n", message->partition,
             message->offset, header(message, "jw_dlq_time", when));
    jc_print(out, "  reason  %s\n", reason);
    jc_print(out, "  from    %s partition %s offset %s, refused by %s %s\n",
             header(message, "jw_dlq_topic", "?"), header(message, "jw_dlq_partition", "?"),
             header(message, "jw_dlq_offset", "?"), header(message, "jw_dlq_service", "?"),
             header(message, "jw_dlq_version", "?"));
    jc_print(out, "  message %s, key '%s', type %s, id %s\n", bytes, shown_key, type, id);
    return true;
}

static void
on_published(bool persisted, const char *why G_GNUC_UNUSED, gpointer data)
{
    Dlq *dlq = data;

    if (!persisted) {
        (void)atomic_fetch_add(&dlq->failed, 1);
    }
}

/* Where it came from; the headers the dead letter queue added are taken off. */
static bool
replay_one(const JwMessage *message, gpointer data, GError **error)
{
    Dlq *dlq = data;
    g_autofree char *named = g_strndup(dlq->topic, strlen(dlq->topic) - strlen(SUFFIX));
    g_autofree JwHeader *headers = g_new0(JwHeader, message->n_headers + 1);
    JwMessage again = *message;

    if (jw_message_header(message, "jw_dlq_omitted") != NULL) {
        jc_print(dlq->context->err,
                 "partition %" PRId32 " offset %" PRId64 ": left out, %s; it is in %s partition %s "
                 "offset %s\n",
                 message->partition, message->offset, header(message, "jw_dlq_omitted", ""),
                 header(message, "jw_dlq_topic", named), header(message, "jw_dlq_partition", "?"),
                 header(message, "jw_dlq_offset", "?"));
        dlq->skipped++;
        return true;
    }
    again.topic = header(message, "jw_dlq_topic", named);
    again.headers = headers;
    again.n_headers = 0;
    for (size_t i = 0; i < message->n_headers; i++) {
        if (!g_str_has_prefix(message->headers[i].name, "jw_dlq_")) {
            headers[again.n_headers++] = message->headers[i];
        }
    }
    if (!jw_bus_publish(dlq->bus, &again, on_published, dlq, error)) {
        return jw_prefix(error, "partition %" PRId32 " offset %" PRId64, message->partition,
                         message->offset);
    }
    dlq->seen++;
    return true;
}

/* "job.commands.high" → "jobwire.job.commands.high.dlq". */
static char *
full_topic(const char *prefix, const char *topic)
{
    return g_strconcat(g_str_has_prefix(topic, prefix) ? "" : prefix, topic,
                       g_str_has_suffix(topic, SUFFIX) ? "" : SUFFIX, NULL);
}

static JcExit
list(const JcCall *call, GError **error)
{
    const Options *given = call->given;
    g_auto(JwBusConfig) config = { 0 };

    if (!jc_bus_config(call->context, &config, error)) {
        return JC_EXIT_FAILED;
    }
    g_autofree char *topic = full_topic(config.topic_prefix, call->arguments[0]);
    g_autoptr(JcKafka) kafka = jc_kafka_new(call->context, &config, error);
    const JcKafkaRead read = {
        .topic = topic, .partition = -1, .offset = -1, .limit = given->limit
    };
    Dlq dlq = { .context = call->context, .given = given, .topic = topic };
    if (kafka == NULL || !jc_kafka_read(kafka, &read, list_one, &dlq, error)) {
        return JC_EXIT_FAILED;
    }
    if (dlq.seen == 0 && !given->json) {
        fprintf(call->context->out, "%s holds no dead letters\n", topic);
    }
    return JC_EXIT_OK;
}

static JcExit
replay(const JcCall *call, GError **error)
{
    const Options *given = call->given;
    g_auto(JwBusConfig) config = { 0 };

    if (!jc_bus_config(call->context, &config, error)) {
        return JC_EXIT_FAILED;
    }
    g_autofree char *topic = full_topic(config.topic_prefix, call->arguments[0]);
    g_autoptr(JcKafka) kafka = jc_kafka_new(call->context, &config, error);
    JwBus *bus = kafka != NULL ? jw_bus_kafka_new(&config, "jobctl", JW_VERSION, error) : NULL;
    const JcKafkaRead read = { .topic = topic,
                               .partition = given->all ? -1 : (int32_t)given->partition,
                               .offset = given->all ? -1 : given->offset };
    Dlq dlq = { .context = call->context, .given = given, .topic = topic, .bus = bus };
    if (bus == NULL) {
        return JC_EXIT_FAILED;
    }
    bool ok = jc_kafka_read(kafka, &read, replay_one, &dlq, error);
    ok = jw_bus_flush(bus, FLUSH_MS, ok ? error : NULL) && ok;
    jw_bus_free(bus); /* every on_published() has been called now */
    const int failed = atomic_load(&dlq.failed);
    fprintf(call->context->out,
            "%" PRId64 " sent again, %d not taken by the broker, %" PRId64 " left out\n",
            dlq.seen - failed, failed, dlq.skipped);
    if (!ok || failed > 0) {
        return JC_EXIT_FAILED;
    }
    return dlq.skipped > 0 ? JC_EXIT_PARTLY : JC_EXIT_OK;
}

static bool
check(const JcCall *call, GError **error)
{
    const Options *given = call->given;

    return strcmp(call->verb->name, "replay") != 0 || given->all != (given->offset >= 0)
           || jw_fail(error, JW_ERROR_INVALID,
                      "choose: --all, or --offset O (with --partition P); see jobctl dlq list %s",
                      call->arguments[0]);
}

static const JcVerb verbs[] = {
    { "list", "TOPIC", "shows dead letters with their reasons", 1, 1, "limit json", .run = list },
    { "replay", "TOPIC", "sends them to where they came from", 1, 1, "partition offset all",
      .run = replay },
    { 0 },
};

const JcCommand jc_dlq = {
    .name = "dlq",
    .summary = "shows dead letters, and sends them again",
    .help = "TOPIC is job.commands.high and the like; prefix and .dlq may be left out.\n"
            "replay publishes the original key, bytes and headers to the topic they came from. The "
            "dead\n"
            "letter stays where it is until the topic's retention removes it, so a second replay "
            "sends\n"
            "it a second time; who reads Jobwire's topics knows a message by its id and does it "
            "once.\n",
    .options = options,
    .given_size = sizeof(Options),
    .defaults = &(const Options){ .limit = 50, .offset = -1 },
    .verbs = verbs,
    .check = check,
};
