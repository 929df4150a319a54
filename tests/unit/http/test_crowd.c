/* test_crowd.c: more clients than there are places, and many that cost a place and no thread: who
 * must go, and that the others are served. Nothing here is measured; tests/bench does that. */
#include "http_client.h"

#include "jw/metrics.h"
#include "jw/sync.h"

#include <errno.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define HELLO     "GET /hello HTTP/1.1\r\nHost: t\r\n\r\n"
#define SLOW_HEAD "GET /hello HTTP/1.1\r\nHost: t\r\nX-Slow: "
#define SLOW_BODY                                                                                  \
    "POST /hello HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\nContent-Length: "        \
    "900\r\n\r\n["
#define STREAM "GET /events HTTP/1.1\r\nHost: t\r\n\r\n"

typedef struct {
    HcServer server;
    GPtrArray *streams; /* of JwHttpStream; the tests have one worker, or look when it is idle */
    JwStop *go;         /* lets the handlers of /wait end */
    int n_begun;        /* atomic: of them */
} Fixture;

static void
get_hello(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    (void)request;
    (void)context;
    jw_http_reply_text(reply, 200, "text/plain", "hello");
}

static void
get_events(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    Fixture *self = context;
    JwHttpStream *stream = jw_http_reply_stream(reply, 200, "text/event-stream");

    (void)request;
    assert_true(jw_http_stream_write(stream, "event: first\n\n"));
    g_ptr_array_add(self->streams, stream);
}

static void
post_wait(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    Fixture *self = context;
    size_t length = 0;

    g_atomic_int_inc(&self->n_begun);
    (void)jw_stop_wait(self->go, 60000);
    (void)jw_http_body(request, &length);
    g_autofree char *text = g_strdup_printf("%zu bytes", length);
    jw_http_reply_text(reply, 200, "text/plain", text);
}

static const JwHttpRoute routes[] = {
    { .method = "GET", .pattern = "/hello", .handler = get_hello },
    { .method = "POST", .pattern = "/hello", .handler = get_hello },
    { .method = "POST", .pattern = "/wait", .handler = post_wait },
    { .method = "GET", .pattern = "/events", .handler = get_events },
    { 0 },
};
static const JwHttpApi api = { .name = "test", .prefix = "", .routes = routes };
static const JwHttpApi *const apis[] = { &api, NULL };

static int
setup(void **state)
{
    Fixture *self = g_new0(Fixture, 1);

    self->streams = g_ptr_array_new_with_free_func(jw_http_stream_free);
    self->go = jw_stop_new();
    hc_server_init(&self->server);
    self->server.config.workers = 1;
    self->server.config.idle_timeout_ms = self->server.config.request_age_ms = 600000;
    *state = self;
    return 0;
}

static int
teardown(void **state)
{
    Fixture *self = *state;

    jw_stop_set(self->go);
    hc_server_clear(&self->server);
    jw_stop_free(self->go);
    g_ptr_array_unref(self->streams);
    g_free(self);
    return 0;
}

static void
start(Fixture *self)
{
    hc_server_start(&self->server, apis, self);
}

static int
open_with(const Fixture *self, const char *source, const char *text)
{
    int fd = hc_connect_from(self->server.port, source);

    assert_true(fd >= 0);
    hc_send(fd, text, strlen(text));
    return fd;
}

/* Sends HELLO on a kept connection and reads the answer. */
static void
assert_served(int fd)
{
    hc_send(fd, HELLO, strlen(HELLO));
    g_autofree char *answer = hc_read_answer(fd);

    if (answer == NULL || hc_status(answer) != 200) {
        fail_msg("not served: %s", answer != NULL ? answer : "the connection was closed");
    }
}

static void
assert_new_served(const Fixture *self, const char *source)
{
    int fd = hc_connect_from(self->server.port, source);

    assert_true(fd >= 0);
    assert_served(fd);
    (void)close(fd);
}

/* Waits for the end of the connection. */
static void
assert_closed(int fd)
{
    char byte;

    errno = 0;
    assert_true(recv(fd, &byte, 1, 0) <= 0 && errno != EAGAIN);
}

static bool
is_open(int fd)
{
    struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

    return poll(&poll_fd, 1, 0) == 0;
}

