/* test_file.c: the file of schedules owns what it made: what left it is paused, what comes back
 * begins anew, and the ledger tells both, whatever fails and whoever does it. */
#include "schkit.h"

#include "jw/jobs_calendar_write.h"
#include "jw/jobs_schedule_write.h"
#include "jw/jobs_schedules.h"

#include <string.h>

#define MAX_CALLS 60

/* One schedule of the file: its id and further members ("" for none). */
typedef struct {
    const char *id, *members;
} Row;

/* Writes the file and has @sch read it, as at a start. @calendars: of it, as JSON; NULL */
static bool
read_file(Sch *sch, const char *calendars, const Row *rows, size_t n, GError **error)
{
    g_autofree char *dir = tk_temp_dir();
    g_autofree char *path = g_build_filename(dir, "schedules.json", NULL);
    g_autoptr(GString) text = g_string_new("{");

    if (calendars != NULL) {
        g_string_append_printf(text, "\"calendars\":%s,", calendars);
    }
    g_string_append(text, "\"schedules\":[");
    for (size_t i = 0; i < n; i++) {
        g_string_append_printf(
            text,
            "%s{\"id\":\"%s\",\"trigger\":{\"type\":\"interval\",\"every\":\"10m\"}%s,"
            "\"job\":{\"name\":\"Calls\",\"reportType\":\"call-records\",\"parameters\":{},"
            "\"output\":{\"format\":\"csv\"}}}",
            i > 0 ? "," : "", rows[i].id, rows[i].members);
    }
    g_string_append(text, "]}");
    assert_true(g_file_set_contents(path, text->str, -1, NULL));
    sch->config.schedules_file = path;
    bool ok = sch_read_file(sch, error);
    sch->config.schedules_file = NULL;
    return ok;
}

static bool
read_rows(Sch *sch, const Row *rows, size_t n, GError **error)
{
    return read_file(sch, NULL, rows, n, error);
}

static void
read_ok(SchKit *kit, const Row *rows, size_t n)
{
    g_autoptr(GError) error = NULL;

    assert_ok(read_rows(&kit->sch, rows, n, &error), error);
    (void)kit_fire(&kit->sch); /* what is owed to the ledger */
}

/* @minutes pass, with a look at every one. */
static void
pass(SchKit *kit, int minutes)
{
    for (int i = 0; i < minutes; i++) {
        tk_clock_advance(&kit->ports->clock.fake, MINUTE);
        (void)kit_fire(&kit->sch);
    }
}

static JwSchedule *
stored(SchKit *kit, const char *id)
{
    g_autoptr(GError) error = NULL;
    JwSchedule *schedule = NULL;

    assert_ok(jw_store_get_schedule(kit->sch.store, id, &schedule, &error), error);
    assert_non_null(schedule);
    return schedule;
}

static void
test_what_left_is_paused(void **state)
{
    static const Row before[] = { { "a", "" }, { "b", "" } };
    static const Row after[] = { { "b", "" }, { "renamed", "" } };
    SchKit *kit = *state;

    read_ok(kit, before, 2);
    pass(kit, 12);
    read_ok(kit, after, 2);
    pass(kit, 10);
    assert_history(kit, "a", "fired@10 paused@12 ");
    assert_history(kit, "b", "fired@10 fired@20 ");
    assert_history(kit, "renamed", "fired@20 ");

    g_autoptr(JwSchedule) kept = stored(kit, "a");
    g_autoptr(JwSchedule) other = stored(kit, "b");
    assert_true(kept->paused);
    assert_string_equal(kept->job_body, other->job_body);
    assert_int_equal(kept->interval_ms, 10 * MINUTE);
    assert_string_equal(kept->switch_reason, "it is no longer in the file of schedules");
    assert_int_equal(kept->switched_at_ms, KIT_NOW + 12 * MINUTE);
    assert_false(other->paused);
    assert_int_equal(other->switched_at_ms, 0);
}

