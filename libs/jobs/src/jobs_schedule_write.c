/* jobs_schedule_write.c: see jw/jobs_schedule_write.h. A change is made on what was read: when that
 * is another by then, it is read and made again. */
#include "jobs_schedule_private.h"

#include <string.h>

#include "jw/ident.h"
#include "jw/json_parts.h"

#define ROUNDS        5
#define DIGEST_LENGTH 16

typedef struct {
    JwJobsUpdate base; /* first: the one is the other */
    const JwJobs *jobs;
    const JwSchedule *schedule, *old; /* old: NULL: there was none */
} Write;

static bool
write_it(JwJobsUpdate *base, JwCas *ret_cas, GError **error)
{
    const Write *self = (const Write *)base;

    return jw_jobs_replace_schedule(self->jobs, self->schedule, self->old, ret_cas, error);
}

static bool
is_as(const JwSchedule *a, const JwSchedule *b)
{
    return a != NULL && b != NULL ? a->updated_at_ms == b->updated_at_ms : a == b;
}

static bool
read_it(JwJobsUpdate *base, JwJobsSeen *ret_seen, GError **error)
{
    const Write *self = (const Write *)base;
    g_autoptr(JwSchedule) found = NULL;

    if (!jw_store_get_schedule(self->jobs->store, self->schedule->id, &found, error)) {
        return false;
    }
    *ret_seen = is_as(found, self->old) ? JW_SEEN_POSSIBLE
                : is_as(found, self->schedule)
                        && g_strcmp0(found->rule_hash, self->schedule->rule_hash) == 0
                        && g_strcmp0(found->job_body, self->schedule->job_body) == 0
                    ? JW_SEEN_OURS
                    : JW_SEEN_LOST;
    return true;
}

/* The whole JSON of what is wished. (transfer full) */
static json_t *
whole_of(const JwScheduleWish *wish, const JwSchedule *old, JwViolations *violations)
{
    if (wish->verb != JW_SCHEDULE_PATCH || !json_is_object(wish->body)) {
        return json_deep_copy(wish->body);
    }
    json_auto_t *before = jw_wire_schedule_value(old);
    json_t *whole = jw_json_merge(before, wish->body);
    const json_t *paused = json_object_get(wish->body, "paused");

    (void)jw_wire_check_schedule_nulls(wish->body, violations);
    if (json_is_boolean(paused) && json_is_true(paused) != old->paused
        && json_object_get(wish->body, "note") == NULL) {
        (void)json_object_del(whole, "note"); /* it is of the switch before */
    }
    return whole;
}

static void
set_id(const JwScheduleWish *wish, json_t *whole, JwViolations *violations)
{
    const char *id = jw_json_text(whole, "id");

    if (id != NULL && g_strcmp0(id, wish->id) != 0) {
        (void)jw_violations_add(violations, "/id", "must be that of the path, or be left out");
    } else if (json_is_object(whole) && json_object_get(whole, "id") == NULL) {
        jw_json_set_string(whole, "id", wish->id);
    }
}

/* The first due time by the calendar; a rule that is new must have one. @days: of its calendar */
static bool
begin(JwSchedule *schedule, const JwCalendar *days, bool is_new, int64_t now_ms,
      JwViolations *violations, GError **error)
{
    g_auto(JwScheduleRule) rule = { 0 };
    g_autoptr(GError) cause = NULL;
    const char *member = "trigger";

    schedule->days = days;
    bool ok = jw_schedule_rule_init(&rule, schedule, error);
    if (ok && is_new && !jw_due_check(&rule.due, now_ms, &member, &cause)) {
        g_autofree char *pointer = jw_pointer("", member);
        ok = jw_violations_add(violations, pointer, "%s", jw_error_message(cause));
    } else {
        ok = ok && jw_schedule_begin(schedule, now_ms, error);
    }
    schedule->days = NULL;
    return ok;
}

