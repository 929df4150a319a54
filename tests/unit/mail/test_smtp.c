/* test_smtp.c: the SMTP adapter against a scripted server: what each fault at each phase means for
 * the mail, and whether the server has it. */
#include "smtp_client.h"

#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

typedef struct {
    const char *name;
    TkSmtpStep steps[2];
    JwMailOutcome outcome;
    const char *reply; /* glob */
    unsigned dots;     /* complete messages the server saw */
    unsigned asked;    /* calls of before_final_dot */
    bool big;          /* a body larger than all socket buffers */
    bool waits;        /* ends by our timeout */
} Row;

#define NO_STEPS                                                                                   \
    {                                                                                              \
        {                                                                                          \
            .phase = TK_SMTP_QUIT, .act = TK_SMTP_SAY, .text = "221 bye\r\n"                       \
        }                                                                                          \
    }
#define STEP(phase_, act_, text_)                                                                  \
    {                                                                                              \
        { .phase = TK_SMTP_##phase_, .act = TK_SMTP_##act_, .text = (text_) },                     \
        {                                                                                          \
            .phase = TK_SMTP_QUIT, .act = TK_SMTP_SAY, .text = "221 bye\r\n"                       \
        }                                                                                          \
    }

static const Row rows[] = {
    { "all well", NO_STEPS, JW_MAIL_SENT, "250 2.0.0 queued", 1, 1, false, false },
    { "big and well", NO_STEPS, JW_MAIL_SENT, "250*", 1, 1, true, false },

    { "greeting 554", STEP(BANNER, SAY, "554 go away\r\n"), JW_MAIL_LATER, "554 go away", 0, 0,
      false, false },
    { "greeting 421", STEP(BANNER, SAY_CLOSE, "421 busy\r\n"), JW_MAIL_LATER, "421 busy", 0, 0,
      false, false },
    { "greeting: closed", STEP(BANNER, CLOSE, NULL), JW_MAIL_LATER, "?*", 0, 0, false, false },
    { "greeting: reset", STEP(BANNER, RESET, NULL), JW_MAIL_LATER, "?*", 0, 0, false, false },
    { "greeting: silence", STEP(BANNER, STALL, NULL), JW_MAIL_LATER, "?*", 0, 0, false, true },
    { "greeting: garbage", STEP(BANNER, SAY_CLOSE, "hello there\r\n\x01\xff\r\n"), JW_MAIL_LATER,
      "?*", 0, 0, false, false },
    { "greeting byte by byte", STEP(BANNER, SLOW, "220-slow\r\n220 server\r\n"), JW_MAIL_SENT,
      "250*", 1, 1, false, false },

    { "EHLO and HELO 500", STEP(EHLO, SAY, "500 what\r\n"), JW_MAIL_LATER, "500 what", 0, 0, false,
      false },
    { "EHLO: closed", STEP(EHLO, CLOSE, NULL), JW_MAIL_LATER, "?*", 0, 0, false, false },
    { "EHLO: silence", STEP(EHLO, STALL, NULL), JW_MAIL_LATER, "?*", 0, 0, false, true },

    { "MAIL 451", STEP(MAIL, SAY, "451 4.3.0 later\r\n"), JW_MAIL_LATER, "451 4.3.0 later", 0, 0,
      false, false },
    { "MAIL 552", STEP(MAIL, SAY, "552 5.3.4 too big\r\n"), JW_MAIL_FAILED, "552 5.3.4 too big", 0,
      0, false, false },
    { "MAIL 530", STEP(MAIL, SAY, "530 5.7.0 log in first\r\n"), JW_MAIL_LATER,
      "530 5.7.0 log in first", 0, 0, false, false },
    { "MAIL: no code", STEP(MAIL, SAY, "hello\r\n"), JW_MAIL_LATER, "*has no code", 0, 0, false,
      false },
    { "MAIL: closed", STEP(MAIL, CLOSE, NULL), JW_MAIL_LATER, "?*", 0, 0, false, false },
    { "MAIL: reset", STEP(MAIL, RESET, NULL), JW_MAIL_LATER, "?*", 0, 0, false, false },

    { "RCPT 450", STEP(RCPT, SAY, "450 4.2.1 greylisted\r\n"), JW_MAIL_LATER,
      "450 4.2.1 greylisted", 0, 0, false, false },
    { "RCPT 550", STEP(RCPT, SAY, "550 5.1.1 no such user\r\n"), JW_MAIL_BOUNCED,
      "550 5.1.1 no such user", 0, 0, false, false },
    { "RCPT 550 in two lines", STEP(RCPT, SAY, "550-5.1.1 no such user\r\n550 5.1.1 see x\r\n"),
      JW_MAIL_BOUNCED, "550-5.1.1 no such user 5.1.1 see x", 0, 0, false, false },
    { "RCPT 251", STEP(RCPT, SAY, "251 will forward\r\n"), JW_MAIL_SENT, "250*", 1, 1, false,
      false },
    { "RCPT: no code", STEP(RCPT, SAY, "fine\r\n250 ok\r\n"), JW_MAIL_LATER, "*has no code", 0, 0,
      false, false },
    { "RCPT: closed", STEP(RCPT, CLOSE, NULL), JW_MAIL_LATER, "?*", 0, 0, false, false },
    { "RCPT: closed inside 550", STEP(RCPT, SAY_CLOSE, "550-5.1.1 no\r\n"), JW_MAIL_LATER, "?*", 0,
      0, false, false },
    { "RCPT: silence", STEP(RCPT, STALL, NULL), JW_MAIL_LATER, "?*", 0, 0, false, true },

    { "DATA 451", STEP(DATA, SAY, "451 no room\r\n"), JW_MAIL_LATER, "451 no room", 0, 0, false,
      false },
    { "DATA 554", STEP(DATA, SAY, "554 no recipients\r\n"), JW_MAIL_FAILED, "554 no recipients", 0,
      0, false, false },
    { "DATA: closed", STEP(DATA, CLOSE, NULL), JW_MAIL_LATER, "?*", 0, 0, false, false },
    { "DATA: silence", STEP(DATA, STALL, NULL), JW_MAIL_LATER, "?*", 0, 0, false, true },
    { "DATA byte by byte", STEP(DATA, SLOW, "354 end with a dot\r\n"), JW_MAIL_SENT, "250*", 1, 1,
      false, false },

    { "body: closed", STEP(BODY, CLOSE, NULL), JW_MAIL_LATER, "?*", 0, 0, true, false },
    { "body: reset", STEP(BODY, RESET, NULL), JW_MAIL_LATER, "?*", 0, 0, true, false },
    { "body: not read", STEP(BODY, STALL, NULL), JW_MAIL_LATER, "?*", 0, 0, true, true },

    { "dot 451", STEP(DOT, SAY, "451 4.3.0 try later\r\n"), JW_MAIL_LATER, "451 4.3.0 try later", 1,
      1, false, false },
    { "dot 421, closed", STEP(DOT, SAY_CLOSE, "421 shutting down\r\n"), JW_MAIL_LATER,
      "421 shutting down", 1, 1, false, false },
    { "dot 554", STEP(DOT, SAY, "554 5.7.1 spam\r\n"), JW_MAIL_FAILED, "554 5.7.1 spam", 1, 1,
      false, false },
    { "dot: closed", STEP(DOT, CLOSE, NULL), JW_MAIL_UNKNOWN, "no reply after the final dot*", 1, 1,
      false, false },
    { "dot: reset", STEP(DOT, RESET, NULL), JW_MAIL_UNKNOWN, "no reply*", 1, 1, false, false },
    { "dot: silence", STEP(DOT, STALL, NULL), JW_MAIL_UNKNOWN, "no reply*", 1, 1, false, true },
    { "dot: garbage", STEP(DOT, SAY_CLOSE, "thanks!\r\n"), JW_MAIL_UNKNOWN, "no reply*", 1, 1,
      false, false },
    { "dot: no code, then silence", STEP(DOT, SAY, "thanks!\r\n"), JW_MAIL_UNKNOWN,
      "no reply*no code", 1, 1, false, false },
    { "dot: half a reply", STEP(DOT, SAY_CLOSE, "25"), JW_MAIL_UNKNOWN, "no reply*", 1, 1, false,
      false },
    { "dot: first line of two", STEP(DOT, SAY_CLOSE, "250-queued\r\n"), JW_MAIL_UNKNOWN,
      "no reply*", 1, 1, false, false },
    { "dot 354", STEP(DOT, SAY, "354 huh\r\n"), JW_MAIL_UNKNOWN, "no reply*", 1, 1, false, false },
    { "dot 250 byte by byte", STEP(DOT, SLOW, "250 2.0.0 got it\r\n"), JW_MAIL_SENT,
      "250 2.0.0 got it", 1, 1, false, false },
    { "dot 250 in two lines", STEP(DOT, SAY, "250-queued\r\n250 as 7\r\n"), JW_MAIL_SENT,
      "250-queued as 7", 1, 1, false, false },
    { "dot 250, closed", STEP(DOT, SAY_CLOSE, "250 bye\r\n"), JW_MAIL_SENT, "250 bye", 1, 1, false,
      false },
    { "dot 252", STEP(DOT, SAY, "252 fine\r\n"), JW_MAIL_SENT, "252 fine", 1, 1, false, false },
    { "dot 250 with controls", STEP(DOT, SAY, "250 a\x1b[31m\xff\r\n"), JW_MAIL_SENT, "250 a ?31m*",
      1, 1, false, false },
};

static unsigned asked;

static bool
before_final_dot(gpointer data)
{
    asked += 1;
    return data == NULL;
}

/* Connections that libcurl asks for. A reset that comes before it looks is what a busy machine
 * makes of one that comes a moment later: with `late` set connect() returns only when it is there.
 */
static int asked_connections; /* atomic, as senders may be threads */
static int late;
static int last_fd;

int
connect(int fd, const struct sockaddr *address, socklen_t length)
{
    static int (*real)(int fd, const struct sockaddr *address, socklen_t length);

    if (real == NULL) {
        *(void **)&real = dlsym(RTLD_NEXT, "connect");
    }
    int result = real(fd, address, length);
    const int error = errno;
    g_atomic_int_add(&asked_connections, address->sa_family == AF_INET ? 1 : 0);
    g_atomic_int_set(&last_fd, fd);
    struct pollfd wait = { .fd = fd };
    while (g_atomic_int_get(&late) && poll(&wait, 1, LONG_MS) < 0) {
    }
    errno = error;
    return result;
}

static JwMailOutcome
send_one(JwMail *mail, GBytes *message, gpointer stop, char **ret_reply)
{
    JwMailOutcome outcome;
    g_autofree char *reply = NULL;
    g_autoptr(GError) error = NULL;
    assert_ok(jw_mail_send(mail, "from@example.org", "to@example.org", message, before_final_dot,
                           stop, &outcome, &reply, &error),
              error);
    assert_non_null(reply);
    assert_true(g_utf8_validate(reply, -1, NULL));
    if (ret_reply != NULL) {
        *ret_reply = g_steal_pointer(&reply);
    }
    return outcome;
}

static void
run_row(const Row *row, const TkSmtpStep *steps, size_t n_steps, GBytes *message)
{
    g_autoptr(TkSmtp) server = tk_smtp_start(steps, n_steps, TK_SMTP_PLAIN);
    g_autoptr(JwMail) mail = client(tk_smtp_port(server), row->waits ? SHORT_MS : LONG_MS);
    g_autofree char *reply = NULL;

    asked = 0;
    JwMailOutcome outcome = send_one(mail, message, NULL, &reply);
    unsigned dots = tk_smtp_dots(server);
    unsigned connections = tk_smtp_connections(server);
    if (outcome != row->outcome || !g_pattern_match_simple(row->reply, reply) || dots != row->dots
        || asked != row->asked || connections != 1) {
        fail_msg("%s: %s, \"%s\", %u dots, asked %u, %u connections", row->name,
                 jw_mail_outcome_name(outcome), reply, dots, asked, connections);
    }
}

static void
test_table(void **state)
{
    (void)state;
    g_autoptr(GBytes) small = body(3);
    g_autoptr(GBytes) big = body(300 * 1000);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        run_row(&rows[i], rows[i].steps, rows[i].steps[1].text != NULL ? 2 : 1,
                rows[i].big ? big : small);
    }
}

