/* jw/store.h: the store: connection and health. Each repository has a header: store_jobs.h,
 * store_clock.h, store_deliveries.h, store_templates.h, store_shares.h, store_outbox.h,
 * store_schedules.h, store_files.h, store_records.h. jw_store_mongo_new() connects to MongoDB; unit
 * tests use jw_store_mem_new() of tests/testkit/memdb. Any thread; each call borrows one pooled
 * client for its own duration.
 *
 * Every function may fail with BUSY (no client became free in time), UNAVAILABLE (nothing was
 * written), IN_DOUBT (a write may have been done: read again), CORRUPT (a document that is not of
 * our shape), INVALID (a string that is not UTF-8) and INTERNAL; its documentation names further
 * ones. Functions that read many documents (scan, list, find, due) skip those that cannot be
 * read and log them; these do not count for the limit, so fewer than the limit always means that
 * there are no more. */
#pragma once
#include "jw/clock.h"
#include "jw/config.h"
#include "jw/error.h"

G_BEGIN_DECLS

typedef struct _JwStore JwStore;

typedef struct {
    char *uri;           /* JW_MONGODB_URI, secret parts masked */
    char *database;      /* JW_MONGODB_DATABASE, default jobwire */
    char *write_concern; /* JW_MONGODB_W: "majority" or a number, default "majority" */
    bool journal;        /* JW_MONGODB_JOURNAL, default true */
    int64_t pool_size;   /* JW_MONGODB_POOL_SIZE, default 16 */
    int64_t wait_ms;     /* JW_MONGODB_WAIT: for a pooled client, default 5 s */
    int64_t select_ms;   /* JW_MONGODB_SELECT_TIMEOUT: server selection, default 5 s */
    int64_t socket_ms;   /* JW_MONGODB_SOCKET_TIMEOUT, default 30 s */
    int64_t search_ms;   /* JW_MONGODB_SEARCH_TIMEOUT, default 30 min */
} JwStoreConfig;
extern const JwConfigEntry jw_store_config_entries[];
extern const size_t jw_store_n_config_entries;

/* The answer of a compare and set; LOST is not an error. */
typedef enum { JW_CAS_LOST, JW_CAS_WON } JwCas;

/* The answer for one document of an insert. */
typedef enum { JW_CREATE_EXISTS, JW_CREATE_NEW } JwCreate;

/* Who asks for a list, and so what is in it: their own, what is everyone's, and what belongs to
 * their departments alone, unless it is private. All zero: everything. */
typedef struct {
    const char *subject;
    const char *const *departments; /* NULL: none */
    bool sees_private;              /* of their departments */
} JwViewer;

/* Notes what is wrong with @config, without a server. */
void jw_store_mongo_check(const JwStoreConfig *config, JwConfigCheck *check);

/**
 * jw_store_mongo_new:
 * @config: read during the call
 * @app: (nullable): the name of the client that the server sees
 * @error: INVALID for a bad URI or write concern
 *
 * Connects when first used: succeeds with the server away. (transfer full)
 */
JwStore *jw_store_mongo_new(const JwStoreConfig *config, const char *app,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* When no call is under way any more. NULL-safe. */
void jw_store_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwStore, jw_store_free)

/* A round trip to the server; for readiness. */
bool jw_store_ping(JwStore *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What the server's own clock shows, UTC ms; a round trip. INTERNAL: it does not tell. */
bool jw_store_now(JwStore *self, int64_t *ret_now_ms, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether a server is known at the moment; no round trip and no wait. */
bool jw_store_reachable(JwStore *self);

/* For the end of a process: from now on calls without a known server are UNAVAILABLE at once,
 * also those that wait already. */
void jw_store_stop_waiting(JwStore *self);

/* Creates the indexes; repeatable and safe from several processes at once. */
bool jw_store_prepare(JwStore *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Tests only: drops the database. */
bool jw_store_drop(JwStore *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
