/* test_schedules.c: the API of scheduled jobs, by an admin's key: what is read, what is
 * changed, and the deletion.
 */
#include "gwkit.h"

#include "jw/jobs_calendars.h"

#include <string.h>

#define PATH "/api/v1alpha1/jobs"

typedef GwKeyed Fixture;

static Answer
ask(const Fixture *self, const char *method, const char *tail)
{
    g_autofree char *path = g_strconcat(PATH, tail, NULL);

    return kit_ask_with_key(self->kit, self->key, method, path, NULL);
}

/* Not of the file. */
static void
put(const Fixture *self, const char *id, JwTriggerType trigger, int64_t next_ms)
{
    g_autoptr(JwSchedule) schedule = jw_schedule_new();
    g_autoptr(GError) error = NULL;

    schedule->id = g_strdup(id);
    schedule->source = g_strdup("api");
    schedule->trigger = trigger;
    schedule->interval_ms = 3600000;
    schedule->cron = g_strdup("0  */6 * * *");
    schedule->once_ms = GW_NOW + 1000;
    schedule->next_fire_ms = next_ms;
    schedule->job_body = g_strdup(KIT_BODY);
    assert_ok(jw_store_put_schedule(self->kit->gw.store, schedule, &error), error);
}

static void
pause_it(const Fixture *self, const char *id)
{
    JwCas cas = JW_CAS_LOST;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_pause_schedule(self->kit->gw.store, id, "a pause", GW_NOW, &cas, &error),
              error);
}

static void
assert_item(const Answer *answer, int index, const char *id, const char *next, const char *type,
            const char *details)
{
    const struct {
        const char *name, *value;
    } members[] = { { "id", id },
                    { "next_run_time", next },
                    { "trigger_type", type },
                    { "trigger_details", details } };

    for (size_t i = 0; i < G_N_ELEMENTS(members); i++) {
        g_autofree char *path = g_strdup_printf("data.jobs.%d.%s", index, members[i].name);
        assert_non_null(answer_at(answer, path)); /* null is a value */
        assert_int_equal(g_strcmp0(answer_text(answer, path), members[i].value), 0);
    }
    g_autofree char *item = g_strdup_printf("data.jobs.%d", index);
    assert_int_equal(json_object_size(answer_at(answer, item)), 4);
}

static void
test_list(void **state)
{
    const Fixture *self = *state;

    g_auto(Answer) none = ask(self, "GET", "");
    assert_int_equal(none.status, 200);
    assert_string_equal(answer_text(&none, "status"), "ok");
    assert_int_equal(json_array_size(answer_at(&none, "data.jobs")), 0);
    put(self, "c", JW_TRIGGER_CRON, GW_NOW + 3000);
    put(self, "i", JW_TRIGGER_INTERVAL, GW_NOW + 2000);
    put(self, "o", JW_TRIGGER_ONCE, GW_NOW + 1000);
    put(self, "paused", JW_TRIGGER_INTERVAL, GW_NOW + 1000);
    put(self, "spent", JW_TRIGGER_ONCE, 0);
    pause_it(self, "paused");
    g_auto(Answer) list = ask(self, "GET", "");
    assert_int_equal(json_array_size(answer_at(&list, "data.jobs")), 5);
    assert_item(&list, 0, "c", "2026-01-13T02:00:18Z", "cron", "0 */6 * * *");
    assert_item(&list, 1, "i", "2026-01-13T02:00:17Z", "interval", "every 3600 seconds");
    assert_item(&list, 2, "o", "2026-01-13T02:00:16Z", "date", "2026-01-13T02:00:16Z");
    assert_item(&list, 3, "paused", NULL, "interval", "every 3600 seconds");
    assert_item(&list, 4, "spent", NULL, "date", "2026-01-13T02:00:16Z");
    assert_null(answer_at(&list, "data.next_after"));
}

/* Across the pages that are read from the store. */
static void
test_list_in_parts(void **state)
{
    const Fixture *self = *state;
    g_autofree char *tail = g_strdup("?limit=600");
    size_t seen = 0;

    for (int i = 0; i < 1200; i++) {
        g_autofree char *id = g_strdup_printf("s%04d", i);
        put(self, id, JW_TRIGGER_INTERVAL, GW_NOW + 1000);
    }
    while (tail != NULL) {
        g_auto(Answer) part = ask(self, "GET", tail);
        const char *after = answer_text(&part, "data.next_after");
        g_autofree char *first = g_strdup_printf("s%04zu", seen);

        assert_int_equal(part.status, 200);
        assert_string_equal(answer_text(&part, "data.jobs.0.id"), first);
        assert_int_equal(json_array_size(answer_at(&part, "data.jobs")), 600);
        seen += 600;
        g_free(tail);
        tail = after != NULL ? g_strdup_printf("?limit=600&after=%s", after) : NULL;
    }
    assert_int_equal(seen, 1200);
    g_auto(Answer) all = ask(self, "GET", "");
    assert_int_equal(json_array_size(answer_at(&all, "data.jobs")), 1200);
    assert_null(answer_at(&all, "data.next_after"));
}

static void
test_wrong_query(void **state)
{
    const Fixture *self = *state;
    static const struct {
        const char *tail, *pointer;
    } cases[] = {
        { "?limit=0", "/limit" },
        { "?limit=10001", "/limit" },
        { "?page=2", "/page" },
        { "?after=", "/after" },
        { "/a/occurrences?limit=0", "/limit" },
        { "/a/occurrences?before=yesterday", "/before" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Answer) answer = ask(self, "GET", cases[i].tail);
        assert_int_equal(answer.status, 400);
        assert_string_equal(answer_text(&answer, "detail.code"), "VALIDATION_ERROR");
        assert_string_equal(answer_text(&answer, "detail.errors.0.pointer"), cases[i].pointer);
    }
}

static void
assert_text(const Answer *answer, const char *path, const char *expected)
{
    if (g_strcmp0(answer_text(answer, path), expected) != 0) {
        fail_msg("%s is %s, not %s", path, answer_text(answer, path), expected);
    }
}

