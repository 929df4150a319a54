/* http_clients.c: see http_clients.h. */
#include "http_clients.h"

struct _JwHttpClients {
    GHashTable *by_key; /* key → (owned) JwHttpClient */
};

static void
client_free(gpointer data)
{
    JwHttpClient *client = data;

    g_free(client->key);
    g_free(client);
}

JwHttpClients *
jw_http_clients_new(void)
{
    JwHttpClients *self = g_new0(JwHttpClients, 1);

    self->by_key = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, client_free);
    return self;
}

void
jw_http_clients_free(JwHttpClients *self)
{
    if (self != NULL) {
        g_hash_table_unref(self->by_key);
        g_free(self);
    }
}

JwHttpClient *
jw_http_clients_ref(JwHttpClients *self, const char *key)
{
    JwHttpClient *client = g_hash_table_lookup(self->by_key, key);

    if (client == NULL) {
        client = g_new0(JwHttpClient, 1);
        client->key = g_strdup(key);
        g_hash_table_insert(self->by_key, client->key, client);
    }
    client->n_refs++;
    return client;
}

void
jw_http_clients_unref(JwHttpClients *self, JwHttpClient *client)
{
    client->n_refs--;
    if (client->n_refs == 0) {
        (void)g_hash_table_remove(self->by_key, client->key);
    }
}
