/* test_due.c: due times of whole rules: start and end, excluded days, lists, jitter, and rules that
 * never fire. */
#include "jw/due.h"
#include "testkit.h"

#include <string.h>

typedef struct {
    JwDueRule rule;
    JwCron *cron;
    JwCalendar *calendar;
} Given;

static int64_t
ms_of(const char *text)
{
    int64_t ms = 0;

    assert_true(jw_time_parse(text, &ms, NULL));
    return ms;
}

static void
given_clear(Given *self)
{
    jw_cron_free(self->cron);
    jw_calendar_free(self->calendar);
    g_time_zone_unref(self->rule.zone);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Given, given_clear)

/* A cron rule with an empty calendar. */
static void
given_cron(Given *self, const char *expression, const char *zone)
{
    *self = (Given){ .cron = jw_cron_new_in(expression, JW_CRON_CRONTAB, NULL),
                     .calendar = jw_calendar_new() };
    assert_non_null(self->cron);
    self->rule = (JwDueRule){ .trigger = JW_TRIGGER_CRON,
                              .cron = self->cron,
                              .zone = jw_zone_new(zone, NULL),
                              .calendar = self->calendar };
    assert_non_null(self->rule.zone);
}

static void
given_interval(Given *self, int64_t seconds, const char *anchor)
{
    given_cron(self, "* * * * *", "UTC");
    self->rule.trigger = JW_TRIGGER_INTERVAL;
    self->rule.interval_ms = seconds * 1000;
    self->rule.anchor_ms = ms_of(anchor);
}

static void
given_once(Given *self, const char *at)
{
    given_cron(self, "* * * * *", "UTC");
    self->rule.trigger = JW_TRIGGER_ONCE;
    self->rule.once_ms = ms_of(at);
}

static void
assert_next(const Given *given, const char *after, const char *expected)
{
    const int64_t next_ms = jw_due_next(&given->rule, ms_of(after));
    g_autofree char *next = next_ms == 0 ? g_strdup("never") : jw_time_format(next_ms);

    assert_string_equal(next, expected);
}

static void
test_start_and_end(void **state)
{
    g_auto(Given) cron = { 0 };
    g_auto(Given) interval = { 0 };
    g_auto(Given) once = { 0 };

    (void)state;
    given_cron(&cron, "0 12 * * *", "UTC");
    cron.rule.start_ms = ms_of("2026-01-10T12:00:00Z");
    cron.rule.end_ms = ms_of("2026-01-12T12:00:00Z");
    assert_next(&cron, "2026-01-01T00:00:00Z", "2026-01-10T12:00:00Z"); /* the start is in it */
    assert_next(&cron, "2026-01-10T12:00:00Z", "2026-01-11T12:00:00Z");
    assert_next(&cron, "2026-01-11T12:00:00Z", "never"); /* the end is not */
    cron.rule.end_ms++;
    assert_next(&cron, "2026-01-11T12:00:00Z", "2026-01-12T12:00:00Z");
    cron.rule.start_ms++;
    assert_next(&cron, "2026-01-01T00:00:00Z", "2026-01-11T12:00:00Z");
    /* The anchor decides the rhythm, the start only where it begins. */
    given_interval(&interval, 90, "2026-01-01T00:00:00Z");
    interval.rule.start_ms = ms_of("2026-01-01T00:01:00Z");
    assert_next(&interval, "2025-01-01T00:00:00Z", "2026-01-01T00:01:30Z");
    interval.rule.start_ms = 0;
    assert_next(&interval, "2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z");
    given_once(&once, "2026-01-01T00:00:00Z");
    once.rule.start_ms = once.rule.once_ms;
    assert_next(&once, "2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z");
    assert_next(&once, "2026-01-01T00:00:00Z", "never");
}

