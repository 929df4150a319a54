/* test_guard.c: what must not reach a handler: ambiguous frames, long bodies, other media types. */
#include "http_client.h"

#include <unistd.h>

static HcServer server;
static int handled; /* atomic */

static void
post_echo(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    size_t length = 0;
    const char *body = jw_http_body(request, &length);
    g_autofree char *text =
        g_strdup_printf("[%zu]%.*s", length, (int)MIN(length, 20), length > 0 ? body : "");
    (void)context;
    g_atomic_int_inc(&handled);
    jw_http_reply_text(reply, 200, "text/plain", text);
}

static const JwHttpRoute routes[] = {
    { .method = "POST", .pattern = "/echo", .handler = post_echo },
    { .method = "GET", .pattern = "/echo", .handler = post_echo },
    { 0 },
};
static const JwHttpApi api = { .name = "test", .prefix = "", .routes = routes };
static const JwHttpApi *const apis[] = { &api, NULL };

static int
setup(void **state)
{
    hc_server_init(&server);
    server.config.request_age_ms = 1000; /* frames without an end are cut then */
    hc_server_start(&server, apis, NULL);
    *state = &server;
    return 0;
}

#define POST "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\n"
/* A request smuggled behind an ambiguous one; it must never be answered. */
#define HIDDEN "GET /echo HTTP/1.1\r\nHost: hidden\r\n\r\n"

/* Refused with 400 (413 for a length beyond all numbers), also what libmicrohttpd refuses, and the
 * connection is closed without a second answer. */
static void
test_smuggling(void **state)
{
    static const char *const cases[] = {
        POST "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" HIDDEN,
        POST "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n" HIDDEN,
        POST "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}" HIDDEN,
        POST "Content-Length: 2\r\ncontent-length: 3\r\n\r\n{}" HIDDEN,
        POST "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}" HIDDEN,
        POST "Content-Length: 2, 2\r\n\r\n{}" HIDDEN,
        POST "Content-Length: +2\r\n\r\n{}" HIDDEN,
        POST "Content-Length: -2\r\n\r\n{}" HIDDEN,
        POST "Content-Length: 0x2\r\n\r\n{}" HIDDEN,
        POST "Content-Length: 2 \t3\r\n\r\n{}" HIDDEN,
        POST "Content-Length: 99999999999999999999\r\n\r\n{}" HIDDEN,
        POST "Content-Length:\r\n\r\n{}" HIDDEN,
        POST "Content-Length: 2\t\r\n\r\n{}" HIDDEN,
        POST "Content-Length: 18446744073709551617\r\n\r\n{}" HIDDEN,
        POST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" HIDDEN,
        POST "Transfer-Encoding: identity\r\n\r\n" HIDDEN,
        POST "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" HIDDEN,
        POST "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n" HIDDEN,
        POST "Transfer-Encoding: chunked\r\nTransfer-encoding: x\r\n\r\n0\r\n\r\n" HIDDEN,
        POST "Content-Length: 2\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" HIDDEN,
        POST "Content-Length: 2\r\n 3\r\n\r\n{}" HIDDEN,
        POST "Content-Length:\r\n\t2\r\n\r\n{}" HIDDEN,
        POST "Transfer-Encoding: chunked\r\n , x\r\n\r\n0\r\n\r\n" HIDDEN,
        POST "Content-Length : 2\r\n\r\n{}" HIDDEN,
        POST "Content-Length\t: 2\r\n\r\n{}" HIDDEN,
        POST "Content Length: 2\r\n\r\n{}" HIDDEN,
        POST "Host: other\r\nContent-Length: 2\r\n\r\n{}" HIDDEN,
        "POST /echo HTTP/1.0\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" HIDDEN,
        "POST /echo HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}" HIDDEN, /* no Host */
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        int before = g_atomic_int_get(&handled);
        g_autofree char *answer = hc_exchange(server.port, cases[i]);
        g_autofree char *request_id = hc_header(answer, "X-Request-Id");
        if ((hc_status(answer) != 400 && hc_status(answer) != 413) || request_id == NULL
            || strstr(answer, "\nHTTP/1.1 ") != NULL) {
            fail_msg("case %zu:\n%s\ngave:\n%s", i, cases[i], answer);
        }
        assert_int_equal(g_atomic_int_get(&handled), before);
    }
}

static void
test_good_frames(void **state)
{
    static const struct {
        const char *request, *body;
    } cases[] = {
        { POST "Connection: close\r\nContent-Length: 2\r\n\r\n{}", "[2]{}" },
        { POST "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
          "[2]{}" },
        { POST "Connection: close\r\nContent-Length: 0\r\n\r\n", "[0]" },
        { "POST /echo HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n", "[0]" },
        { "POST /echo HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
          "[2]{}" },
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *answer = hc_exchange(server.port, cases[i].request);
        assert_string_equal(hc_body(answer), cases[i].body);
    }
}

