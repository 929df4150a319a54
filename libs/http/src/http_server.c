/* http_server.c: one ulfius instance with one catch-all endpoint, and the options of
 * libmicrohttpd that bound it. libmicrohttpd runs a listening thread and one thread for each
 * connection, so a connection's current request can be in a thread-local. The APIs are immutable
 * after start. */
#include "http_private.h"

#include "jw/clock.h"
#include "jw/log.h"

#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <yder.h>

#define STACK_BYTES (512 * 1024)
#define BACKLOG     256

const JwConfigEntry jw_http_config_entries[] = {
    { "JW_HTTP_ADDRESS", JW_CONFIG_STRING, offsetof(JwHttpConfig, address), "127.0.0.1", 0, 0, 0,
      "address to listen on" },
    { "JW_HTTP_PORT", JW_CONFIG_INT, offsetof(JwHttpConfig, port), "8080", 0, 65535, 0,
      "port to listen on; 0 takes any free one" },
    { "JW_HTTP_BODY_MAX", JW_CONFIG_SIZE, offsetof(JwHttpConfig, body_max_bytes), "1MiB", 1024,
      64 * 1024 * 1024, 0, "largest request body" },
    { "JW_HTTP_CONNECTIONS_MAX", JW_CONFIG_INT, offsetof(JwHttpConfig, connections_max), "256", 1,
      10000, 0, "open connections at most" },
    { "JW_HTTP_IDLE_TIMEOUT", JW_CONFIG_DURATION, offsetof(JwHttpConfig, idle_timeout_ms), "30s",
      1000, 600000, 0, "a connection on which nothing moves is closed after this" },
    { "JW_HTTP_REQUEST_AGE", JW_CONFIG_DURATION, offsetof(JwHttpConfig, request_age_ms), "20s", 100,
      600000, 0, "header and body of a request must have come within this time" },
};
const size_t jw_http_n_config_entries = G_N_ELEMENTS(jw_http_config_entries);

struct _JwHttpServer {
    const JwHttpConfig *config;
    GPtrArray *mounts;  /* of JwHttpMount */
    GPtrArray *entries; /* of JwHttpEntry */
    JwHttpConns *conns;
    struct _u_instance instance;
    int listen_fd, port;
    bool started;
    int draining; /* atomic */
};

static __thread JwHttpConn *current_conn;

static void
yder_message(void *data, const char *app, const time_t date, const unsigned long level,
             const char *message)
{
    (void)data;
    (void)app;
    (void)date;
    (void)level;
    jw_debug("http_library", JW_STR("library", "ulfius"), JW_STR("text", message));
}

static void
libraries_init(void)
{
    jw_http_metrics_init();
    (void)y_init_logs("http", Y_LOG_MODE_NONE, Y_LOG_LEVEL_WARNING, NULL, NULL);
    (void)y_set_logs_callback(yder_message, NULL, NULL);
}

static void G_GNUC_PRINTF(2, 0) mhd_message(void *data, const char *format, va_list args)
{
    (void)data;
    if (jw_log_enabled(JW_LOG_DEBUG)) {
        g_autofree char *text = g_strdup_vprintf(format, args);
        jw_debug("http_library", JW_STR("library", "microhttpd"), JW_STR("text", g_strchomp(text)));
    }
}

static void
on_connection(void *data, struct MHD_Connection *connection, void **context,
              enum MHD_ConnectionNotificationCode what)
{
    JwHttpServer *self = data;

    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        *context = jw_http_conns_opened(self->conns, info->connect_fd);
    } else if (*context != NULL) {
        jw_http_conns_closed(self->conns, *context);
        *context = NULL;
    }
}

static JwHttpConn *
conn_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info->socket_context;
}

/* Called when a request line is whole. */
static void *
on_request_line(void *data, const char *uri, struct MHD_Connection *connection)
{
    JwHttpServer *self = data;

    current_conn = conn_of(connection);
    jw_http_conns_receiving(self->conns, current_conn);
    return ulfius_uri_logger(data, uri);
}

static void
on_completed(void *data, struct MHD_Connection *connection, void **con_cls,
             enum MHD_RequestTerminationCode how)
{
    JwHttpServer *self = data;