static void
put_row(const Fixture *self, int minute, JwOccurrenceKind kind, const char *reason)
{
    g_autofree char *id = g_strdup_printf("row-%d", minute);
    JwOccurrence row = { .schedule_id = "a",
                         .due_ms = GW_NOW + minute * 60000,
                         .decided_ms = GW_NOW + minute * 60000 + 500,
                         .kind = kind,
                         .reason = reason,
                         .job_id = jw_occurrence_fires(kind) ? "job" : NULL };
    JwCreate create = JW_CREATE_EXISTS;
    g_autoptr(GError) error = NULL;

    g_strlcpy(row.id, id, sizeof row.id);
    assert_ok(jw_store_put_occurrence(self->kit->gw.store, &row, &create, &error), error);
}

static void
test_get(void **state)
{
    const Fixture *self = *state;
    g_autoptr(JwSchedule) schedule = jw_schedule_new();
    g_autoptr(GError) error = NULL;

    schedule->id = g_strdup("a");
    schedule->source = g_strdup("api");
    schedule->trigger = JW_TRIGGER_CRON;
    schedule->cron = g_strdup("30 2  * * 0,6");
    schedule->time_zone = g_strdup("Europe/Berlin");
    schedule->next_fire_ms = GW_NOW + 4 * 86400000;
    schedule->overlap = JW_OVERLAP_SKIP;
    schedule->job_body = g_strdup("{\"name\":\"n\"}");
    assert_ok(jw_schedule_begin(schedule, GW_NOW, &error), error);
    assert_ok(jw_store_put_schedule(self->kit->gw.store, schedule, &error), error);
    g_auto(Answer) got = ask(self, "GET", "/a");
    assert_int_equal(got.status, 200);
    assert_text(&got, "status", "ok");
    assert_text(&got, "data.job.id", "a");
    assert_text(&got, "data.job.next_run_time", "2026-01-17T01:30:00Z");
    assert_text(&got, "data.job.trigger_type", "cron");
    assert_text(&got, "data.job.trigger_details", "30 2 * * 0,6");
    assert_text(&got, "data.job.time_zone", "Europe/Berlin");
    assert_true(json_is_false(answer_at(&got, "data.job.paused")));
    assert_true(json_is_null(answer_at(&got, "data.job.note")));
    assert_text(&got, "data.job.overlap", "skip");
    assert_text(&got, "data.job.misfire", "fire_once");
    assert_text(&got, "data.job.trigger.cron", "30 2  * * 0,6");
    assert_text(&got, "data.job.job.name", "n");
    assert_int_equal(json_array_size(answer_at(&got, "data.job.next_run_times")), 10);
    assert_text(&got, "data.job.next_run_times.0", "2026-01-17T01:30:00Z");
    assert_text(&got, "data.job.next_run_times.1", "2026-01-18T01:30:00Z");
    /* of the dialects first, then of the clock, also where it changes after the ten */
    assert_text(&got, "data.job.warnings.0.code", "CRON_WEEKDAY_NUMBERS");
    assert_text(&got, "data.job.warnings.1.code", "DST_MOVED");
    assert_text(&got, "data.job.warnings.2.code", "DST_FIRST");
    assert_int_equal(json_array_size(answer_at(&got, "data.job.warnings")), 3);
    assert_int_equal(json_array_size(answer_at(&got, "data.job.occurrences")), 0);
    pause_it(self, "a");
    g_auto(Answer) paused = ask(self, "GET", "/a");
    assert_true(json_is_null(answer_at(&paused, "data.job.next_run_time")));
    assert_int_equal(json_array_size(answer_at(&paused, "data.job.next_run_times")), 0);
    assert_text(&paused, "data.job.note", "a pause");
}

/* A schedule whose calendar is not there is shown, and says so. */
static void
test_get_without_its_calendar(void **state)
{
    const Fixture *self = *state;
    g_autoptr(JwSchedule) schedule = jw_schedule_new();
    json_auto_t *days = json_pack("{s:[s]}", "weekdays", "TUE");
    g_autoptr(JwStoredCalendar) gone = NULL;
    g_autoptr(GError) error = NULL;

    schedule->id = g_strdup("a");
    schedule->source = g_strdup("api");
    schedule->trigger = JW_TRIGGER_INTERVAL;
    schedule->interval_ms = 86400000;
    schedule->calendar = g_strdup("closed");
    schedule->next_fire_ms = GW_NOW + 1;
    assert_ok(jw_store_put_schedule(self->kit->gw.store, schedule, &error), error);
    g_auto(Answer) got = ask(self, "GET", "/a");
    assert_int_equal(got.status, 200);
    assert_text(&got, "data.job.calendar", "closed");
    assert_text(&got, "data.job.warnings.0.code", "RULE_UNREADABLE");
    assert_int_equal(json_array_size(answer_at(&got, "data.job.next_run_times")), 0);
    assert_ok(jw_jobs_put_file_calendar(&self->kit->gw.jobs, "closed", days, false, &gone, &error),
              error);
    g_auto(Answer) there = ask(self, "GET", "/a");
    assert_int_equal(json_array_size(answer_at(&there, "data.job.warnings")), 0);
    assert_text(&there, "data.job.next_run_times.5", "2026-01-19T00:00:00Z");
    assert_text(&there, "data.job.next_run_times.6", "2026-01-21T00:00:00Z");
}

