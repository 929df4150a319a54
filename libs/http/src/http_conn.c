/* http_conn.c: the open connections and the watchdog that cuts those that take too long.
 * libmicrohttpd limits inactivity only: a client that sends a byte now and then would hold its
 * thread for ever. So each phase of a connection has an absolute deadline, after which the
 * watchdog shuts the socket down; the connection's own thread then sees the end of the stream
 * and closes. Entries belong to the table; the descriptor stays valid while an entry is in it,
 * because libmicrohttpd reports "closed" before it closes the descriptor. */
#include "http_private.h"

#include "jw/clock.h"
#include "jw/metrics.h"
#include "jw/sync.h"

#include <sys/socket.h>

#define TICK_MS 100
/* A reply may take this long plus the time of its bytes at the slowest speed served. */
#define REPLY_BASE_MS      60000
#define REPLY_BYTES_PER_MS 16

typedef enum { CONN_IDLE, CONN_RECEIVING, CONN_HANDLING, CONN_REPLYING } ConnPhase;

struct _JwHttpConn {
    int fd;
    ConnPhase phase;
    int64_t deadline_ms; /* monotonic; 0: none */
    JwHttpConn *previous, *next;
};

struct _JwHttpConns {
    JwMutex mutex;
    JwCond quiet; /* nothing is under way any more */
    JwHttpConn *first;
    int64_t n_open, n_busy;
    bool draining;
    int64_t request_age_ms, idle_timeout_ms;
    JwStop *stop;
    GThread *watchdog;
    JwMetric *open_gauge, *cut_counter;
};

static int64_t
mono_ms(void)
{
    return jw_clock_mono_ms(jw_clock_system());
}

static void
cut_late_locked(JwHttpConns *self, int64_t now_ms)
{
    for (JwHttpConn *conn = self->first; conn != NULL; conn = conn->next) {
        if (conn->deadline_ms != 0 && now_ms >= conn->deadline_ms) {
            (void)shutdown(conn->fd, SHUT_RDWR);
            conn->deadline_ms = 0;
            jw_metric_add(self->cut_counter, conn->phase == CONN_REPLYING ? "reply" : "request", 1);
        }
    }
}

static gpointer
watch(gpointer data)
{
    JwHttpConns *self = data;

    while (!jw_stop_wait(self->stop, TICK_MS)) {
        g_auto(JwLocker) locker = jw_locker(&self->mutex);
        cut_late_locked(self, mono_ms());
    }
    return NULL;
}

JwHttpConns *
jw_http_conns_new(int64_t request_age_ms, int64_t idle_timeout_ms)
{
    JwHttpConns *self = g_new0(JwHttpConns, 1);

    jw_mutex_init(&self->mutex);
    jw_cond_init(&self->quiet);
    self->request_age_ms = request_age_ms;
    self->idle_timeout_ms = idle_timeout_ms;
    self->stop = jw_stop_new();
    self->open_gauge = jw_metric_gauge("jobwire_http_connections", "Open HTTP connections", NULL);
    self->cut_counter = jw_metric_counter("jobwire_http_connections_cut_total",
                                          "Connections cut because a phase took too long", "phase");
    self->watchdog = g_thread_new("http-watchdog", watch, self);
    return self;
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
    g_assert(conns->first == NULL);
    jw_stop_free(conns->stop);
    jw_cond_clear(&conns->quiet);
    jw_mutex_clear(&conns->mutex);
    g_free(conns);
}

static void
set_phase_locked(JwHttpConns *self, JwHttpConn *conn, ConnPhase phase)
{
    if (conn->phase == CONN_IDLE && phase != CONN_IDLE) {
        self->n_busy++;
    } else if (conn->phase != CONN_IDLE && phase == CONN_IDLE) {
        self->n_busy--;
        if (self->n_busy == 0) {
            jw_cond_broadcast(&self->quiet);
        }
    }
    conn->phase = phase;
}

JwHttpConn *
jw_http_conns_opened(JwHttpConns *self, int fd)
{
    JwHttpConn *conn = g_new0(JwHttpConn, 1);
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    conn->fd = fd;
    conn->deadline_ms = mono_ms() + self->request_age_ms;
    conn->next = self->first;
    if (self->first != NULL) {
        self->first->previous = conn;
    }
    self->first = conn;
    self->n_open++;
    jw_metric_set(self->open_gauge, NULL, (double)self->n_open);
    if (self->draining) {
        (void)shutdown(fd, SHUT_RD);
    }
    return conn;
}

void
jw_http_conns_closed(JwHttpConns *self, JwHttpConn *take_conn)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    set_phase_locked(self, take_conn, CONN_IDLE);
    if (take_conn->previous != NULL) {
        take_conn->previous->next = take_conn->next;
    } else {
        self->first = take_conn->next;
    }
    if (take_conn->next != NULL) {
        take_conn->next->previous = take_conn->previous;
    }
    self->n_open--;
    jw_metric_set(self->open_gauge, NULL, (double)self->n_open);
    g_free(take_conn);
}

void
jw_http_conns_receiving(JwHttpConns *self, JwHttpConn *conn)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    int64_t deadline_ms = mono_ms() + self->request_age_ms;

    /* the first request counts from accept(2), slow request lines included */
    if (conn->deadline_ms == 0 || deadline_ms < conn->deadline_ms) {
        conn->deadline_ms = deadline_ms;
    }
    set_phase_locked(self, conn, CONN_RECEIVING);
}

void
jw_http_conns_handling(JwHttpConns *self, JwHttpConn *conn)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    conn->deadline_ms = 0;
    set_phase_locked(self, conn, CONN_HANDLING);
}

void
jw_http_conns_replying(JwHttpConns *self, JwHttpConn *conn, int64_t reply_bytes)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    conn->deadline_ms = mono_ms() + REPLY_BASE_MS + reply_bytes / REPLY_BYTES_PER_MS;
    set_phase_locked(self, conn, CONN_REPLYING);
}

void
jw_http_conns_done(JwHttpConns *self, JwHttpConn *conn)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    /* idle time plus the next request, which is seen only when its line is complete */
    conn->deadline_ms = mono_ms() + self->idle_timeout_ms + self->request_age_ms;
    set_phase_locked(self, conn, CONN_IDLE);
    if (self->draining) {
        (void)shutdown(conn->fd, SHUT_RD);
    }
}

bool
jw_http_conns_drain(JwHttpConns *self, int64_t timeout_ms)
{
    int64_t deadline_ms = mono_ms() + timeout_ms;
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    self->draining = true;
    for (JwHttpConn *conn = self->first; conn != NULL; conn = conn->next) {
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

    for (JwHttpConn *conn = self->first; conn != NULL; conn = conn->next) {
        (void)shutdown(conn->fd, SHUT_RDWR);
    }
}
