/* http_exchange.c: one request and its answer. An I/O thread of libmicrohttpd reads the request
 * and suspends its connection, a thread of the pool runs the handler, and the I/O thread sends
 * the answer: an exchange belongs to one thread at a time, and a connection that sends slowly,
 * idles, streams or waits has none. Without a pool handlers run on the I/O thread. */
#include "http_private.h"

#include "jw/clock.h"

#include <microhttpd.h>
#include <string.h>

#define CLIENT_LEFT 499 /* the status of what nobody reads any more; in the access log alone */

typedef enum {
    EXCHANGE_NEW,
    EXCHANGE_BODY,
    EXCHANGE_WAITING, /* handled, and the answer waits for something */
    EXCHANGE_HANDLED,
    EXCHANGE_GONE
} ExchangeState;

struct _JwHttpExchange {
    const JwHttpExchanges *all;
    struct MHD_Connection *connection;
    JwHttpConn *conn;
    ExchangeState state;
    const char *line; /* where the library has the target; valid until the head is taken */
    char *target;
    GByteArray *body; /* NULL: not kept, or not needed any more */
    bool no_room;     /* for the body, beside the others */
    JwHttpRequest request;
    JwHttpReply reply;
};

static JwHttpConn *
conn_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info->socket_context;
}

/* libmicrohttpd 0.9.75 parses the query next, with a record in the connection's memory for each
 * parameter. When they fill it, it queues an answer of its own, forgets that it has, and drops the
 * connection. http_query.c reads the query from a copy, so the library's ends where it begins. */
static void
hide_query(const char *target)
{
    char *query = strchr(target, '?'); /* of the library's buffer, which it goes on to write to */

    if (query != NULL && query[1] != '\0') {
        query[1] = '\0';
    }
}

/* Called when a request line is whole. */
void *
jw_http_exchange_begin(void *data, const char *target, struct MHD_Connection *connection)
{
    JwHttpExchange *self = g_new0(JwHttpExchange, 1);

    self->all = data;
    self->connection = connection;
    self->conn = conn_of(connection);
    self->line = target;
    self->target = g_strdup(target);
    hide_query(target);
    jw_http_conns_receiving(self->all->conns, self->conn, self);
    return self;
}

void
jw_http_exchange_free(gpointer exchange)
{
    JwHttpExchange *self = exchange;

    if (self != NULL) {
        jw_http_request_clear(&self->request);
        jw_http_reply_clear(&self->reply);
        g_clear_pointer(&self->body, g_byte_array_unref);
        g_free(self->target);
        g_free(self);
    }
}

void
jw_http_exchange_end(void *data, struct MHD_Connection *connection, void **exchange,
                     enum MHD_RequestTerminationCode how)
{
    const JwHttpExchanges *all = data;

    (void)how;
    *exchange = NULL;
    jw_http_exchange_free(jw_http_conns_done(all->conns, conn_of(connection)));
}

static enum MHD_Result
add_header(void *data, enum MHD_ValueKind kind, const char *name, const char *value)
{
    GPtrArray *headers = data;

    (void)kind;
    g_ptr_array_add(headers, jw_http_pair_new(name, value != NULL ? value : ""));
    return MHD_YES;
}

/* @method, @version: valid as long as the exchange. */
static void
take_lines(JwHttpExchange *self, const char *method, const char *version)
{
    JwHttpRequest *request = &self->request;

    request->method = method;
    request->target = self->target;
    request->version = version;
    request->start_ms = jw_clock_mono_ms(jw_clock_system());
    request->headers = g_ptr_array_new_with_free_func(jw_http_pair_free);
    request->query = g_ptr_array_new_with_free_func(jw_http_pair_free);
    (void)MHD_get_connection_values(self->connection, MHD_HEADER_KIND, add_header,
                                    request->headers);
    jw_http_headers_join(request->headers);
    jw_http_conns_named(self->all->conns, self->conn, jw_http_header(request, "X-Forwarded-For"));
    jw_http_request_id_take(jw_http_header(request, "X-Request-Id"), request->request_id);
    jw_http_traceparent_take(jw_http_header(request, "traceparent"), request->traceparent);
    jw_http_reply_init(&self->reply, request);
    self->state = EXCHANGE_BODY;
}

