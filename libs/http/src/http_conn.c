/* http_conn.c: the open connections: who must go when there are too many, and the watchdog that
 * cuts those that take too long. libmicrohttpd limits inactivity only: a client that sends a byte
 * now and then would hold its place for ever. So each phase of a connection has an absolute
 * deadline, after which its socket is shut down; the I/O thread then sees the end of the stream
 * and closes. When places run short the oldest connection that has not finished its request
 * goes first, then the one that has idled longest; one that is being answered never goes. For the
 * bytes of bodies it is the oldest body of the client that holds most of them, and for the places
 * of downloads the one that has not moved for longest, of the client that has most.
 * The watchdog also looks whether the client of an unfinished request has gone: libmicrohttpd reads
 * a socket by edges, and misses an end of the stream that comes together with data. And it gives
 * memory back after large bodies, whose JSON is many small pieces: glibc would keep for good what
 * the most of them at once took.
 * Entries belong to the table; the descriptor stays valid while an entry is in it, because
 * libmicrohttpd reports "closed" before it closes the descriptor. Any thread. */
#include "http_clients.h"
#include "http_list.h"
#include "http_private.h"

#include "jw/clock.h"
#include "jw/memory.h"
#include "jw/metrics.h"
#include "jw/sync.h"

#include <poll.h>

#define TICK_MS 100
/* What a body of this size had made is worth giving back, at most so often. */
#define LARGE_BYTES   (64 * 1024)
#define TRIM_EVERY_MS 1000
/* A reply may take this long plus the time of its bytes at the slowest speed served. */
#define REPLY_BASE_MS      60000
#define REPLY_BYTES_PER_MS 16
/* All bodies, until their handlers have ended, may hold this many times the longest one. */
#define BODIES_MAX 64

typedef enum { CONN_IDLE, CONN_RECEIVING, CONN_HANDLING, CONN_REPLYING } ConnPhase;

struct _JwHttpConn {
    int fd;
    gpointer owner;
    gpointer exchange; /* begun and not ended; the I/O thread's */
    ConnPhase phase;
    int64_t deadline_ms;  /* monotonic; 0: none */
    char *key;            /* of the other end's address */
    JwHttpClient *peer;   /* NULL: a trusted proxy */
    JwHttpClient *client; /* of the request: the peer, or whom the proxy names; NULL: no request */
    bool admitted;        /* the request counts for @client */
    int64_t body_bytes;
    bool downloads;    /* its answer counts as a download */
    bool gone;         /* shut down: it does not count any more */
    JwHttpList *queue; /* in which it may be taken for another's place; NULL: none */
    JwHttpLink in_all, in_queue;
};

struct _JwHttpConns {
    JwMutex mutex;
    JwCond quiet; /* nothing is under way any more */
    JwHttpList all;
    JwHttpList unfinished, idle; /* the oldest first */
    JwHttpList downloads;        /* the one first that has not moved for longest */
    JwHttpClients *clients;
    int64_t n_live, n_busy, n_downloads, body_bytes;
    bool draining, cut; /* cut: nobody is there to get an answer */
    bool trim_due;      /* a large body has gone */
    int64_t places;
    const JwHttpConfig *config;
    JwHttpProxies *proxies;
    JwStop *stop;
    GArray *polled; /* of struct pollfd; the watchdog's */
    GThread *watchdog;
    JwMetric *open_gauge, *busy_gauge, *body_gauge, *download_gauge, *cut_counter, *trim_counter;
};

static int64_t
mono_ms(void)
{
    return jw_clock_mono_ms(jw_clock_system());
}

static void
set_queue_locked(JwHttpConn *conn, JwHttpList *queue)
{
    if (conn->queue == queue) {
        return;
    }
    if (conn->queue != NULL) {
        jw_http_list_remove(conn->queue, &conn->in_queue);
    }
    if (queue != NULL) {
        jw_http_list_append(queue, &conn->in_queue);
    }
    conn->queue = queue;
}

