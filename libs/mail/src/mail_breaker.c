/* mail_breaker.c: see mail_breaker.h. Closed → open after `limit` failures in a row; open → one
 * trial when its time is over; the trial closes it or opens it for twice the time. */
#include "mail_breaker.h"

#define MOST_TIMES 4
#define TRIAL_MS   1000 /* how soon to look again while a trial is under way */

bool
jw_mail_breaker_is_open(const JwMailBreaker *self)
{
    return self->wait_ms > 0;
}

int64_t
jw_mail_breaker_left_ms(const JwMailBreaker *self, int64_t now_mono_ms)
{
    if (!jw_mail_breaker_is_open(self)) {
        return 0;
    }
    if (self->trial) {
        return TRIAL_MS;
    }
    return MAX(self->until_ms - now_mono_ms, 0);
}

bool
jw_mail_breaker_admit(JwMailBreaker *self, int64_t now_mono_ms)
{
    if (jw_mail_breaker_left_ms(self, now_mono_ms) > 0) {
        return false;
    }
    self->trial = jw_mail_breaker_is_open(self);
    return true;
}

void
jw_mail_breaker_success(JwMailBreaker *self)
{
    self->failures = 0;
    self->wait_ms = 0;
    self->trial = false;
}

bool
jw_mail_breaker_failure(JwMailBreaker *self, const char *problem, int64_t now_mono_ms,
                        double jitter)
{
    const bool was_open = jw_mail_breaker_is_open(self);
    (void)g_strlcpy(self->problem, problem, sizeof self->problem);
    self->failures += 1;
    if (was_open && !self->trial) {
        return false; /* begun before it opened: says nothing new */
    }
    if (!was_open && self->failures < self->limit) {
        return false;
    }
    self->wait_ms =
        was_open ? MIN(self->wait_ms * 2, MOST_TIMES * self->first_wait_ms) : self->first_wait_ms;
    self->until_ms = now_mono_ms + (int64_t)((double)self->wait_ms * (0.8 + 0.4 * jitter));
    self->trial = false;
    return !was_open;
}
