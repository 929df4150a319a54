/* list.c: reads the pages of a list one after the other. One thread. */
#include "list.h"

#include <inttypes.h>
#include <jansson.h>

#define PAGE_MAX 100

static char *
query_of(const JcList *list, int64_t size, int64_t page)
{
    GString *path = g_string_new(list->path);

    g_string_append_printf(path, "?limit=%" PRId64 "&page=%" PRId64, size, page);
    for (const JcFilter *filter = list->filters; filter->name != NULL; filter++) {
        if (filter->value != NULL) {
            g_string_append_printf(path, "&%s=", filter->name);
            g_string_append_uri_escaped(path, filter->value, NULL, FALSE);
        }
    }
    return g_string_free(path, FALSE);
}

bool
jc_list(const JcContext *context, JcApi *api, const JcList *list, JcAs as, const JcShow *columns,
        GError **error)
{
    const int64_t size = MIN(list->limit, PAGE_MAX);
    json_auto_t *items = json_array();
    int64_t total = 0, more = 1;

    for (int64_t page = 1; more > 0; page++) {
        g_autofree char *path = query_of(list, size, page);
        json_auto_t *answer = jc_api_ask(api, "GET", path, NULL, error);
        const json_t *data = json_object_get(answer, "data");
        json_t *item = NULL;
        size_t i = 0;

        if (answer == NULL) {
            return false;
        }
        json_array_foreach(data, i, item)
        {
            if ((int64_t)json_array_size(items) < list->limit) {
                json_array_append(items, item);
            }
        }
        total = json_integer_value(json_object_get(json_object_get(answer, "pagination"), "total"));
        more = MIN(total, list->limit) - page * size;
    }
    jc_show_list(context, as, columns, items);
    if (as != JC_AS_JSON && total > (int64_t)json_array_size(items)) {
        fprintf(context->err, "%zu of %" PRId64 " %s; more with --limit N\n",
                json_array_size(items), total, list->things);
    }
    return true;
}
