/* file.c: brings the file of schedules into the store. At start, before there are threads.
 *
 * The file owns what it made: a schedule that left it, or was renamed in it, is paused; its
 * definition stays. That a schedule was paused or resumed stands in its document, written by the
 * same update; its row of the ledger follows from that, so a scheduler that died between the two
 * owes it only until the next one starts. */
#include "sch.h"

#include <errno.h>
#include <unistd.h>

#include "jw/ident.h"
#include "jw/log.h"

#define PAGE 500

typedef struct {
    Sch *sch;
    GHashTable *ids; /* of the file, a set */
} SchFile;

/* The row for when @schedule was paused or resumed last. May be repeated. */
static bool
note_switch(Sch *self, const JwSchedule *schedule, GError **error)
{
    g_autofree char *when = jw_time_format(schedule->switched_at_ms);
    JwOccurrence row = {
        .schedule_id = schedule->id,
        .due_ms = schedule->switched_at_ms,
        .decided_ms = schedule->switched_at_ms,
        .kind = schedule->paused ? JW_OCCURRENCE_PAUSED : JW_OCCURRENCE_RESUMED,
        .reason = schedule->switch_reason,
    };
    JwCreate create = JW_CREATE_EXISTS;

    if (schedule->switched_at_ms == 0) {
        return true;
    }
    jw_uuid_derive(row.id, "schedule-switch", schedule->id, when, NULL);
    return jw_store_put_occurrence(self->store, &row, &create, error);
}

static bool
note(SchFile *file, JwSchedule *schedule, GError **error)
{
    return note_switch(file->sch, schedule, error);
}

/* Schedules without a source are of a version that knew the file only. */
static bool
has_left(const SchFile *file, const JwSchedule *schedule)
{
    return (schedule->source == NULL || g_str_equal(schedule->source, JW_SCHEDULE_FILE))
           && !g_hash_table_contains(file->ids, schedule->id);
}

static bool
pause_if_left(SchFile *file, JwSchedule *schedule, GError **error)
{
    static const char reason[] = "it is no longer in the file of schedules";
    int64_t now = jw_clock_now_ms(file->sch->clock);
    JwCas cas = JW_CAS_LOST;

    if (!schedule->paused && has_left(file, schedule)) {
        if (!jw_store_pause_schedule(file->sch->store, schedule->id, reason, now, &cas, error)) {
            return false;
        }
        if (cas == JW_CAS_LOST) {
            return true; /* another scheduler did it, and notes it */
        }
        schedule->paused = true;
        schedule->switched_at_ms = now;
        g_free(schedule->switch_reason);
        schedule->switch_reason = g_strdup(reason);
        jw_warn("schedule_paused", JW_STR("schedule_id", schedule->id), JW_STR("reason", reason));
    }
    return note_switch(file->sch, schedule, error);
}

static bool
visit_all(SchFile *file, bool (*visit)(SchFile *, JwSchedule *, GError **), GError **error)
{
    g_autofree char *after = NULL;
    size_t seen = 0;

    do {
        g_autoptr(GPtrArray) page = NULL;

        if (!jw_store_list_schedules(file->sch->store, after, PAGE, &page, error)) {
            return false;
        }
        seen = page->len;
        for (guint i = 0; i < page->len; i++) {
            JwSchedule *schedule = g_ptr_array_index(page, i);

            if (!visit(file, schedule, error)) {
                return jw_prefix(error, "schedule \"%s\"", schedule->id);
            }
            g_free(after);
            after = g_strdup(schedule->id);
        }
    } while (seen == PAGE);
    return true;
}

static void
tell_deleted(const JwSchedule *deleted)
{
    g_autofree char *since = jw_time_format(deleted->deleted_at_ms);

    jw_warn("schedule_stays_deleted", JW_STR("schedule_id", deleted->id),
            JW_STR("deleted_by", deleted->deleted_by), JW_STR("deleted_at", since),
            JW_STR("reason",
                   "it was deleted, and its entry in the file of schedules is what it was "
                   "then; to have it again, change the entry or create it by the API"));
}

static bool
put_all(SchFile *file, const GPtrArray *schedules, GError **error)
{
    for (guint i = 0; i < schedules->len; i++) {
        JwSchedule *schedule = g_ptr_array_index(schedules, i);
        g_autofree char *details = jw_schedule_details(schedule);
        g_autoptr(JwSchedule) deleted = NULL;

        if (!jw_store_put_file_schedule(file->sch->store, schedule, &deleted, error)) {
            return jw_prefix(error, "storing schedule \"%s\"", schedule->id);
        }
        if (deleted != NULL) {
            tell_deleted(deleted);
        } else {
            jw_info("schedule_stored", JW_STR("schedule_id", schedule->id),
                    JW_STR("trigger", details), JW_BOOL("paused", schedule->paused));
        }
        (void)g_hash_table_add(file->ids, schedule->id);
    }
    return true;
}

bool
sch_check_file(Sch *self, GError **error)
{
    g_autoptr(GPtrArray) schedules = NULL;
    const char *path = self->config.schedules_file;

    if (path != NULL && path[0] != '\0' && self->catalog == NULL) { /* its jobs cannot be checked */
        return access(path, R_OK) == 0
               || jw_fail(error, JW_ERROR_INVALID, "JW_SCHEDULES_FILE: '%s' cannot be read: %s",
                          path, g_strerror(errno));
    }
    return path == NULL || path[0] == '\0'
           || jw_wire_schedules_load(self->wire, path, jw_clock_now_ms(self->clock), &schedules,
                                     error)
           || jw_prefix(error, "JW_SCHEDULES_FILE");
}

bool
sch_read_file(Sch *self, GError **error)
{
    g_autoptr(GPtrArray) schedules = NULL;
    g_autoptr(GHashTable) ids = g_hash_table_new(g_str_hash, g_str_equal);
    SchFile file = { .sch = self, .ids = ids };

    if (self->config.schedules_file == NULL || self->config.schedules_file[0] == '\0') {
        return true;
    }
    if (!jw_wire_schedules_load(self->wire, self->config.schedules_file,
                                jw_clock_now_ms(self->clock), &schedules, error)) {
        return jw_prefix(error, "JW_SCHEDULES_FILE");
    }
    /* what an earlier scheduler owed, before its document says something newer */
    return visit_all(&file, note, error) && put_all(&file, schedules, error)
           && visit_all(&file, pause_if_left, error);
}
