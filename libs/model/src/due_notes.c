/* due_notes.c: what changes of the clock do to due times, for people who look at a preview. Pure.
 * Walks the changes between two moments, not the due times. */
#include "cron_private.h"
#include "jw/due.h"

#define DAY_MS (JW_DAY_SECONDS * 1000)

typedef struct {
    const JwDueRule *rule;
    const GArray *due;
    GPtrArray *warnings;
    int64_t at;            /* the first second of the clock after the change */
    int64_t before, after; /* its offsets */
} Change;

/* (transfer full) */
static char *
local_text(int64_t local)
{
    JwCivil t;

    jw_civil_from_seconds(local, &t);
    return t.second == 0 ? g_strdup_printf("%04d-%02d-%02d %02d:%02d", t.year, t.month, t.day,
                                           t.hour, t.minute)
                         : g_strdup_printf("%04d-%02d-%02d %02d:%02d:%02d", t.year, t.month, t.day,
                                           t.hour, t.minute, t.second);
}

/* Whether something is due in [@from, @to), in UTC seconds. */
static bool
is_due(const GArray *due, int64_t from, int64_t to)
{
    for (guint i = 0; i < due->len; i++) {
        const int64_t at_ms = g_array_index(due, int64_t, i);
        if (at_ms >= from * 1000 && at_ms < to * 1000) {
            return true;
        }
    }
    return false;
}

/* Whether the rule has due times at that moment, if its trigger has one. */
static bool
is_open(const JwDueRule *rule, int64_t at_ms)
{
    return at_ms >= rule->start_ms && (rule->end_ms == 0 || at_ms < rule->end_ms)
           && (rule->calendar == NULL
               || !jw_calendar_excludes(rule->calendar, jw_zone_day(rule->zone, at_ms)));
}

static void
note_gap(const Change *self)
{
    const JwDueRule *rule = self->rule;
    const char *zone = g_time_zone_get_identifier(rule->zone);
    const bool moves = jw_cron_dst(rule->cron, rule->dst).gap == JW_GAP_RUN_AFTER;
    int64_t first = 0;

    if (!jw_cron_has_local(rule->cron, self->at + self->before, self->at + self->after, &first)) {
        return;
    }
    g_autofree char *skipped = local_text(first);
    g_autofree char *now = local_text(self->at + self->after);
    if (moves && is_due(self->due, self->at, self->at + 1)) {
        jw_warnings_add(self->warnings, "DST_MOVED",
                        "%s does not exist in %s: it is due when the clock has been set ahead, at "
                        "%s",
                        skipped, zone, now);
    } else if (!moves && is_open(rule, self->at * 1000)) {
        jw_warnings_add(self->warnings, "DST_SKIPPED",
                        "%s does not exist in %s, as the clock is set ahead to %s: nothing is due "
                        "for it",
                        skipped, zone, now);
    }
}

static void
note_doubled(const Change *self)
{
    static const struct {
        const char *code, *which;
    } passes[] = {
        [JW_REPEAT_AUTO] = { NULL, NULL },
        [JW_REPEAT_FIRST] = { "DST_FIRST", "the first time" },
        [JW_REPEAT_LAST] = { "DST_LAST", "the last time" },
        [JW_REPEAT_BOTH] = { "DST_BOTH", "both times" },
    };
    const JwDueRule *rule = self->rule;
    const JwRepeatRule repeat = jw_cron_dst(rule->cron, rule->dst).repeat;
    const int64_t size = self->before - self->after;
    int64_t first = 0;

    if (!jw_cron_has_local(rule->cron, self->at + self->after, self->at + self->before, &first)
        || !is_due(self->due, repeat == JW_REPEAT_LAST ? self->at : self->at - size,
                   repeat == JW_REPEAT_FIRST ? self->at : self->at + size)) {
        return;
    }
    g_autofree char *local = local_text(first);
    jw_warnings_add(self->warnings, passes[repeat].code,
                    "%s comes twice in %s, as the clock is set back: it is due %s", local,
                    g_time_zone_get_identifier(rule->zone), passes[repeat].which);
}

/* True: nothing more is to say. */
static bool
note_drift(const Change *self)
{
    const JwDueRule *rule = self->rule;
    g_autofree char *day = local_text(self->at + self->before);

    if (rule->interval_ms % DAY_MS != 0) {
        return true;
    }
    jw_warnings_add(self->warnings, "INTERVAL_DRIFTS",
                    "an interval counts elapsed time: when the clock of %s changes (%s) its local "
                    "time moves by %" G_GINT64_FORMAT " minutes; cron keeps to the local time",
                    g_time_zone_get_identifier(rule->zone), day, (self->after - self->before) / 60);
    return true;
}

/* True: nothing more is to say. */
static bool
note_change(const Change *self)
{
    if (self->rule->trigger == JW_TRIGGER_INTERVAL) {
        return note_drift(self);
    }
    if (self->after > self->before) {
        note_gap(self);
    } else if (self->after < self->before) {
        note_doubled(self);
    }
    return false;
}

void
jw_due_notes(const JwDueRule *self, int64_t from_ms, int64_t until_ms, const GArray *due,
             GPtrArray *warnings)
{
    g_return_if_fail(self != NULL && self->zone != NULL && due != NULL && warnings != NULL);
    Change change = { .rule = self, .due = due, .warnings = warnings };
    const int64_t end = jw_floor_div(until_ms, 1000);
    int64_t at = jw_floor_div(from_ms, 1000);
    bool done = self->trigger == JW_TRIGGER_ONCE || at >= end;

    while (!done) {
        change.at = jw_zone_stretch(self->zone, at, end);
        if (change.at > end) {
            return;
        }
        change.before = jw_zone_offset(self->zone, change.at - 1);
        change.after = jw_zone_offset(self->zone, change.at);
        done = change.before != change.after && note_change(&change);
        at = change.at;
    }
}
