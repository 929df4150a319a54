/* wire_schedule.c: a schedule and its JSON, in both directions (schemas/common/schedule.v1.json).
 * Any thread, no state. The same form for the file of schedules, the bodies of the API and the
 * commands of Kafka: a member has its row in a table here, is read in read_…() and written in
 * jw_wire_schedule_value(). */
#include "wire_private.h"

#include "jw/clock.h"
#include "jw/duration.h"
#include "jw/every.h"
#include "jw/ident.h"
#include "jw/json_parts.h"

#include <string.h>

#define JITTER_MOST_MS INT64_C(86400000)
#define CRON_MAX       200

static const char *const trigger_types[] = { "interval", "cron", "once", NULL };
static const char *const misfires[] = { "fire_once", "fire_all", "skip", NULL };
static const char *const dialects[] = { "crontab", "quartz", "apscheduler", NULL };
static const char *const gaps[] = { "auto", "run_after", "skip", NULL };
static const char *const repeats[] = { "auto", "first", "last", "both", NULL };
static const char *const overlaps[] = { "allow", "skip", "queue_one", "cancel_running", NULL };

static char *
check_every(const char *text)
{
    g_autoptr(GError) error = NULL;
    int64_t ms = 0;

    return jw_every_parse(text, &ms, &error) ? NULL : g_strdup(jw_error_message(error));
}

static char *
check_jitter(const char *text)
{
    int64_t ms = 0;

    if (!jw_parse_duration(text, &ms)) {
        return jw_check_duration(text);
    }
    return ms <= JITTER_MOST_MS ? NULL : g_strdup("must be at most 24h");
}

static const JwField trigger_fields[] = {
    { .name = "type",
      .type = JW_FIELD_STRING,
      .flags = JW_FIELD_REQUIRED,
      .values = trigger_types },
    { .name = "every", .type = JW_FIELD_STRING, .check = check_every },
    { .name = "anchor", .type = JW_FIELD_STRING, .check = jw_check_time },
    { .name = "cron", .type = JW_FIELD_STRING, .min = 1, .max = CRON_MAX },
    { .name = "dialect", .type = JW_FIELD_STRING, .values = dialects },
    { .name = "at", .type = JW_FIELD_STRING, .check = jw_check_time },
    { .name = NULL },
};
static const JwField dst_fields[] = {
    { .name = "gap", .type = JW_FIELD_STRING, .values = gaps },
    { .name = "repeat", .type = JW_FIELD_STRING, .values = repeats },
    { .name = NULL },
};
static const JwField schedule_fields[] = {
    { .name = "id", .type = JW_FIELD_STRING, .check = jw_schedule_check_id },
    { .name = "description", .type = JW_FIELD_STRING, .flags = JW_FIELD_LINES, .max = 2000 },
    { .name = "trigger",
      .type = JW_FIELD_OBJECT,
      .flags = JW_FIELD_REQUIRED,
      .fields = trigger_fields },
    { .name = "time_zone", .type = JW_FIELD_STRING, .check = jw_check_zone },
    { .name = "dst", .type = JW_FIELD_OBJECT, .fields = dst_fields },
    { .name = "start", .type = JW_FIELD_STRING, .check = jw_check_time },
    { .name = "end", .type = JW_FIELD_STRING, .check = jw_check_time },
    { .name = "jitter", .type = JW_FIELD_STRING, .check = check_jitter },
    { .name = "calendar", .type = JW_FIELD_STRING, .check = jw_check_slug },
    { .name = "misfire", .type = JW_FIELD_STRING, .values = misfires },
    { .name = "misfire_limit", .type = JW_FIELD_INT, .min = 1, .max = JW_MISFIRE_LIMIT_MAX },
    { .name = "misfire_grace", .type = JW_FIELD_STRING, .check = jw_check_duration },
    { .name = "overlap", .type = JW_FIELD_STRING, .values = overlaps },
    { .name = "pause_after_failures",
      .type = JW_FIELD_INT,
      .min = 1,
      .max = JW_PAUSE_AFTER_FAILURES_MAX },
    { .name = "paused", .type = JW_FIELD_BOOL },
    { .name = "note", .type = JW_FIELD_STRING, .flags = JW_FIELD_LINES, .max = 2000 },
    { .name = "job", .type = JW_FIELD_ANY, .flags = JW_FIELD_REQUIRED },
    { .name = "ready", .type = JW_FIELD_OBJECT, .fields = jw_wire_ready_fields },
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
check_belongs(const json_t *trigger, const char *base, const char *name, const char *type,
              JwViolations *violations)
{
    g_autofree char *pointer = jw_pointer(base, name);

    return json_object_get(trigger, name) == NULL
           || g_strcmp0(jw_json_text(trigger, "type"), type) == 0
           || jw_violations_add(violations, pointer, "belongs to a trigger of type %s", type);
}

/* In the dialect that it names. */
static bool
check_expression(const json_t *trigger, const char *base, JwViolations *violations)
{
    const char *text = jw_json_text(trigger, "cron");
    const char *named = jw_json_text(trigger, "dialect");
    g_autofree char *pointer = jw_pointer(base, "cron");
    g_autoptr(GError) error = NULL;
    JwCronDialect dialect = JW_CRON_CRONTAB;

    if (text == NULL || text[0] == '\0' || strlen(text) > CRON_MAX
        || (named != NULL && !jw_cron_dialect_find(named, &dialect))) {
        return true; /* its table says so */
    }
    g_autoptr(JwCron) cron = jw_cron_new_in(text, dialect, &error);
    return cron != NULL || jw_violations_add(violations, pointer, "%s", jw_error_message(error));
}

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
    ok = check_belongs(trigger, base, "anchor", "interval", violations) && ok;
    ok = check_belongs(trigger, base, "dialect", "cron", violations) && ok;
    ok = check_expression(trigger, base, violations) && ok;
    return ok;
}

