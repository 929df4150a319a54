/* paths.c: asks the API of schedules. One thread. */
#include "schedule.h"

#include <jansson.h>

#include "jw/json.h"

char *
jc_schedule_path(const char *id, const char *tail)
{
    GString *path = g_string_new(JC_SCHEDULES "/");

    g_string_append_uri_escaped(path, id, NULL, FALSE);
    g_string_append(path, tail);
    return g_string_free(path, FALSE);
}

json_t *
jc_schedule_ask(const JcCall *call, const char *method, const char *path, const json_t *body,
                GError **error)
{
    g_autofree char *text = body != NULL ? jw_json_print(body) : NULL;
    json_auto_t *answer = jc_api_ask(call->api, method, path, text, error);

    return json_incref(json_object_get(answer, "data"));
}
