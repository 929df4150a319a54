/* jobskit.c: see jobskit.h. */
#include "jobskit.h"

static int calls_seen;

int
kit_setup(void **state)
{
    JobsKit *self = g_new0(JobsKit, 1);

    self->ports = kit_ports_new(KIT_NOW, false);
    self->jobs = jw_jobs(&self->ports->clock.fake.clock, self->ports->wire, self->ports->store,
                         kit_relay(self->ports, "/jobwire/test"));
    calls_seen = 0;
    *state = self;
    return 0;
}

int
kit_teardown(void **state)
{
    JobsKit *self = *state;

    kit_ports_free(self->ports);
    g_free(self);
    return 0;
}

void
kit_doubt_at(JobsKit *self, int nth, bool done, int times)
{
    jw_store_mem_fail_nth(self->jobs.store, nth, JW_ERROR_IN_DOUBT, done);
    jw_store_mem_then_fail(self->jobs.store, times, JW_ERROR_UNAVAILABLE);
}

void
kit_doubt(JobsKit *self, bool done, int times)
{
    kit_doubt_at(self, 1, done, times);
}

int
kit_calls(JobsKit *self)
{
    int calls = jw_store_mem_calls(self->jobs.store);
    int since = calls - calls_seen;

    calls_seen = calls;
    return since;
}
