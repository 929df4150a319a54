/* jobskit.h: JwJobs on ports in memory. */
#pragma once
#include "jw/jobs_deliveries.h"
#include "kit.h"

G_BEGIN_DECLS

typedef struct {
    KitPorts *ports;
    JwJobs jobs;
} JobsKit;

/* For cmocka: *state is a JobsKit. */
int kit_setup(void **state);
int kit_teardown(void **state);

/* The next call is in doubt, @done or not, and @times calls after it are UNAVAILABLE. */
void kit_doubt(JobsKit *self, bool done, int times);
/* The same for call number @nth from now on (1 = the next). */
void kit_doubt_at(JobsKit *self, int nth, bool done, int times);
/* How many calls the store got since the last call of this function. */
int kit_calls(JobsKit *self);

G_END_DECLS
