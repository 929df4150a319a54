/* jobs_batch.c: see jw/jobs_batch.h.
 *
 * The first waiting thread leads: it inserts the jobs of all waiting threads in one call and
 * distributes the answers. Then the next one leads. There is no thread of its own and no timer. */
#include "jw/jobs_batch.h"

#include "jw/sync.h"

#define BATCH_MAX 100

typedef struct {
    const JwJob *job;
    bool done, alone; /* alone: the batch was refused, maybe because of another job */
    JwCreate create;
    GError *error;
} Item;

struct _JwJobsBatch {
    JwStore *store;
    JwMutex mutex;
    JwCond changed;
    GPtrArray *waiting; /* of Item, on the stacks of the threads that wait */
    bool led;           /* an insert is under way */
};

JwJobsBatch *
jw_jobs_batch_new(JwStore *store)
{
    JwJobsBatch *self = g_new0(JwJobsBatch, 1);

    self->store = store;
    jw_mutex_init(&self->mutex);
    jw_cond_init(&self->changed);
    self->waiting = g_ptr_array_new();
    return self;
}

void
jw_jobs_batch_free(gpointer data)
{
    JwJobsBatch *self = data;

    if (self == NULL) {
        return;
    }
    g_assert(self->waiting->len == 0 && !self->led);
    g_ptr_array_unref(self->waiting);
    jw_cond_clear(&self->changed);
    jw_mutex_clear(&self->mutex);
    g_free(self);
}

static GPtrArray *
take_batch_locked(JwJobsBatch *self)
{
    GPtrArray *batch = g_ptr_array_new();
    guint n = MIN(self->waiting->len, BATCH_MAX);

    for (guint i = 0; i < n; i++) {
        g_ptr_array_add(batch, g_ptr_array_index(self->waiting, i));
    }
    g_ptr_array_remove_range(self->waiting, 0, n);
    return batch;
}

/* Their threads wait for `done`; until then the items may be written without the lock. */
static void
insert(JwJobsBatch *self, const GPtrArray *batch)
{
    g_autofree const JwJob **jobs = g_new(const JwJob *, batch->len);
    g_autofree JwCreate *creates = g_new0(JwCreate, batch->len);
    g_autoptr(GError) error = NULL;

    for (guint i = 0; i < batch->len; i++) {
        jobs[i] = ((Item *)g_ptr_array_index(batch, i))->job;
    }
    bool ok = jw_store_create_jobs(self->store, jobs, batch->len, creates, &error);
    for (guint i = 0; i < batch->len; i++) {
        Item *item = g_ptr_array_index(batch, i);

        item->create = creates[i];
        item->alone = !ok && batch->len > 1 && jw_error_retry(error) == JW_RETRY_NEVER;
        item->error = ok || item->alone ? NULL : g_error_copy(error);
    }
}

static void
lead(JwJobsBatch *self)
{
    g_autoptr(GPtrArray) batch = take_batch_locked(self);

    self->led = true;
    jw_mutex_unlock(&self->mutex);
    insert(self, batch);
    jw_mutex_lock(&self->mutex);
    for (guint i = 0; i < batch->len; i++) {
        ((Item *)g_ptr_array_index(batch, i))->done = true;
    }
    self->led = false;
    jw_cond_broadcast(&self->changed);
}

bool
jw_jobs_batch_insert(JwJobsBatch *self, const JwJob *job, JwCreate *ret_create, GError **error)
{
    Item item = { .job = job };

    {
        g_auto(JwLocker) locker = jw_locker(&self->mutex);

        g_ptr_array_add(self->waiting, &item);
        while (!item.done) {
            if (self->led) {
                jw_cond_wait(&self->changed, &self->mutex);
            } else {
                lead(self);
            }
        }
    }
    if (item.alone) {
        return jw_store_create_jobs(self->store, &job, 1, ret_create, error);
    }
    if (item.error != NULL) {
        g_propagate_error(error, item.error);
        return false;
    }
    *ret_create = item.create;
    return true;
}
