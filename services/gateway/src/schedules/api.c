/* schedules/api.c: the API of scheduled jobs: its routes, and how one authenticates. */
#include "schedules/schedules.h"

#include "core/auth.h"

static const JwHttpRoute routes[] = {
    { "GET", "", gw_schedules_list, GW_SCHEDULES_MAY, gw_schedules_list_query },
    { "POST", "", gw_schedules_create, GW_SCHEDULES_MAY, gw_schedules_create_query },
    { "GET", "/:jobId", gw_schedules_get, GW_SCHEDULES_MAY, NULL },
    { "GET", "/:jobId/definition", gw_schedules_get_definition, GW_SCHEDULES_MAY, NULL },
    { "GET", "/:jobId/occurrences", gw_schedules_occurrences, GW_SCHEDULES_MAY,
      gw_schedules_occurrences_query },
    { "PUT", "/:jobId", gw_schedules_put, GW_SCHEDULES_MAY, gw_schedules_change_query },
    { "PATCH", "/:jobId", gw_schedules_patch, GW_SCHEDULES_MAY, gw_schedules_change_query },
    { "POST", "/preview", gw_schedules_preview, GW_SCHEDULES_MAY, NULL },
    { "POST", "/:jobId/preview", gw_schedules_preview_stored, GW_SCHEDULES_MAY, NULL },
    { "POST", "/:jobId/run", gw_schedules_run, GW_SCHEDULES_MAY, NULL },
    { "POST", "/:jobId/backfill", gw_schedules_backfill, GW_SCHEDULES_MAY, NULL },
    { "DELETE", "/:jobId", gw_schedules_delete, GW_SCHEDULES_MAY, NULL },
    { 0 },
};

static const JwAuthenticator *const authenticators[] = { &gw_api_key, NULL };

const JwHttpApi gw_schedules_api = {
    .name = "schedules",
    .prefix = GW_SCHEDULES,
    .authenticators = authenticators,
    .errors = gw_schedules_error,
    .routes = routes,
    .openapi = "openapi-schedules.yaml",
};
