/* test_smtp_pool.c: who may use which connection to the mail server, and whether it is tried at
 * all: threads, caps, login, readiness, the breaker, what the server must offer. */
#include "smtp_client.h"

#include "jw/clock.h"
#include "jw/metrics.h"
#include "jw/sync.h"

#include <string.h>

static JwMailOutcome
send_whole(JwMail *mail, const char *recipient, GBytes *message, char **ret_reply)
{
    g_autofree char *reply = NULL;
    g_autoptr(GError) error = NULL;
    JwMailOutcome outcome = JW_MAIL_FAILED;
    assert_ok(
        jw_mail_send(mail, "a@b.example", recipient, message, NULL, NULL, &outcome, &reply, &error),
        error);
    if (ret_reply != NULL) {
        *ret_reply = g_steal_pointer(&reply);
    }
    return outcome;
}

static JwMailOutcome
send_to(JwMail *mail, const char *recipient, char **ret_reply)
{
    g_autoptr(GBytes) message = body(1);
    return send_whole(mail, recipient, message, ret_reply);
}

static JwMailOutcome
send_bytes(JwMail *mail, GBytes *message, char **ret_reply)
{
    return send_whole(mail, "to@example.org", message, ret_reply);
}

static gpointer
send_ten(gpointer data)
{
    JwMail *mail = data;
    g_autoptr(GBytes) message = body(50);
    size_t sent = 0;
    for (int i = 0; i < 10; i++) {
        JwMailOutcome outcome;
        g_autofree char *reply = NULL;
        g_autoptr(GError) error = NULL;
        if (jw_mail_send(mail, "from@example.org", "to@example.org", message, NULL, NULL, &outcome,
                         &reply, &error)
            && outcome == JW_MAIL_SENT) {
            sent += 1;
        }
    }
    return GSIZE_TO_POINTER(sent);
}

static void
test_threads_share_two_connections(void **state)
{
    (void)state;
    g_autoptr(TkSmtp) server = tk_smtp_start(NULL, 0, TK_SMTP_PLAIN);
    g_autoptr(JwMail) mail = client(tk_smtp_port(server), LONG_MS);
    GThread *threads[6];
    for (size_t i = 0; i < G_N_ELEMENTS(threads); i++) {
        threads[i] = g_thread_new("sender", send_ten, mail);
    }
    size_t sent = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(threads); i++) {
        sent += GPOINTER_TO_SIZE(g_thread_join(threads[i]));
    }
    assert_int_equal(sent, 60);
    assert_int_equal(tk_smtp_dots(server), 60);
    assert_in_range(tk_smtp_connections(server), 1, 2);
}

static void
test_login(void **state)
{
    (void)state;
    for (int refuse = 0; refuse <= 1; refuse++) {
        static const TkSmtpStep step = { TK_SMTP_AUTH, TK_SMTP_SAY, "535 5.7.8 no\r\n", 0, 0 };
        g_autoptr(TkSmtp) server = tk_smtp_start(&step, (size_t)refuse, TK_SMTP_PLAIN);
        g_autofree char *url =
            g_strdup_printf("smtp://me:s%%40cret@127.0.0.1:%d", tk_smtp_port(server));
        char helo[] = "client.example";
        const JwMailConfig config = { .url = url, .helo = helo };
        g_autoptr(GError) error = NULL;
        g_autoptr(JwMail) mail = jw_mail_smtp_new(&config, &error);
        assert_ok(mail, error);
        g_autoptr(GBytes) message = body(1);
        g_autofree char *reply = NULL;
        assert_int_equal(send_bytes(mail, message, &reply), refuse ? JW_MAIL_LATER : JW_MAIL_SENT);
        g_autofree char *commands = tk_smtp_commands(server);
        assert_non_null(strstr(commands, "EHLO client.example\r\n"));
        assert_non_null(strstr(commands, "AUTH PLAIN"));
        assert_null(strstr(reply, "cret"));
        if (refuse) {
            assert_string_equal(reply, "535 5.7.8 no");
        }
    }
}

static void
test_login_that_the_server_does_not_know(void **state)
{
    (void)state;
    static const TkSmtpStep step = { TK_SMTP_EHLO, TK_SMTP_SAY, "250 script\r\n", 0, 0 };
    g_autoptr(TkSmtp) server = tk_smtp_start(&step, 1, TK_SMTP_PLAIN);
    g_autofree char *url = g_strdup_printf("smtp://me:cret@127.0.0.1:%d", tk_smtp_port(server));
    const JwMailConfig config = { .url = url };
    g_autoptr(GError) error = NULL;
    g_autoptr(JwMail) mail = jw_mail_smtp_new(&config, &error);
    assert_ok(mail, error);
    g_autoptr(GBytes) message = body(1);
    g_autofree char *reply = NULL;
    assert_int_equal(send_bytes(mail, message, &reply), JW_MAIL_LATER);
    assert_true(g_pattern_match_simple("*offers no login*JW_SMTP_USER*", reply));
    g_autofree char *commands = tk_smtp_commands(server);
    assert_null(strstr(commands, "MAIL FROM"));
    assert_null(strstr(commands, "cret"));
}

