/* servers.c: whether a server is usable, and the wait for one. Any thread. The driver can wait
 * for a server as well, but that wait cannot be cancelled; and a pool that is destroyed waits
 * once more, to end its sessions on the server. Both would delay the end of a process. So the
 * driver waits DRIVER_MS at most, enough for its error message and for the retry of a read, and
 * is asked again until the time is over. Asked, not watched: only during a selection does it
 * look for a server before the next heartbeat, and after a cut connection none is usable until
 * it has looked. */
#include "mongo.h"

#include "jw/clock.h"

#define DRIVER_MS 1000

void
jw_mongo_servers_init(JwMongoServers *self, mongoc_uri_t *uri, int64_t select_ms)
{
    int64_t whole_ms = mongoc_uri_get_option_as_int32(uri, MONGOC_URI_SERVERSELECTIONTIMEOUTMS,
                                                      (int32_t)select_ms);
    int64_t driver_ms = MIN(whole_ms, DRIVER_MS);

    mongoc_uri_set_option_as_int32(uri, MONGOC_URI_SERVERSELECTIONTIMEOUTMS, (int32_t)driver_ms);
    jw_mutex_init(&self->mutex);
    self->wait_ms = whole_ms - driver_ms;
    self->prefs = mongoc_read_prefs_copy(mongoc_uri_get_read_prefs_t(uri));
}

void
jw_mongo_servers_clear(JwMongoServers *self)
{
    g_clear_pointer(&self->prefs, mongoc_read_prefs_destroy);
    jw_mutex_clear(&self->mutex);
}

/* On the driver's thread, under its lock: only functions that read the description may be
 * called. */
static void
on_changed(const mongoc_apm_topology_changed_t *event)
{
    JwMongoServers *self = mongoc_apm_topology_changed_get_context(event);
    const mongoc_topology_description_t *now =
        mongoc_apm_topology_changed_get_new_description(event);
    bool usable = mongoc_topology_description_has_writable_server(now)
                  || mongoc_topology_description_has_readable_server(now, self->prefs);
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    self->usable = usable;
}

void
jw_mongo_servers_watch(JwMongoServers *self, mongoc_client_pool_t *pool)
{
    mongoc_apm_callbacks_t *callbacks = mongoc_apm_callbacks_new();

    mongoc_apm_set_topology_changed_cb(callbacks, on_changed);
    (void)mongoc_client_pool_set_apm_callbacks(pool, callbacks, self);
    mongoc_apm_callbacks_destroy(callbacks);
}

/* Asks the driver for a server once. True: it answered before its timeout. */
static bool
select_once(const JwMongoServers *self, mongoc_client_t *client)
{
    const int64_t start_ms = jw_clock_mono_ms(jw_clock_system());
    bson_error_t cause;
    mongoc_server_description_t *server =
        mongoc_client_select_server(client, false, self->prefs, &cause);
    const bool found = server != NULL;

    g_clear_pointer(&server, mongoc_server_description_destroy);
    return found || jw_clock_mono_ms(jw_clock_system()) - start_ms < DRIVER_MS / 2;
}

static bool
waits_no_more(JwMongoServers *self)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    return self->no_waiting;
}

bool
jw_mongo_servers_wait(JwMongoServers *self, mongoc_client_t *client, GError **error)
{
    const int64_t deadline_ms = jw_clock_mono_ms(jw_clock_system()) + self->wait_ms;

    while (!jw_mongo_servers_usable(self)) {
        if (waits_no_more(self)) {
            return jw_fail(error, JW_ERROR_UNAVAILABLE,
                           "no MongoDB server is known, and this process ends");
        }
        if (jw_clock_mono_ms(jw_clock_system()) >= deadline_ms || select_once(self, client)) {
            break;
        }
    }
    return true;
}

bool
jw_mongo_servers_usable(JwMongoServers *self)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    return self->usable;
}

void
jw_mongo_servers_stop_waiting(JwMongoServers *self)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    self->no_waiting = true;
}
