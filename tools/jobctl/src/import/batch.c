/* import/batch.c: rows into the store, a thousand at a time, in constant memory. One thread.
 * Inserting again what is there adds nothing, so an answer that was lost is met by inserting again.
 */
#include "import/load.h"

#define TRIES 4

struct _JcBatch {
    JwStore *store;
    const char *collection;
    const char *const *fields;
    size_t n_fields, n_rows, n_skipped;
    JwValue *values;
    const JwValue **rows;
    const char **ids;
    GStringChunk *strings;
    int64_t added;
};

JcBatch *
jc_batch_new(JwStore *store, const char *collection, const char *const *fields, size_t n_fields)
{
    JcBatch *self = g_new0(JcBatch, 1);

    self->store = store;
    self->collection = collection;
    self->fields = fields;
    self->n_fields = n_fields;
    self->values = g_new0(JwValue, (JC_BATCH_ROWS + 1) * n_fields);
    self->rows = g_new0(const JwValue *, JC_BATCH_ROWS);
    self->ids = g_new0(const char *, JC_BATCH_ROWS);
    self->strings = g_string_chunk_new(65536);
    return self;
}

void
jc_batch_free(gpointer self)
{
    JcBatch *batch = self;

    if (batch == NULL) {
        return;
    }
    g_free(batch->values);
    g_free(batch->rows);
    g_free(batch->ids);
    g_string_chunk_free(batch->strings);
    g_free(batch);
}

JwValue *
jc_batch_row(JcBatch *self)
{
    return self->values + self->n_rows * self->n_fields;
}

GStringChunk *
jc_batch_strings(JcBatch *self)
{
    return self->strings;
}

int64_t
jc_batch_added(const JcBatch *self)
{
    return self->added;
}

bool
jc_batch_flush(JcBatch *self, GError **error)
{
    size_t inserted = 0;
    bool done = self->n_rows == 0 || self->store == NULL;

    for (int try = 1; !done; try++) {
        g_autoptr(GError) cause = NULL;
        done = jw_store_insert_records(self->store, self->collection, self->fields, self->ids,
                                       self->rows, self->n_rows, &inserted, &cause);
        if (!done && (try == TRIES || jw_error_retry(cause) == JW_RETRY_NEVER)) {
            g_propagate_error(error, g_steal_pointer(&cause));
            return jw_prefix(error, "inserting into %s (run it again: nothing is added twice)",
                             self->collection);
        }
    }
    self->added += (int64_t)inserted;
    self->n_rows = 0;
    self->n_skipped = 0;
    g_string_chunk_clear(self->strings);
    return true;
}

bool
jc_batch_add(JcBatch *self, const char *id, GError **error)
{
    self->ids[self->n_rows] = id;
    self->rows[self->n_rows] = jc_batch_row(self);
    self->n_rows++;
    return self->n_rows < JC_BATCH_ROWS || jc_batch_flush(self, error);
}

bool
jc_batch_skip(JcBatch *self, GError **error)
{
    self->n_skipped++;
    return self->n_skipped < JC_BATCH_ROWS || jc_batch_flush(self, error);
}
