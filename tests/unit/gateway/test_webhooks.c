/* test_webhooks.c: the API of webhooks. */
#include "gwkit.h"

#include "jw/jobs_deliveries.h"
#include "jw/store_webhooks.h"
#include "jw/webhook_secret.h"

#include <string.h>

#define ROOT "/report/webhooks"
#define BODY "{\"url\":\"https://example.com/hooks\",\"events\":[\"report.sent\"]}"

static void
assert_refused(const Answer *answer, long status, const char *code, const char *message)
{
    assert_int_equal(answer->status, status);
    assert_string_equal(answer_text(answer, "code"), code);
    if (!g_pattern_match_simple(message, answer_text(answer, "message"))) {
        fail_msg("%s", answer_text(answer, "message"));
    }
    assert_non_null(answer_text(answer, "timestamp"));
    assert_non_null(answer_at(answer, "details"));
}

/* (transfer full): its id */
static char *
make(GwKit *kit, const char *who, const char *body)
{
    g_auto(Answer) made = kit_post(kit, who, ROOT, body);

    assert_int_equal(made.status, 201);
    return g_strdup(answer_text(&made, "id"));
}

static char *
path_of(const char *id, const char *below)
{
    return g_strconcat(ROOT "/", id, below, NULL);
}

static JwWebhook *
stored(GwKit *kit, const char *id)
{
    JwWebhook *webhook = NULL;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_get_webhook(kit->gw.store, id, &webhook, &error), error);
    return webhook;
}

static void
test_made(void **state)
{
    GwKit *kit = *state;
    g_auto(Answer) made = kit_post(
        kit, "admin", ROOT,
        "{\"url\":\"https://example.com/hooks\",\"events\":[\"report.sent\",\"email.bounced\"],"
        "\"description\":\"CRM\",\"reportTypes\":[\"call-records\"]}");

    assert_int_equal(made.status, 201);
    const char *id = answer_text(&made, "id");
    g_autofree char *path = path_of(id, "");
    assert_string_equal(answer_header(&made, "location"), path);
    assert_non_null(strstr(answer_header(&made, "cache-control"), "no-store"));
    assert_string_equal(answer_text(&made, "events.1"), "email.bounced");
    assert_string_equal(answer_text(&made, "reportTypes.0"), "call-records");
    assert_string_equal(answer_text(&made, "owner.id"), "admin");
    assert_true(json_is_true(answer_at(&made, "enabled")));
    const char *secret = answer_text(&made, "secret");
    assert_true(g_str_has_prefix(secret, "whsec_"));
    g_auto(Answer) got = kit_get(kit, "admin", path);
    assert_int_equal(got.status, 200);
    assert_null(answer_at(&got, "secret"));
    assert_string_equal(answer_text(&got, "description"), "CRM");
    g_auto(Answer) list = kit_get(kit, "admin", ROOT);
    assert_string_equal(answer_text(&list, "webhooks.0.id"), id);
    assert_null(answer_at(&list, "webhooks.0.secret"));
    assert_null(answer_at(&list, "webhooks.1"));
    /* the database has it encrypted */
    g_autoptr(JwWebhook) webhook = stored(kit, id);
    const JwWebhookSecret *kept = g_ptr_array_index(webhook->secrets, 0);
    g_autoptr(GError) error = NULL;
    g_autofree char *opened =
        jw_webhook_secret_open(kit->gw.webhook_keys, id, kept->sealed, &error);
    assert_string_equal(opened, secret);
    assert_null(strstr(kept->sealed, secret + strlen("whsec_")));
    assert_string_equal(webhook->owner.email, "admin@example.com");
}

