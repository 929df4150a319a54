/* metrics.h: what the executor counts and measures. Any thread, after exe_run(). */
#pragma once
#include "jw/metrics.h"

G_BEGIN_DECLS

typedef enum {
    EXE_METRIC_ATTEMPTS,        /* labelled with the outcome */
    EXE_METRIC_ATTEMPT_SECONDS, /* labelled with the job type */
    EXE_METRIC_CLAIMS,          /* labelled with what led to it */
    EXE_METRIC_TEMP_FREE,
    EXE_METRIC_TEMP_SWEPT,
    EXE_N_METRICS
} ExeMetric;

extern JwMetric *exe_metrics[EXE_N_METRICS];

/* Creates them all; exe_run() calls it first. */
void exe_metrics_init(void);

G_END_DECLS
