/* schedule.c: a rule that creates jobs, and its next due time. Pure. The next due time depends
 * on the rule alone, not on whether the schedule is paused. */
#include "jw/schedule.h"
#include "jw/clock.h"
#include "jw/error.h"
#include "jw/text.h"
#include "model_private.h"

#include <string.h>

static const size_t schedule_texts[] = {
    offsetof(JwSchedule, id),
    offsetof(JwSchedule, cron),
    offsetof(JwSchedule, time_zone),
    offsetof(JwSchedule, job_type),
    offsetof(JwSchedule, job_name),
    offsetof(JwSchedule, job_body),
    offsetof(JwSchedule, rule_hash),
    offsetof(JwSchedule, source),
    offsetof(JwSchedule, switch_reason),
    offsetof(JwSchedule, description),
    offsetof(JwSchedule, note),
    offsetof(JwSchedule, calendar),
    offsetof(JwSchedule, calendar_version),
    offsetof(JwSchedule, ready.collection),
    offsetof(JwSchedule, ready.marker_id),
    offsetof(JwSchedule, deleted_by),
    offsetof(JwSchedule, tombstone),
    offsetof(JwSchedule, entry_hash),
    offsetof(JwSchedule, request_key),
    offsetof(JwSchedule, request_hash),
};

JwSchedule *
jw_schedule_new(void)
{
    JwSchedule *schedule = g_new0(JwSchedule, 1);

    schedule->misfire_grace_ms = 60000;
    schedule->misfire_limit = JW_MISFIRE_LIMIT_DEFAULT;
    schedule->pending_fires = g_ptr_array_new_with_free_func(jw_fire_free);
    schedule->pasts = g_ptr_array_new_with_free_func(jw_schedule_free);
    schedule->command_marks = jw_command_marks_new();
    schedule->outbox = jw_outbox_new();
    return schedule;
}

void
jw_schedule_free(gpointer self)
{
    JwSchedule *schedule = self;

    if (schedule == NULL) {
        return;
    }
    jw_texts_clear(schedule, schedule_texts, G_N_ELEMENTS(schedule_texts));
    g_clear_pointer(&schedule->pending_fires, g_ptr_array_unref);
    g_clear_pointer(&schedule->pasts, g_ptr_array_unref);
    g_clear_pointer(&schedule->command_marks, g_ptr_array_unref);
    g_clear_pointer(&schedule->command_ids, g_strfreev);
    g_clear_pointer(&schedule->outbox, g_ptr_array_unref);
    g_free(schedule);
}

char *
jw_schedule_check_id(const char *id)
{
    size_t length = strlen(id);
    bool ok = length > 0 && length <= JW_SCHEDULE_ID_MAX && g_ascii_isalnum(id[0]);

    for (size_t i = 1; ok && i < length; i++) {
        ok = g_ascii_isalnum(id[i]) || strchr("._:-", id[i]) != NULL;
    }
    return ok ? NULL
              : g_strdup_printf("must begin with a letter or digit, then have only letters, digits "
                                "and . _ : -, at most %d",
                                JW_SCHEDULE_ID_MAX);
}

bool
jw_schedule_fires_behind(const JwSchedule *self, guint index)
{
    for (guint i = index + 1; i < self->pending_fires->len; i++) {
        const JwFire *fire = g_ptr_array_index(self->pending_fires, i);

        if (jw_occurrence_fires(fire->kind)) {
            return true;
        }
    }
    return false;
}

const char *
jw_schedule_zone(const JwSchedule *self)
{
    return self->time_zone != NULL ? self->time_zone : "UTC";
}

/* Reads zone and expression of @self, which outlive the rule. */
static bool
read_rule(const JwSchedule *self, JwScheduleRule *rule, GError **error)
{
    if (self->trigger == JW_TRIGGER_INTERVAL && self->interval_ms <= 0) {
        return jw_fail(error, JW_ERROR_INVALID, "the interval of a schedule must be positive");
    }
    if (self->trigger == JW_TRIGGER_CRON && self->cron == NULL) {
        return jw_fail(error, JW_ERROR_INVALID, "a cron schedule has no cron expression");
    }
    if (self->calendar != NULL && self->days == NULL) {
        return jw_fail(error, JW_ERROR_NOT_FOUND, "there is no calendar '%s'", self->calendar);
    }
    if (self->trigger == JW_TRIGGER_CRON) {
        rule->cron = jw_cron_new_in(self->cron, self->dialect, error);
        if (rule->cron == NULL) {
            return false;
        }
    }
    rule->zone = jw_zone_new(jw_schedule_zone(self), error);
    return rule->zone != NULL;
}

bool
jw_schedule_rule_init(JwScheduleRule *rule, const JwSchedule *self, GError **error)
{
    g_return_val_if_fail(rule != NULL && self != NULL, false);
    g_auto(JwScheduleRule) read = { 0 };

    if (!read_rule(self, &read, error)) {
        return false;
    }
    read.due = (JwDueRule){
        .trigger = self->trigger,
        .interval_ms = self->interval_ms,
        .anchor_ms = self->anchor_ms,
        .once_ms = self->once_ms,
        .cron = read.cron,
        .dst = self->dst,
        .zone = read.zone,
        .calendar = self->calendar != NULL ? self->days : NULL,
        .start_ms = self->start_ms,
        .end_ms = self->end_ms,
    };
    *rule = read;
    read = (JwScheduleRule){ 0 };
    return true;
}

