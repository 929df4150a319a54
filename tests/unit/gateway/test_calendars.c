/* test_calendars.c: the API of the days on which scheduled jobs are not due, by an admin's key. */
#include "gwkit.h"

#include "jw/jobs_calendar_write.h"
#include "jw/jobs_schedule_write.h"
#include "jw/store_mem.h"
#include "jw/store_schedules.h"

#include <string.h>

#define PATH    "/api/v1alpha1/calendars"
#define HOLIDAY "{\"dates\":[\"2026-12-25\"],\"weekdays\":[\"SAT\",\"SUN\"]}"

typedef GwKeyed Fixture;

/* @condition: a header, or NULL. */
static Answer
ask_if(const Fixture *self, const char *method, const char *tail, const char *body,
       const char *condition)
{
    g_autofree char *path = g_strconcat(PATH, tail, NULL);
    g_autofree char *key = g_strconcat("X-API-Key: ", self->key, NULL);
    const char *const headers[] = { key, condition, NULL };

    return kit_ask(self->kit, NULL, method, path, body, headers);
}

static Answer
ask(const Fixture *self, const char *method, const char *tail, const char *body)
{
    return ask_if(self, method, tail, body, NULL);
}

static void
assert_code(const Answer *answer, long status, const char *code)
{
    assert_int_equal(answer->status, status);
    assert_string_equal(answer_text(answer, "detail.code"), code);
}

static void
assert_text(const Answer *answer, const char *path, const char *expected)
{
    if (g_strcmp0(answer_text(answer, path), expected) != 0) {
        fail_msg("%s is %s, not %s", path, answer_text(answer, path), expected);
    }
}

static void
put_user(const Fixture *self, const char *id, const char *calendar)
{
    g_autoptr(JwSchedule) schedule = jw_schedule_new();
    g_autoptr(GError) error = NULL;

    schedule->id = g_strdup(id);
    schedule->source = g_strdup("api");
    schedule->trigger = JW_TRIGGER_INTERVAL;
    schedule->interval_ms = 3600000;
    schedule->next_fire_ms = GW_NOW + 1000;
    schedule->calendar = g_strdup(calendar);
    schedule->job_body = g_strdup(KIT_BODY);
    assert_ok(jw_store_put_schedule(self->kit->gw.store, schedule, &error), error);
}

static void
test_made_shown_replaced_and_deleted(void **state)
{
    const Fixture *self = *state;

    g_auto(Answer) none = ask(self, "GET", "/closed", NULL);
    assert_code(&none, 404, "CALENDAR_NOT_FOUND");
    assert_text(&none, "detail.message", "Calendar 'closed' not found");
    g_auto(Answer) made = ask(self, "PUT", "/closed", HOLIDAY);
    assert_int_equal(made.status, 201);
    assert_text(&made, "status", "ok");
    assert_true(g_str_has_suffix(answer_header(&made, "location"), PATH "/closed"));
    assert_text(&made, "data.calendar.name", "closed");
    assert_text(&made, "data.calendar.dates.0", "2026-12-25");
    assert_text(&made, "data.calendar.weekdays.1", "SUN");
    assert_int_equal(json_array_size(answer_at(&made, "data.calendar.ranges")), 0);
    assert_int_equal(json_array_size(answer_at(&made, "data.calendar.yearly")), 0);
    assert_text(&made, "data.calendar.source", "api");
    assert_text(&made, "data.calendar.updated_at", "2026-01-13T02:00:15Z");
    assert_int_equal(json_object_size(answer_at(&made, "data.calendar")), 7);
    g_auto(Answer) same = ask(self, "PUT", "/closed", HOLIDAY);
    assert_int_equal(same.status, 200);
    assert_null(answer_header(&same, "location"));
    assert_string_equal(answer_header(&same, "etag"), answer_header(&made, "etag"));
    g_auto(Answer) other =
        ask(self, "PUT", "/closed", "{\"name\":\"closed\",\"yearly\":[\"01-01\"]}");
    assert_int_equal(other.status, 200);
    assert_string_not_equal(answer_header(&other, "etag"), answer_header(&made, "etag"));
    g_auto(Answer) shown = ask(self, "GET", "/closed", NULL);
    assert_int_equal(shown.status, 200);
    assert_string_equal(answer_header(&shown, "etag"), answer_header(&other, "etag"));
    assert_int_equal(json_array_size(answer_at(&shown, "data.calendar.dates")), 0);
    assert_text(&shown, "data.calendar.yearly.0", "01-01");
    g_auto(Answer) deleted = ask(self, "DELETE", "/closed", NULL);
    assert_int_equal(deleted.status, 200);
    assert_text(&deleted, "data.message", "Calendar 'closed' deleted");
    g_auto(Answer) again = ask(self, "DELETE", "/closed", NULL);
    assert_code(&again, 404, "CALENDAR_NOT_FOUND");
    g_auto(Answer) anew = ask(self, "PUT", "/closed", HOLIDAY);
    assert_int_equal(anew.status, 201);
}

