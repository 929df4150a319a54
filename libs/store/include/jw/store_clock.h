/* jw/store_clock.h: the clock of the store's server as a clock of this process, so that processes
 * on machines whose clocks differ decide by one. Between two looks at the server the monotonic
 * clock of this machine carries it on, which nobody can set. Any thread. */
#pragma once
#include "jw/store.h"

G_BEGIN_DECLS

typedef struct _JwStoreClock JwStoreClock;

/* @own: the clock of this machine; it and @store stay the caller's and must outlive it. Until it is
 * synced it shows the time of @own. (transfer full) */
JwStoreClock *jw_store_clock_new(JwStore *store, JwClock *own) G_GNUC_WARN_UNUSED_RESULT;
void jw_store_clock_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwStoreClock, jw_store_clock_free)

/* It as a clock. (transfer none) */
JwClock *jw_store_clock_port(JwStoreClock *self);

/* Asks the server, unless it was asked less than @max_age_ms ago. After an error it goes on as it
 * was; the codes are those of jw_store_now(). */
bool jw_store_clock_sync(JwStoreClock *self, int64_t max_age_ms,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* How far the machine's clock was ahead of the server's when it was asked last; negative: behind;
 * 0: it was not asked yet. */
int64_t jw_store_clock_ahead_ms(JwStoreClock *self);

G_END_DECLS
