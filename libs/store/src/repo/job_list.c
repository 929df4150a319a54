/* job_list.c: lists of jobs: those that need maintenance, and those for users, with filters,
 * visibility, order and pages. Any thread. */
#include "repo.h"
#include "jw/store_jobs.h"
#include <string.h>

static void
append_one_of(bson_t *filter, const char *field, const char *const *values)
{
    char buffer[16];
    const char *place;
    bson_t condition;
    bson_t array;

    BSON_APPEND_DOCUMENT_BEGIN(filter, field, &condition);
    BSON_APPEND_ARRAY_BEGIN(&condition, "$in", &array);
    for (uint32_t i = 0; values[i] != NULL; i++) {
        bson_uint32_to_string(i, &place, buffer, sizeof(buffer));
        BSON_APPEND_UTF8(&array, place, values[i]);
    }
    bson_append_array_end(&condition, &array);
    bson_append_document_end(filter, &condition);
}

bool
jw_store_scan_jobs(JwStore *self, const JwJobScan *scan, GPtrArray **ret_jobs, GError **error)
{
    g_return_val_if_fail(self != NULL && scan != NULL && scan->limit > 0 && ret_jobs != NULL,
                         false);
    g_auto(bson_t) filter = BSON_INITIALIZER;
    g_autoptr(bson_t) opts =
        BCON_NEW("sort", "{", "updatedAt", BCON_INT32(1), "_id", BCON_INT32(1), "}");

    jw_repo_append_states(&filter, "state", scan->states, jw_doc_job_state);
    if (scan->types != NULL) {
        append_one_of(&filter, "type", scan->types);
    }
    if (scan->priority != NULL) {
        BSON_APPEND_INT32(&filter, "priority", (int32_t)*scan->priority);
    }
    if (scan->due_before_ms != 0) {
        jw_repo_append_past(&filter, "notBefore", scan->due_before_ms, scan->ahead_ms);
    }
    if (scan->updated_before_ms != 0) {
        jw_repo_append_past(&filter, "updatedAt", scan->updated_before_ms - 1, scan->ahead_ms);
    }
    if (scan->mail_pending) {
        BSON_APPEND_BOOL(&filter, "mailPending", true);
    }
    if (scan->ledger_pending) {
        BSON_APPEND_BOOL(&filter, "ledgerPending", true);
    }
    if (scan->after_id != NULL) {
        BCON_APPEND(&filter, "$or", "[", "{", "updatedAt", "{", "$gt",
                    BCON_DATE_TIME(scan->after_updated_ms), "}", "}", "{", "updatedAt",
                    BCON_DATE_TIME(scan->after_updated_ms), "_id", "{", "$gt",
                    BCON_UTF8(scan->after_id), "}", "}", "]");
    }
    return jw_repo_page(self, &jw_repo_jobs, &filter, opts, scan->limit, ret_jobs, error);
}

static void
append_range(bson_t *filter, const JwJobQuery *query)
{
    bson_t range;

    if (query->created_from_ms == 0 && query->created_to_ms == 0) {
        return;
    }
    BSON_APPEND_DOCUMENT_BEGIN(filter, "createdAt", &range);
    if (query->created_from_ms != 0) {
        BSON_APPEND_DATE_TIME(&range, "$gte", query->created_from_ms);
    }
    if (query->created_to_ms != 0) {
        BSON_APPEND_DATE_TIME(&range, "$lte", query->created_to_ms);
    }
    bson_append_document_end(filter, &range);
}

static void
append_filter(bson_t *filter, const JwJobQuery *query)
{
    BSON_APPEND_UTF8(filter, "type", query->type);
    jw_repo_append_states(filter, "state", query->states, jw_doc_job_state);
    if (query->subtype != NULL) {
        BSON_APPEND_UTF8(filter, "subtype", query->subtype);
    }
    if (query->requested_by != NULL) {
        BSON_APPEND_UTF8(filter, "requestedBy.id", query->requested_by);
    }
    if (query->sha256 != NULL) {
        BSON_APPEND_UTF8(filter, "artifact.sha256", query->sha256);
    }
    append_range(filter, query);
    jw_repo_append_viewer(filter, &query->viewer, "requestedBy.id");
    if (query->department
        != NULL) { /* beside the condition of visibility, which may name the field too */
        BCON_APPEND(filter, "$and", "[", "{", "departments", BCON_UTF8(query->department), "}",
                    "]");
    }
}

/* As the indexes have it: those alike by age, and by id in the end. Priorities are kept by rank. */
static void
append_order(bson_t *opts, const JwJobQuery *query)
{
    static const char *const keys[] = {
        [JW_SORT_CREATED] = NULL,
        [JW_SORT_STATUS] = "state",
        [JW_SORT_PRIORITY] = "priority",
    };
    const int32_t way = query->ascending ? 1 : -1;
    bson_t sort;

    BSON_APPEND_DOCUMENT_BEGIN(opts, "sort", &sort);
    if (keys[query->sort] != NULL) {
        BSON_APPEND_INT32(&sort, keys[query->sort], way);
    }
    BSON_APPEND_INT32(&sort, "createdAt", way);
    BSON_APPEND_INT32(&sort, "_id", way);
    bson_append_document_end(opts, &sort);
}

