/* metrics.c: the registry of counters, gauges and histograms, and their text. Any thread: the
 * registry and each metric have a lock of their own. Metrics live as long as the process. */
#include "jw/metrics.h"
#include "jw/sync.h"
#include "metrics_private.h"

#include <string.h>

#define MAX_VALUES 64 /* of one label; bounds the memory */

static const char *const kind_names[] = {
    [JW_METRIC_COUNTER] = "counter",
    [JW_METRIC_GAUGE] = "gauge",
    [JW_METRIC_HISTOGRAM] = "histogram",
};

static const struct {
    int64_t us;
    const char *le;
} buckets[] = {
    { 1000, "0.001" },    { 2500, "0.0025" },   { 5000, "0.005" },    { 10000, "0.01" },
    { 25000, "0.025" },   { 50000, "0.05" },    { 100000, "0.1" },    { 250000, "0.25" },
    { 500000, "0.5" },    { 1000000, "1" },     { 2500000, "2.5" },   { 5000000, "5" },
    { 10000000, "10" },   { 25000000, "25" },   { 50000000, "50" },   { 100000000, "100" },
    { 250000000, "250" }, { 500000000, "500" }, { 600000000, "600" },
};

typedef struct {
    char *label_value; /* NULL in a metric without label */
    double value;      /* a histogram's sum */
    uint64_t count;
    uint64_t in_bucket[G_N_ELEMENTS(buckets)]; /* not yet cumulated */
} Series;

struct _JwMetric {
    const char *name, *help, *label;
    JwMetricKind kind;
    JwMutex mutex;
    GPtrArray *series; /* Series, at most MAX_VALUES and "other" */
};

static JwMutex registry_mutex = { PTHREAD_MUTEX_INITIALIZER };
static GPtrArray *registry; /* JwMetric, in the order of their creation */

static Series *
add_series(JwMetric *self, const char *label_value)
{
    Series *series = g_new0(Series, 1);
    series->label_value = g_strdup(label_value);
    g_ptr_array_add(self->series, series);
    return series;
}

static JwMetric *
find_metric_locked(const char *name)
{
    for (guint i = 0; registry != NULL && i < registry->len; i++) {
        JwMetric *metric = g_ptr_array_index(registry, i);
        if (g_str_equal(metric->name, name)) {
            return metric;
        }
    }
    return NULL;
}

static JwMetric *
get_metric(JwMetricKind kind, const char *name, const char *help, const char *label)
{
    g_return_val_if_fail(name != NULL && help != NULL, NULL);

    g_auto(JwLocker) locker = jw_locker(&registry_mutex);
    JwMetric *metric = find_metric_locked(name);
    if (metric != NULL) {
        g_return_val_if_fail(metric->kind == kind && g_strcmp0(metric->label, label) == 0, NULL);
        return metric;
    }
    metric = g_new0(JwMetric, 1);
    metric->name = name;
    metric->help = help;
    metric->label = label;
    metric->kind = kind;
    jw_mutex_init(&metric->mutex);
    metric->series = g_ptr_array_new();
    if (label == NULL) {
        add_series(metric, NULL); /* 0 rather than absent */
    }
    if (registry == NULL) {
        registry = g_ptr_array_new();
    }
    g_ptr_array_add(registry, metric);
    return metric;
}

JwMetric *
jw_metric_counter(const char *name, const char *help, const char *label)
{
    return get_metric(JW_METRIC_COUNTER, name, help, label);
}

JwMetric *
jw_metric_gauge(const char *name, const char *help, const char *label)
{
    return get_metric(JW_METRIC_GAUGE, name, help, label);
}

JwMetric *
jw_metric_histogram(const char *name, const char *help, const char *label)
{
    return get_metric(JW_METRIC_HISTOGRAM, name, help, label);
}

void
jw_metrics_create(const JwMetricDef *defs, size_t n, JwMetric **metrics)
{
    for (size_t i = 0; i < n; i++) {
        metrics[i] = get_metric(defs[i].kind, defs[i].name, defs[i].help, defs[i].label);
    }
}

static Series *
find_series_locked(JwMetric *self, const char *label_value)
{
    if (self->label == NULL) {
        return g_ptr_array_index(self->series, 0);
    }
    const char *wanted = label_value != NULL ? label_value : "";
    for (guint i = 0; i < self->series->len; i++) {
        Series *series = g_ptr_array_index(self->series, i);
        if (g_str_equal(series->label_value, wanted)) {
            return series;
        }
    }
    return NULL;
}

