/* metrics.h: what the scheduler counts and measures. Any thread, after sch_run(). */
#pragma once
#include "jw/metrics.h"

G_BEGIN_DECLS

typedef enum {
    SCH_METRIC_OCCURRENCES, /* labelled with the kind */
    SCH_METRIC_REAPED,
    SCH_METRIC_COMMANDS, /* labelled with the outcome */
    SCH_N_METRICS
} SchMetric;

extern JwMetric *sch_metrics[SCH_N_METRICS];

/* Creates them all; sch_run() calls it first. */
void sch_metrics_init(void);

G_END_DECLS