/* All but what makes a job large and no list shows: a spec may have 512 KiB, a scope 200. */
static void
append_shown(bson_t *opts)
{
    static const char *const left_out[] = { "outbox",  "result",   "artifact",    "recipients",
                                            "spec",    "warnings", "departments", "retryKeys",
                                            "resends", NULL };
    bson_t shown;

    BSON_APPEND_DOCUMENT_BEGIN(opts, "projection", &shown);
    for (size_t i = 0; i < jw_doc_job_table.n_fields; i++) {
        if (!g_strv_contains(left_out, jw_doc_job_table.fields[i].name)) {
            BSON_APPEND_INT32(&shown, jw_doc_job_table.fields[i].name, 1);
        }
    }
    for (size_t i = 0; i < jw_doc_artifact_table.n_fields; i++) {
        const char *name = jw_doc_artifact_table.fields[i].name;
        g_autofree char *path = g_strconcat("artifact.", name, NULL);

        if (strcmp(name, "summary") != 0) {
            BSON_APPEND_INT32(&shown, path, 1);
        }
    }
    bson_append_document_end(opts, &shown);
}

static void
take_spec(const GPtrArray *jobs, JwJob *with)
{
    for (guint i = 0; i < jobs->len; i++) {
        JwJob *job = g_ptr_array_index(jobs, i);

        if (strcmp(job->id, with->id) == 0) {
            job->spec = g_steal_pointer(&with->spec);
            return;
        }
    }
}

/* Jobs that were made before formats were kept beside the spec: they are read with theirs. */
static bool
add_old_specs(JwStore *self, const GPtrArray *jobs, GError **error)
{
    g_autoptr(GPtrArray) ids = g_ptr_array_new();
    g_autoptr(GPtrArray) specs = NULL;
    g_auto(bson_t) filter = BSON_INITIALIZER;
    g_autoptr(bson_t) opts = BCON_NEW("projection", "{", "spec", BCON_INT32(1), "}");

    for (guint i = 0; i < jobs->len; i++) {
        const JwJob *job = g_ptr_array_index(jobs, i);
        if (job->format == NULL) {
            g_ptr_array_add(ids, job->id);
        }
    }
    if (ids->len == 0) {
        return true;
    }
    g_ptr_array_add(ids, NULL);
    append_one_of(&filter, "_id", (const char *const *)ids->pdata);
    if (!jw_repo_list(self, &jw_repo_jobs, &filter, opts, &specs, error)) {
        return false;
    }
    for (guint i = 0; i < specs->len; i++) {
        take_spec(jobs, g_ptr_array_index(specs, i));
    }
    return true;
}

bool
jw_store_list_jobs(JwStore *self, const JwJobQuery *query, GPtrArray **ret_jobs, int64_t *ret_total,
                   GError **error)
{
    g_return_val_if_fail(self != NULL && query != NULL && query->type != NULL, false);
    g_return_val_if_fail(query->skip >= 0 && query->limit > 0, false);
    g_return_val_if_fail(ret_jobs != NULL && ret_total != NULL, false);
    g_autoptr(GPtrArray) jobs = NULL;
    g_auto(bson_t) filter = BSON_INITIALIZER;
    g_autoptr(bson_t) opts =
        BCON_NEW("skip", BCON_INT64(query->skip), "limit", BCON_INT64(query->limit));
    int64_t total = 0;

    append_filter(&filter, query);
    append_order(opts, query);
    append_shown(opts);
    if (!jw_db_count(self, "jobs", &filter, 0, &total, error)
        || (total > query->skip
            && (!jw_repo_list(self, &jw_repo_jobs, &filter, opts, &jobs, error)
                || !add_old_specs(self, jobs, error)))) {
        return false;
    }
    *ret_jobs = jobs != NULL ? g_steal_pointer(&jobs) : g_ptr_array_new_with_free_func(jw_job_free);
    *ret_total = total;
    return true;
}

bool
jw_store_get_jobs(JwStore *self, const char *const *ids, GPtrArray **ret_jobs, GError **error)
{
    g_return_val_if_fail(self != NULL && ids != NULL && ret_jobs != NULL, false);
    g_autoptr(GPtrArray) jobs = NULL;
    g_auto(bson_t) filter = BSON_INITIALIZER;
    g_auto(bson_t) opts = BSON_INITIALIZER;

    append_one_of(&filter, "_id", ids);
    append_shown(&opts);
    if (!jw_repo_list(self, &jw_repo_jobs, &filter, &opts, &jobs, error)
        || !add_old_specs(self, jobs, error)) {
        return jw_prefix(error, "jobs by their ids");
    }
    *ret_jobs = g_steal_pointer(&jobs);
    return true;
}
