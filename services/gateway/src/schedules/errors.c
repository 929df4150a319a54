/* schedules/errors.c: the error form of this API. */
#include "schedules/schedules.h"

json_t *
gw_schedules_error(const JwHttpProblem *problem, const char **ret_content_type G_GNUC_UNUSED)
{
    json_t *detail = json_object();

    jw_json_set_string(detail, "code", problem->code);
    /* A key has a role and no permissions. */
    jw_json_set_string(detail, "message",
                       problem->status == 403 ? "this needs an API key of the role admin"
                                              : problem->message);
    if (problem->violations != NULL) {
        json_object_set_new(detail, "errors", jw_http_problem_details(problem));
    }
    return json_pack("{s:o}", "detail", detail);
}