static void
close_all(const int *fds, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        (void)close(fds[i]);
    }
}

typedef struct {
    const char *gauge;
    double value;
} Wish;

static bool
has_value(void *data)
{
    const Wish *wish = data;

    return jw_metric_value(jw_metric_gauge(wish->gauge, "", NULL), NULL) == wish->value;
}

static void
wait_gauge(const char *gauge, double value)
{
    Wish wish = { gauge, value };

    tk_wait_until(has_value, &wish, 20000, gauge);
}

/* Waits until the server has seen as many connections as were opened. */
static void
wait_connections(double n)
{
    wait_gauge("jobwire_http_connections", n);
}

/* Of connections that have not finished their request the oldest goes, kept ones stay. */
static void
test_unfinished_go_first(void **state)
{
    static const char *const slow[] = { "", "GET /hel", SLOW_HEAD, SLOW_BODY };
    Fixture *self = *state;
    int fds[12], kept[4], extra[6];

    self->server.config.connections_max = 16;
    start(self);
    for (size_t i = 0; i < G_N_ELEMENTS(kept); i++) {
        kept[i] = open_with(self, "127.0.0.1", "");
        assert_served(kept[i]);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(fds); i++) {
        fds[i] = open_with(self, "127.0.0.1", slow[i % G_N_ELEMENTS(slow)]);
        wait_connections((double)(G_N_ELEMENTS(kept) + i + 1));
    }
    for (size_t i = 0; i < G_N_ELEMENTS(extra); i++) {
        extra[i] = open_with(self, "127.0.0.1", "");
        assert_served(extra[i]);
        assert_closed(fds[i]);
        assert_true(is_open(fds[i + 1]));
    }
    for (size_t i = 0; i < G_N_ELEMENTS(kept); i++) {
        assert_served(kept[i]);
    }
    close_all(fds, G_N_ELEMENTS(fds));
    close_all(kept, G_N_ELEMENTS(kept));
    close_all(extra, G_N_ELEMENTS(extra));
}

/* The same, until the server knows that it is over: it may be told of the next one first. */
static void
assert_served_and_idle(int fd)
{
    assert_served(fd);
    wait_gauge("jobwire_http_requests_under_way", 0);
}

/* Without unfinished ones the connection that idled longest goes; one in use is not old. */
static void
test_idle_go_next(void **state)
{
    Fixture *self = *state;
    int kept[4];

    self->server.config.connections_max = G_N_ELEMENTS(kept);
    start(self);
    for (size_t i = 0; i < G_N_ELEMENTS(kept); i++) {
        kept[i] = open_with(self, "127.0.0.1", "");
        assert_served_and_idle(kept[i]);
    }
    assert_served_and_idle(kept[0]);
    assert_new_served(self, "127.0.0.1");
    assert_closed(kept[1]);
    assert_true(is_open(kept[0]) && is_open(kept[2]) && is_open(kept[3]));
    close_all(kept, G_N_ELEMENTS(kept));
}

/* A client with too many connections loses its own, in the same order. */
static void
test_cap_of_address(void **state)
{
    Fixture *self = *state;
    int theirs[4], ours[3];

    self->server.config.connections_max = 100;
    self->server.config.address_connections_max = G_N_ELEMENTS(theirs);
    start(self);
    for (size_t i = 0; i < G_N_ELEMENTS(ours); i++) {
        ours[i] = open_with(self, "127.0.0.2", SLOW_HEAD);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(theirs); i++) {
        theirs[i] = open_with(self, "127.0.0.1", SLOW_HEAD);
        wait_connections((double)(G_N_ELEMENTS(ours) + i + 1));
    }
    assert_new_served(self, "127.0.0.1");
    assert_closed(theirs[0]);
    assert_true(is_open(theirs[1]) && is_open(ours[0]) && is_open(ours[2]));
    assert_new_served(self, "127.0.0.3");
    close_all(theirs, G_N_ELEMENTS(theirs));
    close_all(ours, G_N_ELEMENTS(ours));
}

