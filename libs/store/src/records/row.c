/* row.c: record documents to rows. One thread an instance. Records of one
 * collection nearly always have their fields in the same order, so each place in the document
 * remembers which field it held last time: one comparison a field, whatever the number of
 * fields. */
#include "row.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_PLACES   64  /* places of a document that are remembered */
#define WHOLE_DIGITS 20  /* an int64 has fewer */
#define SCRATCH      128 /* bytes for a value that is converted to a string */

typedef struct {
    const char *head; /* first component of the path, NUL-terminated copy */
    const char *rest; /* after the dot; NULL: the field itself */
    size_t next;      /* the next field with the same first component; n: none */
} Path;

struct _JwRecordRow {
    size_t n;
    char **heads; /* the strings of the paths, owned */
    Path *paths;
    JwValue *values;
    GString **scratch;           /* per field, for values that are not strings; NULL until used */
    uint32_t places[MAX_PLACES]; /* field + 1 last seen at this place; 0: none */
};

JwRecordRow *
jw_store_record_row_new(const char *const *fields)
{
    JwRecordRow *self = g_new0(JwRecordRow, 1);

    self->n = g_strv_length((char **)(uintptr_t)fields);
    self->heads = g_new0(char *, self->n + 1);
    self->paths = g_new0(Path, self->n);
    self->values = g_new0(JwValue, self->n + 1);
    self->scratch = g_new0(GString *, self->n);
    for (size_t i = 0; i < self->n; i++) {
        const char *dot = strchr(fields[i], '.');
        self->heads[i] =
            dot == NULL ? g_strdup(fields[i]) : g_strndup(fields[i], (gsize)(dot - fields[i]));
        self->paths[i].head = self->heads[i];
        self->paths[i].rest = dot == NULL ? NULL : dot + 1;
    }
    for (size_t i = 0; i < self->n; i++) {
        size_t next = i + 1;
        while (next < self->n && strcmp(self->heads[next], self->heads[i]) != 0) {
            next++;
        }
        self->paths[i].next = next;
    }
    return self;
}

void
jw_store_record_row_free(gpointer self)
{
    JwRecordRow *row = self;

    if (row == NULL) {
        return;
    }
    for (size_t i = 0; i < row->n; i++) {
        if (row->scratch[i] != NULL) {
            g_string_free(row->scratch[i], TRUE);
        }
    }
    g_free(row->scratch);
    g_strfreev(row->heads);
    g_free(row->paths);
    g_free(row->values);
    g_free(row);
}

static GString *
scratch_of(JwRecordRow *self, size_t i)
{
    if (self->scratch[i] == NULL) {
        self->scratch[i] = g_string_sized_new(SCRATCH);
    }
    return self->scratch[i];
}

static void
set_text(JwRecordRow *self, size_t i, const char *text, size_t length)
{
    JwValue *value = &self->values[i];

    if (!g_utf8_validate_len(text, length, NULL)) {
        g_autofree char *valid = g_utf8_make_valid(text, (gssize)length);
        GString *scratch = g_string_assign(scratch_of(self, i), valid);
        text = scratch->str;
        length = scratch->len;
    }
    value->type = JW_VALUE_TEXT;
    value->text = text;
    value->length = length;
}

/* The whole number that @text writes, the text of a Decimal128: a sign, digits with or without a
 * point, an exponent; not for NaN and Infinity. */
static bool
whole_number(const char *text, int64_t *ret)
{
    const char *power = strchr(text, 'E');
    const char *end = power != NULL ? power : text + strlen(text);
    const char *point = memchr(text, '.', (size_t)(end - text));
    gint64 exponent = power != NULL ? g_ascii_strtoll(power + 1, NULL, 10) : 0;
    char digits[BSON_DECIMAL128_STRING + WHOLE_DIGITS];
    size_t n = 0;

    exponent -= point != NULL ? end - point - 1 : 0;
    for (; text < end; text++) {
        if (*text != '.') {
            digits[n++] = *text;
        }
    }
    digits[n] = '\0';
    if (digits[strspn(digits, "-0")] == '\0') {
        *ret = 0;
        return true; /* whatever its exponent */
    }
    for (; exponent < 0 && n > 1 && digits[n - 1] == '0'; exponent++) {
        n--;
    }
    for (; exponent > 0 && exponent < WHOLE_DIGITS; exponent--) {
        digits[n++] = '0';
    }
    digits[n] = '\0';
    return exponent == 0 && g_ascii_string_to_signed(digits, 10, G_MININT64, G_MAXINT64, ret, NULL);
}

/* Needed for a half in the 16th digit. The C library reads a decimal point as the locale has it,
 * which is C's in all programs here. */
static double
rest_of(const char *text, double real)
{
    const long double rest = strtold(text, NULL) - (long double)real;

    return isfinite(rest) ? (double)rest : 0.0;
}

