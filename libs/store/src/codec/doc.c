/* doc.c: the table-driven codec between structs and BSON. Pure; any thread. Tables rather
 * than code per type: one place decides what absent means, and a field cannot be written and
 * forgotten in the reader. */
#include "doc.h"
#include <string.h>

/* Members are reached by memcpy: the tables know offsets, not types, and the compiler makes
 * moves of it. */
#define GET(var, base, field) memcpy(&(var), (const char *)(base) + (field)->offset, sizeof(var))
#define PUT(var, base, field) memcpy((char *)(base) + (field)->offset, &(var), sizeof(var))

void
jw_doc_append_strings(bson_t *document, const char *as, const char *const *strings)
{
    bson_t array;
    char buffer[16];
    const char *key;

    bson_append_array_begin(document, as, -1, &array);
    for (uint32_t i = 0; strings[i] != NULL; i++) {
        bson_uint32_to_string(i, &key, buffer, sizeof(buffer));
        bson_append_utf8(&array, key, -1, strings[i], -1);
    }
    bson_append_array_end(document, &array);
}

void
jw_doc_append_times(bson_t *document, const char *as, const int64_t *times_ms, size_t n)
{
    bson_t array;
    char buffer[16];
    const char *key;

    bson_append_array_begin(document, as, -1, &array);
    for (uint32_t i = 0; i < n; i++) {
        bson_uint32_to_string(i, &key, buffer, sizeof(buffer));
        bson_append_date_time(&array, key, -1, times_ms[i]);
    }
    bson_append_array_end(document, &array);
}

void
jw_doc_append_list(bson_t *document, const char *as, const JwDocTable *table,
                   const void *const *structs, size_t n)
{
    bson_t array;
    char buffer[16];
    const char *key;

    bson_append_array_begin(document, as, -1, &array);
    for (uint32_t i = 0; i < n; i++) {
        bson_uint32_to_string(i, &key, buffer, sizeof(buffer));
        jw_doc_append_as(&array, key, table, structs[i]);
    }
    bson_append_array_end(document, &array);
}

void
jw_doc_append_outbox(bson_t *document, const char *as, const JwOutboxEntry *const *entries,
                     size_t n_entries)
{
    jw_doc_append_list(document, as, &jw_doc_outbox_table, (const void *const *)entries, n_entries);
}

static void
append_scalar(bson_t *document, const JwDocField *field, const void *from)
{
    int64_t wide = 0;
    int narrow = 0;
    bool flag = false;

    if (field->type == JW_DOC_FIELD_TIME || field->type == JW_DOC_FIELD_INT64) {
        GET(wide, from, field);
    } else if (field->type == JW_DOC_FIELD_BOOL) {
        GET(flag, from, field);
    } else {
        GET(narrow, from, field);
    }
    if (field->type == JW_DOC_FIELD_TIME) {
        if (wide != 0 || field->always) {
            bson_append_date_time(document, field->name, -1, wide);
        }
    } else if (field->type == JW_DOC_FIELD_INT64) {
        bson_append_int64(document, field->name, -1, wide);
    } else if (field->type == JW_DOC_FIELD_BOOL) {
        bson_append_bool(document, field->name, -1, flag);
    } else if (field->type == JW_DOC_FIELD_INT32) {
        bson_append_int32(document, field->name, -1, narrow);
    } else {
        bson_append_utf8(document, field->name, -1, field->enum_name(narrow), -1);
    }
}

static void
append_field(bson_t *document, const JwDocField *field, const void *from)
{
    const void *pointer = NULL;

    switch (field->type) {
    case JW_DOC_FIELD_TIME:
    case JW_DOC_FIELD_INT64:
    case JW_DOC_FIELD_INT32:
    case JW_DOC_FIELD_BOOL:
    case JW_DOC_FIELD_ENUM:
        append_scalar(document, field, from);
        return;
    case JW_DOC_FIELD_STRUCT:
        jw_doc_append_as(document, field->name, field->table, (const char *)from + field->offset);
        return;
    case JW_DOC_FIELD_STRING:
    case JW_DOC_FIELD_STRINGS:
    case JW_DOC_FIELD_TIMES:
    case JW_DOC_FIELD_OWNED:
    case JW_DOC_FIELD_LIST:
        break;
    }
    GET(pointer, from, field);
    if (field->type == JW_DOC_FIELD_LIST) {
        const GPtrArray *list = pointer;
        jw_doc_append_list(document, field->name, field->table,
                           list == NULL ? NULL : (const void *const *)list->pdata,
                           list == NULL ? 0 : list->len);
    } else if (field->type == JW_DOC_FIELD_TIMES) {
        const GArray *times = pointer;
        jw_doc_append_times(document, field->name,
                            times == NULL ? NULL : (const int64_t *)(const void *)times->data,
                            times == NULL ? 0 : times->len);
    } else if (pointer == NULL) {
        return;
    } else if (field->type == JW_DOC_FIELD_STRING) {
        bson_append_utf8(document, field->name, -1, pointer, -1);
    } else if (field->type == JW_DOC_FIELD_STRINGS) {
        const char *const *strings;
        GET(strings, from, field);
        jw_doc_append_strings(document, field->name, strings);
    } else {
        jw_doc_append_as(document, field->name, field->table, pointer);
    }
}