static Series *
get_series_locked(JwMetric *self, const char *label_value)
{
    Series *series = find_series_locked(self, label_value);
    if (series == NULL && self->series->len >= MAX_VALUES) {
        label_value = "other";
        series = find_series_locked(self, label_value);
    }
    return series != NULL ? series : add_series(self, label_value != NULL ? label_value : "");
}

void
jw_metric_add(JwMetric *self, const char *label_value, double amount)
{
    g_return_if_fail(self != NULL && self->kind != JW_METRIC_HISTOGRAM);
    g_return_if_fail(self->kind != JW_METRIC_COUNTER || amount >= 0);

    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    get_series_locked(self, label_value)->value += amount;
}

void
jw_metric_set(JwMetric *self, const char *label_value, double value)
{
    g_return_if_fail(self != NULL && self->kind == JW_METRIC_GAUGE);

    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    get_series_locked(self, label_value)->value = value;
}

void
jw_metric_observe_ms(JwMetric *self, const char *label_value, int64_t duration_ms)
{
    g_return_if_fail(self != NULL && self->kind == JW_METRIC_HISTOGRAM);

    int64_t ms = MAX(duration_ms, 0); /* a clock may be set back */
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    Series *series = get_series_locked(self, label_value);
    series->count += 1;
    series->value += (double)ms / 1000;
    for (size_t i = 0; i < G_N_ELEMENTS(buckets); i++) {
        if (ms <= buckets[i].us / 1000) {
            series->in_bucket[i] += 1;
            break;
        }
    }
}

double
jw_metric_value(JwMetric *self, const char *label_value)
{
    g_return_val_if_fail(self != NULL, 0);

    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    const Series *series = find_series_locked(self, label_value);
    if (series == NULL) {
        return 0;
    }
    return self->kind == JW_METRIC_HISTOGRAM ? (double)series->count : series->value;
}

/* name_suffix{label="value",le="0.5"} number */
static void
append_sample(GString *out, const JwMetric *metric, const char *suffix, const Series *series,
              const char *le, double value)
{
    g_string_append(out, metric->name);
    g_string_append(out, suffix);
    if (metric->label != NULL || le != NULL) {
        g_string_append_c(out, '{');
        if (metric->label != NULL) {
            g_autofree char *text = g_utf8_make_valid(series->label_value, -1);
            g_string_append_printf(out, "%s=\"", metric->label);
            jw_metrics_append_escaped(out, text, true);
            g_string_append(out, le != NULL ? "\"," : "\"");
        }
        if (le != NULL) {
            g_string_append_printf(out, "le=\"%s\"", le);
        }
        g_string_append_c(out, '}');
    }
    g_string_append_c(out, ' ');
    jw_metrics_append_number(out, value);
    g_string_append_c(out, '\n');
}

static void
append_histogram(GString *out, const JwMetric *metric, const Series *series)
{
    uint64_t below = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(buckets); i++) {
        below += series->in_bucket[i];
        append_sample(out, metric, "_bucket", series, buckets[i].le, (double)below);
    }
    append_sample(out, metric, "_bucket", series, "+Inf", (double)series->count);
    append_sample(out, metric, "_sum", series, NULL, series->value);
    append_sample(out, metric, "_count", series, NULL, (double)series->count);
}

static void
append_metric(GString *out, JwMetric *metric)
{
    g_string_append_printf(out, "# HELP %s ", metric->name);
    jw_metrics_append_escaped(out, metric->help, false);
    g_string_append_printf(out, "\n# TYPE %s %s\n", metric->name, kind_names[metric->kind]);

    g_auto(JwLocker) locker = jw_locker(&metric->mutex);
    for (guint i = 0; i < metric->series->len; i++) {
        const Series *series = g_ptr_array_index(metric->series, i);
        if (metric->kind == JW_METRIC_HISTOGRAM) {
            append_histogram(out, metric, series);
        } else {
            append_sample(out, metric, "", series, NULL, series->value);
        }
    }
}

char *
jw_metrics_render(void)
{
    GString *out = g_string_sized_new(8192);
    g_auto(JwLocker) locker = jw_locker(&registry_mutex);
    for (guint i = 0; registry != NULL && i < registry->len; i++) {
        append_metric(out, g_ptr_array_index(registry, i));
    }
    jw_metrics_append_process(out);
    return g_string_free(out, FALSE);
}
