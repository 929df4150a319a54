/* import/span.c: durations by a format of the letters d, h, m, s. Any thread. */
#include "import/when.h"

#include <string.h>

#include "import/cell.h"

#define PARTS_MAX 16u

typedef struct {
    char unit; /* d h m s, or 0: a literal */
    char literal;
    bool doubled;
} Part;

struct _JcSpan {
    char *format;
    Part parts[PARTS_MAX];
    size_t n_parts;
};

static const struct {
    char unit;
    int64_t seconds, limit;
} units[] = { { 'd', 86400, 0 }, { 'h', 3600, 24 }, { 'm', 60, 60 }, { 's', 1, 60 } };

static int
unit_index(char unit)
{
    for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
        if (units[i].unit == unit) {
            return (int)i;
        }
    }
    return -1;
}

static bool
compile(JcSpan *self, GError **error)
{
    int last = -1;
    bool quoted = false;

    for (const char *at = self->format; *at != '\0'; at++) {
        if (*at == '\'') {
            quoted = !quoted;
            continue;
        }
        if (self->n_parts == PARTS_MAX) {
            return jw_fail(error, JW_ERROR_INVALID, "duration format '%s' is too long",
                           self->format);
        }
        const int index = quoted ? -1 : unit_index(*at);
        Part part = { .unit = index >= 0 ? *at : '\0', .literal = *at };
        if (index >= 0) {
            if (index <= last) {
                return jw_fail(error, JW_ERROR_INVALID,
                               "duration format '%s': '%c' must come before smaller units, once",
                               self->format, *at);
            }
            if (last >= 0 && index > last + 1) {
                return jw_fail(error, JW_ERROR_INVALID, "duration format '%s' leaves out the %c",
                               self->format, units[last + 1].unit);
            }
            last = index;
            part.doubled = at[1] == *at;
            at += part.doubled ? 1 : 0;
        }
        self->parts[self->n_parts++] = part;
    }
    if (last < 0 || quoted) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "duration format '%s' needs letters of d, h, m, s, such as h:mm:ss",
                       self->format);
    }
    return true;
}

JcSpan *
jc_span_new(const char *format, GError **error)
{
    g_return_val_if_fail(format != NULL, NULL);
    g_autoptr(JcSpan) self = g_new0(JcSpan, 1);

    self->format = g_strdup(format);
    if (!compile(self, error)) {
        return NULL;
    }
    return g_steal_pointer(&self);
}

void
jc_span_free(gpointer self)
{
    JcSpan *span = self;

    if (span != NULL) {
        g_free(span->format);
        g_free(span);
    }
}

/* The number of one unit; false: not as the format has it. */
static bool
read_unit(const Part *part, bool first, const char **text, int64_t *ret_seconds)
{
    const int index = unit_index(part->unit);
    const size_t most = first ? 9 : 2;
    int64_t number = 0;
    size_t digits = 0;

    while (digits < most && g_ascii_isdigit((*text)[digits])) {
        number = number * 10 + ((*text)[digits] - '0');
        digits++;
    }
    if (digits < (part->doubled ? 2u : 1u) || (!first && number >= units[index].limit)) {
        return false;
    }
    *text += digits;
    *ret_seconds += number * units[index].seconds;
    return true;
}

bool
jc_span_parse(const JcSpan *self, const char *text, int64_t *ret_seconds, GError **error)
{
    g_return_val_if_fail(self != NULL && text != NULL && ret_seconds != NULL, false);
    const char *at = text;
    int64_t seconds = 0;
    bool first = true, good = true;

    for (size_t i = 0; good && i < self->n_parts; i++) {
        const Part *part = &self->parts[i];
        if (part->unit != '\0') {
            good = read_unit(part, first, &at, &seconds);
            first = false;
        } else {
            good = *at == part->literal;
            at += good ? 1 : 0;
        }
    }
    if (!good || *at != '\0') {
        g_autofree char *start = jc_cell_show(text, strlen(text));
        return jw_fail(error, JW_ERROR_INVALID, "'%s' is not a duration like %s", start,
                       self->format);
    }
    *ret_seconds = seconds;
    return true;
}
