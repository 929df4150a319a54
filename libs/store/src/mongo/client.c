/* client.c: the Mongo adapter itself: configuration, the pool of clients, health. Any thread;
 * the pool is libmongoc's and the only shared state. Not fork-safe, as libmongoc is not. */
#include "mongo.h"
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
    { .name = "JW_MONGODB_SEARCH_TIMEOUT",
      .type = JW_CONFIG_DURATION,
      .offset = offsetof(JwStoreConfig, search_ms),
      .default_text = "30m",
      .min = 1,
      .max = 86400000,
      .help = "wait for a reply when a report looks for its records, within its own time limit: "
              "without an index that takes a server as long as reading all" },
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

static pthread_once_t driver_once = PTHREAD_ONCE_INIT;

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

/* @ret_members: 0: most of them */
static bool
parse_w(const char *text, gint64 *ret_members, GError **error)
{
    *ret_members = 0;
    return text == NULL || strcmp(text, "majority") == 0
           || g_ascii_string_to_signed(text, 10, 1, 50, ret_members, NULL)
           || jw_fail(error, JW_ERROR_INVALID,
                      "JW_MONGODB_W: '%s' is no write concern; give majority or a number from 1 to "
                      "50",
                      text);
}

static bool
set_write_concern(mongoc_uri_t *uri, const JwStoreConfig *config, GError **error)
{
    g_autoptr(mongoc_write_concern_t) concern =
        mongoc_write_concern_copy(mongoc_uri_get_write_concern(uri));
    gint64 members = 0;

    if (!parse_w(config->write_concern, &members, error)) {
        return false;
    }
    if (!mongoc_uri_has_option(uri, MONGOC_URI_W) && members == 0) {
        mongoc_write_concern_set_wmajority(concern, 0);
    } else if (!mongoc_uri_has_option(uri, MONGOC_URI_W)) {
        mongoc_write_concern_set_w(concern, (int32_t)members);
    }
    if (!mongoc_uri_has_option(uri, MONGOC_URI_JOURNAL)) {
        mongoc_write_concern_set_journal(concern, config->journal);
    }
    if (!mongoc_write_concern_is_valid(concern) || !mongoc_write_concern_is_acknowledged(concern)) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "JW_MONGODB_URI: its write concern would lose work; leave w out of it");
    }
    mongoc_uri_set_write_concern(uri, concern);
    return true;
}

