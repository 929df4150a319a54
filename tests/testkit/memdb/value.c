/* value.c: values in MongoDB's order, and the paths that lead to them. Pure. */
#include "memdb.h"
#include <stdlib.h>
#include <string.h>

void
md_unknown(const char *what, const char *name)
{
    g_error("the store in memory does not know the %s '%s'", what, name);
}

void
md_view(const bson_iter_t *iter, bson_t *ret_view)
{
    const uint8_t *data = NULL;
    uint32_t length = 0;

    if (BSON_ITER_HOLDS_ARRAY(iter)) {
        bson_iter_array(iter, &length, &data);
    } else {
        bson_iter_document(iter, &length, &data);
    }
    g_assert_true(bson_init_static(ret_view, data, length));
}

/* The place of a type in the order of all. */
static int
rank_of(const bson_iter_t *value)
{
    switch (value == NULL ? BSON_TYPE_NULL : bson_iter_type(value)) {
    case BSON_TYPE_NULL:
        return 1;
    case BSON_TYPE_INT32:
    case BSON_TYPE_INT64:
    case BSON_TYPE_DOUBLE:
    case BSON_TYPE_DECIMAL128:
        return 2;
    case BSON_TYPE_UTF8:
        return 3;
    case BSON_TYPE_DOCUMENT:
        return 4;
    case BSON_TYPE_ARRAY:
        return 5;
    case BSON_TYPE_BINARY:
        return 6;
    case BSON_TYPE_OID:
        return 7;
    case BSON_TYPE_BOOL:
        return 8;
    case BSON_TYPE_DATE_TIME:
        return 9;
    case BSON_TYPE_EOD:
    case BSON_TYPE_UNDEFINED:
    case BSON_TYPE_REGEX:
    case BSON_TYPE_DBPOINTER:
    case BSON_TYPE_CODE:
    case BSON_TYPE_SYMBOL:
    case BSON_TYPE_CODEWSCOPE:
    case BSON_TYPE_TIMESTAMP:
    case BSON_TYPE_MAXKEY:
    case BSON_TYPE_MINKEY:
        break;
    }
    md_unknown("type of the value", bson_iter_key(value));
}

bool
md_same_type(const bson_iter_t *a, const bson_iter_t *b)
{
    return rank_of(a) == rank_of(b);
}

bool
md_is_nan(const bson_iter_t *value)
{
    return value != NULL && BSON_ITER_HOLDS_DOUBLE(value)
           && bson_iter_double(value) != bson_iter_double(value);
}

#define ORDER(x, y) (((x) > (y)) - ((x) < (y)))

/* Wide enough to tell a decimal from the double beside it. */
static long double
wide_number(const bson_iter_t *value)
{
    bson_decimal128_t decimal;
    char text[BSON_DECIMAL128_STRING];

    if (bson_iter_decimal128(value, &decimal)) {
        bson_decimal128_to_string(&decimal, text);
        return strtold(text, NULL);
    }
    return BSON_ITER_HOLDS_DOUBLE(value) ? (long double)bson_iter_double(value)
                                         : (long double)bson_iter_as_int64(value);
}

static int
compare_numbers(const bson_iter_t *a, const bson_iter_t *b)
{
    const long double x = wide_number(a), y = wide_number(b);

    return ORDER(x, y);
}

int
md_compare(const bson_iter_t *a, const bson_iter_t *b)
{
    const int rank = rank_of(a);

    if (rank != rank_of(b)) {
        return ORDER(rank, rank_of(b));
    }
    switch (rank) {
    case 1:
        return 0;
    case 2:
        return compare_numbers(a, b);
    case 3:
        return ORDER(strcmp(bson_iter_utf8(a, NULL), bson_iter_utf8(b, NULL)), 0);
    case 7:
        return ORDER(bson_oid_compare(bson_iter_oid(a), bson_iter_oid(b)), 0);
    case 8:
        return ORDER(bson_iter_bool(a), bson_iter_bool(b));
    case 9:
        return ORDER(bson_iter_date_time(a), bson_iter_date_time(b));
    default:
        md_unknown("order of documents, arrays and binary data, as in", bson_iter_key(a));
    }
}