static void
test_refused(void **state)
{
    static const struct {
        const char *body, *message;
    } cases[] = {
        { "{", "the body is *" },
        { "[]", "*must be*object*" },
        { "{}", "the request has 2 violations*" },
        { "{\"url\":\"https://a.example/\",\"events\":[]}", "/events: *" },
        { "{\"url\":\"https://a.example/\",\"events\":\"report.sent\"}", "/events: *" },
        { "{\"url\":\"https://a.example/\",\"events\":[\"report.send\"]}",
          "/events/0: 'report.send' is no event; did you mean 'report.sent'?" },
        { "{\"url\":\"https://a.example/\",\"events\":[\"webhook.test\"]}",
          "/events/0: 'webhook.test' is no event; there are report.generated, report.sent, "
          "report.failed, email.bounced" },
        { "{\"url\":\"https://a.example/\",\"events\":[\"report.sent\",\"report.sent\"]}",
          "/events/1: *" },
        { "{\"url\":\"https://a.example/\",\"events\":[\"report.sent\"],\"reportTypes\":[\"call-"
          "record\"]}",
          "/reportTypes/0: 'call-record' is no report type; did you mean 'call-records'?" },
        { "{\"url\":\"https://a.example/\",\"events\":[\"report.sent\"],\"enabled\":true}",
          "/enabled: *" },
        { "{\"url\":\"https://a.example/\",\"events\":[\"report.sent\"],\"decription\":\"x\"}",
          "/decription: *did you mean 'description'*" },
        { "{\"url\":\"http://a.example/\",\"events\":[\"report.sent\"]}",
          "/url: must begin with https*" },
        { "{\"url\":\"https://u:p@a.example/\",\"events\":[\"report.sent\"]}", "/url: *password*" },
        { "{\"url\":\"https://a.example/#x\",\"events\":[\"report.sent\"]}", "/url: *fragment*" },
        { "{\"url\":\"https://2130706433/\",\"events\":[\"report.sent\"]}",
          "/url: leads to 2130706433, a loopback address*" },
        { "{\"url\":\"https://[::ffff:10.0.0.1]/\",\"events\":[\"report.sent\"]}",
          "/url: *private*" },
    };
    GwKit *kit = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Answer) answer = kit_post(kit, "admin", ROOT, cases[i].body);
        assert_refused(&answer, 400, "ValidationError", cases[i].message);
    }
    g_auto(Answer) list = kit_get(kit, "admin", ROOT);
    assert_null(answer_at(&list, "webhooks.0"));
}

static void
test_for_admins(void **state)
{
    GwKit *kit = *state;
    g_auto(Answer) nobody = kit_post(kit, NULL, ROOT, BODY);
    g_auto(Answer) alice = kit_post(kit, "alice", ROOT, BODY);

    assert_int_equal(nobody.status, 401);
    assert_string_equal(answer_header(&nobody, "content-type"), "application/problem+json");
    assert_string_equal(answer_text(&nobody, "title"), "Unauthorized");
    assert_int_equal(alice.status, 403);
    assert_string_equal(answer_header(&alice, "content-type"), "application/problem+json");
    assert_int_equal(answer_int(&alice, "status"), 403);
}

/* Of an admin of some departments: their own, and of no others. */
static void
test_departments(void **state)
{
    GwKit *kit = *state;
    g_autofree char *of_adam = make(kit, "adam", BODY);
    g_autofree char *of_all = make(kit, "admin", BODY);
    g_autofree char *adams = path_of(of_adam, "");
    g_autofree char *alls = path_of(of_all, "");

    g_auto(Answer) own = kit_get(kit, "adam", adams);
    assert_string_equal(answer_text(&own, "departments.0"), "d1");
    g_auto(Answer) stranger = kit_get(kit, "adam", alls);
    assert_refused(&stranger, 404, "WebhookNotFound", "Webhook * not found");
    g_auto(Answer) list = kit_get(kit, "adam", ROOT);
    assert_string_equal(answer_text(&list, "webhooks.0.id"), of_adam);
    assert_null(answer_at(&list, "webhooks.1"));
    g_auto(Answer) all = kit_get(kit, "admin", ROOT);
    assert_non_null(answer_at(&all, "webhooks.1"));
    g_auto(Answer) none = kit_post(kit, "lone admin", ROOT, BODY);
    assert_refused(&none, 400, "ValidationError", "*your token names no department*");
}

static void
test_replayed_with_its_key(void **state)
{
    GwKit *kit = *state;
    static const char *const key[] = { "Idempotency-Key: k", NULL };
    static const char other[] = "{\"url\":\"https://b.example/\",\"events\":[\"report.sent\"]}";
    g_auto(Answer) one = kit_ask(kit, "admin", "POST", ROOT, BODY, key);
    g_auto(Answer) two = kit_ask(kit, "admin", "POST", ROOT, BODY, key);
    g_auto(Answer) clash = kit_ask(kit, "admin", "POST", ROOT, other, key);

    assert_int_equal(two.status, 201);
    assert_string_equal(answer_header(&two, "idempotent-replayed"), "true");
    assert_string_equal(answer_text(&one, "id"), answer_text(&two, "id"));
    assert_string_equal(answer_text(&one, "secret"), answer_text(&two, "secret"));
    assert_refused(&clash, 422, "IdempotencyKeyReused", "*");
}

