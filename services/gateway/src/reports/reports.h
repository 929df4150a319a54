/* reports.h: façade 000, report jobs: what its files share. Handlers run on the HTTP server's threads and keep
 * nothing between requests. */
#pragma once
#include "gw.h"
#include "jw/links.h"
#include "jw/store_jobs.h"

G_BEGIN_DECLS

struct json_t;

#define GW_REPORTS_ROOT JW_LINK_REPORTS
#define GW_REPORTS_JOBS JW_LINK_REPORT_JOBS
#define GW_JOB_TYPE     "report"

/* {success:false, error:{code, message, details[]}} */
extern const JwHttpErrorStyle gw_reports_errors;

/* Makes the metrics; before the first request. */
void gw_reports_init(void);
typedef enum {
    GW_METRIC_CREATED,
    GW_METRIC_CANCELLED,
    GW_METRIC_RETRIED,
    GW_METRIC_DOWNLOADED
} GwMetric;
void gw_reports_count(GwMetric metric,
                      const char *label); /* @label: the source of CREATED, else NULL */

/* The routes' handlers; context is a Gw. */
void gw_reports_create(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
void gw_reports_list(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
void gw_reports_get(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
void gw_reports_cancel(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
void gw_reports_download(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
void gw_reports_retry(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
void gw_reports_types(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);

/* reports/request.c: what a request says. Each answers it and returns NULL or false when it must go no further. */
/* The job of :jobId, when the caller may know of it; else 404. (transfer full) */
JwJob *gw_request_job(const Gw *self, const JwHttpRequest *request, JwHttpReply *reply);
/* The body as JSON object. @optional: no body reads as {}. (transfer full) */
struct json_t *gw_request_body(const JwHttpRequest *request, JwHttpReply *reply, bool optional);
/* False, answered with 400, when there are faults. */
bool gw_request_sound(JwHttpReply *reply, const JwViolations *faults);

/* reports/scope.c: who may see what. */
bool gw_scope_owns(const JwPrincipal *who, const JwJob *job);
bool gw_scope_sees(const JwPrincipal *who, const JwJob *job);
/* The visibility part of a list query, borrowed from @who. */
void gw_scope_query(const JwPrincipal *who, JwJobQuery *query);
/* Sets the departments of a new job from what it asks for and what its maker may: a fault for each department that is
 * not the maker's. */
bool gw_scope_apply(const JwPrincipal *who, const struct json_t *body, JwJob *job,
                    JwViolations *faults);

/* reports/render.c: values of the answers, all (transfer full). */
void gw_reply_data(JwHttpReply *reply, int status, struct json_t *take_data);
/* 504 with the job's Location, where the caller may ask: never 503, which says that nothing was done. @instead: what
 * else to do, after "ask for the job at its Location, or ". */
void gw_reply_unknown(const Gw *self, JwHttpReply *reply, const char *job_id, const char *instead);
const char *gw_render_status(JwJobState state);
/* Link to a job, with @tail "" or "/download". */
char *gw_render_link(const Gw *self, const char *job_id, const char *tail);
struct json_t *gw_render_time(int64_t time_ms);
/* Sets a text that may be absent: then nothing is set. */
void gw_render_text(struct json_t *object, const char *name, const char *text);
struct json_t *gw_render_summary(const Gw *self, const JwJob *job);
/* reports/render_detail.c. @deliveries: of JwDelivery, or NULL */
struct json_t *gw_render_detail(const Gw *self, const JwJob *job, const GPtrArray *deliveries);
/* Parts that both forms have; NULL when there is nothing to say. */
struct json_t *gw_render_progress(const JwJob *job, bool detailed);
bool gw_render_downloadable(const Gw *self, const JwJob *job);

G_END_DECLS
