/* condition.c: "the value is one of these" by the rule of jw/wanted.h, and values as text. One
 * thread at a time. */
#include "engine/condition.h"
#include "jw/clock.h"
#include "jw/text.h"

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
        jw_wanted_init(&self->wanted[i], def->equals[i]);
    }
}

void
jw_test_clear(JwTest *self)
{
    g_clear_pointer(&self->wanted, g_free);
    self->n_wanted = 0;
}

bool
jw_test_passes(const JwTest *self, const JwValue *row)
{
    const JwValue *value = &row[self->field];

    if (self->any) {
        return (value->type != JW_VALUE_NULL) != self->negate;
    }
    for (size_t i = 0; i < self->n_wanted; i++) {
        if (jw_wanted_is(&self->wanted[i], value)) {
            return !self->negate;
        }
    }
    return self->negate;
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
