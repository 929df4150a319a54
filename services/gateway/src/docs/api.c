/* docs/api.c: /openapi.json and /api-docs. Everybody may read them: they hold no data.
 *
 * Below /api-docs is a fixed list of files: those that are part of the program, and Swagger UI's,
 * read from JW_API_DOCS_DIR when they are asked for. */
#include "docs/docs.h"

#include "docs_files.h"
#include "gw.h"

#include "jw/text.h"

#include <string.h>

#define BELOW      "api-docs"
#define ROOT       "/" BELOW
#define PAGE       "index.html"
#define FILE_MAX   (16 << 20)
#define JAVASCRIPT "text/javascript; charset=utf-8"

typedef struct {
    const char *name, *content_type;
    bool installed; /* in JW_API_DOCS_DIR; else part of the program */
} DocsFile;

static const DocsFile files[] = {
    { PAGE, "text/html; charset=utf-8", false },
    { "init.js", JAVASCRIPT, false },
    { "swagger-ui.css", "text/css; charset=utf-8", true },
    { "swagger-ui-bundle.js", JAVASCRIPT, true },
};

bool
gw_docs_check(const char *dir, GError **error)
{
    for (size_t i = 0; dir != NULL && i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = g_build_filename(dir, files[i].name, NULL);
        if (files[i].installed && !g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
            return jw_fail(error, JW_ERROR_INVALID,
                           "JW_API_DOCS_DIR: there is no file %s; it is part of npm's "
                           "swagger-ui-dist",
                           path);
        }
    }
    return true;
}

/* A file of the program. */
static void
reply_own(JwHttpReply *reply, const char *name, const char *content_type)
{
    g_autofree char *path = g_strconcat("/", name, NULL);
    g_autoptr(GBytes) bytes =
        g_resource_lookup_data(gw_docs_get_resource(), path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
    gsize length = 0;
    const char *data = g_bytes_get_data(bytes, &length);
    g_autofree char *text = g_strndup(data, length);

    jw_http_reply_text(reply, 200, content_type, text);
}

static void
docs_openapi(const JwHttpRequest *request G_GNUC_UNUSED, JwHttpReply *reply,
             gpointer context G_GNUC_UNUSED)
{
    reply_own(reply, "openapi.json", "application/json");
}

/* Whether there is a page; if not, answered. */
static bool
has_page(const Gw *gw, JwHttpReply *reply)
{
    if (gw->config.api_docs_dir == NULL) {
        jw_http_reply_problem(reply, 404, "NOT_FOUND", NULL, 0,
                              "this gateway has no page of its APIs, for JW_API_DOCS_DIR is not "
                              "set; their description is at /openapi.json");
        return false;
    }
    return true;
}

/* Relative, so that it also works behind a proxy that adds a prefix. */
static void
docs_root(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    const bool below = g_str_has_suffix(jw_http_path(request), "/");

    if (has_page(context, reply)) {
        jw_http_reply_text(reply, 307, "text/plain; charset=utf-8", "");
        jw_http_reply_header(reply, "Location", below ? PAGE : BELOW "/" PAGE);
    }
}

static const DocsFile *
find_file(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        if (strcmp(files[i].name, name) == 0) {
            return &files[i];
        }
    }
    return NULL;
}

static void
docs_file(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    const Gw *gw = context;
    const DocsFile *file = find_file(jw_http_param(request, "file"));
    g_autoptr(GError) error = NULL;

    if (!has_page(gw, reply)) {
        return;
    }
    if (file == NULL) {
        jw_http_reply_problem(reply, 404, "NOT_FOUND", NULL, 0, "the page is at " ROOT);
        return;
    }
    if (!file->installed) {
        reply_own(reply, file->name, file->content_type);
        return;
    }
    g_autofree char *path = g_build_filename(gw->config.api_docs_dir, file->name, NULL);
    g_autofree char *text = jw_file_read(path, FILE_MAX, NULL, &error);
    if (text == NULL) {
        jw_http_reply_error(reply, error);
        return;
    }
    jw_http_reply_text(reply, 200, file->content_type, text);
}

/* Nothing but what is served here; Swagger UI sets styles by script and draws with data: URLs. */
static const JwHttpHeader headers[] = {
    { "Content-Security-Policy",
      "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' "
      "data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'" },
    { "X-Content-Type-Options", "nosniff" },
    { "Referrer-Policy", "no-referrer" },
    { "Cache-Control", "no-cache" },
    { 0 },
};

static const JwHttpRoute routes[] = {
    { "GET", "/openapi.json", docs_openapi, NULL, NULL },
    { "GET", ROOT, docs_root, NULL, NULL },
    { "GET", ROOT "/:file", docs_file, NULL, NULL },
    { 0 },
};

const JwHttpApi gw_docs_api = {
    .name = "docs",
    .prefix = "",
    .headers = headers,
    .routes = routes,
    .openapi = "openapi-docs.yaml",
};