#define PIPELINING "250-script\r\n250-PIPELINING\r\n250 SIZE 50000000\r\n"

/* The same, where commands may go out ahead of answers: to this server they come together. */
static void
test_table_with_pipelining(void **state)
{
    (void)state;
    g_autoptr(GBytes) small = body(3);
    g_autoptr(GBytes) big = body(300 * 1000);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const TkSmtpStep steps[] = { rows[i].steps[0],
                                     { TK_SMTP_EHLO, TK_SMTP_SAY, PIPELINING, 0, 0 } };
        run_row(&rows[i], steps, 2, rows[i].big ? big : small);
    }
}

/* A server that says nothing until it has all three. */
static void
test_commands_go_out_together(void **state)
{
    (void)state;
    static const TkSmtpStep steps[] = {
        { TK_SMTP_EHLO, TK_SMTP_SAY, PIPELINING, 0, 0 },
        { TK_SMTP_MAIL, TK_SMTP_SAY, "", 0, 0 },
        { TK_SMTP_RCPT, TK_SMTP_SAY, "", 0, 0 },
        { TK_SMTP_DATA, TK_SMTP_SAY, "250 a\r\n250-b\r\n250 c\r\n354 d\r\n", 0, 0 },
    };
    g_autoptr(TkSmtp) server = tk_smtp_start(steps, G_N_ELEMENTS(steps), TK_SMTP_PLAIN);
    g_autoptr(JwMail) mail = client(tk_smtp_port(server), LONG_MS);
    g_autoptr(GBytes) message = body(2);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(send_one(mail, message, NULL, NULL), JW_MAIL_SENT);
    }
    assert_int_equal(tk_smtp_connections(server), 1);
    g_autofree char *commands = tk_smtp_commands(server);
    g_autofree char *size =
        g_strdup_printf("MAIL FROM:<from@example.org> SIZE=%zu\r\n", g_bytes_get_size(message));
    assert_non_null(strstr(commands, size));
}

