/* http_private.h: what the files of libs/http share.
 * Calls go one way: server → exchange → dispatch → auth, guards → problem → reply; exchange →
 * send, stream → access log; exchange → wait; request, route and query call none of these. */
#pragma once
#include "jw/http.h"
#include "jw/metrics.h"

#include <jansson.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <sys/socket.h>

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
    const char *method, *target, *version; /* as in the request line */
    GPtrArray *headers;                    /* of JwHttpPair; see jw_http_headers_join() */
    bool whole;                            /* the head, see jw_http_head_whole() */
    bool well_formed;                      /* the target */
    const void *body;
    size_t body_length;
    char *path;      /* undecoded, without query */
    char **segments; /* decoded */
    size_t n_segments;
    GPtrArray *query;         /* of JwHttpPair, decoded, in the order they came */
    const JwHttpEntry *entry; /* NULL: no route matches */
    char *allow;              /* the methods that the path has; "": none */
    char request_id[129];
    char traceparent[56];
    JwPrincipal *principal;
    const JwAuthenticator *way; /* that made @principal */
    char *auth_failure;         /* for the log */
    JwHttpLimit limit;          /* that it was counted for; zeros: none */
    int64_t start_ms;           /* monotonic */
};

typedef struct _JwHttpWaits JwHttpWaits;

struct _JwHttpReply {
    int status;         /* 0: not answered yet */
    GPtrArray *headers; /* of JwHttpPair */
    char *body;         /* NULL: none */
    size_t body_length;
    bool close; /* the connection is not kept */
    bool has_file;
    JwHttpFile file;
    int64_t file_from, file_length;
    int64_t unsent_bytes; /* of a 304: of the body that a 200 would have */
    JwHttpStream *stream; /* NULL: none */
    JwHttpWait *wait;     /* what the answer waits for; NULL: nothing */
    JwHttpWaits *waits;   /* the server's */
    int fd;               /* of the connection */
    const JwHttpApi *api; /* of the path's prefix; NULL: none */
    const JwHttpRequest *request;
    bool (*admit)(gpointer data); /* takes a place of the downloads; NULL: there are enough */
    gpointer admit_data;
    bool admitted;
};

typedef struct _JwHttpProxies JwHttpProxies;
typedef struct _JwHttpStreams JwHttpStreams;

/* http_conn.c: the open connections, and the watchdog that cuts slow ones */
typedef struct _JwHttpConns JwHttpConns;
typedef struct _JwHttpConn JwHttpConn;
JwHttpConns *jw_http_conns_new(const JwHttpConfig *config, JwHttpProxies *take_proxies);
void jw_http_conns_free(gpointer self); /* no connection may be left */
/* Fewer places than the configuration has. Before the first connection. */
void jw_http_conns_limit(JwHttpConns *self, int64_t most);
/* Makes room for the connection by closing another, or closes it. */
JwHttpConn *jw_http_conns_opened(JwHttpConns *self, int fd, const struct sockaddr *address,
                                 gpointer owner);
gpointer jw_http_conn_owner(const JwHttpConn *conn); /* the JwHttpExchanges */
/* What began with jw_http_conns_receiving() and has not ended; NULL: nothing. The I/O thread. */
gpointer jw_http_conn_exchange(const JwHttpConn *conn);
/* The exchange that libmicrohttpd has not ended, which it never does of a head that it refuses
 * twice; NULL: none. (transfer full) */
gpointer jw_http_conns_closed(JwHttpConns *self, JwHttpConn *take_conn) G_GNUC_WARN_UNUSED_RESULT;
void jw_http_conns_receiving(JwHttpConns *self, JwHttpConn *conn, gpointer take_exchange);
/* The head has come; its X-Forwarded-For, nullable. A proxy that names nobody is the client
 * itself. */
void jw_http_conns_named(JwHttpConns *self, JwHttpConn *conn, const char *forwarded_for);
/* So many bytes more of a body are held, for which others may be cut. False: there is no room, and
 * nothing of this body may be held any more. */
bool jw_http_conns_body(JwHttpConns *self, JwHttpConn *conn,
                        int64_t bytes) G_GNUC_WARN_UNUSED_RESULT;
void jw_http_conns_handling(JwHttpConns *self, JwHttpConn *conn);
/* Its body is held no longer. Any thread. */
void jw_http_conns_handled(JwHttpConns *self, JwHttpConn *conn);
/* False: it was cut, so that nobody would get the answer. Any thread. */
bool jw_http_conns_wanted(JwHttpConns *self, const JwHttpConn *conn);
/* Counts the request for its client, when it came through a proxy; false: that client has too
 * many under way. Any thread. */
bool jw_http_conns_admit(JwHttpConns *self, JwHttpConn *conn);
/* Counts its answer as a download until it is done, for which one of a client that has more may be
 * cut. False: there is no place. Any thread. */