static void
add_body_locked(JwHttpConns *self, JwHttpConn *conn, int64_t bytes)
{
    conn->body_bytes += bytes;
    self->body_bytes += bytes;
    conn->client->body_bytes += bytes;
    jw_metric_add(self->body_gauge, NULL, (double)bytes);
}

static void
drop_body_locked(JwHttpConns *self, JwHttpConn *conn)
{
    self->trim_due |= conn->body_bytes >= LARGE_BYTES;
    if (conn->body_bytes > 0) {
        add_body_locked(self, conn, -conn->body_bytes);
    }
}

static void
count_download_locked(JwHttpConns *self, JwHttpConn *conn, bool downloads)
{
    const int change = (int)downloads - (int)conn->downloads;

    if (change == 0) {
        return;
    }
    conn->downloads = downloads;
    conn->client->n_downloads += change;
    self->n_downloads += change;
    jw_metric_add(self->download_gauge, NULL, change);
    set_queue_locked(conn, downloads ? &self->downloads : NULL);
}

static void
cut_locked(JwHttpConns *self, JwHttpConn *conn, const char *why)
{
    if (conn->gone) {
        return;
    }
    (void)shutdown(conn->fd, SHUT_RDWR);
    conn->gone = true;
    conn->deadline_ms = 0;
    self->n_live--;
    if (conn->peer != NULL) {
        conn->peer->n--;
    }
    drop_body_locked(self, conn);
    count_download_locked(self, conn, false);
    set_queue_locked(conn, NULL);
    jw_metric_add(self->cut_counter, why, 1);
}

/* A request that is not whole, and whose stream has ended, cannot become whole unless the rest
 * waits to be read. Shutting down the side that is over already loses nothing, and wakes the I/O
 * thread, which reads what there is and the end, and closes. As often as it takes. */
static void
wake_ended_locked(JwHttpConns *self)
{
    g_array_set_size(self->polled, 0);
    for (const JwHttpLink *link = self->unfinished.head; link != NULL; link = link->next) {
        const struct pollfd polled = { .fd = ((const JwHttpConn *)link->data)->fd,
                                       .events = POLLRDHUP };
        g_array_append_val(self->polled, polled);
    }
    if (self->polled->len == 0
        || poll((struct pollfd *)(gpointer)self->polled->data, self->polled->len, 0) <= 0) {
        return;
    }
    for (guint i = 0; i < self->polled->len; i++) {
        const struct pollfd *polled = &g_array_index(self->polled, struct pollfd, i);
        if (polled->revents != 0) {
            (void)shutdown(polled->fd, SHUT_RD);
        }
    }
}

/* True: freed memory is to be given back; @trim: it may be by now. */
static bool
look(JwHttpConns *self, int64_t now_ms, bool trim)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    for (const JwHttpLink *link = self->all.head; link != NULL; link = link->next) {
        JwHttpConn *conn = link->data;
        if (conn->deadline_ms != 0 && now_ms >= conn->deadline_ms) {
            cut_locked(self, conn, conn->phase == CONN_REPLYING ? "reply" : "request");
        }
    }
    wake_ended_locked(self);
    trim = trim && self->trim_due;
    self->trim_due = self->trim_due && !trim;
    return trim;
}

static gpointer
watch(gpointer data)
{
    JwHttpConns *self = data;
    int64_t trimmed_ms = 0;

    while (!jw_stop_wait(self->stop, TICK_MS)) {
        const int64_t now_ms = mono_ms();

        if (look(self, now_ms, now_ms - trimmed_ms >= TRIM_EVERY_MS)) {
            trimmed_ms = now_ms;
            jw_memory_trim();
            jw_metric_add(self->trim_counter, NULL, 1);
        }
    }
    return NULL;
}

