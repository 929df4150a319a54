/* store_job_list.c: the job lists that people see: filters, visibility, order, pages. Any
 * thread. */
#include "store_mongo.h"

static void
free_job(gpointer job)
{
    jw_job_free(job);
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
append_array(bson_t *parent, const char *key, const char *const *texts)
{
    bson_t array;
    char buffer[16];
    const char *index;

    BSON_APPEND_ARRAY_BEGIN(parent, key, &array);
    for (uint32_t i = 0; texts[i] != NULL; i++) {
        bson_uint32_to_string(i, &index, buffer, sizeof(buffer));
        bson_append_utf8(&array, index, -1, texts[i], -1);
    }
    bson_append_array_end(parent, &array);
}

/* All of the job's departments are in the list, and it has some: a job without a scope is not
 * everybody's. */
static void
append_departments(bson_t *parent, const char *const *departments)
{
    bson_t condition, not_, match;

    BSON_APPEND_DOCUMENT_BEGIN(parent, "departments", &condition);
    append_array(&condition, "$in", departments);
    BSON_APPEND_DOCUMENT_BEGIN(&condition, "$not", &not_);
    BSON_APPEND_DOCUMENT_BEGIN(&not_, "$elemMatch", &match);
    append_array(&match, "$nin", departments);
    bson_append_document_end(&not_, &match);
    bson_append_document_end(&condition, &not_);
    bson_append_document_end(parent, &condition);
}

static void
append_visibility(bson_t *filter, const JwJobQuery *query)
{
    bson_t both, either;

    if (query->visible_to == NULL && query->visible_departments == NULL) {
        return;
    }
    BSON_APPEND_ARRAY_BEGIN(filter, "$or", &both);
    if (query->visible_to != NULL) {
        BCON_APPEND(&both, "0", "{", "requestedBy.id", BCON_UTF8(query->visible_to), "}");
    }
    if (query->visible_departments != NULL) {
        BSON_APPEND_DOCUMENT_BEGIN(&both, query->visible_to != NULL ? "1" : "0", &either);
        append_departments(&either, query->visible_departments);
        bson_append_document_end(&both, &either);
    }
    bson_append_array_end(filter, &both);
}

static void
append_filter(bson_t *filter, const JwJobQuery *query)
{
    BSON_APPEND_UTF8(filter, "type", query->type);
    if (query->states != 0) {
        jw_store_append_states(filter, "state", query->states, jw_store_job_state_name);
    }
    if (query->subtype != NULL) {
        BSON_APPEND_UTF8(filter, "subtype", query->subtype);
    }
    if (query->requested_by != NULL) {
        BSON_APPEND_UTF8(filter, "requestedBy.id", query->requested_by);
    }
    append_range(filter, query);
    append_visibility(filter, query);
    if (query->department
        != NULL) { /* beside the condition of visibility, which may name the field too */
        BCON_APPEND(filter, "$and", "[", "{", "departments", BCON_UTF8(query->department), "}",
                    "]");
    }
}

static const char *
sort_key(JwJobSort sort)
{
    switch (sort) {
    case JW_SORT_CREATED:
        return "createdAt";
    case JW_SORT_STATUS:
        return "state";
    case JW_SORT_PRIORITY:
        return "priority"; /* by rank */
    }
    return "createdAt";
}

bool
jw_store_mongo_list_jobs(JwStore *self, const JwJobQuery *query, GPtrArray **ret_jobs,
                         int64_t *ret_total, GError **error)
{
    g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func(free_job);
    g_auto(bson_t) filter = BSON_INITIALIZER;
    const int32_t way = query->ascending ? 1 : -1;
    g_autoptr(bson_t) opts =
        BCON_NEW("sort", "{", sort_key(query->sort), BCON_INT32(way), "_id", BCON_INT32(way), "}",
                 "skip", BCON_INT64(query->skip), "limit", BCON_INT64(query->limit));
    int64_t total = 0;

    append_filter(&filter, query);
    if (!jw_store_count(self, "jobs", &filter, 0, &total, error)) {
        return false;
    }
    if (total > query->skip
        && !jw_store_find_readable(self, "jobs", &filter, opts, jw_store_add_job, jobs, error)) {
        return false;
    }
    *ret_jobs = g_steal_pointer(&jobs);
    *ret_total = total;
    return true;
}