static void
test_excluded_days(void **state)
{
    g_auto(Given) cron = { 0 };
    g_auto(Given) interval = { 0 };
    g_auto(Given) gap = { 0 };
    g_auto(Given) doubled = { 0 };

    (void)state;
    given_cron(&cron, "0 0,23 * * *", "Europe/Istanbul"); /* UTC+3 */
    assert_true(jw_calendar_add_range(cron.calendar, "2026-01-02", "2026-01-03", NULL));
    assert_next(&cron, "2026-01-01T19:00:00Z", "2026-01-01T20:00:00Z");
    assert_next(&cron, "2026-01-01T20:00:00Z", "2026-01-03T21:00:00Z"); /* midnight of the 4th */
    given_interval(&interval, 3600, "2026-01-01T00:30:00Z");
    assert_true(jw_calendar_add_weekday(interval.calendar, "SAT", NULL)); /* 2026-01-03 */
    assert_next(&interval, "2026-01-02T22:30:00Z", "2026-01-02T23:30:00Z");
    assert_next(&interval, "2026-01-02T23:30:00Z", "2026-01-04T00:30:00Z");
    /* Apia had no 2011-12-30: what was due then is due as the 31st begins, and that is its day. */
    given_cron(&gap, "0 12 30 12 *", "Pacific/Apia");
    assert_next(&gap, "2011-01-01T00:00:00Z", "2011-12-30T10:00:00Z");
    assert_true(jw_calendar_add_date(gap.calendar, "2011-12-30", NULL));
    assert_next(&gap, "2011-01-01T00:00:00Z", "2011-12-30T10:00:00Z");
    assert_true(jw_calendar_add_date(gap.calendar, "2011-12-31", NULL));
    assert_next(&gap, "2011-01-01T00:00:00Z", "2012-12-29T22:00:00Z");
    /* St John's was set back at 00:01 to 23:01 of the day before (2010-11-07T02:31Z): that day
     * comes twice, and is excluded in both. */
    given_cron(&doubled, "*/30 * * * *", "America/St_Johns");
    assert_true(jw_calendar_add_date(doubled.calendar, "2010-11-06", NULL));
    assert_next(&doubled, "2010-11-06T02:00:00Z", "2010-11-07T02:30:00Z");
    assert_next(&doubled, "2010-11-07T02:30:00Z", "2010-11-07T03:30:00Z");
}

static void
test_lists(void **state)
{
    g_auto(Given) given = { 0 };
    g_autoptr(GArray) due = g_array_new(FALSE, FALSE, sizeof(int64_t));
    const int64_t from_ms = ms_of("2026-01-01T00:00:00Z");
    const int64_t day_ms = JW_DAY_SECONDS * 1000;

    (void)state;
    given_cron(&given, "0 0 * * *", "UTC");
    assert_true(jw_due_list(&given.rule, from_ms, from_ms + 3 * day_ms, 3, due));
    assert_int_equal(due->len, 3);
    for (guint i = 0; i < due->len; i++) {
        assert_int_equal(g_array_index(due, int64_t, i), from_ms + i * day_ms);
    }
    assert_false(jw_due_list(&given.rule, from_ms, from_ms + 3 * day_ms, 2, due));
    assert_int_equal(due->len, 5); /* appended */
    assert_true(jw_due_list(&given.rule, from_ms + 1, from_ms + day_ms, 10, due));
    assert_int_equal(due->len, 5);
    assert_true(jw_due_list(&given.rule, from_ms, from_ms, 10, due));
    assert_false(jw_due_list(&given.rule, from_ms + 1, INT64_MAX, 10, due));
    assert_int_equal(due->len, 15);
    assert_int_equal(g_array_index(due, int64_t, 14), from_ms + 10 * day_ms);
}

static void
assert_refused(const JwDueRule *rule, const char *after, const char *member, const char *pattern)
{
    g_autoptr(GError) error = NULL;
    const char *blamed = NULL;

    assert_false(jw_due_check(rule, after != NULL ? ms_of(after) : INT64_MIN, &blamed, &error));
    assert_jw_error(error, JW_ERROR_INVALID, pattern);
    assert_string_equal(blamed, member);
}

