/* store_conformance_deleted.c: schedules that are deleted, and rows of the ledger that decide. */
#include "store_conformance.h"

static JwSchedule *
new_schedule(const char *source)
{
    JwSchedule *schedule = jw_schedule_new();

    schedule->id = g_strdup("s");
    schedule->source = g_strdup(source);
    schedule->interval_ms = 60000;
    schedule->rule_hash = g_strdup("rule");
    schedule->entry_hash = g_strdup("entry");
    schedule->job_type = g_strdup("report");
    schedule->next_fire_ms = SC_NOW + 60000;
    schedule->updated_at_ms = SC_NOW;
    return schedule;
}

static void
put(JwStore *store, const JwSchedule *schedule)
{
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_put_schedule(store, schedule, &error), error);
}

static JwSchedule *
get(JwStore *store, bool deleted)
{
    JwSchedule *schedule = NULL;
    g_autoptr(GError) error = NULL;

    assert_ok(deleted ? jw_store_get_deleted_schedule(store, "s", &schedule, &error)
                      : jw_store_get_schedule(store, "s", &schedule, &error),
              error);
    return schedule;
}

static JwSchedule *
delete_it(JwStore *store, const char *tombstone)
{
    JwSchedule *deleted = NULL;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_delete_schedule(store, "s", "ann", tombstone, SC_NOW + 5, &deleted, &error),
              error);
    return deleted;
}

static guint
count(JwStore *store, bool due)
{
    g_autoptr(GPtrArray) list = NULL;
    g_autoptr(GError) error = NULL;

    assert_ok(due ? jw_store_pending_schedules(store, SC_NOW + 600000, NULL, 10, &list, &error)
                  : jw_store_list_schedules(store, NULL, 10, &list, &error),
              error);
    return list->len;
}

static JwCas
fire_it(JwStore *store, int64_t due_ms)
{
    g_autoptr(JwFire) fire = jw_fire_new(due_ms, due_ms, JW_OCCURRENCE_FIRED, NULL);
    const JwFire *const fires[] = { fire };
    const JwScheduleStep step = {
        .next_ms = due_ms + 60000, .wake_ms = due_ms + 60000, .fires = fires, .n_fires = 1
    };
    g_autoptr(JwSchedule) schedule = new_schedule("api");
    JwCas cas = JW_CAS_LOST;
    g_autoptr(GError) error = NULL;

    schedule->next_fire_ms = due_ms;
    assert_ok(jw_store_fire_schedule(store, schedule, &step, SC_NOW, &cas, &error), error);
    return cas;
}

static void
deletes_schedules(JwStore *store)
{
    g_autoptr(JwSchedule) schedule = new_schedule("api");
    g_autoptr(JwFire) fire = jw_fire_new(SC_NOW + 60000, SC_NOW, JW_OCCURRENCE_FIRED, NULL);
    JwCas cas = JW_CAS_LOST;
    g_autoptr(GError) error = NULL;

    assert_null(delete_it(store, "t0"));
    put(store, schedule);
    assert_null(get(store, true));
    assert_int_equal(fire_it(store, SC_NOW + 60000), JW_CAS_WON);
    g_autoptr(JwSchedule) deleted = delete_it(store, "t1");
    assert_non_null(deleted);
    assert_int_equal(deleted->pending_fires->len, 1);
    assert_int_equal(deleted->deleted_at_ms, SC_NOW + 5);
    assert_string_equal(deleted->deleted_by, "ann");
    assert_string_equal(deleted->tombstone, "t1");
    assert_int_equal(deleted->next_fire_ms, 0);
    assert_int_equal(deleted->interval_ms, 60000);
    assert_null(delete_it(store, "t2"));
    assert_null(get(store, false));
    assert_int_equal(count(store, false), 0);
    assert_int_equal(count(store, true), 1); /* what is pending is still seen */
    assert_int_equal(fire_it(store, SC_NOW + 120000), JW_CAS_LOST);
    assert_ok(jw_store_pause_schedule(store, "s", "why", SC_NOW, &cas, &error), error);
    assert_int_equal(cas, JW_CAS_LOST);
    assert_ok(jw_store_finish_fire(store, "s", fire, &cas, &error), error);
    assert_int_equal(cas, JW_CAS_WON);
    assert_int_equal(count(store, true), 0);
}