/* A body may be as long as the limit; one byte more is 413, however its length is given. */
static void
test_body_limit(void **state)
{
    static const struct {
        size_t length;
        bool chunked;
        int status;
    } cases[] = {
        { 999, false, 200 },   { 1000, false, 200 },   { 1001, false, 413 }, { 5000, false, 413 },
        { 999, true, 200 },    { 1000, true, 200 },    { 1001, true, 413 },  { 5000, true, 413 },
        { 200000, true, 413 }, { 200000, false, 413 },
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *body = g_strnfill(cases[i].length, '1');
        g_autofree char *request =
            cases[i].chunked
                ? g_strdup_printf(POST "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
                                       "%zx\r\n%s\r\n0\r\n\r\n",
                                  cases[i].length, body)
                : g_strdup_printf(POST "Connection: close\r\nContent-Length: %zu\r\n\r\n%s",
                                  cases[i].length, body);
        int before = g_atomic_int_get(&handled);
        g_autofree char *answer = hc_exchange(server.port, request);
        assert_int_equal(hc_status(answer), cases[i].status);
        assert_int_equal(g_atomic_int_get(&handled), before + (cases[i].status == 200 ? 1 : 0));
    }
}

/* After a 413 the connection is closed even when the client wanted to keep it. */
static void
test_too_large_closes(void **state)
{
    g_autofree char *body = g_strnfill(1001, '1');
    g_autofree char *request = g_strdup_printf(POST "Content-Length: 1001\r\n\r\n%s" HIDDEN, body);
    (void)state;
    g_autofree char *answer = hc_exchange(server.port, request);
    assert_int_equal(hc_status(answer), 413);
    assert_null(strstr(answer + 1, "HTTP/1.1 200"));
    g_autofree char *request_id = hc_header(answer, "X-Request-Id");
    assert_non_null(request_id);
}

/* Answered before the body, which a client may be waiting to send or never send. */
static void
test_answered_at_once(void **state)
{
    static const struct {
        const char *request;
        int status;
    } cases[] = {
        { POST "Content-Length: 1001\r\nExpect: 100-continue\r\n\r\n", 413 },
        { POST "Content-Length: 9000000000\r\nExpect: 100-continue\r\n\r\n", 413 },
        { POST "Transfer-Encoding: gzip\r\n\r\n", 400 },
        { POST "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", 400 },
        { "POST /echo HTTP/1.1\r\nContent-Length: 5\r\n\r\n", 400 },
        { "GET /echo HTTP/1.1\r\n\r\n", 400 },
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *answer = hc_exchange(server.port, cases[i].request);
        g_autofree char *request_id = hc_header(answer, "X-Request-Id");
        if (hc_status(answer) != cases[i].status || request_id == NULL) {
            fail_msg("case %zu gave:\n%s", i, answer);
        }
    }
    g_autofree char *leave =
        hc_exchange(server.port, POST "Connection: close\r\nContent-Length: 2\r\nExpect: "
                                      "100-continue\r\n\r\n{}");
    assert_non_null(strstr(leave, "HTTP/1.1 200 OK\r\n"));
}

static void
test_media_types(void **state)
{
    static const struct {
        const char *headers;
        int status;
    } cases[] = {
        { "Content-Type: application/json\r\n", 200 },
        { "Content-Type: APPLICATION/JSON; charset=UTF-8\r\n", 200 },
        { "Content-Type: application/json;charset=\"utf-8\"\r\n", 200 },
        { "Content-Type: application/json\r\nContent-Encoding: identity\r\n", 200 },
        { "Content-Type: application/json; charset=latin1\r\n", 415 },
        { "Content-Type: application/json; boundary=x\r\n", 415 },
        { "Content-Type: application/jsonp\r\n", 415 },
        { "Content-Type: text/json\r\n", 415 },
        { "Content-Type: application/x-www-form-urlencoded\r\n", 415 },
        { "Content-Type: multipart/form-data; boundary=b\r\n", 415 },
        { "Content-Type: application/json\r\nContent-Type: text/plain\r\n", 415 },
        { "Content-Type: application/json\r\nContent-Encoding: gzip\r\n", 415 },
        { "Content-Type: \r\n", 415 },
        { "", 415 },
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *request =
            g_strdup_printf("POST /echo HTTP/1.1\r\nHost: t\r\nConnection: close\r\n"
                            "%sContent-Length: 3\r\n\r\na=1",
                            cases[i].headers);
        g_autofree char *answer = hc_exchange(server.port, request);
        if (hc_status(answer) != cases[i].status) {
            fail_msg("%s gave:\n%s", cases[i].headers, answer);
        }
    }
}

/* A form, which a server may parse in quadratic time, stays unparsed. */
static void
test_hostile_form(void **state)
{
    GString *request = g_string_new("POST /echo HTTP/1.1\r\nHost: t\r\nConnection: close\r\n"
                                    "Content-Type: application/x-www-form-urlencoded\r\n"
                                    "Content-Length: 1000000\r\n\r\n");
    (void)state;
    for (size_t i = 0; i < 250000; i++) {
        g_string_append(request, "a=1&");
    }
    gint64 start = g_get_monotonic_time();
    g_autofree char *answer = hc_exchange(server.port, request->str);
    assert_int_equal(hc_status(answer), 413);
    assert_true(g_get_monotonic_time() - start < 5 * G_USEC_PER_SEC);
    g_string_free(request, TRUE);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_smuggling),    cmocka_unit_test(test_good_frames),
        cmocka_unit_test(test_body_limit),   cmocka_unit_test(test_too_large_closes),
        cmocka_unit_test(test_media_types),  cmocka_unit_test(test_answered_at_once),
        cmocka_unit_test(test_hostile_form),
    };
    return cmocka_run_group_tests(tests, setup, hc_teardown);
}
