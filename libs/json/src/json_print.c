/* json_print.c: canonical JSON. Any thread, no state. */
#include "jw/json.h"

#include <stdlib.h>

typedef char JwJsonStr; /* allocated by jansson, so released with free() */

static void
json_str_free(JwJsonStr *text)
{
    free(text);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwJsonStr, json_str_free)

char *
jw_json_print(const json_t *value)
{
    g_return_val_if_fail(value != NULL, NULL);

    /* 15 digits: 83.33 stays 83.33. */
    g_autoptr(JwJsonStr) text = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY
                                                      | JSON_REAL_PRECISION(15));
    g_assert(text != NULL); /* jansson refuses only what it would not have built */
    return g_strdup(text);
}
