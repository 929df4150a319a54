/* curl_auto.h: cleanups for libcurl's types. Only this library includes it. */
#pragma once
#include <curl/curl.h>
#include <glib.h>

G_BEGIN_DECLS

typedef struct curl_slist JwCurlList;

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CURL, curl_easy_cleanup)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwCurlList, curl_slist_free_all)

G_END_DECLS
