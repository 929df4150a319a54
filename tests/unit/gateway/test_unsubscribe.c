/* test_unsubscribe.c: /unsubscribe/:token, what the link at the foot of a report's mail leads to:
 * GET changes nothing, one POST is enough, and nobody without a link of ours does anything. */
#include "gwkit.h"

#include <string.h>

#include "jw/link_token.h"
#include "jw/links.h"
#include "jw/store_deliveries.h"
#include "jw/store_suppressions.h"

#define ANN  "ann@example.com"
#define FORM "List-Unsubscribe=One-Click"

/* The link in the mail to @recipient of a completed job of call records, in @language. (transfer
 * full) */
static char *
make_link(GwKit *kit, const char *recipient, const char *language)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *body =
        g_strdup_printf("{\"reportType\":\"call-records\",\"name\":\"Calls\",\"parameters\":{"
                        "\"language\":\"%s\"},\"output\":{\"format\":\"csv\"},\"delivery\":{"
                        "\"recipients\":[\"%s\"]}}",
                        language, recipient);
    g_autofree char *job_id = kit_make_from(kit, "alice", body);
    g_autoptr(JwDelivery) delivery = jw_delivery_new(job_id, recipient, GW_NOW);
    const JwDelivery *one[] = { delivery };
    JwCreate create = JW_CREATE_EXISTS;

    kit_complete(kit->ports, job_id, "a\r\n", "calls.csv", 0);
    assert_ok(jw_store_create_deliveries(kit->gw.store, one, 1, &create, &error), error);
    g_autofree char *token = jw_unsubscribe_token_sign(kit->gw.links, delivery->id);
    return jw_link_unsubscribe("", token);
}

/* "unsubscribed call-records"; "" when mail goes out. (transfer full) */
static char *
why(GwKit *kit, const char *report_type)
{
    g_autoptr(JwSuppression) found = NULL;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_is_suppressed(kit->gw.store, ANN, report_type, &found, &error), error);
    return found == NULL ? g_strdup("")
                         : g_strdup_printf("%s %s", jw_suppression_reason_name((int)found->reason),
                                           found->report_type != NULL ? found->report_type : "all");
}

#define assert_why(kit, type, expected)                                                            \
    do {                                                                                           \
        g_autofree char *is_ = why(kit, type);                                                     \
        assert_string_equal(is_, expected);                                                        \
    } while (0)

/* Asks, and fails unless the answer is a page with all @parts, which is kept nowhere. */
#define assert_page(kit, method, path, body, status, ...)                                          \
    check_page(kit, method, path, body, status, (const char *const[]){ __VA_ARGS__, NULL },        \
               __LINE__)
static void
check_page(GwKit *kit, const char *method, const char *path, const char *body, long status,
           const char *const *parts, int line)
{
    static const char *const form[] = { "Content-Type: application/x-www-form-urlencoded", NULL };
    g_auto(Answer) answer = kit_ask(kit, NULL, method, path, body, body != NULL ? form : NULL);
    g_autofree char *text = g_strndup((const char *)answer.body->data, answer.body->len);

    if (answer.status != status
        || g_strcmp0(answer_header(&answer, "content-type"), "text/html; charset=utf-8") != 0
        || g_strcmp0(answer_header(&answer, "cache-control"), "private, no-store") != 0
        || g_strcmp0(answer_header(&answer, "referrer-policy"), "no-referrer") != 0
        || strstr(text, "<script") != NULL) {
        fail_msg("line %d: %ld %s", line, answer.status, text);
    }
    for (; *parts != NULL; parts++) {
        if (strstr(text, *parts) == NULL) {
            fail_msg("line %d: no '%s' in %s", line, *parts, text);
        }
    }
}

