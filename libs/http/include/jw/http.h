/* jw/http.h: the HTTP server: a route table over ulfius, with the guards of design/libraries.md.
 * Handlers run on the server's threads, one per connection, and own nothing but what they make; the
 * context they get is immutable after start. */
#pragma once
#include "jw/config.h"
#include "jw/error.h"
#include "jw/violations.h"
#include "jw/http_auth.h"

G_BEGIN_DECLS

struct json_t;
typedef struct _JwHttpServer JwHttpServer;
typedef struct _JwHttpRequest JwHttpRequest;
typedef struct _JwHttpReply JwHttpReply;

typedef struct {
    char *address;           /* JW_HTTP_ADDRESS, default 127.0.0.1 */
    int64_t port;            /* JW_HTTP_PORT, 0 = any free one (see jw_http_server_port) */
    int64_t body_max_bytes;  /* JW_HTTP_BODY_MAX, default 1 MiB */
    int64_t connections_max; /* JW_HTTP_CONNECTIONS_MAX, default 256 */
    int64_t idle_timeout_ms; /* JW_HTTP_IDLE_TIMEOUT, default 30 s */
    /* JW_HTTP_REQUEST_AGE: header and body must have come by then, default 20 s */
    int64_t request_age_ms;
} JwHttpConfig;
extern const JwConfigEntry jw_http_config_entries[];
extern const size_t jw_http_n_config_entries;

/* What went wrong, before a façade gives it its own form. */
typedef struct {
    int status;                 /* HTTP */
    const char *code;           /* "VALIDATION_ERROR"; each façade may rename it */
    const char *message;        /* what to do next */
    const JwViolations *faults; /* nullable */
    int64_t retry_after_s;      /* 0: none */
    const char *request_id;
} JwHttpProblem;
/* How a façade writes errors. Answers a JSON value, (transfer full). */
typedef struct {
    const char *content_type; /* "application/json" */
    struct json_t *(*render)(const JwHttpProblem *problem);
} JwHttpErrorStyle;

typedef void (*JwHttpHandler)(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
typedef struct {
    const char *method;  /* GET answers HEAD too */
    const char *pattern; /* "/api/v2/reports/jobs/:jobId" */
    JwHttpHandler handler;
    unsigned auth;          /* JW_HTTP_AUTH_* */
    const char *permission; /* needed besides a valid token; NULL: the handler decides */
    const JwHttpErrorStyle *errors;
} JwHttpRoute;
enum { JW_HTTP_AUTH_NONE, JW_HTTP_AUTH_BEARER };

/* @config: (transfer none), must outlive it. */
JwHttpServer *jw_http_server_new(const JwHttpConfig *config,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Before start. (transfer none), must outlive the server. */
void jw_http_server_set_authenticator(JwHttpServer *self, const JwAuthenticator *authenticator);
/* Before start. 404, 405 + Allow, HEAD, OPTIONS, 413, 415, 400 for smuggling come from the server
 * itself. */
void jw_http_server_add(JwHttpServer *self, const JwHttpRoute *routes, size_t n_routes,
                        gpointer context);
bool jw_http_server_start(JwHttpServer *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
int jw_http_server_port(const JwHttpServer *self);
/* Answers what is under way, refuses new connections, waits up to @timeout_ms. */
void jw_http_server_stop(JwHttpServer *self, int64_t timeout_ms);
void jw_http_server_free(JwHttpServer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwHttpServer, jw_http_server_free)

/* All (transfer none), valid during the handler. NULL: absent. */
const char *jw_http_param(const JwHttpRequest *self, const char *name);
const char *jw_http_query(const JwHttpRequest *self, const char *name);
const char *jw_http_header(const JwHttpRequest *self, const char *name);
const char *jw_http_method(const JwHttpRequest *self);
const char *jw_http_path(const JwHttpRequest *self);
const void *jw_http_body(const JwHttpRequest *self, size_t *ret_length);
/* X-Request-Id, taken (checked) or made */
const char *jw_http_request_id(const JwHttpRequest *self);
const char *jw_http_traceparent(const JwHttpRequest *self);      /* W3C, taken (checked) or made */
const JwPrincipal *jw_http_principal(const JwHttpRequest *self); /* NULL on routes without auth */
/* Names of the query parameters that are not in @known (NULL-terminated): one fault each. Repeated
 * ones too. */
void jw_http_check_query(const JwHttpRequest *self, const char *const *known, JwViolations *faults);

void jw_http_reply_json(JwHttpReply *self, int status, struct json_t *take_value);
void jw_http_reply_text(JwHttpReply *self, int status, const char *content_type, const char *text);
void jw_http_reply_header(JwHttpReply *self, const char *name, const char *value);
/* The route's error style. @faults, @retry_after_s may be NULL, 0. */
void jw_http_reply_problem(JwHttpReply *self, int status, const char *code,
                           const JwViolations *faults, int64_t retry_after_s, const char *format,
                           ...) G_GNUC_PRINTF(6, 7);
/* By the table of error codes: INVALID 400, NOT_FOUND 404, CONFLICT 409, DENIED 403, TOO_LARGE
 * 413, BUSY, UNAVAILABLE and IN_DOUBT 503 + Retry-After, else 500 without internals (they are
 * logged). */
void jw_http_reply_error(JwHttpReply *self, const GError *error);

/* A file by pieces: handles HEAD, Range (single), If-Range, ETag, If-None-Match, Content-
 * Disposition (RFC 6266). */
typedef struct {
    const char *content_type, *file_name, *etag; /* etag without quotes */
    int64_t size_bytes;
    /* Up to @length bytes at @offset into @buffer; false: the connection is cut, so that nobody
     * takes a part for the whole */
    bool (*read)(gpointer data, int64_t offset, void *buffer, size_t length, size_t *ret_length);
    gpointer data;
    GDestroyNotify data_free; /* called when the reply is over */
} JwHttpFile;
void jw_http_reply_file(JwHttpReply *self, const JwHttpRequest *request, const JwHttpFile *file);

G_END_DECLS
