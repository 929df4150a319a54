/* schedules/schedules.h: the API of scheduled jobs, /api/v1alpha1/jobs, which calls a schedule a
 * job: what its files share. Who asks has an API key; the role admin alone may do anything here.
 * Answers are {"status":"ok","data":{…}}, errors {"detail":{code,message[,errors]}}. */
#pragma once
#include "core/request.h"
#include "jw/http_reply.h"
#include "jw/http_request.h"
#include "jw/schedule.h"

G_BEGIN_DECLS

#define GW_SCHEDULES      "/api/v1alpha1/jobs"
#define GW_SCHEDULES_MAY  "schedules:manage" /* what admins have */
#define GW_SCHEDULES_MOST 10000              /* in one answer */
#define GW_SCHEDULES_ROWS 500                /* of the ledger, in one answer */

extern const JwHttpApi gw_schedules_api;

/* errors.c: the error form. */
json_t *gw_schedules_error(const JwHttpProblem *problem, const char **ret_content_type);

/* render.c: {"status":"ok","data":…}. @take_data: (transfer full) */
void gw_schedules_reply(JwHttpReply *reply, int status, json_t *take_data);
/* render.c: the four members that every schedule is shown with. (transfer full) */
json_t *gw_schedules_item(const JwSchedule *schedule);
/* render.c: how the next due times of a schedule and its warnings are shown. (transfer full) */
json_t *gw_schedules_times(const GArray *due);
json_t *gw_schedules_warnings(const GPtrArray *warnings);
/* render.c: a row of the ledger. (transfer full) */
json_t *gw_schedules_occurrence(const JwOccurrence *row);
/* detail.c: the schedule of :jobId; NULL: answered. (transfer full) */
JwSchedule *gw_schedules_find(const Gw *gw, const JwHttpRequest *request, JwHttpReply *reply);
/* detail.c: the whole of a schedule as {"job":…}; NULL: answered. (transfer full) */
json_t *gw_schedules_detail(const Gw *gw, JwHttpReply *reply, JwSchedule *schedule);
/* detail.c: what a schedule says, as the file of schedules has it, and the digest of that.
 * (transfer full) */
json_t *gw_schedules_definition(const JwSchedule *schedule);
/* detail.c: sets the next due times and the warnings. A rule that cannot be read, say for want of
 * its calendar, is shown all the same. */
bool gw_schedules_set_preview(const Gw *gw, JwSchedule *schedule, json_t *object, GError **error);
/* run.c: the Idempotency-Key, and the id that it makes for who asks; another one each time without
 * it. @ret_key: (out) (nullable) (transfer none). False: a violation was noted. */
bool gw_schedules_key(const JwHttpRequest *request, int64_t now_ms, JwViolations *violations,
                      const char **ret_key, char ret_id[JW_UUID_LEN + 1]);
/* run.c: an error; @what: the message of one of which is not known whether it was done. */
void gw_schedules_reply_doubt(JwHttpReply *reply, const GError *error, const char *what);
/* render.c: 404 JOB_NOT_FOUND. */
void gw_schedules_not_found(JwHttpReply *reply, const char *id);

/* The handlers. */
extern const JwField gw_schedules_list_query[];
void gw_schedules_list(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
void gw_schedules_get(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
void gw_schedules_get_definition(const JwHttpRequest *request, JwHttpReply *reply,
                                 gpointer context);
extern const JwField gw_schedules_occurrences_query[];
void gw_schedules_occurrences(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
extern const JwField gw_schedules_create_query[], gw_schedules_change_query[];
void gw_schedules_create(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
void gw_schedules_put(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
void gw_schedules_patch(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
void gw_schedules_preview(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
void gw_schedules_preview_stored(const JwHttpRequest *request, JwHttpReply *reply,
                                 gpointer context);
void gw_schedules_run(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
void gw_schedules_backfill(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
void gw_schedules_delete(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);

G_END_DECLS
