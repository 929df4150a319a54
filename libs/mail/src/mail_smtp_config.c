/* mail_smtp_config.c: the configuration table, and its values checked and completed for the
 * adapter. Main thread, at start. */
#include "curl_auto.h"
#include "mail_dkim.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

const JwConfigEntry jw_mail_config_entries[] = {
    { "JW_SMTP_URL", JW_CONFIG_STRING, offsetof(JwMailConfig, url), NULL, 0, 0,
      JW_CONFIG_REQUIRED | JW_CONFIG_URI, "smtp://host:25 or smtps://host:465" },
    { "JW_SMTP_USER", JW_CONFIG_STRING, offsetof(JwMailConfig, user), NULL, 0, 0, 0,
      "user name for the mail server" },
    { "JW_SMTP_PASSWORD", JW_CONFIG_STRING, offsetof(JwMailConfig, password), NULL, 0, 0,
      JW_CONFIG_SECRET, "password for the mail server" },
    { "JW_SMTP_TLS", JW_CONFIG_STRING, offsetof(JwMailConfig, tls), NULL, 0, 0, 0,
      "STARTTLS: never, try or always; default never for loopback hosts, else always" },
    { "JW_SMTP_CA_FILE", JW_CONFIG_STRING, offsetof(JwMailConfig, ca_file), NULL, 0, 0, 0,
      "PEM file of the authorities that may vouch for the mail server; default the system's" },
    { "JW_MAIL_FROM", JW_CONFIG_STRING, offsetof(JwMailConfig, from), NULL, 0, 0,
      JW_CONFIG_REQUIRED, "sender of all mail: \"Name <address>\"" },
    { "JW_SMTP_HELO", JW_CONFIG_STRING, offsetof(JwMailConfig, helo), NULL, 0, 0, 0,
      "name given in EHLO; default the host name" },
    { "JW_SMTP_TIMEOUT", JW_CONFIG_DURATION, offsetof(JwMailConfig, timeout_ms), "60s", 1000,
      600 * 1000, 0, "longest time for one mail" },
    { "JW_SMTP_CONNECTIONS", JW_CONFIG_INT, offsetof(JwMailConfig, connections), "4", 1, 64, 0,
      "connections to the mail server at once" },
    { "JW_SMTP_DOMAIN_CONNECTIONS", JW_CONFIG_INT, offsetof(JwMailConfig, domain_connections), "0",
      0, 64, 0, "mails to one domain at once; 0: as many as there are connections" },
    { "JW_SMTP_BREAKER_FAILURES", JW_CONFIG_INT, offsetof(JwMailConfig, breaker_failures), "5", 1,
      1000, 0,
      "connections that fail in a row until the mail server is left alone and mails wait" },
    { "JW_SMTP_BREAKER_WAIT", JW_CONFIG_DURATION, offsetof(JwMailConfig, breaker_wait_ms), "30s",
      100, 3600000, 0,
      "how long it is left alone before it is tried again; twice as long after each try that "
      "fails, up "
      "to four times" },
    { "JW_DKIM_KEY", JW_CONFIG_STRING, offsetof(JwMailConfig, dkim_key), NULL, 0, 0,
      JW_CONFIG_SECRET, "private key (PEM, RSA or Ed25519) that signs all mail; default none" },
    { "JW_DKIM_SELECTOR", JW_CONFIG_STRING, offsetof(JwMailConfig, dkim_selector), NULL, 0, 0, 0,
      "name of its public key: mail, where that is at mail._domainkey.example.com" },
    { "JW_DKIM_DOMAIN", JW_CONFIG_STRING, offsetof(JwMailConfig, dkim_domain), NULL, 0, 0, 0,
      "who signs; default the domain of JW_MAIL_FROM" },
};
const size_t jw_mail_n_config_entries = G_N_ELEMENTS(jw_mail_config_entries);

static bool
is_host_name(const char *text)
{
    size_t length = strlen(text);
    if (length == 0 || length > 253) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if (!g_ascii_isalnum(text[i]) && text[i] != '-' && text[i] != '.') {
            return false;
        }
    }
    return true;
}