JwHttpConns *
jw_http_conns_new(const JwHttpConfig *config, JwHttpProxies *take_proxies)
{
    JwHttpConns *self = g_new0(JwHttpConns, 1);

    jw_mutex_init(&self->mutex);
    jw_cond_init(&self->quiet);
    self->config = config;
    self->places = config->connections_max;
    self->proxies = take_proxies;
    self->clients = jw_http_clients_new();
    self->stop = jw_stop_new();
    self->polled = g_array_new(FALSE, FALSE, sizeof(struct pollfd));
    self->open_gauge = jw_metric_gauge("jobwire_http_connections", "Open HTTP connections", NULL);
    self->busy_gauge = jw_metric_gauge("jobwire_http_requests_under_way",
                                       "Requests of which something has come, and whose answer "
                                       "has not gone",
                                       NULL);
    self->body_gauge =
        jw_metric_gauge("jobwire_http_body_bytes", "Bytes of request bodies that are held", NULL);
    self->download_gauge = jw_metric_gauge("jobwire_http_downloads", "Downloads under way", NULL);
    self->cut_counter =
        jw_metric_counter("jobwire_http_connections_cut_total",
                          "Connections cut: a phase took too long, or places ran short", "why");
    self->trim_counter =
        jw_metric_counter("jobwire_http_memory_trims_total",
                          "Times that memory was given back after large request bodies", NULL);
    self->watchdog = g_thread_new("http-watchdog", watch, self);
    return self;
}

void
jw_http_conns_limit(JwHttpConns *self, int64_t most)
{
    self->places = most;
}

void
jw_http_conns_free(gpointer self)
{
    JwHttpConns *conns = self;

    if (conns == NULL) {
        return;
    }
    jw_stop_set(conns->stop);
    (void)g_thread_join(conns->watchdog);
    g_assert(conns->all.head == NULL);
    jw_http_clients_free(conns->clients);
    jw_http_proxies_free(conns->proxies);
    jw_stop_free(conns->stop);
    g_array_unref(conns->polled);
    jw_cond_clear(&conns->quiet);
    jw_mutex_clear(&conns->mutex);
    g_free(conns);
}

static void
set_phase_locked(JwHttpConns *self, JwHttpConn *conn, ConnPhase phase)
{
    if (conn->phase == CONN_IDLE && phase != CONN_IDLE) {
        self->n_busy++;
        jw_metric_add(self->busy_gauge, NULL, 1);
    } else if (conn->phase != CONN_IDLE && phase == CONN_IDLE) {
        self->n_busy--;
        jw_metric_add(self->busy_gauge, NULL, -1);
        if (self->n_busy == 0) {
            jw_cond_broadcast(&self->quiet);
        }
    }
    conn->phase = phase;
}

/* The oldest of @queue, of that client unless @peer is NULL. */
static JwHttpConn *
oldest_locked(const JwHttpList *queue, const JwHttpClient *peer, const JwHttpConn *but)
{
    for (const JwHttpLink *link = queue->head; link != NULL; link = link->next) {
        JwHttpConn *conn = link->data;
        if (conn != but && (peer == NULL || conn->peer == peer)) {
            return conn;
        }
    }
    return NULL;
}

static void
make_room_locked(JwHttpConns *self, JwHttpConn *conn, const JwHttpClient *peer, const char *why)
{
    JwHttpConn *other = oldest_locked(&self->unfinished, peer, conn);

    if (other == NULL) {
        other = oldest_locked(&self->idle, peer, conn);
    }
    cut_locked(self, other != NULL ? other : conn, why);
}

static void
check_places_locked(JwHttpConns *self, JwHttpConn *conn)
{
    int64_t most = self->config->address_connections_max;

    if (most > 0 && conn->peer != NULL && conn->peer->n > most) {
        make_room_locked(self, conn, conn->peer, "address");
    } else if (self->n_live > self->places) {
        make_room_locked(self, conn, NULL, "places");
    }
}

