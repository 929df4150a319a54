/* repo.c: see repo.h. */
#include "repo.h"

bson_t *
jw_repo_document(const JwRepo *repo, gconstpointer from)
{
    bson_t *document = bson_new();

    jw_doc_append(document, repo->table, from);
    return document;
}

gpointer
jw_repo_read(const JwRepo *repo, const bson_t *document, GError **error)
{
    gpointer to = repo->create();

    if (!jw_doc_read(document, repo->table, to, error)) {
        const char *id =
            *(char *const *)(gconstpointer)((const char *)to + repo->table->fields[0].offset);
        (void)jw_prefix(error, "%s '%s'", repo->table->what, id != NULL ? id : "?");
        repo->free(to);
        return NULL;
    }
    return to;
}

typedef struct {
    const JwRepo *repo;
    gpointer one;
    GPtrArray *many;
} Reading;

static bool
take_one(const bson_t *document, gpointer data, GError **error)
{
    Reading *reading = data;

    reading->one = jw_repo_read(reading->repo, document, error);
    return reading->one != NULL;
}

static bool
add_one(const bson_t *document, gpointer data, GError **error)
{
    Reading *reading = data;
    gpointer one = jw_repo_read(reading->repo, document, error);

    if (one != NULL) {
        g_ptr_array_add(reading->many, one);
    }
    return one != NULL;
}

bool
jw_repo_get(JwStore *self, const JwRepo *repo, const char *id, gpointer *ret, GError **error)
{
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_UTF8(id));
    g_autoptr(bson_t) opts = BCON_NEW("limit", BCON_INT64(1));
    Reading reading = { .repo = repo };

    if (!jw_db_find(self, repo->collection, filter, opts, take_one, &reading, error)) {
        return false;
    }
    *ret = reading.one;
    return true;
}

bool
jw_repo_list(JwStore *self, const JwRepo *repo, const bson_t *filter, const bson_t *opts,
             GPtrArray **ret, GError **error)
{
    g_autoptr(GPtrArray) many = g_ptr_array_new_with_free_func(repo->free);
    Reading reading = { .repo = repo, .many = many };

    if (!jw_db_find_readable(self, repo->collection, filter, opts, add_one, &reading, error)) {
        return false;
    }
    *ret = g_steal_pointer(&many);
    return true;
}

bool
jw_repo_page(JwStore *self, const JwRepo *repo, const bson_t *filter, const bson_t *opts,
             size_t limit, GPtrArray **ret, GError **error)
{
    g_autoptr(GPtrArray) many = g_ptr_array_new_with_free_func(repo->free);
    Reading reading = { .repo = repo, .many = many };

    if (!jw_db_find_page(self, repo->collection, filter, opts, limit, add_one, &reading, error)) {
        return false;
    }
    *ret = g_steal_pointer(&many);
    return true;
}

bool
jw_repo_modify(JwStore *self, const JwRepo *repo, const bson_t *filter, const bson_t *update,
               JwCas *ret_cas, gpointer *ret, GError **error)
{
    g_autoptr(bson_t) only_id = BCON_NEW("_id", BCON_INT32(1));
    Reading reading = { .repo = repo };
    JwCas cas = JW_CAS_LOST;

    if (!jw_db_modify(self, repo->collection, filter, update, ret == NULL ? only_id : NULL, &cas,
                      ret == NULL ? NULL : take_one, &reading, error)) {
        return false;
    }
    if (cas == JW_CAS_WON && ret != NULL) {
        *ret = reading.one;
    }
    *ret_cas = cas;
    return true;
}

void
jw_repo_append_states(bson_t *filter, const char *key, unsigned states, const char *(*name)(int))
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    bson_t condition;

    if (states == 0) {
        return;
    }
    if ((states & (states - 1)) == 0) {
        bson_append_utf8(filter, key, -1, name(__builtin_ctz(states)), -1);
        return;
    }
    for (int state = 0; name(state) != NULL; state++) {
        if ((states & (1u << state)) != 0) {
            g_ptr_array_add(names, (gpointer)(uintptr_t)name(state));
        }
    }
    g_ptr_array_add(names, NULL);
    bson_append_document_begin(filter, key, -1, &condition);
    jw_doc_append_strings(&condition, "$in", (const char *const *)names->pdata);
    bson_append_document_end(filter, &condition);
}

void
jw_repo_append_past(bson_t *filter, const char *field, int64_t last_ms, int64_t ahead_ms)
{
    if (ahead_ms == 0) {
        BCON_APPEND(filter, field, "{", "$lte", BCON_DATE_TIME(last_ms), "}");
    } else {
        BCON_APPEND(filter, field, "{", "$not", "{", "$gt", BCON_DATE_TIME(last_ms), "$lte",
                    BCON_DATE_TIME(ahead_ms), "}", "}");
    }
}
