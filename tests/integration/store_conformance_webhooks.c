/* store_conformance_webhooks.c: webhooks, and the events that they get. */
#include "store_conformance.h"

#include "jw/store_events.h"
#include "jw/store_webhooks.h"

#define HOOK  "019480a4-5f00-7000-8000-00000000000a"
#define OTHER "019480a4-5f00-7000-8000-00000000000b"

static JwWebhook *
new_webhook(const char *id, int64_t created_ms)
{
    JwWebhook *webhook = jw_webhook_new();
    JwWebhookSecret *old = jw_webhook_secret_new(g_strdup("k1.b2xk"), SC_NOW - 9);

    old->until_ms = SC_NOW + 5;
    webhook->id = g_strdup(id);
    webhook->url = g_strdup("https://example.com/hooks");
    webhook->description = g_strdup("Für \"alle\"");
    webhook->events = g_strsplit("report.sent email.bounced", " ", -1);
    webhook->report_types = g_strsplit("cdr", " ", -1);
    webhook->owner.id = g_strdup("ann");
    webhook->owner.name = g_strdup("Ann");
    webhook->owner.email = g_strdup("ann@example.com");
    webhook->departments = g_strsplit("d1 d2", " ", -1);
    g_ptr_array_add(webhook->secrets, jw_webhook_secret_new(g_strdup("k1.bmV3"), SC_NOW));
    g_ptr_array_add(webhook->secrets, old);
    webhook->version = 1;
    webhook->created_at_ms = created_ms;
    webhook->updated_at_ms = created_ms;
    webhook->request_hash = g_strdup("hash");
    return webhook;
}

static void
create(JwStore *store, const JwWebhook *webhook, JwCreate expected)
{
    JwCreate result = JW_CREATE_EXISTS;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_create_webhook(store, webhook, &result, &error), error);
    assert_int_equal(result, expected);
}

/* (nullable) */
static JwWebhook *
get(JwStore *store, const char *id)
{
    JwWebhook *webhook = NULL;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_get_webhook(store, id, &webhook, &error), error);
    return webhook;
}

static void
keeps_webhooks(JwStore *store)
{
    g_autoptr(JwWebhook) one = new_webhook(HOOK, SC_NOW + 2);
    g_autoptr(JwWebhook) two = new_webhook(OTHER, SC_NOW + 1);
    g_autoptr(GPtrArray) list = NULL;
    g_autoptr(GError) error = NULL;

    create(store, one, JW_CREATE_NEW);
    create(store, one, JW_CREATE_EXISTS);
    create(store, two, JW_CREATE_NEW);
    assert_null(get(store, "none"));
    g_autoptr(JwWebhook) read = get(store, HOOK);
    sc_assert_text(read->url, one->url);
    sc_assert_text(read->description, one->description);
    sc_assert_same_texts(read->events, one->events);
    sc_assert_same_texts(read->report_types, one->report_types);
    sc_assert_same_texts(read->departments, one->departments);
    sc_assert_text(read->owner.email, "ann@example.com");
    sc_assert_text(read->request_hash, "hash");
    assert_int_equal(read->version, 1);
    assert_int_equal(read->created_at_ms, SC_NOW + 2);
    assert_int_equal(read->secrets->len, 2);
    const JwWebhookSecret *newest = g_ptr_array_index(read->secrets, 0);
    const JwWebhookSecret *old = g_ptr_array_index(read->secrets, 1);
    sc_assert_text(newest->sealed, "k1.bmV3");
    assert_int_equal(newest->until_ms, 0);
    assert_int_equal(old->until_ms, SC_NOW + 5);
    assert_int_equal(old->created_at_ms, SC_NOW - 9);
    assert_ok(jw_store_list_webhooks(store, 9, &list, &error), error);
    assert_int_equal(list->len, 2);
    sc_assert_text(((JwWebhook *)g_ptr_array_index(list, 0))->id, OTHER); /* the oldest first */
    g_clear_pointer(&list, g_ptr_array_unref);
    assert_ok(jw_store_list_webhooks(store, 1, &list, &error), error);
    assert_int_equal(list->len, 1);
}