/* A rule may be without a job. */
static bool
check_members(const json_t *body, bool is_rule, const char *base, JwViolations *violations)
{
    g_autofree char *trigger = jw_pointer(base, "trigger");

    if (!is_rule) {
        return jw_check_object(body, schedule_fields, base, violations);
    }
    bool ok = jw_check_partial(body, schedule_fields, 1, base, violations);
    return !json_is_object(body) || json_object_get(body, "trigger") != NULL
               ? ok
               : jw_violations_add(violations, trigger, "is required");
}

static bool
check_schedule(const JwWire *self, const json_t *body, bool is_rule, const char *base,
               JwViolations *violations)
{
    const json_t *job = json_object_get(body, "job");
    g_autofree char *trigger = jw_pointer(base, "trigger");
    g_autofree char *template = jw_pointer(base, "job");
    g_autofree char *ready = jw_pointer(base, "ready");
    bool ok = check_members(body, is_rule, base, violations);

    ok = check_trigger(json_object_get(body, "trigger"), trigger, violations) && ok;
    if (job == NULL) {
        return is_rule && ok;
    }
    ok = jw_wire_check_ready(json_object_get(body, "ready"), job, ready, violations) && ok;
    return jw_wire_check_template(self, job, template, violations) && ok;
}

/* The place of @text in @names, which has it; @otherwise without a text. */
static int
read_name(const char *text, const char *const *names, int otherwise)
{
    for (int i = 0; text != NULL && names[i] != NULL; i++) {
        if (strcmp(text, names[i]) == 0) {
            return i;
        }
    }
    return otherwise;
}

/* Without an anchor an interval begins at the start; without that too it is the same one for every
 * process. */
static int64_t
anchor_default(const JwSchedule *schedule)
{
    return schedule->start_ms;
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
    schedule->dialect_named = jw_json_text(trigger, "dialect") != NULL;
    schedule->dialect =
        (JwCronDialect)read_name(jw_json_text(trigger, "dialect"), dialects, JW_CRON_CRONTAB);
    schedule->anchor_named = jw_json_text(trigger, "anchor") != NULL;
    schedule->anchor_ms = jw_json_time(trigger, "anchor", anchor_default(schedule));
    schedule->once_ms = jw_json_moment(trigger, "at");
    if (every != NULL && !jw_every_parse(every, &schedule->interval_ms, NULL)) {
        schedule->interval_ms = 0; /* never: it was checked */
    }
}

/* Only what decides the due times: after a change of job or policy they go on as they are
 * (jw_store_put_schedule). */
static char *
rule_hash(const JwSchedule *schedule)
{
    g_autoptr(GString) rule = g_string_new(jw_trigger_name(schedule->trigger));
    const int64_t numbers[] = {
        schedule->interval_ms, schedule->anchor_ms, schedule->once_ms,
        schedule->start_ms,    schedule->end_ms,    schedule->jitter_ms,
        schedule->dialect,     schedule->dst.gap,   schedule->dst.repeat,
    };
    const char *const texts[] = { schedule->cron, jw_schedule_zone(schedule), schedule->calendar };

    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
        g_string_append_printf(rule, "|%" G_GINT64_FORMAT, numbers[i]);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_string_append_printf(rule, "|%s", texts[i] != NULL ? texts[i] : "");
    }
    return g_compute_checksum_for_string(G_CHECKSUM_SHA256, rule->str, -1);
}

