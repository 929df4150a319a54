/* jobs_turns.c: see jw/jobs_turns.h. Any thread: the weights do not change. */
#include "jw/jobs_turns.h"

#include "jw/error.h"

#include <string.h>

#define WEIGHT_MOST 100

const JwConfigEntry jw_turns_config_entries[] = {
    { "JW_CALLER_WEIGHTS", JW_CONFIG_STRING, offsetof(JwTurnsConfig, weights), NULL, 0, 0, 0,
      "how many jobs of one priority a caller has in a turn, 1 where nothing is said: "
      "department:sales=3,subject:u-17=2; a job's caller is its department, else who asked. "
      "Executors and gateways need the same" },
};
const size_t jw_turns_n_config_entries = G_N_ELEMENTS(jw_turns_config_entries);

struct _JwTurnWeights {
    GHashTable *by_caller; /* char * → GINT_TO_POINTER */
};

static bool
add_weight(JwTurnWeights *self, const char *part, GError **error)
{
    const char *equals = strrchr(part, '=');
    guint64 weight = 0;

    if (equals == NULL || !g_ascii_string_to_unsigned(equals + 1, 10, 1, WEIGHT_MOST, &weight, NULL)
        || !(g_str_has_prefix(part, "department:") || g_str_has_prefix(part, "subject:"))) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "JW_CALLER_WEIGHTS: '%s' is not department:<id>=<weight> or "
                       "subject:<id>=<weight> with a weight from 1 to %d",
                       part, WEIGHT_MOST);
    }
    g_hash_table_insert(self->by_caller, g_strndup(part, (gsize)(equals - part)),
                        GINT_TO_POINTER((int)weight));
    return true;
}

JwTurnWeights *
jw_turn_weights_new(const JwTurnsConfig *config, GError **error)
{
    g_autoptr(JwTurnWeights) self = g_new0(JwTurnWeights, 1);
    g_auto(GStrv) parts = g_strsplit(config->weights != NULL ? config->weights : "", ",", -1);

    self->by_caller = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (size_t i = 0; parts[i] != NULL; i++) {
        if (!add_weight(self, g_strstrip(parts[i]), error)) {
            return NULL;
        }
    }
    return g_steal_pointer(&self);
}

void
jw_turn_weights_free(gpointer data)
{
    JwTurnWeights *self = data;

    if (self != NULL) {
        g_hash_table_unref(self->by_caller);
        g_free(self);
    }
}

int
jw_turn_weight(const JwTurnWeights *self, const char *caller)
{
    gpointer weight = NULL;

    if (self != NULL && caller != NULL) {
        weight = g_hash_table_lookup(self->by_caller, caller);
    }
    return weight != NULL ? GPOINTER_TO_INT(weight) : 1;
}
