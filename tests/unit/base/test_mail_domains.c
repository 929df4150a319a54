/* test_mail_domains.c: the domains that mail may go to. */
#include "testkit.h"

#include "jw/mail_domains.h"

static JwMailDomains *
domains(const char *list)
{
    g_autofree char *allow = g_strdup(list);
    const JwMailDomainsConfig config = { allow };
    g_autoptr(GError) error = NULL;
    JwMailDomains *self = jw_mail_domains_new(&config, &error);
    assert_ok(self, error);
    return self;
}

static void
test_who_is_allowed(void **state)
{
    (void)state;
    static const struct {
        const char *list, *address;
        bool allowed;
    } cases[] = {
        { NULL, "a@anywhere.example", true },
        { "example.com", "a@example.com", true },
        { "Example.COM", "a@eXample.com", true },
        { "example.com", "a@sub.example.com", false },
        { "example.com", "a@example.com.evil.org", false },
        { "example.com", "a@notexample.com", false },
        { "example.com", "example.com@evil.org", false },
        { "*.example.com", "a@sub.example.com", true },
        { "*.example.com", "a@deep.sub.example.com", true },
        { "*.example.com", "a@example.com", false },
        { "*.example.com", "a@notexample.com", false },
        { " one.org , *.two.org,", "a@one.org", true },
        { "one.org,*.two.org", "a@x.two.org", true },
        { "one.org,*.two.org", "a@three.org", false },
        { "m\xc3\xbcnchen.example", "a@xn--mnchen-3ya.example", true },
        { "*.m\xc3\xbcnchen.example", "a@x.xn--mnchen-3ya.example", true },
        { "xn--mnchen-3ya.example", "a@xn--mnchen-3ya.example", true },
        { "localhost", "root@localhost", true },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(JwMailDomains) self = domains(cases[i].list);
        if (jw_mail_domains_allow(self, cases[i].address) != cases[i].allowed) {
            fail_msg("%s: %s", cases[i].list, cases[i].address);
        }
    }
    assert_true(jw_mail_domains_allow(NULL, "a@b.example"));
}

static void
test_what_is_no_list(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "*", "*.",       "a@b.example",   "exa mple.com", "*example.com",    "a.*.com",
        ",", "10.0.0.1", "example.com;b", "*.*.com",      "http://b.example"
    };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autofree char *allow = g_strdup(bad[i]);
        const JwMailDomainsConfig config = { allow };
        g_autoptr(GError) error = NULL;
        assert_null(jw_mail_domains_new(&config, &error));
        assert_jw_error(error, JW_ERROR_INVALID, "JW_MAIL_ALLOW_DOMAINS*");
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_is_allowed),
        cmocka_unit_test(test_what_is_no_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