static void
test_an_empty_list_stops_all(void **state)
{
    static const Row before[] = { { "a", "" }, { "b", ",\"paused\":true" } };
    SchKit *kit = *state;

    read_ok(kit, before, 2);
    read_ok(kit, before, 0);
    read_ok(kit, before, 0); /* once is enough */
    pass(kit, 30);
    assert_history(kit, "a", "paused@0 ");
    assert_history(kit, "b", ""); /* was so from the start */
}

/* A long list, page by page. */
static void
test_many_leave(void **state)
{
    SchKit *kit = *state;
    g_autofree Row *rows = g_new0(Row, 1100);
    g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);

    for (int i = 0; i < 1100; i++) {
        g_ptr_array_add(ids, g_strdup_printf("s%04d", i));
        rows[i] = (Row){ g_ptr_array_index(ids, i), "" };
    }
    read_ok(kit, rows, 1100);
    read_ok(kit, rows, 1);
    for (int i = 0; i < 1100; i += 99) {
        assert_history(kit, rows[i].id, i == 0 ? "" : "paused@0 ");
    }
}

static void
test_without_a_file_all_stay(void **state)
{
    static const Row row = { "a", "" };
    SchKit *kit = *state;
    g_autoptr(GError) error = NULL;

    read_ok(kit, &row, 1);
    assert_ok(sch_read_file(&kit->sch, &error), error);
    kit->sch.config.schedules_file = (char[]){ "" };
    assert_ok(sch_read_file(&kit->sch, &error), error);
    kit->sch.config.schedules_file = NULL;
    pass(kit, 10);
    assert_history(kit, "a", "fired@10 ");
}

/* Off is not down: nothing of the time it was off is made up for, whatever the policy and however
 * it went off. */
static void
test_resumed(void **state G_GNUC_UNUSED)
{
    static const char *const policies[] = { "fire_once", "skip", "fire_all" };
    static const char *const graces[] = { "1m", "24h" };

    for (size_t i = 0; i < G_N_ELEMENTS(policies) * G_N_ELEMENTS(graces) * 2; i++) {
        g_autoptr(SchKit) kit = kit_new();
        g_autofree char *on = g_strdup_printf(",\"misfire\":\"%s\",\"misfire_grace\":\"%s\"",
                                              policies[i / 4], graces[i / 2 % 2]);
        g_autofree char *off = g_strdup_printf("%s,\"paused\":true", on);
        const Row rows[] = { { "s", on }, { "s", off } };

        read_ok(kit, &rows[0], 1);
        pass(kit, 10);
        tk_clock_advance(&kit->ports->clock.fake, 5 * MINUTE);
        read_ok(kit, &rows[1], i % 2);
        pass(kit, 5);
        tk_clock_advance(&kit->ports->clock.fake, 35 * MINUTE);
        read_ok(kit, &rows[0], 1);
        (void)kit_fire(&kit->sch);
        pass(kit, 10);
        assert_history(kit, "s", "fired@10 paused@15 resumed@55 fired@60 ");
        read_ok(kit, &rows[0], 1); /* nothing changed */
        assert_history(kit, "s", "fired@10 paused@15 resumed@55 fired@60 ");
    }
}

/* A time that passed while it was off never comes. */
static void
test_once_while_off(void **state)
{
    SchKit *kit = *state;
    static const char once[] = "\"trigger\":{\"type\":\"once\",\"at\":\"2021-01-11T00:10:00Z\"}";

    kit_put(kit, "s", once);
    kit_put(kit, "s",
            "\"trigger\":{\"type\":\"once\",\"at\":\"2021-01-11T00:10:00Z\"},"
            "\"paused\":true");
    pass(kit, 30);
    kit_put(kit, "s", once);
    pass(kit, 30);
    assert_history(kit, "s", "paused@0 resumed@30 ");
}