static void
test_occurrences(void **state)
{
    const Fixture *self = *state;
    static const struct {
        const char *status, *reason;
    } expected[] = { { "fired", NULL },
                     { "late", "it waited" },
                     { "caught_up", "it had passed" },
                     { "fired", "asked for by k" },
                     { "coalesced", "a later one" },
                     { "skipped", "too late" } };

    put(self, "a", JW_TRIGGER_INTERVAL, GW_NOW + 1000);
    for (int i = 0; i < JW_OCCURRENCE_PAUSED; i++) {
        put_row(self, i, (JwOccurrenceKind)i, expected[i].reason);
    }
    put_row(self, 90, JW_OCCURRENCE_PAUSED, "no due time");
    g_auto(Answer) all = ask(self, "GET", "/a/occurrences");
    assert_int_equal(json_array_size(answer_at(&all, "data.occurrences")), 6);
    for (int i = 0; i < 6; i++) {
        g_autofree char *status = g_strdup_printf("data.occurrences.%d.status", 5 - i);
        g_autofree char *reason = g_strdup_printf("data.occurrences.%d.reason", 5 - i);
        g_autofree char *job = g_strdup_printf("data.occurrences.%d.job_id", 5 - i);
        assert_text(&all, status, expected[i].status);
        assert_text(&all, reason, expected[i].reason);
        assert_non_null(answer_at(&all, reason)); /* null is a value */
        assert_text(&all, job, i < 4 ? "job" : NULL);
    }
    assert_text(&all, "data.occurrences.0.due_time", "2026-01-13T02:05:15Z");
    assert_text(&all, "data.occurrences.0.decided_at", "2026-01-13T02:05:15.500Z");
    g_auto(Answer) part = ask(self, "GET", "/a/occurrences?limit=2&before=2026-01-13T02:05:15Z");
    assert_int_equal(json_array_size(answer_at(&part, "data.occurrences")), 2);
    assert_text(&part, "data.occurrences.0.due_time", "2026-01-13T02:04:15Z");
    g_auto(Answer) none = ask(self, "GET", "/a/occurrences?before=1970-01-01T00:00:00Z");
    assert_int_equal(json_array_size(answer_at(&none, "data.occurrences")), 0);
    g_auto(Answer) job = ask(self, "GET", "/a");
    assert_int_equal(json_array_size(answer_at(&job, "data.job.occurrences")), 6);
}

static void
test_occurrences_of_a_status(void **state)
{
    const Fixture *self = *state;
    static const char *const statuses[] = { "fired", "late", "caught_up", "coalesced", "skipped" };

    put(self, "a", JW_TRIGGER_INTERVAL, GW_NOW + 1000);
    for (int i = 0; i <= JW_OCCURRENCE_PAUSED; i++) {
        put_row(self, i, (JwOccurrenceKind)i, NULL);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(statuses); i++) {
        g_autofree char *tail = g_strconcat("/a/occurrences?status=", statuses[i], NULL);
        g_auto(Answer) some = ask(self, "GET", tail);
        /* a run that was asked for has fired, too */
        assert_int_equal(json_array_size(answer_at(&some, "data.occurrences")), i == 0 ? 2 : 1);
        assert_text(&some, "data.occurrences.0.status", statuses[i]);
        assert_true(json_is_null(answer_at(&some, "data.occurrences.0.job_status")));
        assert_true(json_is_null(answer_at(&some, "data.occurrences.0.ended_at")));
    }
    g_auto(Answer) wrong = ask(self, "GET", "/a/occurrences?status=paused");
    assert_int_equal(wrong.status, 400);
    assert_text(&wrong, "detail.errors.0.pointer", "/status");
}

/* How its job ended is with the due time. */
static void
test_occurrence_of_a_job_that_ended(void **state)
{
    const Fixture *self = *state;
    JwStore *store = self->kit->gw.store;
    const JwOccurrence row = {
        "row", "a", GW_NOW, GW_NOW, JW_OCCURRENCE_FIRED, NULL, "job", NULL, 0
    };
    JwCreate create = JW_CREATE_EXISTS;
    g_autoptr(GError) error = NULL;

    put(self, "a", JW_TRIGGER_INTERVAL, GW_NOW + 1000);
    assert_ok(jw_store_put_occurrence(store, &row, &create, &error), error);
    assert_ok(jw_store_end_occurrence(store, "row", "failed", GW_NOW + 2500, &error), error);
    g_auto(Answer) answer = ask(self, "GET", "/a/occurrences");
    assert_text(&answer, "data.occurrences.0.id", "row");
    assert_text(&answer, "data.occurrences.0.job_status", "failed");
    assert_text(&answer, "data.occurrences.0.ended_at", "2026-01-13T02:00:17.500Z");
}

static Answer
post(const Fixture *self, const char *tail, const char *body)
{
    g_autofree char *path = g_strconcat(PATH, tail, NULL);

    return kit_ask_with_key(self->kit, self->key, "POST", path, body);
}

static void
test_preview(void **state)
{
    const Fixture *self = *state;

    g_auto(Answer) rule = post(self, "/preview",
                               "{\"trigger\":{\"type\":\"cron\",\"cron\":\"0 9 * * 1\"},"
                               "\"time_zone\":\"Europe/Berlin\"}");
    assert_int_equal(rule.status, 200);
    assert_int_equal(json_array_size(answer_at(&rule, "data.next_run_times")), 10);
    assert_text(&rule, "data.next_run_times.0", "2026-01-19T08:00:00Z");
    assert_text(&rule, "data.warnings.0.code", "CRON_WEEKDAY_NUMBERS");
    assert_int_equal(json_object_size(answer_at(&rule, "data")), 2);
    /* who names the dialect knows how it is read */
    g_auto(Answer) named = post(self, "/preview",
                                "{\"trigger\":{\"type\":\"cron\",\"cron\":\"0 9 * * 1\","
                                "\"dialect\":\"crontab\"}}");
    assert_int_equal(json_array_size(answer_at(&named, "data.warnings")), 0);
    g_auto(Answer) list = ask(self, "GET", "");
    assert_int_equal(json_array_size(answer_at(&list, "data.jobs")), 0);
    /* what no longer fires has no due times */
    g_auto(Answer) past =
        post(self, "/preview", "{\"trigger\":{\"type\":\"once\",\"at\":\"2025-01-01T00:00:00Z\"}}");
    assert_int_equal(json_array_size(answer_at(&past, "data.next_run_times")), 0);
    assert_text(&past, "data.warnings.0.code", "NEVER_DUE");
}

static void
test_preview_of_what_is_wrong(void **state)
{
    const Fixture *self = *state;
    static const struct {
        const char *body, *pointer;
    } cases[] = {
        { "{}", "/trigger" },
        { "[]", "" },
        { "{\"trigger\":{\"type\":\"cron\",\"cron\":\"0 0 30 2 *\"}}", "/trigger/cron" },
        { "{\"trigger\":{\"type\":\"interval\",\"every\":\"1h\"},\"calendar\":\"none\"}",
          "/calendar" },
        { "{\"trigger\":{\"type\":\"interval\",\"every\":\"1h\"},\"jobs\":{}}", "/jobs" },
        { "{\"trigger\":{\"type\":\"interval\",\"every\":\"1h\"},\"job\":{}}", "/job/reportType" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Answer) answer = post(self, "/preview", cases[i].body);
        assert_int_equal(answer.status, 400);
        assert_string_equal(answer_text(&answer, "detail.code"), "VALIDATION_ERROR");
        assert_text(&answer, "detail.errors.0.pointer", cases[i].pointer);
    }
}

