/* core/metrics.c: see core/metrics.h. A new metric is a row here and a name there. */
#include "core/metrics.h"

static const JwMetricDef defs[GW_N_METRICS] = {
    [GW_METRIC_CREATED] = { JW_METRIC_COUNTER, "jobwire_jobs_created_total",
                            "Jobs created, by source", "source" },
    [GW_METRIC_CANCELLED] = { JW_METRIC_COUNTER, "jobwire_jobs_cancelled_total",
                              "Jobs cancelled through this process", NULL },
    [GW_METRIC_RETRIED] = { JW_METRIC_COUNTER, "jobwire_jobs_retried_total",
                            "Failed jobs retried through this process", NULL },
    [GW_METRIC_DOWNLOADED] = { JW_METRIC_COUNTER, "jobwire_downloads_total",
                               "Reports whose download began", NULL },
    [GW_METRIC_PENDING] = { JW_METRIC_GAUGE, "jobwire_jobs_pending",
                            "Pending jobs at the last count, up to the cap", NULL },
    [GW_METRIC_STREAMS] = { JW_METRIC_GAUGE, "jobwire_event_streams",
                            "Streams of a job's events that clients read", NULL },
    [GW_METRIC_WAITS] = { JW_METRIC_GAUGE, "jobwire_waiting_calls", "Calls that wait for a job",
                          NULL },
    [GW_METRIC_KEYS_REFUSED] = { JW_METRIC_COUNTER, "jobwire_api_keys_refused_total",
                                 "API keys that were refused, by reason", "reason" },
};
JwMetric *gw_metrics[GW_N_METRICS];

void
gw_metrics_init(void)
{
    jw_metrics_create(defs, GW_N_METRICS, gw_metrics);
}
