/* bench.h: what the load programs share: threads that repeat one operation, and the spread of its
 * duration. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

G_BEGIN_DECLS

typedef struct {
    gpointer (*open)(gpointer shared, int thread); /* per thread; NULL: give up */
    bool (*once)(gpointer self, gpointer shared);  /* the operation; false: counted as an error */
    void (*close)(gpointer self);
    gpointer shared;
} BenchOps;

/* Runs @threads threads for @seconds and prints
 * {"count":…,"errors":…,"per_s":…,"p50_ms":…,"p99_ms":…}. Returns the exit status: 0 when nothing
 * failed. */
int bench_run(const BenchOps *ops, int threads, double seconds);

G_END_DECLS
