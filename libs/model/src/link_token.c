/* link_token.c: see jw/link_token.h. Any thread; keys are immutable. */
#include "jw/link_token.h"

#include "jw/keyring.h"

#include <string.h>

#define VARIABLE   "JW_LINK_KEYS"
#define REST_MAX   (JW_KEYRING_ID_MAX + JW_UUID_LEN + 14)
#define DIGITS_MAX 12u

/* What a key signs for one purpose is good for no other; these keys sign nothing else. */
#define DOWNLOAD    "jobwire download link 1\n"
#define UNSUBSCRIBE "jobwire unsubscribe link 1\n"

struct _JwLinkKeys {
    JwKeyring *keyring;
};

const JwConfigEntry jw_link_config_entries[] = {
    { "JW_LINK_KEYS", JW_CONFIG_STRING, offsetof(JwLinkConfig, keys), NULL, 0, 0,
      JW_CONFIG_REQUIRED | JW_CONFIG_SECRET,
      "keys that sign the links in mails, the same for notifier and gateway: "
      "\"id:secret\", "
      "of which the first signs and all are accepted; "
      "make one with: echo \"k1:$(openssl rand -hex 32)\"" },
};
const size_t jw_link_n_config_entries = G_N_ELEMENTS(jw_link_config_entries);

void
jw_link_keys_free(gpointer keys)
{
    JwLinkKeys *self = keys;

    if (self == NULL) {
        return;
    }
    jw_keyring_free(self->keyring);
    g_free(self);
}

JwLinkKeys *
jw_link_keys_new(const JwLinkConfig *config, GError **error)
{
    g_return_val_if_fail(config != NULL, NULL);
    JwKeyring *keyring = jw_keyring_new(VARIABLE, config->keys, error);

    if (keyring == NULL) {
        return NULL;
    }
    JwLinkKeys *self = g_new0(JwLinkKeys, 1);
    self->keyring = keyring;
    return self;
}

const char *
jw_link_keys_ids(const JwLinkKeys *self)
{
    return jw_keyring_ids(self->keyring);
}

/* "<mac>.<rest>", where @rest begins with the id of the first key. (transfer full) */
static char *
sign(const JwLinkKeys *self, const char *purpose, const char *rest)
{
    const char *key = jw_keyring_first(self->keyring);
    char mac[JW_MAC_LEN + 1];

    (void)jw_keyring_mac(self->keyring, key, strlen(key), purpose, rest, mac);
    return g_strconcat(mac, ".", rest, NULL);
}

/* What of @text was signed, from the key's id on, whose length is @ret_id_length; NULL: none of
 * our keys signed it for @purpose. (transfer none) */
static const char *
check_sign(const JwLinkKeys *self, const char *purpose, const char *text, size_t *ret_id_length)
{
    const size_t length = strnlen(text, JW_MAC_LEN + 1 + REST_MAX + 1);
    char mac[JW_MAC_LEN + 1];

    if (length > JW_MAC_LEN + 1 + REST_MAX || length < JW_MAC_LEN + 1 || text[JW_MAC_LEN] != '.') {
        return NULL;
    }
    const char *rest = text + JW_MAC_LEN + 1;
    *ret_id_length = strcspn(rest, ".");
    const bool known = jw_keyring_mac(self->keyring, rest, *ret_id_length, purpose, rest, mac);
    return jw_mac_same(mac, text) && known ? rest : NULL;
}

char *
jw_link_token_sign(const JwLinkKeys *self, const char *id, int64_t expires_ms)
{
    g_return_val_if_fail(self != NULL && jw_uuid_valid(id) && expires_ms > 0, NULL);
    g_autofree char *rest = g_strdup_printf("%s.%s.%" G_GINT64_FORMAT,
                                            jw_keyring_first(self->keyring), id, expires_ms / 1000);

    return sign(self, DOWNLOAD, rest);
}

/* What was signed: "id.uuid.seconds". */
static bool
read_rest(const char *rest, size_t id_length, JwLinkToken *ret)
{
    const char *id = rest + id_length + 1;
    const char *digits = id + JW_UUID_LEN + 1;
    int64_t seconds = 0;

    if (strnlen(id, JW_UUID_LEN + 1) < JW_UUID_LEN + 1 || id[JW_UUID_LEN] != '.') {
        return false;
    }
    g_strlcpy(ret->id, id, sizeof ret->id);
    size_t n_digits = strspn(digits, "0123456789");
    if (n_digits == 0 || n_digits > DIGITS_MAX || digits[n_digits] != '\0') {
        return false;
    }
    for (size_t i = 0; i < n_digits; i++) {
        seconds = seconds * 10 + (digits[i] - '0');
    }
    ret->expires_ms = seconds * 1000;
    return jw_uuid_valid(ret->id);
}

bool
jw_link_token_check(const JwLinkKeys *self, const char *text, JwLinkToken *ret)
{
    g_return_val_if_fail(self != NULL && text != NULL && ret != NULL, false);
    JwLinkToken token = { 0 };
    size_t id_length = 0;
    const char *rest = check_sign(self, DOWNLOAD, text, &id_length);

    if (rest == NULL || !read_rest(rest, id_length, &token)) {
        return false;
    }
    *ret = token;
    return true;
}

char *
jw_unsubscribe_token_sign(const JwLinkKeys *self, const char *delivery_id)
{
    g_return_val_if_fail(self != NULL && jw_uuid_valid(delivery_id), NULL);
    g_autofree char *rest = g_strconcat(jw_keyring_first(self->keyring), ".", delivery_id, NULL);

    return sign(self, UNSUBSCRIBE, rest);
}

bool
jw_unsubscribe_token_check(const JwLinkKeys *self, const char *text, char ret[JW_UUID_LEN + 1])
{
    g_return_val_if_fail(self != NULL && text != NULL && ret != NULL, false);
    size_t id_length = 0;
    const char *rest = check_sign(self, UNSUBSCRIBE, text, &id_length);
    const char *id = rest != NULL && rest[id_length] == '.' ? rest + id_length + 1 : NULL;

    if (id == NULL || !jw_uuid_valid(id)) {
        return false;
    }
    g_strlcpy(ret, id, JW_UUID_LEN + 1);
    return true;
}