void
jw_schedule_rule_clear(JwScheduleRule *rule)
{
    g_clear_pointer(&rule->cron, jw_cron_free);
    g_clear_pointer(&rule->zone, g_time_zone_unref);
}

int64_t
jw_schedule_wake(const JwSchedule *self, const JwScheduleRule *rule, int64_t due_ms)
{
    if (due_ms == 0 || self->jitter_ms == 0) {
        return due_ms;
    }
    return due_ms
           + jw_due_jitter_ms(self->id != NULL ? self->id : "", due_ms,
                              jw_due_next(&rule->due, due_ms), self->jitter_ms);
}

bool
jw_schedule_begin(JwSchedule *self, int64_t now_ms, GError **error)
{
    g_return_val_if_fail(self != NULL, false);
    g_auto(JwScheduleRule) rule = { 0 };

    if (!jw_schedule_rule_init(&rule, self, error)) {
        return false;
    }
    self->next_fire_ms = jw_due_next(&rule.due, now_ms);
    self->wake_ms = jw_schedule_wake(self, &rule, self->next_fire_ms);
    self->begun_ms = now_ms;
    return true;
}

JwSchedule *
jw_schedule_past(const JwSchedule *self, int64_t until_ms, bool paused)
{
    g_return_val_if_fail(self != NULL, NULL);

    if (self->paused || self->next_fire_ms == 0 || self->next_fire_ms > until_ms) {
        return NULL;
    }
    JwSchedule *past = jw_schedule_new();
    past->id = g_strdup(self->id);
    past->trigger = self->trigger;
    past->interval_ms = self->interval_ms;
    past->anchor_ms = self->anchor_ms;
    past->cron = g_strdup(self->cron);
    past->dialect = self->dialect;
    past->dst = self->dst;
    past->once_ms = self->once_ms;
    past->time_zone = g_strdup(self->time_zone);
    past->start_ms = self->start_ms;
    past->end_ms = self->end_ms != 0 ? MIN(self->end_ms, until_ms + 1) : until_ms + 1;
    past->calendar = g_strdup(self->calendar);
    past->paused = paused;
    past->jitter_ms = paused ? 0 : self->jitter_ms; /* nothing to wait for */
    past->next_fire_ms = self->next_fire_ms;
    past->wake_ms = paused || self->wake_ms == 0 ? self->next_fire_ms : self->wake_ms;
    return past;
}

static char *
interval_details(int64_t interval_ms)
{
    const int64_t seconds = interval_ms / 1000;
    const int64_t rest = interval_ms % 1000;

    if (rest == 0) {
        return g_strdup_printf("every %" G_GINT64_FORMAT " seconds", seconds);
    }
    return g_strdup_printf("every %" G_GINT64_FORMAT ".%03d seconds", seconds, (int)rest);
}

char *
jw_schedule_details(const JwSchedule *self)
{
    g_return_val_if_fail(self != NULL, NULL);

    switch (self->trigger) {
    case JW_TRIGGER_INTERVAL:
        return interval_details(self->interval_ms);
    case JW_TRIGGER_CRON: {
        g_autoptr(JwCron) cron =
            self->cron != NULL ? jw_cron_new_in(self->cron, self->dialect, NULL) : NULL;
        return g_strdup(cron != NULL ? jw_cron_fields(cron) : self->cron);
    }
    case JW_TRIGGER_ONCE:
        return jw_time_format(self->once_ms);
    }
    return g_strdup("");
}

const char *
jw_trigger_name(JwTriggerType trigger)
{
    static const char *const names[] = {
        [JW_TRIGGER_INTERVAL] = "interval",
        [JW_TRIGGER_CRON] = "cron",
        [JW_TRIGGER_ONCE] = "date",
    };

    g_return_val_if_fail((size_t)trigger < G_N_ELEMENTS(names), "unknown");
    return names[trigger];
}

const char *
jw_misfire_name(int misfire)
{
    static const char *const names[] = {
        [JW_MISFIRE_FIRE_ONCE] = "fire_once",
        [JW_MISFIRE_FIRE_ALL] = "fire_all",
        [JW_MISFIRE_SKIP] = "skip",
    };

    return misfire >= 0 && (size_t)misfire < G_N_ELEMENTS(names) ? names[misfire] : NULL;
}

const char *
jw_overlap_name(int overlap)
{
    static const char *const names[] = {
        [JW_OVERLAP_ALLOW] = "allow",
        [JW_OVERLAP_SKIP] = "skip",
        [JW_OVERLAP_QUEUE_ONE] = "queue_one",
        [JW_OVERLAP_CANCEL_RUNNING] = "cancel_running",
    };

    return overlap >= 0 && (size_t)overlap < G_N_ELEMENTS(names) ? names[overlap] : NULL;
}
