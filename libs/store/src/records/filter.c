/* filter.c: the filters of a scan as a query: for each text the values of every type that it means,
 * by the rule that conditions of measures have as well (jw/wanted.h). What callers wrote is only
 * ever a value here, never a name or a pattern. Pure; any thread. */
#include "filter.h"
#include "jw/wanted.h"
#include "records/pattern.h"

#include <math.h>
#include <string.h>

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

/* {"field": {…}} at the end of @all; end_condition() closes both. (transfer none) */
static bson_t *
begin_condition(ArrayEnd *all, const char *field, bson_t *one, bson_t *condition)
{
    bson_append_document_begin(all->array, next_place(all), -1, one);
    BSON_APPEND_DOCUMENT_BEGIN(one, field, condition);
    return condition;
}

static void
end_condition(ArrayEnd *all, bson_t *one, bson_t *condition)
{
    bson_append_document_end(one, condition);
    bson_append_document_end(all->array, one);
}

static void
append_values(ArrayEnd *all, const JwRecordFilter *filter)
{
    bson_t one, condition, array;
    ArrayEnd end = { .array = &array };

    bson_append_array_begin(begin_condition(all, filter->field, &one, &condition),
                            filter->negate ? "$nin" : "$in", -1, &array);
    for (size_t i = 0; filter->values[i] != NULL; i++) {
        append_wanted(&end, filter->values[i]);
    }
    bson_append_array_end(&condition, &array);
    end_condition(all, &one, &condition);
}

/* Beyond the double or beyond the decimal that the text writes: whichever leaves more. */
static void
append_real_end(ArrayEnd *all, const char *field, const char *op, const JwWanted *end)
{
    bson_decimal128_t decimal;
    bson_t either, array, one, condition;
    ArrayEnd choices = { .array = &array };

    bson_append_document_begin(all->array, next_place(all), -1, &either);
    BSON_APPEND_ARRAY_BEGIN(&either, "$or", &array);
    BSON_APPEND_DOUBLE(begin_condition(&choices, field, &one, &condition), op, end->real);
    end_condition(&choices, &one, &condition);
    if (bson_decimal128_from_string(end->text, &decimal)) {
        BSON_APPEND_DECIMAL128(begin_condition(&choices, field, &one, &condition), op, &decimal);
        end_condition(&choices, &one, &condition);
    }
    bson_append_array_end(&either, &array);
    bson_append_document_end(all->array, &either);
}

static void
append_range_end(ArrayEnd *all, const JwRecordFilter *filter, const char *op, const char *text,
                 int64_t time_ms)
{
    bson_t one, condition;
    JwWanted wanted;

    jw_wanted_init(&wanted, text);
    if (filter->range->kind == JW_RANGE_NUMBER && !wanted.is_integer) {
        append_real_end(all, filter->field, op, &wanted);
        return;
    }
    bson_t *to = begin_condition(all, filter->field, &one, &condition);
    switch (filter->range->kind) {
    case JW_RANGE_NUMBER:
        BSON_APPEND_INT64(to, op, wanted.integer);
        break;
    case JW_RANGE_TIME:
        BSON_APPEND_DATE_TIME(to, op, time_ms);
        break;
    case JW_RANGE_TEXT:
        BSON_APPEND_UTF8(to, op, text);
        break;
    }
    end_condition(all, &one, &condition);
}

/* Some servers take NaN for more than any number. */
static void
append_number_end(ArrayEnd *all, const char *field)
{
    bson_t one, condition;

    BSON_APPEND_DOUBLE(begin_condition(all, field, &one, &condition), "$lte", INFINITY);
    end_condition(all, &one, &condition);
}

/* Servers compare values of one type only. */
static void
append_range(ArrayEnd *all, const JwRecordFilter *filter)
{
    const JwRange *range = filter->range;

    if (range->from != NULL) {
        append_range_end(all, filter, "$gte", range->from, range->from_ms);
    }
    if (range->to != NULL) {
        append_range_end(all, filter, "$lte", range->to, range->to_ms);
    } else if (range->kind == JW_RANGE_NUMBER) {
        append_number_end(all, filter->field);
    }
}

static void
append_contains(ArrayEnd *all, const JwRecordFilter *filter)
{
    g_autofree char *pattern = jw_store_pattern(filter->contains);
    bson_t one, condition;

    BSON_APPEND_UTF8(begin_condition(all, filter->field, &one, &condition), "$regex", pattern);
    end_condition(all, &one, &condition);
    /* A text: some servers look into numbers as they would be written. */
    BSON_APPEND_UTF8(begin_condition(all, filter->field, &one, &condition), "$gte", "");
    end_condition(all, &one, &condition);
}

static void
append_presence(ArrayEnd *all, const JwRecordFilter *filter)
{
    bson_t one, condition;

    BSON_APPEND_NULL(begin_condition(all, filter->field, &one, &condition),
                     filter->presence == JW_PRESENCE_ABSENT ? "$eq" : "$ne");
    end_condition(all, &one, &condition);
}

static void
append_filter(ArrayEnd *all, const JwRecordFilter *filter)
{
    if (filter->values != NULL) {
        append_values(all, filter);
    }
    if (filter->range != NULL) {
        append_range(all, filter);
    }
    if (filter->contains != NULL) {
        append_contains(all, filter);
    }
    if (filter->presence != JW_PRESENCE_ANY) {
        append_presence(all, filter);
    }
}

void
jw_store_append_record_filters(bson_t *filter, const JwRecordScan *scan)
{
    bson_t array;
    ArrayEnd all = { .array = &array };

    if (scan->n_filters == 0) {
        return;
    }
    BSON_APPEND_ARRAY_BEGIN(filter, "$and", &array);
    for (size_t i = 0; i < scan->n_filters; i++) {
        append_filter(&all, &scan->filters[i]);
    }
    bson_append_array_end(filter, &array);
}
