/* email/find.c: the report that a request names. */
#include "email/email.h"

#include "jw/ident.h"

#include <string.h>

bool
gw_email_is_report(const JwJob *job)
{
    return g_strcmp0(job->type, "report") == 0 && g_strcmp0(job->subtype, GW_EMAIL_TYPE) == 0
           && g_strcmp0(job->format, "xlsx") == 0 && job->edition != NULL
           && g_strv_contains(gw_email_editions, job->edition);
}

/* A malformed id names nothing, so it is answered as any other that does not exist. */
JwJob *
gw_email_find(const Gw *gw, const JwHttpRequest *request, JwHttpReply *reply, const char *id,
              const char *message)
{
    g_autoptr(JwJob) job = NULL;
    g_autoptr(GError) error = NULL;

    if (jw_uuid_valid(id)) {
        g_autofree char *job_id = g_ascii_strdown(id, -1);

        if (!jw_store_get_job(gw->store, job_id, &job, &error)) {
            jw_http_reply_error(reply, error);
            return NULL;
        }
    }
    const GwShared shared = job != NULL ? gw_shared_job(job) : (GwShared){ 0 };
    if (job == NULL || !gw_email_is_report(job)
        || !gw_scope_sees(jw_http_principal(request), &shared)) {
        g_autofree char *echo = jw_echo(id);
        g_autofree char *unknown = g_strdup_printf("Report execution with ID %s not found", echo);
        jw_http_reply_problem(reply, 404, "REPORT_NOT_FOUND", NULL, 0, "%s",
                              message != NULL ? message : unknown);
        return NULL;
    }
    return g_steal_pointer(&job);
}
