/* link_token.c: see jw/link_token.h. Any thread; keys are immutable. Compared are the texts of the
 * signatures, not their bytes: so each token has one spelling. */
#include "jw/link_token.h"

#include <string.h>

#define KEYS_MAX   16u
#define ID_MAX     16u
#define SECRET_MIN 32u
#define SECRET_MAX 512u
#define MAC_LENGTH 43u /* base64url of 32 bytes, without padding */
#define REST_MAX   (ID_MAX + JW_UUID_LEN + 14)
#define DIGITS_MAX 12u
#define ADVICE     "make a key with: echo \"k1:$(openssl rand -hex 32)\""

typedef struct {
    char id[ID_MAX + 1];
    guchar *secret;
    size_t length;
} Key;

struct _JwLinkKeys {
    GArray *keys; /* of Key */
    char *ids;
    guchar nobody[32]; /* what tokens of unknown keys are checked with */
};

const JwConfigEntry jw_link_config_entries[] = {
    { "JW_LINK_KEYS", JW_CONFIG_STRING, offsetof(JwLinkConfig, keys), NULL, 0, 0,
      JW_CONFIG_REQUIRED | JW_CONFIG_SECRET,
      "keys that sign download links, the same for notifier and gateway: "
      "\"id:secret\", "
      "of which the first signs and all are accepted; "
      "make one with: echo \"k1:$(openssl rand -hex 32)\"" },
};
const size_t jw_link_n_config_entries = G_N_ELEMENTS(jw_link_config_entries);

static void
key_clear(gpointer data)
{
    Key *key = data;

    if (key->secret != NULL) {
        explicit_bzero(key->secret, key->length);
    }
    g_free(key->secret);
}

void
jw_link_keys_free(gpointer keys)
{
    JwLinkKeys *self = keys;

    if (self == NULL) {
        return;
    }
    g_array_unref(self->keys);
    g_free(self->ids);
    g_free(self);
}

static bool
is_id(const char *id, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (!g_ascii_isalnum(id[i]) && id[i] != '-' && id[i] != '_') {
            return false;
        }
    }
    return length >= 1 && length <= ID_MAX;
}

static const Key *
find_key(const JwLinkKeys *self, const char *id, size_t length)
{
    for (guint i = 0; i < self->keys->len; i++) {
        const Key *key = &g_array_index(self->keys, Key, i);
        if (strlen(key->id) == length && memcmp(key->id, id, length) == 0) {
            return key;
        }
    }
    return NULL;
}

/* Messages name the key by its place: what stands in front of the colon may be a secret, too. */
static bool
add_key(JwLinkKeys *self, const char *text, GError **error)
{
    const guint place = self->keys->len + 1;
    const char *colon = strchr(text, ':');
    Key key = { 0 };

    if (colon == NULL || !is_id(text, (size_t)(colon - text))) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "JW_LINK_KEYS: key %u does not begin with an id of 1 to %u letters, digits, "
                       "\"-\" or \"_\" and a \":\"; " ADVICE,
                       place, ID_MAX);
    }
    key.length = strlen(colon + 1);
    if (key.length < SECRET_MIN || key.length > SECRET_MAX) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "JW_LINK_KEYS: the secret of key %u has %zu characters; %u to %u are "
                       "needed; " ADVICE,
                       place, key.length, SECRET_MIN, SECRET_MAX);
    }
    if (find_key(self, text, (size_t)(colon - text)) != NULL) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "JW_LINK_KEYS: key %u has the id of an earlier one; give a new key a new id",
                       place);
    }
    if (place > KEYS_MAX) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "JW_LINK_KEYS: there are more than %u keys; leave out those whose links are "
                       "over",
                       KEYS_MAX);
    }
    memcpy(key.id, text, (size_t)(colon - text));
    key.secret = g_memdup2(colon + 1, key.length);
    g_array_append_val(self->keys, key);
    return true;
}

