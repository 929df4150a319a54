/* store_conformance_more.c: deliveries with their whole table, schedules, occurrences. */
#include "store_conformance.h"
#include "jw/ident.h"

static JwDelivery *
new_delivery(JwDeliveryState state, bool dot, int resends)
{
    char job_id[JW_UUID_LEN + 1];

    jw_uuid_v7(SC_NOW, job_id);
    JwDelivery *delivery = jw_delivery_new(job_id, "a@example.org", SC_NOW - 100);
    delivery->state = state;
    delivery->token = 7;
    delivery->attempts = 2;
    delivery->dot = dot;
    delivery->resends = resends;
    delivery->not_before_ms = SC_NOW;
    delivery->owner = g_strdup("ntf-0");
    delivery->reply = g_strdup("250 OK");
    delivery->request_id = g_strdup("req");
    delivery->traceparent = g_strdup("00-1");
    return delivery;
}

static void
create_delivery(JwStore *store, const JwDelivery *delivery)
{
    g_autoptr(GError) error = NULL;
    JwCreate create = JW_CREATE_EXISTS;

    assert_ok(jw_store_create_deliveries(store, &delivery, 1, &create, &error), error);
    assert_int_equal(create, JW_CREATE_MADE);
}

static void
assert_same_delivery(const JwDelivery *a, const JwDelivery *b)
{
    sc_assert_text(a->id, b->id);
    sc_assert_text(a->job_id, b->job_id);
    sc_assert_text(a->recipient, b->recipient);
    sc_assert_text(a->message_id, b->message_id);
    assert_int_equal(a->state, b->state);
    assert_int_equal(a->token, b->token);
    assert_int_equal(a->attempts, b->attempts);
    assert_int_equal(a->resends, b->resends);
    assert_int_equal(a->dot, b->dot);
    assert_int_equal(a->maybe_duplicate, b->maybe_duplicate);
    sc_assert_text(a->owner, b->owner);
    assert_int_equal(a->not_before_ms, b->not_before_ms);
    assert_int_equal(a->created_at_ms, b->created_at_ms);
    assert_int_equal(a->updated_at_ms, b->updated_at_ms);
    assert_int_equal(a->sent_at_ms, b->sent_at_ms);
    assert_int_equal(a->finished_at_ms, b->finished_at_ms);
    sc_assert_text(a->reply, b->reply);
    sc_assert_text(a->request_id, b->request_id);
    sc_assert_text(a->traceparent, b->traceparent);
    assert_int_equal(a->outbox->len, b->outbox->len);
}

static JwDelivery *
get_delivery(JwStore *store, const char *id)
{
    g_autoptr(GError) error = NULL;
    JwDelivery *delivery = NULL;

    assert_ok(jw_store_get_delivery(store, id, &delivery, &error), error);
    assert_non_null(delivery);
    return delivery;
}

static void
expect_delivery(JwDelivery *delivery, const JwDeliveryRule *rule, const JwDeliveryChange *change)
{
    delivery->state = rule->to;
    delivery->updated_at_ms = change->now_ms;
    delivery->token += (rule->flags & JW_DRULE_RAISES_TOKEN) != 0 ? 1 : 0;
    delivery->attempts += (rule->flags & JW_DRULE_COUNTS_ATTEMPT) != 0 ? 1 : 0;
    g_free(delivery->owner);
    delivery->owner = g_strdup(change->owner);
    g_free(delivery->reply);
    delivery->reply = g_strdup(change->reply);
    if ((rule->flags & JW_DRULE_SETS_DOT) != 0) {
        delivery->dot = true;
    }
    if ((rule->flags & JW_DRULE_CLEARS_DOT) != 0) {
        delivery->dot = false;
    }
    if ((rule->flags & JW_DRULE_SETS_NOT_BEFORE) != 0) {
        delivery->not_before_ms = change->not_before_ms;
    }
    if ((rule->flags & JW_DRULE_COUNTS_RESEND) != 0) {
        delivery->resends++;
        delivery->maybe_duplicate = true;
    }
    if (rule->to == JW_DELIVERY_SENT) {
        delivery->sent_at_ms = change->now_ms;
    }
    if ((rule->flags & JW_DRULE_ENDS) != 0) {
        delivery->finished_at_ms = change->now_ms;
    }
    g_ptr_array_add(delivery->outbox, jw_outbox_entry_copy(change->events[0]));
}

