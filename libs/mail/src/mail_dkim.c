/* mail_dkim.c: the DKIM-Signature of a message: relaxed/relaxed, rsa-sha256 or ed25519-sha256 (RFC
 * 8463) as the key is. Any thread; GnuTLS wants a key used by one at a time, so a lock guards it.
 *
 * The time in it is that of the message's Date, so a message that is sent again is the same to the
 * byte. Headers that mail programs show are named once more than they are there, so that nobody can
 * add another one to a signed message. */
#include "mail_dkim.h"

#include "curl_auto.h"

#include "jw/address.h"
#include "jw/sync.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <string.h>

#define RSA_BITS_MIN 1024u /* RFC 8301 3.2: less is not accepted anywhere */
#define FOLD_AT      72

struct _JwMailDkim {
    char *domain, *selector;
    const char *algorithm;
    gnutls_sign_algorithm_t sign;
    JwMutex mutex;
    gnutls_privkey_t key;
};

static const struct {
    const char *name;
    bool once_more; /* one more than there are may not be added */
} signed_headers[] = {
    { "From", true },
    { "Reply-To", true },
    { "To", true },
    { "Cc", true },
    { "Subject", true },
    { "Date", true },
    { "Message-ID", true },
    { "In-Reply-To", false },
    { "References", false },
    { "MIME-Version", true },
    { "Content-Type", true },
    { "Content-Transfer-Encoding", true },
    { "Auto-Submitted", false },
    { "List-Id", false },
    { "List-Unsubscribe", true }, /* RFC 8058 4: both must be signed */
    { "List-Unsubscribe-Post", true },
};

/* One line of the header, unfolded parts included, without its last line end. */
typedef struct {
    const char *text;
    size_t length, name_length;
} Field;

/* (transfer full) of Field; @ret_body: where the body begins. */
static GArray *
split_header(const char *bytes, size_t length, size_t *ret_body)
{
    GArray *fields = g_array_new(FALSE, FALSE, sizeof(Field));
    size_t at = 0;
    *ret_body = length;
    while (at < length) {
        const char *line = bytes + at;
        const char *end = g_strstr_len(line, (gssize)(length - at), "\r\n");
        const size_t n = end != NULL ? (size_t)(end - line) : length - at;
        at += MIN(n + 2, length - at);
        if (n == 0) {
            *ret_body = at;
            break;
        }
        if ((line[0] == ' ' || line[0] == '\t') && fields->len > 0) {
            Field *last = &g_array_index(fields, Field, fields->len - 1);
            last->length = (size_t)(line + n - last->text);
            continue;
        }
        const char *colon = memchr(line, ':', n);
        const Field field = { line, n, colon != NULL ? (size_t)(colon - line) : n };
        g_array_append_val(fields, field);
    }
    return fields;
}

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* RFC 6376 3.4.2, without the line end. */
static void
append_relaxed(GString *out, const Field *field)
{
    for (size_t i = 0; i < field->name_length && !is_blank(field->text[i]); i++) {
        g_string_append_c(out, g_ascii_tolower(field->text[i]));
    }
    g_string_append_c(out, ':');
    bool gap = false;
    bool begun = false;
    for (size_t i = field->name_length + 1; i < field->length; i++) {
        const char c = field->text[i];
        if (is_blank(c) || c == '\r' || c == '\n') {
            gap = true;
            continue;
        }
        if (gap && begun) {
            g_string_append_c(out, ' ');
        }
        gap = false;
        begun = true;
        g_string_append_c(out, c);
    }
}

/* RFC 6376 3.4.4: one line, without its end and blanks before that. */
static void
hash_line(GChecksum *sum, const char *line, size_t length)
{
    size_t from = 0;
    for (size_t i = 0; i < length; i++) {
        if (is_blank(line[i]) && (line[i] == '\t' || is_blank(line[i + 1]))) {
            g_checksum_update(sum, (const guchar *)line + from, (gssize)(i - from));
            g_checksum_update(sum, (const guchar *)" ", 1);
            while (i + 1 < length && is_blank(line[i + 1])) {
                i++;
            }
            from = i + 1;
        }
    }
    g_checksum_update(sum, (const guchar *)line + from, (gssize)(length - from));
}

/* (transfer full): base64 */
static char *
hash_body(const char *bytes, size_t length)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    guint8 digest[32];
    gsize digest_length = sizeof digest;
    size_t empty = 0; /* lines that count only when another follows */

    for (size_t at = 0; at < length;) {
        const char *line = bytes + at;
        const char *end = g_strstr_len(line, (gssize)(length - at), "\r\n");
        size_t n = end != NULL ? (size_t)(end - line) : length - at;
        at += MIN(n + 2, length - at);
        while (n > 0 && is_blank(line[n - 1])) {
            n--;
        }
        if (n == 0) {
            empty += 1;
            continue;
        }
        for (; empty > 0; empty--) {
            g_checksum_update(sum, (const guchar *)"\r\n", 2);
        }
        hash_line(sum, line, n);
        g_checksum_update(sum, (const guchar *)"\r\n", 2);
    }
    g_checksum_get_digest(sum, digest, &digest_length);
    return g_base64_encode(digest, digest_length);
}

