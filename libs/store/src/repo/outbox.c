/* outbox.c: removing published events from their documents, and finding the others. Any thread. */
#include "repo.h"
#include "jw/store_outbox.h"

static const char *
collection_of(JwDocKind kind)
{
    switch (kind) {
    case JW_DOC_JOB:
        return "jobs";
    case JW_DOC_DELIVERY:
        return "deliveries";
    case JW_DOC_SCHEDULE:
        return "schedules";
    }
    return "jobs";
}

void
jw_outbox_doc_free(gpointer self)
{
    JwOutboxDoc *doc = self;

    if (doc != NULL) {
        g_free(doc->doc_id);
        g_clear_pointer(&doc->entries, g_ptr_array_unref);
        g_free(doc);
    }
}

/* {"$in": [ids]} */
static void
append_any(bson_t *to, const char *key, const GPtrArray *ids)
{
    bson_t in;

    BSON_APPEND_DOCUMENT_BEGIN(to, key, &in);
    jw_doc_append_strings(&in, "$in", (const char *const *)ids->pdata);
    bson_append_document_end(to, &in);
}

/* All entries of one kind in one statement: entry ids are unique over all documents, so pulling
 * the whole list from each document removes nothing else, and costs the server a fifth of one
 * statement for each document. */
static bool
pull_kind(JwStore *self, JwDocKind kind, const JwOutboxRef *refs, size_t n_refs, GError **error)
{
    g_autoptr(GPtrArray) docs = g_ptr_array_sized_new((guint)n_refs + 1);
    g_autoptr(GPtrArray) entries = g_ptr_array_sized_new((guint)n_refs + 1);
    g_auto(bson_t) filter = BSON_INITIALIZER;
    g_auto(bson_t) update = BSON_INITIALIZER;
    bson_t pull, outbox;

    for (size_t i = 0; i < n_refs; i++) {
        if (refs[i].kind == kind) {
            g_ptr_array_add(docs, (gpointer)(uintptr_t)refs[i].doc_id);
            g_ptr_array_add(entries, (gpointer)(uintptr_t)refs[i].entry_id);
        }
    }
    if (docs->len == 0) {
        return true;
    }
    g_ptr_array_add(docs, NULL);
    g_ptr_array_add(entries, NULL);
    append_any(&filter, "_id", docs);
    BSON_APPEND_DOCUMENT_BEGIN(&update, "$pull", &pull);
    BSON_APPEND_DOCUMENT_BEGIN(&pull, "outbox", &outbox);
    append_any(&outbox, "id", entries);
    bson_append_document_end(&pull, &outbox);
    bson_append_document_end(&update, &pull);
    return jw_db_update_many(self, collection_of(kind), &filter, &update, NULL, error)
           || jw_prefix(error, "clearing outboxes");
}

bool
jw_store_pull_outbox(JwStore *self, const JwOutboxRef *refs, size_t n_refs, GError **error)
{
    g_return_val_if_fail(self != NULL && (refs != NULL || n_refs == 0), false);
    return pull_kind(self, JW_DOC_JOB, refs, n_refs, error)
           && pull_kind(self, JW_DOC_DELIVERY, refs, n_refs, error)
           && pull_kind(self, JW_DOC_SCHEDULE, refs, n_refs, error);
}

static gpointer
create_doc(void)
{
    JwOutboxDoc *doc = g_new0(JwOutboxDoc, 1);

    doc->entries = g_ptr_array_new_with_free_func(jw_outbox_entry_free);
    return doc;
}

/* Only two fields of the document; all that have an outbox have them in one shape. */
static const JwDocField fields[] = {
    { .name = "_id", .type = JW_DOC_FIELD_STRING, .offset = offsetof(JwOutboxDoc, doc_id) },
    { .name = "outbox",
      .type = JW_DOC_FIELD_LIST,
      .offset = offsetof(JwOutboxDoc, entries),
      .table = &jw_doc_outbox_table },
};
static const JwDocTable table = { "outbox", sizeof(JwOutboxDoc), fields, G_N_ELEMENTS(fields) };

bool
jw_store_find_outbox(JwStore *self, JwDocKind kind, int64_t before_ms, size_t limit,
                     GPtrArray **ret_docs, GError **error)
{
    g_return_val_if_fail(self != NULL && limit > 0 && ret_docs != NULL, false);
    const JwRepo docs = { collection_of(kind), &table, create_doc, jw_outbox_doc_free };
    g_autoptr(bson_t) filter = BCON_NEW("outbox.at", "{", "$lt", BCON_DATE_TIME(before_ms), "}");
    g_autoptr(bson_t) opts = BCON_NEW("projection", "{", "outbox", BCON_INT32(1), "}", "sort", "{",
                                      "outbox.at", BCON_INT32(1), "_id", BCON_INT32(1), "}");

    if (!jw_repo_page(self, &docs, filter, opts, limit, ret_docs, error)) {
        return false;
    }
    for (guint i = 0; i < (*ret_docs)->len; i++) {
        ((JwOutboxDoc *)g_ptr_array_index(*ret_docs, i))->kind = kind;
    }
    return true;
}
