/* test_links.c: GET /links/:token, what a mail's download link leads to; and DELETE
 * /jobs/:jobId/links. Links that owners make: test_shares.c. */
#include "gwkit.h"

#include <string.h>

#include "jw/link_token.h"
#include "jw/links.h"
#include "jw/store_deliveries.h"
#include "links/links.h"

#define CONTENT "a,b\r\n1,2\r\n"
#define HOUR_MS INT64_C(3600000)

/* A completed job of alice's with mails to two people, @first and Ben. (transfer full) */
static char *
make_mailed_to(GwKit *kit, int64_t expires_at_ms, const char *first)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *body = g_strdup_printf(
        "{\"reportType\":\"call-records\",\"name\":\"Calls\",\"parameters\":{},\"output\":{"
        "\"format\":\"csv\"},\"delivery\":{\"recipients\":[\"%s\",\"ben@example.com\"]}}",
        first);
    char *id = kit_make_from(kit, "alice", body);

    kit_complete(kit->ports, id, CONTENT, "calls.csv", expires_at_ms);
    g_autoptr(JwDelivery) ann = jw_delivery_new(id, first, GW_NOW);
    g_autoptr(JwDelivery) ben = jw_delivery_new(id, "ben@example.com", GW_NOW);
    const JwDelivery *both[] = { ann, ben };
    JwCreate creates[2];
    assert_ok(jw_store_create_deliveries(kit->gw.store, both, 2, creates, &error), error);
    return id;
}

static char *
make_mailed(GwKit *kit, int64_t expires_at_ms)
{
    return make_mailed_to(kit, expires_at_ms, "ann@Example.com");
}

/* The path in the mail to @recipient. (transfer full) */
static char *
link_to(GwKit *kit, const char *job_id, const char *recipient, int64_t expires_ms)
{
    g_autoptr(JwDelivery) delivery = jw_delivery_new(job_id, recipient, GW_NOW);
    g_autofree char *token = jw_link_token_sign(kit->gw.links, delivery->id, expires_ms);

    return jw_link_mailed("", token);
}

static void
assert_file(const Answer *answer)
{
    assert_int_equal(answer->status, 200);
    assert_int_equal(answer->body->len, strlen(CONTENT));
    assert_memory_equal(answer->body->data, CONTENT, strlen(CONTENT));
}

#define assert_page(answer, status, ...)                                                           \
    kit_assert_page(&(answer), (status), (const char *const[]){ __VA_ARGS__, NULL }, __LINE__)
static void
kit_assert_page(const Answer *answer, long status, const char *const *parts, int line)
{
    g_autofree char *body = g_strndup((const char *)answer->body->data, answer->body->len);

    if (answer->status != status
        || g_strcmp0(answer_header(answer, "content-type"), "text/html; charset=utf-8") != 0
        || g_strcmp0(answer_header(answer, "cache-control"), "private, no-store") != 0
        || g_strcmp0(answer_header(answer, "referrer-policy"), "no-referrer") != 0
        || g_strcmp0(answer_header(answer, "x-robots-tag"), "noindex, nofollow") != 0
        || strstr(body, "<h1>") == NULL || strstr(body, "<script") != NULL) {
        fail_msg("line %d: %ld %s: %s", line, answer->status, answer_header(answer, "content-type"),
                 body);
    }
    for (; *parts != NULL; parts++) {
        if (strstr(body, *parts) == NULL) {
            fail_msg("line %d: no '%s' in %s", line, *parts, body);
        }
    }
}

static void
test_download(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = make_mailed(kit, 0);
    g_autofree char *path = link_to(kit, id, "ben@example.com", GW_NOW + HOUR_MS);
    const char *range[] = { "Range: bytes=2-4", NULL };
    g_autofree char *filtered = g_strconcat(path, "?utm_source=x&y", NULL);

    g_auto(Answer) answer = kit_get(kit, NULL, path);
    assert_file(&answer);
    assert_string_equal(answer_header(&answer, "content-type"), "text/csv; charset=utf-8");
    assert_string_equal(answer_header(&answer, "cache-control"), "private, no-store");
    assert_string_equal(answer_header(&answer, "referrer-policy"), "no-referrer");
    assert_string_equal(answer_header(&answer, "x-robots-tag"), "noindex, nofollow");
    assert_string_equal(answer_header(&answer, "x-content-type-options"), "nosniff");
    assert_non_null(strstr(answer_header(&answer, "content-disposition"), "calls.csv"));
    g_auto(Answer) head = kit_ask(kit, NULL, "HEAD", path, NULL, NULL);
    assert_int_equal(head.status, 200);
    assert_int_equal(head.body->len, 0);
    assert_string_equal(answer_header(&head, "content-length"), "10");
    g_auto(Answer) part = kit_ask(kit, NULL, "GET", path, NULL, range);
    assert_int_equal(part.status, 206);
    assert_memory_equal(part.body->data, "b\r\n", 3);
    g_auto(Answer) with_token = kit_get(kit, "nobody", path);
    assert_file(&with_token);
    g_auto(Answer) added = kit_get(kit, NULL, filtered);
    assert_file(&added);
}

