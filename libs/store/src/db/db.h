/* db.h: the port of the store: a dozen verbs over documents, which an adapter fills in (mongo/
 * here, tests/testkit/memdb for unit tests). Repositories (repo/, files/, records/) are written
 * once, on the functions below the table. Any thread; calls are independent.
 *
 * Filters, updates and options are MongoDB's, of which the repositories use only what all servers
 * and the adapter in memory have; tests/integration/store_conformance_verbs.c lists it. Errors: see
 * jw/store.h. A read may be repeated after any error but CORRUPT. */
#pragma once
#include "bson_auto.h"
#include "jw/store.h"
#include "jw/sync.h"

G_BEGIN_DECLS

/* Takes one document, which is valid during the call; false with @error set ends the reading. */
typedef bool (*JwDocFunc)(const bson_t *document, gpointer data, GError **error);

typedef struct {
    const char *collection;
    const char *keys; /* "state:1 updatedAt:-1"; "expiresAt:ttl": the server, if it can, deletes a
                       * document some time after that date, which nobody may rely on */
    bool unique;
} JwDbIndex;

/* Defines the indexes of one collection, beside the functions that need them, ended by an empty
 * row: JW_DB_INDEXES(jobs) = { { "jobs", "state:1", false }, { 0 } }. The build finds it at the
 * beginning of a line of repo/ and files/. Every collection of ours has one: its name is then
 * refused for records. */
#define JW_DB_INDEXES(id)                                                                          \
    extern const JwDbIndex jw_db_indexes_##id[];                                                   \
    const JwDbIndex jw_db_indexes_##id[]

/* One of several updates: of the first document that matches, or of all of @many. */
typedef struct {
    bson_t *filter, *update; /* owned by the GPtrArray of jw_db_updates() */
    bool many;
} JwDbUpdate;

typedef struct {
    void (*free)(JwStore *self);
    bool (*ping)(JwStore *self, GError **error);
    bool (*reachable)(JwStore *self);
    bool (*now)(JwStore *self, int64_t *ret_now_ms, GError **error);
    void (*stop_waiting)(JwStore *self);
    /* At least one, all of one collection, in one round trip; what exists is no error. */
    bool (*ensure_indexes)(JwStore *self, const JwDbIndex *indexes, size_t n, GError **error);
    /* All of @documents in one round trip, unordered: each that can be is written. */
    bool (*insert)(JwStore *self, const char *collection, const bson_t **documents, size_t n,
                   JwCreate *ret_creates, GError **error);
    /* @opts: sort, skip, limit, projection, batchSize, hint of $natural. */
    bool (*find)(JwStore *self, const char *collection, const bson_t *filter, const bson_t *opts,
                 JwDocFunc visit, gpointer data, GError **error);
    bool (*modify)(JwStore *self, const char *collection, const bson_t *filter,
                   const bson_t *update, const bson_t *fields, JwCas *ret_cas, JwDocFunc visit,
                   gpointer data, GError **error);
    bool (*update)(JwStore *self, const char *collection, const bson_t *filter,
                   const bson_t *update, bool many, int64_t *ret_matched, GError **error);
    /* All of @updates in one round trip, unordered. */
    bool (*update_each)(JwStore *self, const char *collection, JwDbUpdate *const *updates, size_t n,
                        int64_t *ret_matched, GError **error);
    /* All that match. */
    bool (*remove)(JwStore *self, const char *collection, const bson_t *filter, GError **error);
    bool (*count)(JwStore *self, const char *collection, const bson_t *filter, int64_t limit,
                  int64_t *ret_count, GError **error);
    /* @collection: NULL: the database. One that is not there is dropped already. */
    bool (*drop)(JwStore *self, const char *collection, GError **error);
} JwDbOps;

/* The part that all adapters have; the first member of theirs. */
struct _JwStore {
    const JwDbOps *ops;
    JwMutex noting;
    GHashTable *noted; /* "collection/id" of unreadable documents that the log names, a set */
    int64_t noted_since_ms;
};
void jw_db_init(JwStore *self, const JwDbOps *ops);
void jw_db_clear(JwStore *self);