static void
assert_taken(const JwDueRule *rule, const char *after)
{
    g_autoptr(GError) error = NULL;
    const char *blamed = NULL;

    assert_ok(jw_due_check(rule, after != NULL ? ms_of(after) : INT64_MIN, &blamed, &error), error);
    assert_null(blamed);
}

static void
test_rules_that_never_fire(void **state)
{
    g_auto(Given) given = { 0 };

    (void)state;
    given_cron(&given, "0 0 25 12 *", "UTC");
    assert_taken(&given.rule, NULL);
    given.rule.start_ms = ms_of("2026-01-02T00:00:00Z");
    given.rule.end_ms = given.rule.start_ms;
    assert_refused(&given.rule, NULL, "end", "is not after the start, so *never fires");
    given.rule.end_ms = ms_of("2026-12-25T00:00:00Z");
    assert_refused(&given.rule, NULL, "end", "never fires: it ends *first due, at 2026-12-25T*");
    given.rule.end_ms++;
    assert_taken(&given.rule, NULL);
    assert_refused(&given.rule, "2026-12-25T00:00:00Z", "end", "never fires*at 2027-12-25T*");
    assert_true(jw_calendar_add_yearly(given.calendar, "12-25", NULL));
    assert_refused(&given.rule, NULL, "calendar", "never fires: the calendar excludes*");
    given.rule.start_ms = given.rule.end_ms = 0;
    assert_refused(&given.rule, NULL, "calendar", "never fires: the calendar excludes*");
    given.rule.calendar = NULL;
    assert_taken(&given.rule, NULL);
    /* 02:30 of 2026-03-29 does not exist in Berlin. */
    g_auto(Given) skipped = { 0 };
    given_cron(&skipped, "30 2 29 3 *", "Europe/Berlin");
    skipped.rule.end_ms = ms_of("2027-01-01T00:00:00Z");
    assert_taken(&skipped.rule, "2026-01-01T00:00:00Z");
    skipped.rule.dst.gap = JW_GAP_SKIP;
    assert_refused(&skipped.rule, "2026-01-01T00:00:00Z", "dst", "never fires: a change of*");
    skipped.rule.end_ms = 0;
    assert_taken(&skipped.rule, "2026-01-01T00:00:00Z");
}

static void
test_other_triggers_that_never_fire(void **state)
{
    g_auto(Given) once = { 0 };
    g_auto(Given) interval = { 0 };

    (void)state;
    given_once(&once, "2026-05-01T00:00:00Z");
    assert_taken(&once.rule, "2026-04-30T23:59:59Z");
    assert_refused(&once.rule, "2026-05-01T00:00:00Z", "trigger", "*in the past, at 2026-05-01T*");
    once.rule.start_ms = once.rule.once_ms + 1;
    assert_refused(&once.rule, NULL, "start", "never fires: it starts after*2026-05-01T*");
    once.rule.start_ms = 0;
    once.rule.end_ms = once.rule.once_ms;
    assert_refused(&once.rule, NULL, "end", "never fires: it ends*2026-05-01T*");
    once.rule.end_ms = 0;
    assert_true(jw_calendar_add_weekday(once.calendar, "FRI", NULL)); /* as 2026-05-01 is */
    assert_refused(&once.rule, NULL, "calendar", "*the calendar excludes*");
    once.rule.dst.gap = JW_GAP_SKIP;
    assert_refused(&once.rule, NULL, "dst", "belongs to a trigger of type cron*");
    given_interval(&interval, 1, "1970-01-01T00:00:00Z");
    assert_taken(&interval.rule, NULL);
    interval.rule.dst.repeat = JW_REPEAT_LAST;
    assert_refused(&interval.rule, NULL, "dst", "belongs to a trigger of type cron*");
    interval.rule.dst.repeat = JW_REPEAT_AUTO;
    interval.rule.interval_ms = 999;
    assert_refused(&interval.rule, NULL, "trigger", "*whole seconds*");
    interval.rule.interval_ms = 1500;
    assert_refused(&interval.rule, NULL, "trigger", "*whole seconds*");
}