static void
forgets_that_deletion_only(JwStore *store)
{
    g_autoptr(JwSchedule) schedule = new_schedule("api");
    g_autoptr(GError) error = NULL;

    put(store, schedule);
    g_autoptr(JwSchedule) deleted = delete_it(store, "t1");
    assert_non_null(deleted);
    assert_ok(jw_store_forget_schedule(store, "s", "other", &error), error);
    g_autoptr(JwSchedule) left = get(store, true);
    assert_non_null(left);
    put(store, schedule); /* made again before it is forgotten */
    g_autoptr(JwSchedule) again = get(store, false);
    assert_non_null(again);
    assert_null(again->tombstone);
    assert_null(again->deleted_by);
    assert_int_equal(again->deleted_at_ms, 0);
    assert_int_equal(again->next_fire_ms, SC_NOW + 60000);
    assert_ok(jw_store_forget_schedule(store, "s", "t1", &error), error);
    g_autoptr(JwSchedule) kept = get(store, false);
    assert_non_null(kept);
    g_autoptr(JwSchedule) second = delete_it(store, "t3");
    assert_non_null(second);
    assert_ok(jw_store_forget_schedule(store, "s", "t3", &error), error);
    assert_null(get(store, true));
}

static JwSchedule *
put_of_file(JwStore *store, const JwSchedule *schedule)
{
    JwSchedule *deleted = NULL;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_put_file_schedule(store, schedule, &deleted, &error), error);
    return deleted;
}

static void
leaves_deleted_what_the_file_has_unchanged(JwStore *store)
{
    g_autoptr(JwSchedule) schedule = new_schedule(JW_SCHEDULE_FILE);

    assert_null(put_of_file(store, schedule));
    assert_null(put_of_file(store, schedule));
    g_autoptr(JwSchedule) deleted = delete_it(store, "t1");
    assert_non_null(deleted);
    schedule->rule_hash[0] = 'R'; /* of a version that hashes otherwise */
    g_autoptr(JwSchedule) stays = put_of_file(store, schedule);
    assert_string_equal(stays->deleted_by, "ann");
    assert_null(get(store, false));
    schedule->entry_hash[0] = 'E';
    assert_null(put_of_file(store, schedule));
    g_autoptr(JwSchedule) back = get(store, false);
    assert_int_equal(back->next_fire_ms, SC_NOW + 60000);
    assert_string_equal(back->entry_hash, "Entry");
}

static JwCas
replace(JwStore *store, const JwSchedule *schedule, const JwSchedule *old)
{
    JwCas cas = JW_CAS_LOST;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_replace_schedule(store, schedule, old, &cas, &error), error);
    return cas;
}

static void
replaces_what_was_read(JwStore *store)
{
    g_autoptr(JwSchedule) schedule = new_schedule("api");

    schedule->request_key = g_strdup("key");
    assert_int_equal(replace(store, schedule, NULL), JW_CAS_WON);
    assert_int_equal(replace(store, schedule, NULL), JW_CAS_LOST);
    g_autoptr(JwSchedule) first = get(store, false);
    assert_string_equal(first->request_key, "key");
    schedule->updated_at_ms = SC_NOW + 1;
    schedule->note = g_strdup("mine");
    assert_int_equal(replace(store, schedule, first), JW_CAS_WON);
    schedule->note[0] = 'M';
    assert_int_equal(replace(store, schedule, first), JW_CAS_LOST); /* it was read before */
    g_autoptr(JwSchedule) second = get(store, false);
    assert_string_equal(second->note, "mine");
    g_autoptr(JwSchedule) deleted = delete_it(store, "t1");
    assert_non_null(deleted);
    assert_int_equal(replace(store, schedule, second), JW_CAS_LOST);
    assert_int_equal(replace(store, schedule, NULL), JW_CAS_WON);
    g_autoptr(JwSchedule) again = get(store, false);
    assert_string_equal(again->note, "Mine");
}

