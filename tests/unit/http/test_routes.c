/* test_routes.c: matching, decoding of path and query, HEAD, OPTIONS, 404, 405, and the headers of
 * every answer. */
#include "http_client.h"

#include "jw/json.h"

static HcServer server;

static void
get_item(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    g_autofree char *text =
        g_strdup_printf("%s:%s", (const char *)context, jw_http_param(request, "id"));
    assert_null(jw_http_param(request, "absent"));
    jw_http_reply_text(reply, 200, "text/plain", text);
}

static void
get_named(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    (void)request;
    (void)context;
    jw_http_reply_text(reply, 200, "text/plain", "named");
}

static void
get_query(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    (void)context;
    const char *a = jw_http_query(request, "a");
    g_autofree char *text = g_strdup_printf("a=%s", a != NULL ? a : "(none)");
    jw_http_reply_text(reply, 200, "text/plain", text);
}

static void
get_trace(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    (void)context;
    jw_http_reply_text(reply, 200, "text/plain", jw_http_traceparent(request));
}

static void
get_silent(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    (void)request;
    (void)reply;
    (void)context;
}

static void
get_error(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    g_autoptr(GError) error = NULL;
    gint64 code = g_ascii_strtoll(jw_http_param(request, "code"), NULL, 10);
    (void)context;
    (void)jw_fail(&error, (JwErrorCode)code, "detail of mongo-7");
    jw_http_reply_error(reply, error);
}

static void
get_bad_header(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    (void)request;
    (void)context;
    jw_http_reply_text(reply, 200, "text/plain", "x");
    jw_http_reply_header(reply, "X-Bad", "a\r\nSet-Cookie: evil=1");
    jw_http_reply_header(reply, "X-Good", "a");
    jw_http_reply_header(reply, "x-good", "b");
}

static json_t *
render(const JwHttpProblem *problem, const char **ret_content_type)
{
    *ret_content_type = "application/problem+json";
    return json_pack("{s:s, s:i, s:s}", "title", problem->code, "status", problem->status, "rid",
                     problem->request_id);
}

static const JwHttpRoute item_routes[] = {
    { "GET", "/:id", get_item, NULL, &jw_http_any_query },
    { "DELETE", "/:id", get_item, NULL, NULL },
    { "GET", "/named", get_named, NULL, NULL },
    { "GET", "/:id/parts/:part", get_item, NULL, NULL },
    { 0 },
};
static const JwHttpApi items = {
    .name = "items", .prefix = "/items", .errors = render, .routes = item_routes
};

static const JwField query_fields[] = {
    { .name = "a", .type = JW_FIELD_STRING },
    { .name = "b", .type = JW_FIELD_STRING },
    { 0 },
};
static const JwHttpRoute other_routes[] = {
    { .method = "GET", .pattern = "/", .handler = get_named },
    { .method = "GET", .pattern = "/query", .handler = get_query, .query = query_fields },
    { .method = "GET", .pattern = "/trace", .handler = get_trace },
    { .method = "GET", .pattern = "/silent", .handler = get_silent },
    { .method = "GET", .pattern = "/error/:code", .handler = get_error },
    { .method = "GET", .pattern = "/bad-header", .handler = get_bad_header },
    { .method = "POST", .pattern = "/only-post", .handler = get_named },
    { 0 },
};
static const JwHttpApi others = { .name = "others", .prefix = "", .routes = other_routes };

static const JwHttpApi *const apis[] = { &others, &items, NULL };

static char context[] = "ctx";

static int
setup(void **state)
{
    hc_server_init(&server);
    hc_server_start(&server, apis, context);
    *state = &server;
    return 0;
}

