/* wire.c: the room's object: a catalog and a topic prefix.
 * Immutable after it was made; any thread. */
#include "wire_private.h"

#include "jw/text.h"

#include <stdlib.h>

JwWire *
jw_wire_new(const JwCatalog *catalog, const char *topic_prefix)
{
    JwWire *wire = g_new0(JwWire, 1);
    wire->catalog = catalog;
    wire->topic_prefix = g_strdup(topic_prefix != NULL ? topic_prefix : "");
    return wire;
}

void
jw_wire_free(JwWire *self)
{
    if (self == NULL) {
        return;
    }
    g_free(self->topic_prefix);
    g_free(self);
}

const JwCatalog *
jw_wire_catalog(const JwWire *self)
{
    g_return_val_if_fail(self != NULL, NULL);

    return self->catalog;
}

char *
jw_wire_topic(const JwWire *self, const char *name)
{
    g_return_val_if_fail(self != NULL && name != NULL, NULL);

    return g_strconcat(self->topic_prefix, name, NULL);
}

void
jw_json_str_free(JwJsonStr *text)
{
    free(text);
}

char *
jw_wire_print(const struct json_t *value)
{
    g_return_val_if_fail(value != NULL, NULL);

    /* 15 digits: 83.33 stays 83.33. */
    g_autoptr(JwJsonStr) text = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY
                                                      | JSON_REAL_PRECISION(15));
    g_assert(text != NULL); /* jansson refuses only what it would not have built */
    return g_strdup(text);
}

json_t *
jw_wire_parse_file(const char *path, GError **error)
{
    size_t length = 0;
    g_autofree char *text = jw_file_read(path, JW_MAX_FILE_BYTES, &length, error);

    if (text == NULL) {
        return NULL;
    }
    json_t *value = jw_wire_parse(text, length, error);
    if (value == NULL) {
        (void)jw_prefix(error, "%s", path);
    }
    return value;
}
