/* relay_core.c: the part of the relay that outlives it for late delivery reports. */
#include "relay_private.h"

JwRelayCore *
jw_relay_core_new(void)
{
    JwRelayCore *self = g_new0(JwRelayCore, 1);
    g_atomic_ref_count_init(&self->refs);
    jw_mutex_init(&self->mutex);
    jw_cond_init(&self->changed);
    self->set = jw_relay_set_new(JW_RELAY_SET_MAX);
    self->persisted = g_ptr_array_new();
    self->published = jw_metric_counter("jobwire_outbox_published_total",
                                        "Outbox entries that the broker persisted", NULL);
    self->pull_failures = jw_metric_counter("jobwire_outbox_pull_failures_total",
                                            "Pulls of outbox entries that failed", NULL);
    self->backlog = jw_metric_gauge("jobwire_outbox_backlog",
                                    "Outbox entries offered here and not yet pulled", NULL);
    return self;
}

JwRelayCore *
jw_relay_core_ref(JwRelayCore *self)
{
    g_atomic_ref_count_inc(&self->refs);
    return self;
}

void
jw_relay_core_unref(JwRelayCore *self)
{
    if (g_atomic_ref_count_dec(&self->refs)) {
        g_ptr_array_unref(self->persisted);
        jw_relay_set_free(self->set);
        jw_cond_clear(&self->changed);
        jw_mutex_clear(&self->mutex);
        g_free(self);
    }
}

void
jw_relay_core_gauge_locked(JwRelayCore *self)
{
    jw_metric_set(self->backlog, NULL, (double)jw_relay_set_size(self->set));
}
