/* wire_schedule.c: schedules from a configuration file, and the job of one occurrence.
 * Any thread, no state. The template of a schedule names a kind of job and has its spec. It is
 * checked when the file is read and stored unchanged; the due time of an occurrence completes the
 * spec of its job. */
#include "wire_private.h"

#include "jw/address.h"
#include "jw/clock.h"
#include "jw/ident.h"

#include <string.h>

#define ANCHOR_DEFAULT_MS 0 /* every process computes the same due times */

static const char *const trigger_types[] = { "interval", "cron", "once", NULL };
static const char *const misfires[] = { "coalesce", "skip", "catch-up", NULL };

static char *
check_cron(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwCron) cron = jw_cron_new(text, &error);

    return cron != NULL ? NULL : g_strdup(jw_error_message(error));
}

static const JwField trigger_fields[] = {
    { .name = "type",
      .type = JW_FIELD_STRING,
      .flags = JW_FIELD_REQUIRED,
      .values = trigger_types },
    { .name = "every", .type = JW_FIELD_STRING, .check = jw_check_duration },
    { .name = "anchor", .type = JW_FIELD_STRING, .check = jw_check_time },
    { .name = "cron", .type = JW_FIELD_STRING, .min = 1, .max = 200, .check = check_cron },
    { .name = "at", .type = JW_FIELD_STRING, .check = jw_check_time },
    { .name = NULL },
};
static const JwField schedule_fields[] = {
    { .name = "id", .type = JW_FIELD_STRING, .flags = JW_FIELD_REQUIRED, .check = jw_check_slug },
    { .name = "description", .type = JW_FIELD_STRING, .flags = JW_FIELD_LINES, .max = 2000 },
    { .name = "trigger",
      .type = JW_FIELD_OBJECT,
      .flags = JW_FIELD_REQUIRED,
      .fields = trigger_fields },
    { .name = "timeZone", .type = JW_FIELD_STRING, .check = jw_check_zone },
    { .name = "misfire", .type = JW_FIELD_STRING, .values = misfires },
    { .name = "misfireGrace", .type = JW_FIELD_STRING, .check = jw_check_duration },
    { .name = "enabled", .type = JW_FIELD_BOOL },
    { .name = "job", .type = JW_FIELD_ANY, .flags = JW_FIELD_REQUIRED },
    { .name = NULL },
};
static const JwField schedule_item = { .type = JW_FIELD_OBJECT, .fields = schedule_fields };
static const JwField file_fields[] = {
    { .name = "$schema", .type = JW_FIELD_STRING },
    { .name = "schedules",
      .type = JW_FIELD_ARRAY,
      .flags = JW_FIELD_REQUIRED,
      .max = 10000,
      .item = &schedule_item },
    { .name = NULL },
};

/* Which member of a trigger each type needs. */
static const struct {
    const char *type, *member;
    JwTriggerType value;
} triggers[] = {
    { "interval", "every", JW_TRIGGER_INTERVAL },
    { "cron", "cron", JW_TRIGGER_CRON },
    { "once", "at", JW_TRIGGER_ONCE },
};

static bool
check_trigger(const json_t *trigger, const char *base, JwViolations *violations)
{
    const char *type = jw_json_text(trigger, "type");
    bool ok = true;

    for (size_t i = 0; i < G_N_ELEMENTS(triggers); i++) {
        bool wanted = g_strcmp0(type, triggers[i].type) == 0;
        bool given = json_object_get(trigger, triggers[i].member) != NULL;
        g_autofree char *pointer = jw_pointer(base, triggers[i].member);
        if (wanted && !given) {
            ok = jw_violations_add(violations, pointer, "is required for a trigger of type %s",
                                   type);
        } else if (given && !wanted && type != NULL) {
            ok = jw_violations_add(violations, pointer, "belongs to a trigger of type %s, not %s",
                                   triggers[i].type, type);
        }
    }
    if (json_object_get(trigger, "anchor") != NULL && g_strcmp0(type, "interval") != 0) {
        g_autofree char *pointer = jw_pointer(base, "anchor");
        ok = jw_violations_add(violations, pointer, "belongs to a trigger of type interval");
    }
    return ok;
}

static bool
check_template(const JwWire *self, const json_t *job, const char *base, JwViolations *violations)
{
    const JwJobKind *kind = jw_kind_find(jw_json_text(job, "jobType"));
    g_autofree char *spec = jw_pointer(base, "spec");
    bool ok = jw_wire_check_job(self, job, jw_wire_template_fields, base, violations);

    return (kind == NULL || kind->check_template == NULL
            || kind->check_template(json_object_get(job, "spec"), spec, violations))
           && ok;
}

