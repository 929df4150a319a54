/* schkit.c: see schkit.h. */
#include "schkit.h"

#include "metrics.h"

#include <string.h>

#define JOB                                                                                        \
    "{\"kind\":\"report\",\"name\":\"Calls\",\"reportType\":\"call-records\","                     \
    "\"parameters\":{\"period\":{\"type\":\"weekly\"}},\"output\":{\"format\":\"csv\"}}"

static void
set_up(Sch *sch, KitPorts *ports, const char *ce_source)
{
    sch->ports = kit_service_ports(ports, ce_source);
    sch->config = (SchConfig){
        .tick_ms = 20,
        .relay_after_ms = 5000,
        .orphan_after_ms = 86400000,
        .occurrences_keep_ms = 90 * INT64_C(86400000),
        .deleted_keep_ms = 30 * INT64_C(86400000),
        .once_keep_ms = 30 * INT64_C(86400000),
    };
    sch->times = (JwJobsTimes){ .reap_after_ms = 45000 };
    sch_metrics_init();
    sch->running = jw_liveness_new(SCH_REAP_LIMIT);
}

SchKit *
kit_new(void)
{
    SchKit *self = g_new0(SchKit, 1);

    self->ports = kit_ports_new(KIT_NOW, true);
    set_up(&self->sch, self->ports, "/jobwire/scheduler");
    set_up(&self->second, self->ports, "/second");
    return self;
}

void
kit_free(SchKit *self)
{
    sch_stop(&self->sch);
    sch_stop(&self->second);
    kit_ports_free(self->ports);
    g_free(self);
}

KIT_STATE(kit_new())

void
kit_put(SchKit *self, const char *id, const char *members)
{
    g_autofree char *dir = tk_temp_dir();
    g_autofree char *path = g_build_filename(dir, "schedules.json", NULL);
    g_autofree char *text =
        g_strdup_printf("{\"schedules\":[{\"id\":\"%s\",\"job\":" JOB ",%s}]}", id, members);
    g_autoptr(GPtrArray) schedules = NULL;
    g_autoptr(GError) error = NULL;

    assert_true(g_file_set_contents(path, text, -1, NULL));
    assert_ok(jw_wire_schedules_load(self->sch.wire, path, self->ports->clock.fake.now_ms,
                                     &schedules, &error),
              error);
    assert_ok(jw_store_put_schedule(self->sch.store, g_ptr_array_index(schedules, 0), &error),
              error);
}

SchKit *
kit_with_three_late(const char *misfire)
{
    SchKit *kit = kit_new();
    g_autofree char *members =
        g_strdup_printf("\"trigger\":{\"type\":\"interval\",\"every\":\"10m\"},"
                        "\"misfire_grace\":\"1m\",\"misfire\":\"%s\"",
                        misfire);

    kit_put(kit, "s", members);
    tk_clock_advance(&kit->ports->clock.fake, 35 * MINUTE);
    return kit;
}

size_t
kit_fire_round(Sch *sch)
{
    g_autoptr(GError) error = NULL;
    size_t decided = 0;

    assert_ok(sch_fire_due(sch, &decided, &error), error);
    return decided;
}

size_t
kit_fire(Sch *sch)
{
    size_t decided = kit_fire_round(sch);

    while (sch->more) { /* as the due thread, which does not rest then */
        decided += kit_fire_round(sch);
    }
    return decided;
}

typedef struct {
    SchKit *kit;
    GPtrArray *rows; /* newest first */
    size_t jobs;
} History;

static void
check_job(History *self, const JwOccurrence *row)
{
    bool fires = jw_occurrence_fires(row->kind);
    g_autoptr(JwJob) job = kit_job(self->kit->ports, row->id);

    assert_int_equal(job != NULL, fires);
    assert_int_equal(row->reason == NULL, row->kind == JW_OCCURRENCE_FIRED);
    assert_int_equal(row->job_id != NULL, fires);
    if (job != NULL) {
        assert_int_equal(job->scheduled_for_ms, row->due_ms);
        assert_int_equal(kit_events(job->outbox, JW_TYPE_JOB_SUBMIT), 1);
        assert_int_equal(kit_events(job->outbox, JW_TYPE_JOB_SUBMITTED), 1);
        self->jobs++;
    }
}

static void
visit(const JwOccurrence *row, gpointer data)
{
    History *self = data;

    check_job(self, row);
    g_ptr_array_add(self->rows,
                    g_strdup_printf("%s@%" G_GINT64_FORMAT " ", jw_occurrence_kind_name(row->kind),
                                    (row->due_ms - KIT_NOW) / MINUTE));
}

char *
kit_history(SchKit *self, const char *schedule_id)
{
    History history = { .kit = self, .rows = g_ptr_array_new_with_free_func(g_free) };
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) jobs = NULL;
    JwJobQuery query = { .type = "report", .limit = 100000 };
    g_autofree char *source = g_strconcat("schedule:", schedule_id, NULL);
    int64_t total = 0;
    size_t own = 0;

    assert_ok(jw_store_list_occurrences(
                  self->sch.store,
                  &(JwOccurrenceQuery){ .schedule_id = schedule_id, .limit = 100000 }, visit,
                  &history, &error),
              error);
    for (guint i = history.rows->len; i > 0; i--) {
        g_string_append(text, g_ptr_array_index(history.rows, i - 1));
    }
    g_ptr_array_unref(history.rows);
    /* and no job without its row */
    assert_ok(jw_store_list_jobs(self->sch.store, &query, &jobs, &total, &error), error);
    for (guint i = 0; i < jobs->len; i++) {
        own += strcmp(((JwJob *)g_ptr_array_index(jobs, i))->source, source) == 0;
    }
    assert_int_equal(own, history.jobs);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

void
kit_assert_none_pending(SchKit *self, const char *schedule_id)
{
    g_autoptr(JwSchedule) schedule = NULL;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_get_schedule(self->sch.store, schedule_id, &schedule, &error), error);
    assert_int_equal(schedule->pending_fires->len, 0);
}

char *
kit_make_job(SchKit *self, JwJobState state, int64_t not_before_ms)
{
    g_autoptr(JwJob) job = kit_new_job(self->ports);

    g_free(job->spec);
    job->spec = g_strdup(JOB);
    job->state = state;
    job->not_before_ms = not_before_ms;
    job->max_attempts = 2;
    return kit_insert_job(self->ports, job);
}

void
kit_heartbeat(SchKit *self, const char *job_id)
{
    g_autoptr(JwJob) job = kit_job(self->ports, job_id);
    g_autoptr(GError) error = NULL;
    JwHeartbeat heartbeat = JW_HEARTBEAT_LOST;

    assert_ok(jw_store_heartbeat_job(self->sch.store, job_id, job->token, NULL,
                                     self->ports->clock.fake.now_ms, &heartbeat, &error),
              error);
    assert_int_not_equal(heartbeat, JW_HEARTBEAT_LOST);
}
