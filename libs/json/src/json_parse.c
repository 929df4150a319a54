/* json_parse.c: strict JSON for bytes from outside.
 * Any thread, no state. A scan over the bytes limits depth and number of values before jansson
 * allocates for them: its own depth limit is 2048 and it has none for values. */
#include "jw/json.h"

#include "jw/text.h"

#define MAX_DEPTH 32

/* In three bytes there may be an object, for which jansson takes 300: so a body of 1 MiB would cost
 * 100. A text in a list takes 80, and its bytes. */
typedef struct {
    size_t values;
    size_t parts; /* objects, lists and members of objects */
} Limits;

static const Limits any_limits = { .values = 250000, .parts = SIZE_MAX };
static const Limits body_limits = { .values = JW_JSON_BODY_VALUES, .parts = JW_JSON_BODY_PARTS };

typedef struct {
    size_t line, column;
    size_t depth, values, parts;
    bool in_text, escaped;
} Scan;

static void
scan_text(Scan *scan, char c)
{
    if (scan->escaped) {
        scan->escaped = false;
    } else if (c == '\\') {
        scan->escaped = true;
    } else if (c == '"') {
        scan->in_text = false;
    }
}

static void
scan_structure(Scan *scan, char c)
{
    switch (c) {
    case '"':
        scan->in_text = true;
        return;
    case '{':
    case '[':
        scan->depth++;
        scan->values++;
        scan->parts++;
        return;
    case '}':
    case ']':
        scan->depth -= scan->depth > 0 ? 1 : 0;
        return;
    case ',':
        scan->values++;
        return;
    case ':':
        scan->parts++;
        return;
    default:
        return;
    }
}

static bool
check_counts(const Scan *scan, const Limits *limits, GError **error)
{
    if (scan->values > limits->values) {
        return jw_fail(error, JW_ERROR_TOO_LARGE,
                       "not accepted: more than %zu values (line %zu, column %zu)", limits->values,
                       scan->line, scan->column);
    }
    if (scan->parts > limits->parts) {
        return jw_fail(error, JW_ERROR_TOO_LARGE,
                       "not accepted: more than %zu objects, lists and members of objects (line "
                       "%zu, column %zu)",
                       limits->parts, scan->line, scan->column);
    }
    return true;
}

static bool
within_limits(const char *data, size_t length, const Limits *limits, GError **error)
{
    Scan scan = { .line = 1, .column = 0 };

    for (size_t i = 0; i < length; i++) {
        scan.column++;
        if (data[i] == '\n') {
            scan.line++;
            scan.column = 0;
        }
        if (scan.in_text) {
            scan_text(&scan, data[i]);
        } else {
            scan_structure(&scan, data[i]);
        }
        if (scan.depth > MAX_DEPTH) {
            return jw_fail(error, JW_ERROR_INVALID,
                           "not accepted: nested deeper than %d levels (line %zu, column %zu)",
                           MAX_DEPTH, scan.line, scan.column);
        }
        if (!check_counts(&scan, limits, error)) {
            return false;
        }
    }
    return true;
}

/* What jansson says in terms of its own, in words that help. NULL: as it says it. */
static const char *
in_words(const char *text)
{
    static const struct {
        const char *start, *words;
    } rows[] = {
        { "control character",
          "a text holds a control character; remove it, or write it as \\u and four digits" },
        { "unexpected newline", "a text goes over the end of its line; write a line break as \\n" },
        { "\\u0000 is not allowed", "a text holds \\u0000, which no text may have; remove it" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (g_str_has_prefix(text, rows[i].start)) {
            return rows[i].words;
        }
    }
    return NULL;
}

static json_t *
parse(const void *data, size_t length, const Limits *limits, GError **error)
{
    json_error_t cause;

    if (length == 0) {
        return jw_fail_null(error, JW_ERROR_INVALID, "not JSON: empty");
    }
    if (!within_limits(data, length, limits, error)) {
        return NULL;
    }
    json_t *value = json_loadb(data, length, JSON_REJECT_DUPLICATES, &cause);
    if (value == NULL) {
        g_autofree char *text = g_utf8_make_valid(cause.text, -1);
        const char *words = in_words(text);
        return jw_fail_null(error, JW_ERROR_INVALID, "not JSON: %s (line %d, column %d)",
                            words != NULL ? words : text, MAX(cause.line, 1), MAX(cause.column, 0));
    }
    return value;
}

json_t *
jw_json_parse(const void *data, size_t length, GError **error)
{
    g_return_val_if_fail(data != NULL || length == 0, NULL);
    g_return_val_if_fail(error == NULL || *error == NULL, NULL);

    return parse(data, length, &any_limits, error);
}

json_t *
jw_json_parse_body(const void *data, size_t length, GError **error)
{
    g_return_val_if_fail(data != NULL || length == 0, NULL);
    g_return_val_if_fail(error == NULL || *error == NULL, NULL);

    return parse(data, length, &body_limits, error);
}

json_t *
jw_json_parse_file(const char *path, GError **error)
{
    size_t length = 0;
    g_autofree char *text = jw_file_read(path, JW_JSON_FILE_MAX, &length, error);

    if (text == NULL) {
        return NULL;
    }
    json_t *value = jw_json_parse(text, length, error);
    if (value == NULL) {
        (void)jw_prefix(error, "%s", path);
    }
    return value;
}