/* All that are being answered keep their places; a further one has to wait outside. */
static void
test_answered_stay(void **state)
{
    Fixture *self = *state;
    int fds[3];

    self->server.config.connections_max = G_N_ELEMENTS(fds);
    start(self);
    for (size_t i = 0; i < G_N_ELEMENTS(fds); i++) {
        char head[200];
        fds[i] = open_with(self, "127.0.0.1", STREAM);
        assert_true(recv(fds[i], head, sizeof(head), 0) > 0);
    }
    int refused = open_with(self, "127.0.0.1", "");
    assert_closed(refused);
    (void)close(refused);
    for (size_t i = 0; i < G_N_ELEMENTS(fds); i++) {
        assert_true(jw_http_stream_write(g_ptr_array_index(self->streams, i), "event: more\n\n"));
    }
    jw_http_server_stop(self->server.server, 10000);
    for (size_t i = 0; i < G_N_ELEMENTS(fds); i++) {
        g_autofree char *rest = hc_read_all(fds[i], NULL);
        assert_non_null(strstr(rest, "event: more\n\n"));
    }
}

/* Behind a proxy the client is who the proxy says; what others say does not count. */
static void
test_proxies(void **state)
{
    static const struct {
        const char *source, *forwarded;
        int status;
    } cases[] = {
        { "127.0.0.2", "X-Forwarded-For: 192.0.2.1\r\n", 429 },
        { "127.0.0.2", "X-Forwarded-For: 203.0.113.9, 192.0.2.1\r\n", 429 },
        { "127.0.0.2", "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-For: 192.0.2.1\r\n", 429 },
        { "127.0.0.2", "X-Forwarded-For: 192.0.2.1, 10.9.8.7, 127.0.0.2\r\n", 429 },
        { "127.0.0.2", "X-Forwarded-For: ,,,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,192.0.2.1\r\n",
          429 },
        { "127.0.0.2", "X-Forwarded-For: ::ffff:192.0.2.1\r\n", 429 },
        { "127.0.0.2", "X-Forwarded-For: 192.0.2.1, 203.0.113.9\r\n", 200 },
        { "127.0.0.2", "X-Forwarded-For: 192.0.2.2\r\n", 200 },
        { "127.0.0.2", "X-Forwarded-For: 192.0.2.1, nonsense\r\n", 200 },
        { "127.0.0.2", "X-Forwarded-For: 10.1.1.1\r\n", 200 },
        { "127.0.0.2", "", 200 },
        { "127.0.0.1", "X-Forwarded-For: 192.0.2.1\r\n", 200 },
    };
    Fixture *self = *state;
    int under_way[2];

    self->server.config.connections_max = 100;
    self->server.config.address_connections_max = G_N_ELEMENTS(under_way);
    self->server.config.trusted_proxies = (char *)(gintptr) "127.0.0.2/31, 10.0.0.0/8 ,::1";
    start(self);
    for (size_t i = 0; i < G_N_ELEMENTS(under_way); i++) {
        char head[200];
        under_way[i] = open_with(self, "127.0.0.2",
                                 "GET /events HTTP/1.1\r\nHost: t\r\n"
                                 "X-Forwarded-For: 192.0.2.1\r\n\r\n");
        assert_true(recv(under_way[i], head, sizeof(head), 0) > 0);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *request = g_strdup_printf(
            "GET /hello HTTP/1.1\r\nHost: t\r\nConnection: close\r\n%s\r\n", cases[i].forwarded);
        int fd = open_with(self, cases[i].source, request);
        g_autofree char *answer = hc_read_all(fd, NULL);
        if (hc_status(answer) != cases[i].status) {
            fail_msg("case %zu gave:\n%s", i, answer);
        }
        if (cases[i].status == 429) {
            g_autofree char *after = hc_header(answer, "Retry-After");
            assert_non_null(after);
            assert_non_null(strstr(hc_body(answer), "\"TOO_MANY_REQUESTS\""));
        }
    }
    close_all(under_way, G_N_ELEMENTS(under_way));
}

/* What a proxy writes names a client, or counts for the proxy itself: nothing switches the cap off.
 */