static void
test_preview_of_a_stored_one(void **state)
{
    const Fixture *self = *state;

    put(self, "a", JW_TRIGGER_CRON, GW_NOW + 1000);
    pause_it(self, "a");
    g_auto(Answer) as_it_is = post(self, "/a/preview", NULL);
    assert_int_equal(as_it_is.status, 200);
    assert_text(&as_it_is, "data.next_run_times.0", "2026-01-13T06:00:00Z");
    g_auto(Answer) changed = post(self, "/a/preview", "{\"trigger\":{\"cron\":\"5 * * * *\"}}");
    assert_text(&changed, "data.next_run_times.0", "2026-01-13T02:05:00Z");
    g_auto(Answer) wrong = post(self, "/a/preview", "{\"trigger\":null,\"no\":null}");
    assert_int_equal(wrong.status, 400);
    assert_text(&wrong, "detail.errors.0.pointer", "/no");
    assert_text(&wrong, "detail.errors.1.pointer", "/trigger");
    g_auto(Answer) none = post(self, "/b/preview", NULL);
    assert_int_equal(none.status, 404);
}

static void
test_run(void **state)
{
    const Fixture *self = *state;
    g_autoptr(JwSchedule) before = NULL;
    g_autoptr(JwSchedule) after = NULL;
    JwStore *store = self->kit->gw.store;
    g_autoptr(GError) error = NULL;

    put(self, "a", JW_TRIGGER_INTERVAL, GW_NOW + 1000);
    pause_it(self, "a");
    assert_ok(jw_store_get_schedule(store, "a", &before, &error), error);
    g_auto(Answer) run = post(self, "/a/run", NULL);
    assert_int_equal(run.status, 202);
    assert_text(&run, "status", "ok");
    assert_int_equal(json_object_size(answer_at(&run, "data")), 1);
    assert_ok(jw_store_get_schedule(store, "a", &after, &error), error);
    assert_int_equal(after->next_fire_ms, before->next_fire_ms);
    assert_int_equal(after->pending_fires->len, before->pending_fires->len + 1);
    g_auto(Answer) other = post(self, "/a/run", "{}");
    assert_string_not_equal(answer_text(&other, "data.job_id"), answer_text(&run, "data.job_id"));
    g_auto(Answer) wrong = post(self, "/a/run", "{\"at\":1}");
    assert_int_equal(wrong.status, 400);
    assert_text(&wrong, "detail.errors.0.pointer", "/at");
    g_auto(Answer) none = post(self, "/b/run", NULL);
    assert_int_equal(none.status, 404);
}

/* The same key is the same run, and in doubt it may be repeated. */
static void
test_run_by_key(void **state)
{
    const Fixture *self = *state;
    g_autofree char *header = g_strdup_printf("X-API-Key: %s", self->key);
    const char *const headers[] = { header, "Idempotency-Key: k", NULL };
    const char *const bad[] = { header, "Idempotency-Key: \t\x01", NULL };
    JwStore *store = self->kit->gw.store;

    put(self, "a", JW_TRIGGER_INTERVAL, GW_NOW + 1000);
    g_auto(Answer) known = ask(self, "GET", ""); /* now the key is known */
    assert_int_equal(known.status, 200);
    jw_store_mem_fail_nth(store, 3, JW_ERROR_IN_DOUBT, true);
    g_auto(Answer) doubt = kit_ask(self->kit, NULL, "POST", PATH "/a/run", NULL, headers);
    assert_int_equal(doubt.status, 504);
    assert_text(&doubt, "detail.code", "OUTCOME_UNKNOWN");
    g_auto(Answer) first = kit_ask(self->kit, NULL, "POST", PATH "/a/run", NULL, headers);
    g_auto(Answer) again = kit_ask(self->kit, NULL, "POST", PATH "/a/run", "{}", headers);
    assert_int_equal(first.status, 202);
    assert_int_equal(again.status, 202);
    assert_string_equal(answer_text(&first, "data.job_id"), answer_text(&again, "data.job_id"));
    assert_string_equal(answer_header(&first, "idempotent-replayed"), "true");
    g_auto(Answer) wrong = kit_ask(self->kit, NULL, "POST", PATH "/a/run", NULL, bad);
    assert_int_equal(wrong.status, 400);
}

#define JOB "\"job\":" KIT_BODY

static Answer
change(const Fixture *self, const char *method, const char *tail, const char *body)
{
    g_autofree char *path = g_strconcat(PATH, tail, NULL);

    return kit_ask_with_key(self->kit, self->key, method, path, body);
}

static void
test_create(void **state)
{
    const Fixture *self = *state;
    static const char body[] =
        "{\"id\":\"a\",\"trigger\":{\"type\":\"interval\",\"every\":\"90s\"},"
        "\"misfire\":\"skip\"," JOB "}";
    static const char without_id[] =
        "{\"trigger\":{\"type\":\"cron\",\"cron\":\"@daily\"}," JOB "}";

    g_auto(Answer) made = post(self, "", body);
    assert_int_equal(made.status, 201);
    assert_string_equal(answer_header(&made, "location"), PATH "/a");
    assert_text(&made, "data.job.id", "a");
    assert_text(&made, "data.job.trigger_details", "every 90 seconds");
    assert_text(&made, "data.job.next_run_time", "2026-01-13T02:01:30Z");
    assert_text(&made, "data.job.misfire", "skip");
    assert_true(json_is_null(answer_at(&made, "data.job.time_zone"))); /* none was given */
    g_auto(Answer) got = ask(self, "GET", "/a");
    assert_true(json_equal(got.json, made.json));
    g_auto(Answer) again = post(self, "", body);
    assert_int_equal(again.status, 409);
    assert_text(&again, "detail.code", "JOB_EXISTS");
    g_auto(Answer) named = post(self, "", without_id);
    assert_int_equal(named.status, 201);
    assert_text(&named, "data.job.trigger_details", "0 0 * * *");
    g_autofree char *path = g_strconcat(PATH "/", answer_text(&named, "data.job.id"), NULL);
    assert_string_equal(answer_header(&named, "location"), path);
    g_auto(Answer) deleted = ask(self, "DELETE", "/a");
    assert_int_equal(deleted.status, 200);
    g_auto(Answer) back = post(self, "", body);
    assert_int_equal(back.status, 201);
}

