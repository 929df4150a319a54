/* mail_breaker.h: stops trying a mail server that lets nobody in. Pure: the caller has the lock and
 * the clock. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

G_BEGIN_DECLS

typedef struct {
    int64_t limit;         /* connections that fail in a row until it opens */
    int64_t first_wait_ms; /* doubled each time that a trial fails, at most four times as long */
    int64_t failures;
    int64_t wait_ms;   /* of this time; 0: closed */
    int64_t until_ms;  /* monotonic: when the next trial may be */
    bool trial;        /* one is under way */
    char problem[200]; /* of the last failure */
} JwMailBreaker;

/* Whether a connection may be tried now. Open and its time over, one may: the trial. */
bool jw_mail_breaker_admit(JwMailBreaker *self, int64_t now_mono_ms);

/* A connection was made. */
void jw_mail_breaker_success(JwMailBreaker *self);

/* None was. @jitter: in [0, 1). Returns whether it opened by this. */
bool jw_mail_breaker_failure(JwMailBreaker *self, const char *problem, int64_t now_mono_ms,
                             double jitter);

bool jw_mail_breaker_is_open(const JwMailBreaker *self);

/* How long nothing may be tried; 0: try. */
int64_t jw_mail_breaker_left_ms(const JwMailBreaker *self, int64_t now_mono_ms);

G_END_DECLS
