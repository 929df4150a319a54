/* load.c: writing the users' records: batches, those that are there with other values, the index
 * for ordered scans, dropping. Any thread. */
#include "db/db.h"
#include "row.h"
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

/* The fields that begin with @prefix, those with a further dot as documents of their own. */
static void
append_fields(bson_t *document, const char *const *fields, const JwValue *values,
              const char *prefix, size_t prefix_length, bool *done)
{
    for (size_t i = 0; fields[i] != NULL; i++) {
        if (done[i] || strncmp(fields[i], prefix, prefix_length) != 0) {
            continue;
        }
        const char *name = fields[i] + prefix_length;
        const size_t head = strcspn(name, ".");
        if (name[head] == '\0') {
            append_value(document, name, head, &values[i]);
            done[i] = true;
            continue;
        }
        bson_t child;
        bson_append_document_begin(document, name, (int)head, &child);
        append_fields(&child, fields, values, fields[i], prefix_length + head + 1, done);
        bson_append_document_end(document, &child);
    }
}

static bson_t *
new_document(const char *id, const char *const *fields, size_t n_fields, const JwValue *values,
             bool *done)
{
    bson_t *document = bson_new();

    for (size_t i = 0; i < n_fields; i++) {
        done[i] = strcmp(fields[i], "_id") == 0;
    }
    BSON_APPEND_UTF8(document, "_id", id);
    append_fields(document, fields, values, "", 0, done);
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

typedef struct {
    JwRecordRow *reader;
    JwRowFunc row;
    gpointer data;
} Visit;

static bool
visit_record(const bson_t *document, gpointer data, GError **error)
{
    const Visit *visit = data;
    const JwValue *values = jw_store_record_row_read(visit->reader, document);

    return (values != NULL || jw_fail(error, JW_ERROR_CORRUPT, "a stored record is cut"))
           && visit->row(values, visit->data, error);
}

bool
jw_store_find_records(JwStore *self, const char *collection, const char *const *fields,
                      const char *const *ids, size_t n_ids, JwRowFunc row, gpointer data,
                      GError **error)
{
    g_return_val_if_fail(self != NULL && collection != NULL && fields != NULL, false);
    g_return_val_if_fail(row != NULL && (n_ids == 0 || ids != NULL), false);
    const size_t n_fields = g_strv_length((char **)(uintptr_t)fields);
    g_autofree const char **wanted = g_new0(const char *, n_fields + 2);
    g_auto(bson_t) filter = BSON_INITIALIZER;
    g_auto(bson_t) opts = BSON_INITIALIZER;
    bson_t among, list;
    char buffer[16];
    const char *place = NULL;

    wanted[0] = "_id";
    memcpy(wanted + 1, fields, n_fields * sizeof(*wanted));
    BSON_APPEND_DOCUMENT_BEGIN(&filter, "_id", &among);
    BSON_APPEND_ARRAY_BEGIN(&among, "$in", &list);
    for (size_t i = 0; i < n_ids; i++) {
        bson_uint32_to_string((uint32_t)i, &place, buffer, sizeof(buffer));
        BSON_APPEND_UTF8(&list, place, ids[i]);
    }
    bson_append_array_end(&among, &list);
    bson_append_document_end(&filter, &among);
    g_autoptr(JwRecordRow) reader = jw_store_record_row_new(wanted);
    Visit visit = { reader, row, data };
    return jw_db_check_records(collection, error)
           && jw_db_find(self, collection, &filter, &opts, visit_record, &visit, error);
}

bool
jw_store_update_record(JwStore *self, const char *collection, const char *const *fields,
                       const char *id, const JwValue *values, JwCas *ret_cas, GError **error)
{
    g_return_val_if_fail(self != NULL && collection != NULL && fields != NULL, false);
    g_return_val_if_fail(id != NULL && values != NULL && ret_cas != NULL, false);
    g_auto(bson_t) filter = BSON_INITIALIZER;
    g_auto(bson_t) update = BSON_INITIALIZER;
    bson_t set;

    BSON_APPEND_UTF8(&filter, "_id", id);
    BSON_APPEND_DOCUMENT_BEGIN(&update, "$set", &set);
    for (size_t i = 0; fields[i] != NULL; i++) {
        if (strcmp(fields[i], "_id") != 0) {
            append_value(&set, fields[i], strlen(fields[i]), &values[i]);
        }
    }
    bson_append_document_end(&update, &set);
    return jw_db_check_records(collection, error)
           && jw_db_update(self, collection, &filter, &update, ret_cas, error);
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
