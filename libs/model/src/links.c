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
    return g_strconcat(base, JW_LINK_MAILED "/", token, NULL);
}

/* A link is the URL and a path put together, so the URL must end before the path. */
bool
jw_link_base_check(char *url, GError **error)
{
    g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_NONE, NULL);

    if (uri == NULL || g_uri_get_host(uri) == NULL || g_uri_get_host(uri)[0] == '\0'
        || g_uri_get_query(uri) != NULL || g_uri_get_fragment(uri) != NULL
        || (!g_str_has_prefix(url, "http://") && !g_str_has_prefix(url, "https://"))) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "JW_PUBLIC_URL is '%s'; give a URL such as https://jobs.example.com", url);
    }
    while (g_str_has_suffix(url, "/")) {
        url[strlen(url) - 1] = '\0';
    }
    return true;
}