static void
test_spent_years(void **state)
{
    g_auto(Given) given = { 0 };

    (void)state;
    given_cron(&given, "* * * * *", "UTC");
    jw_cron_free(given.cron);
    given.cron = jw_cron_new_in("0 0 0 1 1 ? 2020", JW_CRON_QUARTZ, NULL);
    given.rule.cron = given.cron;
    assert_taken(&given.rule, "2019-01-01T00:00:00Z");
    assert_refused(&given.rule, "2026-01-01T00:00:00Z", "trigger", "*all * are in the past");
}

/* RFC 3339 has four digits for a year. */
static void
test_the_last_year(void **state)
{
    g_auto(Given) late = { 0 };
    g_auto(Given) leap = { 0 };
    g_autoptr(GArray) due = g_array_new(FALSE, FALSE, sizeof(int64_t));

    (void)state;
    given_interval(&late, 1, "9999-12-31T23:59:58Z");
    assert_true(jw_due_list(&late.rule, ms_of("2026-01-01T00:00:00Z"), INT64_MAX, 10, due));
    assert_int_equal(due->len, 2);
    assert_int_equal(g_array_index(due, int64_t, 1), ms_of("9999-12-31T23:59:59Z"));
    given_cron(&leap, "0 0 29 2 *", "UTC");
    leap.rule.start_ms = ms_of("9996-03-01T00:00:00Z");
    assert_refused(&leap.rule, "2026-01-01T00:00:00Z", "start", "*between its start and*9996-03*");
}

/* A calendar that takes all Mondays, and a rule that knows no other day: the search ends. */
static void
test_search_is_bounded(void **state)
{
    g_auto(Given) given = { 0 };

    (void)state;
    given_cron(&given, "0 9 * * MON", "Europe/Berlin");
    assert_true(jw_calendar_add_weekday(given.calendar, "MON", NULL));
    assert_refused(&given.rule, "2026-01-01T00:00:00Z", "calendar", "*excludes every day*");
    /* But what is open a long way ahead is found: 29 February, not before 2104. */
    g_auto(Given) leap = { 0 };
    given_cron(&leap, "0 0 29 2 *", "UTC");
    assert_true(jw_calendar_add_range(leap.calendar, "2026-01-01", "2100-12-31", NULL));
    assert_next(&leap, "2026-01-01T00:00:00Z", "2104-02-29T00:00:00Z");
}

/* The codes, and the message of the first. (transfer full) */
static char *
notes_of(const Given *given, const char *from, size_t n_due, char **ret_message)
{
    g_autoptr(GPtrArray) warnings = jw_warnings_new();
    g_autoptr(GArray) due = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(GString) codes = g_string_new(NULL);

    const int64_t until_ms = ms_of(from) + INT64_C(366) * 86400000;
    const bool all = jw_due_list(&given->rule, ms_of(from), until_ms, n_due, due);
    jw_due_notes(&given->rule, ms_of(from),
                 all ? until_ms : g_array_index(due, int64_t, due->len - 1), due, warnings);
    for (guint i = 0; i < warnings->len; i++) {
        const JwWarning *warning = g_ptr_array_index(warnings, i);
        g_string_append_printf(codes, "%s ", warning->code);
    }
    *ret_message = warnings->len == 0
                       ? g_strdup("")
                       : g_strdup(((const JwWarning *)g_ptr_array_index(warnings, 0))->message);
    return g_string_free(g_steal_pointer(&codes), FALSE);
}

typedef struct {
    const char *expression, *from;
    JwDst dst;
    const char *codes, *message;
} Note;

