/* bench_rows.c: see bench_rows.h. */
#include "bench_rows.h"

#include <stdio.h>
#include <string.h>

void
bench_row(int64_t index, BenchRow *ret_row)
{
    static const char *const agents[] = { "Diane", "Becky", "Stewart", "Greg",
                                          "Dan",   "Joe",   "Martha",  "Jim" };
    static const char *const topics[] = { "Streaming", "Technical Support", "Payment related",
                                          "Contract related" };

    (void)g_snprintf(ret_row->id, sizeof ret_row->id, "C%08u", (unsigned)index);
    ret_row->time_ms = BENCH_EPOCH_MS + index * BENCH_STEP_MS;
    ret_row->agent = agents[index % 8];
    ret_row->department = "support";
    ret_row->topic = topics[index % 4];
    ret_row->status = index % 5 == 0 ? "missed" : "answered";
    ret_row->wait_s = (int)(index % 120);
    ret_row->talk_s = (int)(index % 400);
    ret_row->resolved = index % 3 != 0;
    ret_row->satisfaction = (int)(index % 6);
}

/* Not of getrusage(): that has the memory of the program that started this one, too. */
int64_t
bench_peak_kib(void)
{
    g_autofree char *status = NULL;

    if (!g_file_get_contents("/proc/self/status", &status, NULL, NULL)) {
        return 0;
    }
    const char *peak = strstr(status, "VmHWM:");
    return peak != NULL ? g_ascii_strtoll(peak + strlen("VmHWM:"), NULL, 10) : 0;
}

void
bench_rows_print(int64_t rows, int64_t begin_us)
{
    const double took = (double)(g_get_monotonic_time() - begin_us) / 1e6;

    printf("{\"rows\":%" G_GINT64_FORMAT
           ",\"seconds\":%.3f,\"per_s\":%.0f,\"peak_kib\":%" G_GINT64_FORMAT "}\n",
           rows, took, (double)rows / took, bench_peak_kib());
}
