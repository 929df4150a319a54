/* test_net.c: which addresses and URLs a webhook may have. */
#include "testkit.h"

#include "jw/webhook_net.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static JwWebhookNet *
new_net(const char *allowed, bool http)
{
    g_autoptr(GError) error = NULL;
    JwWebhookNet *net = jw_webhook_net_new(allowed, http, &error);

    assert_ok(net != NULL, error);
    return net;
}

static bool
allows(const JwWebhookNet *net, const char *text, const char **ret_why)
{
    struct sockaddr_in v4 = { .sin_family = AF_INET };
    struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };

    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1) {
        return jw_webhook_net_allows(net, (const struct sockaddr *)&v4, ret_why);
    }
    assert_int_equal(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
    return jw_webhook_net_allows(net, (const struct sockaddr *)&v6, ret_why);
}

static const struct {
    const char *address, *why; /* NULL: it may be reached */
} addresses[] = {
    { "0.0.0.0", "this network" },
    { "0.1.2.3", "this network" },
    { "1.0.0.0", NULL },
    { "9.255.255.255", NULL },
    { "10.0.0.0", "private" },
    { "10.255.255.255", "private" },
    { "11.0.0.0", NULL },
    { "100.63.255.255", NULL },
    { "100.64.0.0", "CGNAT" },
    { "100.127.255.255", "CGNAT" },
    { "100.128.0.0", NULL },
    { "126.255.255.255", NULL },
    { "127.0.0.1", "loopback" },
    { "127.255.255.255", "loopback" },
    { "128.0.0.0", NULL },
    { "169.253.255.255", NULL },
    { "169.254.0.0", "link-local" },
    { "169.254.169.254", "link-local" }, /* the metadata of clouds */
    { "169.255.0.0", NULL },
    { "172.15.255.255", NULL },
    { "172.16.0.0", "private" },
    { "172.31.255.255", "private" },
    { "172.32.0.0", NULL },
    { "192.0.0.192", "reserved" }, /* the metadata of one of them */
    { "192.0.1.0", NULL },
    { "192.0.2.1", "documentation" },
    { "192.88.99.1", "reserved" },
    { "192.167.255.255", NULL },
    { "192.168.0.0", "private" },
    { "192.168.255.255", "private" },
    { "192.169.0.0", NULL },
    { "198.17.255.255", NULL },
    { "198.18.0.0", "benchmarks" },
    { "198.19.255.255", "benchmarks" },
    { "198.20.0.0", NULL },
    { "198.51.100.7", "documentation" },
    { "203.0.113.7", "documentation" },
    { "223.255.255.255", NULL },
    { "224.0.0.1", "multicast" },
    { "239.255.255.255", "multicast" },
    { "240.0.0.1", "reserved" },
    { "255.255.255.255", "reserved" },
    { "::", "no address" },
    { "::1", "loopback" },
    { "::2", "reserved" },
    { "::7f00:1", "reserved" }, /* compatible with IPv4, once */
    { "::ffff:127.0.0.1", "loopback" },
    { "::ffff:10.1.2.3", "private" },
    { "::ffff:169.254.169.254", "link-local" },
    { "::ffff:100.64.0.1", "CGNAT" },
    { "::ffff:8.8.8.8", NULL },
    { "64:ff9b::7f00:1", "loopback" }, /* NAT64 */
    { "64:ff9b::a9fe:a9fe", "link-local" },
    { "64:ff9b::808:808", NULL },
    { "64:ff9b:1::808:808", "reserved" },
    { "2002:7f00:1::", "loopback" }, /* 6to4 */
    { "2002:a00:1::1", "private" },
    { "2002:808:808::1", NULL },
    { "100::1", "reserved" },
    { "2001::1", "reserved" }, /* Teredo */
    { "2001:1ff:ffff::", "reserved" },
    { "2001:200::1", NULL },
    { "2001:db8::1", "documentation" },
    { "3fff::1", "documentation" },
    { "2606:4700::1111", NULL },
    { "2a00:1450:4001::1", NULL },
    { "3ffe::1", NULL },
    { "4000::1", "reserved" },
    { "5f00::1", "reserved" },
    { "fc00::1", "private" },
    { "fd00:ec2::254", "private" }, /* metadata again */
    { "fdff::1", "private" },
    { "fe80::1", "link-local" },
    { "febf::1", "link-local" },
    { "fec0::1", "private" },
    { "ff02::1", "multicast" },
};

static void
test_addresses(void **state G_GNUC_UNUSED)
{
    g_autoptr(JwWebhookNet) net = new_net(NULL, false);

    for (size_t i = 0; i < G_N_ELEMENTS(addresses); i++) {
        const char *why = "?";
        const bool allowed = allows(net, addresses[i].address, &why);

        if (allowed != (addresses[i].why == NULL)
            || (addresses[i].why != NULL && strstr(why, addresses[i].why) == NULL)) {
            fail_msg("%s: allowed %d, %s", addresses[i].address, allowed, why);
        }
    }
}

static void
test_other_families(void **state G_GNUC_UNUSED)
{
    g_autoptr(JwWebhookNet) net = new_net("0.0.0.0/0 ::/0", true);
    const struct sockaddr local = { .sa_family = AF_UNIX };
    const char *why = NULL;

    assert_false(jw_webhook_net_allows(net, &local, &why));
    assert_string_equal(why, "no address of the internet");
}

