/* change.c: makes, previews, pauses, resumes and deletes a schedule. One thread. */
#include "schedule.h"

#include <jansson.h>
#include <string.h>
#include <unistd.h>

#include "jw/json.h"

#define TIMES 10

/* The one schedule that --file has, NULL without one. @ret_ok: false: with @error. (transfer full)
 */
static json_t *
read_one(const JcCall *call, bool *ret_ok, GError **error)
{
    const JcScheduleOptions *given = call->given;
    const char *file = given->files != NULL ? g_ptr_array_index(given->files, 0) : NULL;
    bool is_file = false;
    json_auto_t *list = file != NULL ? jc_rule_read(call, file, &is_file, error) : NULL;

    *ret_ok = file == NULL || list != NULL;
    if (list != NULL && json_array_size(list) != 1) {
        *ret_ok = false;
        return jw_fail_null(error, JW_ERROR_INVALID,
                            "%s has %zu schedules, and this is about one; all of them: jobctl "
                            "schedule apply -f %s",
                            file, json_array_size(list), file);
    }
    return json_incref(json_array_get(list, 0));
}

/* What file and options say. (transfer full) */
static json_t *
read_rule(const JcCall *call, bool is_patch, GError **error)
{
    bool ok = false;
    json_auto_t *base = read_one(call, &ok, error);

    return ok ? jc_rule_of_options(call, base, is_patch, error) : NULL;
}

/* "created    nightly; next Sat 2026-11-28 …, in 3 h", and the notes. */
static void
show_changed(const JcCall *call, const char *what, const json_t *job)
{
    const char *next = json_string_value(json_object_get(job, "next_run_time"));
    const char *note = jc_show_text(job, "note");
    g_autoptr(GTimeZone) zone = jc_moment_zone(jc_show_text(job, "time_zone"));
    g_autofree char *words = jc_moment_words(call->context, next, zone);
    const bool paused = json_is_true(json_object_get(job, "paused"));

    jc_print(call->context->out, "%-10s %s", what, jc_show_text(job, "id"));
    if (next != NULL) {
        jc_print(call->context->out, "; next %s", words);
    } else {
        jc_print(call->context->out, "; %s%s%s", paused ? "it is paused" : "it is not due any more",
                 note[0] != '\0' ? ": " : "", note);
    }
    fputc('\n', call->context->out);
}

static JcExit
change(const JcCall *call, const char *what, const json_t *patch, GError **error)
{
    g_autofree char *path = jc_schedule_path(call->arguments[0], "");
    json_auto_t *data = jc_schedule_ask(call, "PATCH", path, patch, error);

    if (data == NULL) {
        return JC_EXIT_FAILED;
    }
    if (call->as == JC_AS_JSON) {
        jc_show_json(call->context, json_object_get(data, "job"));
    } else {
        show_changed(call, what, json_object_get(data, "job"));
    }
    return JC_EXIT_OK;
}

static JcExit
switch_it(const JcCall *call, const char *what, bool paused, GError **error)
{
    const JcScheduleOptions *given = call->given;
    json_auto_t *patch = json_pack("{s:b}", "paused", paused);

    jw_json_set_string(patch, "note", given->note);
    return change(call, what, patch, error);
}

JcExit
jc_schedule_pause(const JcCall *call, GError **error)
{
    return switch_it(call, "paused", true, error);
}

JcExit
jc_schedule_resume(const JcCall *call, GError **error)
{
    return switch_it(call, "resumed", false, error);
}

JcExit
jc_schedule_create(const JcCall *call, GError **error)
{
    const JcScheduleOptions *given = call->given;
    json_auto_t *body = read_rule(call, false, error);

    if (body == NULL || !jc_api_set_header(call->api, "Idempotency-Key", given->key, error)) {
        return JC_EXIT_FAILED;
    }
    if (call->arguments[0] != NULL) {
        json_object_set_new(body, "id", jw_json_string(call->arguments[0]));
    }
    json_auto_t *data = jc_schedule_ask(
        call, "POST", given->dry_run ? JC_SCHEDULES "?dry_run=true" : JC_SCHEDULES, body, error);
    const json_t *job = json_object_get(data, given->dry_run ? "definition" : "job");
    if (data == NULL) {
        return JC_EXIT_FAILED;
    }
    g_autoptr(GTimeZone) zone = jc_moment_zone(jc_show_text(job, "time_zone"));
    if (call->as == JC_AS_JSON) {
        jc_show_json(call->context, given->dry_run ? data : job);
    } else if (given->dry_run) {
        jc_print(call->context->out, "created    %s; dry run, nothing is changed\n",
                 json_object_get(body, "id") != NULL ? jc_show_text(job, "id")
                                                     : "(an id of its own)");
        jc_schedule_show_times(call->context, data, zone, TIMES);
    } else {
        show_changed(call, "created", job);
        json_auto_t *notes = json_pack("{s:O}", "warnings", json_object_get(job, "warnings"));
        jc_schedule_show_times(call->context, notes, zone, 0);
    }
    return JC_EXIT_OK;
}