    mhd_request_completed(data, connection, con_cls, how);
    jw_http_conns_done(self->conns, conn_of(connection));
    current_conn = NULL;
}

static int
on_request(const struct _u_request *raw, struct _u_response *response, void *data)
{
    JwHttpServer *self = data;
    const JwHttpDispatcher dispatcher = {
        .body_max_bytes = self->config->body_max_bytes,
        .mounts = self->mounts,
        .entries = self->entries,
    };
    JwHttpRequest request = {
        .raw = raw,
        .method = raw->http_verb,
        .target = raw->http_url,
        .query = g_ptr_array_new_with_free_func(jw_http_pair_free),
        .start_ms = jw_clock_mono_ms(jw_clock_system()),
    };
    JwHttpReply reply;

    jw_http_conns_handling(self->conns, current_conn);
    jw_http_request_id_take(u_map_get_case(raw->map_header, "X-Request-Id"), request.request_id);
    jw_http_traceparent_take(u_map_get_case(raw->map_header, "traceparent"), request.traceparent);
    jw_http_reply_init(&reply, &request);
    jw_http_dispatch(&dispatcher, &request, &reply);
    if (g_atomic_int_get(&self->draining) != 0) {
        reply.close = true;
    }
    int64_t length = jw_http_reply_send(&reply, response);
    jw_http_reply_clear(&reply);
    jw_http_request_clear(&request);
    jw_http_conns_replying(self->conns, current_conn, length);
    return U_CALLBACK_COMPLETE;
}

JwHttpServer *
jw_http_server_new(const JwHttpConfig *config, GError **error)
{
    g_return_val_if_fail(config != NULL, NULL);
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    g_autoptr(JwHttpServer) self = g_new0(JwHttpServer, 1);

    (void)pthread_once(&once, libraries_init);
    self->config = config;
    self->listen_fd = -1;
    self->mounts = g_ptr_array_new_with_free_func(jw_http_mount_free);
    self->entries = g_ptr_array_new_with_free_func(jw_http_entry_free);
    self->conns = jw_http_conns_new(config->request_age_ms, config->idle_timeout_ms);
    if (ulfius_init_instance(&self->instance, 1, NULL, NULL) != U_OK) {
        return jw_fail_null(error, JW_ERROR_INTERNAL, "ulfius could not create an instance");
    }
    self->instance.check_utf8 = 0; /* it would hide ill-formed headers from the guard */
    self->instance.allowed_post_processor = U_POST_PROCESS_NONE; /* quadratic on hostile forms */
    self->instance.max_post_body_size = (size_t)config->body_max_bytes + 1;
    if (ulfius_set_default_endpoint(&self->instance, on_request, self) != U_OK) {
        return jw_fail_null(error, JW_ERROR_INTERNAL, "ulfius did not take the endpoint");
    }
    return g_steal_pointer(&self);
}

void
jw_http_server_add_api(JwHttpServer *self, const JwHttpApi *api, gpointer context)
{
    g_return_if_fail(self != NULL && api != NULL && !self->started);
    JwHttpMount *mount = jw_http_mount_new(api, context);

    g_ptr_array_add(self->mounts, mount);
    for (const JwHttpRoute *route = api->routes; route->method != NULL; route++) {
        g_ptr_array_add(self->entries, jw_http_entry_new(mount, route));
    }
}

static int
port_of(int fd)
{
    struct sockaddr_storage address = { 0 };
    socklen_t length = sizeof(address);

    if (getsockname(fd, (struct sockaddr *)&address, &length) != 0) {
        return 0;
    }
    in_port_t port = address.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&address)->sin6_port
                                                   : ((struct sockaddr_in *)&address)->sin_port;
    return ntohs(port);
}

