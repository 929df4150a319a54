/* rule.c: schedules as options and files say them. One thread. An option's member is its place in a
 * schedule: "trigger/cron". */
#include "schedule.h"

#include <jansson.h>
#include <string.h>

#include "jw/civil.h"
#include "jw/json.h"
#include "jw/json_parts.h"

#define FILE_MAX_BYTES JW_JSON_FILE_MAX

/* Each makes a trigger of its type. */
static const struct {
    const char *type, *member;
} triggers[] = {
    { "cron", "cron" },
    { "interval", "every" },
    { "once", "at" },
};

/* Members of a trigger that not every type has. */
static const struct {
    const char *member, *type;
} belongs[] = {
    { "cron", "cron" },       { "dialect", "cron" }, { "every", "interval" },
    { "anchor", "interval" }, { "at", "once" },
};

/* Options that are moments. */
static const char *const moments[] = { "at", "anchor", "start", "end", NULL };

bool
jc_rule_has_trigger(const JcScheduleOptions *given)
{
    return given->cron != NULL || given->every != NULL || given->at != NULL;
}

/* The object at all names but the last of a place, made where it is missing. @ret_name: (out)
 * (transfer full): the last. */
static json_t *
object_of(json_t *whole, const char *place, char **ret_name)
{
    g_auto(GStrv) names = g_strsplit(place, "/", -1);
    json_t *object = whole;
    size_t i = 0;

    for (; names[i + 1] != NULL; i++) {
        json_t *inner = json_object_get(object, names[i]);
        if (!json_is_object(inner)) {
            json_object_set_new(object, names[i], json_object());
            inner = json_object_get(object, names[i]);
        }
        object = inner;
    }
    *ret_name = g_strdup(names[i]);
    return object;
}

static void
set_at(json_t *whole, const char *place, json_t *take_value)
{
    g_autofree char *name = NULL;
    json_t *object = object_of(whole, place, &name);

    json_object_set_new(object, name, take_value);
}

/* What is typed, or what the file behind an @ has: a JSON object. (transfer full) */
static json_t *
read_parameters(const char *text, GError **error)
{
    json_t *value = text[0] == '@' ? jc_json_read(text + 1, FILE_MAX_BYTES, NULL, error)
                                   : jw_json_parse(text, strlen(text), error);

    if (value == NULL) {
        (void)jw_prefix(error, "--parameters");
    } else if (!json_is_object(value)) {
        json_decref(value);
        return jw_fail_null(error, JW_ERROR_INVALID,
                            "--parameters is an object: '{\"period\":{\"type\":\"weekly\"}}', or "
                            "@FILE");
    }
    return value;
}

/* A local time is one of the zone that is named, or of this computer. */
static json_t *
read_moment(const JcCall *call, const JcOption *option, const char *text, GError **error)
{
    const JcScheduleOptions *given = call->given;
    g_autofree char *what = g_strconcat("--", option->name, NULL);
    g_autoptr(GTimeZone) zone =
        given->zone != NULL ? jw_zone_new(given->zone, error) : g_time_zone_new_local();
    int64_t time_ms = 0;

    if (zone == NULL
        || !jc_moment_read(text, what, zone, JC_AHEAD, call->context->clock, &time_ms, error)) {
        return NULL;
    }
    g_autofree char *time = jw_time_format(time_ms);
    return json_string(time);
}

/* Of the type that is given; an option of another one would have no effect. */
static bool
check_belongs(const JcScheduleOptions *given, GError **error)
{
    const struct {
        const char *name, *value, *trigger;
        bool fits;
    } options[] = {
        { "dialect", given->dialect, "cron", given->cron != NULL },
        { "anchor", given->anchor, "every", given->every != NULL },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(options); i++) {
        if (options[i].value != NULL && jc_rule_has_trigger(given) && !options[i].fits) {
            return jw_fail(error, JW_ERROR_INVALID, "--%s is of --%s, which is not given",
                           options[i].name, options[i].trigger);
        }
    }
    return true;
}

bool
jc_rule_check(const JcCall *call, GError **error)
{
    if (!check_belongs(call->given, error)) {
        return false;
    }
    for (const JcOption *option = call->command->options; option->name != NULL; option++) {
        const void *field = (const char *)call->given + option->offset;
        const char *text =
            g_strv_contains(moments, option->name) ? *(const char *const *)field : NULL;
        json_auto_t *time = text != NULL ? read_moment(call, option, text, error) : NULL;
        if (text != NULL && time == NULL) {
            return false;
        }
    }
    return true;
}