static void
test_create_by_key(void **state)
{
    const Fixture *self = *state;
    g_autofree char *header = g_strdup_printf("X-API-Key: %s", self->key);
    const char *const headers[] = { header, "Idempotency-Key: k", NULL };
    const char *const other[] = { header, "Idempotency-Key: l", NULL };
    static const char body[] = "{\"trigger\":{\"type\":\"interval\",\"every\":\"90s\"}," JOB "}";
    static const char same[] = "{ " JOB ",\"trigger\":{\"every\":\"90s\",\"type\":\"interval\"}}";
    static const char less[] = "{\"trigger\":{\"type\":\"interval\",\"every\":\"91s\"}," JOB "}";

    g_auto(Answer) first = kit_ask(self->kit, NULL, "POST", PATH, body, headers);
    g_auto(Answer) again = kit_ask(self->kit, NULL, "POST", PATH, same, headers);
    assert_int_equal(first.status, 201);
    assert_int_equal(again.status, 201);
    assert_null(answer_header(&first, "idempotent-replayed"));
    assert_string_equal(answer_header(&again, "idempotent-replayed"), "true");
    assert_true(json_equal(first.json, again.json));
    g_auto(Answer) reused = kit_ask(self->kit, NULL, "POST", PATH, less, headers);
    assert_int_equal(reused.status, 422);
    assert_text(&reused, "detail.code", "IDEMPOTENCY_KEY_REUSED");
    g_auto(Answer) second = kit_ask(self->kit, NULL, "POST", PATH, body, other);
    assert_string_not_equal(answer_text(&first, "data.job.id"),
                            answer_text(&second, "data.job.id"));
}

static void
test_wrong_bodies(void **state)
{
    const Fixture *self = *state;
    static const struct {
        const char *body, *pointer;
    } cases[] = {
        { "[]", "" },
        { "{" JOB "}", "/trigger" },
        { "{\"id\":\"a b\",\"trigger\":{\"type\":\"interval\",\"every\":\"1h\"}," JOB "}", "/id" },
        { "{\"id\":7,\"trigger\":{\"type\":\"interval\",\"every\":\"1h\"}," JOB "}", "/id" },
        { "{\"trigger\":{\"type\":\"interval\",\"every\":\"1h\"}}", "/job" },
        { "{\"trigger\":{\"type\":\"once\",\"at\":\"2026-01-13T02:00:15Z\"}," JOB "}", "/trigger" },
        { "{\"end\":\"2026-01-13T02:00:16Z\",\"trigger\":{\"type\":\"interval\",\"every\":\"1h\"}"
          "," JOB "}",
          "/end" },
        { "{\"end\":\"1970-01-01T00:00:00Z\",\"trigger\":{\"type\":\"interval\",\"every\":\"1h\"}"
          "," JOB "}",
          "/end" },
        { "{\"trigger\":{\"type\":\"once\",\"at\":\"1970-01-01T00:00:00Z\"}," JOB "}", "/trigger" },
        { "{\"calendar\":\"no\",\"trigger\":{\"type\":\"interval\",\"every\":\"1h\"}," JOB "}",
          "/calendar" },
        { "{\"max\":1,\"trigger\":{\"type\":\"interval\",\"every\":\"1h\"}," JOB "}", "/max" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Answer) created = post(self, "", cases[i].body);
        g_auto(Answer) replaced = change(self, "PUT", "/x", cases[i].body);
        assert_int_equal(created.status, 400);
        assert_int_equal(replaced.status, 400);
        assert_text(&created, "detail.code", "VALIDATION_ERROR");
        assert_text(&created, "detail.errors.0.pointer", cases[i].pointer);
        assert_text(&replaced, "detail.errors.0.pointer", cases[i].pointer);
    }
    g_auto(Answer) list = ask(self, "GET", "");
    assert_int_equal(json_array_size(answer_at(&list, "data.jobs")), 0);
}

static void
test_put(void **state)
{
    const Fixture *self = *state;
    static const char hourly[] = "{\"trigger\":{\"type\":\"interval\",\"every\":\"1h\"},"
                                 "\"description\":\"d\"," JOB "}";
    static const char other[] =
        "{\"id\":\"a\",\"trigger\":{\"type\":\"cron\",\"cron\":\"5 * * * *\"}," JOB "}";

    g_auto(Answer) made = change(self, "PUT", "/a", hourly);
    assert_int_equal(made.status, 201);
    assert_string_equal(answer_header(&made, "location"), PATH "/a");
    g_auto(Answer) again = change(self, "PUT", "/a", hourly);
    assert_int_equal(again.status, 200);
    assert_null(answer_header(&again, "location"));
    assert_true(json_equal(made.json, again.json));
    g_auto(Answer) replaced = change(self, "PUT", "/a", other);
    assert_int_equal(replaced.status, 200);
    assert_text(&replaced, "data.job.next_run_time", "2026-01-13T02:05:00Z");
    assert_null(answer_at(&replaced, "data.job.description"));
    g_auto(Answer) wrong = change(self, "PUT", "/b", other);
    assert_int_equal(wrong.status, 400);
    assert_text(&wrong, "detail.errors.0.pointer", "/id");
    g_auto(Answer) odd = change(self, "PUT", "/a%20b", hourly);
    assert_int_equal(odd.status, 400);
    assert_text(&odd, "detail.errors.0.pointer", "/id");
}

