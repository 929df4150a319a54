/* webhook_url.c: what may be the URL of a webhook, as far as it can be known without a look-up; the
 * address that its host has is checked when it is connected to. Any thread, no state. */
#include "webhook_net_private.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

/* All forms that a resolver takes for an address: "127.1", "0x7f000001", "2130706433", "::1". */
static bool
read_address(const char *host, struct sockaddr_storage *ret)
{
    struct sockaddr_in v4 = { .sin_family = AF_INET };
    struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
    g_autofree char *plain = g_strdup(host);
    const size_t length = strlen(plain);

    if (length > 1 && plain[length - 1] == '.') { /* the root of all names, which changes nothing */
        plain[length - 1] = '\0';
    }
    plain[strcspn(plain, "%")] = '\0'; /* the interface of a link-local address */
    if (inet_aton(plain, &v4.sin_addr) != 0) {
        memcpy(ret, &v4, sizeof v4);
        return true;
    }
    if (inet_pton(AF_INET6, plain, &v6.sin6_addr) == 1) {
        memcpy(ret, &v6, sizeof v6);
        return true;
    }
    return false;
}

static bool
is_localhost(const char *host)
{
    g_autofree char *lower = g_ascii_strdown(host, -1);
    const size_t length = strlen(lower);

    if (length > 1 && lower[length - 1] == '.') {
        lower[length - 1] = '\0';
    }
    return g_str_equal(lower, "localhost") || g_str_has_suffix(lower, ".localhost");
}

/* Spaces, quotes and the like are read by each parser in its own way. */
static bool
is_plain(const char *url)
{
    for (; *url != '\0'; url++) {
        if (!g_ascii_isalnum(*url) && strchr("-._~:/?#[]@!$&'()*+,;=%", *url) == NULL) {
            return false;
        }
    }
    return true;
}

static char *
host_wrong(const JwWebhookNet *self, const char *host)
{
    struct sockaddr_storage address = { 0 };
    const char *why = NULL;

    if (!read_address(is_localhost(host) ? "127.0.0.1" : host, &address)
        || jw_webhook_net_allows(self, (const struct sockaddr *)&address, &why)) {
        return NULL;
    }
    return g_strdup_printf("leads to %s, %s; use one of the public internet, or have its network "
                           "added to JW_WEBHOOK_ALLOW_PRIVATE",
                           host, why);
}

char *
jw_webhook_url_wrong(const JwWebhookNet *self, const char *url)
{
    g_return_val_if_fail(self != NULL && url != NULL, NULL);
    g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_NONE, NULL);

    if (!is_plain(url)) {
        return g_strdup("must have only the characters of a URL: write others as %20 and the like, "
                        "and a host's as xn--…");
    }
    if (uri == NULL || g_uri_get_host(uri) == NULL || g_uri_get_host(uri)[0] == '\0') {
        return g_strdup("must be a URL with a host, as https://example.com/hooks");
    }
    const char *scheme = g_uri_get_scheme(uri);
    const bool http = g_ascii_strcasecmp(scheme, "http") == 0;
    if (!http && g_ascii_strcasecmp(scheme, "https") != 0) {
        return g_strdup_printf("must begin with https://, not with %s:", scheme);
    }
    if (http && !jw_webhook_net_http(self)) {
        return g_strdup("must begin with https://, so that nobody on the way reads along; plain "
                        "http needs JW_WEBHOOK_ALLOW_HTTP");
    }
    if (g_uri_get_userinfo(uri) != NULL) {
        return g_strdup("must have no user or password in it: every message is signed, check that");
    }
    if (g_uri_get_fragment(uri) != NULL) {
        return g_strdup("must have no fragment (#…): it is never sent");
    }
    if (g_uri_get_port(uri) == 0) {
        return g_strdup("must not have port 0");
    }
    return host_wrong(self, g_uri_get_host(uri));
}