static bool
is_loopback(const char *host)
{
    return g_ascii_strcasecmp(host, "localhost") == 0 || g_str_has_prefix(host, "127.")
           || strcmp(host, "[::1]") == 0;
}

static char *
url_part(CURLU *url, CURLUPart part)
{
    g_autoptr(JwCurlStr) value = NULL;
    unsigned flags = part == CURLUPART_USER || part == CURLUPART_PASSWORD ? CURLU_URLDECODE : 0;
    if (curl_url_get(url, part, &value, flags) != CURLUE_OK) {
        return NULL;
    }
    return g_strdup(value);
}

static const char *const tls_words[] = {
    [JW_MAIL_TLS_NEVER] = "never",
    [JW_MAIL_TLS_TRY] = "try",
    [JW_MAIL_TLS_ALWAYS] = "always",
};

static bool
parse_tls(const char *word, JwMailTls *ret, GError **error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(tls_words); i++) {
        if (strcmp(word, tls_words[i]) == 0) {
            *ret = (JwMailTls)i;
            return true;
        }
    }
    return jw_fail(error, JW_ERROR_INVALID, "JW_SMTP_TLS must be never, try or always, not '%s'",
                   word);
}

static bool
read_tls(JwMailSmtpSettings *self, const char *wanted, bool loopback, GError **error)
{
    const char *tls = wanted != NULL ? wanted : loopback ? "never" : "always";

    if (!parse_tls(tls, &self->tls, error)) {
        return false;
    }
    /* Otherwise stripping STARTTLS from the server's answer would reveal the password. */
    if (self->tls == JW_MAIL_TLS_TRY && self->user != NULL && !loopback) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "JW_SMTP_TLS=try would give the password away; use always");
    }
    return true;
}

static bool
read_url(JwMailSmtpSettings *self, const JwMailConfig *config, const char *helo, GError **error)
{
    g_autoptr(CURLU) url = curl_url();
    if (url == NULL || curl_url_set(url, CURLUPART_URL, config->url, 0) != CURLUE_OK) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "JW_SMTP_URL is not a URL; give smtp://host[:port] or smtps://host[:port]");
    }
    g_autofree char *scheme = url_part(url, CURLUPART_SCHEME);
    g_autofree char *host = url_part(url, CURLUPART_HOST);
    g_autofree char *path = url_part(url, CURLUPART_PATH);
    g_autofree char *query = url_part(url, CURLUPART_QUERY);
    g_autofree char *port = url_part(url, CURLUPART_PORT);
    bool known = g_strcmp0(scheme, "smtp") == 0 || g_strcmp0(scheme, "smtps") == 0;
    if (!known || host == NULL || host[0] == '\0' || query != NULL
        || (path != NULL && strcmp(path, "/") != 0)) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "JW_SMTP_URL must be smtp://host[:port] or smtps://host[:port]");
    }
    self->user = config->user != NULL ? g_strdup(config->user) : url_part(url, CURLUPART_USER);
    self->password =
        config->password != NULL ? g_strdup(config->password) : url_part(url, CURLUPART_PASSWORD);
    self->url = g_strdup_printf("%s://%s%s%s/%s", scheme, host, port != NULL ? ":" : "",
                                port != NULL ? port : "", helo);
    return read_tls(self, config->tls, is_loopback(host), error);
}

static bool
check_from(const char *from, GError **error)
{
    g_autofree char *name = NULL;
    g_autofree char *address = NULL;

    if (from != NULL && !jw_mail_address_parse(from, &name, &address, error)) {
        return jw_prefix(error, "JW_MAIL_FROM");
    }
    return address == NULL || g_str_is_ascii(address)
           || jw_fail(error, JW_ERROR_INVALID,
                      "JW_MAIL_FROM must be an address of ASCII before its \"@\": with others no "
                      "mail could go to a server without SMTPUTF8");
}

static bool
check_helo(const char *helo, GError **error)
{
    return helo == NULL || is_host_name(helo)
           || jw_fail(error, JW_ERROR_INVALID,
                      "JW_SMTP_HELO must be a host name; give one such as mail.example.com");
}