static void
set_decimal(JwRecordRow *self, size_t i, const bson_iter_t *iter)
{
    bson_decimal128_t decimal;
    char text[BSON_DECIMAL128_STRING];

    if (bson_iter_decimal128(iter, &decimal)) {
        bson_decimal128_to_string(&decimal, text);
        JwValue *value = &self->values[i];
        value->type = whole_number(text, &value->integer) ? JW_VALUE_INT : JW_VALUE_REAL;
        if (value->type == JW_VALUE_REAL) {
            value->real = g_ascii_strtod(text, NULL);
            value->rest = rest_of(text, value->real);
        }
    }
}

static void
set_oid(JwRecordRow *self, size_t i, const bson_iter_t *iter)
{
    char text[25];

    bson_oid_to_string(bson_iter_oid(iter), text);
    g_string_assign(scratch_of(self, i), text);
    set_text(self, i, self->scratch[i]->str, self->scratch[i]->len);
}

static void
set_value(JwRecordRow *self, size_t i, const bson_iter_t *iter)
{
    JwValue *value = &self->values[i];
    uint32_t length;
    const char *text;

    switch (bson_iter_type(iter)) {
    case BSON_TYPE_UTF8:
        text = bson_iter_utf8(iter, &length);
        set_text(self, i, text, length);
        break;
    case BSON_TYPE_INT32:
        value->type = JW_VALUE_INT;
        value->integer = bson_iter_int32(iter);
        break;
    case BSON_TYPE_INT64:
        value->type = JW_VALUE_INT;
        value->integer = bson_iter_int64(iter);
        break;
    case BSON_TYPE_DOUBLE:
        value->type = JW_VALUE_REAL;
        value->real = bson_iter_double(iter);
        value->rest = 0.0;
        break;
    case BSON_TYPE_BOOL:
        value->type = JW_VALUE_BOOL;
        value->boolean = bson_iter_bool(iter);
        break;
    case BSON_TYPE_DATE_TIME:
        value->type = JW_VALUE_TIME;
        value->time_ms = bson_iter_date_time(iter);
        break;
    case BSON_TYPE_DECIMAL128:
        set_decimal(self, i, iter);
        break;
    case BSON_TYPE_OID:
        set_oid(self, i, iter);
        break;
    case BSON_TYPE_EOD:
    case BSON_TYPE_DOCUMENT:
    case BSON_TYPE_ARRAY:
    case BSON_TYPE_BINARY:
    case BSON_TYPE_UNDEFINED:
    case BSON_TYPE_NULL:
    case BSON_TYPE_REGEX:
    case BSON_TYPE_DBPOINTER:
    case BSON_TYPE_CODE:
    case BSON_TYPE_SYMBOL:
    case BSON_TYPE_CODEWSCOPE:
    case BSON_TYPE_TIMESTAMP:
    case BSON_TYPE_MAXKEY:
    case BSON_TYPE_MINKEY:
        break; /* stays NULL */
    }
}

/* Passes the element to every field that begins with its key: both "a" and "a.b" may be wanted. */
static void
take_element(JwRecordRow *self, size_t first, const bson_iter_t *iter)
{
    for (size_t i = first; i < self->n; i = self->paths[i].next) {
        const Path *path = &self->paths[i];
        if (path->rest == NULL) {
            set_value(self, i, iter);
            continue;
        }
        bson_iter_t child, found;
        if (BSON_ITER_HOLDS_DOCUMENT(iter) && bson_iter_recurse(iter, &child)
            && bson_iter_find_descendant(&child, path->rest, &found)) {
            set_value(self, i, &found);
        }
    }
}

/* Which field this key begins; n when none. */
static size_t
find_field(const JwRecordRow *self, const char *key)
{
    for (size_t i = 0; i < self->n; i++) {
        if (strcmp(self->paths[i].head, key) == 0) {
            return i;
        }
    }
    return self->n;
}

const JwValue *
jw_store_record_row_read(JwRecordRow *self, const bson_t *document)
{
    bson_iter_t iter;

    for (size_t i = 0; i < self->n; i++) {
        self->values[i].type = JW_VALUE_NULL;
    }
    if (!bson_iter_init(&iter, document)) {
        return NULL;
    }
    for (size_t place = 0; bson_iter_next(&iter); place++) {
        const char *key = bson_iter_key(&iter);
        const size_t known = place < MAX_PLACES ? self->places[place] : 0;
        size_t i;
        if (known != 0 && strcmp(self->paths[known - 1].head, key) == 0) {
            i = known - 1;
        } else {
            i = find_field(self, key);
            if (place < MAX_PLACES && i < self->n) {
                self->places[place] = (uint32_t)i + 1;
            }
        }
        if (i < self->n) {
            take_element(self, i, &iter);
        }
    }
    return self->values;
}