/* What it says, and only that, has a digest: the same words the same one, whatever is due. */
static void
test_definition(void **state)
{
    const Fixture *self = *state;
    static const char hourly[] = "{\"trigger\":{\"type\":\"interval\",\"every\":\"60m\"}," JOB "}";
    static const char named[] = "{\"time_zone\":\"UTC\",\"trigger\":{\"type\":\"interval\","
                                "\"every\":\"1h\"}," JOB "}";

    g_auto(Answer) made = change(self, "PUT", "/a", hourly);
    assert_int_equal(made.status, 201);
    g_auto(Answer) first = ask(self, "GET", "/a/definition");
    assert_int_equal(first.status, 200);
    assert_text(&first, "data.definition.id", "a");
    assert_text(&first, "data.definition.trigger.every", "1h");
    assert_null(answer_at(&first, "data.definition.time_zone")); /* its job's own zone holds */
    assert_int_equal(strlen(answer_text(&first, "data.digest")), 16);
    g_auto(Answer) again = change(self, "PUT", "/a", hourly);
    assert_int_equal(again.status, 200);
    g_auto(Answer) same = ask(self, "GET", "/a/definition");
    assert_true(json_equal(first.json, same.json));
    g_auto(Answer) other = change(self, "PUT", "/a", named);
    assert_int_equal(other.status, 200);
    g_auto(Answer) second = ask(self, "GET", "/a/definition");
    assert_text(&second, "data.definition.time_zone", "UTC");
    assert_string_not_equal(answer_text(&first, "data.digest"),
                            answer_text(&second, "data.digest"));
    g_auto(Answer) none = ask(self, "GET", "/b/definition");
    assert_int_equal(none.status, 404);
}

static void
test_dry_run(void **state)
{
    const Fixture *self = *state;
    static const char hourly[] = "{\"trigger\":{\"type\":\"interval\",\"every\":\"1h\"}," JOB "}";
    static const struct {
        const char *method, *tail, *body;
        int status;
        const char *text, *value;
    } cases[] = {
        { "PUT", "/a?dry_run=true",
          "{\"trigger\":{\"type\":\"cron\",\"cron\":\"5 * * * *\"}," JOB "}", 200,
          "data.definition.trigger.cron", "5 * * * *" },
        { "PUT", "/b?dry_run=true", hourly, 200, "data.definition.id", "b" },
        { "PATCH", "/a?dry_run=true", "{\"overlap\":\"skip\"}", 200, "data.definition.overlap",
          "skip" },
        { "PATCH", "/b?dry_run=true", "{}", 404, "detail.code", "JOB_NOT_FOUND" },
        { "POST", "?dry_run=true",
          "{\"id\":\"a\",\"trigger\":{\"type\":\"cron\",\"cron\":\"5 * * * *\"}," JOB "}", 409,
          "detail.code", "JOB_EXISTS" },
        { "POST", "?dry_run=true",
          "{\"trigger\":{\"type\":\"cron\",\"cron\":\"0 9 * * 1\"}," JOB "}", 200,
          "data.warnings.0.code", "CRON_WEEKDAY_NUMBERS" },
        { "PUT", "/b?dry_run=true", "{\"trigger\":{\"type\":\"interval\",\"every\":\"1h\"}}", 400,
          "detail.errors.0.pointer", "/job" },
        { "PUT", "/b?dry_run=perhaps", hourly, 400, "detail.errors.0.pointer", "/dry_run" },
    };

    g_auto(Answer) made = change(self, "PUT", "/a", hourly);
    assert_int_equal(made.status, 201);
    g_auto(Answer) before = ask(self, "GET", "/a");
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Answer) answer = change(self, cases[i].method, cases[i].tail, cases[i].body);
        print_message("%s %s\n", cases[i].method, cases[i].tail);
        assert_int_equal(answer.status, cases[i].status);
        assert_text(&answer, cases[i].text, cases[i].value);
    }
    g_auto(Answer) planned = change(self, "PUT", "/a?dry_run=true", hourly);
    assert_int_equal(json_array_size(answer_at(&planned, "data.next_run_times")), 10);
    assert_text(&planned, "data.next_run_times.0", "2026-01-13T03:00:00Z");
    g_auto(Answer) now = ask(self, "GET", "/a/definition");
    assert_string_equal(answer_text(&planned, "data.digest"), answer_text(&now, "data.digest"));
    g_auto(Answer) after = ask(self, "GET", "/a");
    assert_true(json_equal(before.json, after.json));
    g_auto(Answer) list = ask(self, "GET", "");
    assert_int_equal(json_array_size(answer_at(&list, "data.jobs")), 1);
}

/* Who names the digest that they read changes nothing else. */
static void
test_digest(void **state)
{
    const Fixture *self = *state;
    static const char hourly[] = "{\"trigger\":{\"type\":\"interval\",\"every\":\"1h\"}," JOB "}";

    g_auto(Answer) made = change(self, "PUT", "/a", hourly);
    assert_int_equal(made.status, 201);
    g_auto(Answer) first = ask(self, "GET", "/a/definition");
    g_autofree char *tail = g_strconcat("/a?digest=", answer_text(&first, "data.digest"), NULL);
    g_autofree char *dry = g_strconcat(tail, "&dry_run=true", NULL);
    g_auto(Answer) changed = change(self, "PATCH", tail, "{\"overlap\":\"skip\"}");
    assert_int_equal(changed.status, 200);
    g_auto(Answer) second = ask(self, "GET", "/a/definition");
    static const char *const methods[] = { "PATCH", "PUT" };
    for (size_t i = 0; i < G_N_ELEMENTS(methods); i++) {
        g_auto(Answer) late = change(self, methods[i], i == 0 ? tail : dry, hourly);
        assert_int_equal(late.status, 409);
        assert_text(&late, "detail.code", "DIGEST_CONFLICT");
        assert_non_null(
            strstr(answer_text(&late, "detail.message"), answer_text(&second, "data.digest")));
    }
    g_auto(Answer) deleted = ask(self, "DELETE", "/a");
    assert_int_equal(deleted.status, 200);
    g_auto(Answer) gone = change(self, "PUT", tail, hourly);
    assert_int_equal(gone.status, 409);
    assert_non_null(strstr(answer_text(&gone, "detail.message"), "it was deleted"));
    g_auto(Answer) missing = change(self, "PATCH", tail, "{}");
    assert_int_equal(missing.status, 404);
}

