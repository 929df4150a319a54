/* reports/errors.c: the error form of this API. */
#include "reports/reports.h"

json_t *
gw_reports_error(const JwHttpProblem *problem, const char **ret_content_type G_GNUC_UNUSED)
{
    json_t *error = json_object();

    jw_json_set_string(error, "code", problem->code);
    jw_json_set_string(error, "message", problem->message);
    json_object_set_new(error, "details", jw_http_problem_details(problem));
    return json_pack("{s:b, s:o}", "success", 0, "error", error);
}
