/* reports/errors.c: how this API words its errors. */
#include "reports/reports.h"

json_t *
gw_reports_error(const JwHttpProblem *problem, const char **ret_content_type G_GNUC_UNUSED)
{
    json_t *error = json_object();

    gw_render_text(error, "code", problem->code);
    gw_render_text(error, "message", problem->message);
    json_object_set_new(error, "details", jw_http_problem_details(problem));
    return json_pack("{s:b, s:o}", "success", 0, "error", error);
}