/* A refusal ends the transaction and not the connection. */
static void
test_refusals_keep_the_connection(void **state)
{
    (void)state;
    static const struct {
        TkSmtpStep step;
        JwMailOutcome outcome;
        bool resets; /* the server still has a sender */
    } cases[] = {
        { { TK_SMTP_MAIL, TK_SMTP_SAY, "552 5.3.4 too big\r\n", 0, 1 }, JW_MAIL_FAILED, true },
        { { TK_SMTP_RCPT, TK_SMTP_SAY, "550 5.1.1 no\r\n", 0, 1 }, JW_MAIL_BOUNCED, true },
        { { TK_SMTP_RCPT, TK_SMTP_SAY, "450 4.2.1 busy\r\n", 0, 1 }, JW_MAIL_LATER, true },
        { { TK_SMTP_DATA, TK_SMTP_SAY, "451 4.3.0 no\r\n", 0, 1 }, JW_MAIL_LATER, true },
        { { TK_SMTP_DOT, TK_SMTP_SAY, "554 5.7.1 spam\r\n", 0, 1 }, JW_MAIL_FAILED, false },
        { { TK_SMTP_DOT, TK_SMTP_SAY, "451 4.3.0 no\r\n", 0, 1 }, JW_MAIL_LATER, false },
    };
    g_autoptr(GBytes) message = body(2);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(TkSmtp) server = tk_smtp_start(&cases[i].step, 1, TK_SMTP_PLAIN);
        g_autoptr(JwMail) mail = client(tk_smtp_port(server), LONG_MS);
        assert_int_equal(send_one(mail, message, NULL, NULL), cases[i].outcome);
        assert_int_equal(send_one(mail, message, NULL, NULL), JW_MAIL_SENT);
        assert_int_equal(send_one(mail, message, NULL, NULL), JW_MAIL_SENT);
        assert_int_equal(tk_smtp_connections(server), 1);
        g_autofree char *commands = tk_smtp_commands(server);
        const char *reset = strstr(commands, "RSET\r\n");
        assert_int_equal(reset != NULL, cases[i].resets);
        assert_null(reset != NULL ? strstr(reset + 1, "RSET\r\n") : NULL);
    }
}

