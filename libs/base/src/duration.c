/* duration.c: lengths of time as text. Any thread, no state. */
#include "jw/duration.h"

#include "jw/text.h"

#include <string.h>

/* Largest first. */
static const struct {
    const char *unit;
    int64_t ms;
} units[] = { { "d", 86400000 }, { "h", 3600000 }, { "m", 60000 }, { "s", 1000 }, { "ms", 1 } };

bool
jw_duration_parse(const char *text, int64_t *ret_ms)
{
    g_return_val_if_fail(text != NULL && ret_ms != NULL, false);

    const size_t digits = strspn(text, "0123456789");
    g_autofree char *number = g_strndup(text, digits);
    int64_t count = 0, ms = 0;

    if (!jw_text_int64(number, "number", 0, INT64_MAX, &count, NULL)) {
        return false;
    }
    if (count == 0 && text[digits] == '\0') {
        *ret_ms = 0;
        return true;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
        if (g_str_equal(text + digits, units[i].unit)) {
            if (__builtin_mul_overflow(count, units[i].ms, &ms)) {
                return false;
            }
            *ret_ms = ms;
            return true;
        }
    }
    return false;
}

char *
jw_duration_format(int64_t ms)
{
    for (size_t i = 0; ms != 0 && i < G_N_ELEMENTS(units); i++) {
        if (ms % units[i].ms == 0) {
            return g_strdup_printf("%" G_GINT64_FORMAT "%s", ms / units[i].ms, units[i].unit);
        }
    }
    return g_strdup("0");
}
