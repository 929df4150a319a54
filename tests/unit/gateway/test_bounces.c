/* test_bounces.c: /api/v1alpha1/bounces: notifications as mail servers write them, and what becomes
 * of the deliveries that they are about. */
#include "gwkit.h"

#include <string.h>

#include "jw/store_deliveries.h"
#include "jw/store_suppressions.h"

#define PATH "/api/v1alpha1/bounces"
#define ID   "0f3b9a52-3a0e-5d2b-9a86-2b8c1a3f5f10" /* in the samples */

/* A sample about another delivery than that of its file. (transfer full) */
static char *
sample(const char *name, const char *id)
{
    g_autofree char *path = g_strconcat(JW_SOURCE_DIR "/tests/data/bounces/", name, ".eml", NULL);
    g_autofree char *text = NULL;

    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_auto(GStrv) pieces = g_strsplit(text, ID, -1);
    return g_strjoinv(id, pieces);
}

static Answer
post(GwKeyed *keyed, const char *key, const char *mail)
{
    g_autofree char *line = g_strconcat("X-API-Key: ", key != NULL ? key : keyed->key, NULL);
    const char *const headers[] = { line, "Content-Type: message/rfc822", NULL };

    return kit_ask(keyed->kit, NULL, "POST", PATH, mail, headers);
}

/* (transfer full): the id of a delivery in that state. */
static char *
delivery_to(GwKit *kit, const char *address, JwDeliveryState state, bool data_sent)
{
    g_autofree char *job = kit_make(kit, "alice");
    g_autoptr(JwDelivery) delivery = jw_delivery_new(job, address, GW_NOW);
    const JwDelivery *all[] = { delivery };
    g_autoptr(GError) error = NULL;
    JwCreate create = JW_CREATE_EXISTS;

    delivery->state = state;
    delivery->data_sent = data_sent;
    assert_ok(jw_store_create_deliveries(kit->gw.store, all, 1, &create, &error), error);
    return g_strdup(delivery->id);
}

static char *
delivery_in(GwKit *kit, JwDeliveryState state, bool data_sent)
{
    return delivery_to(kit, "nobody@example.net", state, data_sent);
}

static JwDelivery *
get(GwKit *kit, const char *id)
{
    g_autoptr(GError) error = NULL;
    JwDelivery *delivery = NULL;

    assert_ok(jw_store_get_delivery(kit->gw.store, id, &delivery, &error), error);
    return delivery;
}

/* Whether the address gets no mail any more. */
static bool
is_suppressed(GwKit *kit, const char *address, const char *id)
{
    g_autoptr(JwSuppression) found = NULL;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_is_suppressed(kit->gw.store, address, NULL, &found, &error), error);
    if (found != NULL) {
        assert_int_equal(found->reason, JW_SUPPRESSED_BOUNCED);
        assert_string_equal(found->delivery_id, id);
        assert_non_null(found->note);
    }
    return found != NULL;
}

/* Each server's bounces it, once, with one event; an address that is none gets no mail then. */
static void
test_bounced(void **state)
{
    GwKeyed *keyed = *state;
    static const struct {
        const char *name, *code;
        bool no_mailbox;
    } cases[] = {
        { "postfix", "5.1.1", true },         { "exim", "5.1.1", true },
        { "exim-plain", "5.1.1", true },      { "exchange", "5.1.10", true },
        { "gmail", "5.1.1", true },           { "envelope-only", "5.2.2", false },
        { "two-recipients", "5.7.1", false },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *address = g_strdup_printf("nobody-%zu@example.net", i);
        g_autofree char *id = delivery_to(keyed->kit, address, JW_DELIVERY_SENT, true);
        g_autofree char *mail = sample(cases[i].name, id);

        for (int time = 0; time < 2; time++) {
            g_auto(Answer) answer = post(keyed, NULL, mail);
            assert_int_equal(answer.status, 200);
            assert_string_equal(answer_text(&answer, "data.result"),
                                time == 0 ? "bounced" : "bounced_before");
            assert_string_equal(answer_text(&answer, "data.action"), "failed");
            assert_string_equal(answer_text(&answer, "data.delivery_id"), id);
            assert_string_equal(answer_text(&answer, "data.recipient"), address);
            assert_string_equal(answer_text(&answer, "data.status_code"), cases[i].code);
        }
        g_autoptr(JwDelivery) delivery = get(keyed->kit, id);
        assert_int_equal(delivery->state, JW_DELIVERY_BOUNCED);
        assert_string_equal(delivery->status_code, cases[i].code);
        assert_non_null(strstr(delivery->reply, cases[i].code));
        assert_int_equal(kit_events(delivery->outbox, JW_TYPE_DELIVERY_CHANGED), 1);
        const JwOutboxEntry *event = g_ptr_array_index(delivery->outbox, 0);
        g_autofree char *told = g_strdup_printf("\"statusCode\":\"%s\"", cases[i].code);
        assert_non_null(strstr(event->body, "\"state\":\"bounced\""));
        assert_non_null(strstr(event->body, told));
        assert_int_equal(is_suppressed(keyed->kit, address, id), cases[i].no_mailbox);
    }
}

