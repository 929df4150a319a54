/* webhook_net.c: the addresses that may be reached. Any thread.
 *
 * The tables are those of IANA's registries of special purpose addresses. Of IPv6 only 2000::/3 is
 * given out, so everything else is refused but for what stands for an IPv4 address, which is judged
 * as that one. */
#include "webhook_net_private.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

typedef struct {
    guchar bytes[16]; /* of an IPv4 address the first four */
    int bits;         /* of the mask */
    bool is_v6;
} Network;

struct _JwWebhookNet {
    GArray *allowed; /* of Network */
    bool http;
};

typedef struct {
    const char *network, *what;
} Refused;

static const Refused refused_v4[] = {
    { "0.0.0.0/8", "an address of this network" },
    { "10.0.0.0/8", "a private address" },
    { "100.64.0.0/10", "a shared (CGNAT) address" },
    { "127.0.0.0/8", "a loopback address" },
    { "169.254.0.0/16", "a link-local address" },
    { "172.16.0.0/12", "a private address" },
    { "192.0.0.0/24", "a reserved address" },
    { "192.0.2.0/24", "an address of documentation" },
    { "192.88.99.0/24", "a reserved address" },
    { "192.168.0.0/16", "a private address" },
    { "198.18.0.0/15", "an address for benchmarks" },
    { "198.51.100.0/24", "an address of documentation" },
    { "203.0.113.0/24", "an address of documentation" },
    { "224.0.0.0/4", "a multicast address" },
    { "240.0.0.0/4", "a reserved address" },
};

static const Refused refused_v6[] = {
    { "::1/128", "a loopback address" },
    { "::/128", "no address" },
    { "fc00::/7", "a private address" },
    { "fe80::/10", "a link-local address" },
    { "fec0::/10", "a private address" },
    { "ff00::/8", "a multicast address" },
    { "2001::/23", "a reserved address" }, /* Teredo, ORCHID, benchmarks */
    { "2001:db8::/32", "an address of documentation" },
    { "3fff::/20", "an address of documentation" },
};

/* Where an IPv6 address of that network has the IPv4 address that it stands for. */
static const struct {
    const char *network;
    size_t at;
} embedding[] = {
    { "::ffff:0:0/96", 12 }, /* mapped */
    { "64:ff9b::/96", 12 },  /* NAT64 */
    { "2002::/16", 2 },      /* 6to4 */
};

static bool
parse(const char *text, Network *ret)
{
    g_auto(GStrv) parts = g_strsplit(text, "/", 2);
    Network network = { .is_v6 = strchr(text, ':') != NULL };
    const int most = network.is_v6 ? 128 : 32;
    guint64 bits = (guint64)most;

    if (parts[0] == NULL
        || inet_pton(network.is_v6 ? AF_INET6 : AF_INET, parts[0], network.bytes) != 1
        || (parts[1] != NULL
            && !g_ascii_string_to_unsigned(parts[1], 10, 0, (guint64)most, &bits, NULL))) {
        return false;
    }
    network.bits = (int)bits;
    *ret = network;
    return true;
}

static bool
contains(const Network *self, const guchar *bytes, bool is_v6)
{
    const size_t whole = (size_t)self->bits / 8;
    const int rest = self->bits % 8;
    const guchar mask = (guchar)(0xFF00u >> rest);

    return self->is_v6 == is_v6 && memcmp(self->bytes, bytes, whole) == 0
           && (rest == 0 || ((self->bytes[whole] ^ bytes[whole]) & mask) == 0);
}

static bool
is_in(const char *text, const guchar *bytes, bool is_v6)
{
    Network network = { 0 };

    return parse(text, &network) && contains(&network, bytes, is_v6);
}

static const char *
find(const Refused *table, size_t n, const guchar *bytes, bool is_v6)
{
    for (size_t i = 0; i < n; i++) {
        if (is_in(table[i].network, bytes, is_v6)) {
            return table[i].what;
        }
    }
    return NULL;
}

static bool
is_allowed(const JwWebhookNet *self, const guchar *bytes, bool is_v6)
{
    for (guint i = 0; i < self->allowed->len; i++) {
        if (contains(&g_array_index(self->allowed, Network, i), bytes, is_v6)) {
            return true;
        }
    }
    return false;
}

/* NULL: it may be reached. */
static const char *
refuse_v4(const JwWebhookNet *self, const guchar *bytes)
{
    return is_allowed(self, bytes, false)
               ? NULL
               : find(refused_v4, G_N_ELEMENTS(refused_v4), bytes, false);
}

static const char *
refuse_v6(const JwWebhookNet *self, const guchar *bytes)
{
    if (is_allowed(self, bytes, true)) {
        return NULL;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(embedding); i++) {
        if (is_in(embedding[i].network, bytes, true)) {
            return refuse_v4(self, bytes + embedding[i].at);
        }
    }
    const char *what = find(refused_v6, G_N_ELEMENTS(refused_v6), bytes, true);
    return what != NULL || (bytes[0] & 0xE0) == 0x20 ? what : "a reserved address";
}

bool
jw_webhook_net_allows(const JwWebhookNet *self, const struct sockaddr *address,
                      const char **ret_why)
{
    g_return_val_if_fail(self != NULL && address != NULL && ret_why != NULL, false);
    const char *why = "no address of the internet";

    if (address->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, address, sizeof v4);
        why = refuse_v4(self, (const guchar *)&v4.sin_addr);
    } else if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, address, sizeof v6);
        why = refuse_v6(self, (const guchar *)&v6.sin6_addr);
    }
    *ret_why = why;
    return why == NULL;
}

bool
jw_webhook_net_http(const JwWebhookNet *self)
{
    return self->http;
}

void
jw_webhook_net_free(gpointer data)
{
    JwWebhookNet *self = data;

    if (self != NULL) {
        g_array_unref(self->allowed);
        g_free(self);
    }
}

JwWebhookNet *
jw_webhook_net_new(const char *allowed, bool http, GError **error)
{
    g_autoptr(JwWebhookNet) self = g_new0(JwWebhookNet, 1);
    g_auto(GStrv) texts = g_strsplit_set(allowed != NULL ? allowed : "", " \t\r\n,", -1);

    self->allowed = g_array_new(FALSE, TRUE, sizeof(Network));
    self->http = http;
    for (size_t i = 0; texts[i] != NULL; i++) {
        Network network = { 0 };

        if (texts[i][0] == '\0') {
            continue;
        }
        if (!parse(texts[i], &network)) {
            return jw_fail_null(error, JW_ERROR_INVALID,
                                "JW_WEBHOOK_ALLOW_PRIVATE: '%s' is no network; write an address "
                                "and the bits of its mask, as 10.1.0.0/16 or fd00::/8",
                                texts[i]);
        }
        g_array_append_val(self->allowed, network);
    }
    return g_steal_pointer(&self);
}
