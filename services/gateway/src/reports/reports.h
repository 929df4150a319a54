/* reports.h: the API of report jobs: what its files share. Handlers run on the HTTP server's
 * threads and keep nothing between requests. */
#pragma once
#include "core/metrics.h"
#include "core/request.h"
#include "core/scope.h"
#include "jw/delivery.h"
#include "jw/links.h"
#include "jw/store_jobs.h"
#include "jw/store_shares.h"

G_BEGIN_DECLS

#define GW_REPORTS_ROOT JW_LINK_REPORTS
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
void gw_reports_events(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
void gw_reports_retry(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
void gw_reports_make_link(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
void gw_reports_list_links(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
void gw_reports_revoke_link(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
void gw_reports_revoke_links(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
void gw_reports_list_mails(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
void gw_reports_resend(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
void gw_reports_types(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);

/* list.c: the query string of gw_reports_list() */
extern const JwField gw_reports_list_query[];

/* revoke.c: the query string of gw_reports_revoke_links() */
extern const JwField gw_reports_revoke_query[];

/* links.c */
#define GW_LINKS_MAX 200 /* of one job, whether they work or not */
/* The job of :jobId, when the caller is its owner or an admin; NULL: answered, with 403 for @why.
 * (transfer full) */
JwJob *gw_request_own_job(const Gw *gw, const JwHttpRequest *request, JwHttpReply *reply,
                          const char *why);
#define GW_LINKS_WHY                                                                               \
    "links give the report to people without a token, so only the job's owner and admins of its "  \
    "departments may make, see and end them"
/* Ends it, unless it was ended before. @ret_at_ms: when. False: answered. */
bool gw_revoke_share(const Gw *gw, const JwHttpRequest *request, JwHttpReply *reply,
                     const JwShare *share, int64_t *ret_at_ms);

/* page.c: of the lists */
#define GW_PAGE_FIELDS                                                                             \
    { .name = "page", .type = JW_FIELD_INT, .min = 1, .max = 1000000 },                            \
    {                                                                                              \
        .name = "limit", .type = JW_FIELD_INT, .min = 1, .max = 100                                \
    }
typedef struct {
    int64_t number, limit; /* from 1 */
} GwPage;
GwPage gw_request_page(const JwHttpRequest *request);
/* Notes at /reportType that there is no such type. @type: (nullable), without prefix. */
void gw_check_type(const Gw *gw, const char *type, JwViolations *violations);
void gw_reply_page(JwHttpReply *reply, const GwPage *page, json_t *take_data, int64_t total);

/* request.c */
/* The job of :jobId, when the caller may know of it; NULL: answered with 404. (transfer full) */
JwJob *gw_request_job(const Gw *self, const JwHttpRequest *request, JwHttpReply *reply);
/* Whether the caller owns @job, or has @permission and all its departments; false: answered with
 * 403. */
bool gw_request_may(const JwHttpRequest *request, JwHttpReply *reply, const JwJob *job,
                    const char *permission);
/* read.c: whether @job completed with a file; false: answered with 409. @what: that is possible
 * once it has, "its report can be downloaded". */
bool gw_has_report(JwHttpReply *reply, const JwJob *job, const char *what);
/* render.c: values of the answers, all (transfer full). */
void gw_reply_data(JwHttpReply *reply, int status, json_t *take_data);
const char *gw_render_status(JwJobState state);
/* Whether it completed without a file, for want of records (onEmpty skip). */
bool gw_render_is_empty(const JwJob *job);
/* Link to a job, with @tail "" or "/download". */
char *gw_render_link(const Gw *self, const char *job_id, const char *tail);
json_t *gw_render_summary(const Gw *self, const JwJob *job);
/* render_mail.c: the mails of a job, by the last one to each recipient. @deliveries: (nullable) */
json_t *gw_render_delivery(const JwJob *job, const GPtrArray *deliveries);
/* One of them in full. */
json_t *gw_render_mail(const JwDelivery *delivery, int64_t now_ms);
/* render_detail.c. @deliveries: of JwDelivery, or NULL */
json_t *gw_render_detail(const Gw *self, const JwJob *job, const GPtrArray *deliveries);
/* Adds where a pending job stands and how long it will wait, as far as that is known. */
void gw_render_place(const Gw *self, json_t *to, const JwJob *job, bool is_new);
/* Adds why a failed job failed. */
void gw_render_error(json_t *to, const JwJob *job);
/* Parts that both forms have; NULL when there is nothing to show. */
json_t *gw_render_progress(const JwJob *job, bool detailed);

G_END_DECLS