static void
test_every_request_counts(void **state)
{
    static const struct {
        const char *first, *second; /* X-Forwarded-For; the same client? */
        int status;
    } cases[] = {
        { "9.9.9.9:51234", "9.9.9.9:51235", 429 },
        { "9.9.9.9:51234", "9.9.9.9", 429 },
        { "[2001:db8::1]:443", "[2001:db8::2]:80", 429 },
        { "[2001:db8::1]", "2001:db8::1", 429 },
        { "[::ffff:9.9.9.9]:1", "::ffff:9.9.9.9", 429 },
        { "9.9.9.9:1, 10.0.0.1:80", "9.9.9.9", 429 },
        { "unknown", "unknown", 429 },
        { "", "", 429 },
        { "", "unknown", 429 },
        { "10.0.0.1", "", 429 },
        { "9.9.9.9:", "[9.9.9.9]:1", 429 }, /* no addresses */
        { "9.9.9.9:x", "[2001:db8::1", 429 },
        { "[2001:db8::1]443", "_hidden", 429 },
        { "9.9.9.9:51234", "9.9.9.8:51234", 200 },
        { "9.9.9.9:51234", "unknown", 200 },
        { "[2001:db8::1]:443", "[2001:db8:0:1::1]:443", 200 },
    };
    Fixture *self = *state;

    self->server.config.connections_max = 100;
    self->server.config.address_connections_max = 1;
    self->server.config.trusted_proxies = (char *)(gintptr) "127.0.0.2, 10.0.0.0/8";
    start(self);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        char head[200];
        g_autofree char *first = g_strdup_printf(
            "GET /events HTTP/1.1\r\nHost: t\r\nX-Forwarded-For: %s\r\n\r\n", cases[i].first);
        g_autofree char *second =
            g_strdup_printf("GET /hello HTTP/1.1\r\nHost: t\r\nConnection: close\r\n"
                            "X-Forwarded-For: %s\r\n\r\n",
                            cases[i].second);
        int under_way = open_with(self, "127.0.0.2", first);
        assert_true(recv(under_way, head, sizeof(head), 0) > 0);
        g_autofree char *answer = hc_read_all(open_with(self, "127.0.0.2", second), NULL);
        if (hc_status(answer) != cases[i].status) {
            fail_msg("case %zu gave:\n%s", i, answer);
        }
        (void)close(under_way);
        g_ptr_array_set_size(self->streams, 0); /* ends it */
        wait_connections(0);
    }
}

static void
test_wrong_proxies(void **state)
{
    static const struct {
        const char *list, *message;
    } cases[] = {
        { "proxy.example", "JW_HTTP_TRUSTED_PROXIES: 'proxy.example' is neither an address*" },
        { "10.0.0.0/33", "JW_HTTP_TRUSTED_PROXIES: *10.0.0.0/33*32*" },
        { "::1, 10.0.0.0/x", "JW_HTTP_TRUSTED_PROXIES: *10.0.0.0/x*" },
        { "10.0.0", "JW_HTTP_TRUSTED_PROXIES: '10.0.0' is neither an address*" },
        { "10.0.0.0/33,abc", /* all of them */
          "JW_HTTP_TRUSTED_PROXIES: *10.0.0.0/33*\nJW_HTTP_TRUSTED_PROXIES: 'abc' is neither*" },
    };
    Fixture *self = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        self->server.config.trusted_proxies = (char *)(gintptr)cases[i].list;
        g_autoptr(JwHttpServer) server = jw_http_server_new(&self->server.config, &error);
        assert_null(server);
        assert_jw_error(error, JW_ERROR_INVALID, cases[i].message);
        g_clear_error(&error);
        assert_false(jw_http_server_check(&self->server.config, &error));
        assert_jw_error(error, JW_ERROR_INVALID, cases[i].message);
    }
}

/* Bodies that have not come to their end hold little memory together: the oldest go. */
static void
test_bodies_are_bounded(void **state)
{
    Fixture *self = *state;
    g_autofree char *part = g_strnfill(700, ' ');
    g_autofree char *text = g_strconcat(SLOW_BODY, part, NULL);
    int fds[100];

    self->server.config.connections_max = 1000; /* 64 times 1000 bytes hold 91 of these */
    start(self);
    for (size_t i = 0; i < G_N_ELEMENTS(fds); i++) {
        fds[i] = open_with(self, "127.0.0.1", text);
        assert_new_served(self, "127.0.0.1"); /* so that the body was read */
    }
    assert_closed(fds[0]);
    assert_true(is_open(fds[G_N_ELEMENTS(fds) - 1]));
    close_all(fds, G_N_ELEMENTS(fds));
}

