/* reports/request.c: the job that a request names, and who may change it. */
#include "reports/reports.h"

#include "jw/ident.h"

/* A malformed id names nothing, so it is answered as any other id that does not exist. */
JwJob *
gw_request_job(const Gw *self, const JwHttpRequest *request, JwHttpReply *reply)
{
    const char *asked = jw_http_param(request, "jobId");
    g_autoptr(JwJob) job = NULL;
    g_autoptr(GError) error = NULL;

    if (jw_uuid_valid(asked)) {
        g_autofree char *job_id = g_ascii_strdown(asked, -1);

        if (!jw_store_get_job(self->store, job_id, &job, &error)) {
            jw_http_reply_error(reply, error);
            return NULL;
        }
    }
    const GwShared shared = job != NULL ? gw_shared_job(job) : (GwShared){ 0 };
    if (job == NULL || g_strcmp0(job->type, GW_JOB_TYPE) != 0
        || !gw_scope_sees(jw_http_principal(request), &shared)) {
        jw_http_reply_problem(reply, 404, "JOB_NOT_FOUND", NULL, 0,
                              "there is no report job with this id");
        return NULL;
    }
    return g_steal_pointer(&job);
}

bool
gw_request_may(const JwHttpRequest *request, JwHttpReply *reply, const JwJob *job,
               const char *permission)
{
    const JwPrincipal *who = jw_http_principal(request);
    const GwShared shared = gw_shared_job(job);
    const bool may = jw_principal_may(who, permission);

    if (gw_scope_owns(who, job) || (may && gw_scope_reaches(who, &shared))) {
        return true;
    }
    if (may) {
        jw_http_reply_problem(reply, 403, "DEPARTMENT_FORBIDDEN", NULL, 0,
                              "the job is of departments that are not yours: everyone may read it, "
                              "and only its owner and its departments change it");
    } else {
        jw_http_reply_forbidden(reply, permission, ", or to be the job's owner");
    }
    return false;
}
