/* schedule.c: a rule that creates jobs, and its next due time. Pure. The next due time depends
 * on the rule alone, not on whether the schedule is enabled. */
#include "jw/schedule.h"
#include "jw/clock.h"
#include "jw/error.h"
#include "jw/text.h"
#include "model_private.h"

static const size_t schedule_texts[] = {
    offsetof(JwSchedule, id),
    offsetof(JwSchedule, cron),
    offsetof(JwSchedule, time_zone),
    offsetof(JwSchedule, job_type),
    offsetof(JwSchedule, job_name),
    offsetof(JwSchedule, job_spec),
    offsetof(JwSchedule, rule_hash),
    offsetof(JwSchedule, source),
    offsetof(JwSchedule, switch_reason),
};

JwSchedule *
jw_schedule_new(void)
{
    JwSchedule *schedule = g_new0(JwSchedule, 1);

    schedule->time_zone = g_strdup("UTC");
    schedule->misfire = JW_MISFIRE_COALESCE;
    schedule->misfire_grace_ms = 60000;
    schedule->enabled = true;
    schedule->pending_fires = g_array_new(FALSE, FALSE, sizeof(int64_t));
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
    g_clear_pointer(&schedule->pending_fires, g_array_unref);
    g_free(schedule);
}

bool
jw_schedule_next(const JwSchedule *self, int64_t after_ms, int64_t *ret_next_ms, GError **error)
{
    g_return_val_if_fail(self != NULL && ret_next_ms != NULL, false);
    g_return_val_if_fail(error == NULL || *error == NULL, false);
    g_autoptr(JwCron) cron = NULL;
    g_autoptr(GTimeZone) zone = NULL;

    if (self->trigger == JW_TRIGGER_INTERVAL && self->interval_ms <= 0) {
        return jw_fail(error, JW_ERROR_INVALID, "the interval of a schedule must be positive");
    }
    if (self->trigger == JW_TRIGGER_CRON) {
        if (self->cron == NULL) {
            return jw_fail(error, JW_ERROR_INVALID, "a cron schedule has no cron expression");
        }
        cron = jw_cron_new(self->cron, error);
        if (cron == NULL) {
            return false;
        }
    }
    zone = jw_zone_new(self->time_zone != NULL ? self->time_zone : "UTC", error);
    if (zone == NULL) {
        return false;
    }
    const JwDueRule rule = {
        .trigger = self->trigger,
        .interval_ms = self->interval_ms,
        .anchor_ms = self->anchor_ms,
        .once_ms = self->once_ms,
        .cron = cron,
        .zone = zone,
    };
    *ret_next_ms = jw_due_next(&rule, after_ms);
    return true;
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
        g_autoptr(JwCron) cron = self->cron != NULL ? jw_cron_new(self->cron, NULL) : NULL;
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
jw_occurrence_kind_name(JwOccurrenceKind kind)
{
    static const char *const names[] = {
        [JW_OCCURRENCE_FIRED] = "fired",         [JW_OCCURRENCE_CAUGHT_UP] = "caught-up",
        [JW_OCCURRENCE_COALESCED] = "coalesced", [JW_OCCURRENCE_SKIPPED] = "skipped",
        [JW_OCCURRENCE_DISABLED] = "disabled",   [JW_OCCURRENCE_ENABLED] = "enabled",
    };

    g_return_val_if_fail((size_t)kind < G_N_ELEMENTS(names), "unknown");
    return names[kind];
}
