/* keyring.c: see jw/keyring.h. Compared are the texts of the signatures, not their bytes: so each
 * has one spelling. */
#include "jw/keyring.h"

#include "jw/error.h"
#include "jw/ident.h"

#include <string.h>

#define SECRETS_MAX 16u
#define SECRET_MIN  32u
#define SECRET_MAX  512u
#define ADVICE      "make one with: echo \"k1:$(openssl rand -hex 32)\""

typedef struct {
    char id[JW_KEYRING_ID_MAX + 1];
    guchar *bytes;
    size_t length;
} Secret;

struct _JwKeyring {
    GArray *secrets; /* of Secret */
    char *ids;
    guchar nobody[32]; /* what is signed by a secret that is not known */
};

static void
secret_clear(gpointer data)
{
    Secret *secret = data;

    if (secret->bytes != NULL) {
        explicit_bzero(secret->bytes, secret->length);
    }
    g_free(secret->bytes);
}

void
jw_keyring_free(gpointer keyring)
{
    JwKeyring *self = keyring;

    if (self == NULL) {
        return;
    }
    g_array_unref(self->secrets);
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
    return length >= 1 && length <= JW_KEYRING_ID_MAX;
}

static const Secret *
find(const JwKeyring *self, const char *id, size_t length)
{
    for (guint i = 0; i < self->secrets->len; i++) {
        const Secret *one = &g_array_index(self->secrets, Secret, i);
        if (strlen(one->id) == length && strncmp(one->id, id, length) == 0) {
            return one;
        }
    }
    return NULL;
}

/* Messages name the secret by its place: what stands in front of the colon may be one, too. */
static bool
add(JwKeyring *self, const char *variable, const char *text, GError **error)
{
    const guint place = self->secrets->len + 1;
    const char *colon = strchr(text, ':');
    Secret secret = { 0 };

    if (colon == NULL || !is_id(text, (size_t)(colon - text))) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "%s: key %u does not begin with an id of 1 to %u letters, digits, \"-\" or "
                       "\"_\" and a \":\"; " ADVICE,
                       variable, place, JW_KEYRING_ID_MAX);
    }
    secret.length = strlen(colon + 1);
    if (secret.length < SECRET_MIN || secret.length > SECRET_MAX) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "%s: the secret of key %u has %zu characters; %u to %u are needed; " ADVICE,
                       variable, place, secret.length, SECRET_MIN, SECRET_MAX);
    }
    if (find(self, text, (size_t)(colon - text)) != NULL) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "%s: key %u has the id of an earlier one; give a new key a new id", variable,
                       place);
    }
    if (place > SECRETS_MAX) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "%s: there are more than %u keys; leave out those that nothing needs any "
                       "more",
                       variable, SECRETS_MAX);
    }
    memcpy(secret.id, text, (size_t)(colon - text));
    secret.bytes = g_memdup2(colon + 1, secret.length);
    g_array_append_val(self->secrets, secret);
    return true;
}

static char *
list_ids(const JwKeyring *self)
{
    g_autoptr(GString) ids = g_string_new(NULL);

    for (guint i = 0; i < self->secrets->len; i++) {
        g_string_append_printf(ids, "%s%s", i > 0 ? " " : "",
                               g_array_index(self->secrets, Secret, i).id);
    }
    return g_string_free(g_steal_pointer(&ids), FALSE);
}

JwKeyring *
jw_keyring_new(const char *variable, const char *text, GError **error)
{
    g_return_val_if_fail(variable != NULL, NULL);
    g_autoptr(JwKeyring) self = g_new0(JwKeyring, 1);
    g_auto(GStrv) texts = g_strsplit_set(text != NULL ? text : "", " \t\r\n,", -1);

    self->secrets = g_array_new(FALSE, TRUE, sizeof(Secret));
    g_array_set_clear_func(self->secrets, secret_clear);
    jw_random_bytes(self->nobody, sizeof self->nobody);
    for (size_t i = 0; texts[i] != NULL; i++) {
        bool ok = texts[i][0] == '\0' || add(self, variable, texts[i], error);
        explicit_bzero(texts[i], strlen(texts[i]));
        if (!ok) {
            return NULL;
        }
    }
    if (self->secrets->len == 0) {
        return jw_fail_null(error, JW_ERROR_INVALID, "%s: there is no key; " ADVICE, variable);
    }
    self->ids = list_ids(self);
    return g_steal_pointer(&self);
}

const char *
jw_keyring_ids(const JwKeyring *self)
{
    return self->ids;
}

const char *
jw_keyring_first(const JwKeyring *self)
{
    return g_array_index(self->secrets, Secret, 0).id;
}

bool
jw_keyring_mac(const JwKeyring *self, const char *id, size_t id_length, const char *purpose,
               const char *text, char ret[JW_MAC_LEN + 1])
{
    g_return_val_if_fail(self != NULL && id != NULL && purpose != NULL && text != NULL, false);
    const Secret *secret = find(self, id, id_length);
    g_autoptr(GHmac) hmac =
        g_hmac_new(G_CHECKSUM_SHA256, secret != NULL ? secret->bytes : self->nobody,
                   secret != NULL ? secret->length : sizeof self->nobody);
    guchar digest[32];
    gsize n = sizeof digest;

    g_hmac_update(hmac, (const guchar *)purpose, (gssize)strlen(purpose));
    g_hmac_update(hmac, (const guchar *)text, (gssize)strlen(text));
    g_hmac_get_digest(hmac, digest, &n);
    g_autofree char *mac = g_base64_encode(digest, n);
    for (size_t i = 0; i < JW_MAC_LEN; i++) {
        ret[i] = mac[i] == '+' ? '-' : mac[i] == '/' ? '_' : mac[i];
    }
    ret[JW_MAC_LEN] = '\0';
    return secret != NULL;
}

/* Not memcmp(), whose time tells how many bytes were right. */
bool
jw_mac_same(const char *a, const char *b)
{
    volatile unsigned char differs = 0;

    for (size_t i = 0; i < JW_MAC_LEN; i++) {
        differs = (unsigned char)(differs | (a[i] ^ b[i]));
    }
    return differs == 0;
}