static void
put_foreign(SchKit *kit, const char *id, const char *source)
{
    g_autoptr(JwSchedule) schedule = jw_schedule_new();
    g_autoptr(GError) error = NULL;

    schedule->id = g_strdup(id);
    schedule->source = g_strdup(source);
    schedule->interval_ms = MINUTE;
    schedule->next_fire_ms = KIT_NOW + HOUR;
    assert_ok(jw_store_put_schedule(kit->sch.store, schedule, &error), error);
}

static void
test_whose_it_is(void **state)
{
    SchKit *kit = *state;

    put_foreign(kit, "of-others", "api");
    read_ok(kit, NULL, 0);
    assert_history(kit, "of-others", "");
    g_autoptr(JwSchedule) others = stored(kit, "of-others");
    assert_false(others->paused);
}

static void
decide_only(SchKit *kit, const char *id, int64_t due_ms, JwOccurrenceKind kind)
{
    g_autoptr(JwSchedule) schedule = stored(kit, id);
    char why[] = "why";
    const JwFire fire = { .due_ms = due_ms,
                          .wake_ms = due_ms,
                          .decided_ms = due_ms,
                          .kind = kind,
                          .reason = kind == JW_OCCURRENCE_FIRED ? NULL : why };
    const JwFire *const fires[] = { &fire };
    const JwScheduleStep step = { .next_ms = schedule->next_fire_ms + 10 * MINUTE,
                                  .wake_ms = schedule->next_fire_ms + 10 * MINUTE,
                                  .fires = fires,
                                  .n_fires = 1 };
    g_autoptr(GError) error = NULL;
    JwCas cas = JW_CAS_LOST;

    assert_ok(jw_store_fire_schedule(kit->sch.store, schedule, &step, KIT_NOW, &cas, &error),
              error);
    assert_int_equal(cas, JW_CAS_WON);
}

/* A scheduler died between deciding and doing, then the schedule was paused: nothing is started any
 * more, and the row does not wait for the schedule to be resumed. */
static void
test_decisions_of_a_paused_schedule(void **state)
{
    static const Row rows[] = { { "s", "" }, { "t", "" } };
    SchKit *kit = *state;

    read_ok(kit, rows, 2);
    decide_only(kit, "s", KIT_NOW + 10 * MINUTE, JW_OCCURRENCE_FIRED);
    decide_only(kit, "t", KIT_NOW + 10 * MINUTE, JW_OCCURRENCE_COALESCED);
    tk_clock_advance(&kit->ports->clock.fake, 12 * MINUTE);
    read_ok(kit, rows, 0);
    pass(kit, 30);
    assert_history(kit, "s", "skipped@10 paused@12 ");
    assert_history(kit, "t", "coalesced@10 paused@12 ");
    kit_assert_none_pending(kit, "s");
    kit_assert_none_pending(kit, "t");
}

/* Its template makes no job any more: it was paused for that, and is not tried for ever. */
static void
test_a_broken_decision_of_a_paused_schedule(void **state)
{
    SchKit *kit = *state;

    put_foreign(kit, "s", JW_SCHEDULE_FILE); /* without a template */
    decide_only(kit, "s", KIT_NOW, JW_OCCURRENCE_FIRED);
    pass(kit, 1);
    assert_history(kit, "s", "");
    read_ok(kit, NULL, 0);
    pass(kit, 1);
    assert_history(kit, "s", "skipped@0 paused@1 ");
    kit_assert_none_pending(kit, "s");
}

/* Disabled in the first minute or, by the next start, in the second: once. */
static void
assert_both_paused(SchKit *kit)
{
    static const char *const ids[] = { "a", "b" };

    for (size_t i = 0; i < G_N_ELEMENTS(ids); i++) {
        g_autofree char *history = kit_history(kit, ids[i]);

        if (strcmp(history, "paused@0 ") != 0 && strcmp(history, "paused@1 ") != 0) {
            fail_msg("%s: %s", ids[i], history);
        }
    }
}

