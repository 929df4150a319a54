/* jw/api_key.h: API keys: what a key is, and who it stands for. Pure data; any thread.
 *
 * A key is "jobwire_<id>_<secret><checksum>": 12, 43 and 6 of 0-9A-Za-z. The prefix is for people
 * and for scanners that look for leaked keys, the id names the key's document, the secret is 256
 * random bits, and the checksum (CRC-32 of all before it) tells a key that was cut or mistyped
 * without a look at the store.
 *
 * Stored is a signature of the key (HMAC-SHA-256) by a secret of the configuration,
 * JW_API_KEY_SECRETS. A slow hash, as for passwords, would gain nothing: 256 random bits cannot be
 * tried out. But a plain one would let whoever may write to the store, yet has no such secret, put
 * a key of their own there; and as role and expiry are signed with it, so are those. */
#pragma once
#include "jw/config.h"
#include "jw/error.h"
#include "jw/keyring.h"

G_BEGIN_DECLS

#define JW_API_KEY_PREFIX "jobwire_"
#define JW_API_KEY_ID_LEN 12
#define JW_API_KEY_LEN    (8 + JW_API_KEY_ID_LEN + 1 + 43 + 6)

typedef enum {
    JW_API_KEY_MONITOR,
    JW_API_KEY_ADMIN,
    JW_API_KEY_BOUNCES, /* a mail server's: it may say which mails came back, and nothing else */
} JwApiKeyRole;

/* "monitor", "admin", "bounces"; NULL for what is none. (transfer none) */
const char *jw_api_key_role_name(int role);
/* All names, ended by NULL. */
extern const char *const jw_api_key_role_names[];

typedef struct {
    char *id, *name;
    JwApiKeyRole role;
    char *secret_id, *mac; /* of the configuration's secret that signed, and its signature */
    char *created_by;
    int64_t created_at_ms;
    int64_t expires_at_ms; /* 0: it does not */
    int64_t revoked_at_ms; /* 0: it was not */
    char *revoked_by;
    int64_t used_at_ms; /* to the minute or so; 0: never */
} JwApiKey;

/* NULL-safe. */
void jw_api_key_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwApiKey, jw_api_key_free)

/* A new key, which nothing knows yet. (transfer full): jw_api_key_wipe() it. */
char *jw_api_key_make(void);

/* Frees a key, whose memory is overwritten first. @key: (transfer full) (nullable) */
void jw_api_key_wipe(char *key);

/* Reads the id from a key. @error: DENIED: why it cannot be one; without any part of it. */
bool jw_api_key_read(const char *key, char ret_id[JW_API_KEY_ID_LEN + 1],
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Fills id, secret_id and mac of @self, whose role and expiry are set, from a key that was made. */
void jw_api_key_sign(JwApiKey *self, const JwKeyring *secrets, const char *key);

/* Whether @key is the one that @self was made from, and @self's role and expiry are as they were
 * made. In the same time whichever byte is wrong. */
bool jw_api_key_fits(const JwApiKey *self, const JwKeyring *secrets, const char *key);

/* Whether a key that fits is good at @now_ms. @error: DENIED: it was revoked, or is over. */
bool jw_api_key_good(const JwApiKey *self, int64_t now_ms,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* JW_API_KEY_SECRETS, for the programs that sign or check. */
typedef struct {
    char *secrets;
} JwApiKeyConfig;
extern const JwConfigEntry jw_api_key_config_entries[];
extern const size_t jw_api_key_n_config_entries;

/* @ret: (out) (nullable) (transfer full): NULL: the variable is not set. @error: INVALID */
bool jw_api_key_secrets(const JwApiKeyConfig *config, JwKeyring **ret,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