bool jw_http_conns_download(JwHttpConns *self, JwHttpConn *conn) G_GNUC_WARN_UNUSED_RESULT;
/* The client of its download has taken a block. */
void jw_http_conns_moved(JwHttpConns *self, JwHttpConn *conn);
/* @reply_bytes: -1 for an answer without end. */
void jw_http_conns_replying(JwHttpConns *self, JwHttpConn *conn, int64_t reply_bytes);
/* The exchange that began with jw_http_conns_receiving(); NULL: none. (transfer full) */
gpointer jw_http_conns_done(JwHttpConns *self, JwHttpConn *conn) G_GNUC_WARN_UNUSED_RESULT;
/* Closes idle connections and those that become idle; waits until no request is under way. */
bool jw_http_conns_drain(JwHttpConns *self, int64_t timeout_ms);
/* Cuts whatever is left. */
void jw_http_conns_cut(JwHttpConns *self);

/* http_address.c: the clients' addresses, and the proxies whose word about them counts */
typedef struct in6_addr JwHttpAddress; /* of IPv4 the mapped form */
/* @list: addresses and networks, "10.0.0.0/8, ::1"; NULL: none. INVALID names the first that is
 * neither. */
JwHttpProxies *jw_http_proxies_new(const char *list, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void jw_http_proxies_free(gpointer self);
bool jw_http_proxies_trust(const JwHttpProxies *self, const JwHttpAddress *address);
/* The client of a request that a proxy passed on: the last address that is not a proxy's;
 * it may have a port. False: there is none. */
bool jw_http_proxies_client(const JwHttpProxies *self, const char *forwarded_for,
                            JwHttpAddress *ret);
bool jw_http_address_of(const struct sockaddr *address, JwHttpAddress *ret);
/* What counts as one client: an address, of IPv6 its /64. (transfer full) */
char *jw_http_address_key(const JwHttpAddress *self);

/* http_pool.c */
typedef struct _JwHttpPool JwHttpPool;
/* @run: called with an item and @context. */
JwHttpPool *jw_http_pool_new(const char *name, int64_t n_threads, size_t capacity, GFunc run,
                             gpointer context);
/* False when it is closed or full: @item stays the caller's. */
bool jw_http_pool_push(JwHttpPool *self, gpointer item) G_GNUC_WARN_UNUSED_RESULT;
/* Runs what was pushed, which may find that nobody wants it any more, and joins the threads; from
 * then on pushes are refused. */
void jw_http_pool_close(JwHttpPool *self);
void jw_http_pool_free(gpointer self);

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
#define JW_HTTP_SEGMENTS_MAX 32u
#define JW_HTTP_QUERY_MAX    64u
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
/* A client that waits for leave to send a body that is too long. */
bool jw_http_guard_expected(const JwHttpRequest *request, int64_t limit_bytes, JwHttpReply *reply);
bool jw_http_guard_body(const JwHttpRequest *request, int64_t limit_bytes, JwHttpReply *reply);
bool jw_http_guard_media_type(const JwHttpRequest *request, JwHttpReply *reply);
/* If-Match, of what has no entity tag. */
bool jw_http_guard_match(const JwHttpRequest *request, JwHttpReply *reply);

/* http_head.c: false when there is more in the head than these strings and the headers say: a NUL,
 * a CR, or a folded line. @target, @target_length: as the library first gave them. */
bool jw_http_head_whole(struct MHD_Connection *connection, const char *method, const char *target,
                        size_t target_length, const char *version);

/* http_headers.c */
/* Repeated headers become one, with commas. */
void jw_http_headers_join(GPtrArray *headers);
void jw_http_request_id_take(const char *header, char ret[129]);
void jw_http_traceparent_take(const char *header, char ret[56]);
char *jw_http_disposition(const char *file_name); /* (transfer full) */

/* http_date.c: "Sun, 06 Nov 1994 08:49:37 GMT", read in the two obsolete forms as well */
char *jw_http_date_format(int64_t time_ms); /* (transfer full) */
bool jw_http_date_parse(const char *text, int64_t *ret_ms);

/* http_etag.c: whether a list of entity tags, or "*", names @etag. Weak tags, and "*", count with
 * @weak_counts only. */
bool jw_http_etag_listed(const char *header, const char *etag, bool weak_counts);

/* http_auth.c: whether this caller may reach the handler; false: the request is answered. */
bool jw_http_auth_check(JwHttpRequest *request, JwHttpReply *reply);
/* Takes the request out of its limit when its answer does not count. */
void jw_http_limit_finish(const JwHttpRequest *request, JwHttpReply *reply);

/* http_dispatch.c */
typedef struct {
    int64_t body_max_bytes;
    const GPtrArray *mounts;  /* of JwHttpMount */
    const GPtrArray *entries; /* of JwHttpEntry */
} JwHttpDispatcher;
void jw_http_dispatch(const JwHttpDispatcher *dispatcher, JwHttpRequest *request,
                      JwHttpReply *reply);
/* Instead, when the library refuses with this status. */
void jw_http_dispatch_refused(const JwHttpDispatcher *dispatcher, JwHttpRequest *request,
                              JwHttpReply *reply, int status);
/* What is looked at as soon as the head has come; never blocks. False: answered, the body is not
 * read. */
bool jw_http_dispatch_head(const JwHttpDispatcher *dispatcher, JwHttpRequest *request,
                           JwHttpReply *reply);
/* Goes on with a request that waited. */
void jw_http_dispatch_on(JwHttpRequest *request, JwHttpReply *reply, JwHttpGoOn go_on,
                         gpointer take_data);
/* Instead, for a client that has too many requests under way: 429. */
void jw_http_dispatch_crowded(JwHttpReply *reply);
/* Instead, when too much waits for a worker: 503. */
void jw_http_dispatch_busy(JwHttpReply *reply);

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
void jw_http_reply_drop_header(JwHttpReply *self, const char *name);
bool jw_http_reply_has_header(const JwHttpReply *self, const char *name);

/* http_exchange.c: requests under way. What all of a server's share: */
typedef struct {
    JwHttpDispatcher dispatcher;
    JwHttpConns *conns;
    JwHttpPool *workers; /* NULL: handlers run on the I/O thread */
    JwMetric *waiting;   /* gauge: requests that no worker has taken yet */
    JwHttpPool *files;   /* read files, of jw_http_file_read() */
    JwHttpStreams *streams;
    JwHttpWaits *waits;
    int *draining; /* atomic */
} JwHttpExchanges;
typedef struct _JwHttpExchange JwHttpExchange;
/* The callbacks of libmicrohttpd; @data is the JwHttpExchanges. */
void *jw_http_exchange_begin(void *data, const char *target, struct MHD_Connection *connection);
enum MHD_Result jw_http_exchange_step(void *data, struct MHD_Connection *connection,
                                      const char *path, const char *method, const char *version,
                                      const char *upload, size_t *upload_length, void **exchange);
void jw_http_exchange_end(void *data, struct MHD_Connection *connection, void **exchange,
                          enum MHD_RequestTerminationCode how);
void jw_http_exchange_free(gpointer exchange);
/* The library answers by itself: this goes out instead, and nothing behind it. */
void jw_http_exchange_refused(struct MHD_Connection *connection, int status);
/* What the workers run. */
void jw_http_exchange_handle(gpointer exchange, gpointer data);
/* The same, when what it waited for has come. */
void jw_http_exchange_go_on(gpointer exchange, gpointer data);
/* Nobody goes on with it: the connection is closed. */
void jw_http_exchange_drop(gpointer exchange);

/* http_library.c: what to do before the library answers by itself. */
typedef void (*JwHttpRefused)(struct MHD_Connection *connection, int status);
void jw_http_library_init(JwHttpRefused refused);
/* MHD_queue_response(), for us. */
enum MHD_Result jw_http_library_queue(struct MHD_Connection *connection, unsigned int status,
                                      struct MHD_Response *response);

/* http_send.c */
/* The reply, past libmicrohttpd, and the end of the stream. */
void jw_http_reply_send_last(JwHttpReply *self, int fd);
/* The reply for libmicrohttpd; it is logged now, or a file or a stream at its end. NULL: none could
 * be made. @ret_length: -1 without end. (transfer full) */
struct MHD_Response *jw_http_reply_send(JwHttpReply *self, const JwHttpExchanges *all,
                                        struct MHD_Connection *connection, JwHttpConn *conn,
                                        int64_t *ret_length);
/* What the pool of files runs. */
void jw_http_file_read(gpointer file, gpointer data);

/* http_stream.c: answers that go on */
JwHttpStreams *jw_http_streams_new(void);
void jw_http_streams_end(JwHttpStreams *self); /* all of them, and those that come */
void jw_http_streams_free(gpointer self);
struct MHD_Response *jw_http_stream_response(JwHttpStream *self, JwHttpStreams *all,
                                             struct MHD_Connection *connection,
                                             const JwHttpAccess *take_access);
void jw_http_stream_drop(gpointer self); /* the reply's share of it */
/* Whether the client has closed its side. */
bool jw_http_fd_has_left(int fd);

/* http_wait.c: requests whose answer waits for something */
JwHttpWaits *jw_http_waits_new(void);
/* @pool: (transfer none): where jw_http_exchange_go_on() is run. @drop: what to do instead when
 * that takes nothing any more. */
void jw_http_waits_start(JwHttpWaits *self, JwHttpPool *pool, GDestroyNotify drop);
void jw_http_waits_end(JwHttpWaits *self); /* all of them; none begins any more */
void jw_http_waits_free(gpointer self);
/* The connection is suspended and the handler has ended: from here on the exchange is another
 * thread's, maybe at once. */
void jw_http_wait_park(JwHttpWait *self, gpointer exchange);
/* How it goes on; false: not at all, for its client has left. @ret_data: (transfer full) */
bool jw_http_wait_take(JwHttpWait *self, JwHttpGoOn *ret_go_on, gpointer *ret_data);
void jw_http_wait_drop(gpointer self); /* the request's share of it */