/* Room for a body is made by who holds most of it, not by the oldest of all, and never by who holds
 * none. Behind a proxy that is the client whom the proxy names. */
static void
test_bodies_of_whom(void **state)
{
    enum { LITTLE, NAMED, HEAD, N_OTHERS };
    static const struct {
        const char *source, *headers;
    } cases[] = { { "127.0.0.1", "" }, { "127.0.0.2", "X-Forwarded-For: 192.0.2.1\r\n" } };
    Fixture *self = *state;
    g_autofree char *part = g_strnfill(699, ' '); /* 700 bytes with the first */

    self->server.config.connections_max = 1000;
    self->server.config.trusted_proxies = (char *)(gintptr) "127.0.0.2";
    start(self);
    for (size_t n = 0; n < G_N_ELEMENTS(cases); n++) {
        int others[N_OTHERS], fds[93];
        g_autofree char *text = g_strdup_printf("POST /hello HTTP/1.1\r\nHost: t\r\n%s"
                                                "Content-Length: 900\r\n\r\n[%s",
                                                cases[n].headers, part);
        others[HEAD] = open_with(self, "127.0.0.4", SLOW_HEAD);
        others[LITTLE] = open_with(self, "127.0.0.3", SLOW_BODY);
        others[NAMED] = open_with(self, "127.0.0.2",
                                  "POST /hello HTTP/1.1\r\nHost: t\r\n"
                                  "X-Forwarded-For: 192.0.2.2\r\nContent-Length: 900\r\n\r\n[");
        wait_connections(N_OTHERS);
        wait_gauge("jobwire_http_body_bytes", 2);
        for (size_t i = 0; i < G_N_ELEMENTS(fds); i++) {
            fds[i] = open_with(self, cases[n].source, text);
            wait_gauge("jobwire_http_body_bytes", 2 + 700 * (double)MIN(i + 1, 91));
        }
        assert_closed(fds[0]);
        assert_closed(fds[1]);
        for (size_t i = 0; i < N_OTHERS; i++) {
            assert_true(is_open(others[i]));
        }
        assert_true(is_open(fds[2]) && is_open(fds[G_N_ELEMENTS(fds) - 1]));
        close_all(fds, G_N_ELEMENTS(fds));
        close_all(others, N_OTHERS);
        wait_connections(0);
    }
}

/* A POST of @length bytes to /wait. */
static int
post_waiting(const Fixture *self, size_t length)
{
    g_autofree char *spaces = g_strnfill(length - 1, ' ');
    g_autofree char *text =
        g_strdup_printf("POST /wait HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\n"
                        "Content-Length: %zu\r\n\r\n1%s",
                        length, spaces);

    return open_with(self, "127.0.0.1", text);
}

static void
assert_busy(int fd)
{
    g_autofree char *answer = hc_read_answer(fd);

    assert_non_null(answer);
    assert_int_equal(hc_status(answer), 503);
    g_autofree char *after = hc_header(answer, "Retry-After");
    assert_non_null(after);
    assert_non_null(strstr(hc_body(answer), "\"SERVICE_UNAVAILABLE\""));
}

static void
assert_answered(int fd, const char *text)
{
    g_autofree char *answer = hc_read_answer(fd);

    assert_non_null(answer);
    assert_int_equal(hc_status(answer), 200);
    assert_string_equal(hc_body(answer), text);
}

/* A client that ends the stream in the middle of its request: with the data, so that one read sees
 * both. Its body and its place are free long before the age of a request (here ten minutes). */
