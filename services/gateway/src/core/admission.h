/* core/admission.h: the cap of pending jobs: how many there are, known without asking at each
 * request. Any thread. */
#pragma once
#include "gw.h"

G_BEGIN_DECLS

/* @store: (transfer none): outlives it, as does @clock. @max: with this many
 * pending jobs no more are let in. */
GwAdmission *gw_admission_new(JwStore *store, JwClock *clock, int64_t max);

/* @admission: (transfer full) (nullable): a GwAdmission; its thread is stopped. */
void gw_admission_free(gpointer admission);

/* Starts the watch thread: a count a second while jobs are coming in. @error: UNAVAILABLE. */
bool gw_admission_watch(GwAdmission *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Never waits. Returns false when the last count, not older than two seconds, plus what came since
 * is at the cap. */
bool gw_admission_allows(GwAdmission *self);

/* Counts one more job, created here. */
void gw_admission_note(GwAdmission *self);

/* One count, now: what the thread does. @error: those of jw_store_count_jobs(). */
bool gw_admission_count(GwAdmission *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
