/* jw/json_parse.h: strict JSON from bytes; jw/json.h includes it. Any thread, no state. */
#pragma once
#include "jw/error.h"

#include <jansson.h>

G_BEGIN_DECLS

/* Strict JSON: UTF-8, no duplicate keys, depth ≤ 32, at most 250,000 values, no lone surrogates,
 * numbers in range. @error: INVALID, or TOO_LARGE for too many values, with line and column
 * (transfer full) */
json_t *jw_json_parse(const void *data, size_t length, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The most that anybody has a use for are fifty filters of a thousand values. */
#define JW_JSON_BODY_VALUES 60000
#define JW_JSON_BODY_PARTS  5000

/* The same of what others send, a request or a message: at most JW_JSON_BODY_VALUES values, and
 * JW_JSON_BODY_PARTS objects, lists and members of objects, which cost most memory. */
json_t *jw_json_parse_body(const void *data, size_t length,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

#define JW_JSON_FILE_MAX ((size_t)4 * 1024 * 1024)

/* The same from a file of at most JW_JSON_FILE_MAX bytes; messages name @path. (transfer full) */
json_t *jw_json_parse_file(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
