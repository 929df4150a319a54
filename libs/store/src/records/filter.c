/* filter.c: the filters of a scan as a query: for each text the values of every type that it means,
 * by the rule that conditions of measures have as well (jw/wanted.h). Pure; any thread. */
#include "filter.h"
#include "jw/wanted.h"

typedef struct {
    bson_t *array;
    uint32_t length;
    char buffer[16];
} ArrayEnd;

static const char *
next_place(ArrayEnd *self)
{
    const char *key = NULL;

    bson_uint32_to_string(self->length++, &key, self->buffer, sizeof(self->buffer));
    return key;
}

/* Servers compare numbers of all types by their exact value, so a whole number is needed once, and
 * 0.1 twice: the double is not the decimal. */
static void
append_number(ArrayEnd *to, const JwWanted *wanted)
{
    bson_decimal128_t decimal;

    if (wanted->is_integer) {
        bson_append_int64(to->array, next_place(to), -1, wanted->integer);
    }
    if (wanted->is_real) {
        bson_append_double(to->array, next_place(to), -1, wanted->real);
    }
    if (wanted->is_real && bson_decimal128_from_string(wanted->text, &decimal)) {
        bson_append_decimal128(to->array, next_place(to), -1, &decimal);
    }
}

/* The values of every type that the text means (jw/wanted.h). */
static void
append_wanted(ArrayEnd *to, const char *text)
{
    JwWanted wanted;
    bson_oid_t oid;

    jw_wanted_init(&wanted, text);
    bson_append_utf8(to->array, next_place(to), -1, text, -1);
    append_number(to, &wanted);
    if (wanted.is_bool) {
        bson_append_bool(to->array, next_place(to), -1, wanted.boolean);
    }
    if (wanted.is_time) {
        bson_append_date_time(to->array, next_place(to), -1, wanted.time_ms);
    }
    if (wanted.is_object_id) {
        bson_oid_init_from_string(&oid, text);
        bson_append_oid(to->array, next_place(to), -1, &oid);
    }
}

static void
append_values(bson_t *condition, const JwRecordFilter *filter)
{
    bson_t array;
    ArrayEnd end = { .array = &array };

    bson_append_array_begin(condition, filter->negate ? "$nin" : "$in", -1, &array);
    for (size_t i = 0; filter->values[i] != NULL; i++) {
        append_wanted(&end, filter->values[i]);
    }
    bson_append_array_end(condition, &array);
}

void
jw_store_append_record_filters(bson_t *filter, const JwRecordScan *scan)
{
    bson_t all, one, condition;
    char buffer[16];
    const char *index;

    if (scan->n_filters == 0) {
        return;
    }
    BSON_APPEND_ARRAY_BEGIN(filter, "$and", &all);
    for (uint32_t i = 0; i < scan->n_filters; i++) {
        const JwRecordFilter *wanted = &scan->filters[i];
        bson_uint32_to_string(i, &index, buffer, sizeof(buffer));
        bson_append_document_begin(&all, index, -1, &one);
        BSON_APPEND_DOCUMENT_BEGIN(&one, wanted->field, &condition);
        append_values(&condition, wanted);
        bson_append_document_end(&one, &condition);
        bson_append_document_end(&all, &one);
    }
    bson_append_array_end(filter, &all);
}
