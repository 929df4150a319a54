/* store_outbox.c: T9: taking published events out of their documents, and finding those still
 * in. Any thread. */
#include "store_mongo.h"

static const char *
collection_of(JwDocKind kind)
{
    return kind == JW_DOC_JOB ? "jobs" : "deliveries";
}

/* {"$in": [ids of the refs of one kind]}, the document's or the entry's. */
static void
append_ids(bson_t *to, const char *key, JwDocKind kind, const JwOutboxRef *refs, size_t n_refs,
           bool of_entries)
{
    bson_t in, ids;
    uint32_t n = 0;

    BSON_APPEND_DOCUMENT_BEGIN(to, key, &in);
    BSON_APPEND_ARRAY_BEGIN(&in, "$in", &ids);
    for (size_t i = 0; i < n_refs; i++) {
        char buffer[16];
        const char *index = NULL;

        if (refs[i].kind == kind) {
            (void)bson_uint32_to_string(n++, &index, buffer, sizeof buffer);
            BSON_APPEND_UTF8(&ids, index, of_entries ? refs[i].entry_id : refs[i].doc_id);
        }
    }
    bson_append_array_end(&in, &ids);
    bson_append_document_end(to, &in);
}

/* All entries of one kind in one statement: entry ids are unique over all documents, so pulling
 * the whole list from each document takes no more than was named, and costs the server a fifth
 * of one statement a document. */
static bool
pull_kind(JwStore *self, JwDocKind kind, const JwOutboxRef *refs, size_t n_refs, GError **error)
{
    g_auto(JwLease) lease = { 0 };
    if (!jw_store_lease(self, &lease, error)) {
        return false;
    }
    g_autoptr(mongoc_collection_t) in = jw_lease_collection(&lease, collection_of(kind));
    g_auto(bson_t) filter = BSON_INITIALIZER;
    g_auto(bson_t) update = BSON_INITIALIZER;
    bson_t pull, outbox;
    bson_error_t cause;

    append_ids(&filter, "_id", kind, refs, n_refs, false);
    BSON_APPEND_DOCUMENT_BEGIN(&update, "$pull", &pull);
    BSON_APPEND_DOCUMENT_BEGIN(&pull, "outbox", &outbox);
    append_ids(&outbox, "id", kind, refs, n_refs, true);
    bson_append_document_end(&pull, &outbox);
    bson_append_document_end(&update, &pull);
    if (!mongoc_collection_update_many(in, &filter, &update, NULL, NULL, &cause)) {
        return jw_store_fail_write(error, &cause, NULL, "clearing outboxes");
    }
    return true;
}

bool
jw_store_mongo_pull_outbox(JwStore *self, const JwOutboxRef *refs, size_t n_refs, GError **error)
{
    size_t n_of[2] = { 0, 0 };

    for (size_t i = 0; i < n_refs; i++) {
        n_of[refs[i].kind == JW_DOC_JOB ? 0 : 1]++;
    }
    return (n_of[0] == 0 || pull_kind(self, JW_DOC_JOB, refs, n_refs, error))
           && (n_of[1] == 0 || pull_kind(self, JW_DOC_DELIVERY, refs, n_refs, error));
}

typedef struct {
    JwDocKind kind;
    GPtrArray *docs;
} Found;

static void
free_entry(gpointer entry)
{
    jw_outbox_entry_free(entry);
}

static void
free_doc(gpointer doc)
{
    jw_outbox_doc_free(doc);
}

/* Only two fields of the document; both job and delivery have them in one shape. */
typedef struct {
    char *doc_id;
    GPtrArray *outbox;
} Slice;
static const JwDocField slice_fields[] = {
    { .name = "_id", .type = JW_FIELD_TEXT, .offset = offsetof(Slice, doc_id) },
    { .name = "outbox", .type = JW_FIELD_OUTBOX, .offset = offsetof(Slice, outbox) },
};
static const JwDocTable slice_table = { "outbox", sizeof(Slice), slice_fields,
                                        G_N_ELEMENTS(slice_fields) };

static bool
add_doc(const bson_t *document, gpointer data, GError **error)
{
    Found *found = data;
    g_autoptr(JwOutboxDoc) doc = g_new0(JwOutboxDoc, 1);
    Slice slice = { .outbox = g_ptr_array_new_with_free_func(free_entry) };
    bool ok = jw_store_doc_read(document, &slice_table, &slice, error);

    doc->kind = found->kind;
    doc->doc_id = slice.doc_id;
    doc->entries = slice.outbox;
    if (ok) {
        g_ptr_array_add(found->docs, g_steal_pointer(&doc));
    }
    return ok;
}

bool
jw_store_mongo_find_outbox(JwStore *self, JwDocKind kind, int64_t before_ms, size_t limit,
                           GPtrArray **ret_docs, GError **error)
{
    g_autoptr(GPtrArray) docs = g_ptr_array_new_with_free_func(free_doc);
    Found found = { kind, docs };
    g_autoptr(bson_t) filter = BCON_NEW("outbox.at", "{", "$lt", BCON_DATE_TIME(before_ms), "}");
    g_autoptr(bson_t) opts = BCON_NEW("projection", "{", "outbox", BCON_INT32(1), "}", "sort", "{",
                                      "outbox.at", BCON_INT32(1), "_id", BCON_INT32(1), "}");

    if (!jw_store_find_page(self, collection_of(kind), filter, opts, limit, add_doc, &found,
                            error)) {
        return false;
    }
    *ret_docs = g_steal_pointer(&docs);
    return true;
}
