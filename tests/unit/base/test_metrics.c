/* test_metrics.c: the Prometheus text, to the byte where it is ours to decide. */
#include "testkit.h"

#include "jw/metrics.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

static void
assert_rendered(const char *wanted)
{
    g_autofree char *text = jw_metrics_render();
    if (strstr(text, wanted) == NULL) {
        fail_msg("not rendered:\n%s\nbut:\n%s", wanted, text);
    }
}

static void
test_counter(void **state)
{
    (void)state;
    JwMetric *plain = jw_metric_counter("t_plain_total", "Help with \\ and\nline.", NULL);
    assert_rendered("# HELP t_plain_total Help with \\\\ and\\nline.\n"
                    "# TYPE t_plain_total counter\n"
                    "t_plain_total 0\n");
    jw_metric_add(plain, NULL, 1);
    jw_metric_add(plain, "label without meaning", 2.5);
    assert_rendered("\nt_plain_total 3.5\n");
    assert_ptr_equal(jw_metric_counter("t_plain_total", "Another help.", NULL), plain);
    assert_true(jw_metric_value(plain, NULL) == 3.5);
}

static void
test_labels(void **state)
{
    (void)state;
    JwMetric *metric = jw_metric_counter("t_label_total", "Help.", "outcome");
    assert_rendered("# TYPE t_label_total counter\n");
    jw_metric_add(metric, "done", 1);
    jw_metric_add(metric, "a\"b\\c\nd", 1);
    jw_metric_add(metric, "bad\xff", 1);
    jw_metric_add(metric, NULL, 1);
    assert_rendered("# TYPE t_label_total counter\n"
                    "t_label_total{outcome=\"done\"} 1\n"
                    "t_label_total{outcome=\"a\\\"b\\\\c\\nd\"} 1\n"
                    "t_label_total{outcome=\"bad\xef\xbf\xbd\"} 1\n"
                    "t_label_total{outcome=\"\"} 1\n");
    assert_true(jw_metric_value(metric, "never seen") == 0);
}

static void
test_labels_are_capped(void **state)
{
    (void)state;
    JwMetric *metric = jw_metric_counter("t_capped_total", "Help.", "user");
    for (int i = 0; i < 1000; i++) {
        g_autofree char *user = g_strdup_printf("user-%d", i);
        jw_metric_add(metric, user, 1);
    }
    jw_metric_add(metric, "user-63", 1);
    assert_true(jw_metric_value(metric, "user-63") == 2);
    assert_true(jw_metric_value(metric, "user-64") == 0);
    assert_true(jw_metric_value(metric, "other") == 936);
}

static void
test_gauge(void **state)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        { 0, "\nt_gauge 0\n" },
        { -3, "\nt_gauge -3\n" },
        { 0.1, "\nt_gauge 0.1\n" },
        { 123456789012345.0, "\nt_gauge 123456789012345\n" },
        { 1e300, "\nt_gauge 1e+300\n" },
        { INFINITY, "\nt_gauge +Inf\n" },
        { -INFINITY, "\nt_gauge -Inf\n" },
        { NAN, "\nt_gauge NaN\n" },
    };
    (void)state;
    JwMetric *gauge = jw_metric_gauge("t_gauge", "Help.", NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        jw_metric_set(gauge, NULL, cases[i].value);
        assert_rendered(cases[i].text);
    }
    jw_metric_set(gauge, NULL, 5);
    jw_metric_add(gauge, NULL, -2);
    assert_true(jw_metric_value(gauge, NULL) == 3);
}