static bool
check_schedule(const JwWire *self, const json_t *item, const char *base, GHashTable *ids,
               JwViolations *violations)
{
    const char *id = jw_json_text(item, "id");
    const json_t *job = json_object_get(item, "job");
    g_autofree char *trigger = jw_pointer(base, "trigger");
    g_autofree char *template = jw_pointer(base, "job");
    bool ok = check_trigger(json_object_get(item, "trigger"), trigger, violations);

    if (id != NULL && !g_hash_table_add(ids, g_strdup(id))) {
        g_autofree char *pointer = jw_pointer(base, "id");
        ok = jw_violations_add(violations, pointer, "is the id of an earlier schedule");
    }
    return job != NULL && check_template(self, job, template, violations) && ok;
}

static bool
check_file(const JwWire *self, const json_t *file, JwViolations *violations)
{
    const json_t *list = json_object_get(file, "schedules");
    g_autoptr(GHashTable) ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    bool ok = jw_check_object(file, file_fields, "", violations);
    const json_t *item = NULL;
    size_t i = 0;

    json_array_foreach(list, i, item)
    {
        g_autofree char *base = jw_pointer_index("/schedules", i);
        ok = check_schedule(self, item, base, ids, violations) && ok;
    }
    return ok;
}

static void
read_trigger(const json_t *trigger, JwSchedule *schedule)
{
    const char *type = jw_json_text(trigger, "type");
    const char *every = jw_json_text(trigger, "every");

    for (size_t i = 0; i < G_N_ELEMENTS(triggers); i++) {
        if (g_strcmp0(type, triggers[i].type) == 0) {
            schedule->trigger = triggers[i].value;
        }
    }
    schedule->cron = g_strdup(jw_json_text(trigger, "cron"));
    schedule->anchor_ms = jw_json_time(trigger, "anchor", ANCHOR_DEFAULT_MS);
    schedule->once_ms = jw_json_time(trigger, "at", 0);
    if (every != NULL) {
        (void)jw_parse_duration(every, &schedule->interval_ms);
    }
}

/* A template without a time zone takes that of its schedule. (transfer full) */
static json_t *
template_of(const json_t *item)
{
    json_t *job = json_deep_copy(json_object_get(item, "job"));
    const JwJobKind *kind = jw_kind_find(jw_json_text(job, "jobType"));
    const char *zone = jw_json_text(item, "timeZone");

    if (zone != NULL && kind->set_zone != NULL) {
        kind->set_zone(json_object_get(job, "spec"), zone);
    }
    return job;
}

/* Only what decides the due times: after a change of template or policy they go on as they are
 * (jw_store_put_schedule). */
static char *
rule_hash(const JwSchedule *schedule)
{
    g_autofree char *rule = g_strdup_printf(
        "%s|%" G_GINT64_FORMAT "|%" G_GINT64_FORMAT "|%s|%" G_GINT64_FORMAT "|%s",
        jw_trigger_name(schedule->trigger), schedule->interval_ms, schedule->anchor_ms,
        schedule->cron != NULL ? schedule->cron : "", schedule->once_ms, schedule->time_zone);

    return jw_sha256_hex(rule, strlen(rule));
}

static void
read_policies(const json_t *item, JwSchedule *schedule)
{
    static const JwMisfire values[] = { JW_MISFIRE_COALESCE, JW_MISFIRE_SKIP, JW_MISFIRE_CATCH_UP };
    const char *misfire = jw_json_text(item, "misfire");
    const char *grace = jw_json_text(item, "misfireGrace");

    for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
        if (g_strcmp0(misfire, misfires[i]) == 0) {
            schedule->misfire = values[i];
        }
    }
    if (grace != NULL) {
        (void)jw_parse_duration(grace, &schedule->misfire_grace_ms);
    }
    schedule->enabled = !json_is_false(json_object_get(item, "enabled"));
    schedule->switch_reason =
        g_strdup(schedule->enabled ? "the file of schedules enables it; what was due while it was "
                                     "disabled is not made up for"
                                   : "the file of schedules disables it");
}

