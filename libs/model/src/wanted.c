/* wanted.c: see jw/wanted.h. A text is read once, so that comparing millions of values formats and
 * parses none of them. */
#include "jw/wanted.h"
#include "jw/clock.h"

#include <math.h>
#include <string.h>

#define OBJECT_ID_DIGITS 24

static const char *
skip_digits(const char *text)
{
    return text + strspn(text, "0123456789");
}

/* Whether @text is a number as JSON writes it. @ret_whole: without fraction and exponent. */
static bool
is_number(const char *text, bool *ret_whole)
{
    const char *at = text + (text[0] == '-' ? 1 : 0);

    if (!g_ascii_isdigit(at[0]) || (at[0] == '0' && g_ascii_isdigit(at[1]))) {
        return false;
    }
    at = skip_digits(at);
    *ret_whole = *at == '\0';
    if (at[0] == '.') {
        if (!g_ascii_isdigit(at[1])) {
            return false;
        }
        at = skip_digits(at + 1);
    }
    if (at[0] == 'e' || at[0] == 'E') {
        at += at[1] == '+' || at[1] == '-' ? 2 : 1;
        if (!g_ascii_isdigit(at[0])) {
            return false;
        }
        at = skip_digits(at);
    }
    return *at == '\0';
}

static bool
is_whole(double value)
{
    return value >= (double)INT64_MIN && value < -(double)INT64_MIN && value == floor(value);
}

static void
read_number(JwWanted *self, const char *text)
{
    bool whole = false;
    gint64 integer = 0;

    if (!is_number(text, &whole)) {
        return;
    }
    const double real = g_ascii_strtod(text, NULL);
    if (whole && g_ascii_string_to_signed(text, 10, G_MININT64, G_MAXINT64, &integer, NULL)) {
        self->is_integer = true;
        self->integer = integer;
    } else if (!whole && is_whole(real)) {
        self->is_integer = true;
        self->integer = (int64_t)real;
    } else {
        self->is_real = isfinite(real);
        self->real = self->is_real ? real : 0.0;
    }
}

void
jw_wanted_init(JwWanted *self, const char *text)
{
    g_return_if_fail(self != NULL && text != NULL);

    *self = (JwWanted){ .text = text, .length = strlen(text) };
    self->boolean = strcmp(text, "true") == 0;
    self->is_bool = self->boolean || strcmp(text, "false") == 0;
    self->is_time = jw_time_parse_record(text, &self->time_ms, NULL);
    self->is_object_id =
        self->length == OBJECT_ID_DIGITS && strspn(text, "0123456789abcdef") == self->length;
    read_number(self, text);
}

/* Both ways exactly: a double of more than 53 bits is not the integer that it would round to. */
static bool
same_number(const JwWanted *self, double value)
{
    if (!self->is_integer) {
        return self->is_real && self->real == value;
    }
    return is_whole(value) && (int64_t)value == self->integer;
}

bool
jw_wanted_is(const JwWanted *self, const JwValue *value)
{
    g_return_val_if_fail(self != NULL && value != NULL, false);

    switch (value->type) {
    case JW_VALUE_TEXT:
        return value->length == self->length
               && (self->length == 0 || memcmp(value->text, self->text, self->length) == 0);
    case JW_VALUE_BOOL:
        return self->is_bool && self->boolean == value->boolean;
    case JW_VALUE_INT:
        return self->is_integer && self->integer == value->integer;
    case JW_VALUE_REAL:
        return same_number(self, value->real);
    case JW_VALUE_TIME:
        return self->is_time && self->time_ms == value->time_ms;
    case JW_VALUE_NULL:
        break;
    }
    return false;
}
