/* test_slow.c: slow clients are cut by absolute age, whatever they send, and do not starve the
 * others. */
#include "http_client.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

static HcServer server;

static void
get_hello(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    (void)request;
    (void)context;
    jw_http_reply_text(reply, 200, "text/plain", "hello");
}

static const JwHttpRoute routes[] = {
    { .method = "GET", .pattern = "/hello", .handler = get_hello },
    { .method = "POST", .pattern = "/hello", .handler = get_hello },
    { 0 },
};
static const JwHttpApi api = { .name = "test", .prefix = "", .routes = routes };
static const JwHttpApi *const apis[] = { &api, NULL };

static int
setup(void **state)
{
    hc_server_init(&server);
    server.config.connections_max = 16;
    server.config.idle_timeout_ms = 1000;
    server.config.request_age_ms = 700;
    hc_server_start(&server, apis, NULL);
    *state = &server;
    return 0;
}

/* Sends @start, then one byte of @rest every 50 ms until the server has closed; milliseconds it
 * took. */
static int64_t
trickle(const char *start, const char *rest)
{
    int fd = hc_connect(server.port);
    int64_t begin_ms = g_get_monotonic_time() / 1000;
    struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
    char buffer[256];

    assert_true(fd >= 0);
    hc_send(fd, start, strlen(start));
    while (g_get_monotonic_time() / 1000 - begin_ms < 20000) {
        if (poll(&poll_fd, 1, 50) > 0 && recv(fd, buffer, sizeof(buffer), 0) <= 0) {
            break;
        }
        if (rest[0] != '\0') {
            hc_send(fd, rest, 1);
            rest += rest[1] != '\0' ? 1 : 0;
        }
    }
    (void)close(fd);
    return g_get_monotonic_time() / 1000 - begin_ms;
}

typedef struct {
    const char *name, *start, *rest;
} Phase;

static const Phase phases[] = {
    { "nothing at all", "", "" },
    { "request line", "GET /he", "l" },
    { "header", "GET /hello HTTP/1.1\r\nHost: t\r\nX-Slow: ", "x" },
    { "many headers", "GET /hello HTTP/1.1\r\nHost: t\r\n",
      "A: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\nE: 5\r\nF: 6\r\nG: 7" },
    { "body",
      "POST /hello HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\nContent-Length: "
      "900\r\n\r\n",
      "1" },
    { "chunks",
      "POST /hello HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\n"
      "Transfer-Encoding: chunked\r\n\r\n384\r\n",
      "1" },
};

static gpointer
trickle_phase(gpointer data)
{
    const Phase *phase = data;

    return GINT_TO_POINTER((int)trickle(phase->start, phase->rest));
}

static void
test_phases(void **state)
{
    GThread *clients[G_N_ELEMENTS(phases)];

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(phases); i++) {
        clients[i] = g_thread_new("client", trickle_phase, (gpointer)(uintptr_t)&phases[i]);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(phases); i++) {
        const int took_ms = GPOINTER_TO_INT(g_thread_join(clients[i]));
        if (took_ms < 600 || took_ms > 6000) {
            fail_msg("%s: cut after %d ms", phases[i].name, took_ms);
        }
    }
}

/* A second request on a kept connection has at most the idle time and its own age. */
static void
test_kept_connection(void **state)
{
    (void)state;
    int64_t took_ms = trickle("GET /hello HTTP/1.1\r\nHost: t\r\n\r\nGET /hel", "l");
    assert_true(took_ms >= 600 && took_ms < 8000);
}

/* While slow clients hold many connections, another is answered at once; when they hold all, as
 * soon as they are cut. */
static void
test_others_are_served(void **state)
{
    int slow[16];
    (void)state;
    for (size_t i = 0; i < 12; i++) {
        slow[i] = hc_connect(server.port);
        hc_send(slow[i], "GET /hel", 8);
    }
    int64_t begin_ms = g_get_monotonic_time() / 1000;
    g_autofree char *answer = hc_exchange(server.port, HC_GET("/hello"));
    assert_int_equal(hc_status(answer), 200);
    assert_true(g_get_monotonic_time() / 1000 - begin_ms < 500);
    for (size_t i = 0; i < 12; i++) {
        g_autofree char *nothing = hc_read_all(slow[i], NULL);
        assert_string_equal(nothing, "");
    }
}

typedef struct {
    int tries;
} Flood;

static bool
is_answered(void *data)
{
    Flood *flood = data;
    flood->tries++;
    g_autofree char *answer = hc_exchange(server.port, HC_GET("/hello"));
    return hc_status(answer) == 200;
}

/* More connections than the cap: the excess waits or is refused; the server recovers by itself. */
static void
test_cap(void **state)
{
    int slow[40];
    Flood flood = { 0 };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(slow); i++) {
        slow[i] = hc_connect(server.port);
        if (slow[i] >= 0) {
            hc_send(slow[i], "GET /hel", 8);
        }
    }
    tk_wait_until(is_answered, &flood, 20000, "the server to recover from a flood");
    for (size_t i = 0; i < G_N_ELEMENTS(slow); i++) {
        if (slow[i] >= 0) {
            (void)close(slow[i]);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_phases),
        cmocka_unit_test(test_kept_connection),
        cmocka_unit_test(test_others_are_served),
        cmocka_unit_test(test_cap),
    };
    return cmocka_run_group_tests(tests, setup, hc_teardown);
}
