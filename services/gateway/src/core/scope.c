/* core/scope.c: see core/scope.h. Whether a caller without departments has none or all says the
 * token's verifier (libs/http). */
#include "core/scope.h"

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

/* No departments are those of all. */
static bool
is_within(const JwPrincipal *who, const GwShared *what)
{
    return what->departments != NULL && what->departments[0] != NULL
           && within(what->departments, (const char *const *)who->departments);
}

bool
gw_scope_reaches(const JwPrincipal *who, const GwShared *what)
{
    return !is_scoped(who) || is_within(who, what);
}

bool
gw_scope_rules(const JwPrincipal *who, const GwShared *what)
{
    return g_strcmp0(who->subject, what->owner) == 0
           || (jw_principal_is_admin(who) && gw_scope_reaches(who, what));
}

bool
gw_scope_owns(const JwPrincipal *who, const JwJob *job)
{
    return g_strcmp0(who->subject, job->requested_by.id) == 0;
}

bool
gw_scope_sees(const JwPrincipal *who, const GwShared *what)
{
    if (g_strcmp0(who->subject, what->owner) == 0
        || (what->visibility == JW_VISIBLE_EVERYONE && jw_principal_may(who, "reports:read"))) {
        return true;
    }
    if (!is_scoped(who)) {
        return jw_principal_is_admin(who);
    }
    return (what->visibility != JW_VISIBLE_PRIVATE || jw_principal_is_admin(who))
           && is_within(who, what);
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
gw_scope_departments(const Gw *gw, const JwPrincipal *who, const JwJobKind *kind,
                     const json_t *spec, const char *base, JwViolations *violations,
                     char ***ret_departments)
{
    const char *const *own = (const char *const *)who->departments;

    if (is_scoped(who) && own[0] == NULL) {
        return jw_violations_add(violations, base, "your token names no department");
    }
    if (is_scoped(who)
        && !jw_kind_check_scope(kind, gw->catalog, spec, base, own,
                                "is not one of your departments", violations)) {
        return false;
    }
    *ret_departments = jw_kind_departments(kind, spec);
    if (*ret_departments == NULL && is_scoped(who)) {
        *ret_departments = g_strdupv(who->departments);
    }
    return true;
}

bool
gw_scope_limit(const Gw *gw, const JwPrincipal *who, const json_t *spec, JwJob *job,
               JwViolations *violations)
{
    char **departments = NULL;

    if (!gw_scope_departments(gw, who, jw_kind_find(job->type), spec, "", violations,
                              &departments)) {
        return false;
    }
    /* The departments of the job are what its result is limited to, whoever produces it. */
    g_strfreev(job->departments);
    job->departments = departments;
    return true;
}

void
gw_reply_beyond(JwHttpReply *reply, const JwPrincipal *who, const JwViolations *violations)
{
    jw_http_reply_problem(reply, 403, "DEPARTMENT_FORBIDDEN", violations, 0,
                          who->departments[0] == NULL
                              ? "your token names no department, so there is nothing to report "
                                "on; ask for a token with departments"
                              : "the report asks for records beyond your departments");
}
