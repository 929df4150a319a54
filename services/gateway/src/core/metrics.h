/* core/metrics.h: what the gateway counts and measures. Any thread, after gw_run(). */
#pragma once
#include "jw/metrics.h"

G_BEGIN_DECLS

typedef enum {
    GW_METRIC_CREATED, /* labelled with the source */
    GW_METRIC_CANCELLED,
    GW_METRIC_RETRIED,
    GW_METRIC_DOWNLOADED,
    GW_METRIC_PENDING,
    GW_METRIC_STREAMS,
    GW_METRIC_WAITS,
    GW_METRIC_KEYS_REFUSED, /* labelled with the reason */
    GW_N_METRICS
} GwMetric;

extern JwMetric *gw_metrics[GW_N_METRICS];

/* Creates them all; gw_run() calls it first. */
void gw_metrics_init(void);

G_END_DECLS
