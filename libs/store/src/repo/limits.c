/* limits.c: see jw/store_limits.h. Any thread.
 *
 * A document is {_id, name, n, calls: [{id, at}], rev, expiresAt}. `n` is how many are in `calls`,
 * for a filter that compares the number of items with a limit is not what all servers have; both
 * change in one update, and each raises `rev`. Calls are counted where there is room, whatever
 * others do; what is over is taken out by one who saw the document as it still is, so that of many
 * who find it full one does it. */
#include "db/db.h"
#include "jw/ident.h"
#include "jw/store_limits.h"

#define COLLECTION "callLimits"
/* Of who finds it full, and then not: others took out what is over at the same time. */
#define ROUNDS 10

JW_DB_INDEXES(limits) = {
    { COLLECTION, "expiresAt:ttl", false },
    { 0 },
};

typedef struct {
    int64_t id, at_ms;
} Call;

typedef struct {
    bool found;
    int64_t rev;
    GArray *calls; /* of Call, in the order in which they were counted */
} Calls;

static void
document_id(const JwLimit *limit, char ret[JW_UUID_LEN + 1])
{
    jw_uuid_derive(ret, "limit", limit->name, limit->subject, NULL);
}

static bool
take_calls(const bson_t *document, gpointer data, GError **error)
{
    Calls *self = data;
    bson_iter_t iter, items, members;

    self->found = true;
    g_array_set_size(self->calls, 0);
    if (!bson_iter_init_find(&iter, document, "rev") || !BSON_ITER_HOLDS_INT64(&iter)) {
        return jw_fail(error, JW_ERROR_CORRUPT, "a stored limit has no rev");
    }
    self->rev = bson_iter_int64(&iter);
    if (!bson_iter_init_find(&iter, document, "calls") || !BSON_ITER_HOLDS_ARRAY(&iter)
        || !bson_iter_recurse(&iter, &items)) {
        return jw_fail(error, JW_ERROR_CORRUPT, "a stored limit has no calls");
    }
    while (bson_iter_next(&items)) {
        Call call = { 0 };
        if (!BSON_ITER_HOLDS_DOCUMENT(&items) || !bson_iter_recurse(&items, &members)) {
            return jw_fail(error, JW_ERROR_CORRUPT, "a stored limit has a call that is none");
        }
        while (bson_iter_next(&members)) {
            if (BSON_ITER_HOLDS_DATE_TIME(&members)) {
                call.at_ms = bson_iter_date_time(&members);
            } else if (BSON_ITER_HOLDS_INT64(&members)) {
                call.id = bson_iter_int64(&members);
            }
        }
        g_array_append_val(self->calls, call);
    }
    return true;
}

static int
compare_times(gconstpointer a, gconstpointer b)
{
    const int64_t first = *(const int64_t *)a, second = *(const int64_t *)b;

    return (first > second) - (first < second);
}

/* What those that are in the window leave, and when the next of them is over that makes room: of
 * more than the limit, which was higher once, a later one. Clocks of the callers differ by
 * milliseconds, so that the order is not that of the document. */
static JwLimitState
state_of(const JwLimit *limit, const GArray *calls, int64_t now_ms, bool passed)
{
    g_autoptr(GArray) times = g_array_new(FALSE, FALSE, sizeof(int64_t));

    for (guint i = 0; i < calls->len; i++) {
        const int64_t at_ms = g_array_index(calls, Call, i).at_ms;
        if (at_ms > now_ms - limit->window_ms) {
            g_array_append_val(times, at_ms);
        }
    }
    g_array_sort(times, compare_times);
    const int64_t counted = times->len;
    const int64_t next = MAX(counted - limit->limit, 0);
    const int64_t at_ms = next < counted ? g_array_index(times, int64_t, next) : now_ms;
    return (JwLimitState){ .passed = passed,
                           .remaining = MAX(limit->limit - counted, 0),
                           .reset_ms = at_ms + limit->window_ms - now_ms };
}

static void
append_calls(bson_t *to, const Call *calls, size_t n)
{
    char buffer[16];
    const char *place;
    bson_t array;

    BSON_APPEND_ARRAY_BEGIN(to, "calls", &array);
    for (size_t i = 0; i < n; i++) {
        bson_uint32_to_string((uint32_t)i, &place, buffer, sizeof(buffer));
        BCON_APPEND(&array, place, "{", "id", BCON_INT64(calls[i].id), "at",
                    BCON_DATE_TIME(calls[i].at_ms), "}");
    }
    bson_append_array_end(to, &array);
}

/* Where there is room in the document. LOST: there is none, or no document. */
static bool
count_call(JwStore *self, const JwLimit *limit, int64_t ticket, int64_t now_ms, Calls *calls,
           JwCas *ret_cas, GError **error)
{
    char id[JW_UUID_LEN + 1];
    g_autoptr(bson_t) fields = BCON_NEW("calls", BCON_INT32(1), "rev", BCON_INT32(1));

    document_id(limit, id);
    g_autoptr(bson_t) filter =
        BCON_NEW("_id", BCON_UTF8(id), "n", "{", "$lt", BCON_INT64(limit->limit), "}");
    g_autoptr(bson_t) update = BCON_NEW(
        "$inc", "{", "n", BCON_INT64(1), "rev", BCON_INT64(1), "}", "$push", "{", "calls", "{",
        "$each", "[", "{", "id", BCON_INT64(ticket), "at", BCON_DATE_TIME(now_ms), "}", "]", "}",
        "}", "$set", "{", "expiresAt", BCON_DATE_TIME(now_ms + limit->window_ms), "}");

    return jw_db_modify(self, COLLECTION, filter, update, fields, ret_cas, take_calls, calls,
                        error);
}

