/* sch.c: the scheduler's two threads and its configuration. See sch.h. */
#include "due.h"

#include "jw/log.h"
#include "metrics.h"

const JwConfigEntry sch_config_entries[] = {
    { "JW_SCHEDULES_FILE", JW_CONFIG_STRING, offsetof(SchConfig, schedules_file), NULL, 0, 0, 0,
      "JSON file of schedules; what is no longer in it is paused. All schedulers of one database "
      "need the same one. Empty: the schedules in the store stay as they are" },
    { "JW_TICK", JW_CONFIG_DURATION, offsetof(SchConfig, tick_ms), "500ms", 20, 60000, 0,
      "how long the scheduler rests at most before it looks for due schedules; it wakes for a due "
      "time that it knows" },
    { "JW_RELAY_AFTER", JW_CONFIG_DURATION, offsetof(SchConfig, relay_after_ms), "5s", 0, 600000, 0,
      "outbox entries older than this are published by the scheduler" },
    { "JW_ORPHAN_AFTER", JW_CONFIG_DURATION, offsetof(SchConfig, orphan_after_ms), "24h", 60000,
      INT64_MAX, 0,
      "files that no job names are removed after this; longer than any attempt runs" },
    { "JW_OCCURRENCES_KEEP", JW_CONFIG_DURATION, offsetof(SchConfig, occurrences_keep_ms), "90d",
      86400000, INT64_MAX, 0,
      "rows of the ledger of schedules are removed after this, once their jobs have ended" },
    { "JW_DELETED_SCHEDULES_KEEP", JW_CONFIG_DURATION, offsetof(SchConfig, deleted_keep_ms), "30d",
      3600000, INT64_MAX, 0,
      "which commands from Kafka were decided about a schedule is known for so long after it was "
      "deleted; longer than the retention of schedule.commands" },
    { "JW_ONCE_KEEP", JW_CONFIG_DURATION, offsetof(SchConfig, once_keep_ms), "30d", 1000, INT64_MAX,
      0, "a schedule that is due once is removed this long after it was, once its job has ended" },
    { "JW_SHIPPED_SCHEDULES", JW_CONFIG_BOOL, offsetof(SchConfig, ship_schedules), "true", 0, 0, 0,
      "whether the schedules cdr-weekly and cdr-monthly are made, paused, where they are not there "
      "yet; what was changed, resumed or deleted stays as it is" },
};
const size_t sch_n_config_entries = G_N_ELEMENTS(sch_config_entries);

#define CREW 7 /* threads beside the due thread, for what the store does side by side */

static gpointer
due_thread(gpointer data)
{
    Sch *self = data;
    int64_t wait_ms = self->config.tick_ms;

    while (!jw_stop_wait(self->stop, wait_ms)) {
        g_autoptr(GError) error = NULL;
        size_t decided = 0;
        const bool fired = sch_know_time(self, &error) && sch_fire_due(self, &decided, &error);

        if (!fired) {
            jw_warn("fire_failed", JW_STR("error", jw_error_message(error)));
        }
        wait_ms = fired ? sch_rest_ms(self) : self->config.tick_ms;
    }
    return NULL;
}

static bool
relay_sweep(Sch *self, size_t *ret_count, GError **error)
{
    return jw_relay_sweep(self->relay, self->config.relay_after_ms, ret_count, error);
}

#define REAP_ROUNDS 2

/* The tasks of the maintenance thread, each every @rounds ticks (JW_TICK). */
static const struct {
    const char *name;
    bool (*run)(Sch *self, size_t *ret_count, GError **error);
    unsigned rounds;
} maintenance[] = {
    { "ship", sch_ship_schedules, 1 },
    { "promote", sch_promote, 1 },
    { "ends", sch_note_ends, 1 },
    { "calendars", sch_follow_calendars, 2 },
    { "relay", relay_sweep, 2 },
    { "reap", sch_reap, REAP_ROUNDS },
    { "sweep_expired", sch_sweep_expired, 20 },
    { "sweep_orphans", sch_sweep_orphans, 1200 },
    { "sweep_occurrences", sch_sweep_occurrences, 20 },
    { "sweep_deleted", sch_sweep_deleted, 20 },
    { "sweep_spent", sch_sweep_spent, 20 },
};

static void
run_task(Sch *self, size_t task)
{
    g_autoptr(GError) error = NULL;
    size_t count = 0;

    if (!sch_know_time(self, &error) || !maintenance[task].run(self, &count, &error)) {
        jw_warn("maintenance_failed", JW_STR("task", maintenance[task].name),
                JW_STR("error", jw_error_message(error)));
    }
}

static gpointer
maintenance_thread(gpointer data)
{
    Sch *self = data;

    for (unsigned round = 1; !jw_stop_wait(self->stop, self->config.tick_ms); round++) {
        for (size_t i = 0; i < G_N_ELEMENTS(maintenance); i++) {
            if (round % maintenance[i].rounds == 0) {
                run_task(self, i);
            }
        }
    }
    return NULL;
}

bool
sch_run(Sch *self, GError **error)
{
    sch_metrics_init();
    self->stop = jw_stop_new();
    self->running = jw_liveness_new(SCH_REAP_LIMIT);
    jw_liveness_limit_gap(self->running, MAX(self->times.reap_after_ms / SCH_REAP_LOOKS,
                                             2 * REAP_ROUNDS * self->config.tick_ms));
    if (!sch_read_file(self, error)) {
        return false;
    }
    self->first_slice = g_str_hash(sch_process_name(self));
    self->crew = sch_crew_new(CREW);
    self->due_thread = g_thread_new("due", due_thread, self);
    self->maintenance_thread = g_thread_new("maintenance", maintenance_thread, self);
    return sch_take_commands(self, error);
}

void
sch_stop(gpointer sch)
{
    Sch *self = sch;

    if (self->stop != NULL) {
        jw_stop_set(self->stop);
    }
    if (self->store != NULL) { /* every task asks it, one after the other */
        jw_store_stop_waiting(self->store);
    }
    g_clear_pointer(&self->consumer, jw_consumer_free);
    g_clear_pointer(&self->due_thread, g_thread_join);
    g_clear_pointer(&self->maintenance_thread, g_thread_join);
    g_clear_pointer(&self->crew, sch_crew_free);
    g_clear_pointer(&self->running, jw_liveness_free);
    g_clear_pointer(&self->troubles, g_hash_table_unref);
    g_clear_pointer(&self->calendars, g_hash_table_unref);
    g_clear_pointer(&self->followed, g_hash_table_unref);
    g_clear_pointer(&self->stop, jw_stop_free);
}