static void
check_delivery(JwStore *store, JwDelivery *delivery, JwDeliveryTransition transition, int64_t token,
               int64_t now_ms)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwOutboxEntry) event = sc_event("k", SC_NOW);
    const JwOutboxEntry *const events[] = { event };
    const JwDeliveryRule *rule = jw_delivery_rule(transition);
    const JwDeliveryChange change = { .delivery_id = delivery->id,
                                      .transition = transition,
                                      .now_ms = now_ms,
                                      .token = token,
                                      .owner = "ntf-1",
                                      .not_before_ms = SC_NOW + 9,
                                      .reply = "451 later",
                                      .events = events,
                                      .n_events = 1 };
    const bool wins =
        (rule->from & (1u << delivery->state)) != 0
        && ((rule->flags & JW_DRULE_FENCED) == 0 || token == delivery->token)
        && ((rule->flags & JW_DRULE_WHEN_DUE) == 0 || now_ms >= delivery->not_before_ms)
        && ((rule->flags & JW_DRULE_WANTS_DOT) == 0 || delivery->dot)
        && ((rule->flags & JW_DRULE_WANTS_NO_DOT) == 0 || !delivery->dot)
        && ((rule->flags & JW_DRULE_COUNTS_RESEND) == 0 || delivery->resends == 0)
        && ((rule->flags & JW_DRULE_WANTS_RESENT) == 0 || delivery->resends >= 1);
    g_autoptr(JwDelivery) after = NULL;
    JwCas cas = JW_CAS_LOST;

    create_delivery(store, delivery);
    assert_ok(jw_store_change_delivery(store, &change, &cas, &after, &error), error);
    assert_int_equal(cas, wins ? JW_CAS_WON : JW_CAS_LOST);
    if (wins) {
        expect_delivery(delivery, rule, &change);
        assert_same_delivery(delivery, after);
    } else {
        assert_null(after);
    }
    g_autoptr(JwDelivery) read = get_delivery(store, delivery->id);
    assert_same_delivery(delivery, read);
}

static void
every_delivery_meets_every_change(JwStore *store)
{
    for (int state = 0; state < JW_DELIVERY_N_STATES; state++) {
        for (int transition = 0; transition < JW_DELIVERY_N_TRANSITIONS; transition++) {
            for (int variant = 0; variant < 6; variant++) {
                const bool dot = (variant & 1) != 0;
                const int resends = (variant & 2) != 0 ? 1 : 0;
                g_autoptr(JwDelivery) delivery = new_delivery((JwDeliveryState)state, dot, resends);
                check_delivery(store, delivery, (JwDeliveryTransition)transition,
                               variant == 4 ? 6 : 7, variant == 5 ? SC_NOW - 1 : SC_NOW);
            }
        }
    }
}