/* Filters follow links; some add to them. */
static void
test_get_changes_nothing(void **state)
{
    GwKit *kit = *state;
    g_autofree char *link = make_link(kit, ANN, "en");
    g_autofree char *added = g_strconcat(link, "?utm_source=mail&x", NULL);
    g_autofree char *action = g_strconcat("action=\"", link, "\"", NULL);
    g_autofree char *all = g_strconcat("action=\"", link, "/all\"", NULL);

    assert_page(kit, "GET", link, NULL, 200, "<html lang=\"en\">", "<h1>Unsubscribe</h1>",
                ANN " gets the report “Call records” by mail.", action, all, "method=\"post\"");
    assert_page(kit, "GET", added, NULL, 200, "<h1>Unsubscribe</h1>");
    g_auto(Answer) head = kit_ask(kit, NULL, "HEAD", link, NULL, NULL);
    assert_int_equal(head.status, 200);
    assert_why(kit, "call-records", "");
    assert_why(kit, NULL, "");
}

/* What a mail program sends, twice. */
static void
test_one_click(void **state)
{
    GwKit *kit = *state;
    g_autofree char *link = make_link(kit, ANN, "en");
    g_autofree char *other = make_link(kit, "ben@example.com", "en");

    assert_page(kit, "POST", link, FORM, 200, "<h1>You are unsubscribed</h1>",
                ANN " no longer gets the report “Call records”.", "/undo\"", "/all\"");
    assert_page(kit, "POST", link, FORM, 200, "<h1>You are unsubscribed</h1>");
    assert_page(kit, "GET", link, NULL, 200, "<h1>You are unsubscribed</h1>");
    assert_page(kit, "GET", other, NULL, 200, "<h1>Unsubscribe</h1>");
    assert_why(kit, "call-records", "unsubscribed call-records");
    assert_why(kit, "learning-activity", "");
    assert_why(kit, NULL, "");

    g_autoptr(GPtrArray) list = NULL;
    g_autoptr(GError) error = NULL;
    assert_ok(jw_store_list_suppressions(kit->gw.store, NULL, 10, &list, &error), error);
    assert_int_equal(list->len, 1);
    const JwSuppression *entry = g_ptr_array_index(list, 0);
    assert_int_equal(entry->created_at_ms, GW_NOW);
    assert_non_null(strstr(link, entry->delivery_id));
    assert_null(entry->by);
}

/* RFC 8058 allows both forms of a form; a body of another type, or none, says no more. */
static void
test_any_body(void **state)
{
    static const char *const types[] = {
        "Content-Type: multipart/form-data; boundary=x",
        "Content-Type: text/plain",
        "Content-Type: application/json",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
        g_autoptr(GwKit) kit = kit_new();
        g_autofree char *link = make_link(kit, ANN, "en");
        const char *headers[] = { types[i], NULL };
        g_auto(Answer) answer = kit_ask(kit, NULL, "POST", link,
                                        "--x\r\nContent-Disposition: form-data; "
                                        "name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n",
                                        headers);
        assert_int_equal(answer.status, 200);
        assert_why(kit, "call-records", "unsubscribed call-records");
    }
    GwKit *kit = *state;
    g_autofree char *link = make_link(kit, ANN, "en");
    assert_page(kit, "POST", link, NULL, 200, "<h1>You are unsubscribed</h1>");
}

static void
test_all_and_back(void **state)
{
    GwKit *kit = *state;
    g_autofree char *link = make_link(kit, ANN, "en");
    g_autofree char *all = g_strconcat(link, "/all", NULL);
    g_autofree char *undo = g_strconcat(link, "/undo", NULL);
    g_autofree char *undo_all = g_strconcat(link, "/undo-all", NULL);

    assert_page(kit, "POST", all, NULL, 200, ANN " gets no more mail from here.", "/undo-all\"");
    assert_why(kit, "learning-activity", "unsubscribed all");
    assert_why(kit, NULL, "unsubscribed all");
    assert_page(kit, "POST", undo_all, NULL, 200, "<h1>You are subscribed again</h1>");
    assert_why(kit, "call-records", "");

    assert_page(kit, "POST", link, FORM, 200, "no longer gets");
    assert_page(kit, "POST", all, NULL, 200, "gets no more mail");
    assert_page(kit, "POST", undo_all, NULL, 200, "no longer gets", "/undo\"");
    assert_page(kit, "POST", undo, NULL, 200, ANN " gets the report “Call records” again.");
    assert_page(kit, "POST", undo, NULL, 200, "<h1>You are subscribed again</h1>");
    assert_why(kit, "call-records", "");
}