static bool
file_met_a_fault(KitFault fault, int n)
{
    static const Row rows[] = { { "a", "" }, { "b", "" }, { "b", ",\"paused\":true" } };
    g_autoptr(SchKit) kit = kit_new();
    g_autoptr(GError) error = NULL;

    read_ok(kit, rows, 2);
    kit_fault_at(kit->ports, n, fault);
    bool ok = read_rows(&kit->sch, &rows[2], 1, &error);
    assert_int_equal(ok, error == NULL);
    bool reached = kit_fault_met(kit->ports);
    tk_clock_advance(&kit->ports->clock.fake, MINUTE);
    read_ok(kit, &rows[2], 1);
    assert_both_paused(kit);
    return reached;
}

/* The store fails at any call: the next start brings file, store and ledger together. */
static void
test_every_call_fails(void **state G_GNUC_UNUSED)
{
    for (size_t f = 0; f < kit_n_faults; f++) {
        for (int n = 1; file_met_a_fault(kit_faults[f], n); n++) {
            assert_true(n < MAX_CALLS);
        }
    }
}

static void
read_second(gpointer data)
{
    static const Row row = { "b", ",\"paused\":true" };
    SchKit *kit = data;
    g_autoptr(GError) error = NULL;

    tk_clock_advance(&kit->ports->clock.fake, MINUTE);
    assert_ok(read_rows(&kit->second, &row, 1, &error), error);
}

/* Two start at once: one of them pauses, and the ledger has it once. */
static void
test_two_schedulers(void **state G_GNUC_UNUSED)
{
    static const Row rows[] = { { "a", "" }, { "b", "" }, { "b", ",\"paused\":true" } };

    for (int n = 1;; n++) {
        g_autoptr(SchKit) kit = kit_new();

        read_ok(kit, rows, 2);
        hook_clock_at(&kit->ports->clock, n, read_second, kit);
        read_ok(kit, &rows[2], 1);
        bool ran = hook_clock_done(&kit->ports->clock);
        for (size_t i = 0; i < 2; i++) {
            g_autofree char *history = kit_history(kit, rows[i].id);
            assert_true(strcmp(history, "paused@0 ") == 0 || strcmp(history, "paused@1 ") == 0);
        }
        if (!ran) {
            break;
        }
        assert_true(n < MAX_CALLS);
    }
}

/* As the API does. */
static JwScheduleOutcome
write_by_api(SchKit *kit, JwScheduleVerb verb, const char *text)
{
    json_auto_t *body = json_loads(text, 0, NULL);
    const JwScheduleWish wish = { .verb = verb, .id = "a", .body = body, .by = "ann" };
    JwScheduleOutcome outcome = JW_WISH_REFUSED;
    g_auto(JwViolations) violations = { 0 };
    g_autoptr(GError) error = NULL;

    assert_non_null(body);
    assert_ok(jw_jobs_write_schedule(&kit->sch.jobs, &wish, &violations, &outcome, &error), error);
    return outcome;
}