static void
test_missing(void **state)
{
    GwKit *kit = *state;
    static const char *const ids[] = { "019480a4-5f00-7000-8000-00000000000a", "1", "a b" };

    for (size_t i = 0; i < G_N_ELEMENTS(ids); i++) {
        g_autofree char *path = g_uri_escape_string(ids[i], "%", FALSE);
        g_autofree char *one = path_of(path, "");
        g_autofree char *test = path_of(path, "/test");
        g_auto(Answer) got = kit_get(kit, "admin", one);
        g_auto(Answer) tested = kit_post(kit, "admin", test, "{}");
        g_auto(Answer) gone = kit_ask(kit, "admin", "DELETE", one, NULL, NULL);

        assert_refused(&got, 404, "WebhookNotFound", "Webhook * not found");
        assert_refused(&tested, 404, "WebhookNotFound", "*");
        assert_refused(&gone, 404, "WebhookNotFound", "*");
    }
}

static Answer
patch(GwKit *kit, const char *id, const char *body)
{
    g_autofree char *path = path_of(id, "");

    return kit_ask(kit, "admin", "PATCH", path, body, NULL);
}

static void
test_patched(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = make(
        kit, "admin",
        "{\"url\":\"https://example.com/hooks\",\"events\":[\"report.sent\"],\"description\":\"a\","
        "\"reportTypes\":[\"call-records\"]}");
    g_auto(Answer) moved = patch(
        kit, id, "{\"url\":\"https://b.example/\",\"description\":null,\"reportTypes\":null}");

    assert_int_equal(moved.status, 200);
    assert_string_equal(answer_text(&moved, "url"), "https://b.example/");
    assert_null(answer_at(&moved, "description"));
    assert_null(answer_at(&moved, "reportTypes"));
    assert_string_equal(answer_text(&moved, "events.0"), "report.sent");
    assert_string_equal(answer_text(&moved, "updatedBy"), "admin");
    static const struct {
        const char *body, *message;
    } wrong[] = {
        { "{\"url\":null}", "/url: *" },
        { "{\"events\":[]}", "/events: *" },
        { "{\"enabled\":\"yes\"}", "/enabled: *" },
        { "{\"enable\":true}", "/enable: *did you mean 'enabled'*" },
        { "{\"enable\":null}", "/enable: *" },
        { "{\"url\":\"https://10.0.0.1/\"}", "/url: *private*" },
        { "[]", "*object*" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_auto(Answer) answer = patch(kit, id, wrong[i].body);
        assert_refused(&answer, 400, "ValidationError", wrong[i].message);
    }
    g_auto(Answer) off = patch(kit, id, "{\"enabled\":false}");
    assert_true(json_is_false(answer_at(&off, "enabled")));
    assert_string_equal(answer_text(&off, "disabledReason"), "disabled by admin");
    assert_non_null(answer_at(&off, "disabledAt"));
    g_auto(Answer) on = patch(kit, id, "{\"enabled\":true}");
    assert_true(json_is_true(answer_at(&on, "enabled")));
    assert_null(answer_at(&on, "disabledReason"));
    assert_null(answer_at(&on, "missed"));
}

static Answer
rotate(GwKit *kit, const char *id, const char *body)
{
    g_autofree char *path = path_of(id, "/secret/rotate");

    return kit_post(kit, "admin", path, body);
}

static void
test_rotated(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = make(kit, "admin", BODY);
    g_auto(Answer) first = rotate(kit, id, "{}");

    assert_int_equal(first.status, 200);
    assert_true(g_str_has_prefix(answer_text(&first, "secret"), "whsec_"));
    assert_null(answer_at(&first, "secrets.0.validUntil"));
    assert_string_equal(answer_text(&first, "secrets.1.validUntil"), "2026-01-14T02:00:15Z");
    g_auto(Answer) second = rotate(kit, id, "{\"oldValidFor\":\"1h\"}");
    assert_string_equal(answer_text(&second, "secrets.1.validUntil"), "2026-01-13T03:00:15Z");
    assert_string_equal(answer_text(&second, "secrets.2.validUntil"), "2026-01-14T02:00:15Z");
    assert_string_not_equal(answer_text(&first, "secret"), answer_text(&second, "secret"));
    g_auto(Answer) third = rotate(kit, id, "{}");
    assert_int_equal(third.status, 200);
    g_auto(Answer) fourth = rotate(kit, id, "{}");
    assert_refused(&fourth, 409, "TooManySecrets", "4 secrets sign for this webhook already*");
    tk_clock_advance(&kit->ports->clock.fake, 2 * HOUR); /* one has ended */
    g_auto(Answer) fifth = rotate(kit, id, "{}");
    assert_int_equal(fifth.status, 200);
    g_auto(Answer) leaked = rotate(kit, id, "{\"oldValidFor\":\"0\"}");
    assert_int_equal(leaked.status, 200);
    assert_null(answer_at(&leaked, "secrets.1"));
    static const char *const wrong[] = { "{\"oldValidFor\":\"31d\"}", "{\"oldValidFor\":\"soon\"}",
                                         "{\"oldValidFor\":24}", "{\"old\":\"24h\"}" };
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_auto(Answer) answer = rotate(kit, id, wrong[i]);
        assert_refused(&answer, 400, "ValidationError", "/old*");
    }
}

