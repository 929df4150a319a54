/* jw/http.h: the HTTP server: a thin layer over libmicrohttpd that serves the APIs put on it.
 * Handlers run on the server's workers, one a request, and own only what they create; their
 * context is immutable after start. A connection that idles, sends slowly or streams has no
 * thread. */
#pragma once
#include "jw/config.h"
#include "jw/error.h"
#include "jw/http_api.h"
#include "jw/http_reply.h"
#include "jw/http_request.h"

G_BEGIN_DECLS

typedef struct _JwHttpServer JwHttpServer;

typedef struct {
    char *address;           /* JW_HTTP_ADDRESS, default 127.0.0.1 */
    int64_t port;            /* JW_HTTP_PORT, 0 = any free one (see jw_http_server_port) */
    int64_t body_max_bytes;  /* JW_HTTP_BODY_MAX, default 1 MiB */
    int64_t connections_max; /* JW_HTTP_CONNECTIONS_MAX, default 10,000 */
    /* JW_HTTP_ADDRESS_CONNECTIONS_MAX: of one client, default 1,000; 0: no cap */
    int64_t address_connections_max;
    char *trusted_proxies;    /* JW_HTTP_TRUSTED_PROXIES: with commas; NULL: none */
    int64_t workers;          /* JW_HTTP_WORKERS, default 32; 0: handlers never block */
    int64_t download_readers; /* JW_HTTP_DOWNLOAD_READERS, default 2 */
    int64_t downloads_max;    /* JW_HTTP_DOWNLOADS_MAX, default 200 */
    int64_t idle_timeout_ms;  /* JW_HTTP_IDLE_TIMEOUT, default 30 s */
    /* JW_HTTP_REQUEST_AGE: header and body must have come by then, default 20 s */
    int64_t request_age_ms;
    const char *port_variable; /* what to set when @port is taken; NULL: JW_HTTP_PORT */
} JwHttpConfig;
extern const JwConfigEntry jw_http_config_entries[];
extern const size_t jw_http_n_config_entries;

/* Whether @config makes a server, without making one. INVALID as jw_http_server_new(). */
bool jw_http_server_check(const JwHttpConfig *config, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A server without APIs. (transfer full) @config: (transfer none): outlives it. @error: INVALID
 * for a list of proxies that is none. */
JwHttpServer *jw_http_server_new(const JwHttpConfig *config,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Puts an API on the server, before start. APIs may share a prefix; the error form is then that of
 * the first. @api: (transfer none): outlives the server. @context: what its handlers,
 * authenticators and limiter get. */
void jw_http_server_add_api(JwHttpServer *self, const JwHttpApi *api, gpointer context);

/* Listens and serves. @error: INVALID for an address that is none, UNAVAILABLE when the port is
 * taken, INTERNAL for a route that needs a permission in an API without authenticators. */
bool jw_http_server_start(JwHttpServer *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Returns the port it listens on. */
int jw_http_server_port(const JwHttpServer *self);

/* Refuses new connections and finishes requests under way for at most @timeout_ms; then cuts the
 * rest and joins all threads. Of what was cut only handlers that have begun come to their end. */
void jw_http_server_stop(JwHttpServer *self, int64_t timeout_ms);

/* @server: (transfer full) (nullable): a JwHttpServer; stopped without waiting if it runs. */
void jw_http_server_free(gpointer server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwHttpServer, jw_http_server_free)

G_END_DECLS
