/* store_clock.c: see jw/store_clock.h.
 *
 * An answer shows the server's time at some moment between question and answer, so it bounds the
 * difference of the two clocks from both sides. The lower bound is taken, for nothing may happen
 * before its time; a later answer changes that only where it says something else, so a slow answer
 * does not undo what a quick one told. */
#include "jw/store_clock.h"

#include "jw/sync.h"

struct _JwStoreClock {
    JwClock port; /* first: as a clock */
    JwStore *store;
    JwClock *own;
    JwMutex mutex;
    /* guarded by the mutex */
    bool known;
    int64_t offset_ms; /* from the monotonic clock to the server's time */
    int64_t asked_ms;  /* monotonic, of the last answer */
    int64_t ahead_ms;
};

static int64_t
mono_ms(JwClock *port)
{
    return jw_clock_mono_ms(((JwStoreClock *)port)->own);
}

static int64_t
now_ms(JwClock *port)
{
    JwStoreClock *self = (JwStoreClock *)port;
    const int64_t mono = mono_ms(port);
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    return self->known ? mono + self->offset_ms : jw_clock_now_ms(self->own);
}

JwStoreClock *
jw_store_clock_new(JwStore *store, JwClock *own)
{
    g_return_val_if_fail(store != NULL && own != NULL, NULL);
    JwStoreClock *self = g_new0(JwStoreClock, 1);

    self->port = (JwClock){ .now_ms = now_ms, .mono_ms = mono_ms };
    self->store = store;
    self->own = own;
    jw_mutex_init(&self->mutex);
    return self;
}

void
jw_store_clock_free(gpointer self)
{
    JwStoreClock *clock = self;

    if (clock != NULL) {
        jw_mutex_clear(&clock->mutex);
        g_free(clock);
    }
}

JwClock *
jw_store_clock_port(JwStoreClock *self)
{
    g_return_val_if_fail(self != NULL, NULL);
    return &self->port;
}

static bool
is_fresh(JwStoreClock *self, int64_t mono, int64_t max_age_ms)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    return self->known && mono - self->asked_ms < max_age_ms;
}

bool
jw_store_clock_sync(JwStoreClock *self, int64_t max_age_ms, GError **error)
{
    g_return_val_if_fail(self != NULL, false);
    const int64_t asked = mono_ms(&self->port);
    int64_t server = 0;

    if (is_fresh(self, asked, max_age_ms)) {
        return true;
    }
    if (!jw_store_now(self->store, &server, error)) {
        return false;
    }
    const int64_t answered = mono_ms(&self->port), own = jw_clock_now_ms(self->own);
    /* 1: the server leaves out what is behind the millisecond */
    const int64_t low = server - answered, high = server + 1 - asked;
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    self->offset_ms = self->known ? CLAMP(self->offset_ms, low, high) : low;
    self->known = true;
    self->asked_ms = answered;
    self->ahead_ms = own - (answered + self->offset_ms);
    return true;
}

int64_t
jw_store_clock_ahead_ms(JwStoreClock *self)
{
    g_return_val_if_fail(self != NULL, 0);
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    return self->ahead_ms;
}
