/* mongoc_auto.h: automatic cleanup for libmongoc; the only place that defines it. There is none
 * for GridFS upload streams: destroying one publishes a partial file. */
#pragma once
#include "db/bson_auto.h"
#include <mongoc/mongoc.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(mongoc_uri_t, mongoc_uri_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(mongoc_write_concern_t, mongoc_write_concern_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(mongoc_collection_t, mongoc_collection_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(mongoc_database_t, mongoc_database_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(mongoc_bulk_operation_t, mongoc_bulk_operation_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(mongoc_cursor_t, mongoc_cursor_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(mongoc_find_and_modify_opts_t, mongoc_find_and_modify_opts_destroy)
