/* core/keys.c: see core/keys.h.
 *
 * A key is read from the store at most once in JW_API_KEY_CACHE, by whoever asks with it; so that
 * is how long a revoked one may still be good here. Ids that nobody has are remembered as well,
 * apart from the others, so that made-up keys push no real one out. That a key was used is noted by
 * a thread: no request waits for that, and none fails with it. All fields that change are behind
 * the lock, which is not held while the store is asked. */
#include "core/keys.h"

#include "core/metrics.h"
#include "jw/log.h"
#include "jw/store_apikeys.h"
#include "jw/sync.h"

#define LOOK_EVERY_MS 1000
#define NOTE_EVERY_MS 60000
#define TELL_EVERY_MS 10000
#define KNOWN_MAX     10000 /* of each sort */

typedef enum {
    REFUSED_OFF,
    REFUSED_MALFORMED,
    REFUSED_UNKNOWN,
    REFUSED_WRONG,
    REFUSED_OVER, /* revoked or expired */
    N_REFUSED
} Refused;

static const char *const refused_names[N_REFUSED] = { "off", "malformed", "unknown", "wrong",
                                                      "over" };

typedef struct {
    JwApiKey *key;
    int64_t read_ms;           /* monotonic */
    int64_t used_ms, noted_ms; /* wall clock: last use, and the last that was written */
} Known;

struct _GwKeys {
    JwStore *store;
    JwClock *clock;
    const JwKeyring *secrets;
    int64_t cache_ms;
    JwStop *stop;
    GThread *thread;
    JwMutex mutex;
    GHashTable *known;   /* id → Known */
    GHashTable *unknown; /* id → int64_t *, when it was looked for, monotonic */
    int64_t refused[N_REFUSED], told_ms;
};

static void
known_free(gpointer data)
{
    Known *self = data;

    jw_api_key_free(self->key);
    g_free(self);
}

GwKeys *
gw_keys_new(JwStore *store, JwClock *clock, const JwKeyring *secrets, int64_t cache_ms)
{
    GwKeys *self = g_new0(GwKeys, 1);

    self->store = store;
    self->clock = clock;
    self->secrets = secrets;
    self->cache_ms = cache_ms;
    self->stop = jw_stop_new();
    jw_mutex_init(&self->mutex);
    self->known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, known_free);
    self->unknown = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    self->told_ms = jw_clock_mono_ms(clock) - TELL_EVERY_MS;
    return self;
}

void
gw_keys_free(gpointer keys)
{
    GwKeys *self = keys;

    if (self == NULL) {
        return;
    }
    jw_stop_set(self->stop);
    if (self->thread != NULL) {
        g_thread_join(self->thread);
    }
    g_clear_pointer(&self->stop, jw_stop_free);
    g_hash_table_unref(self->known);
    g_hash_table_unref(self->unknown);
    jw_mutex_clear(&self->mutex);
    g_free(self);
}

static void
count_refused(GwKeys *self, Refused why)
{
    jw_metric_add(gw_metrics[GW_METRIC_KEYS_REFUSED], refused_names[why], 1);
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    self->refused[why]++;
}

static JwPrincipal *
principal_of(const JwApiKey *key)
{
    static const char *const bounces[] = { GW_BOUNCES_MAY, NULL };
    static const char *const none[] = { NULL };
    const char *roles[] = { jw_api_key_role_name((int)key->role), NULL };
    JwPrincipal *principal = g_new0(JwPrincipal, 1);

    principal->subject = g_strconcat("apikey:", key->id, NULL);
    principal->name = g_strdup(key->name);
    principal->roles = g_strdupv((char **)(uintptr_t)roles);
    principal->permissions =
        g_strdupv((char **)(uintptr_t)(key->role == JW_API_KEY_BOUNCES ? bounces : none));
    principal->departments = g_new0(char *, 1);
    principal->all_departments = true; /* keys have roles only */
    principal->expires_at_ms = key->expires_at_ms;
    return principal;
}

