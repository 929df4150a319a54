/* store_conformance_deleted.c: schedules that are deleted, and rows of the ledger that decide. */
#include "store_conformance.h"

#include "db/db.h"
#include "jw/store_outbox.h"
#include "jw/store_schedule_commands.h"

#include <string.h>

static JwSchedule *
new_schedule(const char *source)
{
    JwSchedule *schedule = jw_schedule_new();

    schedule->id = g_strdup("s");
    schedule->source = g_strdup(source);
    schedule->interval_ms = 60000;
    schedule->rule_hash = g_strdup("rule");
    schedule->entry_hash = g_strdup(strcmp(source, JW_SCHEDULE_FILE) == 0 ? "entry" : NULL);
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
forget(JwStore *store, const JwSchedule *deleted)
{
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_forget_schedule(store, deleted, &error), error);
}

static void
forgets_that_deletion_only(JwStore *store)
{
    g_autoptr(JwSchedule) schedule = new_schedule("api");

    put(store, schedule);
    g_autoptr(JwSchedule) deleted = delete_it(store, "t1");
    assert_non_null(deleted);
    deleted->tombstone[1] = '2';
    forget(store, deleted);
    deleted->tombstone[1] = '1';
    deleted->updated_at_ms += 1; /* a command came since */
    forget(store, deleted);
    deleted->updated_at_ms -= 1;
    g_autoptr(JwSchedule) left = get(store, true);
    assert_non_null(left);
    put(store, schedule); /* made again before it is forgotten */
    g_autoptr(JwSchedule) again = get(store, false);
    assert_non_null(again);
    assert_null(again->tombstone);
    assert_null(again->deleted_by);
    assert_int_equal(again->deleted_at_ms, 0);
    assert_int_equal(again->next_fire_ms, SC_NOW + 60000);
    forget(store, deleted);
    g_autoptr(JwSchedule) kept = get(store, false);
    assert_non_null(kept);
    g_autoptr(JwSchedule) second = delete_it(store, "t3");
    assert_non_null(second);
    forget(store, second);
    assert_null(get(store, true));
}

static JwSchedule *
put_of_file(JwStore *store, const JwSchedule *schedule)
{
    JwSchedule *left = NULL;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_put_file_schedule(store, schedule, &left, &error), error);
    return left;
}