static void
changes_webhooks_by_version(JwStore *store)
{
    g_autoptr(JwWebhook) webhook = new_webhook(HOOK, SC_NOW);
    g_autoptr(GError) error = NULL;
    JwCas cas = JW_CAS_LOST;

    create(store, webhook, JW_CREATE_NEW);
    assert_ok(jw_store_note_webhook(store, HOOK, "HTTP 500", SC_NOW + 1, &error), error);
    g_clear_pointer(&webhook->description, g_free);
    g_clear_pointer(&webhook->report_types, g_strfreev);
    g_ptr_array_set_size(webhook->secrets, 1);
    webhook->updated_by = g_strdup("bob");
    webhook->updated_at_ms = SC_NOW + 3;
    assert_ok(jw_store_change_webhook(store, webhook, false, &cas, &error), error);
    assert_int_equal(cas, JW_CAS_WON);
    g_autoptr(JwWebhook) changed = get(store, HOOK);
    assert_null(changed->description);
    assert_null(changed->report_types);
    assert_int_equal(changed->secrets->len, 1);
    assert_int_equal(changed->version, 2);
    sc_assert_text(changed->updated_by, "bob");
    sc_assert_text(changed->owner.id, "ann");
    assert_int_equal(changed->failing_since_ms, SC_NOW + 1); /* it still fails */
    assert_ok(jw_store_change_webhook(store, webhook, false, &cas, &error), error);
    assert_int_equal(cas, JW_CAS_LOST); /* on the version before */
    assert_ok(jw_store_change_webhook(store, changed, true, &cas, &error), error);
    assert_int_equal(cas, JW_CAS_WON);
    g_autoptr(JwWebhook) forgiven = get(store, HOOK);
    assert_int_equal(forgiven->failing_since_ms, 0);
    assert_null(forgiven->failing_why);
    assert_ok(jw_store_delete_webhook(store, HOOK, SC_NOW + 4, &cas, &error), error);
    assert_int_equal(cas, JW_CAS_WON);
    assert_null(get(store, HOOK));
    assert_ok(jw_store_delete_webhook(store, HOOK, SC_NOW + 4, &cas, &error), error);
    assert_int_equal(cas, JW_CAS_LOST);
    assert_ok(jw_store_change_webhook(store, forgiven, false, &cas, &error), error);
    assert_int_equal(cas, JW_CAS_LOST);
}

static void
assert_failing(JwStore *store, int64_t since_ms, const char *why)
{
    g_autoptr(JwWebhook) webhook = get(store, HOOK);

    assert_int_equal(webhook->failing_since_ms, since_ms);
    sc_assert_text(webhook->failing_why, why);
    assert_int_equal(webhook->version, 1);
}

static void
notes_how_sending_went(JwStore *store)
{
    g_autoptr(JwWebhook) webhook = new_webhook(HOOK, SC_NOW);
    g_autoptr(GError) error = NULL;

    create(store, webhook, JW_CREATE_NEW);
    assert_ok(jw_store_note_webhook(store, HOOK, NULL, SC_NOW + 1, &error), error);
    assert_failing(store, 0, NULL);
    assert_ok(jw_store_note_webhook(store, HOOK, "first", SC_NOW + 2, &error), error);
    assert_failing(store, SC_NOW + 2, "first");
    assert_ok(jw_store_note_webhook(store, HOOK, "second", SC_NOW + 3, &error), error);
    assert_failing(store, SC_NOW + 2, "second");
    assert_ok(jw_store_note_webhook(store, HOOK, NULL, SC_NOW + 4, &error), error);
    assert_failing(store, 0, NULL);
    assert_ok(jw_store_note_webhook(store, "none", "why", SC_NOW + 4, &error), error);
    assert_null(get(store, "none"));
}

static JwCas
disable(JwStore *store, int64_t failing_since_ms)
{
    g_autoptr(GError) error = NULL;
    JwCas cas = JW_CAS_LOST;

    assert_ok(jw_store_disable_webhook(store, HOOK, "it failed", failing_since_ms, SC_NOW + 9, &cas,
                                       &error),
              error);
    return cas;
}

static void
disables_webhooks_once(JwStore *store)
{
    g_autoptr(JwWebhook) webhook = new_webhook(HOOK, SC_NOW);
    g_autoptr(GError) error = NULL;

    create(store, webhook, JW_CREATE_NEW);
    assert_ok(jw_store_note_webhook(store, HOOK, "why", SC_NOW + 2, &error), error);
    assert_int_equal(disable(store, SC_NOW + 1), JW_CAS_LOST); /* it succeeded meanwhile */
    assert_int_equal(disable(store, SC_NOW + 2), JW_CAS_WON);
    assert_int_equal(disable(store, 0), JW_CAS_LOST);
    g_autoptr(JwWebhook) disabled = get(store, HOOK);
    assert_int_equal(disabled->disabled_at_ms, SC_NOW + 9);
    sc_assert_text(disabled->disabled_reason, "it failed");
    assert_true(disabled->notice_pending);
    assert_int_equal(disabled->version, 2);
    assert_ok(jw_store_end_webhook_notice(store, HOOK, SC_NOW + 8, &error), error);
    g_autoptr(JwWebhook) another = get(store, HOOK);
    assert_true(another->notice_pending); /* that was about another time */
    assert_ok(jw_store_end_webhook_notice(store, HOOK, SC_NOW + 9, &error), error);
    g_autoptr(JwWebhook) told = get(store, HOOK);
    assert_false(told->notice_pending);
}

