/* email/email.h: the API of mailed reports, /report: what its files share. A report is a job of the
 * report type "cdr" with an edition, as a workbook; who asks for one waits for it. Answers are bare
 * objects; errors {code,message,details,timestamp}, but for 401 and 403, which are problem details.
 * Handlers run on the HTTP server's threads and keep nothing between requests. */
#pragma once
#include "core/metrics.h"
#include "core/prefer.h"
#include "core/request.h"
#include "core/scope.h"
#include "jw/store_deliveries.h"
#include "jw/store_jobs.h"

G_BEGIN_DECLS

#define GW_EMAIL_ROOT   "/report"
#define GW_EMAIL_SOURCE "api:email-reports"
#define GW_EMAIL_TYPE   "cdr"

extern const JwHttpApi gw_email_api;

/* The editions of this API: Weekly, Monthly; NULL-terminated. */
extern const char *const gw_email_editions[];

/* errors.c: the error form. */
json_t *gw_email_error(const JwHttpProblem *problem, const char **ret_content_type);

/* ask.c: the job that the body of generate-email-report asks for, with what its job has from it
 * alone: spec, edition, recipients, departments. @body: an object, whose nulls are taken out. NULL:
 * answered. (transfer full) */
JwJob *gw_email_read_job(const Gw *gw, const JwHttpRequest *request, JwHttpReply *reply,
                         json_t *body, int64_t now_ms);
/* ask.c: takes the members out that are null: clients send them for what is not there. */
void gw_email_drop_nulls(json_t *body);
/* ask.c: notes what is wrong with addresses at /emailRecipients. */
bool gw_email_check_recipients(const json_t *body, JwViolations *violations);
/* ask.c: 400 InvalidEmailAddresses when nothing but addresses is wrong, else ValidationError. False
 * then. */
bool gw_email_sound(JwHttpReply *reply, const JwViolations *violations);

/* answer.c: answers for the report of @job, or waits for it first as long as it may: by the
 * configuration, by what the client prefers, and by how many wait already. */
void gw_email_answer(const Gw *gw, const JwHttpRequest *request, JwHttpReply *reply,
                     const JwJob *job, bool replayed);

/* find.c: whether @job is a report of this API, asked for or scheduled. */
bool gw_email_is_report(const JwJob *job);
/* find.c: the report with this id that the caller may see. NULL: answered with 404 ReportNotFound
 * and @message, or "Report execution with ID … not found" without one. (transfer full) */
JwJob *gw_email_find(const Gw *gw, const JwHttpRequest *request, JwHttpReply *reply, const char *id,
                     const char *message);

/* render.c: all (transfer full) */
/* The whole answer. @deliveries: (nullable): of JwDelivery, those of @job */
json_t *gw_email_render_report(const JwJob *job, const GPtrArray *deliveries);
/* What there is to say before the end, or about an end without a report. */
json_t *gw_email_render_execution(const JwJob *job);
/* A row of the history. */
json_t *gw_email_render_row(const JwJob *job);
/* "Pending", "Running", "Completed", "Failed", "Cancelled". (transfer none) */
const char *gw_email_status(JwJobState state);
/* "/report/executions/<id>" */
char *gw_email_location(const Gw *gw, const char *job_id);

/* The handlers. */
extern const JwField gw_email_history_query[];
void gw_email_generate(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
void gw_email_send(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
void gw_email_history(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
void gw_email_execution(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
void gw_email_download(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);

G_END_DECLS
