/* store_mongo.c: the Mongo adapter itself: configuration, the pool, indexes, health. Any thread;
 * the pool is libmongoc's and the only shared state. Not fork-safe, as libmongoc is not. */
#include "store_mongo.h"
#include "jw/log.h"
#include <pthread.h>
#include <string.h>

const JwConfigEntry jw_store_config_entries[] = {
    { .name = "JW_MONGODB_URI",
      .type = JW_CONFIG_STRING,
      .offset = offsetof(JwStoreConfig, uri),
      .default_text = "mongodb://127.0.0.1:27017",
      .flags = JW_CONFIG_URI | JW_CONFIG_SECRET,
      .help = "MongoDB connection string; what it sets wins over the variables below" },
    { .name = "JW_MONGODB_DATABASE",
      .type = JW_CONFIG_STRING,
      .offset = offsetof(JwStoreConfig, database),
      .default_text = "jobwire",
      .help = "database of jobs, deliveries, schedules, artifacts and records" },
    { .name = "JW_MONGODB_W",
      .type = JW_CONFIG_STRING,
      .offset = offsetof(JwStoreConfig, write_concern),
      .default_text = "majority",
      .help = "write concern: majority, or how many members confirm" },
    { .name = "JW_MONGODB_JOURNAL",
      .type = JW_CONFIG_BOOL,
      .offset = offsetof(JwStoreConfig, journal),
      .default_text = "true",
      .help = "a write counts when it is in the journal; false can lose acknowledged work" },
    { .name = "JW_MONGODB_POOL_SIZE",
      .type = JW_CONFIG_INT,
      .offset = offsetof(JwStoreConfig, pool_size),
      .default_text = "16",
      .min = 1,
      .max = 1000,
      .help = "connections of one process" },
    { .name = "JW_MONGODB_WAIT",
      .type = JW_CONFIG_DURATION,
      .offset = offsetof(JwStoreConfig, wait_ms),
      .default_text = "5s",
      .min = 1,
      .max = 600000,
      .help = "wait for a free connection" },
    { .name = "JW_MONGODB_SELECT_TIMEOUT",
      .type = JW_CONFIG_DURATION,
      .offset = offsetof(JwStoreConfig, select_ms),
      .default_text = "5s",
      .min = 1,
      .max = 600000,
      .help = "wait for a usable server" },
    { .name = "JW_MONGODB_SOCKET_TIMEOUT",
      .type = JW_CONFIG_DURATION,
      .offset = offsetof(JwStoreConfig, socket_ms),
      .default_text = "30s",
      .min = 1,
      .max = 3600000,
      .help = "wait for a reply" },
};
const size_t jw_store_n_config_entries = G_N_ELEMENTS(jw_store_config_entries);

static void
log_driver(mongoc_log_level_t level, const char *domain, const char *message, void *data)
{
    (void)data;
    if (level <= MONGOC_LOG_LEVEL_WARNING) {
        jw_debug("mongoc", JW_STR("part", domain), JW_STR("message", message));
    }
}

static void
init_driver(void)
{
    mongoc_init();
    mongoc_log_set_handler(log_driver, NULL);
}

static void
default_int32(mongoc_uri_t *uri, const char *option, int64_t value)
{
    if (!mongoc_uri_has_option(uri, option)) {
        mongoc_uri_set_option_as_int32(uri, option, (int32_t)value);
    }
}

static bool
set_write_concern(mongoc_uri_t *uri, const JwStoreConfig *config, GError **error)
{
    g_autoptr(mongoc_write_concern_t) concern =
        mongoc_write_concern_copy(mongoc_uri_get_write_concern(uri));
    gint64 members = 0;

    if (!mongoc_uri_has_option(uri, MONGOC_URI_W)) {
        if (config->write_concern == NULL || strcmp(config->write_concern, "majority") == 0) {
            mongoc_write_concern_set_wmajority(concern, 0);
        } else if (g_ascii_string_to_signed(config->write_concern, 10, 1, 50, &members, NULL)) {
            mongoc_write_concern_set_w(concern, (int32_t)members);
        } else {
            return jw_fail(error, JW_ERROR_INVALID,
                           "JW_MONGODB_W is '%s'; give majority or a number from 1 to 50",
                           config->write_concern);
        }
    }
    if (!mongoc_uri_has_option(uri, MONGOC_URI_JOURNAL)) {
        mongoc_write_concern_set_journal(concern, config->journal);
    }
    if (!mongoc_write_concern_is_valid(concern) || !mongoc_write_concern_is_acknowledged(concern)) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "the write concern of the MongoDB URI would lose work; leave w out of it");
    }
    mongoc_uri_set_write_concern(uri, concern);
    return true;
}

static mongoc_uri_t *
make_uri(const JwStoreConfig *config, const char *app, GError **error)
{
    bson_error_t cause;
    g_autoptr(mongoc_uri_t) uri = mongoc_uri_new_with_error(config->uri, &cause);

    if (uri == NULL) {
        return jw_fail_null(error, JW_ERROR_INVALID, "the MongoDB URI is not valid: %s",
                            cause.message);
    }
    default_int32(uri, MONGOC_URI_MAXPOOLSIZE, config->pool_size);
    default_int32(uri, MONGOC_URI_WAITQUEUETIMEOUTMS, config->wait_ms);
    default_int32(uri, MONGOC_URI_SOCKETTIMEOUTMS, config->socket_ms);
    default_int32(uri, MONGOC_URI_CONNECTTIMEOUTMS, config->select_ms);
    if (!mongoc_uri_has_option(uri, MONGOC_URI_RETRYWRITES)) {
        mongoc_uri_set_option_as_bool(uri, MONGOC_URI_RETRYWRITES, false);
    }
    if (!mongoc_uri_has_option(uri, MONGOC_URI_APPNAME) && app != NULL) {
        mongoc_uri_set_appname(uri, app);
    }
    return set_write_concern(uri, config, error) ? g_steal_pointer(&uri) : NULL;
}

