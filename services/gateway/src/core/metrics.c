/* core/metrics.c: see core/metrics.h. */
#include "core/metrics.h"

#include "jw/metrics.h"

static const struct {
    const char *name, *help, *label;
} rows[GW_N_METRICS] = {
    [GW_METRIC_CREATED] = { "jobwire_jobs_created_total", "Jobs made, by source", "source" },
    [GW_METRIC_CANCELLED] = { "jobwire_jobs_cancelled_total", "Jobs cancelled through this process",
                              NULL },
    [GW_METRIC_RETRIED] = { "jobwire_jobs_retried_total",
                            "Failed jobs retried through this process", NULL },
    [GW_METRIC_DOWNLOADED] = { "jobwire_downloads_total", "Reports whose download began", NULL },
};
static JwMetric *metrics[GW_N_METRICS];

void
gw_metrics_init(void)
{
    for (size_t i = 0; i < GW_N_METRICS; i++) {
        metrics[i] = jw_metric_counter(rows[i].name, rows[i].help, rows[i].label);
    }
}

void
gw_count(GwMetric metric, const char *label)
{
    jw_metric_add(metrics[metric], label, 1);
}
