/* body.c: the JSON bodies that are posted, from files. Main thread. */
#include "api.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "jw/text.h"
#include "jw/wire.h"

#define BODY_MAX_BYTES ((size_t)1024 * 1024)

static char *
read_input(size_t most_bytes, GError **error)
{
    GString *text = g_string_new(NULL);
    char buffer[4096];
    size_t have = 0;

    while ((have = fread(buffer, 1, sizeof buffer, stdin)) > 0 && text->len + have <= most_bytes) {
        g_string_append_len(text, buffer, (gssize)have);
    }
    g_autofree char *body = g_string_free(text, FALSE);
    if (ferror(stdin) != 0) {
        return jw_fail_null(error, JW_ERROR_INVALID, "standard input: %s", g_strerror(errno));
    }
    if (have > 0) {
        g_autofree char *most = jw_text_bytes((int64_t)most_bytes);
        return jw_fail_null(error, JW_ERROR_INVALID, "standard input: more than %s", most);
    }
    return g_steal_pointer(&body);
}

json_t *
jc_json_read(const char *path, size_t most_bytes, char **ret_text, GError **error)
{
    size_t length = 0;
    g_autofree char *text = strcmp(path, "-") == 0 ? read_input(most_bytes, error)
                                                   : jw_file_read(path, most_bytes, &length, error);
    json_t *value = text != NULL ? jw_json_parse(text, strlen(text), error) : NULL;

    if (text != NULL && value == NULL) {
        (void)jw_prefix(error, "%s", path);
    }
    if (value != NULL && ret_text != NULL) {
        *ret_text = g_steal_pointer(&text);
    }
    return value;
}

char *
jc_body_read(const char *path, GError **error)
{
    char *text = NULL;
    json_auto_t *value = jc_json_read(path, BODY_MAX_BYTES, &text, error);

    return value != NULL ? text : NULL;
}