/* Of commands sent ahead: after a refused recipient the server may still wait for a message. It
 * gets none, and no dot. */
static void
test_no_message_for_nobody(void **state)
{
    (void)state;
    static const TkSmtpStep waits[] = {
        { TK_SMTP_EHLO, TK_SMTP_SAY, PIPELINING, 0, 0 },
        { TK_SMTP_RCPT, TK_SMTP_SAY, "550 5.1.1 no\r\n", 0, 1 },
    };
    static const TkSmtpStep refuses[] = {
        { TK_SMTP_EHLO, TK_SMTP_SAY, PIPELINING, 0, 0 },
        { TK_SMTP_RCPT, TK_SMTP_SAY, "550 5.1.1 no\r\n", 0, 1 },
        { TK_SMTP_DATA, TK_SMTP_SAY, "503 5.5.1 no valid recipients\r\n", 0, 1 },
    };
    g_autoptr(GBytes) message = body(2);
    for (size_t i = 0; i < 2; i++) {
        g_autoptr(TkSmtp) server =
            tk_smtp_start(i == 0 ? waits : refuses, i == 0 ? 2 : 3, TK_SMTP_PLAIN);
        g_autoptr(JwMail) mail = client(tk_smtp_port(server), LONG_MS);
        g_autofree char *reply = NULL;
        assert_int_equal(send_one(mail, message, NULL, &reply), JW_MAIL_BOUNCED);
        assert_string_equal(reply, "550 5.1.1 no");
        assert_int_equal(tk_smtp_dots(server), 0);
        assert_int_equal(send_one(mail, message, NULL, NULL), JW_MAIL_SENT);
        assert_int_equal(tk_smtp_dots(server), 1);
        assert_int_equal(tk_smtp_connections(server), i == 0 ? 2 : 1);
    }
}

/* Until the server has said something, or closed. */
static bool
wait_before_dot(gpointer data)
{
    struct pollfd wait = { .fd = g_atomic_int_get(&last_fd), .events = POLLIN };
    asked += 1;
    return data == NULL && poll(&wait, 1, LONG_MS) == 1;
}