/* A pause, a resumption and a change by the API outlive a start, until the entry is another one. */
static void
test_what_was_changed_since_stays(void **state)
{
    static const Row on = { "a", "" };
    static const Row off = { "a", ",\"paused\":true" };
    static const Row other = { "a", ",\"description\":\"of the file\"" };
    SchKit *kit = *state;

    read_ok(kit, &on, 1);
    assert_int_equal(write_by_api(kit, JW_SCHEDULE_PATCH,
                                  "{\"paused\":true,\"note\":\"broken\",\"overlap\":\"skip\"}"),
                     JW_WISH_CHANGED);
    pass(kit, 15);
    read_ok(kit, &on, 1);
    g_autoptr(JwSchedule) paused = stored(kit, "a");
    assert_true(paused->paused);
    assert_string_equal(paused->note, "broken");
    assert_int_equal(paused->overlap, JW_OVERLAP_SKIP);
    assert_string_equal(paused->source, JW_SCHEDULE_FILE);
    read_ok(kit, &other, 1);
    g_autoptr(JwSchedule) anew = stored(kit, "a");
    assert_false(anew->paused);
    assert_string_equal(anew->description, "of the file");
    pass(kit, 1);
    read_ok(kit, &off, 1); /* as it is shipped */
    pass(kit, 1);
    assert_int_equal(write_by_api(kit, JW_SCHEDULE_PATCH, "{\"paused\":false}"), JW_WISH_CHANGED);
    read_ok(kit, &off, 1);
    pass(kit, 5);
    assert_history(kit, "a", "paused@0 resumed@15 paused@16 resumed@17 fired@20 ");
}

/* One that the file had, deleted and made anew by the API, is the API's. */
static void
test_what_is_somebody_elses(void **state)
{
    static const Row row = { "a", "" };
    static const Row changed = { "a", ",\"description\":\"of the file\"" };
    static const char own[] =
        "{\"trigger\":{\"type\":\"interval\",\"every\":\"1h\"},\"job\":{\"name\":\"Calls\","
        "\"reportType\":\"call-records\",\"parameters\":{},\"output\":{\"format\":\"csv\"}}}";
    SchKit *kit = *state;
    JwCas cas = JW_CAS_LOST;
    g_autoptr(GError) error = NULL;

    read_ok(kit, &row, 1);
    assert_ok(jw_jobs_delete_schedule(&kit->sch.jobs, "a", "ann", &cas, &error), error);
    assert_int_equal(write_by_api(kit, JW_SCHEDULE_CREATE, own), JW_WISH_CREATED);
    read_ok(kit, &row, 1);
    read_ok(kit, &changed, 1);
    read_ok(kit, NULL, 0);
    g_autoptr(JwSchedule) kept = stored(kit, "a");
    assert_string_equal(kept->source, JW_SCHEDULE_API);
    assert_int_equal(kept->interval_ms, HOUR);
    assert_false(kept->paused);
    assert_ok(jw_jobs_delete_schedule(&kit->sch.jobs, "a", "ann", &cas, &error), error);
    assert_int_equal(cas, JW_CAS_WON);
    read_ok(kit, &row, 1);
    g_autoptr(JwSchedule) none = NULL;
    assert_ok(jw_store_get_schedule(kit->sch.store, "a", &none, &error), error);
    assert_null(none);
    read_ok(kit, &changed, 1);
    g_autoptr(JwSchedule) back = stored(kit, "a");
    assert_string_equal(back->source, JW_SCHEDULE_FILE);
    assert_string_equal(back->description, "of the file");
}

static void
read_calendars(SchKit *kit, const char *calendars, const Row *rows, size_t n)
{
    g_autoptr(GError) error = NULL;

    assert_ok(read_file(&kit->sch, calendars, rows, n, &error), error);
}

/* The days of the calendar "c" and whose it is; NULL: there is none. (transfer full) */
static char *
calendar_of(SchKit *kit)
{
    g_autoptr(JwStoredCalendar) calendar = NULL;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_get_calendar(kit->sch.store, "c", &calendar, &error), error);
    return calendar != NULL ? g_strdup_printf("%s %s", calendar->source, calendar->days) : NULL;
}

static void
assert_calendar(SchKit *kit, const char *expected)
{
    g_autofree char *is = calendar_of(kit);

    assert_int_equal(g_strcmp0(is, expected), 0);
}

