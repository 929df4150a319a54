/* jw/store.h: the store port: connection, and the health of it. JwStore is a port with two
 * adapters: jw_store_mongo_new() here, jw_store_mem_new() in jw/store_mem.h for unit tests. Any
 * thread; each call borrows one pooled client for its own duration. Errors everywhere: BUSY (pool
 * empty in time), UNAVAILABLE (nothing written), IN_DOUBT (may be written: read again), CORRUPT (a
 * document that is not of our shape), INTERNAL; further ones are named at the function. What gives
 * many documents (scan, list, find, due) passes over those that cannot be read and warns of them;
 * they take no place in its limit, so fewer than that many always means that there are no more. */
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
} JwStoreConfig;
extern const JwConfigEntry jw_store_config_entries[];
extern const size_t jw_store_n_config_entries;

/* Connects lazily: succeeds with the server away. INVALID for a bad URI. @app: client name seen by
 * the server. */
JwStore *jw_store_mongo_new(const JwStoreConfig *config, const char *app,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
void jw_store_free(JwStore *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwStore, jw_store_free)

/* A round trip; for readiness. */
bool jw_store_ping(JwStore *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Whether a server is known at the moment; asks none and waits for none. */
bool jw_store_reachable(JwStore *self);
/* For the end of a process: from now on no call waits for a server that is not known, but is
 * UNAVAILABLE at once, those that wait already included. */
void jw_store_stop_waiting(JwStore *self);
/* Makes indexes; repeatable and safe from several processes at once. */
bool jw_store_prepare(JwStore *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Tests only: drops the database. */
bool jw_store_drop(JwStore *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The answer of a compare and set: LOST is ordinary. */
typedef enum { JW_CAS_LOST, JW_CAS_WON } JwCas;

/* Which documents carry an outbox. */
typedef enum { JW_DOC_JOB, JW_DOC_DELIVERY } JwDocKind;
typedef struct {
    JwDocKind kind;
    const char *doc_id, *entry_id;
} JwOutboxRef;
/* T9: removes published entries, many in one round trip. What is gone already is no error. */
bool jw_store_pull_outbox(JwStore *self, const JwOutboxRef *refs, size_t n_refs,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct {
    JwDocKind kind;
    char *doc_id;
    GPtrArray *entries; /* of JwOutboxEntry */
} JwOutboxDoc;
void jw_outbox_doc_free(JwOutboxDoc *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwOutboxDoc, jw_outbox_doc_free)
/* Documents with an outbox entry older than @before_ms, at most @limit. @ret_docs: of JwOutboxDoc
 * (transfer full) */
bool jw_store_find_outbox(JwStore *self, JwDocKind kind, int64_t before_ms, size_t limit,
                          GPtrArray **ret_docs, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
