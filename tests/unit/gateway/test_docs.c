/* test_docs.c: the description of the APIs, and the page that shows it. */
#include "gwkit.h"

#include <string.h>

#include "docs/docs.h"

#define CSS    "body{margin:0}"
#define BUNDLE "window.SwaggerUIBundle=1"

/* A folder with what the page needs of Swagger UI, but for @missing. (transfer full) */
static char *
make_dir(const char *missing)
{
    static const struct {
        const char *name, *text;
    } files[] = { { "swagger-ui.css", CSS }, { "swagger-ui-bundle.js", BUNDLE } };
    g_autoptr(GError) error = NULL;
    char *dir = tk_temp_dir();

    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = g_build_filename(dir, files[i].name, NULL);
        if (g_strcmp0(files[i].name, missing) != 0) {
            assert_true(g_file_set_contents(path, files[i].text, -1, &error));
        }
    }
    return dir;
}

static void
test_openapi(void **state)
{
    GwKit *kit = *state;
    g_auto(Answer) answer = kit_get(kit, NULL, "/openapi.json");

    assert_int_equal(answer.status, 200);
    assert_string_equal(answer_header(&answer, "content-type"), "application/json");
    assert_string_equal(answer_text(&answer, "openapi"), "3.1.0");
    assert_non_null(json_object_get(answer_at(&answer, "paths"), KIT_JOBS));
    assert_non_null(json_object_get(answer_at(&answer, "paths"), "/openapi.json"));
}

static void
test_without_page(void **state)
{
    GwKit *kit = *state;
    static const char *const paths[] = { "/api-docs", "/api-docs/index.html", "/api-docs/x" };

    for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_auto(Answer) answer = kit_get(kit, NULL, paths[i]);
        assert_int_equal(answer.status, 404);
        assert_non_null(strstr(answer_text(&answer, "error.message"), "JW_API_DOCS_DIR"));
    }
}

static void
test_page(void **state)
{
    GwKit *kit = *state;
    static const struct {
        const char *path, *type, *part;
    } files[] = {
        { "index.html", "text/html; charset=utf-8", "<script src=\"init.js\"></script>" },
        { "init.js", "text/javascript; charset=utf-8", "url: '../openapi.json'" },
        { "swagger-ui.css", "text/css; charset=utf-8", CSS },
        { "swagger-ui-bundle.js", "text/javascript; charset=utf-8", BUNDLE },
    };
    g_autofree char *dir = make_dir(NULL);

    kit->gw.config.api_docs_dir = dir;
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = g_strconcat("/api-docs/", files[i].path, NULL);
        g_auto(Answer) answer = kit_get(kit, NULL, path);
        g_autofree char *text = g_strndup((char *)answer.body->data, answer.body->len);
        assert_int_equal(answer.status, 200);
        assert_string_equal(answer_header(&answer, "content-type"), files[i].type);
        assert_non_null(strstr(text, files[i].part));
        assert_true(g_str_has_prefix(answer_header(&answer, "content-security-policy"),
                                     "default-src 'none'; script-src 'self';"));
        assert_string_equal(answer_header(&answer, "x-content-type-options"), "nosniff");
    }
    g_auto(Answer) root = kit_get(kit, NULL, "/api-docs");
    g_auto(Answer) slash = kit_get(kit, NULL, "/api-docs/");
    assert_int_equal(root.status, 307);
    assert_string_equal(answer_header(&root, "location"), "api-docs/index.html");
    assert_int_equal(slash.status, 307);
    assert_string_equal(answer_header(&slash, "location"), "index.html");
    kit->gw.config.api_docs_dir = NULL;
}

/* Names are looked up in a list, never in the folder. */
static void
test_other_files(void **state)
{
    GwKit *kit = *state;
    static const char *const names[] = {
        "passwd", "..", "%2e%2e", "..%2f..%2fetc%2fpasswd", "init.js/", "INDEX.HTML", "."
    };
    g_autofree char *dir = make_dir(NULL);
    g_autofree char *secret = g_build_filename(dir, "passwd", NULL);

    assert_true(g_file_set_contents(secret, "secret", -1, NULL));
    kit->gw.config.api_docs_dir = dir;
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_strconcat("/api-docs/", names[i], NULL);
        g_auto(Answer) answer = kit_get(kit, NULL, path);
        const bool known = strcmp(names[i], "init.js/") == 0; /* a last slash means nothing */
        assert_int_equal(answer.status == 200, known);
        assert_null(g_strstr_len((char *)answer.body->data, answer.body->len, "secret"));
    }
    kit->gw.config.api_docs_dir = NULL;
}

static void
test_check(void **state G_GNUC_UNUSED)
{
    static const char *const names[] = { "swagger-ui.css", "swagger-ui-bundle.js" };
    g_autofree char *dir = make_dir(NULL);
    g_autoptr(GError) error = NULL;

    assert_ok(gw_docs_check(NULL, &error), error);
    assert_ok(gw_docs_check(dir, &error), error);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *part = make_dir(names[i]);
        g_autofree char *pattern = g_strconcat("JW_API_DOCS_DIR: *", names[i], "*", NULL);
        assert_false(gw_docs_check(part, &error));
        assert_jw_error(error, JW_ERROR_INVALID, pattern);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_openapi), cmocka_unit_test(test_without_page),
        cmocka_unit_test(test_page),    cmocka_unit_test(test_other_files),
        cmocka_unit_test(test_check),
    };

    return cmocka_run_group_tests(tests, kit_setup, kit_teardown);
}
