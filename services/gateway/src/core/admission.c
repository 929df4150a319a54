/* core/admission.c: see core/admission.h.
 *
 * A watch thread counts at most once a second, and only while jobs come in; handlers read the
 * figure and add what they created since. Without a fresh figure jobs are let in,
 * because turning work away on a guess is worse than passing the cap for a second. All fields that
 * change are behind the lock. */
#include "core/admission.h"

#include "core/metrics.h"
#include "jw/log.h"
#include "jw/store_jobs.h"
#include "jw/sync.h"

#define COUNT_EVERY_MS 1000
#define FRESH_MS       2000

struct _GwAdmission {
    JwStore *store;
    JwClock *clock;
    int64_t max;
    JwStop *stop;
    GThread *thread;
    JwMutex mutex;
    int64_t count, counted_at_ms; /* monotonic; 0: never */
    bool wanted;                  /* somebody asked since the last count */
};

GwAdmission *
gw_admission_new(JwStore *store, JwClock *clock, int64_t max)
{
    GwAdmission *self = g_new0(GwAdmission, 1);

    self->store = store;
    self->clock = clock;
    self->max = max;
    self->stop = jw_stop_new();
    jw_mutex_init(&self->mutex);
    return self;
}

void
gw_admission_free(gpointer admission)
{
    GwAdmission *self = admission;

    if (self == NULL) {
        return;
    }
    jw_stop_set(self->stop);
    if (self->thread != NULL) {
        g_thread_join(self->thread);
    }
    g_clear_pointer(&self->stop, jw_stop_free);
    jw_mutex_clear(&self->mutex);
    g_free(self);
}

bool
gw_admission_count(GwAdmission *self, GError **error)
{
    int64_t count = 0;

    if (!jw_store_count_jobs(self->store, JW_JOB_BIT(JW_JOB_PENDING), self->max, &count, error)) {
        return false;
    }
    jw_metric_set(gw_metrics[GW_METRIC_PENDING], NULL, (double)count);
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    self->count = count;
    self->counted_at_ms = jw_clock_mono_ms(self->clock);
    self->wanted = false;
    return true;
}

bool
gw_admission_allows(GwAdmission *self)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    bool fresh =
        self->counted_at_ms != 0 && jw_clock_mono_ms(self->clock) - self->counted_at_ms <= FRESH_MS;

    self->wanted = true;
    return !fresh || self->count < self->max;
}

void
gw_admission_note(GwAdmission *self)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    self->count++;
}

static bool
is_wanted(GwAdmission *self)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    return self->wanted;
}

static gpointer
watch(gpointer data)
{
    GwAdmission *self = data;

    while (!jw_stop_wait(self->stop, COUNT_EVERY_MS)) {
        g_autoptr(GError) error = NULL;

        if (is_wanted(self) && !gw_admission_count(self, &error)) {
            jw_debug("pending_not_counted", JW_STR("error", jw_error_message(error)));
        }
    }
    return NULL;
}

bool
gw_admission_watch(GwAdmission *self, GError **error)
{
    GError *cause = NULL;

    self->thread = g_thread_try_new("pending", watch, self, &cause);
    return self->thread != NULL || jw_error_adopt(error, JW_ERROR_UNAVAILABLE, cause);
}