void
jw_doc_append(bson_t *document, const JwDocTable *table, const void *from)
{
    for (size_t i = 0; i < table->n_fields; i++) {
        append_field(document, &table->fields[i], from);
    }
}

void
jw_doc_append_as(bson_t *document, const char *as, const JwDocTable *table, const void *from)
{
    bson_t child;

    bson_append_document_begin(document, as, -1, &child);
    jw_doc_append(&child, table, from);
    bson_append_document_end(document, &child);
}

void
jw_doc_append_valid(bson_t *document, const char *key, const char *string)
{
    g_autofree char *valid = string == NULL ? NULL : g_utf8_make_valid(string, -1);

    if (valid != NULL) {
        bson_append_utf8(document, key, -1, valid, -1);
    }
}

static bool
wrong_type(const JwDocTable *table, const JwDocField *field, GError **error)
{
    return jw_fail(error, JW_ERROR_CORRUPT, "the stored %s has a field '%s' of another type",
                   table->what, field->name);
}

static bool
read_document(const bson_iter_t *iter, const JwDocTable *table, void *to, GError **error)
{
    const uint8_t *data;
    uint32_t length;
    bson_t child;

    bson_iter_document(iter, &length, &data);
    if (!bson_init_static(&child, data, length)) {
        return jw_fail(error, JW_ERROR_CORRUPT, "the stored %s is cut", table->what);
    }
    return jw_doc_read(&child, table, to, error);
}

static bool
read_strings(bson_iter_t *array, const JwDocTable *table, const JwDocField *field, void *to,
             GError **error)
{
    g_autoptr(GPtrArray) strings = g_ptr_array_new_with_free_func(g_free);
    char **old;

    while (bson_iter_next(array)) {
        if (!BSON_ITER_HOLDS_UTF8(array)) {
            return wrong_type(table, field, error);
        }
        g_ptr_array_add(strings, g_strdup(bson_iter_utf8(array, NULL)));
    }
    g_ptr_array_add(strings, NULL);
    GET(old, to, field);
    g_strfreev(old);
    char **fresh = (char **)g_ptr_array_steal(strings, NULL);
    PUT(fresh, to, field);
    return true;
}

static bool
read_times(bson_iter_t *array, const JwDocTable *table, const JwDocField *field, void *to,
           GError **error)
{
    GArray *times;

    GET(times, to, field);
    while (bson_iter_next(array)) {
        if (!BSON_ITER_HOLDS_DATE_TIME(array)) {
            return wrong_type(table, field, error);
        }
        int64_t time_ms = bson_iter_date_time(array);
        g_array_append_val(times, time_ms);
    }
    return true;
}

static bool
read_list(bson_iter_t *array, const JwDocTable *table, const JwDocField *field, void *to,
          GError **error)
{
    GPtrArray *list;

    GET(list, to, field);
    while (bson_iter_next(array)) {
        if (!BSON_ITER_HOLDS_DOCUMENT(array)) {
            return wrong_type(table, field, error);
        }
        void *item = g_malloc0(field->table->size);
        g_ptr_array_add(list, item); /* owned by @to from here on, whatever is read into it */
        if (!read_document(array, field->table, item, error)) {
            return false;
        }
    }
    return true;
}

static bool
read_array(const bson_iter_t *iter, const JwDocTable *table, const JwDocField *field, void *to,
           GError **error)
{
    bson_iter_t array;

    if (!BSON_ITER_HOLDS_ARRAY(iter) || !bson_iter_recurse(iter, &array)) {
        return wrong_type(table, field, error);
    }
    if (field->type == JW_DOC_FIELD_STRINGS) {
        return read_strings(&array, table, field, to, error);
    }
    if (field->type == JW_DOC_FIELD_TIMES) {
        return read_times(&array, table, field, to, error);
    }
    return read_list(&array, table, field, to, error);
}

