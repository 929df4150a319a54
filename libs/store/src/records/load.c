/* load.c: writing the users' records: batches, the index for ordered scans, dropping. Any
 * thread. */
#include "db/db.h"
#include "jw/store_records.h"
#include <string.h>

static void
append_value(bson_t *document, const char *key, size_t length, const JwValue *value)
{
    const int key_length = (int)length;

    switch (value->type) {
    case JW_VALUE_NULL:
        bson_append_null(document, key, key_length);
        break;
    case JW_VALUE_BOOL:
        bson_append_bool(document, key, key_length, value->boolean);
        break;
    case JW_VALUE_INT:
        bson_append_int64(document, key, key_length, value->integer);
        break;
    case JW_VALUE_REAL:
        bson_append_double(document, key, key_length, value->real);
        break;
    case JW_VALUE_TEXT:
        bson_append_utf8(document, key, key_length, value->text, (int)value->length);
        break;
    case JW_VALUE_TIME:
        bson_append_date_time(document, key, key_length, value->time_ms);
        break;
    }
}

/* The fields with the same first component as field @first, as one document. */
static void
append_nested(bson_t *document, const char *const *fields, const JwValue *values, size_t first,
              bool *done)
{
    const size_t head = strcspn(fields[first], ".");
    bson_t child;

    bson_append_document_begin(document, fields[first], (int)head, &child);
    for (size_t i = first; fields[i] != NULL; i++) {
        if (!done[i] && strncmp(fields[i], fields[first], head + 1) == 0) {
            const char *rest = fields[i] + head + 1;
            append_value(&child, rest, strlen(rest), &values[i]);
            done[i] = true;
        }
    }
    bson_append_document_end(document, &child);
}

static bson_t *
new_document(const char *id, const char *const *fields, size_t n_fields, const JwValue *values,
             bool *done)
{
    bson_t *document = bson_new();

    memset(done, 0, n_fields * sizeof(*done));
    BSON_APPEND_UTF8(document, "_id", id);
    for (size_t i = 0; i < n_fields; i++) {
        if (done[i] || strcmp(fields[i], "_id") == 0) {
            continue;
        }
        if (strchr(fields[i], '.') != NULL) {
            append_nested(document, fields, values, i, done);
        } else {
            append_value(document, fields[i], strlen(fields[i]), &values[i]);
        }
    }
    return document;
}

bool
jw_store_insert_records(JwStore *self, const char *collection, const char *const *fields,
                        const char *const *ids, const JwValue *const *rows, size_t n_rows,
                        size_t *ret_inserted, GError **error)
{
    g_return_val_if_fail(self != NULL && collection != NULL && ret_inserted != NULL, false);
    g_return_val_if_fail(fields != NULL && (n_rows == 0 || (ids != NULL && rows != NULL)), false);
    g_autoptr(GPtrArray) documents = jw_db_documents(n_rows);
    g_autofree JwCreate *creates = g_new0(JwCreate, n_rows);
    const size_t n_fields = g_strv_length((char **)(uintptr_t)fields);
    g_autofree bool *done = g_new0(bool, n_fields + 1);
    size_t inserted = 0;

    if (!jw_db_check_records(collection, error)) {
        return false;
    }
    for (size_t i = 0; i < n_rows; i++) {
        g_ptr_array_add(documents, new_document(ids[i], fields, n_fields, rows[i], done));
    }
    if (n_rows > 0 && !jw_db_insert(self, collection, documents, creates, error)) {
        return false;
    }
    for (size_t i = 0; i < n_rows; i++) {
        inserted += creates[i] == JW_CREATE_NEW ? 1 : 0;
    }
    *ret_inserted = inserted;
    return true;
}

bool
jw_store_index_records(JwStore *self, const char *collection, const char *date_field,
                       GError **error)
{
    g_return_val_if_fail(self != NULL && collection != NULL && date_field != NULL, false);
    g_autofree char *keys = g_strdup_printf("%s:1 _id:1", date_field);
    const JwDbIndex index = { collection, keys, false };

    return jw_db_check_records(collection, error)
           && self->ops->ensure_indexes(self, &index, 1, error);
}

bool
jw_store_drop_records(JwStore *self, const char *collection, GError **error)
{
    g_return_val_if_fail(self != NULL && collection != NULL, false);
    return jw_db_check_records(collection, error) && self->ops->drop(self, collection, error);
}
