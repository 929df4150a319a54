/* exe.c: the executor's threads and its end. See exe.h. */
#include "exe.h"

#include "handlers/handlers.h"
#include "jw/log.h"
#include "metrics.h"

const JwConfigEntry exe_config_entries[] = {
    { "JW_TEMP_DIR", JW_CONFIG_STRING, offsetof(ExeConfig, temp_dir), "/tmp", 0, 0, 0,
      "folder for reports being written; needs about twice the largest report for each worker" },
    { "JW_TEMP_FREE_MIN", JW_CONFIG_SIZE, offsetof(ExeConfig, temp_free_min_bytes), "256MiB", 0,
      INT64_MAX, 0,
      "with less left on the disk of JW_TEMP_DIR readiness says degraded; 0 = never" },
    { "JW_WORKERS", JW_CONFIG_INT, offsetof(ExeConfig, workers), "2", 1, 64, 0,
      "jobs run at once" },
    { "JW_READY_MAX", JW_CONFIG_INT, offsetof(ExeConfig, ready_max), "1000", 1, 100000, 0,
      "jobs of one priority waiting in this process before it stops taking more from Kafka" },
    { "JW_PULL_AFTER", JW_CONFIG_DURATION, offsetof(ExeConfig, pull_after_ms), "2s", 0, 600000, 0,
      "an executor with nothing to do takes jobs from the store that waited for this long" },
    { "JW_ARTIFACT_TTL", JW_CONFIG_DURATION, offsetof(ExeConfig, artifact_ttl_ms), "720h", 0,
      INT64_MAX, 0, "how long a finished report can be downloaded; 0s = without end" },
    { "JW_ARTIFACT_MAX", JW_CONFIG_SIZE, offsetof(ExeConfig, artifact_max_bytes), "2GiB", 1024,
      INT64_MAX, 0, "largest report file" },
};
const size_t exe_n_config_entries = G_N_ELEMENTS(exe_config_entries);

bool
exe_run(Exe *self, GError **error)
{
    exe_metrics_init();
    jw_process_name(self->owner);
    self->temp = exe_temp_new(self->config.temp_dir, error);
    if (self->temp == NULL) {
        return false;
    }
    jw_metric_add(exe_metrics[EXE_METRIC_TEMP_SWEPT], NULL, (double)exe_temp_swept(self->temp));
    self->stop = jw_stop_new();
    jw_mutex_init(&self->consumer_mutex);
    self->types = exe_handler_types();
    self->ready = jw_queue_new((size_t)self->config.ready_max, EXE_LANES, g_free);
    self->heartbeats = exe_heartbeats_new(self);
    self->topics = g_new0(char *, 4);
    self->topics[0] = jw_wire_topic(self->wire, JW_TOPIC_COMMANDS_HIGH);
    self->topics[1] = jw_wire_topic(self->wire, JW_TOPIC_COMMANDS_NORMAL);
    self->topics[2] = jw_wire_topic(self->wire, JW_TOPIC_COMMANDS_LOW);
    g_autofree char *group = jw_wire_topic(self->wire, JW_GROUP_EXECUTOR);
    JwSubscription subscription = {
        .topics = (const char *const *)self->topics,
        .group = group,
        .batch_max = 200,
        .consume = exe_consume,
        .data = self,
    };
    self->consumer = jw_bus_subscribe(self->bus, &subscription, error);
    if (self->consumer == NULL) {
        return false;
    }
    self->workers = g_ptr_array_new();
    for (int64_t i = 0; i < self->config.workers; i++) {
        g_ptr_array_add(self->workers, g_thread_new("worker", exe_worker, self));
    }
    return true;
}

