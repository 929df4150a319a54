/* store_mongo.h: what the files of the Mongo adapter share: the instance, the lease of a pooled
 * client, a few verbs over a collection, the translation of errors, and the adapter's
 * operations. */
#pragma once
#include "mongoc_auto.h"
#include "store_doc.h"
#include "store_private.h"
#include "jw/sync.h"

G_BEGIN_DECLS

/* store_servers.c: what is known of the servers, by the driver's own events. */
typedef struct {
    JwMutex mutex;
    int64_t wait_ms;            /* besides what the driver waits itself */
    mongoc_read_prefs_t *prefs; /* of the URI */
    bool usable, no_waiting;    /* guarded by the mutex */
} JwStoreServers;
/* Takes the time for selecting a server out of @uri, or @select_ms, and leaves the driver's
 * share in it. */
void jw_store_servers_init(JwStoreServers *self, mongoc_uri_t *uri, int64_t select_ms);
void jw_store_servers_clear(JwStoreServers *self);
/* Before the pool's first client is taken. */
void jw_store_servers_watch(JwStoreServers *self, mongoc_client_pool_t *pool);
/* Until a server is usable; when time is up it is the driver's turn to say why there is none.
 * UNAVAILABLE after jw_store_servers_stop_waiting(). */
bool jw_store_servers_wait(JwStoreServers *self, mongoc_client_t *client,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool jw_store_servers_usable(JwStoreServers *self);
void jw_store_servers_stop_waiting(JwStoreServers *self);

typedef struct {
    JwStore base;
    mongoc_client_pool_t *pool;
    char *database;
    JwStoreServers servers;
    JwMutex noting;
    GHashTable *noted; /* "collection/id" of unreadable documents that the log names, a set */
    int64_t noted_since_ms;
} JwStoreMongo;

/* A client on loan from the pool, for the duration of one call. */
typedef struct {
    JwStoreMongo *store;
    mongoc_client_t *client;
} JwLease;
void jw_lease_clear(JwLease *lease);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(JwLease, jw_lease_clear)

/* BUSY when no client came back to the pool in time; UNAVAILABLE: jw_store_servers_wait(). */
bool jw_store_lease(JwStore *self, JwLease *lease, GError **error) G_GNUC_WARN_UNUSED_RESULT;
mongoc_collection_t *jw_lease_collection(const JwLease *lease, const char *name);

/* Translate a libmongoc error (store_fail.c) and return false. What a failed write left is in
 * doubt unless the error says that it never began; a failed read is merely unavailable. @reply:
 * (nullable): what the server said besides. */
bool jw_store_fail_write(GError **error, const bson_error_t *cause, const bson_t *reply,
                         const char *format, ...) G_GNUC_PRINTF(4, 5);
bool jw_store_fail_read(GError **error, const bson_error_t *cause, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
/* A write that succeeded and whose reply has a write concern error is in doubt all the same. */
bool jw_store_check_concern(GError **error, const bson_t *reply,
                            const char *what) G_GNUC_WARN_UNUSED_RESULT;

/* store_find.c. Each document that the filter matches, in the order of @opts. The first that
 * @visit refuses ends it: for one document by its id, and where none may be missing. */
typedef bool (*JwDocFunc)(const bson_t *document, gpointer data, GError **error);
bool jw_store_find(JwStore *self, const char *collection, const bson_t *filter, const bson_t *opts,
                   JwDocFunc visit, gpointer data, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same without those that @visit calls CORRUPT, of which it must leave nothing in @data. */
bool jw_store_find_readable(JwStore *self, const char *collection, const bson_t *filter,
                            const bson_t *opts, JwDocFunc visit, gpointer data,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The first @limit of those. @opts without skip and limit: what cannot be read takes no place on
 * the page, so that fewer than @limit always means that there are no more. */
bool jw_store_find_page(JwStore *self, const char *collection, const bson_t *filter,
                        const bson_t *opts, size_t limit, JwDocFunc visit, gpointer data,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Counts a document that was passed over, and warns of it now and then. */
void jw_store_note_unreadable(JwStore *self, const char *collection, const char *id,
                              const GError *why);
/* findAndModify that gives the new document, or only @fields of it. LOST: the filter matched
 * nothing. */
bool jw_store_modify(JwStore *self, const char *collection, const bson_t *filter,
                     const bson_t *update, const bson_t *fields, JwCas *ret_cas, JwDocFunc visit,
                     gpointer data, GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool jw_store_update(JwStore *self, const char *collection, const bson_t *filter,
                     const bson_t *update, JwCas *ret_cas,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Inserts bson_t documents; ids that exist are answers, one a document. */
bool jw_store_insert(JwStore *self, const char *collection, const GPtrArray *documents,
                     JwCreate *ret_creates, GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool jw_store_count(JwStore *self, const char *collection, const bson_t *filter, int64_t limit,
                    int64_t *ret_count, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* About how many documents, from what the server knows without counting. */
bool jw_store_estimate(JwStore *self, const char *collection, int64_t *ret_count,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
typedef struct {
    const char *collection;
    const char *keys; /* "state:1 updatedAt:-1" */
    bool unique;
} JwIndexSpec;
bool jw_store_ensure_index(JwStore *self, const JwIndexSpec *spec,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The operations, by file. */
bool jw_store_mongo_pull_outbox(JwStore *self, const JwOutboxRef *refs, size_t n_refs,
                                GError **error);
bool jw_store_mongo_find_outbox(JwStore *self, JwDocKind kind, int64_t before_ms, size_t limit,
                                GPtrArray **ret_docs, GError **error);
bool jw_store_mongo_create_jobs(JwStore *self, const JwJob *const *jobs, size_t n_jobs,
                                JwCreate *ret_creates, GError **error);
bool jw_store_mongo_get_job(JwStore *self, const char *job_id, JwJob **ret_job, GError **error);
bool jw_store_mongo_change_job(JwStore *self, const JwJobChange *change, JwCas *ret_cas,
                               JwJob **ret_job, GError **error);
bool jw_store_mongo_heartbeat_job(JwStore *self, const char *job_id, int64_t token,
                                  const JwProgress *progress, int64_t now_ms,
                                  JwHeartbeat *ret_heartbeat, GError **error);
bool jw_store_mongo_scan_jobs(JwStore *self, const JwJobScan *scan, GPtrArray **ret_jobs,
                              GError **error);
bool jw_store_mongo_count_jobs(JwStore *self, unsigned states, int64_t limit, int64_t *ret_count,
                               GError **error);
bool jw_store_mongo_list_jobs(JwStore *self, const JwJobQuery *query, GPtrArray **ret_jobs,
                              int64_t *ret_total, GError **error);
bool jw_store_mongo_set_delivery_counts(JwStore *self, const char *job_id,
                                        const JwDeliveryCounts *counts, bool mail_done,
                                        int64_t now_ms, GError **error);
bool jw_store_mongo_create_deliveries(JwStore *self, const JwDelivery *const *deliveries, size_t n,
                                      JwCreate *ret_creates, GError **error);
bool jw_store_mongo_get_delivery(JwStore *self, const char *id, JwDelivery **ret_delivery,
                                 GError **error);
bool jw_store_mongo_list_deliveries(JwStore *self, const char *job_id, GPtrArray **ret,
                                    GError **error);
bool jw_store_mongo_change_delivery(JwStore *self, const JwDeliveryChange *change, JwCas *ret_cas,
                                    JwDelivery **ret_delivery, GError **error);
bool jw_store_mongo_scan_deliveries(JwStore *self, unsigned states, int64_t due_before_ms,
                                    int64_t updated_before_ms, size_t limit, GPtrArray **ret,
                                    GError **error);
bool jw_store_mongo_put_schedule(JwStore *self, const JwSchedule *schedule, GError **error);
bool jw_store_mongo_get_schedule(JwStore *self, const char *id, JwSchedule **ret_schedule,
                                 GError **error);
bool jw_store_mongo_due_schedules(JwStore *self, int64_t now_ms, size_t limit, GPtrArray **ret,
                                  GError **error);
bool jw_store_mongo_fire_schedule(JwStore *self, const char *id, const char *rule_hash,
                                  int64_t expected_ms, int64_t next_ms, const int64_t *fires_ms,
                                  size_t n_fires, int64_t now_ms, JwCas *ret_cas, GError **error);
bool jw_store_mongo_finish_fire(JwStore *self, const char *id, int64_t fire_ms, GError **error);
bool jw_store_mongo_put_occurrence(JwStore *self, const JwOccurrence *occurrence, GError **error);
bool jw_store_mongo_list_occurrences(JwStore *self, const char *schedule_id, size_t limit,
                                     JwOccurrenceFunc visit, gpointer data, GError **error);
bool jw_store_mongo_begin_file(JwStore *self, const char *file_id, const char *job_id,
                               int64_t now_ms, GError **error);
bool jw_store_mongo_put_chunk(JwStore *self, const char *file_id, int64_t n, const void *data,
                              size_t length, GError **error);
bool jw_store_mongo_read_chunks(JwStore *self, const char *file_id, int64_t first, size_t limit,
                                JwChunkFunc visit, gpointer user, GError **error);
bool jw_store_mongo_put_file(JwStore *self, const JwFileInfo *info, GError **error);
bool jw_store_mongo_get_file(JwStore *self, const char *file_id, bool *ret_found,
                             JwFileInfo *ret_info, GError **error);
bool jw_store_mongo_delete_file(JwStore *self, const char *file_id, bool keep_note, GError **error);
bool jw_store_mongo_find_orphan_files(JwStore *self, int64_t before_ms, size_t limit,
                                      GPtrArray **ret_ids, GError **error);
bool jw_store_mongo_find_expired_files(JwStore *self, int64_t before_ms, size_t limit,
                                       GPtrArray **ret_files, GError **error);
bool jw_store_mongo_mark_file_removed(JwStore *self, const JwExpiredFile *file, int64_t now_ms,
                                      GError **error);
bool jw_store_mongo_scan_records(JwStore *self, const JwRecordScan *scan, JwRowFunc row,
                                 gpointer data, GError **error);
bool jw_store_mongo_insert_records(JwStore *self, const char *collection, const char *const *fields,
                                   const char *const *ids, const JwValue *const *rows,
                                   size_t n_rows, size_t *ret_inserted, GError **error);
bool jw_store_mongo_index_records(JwStore *self, const char *collection, const char *date_field,
                                  GError **error);
bool jw_store_mongo_drop_records(JwStore *self, const char *collection, GError **error);

G_END_DECLS
