/* store_conformance_more.c: deliveries with their whole table. */
#include "store_conformance.h"
#include "db/db.h"
#include "jw/text.h"
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
    delivery->data_sent = dot;
    delivery->resends = resends;
    delivery->not_before_ms = SC_NOW;
    delivery->owner = g_strdup("ntf-0");
    delivery->reply = g_strdup("250 OK");
    delivery->status_code = g_strdup("5.0.0");
    delivery->kind = JW_DELIVERY_FAILURE;
    delivery->failure = 2;
    delivery->round = 3;
    delivery->in_doubt = JW_IN_DOUBT_AT_MOST_ONCE;
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
    assert_int_equal(create, JW_CREATE_NEW);
}

static void
assert_same_delivery(const JwDelivery *a, const JwDelivery *b)
{
    sc_assert_text(a->id, b->id);
    sc_assert_text(a->job_id, b->job_id);
    assert_int_equal(a->channel, b->channel);
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->failure, b->failure);
    assert_int_equal(a->round, b->round);
    assert_int_equal(a->in_doubt, b->in_doubt);
    sc_assert_text(a->subject, b->subject);
    sc_assert_text(a->text, b->text);
    sc_assert_text(a->html, b->html);
    sc_assert_text(a->event, b->event);
    sc_assert_text(a->recipient, b->recipient);
    sc_assert_text(a->message_id, b->message_id);
    assert_int_equal(a->state, b->state);
    assert_int_equal(a->token, b->token);
    assert_int_equal(a->attempts, b->attempts);
    assert_int_equal(a->resends, b->resends);
    assert_int_equal(a->data_sent, b->data_sent);
    assert_int_equal(a->maybe_duplicate, b->maybe_duplicate);
    sc_assert_text(a->owner, b->owner);
    assert_int_equal(a->not_before_ms, b->not_before_ms);
    assert_int_equal(a->created_at_ms, b->created_at_ms);
    assert_int_equal(a->updated_at_ms, b->updated_at_ms);
    assert_int_equal(a->sent_at_ms, b->sent_at_ms);
    assert_int_equal(a->finished_at_ms, b->finished_at_ms);
    sc_assert_text(a->reply, b->reply);
    sc_assert_text(a->status_code, b->status_code);
    assert_int_equal(a->link_revoked_at_ms, b->link_revoked_at_ms);
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
    g_free(delivery->status_code);
    delivery->status_code = g_strdup(change->status_code);
    if ((rule->flags & JW_DRULE_SETS_DATA_SENT) != 0) {
        delivery->data_sent = true;
    }
    if ((rule->flags & JW_DRULE_CLEARS_DATA_SENT) != 0) {
        delivery->data_sent = false;
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
                                      .status_code = "4.7.1",
                                      .events = events,
                                      .n_events = 1 };
    const bool wins =
        (rule->from & (1u << delivery->state)) != 0
        && ((rule->flags & JW_DRULE_FENCED) == 0 || token == delivery->token)
        && ((rule->flags & JW_DRULE_WHEN_DUE) == 0 || now_ms >= delivery->not_before_ms)
        && ((rule->flags & JW_DRULE_WANTS_DATA_SENT) == 0 || delivery->data_sent)
        && ((rule->flags & JW_DRULE_WANTS_DATA_UNSENT) == 0 || !delivery->data_sent)
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

/* The state and all else stay. */
static void
revokes_a_link(JwStore *store, const char *id)
{
    g_autoptr(JwDelivery) before = NULL;
    g_autoptr(JwDelivery) after = NULL;
    g_autoptr(GError) error = NULL;
    JwCas cas = JW_CAS_LOST;

    assert_ok(jw_store_get_delivery(store, id, &before, &error), error);
    assert_int_equal(before->link_revoked_at_ms, 0);
    assert_ok(jw_store_revoke_link(store, id, SC_NOW + 7, &cas, &error), error);
    assert_int_equal(cas, JW_CAS_WON);
    assert_ok(jw_store_get_delivery(store, id, &after, &error), error);
    assert_int_equal(after->link_revoked_at_ms, SC_NOW + 7);
    before->link_revoked_at_ms = SC_NOW + 7;
    assert_same_delivery(before, after);
    assert_ok(jw_store_revoke_link(store, "nobody", SC_NOW, &cas, &error), error);
    assert_int_equal(cas, JW_CAS_LOST);
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
    assert_int_equal(creates[0], JW_CREATE_NEW);
    assert_int_equal(creates[1], JW_CREATE_EXISTS);
    assert_int_equal(creates[2], JW_CREATE_NEW);

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
    revokes_a_link(store, deliveries[1]->id);
    for (size_t i = 0; i < 3; i++) {
        jw_delivery_free(deliveries[i]);
    }
}