static void
leaves_deleted_what_the_file_has_unchanged(JwStore *store)
{
    g_autoptr(JwSchedule) schedule = new_schedule(JW_SCHEDULE_FILE);

    assert_null(put_of_file(store, schedule));
    g_autoptr(JwSchedule) same = put_of_file(store, schedule);
    assert_int_equal(same->deleted_at_ms, 0);
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

static void
leaves_paused_what_the_file_has_unchanged(JwStore *store)
{
    g_autoptr(JwSchedule) schedule = new_schedule(JW_SCHEDULE_FILE);
    JwCas cas = JW_CAS_LOST;
    g_autoptr(GError) error = NULL;

    assert_null(put_of_file(store, schedule));
    assert_ok(jw_store_pause_schedule(store, "s", "why", SC_NOW + 1, &cas, &error), error);
    assert_int_equal(cas, JW_CAS_WON);
    g_autoptr(JwSchedule) paused = put_of_file(store, schedule);
    assert_true(paused->paused);
    schedule->entry_hash[0] = 'E';
    assert_null(put_of_file(store, schedule));
    g_autoptr(JwSchedule) resumed = get(store, false);
    assert_false(resumed->paused);
    assert_ok(jw_store_pause_left_schedule(store, "s", "left", SC_NOW + 2, &cas, &error), error);
    assert_int_equal(cas, JW_CAS_WON);
    g_autoptr(JwSchedule) left = get(store, false);
    assert_true(left->paused);
    assert_string_equal(left->switch_reason, "left");
    assert_null(put_of_file(store, schedule)); /* it comes back */
    g_autoptr(JwSchedule) back = get(store, false);
    assert_false(back->paused);
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

/* Made anew by others in the place of the file's, which was deleted. */
static void
leaves_what_is_somebody_elses(JwStore *store)
{
    g_autoptr(JwSchedule) schedule = new_schedule(JW_SCHEDULE_FILE);
    g_autoptr(JwSchedule) own = new_schedule("api");

    assert_null(put_of_file(store, schedule));
    g_autoptr(JwSchedule) first = delete_it(store, "t1");
    assert_non_null(first);
    assert_int_equal(replace(store, own, NULL), JW_CAS_WON);
    g_autoptr(JwSchedule) kept = put_of_file(store, schedule);
    assert_string_equal(kept->source, "api");
    assert_string_equal(kept->entry_hash, "entry"); /* which stays deleted */
    schedule->entry_hash[0] = 'E';
    g_autoptr(JwSchedule) still = put_of_file(store, schedule);
    assert_string_equal(still->source, "api");
    schedule->entry_hash[0] = 'e';
    g_autoptr(JwSchedule) second = delete_it(store, "t2");
    assert_non_null(second);
    g_autoptr(JwSchedule) stays = put_of_file(store, schedule);
    assert_string_equal(stays->tombstone, "t2");
    schedule->entry_hash[0] = 'E';
    assert_null(put_of_file(store, schedule));
    g_autoptr(JwSchedule) back = get(store, false);
    assert_string_equal(back->source, JW_SCHEDULE_FILE);
}

/* What a command leaves, with the answer @id in the outbox. */
static JwSchedule *
noted(const char *source, int64_t offset, const char *id, int64_t now_ms)
{
    JwSchedule *schedule = new_schedule(source);
    const JwCommandPlace place = { .partition = 4, .offset = offset, .at_ms = now_ms };
    JwOutboxEntry *entry =
        jw_outbox_entry_new("jobwire.schedule.events", "s", "answered", g_strdup("{}"), now_ms);

    jw_command_marks_note(schedule->command_marks, &place, "refused");
    schedule->command_ids = jw_command_ids_with(NULL, id);
    schedule->updated_at_ms = now_ms;
    g_free(entry->id);
    entry->id = g_strdup(id);
    entry->causation_id = g_strdup("cause");
    g_ptr_array_add(schedule->outbox, entry);
    return schedule;
}

static void
assert_noted(const JwSchedule *schedule, int64_t offset, const char *id, guint answers)
{
    const JwCommandMark *mark = g_ptr_array_index(schedule->command_marks, 0);

    assert_int_equal(schedule->command_marks->len, 1);
    assert_int_equal(mark->partition, 4);
    assert_int_equal(mark->offset, offset);
    assert_string_equal(mark->refused, "refused");
    assert_string_equal(schedule->command_ids[0], id);
    assert_null(schedule->command_ids[1]);
    assert_int_equal(schedule->outbox->len, answers);
    const JwOutboxEntry *last = g_ptr_array_index(schedule->outbox, answers - 1);
    assert_string_equal(last->id, id);
    assert_string_equal(last->causation_id, "cause");
}

static JwCas
note_it(JwStore *store, const JwSchedule *what, const JwSchedule *old)
{
    JwCas cas = JW_CAS_LOST;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_note_command(store, what, old, &cas, &error), error);
    return cas;
}

static void
bury(JwSchedule *schedule, const char *tombstone)
{
    schedule->deleted_at_ms = schedule->updated_at_ms;
    schedule->deleted_by = g_strdup("crm");
    schedule->tombstone = g_strdup(tombstone);
}

static void
keeps_commands_with_what_they_did(JwStore *store)
{
    g_autoptr(JwSchedule) first = noted("api", 1, "a", SC_NOW);
    g_autoptr(JwSchedule) second = noted("api", 2, "b", SC_NOW + 1);
    g_autoptr(JwSchedule) third = noted("api", 3, "c", SC_NOW + 2);
    g_autoptr(JwSchedule) plain = new_schedule("api");

    bury(first, "t1");
    assert_int_equal(note_it(store, first, NULL), JW_CAS_WON);
    assert_int_equal(note_it(store, first, NULL), JW_CAS_LOST);
    g_autoptr(JwSchedule) one = get(store, true);
    assert_noted(one, 1, "a", 1);
    assert_int_equal(replace(store, second, NULL), JW_CAS_LOST); /* it does not know of the first */
    assert_int_equal(replace(store, second, one), JW_CAS_WON);
    assert_int_equal(replace(store, second, one), JW_CAS_LOST);
    g_autoptr(JwSchedule) two = get(store, false);
    assert_noted(two, 2, "b", 2);
    plain->updated_at_ms = SC_NOW + 5;
    plain->note = g_strdup("by somebody else");
    assert_int_equal(replace(store, plain, two), JW_CAS_WON);
    assert_int_equal(note_it(store, third, two), JW_CAS_LOST);
    g_autoptr(JwSchedule) three = get(store, false);
    assert_noted(three, 2, "b", 2); /* that one left it alone */
    third->updated_at_ms = SC_NOW + 6;
    assert_int_equal(note_it(store, third, three), JW_CAS_WON);
    g_autoptr(JwSchedule) four = get(store, false);
    assert_noted(four, 3, "c", 3);
    assert_string_equal(four->note, "by somebody else");
    assert_int_equal(four->interval_ms, 60000);
}

static JwSchedule *
end_it(JwStore *store, const JwSchedule *what, const JwSchedule *old)
{
    JwSchedule *deleted = NULL;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_end_schedule(store, what, old, &deleted, &error), error);
    return deleted;
}

static guint
count_deleted(JwStore *store, int64_t before_ms)
{
    g_autoptr(GPtrArray) list = NULL;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_deleted_schedules(store, before_ms, 10, &list, &error), error);
    return list->len;
}

