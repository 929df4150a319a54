/* http_query.c: the request target, decoded strictly and once. Any thread; works on one request.
 * The result is valid UTF-8 without NUL and control characters, so that later code need not
 * check again. */
#include "http_private.h"

#include "jw/json.h"

#include <string.h>

static bool
is_control(unsigned char byte)
{
    return byte < 0x20 || byte == 0x7f;
}

/* Percent-decodes; NULL for a broken escape, a bare space, NUL, control bytes, bad UTF-8, and, in
 * paths, a '/' that was escaped. */
static char *
decode(const char *text, size_t length, bool is_query)
{
    g_autofree char *out = g_malloc(length + 1);
    size_t n = 0;

    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (byte == '%') {
            if (i + 2 >= length || !g_ascii_isxdigit(text[i + 1])
                || !g_ascii_isxdigit(text[i + 2])) {
                return NULL;
            }
            byte = (unsigned char)(g_ascii_xdigit_value(text[i + 1]) * 16
                                   + g_ascii_xdigit_value(text[i + 2]));
            i += 2;
            if (!is_query && byte == '/') {
                return NULL;
            }
        } else if (is_query && byte == '+') {
            byte = ' ';
        }
        if (is_control(byte) || text[i] == ' ') {
            return NULL;
        }
        out[n++] = (char)byte;
    }
    out[n] = '\0';
    return g_utf8_validate(out, (gssize)n, NULL) ? g_steal_pointer(&out) : NULL;
}

/* A target may be absolute ("http://host/path"): the path begins at the slash after the host. */
static const char *
path_of(const char *target)
{
    const char *host = NULL;

    if (g_ascii_strncasecmp(target, "http://", 7) == 0) {
        host = target + 7;
    } else if (g_ascii_strncasecmp(target, "https://", 8) == 0) {
        host = target + 8;
    }
    if (host == NULL) {
        return target;
    }
    return host + strcspn(host, "/?");
}

static bool
parse_segments(JwHttpRequest *self)
{
    g_autoptr(GPtrArray) segments = g_ptr_array_new_with_free_func(g_free);
    const char *rest = self->path;
    bool ok = true;

    /* One slash at the end means the same resource. */
    while (ok && *rest == '/' && rest[1] != '\0') {
        size_t length = strcspn(rest + 1, "/");
        char *segment =
            segments->len < JW_HTTP_SEGMENTS_MAX ? decode(rest + 1, length, false) : NULL;
        ok = segment != NULL;
        if (ok) {
            g_ptr_array_add(segments, segment);
        }
        rest += 1 + length;
    }
    self->n_segments = segments->len;
    g_ptr_array_add(segments, NULL);
    self->segments = (char **)g_ptr_array_free(g_steal_pointer(&segments), FALSE);
    return ok;
}

static bool
parse_query(JwHttpRequest *self, const char *query)
{
    while (*query != '\0') {
        size_t length = strcspn(query, "&");
        if (length > 0) {
            const char *equals = memchr(query, '=', length);
            size_t name_length = equals != NULL ? (size_t)(equals - query) : length;
            g_autofree char *name = decode(query, name_length, true);
            g_autofree char *value =
                equals != NULL ? decode(equals + 1, length - name_length - 1, true) : g_strdup("");
            if (name == NULL || value == NULL || self->query->len >= JW_HTTP_QUERY_MAX) {
                return false;
            }
            g_ptr_array_add(self->query, jw_http_pair_new(name, value));
        }
        query += length + (query[length] == '&' ? 1 : 0);
    }
    return true;
}

bool
jw_http_target_parse(JwHttpRequest *self)
{
    const char *path = path_of(self->target);
    size_t length = strcspn(path, "?");

    self->path = length == 0 ? g_strdup("/") : g_strndup(path, length);
    if (self->path[0] != '/') {
        return false;
    }
    return parse_segments(self) && (path[length] == '\0' || parse_query(self, path + length + 1));
}

void
jw_http_query_check(const JwHttpRequest *self, const JwField *fields, JwViolations *violations)
{
    static const JwField none[] = { { 0 } };
    json_auto_t *values = json_object();

    for (guint i = 0; i < self->query->len; i++) {
        const JwHttpPair *pair = g_ptr_array_index(self->query, i);

        if (json_object_get(values, pair->name) == NULL) {
            (void)json_object_set_new(values, pair->name, json_string(pair->value));
        } else {
            g_autofree char *pointer = jw_pointer("", pair->name);
            (void)jw_violations_add(violations, pointer, "is given more than once; give it once");
        }
    }
    (void)jw_check_parameters(values, fields != NULL ? fields : none, violations);
}