static bool
check_ca_file(const char *path, GError **error)
{
    return path == NULL || access(path, R_OK) == 0
           || jw_fail(error, JW_ERROR_INVALID,
                      "JW_SMTP_CA_FILE: '%s' cannot be read: %s; name a PEM file", path,
                      g_strerror(errno));
}

static bool
check_connections(const JwMailConfig *config, GError **error)
{
    return config->connections <= 0 || config->domain_connections <= config->connections
           || jw_fail(error, JW_ERROR_INVALID,
                      "JW_SMTP_DOMAIN_CONNECTIONS (%" G_GINT64_FORMAT
                      ") must be at most JW_SMTP_CONNECTIONS (%" G_GINT64_FORMAT ")",
                      config->domain_connections, config->connections);
}

static bool
check_url(const JwMailConfig *config, JwMailSmtpSettings *ret, GError **error)
{
    const char *own = is_host_name(g_get_host_name()) ? g_get_host_name() : "localhost";

    return read_url(ret, config, config->helo != NULL ? config->helo : own, error);
}

void
jw_mail_smtp_check(const JwMailConfig *config, JwConfigCheck *check)
{
    JwMailSmtpSettings settings = { 0 };
    g_autoptr(GError) error = NULL;
    JwMailTls tls = JW_MAIL_TLS_NEVER;
    const bool good_tls = config->tls == NULL || parse_tls(config->tls, &tls, &error);
    JwMailConfig with_tls = *config;

    jw_config_note(check, good_tls, &error);
    with_tls.tls = good_tls ? config->tls : NULL;
    if (config->url != NULL
        && jw_config_is_read(check, "JW_SMTP_URL", "JW_SMTP_USER", "JW_SMTP_PASSWORD", NULL)) {
        jw_config_note(check, check_url(&with_tls, &settings, &error), &error);
    }
    jw_mail_smtp_settings_clear(&settings);
    jw_config_note(check, check_from(config->from, &error), &error);
    jw_config_note(check, check_helo(config->helo, &error), &error);
    jw_config_note(check, check_ca_file(config->ca_file, &error), &error);
    if (jw_config_is_read(check, "JW_SMTP_CONNECTIONS", "JW_SMTP_DOMAIN_CONNECTIONS", NULL)) {
        jw_config_note(check, check_connections(config, &error), &error);
    }
    if (jw_config_is_read(check, "JW_DKIM_KEY", "JW_MAIL_FROM", NULL)
        && check_from(config->from, NULL)) {
        g_autoptr(JwMailDkim) dkim = NULL;
        jw_config_note(check, jw_mail_dkim_load(config, &dkim, &error), &error);
    }
}

bool
jw_mail_smtp_settings_init(JwMailSmtpSettings *self, const JwMailConfig *config, GError **error)
{
    memset(self, 0, sizeof *self);
    if (config->url == NULL) {
        return jw_fail(error, JW_ERROR_INVALID, "JW_SMTP_URL is missing");
    }
    if (!check_from(config->from, error) || !check_helo(config->helo, error)
        || !check_connections(config, error) || !check_url(config, self, error)) {
        return false;
    }
    self->ca_file = g_strdup(config->ca_file);
    self->timeout_ms = config->timeout_ms > 0 ? config->timeout_ms : 60 * 1000;
    self->connections = config->connections > 0 ? (size_t)config->connections : 4;
    self->domain_connections = (size_t)MAX(config->domain_connections, 0);
    self->breaker_failures = config->breaker_failures > 0 ? config->breaker_failures : 5;
    self->breaker_wait_ms = config->breaker_wait_ms > 0 ? config->breaker_wait_ms : 30 * 1000;
    return true;
}

void
jw_mail_smtp_settings_clear(JwMailSmtpSettings *self)
{
    g_clear_pointer(&self->url, g_free);
    g_clear_pointer(&self->user, g_free);
    g_clear_pointer(&self->password, g_free);
    g_clear_pointer(&self->ca_file, g_free);
}
