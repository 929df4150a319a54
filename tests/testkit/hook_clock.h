/* hook_clock.h: a fake clock at which something happens when it is read for the nth time. The
 * services ask the clock before each of their steps and hold no lock meanwhile, so a test tries
 * all n to put an action of another process between any two steps. The reader gets the time from
 * before the deed, as one that was stopped right then does. The test's own thread. */
#pragma once
#include "testkit.h"

G_BEGIN_DECLS

typedef void (*HookFunc)(gpointer data);

typedef struct {
    TkClock fake; /* first: a HookClock is a TkClock */
    int64_t (*fake_now_ms)(JwClock *self);
    int64_t (*fake_mono_ms)(JwClock *self);
    int left; /* readings until @hook runs; 0: never */
    HookFunc hook;
    gpointer data;
} HookClock;

static inline int64_t
hook_clock_read(HookClock *self, int64_t time_ms)
{
    if (self->left > 0 && --self->left == 0) {
        self->hook(self->data); /* may read the clock itself */
    }
    return time_ms;
}

static inline int64_t
hook_clock_now_ms(JwClock *clock)
{
    HookClock *self = (HookClock *)clock;

    return hook_clock_read(self, self->fake_now_ms(clock));
}

static inline int64_t
hook_clock_mono_ms(JwClock *clock)
{
    HookClock *self = (HookClock *)clock;

    return hook_clock_read(self, self->fake_mono_ms(clock));
}

static inline void
hook_clock_init(HookClock *self, int64_t now_ms)
{
    *self = (HookClock){ 0 };
    tk_clock_init(&self->fake, now_ms);
    self->fake_now_ms = self->fake.clock.now_ms;
    self->fake_mono_ms = self->fake.clock.mono_ms;
    self->fake.clock.now_ms = hook_clock_now_ms;
    self->fake.clock.mono_ms = hook_clock_mono_ms;
}

/* @hook runs at the @nth reading from now on (1 = the next). */
static inline void
hook_clock_at(HookClock *self, int nth, HookFunc hook, gpointer data)
{
    self->left = nth;
    self->hook = hook;
    self->data = data;
}

/* True when the hook ran; removes it otherwise. */
static inline bool
hook_clock_done(HookClock *self)
{
    bool ran = self->left == 0;

    self->left = 0;
    return ran;
}

G_END_DECLS
