/* test_config.c: the configuration of libs/mail. */
#include "testkit.h"

#include "jw/mail.h"

static void
refused(const JwMailConfig *config, const char *why)
{
    g_autoptr(GError) error = NULL;
    assert_null(jw_mail_smtp_new(config, &error));
    assert_jw_error(error, JW_ERROR_INVALID, why);
}

static void
taken(const JwMailConfig *config)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwMail) mail = jw_mail_smtp_new(config, &error);
    assert_ok(mail, error);
}

static char *
url(const char *text)
{
    return g_strdup(text);
}

static void
test_urls(void **state)
{
    (void)state;
    static const char *const good[] = { "smtp://localhost",     "smtp://mail.example:2525",
                                        "smtps://mail.example", "smtp://u:p@127.0.0.1:25/",
                                        "smtp://[::1]:1025",    "SMTP://mail.example" };
    static const char *const bad[] = {
        "",          "mail.example:25", "http://mail.example", "file:///etc/passwd",
        "smtp://",   "smtp://h/path",   "smtp://h?x=1",        "smtp://h:99999",
        "smtp:// h", "smtp://h\r\nQUIT"
    };
    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        g_autofree char *text = url(good[i]);
        taken(&(JwMailConfig){ .url = text });
    }
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autofree char *text = url(bad[i]);
        refused(&(JwMailConfig){ .url = text }, "JW_SMTP_URL*");
    }
    refused(&(JwMailConfig){ 0 }, "JW_SMTP_URL is missing");
}

static void
test_values(void **state)
{
    (void)state;
    char host[] = "smtp://mail.example";
    char local[] = "smtp://127.0.0.1";
    char sometimes[] = "sometimes";
    char attempt[] = "try";
    char user[] = "me";
    char from[] = "A\r\n <a@b.example>";
    char helo[] = "a b";
    refused(&(JwMailConfig){ .url = host, .tls = sometimes }, "JW_SMTP_TLS*");
    refused(&(JwMailConfig){ .url = host, .tls = attempt, .user = user },
            "*give the password away*");
    taken(&(JwMailConfig){ .url = local, .tls = attempt, .user = user });
    taken(&(JwMailConfig){ .url = host, .tls = attempt });
    refused(&(JwMailConfig){ .url = host, .from = from }, "JW_MAIL_FROM*");
    refused(&(JwMailConfig){ .url = host, .helo = helo }, "JW_SMTP_HELO*");
    refused(&(JwMailConfig){ .url = host, .connections = 2, .domain_connections = 3 },
            "JW_SMTP_DOMAIN_CONNECTIONS (3) must be at most JW_SMTP_CONNECTIONS (2)");
    taken(&(JwMailConfig){ .url = host, .connections = 2, .domain_connections = 2 });
    char foreign[] = "J\xc3\xb6rg <j\xc3\xb6rg@example.org>";
    refused(&(JwMailConfig){ .url = host, .from = foreign }, "JW_MAIL_FROM must be*ASCII*");
    char selector[] = "mail";
    refused(&(JwMailConfig){ .url = host, .dkim_selector = selector }, "JW_DKIM_SELECTOR*");
}

static void
test_table(void **state)
{
    (void)state;
    JwMailConfig config = { 0 };
    const JwConfigTable table = { "Mail", jw_mail_config_entries, jw_mail_n_config_entries,
                                  &config };
    const char *const environment[] = { "JW_SMTP_URL=smtp://u:hush@mail.example",
                                        "JW_MAIL_FROM=Jobwire <jobs@example.org>",
                                        "JW_SMTP_PASSWORD=hush2", NULL };
    g_autoptr(GError) error = NULL;
    assert_ok(jw_config_load(&table, 1, environment, &error), error);
    assert_string_equal(config.from, "Jobwire <jobs@example.org>");
    assert_int_equal(config.timeout_ms, 60000);
    assert_int_equal(config.connections, 4);
    assert_null(config.tls);
    g_autofree char *shown = jw_config_print(&table, 1, "", "");
    assert_null(strstr(shown, "hush"));
    taken(&config);
    jw_config_clear(&table, 1);

    JwMailConfig empty = { 0 };
    const JwConfigTable other = { "Mail", jw_mail_config_entries, jw_mail_n_config_entries,
                                  &empty };
    const char *const nothing[] = { NULL };
    assert_false(jw_config_load(&other, 1, nothing, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "*JW_SMTP_URL*");
    jw_config_clear(&other, 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_urls),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