/* Our own socket: libmicrohttpd does not report why it cannot listen. */
static bool
open_socket(JwHttpServer *self, GError **error)
{
    const struct addrinfo hints = {
        .ai_family = AF_UNSPEC,
        .ai_socktype = SOCK_STREAM,
        .ai_flags = AI_PASSIVE | AI_NUMERICSERV,
    };
    g_autofree char *port = g_strdup_printf("%" G_GINT64_FORMAT, self->config->port);
    struct addrinfo *address = NULL;
    const int yes = 1;

    int failed = getaddrinfo(self->config->address, port, &hints, &address);
    if (failed != 0) {
        return jw_fail(error, JW_ERROR_INVALID, "JW_HTTP_ADDRESS '%s' is no address: %s",
                       self->config->address, gai_strerror(failed));
    }
    self->listen_fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (self->listen_fd >= 0) {
        (void)setsockopt(self->listen_fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    }
    bool good = self->listen_fd >= 0
                && bind(self->listen_fd, address->ai_addr, address->ai_addrlen) == 0
                && listen(self->listen_fd, BACKLOG) == 0;
    int cause = errno;
    freeaddrinfo(address);
    if (!good) {
        return jw_fail(error, JW_ERROR_UNAVAILABLE,
                       "cannot listen on %s port %s: %s; set JW_HTTP_ADDRESS and JW_HTTP_PORT to "
                       "what is free",
                       self->config->address, port, g_strerror(cause));
    }
    self->port = port_of(self->listen_fd);
    return true;
}

static bool
check_permissions(const JwHttpServer *self, GError **error)
{
    for (guint i = 0; i < self->entries->len; i++) {
        const JwHttpEntry *entry = g_ptr_array_index(self->entries, i);
        const JwHttpApi *api = entry->mount->api;

        if (entry->route->permission != NULL
            && (api->authenticators == NULL || api->authenticators[0] == NULL)) {
            return jw_fail(error, JW_ERROR_INTERNAL,
                           "%s %s needs a permission, and its API '%s' has no authenticator",
                           entry->route->method, entry->pattern, api->name);
        }
    }
    return true;
}

bool
jw_http_server_start(JwHttpServer *self, GError **error)
{
    g_return_val_if_fail(self != NULL && !self->started, false);
    if (!check_permissions(self, error) || !open_socket(self, error)) {
        return false;
    }
    intptr_t idle_s = (intptr_t)((self->config->idle_timeout_ms + 999) / 1000);
    struct MHD_OptionItem options[] = {
        { MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)mhd_message, NULL },
        { MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)on_completed, self },
        { MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_connection, self },
        { MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)on_request_line, self },
        { MHD_OPTION_LISTEN_SOCKET, self->listen_fd, NULL },
        { MHD_OPTION_CONNECTION_LIMIT, (intptr_t)self->config->connections_max, NULL },
        { MHD_OPTION_CONNECTION_TIMEOUT, idle_s, NULL },
        { MHD_OPTION_THREAD_STACK_SIZE, STACK_BYTES, NULL },
        { MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL },
        { MHD_OPTION_END, 0, NULL },
    };
    const unsigned int flags = MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD
                               | MHD_USE_POLL | MHD_USE_ITC | MHD_USE_ERROR_LOG;
    if (ulfius_start_framework_with_mhd_options(&self->instance, flags, options) != U_OK) {
        return jw_fail(error, JW_ERROR_INTERNAL, "libmicrohttpd did not start");
    }
    self->started = true;
    return true;
}

int
jw_http_server_port(const JwHttpServer *self)
{
    return self->port;
}

void
jw_http_server_stop(JwHttpServer *self, int64_t timeout_ms)
{
    g_return_if_fail(self != NULL);
    if (!self->started) {
        return;
    }
    self->started = false;
    g_atomic_int_set(&self->draining, 1);
    (void)MHD_quiesce_daemon(self->instance.mhd_daemon);
    if (!jw_http_conns_drain(self->conns, timeout_ms)) {
        jw_warn("http_requests_cut", JW_INT("after_ms", timeout_ms));
        jw_http_conns_cut(self->conns);
    }
    (void)ulfius_stop_framework(&self->instance); /* joins every thread */
    (void)close(self->listen_fd);
    self->listen_fd = -1;
}

void
jw_http_server_free(gpointer server)
{
    JwHttpServer *self = server;

    if (self == NULL) {
        return;
    }
    jw_http_server_stop(self, 0);
    if (self->listen_fd >= 0) {
        (void)close(self->listen_fd);
    }
    ulfius_clean_instance(&self->instance);
    jw_http_conns_free(self->conns);
    g_ptr_array_unref(self->entries);
    g_ptr_array_unref(self->mounts);
    g_free(self);
}
