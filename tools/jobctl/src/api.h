/* api.h: the gateway's APIs over libcurl: that of report jobs by a token, that of schedules by an
 * API key. One thread. */
#pragma once
#include "jobctl.h"
#include "stream.h"

#include "jw/links.h"

G_BEGIN_DECLS

struct json_t;

typedef struct _JcApi JcApi;
/* JW_GATEWAY_URL, and @token or else JW_TOKEN. INVALID, with advice, when one is missing. */
JcApi *jc_api_new(const JcContext *context, const char *token,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* JW_GATEWAY_URL, and @key or else JW_API_KEY, or what JW_API_KEY_FILE has. INVALID as above;
 * NOT_FOUND, TOO_LARGE, UNAVAILABLE of that file. */
JcApi *jc_api_new_keyed(const JcContext *context, const char *key,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
void jc_api_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JcApi, jc_api_free)
const char *jc_api_url(const JcApi *self); /* without a slash at the end */
/* One more header of the next calls, in the place of the one before; @value NULL: none. INVALID: it
 * is no header's value. */
bool jc_api_set_header(JcApi *self, const char *name, const char *value,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The entity tag of the last answer; NULL: it had none. (transfer none), until the next call. */
const char *jc_api_etag(const JcApi *self);

/* `data` of a success. What the gateway refuses is reported in its own message: INVALID, DENIED,
 * NOT_FOUND, CONFLICT, TOO_LARGE; BUSY and UNAVAILABLE may be tried again. @body: NULL for GET,
 * JSON for POST. (transfer full) */
struct json_t *jc_api_call(JcApi *self, const char *path, const char *body,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The whole answer to a GET, POST, PUT, PATCH or DELETE, whose `data` is an object or an array.
 * Errors as above. (transfer full) */
struct json_t *jc_api_ask(JcApi *self, const char *method, const char *path, const char *body,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same for a POST of a body of another @type than JSON. (transfer full) */
struct json_t *jc_api_send(JcApi *self, const char *path, const char *type, const char *body,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* JSON from a file of at most @most_bytes, "-" for standard input. INVALID with line and column,
 * NOT_FOUND, TOO_LARGE, UNAVAILABLE. @ret_text: (out) (optional) (transfer full): as it was.
 * (transfer full) */
struct json_t *jc_json_read(const char *path, size_t most_bytes, char **ret_text,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* A body to post: the same of at most 1 MiB, as text. (transfer full) */
char *jc_body_read(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Writes the answer's body to @file. @ret_sha256: of what was written, (transfer full). */
bool jc_api_download(JcApi *self, const char *path, FILE *file, int64_t *ret_bytes,
                     char **ret_sha256, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Reads server-sent events, behind the last that @stream has seen, until the server ends them. */
bool jc_api_stream(JcApi *self, const char *path, JcStream *stream,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
