/* config_value.c: reading, checking and showing one value of the configuration.
 * Main thread. */
#include "config_private.h"
#include "jw/duration.h"
#include "jw/text.h"

#include <string.h>

#define MAX_SHOWN 60 /* bytes of a wrong value that a message repeats */

/* Largest first. */
static const struct {
    const char *suffix;
    int64_t bytes;
} size_units[] = {
    { "TiB", INT64_C(1) << 40 },
    { "GiB", INT64_C(1) << 30 },
    { "MiB", INT64_C(1) << 20 },
    { "KiB", INT64_C(1) << 10 },
    { "", 1 },
};

static bool
parse_number(const char *text, int64_t *ret)
{
    return jw_text_int64(text, "number", INT64_MIN, INT64_MAX, ret, NULL);
}

static bool
parse_size(const char *text, int64_t *ret)
{
    size_t digits = strspn(text, "0123456789");
    g_autofree char *number = g_strndup(text, digits);
    int64_t value;
    if (!parse_number(number, &value)) {
        return false;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(size_units); i++) {
        if (g_str_equal(text + digits, size_units[i].suffix)) {
            return !__builtin_mul_overflow(value, size_units[i].bytes, ret);
        }
    }
    return false;
}

static char *
format_number(int64_t value)
{
    return g_strdup_printf("%" G_GINT64_FORMAT, value);
}

static char *
format_size(int64_t value)
{
    for (size_t i = 0; value != 0 && i < G_N_ELEMENTS(size_units); i++) {
        if (value % size_units[i].bytes == 0) {
            return g_strdup_printf("%" G_GINT64_FORMAT "%s", value / size_units[i].bytes,
                                   size_units[i].suffix);
        }
    }
    return format_number(value);
}

static const struct {
    const char *name, *name_in_violation, *cure;
    bool (*parse)(const char *text, int64_t *ret);
    char *(*format)(int64_t value);
} types[] = {
    [JW_CONFIG_STRING] = { "text", "clean text", "write it in UTF-8 without control characters",
                           NULL, NULL },
    [JW_CONFIG_INT] = { "whole number", "a whole number", "write digits only, as in 42",
                        parse_number, format_number },
    [JW_CONFIG_BOOL] = { "true or false", "true or false", "write true or false", NULL, NULL },
    [JW_CONFIG_DURATION] = { "duration", "a duration", "write it as in 250ms, 5s, 10m or 72h",
                             jw_duration_parse, jw_duration_format },
    [JW_CONFIG_SIZE] = { "size", "a size", "write it as in 512, 64KiB or 10MiB", parse_size,
                         format_size },
};

static bool
parse_bool(const char *text, bool *ret)
{
    static const char *const yes[] = { "true", "1", "yes" };
    static const char *const no[] = { "false", "0", "no" };
    for (size_t i = 0; i < G_N_ELEMENTS(yes); i++) {
        if (g_ascii_strcasecmp(text, yes[i]) == 0 || g_ascii_strcasecmp(text, no[i]) == 0) {
            *ret = g_ascii_strcasecmp(text, yes[i]) == 0;
            return true;
        }
    }
    return false;
}

/* The violation of a value that does not read as its type; the value is in it where it may be
 * shown. */
static char *
bad_form(const JwConfigEntry *entry, const char *text)
{
    const char *cure = types[entry->type].cure;
    if ((entry->flags & (JW_CONFIG_SECRET | JW_CONFIG_URI)) != 0) {
        return g_strdup_printf("the value is not %s; %s", types[entry->type].name_in_violation,
                               cure);
    }
    g_autofree char *cut = g_strndup(text, MIN(strlen(text), MAX_SHOWN));
    g_autofree char *valid = g_utf8_make_valid(cut, -1);
    g_autofree char *shown = g_strescape(valid, "\"");
    return g_strdup_printf("'%s' is not %s; %s", shown, types[entry->type].name_in_violation, cure);
}

