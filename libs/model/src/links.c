/* links.c: see jw/links.h. Any thread, no state. */
#include "jw/links.h"

#include <string.h>

char *
jw_link_report_job(const char *base, const char *job_id, const char *below)
{
    g_autofree char *escaped = g_uri_escape_string(job_id, NULL, FALSE);

    return g_strconcat(base != NULL ? base : "", JW_LINK_REPORT_JOBS "/", escaped, below, NULL);
}

char *
jw_link_mailed(const char *base, const char *token)
{
    return g_strconcat(base != NULL ? base : "", JW_LINK_MAILED "/", token, NULL);
}

char *
jw_link_unsubscribe(const char *base, const char *token)
{
    return g_strconcat(base != NULL ? base : "", JW_LINK_UNSUBSCRIBE "/", token, NULL);
}

bool
jw_link_is_web(const char *link)
{
    const bool web = g_ascii_strncasecmp(link, "https://", 8) == 0
                     || g_ascii_strncasecmp(link, "http://", 7) == 0;
    const char *pos = link;

    while (*pos > 0x20 && *pos < 0x7f && strchr("<>\"\\^`{|}", *pos) == NULL) {
        pos++;
    }
    return web && *pos == '\0';
}

/* A link is the URL and a path put together, so the URL must end before the path. */
bool
jw_link_url_check(char *url, const char *variable, const char *example, GError **error)
{
    g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_NONE, NULL);
    const char *host = uri != NULL ? g_uri_get_host(uri) : NULL;
    const char *scheme = uri != NULL ? g_uri_get_scheme(uri) : NULL;

    if (host == NULL || host[0] == '\0' || g_uri_get_query(uri) != NULL
        || g_uri_get_fragment(uri) != NULL
        || (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0)) {
        return jw_fail(error, JW_ERROR_INVALID, "%s is '%s'; give a URL such as %s", variable, url,
                       example);
    }
    if (!jw_link_is_web(url)) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "%s is '%s', which has characters that a link cannot have: write the host "
                       "as xn--… (\"punycode\"), other characters as %%XX",
                       variable, url);
    }
    while (g_str_has_suffix(url, "/")) {
        url[strlen(url) - 1] = '\0';
    }
    return true;
}

bool
jw_link_base_check(char *url, GError **error)
{
    return jw_link_url_check(url, "JW_PUBLIC_URL", "https://jobs.example.com", error);
}
