/* jw/http_reply.h: the answer of a handler. The last call decides status and body; headers are
 * kept.
 */
#pragma once
#include "jw/error.h"
#include "jw/http_api.h"

G_BEGIN_DECLS

/* A JSON answer. @take_value: (transfer full) (nullable): NULL is answered with 500. */
void jw_http_reply_json(JwHttpReply *self, int status, struct json_t *take_value);

/* The same of something that has an entity tag, without quotes: a GET or HEAD is answered by its
 * conditions, 304 or 412, too. For a route that its API lists as tagged. */
void jw_http_reply_tagged(JwHttpReply *self, const JwHttpRequest *request, int status,
                          struct json_t *take_value, const char *etag);

/* Whether the conditions of @request allow a change of what has @etag now. False: answered with
 * 412. */
bool jw_http_may_change(const JwHttpRequest *request, JwHttpReply *reply, const char *etag);

/* An answer of any other type. @text: copied. */
void jw_http_reply_text(JwHttpReply *self, int status, const char *content_type, const char *text);

/* An answer without a body: 204. */
void jw_http_reply_empty(JwHttpReply *self, int status);

/* Sets a header, in place of one of the same name. A value with control characters is refused and
 * logged. */
void jw_http_reply_header(JwHttpReply *self, const char *name, const char *value);

/* An error in the form of the API. @code: for programs; @format …: for people.
 * @violations: (nullable): all that is wrong with the input. @retry_after_s: seconds for
 * Retry-After; 0: none. */
void jw_http_reply_problem(JwHttpReply *self, int status, const char *code,
                           const JwViolations *violations, int64_t retry_after_s,
                           const char *format, ...) G_GNUC_PRINTF(6, 7);

/* 400 VALIDATION_ERROR. @violations: at least one. */
void jw_http_reply_violations(JwHttpReply *self, const JwViolations *violations);

/* 403 FORBIDDEN for want of @permission, also told as RFC 6750 has it. @or_else: what would do
 * instead, ", or to be its owner"; "" for nothing. */
void jw_http_reply_forbidden(JwHttpReply *self, const char *permission, const char *or_else);

/* An error by its code: INVALID 400, NOT_FOUND 404, CONFLICT 409, DENIED 403, TOO_LARGE 413,
 * with its message; BUSY, UNAVAILABLE and IN_DOUBT 503 with Retry-After, others 500, which are
 * logged; their answer has no details. */
void jw_http_reply_error(JwHttpReply *self, const GError *error);

/* (transfer full): the violations as [{pointer, message}], for error forms. */
struct json_t *jw_http_problem_details(const JwHttpProblem *problem);

/* A file that is read while it is sent. */
typedef struct {
    const char *content_type, *file_name, *etag; /* etag without quotes */
    int64_t size_bytes;
    int64_t modified_ms; /* for conditions by date; 0: not known */
    bool whole;          /* it is sent whole, whatever part is asked for */
    /* Up to @length bytes at @offset into @buffer; false: the connection is cut, so that no
     * client takes a part for the whole */
    bool (*read)(gpointer data, int64_t offset, void *buffer, size_t length, size_t *ret_length);
    gpointer data;
    GDestroyNotify data_free; /* called when the reply is over */
} JwHttpFile;

/* Handles HEAD, Range (one), If-Range, If-Match, If-None-Match, If-Modified-Since,
 * If-Unmodified-Since and Content-Disposition (RFC 6266).
 * @file: copied with its strings. */
void jw_http_reply_file(JwHttpReply *self, const JwHttpRequest *request, const JwHttpFile *file);

/* Whether the answer sends a file from its first byte on: a download that begins, not one that goes
 * on, nor a HEAD. */
bool jw_http_reply_starts_file(const JwHttpReply *self);

/* Takes the place that a download needs among the server's, which each file that is the answer in
 * the end does by itself: for who must know before. False: it was answered with 503 instead. */
bool jw_http_reply_admit_file(JwHttpReply *self);

/* The file, with its headers, is not the answer after all. */
void jw_http_reply_drop_file(JwHttpReply *self);

/* What a request waits for that cannot be answered yet; it holds no thread meanwhile. */
typedef struct _JwHttpWait JwHttpWait;

/* Goes on with a request when its wait has ended: it is answered now, or waits again. It has no
 * body any more. @take_data: (transfer full) */
typedef void (*JwHttpGoOn)(const JwHttpRequest *request, JwHttpReply *reply, gpointer context,
                           gpointer take_data);

/* The handler answers nothing now; @go_on does when the wait has ended, on a thread of its own.
 * When the client has left by then, @data_free is called instead. Returns the share of who ends the
 * wait by freeing it (transfer full), or NULL when the server ends: answer now, @data is still
 * yours. */
JwHttpWait *jw_http_reply_wait(JwHttpReply *self, JwHttpGoOn go_on, gpointer data,
                               GDestroyNotify data_free);

/* False: free it, for the client has closed its side, or the server ends. Nothing else notices
 * either, so ask now and then. Any thread. */
bool jw_http_wait_wanted(JwHttpWait *self);

/* @wait: (transfer full) (nullable): a JwHttpWait, which ends. Never waits. Any thread. */
void jw_http_wait_free(gpointer wait);

/* An answer that goes on, event by event, and holds no thread meanwhile. */
typedef struct _JwHttpStream JwHttpStream;

/* Answers with a stream, whose writer the caller is: now or later, on any thread. (transfer
 * full) */
JwHttpStream *jw_http_reply_stream(JwHttpReply *self, int status, const char *content_type);

/* Sends @text as soon as the client takes it; never waits. Returns false when that is over: the
 * client is gone or reads too slowly, or the server ends. A client that leaves is noticed by
 * what is written to it, and by jw_http_stream_wanted(), so one must be now and then: a client that
 * is cut off without a word, by the first alone. */
bool jw_http_stream_write(JwHttpStream *self, const char *text);

/* False: writing is over, which it is from now on when the client has closed its side. */
bool jw_http_stream_wanted(JwHttpStream *self);

/* @stream: (transfer full) (nullable): a JwHttpStream; the answer ends after what was written.
 */
void jw_http_stream_free(gpointer stream);

G_END_DECLS
