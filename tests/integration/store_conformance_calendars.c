/* store_conformance_calendars.c: the days on which schedules are not due, and who names them. */
#include "store_conformance.h"
#include "jw/store_calendars.h"

static JwStoredCalendar *
calendar_of(const char *name, const char *version, int64_t at_ms)
{
    JwStoredCalendar *calendar = g_new0(JwStoredCalendar, 1);

    calendar->name = g_strdup(name);
    calendar->days = g_strdup("{\"yearly\":[\"01-01\"]}");
    calendar->version = g_strdup(version);
    calendar->source = g_strdup("api");
    calendar->updated_at_ms = at_ms;
    return calendar;
}

static JwCas
replace(JwStore *store, const JwStoredCalendar *calendar, const JwStoredCalendar *old)
{
    JwCas cas = JW_CAS_LOST;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_replace_calendar(store, calendar, old, &cas, &error), error);
    return cas;
}

static JwStoredCalendar *
find(JwStore *store, const char *name, bool deleted)
{
    JwStoredCalendar *found = NULL;
    g_autoptr(GError) error = NULL;

    assert_ok(deleted ? jw_store_find_calendar(store, name, &found, &error)
                      : jw_store_get_calendar(store, name, &found, &error),
              error);
    return found;
}

static void
replaces_what_was_read(JwStore *store)
{
    g_autoptr(JwStoredCalendar) first = calendar_of("a", "v1", SC_NOW);
    g_autoptr(JwStoredCalendar) second = calendar_of("a", "v2", SC_NOW + 1);

    assert_null(find(store, "a", true));
    assert_int_equal(replace(store, first, NULL), JW_CAS_WON);
    assert_int_equal(replace(store, first, NULL), JW_CAS_LOST);
    g_autoptr(JwStoredCalendar) old = find(store, "a", false);
    assert_string_equal(old->days, first->days);
    assert_string_equal(old->source, "api");
    assert_null(old->entry_hash);
    assert_int_equal(old->updated_at_ms, SC_NOW);
    second->entry_hash = g_strdup("entry");
    assert_int_equal(replace(store, second, old), JW_CAS_WON);
    assert_int_equal(replace(store, second, old), JW_CAS_LOST);
    g_autoptr(JwStoredCalendar) now = find(store, "a", false);
    assert_string_equal(now->version, "v2");
    assert_string_equal(now->entry_hash, "entry");
    g_clear_pointer(&second->entry_hash, g_free); /* what it lacks goes */
    second->updated_at_ms++;
    assert_int_equal(replace(store, second, now), JW_CAS_WON);
    g_autoptr(JwStoredCalendar) last = find(store, "a", false);
    assert_null(last->entry_hash);
}

static void
deletes_and_takes_it_back(JwStore *store)
{
    g_autoptr(JwStoredCalendar) first = calendar_of("a", "v1", SC_NOW);
    g_autoptr(JwStoredCalendar) anew = calendar_of("a", "v1", SC_NOW + 9);
    JwCas cas = JW_CAS_LOST;
    g_autoptr(GError) error = NULL;

    assert_int_equal(replace(store, first, NULL), JW_CAS_WON);
    assert_ok(jw_store_delete_calendar(store, first, "ann", "t1", SC_NOW + 5, &cas, &error), error);
    assert_int_equal(cas, JW_CAS_WON);
    assert_ok(jw_store_delete_calendar(store, first, "ann", "t2", SC_NOW + 6, &cas, &error), error);
    assert_int_equal(cas, JW_CAS_LOST);
    assert_null(find(store, "a", false));
    g_autoptr(JwStoredCalendar) gone = find(store, "a", true);
    assert_string_equal(gone->deleted_by, "ann");
    assert_string_equal(gone->tombstone, "t1");
    assert_int_equal(gone->deleted_at_ms, SC_NOW + 5);
    assert_int_equal(replace(store, anew, first), JW_CAS_LOST); /* as it was read before */
    assert_ok(jw_store_restore_calendar(store, "a", "t2", &cas, &error), error);
    assert_int_equal(cas, JW_CAS_LOST);
    assert_ok(jw_store_restore_calendar(store, "a", "t1", &cas, &error), error);
    assert_int_equal(cas, JW_CAS_WON);
    g_autoptr(JwStoredCalendar) back = find(store, "a", false);
    assert_string_equal(back->version, "v1");
    assert_null(back->tombstone);
    assert_ok(jw_store_delete_calendar(store, back, "ann", "t3", SC_NOW + 7, &cas, &error), error);
    assert_ok(jw_store_forget_calendar(store, "a", "t1", &error), error); /* another deletion */
    g_autoptr(JwStoredCalendar) left = find(store, "a", true);
    assert_string_equal(left->tombstone, "t3");
    assert_int_equal(replace(store, anew, left),
                     JW_CAS_WON); /* made again before it is forgotten */
    assert_ok(jw_store_forget_calendar(store, "a", "t3", &error), error);
    g_autoptr(JwStoredCalendar) kept = find(store, "a", false);
    assert_int_equal(kept->updated_at_ms, SC_NOW + 9);
    assert_int_equal(kept->deleted_at_ms, 0);
    assert_ok(jw_store_delete_calendar(store, kept, "ann", "t4", SC_NOW + 10, &cas, &error), error);
    assert_ok(jw_store_forget_calendar(store, "a", "t4", &error), error);
    assert_null(find(store, "a", true));
}

