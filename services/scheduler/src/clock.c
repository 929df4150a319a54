/* clock.c: by whose clock it is decided what is due: the store's, which all schedulers share. That
 * of this machine plays no part, so whoever sets it changes nothing. Any thread. */
#include "sch.h"

#define AGE_MS 1000 /* so old may be what is known of it: machines sleep, and servers change */

bool
sch_know_time(Sch *self, GError **error)
{
    return self->store_clock == NULL || jw_store_clock_sync(self->store_clock, AGE_MS, error);
}