static void
test_deleted(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = make(kit, "admin", BODY);
    g_autofree char *path = path_of(id, "");
    g_auto(Answer) deleted = kit_ask(kit, "admin", "DELETE", path, NULL, NULL);

    assert_int_equal(deleted.status, 204);
    g_auto(Answer) again = kit_ask(kit, "admin", "DELETE", path, NULL, NULL);
    assert_refused(&again, 404, "WebhookNotFound", "*");
}

static void
test_off(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = make(kit, "admin", BODY);
    JwKeyring *keys = g_steal_pointer(&kit->gw.webhook_keys);
    g_auto(Answer) made = kit_post(kit, "admin", ROOT, BODY);
    g_auto(Answer) rotated = rotate(kit, id, "{}");
    g_auto(Answer) list = kit_get(kit, "admin", ROOT);

    kit->gw.webhook_keys = keys;
    assert_refused(&made, 409, "WebhooksOff", "webhooks are off here*JW_WEBHOOK_KEYS*");
    assert_refused(&rotated, 409, "WebhooksOff", "*");
    assert_int_equal(list.status, 200);
}

static void
test_too_many(void **state)
{
    GwKit *kit = *state;

    for (int i = 0; i < 100; i++) {
        g_autofree char *id G_GNUC_UNUSED = make(kit, "admin", BODY);
    }
    g_auto(Answer) more = kit_post(kit, "admin", ROOT, BODY);
    assert_refused(&more, 409, "TooManyWebhooks", "there are 100 webhooks already*");
}

/* An event of the webhook, in @state, made @ago_ms ago. */
static void
create_event(GwKit *kit, const char *id, const char *event_id, JwDeliveryState state,
             int64_t ago_ms)
{
    g_autoptr(JwDelivery) delivery = jw_delivery_new_event(
        "019480a4-5f00-7000-8000-000000000001", event_id, id,
        "{\"type\":\"report.sent\",\"timestamp\":\"2026-01-13T02:00:15Z\",\"data\":{}}",
        GW_NOW - ago_ms);
    JwDeliveryTry *tried = g_new0(JwDeliveryTry, 1);
    const JwDelivery *all[] = { delivery };
    JwCreate create = JW_CREATE_EXISTS;
    g_autoptr(GError) error = NULL;

    tried->at_ms = GW_NOW - ago_ms;
    tried->duration_ms = 12;
    tried->status = 500;
    tried->answer = g_strdup("no");
    tried->why = g_strdup("HTTP 500");
    g_ptr_array_add(delivery->tries, tried);
    delivery->state = state;
    delivery->reply = g_strdup("HTTP 500");
    delivery->finished_at_ms = state == JW_DELIVERY_QUEUED ? 0 : GW_NOW - ago_ms;
    assert_ok(jw_store_create_deliveries(kit->gw.store, all, 1, &create, &error), error);
}

#define EVENT(n) "6d6b9f2c-77b1-5a0e-9a55-0c6f7b3f2a1" n