/* What the server must offer for it: without that it fails at once and stops nobody else. */
static void
test_what_is_not_ascii(void **state)
{
    (void)state;
    static const struct {
        const char *name, *offers, *recipient, *message;
        JwMailOutcome outcome;
        const char *says; /* a command, or a part of the reply */
    } cases[] = {
        { "SMTPUTF8", "250-script\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n", "m\xc3\xbcller@b.example",
          "To: m\xc3\xbcller@b.example\r\n\r\nx\r\n", JW_MAIL_SENT,
          "MAIL FROM:<a@b.example> BODY=8BITMIME SMTPUTF8\r\nRCPT "
          "TO:<m\xc3\xbcller@b.example>\r\n" },
        { "not offered", "250-script\r\n250 8BITMIME\r\n", "m\xc3\xbcller@b.example",
          "To: m\xc3\xbcller@b.example\r\n\r\nx\r\n", JW_MAIL_FAILED,
          "the mail server does not offer SMTPUTF8, which this address needs" },
        { "an offer that begins so", "250-script\r\n250 SMTPUTF8X\r\n", "m\xc3\xbcller@b.example",
          "\r\nx\r\n", JW_MAIL_FAILED, "the mail server does not offer SMTPUTF8*" },
        { "8 bits", "250-script\r\n250 8BITMIME\r\n", "c@b.example", "\r\n\xc3\xbc\r\n",
          JW_MAIL_SENT, "MAIL FROM:<a@b.example> BODY=8BITMIME\r\n" },
        { "8 bits without 8BITMIME", "250-script\r\n250 SIZE\r\n", "c@b.example",
          "\r\n\xc3\xbc\r\n", JW_MAIL_FAILED,
          "the mail server does not offer 8BITMIME, which this message needs" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const TkSmtpStep step = { TK_SMTP_EHLO, TK_SMTP_SAY, cases[i].offers, 0, 0 };
        g_autoptr(TkSmtp) server = tk_smtp_start(&step, 1, TK_SMTP_PLAIN);
        g_autoptr(JwMail) mail = client(tk_smtp_port(server), LONG_MS);
        g_autoptr(GBytes) message = g_bytes_new_static(cases[i].message, strlen(cases[i].message));
        g_autoptr(GBytes) plain = body(1);
        JwMailOutcome outcome = JW_MAIL_LATER;
        g_autofree char *reply = NULL;
        g_autoptr(GError) error = NULL;
        assert_ok(jw_mail_send(mail, "a@b.example", cases[i].recipient, message, NULL, NULL,
                               &outcome, &reply, &error),
                  error);
        g_autofree char *commands = tk_smtp_commands(server);
        const bool sent = cases[i].outcome == JW_MAIL_SENT;
        const bool said = sent ? strstr(commands, cases[i].says) != NULL
                               : g_pattern_match_simple(cases[i].says, reply);
        if (outcome != cases[i].outcome || !said || tk_smtp_dots(server) != (sent ? 1 : 0)
            || (strstr(commands, "MAIL") != NULL) != sent) {
            fail_msg("%s: %s, %s, %s", cases[i].name, jw_mail_outcome_name(outcome), reply,
                     commands);
        }
        assert_int_equal(send_bytes(mail, plain, NULL), JW_MAIL_SENT);
        assert_int_equal(tk_smtp_connections(server), 1);
    }
}

typedef struct {
    JwMail *mail;
    JwStop *at_dot, *go_on;
    const char *recipient;
    JwMailOutcome outcome;
} Held;

static bool
hold_at_dot(gpointer data)
{
    Held *self = data;
    jw_stop_set(self->at_dot);
    return jw_stop_wait(self->go_on, LONG_MS);
}

static gpointer
send_held(gpointer data)
{
    Held *self = data;
    g_autoptr(GBytes) message = body(1);
    g_autofree char *reply = NULL;
    g_autoptr(GError) error = NULL;
    if (!jw_mail_send(self->mail, "a@b.example", self->recipient, message, hold_at_dot, self,
                      &self->outcome, &reply, &error)) {
        self->outcome = JW_MAIL_FAILED;
    }
    return NULL;
}

/* One domain may not take all connections; others do not wait for it. */
static void
test_a_cap_for_each_domain(void **state)
{
    (void)state;
    g_autoptr(TkSmtp) server = tk_smtp_start(NULL, 0, TK_SMTP_PLAIN);
    g_autofree char *url = g_strdup_printf("smtp://127.0.0.1:%d", tk_smtp_port(server));
    const JwMailConfig config = {
        .url = url, .timeout_ms = LONG_MS, .connections = 3, .domain_connections = 1
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(JwMail) mail = jw_mail_smtp_new(&config, &error);
    assert_ok(mail, error);
    g_autoptr(JwStop) at_dot = jw_stop_new();
    g_autoptr(JwStop) go_on = jw_stop_new();
    Held held = { mail, at_dot, go_on, "one@Big.example", JW_MAIL_FAILED };
    GThread *thread = g_thread_new("held", send_held, &held);
    assert_true(jw_stop_wait(at_dot, LONG_MS));
    g_autofree char *reply = NULL;
    assert_int_equal(send_to(mail, "two@big.example", &reply), JW_MAIL_BUSY);
    assert_true(g_pattern_match_simple("*JW_SMTP_DOMAIN_CONNECTIONS*", reply));
    assert_int_equal(send_to(mail, "two@other.example", NULL), JW_MAIL_SENT);
    assert_int_equal(jw_mail_wait_ms(mail), 0);
    jw_stop_set(go_on);
    g_thread_join(thread);
    assert_int_equal(held.outcome, JW_MAIL_SENT);
    assert_int_equal(send_to(mail, "two@big.example", NULL), JW_MAIL_SENT);
    assert_int_equal(tk_smtp_dots(server), 3);
}

static JwMail *
cautious(TkSmtp *server, int64_t wait_ms)
{
    g_autofree char *url = g_strdup_printf("smtp://127.0.0.1:%d", tk_smtp_port(server));
    const JwMailConfig config = {
        .url = url, .timeout_ms = LONG_MS, .breaker_failures = 2, .breaker_wait_ms = wait_ms
    };
    g_autoptr(GError) error = NULL;
    JwMail *mail = jw_mail_smtp_new(&config, &error);
    assert_ok(mail, error);
    return mail;
}

/* A server that lets nobody in is left alone. */
static void
test_the_breaker(void **state)
{
    (void)state;
    static const TkSmtpStep steps[] = {
        { TK_SMTP_BANNER, TK_SMTP_SAY, "554 away\r\n", 0, 1 },
        { TK_SMTP_BANNER, TK_SMTP_SAY, "421 busy\r\n", 0, 2 },
    };
    g_autoptr(TkSmtp) server = tk_smtp_start(steps, G_N_ELEMENTS(steps), TK_SMTP_PLAIN);
    g_autoptr(JwMail) mail = cautious(server, 3600000);
    JwMetric *gauge = jw_metric_gauge("jobwire_smtp_breaker_open", "", NULL);
    g_autoptr(GError) error = NULL;
    assert_int_equal(send_to(mail, "a@b.example", NULL), JW_MAIL_LATER);
    assert_int_equal(jw_mail_wait_ms(mail), 0);
    assert_int_equal(send_to(mail, "a@b.example", NULL), JW_MAIL_LATER);
    assert_in_range(jw_mail_wait_ms(mail), 1800000, 5400000);
    assert_true(jw_metric_value(gauge, NULL) == 1);
    g_autofree char *reply = NULL;
    for (int i = 0; i < 3; i++) {
        g_clear_pointer(&reply, g_free);
        assert_int_equal(send_to(mail, "a@b.example", &reply), JW_MAIL_BUSY);
        assert_true(g_pattern_match_simple("*not tried for now: 421 busy", reply));
        assert_false(jw_mail_ping(mail, &error));
        assert_jw_error(error, JW_ERROR_UNAVAILABLE, "*mails wait*tried again in * s: 421 busy");
    }
    assert_int_equal(tk_smtp_connections(server), 2);
}

/* Who looks whether it is ready finds it again, and no mail is spent on that. */
static void
test_the_trial(void **state)
{
    (void)state;
    static const TkSmtpStep steps[] = {
        { TK_SMTP_BANNER, TK_SMTP_SAY, "554 away\r\n", 0, 1 },
        { TK_SMTP_BANNER, TK_SMTP_SAY, "421 busy\r\n", 0, 2 },
    };
    g_autoptr(TkSmtp) server = tk_smtp_start(steps, G_N_ELEMENTS(steps), TK_SMTP_PLAIN);
    g_autoptr(JwMail) mail = cautious(server, 1);
    g_autoptr(JwStop) never = jw_stop_new();
    g_autoptr(GError) error = NULL;
    for (int i = 0; i < 2; i++) {
        assert_false(jw_mail_ping(mail, &error));
        assert_jw_error(error, JW_ERROR_UNAVAILABLE, "the mail server is not usable: *");
    }
    while (jw_mail_wait_ms(mail) > 0) {
        (void)jw_stop_wait(never, 1);
    }
    assert_ok(jw_mail_ping(mail, &error), error);
    assert_true(jw_metric_value(jw_metric_gauge("jobwire_smtp_breaker_open", "", NULL), NULL) == 0);
    assert_int_equal(send_to(mail, "a@b.example", NULL), JW_MAIL_SENT);
    assert_int_equal(tk_smtp_connections(server), 4);
}

static void
test_ping(void **state)
{
    (void)state;
    static const struct {
        TkSmtpStep step;
        const char *said; /* NULL: it is well */
    } cases[] = {
        { { TK_SMTP_QUIT, TK_SMTP_CLOSE, NULL, 0, 0 }, NULL },
        { { TK_SMTP_NOOP, TK_SMTP_SAY, "421 not now\r\n", 0, 0 }, "*421 not now" },
        { { TK_SMTP_BANNER, TK_SMTP_SAY_CLOSE, "554 away\r\n", 0, 0 }, "*554 away" },
        { { TK_SMTP_NOOP, TK_SMTP_STALL, NULL, 0, 0 }, "*not usable: ?*" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(TkSmtp) server = tk_smtp_start(&cases[i].step, 1, TK_SMTP_PLAIN);
        g_autoptr(JwMail) mail = client(tk_smtp_port(server), SHORT_MS);
        g_autoptr(GError) error = NULL;
        bool well = jw_mail_ping(mail, &error);
        assert_int_equal(well, cases[i].said == NULL);
        if (!well) {
            assert_jw_error(error, JW_ERROR_UNAVAILABLE, cases[i].said);
            continue;
        }
        g_autofree char *commands = tk_smtp_commands(server);
        assert_non_null(strstr(commands, "NOOP"));
        assert_null(strstr(commands, "MAIL"));
        assert_ok(jw_mail_ping(mail, &error), error); /* it is known */
        assert_int_equal(tk_smtp_connections(server), 1);
    }
}

static void
test_ping_without_a_server(void **state)
{
    (void)state;
    TkSmtp *server = tk_smtp_start(NULL, 0, TK_SMTP_PLAIN);
    g_autoptr(JwMail) mail = client(tk_smtp_port(server), SHORT_MS);
    g_autoptr(GError) error = NULL;
    tk_smtp_stop(server);
    assert_false(jw_mail_ping(mail, &error));
    assert_jw_error(error, JW_ERROR_UNAVAILABLE, "the mail server is not usable: ?*");
}

/* What mails have seen is enough. */
static void
test_ping_beside_mails(void **state)
{
    (void)state;
    static const TkSmtpStep step = { TK_SMTP_BANNER, TK_SMTP_SAY, "554 away\r\n", 0, 2 };
    g_autoptr(TkSmtp) server = tk_smtp_start(&step, 1, TK_SMTP_PLAIN);
    g_autoptr(JwMail) mail = client(tk_smtp_port(server), LONG_MS);
    g_autoptr(GError) error = NULL;
    assert_int_equal(send_to(mail, "a@b.example", NULL), JW_MAIL_SENT);
    assert_ok(jw_mail_ping(mail, &error), error);
    assert_int_equal(tk_smtp_connections(server), 1);
}

static void
test_free_does_not_wait_for_quit(void **state)
{
    (void)state;
    static const TkSmtpStep step = { TK_SMTP_QUIT, TK_SMTP_STALL, NULL, 0, 0 };
    g_autoptr(TkSmtp) server = tk_smtp_start(&step, 1, TK_SMTP_PLAIN);
    JwMail *mail = client(tk_smtp_port(server), LONG_MS);
    g_autoptr(GBytes) message = body(1);
    assert_int_equal(send_bytes(mail, message, NULL), JW_MAIL_SENT);
    int64_t before_ms = jw_clock_mono_ms(jw_clock_system());
    jw_mail_free(mail);
    assert_true(jw_clock_mono_ms(jw_clock_system()) - before_ms < 5000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threads_share_two_connections),
        cmocka_unit_test(test_login),
        cmocka_unit_test(test_login_that_the_server_does_not_know),
        cmocka_unit_test(test_what_is_not_ascii),
        cmocka_unit_test(test_a_cap_for_each_domain),
        cmocka_unit_test(test_the_breaker),
        cmocka_unit_test(test_the_trial),
        cmocka_unit_test(test_ping),
        cmocka_unit_test(test_ping_without_a_server),
        cmocka_unit_test(test_ping_beside_mails),
        cmocka_unit_test(test_free_does_not_wait_for_quit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