static bool
is_named(const Field *field, const char *name)
{
    return field->name_length == strlen(name)
           && g_ascii_strncasecmp(field->text, name, field->name_length) == 0;
}

/* @names: "from:to:…", folded; @text: the signed header, canonical. From the last of a name to the
 * first. */
static void
append_signed(const GArray *fields, GString *names, GString *text)
{
    size_t column = 0;
    for (size_t s = 0; s < G_N_ELEMENTS(signed_headers); s++) {
        const char *name = signed_headers[s].name;
        size_t times = signed_headers[s].once_more ? 1 : 0;
        for (guint i = fields->len; i > 0; i--) {
            const Field *field = &g_array_index(fields, Field, i - 1);
            if (is_named(field, name)) {
                append_relaxed(text, field);
                g_string_append(text, "\r\n");
                times += 1;
            }
        }
        for (; times > 0; times--) {
            g_string_append(names, names->len > 0 ? ":" : "");
            if (column + strlen(name) > FOLD_AT - 4) {
                g_string_append(names, "\r\n\t");
                column = 0;
            }
            g_string_append(names, name);
            column += strlen(name) + 1;
        }
    }
}

/* The seconds of its Date; -1: none, or no date. */
static int64_t
date_of(const GArray *fields)
{
    for (guint i = 0; i < fields->len; i++) {
        const Field *field = &g_array_index(fields, Field, i);
        if (is_named(field, "Date") && field->length > field->name_length) {
            g_autofree char *value = g_strndup(field->text + field->name_length + 1,
                                               field->length - field->name_length - 1);
            return curl_getdate(g_strstrip(value), NULL);
        }
    }
    return -1;
}

static void
append_folded(GString *out, const char *base64)
{
    const size_t length = strlen(base64);
    for (size_t i = 0; i < length; i += FOLD_AT) {
        g_string_append(out, i > 0 ? "\r\n\t" : "");
        g_string_append_len(out, base64 + i, (gssize)MIN(FOLD_AT, length - i));
    }
}

/* @text: what is signed. (transfer full): base64 */
static char *
make_signature(JwMailDkim *self, const GString *text, GError **error)
{
    guint8 digest[32];
    gsize digest_length = sizeof digest;
    gnutls_datum_t data = { (unsigned char *)text->str, (unsigned int)text->len };
    gnutls_datum_t signature = { 0 };

    if (self->sign == GNUTLS_SIGN_EDDSA_ED25519) { /* RFC 8463 3: of the hash */
        g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
        g_checksum_update(sum, data.data, data.size);
        g_checksum_get_digest(sum, digest, &digest_length);
        data = (gnutls_datum_t){ digest, sizeof digest };
    }
    int failed;
    {
        g_auto(JwLocker) locker = jw_locker(&self->mutex);
        failed = gnutls_privkey_sign_data2(self->key, self->sign, 0, &data, &signature);
    }
    if (failed != 0) {
        return jw_fail_null(error, JW_ERROR_INTERNAL, "the message cannot be signed: %s",
                            gnutls_strerror(failed));
    }
    char *base64 = g_base64_encode(signature.data, signature.size);
    gnutls_free(signature.data);
    return base64;
}

char *
jw_mail_dkim_sign(JwMailDkim *self, GBytes *message, GError **error)
{
    gsize length;
    size_t body = 0;
    const char *bytes = g_bytes_get_data(message, &length);
    g_autoptr(GArray) fields = split_header(bytes, length, &body);
    g_autofree char *body_hash = hash_body(bytes + body, length - body);
    g_autoptr(GString) names = g_string_new(NULL);
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GString) out = g_string_new(NULL);
    const int64_t date_s = date_of(fields);

    append_signed(fields, names, text);
    g_string_append_printf(out, "DKIM-Signature: v=1; a=%s; c=relaxed/relaxed;\r\n\td=%s; s=%s;",
                           self->algorithm, self->domain, self->selector);
    if (date_s >= 0) {
        g_string_append_printf(out, " t=%" G_GINT64_FORMAT ";", date_s);
    }
    g_string_append_printf(out, "\r\n\th=%s;\r\n\tbh=%s;\r\n\tb=", names->str, body_hash);
    append_relaxed(text, &(Field){ out->str, out->len, strlen("DKIM-Signature") });
    g_autofree char *signature = make_signature(self, text, error);
    if (signature == NULL) {
        return NULL;
    }
    append_folded(out, signature);
    g_string_append(out, "\r\n");
    return g_string_free(g_steal_pointer(&out), FALSE);
}