/* Of two who read the same version one is told that it is another by now. */
static void
test_conditions(void **state)
{
    const Fixture *self = *state;

    g_auto(Answer) lost = ask_if(self, "PUT", "/closed", HOLIDAY, "If-Match: \"x\"");
    assert_code(&lost, 412, "PRECONDITION_FAILED");
    g_auto(Answer) made = ask_if(self, "PUT", "/closed", HOLIDAY, "If-None-Match: *");
    assert_int_equal(made.status, 201);
    g_auto(Answer) twice = ask_if(self, "PUT", "/closed", "{}", "If-None-Match: *");
    assert_code(&twice, 412, "PRECONDITION_FAILED");
    g_autofree char *mine = g_strdup_printf("If-Match: %s", answer_header(&made, "etag"));
    g_autofree char *known = g_strdup_printf("If-None-Match: %s", answer_header(&made, "etag"));
    g_auto(Answer) unchanged = ask_if(self, "GET", "/closed", NULL, known);
    assert_int_equal(unchanged.status, 304);
    g_auto(Answer) first = ask_if(self, "PUT", "/closed", "{}", mine);
    assert_int_equal(first.status, 200);
    g_auto(Answer) second = ask_if(self, "PUT", "/closed", HOLIDAY, mine);
    assert_code(&second, 412, "PRECONDITION_FAILED");
    g_auto(Answer) kept = ask_if(self, "DELETE", "/closed", NULL, mine);
    assert_code(&kept, 412, "PRECONDITION_FAILED");
    g_autofree char *now = g_strdup_printf("If-Match: %s", answer_header(&first, "etag"));
    g_auto(Answer) gone = ask_if(self, "DELETE", "/closed", NULL, now);
    assert_int_equal(gone.status, 200);
}

