/* wire.c: a catalog and a topic prefix. Immutable once it is in use; any thread. */
#include "wire_private.h"

#include "jw/wire_recipients.h"

JwWire *
jw_wire_new(const JwCatalog *catalog, const char *topic_prefix)
{
    JwWire *wire = g_new0(JwWire, 1);
    wire->catalog = catalog;
    wire->topic_prefix = g_strdup(topic_prefix != NULL ? topic_prefix : "");
    return wire;
}

void
jw_wire_free(gpointer self)
{
    JwWire *wire = self;

    if (wire == NULL) {
        return;
    }
    g_free(wire->topic_prefix);
    g_free(wire);
}

void
jw_wire_limit_recipients(JwWire *self, const JwMailDomains *domains)
{
    g_return_if_fail(self != NULL);

    self->domains = domains;
}

char *
jw_wire_topic(const JwWire *self, const char *name)
{
    g_return_val_if_fail(self != NULL && name != NULL, NULL);

    return g_strconcat(self->topic_prefix, name, NULL);
}
