/* jw/jobs_turns.h: whose job a worker runs next. Which one that is the store says (see
 * jw/store_turns.h); here are the claim, and how many jobs a caller has in one turn. */
#pragma once
#include "jw/config.h"
#include "jw/jobs.h"
#include "jw/store_turns.h"

G_BEGIN_DECLS

/* Claims the next job that waits, behind the caller who had a turn last. @process, @ret_job: as for
 * jw_jobs_claim(). NULL also when only callers before that one have any. */
bool jw_jobs_claim_next(const JwJobs *self, const JwJobTurn *turn, const char *process,
                        JwJob **ret_job, GError **error) G_GNUC_WARN_UNUSED_RESULT;

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
