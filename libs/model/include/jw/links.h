/* jw/links.h: where the gateway serves a report job, for those who link to it. Any thread. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

#define JW_LINK_REPORTS     "/api/v2/reports"
#define JW_LINK_REPORT_JOBS JW_LINK_REPORTS "/jobs"
#define JW_LINK_DOWNLOAD    "/download" /* below a job: its artifact */

/* @base (scheme and host, NULL or "": none), the path of the job, whose id is escaped, and @below
 * ("" is the job itself). (transfer full) */
char *jw_link_report_job(const char *base, const char *job_id, const char *below);

G_END_DECLS