static void
test_aborted_requests(void **state)
{
    static const char *const heads[] = {
        "POST /hello HTTP/1.1\r\nHost: t\r\nContent-Length: 500000\r\n\r\n",
        "POST /hello HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n7A120\r\n",
    };
    Fixture *self = *state;
    g_autofree char *part = g_strnfill(200000, ' ');

    self->server.config.body_max_bytes = 1000000;
    start(self);
    for (size_t i = 0; i < 2 * G_N_ELEMENTS(heads); i++) {
        const bool half = i >= G_N_ELEMENTS(heads);
        int fds[5];
        for (size_t n = 0; n < G_N_ELEMENTS(fds); n++) {
            fds[n] = open_with(self, "127.0.0.1", heads[i % G_N_ELEMENTS(heads)]);
            hc_send(fds[n], part, strlen(part));
            assert_int_equal(half ? shutdown(fds[n], SHUT_WR) : close(fds[n]), 0);
        }
        if (half) { /* the server is who closes */
            for (size_t n = 0; n < G_N_ELEMENTS(fds); n++) {
                assert_closed(fds[n]);
                (void)close(fds[n]);
            }
        }
        wait_connections(0);
        wait_gauge("jobwire_http_body_bytes", 0);
    }
}

/* The end of the stream after a request that is whole takes nothing from it. */
static void
test_half_closed_is_answered(void **state)
{
    Fixture *self = *state;
    g_autofree char *body = g_strnfill(200000, ' ');

    self->server.config.body_max_bytes = 1000000;
    jw_stop_set(self->go);
    start(self);
    for (size_t i = 0; i < 50; i++) {
        int fd = open_with(self, "127.0.0.1",
                           "POST /wait HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\n"
                           "Content-Length: 200001\r\n\r\n1");
        hc_send(fd, body, strlen(body));
        assert_int_equal(shutdown(fd, SHUT_WR), 0);
        assert_answered(fd, "200001 bytes");
        (void)close(fd);
    }
}

static bool
has_trimmed(void *data)
{
    const double *before = data;

    return jw_metric_value(jw_metric_counter("jobwire_http_memory_trims_total", "", NULL), NULL)
           > *before;
}

/* What a large body had made is given back, also when its request was refused. */
static void
test_memory_is_given_back(void **state)
{
    Fixture *self = *state;
    g_autofree char *body = g_strnfill(64 * 1024, ' ');
    g_autofree char *text = g_strconcat("POST /none HTTP/1.1\r\nHost: t\r\nConnection: close\r\n"
                                        "Content-Length: 65536\r\n\r\n",
                                        body, NULL);

    self->server.config.body_max_bytes = 100000;
    start(self);
    double before =
        jw_metric_value(jw_metric_counter("jobwire_http_memory_trims_total", "", NULL), NULL);
    g_autofree char *answer = hc_exchange(self->server.port, text);
    assert_int_equal(hc_status(answer), 404);
    tk_wait_until(has_trimmed, &before, 20000, "memory to be given back");
}

/* A stop does not wait for a request that cannot become whole. */
static void
test_stop_forgets_the_aborted(void **state)
{
    Fixture *self = *state;
    g_autofree char *part = g_strnfill(200000, ' ');

    self->server.config.body_max_bytes = 1000000;
    start(self);
    for (size_t n = 0; n < 5; n++) {
        int fd = open_with(self, "127.0.0.1",
                           "POST /hello HTTP/1.1\r\nHost: t\r\nContent-Length: 500000\r\n\r\n");
        hc_send(fd, part, strlen(part));
        assert_int_equal(close(fd), 0);
    }
    jw_http_server_stop(self->server.server, 600000); /* ctest ends a test that waits so long */
    wait_connections(0);
}

/* Bodies count until their handlers have ended: what does not fit beside those that wait for a
 * worker is refused, and nobody who waits is cut. */
static void
test_waiting_bodies_are_bounded(void **state)
{
    Fixture *self = *state;
    int fds[64], idle, extra[3];

    self->server.config.connections_max = 1000;
    self->server.config.workers = 2; /* so many that all may wait */
    start(self);
    idle = open_with(self, "127.0.0.1", "");
    assert_served(idle);
    for (size_t i = 0; i < G_N_ELEMENTS(fds); i++) {
        fds[i] = post_waiting(self, 1000);
        wait_gauge("jobwire_http_body_bytes", 1000 * ((double)i + 1));
    }
    for (size_t i = 0; i < G_N_ELEMENTS(extra); i++) {
        extra[i] = post_waiting(self, 500);
        assert_busy(extra[i]);
    }
    wait_gauge("jobwire_http_body_bytes", 64000);
    assert_true(is_open(idle));
    jw_stop_set(self->go);
    for (size_t i = 0; i < G_N_ELEMENTS(fds); i++) {
        assert_answered(fds[i], "1000 bytes");
    }
    wait_gauge("jobwire_http_body_bytes", 0);
    assert_served(extra[0]); /* the connection goes on */
    close_all(fds, G_N_ELEMENTS(fds));
    close_all(extra, G_N_ELEMENTS(extra));
    (void)close(idle);
}

