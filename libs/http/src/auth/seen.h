/* auth/seen.h: tokens whose signature was verified. Any thread. A caller sends the same token
 * with every request, and checking an RSA signature (with the key's PEM parsed anew each time)
 * is half of what a small request costs. Keys do not change while a verifier
 * lives, so a valid signature stays valid; time, issuer, audience and revocation are checked
 * every time. */
#pragma once
#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

typedef struct _JwAuthSeen JwAuthSeen;

JwAuthSeen *jw_auth_seen_new(void);
void jw_auth_seen_free(gpointer self);
/* True when exactly this token was added and not displaced since. */
bool jw_auth_seen_has(JwAuthSeen *self, const char *token);
/* Only after its signature was checked. A fixed number is kept; newer ones displace older ones. */
void jw_auth_seen_note(JwAuthSeen *self, const char *token);

G_END_DECLS