static void
test_paths(void **state)
{
    static const struct {
        const char *target;
        int status;
        const char *body; /* NULL: any */
    } cases[] = {
        { "/items/7", 200, "ctx:7" },
        { "/items/7/", 200, "ctx:7" },
        { "/items/named", 200, "named" },
        { "/items/%6eamed", 200, "named" },
        { "/items/a%20b+c", 200, "ctx:a b+c" },
        { "/items/z%C3%BCrich", 200, "ctx:z\xc3\xbcrich" },
        { "/items/9/parts/x", 200, "ctx:9" },
        { "/items/7?x=1", 200, "ctx:7" },
        { "/items/a%25b", 200, "ctx:a%b" },
        { "/", 200, "named" },
        { "http://t/items/7", 200, "ctx:7" },
        { "HTTP://other.example/items/7?y", 200, NULL },
        { "/items", 404, NULL },
        { "/items/", 404, NULL },
        { "/items//", 404, NULL },
        { "//items/7", 404, NULL },
        { "/Items/7", 404, NULL },
        { "/items/7/parts", 404, NULL },
        { "/items/7/parts/", 404, NULL },
        { "/items/.", 404, NULL },
        { "/items/..", 404, NULL },
        { "/items/%2e%2e", 404, NULL },
        { "/items/a%2Fb", 400, NULL },
        { "/items/a%2fb", 400, NULL },
        { "/items/a%00b", 400, NULL },
        { "/items/a%0d%0aX:1", 400, NULL },
        { "/items/a%7f", 400, NULL },
        { "/items/a%1b", 400, NULL },
        { "/items/%c3%28", 400, NULL },
        { "/items/%c0%af", 400, NULL },
        { "/items/%ed%a0%80", 400, NULL },
        { "/items/%ff", 400, NULL },
        { "/items/a b", 400, NULL },
        { "/items/a\tb", 400, NULL },
        { "/items/%", 400, NULL },
        { "/items/%4", 400, NULL },
        { "/items/%zz", 400, NULL },
        { "/items/%%32%65", 400, NULL },
        { "/items/\xff", 400, NULL },
        { "items/7", 400, NULL },
        { "/1/2/3/4/5/6/7/8/9/0/1/2/3/4/5/6/7/8/9/0/1/2/3/4/5/6/7/8/9/0/1/2/3", 400, NULL },
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *answer = hc_ask(server.port, "GET", cases[i].target, "", NULL);
        if (hc_status(answer) != cases[i].status
            || (cases[i].body != NULL && strcmp(hc_body(answer), cases[i].body) != 0)) {
            fail_msg("%s gave:\n%s", cases[i].target, answer);
        }
    }
}

static void
test_queries(void **state)
{
    static const struct {
        const char *target;
        int status;
        const char *pattern;
    } cases[] = {
        { "/query", 200, "a=(none)" },
        { "/query?", 200, "a=(none)" },
        { "/query?a=1&b=2", 200, "a=1" },
        { "/query?b=2&&a=x%26y%3Dz", 200, "a=x&y=z" },
        { "/query?a=one+two%2Bthree", 200, "a=one two+three" },
        { "/query?a", 200, "a=" },
        { "/query?a=b=c", 200, "a=b=c" },
        { "/query?a=%2F", 200, "a=/" },
        { "/query?a=1&a=2", 400, "*\"pointer\":\"/a\"*more than once*" },
        { "/query?c=1&a=1", 400, "*\"pointer\":\"/c\"*known are: a, b*" },
        { "/query?x~/y=1&z=2", 400, "*\"/x~0~1y\"*\"/z\"*" },
        { "/query?a=%00", 400, "*not well formed*" },
        { "/query?a=%0a", 400, "*not well formed*" },
        { "/query?a=%ff", 400, "*not well formed*" },
        { "/query?a=%", 400, "*not well formed*" },
        { "/query?%zz=1", 400, "*not well formed*" },
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *answer = hc_ask(server.port, "GET", cases[i].target, "", NULL);
        if (hc_status(answer) != cases[i].status
            || !g_pattern_match_simple(cases[i].pattern, hc_body(answer))) {
            fail_msg("%s gave:\n%s", cases[i].target, answer);
        }
    }
    GString *many = g_string_new("/query?a=1");
    for (size_t i = 0; i < 100; i++) {
        g_string_append_printf(many, "&p%zu", i);
    }
    g_autofree char *answer = hc_ask(server.port, "GET", many->str, "", NULL);
    assert_int_equal(hc_status(answer), 400);
    g_string_free(many, TRUE);
}

static void
test_methods(void **state)
{
    static const struct {
        const char *method, *target;
        int status;
        const char *allow;
    } cases[] = {
        { "DELETE", "/items/7", 200, NULL },
        { "POST", "/items/7", 405, "GET, HEAD, DELETE, OPTIONS" },
        { "PUT", "/only-post", 405, "POST, OPTIONS" },
        { "GET", "/only-post", 405, "POST, OPTIONS" },
        { "HEAD", "/only-post", 405, "POST, OPTIONS" },
        { "TRACE", "/query", 405, "GET, HEAD, OPTIONS" },
        { "BREW", "/query", 405, "GET, HEAD, OPTIONS" },
        { "get", "/query", 405, "GET, HEAD, OPTIONS" },
        { "OPTIONS", "/query", 204, "GET, HEAD, OPTIONS" },
        { "OPTIONS", "/items/7", 204, "GET, HEAD, DELETE, OPTIONS" },
        { "OPTIONS", "/nothing", 404, NULL },
        { "OPTIONS", "*", 204, "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS" },
        { "HEAD", "/items/7", 200, NULL },
        { "HEAD", "/nothing", 404, NULL },
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *answer = hc_ask(server.port, cases[i].method, cases[i].target, "", NULL);
        g_autofree char *allow = hc_header(answer, "Allow");
        if (hc_status(answer) != cases[i].status || g_strcmp0(allow, cases[i].allow) != 0) {
            fail_msg("%s %s gave:\n%s", cases[i].method, cases[i].target, answer);
        }
    }
}