/* The zone of a stored schedule. (transfer full) */
static char *
stored_zone(const JcCall *call, GError **error)
{
    g_autofree char *path = jc_schedule_path(call->arguments[0], "");
    json_auto_t *data = jc_schedule_ask(call, "GET", path, NULL, error);

    return data != NULL ? g_strdup(jc_show_text(json_object_get(data, "job"), "time_zone")) : NULL;
}

JcExit
jc_schedule_preview(const JcCall *call, GError **error)
{
    const char *id = call->arguments[0];
    json_auto_t *body = read_rule(call, id != NULL, error);
    g_autofree char *path =
        id != NULL ? jc_schedule_path(id, "/preview") : g_strdup(JC_SCHEDULES "/preview");
    g_autofree char *name = g_strdup(jc_show_text(body, "time_zone"));

    json_auto_t *data = body != NULL ? jc_schedule_ask(call, "POST", path, body, error) : NULL;
    if (data == NULL) {
        return JC_EXIT_FAILED;
    }
    if (call->as == JC_AS_JSON) {
        jc_show_json(call->context, data);
        return JC_EXIT_OK;
    }
    if (id != NULL && name[0] == '\0') {
        g_free(name);
        name = stored_zone(call, error);
    }
    if (name == NULL) {
        return JC_EXIT_FAILED;
    }
    g_autoptr(GTimeZone) zone = jc_moment_zone(name);
    jc_schedule_show_times(call->context, data, zone, TIMES);
    return JC_EXIT_OK;
}

bool
jc_schedule_may_ask(const JcContext *context, const char *what, GError **error)
{
    return (context->in != NULL && isatty(fileno(context->in)) == 1)
           || jw_fail(error, JW_ERROR_INVALID,
                      "there is no terminal to ask on; give --yes to delete '%s'", what);
}

bool
jc_schedule_confirm(const JcContext *context, const char *what, GError **error)
{
    char answer[16] = "";

    jc_print(context->err, "Delete %s? [y/N] ", what);
    (void)fflush(context->err);
    const bool answered = fgets(answer, sizeof answer, context->in) != NULL;
    g_strstrip(answer);
    return (answered
            && (g_ascii_strcasecmp(answer, "y") == 0 || g_ascii_strcasecmp(answer, "yes") == 0))
           || jw_fail(error, JW_ERROR_CANCELLED, "nothing is deleted");
}

/* What is deleted is said first. */
static bool
confirm(const JcCall *call, const json_t *job, GError **error)
{
    const char *next = json_string_value(json_object_get(job, "next_run_time"));
    g_autofree char *words = jc_moment_words(call->context, next, NULL);
    g_autofree char *what = g_strdup_printf(
        "schedule '%s' (%s%s%s), of which jobs that it has started go on", call->arguments[0],
        jc_show_text(job, "trigger_details"), next != NULL ? "; next " : "", words);

    return jc_schedule_confirm(call->context, what, error);
}

JcExit
jc_schedule_delete(const JcCall *call, GError **error)
{
    const JcScheduleOptions *given = call->given;
    g_autofree char *path = jc_schedule_path(call->arguments[0], "");

    if (!given->yes) {
        json_auto_t *there = jc_schedule_ask(call, "GET", path, NULL, error);
        if (there == NULL || !confirm(call, json_object_get(there, "job"), error)) {
            return JC_EXIT_FAILED;
        }
    }
    json_auto_t *data = jc_schedule_ask(call, "DELETE", path, NULL, error);
    if (data == NULL) {
        return JC_EXIT_FAILED;
    }
    if (call->as == JC_AS_JSON) {
        jc_show_json(call->context, data);
    } else {
        jc_print(call->context->out, "deleted    %s\n", call->arguments[0]);
    }
    return JC_EXIT_OK;
}