/* As the API does. @days: NULL: deletes it */
static JwCalendarOutcome
write_calendar(SchKit *kit, const char *days)
{
    const JwCalendarWish wish = { .name = "c", .by = "ann" };
    JwCalendarOutcome outcome = JW_CALENDAR_HELD;
    json_auto_t *value = days != NULL ? json_loads(days, 0, NULL) : NULL;
    g_autoptr(JwStoredCalendar) calendar = NULL;
    g_autoptr(GPtrArray) users = NULL;
    g_autoptr(GError) error = NULL;

    assert_ok(
        days != NULL
            ? jw_jobs_write_calendar(&kit->sch.jobs, &wish, value, &outcome, &calendar, &error)
            : jw_jobs_delete_calendar(&kit->sch.jobs, &wish, &outcome, &users, &error),
        error);
    return outcome;
}

#define FIRST  "{\"c\":{\"yearly\":[\"01-01\"]}}"
#define SECOND "{\"c\":{\"yearly\":[\"12-31\"]}}"

/* What was changed stays until the entry is another one; what is somebody else's, and what leaves
 * the file, stays. */
static void
test_whose_a_calendar_is(void **state)
{
    SchKit *kit = *state;

    assert_int_equal(write_calendar(kit, "{}"), JW_CALENDAR_CREATED);
    assert_calendar(kit, "api {}");
    read_calendars(kit, FIRST, NULL, 0);
    assert_calendar(kit, "api {}");
    assert_int_equal(write_calendar(kit, NULL), JW_CALENDAR_DELETED);
    read_calendars(kit, FIRST, NULL, 0);
    assert_calendar(kit, "file {\"yearly\":[\"01-01\"]}");
    assert_int_equal(write_calendar(kit, "{\"weekdays\":[\"SUN\"]}"), JW_CALENDAR_CHANGED);
    assert_calendar(kit, "file {\"weekdays\":[\"SUN\"]}");
    read_calendars(kit, NULL, NULL, 0);
    assert_calendar(kit, "file {\"weekdays\":[\"SUN\"]}");
    read_calendars(kit, FIRST, NULL, 0);
    assert_calendar(kit, "file {\"weekdays\":[\"SUN\"]}");
    read_calendars(kit, SECOND, NULL, 0);
    assert_calendar(kit, "file {\"yearly\":[\"12-31\"]}");
}

static void
test_a_deleted_calendar_is_not_brought_back(void **state)
{
    SchKit *kit = *state;

    read_calendars(kit, FIRST, NULL, 0);
    assert_int_equal(write_calendar(kit, NULL), JW_CALENDAR_DELETED);
    assert_int_equal(write_calendar(kit, NULL), JW_CALENDAR_MISSING);
    read_calendars(kit, FIRST, NULL, 0);
    assert_calendar(kit, NULL);
    read_calendars(kit, SECOND, NULL, 0); /* its entry is another one */
    assert_calendar(kit, "file {\"yearly\":[\"12-31\"]}");
    assert_int_equal(write_calendar(kit, NULL), JW_CALENDAR_DELETED);
    assert_int_equal(write_calendar(kit, "{}"), JW_CALENDAR_CREATED);
    read_calendars(kit, SECOND, NULL, 0); /* one of somebody else */
    assert_calendar(kit, "api {}");
    assert_int_equal(write_calendar(kit, NULL), JW_CALENDAR_DELETED);
    read_calendars(kit, SECOND, NULL, 0);
    assert_calendar(kit, NULL);
    read_calendars(kit, FIRST, NULL, 0);
    assert_calendar(kit, "file {\"yearly\":[\"01-01\"]}");
}

