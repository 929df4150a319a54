/* test_apis.c: every API stands in its OpenAPI file, route by route and query parameter by query
 * parameter, and nothing else does; its metrics; and what is answered without a valid token. */
#include "gwkit.h"

#include <string.h>

#include "../http/http_client.h"
#include "jw/json.h"
#include "jw/metrics.h"
#include "jw/text.h"

static int
compare(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static char *
sorted(GPtrArray *lines)
{
    g_ptr_array_sort(lines, compare);
    g_ptr_array_add(lines, NULL);
    return g_strjoinv("\n", (char **)lines->pdata);
}

/* "GET /a/{b}" and "GET /a/{b} ?name" for each route and its query. */
static char *
served(const JwHttpApi *api)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GRegex) parameter = g_regex_new("/:([^/]+)", 0, 0, NULL);

    for (const JwHttpRoute *route = api->routes; route->method != NULL; route++) {
        g_autofree char *pattern = g_strconcat(api->prefix, route->pattern, NULL);
        g_autofree char *path = g_regex_replace(parameter, pattern, -1, 0, "/{\\1}", 0, NULL);

        g_ptr_array_add(lines, g_strdup_printf("%s %s", route->method, path));
        for (const JwField *field = route->query; field != NULL && field->name != NULL; field++) {
            g_ptr_array_add(lines, g_strdup_printf("%s %s ?%s", route->method, path, field->name));
        }
    }
    return sorted(lines);
}

/* The same of the file, by the indentation that our YAML has. */
static char *
described(const char *file)
{
    g_autofree char *path = g_build_filename(JW_SOURCE_DIR, "schemas", "http", file, NULL);
    g_autoptr(GError) error = NULL;
    g_autofree char *text = jw_file_read(path, 1 << 20, NULL, &error);
    assert_ok(text != NULL, error);
    g_auto(GStrv) rows = g_strsplit(text, "\n", -1);
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GRegex) is_path = g_regex_new("^  (/[^:]*):$", 0, 0, NULL);
    g_autoptr(GRegex) is_method = g_regex_new("^    (get|post|put|patch|delete):$", 0, 0, NULL);
    g_autoptr(GRegex) is_query = g_regex_new("^        - \\{ name: (\\w+), in: query,", 0, 0, NULL);
    g_autofree char *under = NULL, *method = NULL;

    for (size_t i = 0; rows[i] != NULL; i++) {
        g_autoptr(GMatchInfo) match = NULL;
        if (g_regex_match(is_path, rows[i], 0, &match)) {
            g_free(under);
            under = g_match_info_fetch(match, 1);
            continue;
        }
        g_clear_pointer(&match, g_match_info_unref);
        if (g_regex_match(is_method, rows[i], 0, &match)) {
            g_autofree char *lower = g_match_info_fetch(match, 1);
            g_free(method);
            method = g_ascii_strup(lower, -1);
            g_ptr_array_add(lines, g_strdup_printf("%s %s", method, under));
            continue;
        }
        g_clear_pointer(&match, g_match_info_unref);
        if (g_regex_match(is_query, rows[i], 0, &match)) {
            g_autofree char *name = g_match_info_fetch(match, 1);
            g_ptr_array_add(lines, g_strdup_printf("%s %s ?%s", method, under, name));
        }
    }
    return sorted(lines);
}

static void
test_described(void **state G_GNUC_UNUSED)
{
    for (size_t i = 0; gw_apis[i] != NULL; i++) {
        assert_non_null(gw_apis[i]->openapi);
        g_autofree char *ours = served(gw_apis[i]);
        g_autofree char *theirs = described(gw_apis[i]->openapi);
        assert_string_equal(ours, theirs);
    }
}

static void
test_without_token(void **state)
{
    GwKit *kit = *state;
    static const char *const wrong[] = { "Authorization: Bearer x.y.z", NULL };
    static const char message[] = "a valid token is needed: Authorization: Bearer <token>";

    g_auto(Answer) none = kit_get(kit, NULL, KIT_JOBS);
    assert_answer(none, 401, "UNAUTHORIZED");
    assert_string_equal(answer_header(&none, "www-authenticate"), "Bearer realm=\"jobwire\"");
    assert_string_equal(answer_text(&none, "error.message"), message);
    g_auto(Answer) refused = kit_ask(kit, NULL, "GET", KIT_JOBS, NULL, wrong);
    assert_answer(refused, 401, "UNAUTHORIZED");
    assert_string_equal(answer_header(&refused, "www-authenticate"),
                        "Bearer realm=\"jobwire\", error=\"invalid_token\", "
                        "error_description=\"the header is not base64url\"");
    assert_string_equal(answer_text(&refused, "error.message"),
                        "the header is not base64url; a valid token is needed: Authorization: "
                        "Bearer <token>");
    g_auto(Answer) forbidden = kit_get(kit, "nobody", KIT_JOBS);
    assert_answer(forbidden, 403, "FORBIDDEN");
    assert_string_equal(answer_text(&forbidden, "error.message"),
                        "this needs the permission 'reports:read'");
    assert_string_equal(answer_header(&forbidden, "www-authenticate"),
                        "Bearer realm=\"jobwire\", error=\"insufficient_scope\", "
                        "scope=\"reports:read\"");
}