/* HEAD has the header of GET and no body. */
static void
test_head(void **state)
{
    (void)state;
    g_autofree char *got = hc_ask(server.port, "GET", "/items/7", "", NULL);
    g_autofree char *head = hc_ask(server.port, "HEAD", "/items/7", "", NULL);
    g_autofree char *got_length = hc_header(got, "Content-Length");
    g_autofree char *head_length = hc_header(head, "Content-Length");
    assert_string_equal(got_length, head_length);
    assert_string_equal(hc_body(head), "");
}

static void
test_common_headers(void **state)
{
    static const struct {
        const char *header, *taken; /* NULL: one is created */
    } cases[] = {
        { "X-Request-Id: abc.DEF_1-2\r\n", "abc.DEF_1-2" },
        { "X-Request-Id: a b\r\n", NULL },
        { "X-Request-Id: a\"b\r\n", NULL },
        { "X-Request-Id: \xc3\xa9\r\n", NULL },
        { "X-Request-Id: a\r\nX-Request-Id: b\r\n", NULL },
        { "X-Request-Id: \r\n", NULL },
        { "", NULL },
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *answer =
            hc_ask(server.port, "GET", i % 2 == 0 ? "/items/7" : "/nothing", cases[i].header, NULL);
        g_autofree char *id = hc_header(answer, "X-Request-Id");
        g_autofree char *sniff = hc_header(answer, "X-Content-Type-Options");
        g_autofree char *cache = hc_header(answer, "Cache-Control");
        assert_string_equal(sniff, "nosniff");
        assert_string_equal(cache, "no-store");
        if (cases[i].taken != NULL) {
            assert_string_equal(id, cases[i].taken);
        } else {
            assert_int_equal(strlen(id), 36);
        }
    }
    for (size_t length = 128; length <= 129; length++) {
        g_autofree char *text = g_strnfill(length, 'x');
        g_autofree char *header = g_strdup_printf("X-Request-Id: %s\r\n", text);
        g_autofree char *answer = hc_ask(server.port, "GET", "/items/7", header, NULL);
        g_autofree char *id = hc_header(answer, "X-Request-Id");
        assert_int_equal(strlen(id), length == 128 ? 128 : 36);
    }
}

#define TRACE_ID "4bf92f3577b34da6a3ce929d0e0e4736"

static void
test_traceparent(void **state)
{
    static const struct {
        const char *value;
        bool taken;
    } cases[] = {
        { "00-" TRACE_ID "-00f067aa0ba902b7-01", true },
        { "00-" TRACE_ID "-00f067aa0ba902b7-00", true },
        { "cc-" TRACE_ID "-00f067aa0ba902b7-01-what-comes", true },
        { "00-" TRACE_ID "-00f067aa0ba902b7-01-more", false },
        { "cc-" TRACE_ID "-00f067aa0ba902b7-01x", false },
        { "ff-" TRACE_ID "-00f067aa0ba902b7-01", false },
        { "00-" TRACE_ID "-0000000000000000-01", false },
        { "00-00000000000000000000000000000000-00f067aa0ba902b7-01", false },
        { "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", false },
        { "00-" TRACE_ID "-00f067aa0ba902b7-0g", false },
        { "00-" TRACE_ID "-00f067aa0ba902b7", false },
        { "", false },
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *header = g_strdup_printf("traceparent: %s\r\n", cases[i].value);
        g_autofree char *answer = hc_ask(server.port, "GET", "/trace", header, NULL);
        const char *traceparent = hc_body(answer);
        assert_int_equal(strlen(traceparent), 55);
        assert_int_equal(strncmp(traceparent, "00-", 3), 0);
        bool same = strncmp(traceparent + 3, TRACE_ID, 32) == 0;
        if (same != cases[i].taken) {
            fail_msg("%s gave %s", cases[i].value, traceparent);
        }
        assert_null(strstr(traceparent, "00f067aa0ba902b7")); /* a span of this hop */
        if (same) {
            assert_int_equal(strncmp(traceparent + 53, cases[i].value + 53, 2), 0);
        }
    }
}