static void
test_patch(void **state)
{
    const Fixture *self = *state;

    put(self, "a", JW_TRIGGER_CRON, GW_NOW + 7000);
    g_auto(Answer) paused = change(self, "PATCH", "/a", "{\"paused\":true,\"note\":\"moving\"}");
    assert_int_equal(paused.status, 200);
    assert_true(json_is_true(answer_at(&paused, "data.job.paused")));
    assert_text(&paused, "data.job.note", "moving");
    assert_true(json_is_null(answer_at(&paused, "data.job.next_run_time")));
    g_auto(Answer) described = change(self, "PATCH", "/a", "{\"description\":\"d\"}");
    assert_text(&described, "data.job.note", "moving");
    g_auto(Answer) resumed = change(self, "PATCH", "/a", "{\"paused\":false}");
    assert_true(json_is_null(answer_at(&resumed, "data.job.note")));
    assert_text(&resumed, "data.job.description", "d");
    assert_text(&resumed, "data.job.next_run_time", "2026-01-13T06:00:00Z");
    g_auto(Answer) rule =
        change(self, "PATCH", "/a",
               "{\"trigger\":{\"type\":\"interval\",\"every\":\"1h\",\"cron\":null}}");
    assert_text(&rule, "data.job.trigger_details", "every 3600 seconds");
    g_auto(Answer) named = change(self, "PATCH", "/a",
                                  "{\"trigger\":{\"type\":\"cron\",\"cron\":\"0 9 * * 1\","
                                  "\"dialect\":\"crontab\",\"every\":null}}");
    assert_text(&named, "data.job.trigger.dialect", "crontab");
    assert_int_equal(json_array_size(answer_at(&named, "data.job.warnings")), 0);
    g_auto(Answer) back = change(
        self, "PATCH", "/a",
        "{\"trigger\":{\"type\":\"interval\",\"every\":\"1h\",\"cron\":null,\"dialect\":null}}");
    assert_int_equal(back.status, 200);
    g_auto(Answer) none = change(self, "PATCH", "/b", "{}");
    assert_int_equal(none.status, 404);
    static const struct {
        const char *body, *pointer;
    } cases[] = {
        { "[]", "" },
        { "{\"trigger\":null}", "/trigger" },
        { "{\"id\":\"b\"}", "/id" },
        { "{\"paused\":\"yes\"}", "/paused" },
        { "{\"pause\":null}", "/pause" },
        { "{\"trigger\":{\"type\":\"cron\",\"cron\":\"1 * * * *\"}}", "/trigger/every" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Answer) answer = change(self, "PATCH", "/a", cases[i].body);
        assert_int_equal(answer.status, 400);
        assert_text(&answer, "detail.errors.0.pointer", cases[i].pointer);
    }
}

/* Due times go on where the rule stays: also those that a scheduler has yet to see. */
static void
test_a_change_keeps_due_times(void **state)
{
    const Fixture *self = *state;
    JwStore *store = self->kit->gw.store;
    static const char body[] = "{\"trigger\":{\"type\":\"interval\",\"every\":\"1h\"}," JOB "}";
    g_autoptr(JwSchedule) before = NULL;
    g_autoptr(JwSchedule) after = NULL;
    g_autoptr(GError) error = NULL;

    g_auto(Answer) made = change(self, "PUT", "/a", body);
    assert_int_equal(made.status, 201);
    tk_clock_advance(&self->kit->ports->clock.fake, 7200000);
    assert_ok(jw_store_get_schedule(store, "a", &before, &error), error);
    g_auto(Answer) same = change(self, "PATCH", "/a", "{\"overlap\":\"skip\"}");
    assert_int_equal(same.status, 200);
    assert_ok(jw_store_get_schedule(store, "a", &after, &error), error);
    assert_int_equal(after->next_fire_ms, before->next_fire_ms);
    assert_int_equal(after->overlap, JW_OVERLAP_SKIP);
    assert_string_equal(after->source, "api");
}

static void
test_write_in_doubt(void **state)
{
    const Fixture *self = *state;
    JwStore *store = self->kit->gw.store;
    static const char body[] = "{\"trigger\":{\"type\":\"interval\",\"every\":\"1h\"}," JOB "}";

    g_auto(Answer) known = ask(self, "GET", ""); /* now the key is known */
    assert_int_equal(known.status, 200);
    jw_store_mem_fail_nth(store, 3, JW_ERROR_IN_DOUBT, true); /* but it was done */
    g_auto(Answer) resolved = change(self, "PUT", "/a", body);
    assert_int_equal(resolved.status, 201);
    jw_store_mem_fail_nth(store, 1, JW_ERROR_UNAVAILABLE, false);
    g_auto(Answer) away = change(self, "PUT", "/a", body);
    assert_int_equal(away.status, 503);
    jw_store_mem_fail_nth(store, 2, JW_ERROR_IN_DOUBT, true);
    jw_store_mem_then_fail(store, 2, JW_ERROR_UNAVAILABLE);
    g_auto(Answer) unknown = change(self, "PATCH", "/a", "{\"paused\":true}");
    assert_int_equal(unknown.status, 504);
    assert_text(&unknown, "detail.code", "OUTCOME_UNKNOWN");
}

static void
test_backfill(void **state)
{
    const Fixture *self = *state;
    g_autoptr(JwSchedule) after = NULL;
    g_autoptr(GError) error = NULL;
    json_auto_t *days = json_pack("{s:[s]}", "dates", "2026-01-12");
    g_autoptr(JwStoredCalendar) gone = NULL;

    assert_ok(jw_jobs_put_file_calendar(&self->kit->gw.jobs, "closed", days, false, &gone, &error),
              error);
    g_auto(Answer) made =
        change(self, "PUT", "/a",
               "{\"trigger\":{\"type\":\"interval\",\"every\":\"1h\"},\"calendar\":"
               "\"closed\"," JOB "}");
    assert_int_equal(made.status, 201);
    g_auto(Answer) filled = post(
        self, "/a/backfill", "{\"from\":\"2026-01-11T22:00:00Z\",\"to\":\"2026-02-01T00:00:00Z\"}");
    assert_int_equal(filled.status, 202);
    /* two of the 11th, none of the 12th, and those of the 13th that have passed */
    assert_int_equal(answer_int(&filled, "data.due_times"), 5);
    assert_ok(jw_store_get_schedule(self->kit->gw.store, "a", &after, &error), error);
    assert_int_equal(after->pending_fires->len, 5);
    assert_string_equal(answer_text(&made, "data.job.next_run_time"), "2026-01-13T03:00:00Z");
    assert_int_equal(after->next_fire_ms, GW_NOW - 15000 + 3600000);
    g_auto(Answer) none = post(
        self, "/b/backfill", "{\"from\":\"2026-01-11T22:00:00Z\",\"to\":\"2026-01-12T00:00:00Z\"}");
    assert_int_equal(none.status, 404);
    static const struct {
        const char *body, *pointer;
    } cases[] = {
        { "{}", "/from" },
        { "{\"from\":\"2026-01-11T22:00:00Z\",\"to\":\"today\"}", "/to" },
        { "{\"from\":\"2026-01-11T22:00:00Z\",\"to\":\"2026-01-11T22:00:00Z\"}", "/to" },
        { "{\"from\":\"2025-01-11T22:00:00Z\",\"to\":\"2026-01-11T22:00:00Z\"}", "/to" },
        { "{\"from\":\"2026-01-14T22:00:00Z\",\"to\":\"2026-01-15T22:00:00Z\"}", "/from" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Answer) answer = post(self, "/a/backfill", cases[i].body);
        assert_int_equal(answer.status, 400);
        assert_text(&answer, "detail.errors.0.pointer", cases[i].pointer);
    }
}

