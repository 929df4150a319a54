/* metrics_process.c: memory, processor time, open files and start time of this process.
 * Any thread, no state.
 * The names are those of the Prometheus client libraries, so that common dashboards work
 * unchanged. */
#include "jw/text.h"
#include "metrics_private.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROC_LIMIT (1024 * 1024)

static void
append_value(GString *out, const char *name, const char *type, const char *help, double value)
{
    g_string_append_printf(out, "# HELP %s %s\n# TYPE %s %s\n%s ", name, help, name, type, name);
    jw_metrics_append_number(out, value);
    g_string_append_c(out, '\n');
}

/* Field @number (from 1, as in proc(5)) of a line of numbers; @first is the number of the first
 * one. */
static bool
field_of(const char *line, int first, int number, double *ret)
{
    g_auto(GStrv) words = g_strsplit(line, " ", number - first + 2);
    if (g_strv_length(words) <= (guint)(number - first)) {
        return false;
    }
    *ret = g_ascii_strtod(words[number - first], NULL);
    return true;
}

static void
append_memory(GString *out)
{
    g_autofree char *text = jw_file_read("/proc/self/statm", PROC_LIMIT, NULL, NULL);
    double pages;
    if (text != NULL && field_of(text, 1, 2, &pages)) {
        append_value(out, "process_resident_memory_bytes", "gauge",
                     "Resident memory size in bytes.", pages * (double)sysconf(_SC_PAGESIZE));
    }
}

/* Seconds since 1970 at which the machine started. */
static bool
read_boot_time(double *ret)
{
    g_autofree char *text = jw_file_read("/proc/stat", PROC_LIMIT, NULL, NULL);
    const char *line = text != NULL ? strstr(text, "\nbtime ") : NULL;
    if (line == NULL) {
        return false;
    }
    *ret = g_ascii_strtod(line + strlen("\nbtime "), NULL);
    return true;
}

static void
append_times(GString *out)
{
    g_autofree char *text = jw_file_read("/proc/self/stat", PROC_LIMIT, NULL, NULL);
    /* the second field is the program's name in brackets, which may hold blanks and brackets */
    const char *rest = text != NULL ? strrchr(text, ')') : NULL;
    if (rest == NULL || rest[1] == '\0') {
        return;
    }
    rest += 2;
    double ticks = (double)sysconf(_SC_CLK_TCK);
    double user, kernel, start, boot;
    if (field_of(rest, 3, 14, &user) && field_of(rest, 3, 15, &kernel)) {
        append_value(out, "process_cpu_seconds_total", "counter",
                     "Processor time in user and kernel mode in seconds.", (user + kernel) / ticks);
    }
    if (field_of(rest, 3, 22, &start) && read_boot_time(&boot)) {
        append_value(out, "process_start_time_seconds", "gauge",
                     "Start of the process in seconds since 1970.", boot + start / ticks);
    }
}

static void
append_open_files(GString *out)
{
    g_autoptr(GDir) dir = g_dir_open("/proc/self/fd", 0, NULL);
    if (dir == NULL) {
        return;
    }
    int count = -1; /* the directory itself is open just now */
    while (g_dir_read_name(dir) != NULL) {
        count++;
    }
    append_value(out, "process_open_fds", "gauge", "Open file descriptors.", count);
}

void
jw_metrics_append_process(GString *out)
{
    append_memory(out);
    append_times(out);
    append_open_files(out);
}
