/* condition.c: conditions as a tree of tests, each of one kind, and values as text. Equality is
 * that of jw/wanted.h, order that of engine/bound.h. One thread at a time. */
#include "engine/condition.h"
#include "engine/bound.h"
#include "jw/clock.h"
#include "jw/error.h"
#include "jw/text.h"
#include "jw/wanted.h"

#include <string.h>

typedef struct {
    char *folded; /* jw_text_fold() */
    size_t length;
} Needle;

struct _JwTest {
    bool (*holds)(const JwTest *self, const JwValue *row);
    bool negate;
    size_t field; /* place in a row */
    size_t n;     /* of what follows, one of which is there */
    JwTest *parts;
    JwWanted *wanted;
    JwBoundTest *bounds;
    Needle *needles;
};

static bool
all_hold(const JwTest *self, const JwValue *row)
{
    for (size_t i = 0; i < self->n; i++) {
        if (!jw_test_passes(&self->parts[i], row)) {
            return false;
        }
    }
    return true;
}

static bool
any_holds(const JwTest *self, const JwValue *row)
{
    for (size_t i = 0; i < self->n; i++) {
        if (jw_test_passes(&self->parts[i], row)) {
            return true;
        }
    }
    return false;
}

static bool
is_present(const JwTest *self, const JwValue *row)
{
    return row[self->field].type != JW_VALUE_NULL;
}

static bool
is_wanted(const JwTest *self, const JwValue *row)
{
    for (size_t i = 0; i < self->n; i++) {
        if (jw_wanted_is(&self->wanted[i], &row[self->field])) {
            return true;
        }
    }
    return false;
}

static bool
is_within(const JwTest *self, const JwValue *row)
{
    for (size_t i = 0; i < self->n; i++) {
        if (!jw_bound_passes(&self->bounds[i], &row[self->field])) {
            return false;
        }
    }
    return true;
}

static bool
has_needle(const JwTest *self, const char *folded, size_t length)
{
    for (size_t i = 0; i < self->n; i++) {
        if (memmem(folded, length, self->needles[i].folded, self->needles[i].length) != NULL) {
            return true;
        }
    }
    return false;
}

/* Letters of ASCII in lower case; false: there are others. */
static bool
fold_ascii(const char *text, size_t length, char *ret_folded)
{
    for (size_t i = 0; i < length; i++) {
        if ((unsigned char)text[i] >= 0x80) {
            return false;
        }
        ret_folded[i] = g_ascii_tolower(text[i]);
    }
    return true;
}

/* A text may have a NUL in it, which no needle has. */
static bool
contains(const JwTest *self, const JwValue *row)
{
    const JwValue *value = &row[self->field];
    char buffer[256];

    if (value->type != JW_VALUE_TEXT) {
        return false;
    }
    if (value->length <= sizeof buffer && fold_ascii(value->text, value->length, buffer)) {
        return has_needle(self, buffer, value->length);
    }
    for (size_t at = 0; at < value->length;) {
        const size_t length = strnlen(value->text + at, value->length - at);
        g_autofree char *folded = jw_text_fold(value->text + at, (gssize)length);
        if (has_needle(self, folded, strlen(folded))) {
            return true;
        }
        at += length + 1;
    }
    return false;
}

bool
jw_test_passes(const JwTest *self, const JwValue *row)
{
    return self->holds(self, row) != self->negate;
}

static void
test_clear(JwTest *self)
{
    for (size_t i = 0; i < self->n && self->parts != NULL; i++) {
        test_clear(&self->parts[i]);
    }
    for (size_t i = 0; i < self->n && self->needles != NULL; i++) {
        g_free(self->needles[i].folded);
    }
    g_clear_pointer(&self->parts, g_free);
    g_clear_pointer(&self->wanted, g_free);
    g_clear_pointer(&self->bounds, g_free);
    g_clear_pointer(&self->needles, g_free);
}

void
jw_test_free(gpointer self)
{
    JwTest *test = self;

    if (test != NULL) {
        test_clear(test);
        g_free(test);
    }
}

static bool
find_field(const char *field, const char *const *fields, size_t *ret_index, GError **error)
{
    for (size_t i = 0; field != NULL && fields[i] != NULL; i++) {
        if (strcmp(fields[i], field) == 0) {
            *ret_index = i;
            return true;
        }
    }
    return jw_fail(error, JW_ERROR_INVALID, "field '%s' is not among those read",
                   field != NULL ? field : "");
}

static void
init_texts(JwTest *self, const JwCondition *condition)
{
    if (condition->equals != NULL) {
        self->n = g_strv_length(condition->equals);
        self->wanted = g_new(JwWanted, self->n);
        self->holds = is_wanted;
        for (size_t i = 0; i < self->n; i++) {
            jw_wanted_init(&self->wanted[i], condition->equals[i]);
        }
    } else if (condition->contains != NULL) {
        self->n = g_strv_length(condition->contains);
        self->needles = g_new(Needle, self->n);
        self->holds = contains;
        for (size_t i = 0; i < self->n; i++) {
            char *folded = jw_text_fold(condition->contains[i], -1);
            self->needles[i] = (Needle){ folded, strlen(folded) };
        }
    }
}

static void
init_bounds(JwTest *self, const JwCondition *condition, GTimeZone *zone)
{
    for (size_t i = 0; i < JW_BOUND_N; i++) {
        if (condition->bounds[i] == NULL) {
            continue;
        }
        if (self->bounds == NULL) {
            self->bounds = g_new(JwBoundTest, JW_BOUND_N);
            self->holds = is_within;
        }
        jw_bound_init(&self->bounds[self->n++], (JwBound)i, condition->bounds[i], zone);
    }
}

static bool test_init(JwTest *self, const GArray *conditions, const char *const *fields,
                      GTimeZone *zone, GError **error);

static bool
test_init_one(JwTest *self, const JwCondition *condition, const char *const *fields,
              GTimeZone *zone, GError **error)
{
    if (condition->parts != NULL) {
        const bool ok = test_init(self, condition->parts, fields, zone, error);
        self->holds = condition->any ? any_holds : all_hold;
        self->negate = condition->negate;
        return ok;
    }
    self->holds = is_present;
    self->negate = condition->negate;
    if (!find_field(condition->field, fields, &self->field, error)) {
        return false;
    }
    init_texts(self, condition);
    if (self->n == 0) {
        init_bounds(self, condition, zone);
    }
    return true;
}

static bool
test_init(JwTest *self, const GArray *conditions, const char *const *fields, GTimeZone *zone,
          GError **error)
{
    self->holds = all_hold;
    self->parts = g_new0(JwTest, conditions->len);
    for (guint i = 0; i < conditions->len; i++) {
        const JwCondition *condition = &g_array_index(conditions, JwCondition, i);
        self->n++;
        if (!test_init_one(&self->parts[i], condition, fields, zone, error)) {
            return false;
        }
    }
    return true;
}

JwTest *
jw_test_new(const GArray *conditions, const char *const *fields, GTimeZone *zone, GError **error)
{
    g_return_val_if_fail(conditions != NULL && fields != NULL && zone != NULL, NULL);
    g_return_val_if_fail(error == NULL || *error == NULL, NULL);

    g_autoptr(JwTest) self = g_new0(JwTest, 1);
    return test_init(self, conditions, fields, zone, error) ? g_steal_pointer(&self) : NULL;
}

void
jw_value_append(const JwValue *value, GString *text)
{
    char number[JW_TEXT_REAL_MAX];

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
        g_string_append(text, jw_text_real(value->real, number));
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
