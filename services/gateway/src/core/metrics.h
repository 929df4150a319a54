/* core/metrics.h: what the gateway counts, for all its APIs. Any thread. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

typedef enum {
    GW_METRIC_CREATED, /* labelled with the source */
    GW_METRIC_CANCELLED,
    GW_METRIC_RETRIED,
    GW_METRIC_DOWNLOADED,
    GW_N_METRICS
} GwMetric;

/* Before the first request. */
void gw_metrics_init(void);

/* @label: (nullable): NULL for a metric without one. */
void gw_count(GwMetric metric, const char *label);

G_END_DECLS
