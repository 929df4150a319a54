/* due.c: see jw/due.h. Excluded days are jumped over, not walked: after an excluded due time the
 * search goes on at the first moment of the next day that is open. */
#include "jw/due.h"
#include "jw/clock.h"
#include "jw/error.h"
#include "jw/every.h"

#include <string.h>

#define MOST_SKIPS 5000
#define LAST_MS    (JW_CALENDAR_END * 1000 - 1) /* of year 9999: what RFC 3339 can write */

/* 0 also when the next time lies beyond what int64_t can hold. */
static int64_t
next_interval(const JwDueRule *self, int64_t after_ms)
{
    int64_t past_ms = 0, next_ms = 0;

    if (after_ms < self->anchor_ms) {
        return self->anchor_ms;
    }
    if (self->interval_ms <= 0 || __builtin_sub_overflow(after_ms, self->anchor_ms, &past_ms)) {
        return 0;
    }
    past_ms -= past_ms % self->interval_ms;
    if (__builtin_add_overflow(self->anchor_ms + past_ms, self->interval_ms, &next_ms)) {
        return 0;
    }
    return next_ms;
}

/* By the trigger alone. */
static int64_t
next_of_trigger(const JwDueRule *self, int64_t after_ms)
{
    switch (self->trigger) {
    case JW_TRIGGER_INTERVAL:
        return next_interval(self, after_ms);
    case JW_TRIGGER_CRON:
        return jw_cron_next_by(self->cron, self->zone, &self->dst, after_ms);
    case JW_TRIGGER_ONCE:
        return self->once_ms > after_ms ? self->once_ms : 0;
    }
    return 0;
}

int64_t
jw_due_next(const JwDueRule *self, int64_t after_ms)
{
    g_return_val_if_fail(self != NULL && self->zone != NULL, 0);
    g_return_val_if_fail(self->trigger != JW_TRIGGER_CRON || self->cron != NULL, 0);

    after_ms = MAX(after_ms, self->start_ms != 0 ? MAX(self->start_ms - 1, 0) : 0);
    for (int skips = 0; skips < MOST_SKIPS; skips++) {
        const int64_t due_ms = next_of_trigger(self, after_ms);
        if (due_ms == 0 || due_ms > LAST_MS || (self->end_ms != 0 && due_ms >= self->end_ms)) {
            return 0;
        }
        int64_t day = self->calendar != NULL ? jw_zone_day(self->zone, due_ms) : 0;
        if (self->calendar == NULL || !jw_calendar_excludes(self->calendar, day)) {
            return due_ms;
        }
        if (!jw_calendar_open_day(self->calendar, day + 1, &day)) {
            return 0;
        }
        /* A clock that is set back over midnight shows an excluded day again. */
        after_ms = MAX(due_ms, jw_zone_day_start_ms(self->zone, day) - 1);
    }
    return 0;
}

bool
jw_due_list(const JwDueRule *self, int64_t from_ms, int64_t to_ms, size_t most, GArray *due)
{
    g_return_val_if_fail(self != NULL && due != NULL, true);
    int64_t at_ms = from_ms > INT64_MIN ? from_ms - 1 : from_ms;

    for (size_t n = 0;; n++) {
        at_ms = jw_due_next(self, at_ms);
        if (at_ms == 0 || at_ms >= to_ms) {
            return true;
        }
        if (n == most) {
            return false;
        }
        g_array_append_val(due, at_ms);
    }
}

static bool
check_members(const JwDueRule *self, const char **ret_member, GError **error)
{
    const bool dst = self->dst.gap != JW_GAP_AUTO || self->dst.repeat != JW_REPEAT_AUTO;

    if (self->trigger == JW_TRIGGER_INTERVAL
        && (self->interval_ms < JW_EVERY_LEAST_MS || self->interval_ms % 1000 != 0)) {
        *ret_member = "trigger";
        return jw_fail(error, JW_ERROR_INVALID, "the interval must be whole seconds, from 1 on");
    }
    if (dst && self->trigger != JW_TRIGGER_CRON) {
        *ret_member = "dst";
        return jw_fail(error, JW_ERROR_INVALID,
                       "belongs to a trigger of type cron; others follow elapsed time");
    }
    if (self->start_ms != 0 && self->end_ms != 0 && self->start_ms >= self->end_ms) {
        *ret_member = "end";
        return jw_fail(error, JW_ERROR_INVALID,
                       "is not after the start, so the schedule never fires");
    }
    return true;
}

