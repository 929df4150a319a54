/* sweep.c: removes what attempts left behind, files that no job names, older than JW_ORPHAN_AFTER;
 * files whose time is over, old rows of the ledger, and schedules that were due once. Several
 * schedulers may do the same at once: each step may be repeated. */
#include "sch.h"

#include "jw/jobs_schedules.h"
#include "jw/log.h"
#include "jw/store_files.h"
#include "jw/store_occurrences.h"

#define SWEEP_BATCH 100
#define ROWS_BATCH  1000

bool
sch_sweep_orphans(Sch *self, size_t *ret_removed, GError **error)
{
    g_autoptr(GPtrArray) ids = NULL;
    int64_t before = jw_clock_now_ms(self->clock) - self->config.orphan_after_ms;

    *ret_removed = 0;
    if (!jw_store_find_orphan_files(self->store, before, SWEEP_BATCH, &ids, error)) {
        return false;
    }
    for (guint i = 0; i < ids->len; i++) {
        const char *id = g_ptr_array_index(ids, i);

        if (!jw_store_delete_file(self->store, id, error)) {
            return false;
        }
        jw_info("orphan_removed", JW_STR("file_id", id));
        (*ret_removed)++;
    }
    return true;
}

bool
sch_sweep_expired(Sch *self, size_t *ret_removed, GError **error)
{
    g_autoptr(GPtrArray) files = NULL;
    int64_t now = jw_clock_now_ms(self->clock);

    *ret_removed = 0;
    if (!jw_store_find_expired_files(self->store, now - SCH_EXPIRY_GRACE, SWEEP_BATCH, &files,
                                     error)) {
        return false;
    }
    for (guint i = 0; i < files->len; i++) {
        const JwExpiredFile *file = g_ptr_array_index(files, i);

        /* In this order: a file that is marked but there would never be looked at again. */
        if (!jw_store_delete_file(self->store, file->file_id, error)
            || !jw_store_mark_file_removed(self->store, file, now, error)) {
            return false;
        }
        jw_info("expired_removed", JW_STR("job_id", file->job_id),
                JW_STR("file_id", file->file_id));
        (*ret_removed)++;
    }
    return true;
}

bool
sch_sweep_occurrences(Sch *self, size_t *ret_removed, GError **error)
{
    const int64_t before = jw_clock_now_ms(self->clock) - self->config.occurrences_keep_ms;

    *ret_removed = 0;
    return jw_store_remove_occurrences(self->store, before, ROWS_BATCH, ret_removed, error);
}

/* Only as it was read: who gave it another moment meanwhile keeps it. */
static bool
retire(Sch *self, JwSchedule *schedule, size_t *ret_removed, GError **error)
{
    const int64_t now = jw_clock_now_ms(self->clock);
    char tombstone[JW_UUID_LEN + 1];
    bool waits = false;
    JwCas cas = JW_CAS_LOST;

    if (!jw_store_awaits_end(self->store, schedule->id, &waits, error)) {
        return false;
    }
    if (waits) {
        return true;
    }
    jw_uuid_v7(now, tombstone);
    if (!jw_store_retire_schedule(self->store, schedule, "JW_ONCE_KEEP", tombstone, now, &cas,
                                  error)) {
        return false;
    }
    if (cas == JW_CAS_LOST) {
        return true;
    }
    jw_info("spent_removed", JW_STR("schedule_id", schedule->id));
    (*ret_removed)++;
    g_free(schedule->tombstone);
    schedule->tombstone = g_strdup(tombstone);
    return jw_jobs_forget_schedule(&self->jobs, schedule, error);
}

bool
sch_sweep_spent(Sch *self, size_t *ret_removed, GError **error)
{
    const int64_t before = jw_clock_now_ms(self->clock) - self->config.once_keep_ms;
    g_autofree char *after = NULL;
    size_t seen = SWEEP_BATCH;

    *ret_removed = 0;
    while (seen == SWEEP_BATCH) {
        g_autoptr(GPtrArray) page = NULL;

        if (!jw_store_spent_schedules(self->store, before, after, SWEEP_BATCH, &page, error)) {
            return false;
        }
        seen = page->len;
        for (guint i = 0; i < seen; i++) {
            JwSchedule *schedule = g_ptr_array_index(page, i);

            if (!retire(self, schedule, ret_removed, error)) {
                return false;
            }
            g_free(after);
            after = g_strdup(schedule->id);
        }
    }
    return true;
}
