/* calendars/api.c: the API of the days on which scheduled jobs are not due: its routes. */
#include "calendars/calendars.h"

#include "core/auth.h"
#include "schedules/schedules.h"

static const JwHttpRoute routes[] = {
    { "GET", "", gw_calendars_list, GW_SCHEDULES_MAY, gw_calendars_list_query },
    { "GET", "/:name", gw_calendars_get, GW_SCHEDULES_MAY, NULL },
    { "PUT", "/:name", gw_calendars_put, GW_SCHEDULES_MAY, NULL },
    { "DELETE", "/:name", gw_calendars_delete, GW_SCHEDULES_MAY, NULL },
    { "GET", "/:name/jobs", gw_calendars_jobs, GW_SCHEDULES_MAY, gw_calendars_jobs_query },
    { 0 },
};

static const char *const tagged[] = { "/:name", NULL };
static const JwAuthenticator *const authenticators[] = { &gw_api_key, NULL };

const JwHttpApi gw_calendars_api = {
    .name = "calendars",
    .prefix = GW_CALENDARS,
    .authenticators = authenticators,
    .errors = gw_schedules_error,
    .routes = routes,
    .tagged = tagged,
    .openapi = "openapi-calendars.yaml",
};