static void
test_what_is_wrong(void **state)
{
    const Fixture *self = *state;
    static const struct {
        const char *tail, *body, *pointers[3];
    } cases[] = {
        { "/closed", "{\"dates\":[\"2026-02-29\"],\"days\":[]}", { "/days", "/dates/0" } },
        { "/closed", "{\"dates\":\"2026-02-28\"}", { "/dates" } },
        { "/closed", "{\"dates\":[\"2026-02-28\",\"2026-02-28\"]}", { "/dates/1" } },
        { "/closed",
          "{\"ranges\":[{\"first\":\"2026-02-03\",\"last\":\"2026-02-01\"}]}",
          { "/ranges/0/last" } },
        { "/closed", "{\"ranges\":[{\"first\":\"2026-02-03\"}]}", { "/ranges/0/last" } },
        { "/closed", "{\"weekdays\":[\"Mon\"]}", { "/weekdays/0" } },
        { "/closed", "{\"yearly\":[\"02-30\"]}", { "/yearly/0" } },
        { "/closed",
          "{\"weekdays\":[\"MON\",\"TUE\",\"WED\",\"THU\",\"FRI\",\"SAT\",\"SUN\"]}",
          { "/weekdays" } },
        { "/closed", "[]", { "" } },
        { "/closed", "{\"name\":\"open\"}", { "/name" } },
        { "/Closed", "{}", { "/name" } },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Answer) answer = ask(self, "PUT", cases[i].tail, cases[i].body);
        assert_code(&answer, 400, "VALIDATION_ERROR");
        for (size_t n = 0; cases[i].pointers[n] != NULL; n++) {
            g_autofree char *at = g_strdup_printf("detail.errors.%zu.pointer", n);
            assert_text(&answer, at, cases[i].pointers[n]);
        }
        size_t wrong = json_array_size(answer_at(&answer, "detail.errors"));
        assert_int_equal(wrong, cases[i].pointers[1] != NULL ? 2 : 1);
    }
    g_auto(Answer) no_json = ask(self, "PUT", "/closed", "{");
    assert_code(&no_json, 400, "INVALID_JSON");
    g_auto(Answer) none = ask(self, "GET", "", NULL);
    assert_int_equal(json_array_size(answer_at(&none, "data.calendars")), 0);
    static const char *const queries[] = { "?limit=0", "?limit=201", "?after=", "?page=1" };
    for (size_t i = 0; i < G_N_ELEMENTS(queries); i++) {
        g_auto(Answer) answer = ask(self, "GET", queries[i], NULL);
        assert_code(&answer, 400, "VALIDATION_ERROR");
    }
}

static void
test_lists(void **state)
{
    const Fixture *self = *state;
    static const char *const names[] = { "/b", "/a", "/c" };

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_auto(Answer) made = ask(self, "PUT", names[i], HOLIDAY);
        assert_int_equal(made.status, 201);
    }
    g_auto(Answer) first = ask(self, "GET", "?limit=2", NULL);
    assert_int_equal(json_array_size(answer_at(&first, "data.calendars")), 2);
    assert_text(&first, "data.calendars.0.name", "a");
    assert_text(&first, "data.calendars.1.weekdays.0", "SAT");
    assert_text(&first, "data.next_after", "b");
    g_auto(Answer) rest = ask(self, "GET", "?limit=2&after=b", NULL);
    assert_int_equal(json_array_size(answer_at(&rest, "data.calendars")), 1);
    assert_text(&rest, "data.calendars.0.name", "c");
    assert_null(answer_at(&rest, "data.next_after"));
}

/* It cannot be deleted, and those that use it are told. */
static void
test_of_use(void **state)
{
    const Fixture *self = *state;

    g_auto(Answer) made = ask(self, "PUT", "/closed", HOLIDAY);
    assert_int_equal(made.status, 201);
    g_auto(Answer) nobody = ask(self, "GET", "/closed/jobs", NULL);
    assert_int_equal(json_array_size(answer_at(&nobody, "data.jobs")), 0);
    put_user(self, "two", "closed");
    put_user(self, "one", "closed");
    put_user(self, "free", "other");
    g_auto(Answer) used = ask(self, "DELETE", "/closed", NULL);
    assert_code(&used, 409, "CALENDAR_IN_USE");
    assert_text(&used, "detail.message",
                "Calendar 'closed' is used by 'one', 'two': change or delete those jobs first");
    g_auto(Answer) there = ask(self, "GET", "/closed", NULL);
    assert_int_equal(there.status, 200);
    g_auto(Answer) users = ask(self, "GET", "/closed/jobs?limit=1", NULL);
    assert_text(&users, "data.jobs.0.id", "one");
    assert_text(&users, "data.jobs.0.trigger_details", "every 3600 seconds");
    assert_text(&users, "data.next_after", "one");
    g_auto(Answer) rest = ask(self, "GET", "/closed/jobs?after=one", NULL);
    assert_text(&rest, "data.jobs.0.id", "two");
    assert_null(answer_at(&rest, "data.next_after"));
    g_auto(Answer) unknown = ask(self, "GET", "/open/jobs", NULL);
    assert_code(&unknown, 404, "CALENDAR_NOT_FOUND");
    for (int i = 0; i < 10; i++) {
        g_autofree char *id = g_strdup_printf("m%d", i);
        put_user(self, id, "closed");
    }
    g_auto(Answer) many = ask(self, "DELETE", "/closed", NULL);
    assert_non_null(strstr(answer_text(&many, "detail.message"), "'m9' and others: "));
}