static void
creates_and_lists_deliveries(JwStore *store)
{
    g_autoptr(GError) error = NULL;
    const char *const recipients[] = { "c@example.org", "a@example.org", "b@example.org" };
    JwDelivery *deliveries[3];
    JwCreate creates[3];
    g_autoptr(GPtrArray) listed = NULL;
    g_autoptr(JwDelivery) none = NULL;

    for (size_t i = 0; i < 3; i++) {
        deliveries[i] = jw_delivery_new("job-1", recipients[i], SC_NOW);
        deliveries[i]->not_before_ms = SC_NOW + (int64_t)i;
        deliveries[i]->updated_at_ms = SC_NOW + 10 - (int64_t)i;
    }
    create_delivery(store, deliveries[1]);
    assert_ok(jw_store_create_deliveries(store, (const JwDelivery *const *)deliveries, 3, creates,
                                         &error),
              error);
    assert_int_equal(creates[0], JW_CREATE_MADE);
    assert_int_equal(creates[1], JW_CREATE_EXISTS);
    assert_int_equal(creates[2], JW_CREATE_MADE);

    assert_ok(jw_store_list_deliveries(store, "job-1", &listed, &error), error);
    assert_int_equal(listed->len, 3);
    for (guint i = 0; i < 3; i++) {
        const JwDelivery *delivery = g_ptr_array_index(listed, i);
        const char *const expected[] = { "a@example.org", "b@example.org", "c@example.org" };
        assert_string_equal(delivery->recipient, expected[i]);
    }
    g_clear_pointer(&listed, g_ptr_array_unref);
    assert_ok(jw_store_list_deliveries(store, "job-2", &listed, &error), error);
    assert_int_equal(listed->len, 0);
    g_clear_pointer(&listed, g_ptr_array_unref);

    assert_ok(jw_store_scan_deliveries(store, 1u << JW_DELIVERY_QUEUED, SC_NOW + 1, 0, 10, &listed,
                                       &error),
              error);
    assert_int_equal(listed->len, 2);
    assert_string_equal(((JwDelivery *)g_ptr_array_index(listed, 0))->recipient, "c@example.org");
    g_clear_pointer(&listed, g_ptr_array_unref);
    assert_ok(jw_store_scan_deliveries(store, 0, 0, SC_NOW + 9, 10, &listed, &error), error);
    assert_int_equal(listed->len, 1);
    g_clear_pointer(&listed, g_ptr_array_unref);
    assert_ok(jw_store_scan_deliveries(store, 1u << JW_DELIVERY_SENT, 0, 0, 10, &listed, &error),
              error);
    assert_int_equal(listed->len, 0);
    assert_ok(jw_store_get_delivery(store, "nobody", &none, &error), error);
    assert_null(none);
    for (size_t i = 0; i < 3; i++) {
        jw_delivery_free(deliveries[i]);
    }
}

const ScCase sc_delivery_cases[] = {
    { "every_delivery_meets_every_change", every_delivery_meets_every_change },
    { "creates_and_lists_deliveries", creates_and_lists_deliveries },
    { NULL, NULL },
};

static JwSchedule *
new_schedule(const char *id, int64_t next_ms)
{
    JwSchedule *schedule = jw_schedule_new();

    schedule->id = g_strdup(id);
    schedule->trigger = JW_TRIGGER_CRON;
    schedule->cron = g_strdup("0 3 * * *");
    schedule->misfire = JW_MISFIRE_CATCH_UP;
    schedule->job_type = g_strdup("report");
    schedule->job_name = g_strdup("nightly");
    schedule->job_subtype = g_strdup("call-records");
    schedule->job_spec = g_strdup("{}");
    schedule->recipients = g_strsplit("a@example.org", " ", -1);
    schedule->rule_hash = g_strdup("h1");
    schedule->next_fire_ms = next_ms;
    schedule->updated_at_ms = SC_NOW;
    return schedule;
}

static JwSchedule *
get_schedule(JwStore *store, const char *id)
{
    g_autoptr(GError) error = NULL;
    JwSchedule *schedule = NULL;

    assert_ok(jw_store_get_schedule(store, id, &schedule, &error), error);
    assert_non_null(schedule);
    return schedule;
}

