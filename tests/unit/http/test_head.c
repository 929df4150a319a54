/* test_head.c: heads that libmicrohttpd reads in its own way: queries, cookies and headers that
 * fill its memory, and NULs. Each gets one answer, and what was begun for it is freed: a leak fails
 * this program where it is built with AddressSanitizer. */
#include "http_client.h"

#include <unistd.h>

static HcServer server;
static int handled; /* atomic */

static void
get_echo(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    const char *a = jw_http_header(request, "X-A");

    (void)context;
    g_atomic_int_inc(&handled);
    jw_http_reply_text(reply, 200, "text/plain", a != NULL ? a : "-");
}

static const JwHttpRoute routes[] = {
    { .method = "GET", .pattern = "/echo", .handler = get_echo, .query = &jw_http_any_query },
    { .method = "POST", .pattern = "/echo", .handler = get_echo },
    { 0 },
};
static const JwHttpApi api = { .name = "test", .prefix = "", .routes = routes };
static const JwHttpApi *const apis[] = { &api, NULL };

static int
setup(void **state)
{
    hc_server_init(&server);
    hc_server_start(&server, apis, NULL);
    *state = &server;
    return 0;
}

/* @n times @part, between @before and @after. (transfer full) */
static char *
repeat(const char *before, const char *part, size_t n, const char *after)
{
    GString *text = g_string_new(before);

    for (size_t i = 0; i < n; i++) {
        g_string_append(text, part);
    }
    g_string_append(text, after);
    return g_string_free(text, FALSE);
}

/* As many parameters as a query may have are read; more are refused in our own form, however many
 * there are, and whether or not there is anything at the path. */
static void
test_parameters(void **state)
{
    static const struct {
        const char *target, *part;
        size_t n;
        int status;
    } cases[] = {
        { "/echo?a=1", "&a=1", 63, 200 },  { "/echo?a=1", "&a=1", 64, 400 },
        { "/echo?a", "&a", 150, 400 },     { "/echo?a", "&a", 250, 400 },
        { "/echo?a", "&aaaa", 1600, 400 }, { "/echo?a", "&a=1", 2000, 400 },
        { "/echo?a", "&", 4000, 200 },     { "/none?a", "&aaaa", 1600, 400 },
        { "/echo?", "%61", 2000, 200 },    { "http://t/echo?a", "&a", 1600, 400 },
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *target = repeat(cases[i].target, cases[i].part, cases[i].n, "");
        g_autofree char *answer = hc_ask(server.port, "GET", target, "", NULL);
        g_autofree char *request_id = hc_header(answer, "X-Request-Id");
        if (hc_status(answer) != cases[i].status || request_id == NULL) {
            fail_msg("case %zu gave:\n%s", i, answer);
        }
        if (cases[i].status == 400) {
            assert_non_null(strstr(answer, "at most 64 parameters"));
        }
    }
}

/* The next request of the connection has its own query. */
static void
test_kept_connection(void **state)
{
    int fd = hc_connect(server.port);
    g_autofree char *many = repeat("GET /echo?a", "&aaaa", 1000, " HTTP/1.1\r\nHost: t\r\n\r\n");
    (void)state;
    hc_send(fd, many, strlen(many));
    g_autofree char *first = hc_read_answer(fd);
    assert_int_equal(hc_status(first), 400);
    hc_send(fd, HC_GET("/echo?a=1"), strlen(HC_GET("/echo?a=1")));
    g_autofree char *second = hc_read_all(fd, NULL);
    assert_int_equal(hc_status(second), 200);
}

/* What fills libmicrohttpd's memory after the request line is refused, or the connection is closed;
 * in either case nothing is handled and nothing stays. */
static void
test_full_heads(void **state)
{
#define HEAD "GET /echo HTTP/1.1\r\nHost: t\r\n"
    static const struct {
        const char *before, *part;
        size_t n;
        const char *after;
    } cases[] = {
        { HEAD, "X: y\r\n", 3000, "\r\n" },
        { HEAD "X: ", "y", 40000, "\r\n\r\n" },
        { HEAD "X: y", "\r\n y", 8000, "\r\n\r\n" },
        { HEAD "Cookie: a=b", "; a=b", 1500, "\r\n\r\n" },
        { HEAD "Cookie: a", ";a", 3000, "\r\nContent-Length: +7\r\n\r\n" },
        { HEAD "Content-Length: +7\r\nCookie: a", ";a", 3000, "\r\n\r\n" },
        { HEAD "Content-Length: 99999999999999999999\r\nCookie: a", ";a", 3000, "\r\n\r\n" },
        { "GET /", "a", 40000, " HTTP/1.1\r\nHost: t\r\n\r\n" },
        { HEAD "Transfer-Encoding: chunked\r\n\r\n0\r\n", "X: y\r\n", 3000, "\r\n" },
        { HEAD "no header", " here", 3, "\r\n\r\n" },
    };
#undef HEAD
    (void)state;
    const int before = g_atomic_int_get(&handled);
    for (size_t i = 0; i < G_N_ELEMENTS(cases) * 20; i++) {
        const size_t n = i % G_N_ELEMENTS(cases);
        g_autofree char *request =
            repeat(cases[n].before, cases[n].part, cases[n].n, cases[n].after);
        g_autofree char *answer = hc_exchange(server.port, request);
        if (answer[0] != '\0' && hc_status(answer) / 100 != 4) {
            fail_msg("case %zu gave:\n%s", n, answer);
        }
    }
    assert_int_equal(g_atomic_int_get(&handled), before);
}