/* Labels of letters, digits and hyphens, as in any name of the DNS (RFC 6376 3.1). */
static bool
is_selector(const char *text)
{
    g_autofree char *as_address = g_strconcat("a@", text, ".example", NULL);
    g_autofree char *wrong = jw_address_check(as_address);
    return wrong == NULL && g_str_is_ascii(text);
}

/* Of the configuration, else of the sender's address. (transfer full) */
static char *
domain_of(const JwMailConfig *config, GError **error)
{
    g_autofree char *name = NULL;
    g_autofree char *address = NULL;

    if (config->dkim_domain != NULL) {
        g_autofree char *asked = g_strconcat("a@", config->dkim_domain, NULL);
        g_autofree char *wrong = jw_address_check(asked);
        if (wrong != NULL) {
            return jw_fail_null(error, JW_ERROR_INVALID,
                                "JW_DKIM_DOMAIN must be a domain such as example.com: %s", wrong);
        }
        address = jw_address_sent(asked);
    } else if (config->from == NULL
               || !jw_mail_address_parse(config->from, &name, &address, error)) {
        return jw_fail_null(config->from == NULL ? error : NULL, JW_ERROR_INVALID,
                            "JW_DKIM_KEY needs a JW_DKIM_DOMAIN");
    }
    return g_ascii_strdown(strchr(address, '@') + 1, -1);
}

static bool
read_key(JwMailDkim *self, char *pem, GError **error)
{
    const gnutls_datum_t data = { (unsigned char *)pem, (unsigned int)strlen(pem) };
    unsigned int bits = 0;

    if (gnutls_privkey_init(&self->key) != 0) {
        return jw_fail(error, JW_ERROR_INTERNAL, "gnutls has no memory for a key");
    }
    int failed = gnutls_privkey_import_x509_raw(self->key, &data, GNUTLS_X509_FMT_PEM, NULL, 0);
    if (failed != 0) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "JW_DKIM_KEY is no private key in PEM without a password (%s); make one "
                       "with: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048",
                       gnutls_strerror(failed));
    }
    switch (gnutls_privkey_get_pk_algorithm(self->key, &bits)) {
    case GNUTLS_PK_RSA:
        self->algorithm = "rsa-sha256";
        self->sign = GNUTLS_SIGN_RSA_SHA256;
        return bits >= RSA_BITS_MIN
               || jw_fail(error, JW_ERROR_INVALID,
                          "JW_DKIM_KEY has %u bits; receivers want 2048, and refuse less than %u",
                          bits, RSA_BITS_MIN);
    case GNUTLS_PK_EDDSA_ED25519:
        self->algorithm = "ed25519-sha256";
        self->sign = GNUTLS_SIGN_EDDSA_ED25519;
        return true;
    default:
        return jw_fail(error, JW_ERROR_INVALID, "JW_DKIM_KEY must be an RSA or an Ed25519 key");
    }
}

bool
jw_mail_dkim_load(const JwMailConfig *config, JwMailDkim **ret, GError **error)
{
    if (config->dkim_key == NULL) {
        const char *alone = config->dkim_selector != NULL ? "JW_DKIM_SELECTOR"
                            : config->dkim_domain != NULL ? "JW_DKIM_DOMAIN"
                                                          : NULL;
        *ret = NULL;
        return alone == NULL
               || jw_fail(error, JW_ERROR_INVALID,
                          "%s has no effect without a key; set JW_DKIM_KEY_FILE as well, or unset "
                          "it",
                          alone);
    }
    if (config->dkim_selector == NULL || !is_selector(config->dkim_selector)) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "JW_DKIM_SELECTOR must be the name under which the public key stands, such "
                       "as \"mail\" for mail._domainkey.example.com");
    }
    char *domain = domain_of(config, error);
    if (domain == NULL) {
        return false;
    }
    g_autoptr(JwMailDkim) self = g_new0(JwMailDkim, 1);
    jw_mutex_init(&self->mutex);
    self->domain = domain;
    self->selector = g_strdup(config->dkim_selector);
    if (!read_key(self, config->dkim_key, error)) {
        return false;
    }
    *ret = g_steal_pointer(&self);
    return true;
}

void
jw_mail_dkim_free(gpointer data)
{
    JwMailDkim *self = data;
    if (self == NULL) {
        return;
    }
    if (self->key != NULL) {
        gnutls_privkey_deinit(self->key);
    }
    jw_mutex_clear(&self->mutex);
    g_free(self->domain);
    g_free(self->selector);
    g_free(self);
}