/* The server is gone before the dot: it certainly does not have the mail. */
static void
test_gone_before_the_dot(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        TkSmtpStep step;
        JwMailOutcome outcome;
        const char *reply;
    } cases[] = {
        { "closed", { TK_SMTP_BODY, TK_SMTP_CLOSE, NULL, 0, 0 }, JW_MAIL_LATER, "?*" },
        { "reset", { TK_SMTP_BODY, TK_SMTP_RESET, NULL, 0, 0 }, JW_MAIL_LATER, "?*" },
        { "421",
          { TK_SMTP_BODY, TK_SMTP_SAY, "421 4.3.2 shutting down\r\n", 0, 0 },
          JW_MAIL_LATER,
          "421 4.3.2 shutting down" },
        { "552",
          { TK_SMTP_BODY, TK_SMTP_SAY, "552 5.3.4 too big\r\n", 0, 0 },
          JW_MAIL_FAILED,
          "552 5.3.4 too big" },
        { "250", { TK_SMTP_BODY, TK_SMTP_SAY, "250 2.0.0 queued\r\n", 0, 0 }, JW_MAIL_LATER, "?*" },
    };
    static const char text[] = "Subject: x\r\n\r\ngoes out at once\r\n";
    g_autoptr(GBytes) message = g_bytes_new_static(text, sizeof text - 1);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(TkSmtp) server = tk_smtp_start(&cases[i].step, 1, TK_SMTP_PLAIN);
        g_autoptr(JwMail) mail = client(tk_smtp_port(server), LONG_MS);
        JwMailOutcome outcome = JW_MAIL_SENT;
        g_autofree char *reply = NULL;
        g_autoptr(GError) error = NULL;
        asked = 0;
        assert_ok(jw_mail_send(mail, "a@b.example", "c@d.example", message, wait_before_dot, NULL,
                               &outcome, &reply, &error),
                  error);
        if (outcome != cases[i].outcome || tk_smtp_dots(server) != 0 || asked != 1
            || !g_pattern_match_simple(cases[i].reply, reply)) {
            fail_msg("%s: %s, \"%s\", %u dots", cases[i].name, jw_mail_outcome_name(outcome), reply,
                     tk_smtp_dots(server));
        }
    }
}

/* Long replies: what is kept of them is short, and they cost no more than a bound. */
static void
test_long_replies(void **state)
{
    (void)state;
    static const size_t lengths[] = { 600, 20 * 1000, 100 * 1000 };
    g_autoptr(GBytes) message = body(2);
    for (size_t i = 0; i < G_N_ELEMENTS(lengths); i++) {
        g_autofree char *fill = g_strnfill(lengths[i], 'x');
        g_autofree char *text = g_strconcat("550 5.1.1 ", fill, "\r\n", NULL);
        const TkSmtpStep step = { TK_SMTP_RCPT, TK_SMTP_SAY, text, 0, 0 };
        g_autoptr(TkSmtp) server = tk_smtp_start(&step, 1, TK_SMTP_PLAIN);
        g_autoptr(JwMail) mail = client(tk_smtp_port(server), LONG_MS);
        g_autofree char *reply = NULL;
        const bool taken = lengths[i] < 65536;
        assert_int_equal(send_one(mail, message, NULL, &reply),
                         taken ? JW_MAIL_BOUNCED : JW_MAIL_LATER);
        assert_true(g_pattern_match_simple(taken ? "550 5.1.1 xxx*" : "*too long", reply));
        assert_in_range(strlen(reply), 1, 500);
        assert_int_equal(tk_smtp_dots(server), 0);
    }
}

static void
test_refused_connection(void **state)
{
    (void)state;
    TkSmtp *server = tk_smtp_start(NULL, 0, TK_SMTP_PLAIN);
    int port = tk_smtp_port(server);
    tk_smtp_stop(server);
    g_autoptr(JwMail) mail = client(port, LONG_MS);
    g_autoptr(GBytes) message = body(1);
    g_atomic_int_set(&asked_connections, 0);
    assert_int_equal(send_one(mail, message, NULL, NULL), JW_MAIL_LATER);
    assert_int_equal(g_atomic_int_get(&asked_connections), 1);
}

static JwMailOutcome
send_late(JwMail *mail, GBytes *message)
{
    g_atomic_int_set(&late, 1);
    JwMailOutcome outcome = send_one(mail, message, NULL, NULL);
    g_atomic_int_set(&late, 0);
    return outcome;
}

/* Only a connection that was kept may have gone stale: a new one that ends before its greeting is
 * not tried again at once, however early it ends. */
