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

static bool
insert(JwStore *self, const JwOccurrence *occurrence, JwCreate *ret_create, GError **error)
{
    const JwOccurrenceDoc doc = { .id = (char *)(uintptr_t)occurrence->id, /* only read */
                                  .schedule_id = (char *)(uintptr_t)occurrence->schedule_id,
                                  .reason = (char *)(uintptr_t)occurrence->reason,
                                  .due_ms = occurrence->due_ms,
                                  .decided_ms = occurrence->decided_ms,
                                  .kind = occurrence->kind };

    return jw_db_insert_one(self, "occurrences", jw_repo_document(&occurrences, &doc), ret_create,
                            error);
}

bool
jw_store_put_occurrence(JwStore *self, const JwOccurrence *occurrence, GError **error)
{
    g_return_val_if_fail(self != NULL && occurrence != NULL && occurrence->schedule_id != NULL,
                         false);
    JwCreate create = JW_CREATE_EXISTS;

    return insert(self, occurrence, &create, error);
}

bool
jw_store_claim_occurrence(JwStore *self, const JwOccurrence *occurrence, JwOccurrenceKind *ret_kind,
                          GError **error)
{
    g_return_val_if_fail(self != NULL && occurrence != NULL && ret_kind != NULL, false);
    const JwOccurrenceKind kind = occurrence->kind; /* @ret_kind may be its own */
    JwCreate create = JW_CREATE_EXISTS;
    gpointer found = NULL;

    if (!insert(self, occurrence, &create, error)
        || (create == JW_CREATE_EXISTS
            && !jw_repo_get(self, &occurrences, occurrence->id, &found, error))) {
        return false;
    }
    *ret_kind = found != NULL ? ((JwOccurrenceDoc *)found)->kind : kind;
    if (found != NULL) {
        free_occurrence(found);
    }
    return true;
}

bool
jw_store_withdraw_occurrence(JwStore *self, const JwOccurrence *occurrence, GError **error)
{
    g_return_val_if_fail(self != NULL && occurrence != NULL && occurrence->reason != NULL, false);
    g_autoptr(bson_t) filter =
        BCON_NEW("_id", BCON_UTF8(occurrence->id), "kind", "{", "$in", "[",
                 BCON_UTF8(jw_occurrence_kind_name(JW_OCCURRENCE_FIRED)),
                 BCON_UTF8(jw_occurrence_kind_name(JW_OCCURRENCE_CAUGHT_UP)), "]", "}");
    g_autoptr(bson_t) update =
        BCON_NEW("$set", "{", "kind", BCON_UTF8(jw_occurrence_kind_name(occurrence->kind)),
                 "reason", BCON_UTF8(occurrence->reason), "}");
    JwCas ignored = JW_CAS_LOST;

    return jw_db_update(self, "occurrences", filter, update, &ignored, error);
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
