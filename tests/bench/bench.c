/* bench.c: see bench.h. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct {
    const BenchOps *ops;
    int thread;
    int64_t end_us;
    GArray *durations_us; /* of int64_t */
    int64_t errors;
} Runner;

static gpointer
run(gpointer data)
{
    Runner *self = data;
    gpointer operation = self->ops->open(self->ops->shared, self->thread);

    if (operation == NULL) {
        self->errors++;
        return NULL;
    }
    for (int64_t now = g_get_monotonic_time(); now < self->end_us;) {
        bool ok = self->ops->once(operation, self->ops->shared);
        int64_t after = g_get_monotonic_time();
        int64_t duration = after - now;

        if (ok) {
            g_array_append_val(self->durations_us, duration);
        } else {
            self->errors++;
        }
        now = after;
    }
    self->ops->close(operation);
    return NULL;
}

static int
compare(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a;
    int64_t right = *(const int64_t *)b;

    return (left > right) - (left < right);
}

static double
quantile_ms(const GArray *sorted, double q)
{
    if (sorted->len == 0) {
        return 0;
    }
    return (double)g_array_index(sorted, int64_t, (guint)(q * (sorted->len - 1))) / 1000.0;
}

int
bench_run(const BenchOps *ops, int threads, double seconds)
{
    g_autofree Runner *runners = g_new0(Runner, (gsize)threads);
    g_autofree GThread **handles = g_new0(GThread *, (gsize)threads);
    GArray *all = g_array_new(FALSE, FALSE, sizeof(int64_t));
    int64_t begin = g_get_monotonic_time();
    int64_t errors = 0;

    for (int i = 0; i < threads; i++) {
        runners[i] = (Runner){ ops, i, begin + (int64_t)(seconds * 1e6),
                               g_array_new(FALSE, FALSE, sizeof(int64_t)), 0 };
        handles[i] = g_thread_new("bench", run, &runners[i]);
    }
    for (int i = 0; i < threads; i++) {
        g_thread_join(handles[i]);
        g_array_append_vals(all, runners[i].durations_us->data, runners[i].durations_us->len);
        errors += runners[i].errors;
        g_array_unref(runners[i].durations_us);
    }
    double took = (double)(g_get_monotonic_time() - begin) / 1e6;
    qsort(all->data, all->len, sizeof(int64_t), compare);
    printf("{\"count\":%u,\"errors\":%" G_GINT64_FORMAT
           ",\"per_s\":%.1f,\"p50_ms\":%.3f,\"p99_ms\":%.3f}\n",
           all->len, errors, (double)all->len / took, quantile_ms(all, 0.5),
           quantile_ms(all, 0.99));
    g_array_unref(all);
    return errors == 0 ? 0 : 1;
}
