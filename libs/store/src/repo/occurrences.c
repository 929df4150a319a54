/* occurrences.c: one row for each due time of a schedule. Any thread. */
#include "repo.h"
#include "jw/store_schedules.h"

static gpointer
create_occurrence(void)
{
    return g_new0(JwOccurrenceDoc, 1);
}

static void
free_occurrence(gpointer self)
{
    JwOccurrenceDoc *occurrence = self;

    g_free(occurrence->id);
    g_free(occurrence->schedule_id);
    g_free(occurrence->reason);
    g_free(occurrence);
}

static const JwRepo occurrences = { "occurrences", &jw_doc_occurrence_table, create_occurrence,
                                    free_occurrence };

JW_DB_INDEXES(occurrences) = {
    { "occurrences", "scheduleId:1 dueAt:-1", false },
    { 0 },
};

bool
jw_store_put_occurrence(JwStore *self, const JwOccurrence *occurrence, GError **error)
{
    g_return_val_if_fail(self != NULL && occurrence != NULL && occurrence->schedule_id != NULL,
                         false);
    const JwOccurrenceDoc doc = { .id = (char *)(uintptr_t)occurrence->id, /* only read */
                                  .schedule_id = (char *)(uintptr_t)occurrence->schedule_id,
                                  .reason = (char *)(uintptr_t)occurrence->reason,
                                  .due_ms = occurrence->due_ms,
                                  .decided_ms = occurrence->decided_ms,
                                  .kind = occurrence->kind };
    JwCreate create = JW_CREATE_EXISTS;

    return jw_db_insert_one(self, "occurrences", jw_repo_document(&occurrences, &doc), &create,
                            error);
}

bool
jw_store_list_occurrences(JwStore *self, const char *schedule_id, size_t limit,
                          JwOccurrenceFunc visit, gpointer data, GError **error)
{
    g_return_val_if_fail(self != NULL && schedule_id != NULL && limit > 0 && visit != NULL, false);
    g_autoptr(GPtrArray) rows = NULL;
    g_autoptr(bson_t) filter = BCON_NEW("scheduleId", BCON_UTF8(schedule_id));
    g_autoptr(bson_t) opts =
        BCON_NEW("sort", "{", "dueAt", BCON_INT32(-1), "_id", BCON_INT32(-1), "}");

    if (!jw_repo_page(self, &occurrences, filter, opts, limit, &rows, error)) {
        return false;
    }
    for (guint i = 0; i < rows->len; i++) {
        const JwOccurrenceDoc *row = g_ptr_array_index(rows, i);
        JwOccurrence occurrence = { .schedule_id = row->schedule_id,
                                    .due_ms = row->due_ms,
                                    .decided_ms = row->decided_ms,
                                    .kind = row->kind,
                                    .reason = row->reason };

        g_strlcpy(occurrence.id, row->id != NULL ? row->id : "", sizeof(occurrence.id));
        visit(&occurrence, data);
    }
    return true;
}
