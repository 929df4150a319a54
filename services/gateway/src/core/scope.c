/* core/scope.c: see core/scope.h. Visible are own jobs, jobs of one's departments, and for admins
 * everything in theirs. Whether a caller without departments has none or all says the token's
 * verifier (libs/http). */
#include "core/scope.h"

#include "jw/kinds.h"

static bool
is_scoped(const JwPrincipal *who)
{
    return !who->all_departments;
}

static bool
within(const char *const *few, const char *const *many)
{
    for (size_t i = 0; few[i] != NULL; i++) {
        if (!g_strv_contains(many, few[i])) {
            return false;
        }
    }
    return true;
}

bool
gw_scope_owns(const JwPrincipal *who, const JwJob *job)
{
    return g_strcmp0(who->subject, job->requested_by.id) == 0;
}

/* The same rule as that of jw_store_list_jobs(): a job without departments is not everybody's. */
bool
gw_scope_sees(const JwPrincipal *who, const JwJob *job)
{
    if (gw_scope_owns(who, job)) {
        return true;
    }
    if (!is_scoped(who)) {
        return jw_principal_is_admin(who);
    }
    return job->departments != NULL && job->departments[0] != NULL
           && within((const char *const *)job->departments, (const char *const *)who->departments);
}

void
gw_scope_query(const JwPrincipal *who, JwJobQuery *query)
{
    if (!is_scoped(who) && jw_principal_is_admin(who)) {
        return;
    }
    query->visible_to = who->subject;
    query->visible_departments = is_scoped(who) && who->departments[0] != NULL
                                     ? (const char *const *)who->departments
                                     : NULL;
}

bool
gw_scope_limit(const Gw *gw, const JwPrincipal *who, const json_t *spec, JwJob *job,
               JwViolations *violations)
{
    const JwJobKind *kind = jw_kind_find(job->type);
    const char *const *own = (const char *const *)who->departments;

    if (is_scoped(who) && own[0] == NULL) {
        return jw_violations_add(violations, "", "your token names no department");
    }
    if (is_scoped(who)
        && !jw_kind_check_scope(kind, gw->catalog, spec, "", own, "is not one of your departments",
                                violations)) {
        return false;
    }
    /* The departments of the job are what its result is limited to, whoever produces it. */
    g_strfreev(job->departments);
    job->departments = jw_kind_departments(kind, spec);
    if (job->departments == NULL && is_scoped(who)) {
        job->departments = g_strdupv(who->departments);
    }
    return true;
}