static void
take_head(JwHttpExchange *self, const char *method, const char *version)
{
    take_lines(self, method, version);
    self->request.whole =
        jw_http_head_whole(self->connection, method, self->line, strlen(self->target), version);
    const char *length = jw_http_header(&self->request, "Content-Length");
    if (length == NULL
        || g_ascii_strtoull(length, NULL, 10) <= (uint64_t)self->all->dispatcher.body_max_bytes) {
        self->body = g_byte_array_new();
    }
}

/* At most one byte more than the limit is kept, by which http_guard.c knows. */
static void
take_body(JwHttpExchange *self, const char *data, size_t length)
{
    size_t limit = (size_t)self->all->dispatcher.body_max_bytes + 1;
    size_t part = self->body != NULL ? MIN(length, limit - self->body->len) : 0;

    if (part == 0) {
        return;
    }
    if (!jw_http_conns_body(self->all->conns, self->conn, (int64_t)part)) {
        g_clear_pointer(&self->body, g_byte_array_unref);
        self->no_room = true;
        return;
    }
    g_byte_array_append(self->body, (const guint8 *)data, (guint)part);
}

static void
drop_body(JwHttpExchange *self)
{
    self->request.body = NULL;
    self->request.body_length = 0;
    g_clear_pointer(&self->body, g_byte_array_unref);
    jw_http_conns_handled(self->all->conns, self->conn);
}

/* What a download holds while its client reads is little, and all of them together have a bound. */
static bool
admit_download(gpointer data)
{
    const JwHttpExchange *self = data;

    return jw_http_conns_download(self->all->conns, self->conn);
}

/* Of a request that was handled, or whose client left. */
static void
set_outcome(JwHttpExchange *self)
{
    self->reply.close |= g_atomic_int_get(self->all->draining) != 0;
    self->state = self->reply.wait != NULL ? EXCHANGE_WAITING : EXCHANGE_HANDLED;
}

/* The handler and all that comes before it; not for a client that was cut while this waited. */
static void
handle(JwHttpExchange *self)
{
    JwHttpRequest *request = &self->request;

    if (!jw_http_conns_wanted(self->all->conns, self->conn)) {
        drop_body(self);
        self->state = EXCHANGE_GONE;
        return;
    }
    if (self->body != NULL) {
        request->body = self->body->data;
        request->body_length = self->body->len;
    }
    if (jw_http_conns_admit(self->all->conns, self->conn)) {
        self->reply.admit = admit_download;
        self->reply.admit_data = self;
        self->reply.waits = self->all->waits;
        self->reply.fd =
            MHD_get_connection_info(self->connection, MHD_CONNECTION_INFO_CONNECTION_FD)
                ->connect_fd;
        jw_http_dispatch(&self->all->dispatcher, request, &self->reply);
        (void)jw_http_reply_admit_file(&self->reply);
    } else {
        jw_http_dispatch_crowded(&self->reply);
    }
    drop_body(self);
    set_outcome(self);
}

/* The connection is suspended; what is answered goes back to its I/O thread. */
static void
pass_on(JwHttpExchange *self)
{
    if (self->state == EXCHANGE_WAITING) {
        jw_http_wait_park(self->reply.wait, self);
    } else {
        MHD_resume_connection(self->connection);
    }
}

void
jw_http_exchange_drop(gpointer exchange)
{
    JwHttpExchange *self = exchange;

    self->state = EXCHANGE_GONE;
    pass_on(self);
}

/* Nobody reads the answer, which is logged all the same. */
static void
leave(JwHttpExchange *self)
{
    JwHttpAccess access = { 0 };

    jw_http_access_note(&access, &self->request, CLIENT_LEFT);
    jw_http_access_log(&access, 0, false);
    self->state = EXCHANGE_GONE;
}

void
jw_http_exchange_go_on(gpointer exchange, gpointer data)
{
    JwHttpExchange *self = exchange;
    JwHttpWait *wait = g_steal_pointer(&self->reply.wait);
    JwHttpGoOn go_on = NULL;
    gpointer about = NULL;

    (void)data;
    if (jw_http_conns_wanted(self->all->conns, self->conn)
        && jw_http_wait_take(wait, &go_on, &about)) {
        jw_http_dispatch_on(&self->request, &self->reply, go_on, about);
        (void)jw_http_reply_admit_file(&self->reply);
        set_outcome(self);
    } else {
        leave(self);
    }
    jw_http_wait_drop(wait);
    pass_on(self);
}