/* The first call of all. */
static bool
create(JwStore *self, const JwLimit *limit, int64_t ticket, int64_t now_ms, JwCreate *ret_create,
       GError **error)
{
    const Call first = { .id = ticket, .at_ms = now_ms };
    char id[JW_UUID_LEN + 1];
    bson_t *document = bson_new();

    document_id(limit, id);
    BCON_APPEND(document, "_id", BCON_UTF8(id), "name", BCON_UTF8(limit->name), "n", BCON_INT64(1),
                "rev", BCON_INT64(1), "expiresAt", BCON_DATE_TIME(now_ms + limit->window_ms));
    append_calls(document, &first, 1);
    return jw_db_insert_one(self, COLLECTION, document, ret_create, error);
}

/* Takes out what is out of the window, unless the document is otherwise by now. @ret_any: there is
 * some */
static bool
remove_old(JwStore *self, const JwLimit *limit, const Calls *calls, int64_t now_ms, bool *ret_any,
           GError **error)
{
    g_autoptr(GArray) kept = g_array_new(FALSE, FALSE, sizeof(Call));
    char id[JW_UUID_LEN + 1];
    JwCas cas = JW_CAS_LOST;
    bson_t set;

    for (guint i = 0; i < calls->calls->len; i++) {
        const Call *call = &g_array_index(calls->calls, Call, i);
        if (call->at_ms > now_ms - limit->window_ms) {
            g_array_append_vals(kept, call, 1);
        }
    }
    *ret_any = kept->len < calls->calls->len;
    if (!*ret_any) {
        return true;
    }
    document_id(limit, id);
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_UTF8(id), "rev", BCON_INT64(calls->rev));
    g_autoptr(bson_t) update = BCON_NEW("$inc", "{", "rev", BCON_INT64(1), "}");
    BSON_APPEND_DOCUMENT_BEGIN(update, "$set", &set);
    BSON_APPEND_INT64(&set, "n", kept->len);
    append_calls(&set, (const Call *)(const void *)kept->data, kept->len);
    bson_append_document_end(update, &set);
    return jw_db_modify(self, COLLECTION, filter, update, NULL, &cas, NULL, NULL, error);
}

/* One look: @ret_done: @ret says what came of it; else others changed the document meanwhile. */
static bool
look(JwStore *self, const JwLimit *limit, int64_t ticket, int64_t now_ms, Calls *calls,
     bool *ret_done, JwLimitState *ret, GError **error)
{
    char id[JW_UUID_LEN + 1];
    g_autoptr(bson_t) opts =
        BCON_NEW("projection", "{", "calls", BCON_INT32(1), "rev", BCON_INT32(1), "}");
    JwCas cas = JW_CAS_LOST;
    JwCreate created = JW_CREATE_EXISTS;
    bool any_old = false;

    if (!count_call(self, limit, ticket, now_ms, calls, &cas, error)) {
        return false;
    }
    if (cas == JW_CAS_WON) {
        *ret_done = true;
        *ret = state_of(limit, calls->calls, now_ms, true);
        return true;
    }
    document_id(limit, id);
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_UTF8(id));
    calls->found = false;
    if (!jw_db_find(self, COLLECTION, filter, opts, take_calls, calls, error)) {
        return false;
    }
    if (!calls->found) {
        if (!create(self, limit, ticket, now_ms, &created, error)) {
            return false;
        }
        *ret_done = created == JW_CREATE_NEW;
        *ret = (JwLimitState){ .passed = true,
                               .remaining = limit->limit - 1,
                               .reset_ms = limit->window_ms };
        return true;
    }
    if (!remove_old(self, limit, calls, now_ms, &any_old, error)) {
        return false;
    }
    *ret = state_of(limit, calls->calls, now_ms, false);
    *ret_done = !any_old && ret->remaining == 0;
    return true;
}

bool
jw_store_take_limit(JwStore *self, const JwLimit *limit, int64_t ticket, int64_t now_ms,
                    JwLimitState *ret, GError **error)
{
    g_return_val_if_fail(self != NULL && limit != NULL && ret != NULL, false);
    g_return_val_if_fail(
        limit->limit >= 1 && limit->limit <= JW_LIMIT_CALLS_MAX && limit->window_ms >= 1, false);
    g_autoptr(GArray) list = g_array_new(FALSE, TRUE, sizeof(Call));
    Calls calls = { .calls = list };
    JwLimitState state = { 0 };
    bool done = false;

    for (int round = 0; round < ROUNDS && !done; round++) {
        if (!look(self, limit, ticket, now_ms, &calls, &done, &state, error)) {
            return jw_prefix(error, "limit '%s'", limit->name);
        }
    }
    if (!done) { /* many at once: certainly full a moment ago */
        state = (JwLimitState){ .reset_ms = 1000 };
    }
    *ret = state;
    return true;
}

bool
jw_store_return_limit(JwStore *self, const JwLimit *limit, int64_t ticket, JwCas *ret_cas,
                      GError **error)
{
    g_return_val_if_fail(self != NULL && limit != NULL && ret_cas != NULL, false);
    char id[JW_UUID_LEN + 1];

    document_id(limit, id);
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_UTF8(id), "calls.id", BCON_INT64(ticket));
    g_autoptr(bson_t) update =
        BCON_NEW("$pull", "{", "calls", "{", "id", BCON_INT64(ticket), "}", "}", "$inc", "{", "n",
                 BCON_INT64(-1), "rev", BCON_INT64(1), "}");
    return jw_db_modify(self, COLLECTION, filter, update, NULL, ret_cas, NULL, NULL, error)
           || jw_prefix(error, "returning a call of limit '%s'", limit->name);
}
