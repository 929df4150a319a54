/* metrics.c: see metrics.h. A new metric is a row here and a name there. */
#include "metrics.h"

static const JwMetricDef defs[NTF_N_METRICS] = {
    [NTF_METRIC_DELIVERY_CHANGES] = { JW_METRIC_COUNTER, "jobwire_delivery_changes_total",
                                      "Changes of deliveries", "change" },
    [NTF_METRIC_SMTP_SECONDS] = { JW_METRIC_HISTOGRAM, "jobwire_smtp_seconds",
                                  "Duration of SMTP transactions, by outcome", "outcome" },
    [NTF_METRIC_WEBHOOK_SECONDS] = { JW_METRIC_HISTOGRAM, "jobwire_webhook_seconds",
                                     "Duration of posts to webhooks, by outcome", "outcome" },
};
JwMetric *ntf_metrics[NTF_N_METRICS];

void
ntf_metrics_init(void)
{
    jw_metrics_create(defs, NTF_N_METRICS, ntf_metrics);
}