static void
test_reset_before_the_client_looks(void **state)
{
    (void)state;
    static const TkSmtpStep reset = { TK_SMTP_BANNER, TK_SMTP_RESET, NULL, 0, 0 };
    static const TkSmtpStep kept_resets[] = { { TK_SMTP_MAIL, TK_SMTP_RESET, NULL, 1, 2 },
                                              { TK_SMTP_BANNER, TK_SMTP_RESET, NULL, 0, 2 },
                                              { TK_SMTP_BANNER, TK_SMTP_RESET, NULL, 0, 3 } };
    g_autoptr(TkSmtp) first = tk_smtp_start(&reset, 1, TK_SMTP_PLAIN);
    g_autoptr(JwMail) mail = client(tk_smtp_port(first), LONG_MS);
    g_autoptr(GBytes) message = body(1);
    g_atomic_int_set(&asked_connections, 0);
    assert_int_equal(send_late(mail, message), JW_MAIL_LATER);
    assert_int_equal(send_late(mail, message), JW_MAIL_LATER);
    assert_int_equal(g_atomic_int_get(&asked_connections), 2);

    /* a kept one that is reset: one more, and no third */
    g_autoptr(TkSmtp) second = tk_smtp_start(kept_resets, 3, TK_SMTP_PLAIN);
    g_autoptr(JwMail) kept = client(tk_smtp_port(second), LONG_MS);
    g_atomic_int_set(&asked_connections, 0);
    assert_int_equal(send_one(kept, message, NULL, NULL), JW_MAIL_SENT);
    assert_int_equal(send_late(kept, message), JW_MAIL_LATER);
    assert_int_equal(g_atomic_int_get(&asked_connections), 2);
}

static void
test_stopped_before_the_dot(void **state)
{
    (void)state;
    g_autoptr(TkSmtp) server = tk_smtp_start(NULL, 0, TK_SMTP_PLAIN);
    g_autoptr(JwMail) mail = client(tk_smtp_port(server), LONG_MS);
    g_autoptr(GBytes) message = body(5000);
    asked = 0;
    int no = 0;
    assert_int_equal(send_one(mail, message, &no, NULL), JW_MAIL_STOPPED);
    assert_int_equal(asked, 1);
    assert_int_equal(tk_smtp_dots(server), 0);
    /* The next one is not affected. */
    assert_int_equal(send_one(mail, message, NULL, NULL), JW_MAIL_SENT);
    assert_int_equal(tk_smtp_dots(server), 1);
    assert_int_equal(tk_smtp_connections(server), 2);
}

static void
assert_arrives(JwMail *mail, TkSmtp *server, const char *text, size_t length, const char *name)
{
    g_autoptr(GBytes) message = g_bytes_new(text, length);
    unsigned index = tk_smtp_dots(server);
    assert_int_equal(send_one(mail, message, NULL, NULL), JW_MAIL_SENT);
    size_t got = 0;
    g_autofree char *seen = tk_smtp_message(server, index, &got);
    bool ended = g_str_has_suffix(text, "\r\n");
    bool same = got == length + (ended ? 0 : 2) && memcmp(seen, text, length) == 0;
    if (!same) {
        fail_msg("%s: %zu bytes became %zu", name, length, got);
    }
}

static void
test_dots_in_the_body(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "A: b\r\n\r\n.\r\n",
        "A: b\r\n\r\n.\r\n.\r\n..\r\n...\r\nx\r\n",
        ".\r\n",
        ".leading\r\n",
        "A: b\r\n\r\n.\r\nMAIL FROM:<evil@example.org>\r\nRCPT TO:<a@example.org>\r\nDATA\r\n",
        "A: b\r\n\r\nno line end",
        "A: b\r\n\r\nends with a dot\r\n.",
        "x",
    };
    g_autoptr(TkSmtp) server = tk_smtp_start(NULL, 0, TK_SMTP_PLAIN);
    g_autoptr(JwMail) mail = client(tk_smtp_port(server), LONG_MS);
    for (size_t i = 0; i < G_N_ELEMENTS(bodies); i++) {
        assert_arrives(mail, server, bodies[i], strlen(bodies[i]), bodies[i]);
    }
    assert_int_equal(tk_smtp_dots(server), G_N_ELEMENTS(bodies));
}

/* libcurl doubles the dots buffer by buffer (64 KiB): a CRLF and its dot may be in two of them.
 */
static void
test_dots_at_the_buffer_edge(void **state)
{
    (void)state;
    g_autoptr(TkSmtp) server = tk_smtp_start(NULL, 0, TK_SMTP_PLAIN);
    g_autoptr(JwMail) mail = client(tk_smtp_port(server), LONG_MS);
    for (size_t at = 65536 - 6; at <= 65536 + 2; at++) {
        g_autoptr(GString) text = g_string_new(NULL);
        while (text->len < at) {
            g_string_append_c(text, 'x');
        }
        g_string_append(text, "\r\n.\r\n..\r\nafter\r\n");
        g_autofree char *name = g_strdup_printf("dots at byte %zu", at);
        assert_arrives(mail, server, text->str, text->len, name);
        g_string_truncate(text, at);
        g_string_append(text, "\r\n");
        assert_arrives(mail, server, text->str, text->len, name);
    }
}

