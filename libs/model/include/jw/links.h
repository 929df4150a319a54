/* jw/links.h: where the gateway serves a report job and the links in mails, for those who link to
 * them. Any thread. */
#pragma once
#include "jw/error.h"

G_BEGIN_DECLS

#define JW_LINK_REPORTS     "/api/v2/reports"
#define JW_LINK_REPORT_JOBS JW_LINK_REPORTS "/jobs"
#define JW_LINK_DOWNLOAD    "/download" /* below a job: its artifact */
#define JW_LINK_BOUNCES     "/api/v1alpha1/bounces"
#define JW_LINK_MAILED      "/links" /* a token follows (jw/link_token.h) */

/* @base (scheme and host, NULL or "": none), the path of the job, whose id is escaped, and @below
 * ("" is the job itself). (transfer full) */
char *jw_link_report_job(const char *base, const char *job_id, const char *below);

/* The download link of a token; @base as above. (transfer full) */
char *jw_link_mailed(const char *base, const char *token);

#define JW_LINK_UNSUBSCRIBE "/unsubscribe" /* a token follows (jw/link_token.h) */

/* The address that ends the mails of a list; @base as above. (transfer full) */
char *jw_link_unsubscribe(const char *base, const char *token);

/* Whether it is a plain web address, fit to be clicked on: http or https, and only characters that
 * a URL may have. */
bool jw_link_is_web(const char *link);

/* Checks @url, the base that paths of the gateway are put behind, and takes slashes off its end:
 * a plain web address without query and fragment, so that what is put behind it is one as well.
 * @variable names it in the error, @example is a good one. @error: INVALID. */
bool jw_link_url_check(char *url, const char *variable, const char *example,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same of JW_PUBLIC_URL, the base of all links that people get. @error: INVALID. */
bool jw_link_base_check(char *url, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
