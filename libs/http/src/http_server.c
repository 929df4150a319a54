/* http_server.c: libmicrohttpd with a few I/O threads on epoll, the options that bound it, and
 * the pools of threads that do what blocks. The APIs are immutable after start. */
#include "http_private.h"

#include "jw/log.h"

#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define BACKLOG 1024
/* Of a socket; the kernel doubles it, and says "writable" when a third is free. libmicrohttpd sees
 * a reader move by its own sends alone, so a third of what the kernel would take by itself, up to
 * 4 MB, could take a slow reader longer than JW_HTTP_IDLE_TIMEOUT. */
#define SEND_BUFFER_BYTES (128 * 1024)
/* Of a request's head and an answer's together; a connection holds as much while it is open. */
#define HEAD_MAX_BYTES (16 * 1024)
/* A handler's end costs the I/O thread a look at each connection that it has suspended: streams,
 * and downloads that wait. So there are a few of them, also on one core. */
#define IO_THREADS 4
/* Connections over the limit, for those that were cut and have not closed yet. */
#define SPARE_CONNECTIONS 256
/* Requests that may wait for each worker; for more it is better to come again. */
#define WAITING_PER_WORKER 32
/* That go on with requests which waited for something, and are answered now. */
#define GO_ON_THREADS 2
/* Descriptors of everything else in the process. */
#define SPARE_FILES 256

const JwConfigEntry jw_http_config_entries[] = {
    { "JW_HTTP_ADDRESS", JW_CONFIG_STRING, offsetof(JwHttpConfig, address), "127.0.0.1", 0, 0, 0,
      "address to listen on" },
    { "JW_HTTP_PORT", JW_CONFIG_INT, offsetof(JwHttpConfig, port), "8080", 0, 65535, 0,
      "port to listen on; 0 takes any free one" },
    { "JW_HTTP_BODY_MAX", JW_CONFIG_SIZE, offsetof(JwHttpConfig, body_max_bytes), "1MiB", 1024,
      64 * 1024 * 1024, 0, "largest request body" },
    { "JW_HTTP_CONNECTIONS_MAX", JW_CONFIG_INT, offsetof(JwHttpConfig, connections_max), "10000", 1,
      100000, 0,
      "open connections at most; one more closes the oldest that has not finished its request" },
    { "JW_HTTP_ADDRESS_CONNECTIONS_MAX", JW_CONFIG_INT,
      offsetof(JwHttpConfig, address_connections_max), "1000", 0, 100000, 0,
      "the same for one client's address (IPv6: /64), and requests at once of a client behind a "
      "trusted proxy; 0: no cap" },
    { "JW_HTTP_TRUSTED_PROXIES", JW_CONFIG_STRING, offsetof(JwHttpConfig, trusted_proxies), NULL, 0,
      0, 0,
      "addresses and networks, with commas, whose connections have no cap and whose "
      "X-Forwarded-For names the client; requests without one count for the proxy's address" },
    { "JW_HTTP_WORKERS", JW_CONFIG_INT, offsetof(JwHttpConfig, workers), "32", 0, 1000, 0,
      "requests that are worked on at once, for each of which 32 may wait; 0: by the thread that "
      "reads "
      "them" },
    { "JW_HTTP_DOWNLOADS_MAX", JW_CONFIG_INT, offsetof(JwHttpConfig, downloads_max), "200", 1,
      10000, 0,
      "downloads under way at most, some 400 KiB each; one more cuts one of the client that has "
      "most, or is answered 503" },
    { "JW_HTTP_DOWNLOAD_READERS", JW_CONFIG_INT, offsetof(JwHttpConfig, download_readers), "2", 1,
      100, 0, "downloads that are read from the store at once; the others take turns" },
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
    JwHttpExchanges exchanges;
    JwHttpPool *go_on;         /* with requests that waited */
    struct MHD_Daemon *daemon; /* NULL: not started, or stopped */
    int listen_fd, port;
    bool started;
    int draining; /* atomic */
};

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
        int fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
        const struct sockaddr *address =
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr;
        *context = jw_http_conns_opened(self->exchanges.conns, fd, address, &self->exchanges);
    } else if (*context != NULL) {
        jw_http_exchange_free(jw_http_conns_closed(self->exchanges.conns, *context));
        *context = NULL;
    }
}