static void
test_allowed_networks(void **state G_GNUC_UNUSED)
{
    g_autoptr(JwWebhookNet) net = new_net("10.1.0.0/16, 127.0.0.1 fd00:1::/33\n", false);
    const char *why = NULL;

    assert_true(allows(net, "10.1.255.255", &why));
    assert_false(allows(net, "10.2.0.0", &why));
    assert_false(allows(net, "10.0.255.255", &why));
    assert_true(allows(net, "127.0.0.1", &why));
    assert_true(allows(net, "::ffff:127.0.0.1", &why)); /* the same address */
    assert_false(allows(net, "127.0.0.2", &why));
    assert_true(allows(net, "fd00:1:7fff::", &why));
    assert_false(allows(net, "fd00:1:8000::", &why));
    assert_false(allows(net, "192.168.0.1", &why));
    assert_true(allows(net, "8.8.8.8", &why));
}

static void
test_no_networks(void **state G_GNUC_UNUSED)
{
    static const char *const wrong[] = { "10.0.0.0/33",   "10.0.0/8",   "10.0.0.0/",
                                         "10.0.0.0/-1",   "fd00::/129", "localhost",
                                         "10.0.0.0/8/8",  "10.0.0.0/a", "all",
                                         "2130706433/32", "::1%lo",     "10.0.0.0/+8" };

    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *text = g_strconcat("127.0.0.1 ", wrong[i], NULL);

        assert_null(jw_webhook_net_new(text, false, &error));
        g_autofree char *expected =
            g_strdup_printf("JW_WEBHOOK_ALLOW_PRIVATE: '%s' is no network*", wrong[i]);
        assert_jw_error(error, JW_ERROR_INVALID, expected);
    }
}

typedef struct {
    const char *url, *wrong; /* NULL: nothing */
} UrlCase;

static void
check_urls(const JwWebhookNet *net, const UrlCase *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        g_autofree char *wrong = jw_webhook_url_wrong(net, cases[i].url);

        if ((wrong == NULL) != (cases[i].wrong == NULL)
            || (wrong != NULL && strstr(wrong, cases[i].wrong) == NULL)) {
            fail_msg("%s: %s", cases[i].url, wrong);
        }
    }
}

static void
test_urls(void **state G_GNUC_UNUSED)
{
    static const UrlCase cases[] = {
        { "https://example.com/hooks", NULL },
        { "https://example.com", NULL },
        { "HTTPS://EXAMPLE.com:8443/a?b=c&d", NULL },
        { "https://8.8.8.8/", NULL },
        { "https://[2606:4700::1111]/", NULL },
        { "https://xn--mnchen-3ya.example/", NULL },
        { "http://example.com/", "JW_WEBHOOK_ALLOW_HTTP" },
        { "ftp://example.com/", "not with ftp:" },
        { "file:///etc/passwd", "with a host" },
        { "gopher://example.com/", "not with gopher:" },
        { "example.com/hooks", "with a host" },
        { "/hooks", "with a host" },
        { "https:///hooks", "with a host" },
        { "https://", "with a host" },
        { "https://exa mple.com/", "characters of a URL" },
        { "https://münchen.example/", "characters of a URL" },
        { "https://example.com/a\\b", "characters of a URL" },
        { "https://example.com/\r\nX: y", "characters of a URL" },
        { "https://ann:secret@example.com/", "no user or password" },
        { "https://ann@example.com/", "no user or password" },
        { "https://example.com/#top", "no fragment" },
        { "https://example.com/#", "no fragment" },
        { "https://example.com:0/", "port 0" },
        { "https://example.com:65536/", "with a host" },
        { "https://localhost/", "loopback" },
        { "https://LOCALHOST./", "loopback" },
        { "https://api.localhost/", "loopback" },
        { "https://127.0.0.1/", "loopback" },
        { "https://127.0.0.1./", "loopback" },
        { "https://127.1/", "loopback" },
        { "https://2130706433/", "loopback" },
        { "https://0x7f000001/", "loopback" },
        { "https://0x7f.0.0.1/", "loopback" },
        { "https://0177.0.0.1/", "loopback" },
        { "https://017700000001/", "loopback" },
        { "https://%31%32%37.0.0.1/", "with a host" },
        { "https://0/", "this network" },
        { "https://10.1/", "private" },
        { "https://167772161/", "private" },
        { "https://169.254.169.254/latest/meta-data/", "link-local" },
        { "https://0xa9fea9fe/", "link-local" },
        { "https://[::1]/", "loopback" },
        { "https://[::ffff:127.0.0.1]/", "loopback" },
        { "https://[::ffff:7f00:1]/", "loopback" },
        { "https://[64:ff9b::10.0.0.1]/", "private" },
        { "https://[fd00:ec2::254]/", "private" },
        { "https://[fe80::1%25eth0]/", "link-local" },
    };
    g_autoptr(JwWebhookNet) net = new_net(NULL, false);

    check_urls(net, cases, G_N_ELEMENTS(cases));
}

static void
test_urls_that_are_allowed(void **state G_GNUC_UNUSED)
{
    static const UrlCase cases[] = {
        { "http://127.0.0.1:8080/", NULL },      { "http://localhost:8080/", NULL },
        { "https://example.com/", NULL },        { "http://10.0.0.1/", "private" },
        { "ftp://127.0.0.1/", "not with ftp:" },
    };
    g_autoptr(JwWebhookNet) net = new_net("127.0.0.0/8", true);

    check_urls(net, cases, G_N_ELEMENTS(cases));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_other_families),
        cmocka_unit_test(test_allowed_networks),
        cmocka_unit_test(test_no_networks),
        cmocka_unit_test(test_urls),
        cmocka_unit_test(test_urls_that_are_allowed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
