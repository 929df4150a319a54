/* apis.c: the APIs that this gateway serves, one line each. */
#include "gw.h"

#include "bounces/bounces.h"
#include "calendars/calendars.h"
#include "docs/docs.h"
#include "links/links.h"
#include "reports/reports.h"
#include "schedules/schedules.h"
#include "unsubscribe/unsubscribe.h"

const JwHttpApi *const gw_apis[] = {
    &gw_reports_api, &gw_schedules_api,   &gw_calendars_api, &gw_bounces_api,
    &gw_links_api,   &gw_unsubscribe_api, &gw_docs_api,      NULL,
};

void
gw_add_apis(Gw *self, JwHttpServer *http)
{
    for (size_t i = 0; gw_apis[i] != NULL; i++) {
        jw_http_server_add_api(http, gw_apis[i], self);
    }
}
