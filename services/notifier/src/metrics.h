/* metrics.h: what the notifier counts and measures. Any thread, after ntf_run(). */
#pragma once
#include "jw/metrics.h"

G_BEGIN_DECLS

typedef enum {
    NTF_METRIC_DELIVERY_CHANGES, /* labelled with the transition */
    NTF_METRIC_SMTP_SECONDS,     /* labelled with the outcome */
    NTF_METRIC_WEBHOOK_SECONDS,  /* labelled with the outcome */
    NTF_N_METRICS
} NtfMetric;

extern JwMetric *ntf_metrics[NTF_N_METRICS];

/* Creates them all; ntf_run() calls it first. */
void ntf_metrics_init(void);

G_END_DECLS