static void
puts_schedules_and_keeps_their_decisions(JwStore *store)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwSchedule) schedule = new_schedule("s1", SC_NOW);
    g_autoptr(JwSchedule) none = NULL;
    const int64_t fires[] = { SC_NOW };
    JwCas cas = JW_CAS_LOST;

    assert_ok(jw_store_put_schedule(store, schedule, &error), error);
    g_autoptr(JwSchedule) read = get_schedule(store, "s1");
    sc_assert_text(read->cron, "0 3 * * *");
    assert_int_equal(read->trigger, JW_TRIGGER_CRON);
    assert_int_equal(read->misfire, JW_MISFIRE_CATCH_UP);
    sc_assert_text(read->job_name, "nightly");
    sc_assert_text(read->time_zone, "UTC");
    sc_assert_same_texts(read->recipients, schedule->recipients);
    assert_int_equal(read->next_fire_ms, SC_NOW);
    assert_int_equal(read->misfire_grace_ms, 60000);
    assert_true(read->enabled);

    assert_ok(
        jw_store_fire_schedule(store, "s1", SC_NOW, SC_NOW + 10, fires, 1, SC_NOW, &cas, &error),
        error);
    assert_int_equal(cas, JW_CAS_WON);
    assert_ok(jw_store_put_schedule(store, schedule, &error), error); /* unchanged: nothing moves */
    g_autoptr(JwSchedule) same = get_schedule(store, "s1");
    assert_int_equal(same->next_fire_ms, SC_NOW + 10);

    schedule->enabled = false;
    assert_ok(jw_store_put_schedule(store, schedule, &error), error);
    g_autoptr(JwSchedule) paused = get_schedule(store, "s1");
    assert_false(paused->enabled);
    assert_int_equal(paused->next_fire_ms, SC_NOW + 10);

    schedule->enabled = true;
    schedule->trigger = JW_TRIGGER_INTERVAL;
    schedule->interval_ms = 1000;
    g_clear_pointer(&schedule->cron, g_free);
    g_free(schedule->rule_hash);
    schedule->rule_hash = g_strdup("h2");
    schedule->next_fire_ms = SC_NOW + 99;
    assert_ok(jw_store_put_schedule(store, schedule, &error), error);
    g_autoptr(JwSchedule) changed = get_schedule(store, "s1");
    assert_int_equal(changed->next_fire_ms, SC_NOW + 99);
    assert_int_equal(changed->trigger, JW_TRIGGER_INTERVAL);
    assert_null(changed->cron);
    assert_int_equal(changed->pending_fires->len, 1); /* decided is decided */
    assert_ok(jw_store_get_schedule(store, "nobody", &none, &error), error);
    assert_null(none);
}

static void
finds_what_is_due_and_fires_it_once(JwStore *store)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwSchedule) early = new_schedule("early", SC_NOW + 10);
    g_autoptr(JwSchedule) late = new_schedule("late", SC_NOW + 20);
    g_autoptr(JwSchedule) off = new_schedule("off", SC_NOW + 1);
    g_autoptr(JwSchedule) never = new_schedule("never", 0);
    g_autoptr(GPtrArray) due = NULL;
    const int64_t fires[] = { SC_NOW + 10, SC_NOW + 11 };
    int64_t next_ms = -1;
    JwCas cas = JW_CAS_LOST;

    assert_ok(jw_store_next_fire(store, &next_ms, &error), error);
    assert_int_equal(next_ms, 0);
    off->enabled = false;
    JwSchedule *const all[] = { early, late, off, never };
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
        assert_ok(jw_store_put_schedule(store, all[i], &error), error);
    }
    assert_ok(jw_store_next_fire(store, &next_ms, &error), error);
    assert_int_equal(next_ms, SC_NOW + 10);
    assert_ok(jw_store_due_schedules(store, SC_NOW + 9, 10, &due, &error), error);
    assert_int_equal(due->len, 0);
    g_clear_pointer(&due, g_ptr_array_unref);
    assert_ok(jw_store_due_schedules(store, SC_NOW + 20, 10, &due, &error), error);
    assert_int_equal(due->len, 2);
    assert_string_equal(((JwSchedule *)g_ptr_array_index(due, 0))->id, "early");
    g_clear_pointer(&due, g_ptr_array_unref);

    assert_ok(
        jw_store_fire_schedule(store, "early", SC_NOW + 10, 0, fires, 2, SC_NOW + 30, &cas, &error),
        error);
    assert_int_equal(cas, JW_CAS_WON);
    assert_ok(
        jw_store_fire_schedule(store, "early", SC_NOW + 10, 0, fires, 2, SC_NOW + 30, &cas, &error),
        error);
    assert_int_equal(cas, JW_CAS_LOST);
    assert_ok(jw_store_fire_schedule(store, "off", SC_NOW + 1, 0, fires, 2, SC_NOW, &cas, &error),
              error);
    assert_int_equal(cas, JW_CAS_LOST);

    assert_ok(jw_store_due_schedules(store, SC_NOW, 10, &due, &error), error); /* pending fires */
    assert_int_equal(due->len, 1);
    const JwSchedule *pending = g_ptr_array_index(due, 0);
    assert_int_equal(pending->next_fire_ms, 0);
    assert_int_equal(pending->pending_fires->len, 2);
    assert_int_equal(g_array_index(pending->pending_fires, int64_t, 1), SC_NOW + 11);
    g_clear_pointer(&due, g_ptr_array_unref);
    for (int twice = 0; twice < 2; twice++) {
        assert_ok(jw_store_settle_fire(store, "early", SC_NOW + 10, &error), error);
    }
    g_autoptr(JwSchedule) one_left = get_schedule(store, "early");
    assert_int_equal(one_left->pending_fires->len, 1);
    assert_ok(jw_store_settle_fire(store, "early", SC_NOW + 11, &error), error);
    assert_ok(jw_store_settle_fire(store, "nobody", SC_NOW + 11, &error), error);
    assert_ok(jw_store_due_schedules(store, SC_NOW, 10, &due, &error), error);
    assert_int_equal(due->len, 0);
}

