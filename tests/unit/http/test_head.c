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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parameters),
        cmocka_unit_test(test_kept_connection),
        cmocka_unit_test(test_full_heads),
    };
    return cmocka_run_group_tests(tests, setup, hc_teardown);
}