static void
test_deliveries(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = make(kit, "admin", BODY);
    g_autofree char *path = path_of(id, "/deliveries");
    g_autofree char *two = g_strconcat(path, "?limit=2", NULL);
    g_autofree char *failed = g_strconcat(path, "?status=failed", NULL);

    create_event(kit, id, EVENT("1"), JW_DELIVERY_FAILED, 3000);
    create_event(kit, id, EVENT("2"), JW_DELIVERY_SENT, 2000);
    create_event(kit, id, EVENT("3"), JW_DELIVERY_QUEUED, 1000);
    g_auto(Answer) all = kit_get(kit, "admin", path);
    assert_int_equal(all.status, 200);
    assert_string_equal(answer_text(&all, "deliveries.0.id"), EVENT("3"));
    assert_string_equal(answer_text(&all, "deliveries.0.status"), "queued");
    assert_non_null(answer_at(&all, "deliveries.0.nextAttemptAt"));
    assert_string_equal(answer_text(&all, "deliveries.2.type"), "report.sent");
    assert_string_equal(answer_text(&all, "deliveries.2.reason"), "HTTP 500");
    assert_int_equal(answer_int(&all, "deliveries.2.attempts.0.responseCode"), 500);
    assert_int_equal(answer_int(&all, "deliveries.2.attempts.0.durationMs"), 12);
    assert_string_equal(answer_text(&all, "deliveries.2.attempts.0.answer"), "no");
    assert_string_equal(answer_text(&all, "deliveries.2.payload.timestamp"),
                        "2026-01-13T02:00:15Z");
    assert_null(answer_at(&all, "nextBefore"));
    g_auto(Answer) page = kit_get(kit, "admin", two);
    assert_null(answer_at(&page, "deliveries.2"));
    g_autofree char *rest = g_strconcat(path, "?before=", answer_text(&page, "nextBefore"), NULL);
    g_auto(Answer) last = kit_get(kit, "admin", rest);
    assert_string_equal(answer_text(&last, "deliveries.0.id"), EVENT("1"));
    assert_null(answer_at(&last, "deliveries.1"));
    g_auto(Answer) only = kit_get(kit, "admin", failed);
    assert_string_equal(answer_text(&only, "deliveries.0.id"), EVENT("1"));
    assert_null(answer_at(&only, "deliveries.1"));
    static const char *const wrong[] = { "?limit=0",    "?limit=101",   "?before=x",
                                         "?before=1.x", "?status=lost", "?page=2" };
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autofree char *bad = g_strconcat(path, wrong[i], NULL);
        g_auto(Answer) answer = kit_get(kit, "admin", bad);
        assert_refused(&answer, 400, "ValidationError", "?*");
    }
}

static void
test_replayed(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = make(kit, "admin", BODY);
    g_autofree char *one = path_of(id, "/deliveries/" EVENT("1") "/replay");
    g_autofree char *none = path_of(id, "/deliveries/" EVENT("9") "/replay");
    g_autofree char *odd = path_of(id, "/deliveries/7/replay");

    create_event(kit, id, EVENT("1"), JW_DELIVERY_FAILED, 3000);
    g_auto(Answer) replayed = kit_post(kit, "admin", one, NULL);
    assert_int_equal(replayed.status, 202);
    assert_string_equal(answer_text(&replayed, "status"), "queued");
    assert_string_equal(answer_text(&replayed, "reason"), "replayed");
    g_auto(Answer) again = kit_post(kit, "admin", one, NULL);
    assert_refused(&again, 409, "DeliveryPending", "*");
    g_auto(Answer) missing = kit_post(kit, "admin", none, NULL);
    assert_refused(&missing, 404, "DeliveryNotFound", "*");
    g_auto(Answer) no_id = kit_post(kit, "admin", odd, NULL);
    assert_refused(&no_id, 404, "DeliveryNotFound", "*");
}