/* Berlin 2026: ahead on 29 March, back on 25 October. */
static const Note notes[] = {
    { "30 2 * * *",
      "2026-03-26T00:00:00Z",
      { 0 },
      "DST_MOVED ",
      "2026-03-29 02:30 does not exist in Europe/Berlin: it is due when the clock has been set "
      "ahead, at 2026-03-29 03:00" },
    { "30 2 * * *",
      "2026-03-26T00:00:00Z",
      { JW_GAP_SKIP, 0 },
      "DST_SKIPPED ",
      "2026-03-29 02:30 does not exist*nothing is due for it" },
    { "15 2 * * *",
      "2026-10-22T00:00:00Z",
      { 0 },
      "DST_FIRST ",
      "2026-10-25 02:15 comes twice in Europe/Berlin, as the clock is set back: it is due the "
      "first time" },
    { "15 2 * * *", "2026-10-22T00:00:00Z", { 0, JW_REPEAT_LAST }, "DST_LAST ", "*the last time" },
    { "15 2 * * *", "2026-10-22T00:00:00Z", { 0, JW_REPEAT_BOTH }, "DST_BOTH ", "*both times" },
    { "5 15 2 * * *", "2026-10-22T00:00:00Z", { 0 }, "DST_FIRST ", "2026-10-25 02:15:05 *" },
    { "*/30 * * * *", "2026-10-25T00:00:00Z", { 0 }, "DST_BOTH ", "2026-10-25 02:00*both times" },
    { "*/20 2 * * *", "2026-03-28T00:00:00Z", { 0 }, "DST_SKIPPED ", "2026-03-29 02:00*" },
    /* Both changes of the year; one at which nothing is due; before and behind the list. */
    { "30 2 * * SUN", "2026-03-01T00:00:00Z", { 0 }, "DST_MOVED ", "*" },
    { "30 2 25-31 3,10 *", "2026-01-01T00:00:00Z", { 0 }, "DST_MOVED DST_FIRST ", "*" },
    /* What is left out is told without a due time near it; a first pass that is the last due. */
    { "30 2 29 3 *",
      "2026-01-01T00:00:00Z",
      { JW_GAP_SKIP, 0 },
      "DST_SKIPPED ",
      "2026-03-29 02:30*" },
    { "30 2 * 3 SUN#5", "2026-01-01T00:00:00Z", { JW_GAP_SKIP, 0 }, "DST_SKIPPED ", "*" },
    { "30 2 25 10 *", "2026-01-01T00:00:00Z", { 0 }, "DST_FIRST ", "2026-10-25 02:30*first time" },
    { "30 3 * * *", "2026-03-26T00:00:00Z", { 0 }, "", "" },
    { "30 2 * * *", "2026-03-29T01:00:00Z", { 0 }, "", "" },
    { "30 2 * * *", "2026-03-01T00:00:00Z", { 0 }, "", "" },
};

static void
test_notes_on_changes_of_the_clock(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(notes); i++) {
        g_auto(Given) given = { 0 };
        g_autofree char *message = NULL;
        given_cron(&given, notes[i].expression, "Europe/Berlin");
        given.rule.dst = notes[i].dst;
        g_autofree char *codes = notes_of(&given, notes[i].from,
                                          strstr(notes[i].expression, "3,10") ? 14 : 10, &message);
        if (strcmp(codes, notes[i].codes) != 0
            || !g_pattern_match_simple(notes[i].message, message)) {
            fail_msg("row %zu: \"%s\" \"%s\"", i, codes, message);
        }
    }
}