/**
 * jw_db_insert:
 * @documents: (element-type bson_t): at least one
 * @ret_creates: (out): as many answers; EXISTS: there is a document of this _id, which is left as
 *   it is
 * @error: INVALID for a string that is not UTF-8; IN_DOUBT: some may have been written
 */
bool jw_db_insert(JwStore *self, const char *collection, const GPtrArray *documents,
                  JwCreate *ret_creates, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same for one document, which it frees. */
bool jw_db_insert_one(JwStore *self, const char *collection, bson_t *take_document,
                      JwCreate *ret_create, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* For jw_db_insert(): (transfer full), an empty array that frees its documents. */
GPtrArray *jw_db_documents(size_t n);

/**
 * jw_db_find:
 * @opts: sort, skip, limit, projection
 * @visit: called for each document; the first that it refuses ends the reading with its error
 *
 * For one document by its id, and where none may be missing.
 */
bool jw_db_find(JwStore *self, const char *collection, const bson_t *filter, const bson_t *opts,
                JwDocFunc visit, gpointer data, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same, but goes on without documents that @visit calls CORRUPT, of which it must leave
 * nothing in @data. They are counted, and named in the log. */
bool jw_db_find_readable(JwStore *self, const char *collection, const bson_t *filter,
                         const bson_t *opts, JwDocFunc visit, gpointer data,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * jw_db_find_page:
 * @opts: as for jw_db_find(), without skip and limit
 * @limit: how many readable documents are wanted, at least 1
 *
 * The first @limit of jw_db_find_readable(). What cannot be read takes no place on the page, so
 * fewer than @limit always means that there are no more.
 */
bool jw_db_find_page(JwStore *self, const char *collection, const bson_t *filter,
                     const bson_t *opts, size_t limit, JwDocFunc visit, gpointer data,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Counts a document that was passed over, and warns of it now and then. */
void jw_db_note_unreadable(JwStore *self, const char *collection, const char *id,
                           const GError *why);

/**
 * jw_db_modify:
 * @fields: (nullable): a projection of the document that @visit gets; NULL: all of it
 * @ret_cas: (out): LOST: the filter matched nothing
 * @visit: (nullable): gets the document as it is after the update, when WON
 *
 * Updates one document and reads it in the same round trip.
 */
bool jw_db_modify(JwStore *self, const char *collection, const bson_t *filter, const bson_t *update,
                  const bson_t *fields, JwCas *ret_cas, JwDocFunc visit, gpointer data,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Updates the first document that matches. LOST: there is none. */
bool jw_db_update(JwStore *self, const char *collection, const bson_t *filter, const bson_t *update,
                  JwCas *ret_cas, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Updates all documents that match, in one round trip. @ret_matched: (out) (optional): how many */
bool jw_db_update_many(JwStore *self, const char *collection, const bson_t *filter,
                       const bson_t *update, int64_t *ret_matched,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* For jw_db_update_each(): (transfer full), an empty array that frees its updates. */
GPtrArray *jw_db_updates(void);
/* Appends one, empty. (transfer none) */
JwDbUpdate *jw_db_add_update(GPtrArray *updates, bool many);

/* Does all of @updates (of JwDbUpdate; at least one) in one round trip, in any order: each that can
 * be done is. @ret_matched: (out): how many documents they matched together. On an error some may
 * have been done. */
bool jw_db_update_each(JwStore *self, const char *collection, const GPtrArray *updates,
                       int64_t *ret_matched, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Deletes all documents whose @key is the string @value; none is no error. */
bool jw_db_remove(JwStore *self, const char *collection, const char *key, const char *value,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Deletes all documents that match; none is no error. */
bool jw_db_remove_where(JwStore *self, const char *collection, const bson_t *filter,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * jw_db_count:
 * @filter: (nullable): NULL: about how many there are, from what the server knows without counting
 * @limit: counting stops there; 0: at the end
 */
bool jw_db_count(JwStore *self, const char *collection, const bson_t *filter, int64_t limit,
                 int64_t *ret_count, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* INVALID unless records may be kept in this collection: the name comes from a definition or
 * mapping file, and must not reach a collection of Jobwire itself or of the server. */
bool jw_db_check_records(const char *collection, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