static void
test_histogram(void **state)
{
    static const int64_t durations_ms[] = { 0, 1, 2, 3, 2500, 2501, 600000, 600001, -5 };
    (void)state;
    JwMetric *metric = jw_metric_histogram("t_seconds", "Help.", "route");
    for (size_t i = 0; i < G_N_ELEMENTS(durations_ms); i++) {
        jw_metric_observe_ms(metric, "/", durations_ms[i]);
    }
    assert_true(jw_metric_value(metric, "/") == 9);
    assert_rendered("# HELP t_seconds Help.\n"
                    "# TYPE t_seconds histogram\n"
                    "t_seconds_bucket{route=\"/\",le=\"0.001\"} 3\n"
                    "t_seconds_bucket{route=\"/\",le=\"0.0025\"} 4\n"
                    "t_seconds_bucket{route=\"/\",le=\"0.005\"} 5\n"
                    "t_seconds_bucket{route=\"/\",le=\"0.01\"} 5\n"
                    "t_seconds_bucket{route=\"/\",le=\"0.025\"} 5\n"
                    "t_seconds_bucket{route=\"/\",le=\"0.05\"} 5\n"
                    "t_seconds_bucket{route=\"/\",le=\"0.1\"} 5\n"
                    "t_seconds_bucket{route=\"/\",le=\"0.25\"} 5\n"
                    "t_seconds_bucket{route=\"/\",le=\"0.5\"} 5\n"
                    "t_seconds_bucket{route=\"/\",le=\"1\"} 5\n"
                    "t_seconds_bucket{route=\"/\",le=\"2.5\"} 6\n"
                    "t_seconds_bucket{route=\"/\",le=\"5\"} 7\n"
                    "t_seconds_bucket{route=\"/\",le=\"10\"} 7\n"
                    "t_seconds_bucket{route=\"/\",le=\"25\"} 7\n"
                    "t_seconds_bucket{route=\"/\",le=\"50\"} 7\n"
                    "t_seconds_bucket{route=\"/\",le=\"100\"} 7\n"
                    "t_seconds_bucket{route=\"/\",le=\"250\"} 7\n"
                    "t_seconds_bucket{route=\"/\",le=\"500\"} 7\n"
                    "t_seconds_bucket{route=\"/\",le=\"600\"} 8\n"
                    "t_seconds_bucket{route=\"/\",le=\"+Inf\"} 9\n"
                    "t_seconds_sum{route=\"/\"} 1205.008\n"
                    "t_seconds_count{route=\"/\"} 9\n");
    (void)jw_metric_histogram("t_bare_seconds", "Help.", NULL);
    assert_rendered("t_bare_seconds_bucket{le=\"+Inf\"} 0\nt_bare_seconds_sum 0\n");
}

static double
value_of(const char *text, const char *name)
{
    g_autofree char *start = g_strdup_printf("\n%s ", name);
    const char *line = strstr(text, start);
    if (line == NULL) {
        fail_msg("no %s in:\n%s", name, text);
    }
    return g_ascii_strtod(line + strlen(start), NULL);
}

static void
test_process(void **state)
{
    (void)state;
    g_autofree char *before = jw_metrics_render();
    assert_true(value_of(before, "process_resident_memory_bytes") > 100000);
    assert_true(value_of(before, "process_cpu_seconds_total") >= 0);
    assert_true(value_of(before, "process_cpu_seconds_total") < 1000);
    double age = (double)g_get_real_time() / 1e6 - value_of(before, "process_start_time_seconds");
    assert_true(age > -2 && age < 600);

    int fd = dup(STDERR_FILENO);
    assert_true(fd >= 0);
    g_autofree char *after = jw_metrics_render();
    (void)close(fd);
    assert_true(value_of(after, "process_open_fds") == value_of(before, "process_open_fds") + 1);
}

#define N_ROUNDS 5000

static void *
count_and_render(void *data)
{
    JwMetric *counter = jw_metric_counter("t_threads_total", "Help.", "thread");
    JwMetric *histogram = jw_metric_histogram("t_threads_seconds", "Help.", NULL);
    for (int i = 0; i < N_ROUNDS; i++) {
        jw_metric_add(counter, data, 1);
        jw_metric_observe_ms(histogram, NULL, i);
        if (i % 1000 == 0) {
            g_autofree char *text = jw_metrics_render();
            g_assert(text != NULL);
        }
    }
    return NULL;
}

static void
test_threads(void **state)
{
    (void)state;
    static char names[4][2] = { "a", "b", "a", "b" };
    GThread *threads[G_N_ELEMENTS(names)];
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        threads[i] = g_thread_new("metrics", count_and_render, names[i]);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_thread_join(threads[i]);
    }
    JwMetric *counter = jw_metric_counter("t_threads_total", "Help.", "thread");
    JwMetric *histogram = jw_metric_histogram("t_threads_seconds", "Help.", NULL);
    assert_true(jw_metric_value(counter, "a") == 2 * N_ROUNDS);
    assert_true(jw_metric_value(counter, "b") == 2 * N_ROUNDS);
    assert_true(jw_metric_value(histogram, NULL) == 4 * N_ROUNDS);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counter),           cmocka_unit_test(test_labels),
        cmocka_unit_test(test_labels_are_capped), cmocka_unit_test(test_gauge),
        cmocka_unit_test(test_histogram),         cmocka_unit_test(test_process),
        cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
