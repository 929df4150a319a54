/* test_progress.c: what a job's document says of a report while it is made: a heartbeat is written
 * whenever the report asks for the time, as slow reports have one. */
#include "exekit.h"

#include "handlers/handlers.h"
#include "jw/store_records.h"

#include <string.h>

#define WEEK_MS INT64_C(604800000)
#define CHECKS  3    /* of each period */
#define CHECK   2048 /* rows between two of them (handlers/report.c) */

/* A clock that writes a heartbeat each time it is asked by the report, and looks at the job. */
typedef struct {
    JwClock clock; /* first: the one is the other */
    ExeKit *kit;
    ExeAttempt *attempt;
    const char *job_id;
    bool looking;
    GPtrArray *seen; /* of JwJob */
} Watch;

static int64_t
watch_now(JwClock *clock)
{
    const Watch *self = (const Watch *)clock;

    return jw_clock_now_ms(&self->kit->ports->clock.fake.clock);
}

static int64_t
watch_mono(JwClock *clock)
{
    Watch *self = (Watch *)clock;

    if (self->attempt != NULL && !self->looking) {
        self->looking = true;
        exe_attempt_heartbeat(self->attempt);
        g_ptr_array_add(self->seen, kit_job(self->kit->ports, self->job_id));
        self->looking = false;
    }
    return jw_clock_mono_ms(&self->kit->ports->clock.fake.clock);
}

/* As many records as there are checks for, evenly over a week. */
static void
fill_week(ExeKit *kit, int64_t start_ms, const char *prefix)
{
    enum { ROWS = CHECKS * CHECK };
    static const char *const fields[] = { "startedAt", NULL };
    g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
    g_autofree JwValue *values = g_new0(JwValue, ROWS);
    g_autofree const JwValue **rows = g_new0(const JwValue *, ROWS);
    g_autoptr(GError) error = NULL;
    size_t inserted = 0;

    for (int i = 0; i < ROWS; i++) {
        g_ptr_array_add(ids, g_strdup_printf("%s%d", prefix, i));
        values[i] =
            (JwValue){ .type = JW_VALUE_TIME, .time_ms = start_ms + (i + 1) * WEEK_MS / ROWS - 1 };
        rows[i] = &values[i];
    }
    assert_ok(jw_store_insert_records(kit->exe.store, "call_records", fields,
                                      (const char *const *)ids->pdata, rows, ROWS, &inserted,
                                      &error),
              error);
}

static void
free_job(gpointer job)
{
    jw_job_free(job);
}

/* The jobs as they were seen while a report was made. @more: members of its parameters */
static GPtrArray *
watched(ExeKit *kit, const char *more)
{
    g_autofree char *id = kit_make(kit, "");
    Watch watch = { .clock = { watch_now, watch_mono }, .kit = kit, .job_id = id };
    JwJobResult result = { 0 };
    g_autoptr(GError) error = NULL;

    watch.seen = g_ptr_array_new_with_free_func(free_job);
    (void)kit_claim(kit->ports, id);
    g_autoptr(JwJob) job = kit_job(kit->ports, id);
    g_auto(GStrv) parts = g_strsplit(job->spec, "\"parameters\":{", 2);
    g_free(job->spec);
    job->spec = g_strconcat(parts[0], "\"parameters\":{", more, parts[1], NULL);
    kit->exe.clock = &watch.clock;
    watch.attempt = exe_attempt_begin(&kit->exe, job);
    assert_ok(exe_handlers[0]->run(watch.attempt, &result, &error), error);
    ExeAttempt *attempt = g_steal_pointer(&watch.attempt);
    exe_attempt_end(attempt);
    kit->exe.clock = &kit->ports->clock.fake.clock;
    jw_job_result_clear(&result);
    return watch.seen;
}

static const JwJob *
seen_at(const GPtrArray *seen, guint index)
{
    return g_ptr_array_index(seen, index);
}

/* Neither falls, and the records are those of the report's own period. */
static void
assert_rises(const GPtrArray *seen)
{
    for (guint i = 1; i < seen->len; i++) {
        const JwProgress *before = &seen_at(seen, i - 1)->progress;
        const JwProgress *now = &seen_at(seen, i)->progress;
        if (now->percent < before->percent || now->done < before->done) {
            fail_msg("%d %%, %d records after %d %%, %d records", now->percent, (int)now->done,
                     before->percent, (int)before->done);
        }
    }
}

/* Of a step the percentages that were seen, each once: "18 31 45". (transfer full) */
static char *
percents(const GPtrArray *seen, const char *step)
{
    GString *text = g_string_new(NULL);
    int last = -1;

    for (guint i = 0; i < seen->len; i++) {
        const JwProgress *progress = &seen_at(seen, i)->progress;
        if (g_strcmp0(progress->step, step) == 0 && progress->percent != last) {
            last = progress->percent;
            g_string_append_printf(text, "%s%d", text->len > 0 ? " " : "", last);
        }
    }
    return g_string_free(text, FALSE);
}

static void
test_one_period(void **state)
{
    ExeKit *kit = *state;

    fill_week(kit, KIT_WEEK, "now");
    g_autoptr(GPtrArray) seen = watched(kit, "");
    g_autofree char *reading = percents(seen, "Reading records");
    assert_rises(seen);
    assert_string_equal(reading, "5 31 57 84");
    const JwProgress *last = &seen_at(seen, seen->len - 1)->progress;
    assert_string_equal(last->step, "Publishing");
    assert_int_equal(last->percent, 95);
    assert_int_equal(last->done, CHECKS * CHECK + KIT_RECORDS);
    assert_int_equal(last->total, last->done);
}

/* Both periods are read, each for half of the way. */
static void
test_compared_periods(void **state)
{
    ExeKit *kit = *state;

    fill_week(kit, KIT_WEEK, "now");
    fill_week(kit, KIT_WEEK - WEEK_MS, "before");
    g_autoptr(GPtrArray) seen = watched(kit, "\"compare\":\"previous\",");
    g_autofree char *before = percents(seen, "Reading the period before");
    g_autofree char *reading = percents(seen, "Reading records");
    assert_rises(seen);
    assert_string_equal(before, "5 18 31 44");
    assert_string_equal(reading, "58 71 84");
    for (guint i = 0; i < seen->len; i++) { /* of which the report has none */
        const JwProgress *progress = &seen_at(seen, i)->progress;
        assert_true(g_strcmp0(progress->step, "Reading the period before") != 0
                    || progress->done == 0);
    }
    const JwProgress *last = &seen_at(seen, seen->len - 1)->progress;
    assert_int_equal(last->percent, 95);
    assert_int_equal(last->done, CHECKS * CHECK + KIT_RECORDS);
    assert_int_equal(last->total, last->done);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_one_period),
        TEST(test_compared_periods),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