/* What libmicrohttpd refuses by itself is answered once, in the form of the path's API, with the id
 * that the request has (unless that is the last header before the one that is too long). */
static void
test_refused_by_the_library(void **state)
{
#define LINE(target, version) "GET " target " HTTP/" version "\r\nX-Request-Id: mine\r\nHost: t\r\n"
    static const struct {
        const char *before, *part;
        size_t n;
        const char *after;
        int status;
        const char *code, *id;
    } cases[] = {
        { LINE("/echo", "1.1") "Content-Length: +7\r\n\r\n", "", 0, "", 400, "BAD_REQUEST",
          "mine" },
        { LINE("/echo", "1.1") "Content-Length: 0x7\r\n\r\n", "", 0, "", 400, "BAD_REQUEST",
          "mine" },
        { LINE("/echo", "1.1") "Content-Length:\r\n\r\n", "", 0, "", 400, "BAD_REQUEST", "mine" },
        { LINE("/none?a", "1.1") "Content-Length: 1,1\r\n\r\n", "", 0, "", 400, "BAD_REQUEST",
          "mine" },
        { LINE("/echo", "1.1") "Content-Length: 99999999999999999999\r\n\r\n", "", 0, "", 413,
          "PAYLOAD_TOO_LARGE", "mine" },
        { LINE("/echo", "1.1") "no header\r\n\r\n", "", 0, "", 400, "BAD_REQUEST", "mine" },
        { LINE("/echo", "1.1") "Cookie: a", ";a", 2000, "\r\n\r\n", 431, "HEADERS_TOO_LARGE",
          "mine" },
        { LINE("/echo", "1.1") "X: ", "y", 20000, "\r\n\r\n", 431, "HEADERS_TOO_LARGE", "mine" },
        { LINE("/echo", "1.1"), "X: y\r\n", 3000, "\r\n", 431, "HEADERS_TOO_LARGE", "mine" },
        { "GET /", "a", 20000, " HTTP/1.1\r\nHost: t\r\n\r\n", 414, "URI_TOO_LONG", NULL },
        { LINE("/echo", "2.0") "\r\n", "", 0, "", 505, "HTTP_VERSION_NOT_SUPPORTED", NULL },
        { LINE("/echo", "x") "\r\n", "", 0, "", 400, "BAD_REQUEST", NULL },
        { "POST /echo HTTP/1.1\r\nX-Request-Id: mine\r\nHost: t\r\nTransfer-Encoding: chunked\r\n"
          "Content-Type: application/json\r\n\r\nzz\r\n",
          "", 0, "", 400, "BAD_REQUEST", "mine" },
    };
#undef LINE
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *request =
            repeat(cases[i].before, cases[i].part, cases[i].n, cases[i].after);
        g_autofree char *answer = hc_exchange(server.port, request);
        g_autofree char *id = hc_header(answer, "X-Request-Id");
        g_autofree char *type = hc_header(answer, "Content-Type");
        g_autofree char *code = g_strdup_printf("{\"error\":{\"code\":\"%s\"", cases[i].code);
        if (hc_status(answer) != cases[i].status || id == NULL || type == NULL
            || strstr(answer, "\nHTTP/1.1 ") != NULL || !g_str_has_prefix(hc_body(answer), code)) {
            fail_msg("case %zu gave:\n%s", i, answer);
        }
        assert_true(cases[i].id == NULL || strcmp(id, cases[i].id) == 0);
        assert_string_equal(type, "application/json");
    }
}

#define ECHO "GET /echo HTTP/1.1\r\nHost: t\r\nConnection: close\r\n"
#define BYTES(text)                                                                                \
    {                                                                                              \
        (text), sizeof(text) - 1                                                                   \
    }

