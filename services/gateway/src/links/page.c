/* links/page.c: why there is no file, as a page that needs nothing else: no scripts, no other
 * files, and no address of it for anybody it might lead to. Any thread, no state. */
#include "links/links.h"

#include <string.h>

static const struct {
    const char *code, *title;
} titles[] = {
    { "LINK_EXPIRED", "This link has expired" },
    { "LINK_REVOKED", "This link has been withdrawn" },
    { "LINK_USED", "This link has been used" },
    { "REPORT_EXPIRED", "This report is no longer kept" },
    { "SERVICE_UNAVAILABLE", "Please try again in a few minutes" },
    { "TOO_MANY_DOWNLOADS", "Please try again in a few minutes" },
    { "TOO_MANY_REQUESTS", "Please try again in a few minutes" },
    { "INTERNAL_ERROR", "Something went wrong" },
};

static const char head[] =
    "<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
    "<meta name=\"color-scheme\" content=\"light dark\">\n"
    "<meta name=\"referrer\" content=\"no-referrer\">\n"
    "<meta name=\"robots\" content=\"noindex,nofollow\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
    "style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'\">\n"
    "<style>\n"
    "body{margin:0;background:#f1f5f9;color:#0f172a;"
    "font:16px/24px -apple-system,BlinkMacSystemFont,'Segoe "
    "UI',Roboto,Helvetica,Arial,sans-serif}\n"
    "main{max-width:480px;margin:12vh auto 0;padding:32px;background:#fff;border:1px solid #e2e8f0;"
    "border-radius:14px;box-sizing:border-box}\n"
    "h1{margin:0 0 12px;font-size:24px;line-height:30px}\np{margin:0}\n"
    "button{margin:20px 0 0;padding:11px "
    "22px;border:0;border-radius:8px;background:#2563eb;color:#fff;"
    "font:inherit;font-weight:600;font-size:15px;cursor:pointer}\n"
    "button.second{background:none;padding:0;color:#2563eb;font-weight:400;text-decoration:"
    "underline}"
    "\n"
    ".id{margin-top:24px;padding-top:16px;border-top:1px solid #e8edf4;color:#5b6b82;"
    "font-size:12px;line-height:18px;word-break:break-all}\n"
    "@media (max-width:520px){main{margin:0;border:0;border-radius:0;min-height:100vh}}\n"
    "@media (prefers-color-scheme:dark){body{background:#0b1220;color:#f1f5f9}"
    "main{background:#111a2e;border-color:#24304a}button.second{color:#8ab4ff}.id{border-color:#"
    "24304a;color:#a3b1c9}}\n"
    "</style>\n";

static const char *
title_of(const char *code)
{
    for (size_t i = 0; i < G_N_ELEMENTS(titles); i++) {
        if (strcmp(titles[i].code, code) == 0) {
            return titles[i].title;
        }
    }
    return "This link does not work";
}

/* "this; do that" as "This. Do that." Messages are ours, and begin with a letter. (transfer full)
 */
static char *
sentences(const char *message)
{
    GString *out = g_string_new(NULL);
    bool starts = true;

    for (const char *pos = message; *pos != '\0'; pos++) {
        const bool ends = g_str_has_prefix(pos, "; ");
        g_string_append_c(out, ends ? '.' : starts ? g_ascii_toupper(*pos) : *pos);
        starts = ends || (starts && *pos == ' '); /* the space behind the full stop */
    }
    g_string_append_c(out, '.');
    return g_string_free(out, FALSE);
}

char *
gw_links_paper(const char *title, const char *inner, const char *language)
{
    const char *lang = language != NULL ? language : "en";
    g_autofree char *begin = g_markup_printf_escaped("<!DOCTYPE html>\n<html lang=\"%s\">\n", lang);
    g_autofree char *named = g_markup_printf_escaped(
        "<title>%s</title>\n</head>\n<body>\n<main>\n<h1>%s</h1>\n", title, title);

    return g_strconcat(begin, head, named, inner, "</main>\n</body>\n</html>\n", NULL);
}

json_t *
gw_links_page(const JwHttpProblem *problem, const char **ret_content_type)
{
    g_autofree char *text = sentences(problem->message);
    g_autofree char *inner = g_markup_printf_escaped(
        "<p>%s</p>\n<p class=\"id\">Jobwire &middot; %d %s<br>request %s</p>\n", text,
        problem->status, problem->code, problem->request_id);
    g_autofree char *page = gw_links_paper(title_of(problem->code), inner, NULL);

    *ret_content_type = "text/html; charset=utf-8";
    return json_string(page);
}