static guint
count_spent(JwStore *store, int64_t before_ms, const char *after)
{
    g_autoptr(GPtrArray) list = NULL;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_spent_schedules(store, before_ms, after, 10, &list, &error), error);
    return list->len;
}

static JwCas
retire(JwStore *store, const JwSchedule *schedule)
{
    JwCas cas = JW_CAS_LOST;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_retire_schedule(store, schedule, "me", "t9", SC_NOW + 9, &cas, &error),
              error);
    return cas;
}

/* Of one moment that was decided and carried out, paused or not, as it was read. */
static void
retires_what_is_spent(JwStore *store)
{
    g_autoptr(JwSchedule) schedule = new_schedule("api");
    g_autoptr(JwFire) fire = jw_fire_new(SC_NOW, SC_NOW, JW_OCCURRENCE_FIRED, NULL);
    const JwFire *const fires[] = { fire };
    const JwScheduleStep step = { .fires = fires, .n_fires = 1 };
    JwCas cas = JW_CAS_LOST;
    g_autoptr(GError) error = NULL;

    schedule->trigger = JW_TRIGGER_ONCE;
    schedule->once_ms = SC_NOW;
    schedule->next_fire_ms = SC_NOW;
    put(store, schedule);
    assert_int_equal(count_spent(store, SC_NOW + 99, NULL), 0);
    assert_ok(jw_store_fire_schedule(store, schedule, &step, SC_NOW + 1, &cas, &error), error);
    assert_int_equal(cas, JW_CAS_WON);
    g_autoptr(JwSchedule) pending = get(store, false);
    assert_int_equal(pending->spent_ms, SC_NOW + 1);
    assert_int_equal(count_spent(store, SC_NOW + 99, NULL), 0); /* not carried out */
    assert_int_equal(retire(store, pending), JW_CAS_LOST);
    assert_ok(jw_store_finish_fire(store, "s", fire, &cas, &error), error);
    assert_int_equal(count_spent(store, SC_NOW, NULL), 0);
    assert_int_equal(count_spent(store, SC_NOW + 1, NULL), 1);
    assert_int_equal(count_spent(store, SC_NOW + 1, "s"), 0);
    assert_ok(jw_store_pause_schedule(store, "s", "why", SC_NOW + 5, &cas, &error), error);
    assert_ok(jw_store_finish_fire(store, "s",
                                   &(JwFire){ .due_ms = SC_NOW + 5, .kind = JW_OCCURRENCE_PAUSED },
                                   &cas, &error),
              error);
    assert_int_equal(count_spent(store, SC_NOW + 1, NULL), 1);
    assert_int_equal(retire(store, pending), JW_CAS_LOST); /* it is otherwise by now */
    g_autoptr(JwSchedule) paused = get(store, false);
    assert_int_equal(retire(store, paused), JW_CAS_WON);
    assert_int_equal(count_spent(store, SC_NOW + 99, NULL), 0);
    assert_null(get(store, false));
    g_autoptr(JwSchedule) gone = get(store, true);
    assert_string_equal(gone->tombstone, "t9");
    put(store, schedule); /* anew */
    g_autoptr(JwSchedule) again = get(store, false);
    assert_int_equal(again->spent_ms, 0);
}

const ScCase sc_deleted_cases[] = {
    { "deletes schedules", deletes_schedules },
    { "replaces what was read", replaces_what_was_read },
    { "retires what is spent", retires_what_is_spent },
    { "forgets that deletion only", forgets_that_deletion_only },
    { "leaves deleted what the file has unchanged", leaves_deleted_what_the_file_has_unchanged },
    { 0 },
};
