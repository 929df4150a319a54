/* api_key.c: see jw/api_key.h. Any thread, no state. */
#include "jw/api_key.h"

#include "jw/clock.h"
#include "jw/ident.h"
#include "jw/text.h"

#include <string.h>

#define VARIABLE     "JW_API_KEY_SECRETS"
#define PURPOSE      "jobwire api key 1\n" /* these secrets sign nothing else */
#define SECRET_LEN   43                    /* 62^43 > 2^256 */
#define CHECKSUM_LEN 6                     /* 62^6 > 2^32 */
#define SECRET_AT    (sizeof JW_API_KEY_PREFIX - 1 + JW_API_KEY_ID_LEN + 1)
#define CHECKSUM_AT  (SECRET_AT + SECRET_LEN)

static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

const JwConfigEntry jw_api_key_config_entries[] = {
    { "JW_API_KEY_SECRETS", JW_CONFIG_STRING, offsetof(JwApiKeyConfig, secrets), NULL, 0, 0,
      JW_CONFIG_SECRET,
      "secrets that sign API keys, the same for all gateways and jobctl: \"id:secret\", of which "
      "the first signs and all are accepted; without it there are no API keys; make one with: echo "
      "\"k1:$(openssl rand -hex 32)\"" },
};
const size_t jw_api_key_n_config_entries = G_N_ELEMENTS(jw_api_key_config_entries);

bool
jw_api_key_secrets(const JwApiKeyConfig *config, JwKeyring **ret, GError **error)
{
    g_return_val_if_fail(config != NULL && ret != NULL, false);
    JwKeyring *keyring = NULL;

    if (config->secrets != NULL) {
        keyring = jw_keyring_new(VARIABLE, config->secrets, error);
        if (keyring == NULL) {
            return false;
        }
    }
    *ret = keyring;
    return true;
}

const char *const jw_api_key_role_names[] = {
    [JW_API_KEY_MONITOR] = "monitor",
    [JW_API_KEY_ADMIN] = "admin",
    [JW_API_KEY_BOUNCES] = "bounces",
    NULL,
};

const char *
jw_api_key_role_name(int role)
{
    return role >= 0 && role <= (int)JW_API_KEY_BOUNCES ? jw_api_key_role_names[role] : NULL;
}

static const size_t texts[] = {
    offsetof(JwApiKey, id),  offsetof(JwApiKey, name),       offsetof(JwApiKey, secret_id),
    offsetof(JwApiKey, mac), offsetof(JwApiKey, created_by), offsetof(JwApiKey, revoked_by),
};

void
jw_api_key_free(gpointer self)
{
    if (self == NULL) {
        return;
    }
    jw_texts_clear(self, texts, G_N_ELEMENTS(texts));
    g_free(self);
}

/* The few of 256 that would make some digits likelier than others are drawn again. */
static void
random_digits(char *ret, size_t length)
{
    for (size_t i = 0; i < length;) {
        unsigned char byte = 0;

        jw_random_bytes(&byte, 1);
        if (byte < 4 * 62) {
            ret[i++] = digits[byte % 62];
        }
    }
}

static uint32_t
crc32_of(const char *text, size_t length)
{
    uint32_t crc = UINT32_MAX;

    for (size_t i = 0; i < length; i++) {
        crc ^= (unsigned char)text[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320u : 0);
        }
    }
    return ~crc;
}

static void
write_checksum(const char *key, char ret[CHECKSUM_LEN])
{
    uint32_t rest = crc32_of(key, CHECKSUM_AT);

    for (int i = CHECKSUM_LEN - 1; i >= 0; i--) {
        ret[i] = digits[rest % 62];
        rest /= 62;
    }
}

char *
jw_api_key_make(void)
{
    char *key = g_new0(char, JW_API_KEY_LEN + 1);

    memcpy(key, JW_API_KEY_PREFIX, sizeof JW_API_KEY_PREFIX - 1);
    random_digits(key + sizeof JW_API_KEY_PREFIX - 1, JW_API_KEY_ID_LEN);
    key[SECRET_AT - 1] = '_';
    random_digits(key + SECRET_AT, SECRET_LEN);
    write_checksum(key, key + CHECKSUM_AT);
    return key;
}