/* What becomes of @text, which has the id of @key. */
static JwPrincipal *
judge(const GwKeys *self, const JwApiKey *key, const char *text, int64_t now_ms, Refused *ret_why,
      GError **error)
{
    if (!jw_api_key_fits(key, self->secrets, text)) {
        *ret_why = REFUSED_WRONG;
        return jw_fail_null(error, JW_ERROR_DENIED, "there is no such API key");
    }
    if (!jw_api_key_good(key, now_ms, error)) {
        *ret_why = REFUSED_OVER;
        return NULL;
    }
    return principal_of(key);
}

/* Whether it is known by now what becomes of @text, whose id is @id. @ret: (out) (nullable)
 * (transfer full): NULL: refused, with @error. */
static bool
recall(GwKeys *self, const char *id, const char *text, JwPrincipal **ret, Refused *ret_why,
       GError **error)
{
    const int64_t mono = jw_clock_mono_ms(self->clock);
    const int64_t now = jw_clock_now_ms(self->clock);
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    const int64_t *looked = g_hash_table_lookup(self->unknown, id);
    Known *known = g_hash_table_lookup(self->known, id);

    if (known != NULL && mono - known->read_ms < self->cache_ms) {
        *ret = judge(self, known->key, text, now, ret_why, error);
        if (*ret != NULL) {
            known->used_ms = now;
        }
        return true;
    }
    if (looked != NULL && mono - *looked < self->cache_ms) {
        *ret_why = REFUSED_UNKNOWN;
        *ret = jw_fail_null(error, JW_ERROR_DENIED, "there is no such API key");
        return true;
    }
    return false;
}

static void
make_room(GHashTable *table)
{
    if (g_hash_table_size(table) >= KNOWN_MAX) {
        g_hash_table_remove_all(table);
    }
}

/* @take_key: (nullable): NULL: there is none. @read_ms: from before it was read. @used_ms: 0: it
 * was refused. */
static void
keep(GwKeys *self, const char *id, JwApiKey *take_key, int64_t read_ms, int64_t used_ms)
{
    g_autoptr(JwApiKey) key = take_key;
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    Known *known = g_hash_table_lookup(self->known, id);

    if (key == NULL) {
        make_room(self->unknown);
        g_hash_table_replace(self->unknown, g_strdup(id), g_memdup2(&read_ms, sizeof read_ms));
        (void)g_hash_table_remove(self->known, id);
        return;
    }
    if (known == NULL) {
        make_room(self->known);
        known = g_new0(Known, 1);
        known->noted_ms = key->used_at_ms;
        g_hash_table_replace(self->known, g_strdup(id), known);
    }
    if (known->key == NULL || read_ms >= known->read_ms) { /* else another thread's is newer */
        jw_api_key_free(known->key);
        known->key = g_steal_pointer(&key);
        known->read_ms = read_ms;
    }
    known->used_ms = MAX(known->used_ms, used_ms);
}

static JwPrincipal *
look_up(GwKeys *self, const char *id, const char *text, Refused *ret_why, GError **error)
{
    const int64_t mono = jw_clock_mono_ms(self->clock);
    const int64_t now = jw_clock_now_ms(self->clock);
    g_autoptr(JwApiKey) key = NULL;
    JwPrincipal *principal = NULL;

    if (!jw_store_get_api_key(self->store, id, &key, error)) {
        return NULL;
    }
    if (key != NULL) {
        principal = judge(self, key, text, now, ret_why, error);
    } else {
        *ret_why = REFUSED_UNKNOWN;
        (void)jw_fail(error, JW_ERROR_DENIED, "there is no such API key");
    }
    keep(self, id, g_steal_pointer(&key), mono, principal != NULL ? now : 0);
    return principal;
}