/* Nobody works on it. */
static void
refuse_busy(JwHttpExchange *self)
{
    jw_http_dispatch_busy(&self->reply);
    drop_body(self);
    set_outcome(self);
}

void
jw_http_exchange_handle(gpointer exchange, gpointer data)
{
    JwHttpExchange *self = exchange;

    (void)data;
    jw_metric_add(self->all->waiting, NULL, -1);
    handle(self);
    pass_on(self);
}

static enum MHD_Result
answer(JwHttpExchange *self)
{
    int64_t length = 0;
    struct MHD_Response *response =
        jw_http_reply_send(&self->reply, self->all, self->connection, self->conn, &length);

    if (response == NULL) {
        return MHD_NO;
    }
    jw_http_conns_replying(self->all->conns, self->conn, length);
    enum MHD_Result queued =
        jw_http_library_queue(self->connection, (unsigned int)self->reply.status, response);
    MHD_destroy_response(response); /* the connection has its own reference */
    return queued;
}

/* Before the body: the connection cannot go on. */
static enum MHD_Result
refuse_now(JwHttpExchange *self)
{
    self->state = EXCHANGE_HANDLED;
    jw_http_conns_handling(self->all->conns, self->conn);
    return answer(self);
}

static enum MHD_Result
begin_handling(JwHttpExchange *self)
{
    const JwHttpEntry *entry = self->request.entry;

    self->request.start_ms = jw_clock_mono_ms(jw_clock_system()); /* the request is whole */
    jw_http_conns_handling(self->all->conns, self->conn);
    if (self->no_room) {
        refuse_busy(self);
        return answer(self);
    }
    struct MHD_Connection *connection = self->connection;
    if (self->all->workers == NULL || entry == NULL || entry->mount->api->immediate) {
        handle(self);
        if (self->state == EXCHANGE_WAITING) {
            MHD_suspend_connection(connection);
            pass_on(self);
            return MHD_YES;
        }
        return self->state == EXCHANGE_HANDLED ? answer(self) : MHD_NO;
    }
    JwMetric *waiting = self->all->waiting;
    MHD_suspend_connection(connection);
    jw_metric_add(waiting, NULL, 1);
    if (!jw_http_pool_push(self->all->workers, self)) {
        jw_metric_add(waiting, NULL, -1);
        refuse_busy(self);
        MHD_resume_connection(connection);
    }
    return MHD_YES;
}

enum MHD_Result
jw_http_exchange_step(void *data, struct MHD_Connection *connection, const char *path,
                      const char *method, const char *version, const char *upload,
                      size_t *upload_length, void **exchange)
{
    JwHttpExchange *self = *exchange;

    (void)data;
    (void)connection;
    (void)path; /* decoded loosely; http_query.c does it again */
    switch (self->state) {
    case EXCHANGE_NEW:
        take_head(self, method, version);
        return jw_http_dispatch_head(&self->all->dispatcher, &self->request, &self->reply)
                   ? MHD_YES
                   : refuse_now(self);
    case EXCHANGE_BODY:
        if (*upload_length > 0) {
            take_body(self, upload, *upload_length);
            *upload_length = 0;
            return MHD_YES;
        }
        return begin_handling(self);
    case EXCHANGE_HANDLED:
        return answer(self);
    case EXCHANGE_WAITING: /* its connection is suspended */
    case EXCHANGE_GONE:
        return MHD_NO;
    }
    return MHD_NO;
}

void
jw_http_exchange_refused(struct MHD_Connection *connection, int status)
{
    JwHttpConn *conn = conn_of(connection);
    JwHttpExchange *self = jw_http_conn_exchange(conn);

    if (self == NULL) { /* not even its line was whole */
        self = jw_http_exchange_begin(jw_http_conn_owner(conn), "/", connection);
    }
    if (self->state == EXCHANGE_NEW) {
        take_lines(self, "", "");
    }
    if (self->state == EXCHANGE_BODY) {
        jw_http_dispatch_refused(&self->all->dispatcher, &self->request, &self->reply, status);
        jw_http_reply_send_last(
            &self->reply,
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd);
        self->state = EXCHANGE_GONE;
    }
}