static void
test_ten_thousand_lines(void **state)
{
    (void)state;
    g_autoptr(TkSmtp) server = tk_smtp_start(NULL, 0, TK_SMTP_PLAIN);
    g_autoptr(JwMail) mail = client(tk_smtp_port(server), LONG_MS);
    g_autoptr(GBytes) message = body(10 * 1000);
    gsize length;
    const char *bytes = g_bytes_get_data(message, &length);
    g_autofree char *text = g_strndup(bytes, length);
    assert_arrives(mail, server, text, length, "10,000 lines");
}

static void
test_a_connection_is_kept(void **state)
{
    (void)state;
    g_autoptr(TkSmtp) server = tk_smtp_start(NULL, 0, TK_SMTP_PLAIN);
    g_autoptr(JwMail) mail = client(tk_smtp_port(server), LONG_MS);
    g_autoptr(GBytes) message = body(2);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(send_one(mail, message, NULL, NULL), JW_MAIL_SENT);
    }
    assert_int_equal(tk_smtp_connections(server), 1);
    assert_int_equal(tk_smtp_dots(server), 5);
}

static void
test_stale_connections(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        TkSmtpStep step;
        JwMailOutcome second;
        unsigned connections;
    } cases[] = {
        { "closed while idle",
          { TK_SMTP_DOT, TK_SMTP_SAY_CLOSE, "250 ok\r\n", 1, 0 },
          JW_MAIL_SENT,
          2 },
        { "closed at MAIL", { TK_SMTP_MAIL, TK_SMTP_CLOSE, NULL, 0, 2 }, JW_MAIL_SENT, 2 },
        { "reset at MAIL", { TK_SMTP_MAIL, TK_SMTP_RESET, NULL, 0, 2 }, JW_MAIL_SENT, 2 },
        { "421 at MAIL",
          { TK_SMTP_MAIL, TK_SMTP_SAY_CLOSE, "421 idle\r\n", 0, 2 },
          JW_MAIL_SENT,
          2 },
        { "450 at MAIL is meant",
          { TK_SMTP_MAIL, TK_SMTP_SAY, "450 no\r\n", 0, 2 },
          JW_MAIL_LATER,
          1 },
        { "550 at RCPT is meant",
          { TK_SMTP_RCPT, TK_SMTP_SAY, "550 no\r\n", 0, 2 },
          JW_MAIL_BOUNCED,
          1 },
        { "dead after the dot", { TK_SMTP_DOT, TK_SMTP_CLOSE, NULL, 0, 2 }, JW_MAIL_UNKNOWN, 1 },
    };
    g_autoptr(GBytes) message = body(2);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(TkSmtp) server = tk_smtp_start(&cases[i].step, 1, TK_SMTP_PLAIN);
        g_autoptr(JwMail) mail = client(tk_smtp_port(server), LONG_MS);
        assert_int_equal(send_one(mail, message, NULL, NULL), JW_MAIL_SENT);
        asked = 0;
        JwMailOutcome outcome = send_one(mail, message, NULL, NULL);
        if (outcome != cases[i].second || tk_smtp_connections(server) != cases[i].connections
            || asked > 1) {
            fail_msg("%s: %s with %u connections", cases[i].name, jw_mail_outcome_name(outcome),
                     tk_smtp_connections(server));
        }
    }
}

static void
test_a_stale_connection_is_retried_once(void **state)
{
    (void)state;
    static const TkSmtpStep steps[] = {
        { TK_SMTP_MAIL, TK_SMTP_SAY_CLOSE, "421 idle\r\n", 0, 2 },
        { TK_SMTP_MAIL, TK_SMTP_SAY_CLOSE, "421 full\r\n", 0, 3 },
    };
    g_autoptr(TkSmtp) server = tk_smtp_start(steps, 2, TK_SMTP_PLAIN);
    g_autoptr(JwMail) mail = client(tk_smtp_port(server), LONG_MS);
    g_autoptr(GBytes) message = body(2);
    assert_int_equal(send_one(mail, message, NULL, NULL), JW_MAIL_SENT);
    g_autofree char *reply = NULL;
    assert_int_equal(send_one(mail, message, NULL, &reply), JW_MAIL_LATER);
    assert_string_equal(reply, "421 full");
    assert_int_equal(tk_smtp_connections(server), 2);
}

