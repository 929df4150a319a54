/* bench_rows.h: the call list that every writer gets from memory: the same rows as rig.py puts into
 * the store and peers/ makes in its languages. Any thread. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

G_BEGIN_DECLS

#define BENCH_EPOCH_MS INT64_C(1641168000000) /* 2022-01-03 */
#define BENCH_STEP_MS  INT64_C(30000)

typedef struct {
    char id[16];
    int64_t time_ms;
    const char *agent, *department, *topic, *status;
    int wait_s, talk_s, satisfaction;
    bool resolved;
} BenchRow;

void bench_row(int64_t index, BenchRow *ret_row);

/* The most memory that this program has had. */
int64_t bench_peak_kib(void);

/* Prints {"rows":…,"seconds":…,"per_s":…,"peak_kib":…} of what began at @begin_us. */
void bench_rows_print(int64_t rows, int64_t begin_us);

G_END_DECLS