static void
ends_what_was_read(JwStore *store)
{
    g_autoptr(JwSchedule) schedule = new_schedule("api");
    g_autoptr(JwSchedule) end = noted("api", 1, "a", SC_NOW + 7);
    const JwOutboxRef ref = { JW_DOC_SCHEDULE, "s", "a" };
    g_autoptr(GPtrArray) docs = NULL;
    g_autoptr(GError) error = NULL;

    put(store, schedule);
    bury(end, "t1");
    g_autoptr(JwSchedule) old = get(store, false);
    assert_int_equal(fire_it(store, SC_NOW + 60000), JW_CAS_WON);
    old->updated_at_ms -= 1;
    assert_null(end_it(store, end, old));
    g_autoptr(JwSchedule) now = get(store, false);
    g_autoptr(JwSchedule) deleted = end_it(store, end, now);
    assert_noted(deleted, 1, "a", 1);
    assert_int_equal(deleted->pending_fires->len, 1);
    assert_int_equal(deleted->next_fire_ms, 0);
    assert_string_equal(deleted->deleted_by, "crm");
    assert_null(get(store, false));
    assert_int_equal(count_deleted(store, SC_NOW + 7), 0);
    assert_int_equal(count_deleted(store, SC_NOW + 8), 1);
    assert_ok(jw_store_find_outbox(store, JW_DOC_SCHEDULE, SC_NOW + 8, 10, &docs, &error), error);
    assert_int_equal(docs->len, 1);
    assert_ok(jw_store_pull_outbox(store, &ref, 1, &error), error);
    g_autoptr(JwSchedule) left = get(store, true);
    assert_int_equal(left->outbox->len, 0);
}

/* Those of the file stay. */
static void
lists_what_was_deleted(JwStore *store)
{
    g_autoptr(JwSchedule) schedule = new_schedule(JW_SCHEDULE_FILE);

    put(store, schedule);
    assert_int_equal(count_deleted(store, SC_NOW + 600000), 0);
    g_autoptr(JwSchedule) deleted = delete_it(store, "t1");
    assert_non_null(deleted);
    assert_int_equal(count_deleted(store, SC_NOW + 600000), 0);
}

static int64_t
version_of(JwStore *store, bool deleted)
{
    g_autoptr(JwSchedule) schedule = get(store, deleted);

    return schedule->version;
}

/* By what it says, whoever changes it, and not by what is decided. */
static void
counts_versions(JwStore *store)
{
    g_autoptr(JwSchedule) schedule = new_schedule("api");
    g_autoptr(GError) error = NULL;
    JwCas cas = JW_CAS_LOST;

    schedule->version = 9; /* the store's to say */
    put(store, schedule);
    assert_int_equal(version_of(store, false), 1);
    put(store, schedule);
    assert_int_equal(fire_it(store, SC_NOW + 60000), JW_CAS_WON);
    assert_int_equal(version_of(store, false), 1);
    schedule->note = g_strdup("other");
    put(store, schedule);
    assert_int_equal(version_of(store, false), 2);
    assert_ok(jw_store_pause_schedule(store, "s", "why", SC_NOW, &cas, &error), error);
    assert_int_equal(version_of(store, false), 3);
    g_autoptr(JwSchedule) deleted = delete_it(store, "t1");
    assert_int_equal(deleted->version, 4);
    put(store, schedule);
    assert_int_equal(version_of(store, false), 5);
}

/* That knew of no versions and no commands. */
static void
takes_those_of_an_older_store(JwStore *store)
{
    g_autoptr(JwSchedule) schedule = new_schedule("api");
    g_autoptr(JwSchedule) what = noted("api", 1, "a", SC_NOW + 1);
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_UTF8("s"));
    g_autoptr(bson_t) update = BCON_NEW("$unset", "{", "version", BCON_INT32(1), "commandMarks",
                                        BCON_INT32(1), "outbox", BCON_INT32(1), "}");
    g_autoptr(GError) error = NULL;
    JwCas cas = JW_CAS_LOST;

    put(store, schedule);
    assert_ok(jw_db_update(store, "schedules", filter, update, &cas, &error), error);
    g_autoptr(JwSchedule) old = get(store, false);
    assert_int_equal(old->version, 0);
    assert_int_equal(old->command_marks->len, 0);
    assert_int_equal(note_it(store, what, old), JW_CAS_WON);
    g_autoptr(JwSchedule) known = get(store, false);
    assert_noted(known, 1, "a", 1);
    schedule->note = g_strdup("other");
    put(store, schedule);
    assert_int_equal(version_of(store, false), 1);
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
    { "takes those of an older store", takes_those_of_an_older_store },
    { "keeps commands with what they did", keeps_commands_with_what_they_did },
    { "ends what was read", ends_what_was_read },
    { "lists what was deleted", lists_what_was_deleted },
    { "counts versions", counts_versions },
    { "deletes schedules", deletes_schedules },
    { "replaces what was read", replaces_what_was_read },
    { "retires what is spent", retires_what_is_spent },
    { "forgets that deletion only", forgets_that_deletion_only },
    { "leaves deleted what the file has unchanged", leaves_deleted_what_the_file_has_unchanged },
    { "leaves paused what the file has unchanged", leaves_paused_what_the_file_has_unchanged },
    { "leaves what is somebody else's to them", leaves_what_is_somebody_elses },
    { 0 },
};
