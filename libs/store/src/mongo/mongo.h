/* mongo.h: what the files of the Mongo adapter share: the instance, the lease of a pooled client,
 * the translation of errors, and the operations of the port. */
#pragma once
#include "db/db.h"
#include "mongoc_auto.h"

G_BEGIN_DECLS

/* servers.c: what is known of the servers, by the driver's own events. */
typedef struct {
    JwMutex mutex;
    int64_t wait_ms;            /* besides what the driver waits itself */
    mongoc_read_prefs_t *prefs; /* of the URI */
    bool usable, no_waiting;    /* guarded by the mutex */
} JwMongoServers;
/* Takes the server selection timeout out of @uri, or @select_ms, and leaves the driver's share
 * in it. */
void jw_mongo_servers_init(JwMongoServers *self, mongoc_uri_t *uri, int64_t select_ms);
void jw_mongo_servers_clear(JwMongoServers *self);
/* Before the pool's first client is taken. */
void jw_mongo_servers_watch(JwMongoServers *self, mongoc_client_pool_t *pool);
/* Until a server is usable; after a timeout the driver reports why there is none. UNAVAILABLE
 * after jw_mongo_servers_stop_waiting(). */
bool jw_mongo_servers_wait(JwMongoServers *self, mongoc_client_t *client,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool jw_mongo_servers_usable(JwMongoServers *self);
void jw_mongo_servers_stop_waiting(JwMongoServers *self);

typedef struct {
    JwStore base;
    mongoc_client_pool_t *pool;
    /* Its clients wait longer for a reply: of a search that may take long by its own time limit. */
    mongoc_client_pool_t *patient;
    char *database;
    int32_t reply_ms; /* how long those of `pool` wait for one */
    JwMongoServers servers;
} JwMongo;

/* A client on loan from a pool, for the duration of one call. */
typedef struct {
    JwMongo *store;
    mongoc_client_pool_t *pool;
    mongoc_client_t *client;
} JwLease;
void jw_lease_clear(JwLease *lease);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(JwLease, jw_lease_clear)

/* BUSY when no client came back to the pool in time; UNAVAILABLE: jw_mongo_servers_wait(). */
bool jw_mongo_lease(JwStore *self, JwLease *lease, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same, for a search that takes @limit_ms at most, which the server is told (maxTimeMS). */
bool jw_mongo_lease_for(JwStore *self, int64_t limit_ms, JwLease *lease,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
mongoc_collection_t *jw_lease_collection(const JwLease *lease, const char *name);

/* Translate a libmongoc error (fail.c) and return false. A failed write is IN_DOUBT unless the
 * error shows that it never began; a failed read is UNAVAILABLE. @reply: (nullable): the
 * server's reply. */
bool jw_mongo_fail_write(GError **error, const bson_error_t *cause, const bson_t *reply,
                         const char *format, ...) G_GNUC_PRINTF(4, 5);
bool jw_mongo_fail_read(GError **error, const bson_error_t *cause, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
/* A write that succeeded but whose reply has a write concern error is IN_DOUBT. */
bool jw_mongo_check_concern(GError **error, const bson_t *reply,
                            const char *what) G_GNUC_WARN_UNUSED_RESULT;

/* insert.c, now.c, verbs.c: the operations of the port. */
bool jw_mongo_now(JwStore *self, int64_t *ret_now_ms, GError **error);
bool jw_mongo_insert(JwStore *self, const char *collection, const bson_t **documents, size_t n,
                     JwCreate *ret_creates, GError **error);
bool jw_mongo_find(JwStore *self, const char *collection, const bson_t *filter, const bson_t *opts,
                   JwDocFunc visit, gpointer data, GError **error);
bool jw_mongo_modify(JwStore *self, const char *collection, const bson_t *filter,
                     const bson_t *update, const bson_t *fields, JwCas *ret_cas, JwDocFunc visit,
                     gpointer data, GError **error);
bool jw_mongo_update(JwStore *self, const char *collection, const bson_t *filter,
                     const bson_t *update, bool many, int64_t *ret_matched, GError **error);
bool jw_mongo_update_each(JwStore *self, const char *collection, JwDbUpdate *const *updates,
                          size_t n, int64_t *ret_matched, GError **error);
bool jw_mongo_remove(JwStore *self, const char *collection, const bson_t *filter, GError **error);
bool jw_mongo_count(JwStore *self, const char *collection, const bson_t *filter, int64_t limit,
                    int64_t *ret_count, GError **error);
bool jw_mongo_ensure_indexes(JwStore *self, const JwDbIndex *indexes, size_t n, GError **error);
bool jw_mongo_drop(JwStore *self, const char *collection, GError **error);

G_END_DECLS