static bool
one_begun(void *data)
{
    return g_atomic_int_get(&((Fixture *)data)->n_begun) == 1;
}

/* So many requests for each worker may wait for one; a further one is told to come again. */
static void
test_waiting_requests_are_bounded(void **state)
{
    enum { PLACES = 32 };
    Fixture *self = *state;
    int under_way, fds[PLACES], extra[2];

    self->server.config.connections_max = 1000;
    start(self);
    under_way = post_waiting(self, 1);
    tk_wait_until(one_begun, self, 20000, "the request to be under way");
    for (size_t i = 0; i < G_N_ELEMENTS(fds); i++) {
        fds[i] = post_waiting(self, 2);
        wait_gauge("jobwire_http_requests_waiting", (double)i + 1);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(extra); i++) {
        extra[i] = post_waiting(self, 3);
        assert_busy(extra[i]);
    }
    wait_gauge("jobwire_http_requests_waiting", PLACES);
    jw_stop_set(self->go);
    assert_answered(under_way, "1 bytes");
    for (size_t i = 0; i < G_N_ELEMENTS(fds); i++) {
        assert_answered(fds[i], "2 bytes");
    }
    assert_served(extra[0]);
    close_all(fds, G_N_ELEMENTS(fds));
    close_all(extra, G_N_ELEMENTS(extra));
    (void)close(under_way);
}

/* Who holds most makes room for itself alone, also when all that it holds waits for an answer. */
static void
test_waiting_bodies_are_its_own(void **state)
{
    Fixture *self = *state;
    int fds[64], other;

    self->server.config.connections_max = 1000;
    self->server.config.workers = 2;
    start(self);
    other = open_with(self, "127.0.0.2", SLOW_BODY);
    wait_gauge("jobwire_http_body_bytes", 1);
    for (size_t i = 0; i < G_N_ELEMENTS(fds); i++) {
        fds[i] = post_waiting(self, 999);
        wait_gauge("jobwire_http_body_bytes", 1 + 999 * ((double)i + 1));
    }
    int extra = post_waiting(self, 500);
    assert_busy(extra);
    assert_true(is_open(other));
    jw_stop_set(self->go);
    for (size_t i = 0; i < G_N_ELEMENTS(fds); i++) {
        assert_answered(fds[i], "999 bytes");
    }
    close_all(fds, G_N_ELEMENTS(fds));
    (void)close(extra);
    (void)close(other);
}

/* Slow headers, slow bodies and idle streams, each by the hundred, and one worker: others are
 * served on new and on kept connections, and the streams go on. */
static void
test_many_of_each(void **state)
{
    enum { EACH = 150 };
    Fixture *self = *state;
    static int heads[EACH], bodies[EACH], streams[EACH];

    self->server.config.connections_max = 1000;
    start(self);
    int kept = open_with(self, "127.0.0.1", "");
    for (size_t i = 0; i < EACH; i++) {
        char head[200];
        heads[i] = open_with(self, "127.0.0.1", SLOW_HEAD);
        bodies[i] = open_with(self, "127.0.0.1", SLOW_BODY);
        streams[i] = open_with(self, "127.0.0.1", STREAM);
        assert_true(recv(streams[i], head, sizeof(head), 0) > 0);
        assert_served(kept);
        assert_new_served(self, "127.0.0.1");
    }
    for (size_t i = 0; i < EACH; i++) {
        hc_send(heads[i], "x", 1);
        hc_send(bodies[i], "1", 1);
        assert_served(kept);
    }
    for (size_t i = 0; i < EACH; i++) {
        assert_true(jw_http_stream_write(g_ptr_array_index(self->streams, i), "event: last\n\n"));
    }
    g_ptr_array_set_size(self->streams, 0); /* ends them */
    for (size_t i = 0; i < EACH; i++) {
        GString *text = g_string_new(NULL);
        char buffer[400];
        ssize_t n = 0;
        while (strstr(text->str, "\r\n0\r\n\r\n") == NULL
               && (n = recv(streams[i], buffer, sizeof(buffer), 0)) > 0) {
            g_string_append_len(text, buffer, n);
        }
        assert_non_null(strstr(text->str, "event: last\n\n"));
        assert_non_null(strstr(text->str, "\r\n0\r\n\r\n"));
        g_string_free(text, TRUE);
        assert_served(streams[i]); /* the connection goes on */
    }
    close_all(heads, EACH);
    close_all(bodies, EACH);
    close_all(streams, EACH);
    (void)close(kept);
}

