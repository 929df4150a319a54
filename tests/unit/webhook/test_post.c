/* test_post.c: one POST to a receiver that the test plays, on a port of its own. */
#include "testkit.h"

#include "jw/webhook_post.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE_MS 400

typedef struct {
    int listener, port;
    const char *answer; /* NULL: none at all */
    bool holds;         /* the connection stays open after the answer */
    bool resets;        /* it is broken off as soon as the request is there */
    GString *request;
    JwStop *done;
    GThread *thread;
    int n; /* requests */
} Receiver;

static void
read_request(Receiver *self, int connection)
{
    char buffer[4096];
    ssize_t n = 0;

    g_string_truncate(self->request, 0);
    while (strstr(self->request->str, "{}") == NULL
           && (n = recv(connection, buffer, sizeof buffer, 0)) > 0) {
        g_string_append_len(self->request, buffer, n);
    }
    self->n += n > 0;
}

static void
send_all(int connection, const char *text)
{
    ssize_t n = 1;

    for (size_t left = strlen(text); left > 0 && n > 0; left -= (size_t)n) {
        n = send(connection, text, left, MSG_NOSIGNAL);
        text += MAX(n, 0);
        n = MAX(n, 0);
    }
}

static gpointer
receive(gpointer data)
{
    Receiver *self = data;
    int connection = -1;

    while ((connection = accept(self->listener, NULL, NULL)) >= 0) {
        const struct linger now = { 1, 0 };

        read_request(self, connection);
        send_all(connection, self->answer != NULL ? self->answer : "");
        if (self->holds) {
            (void)jw_stop_wait(self->done, 10000);
        }
        if (self->resets) {
            (void)setsockopt(connection, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        }
        close(connection);
    }
    return NULL;
}

static Receiver *
receiver_new(const char *answer)
{
    Receiver *self = g_new0(Receiver, 1);
    struct sockaddr_in address = { .sin_family = AF_INET };
    socklen_t length = sizeof address;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    self->answer = answer;
    self->request = g_string_new(NULL);
    self->done = jw_stop_new();
    self->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(self->listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(self->listener, 8), 0);
    assert_int_equal(getsockname(self->listener, (struct sockaddr *)&address, &length), 0);
    self->port = ntohs(address.sin_port);
    return self;
}

static void
receiver_start(Receiver *self)
{
    self->thread = g_thread_new("receiver", receive, self);
}

static void
receiver_free(Receiver *self)
{
    jw_stop_set(self->done);
    shutdown(self->listener, SHUT_RDWR);
    if (self->thread != NULL) {
        g_thread_join(self->thread);
    }
    close(self->listener);
    jw_stop_free(self->done);
    g_string_free(self->request, TRUE);
    g_free(self);
}

typedef struct {
    JwWebhookNet *net;
    JwStop *stop;
    JwWebhookPoster *poster;
} Sender;

static Sender
sender_new(const char *allowed)
{
    g_autoptr(GError) error = NULL;
    Sender self = { jw_webhook_net_new(allowed, true, &error), jw_stop_new(), NULL };
    const JwWebhookPosterConfig config = { .net = self.net,
                                           .timeout_ms = PATIENCE_MS,
                                           .stop = self.stop };

    self.poster = jw_webhook_poster_http(&config, &error);
    assert_ok(self.poster != NULL, error);
    return self;
}

static void
sender_clear(Sender *self)
{
    jw_webhook_poster_free(self->poster);
    jw_stop_free(self->stop);
    jw_webhook_net_free(self->net);
}

static JwWebhookAnswer
post(const Sender *self, const char *host, int port)
{
    g_autofree char *url = g_strdup_printf("http://%s:%d/hooks?a=b", host, port);
    const JwWebhookPost what = { .url = url,
                                 .id = "the-id",
                                 .time_s = 1614265330,
                                 .signatures = "v1,AAAA v1,BBBB",
                                 .body = "{}" };
    JwWebhookAnswer answer = { 0 };

    self->poster->post(self->poster, &what, &answer);
    return answer;
}

static void
test_request(void **state G_GNUC_UNUSED)
{
    Receiver *receiver = receiver_new("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
    Sender sender = sender_new("127.0.0.1/32");

    receiver_start(receiver);
    g_auto(JwWebhookAnswer) answer = post(&sender, "127.0.0.1", receiver->port);
    sender_clear(&sender);
    assert_int_equal(answer.status, 204);
    assert_null(answer.why);
    assert_null(answer.answer);
    static const char *const lines[] = {
        "POST /hooks?a=b HTTP/1.1\r\n",
        "\r\nwebhook-id: the-id\r\n",
        "\r\nwebhook-timestamp: 1614265330\r\n",
        "\r\nwebhook-signature: v1,AAAA v1,BBBB\r\n",
        "\r\nContent-Type: application/json\r\n",
        "\r\nUser-Agent: Jobwire-Webhooks/1\r\n",
        "\r\nContent-Length: 2\r\n",
        "\r\n\r\n{}",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        assert_non_null(strstr(receiver->request->str, lines[i]));
    }
    assert_null(strstr(receiver->request->str, "Expect"));
    receiver_free(receiver);
}

static void
test_answers(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *answer;
        int status;
        int64_t retry_after_ms;
        const char *text, *why;
    } cases[] = {
        { "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, 0, "ok", NULL },
        { "HTTP/1.1 500 No\r\nContent-Length: 4\r\n\r\nb\xff"
          "d!",
          500, 0,
          "b\xef\xbf\xbd"
          "d!",
          NULL },
        { "HTTP/1.1 429 Slow\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n", 429, 120000, NULL,
          NULL },
        { "HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n", 410, 0, NULL, NULL },
        { "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/x\r\nContent-Length: 0\r\n\r\n", 302,
          0, NULL, "redirects are not followed; change the webhook's url to http://127.0.0.1:1/x" },
        { "HTTP/1.1 301 Moved\r\nContent-Length: 0\r\n\r\n", 301, 0, NULL,
          "redirects are not followed; change the webhook's url" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Receiver *receiver = receiver_new(cases[i].answer);
        Sender sender = sender_new("127.0.0.1");

        receiver_start(receiver);
        g_auto(JwWebhookAnswer) answer = post(&sender, "127.0.0.1", receiver->port);
        sender_clear(&sender);
        receiver_free(receiver);
        assert_int_equal(answer.status, cases[i].status);
        assert_int_equal(answer.retry_after_ms, cases[i].retry_after_ms);
        assert_int_equal(g_strcmp0(answer.answer, cases[i].text), 0);
        assert_int_equal(g_strcmp0(answer.why, cases[i].why), 0);
    }
}

/* What is too much is not read, and the status counts. */
static void
test_huge_answer(void **state G_GNUC_UNUSED)
{
    g_autofree char *body = g_strnfill(4 * 1024 * 1024, 'x');
    g_autofree char *text = g_strconcat("HTTP/1.1 200 OK\r\n\r\n", body, NULL);
    Receiver *receiver = receiver_new(text);
    Sender sender = sender_new("127.0.0.1");

    receiver_start(receiver);
    g_auto(JwWebhookAnswer) answer = post(&sender, "127.0.0.1", receiver->port);
    sender_clear(&sender);
    receiver_free(receiver);
    assert_int_equal(answer.status, 200);
    assert_int_equal(strlen(answer.answer), JW_WEBHOOK_ANSWER_KEPT);
}

static void
test_no_answer(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *answer;
        bool holds, resets;
        const char *why;
    } cases[] = {
        { NULL, true, false, "no whole answer within 400 ms*" },
        { "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nslow", true, false,
          "no whole answer within 400 ms*" },
        { NULL, false, true, "*" }, /* a connection that breaks off after the request */
        { NULL, false, false, "*Empty reply*" },
        { "220 smtp\r\n", false, false, "*" },
        { "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut", false, false, "*" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Receiver *receiver = receiver_new(cases[i].answer);
        Sender sender = sender_new("127.0.0.1");

        receiver->holds = cases[i].holds;
        receiver->resets = cases[i].resets;
        receiver_start(receiver);
        g_auto(JwWebhookAnswer) answer = post(&sender, "127.0.0.1", receiver->port);
        sender_clear(&sender);
        receiver_free(receiver);
        assert_int_equal(answer.status, 0);
        assert_non_null(answer.why);
        assert_true(g_pattern_match_simple(cases[i].why, answer.why));
        assert_false(answer.stopped);
    }
}

/* However it is written, and whatever name leads there: no connection is made. */
static void
test_refused(void **state G_GNUC_UNUSED)
{
    static const char *const hosts[] = {
        "127.0.0.1",          "127.1",   "2130706433", "0x7f000001", "0177.0.0.1", "localhost",
        "[::ffff:127.0.0.1]", "0.0.0.0", "0",
    };
    Receiver *receiver = receiver_new("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    Sender sender = sender_new(NULL);

    receiver_start(receiver);
    for (size_t i = 0; i < G_N_ELEMENTS(hosts); i++) {
        g_auto(JwWebhookAnswer) answer = post(&sender, hosts[i], receiver->port);

        assert_int_equal(answer.status, 0);
        if (strstr(answer.why, "refused; use one of the public internet") == NULL) {
            fail_msg("%s: %s", hosts[i], answer.why);
        }
    }
    sender_clear(&sender);
    const int n = receiver->n;
    receiver_free(receiver);
    assert_int_equal(n, 0);
}

static void
test_other_schemes(void **state G_GNUC_UNUSED)
{
    static const char *const urls[] = { "file:///etc/passwd", "ftp://127.0.0.1/",
                                        "gopher://127.0.0.1/", "smtp://127.0.0.1/" };
    Sender sender = sender_new("127.0.0.1");

    for (size_t i = 0; i < G_N_ELEMENTS(urls); i++) {
        const JwWebhookPost what = { urls[i], "id", 1, "v1,AAAA", "{}" };
        g_auto(JwWebhookAnswer) answer = { 0 };

        sender.poster->post(sender.poster, &what, &answer);
        assert_int_equal(answer.status, 0);
        assert_non_null(answer.why);
    }
    sender_clear(&sender);
}

static void
test_stopped(void **state G_GNUC_UNUSED)
{
    Sender sender = sender_new("127.0.0.1");

    jw_stop_set(sender.stop);
    g_auto(JwWebhookAnswer) answer = post(&sender, "127.0.0.1", 1);
    sender_clear(&sender);
    assert_true(answer.stopped);
    assert_int_equal(answer.status, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request),     cmocka_unit_test(test_answers),
        cmocka_unit_test(test_huge_answer), cmocka_unit_test(test_no_answer),
        cmocka_unit_test(test_refused),     cmocka_unit_test(test_other_schemes),
        cmocka_unit_test(test_stopped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
