/* paths.c: asks the APIs of schedules and of calendars. One thread. */
#include "schedule.h"

#include <inttypes.h>
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

json_t *
jc_pages_read(const JcCall *call, const char *path, const char *name, int64_t page_most,
              int64_t limit, bool *ret_more, GError **error)
{
    json_auto_t *items = json_array();
    g_autofree char *after = NULL;

    *ret_more = true;
    while (*ret_more && (int64_t)json_array_size(items) < limit) {
        const int64_t left = limit - (int64_t)json_array_size(items);
        g_autoptr(GString) page = g_string_new(path);
        g_string_append_printf(page, "?limit=%" PRId64, MIN(left, page_most));
        if (after != NULL) {
            g_string_append(page, "&after=");
            g_string_append_uri_escaped(page, after, NULL, FALSE);
        }
        json_auto_t *data = jc_schedule_ask(call, "GET", page->str, NULL, error);
        if (data == NULL) {
            return NULL;
        }
        json_array_extend(items, json_object_get(data, name));
        g_free(after);
        after = g_strdup(json_string_value(json_object_get(data, "next_after")));
        *ret_more = after != NULL;
    }
    return json_incref(items);
}
