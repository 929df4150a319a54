/* store_mem_records.c: records in memory: whole collections are filtered and sorted for each
 * scan. Any thread. Records never change once made, so a scan holds references and runs the
 * caller's function unlocked. */
#include "store_mem.h"
#include <string.h>

typedef struct {
    JwValue value;
    char *text; /* owned, behind the value */
} MemValue;

static void
free_value(gpointer data)
{
    MemValue *value = data;

    g_free(value->text);
    g_free(value);
}

static void
unref_record(gpointer data)
{
    JwMemRecord *record = data;

    if (g_atomic_ref_count_dec(&record->refs)) {
        g_hash_table_unref(record->values);
        g_free(record->id);
        g_free(record);
    }
}

void
jw_store_mem_free_records(gpointer records)
{
    g_ptr_array_unref(records);
}

static const JwValue *
value_of(const JwMemRecord *record, const char *field)
{
    static const JwValue none = { .type = JW_VALUE_NULL };
    const MemValue *value = g_hash_table_lookup(record->values, field);

    return value == NULL ? &none : &value->value;
}

static void
keep_value(JwMemRecord *record, const char *field, const JwValue *value)
{
    MemValue *copy = g_new0(MemValue, 1);

    copy->value = *value;
    if (value->type == JW_VALUE_TEXT) {
        copy->text = g_strndup(value->text, value->length);
        copy->value.text = copy->text;
    }
    g_hash_table_replace(record->values, g_strdup(field), copy);
}

static JwMemRecord *
new_record(const char *id, const char *const *fields, const JwValue *values)
{
    JwMemRecord *record = g_new0(JwMemRecord, 1);
    const JwValue id_value = { .type = JW_VALUE_TEXT, .text = id, .length = strlen(id) };

    g_atomic_ref_count_init(&record->refs);
    record->id = g_strdup(id);
    record->values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_value);
    for (size_t i = 0; fields[i] != NULL; i++) {
        keep_value(record, fields[i], &values[i]);
    }
    keep_value(record, "_id", &id_value);
    return record;
}

static bool
has_record(const GPtrArray *records, const char *id)
{
    for (guint i = 0; i < records->len; i++) {
        if (strcmp(((const JwMemRecord *)g_ptr_array_index(records, i))->id, id) == 0) {
            return true;
        }
    }
    return false;
}

static bool
insert_records(JwStore *self, const char *collection, const char *const *fields,
               const char *const *ids, const JwValue *const *rows, size_t n_rows,
               size_t *ret_inserted, GError **error)
{
    JwStoreMem *mem = (JwStoreMem *)self;
    g_auto(JwLocker) locker = jw_locker(&mem->mutex);
    size_t inserted = 0;

    if (!jw_store_mem_begin(mem, error)) {
        return false;
    }
    GPtrArray *records = g_hash_table_lookup(mem->records, collection);
    if (records == NULL) {
        records = g_ptr_array_new_with_free_func(unref_record);
        g_hash_table_insert(mem->records, g_strdup(collection), records);
    }
    for (size_t i = 0; i < n_rows; i++) {
        if (!has_record(records, ids[i])) {
            g_ptr_array_add(records, new_record(ids[i], fields, rows[i]));
            inserted++;
        }
    }
    if (!jw_store_mem_end(mem, error)) {
        return false;
    }
    *ret_inserted = inserted;
    return true;
}

static bool
passes(const JwMemRecord *record, const JwRecordFilter *filter)
{
    const JwValue *value = value_of(record, filter->field);
    bool found = false;

    for (size_t i = 0; filter->values[i] != NULL && !found; i++) {
        found = value->type == JW_VALUE_TEXT && strlen(filter->values[i]) == value->length
                && memcmp(filter->values[i], value->text, value->length) == 0;
    }
    return found != filter->negate;
}

static bool
is_wanted(const JwMemRecord *record, const JwRecordScan *scan)
{
    if (scan->start_ms != 0 || scan->end_ms != 0) {
        const JwValue *date = value_of(record, scan->date_field);
        if (date->type != JW_VALUE_TIME || date->time_ms < scan->start_ms
            || date->time_ms >= scan->end_ms) {
            return false;
        }
    }
    for (size_t i = 0; i < scan->n_filters; i++) {
        if (!passes(record, &scan->filters[i])) {
            return false;
        }
    }
    return true;
}

static gint
compare_records(gconstpointer a, gconstpointer b, gpointer date_field)
{
    const JwMemRecord *x = *(JwMemRecord *const *)a, *y = *(JwMemRecord *const *)b;
    const JwValue *dx = value_of(x, date_field), *dy = value_of(y, date_field);
    const bool tx = dx->type == JW_VALUE_TIME, ty = dy->type == JW_VALUE_TIME;

    if (tx != ty) {
        return tx ? 1 : -1; /* what has no date comes first */
    }
    if (tx && dx->time_ms != dy->time_ms) {
        return dx->time_ms < dy->time_ms ? -1 : 1;
    }
    return strcmp(x->id, y->id);
}

static bool
select_records(JwStoreMem *mem, const JwRecordScan *scan, GPtrArray **ret_found, GError **error)
{
    g_auto(JwLocker) locker = jw_locker(&mem->mutex);
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(unref_record);

    if (!jw_store_mem_begin(mem, error) || !jw_store_mem_end(mem, error)) {
        return false;
    }
    const GPtrArray *records = g_hash_table_lookup(mem->records, scan->collection);
    for (guint i = 0; records != NULL && i < records->len; i++) {
        JwMemRecord *record = g_ptr_array_index(records, i);
        if (is_wanted(record, scan)) {
            g_atomic_ref_count_inc(&record->refs);
            g_ptr_array_add(found, record);
        }
    }
    *ret_found = g_steal_pointer(&found);
    return true;
}

static bool
scan_records(JwStore *self, const JwRecordScan *scan, JwRowFunc row, gpointer data, GError **error)
{
    g_autoptr(GPtrArray) found = NULL;
    g_autofree char *date_field = g_strdup(scan->date_field);
    size_t n_fields = 0;

    if (!select_records((JwStoreMem *)self, scan, &found, error)) {
        return false;
    }
    if (scan->ordered) {
        g_ptr_array_sort_with_data(found, compare_records, date_field);
    }
    while (scan->fields[n_fields] != NULL) {
        n_fields++;
    }
    g_autofree JwValue *values = g_new0(JwValue, n_fields + 1);
    for (guint i = 0; i < found->len; i++) {
        for (size_t k = 0; k < n_fields; k++) {
            values[k] = *value_of(g_ptr_array_index(found, i), scan->fields[k]);
        }
        if (!row(values, data, error)) {
            return false;
        }
    }
    return true;
}

static bool
index_records(JwStore *self, const char *collection, const char *date_field, GError **error)
{
    JwStoreMem *mem = (JwStoreMem *)self;
    g_auto(JwLocker) locker = jw_locker(&mem->mutex);

    (void)collection;
    (void)date_field;
    return jw_store_mem_begin(mem, error) && jw_store_mem_end(mem, error);
}

static bool
drop_records(JwStore *self, const char *collection, GError **error)
{
    JwStoreMem *mem = (JwStoreMem *)self;
    g_auto(JwLocker) locker = jw_locker(&mem->mutex);

    if (!jw_store_mem_begin(mem, error)) {
        return false;
    }
    g_hash_table_remove(mem->records, collection);
    return jw_store_mem_end(mem, error);
}

void
jw_store_mem_record_ops(JwStoreOps *ops)
{
    ops->scan_records = scan_records;
    ops->insert_records = insert_records;
    ops->index_records = index_records;
    ops->drop_records = drop_records;
}