bool
exe_check_temp(gpointer exe, GError **error)
{
    const Exe *self = exe;
    int64_t free_bytes = 0;

    if (!exe_temp_space(self->config.temp_dir, &free_bytes, error)) {
        return false;
    }
    jw_metric_set(exe_metrics[EXE_METRIC_TEMP_FREE], NULL, (double)free_bytes);
    return free_bytes >= self->config.temp_free_min_bytes
           || jw_fail(error, JW_ERROR_UNAVAILABLE,
                      "the disk of JW_TEMP_DIR=%s has %" G_GINT64_FORMAT
                      " MiB left, under JW_TEMP_FREE_MIN=%" G_GINT64_FORMAT
                      " MiB: free some space there, or reports will fail",
                      self->config.temp_dir, free_bytes >> 20,
                      self->config.temp_free_min_bytes >> 20);
}

void
exe_wake_consumer(Exe *self)
{
    g_auto(JwLocker) locker = jw_locker(&self->consumer_mutex);
    if (self->consumer != NULL) {
        jw_consumer_wake(self->consumer);
    }
}

/* Freed outside the lock: that may take seconds, and workers must not wait for it. */
static void
end_consumer(Exe *self)
{
    JwConsumer *consumer = NULL;

    if (self->ready == NULL) {
        return; /* never ran */
    }
    jw_mutex_lock(&self->consumer_mutex);
    consumer = g_steal_pointer(&self->consumer);
    jw_mutex_unlock(&self->consumer_mutex);
    if (consumer != NULL) {
        jw_consumer_free(consumer);
    }
}

static bool
drained(Exe *self)
{
    return exe_heartbeats_running(self->heartbeats) == 0;
}

void
exe_drain(gpointer exe, int64_t deadline_mono_ms)
{
    Exe *self = exe;
    /* Jobs in the ready queue are durable and pending: the scheduler redispatches them to another
     * executor, or to this one's successor. What runs may finish until shortly before the
     * deadline; then it is released. */
    int64_t release_at = deadline_mono_ms - 5000;

    g_atomic_int_set(&self->draining, 1);
    end_consumer(self);
    if (self->ready != NULL) {
        jw_queue_close(self->ready);
        size_t left = 0;
        for (char *id = NULL; (id = jw_queue_pop(self->ready, 0)) != NULL; left++) {
            g_free(id);
        }
        jw_info("drain_begun", JW_INT("running", exe_heartbeats_running(self->heartbeats)),
                JW_INT("left_pending", left));
    }
    g_autoptr(JwStop) timer = jw_stop_new();
    while (self->heartbeats != NULL && !drained(self)
           && jw_clock_mono_ms(self->clock) < release_at) {
        (void)jw_stop_wait(timer, 50);
    }
    if (self->heartbeats != NULL) {
        exe_heartbeats_shutdown(self->heartbeats);
    }
    if (self->store != NULL && (self->heartbeats == NULL || drained(self))) {
        jw_store_stop_waiting(self->store); /* a job to be released is worth the wait */
    }
}

void
exe_stop(gpointer exe)
{
    Exe *self = exe;

    g_atomic_int_set(&self->draining, 1);
    end_consumer(self);
    if (self->ready != NULL) {
        jw_queue_close(self->ready);
    }
    if (self->workers != NULL) {
        for (guint i = 0; i < self->workers->len; i++) {
            g_thread_join(g_ptr_array_index(self->workers, i));
        }
        g_clear_pointer(&self->workers, g_ptr_array_unref);
    }
    if (self->store != NULL) {
        jw_store_stop_waiting(self->store);
    }
    if (self->stop != NULL) {
        jw_stop_set(self->stop);
    }
    g_clear_pointer(&self->heartbeats, exe_heartbeats_free);
    if (self->ready != NULL) {
        jw_mutex_clear(&self->consumer_mutex);
    }
    g_clear_pointer(&self->ready, jw_queue_free);
    g_clear_pointer(&self->stop, jw_stop_free);
    g_clear_pointer(&self->topics, g_strfreev);
    g_clear_pointer(&self->types, g_free);
    g_clear_pointer(&self->temp, exe_temp_free);
}
