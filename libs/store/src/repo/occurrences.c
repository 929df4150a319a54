/* occurrences.c: one row for each due time of a schedule. Any thread. */
#include "repo.h"
#include "jw/store_occurrences.h"

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
    g_free(occurrence->job_id);
    g_free(occurrence->end_state);
    g_free(occurrence);
}

static const JwRepo occurrences = { "occurrences", &jw_doc_occurrence_table, create_occurrence,
                                    free_occurrence };

JW_DB_INDEXES(occurrences) = {
    { "occurrences", "scheduleId:1 dueAt:-1", false },
    { "occurrences", "decidedAt:1", false },
    { 0 },
};

static bson_t *
document_of(const JwOccurrence *occurrence)
{
    const JwOccurrenceDoc doc = { .id = (char *)(uintptr_t)occurrence->id, /* only read */
                                  .schedule_id = (char *)(uintptr_t)occurrence->schedule_id,
                                  .reason = (char *)(uintptr_t)occurrence->reason,
                                  .job_id = (char *)(uintptr_t)occurrence->job_id,
                                  .due_ms = occurrence->due_ms,
                                  .decided_ms = occurrence->decided_ms,
                                  .kind = occurrence->kind };

    return jw_repo_document(&occurrences, &doc);
}

bool
jw_store_put_occurrence(JwStore *self, const JwOccurrence *occurrence, JwCreate *ret_create,
                        GError **error)
{
    return jw_store_put_occurrences(self, &occurrence, 1, ret_create, error);
}

bool
jw_store_put_occurrences(JwStore *self, const JwOccurrence *const *rows, size_t n,
                         JwCreate *ret_creates, GError **error)
{
    g_return_val_if_fail(self != NULL && (n == 0 || (rows != NULL && ret_creates != NULL)), false);
    g_autoptr(GPtrArray) documents = jw_db_documents(n);

    for (size_t i = 0; i < n; i++) {
        g_return_val_if_fail(rows[i] != NULL && rows[i]->schedule_id != NULL, false);
        g_ptr_array_add(documents, document_of(rows[i]));
    }
    return n == 0 || jw_db_insert(self, "occurrences", documents, ret_creates, error);
}

static void
show(const JwOccurrenceDoc *row, JwOccurrenceFunc visit, gpointer data)
{
    JwOccurrence occurrence = { .schedule_id = row->schedule_id,
                                .due_ms = row->due_ms,
                                .decided_ms = row->decided_ms,
                                .kind = row->kind,
                                .reason = row->reason,
                                .job_id = row->job_id,
                                .end_state = row->end_state,
                                .ended_ms = row->ended_ms };

    g_strlcpy(occurrence.id, row->id != NULL ? row->id : "", sizeof(occurrence.id));
    visit(&occurrence, data);
}

bool
jw_store_get_occurrence(JwStore *self, const char *id, JwOccurrenceFunc visit, gpointer data,
                        bool *ret_found, GError **error)
{
    g_return_val_if_fail(self != NULL && id != NULL && visit != NULL && ret_found != NULL, false);
    gpointer row = NULL;

    if (!jw_repo_get(self, &occurrences, id, &row, error)) {
        return false;
    }
    *ret_found = row != NULL;
    if (row != NULL) {
        show(row, visit, data);
        free_occurrence(row);
    }
    return true;
}

typedef struct {
    JwOccurrenceFunc visit;
    gpointer data;
} Finding;

static bool
show_document(const bson_t *document, gpointer finding, GError **error)
{
    const Finding *self = finding;
    gpointer row = jw_repo_read(&occurrences, document, error);

    if (row == NULL) {
        return false;
    }
    show(row, self->visit, self->data);
    free_occurrence(row);
    return true;
}

bool
jw_store_find_occurrences(JwStore *self, const char *const *ids, JwOccurrenceFunc visit,
                          gpointer data, GError **error)
{
    g_return_val_if_fail(self != NULL && ids != NULL && visit != NULL, false);
    Finding finding = { visit, data };
    g_auto(bson_t) filter = BSON_INITIALIZER, opts = BSON_INITIALIZER;
    bson_t of;

    BSON_APPEND_DOCUMENT_BEGIN(&filter, "_id", &of);
    jw_doc_append_strings(&of, "$in", ids);
    bson_append_document_end(&filter, &of);
    return jw_db_find(self, "occurrences", &filter, &opts, show_document, &finding, error);
}

bool
jw_store_amend_occurrence(JwStore *self, const JwOccurrence *occurrence, JwOccurrenceKind from,
                          int64_t from_ms, JwCas *ret_cas, GError **error)
{
    g_return_val_if_fail(self != NULL && occurrence != NULL && ret_cas != NULL, false);
    g_autoptr(bson_t) filter =
        BCON_NEW("_id", BCON_UTF8(occurrence->id), "kind", BCON_UTF8(jw_occurrence_kind_name(from)),
                 "decidedAt", BCON_DATE_TIME(from_ms), "endState", BCON_NULL);
    g_auto(bson_t) update = BSON_INITIALIZER, set = BSON_INITIALIZER, unset = BSON_INITIALIZER;

    BSON_APPEND_UTF8(&set, "kind", jw_occurrence_kind_name(occurrence->kind));
    BSON_APPEND_DATE_TIME(&set, "decidedAt", occurrence->decided_ms);
    jw_doc_append_valid(&set, "reason", occurrence->reason);
    if (occurrence->job_id != NULL) {
        BSON_APPEND_UTF8(&set, "jobId", occurrence->job_id);
    } else {
        BSON_APPEND_INT32(&unset, "jobId", 1);
    }
    BSON_APPEND_DOCUMENT(&update, "$set", &set);
    if (!bson_empty(&unset)) {
        BSON_APPEND_DOCUMENT(&update, "$unset", &unset);
    }
    return jw_db_update(self, "occurrences", filter, &update, ret_cas, error);
}