static void
free_mongo(JwStore *self)
{
    JwStoreMongo *mongo = (JwStoreMongo *)self;

    mongoc_client_pool_destroy(mongo->pool);
    jw_store_servers_clear(&mongo->servers);
    g_hash_table_unref(mongo->noted);
    jw_mutex_clear(&mongo->noting);
    g_free(mongo->database);
    g_free(mongo);
}

static bool
ping(JwStore *self, GError **error)
{
    g_auto(JwLease) lease = { 0 };
    if (!jw_store_lease(self, &lease, error)) {
        return false;
    }
    g_autoptr(bson_t) command = BCON_NEW("ping", BCON_INT32(1));
    bson_error_t cause;

    if (!mongoc_client_command_simple(lease.client, lease.store->database, command, NULL, NULL,
                                      &cause)) {
        return jw_store_fail_read(error, &cause, "asking MongoDB");
    }
    return true;
}

static bool
reachable(JwStore *self)
{
    return jw_store_servers_usable(&((JwStoreMongo *)self)->servers);
}

static void
stop_waiting(JwStore *self)
{
    jw_store_servers_stop_waiting(&((JwStoreMongo *)self)->servers);
}

static bool
prepare(JwStore *self, GError **error)
{
    static const JwIndexSpec indexes[] = {
        { "jobs", "state:1 updatedAt:1 _id:1", false },
        { "jobs", "state:1 notBefore:1", false },
        { "jobs", "mailPending:1 state:1 updatedAt:1 _id:1", false },
        { "jobs", "outbox.at:1", false },
        { "jobs", "requestedBy.id:1 createdAt:-1 _id:-1", false },
        { "jobs", "createdAt:-1 _id:-1", false },
        { "jobs", "departments:1", false },
        { "jobs", "artifact.removedAt:1 artifact.expiresAt:1", false },
        { "deliveries", "jobId:1", false },
        { "deliveries", "state:1 notBefore:1", false },
        { "deliveries", "outbox.at:1", false },
        { "schedules", "enabled:1 nextFireAt:1", false },
        { "schedules", "enabled:1 pendingFires:1", false },
        { "occurrences", "scheduleId:1 dueAt:-1", false },
        { "fs.chunks", "files_id:1 n:1", true },
        { "fs.files", "filename:1 uploadDate:1", false },
        { "fs.uploads", "at:1", false },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(indexes); i++) {
        if (!jw_store_ensure_index(self, &indexes[i], error)) {
            return false;
        }
    }
    return true;
}

static bool
drop(JwStore *self, GError **error)
{
    g_auto(JwLease) lease = { 0 };
    if (!jw_store_lease(self, &lease, error)) {
        return false;
    }
    g_autoptr(mongoc_database_t) database =
        mongoc_client_get_database(lease.client, lease.store->database);
    bson_error_t cause;

    if (!mongoc_database_drop(database, &cause)) {
        return jw_store_fail_write(error, &cause, NULL, "dropping the database");
    }
    return true;
}

static const JwStoreOps mongo_ops = {
    .free = free_mongo,
    .ping = ping,
    .reachable = reachable,
    .stop_waiting = stop_waiting,
    .prepare = prepare,
    .drop = drop,
#define OP(name) .name = jw_store_mongo_##name
    OP(pull_outbox),
    OP(find_outbox),
    OP(create_jobs),
    OP(get_job),
    OP(change_job),
    OP(heartbeat_job),
    OP(scan_jobs),
    OP(count_jobs),
    OP(list_jobs),
    OP(set_delivery_counts),
    OP(create_deliveries),
    OP(get_delivery),
    OP(list_deliveries),
    OP(change_delivery),
    OP(scan_deliveries),
    OP(put_schedule),
    OP(get_schedule),
    OP(due_schedules),
    OP(fire_schedule),
    OP(finish_fire),
    OP(put_occurrence),
    OP(list_occurrences),
    OP(begin_file),
    OP(put_chunk),
    OP(read_chunks),
    OP(put_file),
    OP(get_file),
    OP(delete_file),
    OP(find_orphan_files),
    OP(find_expired_files),
    OP(mark_file_removed),
    OP(scan_records),
    OP(insert_records),
    OP(index_records),
    OP(drop_records),
#undef OP
};

JwStore *
jw_store_mongo_new(const JwStoreConfig *config, const char *app, GError **error)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    bson_error_t cause;

    g_return_val_if_fail(config != NULL && config->uri != NULL && config->database != NULL, NULL);
    pthread_once(&once, init_driver);

    g_autoptr(mongoc_uri_t) uri = make_uri(config, app, error);
    if (uri == NULL) {
        return NULL;
    }
    JwStoreMongo *mongo = g_new0(JwStoreMongo, 1);
    jw_store_servers_init(&mongo->servers, uri, config->select_ms);
    mongo->pool = mongoc_client_pool_new_with_error(uri, &cause);
    if (mongo->pool == NULL) {
        jw_store_servers_clear(&mongo->servers);
        g_free(mongo);
        return jw_fail_null(error, JW_ERROR_INVALID, "the MongoDB URI cannot be used: %s",
                            cause.message);
    }
    mongoc_client_pool_set_error_api(mongo->pool, MONGOC_ERROR_API_VERSION_2);
    jw_store_servers_watch(&mongo->servers, mongo->pool);
    mongo->base.ops = &mongo_ops;
    mongo->database = g_strdup(config->database);
    jw_mutex_init(&mongo->noting);
    mongo->noted = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return &mongo->base;
}
