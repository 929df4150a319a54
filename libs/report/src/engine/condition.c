/* condition.c: "the value, as text, is one of these", without formatting each value: the wanted
 * strings are parsed once into the values that are written like them. One thread at a time. */
#include "engine/condition.h"
#include "jw/clock.h"
#include "jw/error.h"

#include <string.h>

static void
wanted_init(JwWanted *self, const char *text)
{
    char canonical[32];
    char *end = NULL;
    gint64 integer = 0;

    *self = (JwWanted){ .text = text, .length = strlen(text) };
    if (g_ascii_string_to_signed(text, 10, G_MININT64, G_MAXINT64, &integer, NULL)) {
        g_snprintf(canonical, sizeof canonical, "%" G_GINT64_FORMAT, integer);
        self->is_integer = strcmp(canonical, text) == 0; /* 7 is not written "007" */
        self->integer = integer;
    }
    self->real = g_ascii_strtod(text, &end);
    self->is_real = self->length > 0 && *end == '\0' && !g_ascii_isspace(text[0]);
    if (jw_time_parse(text, &self->time_ms, NULL)) {
        g_autofree char *written = jw_time_format(self->time_ms);
        self->is_time = strcmp(written, text) == 0;
    }
}

void
jw_test_init(JwTest *self, const JwCondition *def, size_t field)
{
    *self = (JwTest){ .field = field, .negate = def->negate, .any = def->equals == NULL };
    if (def->equals == NULL) {
        return;
    }
    self->n_wanted = g_strv_length(def->equals);
    self->wanted = g_new(JwWanted, self->n_wanted);
    for (size_t i = 0; i < self->n_wanted; i++) {
        wanted_init(&self->wanted[i], def->equals[i]);
    }
}

void
jw_test_clear(JwTest *self)
{
    g_clear_pointer(&self->wanted, g_free);
    self->n_wanted = 0;
}

static bool
is_wanted(const JwWanted *wanted, const JwValue *value)
{
    switch (value->type) {
    case JW_VALUE_TEXT:
        return value->length == wanted->length
               && (wanted->length == 0 || memcmp(value->text, wanted->text, wanted->length) == 0);
    case JW_VALUE_BOOL:
        return strcmp(wanted->text, value->boolean ? "true" : "false") == 0;
    case JW_VALUE_INT:
        return wanted->is_integer && wanted->integer == value->integer;
    case JW_VALUE_REAL:
        return wanted->is_real && wanted->real == value->real;
    case JW_VALUE_TIME:
        return wanted->is_time && wanted->time_ms == value->time_ms;
    case JW_VALUE_NULL:
        break;
    }
    return false;
}

bool
jw_test_passes(const JwTest *self, const JwValue *row)
{
    const JwValue *value = &row[self->field];

    if (self->any) {
        return (value->type != JW_VALUE_NULL) != self->negate;
    }
    for (size_t i = 0; i < self->n_wanted; i++) {
        if (is_wanted(&self->wanted[i], value)) {
            return !self->negate;
        }
    }
    return self->negate;
}

void
jw_value_append(const JwValue *value, GString *text)
{
    char number[G_ASCII_DTOSTR_BUF_SIZE];

    switch (value->type) {
    case JW_VALUE_NULL:
        return;
    case JW_VALUE_BOOL:
        g_string_append(text, value->boolean ? "true" : "false");
        return;
    case JW_VALUE_INT:
        g_string_append_printf(text, "%" G_GINT64_FORMAT, value->integer);
        return;
    case JW_VALUE_REAL:
        g_string_append(text, g_ascii_formatd(number, sizeof number, "%.15g", value->real));
        return;
    case JW_VALUE_TEXT:
        g_string_append_len(text, value->text, (gssize)value->length);
        return;
    case JW_VALUE_TIME: {
        g_autofree char *written = jw_time_format(value->time_ms);
        g_string_append(text, written);
        return;
    }
    }
}