void
jw_api_key_wipe(char *key)
{
    if (key != NULL) {
        explicit_bzero(key, strlen(key));
    }
    g_free(key);
}

bool
jw_api_key_read(const char *key, char ret_id[JW_API_KEY_ID_LEN + 1], GError **error)
{
    g_return_val_if_fail(key != NULL && ret_id != NULL, false);
    char checksum[CHECKSUM_LEN];

    if (!g_str_has_prefix(key, JW_API_KEY_PREFIX)) {
        return jw_fail(error, JW_ERROR_DENIED,
                       "this is no API key: those begin with " JW_API_KEY_PREFIX);
    }
    if (strnlen(key, JW_API_KEY_LEN + 1) != JW_API_KEY_LEN) {
        return jw_fail(error, JW_ERROR_DENIED,
                       "the API key has not the %d characters of a whole one", JW_API_KEY_LEN);
    }
    write_checksum(key, checksum);
    if (key[SECRET_AT - 1] != '_' || memcmp(checksum, key + CHECKSUM_AT, CHECKSUM_LEN) != 0) {
        return jw_fail(error, JW_ERROR_DENIED,
                       "the API key has a character that is wrong: its checksum does not fit");
    }
    memcpy(ret_id, key + sizeof JW_API_KEY_PREFIX - 1, JW_API_KEY_ID_LEN);
    ret_id[JW_API_KEY_ID_LEN] = '\0';
    return true;
}

static bool
make_mac(const JwApiKey *self, const JwKeyring *secrets, const char *key, char ret[JW_MAC_LEN + 1])
{
    char *text = g_strdup_printf("%s\n%" G_GINT64_FORMAT "\n%s",
                                 jw_api_key_role_name((int)self->role), self->expires_at_ms, key);
    const bool known =
        jw_keyring_mac(secrets, self->secret_id, strlen(self->secret_id), PURPOSE, text, ret);

    jw_api_key_wipe(text);
    return known;
}

void
jw_api_key_sign(JwApiKey *self, const JwKeyring *secrets, const char *key)
{
    g_return_if_fail(self != NULL && secrets != NULL && key != NULL
                     && strlen(key) == JW_API_KEY_LEN);
    char mac[JW_MAC_LEN + 1];

    jw_texts_clear(self,
                   (const size_t[]){ offsetof(JwApiKey, id), offsetof(JwApiKey, secret_id),
                                     offsetof(JwApiKey, mac) },
                   3);
    self->id = g_strndup(key + sizeof JW_API_KEY_PREFIX - 1, JW_API_KEY_ID_LEN);
    self->secret_id = g_strdup(jw_keyring_first(secrets));
    (void)make_mac(self, secrets, key, mac);
    self->mac = g_strdup(mac);
}

bool
jw_api_key_fits(const JwApiKey *self, const JwKeyring *secrets, const char *key)
{
    g_return_val_if_fail(self != NULL && secrets != NULL && key != NULL, false);
    char mac[JW_MAC_LEN + 1];

    if (self->mac == NULL || self->secret_id == NULL || strlen(self->mac) != JW_MAC_LEN) {
        return false; /* not of ours */
    }
    const bool known = make_mac(self, secrets, key, mac);
    return jw_mac_same(mac, self->mac) && known;
}

bool
jw_api_key_good(const JwApiKey *self, int64_t now_ms, GError **error)
{
    g_return_val_if_fail(self != NULL, false);
    const bool revoked = self->revoked_at_ms != 0;
    const int64_t since = revoked ? self->revoked_at_ms : self->expires_at_ms;

    if (!revoked && (since == 0 || since > now_ms)) {
        return true;
    }
    g_autofree char *when = jw_time_format(since);
    return jw_fail(error, JW_ERROR_DENIED, "the API key %s at %s",
                   revoked ? "was revoked" : "expired", when);
}