/* What an operator, or a server, put on the list, its reader does not take off. */
static void
test_of_others(void **state)
{
    GwKit *kit = *state;
    g_autofree char *link = make_link(kit, ANN, "en");
    g_autofree char *undo = g_strconcat(link, "/undo", NULL);
    g_autofree char *undo_all = g_strconcat(link, "/undo-all", NULL);
    g_autoptr(JwSuppression) entry = jw_suppression_new(ANN, NULL, JW_SUPPRESSED_BOUNCED, GW_NOW);
    JwCreate create = JW_CREATE_EXISTS;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_add_suppression(kit->gw.store, entry, &create, &error), error);
    g_auto(Answer) page = kit_get(kit, NULL, link);
    g_autofree char *text = g_strndup((const char *)page.body->data, page.body->len);
    assert_non_null(strstr(text, "gets no more mail"));
    assert_null(strstr(text, "undo"));
    assert_page(kit, "POST", undo, NULL, 200, "for another reason");
    assert_page(kit, "POST", undo_all, NULL, 200, "for another reason");
    assert_why(kit, NULL, "bounced all");
}

static void
test_languages(void **state)
{
    GwKit *kit = *state;
    g_autofree char *german = make_link(kit, ANN, "de");
    g_autofree char *turkish = make_link(kit, "ben@example.com", "tr");

    assert_page(kit, "GET", german, NULL, 200, "<html lang=\"de\">", "<h1>Abbestellen</h1>",
                "Keine E-Mails mehr zu diesem Bericht");
    assert_page(kit, "GET", turkish, NULL, 200, "<html lang=\"tr\">", "<h1>Abonelikten çık</h1>");
}

static void
test_not_ours(void **state)
{
    GwKit *kit = *state;
    g_autofree char *link = make_link(kit, ANN, "en");
    g_autofree char *forged = g_strdup(link);
    forged[strlen(link) - 1] ^= 1;
    g_autofree char *download_token =
        jw_link_token_sign(kit->gw.links, "019480a4-5f00-5000-8000-00000000beef", GW_NOW * 2);
    g_autofree char *download = jw_link_unsubscribe("", download_token);
    g_autofree char *unknown_token =
        jw_unsubscribe_token_sign(kit->gw.links, "019480a4-5f00-5000-8000-00000000beef");
    g_autofree char *unknown = jw_link_unsubscribe("", unknown_token);
    g_autofree char *what = g_strconcat(link, "/everything", NULL);
    const char *const paths[] = { forged, download, unknown, "/unsubscribe/x", what };

    for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
        assert_page(kit, "POST", paths[i], FORM, 404, "<h1>This link does not work</h1>");
        if (paths[i] != what) {
            assert_page(kit, "GET", paths[i], NULL, 404, "<h1>This link does not work</h1>");
        }
    }
    assert_page(kit, "DELETE", link, NULL, 405, "<h1>");
    assert_why(kit, "call-records", "");
    assert_why(kit, NULL, "");
}

/* When the store is away nothing is said to be done. */
static void
test_faults(void **state G_GNUC_UNUSED)
{
    for (int n = 1;; n++) {
        g_autoptr(GwKit) kit = kit_new();
        g_autofree char *link = make_link(kit, ANN, "en");
        const KitFault fault = kit_faults[0];

        kit_fault_at(kit->ports, n, fault);
        g_auto(Answer) answer = kit_ask(kit, NULL, "POST", link, NULL, NULL);
        const bool met = kit_fault_met(kit->ports);
        assert_int_equal(answer.status, met ? 503 : 200);
        if (!met) {
            assert_true(n > 3);
            return;
        }
        assert_page(kit, "POST", link, FORM, 200, "<h1>You are unsubscribed</h1>");
    }
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_get_changes_nothing),
        TEST(test_one_click),
        TEST(test_any_body),
        TEST(test_all_and_back),
        TEST(test_of_others),
        TEST(test_languages),
        TEST(test_not_ours),
        cmocka_unit_test(test_faults),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