/* A job that names it comes between the two looks at those that do: the calendar stays. */
static bool
add_user(const JwStoredCalendar *there, gpointer fixture)
{
    (void)there;
    put_user(fixture, "late", "closed");
    return true;
}

static void
test_a_job_that_comes_to_use_it_keeps_it(void **state)
{
    Fixture *self = *state;
    JwJobs *jobs = &self->kit->gw.jobs;
    JwCalendarWish wish = { .name = "closed", .by = "ann", .allows = add_user, .data = self };
    JwCalendarOutcome outcome = JW_CALENDAR_DELETED;
    g_autoptr(GPtrArray) users = NULL;
    g_autoptr(GError) error = NULL;

    g_auto(Answer) made = ask(self, "PUT", "/closed", HOLIDAY);
    assert_int_equal(made.status, 201);
    assert_ok(jw_jobs_delete_calendar(jobs, &wish, &outcome, &users, &error), error);
    assert_int_equal(outcome, JW_CALENDAR_IN_USE);
    assert_int_equal(users->len, 1);
    g_auto(Answer) there = ask(self, "GET", "/closed", NULL);
    assert_int_equal(there.status, 200);
}

/* Two requests at once: either is done wholly before a call of the other. */
typedef struct {
    JwJobs *jobs;
    JwCalendarOutcome deletion;
    JwScheduleOutcome storing;
} Race;

static void
delete_now(gpointer data)
{
    Race *race = data;
    const JwCalendarWish wish = { .name = "closed", .by = "ann" };
    g_autoptr(GPtrArray) users = NULL;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_jobs_delete_calendar(race->jobs, &wish, &race->deletion, &users, &error), error);
    assert_int_equal(race->deletion == JW_CALENDAR_IN_USE, users != NULL && users->len > 0);
}

static void
store_now(gpointer data)
{
    Race *race = data;
    json_auto_t *body = json_loads("{\"trigger\":{\"type\":\"cron\",\"cron\":\"0 9 * * WED\"},"
                                   "\"calendar\":\"closed\",\"job\":" KIT_BODY "}",
                                   0, NULL);
    const JwScheduleWish wish = {
        .verb = JW_SCHEDULE_PUT, .id = "late", .body = body, .by = "ben"
    };
    g_auto(JwViolations) violations = { 0 };
    g_autoptr(GError) error = NULL;

    assert_non_null(body);
    assert_ok(jw_jobs_write_schedule(race->jobs, &wish, &violations, &race->storing, &error),
              error);
}

/* Whether @other was let in; else @first made no so many calls. */
static bool
race_once(const Fixture *self, int n, void (*first)(gpointer), void (*other)(gpointer))
{
    JwStore *store = self->kit->gw.store;
    Race race = { &self->kit->gw.jobs, JW_CALENDAR_HELD, JW_WISH_EXISTS };
    g_autoptr(JwStoredCalendar) calendar = NULL;
    g_autoptr(JwSchedule) schedule = NULL, deleted = NULL;
    g_autoptr(GError) error = NULL;
    g_auto(Answer) made = ask(self, "PUT", "/closed", HOLIDAY);

    assert_true(made.status == 201 || made.status == 200);
    jw_store_mem_before_nth(store, n, other, &race);
    first(&race);
    jw_store_mem_before_nth(store, 0, NULL, NULL);
    assert_ok(jw_store_get_calendar(store, "closed", &calendar, &error), error);
    assert_ok(jw_store_get_schedule(store, "late", &schedule, &error), error);
    if (schedule != NULL) {
        assert_int_equal(race.storing, JW_WISH_CREATED);
        assert_non_null(calendar);
        assert_int_not_equal(race.deletion, JW_CALENDAR_DELETED);
        assert_ok(jw_store_delete_schedule(store, "late", "ann", "t", GW_NOW, &deleted, &error),
                  error);
        assert_ok(jw_store_forget_schedule(store, deleted, &error), error);
    } else if (race.storing == JW_WISH_REFUSED) {
        assert_null(calendar);
        assert_int_equal(race.deletion, JW_CALENDAR_DELETED);
    }
    return race.deletion != JW_CALENDAR_HELD && race.storing != JW_WISH_EXISTS;
}