static void
test_notes_on_other_rules(void **state)
{
    g_auto(Given) excluded = { 0 };
    g_auto(Given) limited = { 0 };
    g_auto(Given) interval = { 0 };
    g_autofree char *none = NULL, *message = NULL, *hours = NULL, *utc = NULL;

    (void)state;
    /* What a calendar takes out needs no word. */
    given_cron(&excluded, "30 2 * * *", "Europe/Berlin");
    assert_true(jw_calendar_add_weekday(excluded.calendar, "SUN", NULL));
    g_autofree char *moved = notes_of(&excluded, "2026-03-26T00:00:00Z", 10, &none);
    assert_string_equal(moved, "");
    excluded.rule.dst.gap = JW_GAP_SKIP;
    g_free(none);
    g_autofree char *skipped = notes_of(&excluded, "2026-03-26T00:00:00Z", 10, &none);
    assert_string_equal(skipped, "");

    /* Nor what lies before its start, or behind its end. */
    given_cron(&limited, "30 2 * * *", "Europe/Berlin");
    limited.rule.dst.gap = JW_GAP_SKIP;
    limited.rule.start_ms = ms_of("2026-04-01T00:00:00Z");
    g_free(none);
    g_autofree char *before = notes_of(&limited, "2026-03-26T00:00:00Z", 10, &none);
    assert_string_equal(before, "");
    limited.rule.start_ms = 0;
    limited.rule.end_ms = ms_of("2026-03-28T12:00:00Z");
    g_free(none);
    g_autofree char *behind = notes_of(&limited, "2026-03-26T00:00:00Z", 10, &none);
    assert_string_equal(behind, "");

    given_interval(&interval, 86400, "2026-01-01T08:00:00Z");
    g_autofree char *in_utc = notes_of(&interval, "2026-03-26T00:00:00Z", 10, &utc);
    assert_string_equal(in_utc, "");
    g_time_zone_unref(interval.rule.zone);
    interval.rule.zone = jw_zone_new("Europe/Berlin", NULL);
    g_autofree char *drifts = notes_of(&interval, "2026-03-26T00:00:00Z", 300, &message);
    assert_string_equal(drifts, "INTERVAL_DRIFTS "); /* once, though there are two changes */
    assert_true(g_pattern_match_simple("*Europe/Berlin*2026-03-29 02:00*by 60 minutes*", message));
    interval.rule.interval_ms = 3600000;
    g_autofree char *hourly = notes_of(&interval, "2026-03-28T00:00:00Z", 100, &hours);
    assert_string_equal(hourly, "");
}

static void
test_jitter(void **state)
{
    enum { BUCKETS = 10, TIMES = 20000 };
    int counts[BUCKETS] = { 0 };
    bool least = false, most = false;

    (void)state;
    /* Stated, so that a change, which would move what replicas of two versions do, is seen. */
    assert_int_equal(jw_due_jitter_ms("nightly", 1767225600000, 0, 60000), 25064);
    for (int i = 0; i < TIMES; i++) {
        const int64_t due_ms = INT64_C(1767225600000) + i * INT64_C(60000);
        const int64_t by_ms = jw_due_jitter_ms("nightly", due_ms, due_ms + 60000, 999);
        assert_in_range(by_ms, 0, 999);
        counts[by_ms * BUCKETS / 1000]++;
        least = least || by_ms == 0;
        most = most || by_ms == 999;
        /* Never up to the next due time. */
        assert_in_range(jw_due_jitter_ms("nightly", due_ms, due_ms + 1000, 60000), 0, 999);
    }
    assert_true(least && most);
    for (int i = 0; i < BUCKETS; i++) {
        assert_in_range(counts[i], TIMES / BUCKETS * 9 / 10, TIMES / BUCKETS * 11 / 10);
    }
    assert_int_equal(jw_due_jitter_ms("nightly", 1000, 2000, 0), 0);
    assert_int_equal(jw_due_jitter_ms("nightly", 1000, 1001, 5000), 0);
    assert_int_not_equal(jw_due_jitter_ms("a", 1000, 0, 1000000),
                         jw_due_jitter_ms("b", 1000, 0, 1000000));
    assert_true(jw_due_jitter_ms("a", 1000, 0, INT64_MAX) >= 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_start_and_end),
        cmocka_unit_test(test_excluded_days),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_rules_that_never_fire),
        cmocka_unit_test(test_other_triggers_that_never_fire),
        cmocka_unit_test(test_spent_years),
        cmocka_unit_test(test_search_is_bounded),
        cmocka_unit_test(test_the_last_year),
        cmocka_unit_test(test_notes_on_changes_of_the_clock),
        cmocka_unit_test(test_notes_on_other_rules),
        cmocka_unit_test(test_jitter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
