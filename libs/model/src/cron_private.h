/* cron_private.h: a cron expression as bit sets, shared by its parser and its search. */
#pragma once
#include "jw/cron.h"

G_BEGIN_DECLS

struct _JwCron {
    uint64_t seconds, minutes, hours; /* bit n: the value n is in the set */
    uint64_t days, months, weekdays;  /* days and months from bit 1; Sunday is bit 0 */
    bool days_free, weekdays_free;    /* the field began with '*' */
    bool follows_time;                /* hour or minute did: elapsed time, not the wall clock */
    char *fields;
};

/* Whether both day fields are restricted, so that either one is enough. */
static inline bool
jw_cron_either_day(const JwCron *self)
{
    return !self->days_free && !self->weekdays_free;
}

G_END_DECLS
