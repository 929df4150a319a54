/* test_smtp_tls.c: what may be sent unencrypted, and to whom. */
#include "smtp_script.h"
#include "testkit.h"

#include "jw/mail.h"

#include <string.h>

typedef struct {
    const char *name;
    TkSmtpTls server;
    const char *scheme, *host, *tls;
    bool trusted; /* the client is given the server's certificate */
    JwMailOutcome outcome;
    bool encrypted;
    TkSmtpStep step;
    size_t n_steps;
} Row;

#define REFUSES_TLS { TK_SMTP_STARTTLS, TK_SMTP_SAY, "454 not now\r\n", 0, 0 }, 1
#define DROPS_TLS   { TK_SMTP_STARTTLS, TK_SMTP_CLOSE, NULL, 0, 0 }, 1
/* CVE-2011-0411: what a man in the middle puts behind the leave to begin TLS. */
#define INJECTS                                                                                    \
    { TK_SMTP_STARTTLS, TK_SMTP_SAY, "220 go\r\n250-evil\r\n250 AUTH PLAIN\r\n", 0, 0 }, 1
#define NOTHING { TK_SMTP_QUIT, TK_SMTP_CLOSE, NULL, 0, 0 }, 0

static const Row rows[] = {
    { "STARTTLS", TK_SMTP_OFFER_TLS, "smtp", "127.0.0.1", "always", true, JW_MAIL_SENT, true,
      NOTHING },
    { "STARTTLS when it is there", TK_SMTP_OFFER_TLS, "smtp", "127.0.0.1", "try", true,
      JW_MAIL_SENT, true, NOTHING },
    { "offered, not wanted", TK_SMTP_OFFER_TLS, "smtp", "127.0.0.1", "never", true, JW_MAIL_SENT,
      false, NOTHING },
    { "unknown authority", TK_SMTP_OFFER_TLS, "smtp", "127.0.0.1", "always", false, JW_MAIL_LATER,
      false, NOTHING },
    { "unknown authority, try", TK_SMTP_OFFER_TLS, "smtp", "127.0.0.1", "try", false, JW_MAIL_LATER,
      false, NOTHING },
    { "other host", TK_SMTP_OFFER_TLS, "smtp", "localhost", "always", true, JW_MAIL_LATER, false,
      NOTHING },
    { "STARTTLS stripped", TK_SMTP_PLAIN, "smtp", "127.0.0.1", "always", false, JW_MAIL_LATER,
      false, NOTHING },
    { "not there, try", TK_SMTP_PLAIN, "smtp", "127.0.0.1", "try", false, JW_MAIL_SENT, false,
      NOTHING },
    { "STARTTLS 454", TK_SMTP_OFFER_TLS, "smtp", "127.0.0.1", "always", true, JW_MAIL_LATER, false,
      REFUSES_TLS },
    { "STARTTLS dropped", TK_SMTP_OFFER_TLS, "smtp", "127.0.0.1", "always", true, JW_MAIL_LATER,
      false, DROPS_TLS },
    { "plaintext after STARTTLS", TK_SMTP_OFFER_TLS, "smtp", "127.0.0.1", "always", true,
      JW_MAIL_LATER, false, INJECTS },
    { "plaintext after STARTTLS, try", TK_SMTP_OFFER_TLS, "smtp", "127.0.0.1", "try", true,
      JW_MAIL_LATER, false, INJECTS },
    { "smtps", TK_SMTP_IMPLICIT_TLS, "smtps", "127.0.0.1", NULL, true, JW_MAIL_SENT, true,
      NOTHING },
    { "smtps, unknown authority", TK_SMTP_IMPLICIT_TLS, "smtps", "127.0.0.1", NULL, false,
      JW_MAIL_LATER, false, NOTHING },
    { "smtps to a plain server", TK_SMTP_PLAIN, "smtps", "127.0.0.1", NULL, false, JW_MAIL_LATER,
      false, NOTHING },
};

static void
test_table(void **state)
{
    (void)state;
    static const char text[] = "Subject: x\r\n\r\nbody\r\n";
    g_autoptr(GBytes) message = g_bytes_new_static(text, sizeof text - 1);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const Row *row = &rows[i];
        g_autoptr(TkSmtp) server = tk_smtp_start(&row->step, row->n_steps, row->server);
        g_autofree char *url =
            g_strdup_printf("%s://%s:%d", row->scheme, row->host, tk_smtp_port(server));
        g_autofree char *ca_file = row->trusted ? g_strdup(tk_smtp_ca_file(server)) : NULL;
        g_autofree char *tls = g_strdup(row->tls);
        const JwMailConfig config = {
            .url = url, .tls = tls, .ca_file = ca_file, .timeout_ms = 3000
        };
        g_autoptr(GError) error = NULL;
        g_autoptr(JwMail) mail = jw_mail_smtp_new(&config, &error);
        assert_ok(mail, error);
        JwMailOutcome outcome = JW_MAIL_FAILED;
        g_autofree char *reply = NULL;
        assert_ok(jw_mail_send(mail, "a@example.org", "b@example.org", message, NULL, NULL,
                               &outcome, &reply, &error),
                  error);
        g_autofree char *commands = tk_smtp_commands(server);
        bool mail_seen = strstr(commands, "MAIL FROM") != NULL;
        bool sent = row->outcome == JW_MAIL_SENT;
        if (outcome != row->outcome || tk_smtp_had_tls(server) != row->encrypted
            || tk_smtp_dots(server) != (sent ? 1 : 0) || mail_seen != sent || reply[0] == '\0') {
            fail_msg("%s: %s, \"%s\", TLS %d, MAIL %d", row->name, jw_mail_outcome_name(outcome),
                     reply, tk_smtp_had_tls(server), mail_seen);
        }
    }
}

static void
test_a_tls_connection_is_kept(void **state)
{
    (void)state;
    g_autoptr(TkSmtp) server = tk_smtp_start(NULL, 0, TK_SMTP_OFFER_TLS);
    g_autofree char *url = g_strdup_printf("smtp://127.0.0.1:%d", tk_smtp_port(server));
    g_autofree char *ca_file = g_strdup(tk_smtp_ca_file(server));
    char always[] = "always";
    const JwMailConfig config = { .url = url, .tls = always, .ca_file = ca_file };
    g_autoptr(GError) error = NULL;
    g_autoptr(JwMail) mail = jw_mail_smtp_new(&config, &error);
    assert_ok(mail, error);
    assert_ok(jw_mail_ping(mail, &error), error);
    g_autoptr(GBytes) message = g_bytes_new_static("x\r\n", 3);
    for (int i = 0; i < 3; i++) {
        JwMailOutcome outcome = JW_MAIL_FAILED;
        g_autofree char *reply = NULL;
        assert_ok(jw_mail_send(mail, "a@example.org", "b@example.org", message, NULL, NULL,
                               &outcome, &reply, &error),
                  error);
        assert_int_equal(outcome, JW_MAIL_SENT);
    }
    assert_int_equal(tk_smtp_connections(server), 2); /* one was the ping's */
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_a_tls_connection_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