/* False without @error: a violation was noted. */
static bool
begin_by_calendar(const JwJobs *self, JwSchedule *schedule, const JwSchedule *old,
                  JwViolations *violations, GError **error)
{
    const bool is_new = old == NULL || g_strcmp0(schedule->rule_hash, old->rule_hash) != 0;
    g_autoptr(JwCalendar) days = NULL;
    g_autoptr(GError) cause = NULL;

    if (schedule->calendar != NULL
        && !jw_jobs_load_calendar(self, schedule->calendar, &days, &schedule->calendar_version,
                                  &cause)) {
        if (jw_error_code(cause) == JW_ERROR_NOT_FOUND) {
            return jw_violations_add(violations, "/calendar", "%s", jw_error_message(cause));
        }
        g_propagate_error(error, g_steal_pointer(&cause));
        return false;
    }
    return begin(schedule, days, is_new, jw_clock_now_ms(self->clock), violations, error);
}

static void
fill(const JwScheduleWish *wish, const JwSchedule *old, int64_t now_ms, JwSchedule *schedule)
{
    schedule->source = g_strdup(old != NULL ? old->source : JW_SCHEDULE_API);
    schedule->entry_hash = g_strdup(old != NULL ? old->entry_hash : NULL);
    schedule->request_key = g_strdup(old != NULL ? old->request_key : wish->request_key);
    schedule->request_hash = g_strdup(old != NULL ? old->request_hash : wish->request_hash);
    schedule->updated_at_ms = old != NULL ? MAX(now_ms, old->updated_at_ms + 1) : now_ms;
    schedule->switch_reason = g_strdup_printf(
        "%s by %s%s%s", schedule->paused ? "paused" : "resumed", wish->by,
        schedule->note != NULL ? ": " : "", schedule->note != NULL ? schedule->note : "");
}

bool
jw_jobs_make_schedule(const JwJobs *self, const JwScheduleWish *wish, const JwSchedule *old,
                      JwViolations *violations, JwSchedule **ret, GError **error)
{
    const int64_t now = jw_clock_now_ms(self->clock);
    g_autoptr(JwSchedule) schedule = NULL;
    json_auto_t *whole = whole_of(wish, old, violations);

    set_id(wish, whole, violations);
    if (!jw_wire_schedule_from_value(self->wire, whole, "", now, violations, &schedule)
        || jw_violations_count(violations) > 0
        || !begin_by_calendar(self, schedule, old, violations, error)) {
        return false;
    }
    fill(wish, old, now, schedule);
    *ret = g_steal_pointer(&schedule);
    return true;
}

/* What holds without it may be named or not. */
static void
drop_default(json_t *object, const char *name, const char *value)
{
    if (g_strcmp0(jw_json_text(object, name), value) == 0) {
        (void)json_object_del(object, name);
    }
}

static void
set_single_spaces(json_t *object, const char *name)
{
    const char *text = jw_json_text(object, name);
    g_autoptr(GString) single = g_string_new(NULL);

    for (; text != NULL && *text != '\0'; text++) {
        const bool space = *text == ' ' || *text == '\t';
        if (!space) {
            g_string_append_c(single, *text);
        } else if (single->len > 0 && single->str[single->len - 1] != ' ') {
            g_string_append_c(single, ' ');
        }
    }
    if (text != NULL) {
        jw_json_set_string(object, name, g_strchomp(single->str));
    }
}

json_t *
jw_jobs_schedule_meaning(const JwSchedule *schedule)
{
    json_t *value = jw_wire_schedule_value(schedule);
    json_t *job = json_object_get(value, "job");

    drop_default(job, "kind", "report");
    drop_default(job, "priority", "normal");
    set_single_spaces(json_object_get(value, "trigger"), "cron");
    return value;
}

char *
jw_jobs_schedule_digest(const JwSchedule *schedule)
{
    g_return_val_if_fail(schedule != NULL, NULL);
    json_auto_t *value = jw_jobs_schedule_meaning(schedule);
    g_autofree char *text = jw_json_print(value);
    char *digest = jw_sha256_hex(text, strlen(text));

    digest[DIGEST_LENGTH] = '\0';
    return digest;
}

static bool
is_digest(const JwSchedule *schedule, const char *digest)
{
    g_autofree char *now = schedule != NULL ? jw_jobs_schedule_digest(schedule) : NULL;

    return g_strcmp0(now, digest) == 0;
}

