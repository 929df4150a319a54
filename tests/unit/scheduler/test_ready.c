/* test_ready.c: a due time that waits for its data, and what happens at the deadline. */
#include "schkit.h"

#include "jw/report_request.h"
#include "jw/store_records.h"
#include "jw/value.h"

#include <string.h>

#define EVERY_DAY(ready)                                                                           \
    "\"trigger\":{\"type\":\"interval\",\"every\":\"24h\"},\"misfire_grace\":\"1m\",\"ready\":"    \
    "{" ready ",\"deadline\":\"30m\",\"at_deadline\":\"%s\"}"
#define RECORD EVERY_DAY("\"type\":\"record\"")
#define MARKER                                                                                     \
    EVERY_DAY("\"type\":\"marker\",\"collection\":\"etl_runs\",\"id\":\"calls-{period_end}\"")

/* With that due a day after KIT_NOW, which is a Monday: of the week before it. */
static SchKit *
kit_due(const char *format, const char *at_deadline)
{
    SchKit *kit = kit_new();
    g_autofree char *members = NULL;
    const char *gap = strstr(format, "%s");

    members = g_strdup_printf("%.*s%s%s", (int)(gap - format), format, at_deadline, gap + 2);
    kit_put(kit, "s", members);
    tk_clock_advance(&kit->ports->clock.fake, 24 * HOUR);
    (void)kit_fire(&kit->sch);
    return kit;
}

static void
pass(SchKit *kit, int minutes)
{
    for (int i = 0; i < minutes; i++) {
        tk_clock_advance(&kit->ports->clock.fake, MINUTE);
        (void)kit_fire(i % 2 == 0 ? &kit->sch : &kit->second);
    }
}

static void
insert(SchKit *kit, const char *collection, const char *field, const char *id, int64_t at_ms)
{
    const char *const fields[] = { field, NULL };
    const JwValue value = { .type = JW_VALUE_TIME, .time_ms = at_ms };
    const JwValue *const rows[] = { &value };
    g_autoptr(GError) error = NULL;
    size_t inserted = 0;

    assert_ok(jw_store_insert_records(kit->sch.store, collection, fields, &id, rows, 1, &inserted,
                                      &error),
              error);
    assert_int_equal(inserted, 1);
}

static const JwReportDef *
calls(SchKit *kit)
{
    return jw_catalog_find(kit->ports->catalog, "call-records");
}

/* A record of the period is none; one of its end, or later, is. */
static void
test_record(void **state G_GNUC_UNUSED)
{
    g_autoptr(SchKit) kit = kit_due(RECORD, "skip");

    insert(kit, calls(kit)->collection, calls(kit)->date_field, "1", KIT_NOW - 1);
    pass(kit, 5);
    assert_history(kit, "s", "");
    insert(kit, calls(kit)->collection, calls(kit)->date_field, "2", KIT_NOW);
    pass(kit, 1);
    assert_history(kit, "s", "late@1440 ");
    kit_assert_none_pending(kit, "s");
}

static void
test_ready_at_once(void **state G_GNUC_UNUSED)
{
    g_autoptr(SchKit) kit = kit_new();

    insert(kit, calls(kit)->collection, calls(kit)->date_field, "2", KIT_NOW + HOUR);
    g_autofree char *members = g_strdup_printf(RECORD, "skip");
    kit_put(kit, "s", members);
    tk_clock_advance(&kit->ports->clock.fake, 24 * HOUR);
    (void)kit_fire(&kit->sch);
    assert_history(kit, "s", "fired@1440 ");
}

static void
test_marker(void **state G_GNUC_UNUSED)
{
    g_autoptr(SchKit) kit = kit_due(MARKER, "skip");

    insert(kit, "etl_runs", "at", "calls-2021-01-10", KIT_NOW);
    pass(kit, 1);
    assert_history(kit, "s", "");
    insert(kit, "etl_runs", "at", "calls-2021-01-11", KIT_NOW);
    pass(kit, 1);
    assert_history(kit, "s", "late@1440 ");
}

typedef struct {
    char *reason, *job_id;
} Told;

static void
take(const JwOccurrence *row, gpointer told)
{
    ((Told *)told)->reason = g_strdup(row->reason);
    ((Told *)told)->job_id = g_strdup(row->job_id);
}

