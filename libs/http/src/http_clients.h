/* http_clients.h: who counts as one client, and what each has: by these figures http_conn.c decides
 * whose place another gets. Under the lock of the connections. */
#pragma once
#include <glib.h>
#include <stdint.h>

G_BEGIN_DECLS

/* An address, of IPv6 its /64. There as long as somebody names it. */
typedef struct {
    char *key;
    int64_t n_refs;
    int64_t n;          /* connections, and requests under way of those behind a proxy */
    int64_t body_bytes; /* of all that name it */
    int64_t n_downloads;
} JwHttpClient;

typedef struct _JwHttpClients JwHttpClients;

JwHttpClients *jw_http_clients_new(void);
/* NULL-safe. */
void jw_http_clients_free(JwHttpClients *self);

/* The client of that key, made when nobody names it yet; until it is given back. */
JwHttpClient *jw_http_clients_ref(JwHttpClients *self, const char *key);
void jw_http_clients_unref(JwHttpClients *self, JwHttpClient *client);

G_END_DECLS