JwHttpConn *
jw_http_conns_opened(JwHttpConns *self, int fd, const struct sockaddr *address, gpointer owner)
{
    JwHttpConn *conn = g_new0(JwHttpConn, 1);
    JwHttpAddress peer;
    bool known = jw_http_address_of(address, &peer);
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    conn->fd = fd;
    conn->owner = owner;
    conn->key = known ? jw_http_address_key(&peer) : g_strdup("");
    conn->in_all.data = conn->in_queue.data = conn;
    conn->deadline_ms = mono_ms() + self->config->request_age_ms;
    jw_http_list_append(&self->all, &conn->in_all);
    set_queue_locked(conn, &self->unfinished);
    self->n_live++;
    if (known && !jw_http_proxies_trust(self->proxies, &peer)) {
        conn->peer = jw_http_clients_ref(self->clients, conn->key);
        conn->peer->n++;
    }
    check_places_locked(self, conn);
    jw_metric_add(self->open_gauge, NULL, 1);
    if (self->draining) {
        (void)shutdown(fd, SHUT_RD);
    }
    return conn;
}

static void
release_client_locked(JwHttpConns *self, JwHttpConn *conn)
{
    drop_body_locked(self, conn);
    count_download_locked(self, conn, false);
    if (conn->client == NULL) {
        return;
    }
    if (conn->admitted) {
        conn->client->n--;
        conn->admitted = false;
    }
    jw_http_clients_unref(self->clients, conn->client);
    conn->client = NULL;
}

gpointer
jw_http_conns_closed(JwHttpConns *self, JwHttpConn *take_conn)
{
    gpointer exchange = take_conn->exchange;
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    set_phase_locked(self, take_conn, CONN_IDLE);
    set_queue_locked(take_conn, NULL);
    release_client_locked(self, take_conn);
    if (!take_conn->gone) {
        self->n_live--;
    }
    if (take_conn->peer != NULL) {
        take_conn->peer->n -= take_conn->gone ? 0 : 1;
        jw_http_clients_unref(self->clients, take_conn->peer);
    }
    jw_http_list_remove(&self->all, &take_conn->in_all);
    jw_metric_add(self->open_gauge, NULL, -1);
    g_free(take_conn->key);
    g_free(take_conn);
    return exchange;
}

gpointer
jw_http_conn_owner(const JwHttpConn *conn)
{
    return conn->owner;
}

gpointer
jw_http_conn_exchange(const JwHttpConn *conn)
{
    return conn->exchange;
}

void
jw_http_conns_receiving(JwHttpConns *self, JwHttpConn *conn, gpointer take_exchange)
{
    conn->exchange = take_exchange;
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    int64_t deadline_ms = mono_ms() + self->config->request_age_ms;

    set_phase_locked(self, conn, CONN_RECEIVING);
    if (conn->gone) {
        return;
    }
    /* the first request counts from accept(2), slow request lines included */
    if (conn->deadline_ms == 0 || deadline_ms < conn->deadline_ms) {
        conn->deadline_ms = deadline_ms;
    }
    set_queue_locked(conn, &self->unfinished);
}

/* Whose body goes for more of @mine: the oldest that has not come to its end, of the client that
 * holds most; @mine itself when that client has no other. */
static JwHttpConn *
body_to_go_locked(const JwHttpConns *self, JwHttpConn *mine)
{
    JwHttpConn *found = mine;

    for (const JwHttpLink *link = self->unfinished.head; link != NULL; link = link->next) {
        JwHttpConn *conn = link->data;
        if (conn == mine || conn->body_bytes == 0) {
            continue;
        }
        if (conn->client == found->client ? found == mine
                                          : conn->client->body_bytes > found->client->body_bytes) {
            found = conn;
        }
    }
    return found;
}

void
jw_http_conns_named(JwHttpConns *self, JwHttpConn *conn, const char *forwarded_for)
{
    JwHttpAddress client;
    g_autofree char *key = NULL;

    if (conn->peer == NULL && forwarded_for != NULL
        && jw_http_proxies_client(self->proxies, forwarded_for, &client)) {
        key = jw_http_address_key(&client);
    }
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    release_client_locked(self, conn);
    conn->client = jw_http_clients_ref(self->clients, key != NULL ? key : conn->key);
}

bool
jw_http_conns_body(JwHttpConns *self, JwHttpConn *conn, int64_t bytes)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    if (conn->gone) {
        return false;
    }
    add_body_locked(self, conn, bytes);
    while (self->body_bytes > BODIES_MAX * self->config->body_max_bytes) {
        JwHttpConn *other = body_to_go_locked(self, conn);
        if (other == conn) {
            drop_body_locked(self, conn);
            return false;
        }
        cut_locked(self, other, "bodies");
    }
    return true;
}