JwLinkKeys *
jw_link_keys_new(const JwLinkConfig *config, GError **error)
{
    g_return_val_if_fail(config != NULL, NULL);
    g_autoptr(JwLinkKeys) self = g_new0(JwLinkKeys, 1);
    g_auto(GStrv) texts = g_strsplit_set(config->keys != NULL ? config->keys : "", " \t\r\n,", -1);
    g_autoptr(GString) ids = g_string_new(NULL);

    self->keys = g_array_new(FALSE, TRUE, sizeof(Key));
    g_array_set_clear_func(self->keys, key_clear);
    jw_random_bytes(self->nobody, sizeof self->nobody);
    for (size_t i = 0; texts[i] != NULL; i++) {
        bool ok = texts[i][0] == '\0' || add_key(self, texts[i], error);
        explicit_bzero(texts[i], strlen(texts[i]));
        if (!ok) {
            return NULL;
        }
    }
    if (self->keys->len == 0) {
        return jw_fail_null(error, JW_ERROR_INVALID, "JW_LINK_KEYS: there is no key; " ADVICE);
    }
    for (guint i = 0; i < self->keys->len; i++) {
        g_string_append_printf(ids, "%s%s", i > 0 ? " " : "", g_array_index(self->keys, Key, i).id);
    }
    self->ids = g_string_free(g_steal_pointer(&ids), FALSE);
    return g_steal_pointer(&self);
}

const char *
jw_link_keys_ids(const JwLinkKeys *self)
{
    return self->ids;
}

static void
make_mac(const guchar *secret, size_t length, const char *rest, char ret[MAC_LENGTH + 1])
{
    static const char purpose[] = "jobwire download link 1\n"; /* these keys sign nothing else */
    g_autoptr(GHmac) hmac = g_hmac_new(G_CHECKSUM_SHA256, secret, length);
    guchar digest[32];
    gsize n = sizeof digest;

    g_hmac_update(hmac, (const guchar *)purpose, (gssize)strlen(purpose));
    g_hmac_update(hmac, (const guchar *)rest, (gssize)strlen(rest));
    g_hmac_get_digest(hmac, digest, &n);
    g_autofree char *text = g_base64_encode(digest, n);
    for (size_t i = 0; i < MAC_LENGTH; i++) {
        ret[i] = text[i] == '+' ? '-' : text[i] == '/' ? '_' : text[i];
    }
    ret[MAC_LENGTH] = '\0';
}

char *
jw_link_token_sign(const JwLinkKeys *self, const char *id, int64_t expires_ms)
{
    g_return_val_if_fail(self != NULL && jw_uuid_valid(id) && expires_ms > 0, NULL);
    const Key *key = &g_array_index(self->keys, Key, 0);
    g_autofree char *rest =
        g_strdup_printf("%s.%s.%" G_GINT64_FORMAT, key->id, id, expires_ms / 1000);
    char mac[MAC_LENGTH + 1];

    make_mac(key->secret, key->length, rest, mac);
    return g_strconcat(mac, ".", rest, NULL);
}

/* Not memcmp(), whose time tells how many bytes were right. */
static bool
is_same(const char *a, const char *b, size_t length)
{
    volatile unsigned char differs = 0;

    for (size_t i = 0; i < length; i++) {
        differs = (unsigned char)(differs | (a[i] ^ b[i]));
    }
    return differs == 0;
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
    const size_t length = strnlen(text, MAC_LENGTH + 1 + REST_MAX + 1);
    JwLinkToken token = { 0 };
    char mac[MAC_LENGTH + 1];

    if (length > MAC_LENGTH + 1 + REST_MAX || length < MAC_LENGTH + 1 || text[MAC_LENGTH] != '.') {
        return false;
    }
    const char *rest = text + MAC_LENGTH + 1;
    const size_t id_length = strcspn(rest, ".");
    const Key *key = find_key(self, rest, id_length);
    make_mac(key != NULL ? key->secret : self->nobody,
             key != NULL ? key->length : sizeof self->nobody, rest, mac);
    if (!is_same(mac, text, MAC_LENGTH) || key == NULL || !read_rest(rest, id_length, &token)) {
        return false;
    }
    *ret = token;
    return true;
}