static void
lists_those_that_are_there(JwStore *store)
{
    static const char *const names[] = { "d", "b", "a", "c" };
    g_autoptr(GPtrArray) page = NULL;
    g_autoptr(GPtrArray) rest = NULL;
    g_autoptr(GError) error = NULL;
    JwCas cas = JW_CAS_LOST;
    int64_t count = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(JwStoredCalendar) calendar = calendar_of(names[i], "v", SC_NOW);
        assert_int_equal(replace(store, calendar, NULL), JW_CAS_WON);
    }
    g_autoptr(JwStoredCalendar) second = find(store, "b", false);
    assert_ok(jw_store_delete_calendar(store, second, "ann", "t", SC_NOW, &cas, &error), error);
    assert_ok(jw_store_list_calendars(store, NULL, 2, &page, &error), error);
    assert_int_equal(page->len, 2);
    assert_string_equal(((JwStoredCalendar *)g_ptr_array_index(page, 1))->name, "c");
    assert_ok(jw_store_list_calendars(store, "c", 2, &rest, &error), error);
    assert_int_equal(rest->len, 1);
    g_autoptr(GPtrArray) versions = NULL;
    assert_ok(jw_store_list_calendar_versions(store, "a", 9, &versions, &error), error);
    assert_int_equal(versions->len, 2);
    assert_string_equal(((JwStoredCalendar *)g_ptr_array_index(versions, 0))->name, "c");
    assert_string_equal(((JwStoredCalendar *)g_ptr_array_index(versions, 0))->version, "v");
    assert_null(((JwStoredCalendar *)g_ptr_array_index(versions, 0))->days);
    assert_ok(jw_store_count_calendars(store, 10, &count, &error), error);
    assert_int_equal(count, 3);
    assert_ok(jw_store_count_calendars(store, 2, &count, &error), error);
    assert_int_equal(count, 2);
}

static void
put_user(JwStore *store, const char *id, const char *calendar, const char *version)
{
    g_autoptr(JwSchedule) schedule = jw_schedule_new();
    g_autoptr(GError) error = NULL;

    schedule->id = g_strdup(id);
    schedule->source = g_strdup("api");
    schedule->calendar = g_strdup(calendar);
    schedule->calendar_version = g_strdup(version);
    schedule->interval_ms = 60000;
    schedule->next_fire_ms = SC_NOW + 60000;
    assert_ok(jw_store_put_schedule(store, schedule, &error), error);
}

static void
assert_ids(const GPtrArray *page, const char *expected)
{
    g_autoptr(GString) ids = g_string_new(NULL);

    for (guint i = 0; i < page->len; i++) {
        g_string_append_printf(ids, "%s ", ((JwSchedule *)g_ptr_array_index(page, i))->id);
    }
    assert_string_equal(ids->str, expected);
}