static void
init_process(void)
{
    jw_http_metrics_init();
    jw_http_library_init(jw_http_exchange_refused);
}

bool
jw_http_server_check(const JwHttpConfig *config, GError **error)
{
    g_return_val_if_fail(config != NULL, false);
    JwHttpProxies *proxies = jw_http_proxies_new(config->trusted_proxies, error);
    const bool good = proxies != NULL;

    jw_http_proxies_free(proxies);
    return good;
}

JwHttpServer *
jw_http_server_new(const JwHttpConfig *config, GError **error)
{
    g_return_val_if_fail(config != NULL, NULL);
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    JwHttpProxies *proxies = jw_http_proxies_new(config->trusted_proxies, error);

    if (proxies == NULL) {
        return NULL;
    }
    (void)pthread_once(&once, init_process);
    JwHttpServer *self = g_new0(JwHttpServer, 1);
    self->config = config;
    self->listen_fd = -1;
    self->mounts = g_ptr_array_new_with_free_func(jw_http_mount_free);
    self->entries = g_ptr_array_new_with_free_func(jw_http_entry_free);
    self->exchanges = (JwHttpExchanges){
        .dispatcher = { .body_max_bytes = config->body_max_bytes,
                        .mounts = self->mounts,
                        .entries = self->entries },
        .conns = jw_http_conns_new(config, proxies),
        .waiting = jw_metric_gauge("jobwire_http_requests_waiting",
                                   "HTTP requests that wait for a worker", NULL),
        .streams = jw_http_streams_new(),
        .waits = jw_http_waits_new(),
        .draining = &self->draining,
    };
    return self;
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
    const int yes = 1, send_buffer = SEND_BUFFER_BYTES;

    int failed = getaddrinfo(self->config->address, port, &hints, &address);
    if (failed != 0) {
        return jw_fail(error, JW_ERROR_INVALID, "JW_HTTP_ADDRESS '%s' is no address: %s",
                       self->config->address, gai_strerror(failed));
    }
    self->listen_fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (self->listen_fd >= 0) {
        (void)setsockopt(self->listen_fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
        (void)setsockopt(self->listen_fd, SOL_SOCKET, SO_SNDBUF, &send_buffer,
                         sizeof(send_buffer)); /* those that it accepts have it, too */
    }
    bool good = self->listen_fd >= 0
                && bind(self->listen_fd, address->ai_addr, address->ai_addrlen) == 0
                && listen(self->listen_fd, BACKLOG) == 0;
    int cause = errno;
    freeaddrinfo(address);
    if (!good) {
        return jw_fail(error, JW_ERROR_UNAVAILABLE,
                       "cannot listen on %s port %s: %s; set JW_HTTP_ADDRESS and %s to what is "
                       "free",
                       self->config->address, port, g_strerror(cause),
                       self->config->port_variable != NULL ? self->config->port_variable
                                                           : "JW_HTTP_PORT");
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

/* How many connections there are descriptors for, up to @wanted; the soft limit, often 1,024, is
 * raised. */
static int64_t
raise_file_limit(int64_t wanted)
{
    const rlim_t files = (rlim_t)(wanted + SPARE_CONNECTIONS + SPARE_FILES);
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= files) {
        return wanted;
    }
    limit.rlim_cur = MIN(files, limit.rlim_max);
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur == files) {
        return wanted;
    }
    int64_t most = MAX((int64_t)limit.rlim_cur - SPARE_CONNECTIONS - SPARE_FILES, 1);
    jw_warn("http_few_descriptors", JW_INT("connections_max", most),
            JW_STR("do", "raise the hard limit of open files (ulimit -Hn), or lower "
                         "JW_HTTP_CONNECTIONS_MAX"));
    return most;
}

static void
start_pools(JwHttpServer *self)
{
    const size_t capacity = (size_t)self->config->connections_max + SPARE_CONNECTIONS;

    if (self->config->workers > 0) {
        const size_t waiting = (size_t)self->config->workers * WAITING_PER_WORKER;
        self->exchanges.workers = jw_http_pool_new("http-worker", self->config->workers, waiting,
                                                   jw_http_exchange_handle, NULL);
    }
    self->exchanges.files = jw_http_pool_new("http-file", MAX(self->config->download_readers, 1),
                                             capacity, jw_http_file_read, NULL);
    self->go_on =
        jw_http_pool_new("http-go-on", GO_ON_THREADS, capacity, jw_http_exchange_go_on, NULL);
    jw_http_waits_start(self->exchanges.waits, self->go_on, jw_http_exchange_drop);
}

/* What is under way ends, so that no connection stays suspended. */
static void
close_pools(JwHttpServer *self)
{
    if (self->exchanges.workers != NULL) {
        jw_http_pool_close(self->exchanges.workers);
    }
    jw_http_pool_close(self->go_on); /* nothing waits any more, and nothing begins to */
    jw_http_pool_close(self->exchanges.files);
}

static void
free_pools(JwHttpServer *self)
{
    g_clear_pointer(&self->exchanges.workers, jw_http_pool_free);
    g_clear_pointer(&self->go_on, jw_http_pool_free);
    g_clear_pointer(&self->exchanges.files, jw_http_pool_free);
}

bool
jw_http_server_start(JwHttpServer *self, GError **error)
{
    g_return_val_if_fail(self != NULL && !self->started, false);
    if (!check_permissions(self, error) || !open_socket(self, error)) {
        return false;
    }
    jw_http_conns_limit(self->exchanges.conns, raise_file_limit(self->config->connections_max));
    start_pools(self);
    unsigned int idle_s = (unsigned int)((self->config->idle_timeout_ms + 999) / 1000);
    /* libmicrohttpd gives each thread its part of the limit; http_conn.c has the true one */
    unsigned int n_threads = self->config->workers > 0 ? IO_THREADS : 1;
    unsigned int most =
        n_threads * ((unsigned int)self->config->connections_max + SPARE_CONNECTIONS);
    const unsigned int flags =
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC | MHD_USE_ERROR_LOG;
    self->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, jw_http_exchange_step, &self->exchanges, MHD_OPTION_EXTERNAL_LOGGER,
        mhd_message, NULL, MHD_OPTION_NOTIFY_COMPLETED, jw_http_exchange_end, &self->exchanges,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, self, MHD_OPTION_URI_LOG_CALLBACK,
        jw_http_exchange_begin, &self->exchanges, MHD_OPTION_LISTEN_SOCKET, self->listen_fd,
        MHD_OPTION_THREAD_POOL_SIZE, n_threads > 1 ? n_threads : 0, MHD_OPTION_CONNECTION_LIMIT,
        most, MHD_OPTION_CONNECTION_TIMEOUT, idle_s, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)HEAD_MAX_BYTES, MHD_OPTION_END); /* our guards are strict, and have an API's form */
    if (self->daemon == NULL) {
        free_pools(self);
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
    (void)MHD_quiesce_daemon(self->daemon);
    jw_http_streams_end(self->exchanges.streams);
    jw_http_waits_end(self->exchanges.waits);
    if (!jw_http_conns_drain(self->exchanges.conns, timeout_ms)) {
        jw_warn("http_requests_cut", JW_INT("after_ms", timeout_ms));
        jw_http_conns_cut(self->exchanges.conns);
    }
    close_pools(self);
    g_clear_pointer(&self->daemon, MHD_stop_daemon);
    free_pools(self);
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
    jw_http_conns_free(self->exchanges.conns);
    jw_http_streams_free(self->exchanges.streams);
    jw_http_waits_free(self->exchanges.waits);
    g_ptr_array_unref(self->entries);
    g_ptr_array_unref(self->mounts);
    g_free(self);
}