static void
test_errors(void **state)
{
    static const struct {
        JwErrorCode code;
        int status;
        bool open; /* the message reaches the caller */
        bool later;
    } cases[] = {
        { JW_ERROR_INVALID, 400, true, false },     { JW_ERROR_NOT_FOUND, 404, true, false },
        { JW_ERROR_CONFLICT, 409, true, false },    { JW_ERROR_DENIED, 403, true, false },
        { JW_ERROR_TOO_LARGE, 413, true, false },   { JW_ERROR_BUSY, 503, false, true },
        { JW_ERROR_UNAVAILABLE, 503, false, true }, { JW_ERROR_IN_DOUBT, 503, false, true },
        { JW_ERROR_INTERNAL, 500, false, false },   { JW_ERROR_CORRUPT, 500, false, false },
        { JW_ERROR_CANCELLED, 500, false, false },
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *target = g_strdup_printf("/error/%d", (int)cases[i].code);
        g_autofree char *answer = hc_ask(server.port, "GET", target, "", NULL);
        g_autofree char *retry = hc_header(answer, "Retry-After");
        assert_int_equal(hc_status(answer), cases[i].status);
        assert_int_equal(strstr(answer, "mongo-7") != NULL, cases[i].open);
        assert_int_equal(retry != NULL, cases[i].later);
        assert_non_null(strstr(answer, "\"requestId\":\""));
    }
}

/* The form of the API is used also where no handler was reached. */
static void
test_styles(void **state)
{
    static const char *const targets[] = { "/items/7/nothing", "/items" };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(targets); i++) {
        g_autofree char *answer =
            hc_ask(server.port, "GET", targets[i], "X-Request-Id: r1\r\n", NULL);
        g_autofree char *type = hc_header(answer, "Content-Type");
        assert_string_equal(type, "application/problem+json");
        assert_string_equal(hc_body(answer),
                            "{\"title\":\"NOT_FOUND\",\"status\":404,\"rid\":\"r1\"}");
    }
    g_autofree char *wrong_method =
        hc_ask(server.port, "POST", "/items/7", "X-Request-Id: r1\r\n", NULL);
    assert_non_null(strstr(wrong_method, "\"title\":\"METHOD_NOT_ALLOWED\""));
    g_autofree char *other = hc_ask(server.port, "GET", "/nothing", "", NULL);
    assert_non_null(strstr(other, "{\"error\":{\"code\":\"NOT_FOUND\""));
}

/* A refusal before the route is found also has the form of the path's API. */
static void
test_styles_before_routing(void **state)
{
    static const struct {
        const char *target, *headers;
        bool styled;
    } cases[] = {
        { "/items/%00", "", true },
        { "/items/%zz", "", true },
        { "/items/7%2F8", "", true },
        { "/items/\x80", "", true },
        { "/items/7/parts/%", "", true },
        { "/items?a=%00", "", true },
        { "/items/7?a=%f", "", true },
        { "http://t/items/%00", "", true },
        { "/%69tems/%00", "", true },
        { "/items/7", "Content-Length: 0\r\nContent-Length: 1\r\n", true },
        { "/items/7", "Host: other\r\n", true },
        { "/%00/items", "", false },
        { "/query/%00", "", false },
        { "/?a=%00", "", false },
        { "items/%00", "", false },
    };
    (void)state;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *headers = g_strconcat(cases[i].headers, "X-Request-Id: r1\r\n", NULL);
        g_autofree char *answer = hc_ask(server.port, "GET", cases[i].target, headers, NULL);
        g_autofree char *type = hc_header(answer, "Content-Type");
        const char *form = cases[i].styled
                               ? "{\"title\":\"BAD_REQUEST\",\"status\":400,\"rid\":\"r1\"}"
                               : "{\"error\":{\"code\":\"BAD_REQUEST\"";

        if (hc_status(answer) != 400 || !g_str_has_prefix(hc_body(answer), form)) {
            fail_msg("%s gave:\n%s", cases[i].target, answer);
        }
        assert_string_equal(type,
                            cases[i].styled ? "application/problem+json" : "application/json");
    }
}

static void
test_handlers_at_fault(void **state)
{
    (void)state;
    g_autofree char *silent = hc_ask(server.port, "GET", "/silent", "", NULL);
    assert_int_equal(hc_status(silent), 500);
    g_autofree char *bad = hc_ask(server.port, "GET", "/bad-header", "", NULL);
    g_autofree char *good_header = hc_header(bad, "X-Good");
    assert_int_equal(hc_status(bad), 200);
    assert_null(strstr(bad, "evil"));
    assert_string_equal(good_header, "b");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_queries),
        cmocka_unit_test(test_methods),
        cmocka_unit_test(test_head),
        cmocka_unit_test(test_common_headers),
        cmocka_unit_test(test_traceparent),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_styles),
        cmocka_unit_test(test_styles_before_routing),
        cmocka_unit_test(test_handlers_at_fault),
    };
    return cmocka_run_group_tests(tests, setup, hc_teardown);
}
