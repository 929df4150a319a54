/* jw/http_api.h: an HTTP API as one constant value: prefix, authenticators, error form, limiter
 * and routes. jw_http_server_add_api() puts it on a server.
 *
 * A request runs through: framing (400), size of the body (413), route (404, 405),
 * authenticators (401), limiter (429), permission (403), media type (415), query string (400),
 * handler. Everything refused below the prefix of an API has its error form, also without a
 * route. */
#pragma once
#include "jw/http_auth.h"
#include "jw/violations.h"

G_BEGIN_DECLS

struct json_t;
struct _JwField;
typedef struct _JwHttpRequest JwHttpRequest;
typedef struct _JwHttpReply JwHttpReply;

/* An error, before an API puts it into its own form. */
typedef struct {
    int status;                     /* HTTP */
    const char *code;               /* "VALIDATION_ERROR"; the API may rename it */
    const char *message;            /* what to do next */
    const JwViolations *violations; /* nullable */
    int64_t retry_after_s;          /* 0: none */
    const char *request_id;
} JwHttpProblem;

/* (transfer full): the body of the answer to @problem; a JSON string is sent as the text that it
 * is. @ret_content_type: (inout): "application/json" unless it is set to another constant. */
typedef struct json_t *(*JwHttpErrorForm)(const JwHttpProblem *problem,
                                          const char **ret_content_type);

typedef void (*JwHttpHandler)(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);

typedef struct {
    const char *method;  /* GET answers HEAD too; NULL ends a table */
    const char *pattern; /* below the API's prefix: "/jobs/:jobId"; "" is the prefix itself */
    JwHttpHandler handler;
    const char *permission;       /* that the caller needs; NULL: the handler decides */
    const struct _JwField *query; /* parameters of the query string (jw/json.h); NULL: none */
} JwHttpRoute;

/* For a route whose handler reads the query string itself, or ignores it. */
extern const struct _JwField jw_http_any_query;

typedef struct {
    const char *name, *value;
} JwHttpHeader;

typedef struct {
    int64_t limit;     /* calls in a period; 0: this call is not limited, the rest means nothing */
    int64_t remaining; /* of them */
    int64_t reset_s;   /* seconds until there are more */
    bool exceeded;     /* this call is one too many */
} JwHttpLimit;

/* Called once for each authenticated request; jw_http_principal() is the caller. Runs on the
 * handler's thread. Its result becomes the headers RateLimit-Limit, -Remaining and -Reset,
 * and 429 with Retry-After when it is exceeded. @route: the matched one. */
typedef JwHttpLimit (*JwHttpLimiter)(const JwHttpRequest *request, const JwHttpRoute *route,
                                     gpointer context);

typedef struct {
    const char *name;   /* "reports", for messages */
    const char *prefix; /* "/api/v2/reports"; "" is the root. The longest that fits a path has it */
    /* NULL-terminated: the first whose credentials a request has decides. NULL: open to all */
    const JwAuthenticator *const *authenticators;
    JwHttpErrorForm errors; /* NULL: {"error":{code,message,details[],requestId}} */
    JwHttpLimiter limiter;  /* NULL: none */
    /* Ended by a row without a name: all its answers have these, refusals as well, and whatever the
     * handler sets. NULL: none */
    const JwHttpHeader *headers;
    const JwHttpRoute *routes; /* ended by a row without a method */
    /* Patterns of routes, ended by NULL, whose handlers compare If-Match with an entity tag; what
     * else changes something refuses it. NULL: none */
    const char *const *tagged;
    const char *body_type; /* of the bodies it takes, "message/rfc822"; NULL: JSON */
    const char *openapi;   /* file in schemas/http that describes it; NULL: none */
    bool quiet;            /* probes: answers below 500 are logged at debug level only */
    bool immediate;        /* its handlers never block: no worker is waited for */
    bool any_media;        /* its handlers take bodies of any media type, such as forms */
} JwHttpApi;

G_END_DECLS