static void
assert_told(SchKit *kit, const char *pattern, bool has_job)
{
    const JwOccurrenceQuery query = { .schedule_id = "s", .limit = 1 };
    g_autoptr(GError) error = NULL;
    Told told = { 0 };

    assert_ok(jw_store_list_occurrences(kit->sch.store, &query, take, &told, &error), error);
    assert_true(g_pattern_match_simple(pattern, told.reason));
    assert_int_equal(told.job_id != NULL, has_job);
    g_free(told.reason);
    g_free(told.job_id);
}

static void
test_deadline(void **state G_GNUC_UNUSED)
{
    g_autoptr(SchKit) run = kit_due(RECORD, "run"), skip = kit_due(MARKER, "skip");

    pass(run, 29);
    assert_history(run, "s", "");
    pass(run, 1);
    assert_history(run, "s", "late@1440 ");
    assert_told(run, "its data was not ready by 2021-01-12T00:30:00*: it runs all the same", true);
    pass(skip, 30);
    assert_history(skip, "s", "skipped@1440 ");
    assert_told(skip, "its data was not ready by 2021-01-12T00:30:00*: it is skipped", false);
}

/* A job that has failed: whoever is told of failures is told, and it may be retried. */
static void
test_alarm(void **state G_GNUC_UNUSED)
{
    g_autoptr(SchKit) kit = kit_due(RECORD, "alarm");
    const int64_t due = KIT_NOW + 24 * HOUR;
    g_autofree char *text = jw_time_format(due);
    g_autoptr(GError) error = NULL;
    char id[JW_UUID_LEN + 1];
    size_t noted = 0;

    pass(kit, 31);
    assert_told(kit, "its data was not ready*alarm*", true);
    jw_uuid_derive(id, "schedule", "s", text, NULL);
    g_autoptr(JwJob) job = kit_job(kit->ports, id);
    assert_non_null(job);
    assert_int_equal(job->state, JW_JOB_FAILED);
    assert_string_equal(job->error_code, "DATA_NOT_READY");
    assert_true(job->mail_pending);
    assert_int_equal(kit_events(job->outbox, JW_TYPE_JOB_FAILED), 1);
    assert_int_equal(kit_events(job->outbox, JW_TYPE_JOB_SUBMIT), 0);
    assert_ok(sch_note_ends(&kit->sch, &noted, &error), error);
    assert_int_equal(noted, 1);
    kit_change(kit->ports, (JwJobChange){ .job_id = id, .transition = JW_CHANGE_RETRY });
    (void)kit_claim(kit->ports, id);
}

/* The store fails at any call, and the one who died does not come back: one word in the end. */
static void
test_faults(void **state G_GNUC_UNUSED)
{
    bool reached = true;

    for (int n = 1; reached; n++) {
        g_autoptr(SchKit) kit = kit_due(MARKER, "run");
        g_autoptr(GError) error = NULL;
        size_t decided = 0;

        tk_clock_advance(&kit->ports->clock.fake, 30 * MINUTE);
        kit_fault_at(kit->ports, n, kit_faults[(size_t)n % kit_n_faults]);
        bool ok = sch_fire_due(&kit->sch, &decided, &error);
        assert_int_equal(ok, error == NULL);
        reached = kit_fault_met(kit->ports);
        insert(kit, "etl_runs", "at", "calls-2021-01-11", KIT_NOW); /* the other finds it ready */
        (void)kit_fire(&kit->second);
        pass(kit, 1);
        assert_history(kit, "s", "late@1440 ");
        kit_assert_none_pending(kit, "s");
        assert_true(n < 40);
    }
}

/* However far the deadline is, what waits is bounded: the first of more has its deadline now. */
static void
test_waiting_is_bounded(void **state G_GNUC_UNUSED)
{
    g_autoptr(SchKit) kit = kit_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(JwSchedule) schedule = NULL;

    kit_put(kit, "s",
            "\"trigger\":{\"type\":\"interval\",\"every\":\"1m\"},\"misfire\":\"fire_all\","
            "\"ready\":{\"type\":\"record\",\"deadline\":\"10d\",\"at_deadline\":\"skip\"}");
    pass(kit, 105);
    assert_history(kit, "s", "skipped@1 skipped@2 skipped@3 skipped@4 skipped@5 ");
    assert_ok(jw_store_get_schedule(kit->sch.store, "s", &schedule, &error), error);
    assert_int_equal(schedule->pending_fires->len, 100);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_record),
        cmocka_unit_test(test_ready_at_once),
        cmocka_unit_test(test_marker),
        cmocka_unit_test(test_deadline),
        cmocka_unit_test(test_waiting_is_bounded),
        cmocka_unit_test(test_alarm),
        cmocka_unit_test(test_faults),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
