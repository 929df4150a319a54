/* liveness.c: see jw/liveness.h. */
#include "jw/liveness.h"

typedef struct {
    int64_t token, heartbeat, since_ms;
    unsigned round; /* of the last pass that recorded it */
} Seen;

struct _JwLiveness {
    GHashTable *by_key; /* char * → Seen *, at most @max */
    size_t max;
    unsigned round;
    int64_t gap_ms;     /* the longest that counts; 0: any */
    int64_t mono_ms;    /* of the pass before */
    int64_t watched_ms; /* time that counts, up to this pass */
};

JwLiveness *
jw_liveness_new(size_t max)
{
    JwLiveness *self = g_new0(JwLiveness, 1);

    self->by_key = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    self->max = max;
    return self;
}

void
jw_liveness_free(gpointer self)
{
    JwLiveness *liveness = self;

    if (liveness != NULL) {
        g_hash_table_unref(liveness->by_key);
        g_free(liveness);
    }
}

void
jw_liveness_limit_gap(JwLiveness *self, int64_t gap_ms)
{
    self->gap_ms = gap_ms;
}

void
jw_liveness_begin(JwLiveness *self, int64_t mono_ms)
{
    int64_t gap_ms = mono_ms - self->mono_ms;

    self->round++;
    self->mono_ms = mono_ms;
    self->watched_ms += self->gap_ms > 0 ? MIN(gap_ms, self->gap_ms) : gap_ms;
}

bool
jw_liveness_is_stale(JwLiveness *self, const char *key, int64_t token, int64_t heartbeat,
                     int64_t after_ms)
{
    Seen *seen = g_hash_table_lookup(self->by_key, key);

    if (seen == NULL) {
        if (g_hash_table_size(self->by_key) >= self->max) {
            return false;
        }
        seen = g_new(Seen, 1);
        *seen = (Seen){ token, heartbeat, self->watched_ms, self->round };
        g_hash_table_insert(self->by_key, g_strdup(key), seen);
        return false;
    }
    seen->round = self->round;
    if (seen->token != token || seen->heartbeat != heartbeat) {
        *seen = (Seen){ token, heartbeat, self->watched_ms, self->round };
        return false;
    }
    return self->watched_ms - seen->since_ms >= after_ms;
}

static gboolean
not_seen(gpointer key G_GNUC_UNUSED, gpointer value, gpointer round)
{
    return ((Seen *)value)->round != *(unsigned *)round;
}

void
jw_liveness_end(JwLiveness *self)
{
    g_hash_table_foreach_remove(self->by_key, not_seen, &self->round);
}
