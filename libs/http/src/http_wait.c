/* http_wait.c: requests whose answer waits for something. A request that waits is an exchange whose
 * connection is suspended and a wait that somebody is to end: no thread, no poll. A handler's last
 * step parks the exchange at the wait, and whoever comes second of the two, that step and the end,
 * hands the exchange to the pool of those that go on, which is apart from the workers: an answer
 * that is known finds a thread however many requests wait for a worker. As nobody reads a suspended
 * connection, it is the one who ends that asks whether the client is still there. */
#include "http_list.h"
#include "http_private.h"

#include "jw/sync.h"

#include <poll.h>

struct _JwHttpWaits {
    JwMutex mutex;
    JwHttpList open; /* of JwHttpWait */
    JwHttpPool *pool;
    GDestroyNotify drop; /* gives an exchange up */
    bool ended;
};

struct _JwHttpWait {
    int references; /* atomic: the request's, and the one who ends it */
    JwHttpWaits *all;
    JwHttpLink in_all;
    JwHttpGoOn go_on;
    GDestroyNotify data_free;
    int fd; /* of the connection, which is open as long as the request has this */
    JwMutex mutex;
    gpointer data;
    gpointer exchange; /* that is parked; NULL: its handler has not come to its end */
    bool ended, left;
};

JwHttpWaits *
jw_http_waits_new(void)
{
    JwHttpWaits *self = g_new0(JwHttpWaits, 1);

    jw_mutex_init(&self->mutex);
    return self;
}

void
jw_http_waits_free(gpointer self)
{
    JwHttpWaits *waits = self;

    if (waits != NULL) {
        g_assert(waits->open.head == NULL);
        jw_mutex_clear(&waits->mutex);
        g_free(waits);
    }
}

void
jw_http_waits_start(JwHttpWaits *self, JwHttpPool *pool, GDestroyNotify drop)
{
    self->pool = pool;
    self->drop = drop;
}

static void
unref(JwHttpWait *self)
{
    if (g_atomic_int_dec_and_test(&self->references)) {
        jw_mutex_clear(&self->mutex);
        g_free(self);
    }
}

/* Once for each exchange that was parked. */
static void
hand_over(const JwHttpWait *self, gpointer exchange)
{
    if (!jw_http_pool_push(self->all->pool, exchange)) {
        self->all->drop(exchange); /* the server ends */
    }
}

static void
end(JwHttpWait *self)
{
    gpointer exchange = NULL;
    {
        g_auto(JwLocker) locker = jw_locker(&self->mutex);

        if (self->ended) {
            return;
        }
        self->ended = true;
        exchange = self->exchange;
    }
    if (exchange != NULL) {
        hand_over(self, exchange);
    }
}

void
jw_http_waits_end(JwHttpWaits *self)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    self->ended = true;
    for (const JwHttpLink *link = self->open.head; link != NULL; link = link->next) {
        end(link->data);
    }
}

JwHttpWait *
jw_http_reply_wait(JwHttpReply *self, JwHttpGoOn go_on, gpointer data, GDestroyNotify data_free)
{
    g_return_val_if_fail(self != NULL && go_on != NULL && self->waits != NULL, NULL);
    JwHttpWait *wait = g_new0(JwHttpWait, 1);

    jw_http_reply_drop_body(self);
    jw_mutex_init(&wait->mutex);
    wait->references = 2;
    wait->all = self->waits;
    wait->in_all.data = wait;
    wait->go_on = go_on;
    wait->data_free = data_free;
    wait->fd = self->fd;
    g_auto(JwLocker) locker = jw_locker(&wait->all->mutex);
    if (wait->all->ended) {
        jw_mutex_clear(&wait->mutex);
        g_free(wait);
        return NULL;
    }
    wait->data = data;
    jw_http_list_append(&wait->all->open, &wait->in_all);
    self->status = 0;
    self->wait = wait;
    return wait;
}

bool
jw_http_fd_has_left(int fd)
{
    struct pollfd polled = { .fd = fd, .events = POLLRDHUP };

    return poll(&polled, 1, 0) > 0 && polled.revents != 0;
}

bool
jw_http_wait_wanted(JwHttpWait *self)
{
    g_return_val_if_fail(self != NULL, false);
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    if (!self->ended && jw_http_fd_has_left(self->fd)) {
        self->left = true;
    }
    return !self->ended && !self->left;
}

void
jw_http_wait_free(gpointer wait)
{
    JwHttpWait *self = wait;

    if (self != NULL) {
        end(self);
        unref(self);
    }
}

void
jw_http_wait_park(JwHttpWait *self, gpointer exchange)
{
    bool ended = false;
    {
        g_auto(JwLocker) locker = jw_locker(&self->mutex);

        self->exchange = exchange;
        ended = self->ended;
    }
    if (ended) {
        hand_over(self, exchange);
    }
}

bool
jw_http_wait_take(JwHttpWait *self, JwHttpGoOn *ret_go_on, gpointer *ret_data)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    if (self->left) {
        return false;
    }
    *ret_go_on = self->go_on;
    *ret_data = g_steal_pointer(&self->data);
    return true;
}

void
jw_http_wait_drop(gpointer wait)
{
    JwHttpWait *self = wait;
    gpointer data = NULL;

    jw_mutex_lock(&self->all->mutex);
    jw_http_list_remove(&self->all->open, &self->in_all);
    jw_mutex_unlock(&self->all->mutex);
    jw_mutex_lock(&self->mutex);
    self->ended = true; /* nobody asks for its connection any more */
    data = g_steal_pointer(&self->data);
    jw_mutex_unlock(&self->mutex);
    if (data != NULL && self->data_free != NULL) {
        self->data_free(data);
    }
    unref(self);
}
