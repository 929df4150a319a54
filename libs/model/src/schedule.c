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
};

JwFire *
jw_fire_new(int64_t due_ms, int64_t decided_ms, JwOccurrenceKind kind, const char *reason)
{
    JwFire *fire = g_new0(JwFire, 1);

    fire->due_ms = due_ms;
    fire->decided_ms = decided_ms;
    fire->kind = kind;
    fire->reason = g_strdup(reason);
    return fire;
}

void
jw_fire_free(gpointer self)
{
    JwFire *fire = self;

    if (fire != NULL) {
        g_free(fire->reason);
        g_free(fire);
    }
}

JwSchedule *
jw_schedule_new(void)
{
    JwSchedule *schedule = g_new0(JwSchedule, 1);

    schedule->misfire_grace_ms = 60000;
    schedule->pending_fires = g_ptr_array_new_with_free_func(jw_fire_free);
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

/* 0 also when the next time lies beyond what int64_t can hold. */
static int64_t
next_interval(const JwSchedule *self, int64_t after_ms)
{
    int64_t past_ms = 0, next_ms = 0;

    if (after_ms < self->anchor_ms) {
        return self->anchor_ms;
    }
    if (__builtin_sub_overflow(after_ms, self->anchor_ms, &past_ms)) {
        return 0;
    }
    past_ms -= past_ms % self->interval_ms;
    if (__builtin_add_overflow(self->anchor_ms + past_ms, self->interval_ms, &next_ms)) {
        return 0;
    }
    return next_ms;
}

static bool
next_cron(const JwSchedule *self, int64_t after_ms, int64_t *ret_next_ms, GError **error)
{
    g_autoptr(JwCron) cron = NULL;
    g_autoptr(GTimeZone) zone = NULL;

    if (self->cron == NULL) {
        return jw_fail(error, JW_ERROR_INVALID, "a cron schedule has no cron expression");
    }
    cron = jw_cron_new(self->cron, error);
    if (cron == NULL) {
        return false;
    }
    zone = jw_zone_new(jw_schedule_zone(self), error);
    if (zone == NULL) {
        return false;
    }
    *ret_next_ms = jw_cron_next(cron, zone, after_ms);
    return true;
}

bool
jw_schedule_next(const JwSchedule *self, int64_t after_ms, int64_t *ret_next_ms, GError **error)
{
    g_return_val_if_fail(self != NULL && ret_next_ms != NULL, false);
    g_return_val_if_fail(error == NULL || *error == NULL, false);

    switch (self->trigger) {
    case JW_TRIGGER_INTERVAL:
        if (self->interval_ms <= 0) {
            return jw_fail(error, JW_ERROR_INVALID, "the interval of a schedule must be positive");
        }
        *ret_next_ms = next_interval(self, after_ms);
        return true;
    case JW_TRIGGER_CRON:
        return next_cron(self, after_ms, ret_next_ms, error);
    case JW_TRIGGER_ONCE:
        *ret_next_ms = self->once_ms > after_ms ? self->once_ms : 0;
        return true;
    }
    return jw_fail(error, JW_ERROR_INVALID, "unknown trigger %d", (int)self->trigger);
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

const char *
jw_occurrence_kind_name(JwOccurrenceKind kind)
{
    static const char *const names[] = {
        [JW_OCCURRENCE_FIRED] = "fired",         [JW_OCCURRENCE_LATE] = "late",
        [JW_OCCURRENCE_CAUGHT_UP] = "caught_up", [JW_OCCURRENCE_COALESCED] = "coalesced",
        [JW_OCCURRENCE_SKIPPED] = "skipped",     [JW_OCCURRENCE_PAUSED] = "paused",
        [JW_OCCURRENCE_RESUMED] = "resumed",
    };

    g_return_val_if_fail((size_t)kind < G_N_ELEMENTS(names), "unknown");
    return names[kind];
}
