/* store_mem_schedules.c: schedules and occurrences in memory. Any thread. */
#include "store_mem.h"
#include <string.h>

static void
free_schedule(gpointer schedule)
{
    jw_schedule_free(schedule);
}

static JwSchedule *
copy_schedule(const JwSchedule *from)
{
    JwSchedule *copy = jw_schedule_new();
    GArray *pending = copy->pending_fires;

    g_free(copy->time_zone);
    *copy = *from;
    copy->id = g_strdup(from->id);
    copy->cron = g_strdup(from->cron);
    copy->time_zone = g_strdup(from->time_zone);
    copy->job_type = g_strdup(from->job_type);
    copy->job_name = g_strdup(from->job_name);
    copy->job_subtype = g_strdup(from->job_subtype);
    copy->job_spec = g_strdup(from->job_spec);
    copy->recipients = g_strdupv(from->recipients);
    copy->rule_hash = g_strdup(from->rule_hash);
    copy->pending_fires = pending;
    g_array_append_vals(pending, from->pending_fires->data, from->pending_fires->len);
    return copy;
}

static bool
put_schedule(JwStore *self, const JwSchedule *schedule, GError **error)
{
    JwStoreMem *mem = (JwStoreMem *)self;
    g_auto(JwLocker) locker = jw_locker(&mem->mutex);

    if (!jw_store_mem_begin(mem, error)) {
        return false;
    }
    const JwSchedule *old = g_hash_table_lookup(mem->schedules, schedule->id);
    JwSchedule *fresh = copy_schedule(schedule);
    if (old != NULL) {
        g_array_set_size(fresh->pending_fires, 0);
        g_array_append_vals(fresh->pending_fires, old->pending_fires->data,
                            old->pending_fires->len);
        if (g_strcmp0(old->rule_hash, schedule->rule_hash) == 0) {
            fresh->next_fire_ms = old->next_fire_ms;
        }
    }
    g_hash_table_replace(mem->schedules, g_strdup(schedule->id), fresh);
    return jw_store_mem_end(mem, error);
}

static bool
get_schedule(JwStore *self, const char *id, JwSchedule **ret_schedule, GError **error)
{
    JwStoreMem *mem = (JwStoreMem *)self;
    g_auto(JwLocker) locker = jw_locker(&mem->mutex);

    if (!jw_store_mem_begin(mem, error) || !jw_store_mem_end(mem, error)
        || !jw_store_mem_read(mem, id, error)) {
        return false;
    }
    const JwSchedule *schedule = g_hash_table_lookup(mem->schedules, id);
    *ret_schedule = schedule == NULL ? NULL : copy_schedule(schedule);
    return true;
}

static gint
compare_next(gconstpointer a, gconstpointer b, gpointer data)
{
    const JwSchedule *x = *(JwSchedule *const *)a, *y = *(JwSchedule *const *)b;

    (void)data;
    if (x->next_fire_ms != y->next_fire_ms) {
        return x->next_fire_ms < y->next_fire_ms ? -1 : 1;
    }
    return strcmp(x->id, y->id);
}

static bool
due_schedules(JwStore *self, int64_t now_ms, size_t limit, GPtrArray **ret, GError **error)
{
    JwStoreMem *mem = (JwStoreMem *)self;
    g_auto(JwLocker) locker = jw_locker(&mem->mutex);
    g_autoptr(GPtrArray) all = jw_store_mem_sorted(mem->schedules, compare_next, NULL);
    g_autoptr(GPtrArray) due = g_ptr_array_new_with_free_func(free_schedule);

    if (!jw_store_mem_begin(mem, error) || !jw_store_mem_end(mem, error)) {
        return false;
    }
    for (guint i = 0; i < all->len && due->len < limit; i++) {
        const JwSchedule *schedule = g_ptr_array_index(all, i);
        const bool fires = schedule->next_fire_ms != 0 && schedule->next_fire_ms <= now_ms;
        if (schedule->enabled && (fires || schedule->pending_fires->len > 0)
            && jw_store_mem_readable(mem, schedule->id)) {
            g_ptr_array_add(due, copy_schedule(schedule));
        }
    }
    *ret = g_steal_pointer(&due);
    return true;
}

static bool
fire_schedule(JwStore *self, const char *id, const char *rule_hash, int64_t expected_ms,
              int64_t next_ms, const int64_t *fires_ms, size_t n_fires, int64_t now_ms,
              JwCas *ret_cas, GError **error)
{
    JwStoreMem *mem = (JwStoreMem *)self;
    g_auto(JwLocker) locker = jw_locker(&mem->mutex);

    if (!jw_store_mem_begin(mem, error)) {
        return false;
    }
    JwSchedule *schedule = g_hash_table_lookup(mem->schedules, id);
    const bool won = schedule != NULL && schedule->enabled && schedule->next_fire_ms == expected_ms
                     && expected_ms != 0 && g_strcmp0(schedule->rule_hash, rule_hash) == 0;
    if (won) {
        schedule->next_fire_ms = next_ms;
        schedule->updated_at_ms = now_ms;
        if (n_fires > 0) {
            g_array_append_vals(schedule->pending_fires, fires_ms, (guint)n_fires);
        }
    }
    if (!jw_store_mem_end(mem, error)) {
        return false;
    }
    *ret_cas = won ? JW_CAS_WON : JW_CAS_LOST;
    return true;
}

