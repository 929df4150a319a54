/* every.c: see jw/every.h. */
#include "jw/every.h"
#include "jw/error.h"

#include <string.h>

#define MOST_DIGITS 12
#define TOO_LONG_MS (INT64_MAX / 2000 * 1000)

typedef struct {
    const char *name;
    int64_t ms;
} Unit;

/* Largest first; a text has each once, in this order. */
static const Unit plain_units[] = { { "w", 604800000 }, { "d", 86400000 }, { "h", 3600000 },
                                    { "m", 60000 },     { "s", 1000 },     { "ms", 1 } };
static const Unit date_units[] = { { "W", 604800000 }, { "D", 86400000 } };
static const Unit time_units[] = { { "H", 3600000 }, { "M", 60000 }, { "S", 1000 } };

/* Adds numbers with their units, as far as they go. Returns how many there were. */
static int
read_parts(const char **at, const Unit *units, size_t n_units, int64_t *total_ms)
{
    size_t next = 0;
    int n_parts = 0;

    while (g_ascii_isdigit(**at)) {
        const size_t n_digits = strspn(*at, "0123456789");
        const size_t n_letters = strcspn(*at + n_digits, "0123456789T");
        size_t unit = next;
        for (; unit < n_units; unit++) {
            if (strlen(units[unit].name) == n_letters
                && strncmp(units[unit].name, *at + n_digits, n_letters) == 0) {
                break;
            }
        }
        if (unit == n_units || n_digits > MOST_DIGITS) {
            return 0;
        }
        const int64_t count = g_ascii_strtoll(*at, NULL, 10);
        int64_t part_ms = 0;
        if (__builtin_mul_overflow(count, units[unit].ms, &part_ms)
            || __builtin_add_overflow(*total_ms, part_ms, total_ms)) {
            *total_ms = TOO_LONG_MS;
        }
        *at += n_digits + n_letters;
        next = unit + 1;
        n_parts++;
    }
    return n_parts;
}

static bool
read_iso(const char *text, int64_t *total_ms)
{
    const char *at = text + 1;
    int n_parts = read_parts(&at, date_units, G_N_ELEMENTS(date_units), total_ms);

    if (*at == 'T') {
        at++;
        const int n_times = read_parts(&at, time_units, G_N_ELEMENTS(time_units), total_ms);
        n_parts = n_times > 0 ? n_parts + n_times : 0;
    }
    return n_parts > 0 && *at == '\0';
}

bool
jw_every_parse(const char *text, int64_t *ret_ms, GError **error)
{
    g_return_val_if_fail(text != NULL && ret_ms != NULL, false);
    const char *at = text;
    int64_t total_ms = 0;

    if (strpbrk(text, ".,") != NULL && strpbrk(text, "0123456789") != NULL) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "'%.40s' has a fraction; use whole numbers, such as 90s for 1.5 minutes",
                       text);
    }
    const bool read =
        text[0] == 'P'
            ? read_iso(text, &total_ms)
            : read_parts(&at, plain_units, G_N_ELEMENTS(plain_units), &total_ms) > 0 && *at == '\0';
    if (!read) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "'%.40s' is not an interval such as 90s, 5m, 1h30m, 2h, 1d or PT90S%s", text,
                       text[0] == 'P' ? "; months and years have no one length, use cron" : "");
    }
    if (total_ms % 1000 != 0) {
        return jw_fail(error, JW_ERROR_INVALID, "'%.40s' is not a number of whole seconds", text);
    }
    if (total_ms < JW_EVERY_LEAST_MS || total_ms > JW_EVERY_MOST_MS) {
        return jw_fail(error, JW_ERROR_INVALID, "'%.40s' is not from 1s to 366d", text);
    }
    *ret_ms = total_ms;
    return true;
}