static void
assert_not_found(const Answer *answer, const char *message)
{
    assert_int_equal(answer->status, 404);
    assert_string_equal(answer_text(answer, "detail.code"), "JOB_NOT_FOUND");
    assert_string_equal(answer_text(answer, "detail.message"), message);
    assert_int_equal(json_object_size(answer_at(answer, "detail")), 2);
}

static void
test_delete(void **state)
{
    const Fixture *self = *state;

    put(self, "a", JW_TRIGGER_INTERVAL, GW_NOW + 1000);
    put(self, "b", JW_TRIGGER_INTERVAL, GW_NOW + 1000);
    g_auto(Answer) deleted = ask(self, "DELETE", "/a");
    assert_int_equal(deleted.status, 200);
    assert_string_equal(answer_text(&deleted, "status"), "ok");
    assert_string_equal(answer_text(&deleted, "data.message"), "Job 'a' deleted");
    assert_int_equal(json_object_size(answer_at(&deleted, "data")), 1);
    g_auto(Answer) again = ask(self, "DELETE", "/a");
    assert_not_found(&again, "Job 'a' not found");
    g_auto(Answer) never = ask(self, "DELETE", "/no%20such%20%C3%BC");
    assert_not_found(&never, "Job 'no such ü' not found");
    g_auto(Answer) unseen = ask(self, "GET", "/a");
    assert_not_found(&unseen, "Job 'a' not found");
    g_auto(Answer) no_rows = ask(self, "GET", "/a/occurrences");
    assert_not_found(&no_rows, "Job 'a' not found");
    g_auto(Answer) left = ask(self, "GET", "");
    assert_int_equal(json_array_size(answer_at(&left, "data.jobs")), 1);
    assert_string_equal(answer_text(&left, "data.jobs.0.id"), "b");
}

/* What cannot be read again either is not known to be done; the same request tells later. */
static void
test_delete_without_an_answer_of_the_store(void **state)
{
    const Fixture *self = *state;
    JwStore *store = self->kit->gw.store;

    put(self, "a", JW_TRIGGER_INTERVAL, GW_NOW + 1000);
    g_auto(Answer) first = ask(self, "GET", ""); /* now the key is known */
    assert_int_equal(first.status, 200);
    jw_store_mem_fail_nth(store, 1, JW_ERROR_UNAVAILABLE, false);
    g_auto(Answer) away = ask(self, "DELETE", "/a");
    assert_int_equal(away.status, 503);
    assert_string_equal(answer_text(&away, "detail.code"), "SERVICE_UNAVAILABLE");
    jw_store_mem_fail_nth(store, 1, JW_ERROR_IN_DOUBT, true);
    jw_store_mem_then_fail(store, 2, JW_ERROR_UNAVAILABLE);
    g_auto(Answer) unknown = ask(self, "DELETE", "/a");
    assert_int_equal(unknown.status, 504);
    assert_string_equal(answer_text(&unknown, "detail.code"), "OUTCOME_UNKNOWN");
    g_auto(Answer) done = ask(self, "DELETE", "/a");
    assert_not_found(&done, "Job 'a' not found");
    put(self, "b", JW_TRIGGER_INTERVAL, GW_NOW + 1000);
    jw_store_mem_fail_nth(store, 1, JW_ERROR_IN_DOUBT, true); /* but it was done */
    g_auto(Answer) resolved = ask(self, "DELETE", "/b");
    assert_int_equal(resolved.status, 200);
}

static void
test_form_of_refusals(void **state)
{
    const Fixture *self = *state;
    static const struct {
        const char *method, *tail, *code;
        long status;
    } cases[] = {
        { "GET", "/a/b/c", "NOT_FOUND", 404 },
        { "PUT", "", "METHOD_NOT_ALLOWED", 405 },
        { "DELETE", "/a%2Fb", "BAD_REQUEST", 400 },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Answer) answer = ask(self, cases[i].method, cases[i].tail);
        assert_int_equal(answer.status, cases[i].status);
        assert_string_equal(answer_text(&answer, "detail.code"), cases[i].code);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_keyed_setup, kit_keyed_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_list),
        TEST(test_list_in_parts),
        TEST(test_wrong_query),
        TEST(test_get),
        TEST(test_get_without_its_calendar),
        TEST(test_occurrences),
        TEST(test_occurrences_of_a_status),
        TEST(test_occurrence_of_a_job_that_ended),
        TEST(test_preview),
        TEST(test_preview_of_what_is_wrong),
        TEST(test_preview_of_a_stored_one),
        TEST(test_run),
        TEST(test_run_by_key),
        TEST(test_create),
        TEST(test_create_by_key),
        TEST(test_wrong_bodies),
        TEST(test_put),
        TEST(test_definition),
        TEST(test_dry_run),
        TEST(test_digest),
        TEST(test_patch),
        TEST(test_a_change_keeps_due_times),
        TEST(test_write_in_doubt),
        TEST(test_backfill),
        TEST(test_delete),
        TEST(test_delete_without_an_answer_of_the_store),
        TEST(test_form_of_refusals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
