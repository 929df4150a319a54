/* schedules/delete.c: DELETE of a schedule. Runs that exist go on; nothing begins after the answer
 * (jw/jobs_schedules.h). */
#include "schedules/schedules.h"

#include "jw/jobs_schedules.h"
#include "jw/log.h"

void
gw_schedules_delete(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    const Gw *gw = context;
    const char *id = jw_http_param(request, "jobId");
    const char *by = jw_http_principal(request)->subject;
    JwCas cas = JW_CAS_LOST;
    g_autoptr(GError) error = NULL;

    if (!jw_jobs_delete_schedule(&gw->jobs, id, by, &cas, &error)) {
        gw_schedules_reply_doubt(reply, error,
                                 "whether the job was deleted is not known: repeat the request, "
                                 "which answers 404 when it was");
        return;
    }
    if (cas == JW_CAS_LOST) {
        gw_schedules_not_found(reply, id);
        return;
    }
    g_autofree char *message = g_strdup_printf("Job '%s' deleted", id);
    jw_info("schedule_deleted", JW_STR("schedule_id", id), JW_STR("subject", by));
    gw_schedules_reply(reply, 200, json_pack("{s:s}", "message", message));
}