/* The delivery of the event number @n to @webhook_id, in @state. */
static char *
create_event(JwStore *store, const char *webhook_id, int n, JwDeliveryState state)
{
    g_autofree char *event_id = g_strdup_printf("event-%d", n);
    g_autoptr(JwDelivery) delivery = jw_delivery_new_event(
        "job", event_id, webhook_id, "{\"type\":\"report.sent\"}", SC_NOW + n);
    const JwDelivery *all[] = { delivery };
    JwCreate create = JW_CREATE_EXISTS;
    g_autoptr(GError) error = NULL;

    delivery->state = state;
    assert_ok(jw_store_create_deliveries(store, all, 1, &create, &error), error);
    assert_int_equal(create, JW_CREATE_NEW);
    return g_strdup(delivery->id);
}

/* "event-3 event-1": what a query gives. */
static void
assert_events(JwStore *store, const JwEventQuery *query, const char *expected)
{
    g_autoptr(GPtrArray) list = NULL;
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    int64_t count = 0;

    assert_ok(jw_store_list_events(store, query, &list, &error), error);
    for (guint i = 0; i < list->len; i++) {
        g_string_append_printf(text, "%s%s", i > 0 ? " " : "",
                               ((JwDelivery *)g_ptr_array_index(list, i))->message_id);
    }
    assert_string_equal(text->str, expected);
    assert_ok(jw_store_count_events(store, query, &count, &error), error);
    assert_int_equal(count, list->len);
}

static void
lists_events_of_a_webhook(JwStore *store)
{
    g_autofree char *one G_GNUC_UNUSED = create_event(store, HOOK, 1, JW_DELIVERY_FAILED);
    g_autofree char *two = create_event(store, HOOK, 2, JW_DELIVERY_SENT);
    g_autofree char *three G_GNUC_UNUSED = create_event(store, HOOK, 3, JW_DELIVERY_QUEUED);
    g_autofree char *four = create_event(store, OTHER, 4, JW_DELIVERY_QUEUED);
    g_autoptr(JwDelivery) mail = jw_delivery_new("job", HOOK, SC_NOW + 5);
    const JwDelivery *all[] = { mail };
    JwCreate create = JW_CREATE_EXISTS;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_create_deliveries(store, all, 1, &create, &error), error);
    assert_events(store, &(JwEventQuery){ .webhook_id = HOOK, .limit = 9 },
                  "event-3 event-2 event-1");
    assert_events(store, &(JwEventQuery){ .webhook_id = HOOK, .limit = 2 }, "event-3 event-2");
    assert_events(store,
                  &(JwEventQuery){
                      .webhook_id = HOOK, .before_id = two, .before_ms = SC_NOW + 2, .limit = 9 },
                  "event-1");
    assert_events(store,
                  &(JwEventQuery){ .webhook_id = HOOK,
                                   .states = 1u << JW_DELIVERY_FAILED | 1u << JW_DELIVERY_SENT,
                                   .since_ms = SC_NOW + 2,
                                   .limit = 9 },
                  "event-2");
    g_autoptr(GPtrArray) due = NULL;
    assert_ok(jw_store_due_events(store, NULL, SC_NOW + 9, SC_NOW + 9, 9, &due, &error), error);
    assert_int_equal(due->len, 2);
    g_clear_pointer(&due, g_ptr_array_unref);
    assert_ok(jw_store_due_events(store, OTHER, SC_NOW + 9, SC_NOW + 9, 9, &due, &error), error);
    assert_int_equal(due->len, 1);
    sc_assert_text(((JwDelivery *)g_ptr_array_index(due, 0))->id, four);
    g_clear_pointer(&due, g_ptr_array_unref);
    assert_ok(jw_store_due_events(store, NULL, SC_NOW + 9, SC_NOW + 4, 9, &due, &error), error);
    assert_int_equal(due->len, 1); /* one changed too lately */
    g_clear_pointer(&due, g_ptr_array_unref);
    assert_ok(
        jw_store_scan_deliveries(store, 1u << JW_DELIVERY_QUEUED, SC_NOW + 9, 0, 9, &due, &error),
        error);
    assert_int_equal(due->len, 1); /* of mails, none of which waits behind events */
    sc_assert_text(((JwDelivery *)g_ptr_array_index(due, 0))->id, mail->id);
    g_autoptr(GPtrArray) of_job = NULL;
    assert_ok(jw_store_sweep_events(store, SC_NOW + 2, &error), error);
    assert_events(store, &(JwEventQuery){ .webhook_id = HOOK, .limit = 9 }, "event-3 event-2");
    assert_ok(jw_store_sweep_events(store, SC_NOW + 99, &error), error);
    assert_events(store, &(JwEventQuery){ .webhook_id = HOOK, .limit = 9 }, "event-3");
    assert_ok(jw_store_list_deliveries(store, "job", &of_job, &error), error);
    assert_int_equal(of_job->len, 3);
}