static bool
is_over(void *data)
{
    return !jw_http_stream_write(data, "event: late\n\n");
}

static bool
is_left(void *data)
{
    return !jw_http_stream_wanted(data);
}

/* A client that closes is known without anything written, and its connection is over. */
static void
test_left_readers(void **state)
{
    Fixture *self = *state;
    char head[200];

    start(self);
    for (guint i = 0; i < 2; i++) {
        int fd = open_with(self, "127.0.0.1", STREAM);
        assert_true(recv(fd, head, sizeof(head), 0) > 0);
        JwHttpStream *stream = g_ptr_array_index(self->streams, i);
        assert_true(jw_http_stream_wanted(stream));
        assert_int_equal(i == 0 ? close(fd) : shutdown(fd, SHUT_WR), 0);
        tk_wait_until(is_left, stream, 20000, "a client to be seen leaving");
        assert_false(jw_http_stream_write(stream, "event: late\n\n"));
        wait_connections(0);
        if (i == 1) {
            (void)close(fd);
        }
    }
}

/* A writer learns that its reader is gone, or reads nothing. */
static void
test_lost_readers(void **state)
{
    Fixture *self = *state;
    char head[200];

    start(self);
    int gone = open_with(self, "127.0.0.1", STREAM);
    assert_true(recv(gone, head, sizeof(head), 0) > 0);
    (void)close(gone);
    tk_wait_until(is_over, g_ptr_array_index(self->streams, 0), 20000, "the end of a stream");
    int silent = open_with(self, "127.0.0.1", STREAM);
    assert_true(recv(silent, head, sizeof(head), 0) > 0);
    JwHttpStream *stream = g_ptr_array_index(self->streams, 1);
    g_autofree char *much = g_strnfill(100000, 'e');
    int n = 0;
    while (jw_http_stream_write(stream, much)) {
        assert_true(n++ < 1000);
    }
    (void)close(silent);
}

/* Fewer descriptors than places: the places are as many as there can be. The last test: the limit
 * stays. */
static void
test_few_descriptors(void **state)
{
    enum { LIMIT = 600, PLACES = LIMIT - 512 }; /* 512 are kept for everything else */
    Fixture *self = *state;
    const struct rlimit limit = { LIMIT, LIMIT };
    int fds[PLACES + 1];

    self->server.config.connections_max = 1000;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    start(self);
    for (size_t i = 0; i < G_N_ELEMENTS(fds); i++) {
        fds[i] = open_with(self, "127.0.0.1", SLOW_HEAD);
        if (i < PLACES) {
            wait_connections((double)i + 1);
        }
    }
    assert_closed(fds[0]);
    assert_new_served(self, "127.0.0.1");
    assert_true(is_open(fds[PLACES]));
    close_all(fds, G_N_ELEMENTS(fds));
}

int
main(void)
{
#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        WITH(test_unfinished_go_first),
        WITH(test_idle_go_next),
        WITH(test_cap_of_address),
        WITH(test_answered_stay),
        WITH(test_proxies),
        WITH(test_every_request_counts),
        WITH(test_wrong_proxies),
        WITH(test_bodies_are_bounded),
        WITH(test_bodies_of_whom),
        WITH(test_aborted_requests),
        WITH(test_half_closed_is_answered),
        WITH(test_memory_is_given_back),
        WITH(test_stop_forgets_the_aborted),
        WITH(test_waiting_bodies_are_its_own),
        WITH(test_waiting_bodies_are_bounded),
        WITH(test_waiting_requests_are_bounded),
        WITH(test_many_of_each),
        WITH(test_left_readers),
        WITH(test_lost_readers),
        WITH(test_few_descriptors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
