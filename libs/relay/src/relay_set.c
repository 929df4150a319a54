/* relay_set.c: the bounded set of entries under way, keyed by document and entry.
 * The caller holds the core's lock. */
#include "relay_private.h"

struct _JwRelaySet {
    GHashTable *items; /* key → JwRelayItem */
    size_t max;
};

static void
item_free(gpointer data)
{
    JwRelayItem *self = data;
    g_free(self->doc_id);
    g_free(self->entry_id);
    g_free(self->key);
    g_free(self);
}

static char *
new_key(JwDocKind kind, const char *doc_id, const char *entry_id)
{
    return g_strdup_printf("%d/%s/%s", (int)kind, doc_id, entry_id);
}

JwRelaySet *
jw_relay_set_new(size_t max)
{
    JwRelaySet *self = g_new0(JwRelaySet, 1);
    self->items = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, item_free);
    self->max = max;
    return self;
}

void
jw_relay_set_free(gpointer self)
{
    JwRelaySet *set = self;

    if (set != NULL) {
        g_hash_table_unref(set->items);
        g_free(set);
    }
}

JwRelayItem *
jw_relay_set_add(JwRelaySet *self, JwDocKind kind, const char *doc_id, const char *entry_id)
{
    g_autofree char *key = new_key(kind, doc_id, entry_id);
    if (g_hash_table_size(self->items) >= self->max || g_hash_table_contains(self->items, key)) {
        return NULL;
    }
    JwRelayItem *item = g_new0(JwRelayItem, 1);
    item->kind = kind;
    item->doc_id = g_strdup(doc_id);
    item->entry_id = g_strdup(entry_id);
    item->key = g_steal_pointer(&key);
    g_hash_table_insert(self->items, item->key, item);
    return item;
}

bool
jw_relay_set_has(const JwRelaySet *self, JwDocKind kind, const char *doc_id, const char *entry_id)
{
    g_autofree char *key = new_key(kind, doc_id, entry_id);
    return g_hash_table_contains(self->items, key);
}

void
jw_relay_set_remove(JwRelaySet *self, JwRelayItem *item)
{
    g_hash_table_remove(self->items, item->key);
}

size_t
jw_relay_set_size(const JwRelaySet *self)
{
    return g_hash_table_size(self->items);
}
