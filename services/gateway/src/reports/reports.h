/* reports.h: the API of report jobs: what its files share. Handlers run on the HTTP server's
 * threads and keep nothing between requests. */
#pragma once
#include "core/metrics.h"
#include "core/request.h"
#include "core/scope.h"
#include "jw/links.h"
#include "jw/store_jobs.h"

G_BEGIN_DECLS

#define GW_REPORTS_ROOT JW_LINK_REPORTS
#define GW_REPORTS_JOBS JW_LINK_REPORT_JOBS
#define GW_JOB_TYPE     "report"

/* routes.c */
extern const JwHttpApi gw_reports_api;

/* errors.c: {success:false, error:{code, message, details[]}} */
json_t *gw_reports_error(const JwHttpProblem *problem, const char **ret_content_type);

/* The routes' handlers; context is a Gw. */
void gw_reports_create(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
void gw_reports_list(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
void gw_reports_get(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
void gw_reports_cancel(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
void gw_reports_download(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
void gw_reports_retry(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
void gw_reports_revoke_links(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
void gw_reports_types(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);

/* list.c: the query string of gw_reports_list() */
extern const JwField gw_reports_list_query[];

/* request.c */
/* The job of :jobId, when the caller may know of it; NULL: answered with 404. (transfer full) */
JwJob *gw_request_job(const Gw *self, const JwHttpRequest *request, JwHttpReply *reply);
/* Whether the caller owns @job or has @permission; false: answered with 403. */
bool gw_request_may(const JwHttpRequest *request, JwHttpReply *reply, const JwJob *job,
                    const char *permission);
/* render.c: values of the answers, all (transfer full). */
void gw_reply_data(JwHttpReply *reply, int status, json_t *take_data);
const char *gw_render_status(JwJobState state);
/* Whether it completed without a file, for want of records (onEmpty skip). */
bool gw_render_is_empty(const JwJob *job);
/* Link to a job, with @tail "" or "/download". */
char *gw_render_link(const Gw *self, const char *job_id, const char *tail);
json_t *gw_render_summary(const Gw *self, const JwJob *job);
/* render_detail.c. @deliveries: of JwDelivery, or NULL */
json_t *gw_render_detail(const Gw *self, const JwJob *job, const GPtrArray *deliveries);
/* Parts that both forms have; NULL when there is nothing to show. */
json_t *gw_render_progress(const JwJob *job, bool detailed);

G_END_DECLS