static JwSchedule *
read_schedule(const JwWire *self, const json_t *item, int64_t now_ms, GError **error)
{
    g_autoptr(JwSchedule) schedule = jw_schedule_new();
    const char *zone = jw_json_text(item, "timeZone");
    json_auto_t *template = template_of(item);
    g_autofree char *entry = jw_json_print(item);
    g_autoptr(JwJob) job = jw_wire_build_job(self, template, now_ms, now_ms);

    schedule->id = g_strdup(jw_json_text(item, "id"));
    schedule->source = g_strdup(JW_SCHEDULE_FILE);
    schedule->entry_hash = jw_sha256_hex(entry, strlen(entry));
    if (zone != NULL) {
        g_free(schedule->time_zone);
        schedule->time_zone = g_strdup(zone);
    }
    read_trigger(json_object_get(item, "trigger"), schedule);
    read_policies(item, schedule);
    schedule->job_type = g_steal_pointer(&job->type);
    schedule->job_name = g_steal_pointer(&job->name);
    schedule->job_spec = jw_json_print(template);
    schedule->rule_hash = rule_hash(schedule);
    schedule->updated_at_ms = now_ms;
    if (!jw_schedule_next(schedule, now_ms, &schedule->next_fire_ms, error)) {
        (void)jw_prefix(error, "schedule '%s'", schedule->id);
        return NULL;
    }
    return g_steal_pointer(&schedule);
}

bool
jw_wire_schedules_load(const JwWire *self, const char *path, int64_t now_ms, GPtrArray **ret,
                       GError **error)
{
    g_return_val_if_fail(self != NULL && path != NULL && ret != NULL, false);
    g_return_val_if_fail(error == NULL || *error == NULL, false);

    g_auto(JwViolations) violations = { 0 };
    json_auto_t *file = jw_json_parse_file(path, error);
    if (file == NULL) {
        return false;
    }
    if (!check_file(self, file, &violations)) {
        g_autofree char *text = jw_violations_text(&violations);
        return jw_fail(error, JW_ERROR_INVALID, "%s: %s", path, text);
    }
    g_autoptr(GPtrArray) schedules = g_ptr_array_new_with_free_func(jw_schedule_free);
    const json_t *item = NULL;
    size_t i = 0;
    json_array_foreach(json_object_get(file, "schedules"), i, item)
    {
        JwSchedule *schedule = read_schedule(self, item, now_ms, error);
        if (schedule == NULL) {
            return jw_prefix(error, "%s", path);
        }
        g_ptr_array_add(schedules, schedule);
    }
    *ret = g_steal_pointer(&schedules);
    return true;
}

/* Whose jobs they are: the template says it, or they are the schedule's own. */
static void
read_requester(const json_t *actor, JwJob *job, const char *schedule_id)
{
    if (actor != NULL) {
        job->requested_by.id = g_strdup(jw_json_text(actor, "id"));
        job->requested_by.name = g_strdup(jw_json_text(actor, "name"));
        job->requested_by.email = jw_address_sent(jw_json_text(actor, "email"));
        return;
    }
    job->requested_by.id = g_strdup(job->source);
    job->requested_by.name = g_strconcat("Schedule ", schedule_id, NULL);
}

bool
jw_wire_job_from_schedule(const JwWire *self, const JwSchedule *schedule, int64_t due_ms,
                          int64_t now_ms, JwJob **ret_job, GError **error)
{
    char id[JW_UUID_LEN + 1];

    g_return_val_if_fail(
        self != NULL && schedule != NULL && schedule->id != NULL && ret_job != NULL, false);
    g_return_val_if_fail(error == NULL || *error == NULL, false);

    g_auto(JwViolations) violations = { 0 };
    g_autofree char *due = jw_time_format(due_ms);
    const char *text = schedule->job_spec != NULL ? schedule->job_spec : "";
    json_auto_t *body = jw_json_parse(text, strlen(text), error);
    if (body == NULL) {
        return jw_prefix(error, "template of schedule '%s'", schedule->id);
    }
    if (!check_template(self, body, "", &violations)) {
        g_autofree char *wrong = jw_violations_text(&violations);
        return jw_fail(error, JW_ERROR_INVALID, "template of schedule '%s': %s", schedule->id,
                       wrong);
    }
    JwJob *job = jw_wire_build_job(self, body, due_ms, now_ms);
    jw_uuid_derive(id, "schedule", schedule->id, due, NULL);
    job->id = g_strdup(id);
    job->source = g_strconcat("schedule:", schedule->id, NULL);
    read_requester(json_object_get(body, "requestedBy"), job, schedule->id);
    job->scheduled_for_ms = due_ms;
    *ret_job = job;
    return true;
}