/* Told apart from one that is missing, so that a client knows to fetch a new one. */
static void
test_expired_token(void **state)
{
    GwKit *kit = *state;

    kit->token_age_s = 3600;
    g_auto(Answer) expired = kit_get(kit, "alice", KIT_JOBS);
    assert_answer(expired, 401, "UNAUTHORIZED");
    assert_string_equal(answer_header(&expired, "www-authenticate"),
                        "Bearer realm=\"jobwire\", error=\"invalid_token\", "
                        "error_description=\"the token has expired\"");
    assert_string_equal(answer_text(&expired, "error.message"),
                        "the token has expired; a valid token is needed: Authorization: Bearer "
                        "<token>");
}

/* Everything below the prefix is refused in the form of this API, whatever is wrong with it. */
static void
test_form_of_refusals(void **state)
{
    GwKit *kit = *state;
    static const struct {
        const char *request;
        int status;
        const char *code;
    } cases[] = {
        { "GET /api/v2/reports HTTP/1.1\r\nHost: t\r\n", 404, "NOT_FOUND" },
        { "GET /api/v2/reports/nothing HTTP/1.1\r\nHost: t\r\n", 404, "NOT_FOUND" },
        { "GET /api/v2/reports/jobs/a/b/c HTTP/1.1\r\nHost: t\r\n", 404, "NOT_FOUND" },
        { "GET http://t/api/v2/reports/nothing HTTP/1.1\r\nHost: t\r\n", 404, "NOT_FOUND" },
        { "PUT /api/v2/reports/jobs HTTP/1.1\r\nHost: t\r\n", 405, "METHOD_NOT_ALLOWED" },
        { "BREW /api/v2/reports/jobs/1/cancel HTTP/1.1\r\nHost: t\r\n", 405, "METHOD_NOT_ALLOWED" },
        { "POST /api/v2/reports/jobs HTTP/1.1\r\nHost: t\r\nContent-Length: 99999\r\n"
          "Expect: 100-continue\r\n",
          413, "PAYLOAD_TOO_LARGE" },
        { "GET /api/v2/reports/%zz HTTP/1.1\r\nHost: t\r\n", 400, "BAD_REQUEST" },
        { "GET /api/v2/reports/jobs/a%2Fb HTTP/1.1\r\nHost: t\r\n", 400, "BAD_REQUEST" },
        { "GET /api/v2/reports/jobs/a b HTTP/1.1\r\nHost: t\r\n", 400, "BAD_REQUEST" },
        { "GET /api/v2/reports/jobs/\xff HTTP/1.1\r\nHost: t\r\n", 400, "BAD_REQUEST" },
        { "GET /api/v2/reports/jobs?page=%zz HTTP/1.1\r\nHost: t\r\n", 400, "BAD_REQUEST" },
        { "GET /api/v2/reports/jobs?a b=1 HTTP/1.1\r\nHost: t\r\n", 400, "BAD_REQUEST" },
        { "GET /api/v2/reports/jobs HTTP/1.1\r\n", 400, "BAD_REQUEST" }, /* no Host */
        { "POST /api/v2/reports/jobs HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: gzip\r\n", 400,
          "BAD_REQUEST" },
        { "GET /api/v2/reports/jobs HTTP/1.1\r\nHost: t\r\n", 401, "UNAUTHORIZED" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *request = g_strconcat(cases[i].request, "Connection: close\r\n\r\n", NULL);
        g_autofree char *answer = hc_exchange(jw_http_server_port(kit->http), request);
        g_autofree char *form = g_strdup_printf("{\"success\":false,\"error\":{\"code\":\"%s\","
                                                "\"message\":\"*\",\"details\":[]}}",
                                                cases[i].code);

        if (hc_status(answer) != cases[i].status
            || !g_pattern_match_simple(form, hc_body(answer))) {
            fail_msg("case %zu gave:\n%s", i, answer);
        }
    }
}

/* Before their first event. */
static void
test_metrics(void **state G_GNUC_UNUSED)
{
    static const char *const names[] = {
        "jobwire_jobs_created_total",   "jobwire_jobs_cancelled_total",
        "jobwire_jobs_retried_total",   "jobwire_downloads_total",
        "jobwire_jobs_pending",         "jobwire_http_requests_total",
        "jobwire_http_request_seconds",
    };
    g_autofree char *text = jw_metrics_render();

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *line = g_strdup_printf("# TYPE %s ", names[i]);
        if (strstr(text, line) == NULL) {
            fail_msg("no %s in:\n%s", names[i], text);
        }
    }
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_metrics),       cmocka_unit_test(test_described), TEST(test_without_token),
        TEST(test_expired_token), TEST(test_form_of_refusals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