static bool
walk(bson_iter_t *document, const char *path, MdTest test, gpointer data)
{
    const size_t head = strcspn(path, ".");
    const char *rest = path[head] == '\0' ? NULL : path + head + 1;
    bson_iter_t child, item;

    if (!bson_iter_find_w_len(document, path, (int)head)) {
        return test(NULL, data);
    }
    if (rest == NULL) {
        return test(document, data);
    }
    if (BSON_ITER_HOLDS_DOCUMENT(document)) {
        return bson_iter_recurse(document, &child) && walk(&child, rest, test, data);
    }
    if (!BSON_ITER_HOLDS_ARRAY(document)) {
        return test(NULL, data);
    }
    if (g_ascii_isdigit(rest[0])) {
        md_unknown("place in an array", path);
    }
    for (bool ok = bson_iter_recurse(document, &item); ok && bson_iter_next(&item);) {
        if (BSON_ITER_HOLDS_DOCUMENT(&item) && bson_iter_recurse(&item, &child)
            && walk(&child, rest, test, data)) {
            return true;
        }
    }
    return false;
}

bool
md_walk(const bson_t *document, const char *path, MdTest test, gpointer data)
{
    bson_iter_t iter;

    g_assert_true(bson_iter_init(&iter, document));
    return walk(&iter, path, test, data);
}

/* The value that a document is sorted by, as the only one of a document; NULL: none yet. */
typedef struct {
    int way;
    bson_t *value;
} Best;

static void
offer(Best *best, const bson_iter_t *value)
{
    bson_iter_t held;

    if (best->value != NULL && bson_iter_init_find(&held, best->value, "")
        && md_compare(value, &held) * best->way >= 0) {
        return;
    }
    g_clear_pointer(&best->value, bson_destroy);
    best->value = bson_new();
    if (value == NULL) {
        BSON_APPEND_NULL(best->value, "");
    } else {
        bson_append_iter(best->value, "", 0, value);
    }
}

static bool
offer_all(const bson_iter_t *value, gpointer best)
{
    bson_iter_t item;

    if (value == NULL || !BSON_ITER_HOLDS_ARRAY(value)) {
        offer(best, value);
        return false;
    }
    for (bool ok = bson_iter_recurse(value, &item); ok && bson_iter_next(&item);) {
        offer(best, &item);
    }
    return false;
}

bson_t *
md_sort_key(const bson_t *document, const bson_t *sort)
{
    bson_t *key = bson_new();
    bson_iter_t field, held;

    for (bool ok = bson_iter_init(&field, sort); ok && bson_iter_next(&field);) {
        Best best = { bson_iter_as_int64(&field) < 0 ? -1 : 1, NULL };
        (void)md_walk(document, bson_iter_key(&field), offer_all, &best);
        if (best.value != NULL && bson_iter_init_find(&held, best.value, "")) {
            bson_append_iter(key, bson_iter_key(&field), -1, &held);
        } else {
            BSON_APPEND_NULL(key, bson_iter_key(&field)); /* inside of an empty array */
        }
        g_clear_pointer(&best.value, bson_destroy);
    }
    return key;
}

int
md_compare_keys(const bson_t *a, const bson_t *b, const bson_t *sort)
{
    bson_iter_t field, x, y;
    bool ok = bson_iter_init(&field, sort) && bson_iter_init(&x, a) && bson_iter_init(&y, b);

    while (ok && bson_iter_next(&field) && bson_iter_next(&x) && bson_iter_next(&y)) {
        const int order = md_compare(&x, &y);
        if (order != 0) {
            return bson_iter_as_int64(&field) < 0 ? -order : order;
        }
    }
    return 0;
}
