/* body.c: the JSON bodies that are posted, from files. Main thread. */
#include "api.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "jw/text.h"
#include "jw/wire.h"

#define BODY_MAX_BYTES (1024u * 1024u)

static char *
read_input(GError **error)
{
    GString *text = g_string_new(NULL);
    char buffer[4096];
    size_t have = 0;

    while ((have = fread(buffer, 1, sizeof buffer, stdin)) > 0
           && text->len + have <= BODY_MAX_BYTES) {
        g_string_append_len(text, buffer, (gssize)have);
    }
    g_autofree char *body = g_string_free(text, FALSE);
    if (ferror(stdin) != 0 || have > 0) {
        return jw_fail_null(error, JW_ERROR_INVALID, "standard input: %s",
                            have > 0 ? "more than 1 MiB" : g_strerror(errno));
    }
    return g_steal_pointer(&body);
}

char *
jc_body_read(const char *path, GError **error)
{
    size_t length = 0;
    g_autofree char *body = strcmp(path, "-") == 0
                                ? read_input(error)
                                : jw_file_read(path, BODY_MAX_BYTES, &length, error);
    if (body == NULL) {
        return NULL;
    }
    json_auto_t *value = jw_json_parse(body, strlen(body), error);
    if (value == NULL) {
        (void)jw_prefix(error, "%s", path);
        return NULL;
    }
    return g_steal_pointer(&body);
}