static bool
fails_for(const char *member, const char **ret_member, GError **error, const char *format,
          int64_t time_ms)
{
    g_autofree char *text = jw_time_format(time_ms);
    g_autofree char *message = g_strconcat(format, text, NULL);

    *ret_member = member;
    return jw_fail(error, JW_ERROR_INVALID, "never fires: %s", message);
}

bool
jw_due_check(const JwDueRule *self, int64_t after_ms, const char **ret_member, GError **error)
{
    g_return_val_if_fail(self != NULL && ret_member != NULL, false);
    JwDueRule wider = *self;

    if (!check_members(self, ret_member, error)) {
        return false;
    }
    if (jw_due_next(self, after_ms) != 0) {
        return true;
    }
    wider.calendar = NULL;
    if (jw_due_next(&wider, after_ms) != 0) {
        *ret_member = "calendar";
        return jw_fail(error, JW_ERROR_INVALID,
                       "never fires: the calendar excludes every day on which it is due");
    }
    wider.dst.gap = self->dst.gap == JW_GAP_SKIP ? JW_GAP_RUN_AFTER : self->dst.gap;
    if (jw_due_next(&wider, after_ms) != 0) {
        *ret_member = "dst";
        return jw_fail(error, JW_ERROR_INVALID,
                       "never fires: a change of the clock skips each of its local times");
    }
    wider.end_ms = 0;
    const int64_t due_ms = jw_due_next(&wider, after_ms);
    if (due_ms != 0) {
        return fails_for("end", ret_member, error, "it ends before it is first due, at ", due_ms);
    }
    wider.start_ms = 0;
    if (self->trigger == JW_TRIGGER_ONCE && jw_due_next(&wider, after_ms) != 0) {
        return fails_for("start", ret_member, error, "it starts after it is due, at ",
                         self->once_ms);
    }
    if (self->trigger == JW_TRIGGER_ONCE) {
        return fails_for("trigger", ret_member, error, "it is due in the past, at ", self->once_ms);
    }
    if (jw_due_next(&wider, MIN(after_ms, 0)) == 0) {
        *ret_member = "trigger";
        return jw_fail(error, JW_ERROR_INVALID, "never fires before the year 10000");
    }
    if (jw_due_next(&wider, after_ms) != 0) {
        return fails_for("start", ret_member, error,
                         "it has no due time between its start and the year 10000; it starts at ",
                         self->start_ms);
    }
    *ret_member = "trigger";
    return jw_fail(error, JW_ERROR_INVALID,
                   "never fires again: all of its due times are in the past");
}

int64_t
jw_due_jitter_ms(const char *schedule_id, int64_t due_ms, int64_t next_ms, int64_t jitter_ms)
{
    g_return_val_if_fail(schedule_id != NULL, 0);
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT "|%s", due_ms, schedule_id);
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    guint8 digest[32];
    gsize length = sizeof digest;
    uint64_t hash = 0;
    const int64_t most_ms = next_ms != 0 ? MIN(jitter_ms, next_ms - due_ms - 1) : jitter_ms;

    if (most_ms <= 0) {
        return 0;
    }
    g_checksum_update(checksum, (const guchar *)text, (gssize)strlen(text));
    g_checksum_get_digest(checksum, digest, &length);
    memcpy(&hash, digest, sizeof hash);
    hash = GUINT64_FROM_BE(hash);
    return (int64_t)(((unsigned __int128)hash * ((uint64_t)most_ms + 1)) >> 64);
}
