/* metrics.c: see metrics.h. A new metric is a row here and a name there. */
#include "metrics.h"

static const JwMetricDef defs[SCH_N_METRICS] = {
    [SCH_METRIC_OCCURRENCES] = { JW_METRIC_COUNTER, "jobwire_occurrences_total",
                                 "Due times decided, by kind", "kind" },
    [SCH_METRIC_REAPED] = { JW_METRIC_COUNTER, "jobwire_reaped_total",
                            "Jobs taken from dead attempts", NULL },
    [SCH_METRIC_COMMANDS] = { JW_METRIC_COUNTER, "jobwire_schedule_commands_total",
                              "Commands about schedules decided, by outcome", "outcome" },
};
JwMetric *sch_metrics[SCH_N_METRICS];

void
sch_metrics_init(void)
{
    jw_metrics_create(defs, SCH_N_METRICS, sch_metrics);
}
