/* http_private.h: what the files of libs/http share.
 * One JwHttpRequest and one JwHttpReply live on the stack of the connection's thread for one
 * request. Calls go one way: server → dispatch → auth, guards → problem → reply; server →
 * send → access log; request, route and query call none of these. */
#pragma once
#include "jw/http.h"

#include <jansson.h>
#include <ulfius.h>

/* An API on a server. */
typedef struct {
    const JwHttpApi *api;
    gpointer context;
    char **segments; /* of its prefix */
    size_t n_segments;
} JwHttpMount;

/* One pattern of its table, cut at its slashes. */
typedef struct {
    const JwHttpMount *mount;
    const JwHttpRoute *route;
    char *pattern;   /* with the prefix */
    char **segments; /* ":name" is a parameter */
    size_t n_segments;
} JwHttpEntry;

typedef struct {
    char *name, *value;
} JwHttpPair;

struct _JwHttpRequest {
    const struct _u_request *raw;
    const char *method, *target; /* as in the request line */
    char *path;                  /* undecoded, without query */
    char **segments;             /* decoded */
    size_t n_segments;
    GPtrArray *query;         /* of JwHttpPair, decoded, in the order they came */
    const JwHttpEntry *entry; /* NULL until matched */
    char request_id[129];
    char traceparent[56];
    JwPrincipal *principal;
    const JwAuthenticator *way; /* that made @principal */
    char *auth_failure; /* for the log */
    int64_t start_ms;   /* monotonic */
};

struct _JwHttpReply {
    int status;         /* 0: not answered yet */
    GPtrArray *headers; /* of JwHttpPair */
    char *body;         /* NULL: none */
    size_t body_length;
    bool close; /* the connection is not kept */
    bool has_file;
    JwHttpFile file;
    int64_t file_from, file_length;
    JwHttpErrorForm errors; /* NULL: the default form */
    const JwHttpRequest *request;
};

/* http_conn.c: the open connections, and the watchdog that cuts slow ones */
typedef struct _JwHttpConns JwHttpConns;
typedef struct _JwHttpConn JwHttpConn;
JwHttpConns *jw_http_conns_new(int64_t request_age_ms, int64_t idle_timeout_ms);
void jw_http_conns_free(gpointer self); /* no connection may be left */
JwHttpConn *jw_http_conns_opened(JwHttpConns *self, int fd);
void jw_http_conns_closed(JwHttpConns *self, JwHttpConn *take_conn);
void jw_http_conns_receiving(JwHttpConns *self, JwHttpConn *conn);
void jw_http_conns_handling(JwHttpConns *self, JwHttpConn *conn);
void jw_http_conns_replying(JwHttpConns *self, JwHttpConn *conn, int64_t reply_bytes);
void jw_http_conns_done(JwHttpConns *self, JwHttpConn *conn);
/* Closes idle connections and those that become idle; waits until no request is under way. */
bool jw_http_conns_drain(JwHttpConns *self, int64_t timeout_ms);
/* Cuts whatever is left. */
void jw_http_conns_cut(JwHttpConns *self);

/* http_route.c */
JwHttpMount *jw_http_mount_new(const JwHttpApi *api, gpointer context);
void jw_http_mount_free(gpointer mount);
/* The mount whose prefix is the longest that @request is below; NULL: none. */
const JwHttpMount *jw_http_mount_find(const GPtrArray *mounts, const JwHttpRequest *request);
JwHttpEntry *jw_http_entry_new(const JwHttpMount *mount, const JwHttpRoute *route);
void jw_http_entry_free(gpointer entry);
/* The entry for method and path, or NULL with @ret_allow: the methods this path has, "" when there
 * is none. */
const JwHttpEntry *jw_http_route_match(const GPtrArray *entries, const JwHttpRequest *request,
                                       char **ret_allow);

/* http_query.c: the request target */
/* False when it is not well formed; path and the segments before the error are still set. */
bool jw_http_target_parse(JwHttpRequest *self);
/* Notes all that is wrong with the query string by a table of fields (jw/json.h; NULL: none). */
void jw_http_query_check(const JwHttpRequest *self, const struct _JwField *fields,
                         JwViolations *violations);

/* http_request.c */
void jw_http_request_clear(JwHttpRequest *self);
void jw_http_pair_free(gpointer pair);
JwHttpPair *jw_http_pair_new(const char *name, const char *value);

/* http_guard.c: each answers the request and returns false when it refuses it */
bool jw_http_guard_framing(const JwHttpRequest *request, JwHttpReply *reply);
bool jw_http_guard_body(const JwHttpRequest *request, int64_t limit_bytes, JwHttpReply *reply);
bool jw_http_guard_media_type(const JwHttpRequest *request, JwHttpReply *reply);

/* http_headers.c */
void jw_http_request_id_take(const char *header, char ret[129]);
void jw_http_traceparent_take(const char *header, char ret[56]);
char *jw_http_disposition(const char *file_name); /* (transfer full) */

/* http_auth.c: whether this caller may reach the handler; false: the request is answered. */
bool jw_http_auth_check(JwHttpRequest *request, JwHttpReply *reply);

/* http_dispatch.c */
typedef struct {
    int64_t body_max_bytes;
    const GPtrArray *mounts;  /* of JwHttpMount */
    const GPtrArray *entries; /* of JwHttpEntry */
} JwHttpDispatcher;
void jw_http_dispatch(const JwHttpDispatcher *dispatcher, JwHttpRequest *request,
                      JwHttpReply *reply);

/* http_access.c: what the access log and the metrics record of a request. Owns its strings. */
typedef struct {
    const char *method;  /* static */
    const char *pattern; /* of the route table */
    bool quiet;
    char *request_id, *subject, *auth_failure;
    int status;
    int64_t start_ms;
} JwHttpAccess;
void jw_http_access_note(JwHttpAccess *ret, const JwHttpRequest *request, int status);
void jw_http_access_log(JwHttpAccess *self, int64_t bytes, bool whole); /* and clears it */
void jw_http_metrics_init(void);

/* http_reply.c */
void jw_http_reply_init(JwHttpReply *self, const JwHttpRequest *request);
void jw_http_reply_clear(JwHttpReply *self);
void jw_http_reply_drop_body(JwHttpReply *self);
bool jw_http_reply_has_header(const JwHttpReply *self, const char *name);

/* http_send.c */
/* Passes the reply to ulfius and logs it: now, or a file when its last byte was read. Returns
 * the length. */
int64_t jw_http_reply_send(JwHttpReply *self, struct _u_response *response);