/* Whether what is there, or is not, decides already. */
static bool
is_decided(const JwScheduleWish *wish, const JwSchedule *old, JwScheduleOutcome *ret)
{
    if (wish->digest != NULL && wish->verb != JW_SCHEDULE_CREATE
        && !(old == NULL && wish->verb == JW_SCHEDULE_PATCH) && !is_digest(old, wish->digest)) {
        *ret = JW_WISH_OUTDATED;
        return true;
    }
    if (old == NULL) {
        *ret = JW_WISH_MISSING;
        return wish->verb == JW_SCHEDULE_PATCH;
    }
    if (wish->request_key == NULL || g_strcmp0(wish->request_key, old->request_key) != 0) {
        *ret = JW_WISH_EXISTS;
    } else {
        *ret = g_strcmp0(wish->request_hash, old->request_hash) == 0 ? JW_WISH_REPLAYED
                                                                     : JW_WISH_KEY_REUSED;
    }
    return wish->verb == JW_SCHEDULE_CREATE;
}

/* What comes of a wish. @ret_old: (out) (nullable) (transfer full): what is there. @ret_schedule:
 * (out) (nullable) (transfer full): NULL: the outcome is decided. */
static bool
plan(const JwJobs *self, const JwScheduleWish *wish, JwViolations *violations,
     JwScheduleOutcome *ret_outcome, JwSchedule **ret_old, JwSchedule **ret_schedule,
     GError **error)
{
    g_autoptr(GError) cause = NULL;

    if (!jw_store_get_schedule(self->store, wish->id, ret_old, error)) {
        return false;
    }
    if (is_decided(wish, *ret_old, ret_outcome)) {
        return true;
    }
    *ret_outcome = *ret_old == NULL ? JW_WISH_CREATED : JW_WISH_CHANGED;
    if (jw_jobs_make_schedule(self, wish, *ret_old, violations, ret_schedule, &cause)) {
        return true;
    }
    *ret_outcome = JW_WISH_REFUSED;
    if (cause != NULL) {
        g_propagate_error(error, g_steal_pointer(&cause));
        return false;
    }
    return true;
}

/* @ret_done: (out): false: somebody changed it, try again */
static bool
try_write(const JwJobs *self, const JwScheduleWish *wish, JwViolations *violations,
          JwScheduleOutcome *ret_outcome, bool *ret_done, GError **error)
{
    g_autoptr(JwSchedule) old = NULL;
    g_autoptr(JwSchedule) schedule = NULL;
    JwCas cas = JW_CAS_LOST;

    if (!plan(self, wish, violations, ret_outcome, &old, &schedule, error)) {
        return false;
    }
    *ret_done = schedule == NULL;
    if (*ret_done) {
        return true;
    }
    Write write = { { "change", wish->id, false, write_it, read_it }, self, schedule, old };
    if (!jw_jobs_apply(self, &write.base, NULL, &cas, error)) {
        return false;
    }
    *ret_done = cas == JW_CAS_WON;
    return true;
}

bool
jw_jobs_plan_schedule(const JwJobs *self, const JwScheduleWish *wish, JwViolations *violations,
                      JwScheduleOutcome *ret_outcome, JwSchedule **ret_schedule, GError **error)
{
    g_return_val_if_fail(self != NULL && wish != NULL && wish->id != NULL && wish->by != NULL,
                         false);
    g_return_val_if_fail(violations != NULL && ret_outcome != NULL && ret_schedule != NULL, false);
    g_autoptr(JwSchedule) old = NULL;

    *ret_schedule = NULL;
    return plan(self, wish, violations, ret_outcome, &old, ret_schedule, error);
}

bool
jw_jobs_write_schedule(const JwJobs *self, const JwScheduleWish *wish, JwViolations *violations,
                       JwScheduleOutcome *ret_outcome, GError **error)
{
    g_return_val_if_fail(self != NULL && wish != NULL && wish->id != NULL && wish->by != NULL,
                         false);
    g_return_val_if_fail(violations != NULL && ret_outcome != NULL, false);

    for (int i = 0; i < ROUNDS; i++) {
        bool done = false;

        if (!try_write(self, wish, violations, ret_outcome, &done, error)) {
            return false;
        }
        if (done) {
            return true;
        }
    }
    return jw_fail(error, JW_ERROR_BUSY, "schedule '%s' is being changed by others", wish->id);
}
