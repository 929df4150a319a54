/* core/scope.c: see core/scope.h. Visible are own jobs, jobs of one's departments, and for admins
 * everything in theirs. A caller without departments is not limited by them. */
#include "core/scope.h"

static bool
is_scoped(const JwPrincipal *who)
{
    return who->departments[0] != NULL;
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
    query->visible_departments = is_scoped(who) ? (const char *const *)who->departments : NULL;
}

bool
gw_scope_limit(const JwPrincipal *who, const json_t *asked, const char *pointer, JwJob *job,
               JwViolations *violations)
{
    g_autoptr(GPtrArray) departments = g_ptr_array_new_with_free_func(g_free);
    const json_t *item = NULL;
    bool ok = true;
    size_t i = 0;

    json_array_foreach(asked, i, item)
    {
        const char *department = json_string_value(item);

        if (is_scoped(who) && !g_strv_contains((const char *const *)who->departments, department)) {
            g_autofree char *place = jw_pointer_index(pointer, i);
            ok = jw_violations_add(violations, place, "is not one of your departments");
        }
        g_ptr_array_add(departments, g_strdup(department));
    }
    if (!ok) {
        return false;
    }
    /* The departments of the job are what its result is limited to, by whoever makes it. */
    g_clear_pointer(&job->departments, g_strfreev);
    if (departments->len > 0) {
        g_ptr_array_add(departments, NULL);
        job->departments = (char **)g_ptr_array_free(g_steal_pointer(&departments), FALSE);
    } else if (is_scoped(who)) {
        job->departments = g_strdupv(who->departments);
    }
    return true;
}