/* Until the second that the mail names. */
static void
test_expires(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = make_mailed(kit, 0);
    g_autofree char *path = link_to(kit, id, "ben@example.com", GW_NOW + HOUR_MS);

    tk_clock_advance(&kit->ports->clock.fake, HOUR_MS - 1);
    g_auto(Answer) before = kit_get(kit, NULL, path);
    assert_file(&before);
    tk_clock_advance(&kit->ports->clock.fake, 1);
    g_auto(Answer) after = kit_get(kit, NULL, path);
    assert_page(after, 410, "This link has expired",
                "worked until 13 Jan 2026, 03:00 UTC. Ask the sender");
    assert_string_equal(answer_header(&after, "referrer-policy"), "no-referrer");
}

static void
test_report_is_gone(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = make_mailed(kit, GW_NOW + 1000);
    g_autofree char *path = link_to(kit, id, "ben@example.com", GW_NOW + HOUR_MS);
    g_autofree char *other = link_to(kit, id, "never@example.com", GW_NOW + HOUR_MS);
    g_autoptr(GError) error = NULL;

    g_auto(Answer) missing = kit_get(kit, NULL, other);
    assert_page(missing, 410, "This report is no longer kept");
    g_autoptr(JwJob) job = kit_job(kit->ports, id);
    assert_ok(jw_store_delete_file(kit->gw.store, job->artifact->file_id, &error), error);
    g_auto(Answer) removed = kit_get(kit, NULL, path);
    assert_page(removed, 410, "This report is no longer kept", "file has been removed");
    tk_clock_advance(&kit->ports->clock.fake, 1000);
    g_auto(Answer) expired = kit_get(kit, NULL, path);
    assert_page(expired, 410, "This report is no longer kept", "The report has expired. Ask the");
}

/* One answer for all that we did not sign, whether what it names exists or not. */
static void
test_no_oracle(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = make_mailed(kit, 0);
    g_autofree char *good = link_to(kit, id, "ben@example.com", GW_NOW + HOUR_MS);
    g_autofree char *over = link_to(kit, id, "ben@example.com", GW_NOW - HOUR_MS);
    g_autofree char *unknown = link_to(kit, id, "never@example.com", GW_NOW + HOUR_MS);
    char **paths[] = { &good, &over, &unknown };
    static const char *const others[] = { "/links/x", "/links/a.b.c.d", "/links/%20",
                                          "/links/%C3" };
    g_autofree char *expected = NULL;

    for (size_t i = 0; i < G_N_ELEMENTS(paths) + G_N_ELEMENTS(others); i++) {
        if (i < G_N_ELEMENTS(paths)) {
            char *byte = *paths[i] + strlen("/links/");
            *byte = *byte == 'A' ? 'B' : 'A';
        }
        const char *headers[] = { "X-Request-Id: same", NULL };
        const char *path = i < 3 ? *paths[i] : others[i - 3];
        g_auto(Answer) answer = kit_ask(kit, NULL, "GET", path, NULL, headers);
        if (strcmp(path, "/links/%C3") == 0) { /* no UTF-8: refused before */
            assert_page(answer, 400, "This link does not work");
            continue;
        }
        assert_page(answer, 404, "This link does not work");
        g_autofree char *body = g_strndup((const char *)answer.body->data, answer.body->len);
        if (expected != NULL) {
            assert_string_equal(body, expected);
        }
        g_free(expected);
        expected = g_steal_pointer(&body);
    }
}

/* What the framework refuses below the prefix has the same form. */
static void
test_other_refusals(void **state)
{
    GwKit *kit = *state;

    g_auto(Answer) none = kit_get(kit, NULL, "/links");
    assert_page(none, 404, "This link does not work");
    g_auto(Answer) deeper = kit_get(kit, NULL, "/links/a/b");
    assert_page(deeper, 404, "This link does not work");
    g_auto(Answer) post = kit_post(kit, NULL, "/links/a", "{}");
    assert_page(post, 405, "This path answers GET, HEAD");
    g_auto(Answer) malformed = kit_get(kit, NULL, "/links/a%2Fb");
    assert_page(malformed, 400, "The path or the query is not well formed");
    g_autofree char *id = make_mailed(kit, 0);
    g_autofree char *path = link_to(kit, id, "ben@example.com", GW_NOW + HOUR_MS);
    const char *range[] = { "Range: bytes=10-", NULL };
    g_auto(Answer) beyond = kit_ask(kit, NULL, "GET", path, NULL, range);
    assert_page(beyond, 416, "The file has 10 bytes");
    kit_fault_at(kit->ports, 1, kit_faults[0]);
    g_auto(Answer) away = kit_get(kit, NULL, path);
    (void)kit_fault_met(kit->ports);
    assert_page(away, away.status, "request ");
    assert_true(away.status == 503 || away.status == 500);
}