void
jw_http_conns_handling(JwHttpConns *self, JwHttpConn *conn)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    conn->deadline_ms = 0;
    set_queue_locked(conn, NULL);
    set_phase_locked(self, conn, CONN_HANDLING);
}

void
jw_http_conns_handled(JwHttpConns *self, JwHttpConn *conn)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    drop_body_locked(self, conn);
}

bool
jw_http_conns_wanted(JwHttpConns *self, const JwHttpConn *conn)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    return !conn->gone && !self->cut;
}

bool
jw_http_conns_admit(JwHttpConns *self, JwHttpConn *conn)
{
    int64_t most = self->config->address_connections_max;
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    if (most == 0 || conn->peer != NULL) {
        return true;
    }
    if (conn->client->n >= most) {
        return false;
    }
    conn->client->n++;
    conn->admitted = true;
    return true;
}

bool
jw_http_conns_download(JwHttpConns *self, JwHttpConn *conn)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    JwHttpConn *found = NULL;

    if (conn->gone) {
        return false;
    }
    if (self->n_downloads >= self->config->downloads_max) {
        for (const JwHttpLink *link = self->downloads.head; link != NULL; link = link->next) {
            JwHttpConn *other = link->data;
            if (found == NULL || other->client->n_downloads > found->client->n_downloads) {
                found = other;
            }
        }
        /* who would not have fewer than the other afterwards, or as many, has its share */
        if (found == NULL || conn->client->n_downloads + 1 >= found->client->n_downloads) {
            return false;
        }
        cut_locked(self, found, "downloads");
    }
    count_download_locked(self, conn, true);
    return true;
}

void
jw_http_conns_moved(JwHttpConns *self, JwHttpConn *conn)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    if (conn->downloads) {
        set_queue_locked(conn, NULL);
        set_queue_locked(conn, &self->downloads);
    }
}

void
jw_http_conns_replying(JwHttpConns *self, JwHttpConn *conn, int64_t reply_bytes)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    conn->deadline_ms =
        reply_bytes >= 0 ? mono_ms() + REPLY_BASE_MS + reply_bytes / REPLY_BYTES_PER_MS : 0;
    set_phase_locked(self, conn, CONN_REPLYING);
}

gpointer
jw_http_conns_done(JwHttpConns *self, JwHttpConn *conn)
{
    gpointer exchange = g_steal_pointer(&conn->exchange);
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    release_client_locked(self, conn);
    set_phase_locked(self, conn, CONN_IDLE);
    if (conn->gone) {
        return exchange;
    }
    /* idle time plus the next request, which is seen only when its line is complete */
    conn->deadline_ms = mono_ms() + self->config->idle_timeout_ms + self->config->request_age_ms;
    set_queue_locked(conn, &self->idle);
    if (self->draining) {
        (void)shutdown(conn->fd, SHUT_RD);
    }
    return exchange;
}

bool
jw_http_conns_drain(JwHttpConns *self, int64_t timeout_ms)
{
    int64_t deadline_ms = mono_ms() + timeout_ms;
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    self->draining = true;
    for (const JwHttpLink *link = self->all.head; link != NULL; link = link->next) {
        const JwHttpConn *conn = link->data;
        if (conn->phase == CONN_IDLE) {
            (void)shutdown(conn->fd, SHUT_RD); /* what has arrived is still read and answered */
        }
    }
    while (self->n_busy > 0) {
        if (!jw_cond_wait_until(&self->quiet, &self->mutex, deadline_ms)
            && mono_ms() >= deadline_ms) {
            break;
        }
    }
    return self->n_busy == 0;
}

void
jw_http_conns_cut(JwHttpConns *self)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    self->cut = true;
    for (const JwHttpLink *link = self->all.head; link != NULL; link = link->next) {
        (void)shutdown(((const JwHttpConn *)link->data)->fd, SHUT_RDWR);
    }
}
