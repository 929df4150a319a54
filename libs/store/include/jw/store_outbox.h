/* jw/store_outbox.h: the outboxes of jobs, deliveries and schedules: events and commands that were
 * decided together with a change of their document and must reach Kafka. Errors: jw/store.h. */
#pragma once
#include "jw/job.h"
#include "jw/store.h"

G_BEGIN_DECLS

/* Which documents carry an outbox. */
typedef enum { JW_DOC_JOB, JW_DOC_DELIVERY, JW_DOC_SCHEDULE } JwDocKind;

typedef struct {
    JwDocKind kind;
    const char *doc_id, *entry_id;
} JwOutboxRef;

/* One document with all that is in its outbox. */
typedef struct {
    JwDocKind kind;
    char *doc_id;
    GPtrArray *entries; /* of JwOutboxEntry */
} JwOutboxDoc;

/* Frees @self, a JwOutboxDoc, and its entries. */
void jw_outbox_doc_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwOutboxDoc, jw_outbox_doc_free)

/**
 * jw_store_pull_outbox:
 * @refs: entries that were published; of any documents
 *
 * Removes entries, all of one kind in one round trip. What is gone already is no error, so the call
 * may be repeated.
 */
bool jw_store_pull_outbox(JwStore *self, const JwOutboxRef *refs, size_t n_refs,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * jw_store_find_outbox:
 * @before_ms: documents with an entry older than this
 * @limit: of documents, those with the oldest entries first; at least 1
 * @ret_docs: (out) (element-type JwOutboxDoc) (transfer full):
 */
bool jw_store_find_outbox(JwStore *self, JwDocKind kind, int64_t before_ms, size_t limit,
                          GPtrArray **ret_docs, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
