/* commands/topics.c: jobctl topics: creates the Kafka topics of schemas/topics.json that do not
 * exist. Main thread. */
#include <jansson.h>

#include "command.h"
#include "kafka.h"
#include "jw/text.h"
#include "jw/wire.h"

#define MAKE_MS 30000

typedef struct {
    const char *schemas;
} Options;

static const JcOption options[] = {
    { "schemas", 's', JC_OPTION_TEXT, offsetof(Options, schemas), "DIR",
      "the folder with topics.json; JW_SCHEMAS_DIR, or ./schemas", 0, 0, NULL },
    { 0 },
};

static void
free_config(gpointer config)
{
    g_strfreev(config);
}

typedef struct {
    GArray *topics;     /* of JwTopic */
    GPtrArray *names;   /* owns their names */
    GPtrArray *configs; /* owns their settings, char ** */
} TopicList;

static void
topic_list_clear(TopicList *self)
{
    g_clear_pointer(&self->topics, g_array_unref);
    g_clear_pointer(&self->names, g_ptr_array_unref);
    g_clear_pointer(&self->configs, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(TopicList, topic_list_clear)

static char **
read_config(json_t *config)
{
    GPtrArray *pairs = g_ptr_array_new();
    const char *name = NULL;
    json_t *value = NULL;

    json_object_foreach(config, name, value)
    {
        g_ptr_array_add(pairs, g_strdup(name));
        g_ptr_array_add(pairs, g_strdup(json_string_value(value)));
    }
    g_ptr_array_add(pairs, NULL);
    return (char **)g_ptr_array_free(pairs, FALSE);
}

static bool
check_config(json_t *config)
{
    const char *name = NULL;
    json_t *value = NULL;

    json_object_foreach(config, name, value)
    {
        if (!json_is_string(value)) {
            return false;
        }
    }
    return config == NULL || json_is_object(config);
}

static bool
add_topic(TopicList *list, json_t *item, const char *prefix, size_t index, GError **error)
{
    const char *name = json_string_value(json_object_get(item, "name"));
    const json_int_t partitions = json_integer_value(json_object_get(item, "partitions"));
    json_t *config = json_object_get(item, "config");

    if (name == NULL || partitions < 1 || partitions > 1000 || !check_config(config)) {
        return jw_fail(
            error, JW_ERROR_INVALID,
            "/topics/%zu: needs name (string), partitions (1 to 1000) and config (strings)", index);
    }
    char *full = g_strconcat(prefix, name, NULL);
    char **pairs = read_config(config);
    const JwTopic topic = { full, (int)partitions, (const char *const *)pairs };
    g_ptr_array_add(list->names, full);
    g_ptr_array_add(list->configs, pairs);
    g_array_append_val(list->topics, topic);
    return true;
}

static bool
read_topics(const char *path, const char *prefix, TopicList *list, GError **error)
{
    json_auto_t *value = jw_json_parse_file(path, error);
    json_t *item = NULL;
    size_t i = 0;

    if (value == NULL) {
        return false;
    }
    list->topics = g_array_new(FALSE, FALSE, sizeof(JwTopic));
    list->names = g_ptr_array_new_with_free_func(g_free);
    list->configs = g_ptr_array_new_with_free_func(free_config);
    json_array_foreach(json_object_get(value, "topics"), i, item)
    {
        if (!add_topic(list, item, prefix, i, error)) {
            return jw_prefix(error, "%s", path);
        }
    }
    if (list->topics->len == 0) {
        return jw_fail(error, JW_ERROR_INVALID, "%s: /topics: names no topic", path);
    }
    return true;
}

static void
print_topics(const JcContext *context, const TopicList *list, GHashTable *existing)
{
    for (guint i = 0; i < list->topics->len; i++) {
        const JwTopic *topic = &g_array_index(list->topics, JwTopic, i);
        fprintf(context->out, "%-8s %s (%d partition%s)\n",
                g_hash_table_contains(existing, topic->name) ? "existed" : "created", topic->name,
                topic->partitions, topic->partitions == 1 ? "" : "s");
    }
}

static bool
create_topics(const JcContext *context, const Options *given, GError **error)
{
    g_auto(JwBusConfig) config = { 0 };
    g_auto(TopicList) list = { 0 };
    g_autofree char *dir = given->schemas != NULL
                               ? g_strdup(given->schemas)
                               : jc_find_path(context, "JW_SCHEMAS_DIR", "schemas",
                                              "name the folder with --schemas DIR", error);

    if (dir == NULL || !jc_bus_config(context, &config, error)) {
        return false;
    }
    g_autofree char *path = g_build_filename(dir, "topics.json", NULL);
    if (!read_topics(path, config.topic_prefix, &list, error)) {
        return false;
    }
    g_autoptr(JcKafka) kafka = jc_kafka_new(context, &config, error);
    if (kafka == NULL) {
        return false;
    }
    g_autoptr(GHashTable) existing = jc_kafka_topics(kafka, error);
    if (existing == NULL) {
        return false;
    }
    g_autoptr(JwBus) bus = jw_bus_kafka_new(&config, "jobctl", JW_VERSION, error);
    if (bus == NULL
        || !jw_bus_create_topics(bus, (const JwTopic *)(const void *)list.topics->data,
                                 list.topics->len, MAKE_MS, error)) {
        return false;
    }
    print_topics(context, &list, existing);
    return true;
}

static JcExit
run(const JcCall *call, GError **error)
{
    return create_topics(call->context, call->given, error) ? JC_EXIT_OK : JC_EXIT_FAILED;
}

static const JcVerb verbs[] = { { .name = "", .run = run }, { 0 } };

const JcCommand jc_topics = {
    .name = "topics",
    .summary = "creates the Kafka topics that are missing",
    .help = "Reads topics.json and creates what JW_KAFKA_BROKERS does not have, with "
            "JW_BUS_TOPIC_PREFIX in\n"
            "front. What exists is left as it is. Can be run at any time.\n",
    .options = options,
    .given_size = sizeof(Options),
    .verbs = verbs,
};