static void
read_limits(const json_t *body, JwSchedule *schedule)
{
    const json_t *dst = json_object_get(body, "dst");
    const char *jitter = jw_json_text(body, "jitter");

    schedule->start_ms = jw_json_time(body, "start", 0);
    schedule->end_ms = jw_json_moment(body, "end");
    schedule->calendar = g_strdup(jw_json_text(body, "calendar"));
    schedule->dst.gap = (JwGapRule)read_name(jw_json_text(dst, "gap"), gaps, JW_GAP_AUTO);
    schedule->dst.repeat =
        (JwRepeatRule)read_name(jw_json_text(dst, "repeat"), repeats, JW_REPEAT_AUTO);
    if (jitter != NULL) {
        (void)jw_parse_duration(jitter, &schedule->jitter_ms);
    }
}

static void
read_policies(const json_t *body, JwSchedule *schedule)
{
    const char *grace = jw_json_text(body, "misfire_grace");
    const json_t *limit = json_object_get(body, "misfire_limit");

    if (limit != NULL) {
        schedule->misfire_limit = (int32_t)json_integer_value(limit);
    }

    schedule->misfire =
        (JwMisfire)read_name(jw_json_text(body, "misfire"), misfires, JW_MISFIRE_FIRE_ONCE);
    if (grace != NULL) {
        (void)jw_parse_duration(grace, &schedule->misfire_grace_ms);
    }
    schedule->overlap =
        (JwOverlap)read_name(jw_json_text(body, "overlap"), overlaps, JW_OVERLAP_ALLOW);
    schedule->pause_after_failures =
        (int32_t)json_integer_value(json_object_get(body, "pause_after_failures"));
    schedule->paused = json_is_true(json_object_get(body, "paused"));
    schedule->note = g_strdup(jw_json_text(body, "note"));
}

static void
read_job(const JwWire *self, const json_t *body, int64_t now_ms, JwSchedule *schedule)
{
    g_autoptr(JwJob) job = jw_wire_build_template(self, body, schedule->time_zone, now_ms, now_ms);

    schedule->job_type = g_steal_pointer(&job->type);
    schedule->job_name = g_steal_pointer(&job->name);
    schedule->job_body = jw_json_print(body);
}

static JwSchedule *
read_schedule(const JwWire *self, const json_t *body, int64_t now_ms)
{
    const json_t *job_body = json_object_get(body, "job");
    JwSchedule *schedule = jw_schedule_new();

    schedule->id = g_strdup(jw_json_text(body, "id"));
    schedule->description = g_strdup(jw_json_text(body, "description"));
    schedule->time_zone = g_strdup(jw_json_text(body, "time_zone"));
    read_limits(body, schedule);
    jw_wire_read_ready(json_object_get(body, "ready"), &schedule->ready);
    read_trigger(json_object_get(body, "trigger"), schedule);
    read_policies(body, schedule);
    if (job_body != NULL) {
        read_job(self, job_body, now_ms, schedule);
    }
    schedule->rule_hash = rule_hash(schedule);
    schedule->updated_at_ms = now_ms;
    return schedule;
}

/* What is wrong with the rule as a whole, and its first due time. The days of a calendar are not
 * known here: whoever stores the schedule begins it by them. */
static bool
check_rule(JwSchedule *schedule, const char *base, int64_t now_ms, JwViolations *violations)
{
    g_autoptr(JwCalendar) no_days = jw_calendar_new();
    g_auto(JwScheduleRule) rule = { 0 };
    g_autoptr(GError) error = NULL;
    const char *member = "trigger";

    schedule->days = no_days;
    bool ok = jw_schedule_rule_init(&rule, schedule, &error)
              && jw_due_check(&rule.due, INT64_MIN, &member, &error)
              && jw_schedule_begin(schedule, now_ms, &error);
    schedule->days = NULL;
    if (!ok) {
        g_autofree char *pointer = jw_pointer(base, member);
        return jw_violations_add(violations, pointer, "%s", jw_error_message(error));
    }
    return true;
}

static bool
from_value(const JwWire *self, const json_t *body, bool is_rule, const char *base, int64_t now_ms,
           JwViolations *violations, JwSchedule **ret_schedule)
{
    if (!check_schedule(self, body, is_rule, base, violations)) {
        return false;
    }
    g_autoptr(JwSchedule) schedule = read_schedule(self, body, now_ms);
    if (!check_rule(schedule, base, now_ms, violations)) {
        return false;
    }
    *ret_schedule = g_steal_pointer(&schedule);
    return true;
}