/* One that was disabled is enabled again, and told what it missed. */
static void
test_missed_and_replayed(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = make(kit, "admin", BODY);
    g_autofree char *replay = path_of(id, "/replay");
    g_autofree char *one = path_of(id, "/deliveries/" EVENT("1") "/replay");
    g_autoptr(GError) error = NULL;
    JwCas cas = JW_CAS_LOST;

    create_event(kit, id, EVENT("1"), JW_DELIVERY_FAILED, 3 * HOUR);
    create_event(kit, id, EVENT("2"), JW_DELIVERY_FAILED, 2 * HOUR);
    create_event(kit, id, EVENT("3"), JW_DELIVERY_FAILED, HOUR);
    create_event(kit, id, EVENT("4"), JW_DELIVERY_SENT, HOUR);
    assert_ok(jw_store_note_webhook(kit->gw.store, id, "HTTP 500", GW_NOW - 2 * HOUR, &error),
              error);
    assert_ok(jw_store_disable_webhook(kit->gw.store, id, "it failed", 0, GW_NOW, &cas, &error),
              error);
    g_auto(Answer) early = kit_post(kit, "admin", replay, "{}");
    assert_refused(&early, 409, "WebhookDisabled", "*enable it first*");
    g_auto(Answer) early_one = kit_post(kit, "admin", one, "{}");
    assert_refused(&early_one, 409, "WebhookDisabled", "*");
    g_auto(Answer) enabled = patch(kit, id, "{\"enabled\":true}");
    assert_int_equal(answer_int(&enabled, "missed.count"), 2);
    assert_string_equal(answer_text(&enabled, "missed.since"), "2026-01-13T00:00:15Z");
    assert_string_equal(answer_text(&enabled, "missed.replayUrl"), replay);
    assert_null(answer_at(&enabled, "failingSince"));
    g_auto(Answer) replayed =
        kit_post(kit, "admin", replay, "{\"since\":\"2026-01-13T00:00:15Z\"}");
    assert_int_equal(replayed.status, 202);
    assert_int_equal(answer_int(&replayed, "replayed"), 2);
    assert_true(json_is_false(answer_at(&replayed, "more")));
    g_auto(Answer) rest = kit_post(kit, "admin", replay, NULL);
    assert_int_equal(answer_int(&rest, "replayed"), 1);
    g_auto(Answer) wrong = kit_post(kit, "admin", replay, "{\"since\":\"yesterday\"}");
    assert_refused(&wrong, 400, "ValidationError", "/since: *");
}

static void
test_tested(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = make(kit, "admin", BODY);
    g_autofree char *path = path_of(id, "/test");
    g_autofree char *log = path_of(id, "/deliveries");
    g_auto(Answer) off G_GNUC_UNUSED = patch(kit, id, "{\"enabled\":false}");
    g_auto(Answer) tested = kit_post(kit, "admin", path, "{}");

    assert_int_equal(tested.status, 202);
    assert_string_equal(answer_text(&tested, "type"), "webhook.test");
    assert_string_equal(answer_text(&tested, "payload.data.webhookId"), id);
    g_auto(Answer) list = kit_get(kit, "admin", log);
    assert_string_equal(answer_text(&list, "deliveries.0.id"), answer_text(&tested, "id"));
    g_auto(Answer) more = kit_post(kit, "admin", path, "{\"event\":\"report.sent\"}");
    assert_refused(&more, 400, "ValidationError", "/event: *");
}

/* Whatever call of the store fails: what is answered holds. */
static void
test_every_call_fails(void **state G_GNUC_UNUSED)
{
    static const char *const key[] = { "Idempotency-Key: k", NULL };

    for (size_t f = 0; f < kit_n_faults; f++) {
        bool reached = true;

        for (int n = 1; reached && n < 20; n++) {
            GwKit *kit = kit_new();

            kit_fault_at(kit->ports, n, kit_faults[f]);
            g_auto(Answer) one = kit_ask(kit, "admin", "POST", ROOT, BODY, key);
            reached = kit_fault_met(kit->ports);
            g_auto(Answer) again = kit_ask(kit, "admin", "POST", ROOT, BODY, key);
            assert_int_equal(again.status, 201);
            if (one.status == 201) {
                assert_string_equal(answer_text(&one, "secret"), answer_text(&again, "secret"));
            } else {
                assert_in_range(one.status, 500, 504);
            }
            g_auto(Answer) list = kit_get(kit, "admin", ROOT);
            assert_non_null(answer_at(&list, "webhooks.0"));
            assert_null(answer_at(&list, "webhooks.1"));
            kit_free(kit);
        }
        assert_false(reached);
    }
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_made),
        CASE(test_refused),
        CASE(test_for_admins),
        CASE(test_departments),
        CASE(test_replayed_with_its_key),
        CASE(test_missing),
        CASE(test_patched),
        CASE(test_rotated),
        CASE(test_deleted),
        CASE(test_off),
        CASE(test_too_many),
        CASE(test_deliveries),
        CASE(test_replayed),
        CASE(test_missed_and_replayed),
        CASE(test_tested),
        cmocka_unit_test(test_every_call_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
