/* core/scope.h: who may see what: one's own, what is everyone's, what belongs to one's departments
 * alone and is not private, and for admins everything in theirs. Any thread, no state. */
#pragma once
#include "gw.h"

#include "jw/json.h"
#include "jw/kinds.h"
#include "jw/store_jobs.h"

G_BEGIN_DECLS

/* Returns true when @who requested @job. */
bool gw_scope_owns(const JwPrincipal *who, const JwJob *job);

/* What decides who sees a thing besides its owner. */
typedef struct {
    const char *owner; /* subject */
    JwVisibility visibility;
    const char *const *departments; /* NULL or empty: none, which is not all */
} GwShared;

static inline GwShared
gw_shared_job(const JwJob *job)
{
    return (GwShared){ job->requested_by.id, job->visibility,
                       (const char *const *)job->departments };
}

/* Returns true when all departments of @what are @who's: only there a role or a permission lets
 * them do something to what is not their own, also where everyone may see it. */
bool gw_scope_reaches(const JwPrincipal *who, const GwShared *what);

/* Returns true when @who owns @what, or is an admin that reaches it. */
bool gw_scope_rules(const JwPrincipal *who, const GwShared *what);

/* Returns true when @who may know of @what. The same rule as that of lists (JwViewer). */
bool gw_scope_sees(const JwPrincipal *who, const GwShared *what);

/* For lists; borrowed from @who. */
JwViewer gw_scope_viewer(const JwPrincipal *who);

/* The departments of what is made with @spec, whose own pointer is @base: those that it asks for,
 * else the caller's own. @ret_departments: (out) (nullable) (transfer full): NULL: all. Returns
 * false, with violations, as below. */
bool gw_scope_departments(const Gw *gw, const JwPrincipal *who, const JwJobKind *kind,
                          const json_t *spec, const char *base, JwViolations *violations,
                          char ***ret_departments);

/* Sets the departments of a new job: those that its @spec asks for, else the caller's own. Returns
 * false, with a violation for each department that is not the caller's, one when the caller has
 * none, and one for records that cannot be limited to any. */
bool gw_scope_limit(const Gw *gw, const JwPrincipal *who, const json_t *spec, JwJob *job,
                    JwViolations *violations);

/* 403 DEPARTMENT_FORBIDDEN, with those violations. */
void gw_reply_beyond(JwHttpReply *reply, const JwPrincipal *who, const JwViolations *violations);

G_END_DECLS
