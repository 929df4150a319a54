/* links.c: where the gateway serves a report job. */
#include "jw/links.h"

char *
jw_link_report_job(const char *base, const char *job_id, const char *below)
{
    g_autofree char *escaped = g_uri_escape_string(job_id, NULL, FALSE);

    return g_strconcat(base != NULL ? base : "", JW_LINK_REPORT_JOBS "/", escaped, below, NULL);
}
