/* jw/jobs_turns.h: how many jobs a caller has in one turn (see jw/store_turns.h). */
#pragma once
#include "jw/config.h"

G_BEGIN_DECLS

typedef struct {
    char *weights; /* JW_CALLER_WEIGHTS */
} JwTurnsConfig;

/* For a table with the title "Turns", whose target is a JwTurnsConfig. */
extern const JwConfigEntry jw_turns_config_entries[];
extern const size_t jw_turns_n_config_entries;

/* How many jobs each caller has in a turn. Any thread. */
typedef struct _JwTurnWeights JwTurnWeights;

/* INVALID names the part of JW_CALLER_WEIGHTS that is wrong. (transfer full) */
JwTurnWeights *jw_turn_weights_new(const JwTurnsConfig *config,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* NULL-safe. */
void jw_turn_weights_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwTurnWeights, jw_turn_weights_free)

/* 1 unless configured. @caller: (nullable): as jw_job_caller() has it. */
int jw_turn_weight(const JwTurnWeights *self, const char *caller);

G_END_DECLS