static mongoc_uri_t *
new_uri(const JwStoreConfig *config, const char *app, GError **error)
{
    bson_error_t cause;
    g_autoptr(mongoc_uri_t) uri = mongoc_uri_new_with_error(config->uri, &cause);

    if (uri == NULL) {
        return jw_fail_null(error, JW_ERROR_INVALID,
                            "JW_MONGODB_URI: not a MongoDB URI: %s; give one such as "
                            "mongodb://127.0.0.1:27017",
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
    JwMongo *mongo = (JwMongo *)self;

    mongoc_client_pool_destroy(mongo->pool);
    mongoc_client_pool_destroy(mongo->patient);
    jw_mongo_servers_clear(&mongo->servers);
    jw_db_clear(self);
    g_free(mongo->database);
    g_free(mongo);
}

static bool
borrow(JwMongo *mongo, mongoc_client_pool_t *pool, JwLease *lease, GError **error)
{
    lease->store = mongo;
    lease->pool = pool;
    lease->client = mongoc_client_pool_pop(pool);
    return lease->client != NULL
           || jw_fail(error, JW_ERROR_BUSY, "no MongoDB connection became free in time");
}

bool
jw_mongo_lease(JwStore *self, JwLease *lease, GError **error)
{
    JwMongo *mongo = (JwMongo *)self;

    if (!borrow(mongo, mongo->pool, lease, error)) {
        return false;
    }
    if (!jw_mongo_servers_wait(&mongo->servers, lease->client, error)) {
        jw_lease_clear(lease);
        return false;
    }
    return true;
}

/* How long a reply is waited for is the pool's, and is the same for all of its clients. The wait
 * for a server is that of the first pool, which is watched. */
bool
jw_mongo_lease_for(JwStore *self, int64_t limit_ms, JwLease *lease, GError **error)
{
    JwMongo *mongo = (JwMongo *)self;

    if (!jw_mongo_lease(self, lease, error)) {
        return false;
    }
    if (limit_ms <= mongo->reply_ms) {
        return true;
    }
    jw_lease_clear(lease);
    return borrow(mongo, mongo->patient, lease, error);
}

void
jw_lease_clear(JwLease *lease)
{
    if (lease->client != NULL) {
        mongoc_client_pool_push(lease->pool, lease->client);
        lease->client = NULL;
    }
}

mongoc_collection_t *
jw_lease_collection(const JwLease *lease, const char *name)
{
    return mongoc_client_get_collection(lease->client, lease->store->database, name);
}

static bool
ping(JwStore *self, GError **error)
{
    g_auto(JwLease) lease = { 0 };
    if (!jw_mongo_lease(self, &lease, error)) {
        return false;
    }
    g_autoptr(bson_t) command = BCON_NEW("ping", BCON_INT32(1));
    bson_error_t cause;

    if (!mongoc_client_command_simple(lease.client, lease.store->database, command, NULL, NULL,
                                      &cause)) {
        return jw_mongo_fail_read(error, &cause, "asking MongoDB");
    }
    return true;
}

static bool
reachable(JwStore *self)
{
    return jw_mongo_servers_usable(&((JwMongo *)self)->servers);
}

static void
stop_waiting(JwStore *self)
{
    jw_mongo_servers_stop_waiting(&((JwMongo *)self)->servers);
}

static const JwDbOps mongo_ops = {
    .free = free_mongo,
    .ping = ping,
    .reachable = reachable,
    .now = jw_mongo_now,
    .stop_waiting = stop_waiting,
    .ensure_indexes = jw_mongo_ensure_indexes,
    .insert = jw_mongo_insert,
    .find = jw_mongo_find,
    .modify = jw_mongo_modify,
    .update = jw_mongo_update,
    .update_each = jw_mongo_update_each,
    .remove = jw_mongo_remove,
    .count = jw_mongo_count,
    .drop = jw_mongo_drop,
};

/* The names that mongod takes on every system. */
static bool
check_database(const char *name, GError **error)
{
    return (name[0] != '\0' && strlen(name) < 64 && strpbrk(name, "/\\. \"$*<>:|?") == NULL)
           || jw_fail(error, JW_ERROR_INVALID,
                      "JW_MONGODB_DATABASE: '%s' is no name of a database; give letters, digits, "
                      "- and _, at most 63",
                      name);
}

void
jw_store_mongo_check(const JwStoreConfig *config, JwConfigCheck *check)
{
    g_autoptr(GError) error = NULL;
    gint64 members = 0;

    g_return_if_fail(config != NULL && check != NULL);
    pthread_once(&driver_once, init_driver);
    const bool good_w = parse_w(config->write_concern, &members, &error);
    jw_config_note(check, good_w, &error);
    if (jw_config_is_read(check, "JW_MONGODB_URI", "JW_MONGODB_JOURNAL", NULL)) {
        JwStoreConfig with_w = *config;
        with_w.write_concern = good_w ? config->write_concern : NULL;
        g_autoptr(mongoc_uri_t) uri = new_uri(&with_w, NULL, &error);
        jw_config_note(check, uri != NULL, &error);
    }
    if (jw_config_is_read(check, "JW_MONGODB_DATABASE", NULL)) {
        jw_config_note(check, check_database(config->database, &error), &error);
    }
}

static mongoc_client_pool_t *
open_pool(const mongoc_uri_t *uri, GError **error)
{
    bson_error_t cause;
    mongoc_client_pool_t *pool = mongoc_client_pool_new_with_error(uri, &cause);

    if (pool == NULL) {
        return jw_fail_null(error, JW_ERROR_INVALID, "the MongoDB URI cannot be used: %s",
                            cause.message);
    }
    mongoc_client_pool_set_error_api(pool, MONGOC_ERROR_API_VERSION_2);
    return pool;
}

/* A pool begins to connect with its first client. @uri: changed */
static bool
open_pools(JwMongo *mongo, mongoc_uri_t *uri, const JwStoreConfig *config, GError **error)
{
    mongo->reply_ms =
        mongoc_uri_get_option_as_int32(uri, MONGOC_URI_SOCKETTIMEOUTMS, (int32_t)config->socket_ms);
    mongo->pool = open_pool(uri, error);
    if (mongo->pool == NULL) {
        return false;
    }
    mongoc_uri_set_option_as_int32(uri, MONGOC_URI_SOCKETTIMEOUTMS,
                                   MAX((int32_t)config->search_ms, mongo->reply_ms));
    mongo->patient = open_pool(uri, error);
    if (mongo->patient == NULL) {
        mongoc_client_pool_destroy(mongo->pool);
        return false;
    }
    return true;
}

JwStore *
jw_store_mongo_new(const JwStoreConfig *config, const char *app, GError **error)
{
    g_return_val_if_fail(config != NULL && config->uri != NULL && config->database != NULL, NULL);
    pthread_once(&driver_once, init_driver);

    g_autoptr(mongoc_uri_t) uri = new_uri(config, app, error);
    if (uri == NULL) {
        return NULL;
    }
    JwMongo *mongo = g_new0(JwMongo, 1);
    jw_mongo_servers_init(&mongo->servers, uri, config->select_ms);
    if (!open_pools(mongo, uri, config, error)) {
        jw_mongo_servers_clear(&mongo->servers);
        g_free(mongo);
        return NULL;
    }
    jw_mongo_servers_watch(&mongo->servers, mongo->pool);
    jw_db_init(&mongo->base, &mongo_ops);
    mongo->database = g_strdup(config->database);
    return &mongo->base;
}
