/* wire.c: a catalog and a topic prefix. Immutable once it is in use; any thread. */
#include "wire_private.h"

#include "jw/address.h"
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

bool
jw_wire_check_recipients(const JwWire *self, const json_t *list, const char *base,
                         JwViolations *violations)
{
    g_return_val_if_fail(self != NULL && base != NULL && violations != NULL, false);
    bool ok = true;

    for (size_t i = 0; self->domains != NULL && i < json_array_size(list); i++) {
        const char *given = json_string_value(json_array_get(list, i));
        g_autofree char *address = jw_address_sent(given);
        if (address != NULL && !jw_mail_domains_allow(self->domains, address)) {
            g_autofree char *pointer = g_strdup_printf("%s/%zu", base, i);
            ok = jw_violations_add(violations, pointer,
                                   "mail to %s is not allowed here (JW_MAIL_ALLOW_DOMAINS); name a "
                                   "recipient at another domain, or ask the operator",
                                   given);
        }
    }
    return ok;
}

char *
jw_wire_topic(const JwWire *self, const char *name)
{
    g_return_val_if_fail(self != NULL && name != NULL, NULL);

    return g_strconcat(self->topic_prefix, name, NULL);
}
