/* http_pool.c: threads that take work from the server's I/O thread, which must never block:
 * handlers, and reading files. Items are handed over, never shared; what happens to one when
 * the pool is closed is its pusher's business. */
#include "http_private.h"

#include "jw/sync.h"

struct _JwHttpPool {
    JwQueue *queue;
    GFunc run;
    gpointer context;
    GPtrArray *threads;
};

static gpointer
work(gpointer data)
{
    JwHttpPool *self = data;
    gpointer item = NULL;

    while ((item = jw_queue_pop(self->queue, -1)) != NULL) {
        self->run(item, self->context);
    }
    return NULL;
}

JwHttpPool *
jw_http_pool_new(const char *name, int64_t n_threads, size_t capacity, GFunc run, gpointer context)
{
    JwHttpPool *self = g_new0(JwHttpPool, 1);

    self->queue = jw_queue_new(capacity, 1, NULL);
    self->run = run;
    self->context = context;
    self->threads = g_ptr_array_new();
    for (int64_t i = 0; i < n_threads; i++) {
        g_ptr_array_add(self->threads, g_thread_new(name, work, self));
    }
    return self;
}

bool
jw_http_pool_push(JwHttpPool *self, gpointer item)
{
    return jw_queue_try_push(self->queue, 0, item);
}

void
jw_http_pool_close(JwHttpPool *self)
{
    jw_queue_close(self->queue);
    for (guint i = 0; i < self->threads->len; i++) {
        (void)g_thread_join(g_ptr_array_index(self->threads, i));
    }
    g_ptr_array_set_size(self->threads, 0);
}

void
jw_http_pool_free(gpointer pool)
{
    JwHttpPool *self = pool;

    if (self == NULL) {
        return;
    }
    jw_http_pool_close(self);
    g_ptr_array_unref(self->threads);
    jw_queue_free(self->queue);
    g_free(self);
}