/* What it says, and how, is kept to the byte. */
static void
keeps_each_kind_of_delivery(JwStore *store)
{
    for (int kind = 0; kind < JW_DELIVERY_N_KINDS; kind++) {
        g_autoptr(JwDelivery) delivery = new_delivery(JW_DELIVERY_QUEUED, false, 0);

        delivery->kind = (JwDeliveryKind)kind;
        if (kind == JW_DELIVERY_MESSAGE) {
            delivery->subject = g_strdup("Gr\xc3\xbc\xc3\x9f"
                                         "e");
            delivery->text = g_strdup(".\r\n\ttext\n");
            delivery->html = g_strdup("<p>$set</p>");
        } else if (kind == JW_DELIVERY_EVENT) {
            delivery->channel = JW_CHANNEL_WEBHOOK;
            delivery->event = g_strdup("{\"type\":\"report.sent\"}");
        }
        create_delivery(store, delivery);
        g_autoptr(JwDelivery) read = get_delivery(store, delivery->id);
        assert_same_delivery(delivery, read);
    }
}

static const char *const cased_values[] = {
    "Hauptstra\xc3\x9f"
    "e",                        /* a: Hauptstraße */
    "HAUPTSTRASSE",             /* b */
    "Ma\xc3\x9f",               /* c: Maß */
    "\xc4\xb0stanbul",          /* d: İstanbul */
    "\xc4\xb1sparta",           /* e: ısparta */
    "\xce\xa3\xce\x99\xce\xa3", /* f: ΣΙΣ */
    "\xcf\x83\xce\xb9\xcf\x82", /* g: σις */
    "\xe1\xba\x9e",             /* h: ẞ */
    "273 \xe2\x84\xaa",         /* i: 273 K */
    "s",                        /* j */
    "Messstra\xc3\x9f"
    "e",        /* k: Messstraße */
    "\xc7\x85", /* l: ǅ */
};
static const struct {
    const char *text, *ids;
} cased[] = {
    { "strasse", "abk" },
    { "STRA\xc3\x9f"
      "E",
      "abk" },
    { "as", "abck" },
    { "se", "abk" },
    { "\xc4\xb0S", "de" },
    { "is", "de" },
    { "\xcf\x82", "fg" },
    { "k", "i" },
    { "ss", "abchk" },
    { "sss", "k" },
    { "ssss", "" },
    { "s", "abcdehjk" },
    { "messs", "k" },
    { "\xc7\x84", "l" },
};

static bool
note_text_id(const JwValue *row, gpointer data, GError **error)
{
    (void)error;
    g_string_append_len(data, row[0].text, (gssize)row[0].length);
    return true;
}

static void
insert_cased(JwStore *store)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cased_values); i++) {
        g_autoptr(GError) error = NULL;
        JwCreate create = JW_CREATE_EXISTS;
        const char id[] = { (char)('a' + i), '\0' };
        bson_t *one = BCON_NEW("_id", BCON_UTF8(id), "at", BCON_DATE_TIME((int64_t)i), "v",
                               BCON_UTF8(cased_values[i]));
        assert_ok(jw_db_insert_one(store, "calls", one, &create, &error), error);
    }
}

/* What a filter finds is what jw_text_fold() makes alike, as in conditions of measures. */
static void
finds_texts_without_case(JwStore *store)
{
    const char *const fields[] = { "_id", NULL };

    insert_cased(store);
    for (size_t i = 0; i < G_N_ELEMENTS(cased); i++) {
        const JwRecordFilter filter = { .field = "v", .contains = cased[i].text };
        const JwRecordScan scan = { .collection = "calls",
                                    .date_field = "at",
                                    .ordered = true,
                                    .fields = fields,
                                    .filters = &filter,
                                    .n_filters = 1 };
        g_autoptr(GString) found = g_string_new(NULL), right = g_string_new(NULL);
        g_autoptr(GError) error = NULL;
        g_autofree char *needle = jw_text_fold(cased[i].text, -1);

        assert_ok(jw_store_scan_records(store, &scan, note_text_id, found, &error), error);
        for (size_t k = 0; k < G_N_ELEMENTS(cased_values); k++) {
            g_autofree char *folded = jw_text_fold(cased_values[k], -1);
            g_string_append(right,
                            strstr(folded, needle) != NULL ? (char[]){ (char)('a' + k), 0 } : "");
        }
        assert_string_equal(right->str, cased[i].ids);
        assert_string_equal(found->str, right->str);
    }
}

const ScCase sc_delivery_cases[] = {
    { "finds_texts_without_case", finds_texts_without_case },
    { "every_delivery_meets_every_change", every_delivery_meets_every_change },
    { "creates_and_lists_deliveries", creates_and_lists_deliveries },
    { "keeps_each_kind_of_delivery", keeps_each_kind_of_delivery },
    { NULL, NULL },
};