static bool
limited(const JwConfigEntry *entry)
{
    return entry->min != 0 || entry->max != 0;
}

static bool
parse_integer(const JwConfigEntry *entry, const char *text, int64_t *ret, char **ret_violation)
{
    int64_t value;
    if (!types[entry->type].parse(text, &value)) {
        *ret_violation = bad_form(entry, text);
        return false;
    }
    if (limited(entry) && (value < entry->min || value > entry->max)) {
        g_autofree char *min = types[entry->type].format(entry->min);
        g_autofree char *max = types[entry->type].format(entry->max);
        bool secret = (entry->flags & JW_CONFIG_SECRET) != 0;
        *ret_violation = g_strdup_printf("%s is out of range; set it from %s to %s",
                                         secret ? "the value" : text, min, max);
        return false;
    }
    *ret = value;
    return true;
}

bool
jw_config_value_parse(const JwConfigEntry *entry, const char *text, void *field,
                      char **ret_violation)
{
    switch (entry->type) {
    case JW_CONFIG_STRING:
        if (!jw_text_clean(text, strlen(text))) {
            *ret_violation = bad_form(entry, text);
            return false;
        }
        g_free(*(char **)field);
        *(char **)field = g_strdup(text);
        return true;
    case JW_CONFIG_BOOL:
        if (!parse_bool(text, field)) {
            *ret_violation = bad_form(entry, text);
            return false;
        }
        return true;
    case JW_CONFIG_INT:
    case JW_CONFIG_DURATION:
    case JW_CONFIG_SIZE:
        return parse_integer(entry, text, field, ret_violation);
    case JW_CONFIG_FOREIGN:
        break;
    }
    g_return_val_if_reached(false);
}

/* "mongodb://app:secret@host/db" → "mongodb://app:***@host/db". The last @ counts, even behind a
 * slash: a password that was not percent-encoded must not show. */
static char *
mask_uri(const char *uri)
{
    const char *scheme = strstr(uri, "://");
    const char *start = scheme != NULL ? scheme + 3 : uri;
    const char *at = strrchr(start, '@');
    const char *colon = strchr(start, ':');
    if (at == NULL || colon == NULL || colon > at) {
        return g_strdup(uri);
    }
    return g_strdup_printf("%.*s:***%s", (int)(colon - uri), uri, at);
}

char *
jw_config_value_show(const JwConfigEntry *entry, const void *field)
{
    switch (entry->type) {
    case JW_CONFIG_STRING: {
        const char *text = *(char *const *)field;
        if (text == NULL) {
            return g_strdup("");
        }
        if ((entry->flags & JW_CONFIG_SECRET) != 0) {
            return g_strdup("***");
        }
        char *shown = (entry->flags & JW_CONFIG_URI) != 0 ? mask_uri(text) : g_strdup(text);
        return g_strdelimit(shown, "\r\n\t", ' ');
    }
    case JW_CONFIG_BOOL:
        return g_strdup(*(const bool *)field ? "true" : "false");
    case JW_CONFIG_INT:
    case JW_CONFIG_DURATION:
    case JW_CONFIG_SIZE:
        if ((entry->flags & JW_CONFIG_SECRET) != 0) {
            return g_strdup("***");
        }
        return types[entry->type].format(*(const int64_t *)field);
    case JW_CONFIG_FOREIGN:
        break;
    }
    g_return_val_if_reached(NULL);
}

char *
jw_config_value_describe(const JwConfigEntry *entry)
{
    if (!limited(entry)) {
        return g_strdup(types[entry->type].name);
    }
    g_autofree char *min = types[entry->type].format(entry->min);
    if (entry->max == INT64_MAX) {
        return g_strdup_printf("%s, at least %s", types[entry->type].name, min);
    }
    g_autofree char *max = types[entry->type].format(entry->max);
    return g_strdup_printf("%s, from %s to %s", types[entry->type].name, min, max);
}
