/* core/prefer.c: see core/prefer.h.
 *
 * preference = token [ "=" word ] *( ";" [ parameter ] ), with commas between them; a word is a
 * token or a quoted string. Parameters mean nothing to us. */
#include "core/prefer.h"

#include <string.h>

#define WAIT_MOST_S INT64_C(1000000000) /* what is more counts as this */

/* The end of the preference at @at: its comma, outside of quotes, or the end of the header. */
static const char *
end_of(const char *at)
{
    bool quoted = false;

    for (; *at != '\0' && (quoted || *at != ','); at++) {
        if (*at == '\\' && quoted && at[1] != '\0') {
            at++;
        } else if (*at == '"') {
            quoted = !quoted;
        }
    }
    return at;
}

/* Its value without quotes; NULL: it has none. (transfer full) */
static char *
value_of(const char *preference)
{
    const char *equals = strchr(preference, '=');
    const char *semicolon = strchr(preference, ';');

    if (equals == NULL || (semicolon != NULL && semicolon < equals)) {
        return NULL;
    }
    char *value = g_strndup(equals + 1, semicolon != NULL ? (size_t)(semicolon - equals - 1)
                                                          : strlen(equals + 1));
    g_strstrip(value);
    const size_t length = strlen(value);
    if (length >= 2 && value[0] == '"' && value[length - 1] == '"') {
        memmove(value, value + 1, length - 2);
        value[length - 2] = '\0';
    }
    return value;
}

/* Digits alone. */
static int64_t
seconds_of(const char *value)
{
    const size_t length = value != NULL ? strlen(value) : 0;

    if (length == 0 || strspn(value, "0123456789") != length) {
        return -1;
    }
    return (int64_t)MIN(g_ascii_strtoull(value, NULL, 10), (guint64)WAIT_MOST_S);
}

static void
read_one(GwPrefer *self, char *preference)
{
    g_autofree char *value = value_of(preference);
    g_autofree char *name = g_strndup(preference, strcspn(preference, "=;"));

    g_strstrip(name);
    if (g_ascii_strcasecmp(name, "respond-async") == 0) {
        self->respond_async = true;
    } else if (g_ascii_strcasecmp(name, "wait") == 0 && self->wait_s < 0) {
        self->wait_s = seconds_of(value);
    }
}

GwPrefer
gw_prefer_read(const JwHttpRequest *request)
{
    const char *at = jw_http_header(request, "Prefer");
    GwPrefer self = { .wait_s = -1 };

    while (at != NULL && *at != '\0') {
        const char *end = end_of(at);
        g_autofree char *preference = g_strndup(at, (size_t)(end - at));

        read_one(&self, preference);
        at = *end == ',' ? end + 1 : end;
    }
    return self;
}

void
gw_prefer_applied(JwHttpReply *reply, const GwPrefer *prefer)
{
    g_autoptr(GString) applied = g_string_new(prefer->respond_async ? "respond-async" : NULL);

    if (prefer->wait_s >= 0) {
        g_string_append_printf(applied, "%swait=%" G_GINT64_FORMAT, applied->len > 0 ? ", " : "",
                               prefer->wait_s);
    }
    if (applied->len > 0) {
        jw_http_reply_header(reply, "Preference-Applied", applied->str);
    }
}