typedef struct {
    JwStore *store;
    int won, errors;
} Racer;

static gpointer
race_to_fire(gpointer data)
{
    Racer *racer = data;
    const int64_t fire_ms = SC_NOW;
    g_autoptr(GError) error = NULL;
    JwCas cas = JW_CAS_LOST;

    racer->errors += jw_store_fire_schedule(racer->store, "s1", SC_NOW, SC_NOW + 5, &fire_ms, 1,
                                            SC_NOW, &cas, &error)
                         ? 0
                         : 1;
    racer->won += cas == JW_CAS_WON ? 1 : 0;
    return NULL;
}

static void
of_many_schedulers_one_fires(JwStore *store)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwSchedule) schedule = new_schedule("s1", SC_NOW);
    Racer racers[4] = { { store, 0, 0 }, { store, 0, 0 }, { store, 0, 0 }, { store, 0, 0 } };
    int won = 0;

    assert_ok(jw_store_put_schedule(store, schedule, &error), error);
    sc_threads(G_N_ELEMENTS(racers), race_to_fire, racers, sizeof(*racers));
    for (size_t i = 0; i < G_N_ELEMENTS(racers); i++) {
        assert_int_equal(racers[i].errors, 0);
        won += racers[i].won;
    }
    assert_int_equal(won, 1);
    g_autoptr(JwSchedule) read = get_schedule(store, "s1");
    assert_int_equal(read->pending_fires->len, 1);
}

static void
note_occurrence(const JwOccurrence *occurrence, gpointer data)
{
    g_string_append_printf(data, "%s %s %d %d %s;", occurrence->id, occurrence->schedule_id,
                           (int)(occurrence->due_ms - SC_NOW), (int)occurrence->kind,
                           occurrence->reason != NULL ? occurrence->reason : "-");
}

static void
keeps_occurrences(JwStore *store)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) seen = g_string_new(NULL);
    JwOccurrence rows[] = {
        { "o1", "s1", SC_NOW + 1, SC_NOW, JW_OCCURRENCE_FIRED, NULL },
        { "o2", "s1", SC_NOW + 2, SC_NOW, JW_OCCURRENCE_SKIPPED, "too late" },
        { "o3", "s1", SC_NOW + 3, SC_NOW, JW_OCCURRENCE_COALESCED, "one for all" },
        { "o4", "s2", SC_NOW + 4, SC_NOW, JW_OCCURRENCE_CAUGHT_UP, NULL },
        { "o1", "s1", SC_NOW + 9, SC_NOW, JW_OCCURRENCE_SKIPPED, "again" }, /* left as it was */
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        assert_ok(jw_store_put_occurrence(store, &rows[i], &error), error);
    }
    assert_ok(jw_store_list_occurrences(store, "s1", 10, note_occurrence, seen, &error), error);
    assert_string_equal(seen->str, "o3 s1 3 2 one for all;o2 s1 2 3 too late;o1 s1 1 0 -;");
    g_string_truncate(seen, 0);
    assert_ok(jw_store_list_occurrences(store, "s1", 1, note_occurrence, seen, &error), error);
    assert_string_equal(seen->str, "o3 s1 3 2 one for all;");
}

const ScCase sc_schedule_cases[] = {
    { "puts_schedules_and_keeps_their_decisions", puts_schedules_and_keeps_their_decisions },
    { "finds_what_is_due_and_fires_it_once", finds_what_is_due_and_fires_it_once },
    { "of_many_schedulers_one_fires", of_many_schedulers_one_fires },
    { "keeps_occurrences", keeps_occurrences },
    { NULL, NULL },
};
