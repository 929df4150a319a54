/* auth/seen.c: see seen.h. A table of SHA-256 digests, each at the place given by its first
 * bytes: no chains, no growth. */
#include "seen.h"

#include <string.h>

#include "jw/sync.h"

#define SLOTS        1024u
#define DIGEST_BYTES 32u

struct _JwAuthSeen {
    JwMutex mutex;
    guint8 slots[SLOTS][DIGEST_BYTES]; /* all zero: free; no token has that digest */
};

JwAuthSeen *
jw_auth_seen_new(void)
{
    JwAuthSeen *self = g_new0(JwAuthSeen, 1);

    jw_mutex_init(&self->mutex);
    return self;
}

void
jw_auth_seen_free(gpointer self)
{
    JwAuthSeen *seen = self;

    if (seen != NULL) {
        jw_mutex_clear(&seen->mutex);
        g_free(seen);
    }
}

static guint
digest_of(const char *token, guint8 ret_digest[DIGEST_BYTES])
{
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    gsize length = DIGEST_BYTES;

    g_checksum_update(checksum, (const guchar *)token, -1);
    g_checksum_get_digest(checksum, ret_digest, &length);
    return ((guint)ret_digest[0] << 8 | ret_digest[1]) % SLOTS;
}

bool
jw_auth_seen_has(JwAuthSeen *self, const char *token)
{
    guint8 digest[DIGEST_BYTES];
    guint slot = digest_of(token, digest);
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    return memcmp(self->slots[slot], digest, DIGEST_BYTES) == 0;
}

void
jw_auth_seen_note(JwAuthSeen *self, const char *token)
{
    guint8 digest[DIGEST_BYTES];
    guint slot = digest_of(token, digest);
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    memcpy(self->slots[slot], digest, DIGEST_BYTES);
}