bool
jw_store_end_occurrence(JwStore *self, const char *id, const char *end_state, int64_t ended_ms,
                        GError **error)
{
    g_return_val_if_fail(self != NULL && id != NULL && end_state != NULL, false);
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_UTF8(id));
    g_autoptr(bson_t) update = BCON_NEW("$set", "{", "endState", BCON_UTF8(end_state), "endedAt",
                                        BCON_DATE_TIME(ended_ms), "}");
    JwCas cas = JW_CAS_LOST;

    return jw_db_update(self, "occurrences", filter, update, &cas, error);
}

static const char *
kind_name(int kind)
{
    return kind <= JW_OCCURRENCE_RESUMED ? jw_occurrence_kind_name((JwOccurrenceKind)kind) : NULL;
}

static void
append_query(bson_t *filter, const JwOccurrenceQuery *query)
{
    if (query->decided_from_ms != 0) {
        BCON_APPEND(filter, "decidedAt", "{", "$gte", BCON_DATE_TIME(query->decided_from_ms), "}");
    }
    if (query->before_ms != 0) {
        BCON_APPEND(filter, "dueAt", "{", "$lt", BCON_DATE_TIME(query->before_ms), "}");
    }
    if (query->after_id != NULL) {
        BCON_APPEND(filter, "$or", "[", "{", "dueAt", "{", "$lt",
                    BCON_DATE_TIME(query->after_due_ms), "}", "}", "{", "dueAt",
                    BCON_DATE_TIME(query->after_due_ms), "_id", "{", "$lt",
                    BCON_UTF8(query->after_id), "}", "}", "]");
    }
    if (query->kinds != 0) {
        jw_repo_append_states(filter, "kind", query->kinds, kind_name);
    } else if (query->no_switches) {
        BCON_APPEND(filter, "kind", "{", "$nin", "[",
                    BCON_UTF8(jw_occurrence_kind_name(JW_OCCURRENCE_PAUSED)),
                    BCON_UTF8(jw_occurrence_kind_name(JW_OCCURRENCE_RESUMED)), "]", "}");
    }
    if (query->ended_only) {
        BCON_APPEND(filter, "endState", "{", "$in", "[",
                    BCON_UTF8(jw_job_state_name(JW_JOB_COMPLETED)),
                    BCON_UTF8(jw_job_state_name(JW_JOB_FAILED)), "]", "}", "endedAt", "{", "$gt",
                    BCON_DATE_TIME(query->ended_after_ms), "}");
    }
}

bool
jw_store_list_occurrences(JwStore *self, const JwOccurrenceQuery *query, JwOccurrenceFunc visit,
                          gpointer data, GError **error)
{
    g_return_val_if_fail(self != NULL && query != NULL && visit != NULL, false);
    g_return_val_if_fail(query->schedule_id != NULL && query->limit > 0, false);
    g_autoptr(GPtrArray) rows = NULL;
    g_autoptr(bson_t) filter = BCON_NEW("scheduleId", BCON_UTF8(query->schedule_id));
    g_autoptr(bson_t) opts =
        BCON_NEW("sort", "{", "dueAt", BCON_INT32(-1), "_id", BCON_INT32(-1), "}");

    append_query(filter, query);
    if (!jw_repo_page(self, &occurrences, filter, opts, query->limit, &rows, error)) {
        return false;
    }
    for (guint i = 0; i < rows->len; i++) {
        show(g_ptr_array_index(rows, i), visit, data);
    }
    return true;
}

bool
jw_store_awaits_end(JwStore *self, const char *schedule_id, bool *ret_waits, GError **error)
{
    g_return_val_if_fail(self != NULL && schedule_id != NULL && ret_waits != NULL, false);
    g_autoptr(bson_t) filter = BCON_NEW("scheduleId", BCON_UTF8(schedule_id), "jobId", "{", "$ne",
                                        BCON_NULL, "}", "endState", BCON_NULL);
    int64_t count = 0;

    if (!jw_db_count(self, "occurrences", filter, 1, &count, error)) {
        return false;
    }
    *ret_waits = count > 0;
    return true;
}

bool
jw_store_remove_occurrences(JwStore *self, int64_t before_ms, size_t limit, size_t *ret_removed,
                            GError **error)
{
    g_return_val_if_fail(self != NULL && limit > 0 && ret_removed != NULL, false);
    g_autoptr(GPtrArray) rows = NULL;
    g_autoptr(bson_t) filter =
        BCON_NEW("decidedAt", "{", "$lt", BCON_DATE_TIME(before_ms), "}", "$or", "[", "{", "jobId",
                 BCON_NULL, "}", "{", "endState", "{", "$ne", BCON_NULL, "}", "}", "]");
    g_autoptr(bson_t) opts = BCON_NEW("sort", "{", "decidedAt", BCON_INT32(1), "}");

    if (!jw_repo_page(self, &occurrences, filter, opts, limit, &rows, error)) {
        return false;
    }
    for (guint i = 0; i < rows->len; i++) {
        const JwOccurrenceDoc *row = g_ptr_array_index(rows, i);

        if (!jw_db_remove(self, "occurrences", "_id", row->id, error)) {
            return false;
        }
    }
    *ret_removed = rows->len;
    return true;
}