static json_t *
texts_of(const GPtrArray *list)
{
    json_t *texts = json_array();

    for (guint i = 0; i < list->len; i++) {
        json_array_append_new(texts, jw_json_string(g_ptr_array_index(list, i)));
    }
    return texts;
}

/* The value of an option; NULL without @error: it is not given. (transfer full) */
static json_t *
value_of(const JcCall *call, const JcOption *option, GError **error)
{
    const void *field = (const char *)call->given + option->offset;

    if (option->type == JC_OPTION_FLAG) {
        return *(const bool *)field ? json_true() : NULL;
    }
    if (option->type == JC_OPTION_LIST) {
        const GPtrArray *list = *(GPtrArray *const *)field;
        return list != NULL ? texts_of(list) : NULL;
    }
    g_assert(option->type == JC_OPTION_TEXT);
    const char *text = *(const char *const *)field;
    if (text == NULL) {
        return NULL;
    }
    if (strcmp(option->name, "parameters") == 0) {
        return read_parameters(text, error);
    }
    return g_strv_contains(moments, option->name) ? read_moment(call, option, text, error)
                                                  : jw_json_string(text);
}

/* The type of the trigger that an option makes, and null in a patch for what another one had. */
static void
set_trigger(const JcScheduleOptions *given, json_t *whole, bool is_patch)
{
    const char *const values[] = { given->cron, given->every, given->at };
    const char *type = NULL;

    for (size_t i = 0; i < G_N_ELEMENTS(triggers); i++) {
        type = values[i] != NULL ? triggers[i].type : type;
    }
    if (type == NULL) {
        return;
    }
    json_t *trigger = json_object_get(whole, "trigger");
    json_object_set_new(trigger, "type", json_string(type));
    for (size_t i = 0; i < G_N_ELEMENTS(belongs); i++) {
        if (strcmp(belongs[i].type, type) == 0) {
            continue;
        }
        if (is_patch && json_object_get(trigger, belongs[i].member) == NULL) {
            json_object_set_new(trigger, belongs[i].member, json_null());
        } else if (!is_patch) {
            (void)json_object_del(trigger, belongs[i].member);
        }
    }
}

json_t *
jc_rule_of_options(const JcCall *call, const json_t *base, bool is_patch, GError **error)
{
    json_auto_t *said = json_object();

    for (const JcOption *option = call->command->options; option->name != NULL; option++) {
        g_autoptr(GError) cause = NULL;
        json_t *value = option->member != NULL && jc_options_takes(call->verb, option)
                            ? value_of(call, option, &cause)
                            : NULL;
        if (cause != NULL) {
            g_propagate_error(error, g_steal_pointer(&cause));
            return NULL;
        }
        if (value != NULL) {
            set_at(said, option->member, value);
        }
    }
    json_t *whole = base != NULL ? jw_json_merge(base, said) : json_incref(said);
    set_trigger(call->given, whole, is_patch);
    return whole;
}

static bool
check_file(const JcCall *call, const char *path, const json_t *file, GError **error)
{
    static const char *const known[] = { "$schema", "calendars", "schedules", NULL };
    const char *name = NULL;
    const json_t *member = NULL;

    json_object_foreach(jw_json_mutable(file), name, member)
    {
        if (!g_strv_contains(known, name)) {
            return jw_fail(error, JW_ERROR_INVALID, "%s: /%s is no member of a file of schedules",
                           path, name);
        }
    }
    if (!jc_calendar_check_stored(call, path, json_object_get(file, "calendars"), error)) {
        return false;
    }
    return json_is_array(json_object_get(file, "schedules"))
           || jw_fail(error, JW_ERROR_INVALID, "%s: /schedules is no list", path);
}

json_t *
jc_rule_read(const JcCall *call, const char *path, bool *ret_is_file, GError **error)
{
    json_auto_t *file = jc_json_read(path, FILE_MAX_BYTES, NULL, error);

    if (file == NULL) {
        return NULL;
    }
    *ret_is_file = json_object_get(file, "schedules") != NULL;
    if (*ret_is_file) {
        return check_file(call, path, file, error) ? json_incref(json_object_get(file, "schedules"))
                                                   : NULL;
    }
    if (!json_is_object(file)) {
        return jw_fail_null(error, JW_ERROR_INVALID,
                            "%s: it is neither a schedule nor a file of schedules "
                            "({\"schedules\": […]})",
                            path);
    }
    return json_pack("[O]", file);
}