bool
jw_wire_schedule_from_value(const JwWire *self, const json_t *body, const char *base,
                            int64_t now_ms, JwViolations *violations, JwSchedule **ret_schedule)
{
    g_return_val_if_fail(self != NULL && base != NULL && violations != NULL, false);
    g_return_val_if_fail(ret_schedule != NULL, false);

    return from_value(self, body, false, base, now_ms, violations, ret_schedule);
}

bool
jw_wire_rule_from_value(const JwWire *self, const json_t *body, int64_t now_ms,
                        JwViolations *violations, JwSchedule **ret_schedule)
{
    g_return_val_if_fail(self != NULL && violations != NULL && ret_schedule != NULL, false);

    return from_value(self, body, true, "", now_ms, violations, ret_schedule);
}

bool
jw_wire_check_schedule_nulls(const json_t *patch, JwViolations *violations)
{
    g_return_val_if_fail(patch != NULL && violations != NULL, false);

    return jw_check_nulls(patch, schedule_fields, "", violations);
}

static void
set_duration(json_t *value, const char *name, int64_t ms)
{
    g_autofree char *text = jw_duration_format(ms);

    jw_json_set_string(value, name, text);
}

static json_t *
trigger_value(const JwSchedule *schedule)
{
    json_t *value = json_object();

    jw_json_set_string(value, "type", trigger_types[schedule->trigger]);
    switch (schedule->trigger) {
    case JW_TRIGGER_INTERVAL:
        set_duration(value, "every", schedule->interval_ms);
        if (schedule->anchor_named || schedule->anchor_ms != anchor_default(schedule)) {
            jw_json_set_time(value, "anchor", schedule->anchor_ms);
        }
        break;
    case JW_TRIGGER_CRON:
        jw_json_set_string(value, "cron", schedule->cron);
        if (schedule->dialect_named || schedule->dialect != JW_CRON_CRONTAB) {
            jw_json_set_string(value, "dialect", dialects[schedule->dialect]);
        }
        break;
    case JW_TRIGGER_ONCE:
        jw_json_set_time(value, "at", schedule->once_ms);
        break;
    }
    return value;
}

static void
set_limits(json_t *value, const JwSchedule *schedule)
{
    json_t *dst = json_object();

    if (schedule->dst.gap != JW_GAP_AUTO) {
        jw_json_set_string(dst, "gap", gaps[schedule->dst.gap]);
    }
    if (schedule->dst.repeat != JW_REPEAT_AUTO) {
        jw_json_set_string(dst, "repeat", repeats[schedule->dst.repeat]);
    }
    if (json_object_size(dst) > 0) {
        json_object_set(value, "dst", dst);
    }
    json_decref(dst);
    if (schedule->start_ms != 0) {
        jw_json_set_time(value, "start", schedule->start_ms);
    }
    if (schedule->end_ms != 0) {
        jw_json_set_time(value, "end", schedule->end_ms);
    }
    if (schedule->jitter_ms != 0) {
        set_duration(value, "jitter", schedule->jitter_ms);
    }
    jw_json_set_string(value, "calendar", schedule->calendar);
}

json_t *
jw_wire_schedule_value(const JwSchedule *schedule)
{
    g_return_val_if_fail(schedule != NULL, NULL);
    json_t *value = json_object();
    const char *body = schedule->job_body != NULL ? schedule->job_body : "{}";
    json_t *job = jw_json_parse(body, strlen(body), NULL);

    jw_json_set_string(value, "id", schedule->id);
    jw_json_set_string(value, "description", schedule->description);
    json_object_set_new(value, "trigger", trigger_value(schedule));
    jw_json_set_string(value, "time_zone", schedule->time_zone);
    set_limits(value, schedule);
    jw_json_set_string(value, "misfire", jw_misfire_name((int)schedule->misfire));
    set_duration(value, "misfire_grace", schedule->misfire_grace_ms);
    json_object_set_new(value, "misfire_limit", json_integer(schedule->misfire_limit));
    jw_json_set_string(value, "overlap", jw_overlap_name((int)schedule->overlap));
    if (schedule->ready.type != JW_READY_AT_ONCE) {
        json_object_set_new(value, "ready", jw_wire_ready_value(&schedule->ready));
    }
    if (schedule->pause_after_failures != 0) {
        json_object_set_new(value, "pause_after_failures",
                            json_integer(schedule->pause_after_failures));
    }
    json_object_set_new(value, "paused", json_boolean(schedule->paused));
    jw_json_set_string(value, "note", schedule->note);
    if (job != NULL) {
        json_object_set_new(value, "job", job);
    }
    return value;
}