static void
finds_who_names_one(JwStore *store)
{
    static const struct {
        const char *after;
        size_t limit;
        const char *users, *outdated;
    } cases[] = {
        { NULL, 9, "a b c ", "a c " },
        { NULL, 2, "a b ", "a c " },
        { "a", 2, "b c ", "c " },
        { "c", 2, "", "" },
    };
    g_autoptr(JwSchedule) deleted = NULL;
    g_autoptr(GError) error = NULL;

    put_user(store, "c", "x", "v1");
    put_user(store, "b", "x", "v2");
    put_user(store, "a", "x", NULL);
    put_user(store, "other", "y", "v1");
    put_user(store, "gone", "x", "v1");
    assert_ok(jw_store_delete_schedule(store, "gone", "ann", "t", SC_NOW, &deleted, &error), error);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GPtrArray) users = NULL;
        g_autoptr(GPtrArray) outdated = NULL;
        assert_ok(jw_store_schedules_of_calendar(store, "x", cases[i].after, cases[i].limit, &users,
                                                 &error),
                  error);
        assert_ids(users, cases[i].users);
        assert_ok(jw_store_outdated_schedules(store, "x", "v2", cases[i].after, cases[i].limit,
                                              &outdated, &error),
                  error);
        assert_ids(outdated, cases[i].outdated);
    }
}

static void
is_held_by_who_comes_to_name_it(JwStore *store)
{
    g_autoptr(JwStoredCalendar) first = calendar_of("a", "v1", SC_NOW);
    g_autoptr(JwStoredCalendar) second = calendar_of("a", "v2", SC_NOW + 1);
    char one[] = "h1", other[] = "h2", user[] = "s";
    const JwCalendarHold short_one = { one, user, SC_NOW + 10 };
    const JwCalendarHold long_one = { other, user, SC_NOW + 20 };
    JwCas cas = JW_CAS_WON;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_hold_calendar(store, "a", &short_one, &cas, &error), error);
    assert_int_equal(cas, JW_CAS_LOST);
    assert_int_equal(replace(store, first, NULL), JW_CAS_WON);
    assert_ok(jw_store_hold_calendar(store, "a", &short_one, &cas, &error), error);
    assert_int_equal(cas, JW_CAS_WON);
    assert_ok(jw_store_hold_calendar(store, "a", &long_one, &cas, &error), error);
    assert_int_equal(replace(store, second, first), JW_CAS_WON); /* which leaves them */
    g_autoptr(JwStoredCalendar) held = find(store, "a", false);
    assert_int_equal(held->holds->len, 2);
    const JwCalendarHold *hold = g_ptr_array_index(held->holds, 1);
    assert_string_equal(hold->id, "h2");
    assert_string_equal(hold->schedule_id, "s");
    assert_int_equal(hold->until_ms, SC_NOW + 20);
    assert_ok(jw_store_delete_calendar(store, held, "ann", "t", SC_NOW + 15, &cas, &error), error);
    assert_int_equal(cas, JW_CAS_LOST);
    assert_ok(jw_store_release_calendar(store, "a", &long_one, &error), error);
    assert_ok(jw_store_release_calendar(store, "a", &long_one, &error), error);
    assert_ok(jw_store_delete_calendar(store, held, "ann", "t", SC_NOW + 9, &cas, &error), error);
    assert_int_equal(cas, JW_CAS_LOST);
    assert_ok(jw_store_delete_calendar(store, held, "ann", "t", SC_NOW + 10, &cas, &error), error);
    assert_int_equal(cas, JW_CAS_WON); /* the time of the other is over */
    assert_ok(jw_store_hold_calendar(store, "a", &long_one, &cas, &error), error);
    assert_int_equal(cas, JW_CAS_LOST);
}

const ScCase sc_calendar_cases[] = {
    { "replaces a calendar as it was read", replaces_what_was_read },
    { "deletes a calendar and takes that back", deletes_and_takes_it_back },
    { "lists calendars that are there", lists_those_that_are_there },
    { "finds who names a calendar", finds_who_names_one },
    { "holds a calendar for who comes to name it", is_held_by_who_comes_to_name_it },
    { 0 },
};
