/* rest.c: makes requests of what a verb's row and the options say. One thread. */
#include "rest.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "jw/json.h"

#define PAGE_MAX 100

/* The text of an option that is sent; NULL: it is not given. */
static const char *
member_text(const JcCall *call, const JcOption *option)
{
    const void *field = (const char *)call->given + option->offset;

    if (option->member == NULL || !jc_options_takes(call->verb, option)) {
        return NULL;
    }
    if (option->type == JC_OPTION_FLAG) {
        return *(const bool *)field ? strchr(option->member, '=') + 1 : NULL;
    }
    return *(const char *const *)field;
}

/* (transfer full) */
static char *
path_of(const JcCall *call)
{
    const char *place = strstr(call->verb->path, "{}");
    GString *path = g_string_new(call->verb->path);

    if (place != NULL) {
        g_string_truncate(path, (size_t)(place - call->verb->path));
        g_string_append_uri_escaped(path, call->arguments[0], NULL, FALSE);
        g_string_append(path, place + strlen("{}"));
    }
    return g_string_free(path, FALSE);
}

static char *
body_of_options(const JcCall *call)
{
    json_auto_t *body = json_object();

    for (const JcOption *option = call->command->options; option->name != NULL; option++) {
        const char *text = member_text(call, option);
        if (text != NULL) {
            jw_json_set_string(body, option->member, text);
        }
    }
    return jw_json_print(body);
}

json_t *
jc_rest_ask(const JcCall *call, GError **error)
{
    const JcVerb *verb = call->verb;
    const char *method = verb->method != NULL ? verb->method : "GET";
    g_autofree char *path = path_of(call);
    g_autofree char *body = NULL;

    if (verb->body == JC_BODY_NONE) {
        return jc_api_ask(call->api, method, path, NULL, error);
    }
    body = verb->body == JC_BODY_FILE ? jc_body_read(call->arguments[0], error)
                                      : body_of_options(call);
    return body != NULL ? jc_api_ask(call->api, "POST", path, body, error) : NULL;
}

JcExit
jc_rest_one(const JcCall *call, GError **error)
{
    json_auto_t *answer = jc_rest_ask(call, error);

    if (answer == NULL) {
        return JC_EXIT_FAILED;
    }
    jc_show_one(call->context, call->as, call->verb->shown, json_object_get(answer, "data"));
    return JC_EXIT_OK;
}

static char *
page_path(const JcCall *call, int64_t size, int64_t page)
{
    GString *path = g_string_new(call->verb->path);

    g_string_append_printf(path, "?limit=%" PRId64 "&page=%" PRId64, size, page);
    for (const JcOption *option = call->command->options; option->name != NULL; option++) {
        const char *text = member_text(call, option);
        if (text != NULL) {
            g_string_append_printf(path, "&%.*s=", (int)strcspn(option->member, "="),
                                   option->member);
            g_string_append_uri_escaped(path, text, NULL, FALSE);
        }
    }
    return g_string_free(path, FALSE);
}

JcExit
jc_rest_list(const JcCall *call, GError **error)
{
    const int64_t limit =
        *(const int64_t *)jc_options_field(call->command, call->given, "limit", JC_OPTION_INT);
    const int64_t size = MIN(limit, PAGE_MAX);
    json_auto_t *items = json_array();
    int64_t total = 0, more = 1;

    for (int64_t page = 1; more > 0; page++) {
        g_autofree char *path = page_path(call, size, page);
        json_auto_t *answer = jc_api_ask(call->api, "GET", path, NULL, error);
        json_t *item = NULL;
        size_t i = 0;

        if (answer == NULL) {
            return JC_EXIT_FAILED;
        }
        json_array_foreach(json_object_get(answer, "data"), i, item)
        {
            if ((int64_t)json_array_size(items) < limit) {
                json_array_append(items, item);
            }
        }
        total = json_integer_value(json_object_get(json_object_get(answer, "pagination"), "total"));
        more = MIN(total, limit) - page * size;
    }
    jc_show_list(call->context, call->as, call->verb->shown, items);
    if (call->as != JC_AS_JSON && total > (int64_t)json_array_size(items)) {
        fprintf(call->context->err, "%zu of %" PRId64 " %s; more with --limit N\n",
                json_array_size(items), total, call->command->name);
    }
    return JC_EXIT_OK;
}