static bool
read_owned(const bson_iter_t *iter, const JwDocTable *table, const JwDocField *field, void *to,
           GError **error)
{
    void *owned;

    if (!BSON_ITER_HOLDS_DOCUMENT(iter)) {
        return wrong_type(table, field, error);
    }
    if (field->type == JW_DOC_FIELD_STRUCT) {
        return read_document(iter, field->table, (char *)to + field->offset, error);
    }
    GET(owned, to, field);
    if (owned == NULL) {
        owned = g_malloc0(field->table->size);
        PUT(owned, to, field); /* owned by @to from here on, whatever is read into it */
    }
    return read_document(iter, field->table, owned, error);
}

static bool
read_enum(const bson_iter_t *iter, const JwDocTable *table, const JwDocField *field, void *to,
          GError **error)
{
    if (!BSON_ITER_HOLDS_UTF8(iter)) {
        return wrong_type(table, field, error);
    }
    for (int value = 0; field->enum_name(value) != NULL; value++) {
        if (strcmp(field->enum_name(value), bson_iter_utf8(iter, NULL)) == 0) {
            PUT(value, to, field);
            return true;
        }
    }
    return jw_fail(error, JW_ERROR_CORRUPT, "the stored %s has the unknown %s '%s'", table->what,
                   field->name, bson_iter_utf8(iter, NULL));
}

static bool
read_number(const bson_iter_t *iter, const JwDocTable *table, const JwDocField *field, void *to,
            GError **error)
{
    if (!BSON_ITER_HOLDS_INT32(iter) && !BSON_ITER_HOLDS_INT64(iter)) {
        return wrong_type(table, field, error);
    }
    int64_t wide = bson_iter_as_int64(iter);
    if (field->type == JW_DOC_FIELD_INT64) {
        PUT(wide, to, field);
        return true;
    }
    if (wide < INT32_MIN || wide > INT32_MAX) {
        return wrong_type(table, field, error);
    }
    int32_t narrow = (int32_t)wide;
    PUT(narrow, to, field);
    return true;
}

static bool
read_field(const bson_iter_t *iter, const JwDocTable *table, const JwDocField *field, void *to,
           GError **error)
{
    switch (field->type) {
    case JW_DOC_FIELD_STRING: {
        char *string;
        if (!BSON_ITER_HOLDS_UTF8(iter)) {
            return wrong_type(table, field, error);
        }
        GET(string, to, field);
        g_free(string);
        string = g_strdup(bson_iter_utf8(iter, NULL));
        PUT(string, to, field);
        return true;
    }
    case JW_DOC_FIELD_TIME: {
        if (!BSON_ITER_HOLDS_DATE_TIME(iter)) {
            return wrong_type(table, field, error);
        }
        int64_t time_ms = bson_iter_date_time(iter);
        PUT(time_ms, to, field);
        return true;
    }
    case JW_DOC_FIELD_BOOL: {
        if (!BSON_ITER_HOLDS_BOOL(iter)) {
            return wrong_type(table, field, error);
        }
        bool flag = bson_iter_bool(iter);
        PUT(flag, to, field);
        return true;
    }
    case JW_DOC_FIELD_INT64:
    case JW_DOC_FIELD_INT32:
        return read_number(iter, table, field, to, error);
    case JW_DOC_FIELD_ENUM:
        return read_enum(iter, table, field, to, error);
    case JW_DOC_FIELD_STRUCT:
    case JW_DOC_FIELD_OWNED:
        return read_owned(iter, table, field, to, error);
    case JW_DOC_FIELD_STRINGS:
    case JW_DOC_FIELD_TIMES:
    case JW_DOC_FIELD_LIST:
        return read_array(iter, table, field, to, error);
    }
    return true;
}

bool
jw_doc_read(const bson_t *document, const JwDocTable *table, void *to, GError **error)
{
    bson_iter_t iter;
    size_t expected = 0; /* documents we wrote have their fields in the order of the table */

    if (!bson_iter_init(&iter, document)) {
        return jw_fail(error, JW_ERROR_CORRUPT, "the stored %s is cut", table->what);
    }
    while (bson_iter_next(&iter)) {
        const char *key = bson_iter_key(&iter);
        for (size_t tried = 0; tried < table->n_fields; tried++) {
            size_t i = (expected + tried) % table->n_fields;
            if (strcmp(key, table->fields[i].name) != 0) {
                continue;
            }
            if (!BSON_ITER_HOLDS_NULL(&iter)
                && !read_field(&iter, table, &table->fields[i], to, error)) {
                return false;
            }
            expected = i + 1;
            break;
        }
    }
    return true;
}