static bool
finish_fire(JwStore *self, const char *id, int64_t fire_ms, GError **error)
{
    JwStoreMem *mem = (JwStoreMem *)self;
    g_auto(JwLocker) locker = jw_locker(&mem->mutex);

    if (!jw_store_mem_begin(mem, error)) {
        return false;
    }
    const JwSchedule *schedule = g_hash_table_lookup(mem->schedules, id);
    for (guint i = schedule == NULL ? 0 : schedule->pending_fires->len; i > 0; i--) {
        if (g_array_index(schedule->pending_fires, int64_t, i - 1) == fire_ms) {
            g_array_remove_index(schedule->pending_fires, i - 1);
        }
    }
    return jw_store_mem_end(mem, error);
}

void
jw_store_mem_free_occurrence(gpointer data)
{
    JwMemOccurrence *occurrence = data;

    g_free(occurrence->id);
    g_free(occurrence->schedule_id);
    g_free(occurrence->reason);
    g_free(occurrence);
}

static JwMemOccurrence *
copy_occurrence(const char *id, const char *schedule_id, const char *reason, int64_t due_ms,
                int64_t decided_ms, JwOccurrenceKind kind)
{
    JwMemOccurrence *copy = g_new0(JwMemOccurrence, 1);

    *copy = (JwMemOccurrence){ g_strdup(id),     g_strdup(schedule_id),
                               g_strdup(reason), due_ms,
                               decided_ms,       kind };
    return copy;
}

static bool
put_occurrence(JwStore *self, const JwOccurrence *occurrence, GError **error)
{
    JwStoreMem *mem = (JwStoreMem *)self;
    g_auto(JwLocker) locker = jw_locker(&mem->mutex);

    if (!jw_store_mem_begin(mem, error)) {
        return false;
    }
    if (!g_hash_table_contains(mem->occurrences, occurrence->id)) {
        g_hash_table_insert(mem->occurrences, g_strdup(occurrence->id),
                            copy_occurrence(occurrence->id, occurrence->schedule_id,
                                            occurrence->reason, occurrence->due_ms,
                                            occurrence->decided_ms, occurrence->kind));
    }
    return jw_store_mem_end(mem, error);
}

static gint
compare_newest(gconstpointer a, gconstpointer b, gpointer data)
{
    const JwMemOccurrence *x = *(JwMemOccurrence *const *)a, *y = *(JwMemOccurrence *const *)b;

    (void)data;
    if (x->due_ms != y->due_ms) {
        return x->due_ms > y->due_ms ? -1 : 1;
    }
    return -strcmp(x->id, y->id);
}

/* Copies, so that the visitor runs without the lock. */
static bool
take_occurrences(JwStoreMem *mem, const char *schedule_id, size_t limit, GPtrArray *found,
                 GError **error)
{
    g_auto(JwLocker) locker = jw_locker(&mem->mutex);
    g_autoptr(GPtrArray) all = jw_store_mem_sorted(mem->occurrences, compare_newest, NULL);

    if (!jw_store_mem_begin(mem, error) || !jw_store_mem_end(mem, error)) {
        return false;
    }
    for (guint i = 0; i < all->len && found->len < limit; i++) {
        const JwMemOccurrence *row = g_ptr_array_index(all, i);
        if (strcmp(row->schedule_id, schedule_id) == 0 && jw_store_mem_readable(mem, row->id)) {
            g_ptr_array_add(found, copy_occurrence(row->id, row->schedule_id, row->reason,
                                                   row->due_ms, row->decided_ms, row->kind));
        }
    }
    return true;
}

static bool
list_occurrences(JwStore *self, const char *schedule_id, size_t limit, JwOccurrenceFunc visit,
                 gpointer data, GError **error)
{
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(jw_store_mem_free_occurrence);

    if (!take_occurrences((JwStoreMem *)self, schedule_id, limit, found, error)) {
        return false;
    }
    for (guint i = 0; i < found->len; i++) {
        const JwMemOccurrence *row = g_ptr_array_index(found, i);
        JwOccurrence occurrence = { .schedule_id = row->schedule_id,
                                    .due_ms = row->due_ms,
                                    .decided_ms = row->decided_ms,
                                    .kind = row->kind,
                                    .reason = row->reason };
        g_strlcpy(occurrence.id, row->id, sizeof(occurrence.id));
        visit(&occurrence, data);
    }
    return true;
}

void
jw_store_mem_schedule_ops(JwStoreOps *ops)
{
    ops->put_schedule = put_schedule;
    ops->get_schedule = get_schedule;
    ops->due_schedules = due_schedules;
    ops->fire_schedule = fire_schedule;
    ops->finish_fire = finish_fire;
    ops->put_occurrence = put_occurrence;
    ops->list_occurrences = list_occurrences;
}
