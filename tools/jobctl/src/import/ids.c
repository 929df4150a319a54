/* import/ids.c: a hash table with open addressing, for a GHashTable takes thrice the memory. One
 * thread. */
#include "import/ids.h"

#include <string.h>

#define ROOM_FIRST 1024u /* a power of two, like every later one */

typedef struct {
    guint64 key[2];
    int64_t line; /* 0: free */
} Entry;

struct _JcIds {
    GChecksum *sum;
    Entry *entries;
    size_t room, used;
};

JcIds *
jc_ids_new(void)
{
    JcIds *self = g_new0(JcIds, 1);

    self->sum = g_checksum_new(G_CHECKSUM_MD5);
    jc_ids_reset(self);
    return self;
}

void
jc_ids_free(gpointer self)
{
    JcIds *ids = self;

    if (ids == NULL) {
        return;
    }
    g_checksum_free(ids->sum);
    g_free(ids->entries);
    g_free(ids);
}

void
jc_ids_reset(JcIds *self)
{
    g_free(self->entries);
    self->room = ROOM_FIRST;
    self->used = 0;
    self->entries = g_new0(Entry, self->room);
}

/* The entry of @key, or the free one where it belongs. */
static Entry *
find_entry(Entry *entries, size_t room, const guint64 *key)
{
    size_t at = key[0] & (room - 1);

    while (entries[at].line != 0 && memcmp(entries[at].key, key, sizeof entries[at].key) != 0) {
        at = (at + 1) & (room - 1);
    }
    return &entries[at];
}

static bool
grow(JcIds *self, GError **error)
{
    const size_t room = self->room * 2;
    Entry *entries = self->used < JC_IDS_MAX ? g_try_new0(Entry, room) : NULL;

    if (entries == NULL) {
        return jw_fail(error, JW_ERROR_TOO_LARGE,
                       "more than %zu rows: their ids do not fit into memory; split the file",
                       self->used);
    }
    for (size_t i = 0; i < self->room; i++) {
        if (self->entries[i].line != 0) {
            *find_entry(entries, room, self->entries[i].key) = self->entries[i];
        }
    }
    g_free(self->entries);
    self->entries = entries;
    self->room = room;
    return true;
}

bool
jc_ids_add(JcIds *self, const char *id, int64_t line, int64_t *ret_earlier, GError **error)
{
    g_return_val_if_fail(self != NULL && id != NULL && line > 0 && ret_earlier != NULL, false);
    guint64 key[2];
    gsize length = sizeof key;

    if (self->used >= self->room / 4 * 3 && !grow(self, error)) {
        return false;
    }
    g_checksum_reset(self->sum);
    g_checksum_update(self->sum, (const guchar *)id, (gssize)strlen(id));
    g_checksum_get_digest(self->sum, (guint8 *)key, &length);
    Entry *entry = find_entry(self->entries, self->room, key);
    *ret_earlier = entry->line;
    if (entry->line == 0) {
        *entry = (Entry){ { key[0], key[1] }, line };
        self->used++;
    }
    return true;
}