/* What names it needs it, unless that stays deleted, too. */
static void
test_a_schedule_of_the_file_brings_its_calendar_back(void **state)
{
    static const Row named[] = { { "a", ",\"calendar\":\"c\"" } };
    static const Row changed[] = { { "a", ",\"calendar\":\"c\",\"description\":\"again\"" } };
    SchKit *kit = *state;
    JwCas cas = JW_CAS_LOST;
    g_autoptr(GError) error = NULL;

    read_calendars(kit, FIRST, named, 1);
    assert_int_equal(write_calendar(kit, NULL), JW_CALENDAR_IN_USE);
    assert_ok(jw_jobs_delete_schedule(&kit->sch.jobs, "a", "ann", &cas, &error), error);
    assert_int_equal(write_calendar(kit, NULL), JW_CALENDAR_DELETED);
    read_calendars(kit, FIRST, named, 1); /* both stay deleted */
    assert_calendar(kit, NULL);
    read_calendars(kit, FIRST, changed, 1);
    assert_calendar(kit, "file {\"yearly\":[\"01-01\"]}");
    g_autoptr(JwSchedule) back = stored(kit, "a");
    assert_string_equal(back->description, "again");
    assert_int_equal(back->next_fire_ms, KIT_NOW + 10 * MINUTE);
}

/* A calendar that the file does not have excludes all days of one that it has: it starts all the
 * same, and what the file itself contradicts is a mistake. */
static void
test_a_calendar_of_others_excludes_all(void **state)
{
    SchKit *kit = *state;
    g_autofree char *start = jw_time_format(KIT_NOW), *end = jw_time_format(KIT_NOW + HOUR);
    g_autofree char *members =
        g_strdup_printf(",\"calendar\":\"c\",\"start\":\"%s\",\"end\":\"%s\"", start, end);
    g_autofree char *days = g_strdup_printf("{\"dates\":[\"%.10s\"]}", start);
    g_autofree char *own = g_strdup_printf("{\"own\":%s}", days);
    g_autofree char *by_own =
        g_strdup_printf(",\"calendar\":\"own\",\"start\":\"%s\",\"end\":\"%s\"", start, end);
    const Row rows[] = { { "a", members }, { "b", by_own } };
    size_t count = 0;
    g_autoptr(GError) error = NULL;

    assert_int_equal(write_calendar(kit, days), JW_CALENDAR_CREATED);
    read_calendars(kit, NULL, rows, 1);
    g_autoptr(JwSchedule) never = stored(kit, "a");
    assert_int_equal(never->next_fire_ms, 0);
    assert_int_equal(write_calendar(kit, "{}"), JW_CALENDAR_CHANGED);
    assert_ok(sch_follow_calendars(&kit->sch, &count, &error), error);
    g_autoptr(JwSchedule) due = stored(kit, "a");
    assert_int_equal(due->next_fire_ms, KIT_NOW + 10 * MINUTE);
    assert_false(read_file(&kit->sch, own, &rows[1], 1, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "*never fires: the calendar excludes every day*");
}

/* A calendar that is nowhere is a mistake of the file. */
static void
test_a_calendar_that_is_nowhere(void **state)
{
    static const Row named[] = { { "a", ",\"calendar\":\"c\"" } };
    SchKit *kit = *state;
    g_autoptr(GError) error = NULL;

    assert_false(read_file(&kit->sch, NULL, named, 1, &error));
    assert_jw_error(error, JW_ERROR_NOT_FOUND, "*there is no calendar 'c'*");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_what_left_is_paused),
        TEST(test_an_empty_list_stops_all),
        TEST(test_many_leave),
        TEST(test_without_a_file_all_stay),
        cmocka_unit_test(test_resumed),
        TEST(test_once_while_off),
        TEST(test_whose_it_is),
        TEST(test_what_was_changed_since_stays),
        TEST(test_what_is_somebody_elses),
        TEST(test_whose_a_calendar_is),
        TEST(test_a_deleted_calendar_is_not_brought_back),
        TEST(test_a_schedule_of_the_file_brings_its_calendar_back),
        TEST(test_a_calendar_that_is_nowhere),
        TEST(test_a_calendar_of_others_excludes_all),
        TEST(test_decisions_of_a_paused_schedule),
        TEST(test_a_broken_decision_of_a_paused_schedule),
        cmocka_unit_test(test_every_call_fails),
        cmocka_unit_test(test_two_schedulers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
