/* schedules/list.c: GET of all schedules, by their id. One answer has at most GW_SCHEDULES_MOST of
 * them; it says where to go on when there are more. */
#include "schedules/schedules.h"

#include "jw/store_schedules.h"

#define PAGE 500

const JwField gw_schedules_list_query[] = {
    { .name = "limit", .type = JW_FIELD_INT, .min = 1, .max = GW_SCHEDULES_MOST },
    { .name = "after", .type = JW_FIELD_STRING, .min = 1, .max = 200 },
    { .name = NULL },
};

/* Appends a page to @list, at most @left of it. @after: (inout) (transfer full) (nullable): the
 * last id. @ret_more: there are more behind it. */
static bool
append_page(const Gw *gw, json_t *list, size_t left, char **after, bool *ret_more, GError **error)
{
    const size_t wanted = MIN(left, PAGE);
    g_autoptr(GPtrArray) page = NULL;

    /* one more, which tells whether there are more */
    if (!jw_store_list_schedules(gw->store, *after, wanted + 1, &page, error)) {
        return false;
    }
    for (guint i = 0; i < MIN(page->len, wanted); i++) {
        const JwSchedule *schedule = g_ptr_array_index(page, i);

        json_array_append_new(list, gw_schedules_item(schedule));
        g_free(*after);
        *after = g_strdup(schedule->id);
    }
    *ret_more = page->len > wanted;
    return true;
}

void
gw_schedules_list(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    const size_t limit = (size_t)jw_http_query_int(request, "limit", GW_SCHEDULES_MOST);
    json_auto_t *list = json_array();
    g_autofree char *after = g_strdup(jw_http_query(request, "after"));
    g_autoptr(GError) error = NULL;
    bool more = true;

    while (more && json_array_size(list) < limit) {
        if (!append_page(context, list, limit - json_array_size(list), &after, &more, &error)) {
            jw_http_reply_error(reply, error);
            return;
        }
    }
    json_t *data = json_pack("{s:O}", "jobs", list);
    if (more) {
        jw_json_set_string(data, "next_after", after);
    }
    gw_schedules_reply(reply, 200, data);
}