JwPrincipal *
gw_keys_verify(GwKeys *self, const char *key, GError **error)
{
    g_return_val_if_fail(self != NULL && key != NULL, NULL);
    char id[JW_API_KEY_ID_LEN + 1];
    JwPrincipal *principal = NULL;
    Refused why = REFUSED_MALFORMED;
    g_autoptr(GError) cause = NULL;

    if (self->secrets == NULL) {
        why = REFUSED_OFF;
        (void)jw_fail(&cause, JW_ERROR_DENIED,
                      "this gateway takes no API keys, for it has no JW_API_KEY_SECRETS");
    } else if (jw_api_key_read(key, id, &cause)
               && !recall(self, id, key, &principal, &why, &cause)) {
        principal = look_up(self, id, key, &why, &cause);
    }
    if (principal == NULL) {
        if (jw_error_code(cause) == JW_ERROR_DENIED) {
            count_refused(self, why);
        }
        g_propagate_error(error, g_steal_pointer(&cause));
    }
    return principal;
}

typedef struct {
    char id[JW_API_KEY_ID_LEN + 1];
    int64_t used_ms;
} Use;

/* What is to be noted. (transfer full): of Use */
static GArray *
uses_to_note(GwKeys *self)
{
    GArray *uses = g_array_new(FALSE, FALSE, sizeof(Use));
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    GHashTableIter iter;
    gpointer id = NULL, data = NULL;

    g_hash_table_iter_init(&iter, self->known);
    while (g_hash_table_iter_next(&iter, &id, &data)) {
        const Known *known = data;
        Use use = { .used_ms = known->used_ms };

        if (known->used_ms > known->noted_ms
            && (known->noted_ms == 0 || known->used_ms - known->noted_ms >= NOTE_EVERY_MS)) {
            g_strlcpy(use.id, id, sizeof use.id);
            g_array_append_val(uses, use);
        }
    }
    return uses;
}

static void
set_noted(GwKeys *self, const Use *use)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    Known *known = g_hash_table_lookup(self->known, use->id);

    if (known != NULL) {
        known->noted_ms = use->used_ms;
    }
}

bool
gw_keys_note(GwKeys *self, GError **error)
{
    g_return_val_if_fail(self != NULL, false);
    g_autoptr(GArray) uses = uses_to_note(self);

    for (guint i = 0; i < uses->len; i++) {
        const Use *use = &g_array_index(uses, Use, i);

        if (!jw_store_note_api_key(self->store, use->id, use->used_ms, error)) {
            return false;
        }
        set_noted(self, use);
    }
    return true;
}

void
gw_keys_tell(GwKeys *self)
{
    g_return_if_fail(self != NULL);
    int64_t refused[N_REFUSED], all = 0;
    const int64_t mono = jw_clock_mono_ms(self->clock);
    {
        g_auto(JwLocker) locker = jw_locker(&self->mutex);

        if (mono - self->told_ms < TELL_EVERY_MS) {
            return;
        }
        for (int i = 0; i < N_REFUSED; i++) {
            refused[i] = self->refused[i];
            all += refused[i];
            self->refused[i] = 0;
        }
        self->told_ms = all > 0 ? mono : self->told_ms;
    }
    if (all > 0) {
        jw_warn("api_keys_refused", JW_INT("count", all), JW_INT("off", refused[REFUSED_OFF]),
                JW_INT("malformed", refused[REFUSED_MALFORMED]),
                JW_INT("unknown", refused[REFUSED_UNKNOWN]),
                JW_INT("wrong", refused[REFUSED_WRONG]), JW_INT("over", refused[REFUSED_OVER]));
    }
}

static gpointer
run(gpointer data)
{
    GwKeys *self = data;

    while (!jw_stop_wait(self->stop, LOOK_EVERY_MS)) {
        g_autoptr(GError) error = NULL;

        if (!gw_keys_note(self, &error)) {
            jw_debug("api_key_use_not_noted", JW_STR("error", jw_error_message(error)));
        }
        gw_keys_tell(self);
    }
    return NULL;
}

bool
gw_keys_start(GwKeys *self, GError **error)
{
    GError *cause = NULL;

    self->thread = g_thread_try_new("keys", run, self, &cause);
    return self->thread != NULL || jw_error_adopt(error, JW_ERROR_UNAVAILABLE, cause);
}