static JwCas
change(JwStore *store, const JwDeliveryChange *wanted, JwDelivery **ret)
{
    g_autoptr(GError) error = NULL;
    JwCas cas = JW_CAS_LOST;

    assert_ok(jw_store_change_delivery(store, wanted, &cas, ret, &error), error);
    return cas;
}

static void
keeps_each_try_and_replays(JwStore *store)
{
    const JwDeliveryTry tried = { .at_ms = SC_NOW + 3,
                                  .duration_ms = 12,
                                  .status = 500,
                                  .answer = (char *)(uintptr_t) "no \"way\"",
                                  .why = (char *)(uintptr_t) "HTTP 500" };
    g_autofree char *id = create_event(store, HOOK, 1, JW_DELIVERY_QUEUED);
    g_autoptr(JwDelivery) failed = NULL;
    g_autoptr(JwDelivery) again = NULL;
    g_autoptr(JwDelivery) mail = jw_delivery_new("job", "a@example.com", SC_NOW);
    const JwDelivery *all[] = { mail };
    JwCreate create = JW_CREATE_EXISTS;
    g_autoptr(GError) error = NULL;
    JwDeliveryChange step = {
        .delivery_id = id, .transition = JW_DCHANGE_CLAIM, .now_ms = SC_NOW + 2, .owner = "me"
    };

    assert_int_equal(change(store, &step, NULL), JW_CAS_WON);
    step.transition = JW_DCHANGE_REPLAY;
    assert_int_equal(change(store, &step, NULL), JW_CAS_LOST); /* it is under way */
    step.transition = JW_DCHANGE_FAILED;
    step.token = 1;
    step.tried = &tried;
    assert_int_equal(change(store, &step, &failed), JW_CAS_WON);
    assert_int_equal(failed->tries->len, 1);
    const JwDeliveryTry *kept = g_ptr_array_index(failed->tries, 0);
    assert_int_equal(kept->at_ms, SC_NOW + 3);
    assert_int_equal(kept->duration_ms, 12);
    assert_int_equal(kept->status, 500);
    sc_assert_text(kept->answer, tried.answer);
    sc_assert_text(kept->why, tried.why);
    assert_true(failed->finished_at_ms != 0);
    step = (JwDeliveryChange){ .delivery_id = id,
                               .transition = JW_DCHANGE_REPLAY,
                               .now_ms = SC_NOW + 8,
                               .not_before_ms = SC_NOW + 8 };
    assert_int_equal(change(store, &step, &again), JW_CAS_WON);
    assert_int_equal(again->state, JW_DELIVERY_QUEUED);
    assert_int_equal(again->attempts, 0);
    assert_int_equal(again->finished_at_ms, 0);
    assert_int_equal(again->not_before_ms, SC_NOW + 8);
    assert_int_equal(again->tries->len, 1);
    mail->state = JW_DELIVERY_SENT;
    assert_ok(jw_store_create_deliveries(store, all, 1, &create, &error), error);
    step.delivery_id = mail->id;
    assert_int_equal(change(store, &step, NULL), JW_CAS_LOST); /* a mail is not replayed */
}

/* What was none of the receiver's is no attempt. */
static void
returns_an_attempt(JwStore *store)
{
    g_autofree char *id = create_event(store, HOOK, 1, JW_DELIVERY_QUEUED);
    g_autoptr(JwDelivery) waits = NULL;
    const JwDeliveryChange claim = {
        .delivery_id = id, .transition = JW_DCHANGE_CLAIM, .now_ms = SC_NOW + 9, .owner = "me"
    };
    const JwDeliveryChange later = { .delivery_id = id,
                                     .transition = JW_DCHANGE_LATER,
                                     .now_ms = SC_NOW + 9,
                                     .token = 1,
                                     .returns_attempt = true };

    assert_int_equal(change(store, &claim, NULL), JW_CAS_WON);
    assert_int_equal(change(store, &later, &waits), JW_CAS_WON);
    assert_int_equal(waits->attempts, 0);
    assert_int_equal(waits->tries->len, 0);
}

const ScCase sc_webhook_cases[] = {
    { "keeps webhooks", keeps_webhooks },
    { "changes webhooks by version", changes_webhooks_by_version },
    { "notes how sending went", notes_how_sending_went },
    { "disables webhooks once", disables_webhooks_once },
    { "lists events of a webhook", lists_events_of_a_webhook },
    { "keeps each try and replays", keeps_each_try_and_replays },
    { "returns an attempt", returns_an_attempt },
    { 0 },
};
