/* core/scope.h: who may see what: own jobs, jobs of one's departments, and for admins everything in
 * theirs. Any thread, no state. */
#pragma once
#include "gw.h"

#include "jw/json.h"
#include "jw/store_jobs.h"

G_BEGIN_DECLS

/* Returns true when @who requested @job. */
bool gw_scope_owns(const JwPrincipal *who, const JwJob *job);

/* Returns true when @who may know of @job. */
bool gw_scope_sees(const JwPrincipal *who, const JwJob *job);

/* Sets the visibility part of a list query; borrowed from @who. */
void gw_scope_query(const JwPrincipal *who, JwJobQuery *query);

/* Sets the departments of a new job: those that its @spec asks for, else the caller's own. Returns
 * false, with a violation for each department that is not the caller's, one when the caller has
 * none, and one for records that cannot be limited to any. */
bool gw_scope_limit(const Gw *gw, const JwPrincipal *who, const json_t *spec, JwJob *job,
                    JwViolations *violations);

G_END_DECLS
