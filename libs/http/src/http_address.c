/* http_address.c: the addresses of clients, and the proxies in front of us. Any thread; the list
 * is immutable. */
#include "http_private.h"

#include "jw/text.h"

#include <arpa/inet.h>
#include <string.h>

typedef struct {
    JwHttpAddress address;
    unsigned bits; /* of the mapped form */
} Network;

struct _JwHttpProxies {
    GArray *networks; /* of Network */
};

static bool
parse(const char *text, JwHttpAddress *ret, bool *ret_v4)
{
    struct in_addr v4;

    *ret_v4 = inet_pton(AF_INET, text, &v4) == 1;
    if (*ret_v4) {
        memset(ret, 0, sizeof *ret);
        ret->s6_addr[10] = ret->s6_addr[11] = 0xff;
        memcpy(ret->s6_addr + 12, &v4, sizeof v4);
        return true;
    }
    return inet_pton(AF_INET6, text, ret) == 1;
}

static bool
parse_network(const char *text, Network *ret, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(text, "/", 2);
    bool v4 = false;
    int64_t bits = 0;

    if (!parse(parts[0], &ret->address, &v4)) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "'%s' is neither an address nor a network such as 10.0.0.0/8", text);
    }
    int64_t most = v4 ? 32 : 128;
    if (parts[1] == NULL) {
        bits = most;
    } else if (!jw_text_int64(parts[1], text, 0, most, &bits, error)) {
        return false;
    }
    ret->bits = (unsigned)(bits + (v4 ? 96 : 0));
    return true;
}

JwHttpProxies *
jw_http_proxies_new(const char *list, GError **error)
{
    g_autoptr(GArray) networks = g_array_new(FALSE, FALSE, sizeof(Network));
    g_auto(GStrv) items = jw_text_list(list);
    g_autoptr(GString) wrong = g_string_new(NULL);
    JwConfigCheck check = { .unread = "", .wrong = wrong };
    g_autoptr(GError) violation = NULL;

    for (size_t i = 0; items[i] != NULL; i++) {
        Network network = { 0 };
        jw_config_note(&check,
                       parse_network(items[i], &network, &violation)
                           || jw_prefix(&violation, "JW_HTTP_TRUSTED_PROXIES"),
                       &violation);
        g_array_append_val(networks, network);
    }
    if (wrong->len > 0) {
        return jw_fail_null(error, JW_ERROR_INVALID, "%s", wrong->str);
    }
    JwHttpProxies *self = g_new0(JwHttpProxies, 1);
    self->networks = g_steal_pointer(&networks);
    return self;
}

void
jw_http_proxies_free(gpointer self)
{
    JwHttpProxies *proxies = self;

    if (proxies != NULL) {
        g_array_unref(proxies->networks);
        g_free(proxies);
    }
}

static bool
is_in(const JwHttpAddress *address, const Network *network)
{
    unsigned bytes = network->bits / 8, rest = network->bits % 8;
    unsigned mask = 0xffu << (8 - rest) & 0xff;

    return memcmp(address->s6_addr, network->address.s6_addr, bytes) == 0
           && (rest == 0
               || ((address->s6_addr[bytes] ^ network->address.s6_addr[bytes]) & mask) == 0);
}

bool
jw_http_proxies_trust(const JwHttpProxies *self, const JwHttpAddress *address)
{
    for (guint i = 0; i < self->networks->len; i++) {
        if (is_in(address, &g_array_index(self->networks, Network, i))) {
            return true;
        }
    }
    return false;
}

/* An address as proxies write it, which may have a port: "192.0.2.1:443", "[2001:db8::1]:443". */
static bool
parse_hop(const char *text, JwHttpAddress *ret)
{
    g_autofree char *host = g_strdup(text);
    const char *rest = "";
    bool v4 = false;

    if (host[0] == '[') {
        char *end = strchr(host, ']');
        if (end == NULL) {
            return false;
        }
        *end = '\0';
        rest = end + 1;
    } else if (strchr(host, '.') != NULL && strrchr(host, ':') == strchr(host, ':')) {
        rest = host + strcspn(host, ":"); /* one colon at most: no IPv6 */
    }
    if (rest[0] == ':' && rest[1] != '\0' && rest[1 + strspn(rest + 1, "0123456789")] == '\0') {
        host[rest - host] = '\0'; /* without the port */
    } else if (rest[0] != '\0') {
        return false;
    }
    const bool bracketed = host[0] == '[';
    return parse(host + (bracketed ? 1 : 0), ret, &v4) && !(bracketed && v4);
}

bool
jw_http_proxies_client(const JwHttpProxies *self, const char *forwarded_for, JwHttpAddress *ret)
{
    g_auto(GStrv) hops = jw_text_list(forwarded_for);
    guint n = g_strv_length(hops);

    while (n-- > 0) {
        if (!parse_hop(hops[n], ret)) {
            return false;
        }
        if (!jw_http_proxies_trust(self, ret)) {
            return true;
        }
    }
    return false;
}

bool
jw_http_address_of(const struct sockaddr *address, JwHttpAddress *ret)
{
    if (address != NULL && address->sa_family == AF_INET) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)(gconstpointer)address;
        memset(ret, 0, sizeof *ret);
        ret->s6_addr[10] = ret->s6_addr[11] = 0xff;
        memcpy(ret->s6_addr + 12, &v4->sin_addr, sizeof v4->sin_addr);
        return true;
    }
    if (address != NULL && address->sa_family == AF_INET6) {
        *ret = ((const struct sockaddr_in6 *)(gconstpointer)address)->sin6_addr;
        return true;
    }
    return false;
}

char *
jw_http_address_key(const JwHttpAddress *self)
{
    JwHttpAddress network = *self;
    char text[INET6_ADDRSTRLEN];

    if (!IN6_IS_ADDR_V4MAPPED(self)) {
        memset(network.s6_addr + 8, 0, 8);
    }
    return g_strdup(inet_ntop(AF_INET6, &network, text, sizeof text));
}
