/* bson_auto.h: automatic cleanup for libbson; the only place that defines it. */
#pragma once
#include <bson/bson.h>
#include <glib.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(bson_t, bson_destroy)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(bson_t, bson_destroy)

typedef char JwBsonStr;
static inline void
jw_bson_str_free(JwBsonStr *string)
{
    bson_free(string);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwBsonStr, jw_bson_str_free)