static void
test_deleted_while_a_job_comes_to_use_it(void **state)
{
    const Fixture *self = *state;
    int storing = 0, deleting = 0;

    while (race_once(self, storing + 1, store_now, delete_now)) {
        storing++;
    }
    while (race_once(self, deleting + 1, delete_now, store_now)) {
        deleting++;
    }
    assert_true(storing >= 3 && deleting >= 3);
}

/* Of a process that died in between: it is over after a minute. */
static void
test_a_hold_that_nobody_ends(void **state)
{
    const Fixture *self = *state;
    char id[] = "h", user[] = "coming";
    const JwCalendarHold hold = { id, user, GW_NOW + 60000 };
    JwCas cas = JW_CAS_LOST;
    g_autoptr(GError) error = NULL;

    g_auto(Answer) made = ask(self, "PUT", "/closed", HOLIDAY);
    assert_int_equal(made.status, 201);
    assert_ok(jw_store_hold_calendar(self->kit->gw.store, "closed", &hold, &cas, &error), error);
    assert_int_equal(cas, JW_CAS_WON);
    g_auto(Answer) used = ask(self, "DELETE", "/closed", NULL);
    assert_code(&used, 409, "CALENDAR_IN_USE");
    assert_text(&used, "detail.message",
                "Calendar 'closed' is used by 'coming': change or delete those jobs first");
    g_auto(Answer) changed = ask(self, "PUT", "/closed", "{}");
    assert_int_equal(changed.status, 200);
    g_auto(Answer) still = ask(self, "DELETE", "/closed", NULL);
    assert_code(&still, 409, "CALENDAR_IN_USE");
    tk_clock_advance(&self->kit->ports->clock.fake, 60000);
    g_auto(Answer) deleted = ask(self, "DELETE", "/closed", NULL);
    assert_int_equal(deleted.status, 200);
    assert_ok(jw_store_hold_calendar(self->kit->gw.store, "closed", &hold, &cas, &error), error);
    assert_int_equal(cas, JW_CAS_LOST);
}

static void
test_no_more_than_so_many(void **state)
{
    const Fixture *self = *state;
    json_auto_t *days = json_object();
    JwCalendarOutcome outcome = JW_CALENDAR_HELD;
    g_autoptr(GError) error = NULL;

    for (int i = 0; i < JW_CALENDARS_MAX; i++) {
        g_autofree char *name = g_strdup_printf("c%d", i);
        const JwCalendarWish wish = { .name = name, .by = "ann" };
        g_autoptr(JwStoredCalendar) calendar = NULL;
        assert_ok(
            jw_jobs_write_calendar(&self->kit->gw.jobs, &wish, days, &outcome, &calendar, &error),
            error);
    }
    g_auto(Answer) more = ask(self, "PUT", "/closed", HOLIDAY);
    assert_code(&more, 409, "TOO_MANY_CALENDARS");
    g_auto(Answer) change = ask(self, "PUT", "/c7", HOLIDAY);
    assert_int_equal(change.status, 200);
    g_auto(Answer) deleted = ask(self, "DELETE", "/c7", NULL);
    assert_int_equal(deleted.status, 200);
    g_auto(Answer) now = ask(self, "PUT", "/closed", HOLIDAY);
    assert_int_equal(now.status, 201);
}

