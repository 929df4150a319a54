/* curl_auto.h: cleanups for libcurl's types. Only this library includes it. */
#pragma once
#include <curl/curl.h>
#include <glib.h>

G_BEGIN_DECLS

typedef struct curl_slist JwCurlList;
typedef char JwCurlStr; /* memory that curl_free() takes back */

static inline void
jw_curl_str_free(JwCurlStr *text)
{
    curl_free(text);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CURL, curl_easy_cleanup)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CURLU, curl_url_cleanup)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwCurlList, curl_slist_free_all)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwCurlStr, jw_curl_str_free)

G_END_DECLS
