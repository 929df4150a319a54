/* test_suppression.c: which addresses are one entry of the suppression list, and its words. */
#include "jw/suppression.h"
#include "testkit.h"

#include <string.h>

#define NOW INT64_C(1768269600000) /* 2026-01-13T02:00:00Z */

/* Two spellings of one mailbox have one entry; two mailboxes, and two scopes, have two. */
static void
test_ids(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *a, *a_type, *b, *b_type;
        bool same;
    } cases[] = {
        { "ann@Example.COM", NULL, "ann@example.com", NULL, true },
        { "ann@m\xc3\xbcnchen.example", "cdr", "ann@xn--mnchen-3ya.example", "cdr", true },
        { "Ann@example.com", NULL, "ann@example.com", NULL, false },
        { "ann@example.com", NULL, "ben@example.com", NULL, false },
        { "ann@example.com", NULL, "ann@example.com", "cdr", false },
        { "ann@example.com", "cdr", "ann@example.com", "call-records", false },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *a = jw_suppression_id(cases[i].a, cases[i].a_type);
        g_autofree char *b = jw_suppression_id(cases[i].b, cases[i].b_type);
        assert_int_equal(strcmp(a, b) == 0, cases[i].same);
    }
    g_autoptr(JwSuppression) entry =
        jw_suppression_new("Ann@M\xc3\xbcnchen.Example", "cdr", JW_SUPPRESSED_MANUAL, NOW);
    g_autofree char *id = jw_suppression_id("Ann@xn--mnchen-3ya.example", "cdr");
    assert_string_equal(entry->address, "Ann@xn--mnchen-3ya.example");
    assert_string_equal(entry->id, id);
}

static void
test_words(void **state G_GNUC_UNUSED)
{
    static const struct {
        JwSuppressionReason reason;
        const char *type, *by, *words;
    } cases[] = {
        { JW_SUPPRESSED_UNSUBSCRIBED, NULL, NULL,
          "suppressed: unsubscribed from all mail on 13 Jan 2026, 02:00 UTC" },
        { JW_SUPPRESSED_UNSUBSCRIBED, "cdr", NULL,
          "suppressed: unsubscribed from cdr reports on 13 Jan 2026, 02:00 UTC" },
        { JW_SUPPRESSED_BOUNCED, NULL, NULL,
          "suppressed: the address bounced on 13 Jan 2026, 02:00 UTC" },
        { JW_SUPPRESSED_MANUAL, "cdr", "ops@host",
          "suppressed: put on the list for cdr reports on 13 Jan 2026, 02:00 UTC by ops@host" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(JwSuppression) entry =
            jw_suppression_new("ann@example.com", cases[i].type, cases[i].reason, NOW);
        entry->by = g_strdup(cases[i].by);
        g_autofree char *words = jw_suppression_words(entry);
        assert_string_equal(words, cases[i].words);
    }
    assert_string_equal(jw_suppression_reason_name(JW_SUPPRESSED_BOUNCED), "bounced");
    assert_null(jw_suppression_reason_name(3));
    assert_null(jw_suppression_reason_name(-1));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