static Answer
revoke_of(GwKit *kit, const char *who, const char *path, const char *recipient)
{
    g_autofree char *whole =
        recipient != NULL ? g_strconcat(path, "?recipient=", recipient, NULL) : g_strdup(path);

    return kit_ask(kit, who, "DELETE", whole, NULL, NULL);
}

static void
test_revoke_one(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = make_mailed(kit, 0);
    g_autofree char *ann = link_to(kit, id, "ann@Example.com", GW_NOW + HOUR_MS);
    g_autofree char *ben = link_to(kit, id, "ben@example.com", GW_NOW + HOUR_MS);
    g_autofree char *revoke = kit_path(id, "/links");
    g_autofree char *job = kit_path(id, "");

    g_auto(Answer) first = revoke_of(kit, "alice", revoke, "ann@example.COM");
    assert_answer(first, 200, NULL);
    assert_string_equal(answer_text(&first, "data.id"), id);
    assert_string_equal(answer_text(&first, "data.revoked.0.email"), "ann@Example.com");
    assert_null(answer_at(&first, "data.revoked.1"));
    g_auto(Answer) dead = kit_get(kit, NULL, ann);
    assert_page(dead, 410, "This link has been withdrawn", "withdrawn on 13 Jan 2026, 02:00 UTC");
    g_auto(Answer) alive = kit_get(kit, NULL, ben);
    assert_file(&alive);
    tk_clock_advance(&kit->ports->clock.fake, 60000);
    g_auto(Answer) again = revoke_of(kit, "alice", revoke, NULL); /* all */
    assert_string_equal(answer_text(&again, "data.revoked.0.revokedAt"), "2026-01-13T02:00:15Z");
    assert_string_equal(answer_text(&again, "data.revoked.1.revokedAt"), "2026-01-13T02:01:15Z");
    g_auto(Answer) dead_too = kit_get(kit, NULL, ben);
    assert_page(dead_too, 410, "This link has been withdrawn");
    g_auto(Answer) shown = kit_get(kit, "alice", job);
    assert_string_equal(answer_text(&shown, "data.delivery.recipients.0.linkRevokedAt"),
                        "2026-01-13T02:00:15Z");
}

/* The address as it was given, though it is stored as it is sent. */
static void
test_revoke_as_given(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = make_mailed_to(kit, 0, "user@xn--bcher-kva.example");
    g_autofree char *revoke = kit_path(id, "/links");

    g_auto(Answer) given = revoke_of(kit, "alice", revoke, "user@b%c3%bccher.example");
    assert_answer(given, 200, NULL);
    assert_string_equal(answer_text(&given, "data.revoked.0.email"), "user@xn--bcher-kva.example");
    assert_null(answer_at(&given, "data.revoked.1"));
    g_auto(Answer) none = revoke_of(kit, "alice", revoke, "user@1.2.3.4");
    assert_answer(none, 400, "VALIDATION_ERROR");
}

static void
test_revoke_refused(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = make_mailed(kit, 0);
    g_autofree char *revoke = kit_path(id, "/links");
    g_autofree char *pending = kit_make(kit, "alice");
    g_autofree char *nothing = kit_path(pending, "/links");

    g_auto(Answer) stranger = revoke_of(kit, "bob", revoke, NULL);
    assert_answer(stranger, 404, "JOB_NOT_FOUND");
    g_auto(Answer) admin = revoke_of(kit, "admin", revoke, "ben@example.com");
    assert_answer(admin, 200, NULL);
    g_auto(Answer) unknown = revoke_of(kit, "alice", revoke, "eve@example.com");
    assert_answer(unknown, 400, "VALIDATION_ERROR");
    kit_assert_pointers(&unknown, (const char *const[]){ "/recipient", NULL });
    g_auto(Answer) member = revoke_of(kit, "alice", revoke, "x&recipients=");
    assert_answer(member, 400, "VALIDATION_ERROR");
    g_auto(Answer) none = revoke_of(kit, "alice", nothing, NULL);
    assert_answer(none, 409, "NO_LINKS");
}

/* Who has a link that works is not told that it does not. */
static void
test_titles(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *code, *title;
    } cases[] = {
        { "TOO_MANY_DOWNLOADS", "<h1>Please try again in a few minutes</h1>" },
        { "TOO_MANY_REQUESTS", "<h1>Please try again in a few minutes</h1>" },
        { "SERVICE_UNAVAILABLE", "<h1>Please try again in a few minutes</h1>" },
        { "LINK_UNKNOWN", "<h1>This link does not work</h1>" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const JwHttpProblem problem = {
            .status = 400, .code = cases[i].code, .message = "wait", .request_id = "r"
        };
        const char *type = NULL;
        json_t *page = gw_links_page(&problem, &type);
        assert_non_null(strstr(json_string_value(page), cases[i].title));
        json_decref(page);
    }
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_download),       TEST(test_expires),         TEST(test_report_is_gone),
        TEST(test_no_oracle),      TEST(test_other_refusals),  TEST(test_revoke_one),
        TEST(test_revoke_refused), TEST(test_revoke_as_given), cmocka_unit_test(test_titles),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