static void
test_after_a_bounce_the_next_goes_out(void **state)
{
    (void)state;
    static const TkSmtpStep step = { TK_SMTP_RCPT, TK_SMTP_SAY, "550 no\r\n", 0, 1 };
    g_autoptr(TkSmtp) server = tk_smtp_start(&step, 1, TK_SMTP_PLAIN);
    g_autoptr(JwMail) mail = client(tk_smtp_port(server), LONG_MS);
    g_autoptr(GBytes) message = body(2);
    assert_int_equal(send_one(mail, message, NULL, NULL), JW_MAIL_BOUNCED);
    assert_int_equal(send_one(mail, message, NULL, NULL), JW_MAIL_SENT);
    assert_int_equal(tk_smtp_dots(server), 1);
    assert_int_equal(tk_smtp_connections(server), 1);
}

static void
test_ehlo_unknown_falls_back(void **state)
{
    (void)state;
    static const TkSmtpStep step = { TK_SMTP_EHLO, TK_SMTP_SAY, "502 what\r\n", 0, 1 };
    g_autoptr(TkSmtp) server = tk_smtp_start(&step, 1, TK_SMTP_PLAIN);
    g_autoptr(JwMail) mail = client(tk_smtp_port(server), LONG_MS);
    g_autoptr(GBytes) message = body(2);
    assert_int_equal(send_one(mail, message, NULL, NULL), JW_MAIL_SENT);
    g_autofree char *commands = tk_smtp_commands(server);
    assert_non_null(strstr(commands, "HELO "));
}

static void
test_nothing_bad_reaches_the_wire(void **state)
{
    (void)state;
    g_autoptr(TkSmtp) server = tk_smtp_start(NULL, 0, TK_SMTP_PLAIN);
    g_autoptr(JwMail) mail = client(tk_smtp_port(server), LONG_MS);
    static const char *const bad[] = {
        "a@b.example\r\nRCPT TO:<c@d.example>",
        "a@b.example>\r\nDATA",
        "a@b.example> NOTIFY=SUCCESS",
        "a@b.example\n",
        "<a@b.example>",
        "a b@c.example",
    };
    g_autoptr(GBytes) good = body(1);
    JwMailOutcome outcome = JW_MAIL_SENT;
    char *reply = NULL;
    g_autoptr(GError) error = NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        assert_false(
            jw_mail_send(mail, "a@b.example", bad[i], good, NULL, NULL, &outcome, &reply, &error));
        assert_jw_error(error, JW_ERROR_INVALID, "recipient*");
        assert_false(
            jw_mail_send(mail, bad[i], "a@b.example", good, NULL, NULL, &outcome, &reply, &error));
        assert_jw_error(error, JW_ERROR_INVALID, "sender*");
    }
    static const char *const smuggled[] = { "x\n.\nMAIL FROM:<a@b>\r\n", "x\r\n.\nMAIL\r\n",
                                            "x\r.\rMAIL\r\n", "x\r" };
    for (size_t i = 0; i < G_N_ELEMENTS(smuggled); i++) {
        g_autoptr(GBytes) message = g_bytes_new_static(smuggled[i], strlen(smuggled[i]));
        assert_false(jw_mail_send(mail, "a@b.example", "a@b.example", message, NULL, NULL, &outcome,
                                  &reply, &error));
        assert_jw_error(error, JW_ERROR_INVALID, "*bare*");
    }
    g_autoptr(GBytes) nul = g_bytes_new_static("a\0b\r\n", 5);
    assert_false(jw_mail_send(mail, "a@b.example", "a@b.example", nul, NULL, NULL, &outcome, &reply,
                              &error));
    assert_jw_error(error, JW_ERROR_INVALID, "*NUL*");
    assert_int_equal(tk_smtp_connections(server), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_table_with_pipelining),
        cmocka_unit_test(test_commands_go_out_together),
        cmocka_unit_test(test_refusals_keep_the_connection),
        cmocka_unit_test(test_no_message_for_nobody),
        cmocka_unit_test(test_gone_before_the_dot),
        cmocka_unit_test(test_long_replies),
        cmocka_unit_test(test_refused_connection),
        cmocka_unit_test(test_reset_before_the_client_looks),
        cmocka_unit_test(test_stopped_before_the_dot),
        cmocka_unit_test(test_dots_in_the_body),
        cmocka_unit_test(test_dots_at_the_buffer_edge),
        cmocka_unit_test(test_ten_thousand_lines),
        cmocka_unit_test(test_a_connection_is_kept),
        cmocka_unit_test(test_stale_connections),
        cmocka_unit_test(test_a_stale_connection_is_retried_once),
        cmocka_unit_test(test_after_a_bounce_the_next_goes_out),
        cmocka_unit_test(test_ehlo_unknown_falls_back),
        cmocka_unit_test(test_nothing_bad_reaches_the_wire),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
