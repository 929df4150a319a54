/* jw/metrics.h: counters, gauges and histograms, printed in the Prometheus text format 0.0.4.
 * Any thread. Metrics are created at start and live as long as the process. */
#pragma once
#include <glib.h>
#include <stdint.h>

G_BEGIN_DECLS

typedef struct _JwMetric JwMetric;

/* @name and @help are static strings; @label is a static label name or NULL. A
 * name that exists returns the same metric. A labelled metric keeps at most 64 values; further ones
 * count under "other". */
JwMetric *jw_metric_counter(const char *name, const char *help, const char *label);

/* The same; its value may fall. */
JwMetric *jw_metric_gauge(const char *name, const char *help, const char *label);

/* Buckets in seconds: 1 ms … 600 s in 1-2.5-5 steps. */
JwMetric *jw_metric_histogram(const char *name, const char *help, const char *label);

/* Adds to a counter or gauge. @label_value: (nullable): for a metric without a label */
void jw_metric_add(JwMetric *self, const char *label_value, double amount);

/* Sets a gauge. @label_value: (nullable) */
void jw_metric_set(JwMetric *self, const char *label_value, double value);

/* Adds one observation to a histogram. */
void jw_metric_observe_ms(JwMetric *self, const char *label_value, int64_t duration_ms);

typedef enum { JW_METRIC_COUNTER, JW_METRIC_GAUGE, JW_METRIC_HISTOGRAM } JwMetricKind;

/* A row of a service's table of metrics; name, help and label as above. */
typedef struct {
    JwMetricKind kind;
    const char *name, *help, *label;
} JwMetricDef;

/* Creates the @n metrics of @defs and puts them into @metrics in the same order. A service does so
 * at start, so that /metrics has all of them before their first event. */
void jw_metrics_create(const JwMetricDef *defs, size_t n, JwMetric **metrics);

/* Tests only: the present value; of a histogram the count of observations. */
double jw_metric_value(JwMetric *self, const char *label_value);

/* All metrics with those of the process (RSS, CPU seconds, open fds, start time), in the text
 * format. (transfer full) */
char *jw_metrics_render(void);

G_END_DECLS
