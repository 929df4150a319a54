/* calendars/calendars.h: the API of the days on which scheduled jobs are not due,
 * /api/v1alpha1/calendars: what its files share. It stands beside that of the jobs, and not below
 * it, where `calendars` may be the id of one. Keys, answers and errors are those of
 * schedules/schedules.h. */
#pragma once
#include "core/request.h"
#include "jw/http_reply.h"
#include "jw/http_request.h"
#include "jw/store_calendars.h"

G_BEGIN_DECLS

#define GW_CALENDARS      "/api/v1alpha1/calendars"
#define GW_CALENDARS_MOST 200  /* in one answer */
#define GW_CALENDARS_JOBS 1000 /* that use one, in one answer */

extern const JwHttpApi gw_calendars_api;

/* read.c: all of a calendar; NULL: what is stored cannot be read. (transfer full) */
json_t *gw_calendars_value(const JwStoredCalendar *calendar, GError **error);
/* read.c: 200 or 201 with all of it, and its entity tag. */
void gw_calendars_reply(JwHttpReply *reply, const JwHttpRequest *request, int status,
                        const JwStoredCalendar *calendar);
/* read.c: the entity tag, without quotes. (transfer full) */
char *gw_calendars_etag(const JwStoredCalendar *calendar);
/* read.c: 404 CALENDAR_NOT_FOUND. */
void gw_calendars_not_found(JwHttpReply *reply, const char *name);

/* The handlers. */
extern const JwField gw_calendars_list_query[];
void gw_calendars_list(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
void gw_calendars_get(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
extern const JwField gw_calendars_jobs_query[];
void gw_calendars_jobs(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
void gw_calendars_put(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
void gw_calendars_delete(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);

G_END_DECLS