/* Of a write whose answer was lost: done, and known to be; or not known. */
static void
test_in_doubt(void **state)
{
    const Fixture *self = *state;
    JwStore *store = self->kit->gw.store;

    g_auto(Answer) known = ask(self, "GET", "", NULL); /* now the key is known */
    assert_int_equal(known.status, 200);
    jw_store_mem_fail_nth(store, 3, JW_ERROR_IN_DOUBT, true); /* but it was done */
    g_auto(Answer) made = ask(self, "PUT", "/closed", HOLIDAY);
    assert_int_equal(made.status, 201);
    jw_store_mem_fail_nth(store, 2, JW_ERROR_IN_DOUBT, true);
    g_auto(Answer) changed = ask(self, "PUT", "/closed", "{}");
    assert_int_equal(changed.status, 200);
    jw_store_mem_fail_nth(store, 1, JW_ERROR_UNAVAILABLE, false);
    g_auto(Answer) away = ask(self, "PUT", "/closed", HOLIDAY);
    assert_code(&away, 503, "SERVICE_UNAVAILABLE");
    jw_store_mem_fail_nth(store, 2, JW_ERROR_IN_DOUBT, true);
    jw_store_mem_then_fail(store, 2, JW_ERROR_UNAVAILABLE);
    g_auto(Answer) unknown = ask(self, "PUT", "/closed", HOLIDAY);
    assert_code(&unknown, 504, "OUTCOME_UNKNOWN");
    jw_store_mem_fail_nth(store, 3, JW_ERROR_IN_DOUBT, true);
    g_auto(Answer) deleted = ask(self, "DELETE", "/closed", NULL);
    assert_int_equal(deleted.status, 200);
}

/* A job may name a calendar as soon as it is there; what its days leave of it is said. */
static void
test_a_job_that_names_it(void **state)
{
    const Fixture *self = *state;
    static const char body[] = "{\"id\":\"a\",\"trigger\":{\"type\":\"cron\",\"cron\":\"0 9 * * "
                               "WED\"},\"calendar\":\"closed\",\"job\":" KIT_BODY "}";

    g_auto(Answer) none =
        kit_ask_with_key(self->kit, self->key, "POST", "/api/v1alpha1/jobs", body);
    assert_code(&none, 400, "VALIDATION_ERROR");
    assert_text(&none, "detail.errors.0.pointer", "/calendar");
    g_auto(Answer) made = ask(self, "PUT", "/closed", "{\"dates\":[\"2026-01-14\"]}");
    assert_int_equal(made.status, 201);
    g_auto(Answer) job = kit_ask_with_key(self->kit, self->key, "POST", "/api/v1alpha1/jobs", body);
    assert_int_equal(job.status, 201);
    assert_text(&job, "data.job.next_run_time", "2026-01-21T09:00:00Z");
    g_auto(Answer) closed = ask(self, "PUT", "/closed", "{\"weekdays\":[\"WED\"]}");
    assert_int_equal(closed.status, 200);
    g_auto(Answer) never =
        kit_ask_with_key(self->kit, self->key, "GET", "/api/v1alpha1/jobs/a", NULL);
    assert_int_equal(json_array_size(answer_at(&never, "data.job.next_run_times")), 0);
    assert_text(&never, "data.job.warnings.0.code", "CALENDAR_EXCLUDES_ALL");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_keyed_setup, kit_keyed_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_made_shown_replaced_and_deleted),
        TEST(test_conditions),
        TEST(test_what_is_wrong),
        TEST(test_lists),
        TEST(test_of_use),
        TEST(test_a_job_that_comes_to_use_it_keeps_it),
        TEST(test_deleted_while_a_job_comes_to_use_it),
        TEST(test_a_hold_that_nobody_ends),
        TEST(test_no_more_than_so_many),
        TEST(test_in_doubt),
        TEST(test_a_job_that_names_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
