/* bus_brokers.c: whether a list of brokers is one: librdkafka drops what it cannot read with a word
 * in its log, and a service would wait for brokers for ever. Any thread. */
#include "jw/bus.h"

#include "jw/text.h"

#include <arpa/inet.h>
#include <string.h>

#define PORT_MAX 65535

static bool
is_ipv6(const char *text)
{
    struct in6_addr address;

    return inet_pton(AF_INET6, text, &address) == 1;
}

/* "host", "host:9092", "[::1]:9092", "::1", each also after a protocol such as "SSL://": what
 * librdkafka takes. */
static bool
is_broker(const char *item)
{
    const char *scheme = strstr(item, "://");
    const char *text = scheme != NULL ? scheme + strlen("://") : item;
    const char *colon = strrchr(text, ':');
    int64_t port = 0;

    if (is_ipv6(text)) {
        return true;
    }
    const size_t length = colon != NULL ? (size_t)(colon - text) : strlen(text);
    g_autofree char *host = g_strndup(text, length);
    if (colon != NULL && host[0] == '[' && length > 1 && host[length - 1] == ']') {
        g_autofree char *inner = g_strndup(host + 1, length - 2);
        return is_ipv6(inner) && jw_text_int64(colon + 1, "port", 1, PORT_MAX, &port, NULL);
    }
    return length > 0 && strcspn(host, ":/[]@ \t") == length
           && (colon == NULL || jw_text_int64(colon + 1, "port", 1, PORT_MAX, &port, NULL));
}

bool
jw_bus_brokers_check(const char *brokers, GError **error)
{
    g_auto(GStrv) items = jw_text_list(brokers);
    g_autoptr(GString) wrong = g_string_new(NULL);

    for (size_t i = 0; items[i] != NULL; i++) {
        if (!is_broker(items[i])) {
            g_string_append_printf(wrong, "%s'%s'", wrong->len > 0 ? ", " : "", items[i]);
        }
    }
    if (items[0] == NULL) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "JW_KAFKA_BROKERS: there are no Kafka brokers; give host:port, several with "
                       "commas");
    }
    return wrong->len == 0
           || jw_fail(
               error, JW_ERROR_INVALID,
               "JW_KAFKA_BROKERS: %s: no host:port; write it as in kafka-1:9092, with a port "
               "from 1 to %d",
               wrong->str, PORT_MAX);
}