static int
status_of(const char *bytes, size_t length)
{
    int fd = hc_connect(server.port);

    hc_send(fd, bytes, length);
    g_autofree char *answer = hc_read_all(fd, NULL);
    return hc_status(answer);
}

/* A NUL wherever it stands: what is behind it would not be seen. And what a value may not have. */
static void
test_nul(void **state)
{
    static const struct {
        const char *bytes;
        size_t length;
    } cases[] = {
        BYTES(ECHO "X-A: a\0junk\r\n\r\n"),
        BYTES(ECHO "X-A: a\0\r\n\r\n"),
        BYTES(ECHO "X-A: \0a\r\n\r\n"),
        BYTES(ECHO "X-A: a\0junk\r\nX-B: b\r\n\r\n"),
        BYTES(ECHO "X-A: a\0\r\nX-B: b\r\n\r\n"),
        BYTES(ECHO "X-A: a\0junk\nX-B: b\r\n\r\n"),
        BYTES(ECHO "X-A\0B: a\r\n\r\n"),
        BYTES("GET /echo HTTP/1.1\r\nHost: t\0junk\r\nConnection: close\r\n\r\n"),
        BYTES("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 2\0 9\r\n\r\n{}"),
        BYTES("GET /echo\0junk HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n"),
        BYTES("GET /echo?a=\0junk HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n"),
        BYTES("GET /echo\0?a=1 HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n"),
        BYTES("GET /echo\0 HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n"),
        BYTES("GET\0X /echo HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n"),
        BYTES("GET \0/echo HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n"),
        BYTES("GET /echo HTTP/1.1\0\r\nHost: t\r\nConnection: close\r\n\r\n"),
        BYTES("GET /echo HTTP/1.1\r\n\0Host: t\r\nConnection: close\r\n\r\n"),
        BYTES(ECHO "X-A: a\rb\r\n\r\n"),
        BYTES(ECHO "X-A: a\r\r\n\r\n"),
        BYTES(ECHO "X-A: a\r\n b\r\n\r\n"),
    };
    const int before = g_atomic_int_get(&handled);
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        int status = status_of(cases[i].bytes, cases[i].length);
        if (status != 400) {
            fail_msg("case %zu gave %d", i, status);
        }
    }
    assert_int_equal(g_atomic_int_get(&handled), before);
}

/* Heads with all that is allowed, in one piece and byte by byte, alone and behind one another. */
static void
test_whole(void **state)
{
    static const char *const heads[] = {
        ECHO "\r\n",
        ECHO "X-A:\r\nX-B:b\r\nX-C: \r\nX-D: \t d \t\r\n\r\n",
        "GET   /echo?a=%20&b=1&c  HTTP/1.1\nHost: t\nConnection: close\nX-A: a\n\n",
        "GET /echo HTTP/1.1\nHost: t\nConnection: close\r\n\n",
        "GET /echo HTTP/1.1\r\nHost: t\r\nConnection: close\n\r\n",
        "GET /%65cho HTTP/1.1\r\nHost: t\r\nConnection: close\r\nCookie: a=1; b=\"2\"\r\n\r\n",
        "GET http://t/echo?a HTTP/1.0\r\n\r\n",
        "\r\n\r\n" ECHO "\r\n",
        "GET /echo HTTP/1.1\r\nHost: t\r\n\r\n" ECHO "X-A: a\r\n\r\n",
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(heads); i++) {
        int status = status_of(heads[i], strlen(heads[i]));
        int fd = hc_connect(server.port);
        for (const char *byte = heads[i]; *byte != '\0'; byte++) {
            hc_send(fd, byte, 1);
        }
        g_autofree char *slow = hc_read_all(fd, NULL);
        /* the target with a blank at its end is refused for itself */
        const int expected = strstr(heads[i], "c  HTTP") != NULL ? 400 : 200;
        if (status != expected || hc_status(slow) != expected) {
            fail_msg("head %zu gave %d, and slowly:\n%s", i, status, slow);
        }
    }
    g_autofree char *many = repeat(ECHO, "X-A: 0123456789\r\n", 150, "\r\n");
    assert_int_equal(status_of(many, strlen(many)), 200);
    g_autofree char *wide = repeat(ECHO "X-A: ", "0123456789", 900, "\r\n\r\n");
    assert_int_equal(status_of(wide, strlen(wide)), 200);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parameters), cmocka_unit_test(test_kept_connection),
        cmocka_unit_test(test_full_heads), cmocka_unit_test(test_refused_by_the_library),
        cmocka_unit_test(test_nul),        cmocka_unit_test(test_whole),
    };
    return cmocka_run_group_tests(tests, setup, hc_teardown);
}
