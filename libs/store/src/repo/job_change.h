/* job_change.h: a row of the table of jw/job_state.h as a conditional update. */
#pragma once
#include "change.h"
#include "jw/store_jobs.h"

G_BEGIN_DECLS

/* Filter and update of @change, but for its events and the count of retries. Without a job_id the
 * filter says no more than what the rule wants of a job. */
void jw_job_change_build(JwChange *self, const JwJobChange *change);

G_END_DECLS