static void
test_states(void **state)
{
    GwKeyed *keyed = *state;
    static const struct {
        JwDeliveryState before;
        bool data_sent;
        long status;
        const char *code; /* NULL: bounced */
    } cases[] = {
        { JW_DELIVERY_SENT, true, 200, NULL },
        { JW_DELIVERY_UNKNOWN, true, 200, NULL }, /* now somebody knows */
        { JW_DELIVERY_FAILED, true, 200, NULL },  /* it was given up in doubt */
        { JW_DELIVERY_QUEUED, true, 200, NULL },  /* to be sent once more */
        { JW_DELIVERY_SENDING, true, 503, "SERVICE_UNAVAILABLE" },
        { JW_DELIVERY_SENDING, false, 503, "SERVICE_UNAVAILABLE" },
        { JW_DELIVERY_QUEUED, false, 409, "DELIVERY_NOT_SENT" },
        { JW_DELIVERY_FAILED, false, 409, "DELIVERY_NOT_SENT" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *id = delivery_in(keyed->kit, cases[i].before, cases[i].data_sent);
        g_autofree char *mail = sample("postfix", id);
        g_auto(Answer) answer = post(keyed, NULL, mail);
        g_autoptr(JwDelivery) after = get(keyed->kit, id);

        assert_int_equal(answer.status, cases[i].status);
        if (cases[i].code != NULL) {
            assert_string_equal(answer_text(&answer, "detail.code"), cases[i].code);
            assert_int_equal(after->state, cases[i].before);
            assert_int_equal(answer_header(&answer, "retry-after") != NULL, cases[i].status == 503);
        } else {
            assert_int_equal(after->state, JW_DELIVERY_BOUNCED);
        }
    }
}

static void
test_nothing_to_do(void **state)
{
    GwKeyed *keyed = *state;
    static const char *const names[] = { "postfix-delayed", "postfix-delivered" };
    static const char *const actions[] = { "delayed", "delivered" };

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *id = delivery_in(keyed->kit, JW_DELIVERY_SENT, true);
        g_autofree char *mail = sample(names[i], id);
        g_auto(Answer) answer = post(keyed, NULL, mail);
        g_autoptr(JwDelivery) after = get(keyed->kit, id);

        assert_int_equal(answer.status, 200);
        assert_string_equal(answer_text(&answer, "data.result"), "nothing_to_do");
        assert_string_equal(answer_text(&answer, "data.action"), actions[i]);
        assert_int_equal(after->state, JW_DELIVERY_SENT);
    }
}

static void
test_refused(void **state)
{
    GwKeyed *keyed = *state;
    g_autofree char *unknown = sample("gmail", "11111111-2222-5333-8444-555555555555");
    g_autofree char *foreign = sample("exim", "CAF=1");
    g_autofree char *vacation = sample("vacation", ID);
    g_autofree char *admin = kit_make_key(keyed->kit, JW_API_KEY_ADMIN, 0);
    g_autofree char *bounces = kit_make_key(keyed->kit, JW_API_KEY_BOUNCES, 0);
    g_autofree char *monitor = kit_make_key(keyed->kit, JW_API_KEY_MONITOR, 0);
    const struct {
        const char *key, *mail;
        long status;
        const char *code, *says;
    } cases[] = {
        { admin, unknown, 404, "DELIVERY_NOT_FOUND",
          "*<11111111-2222-5333-8444-555555555555@jobwire.local>*somebody else's*" },
        { bounces, foreign, 404, "DELIVERY_NOT_FOUND", "*<CAF=1@jobwire.local>*" },
        { bounces, vacation, 400, "NOT_A_NOTIFICATION", "*no delivery status notification*" },
        { bounces, "", 400, "NOT_A_NOTIFICATION", "*no headers*" },
        { monitor, unknown, 403, "FORBIDDEN", "*role bounces, or admin" },
        { "x", unknown, 401, "UNAUTHORIZED", "*" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Answer) answer = post(keyed, cases[i].key, cases[i].mail);
        assert_int_equal(answer.status, cases[i].status);
        assert_string_equal(answer_text(&answer, "detail.code"), cases[i].code);
        assert_true(g_pattern_match_simple(cases[i].says, answer_text(&answer, "detail.message")));
    }
    g_auto(Answer) json = kit_ask_with_key(keyed->kit, bounces, "POST", PATH, "{}");
    assert_int_equal(json.status, 415);
    assert_string_equal(answer_header(&json, "accept"), "message/rfc822");
    /* and nothing else */
    g_auto(Answer) other = kit_ask_with_key(keyed->kit, bounces, "GET", "/api/v1alpha1/jobs", NULL);
    assert_int_equal(other.status, 403);
}

/* Each call of the store fails, done or not: told again it is bounced, once. */
static void
test_faults(void **state)
{
    GwKeyed *keyed = *state;

    for (size_t f = 0; f < kit_n_faults; f++) {
        bool met = true;

        for (int n = 1; met; n++) {
            g_autofree char *id = delivery_in(keyed->kit, JW_DELIVERY_SENT, true);
            g_autofree char *mail = sample("postfix", id);

            kit_fault_at(keyed->kit->ports, n, kit_faults[f]);
            g_auto(Answer) hurt = post(keyed, NULL, mail);
            met = kit_fault_met(keyed->kit->ports);
            assert_true(met || hurt.status == 200);
            g_auto(Answer) again = post(keyed, NULL, mail);
            assert_int_equal(again.status, 200);
            g_autoptr(JwDelivery) after = get(keyed->kit, id);
            assert_int_equal(after->state, JW_DELIVERY_BOUNCED);
            assert_int_equal(kit_events(after->outbox, JW_TYPE_DELIVERY_CHANGED), 1);
        }
    }
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_keyed_setup, kit_keyed_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_bounced), TEST(test_states), TEST(test_nothing_to_do),
        TEST(test_refused), TEST(test_faults),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
