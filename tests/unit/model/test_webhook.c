/* test_webhook.c: names of events, and how long failed attempts wait. */
#include "testkit.h"

#include "jw/webhook.h"

static void
test_names(void **state G_GNUC_UNUSED)
{
    for (int i = 0; i < JW_WEBHOOK_N_EVENTS; i++) {
        JwWebhookEvent event = JW_WEBHOOK_TEST;

        assert_true(jw_webhook_event_parse(jw_webhook_event_name(i), &event));
        assert_int_equal(event, i);
    }
    JwWebhookEvent event = JW_WEBHOOK_EMAIL_BOUNCED;
    static const char *const none[] = { NULL, "", "report", "report.sent ", "Report.Sent" };
    for (size_t i = 0; i < G_N_ELEMENTS(none); i++) {
        assert_false(jw_webhook_event_parse(none[i], &event));
    }
    assert_int_equal(event, JW_WEBHOOK_EMAIL_BOUNCED);
    assert_null(jw_webhook_event_name(-1));
    assert_null(jw_webhook_event_name(JW_WEBHOOK_N_EVENTS));
}

static void
test_waits(void **state G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwWebhookRetries) retries = jw_webhook_retries_new("V", " 10s, 5m\n1d", &error);

    assert_ok(retries != NULL, error);
    assert_int_equal(jw_webhook_retry_ms(retries, 1, 0.5), 10000);
    assert_int_equal(jw_webhook_retry_ms(retries, 1, 0.0), 9000); /* ± 10 % */
    assert_in_range(jw_webhook_retry_ms(retries, 1, 0.999999), 10999, 11000);
    assert_int_equal(jw_webhook_retry_ms(retries, 2, 0.5), 300000);
    assert_int_equal(jw_webhook_retry_ms(retries, 3, 0.5), 86400000);
    assert_int_equal(jw_webhook_retry_ms(retries, 4, 0.5), -1);
    g_autoptr(JwWebhookRetries) none = jw_webhook_retries_new("V", "", &error);
    assert_int_equal(jw_webhook_retry_ms(none, 1, 0.5), -1); /* one attempt */
}

static void
test_no_waits(void **state G_GNUC_UNUSED)
{
    static const char *const wrong[] = { "5", "0", "0s", "-5s", "5s 8d", "5s soon", "1.5h" };
    g_autoptr(GError) error = NULL;

    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        assert_null(jw_webhook_retries_new("JW_WEBHOOK_RETRIES", wrong[i], &error));
        assert_jw_error(error, JW_ERROR_INVALID, "JW_WEBHOOK_RETRIES: '*' is no wait*");
    }
    g_autoptr(GString) many = g_string_new(NULL);
    for (int i = 0; i < 31; i++) {
        g_string_append(many, "5s ");
    }
    assert_null(jw_webhook_retries_new("JW_WEBHOOK_RETRIES", many->str, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "JW_WEBHOOK_RETRIES: at most 30 waits*");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_waits),
        cmocka_unit_test(test_no_waits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
