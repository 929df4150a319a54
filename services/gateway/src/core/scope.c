/* core/scope.c: see core/scope.h. Whether a caller without departments has none or all says the
 * token's verifier (libs/http). */
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

bool
gw_scope_sees(const JwPrincipal *who, const GwShared *what)
{
    if (g_strcmp0(who->subject, what->owner) == 0 || what->visibility == JW_VISIBLE_EVERYONE) {
        return true;
    }
    if (!is_scoped(who)) {
        return jw_principal_is_admin(who);
    }
    return (what->visibility != JW_VISIBLE_PRIVATE || jw_principal_is_admin(who))
           && what->departments != NULL && what->departments[0] != NULL
           && within(what->departments, (const char *const *)who->departments);
}

JwViewer
gw_scope_viewer(const JwPrincipal *who)
{
    if (!is_scoped(who) && jw_principal_is_admin(who)) {
        return (JwViewer){ 0 };
    }
    return (JwViewer){
        .subject = who->subject,
        .departments = is_scoped(who) && who->departments[0] != NULL
                           ? (const char *const *)who->departments
                           : NULL,
        .sees_private = jw_principal_is_admin(who),
    };
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
