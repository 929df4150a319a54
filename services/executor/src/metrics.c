/* metrics.c: see metrics.h. A new metric is a row here and a name there. */
#include "metrics.h"

static const JwMetricDef defs[EXE_N_METRICS] = {
    [EXE_METRIC_ATTEMPTS] = { JW_METRIC_COUNTER, "jobwire_attempts_total",
                              "Attempts ended, by outcome", "outcome" },
    [EXE_METRIC_ATTEMPT_SECONDS] = { JW_METRIC_HISTOGRAM, "jobwire_attempt_seconds",
                                     "Duration of attempts, by job type", "type" },
    [EXE_METRIC_CLAIMS] = { JW_METRIC_COUNTER, "jobwire_claims_total",
                            "Jobs claimed: of a command that came while a worker waited, or in "
                            "turn from the store",
                            "way" },
    [EXE_METRIC_TEMP_FREE] = { JW_METRIC_GAUGE, "jobwire_temp_free_bytes",
                               "Left on the disk of JW_TEMP_DIR", NULL },
    [EXE_METRIC_TEMP_SWEPT] = { JW_METRIC_COUNTER, "jobwire_temp_swept_total",
                                "Temporary folders of dead executors removed at start", NULL },
};
JwMetric *exe_metrics[EXE_N_METRICS];

void
exe_metrics_init(void)
{
    jw_metrics_create(defs, EXE_N_METRICS, exe_metrics);
}
