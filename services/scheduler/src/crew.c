/* crew.c: see crew.h. A store that waits for its disk at each write takes several at once in little
 * more than the time of one, so what cannot be written together is written side by side. */
#include "crew.h"

#include "jw/sync.h"

struct _SchCrew {
    JwMutex mutex;
    JwCond changed;
    SchStep step; /* guarded by the mutex, as is all that follows */
    gpointer data;
    guint n, next, busy; /* steps; those begun; those begun and not done */
    bool stop;
    GPtrArray *threads; /* of GThread; the caller's */
};

/* Until all of them are begun. */
static void
work_locked(SchCrew *self)
{
    while (self->next < self->n) {
        const SchStep step = self->step;
        gpointer data = self->data;
        const guint index = self->next++;

        self->busy++;
        jw_mutex_unlock(&self->mutex);
        step(data, index);
        jw_mutex_lock(&self->mutex);
        self->busy--;
    }
    jw_cond_broadcast(&self->changed);
}

static gpointer
crew_thread(gpointer crew)
{
    SchCrew *self = crew;
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    while (!self->stop) {
        if (self->next < self->n) {
            work_locked(self);
        } else {
            jw_cond_wait(&self->changed, &self->mutex);
        }
    }
    return NULL;
}

SchCrew *
sch_crew_new(guint n_threads)
{
    SchCrew *self = g_new0(SchCrew, 1);

    jw_mutex_init(&self->mutex);
    jw_cond_init(&self->changed);
    self->threads = g_ptr_array_new();
    for (guint i = 0; i < n_threads; i++) {
        g_ptr_array_add(self->threads, g_thread_new("crew", crew_thread, self));
    }
    return self;
}

void
sch_crew_free(gpointer crew)
{
    SchCrew *self = crew;

    if (self == NULL) {
        return;
    }
    {
        g_auto(JwLocker) locker = jw_locker(&self->mutex);

        self->stop = true;
        jw_cond_broadcast(&self->changed);
    }
    for (guint i = 0; i < self->threads->len; i++) {
        (void)g_thread_join(g_ptr_array_index(self->threads, i));
    }
    g_ptr_array_unref(self->threads);
    jw_cond_clear(&self->changed);
    jw_mutex_clear(&self->mutex);
    g_free(self);
}

void
sch_crew_each(SchCrew *self, guint n, SchStep step, gpointer data)
{
    if (self == NULL || n < 2) {
        for (guint i = 0; i < n; i++) {
            step(data, i);
        }
        return;
    }
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    self->step = step;
    self->data = data;
    self->n = n;
    self->next = 0;
    jw_cond_broadcast(&self->changed);
    work_locked(self);
    while (self->busy > 0) {
        jw_cond_wait(&self->changed, &self->mutex);
    }
    self->n = self->next = 0;
}
