/* store_conformance_suppressions.c: addresses that get no mail. */
#include "store_conformance.h"

#include "jw/store_suppressions.h"

static void
add(JwStore *store, const char *address, const char *report_type, JwSuppressionReason reason,
    int64_t at_ms, JwCreate expected)
{
    g_autoptr(JwSuppression) entry = jw_suppression_new(address, report_type, reason, at_ms);
    JwCreate create = JW_CREATE_EXISTS;
    g_autoptr(GError) error = NULL;

    entry->by = g_strdup("ann@host");
    entry->note = g_strdup("asked by \"phone\"");
    entry->delivery_id = g_strdup("d-1");
    assert_ok(jw_store_add_suppression(store, entry, &create, &error), error);
    assert_int_equal(create, expected);
}

/* "manual cdr"; "" when mail goes out. (transfer full) */
static char *
why(JwStore *store, const char *address, const char *report_type)
{
    g_autoptr(JwSuppression) found = NULL;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_is_suppressed(store, address, report_type, &found, &error), error);
    return found == NULL ? g_strdup("")
                         : g_strdup_printf("%s %s", jw_suppression_reason_name((int)found->reason),
                                           found->report_type != NULL ? found->report_type : "all");
}

#define assert_why(store, address, type, expected)                                                 \
    do {                                                                                           \
        g_autofree char *is_ = why(store, address, type);                                          \
        assert_string_equal(is_, expected);                                                        \
    } while (0)

static void
test_scopes(JwStore *store)
{
    add(store, "ann@Example.com", "cdr", JW_SUPPRESSED_UNSUBSCRIBED, SC_NOW, JW_CREATE_NEW);
    assert_why(store, "ann@example.COM", "cdr", "unsubscribed cdr");
    assert_why(store, "ann@example.com", "call-records", "");
    assert_why(store, "ann@example.com", NULL, "");
    assert_why(store, "Ann@example.com", "cdr", "");
    add(store, "ann@example.com", NULL, JW_SUPPRESSED_BOUNCED, SC_NOW + 1, JW_CREATE_NEW);
    assert_why(store, "ann@example.com", "cdr", "bounced all");
    assert_why(store, "ann@example.com", NULL, "bounced all");
    assert_why(store, "ben@example.com", "cdr", "");
}

/* The first reason stays. */
static void
test_again(JwStore *store)
{
    add(store, "ann@example.com", NULL, JW_SUPPRESSED_MANUAL, SC_NOW, JW_CREATE_NEW);
    add(store, "ann@example.com", NULL, JW_SUPPRESSED_UNSUBSCRIBED, SC_NOW + 9, JW_CREATE_EXISTS);
    assert_why(store, "ann@example.com", NULL, "manual all");
}

static bool
take_off(JwStore *store, const char *address, const char *report_type,
         const JwSuppressionReason *only)
{
    g_autoptr(JwSuppression) removed = NULL;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_remove_suppression(store, address, report_type, only, &removed, &error),
              error);
    if (removed != NULL) {
        sc_assert_text(removed->note, "asked by \"phone\"");
        assert_int_equal(removed->created_at_ms, SC_NOW);
    }
    return removed != NULL;
}

static void
test_removed(JwStore *store)
{
    const JwSuppressionReason unsubscribed = JW_SUPPRESSED_UNSUBSCRIBED;

    add(store, "ann@example.com", "cdr", JW_SUPPRESSED_UNSUBSCRIBED, SC_NOW, JW_CREATE_NEW);
    add(store, "ann@example.com", NULL, JW_SUPPRESSED_MANUAL, SC_NOW, JW_CREATE_NEW);
    assert_false(take_off(store, "ann@example.com", NULL, &unsubscribed));
    assert_true(take_off(store, "ann@EXAMPLE.com", "cdr", &unsubscribed));
    assert_false(take_off(store, "ann@example.com", "cdr", &unsubscribed));
    assert_why(store, "ann@example.com", "cdr", "manual all");
    assert_true(take_off(store, "ann@example.com", NULL, NULL));
    assert_false(take_off(store, "ann@example.com", NULL, NULL));
    assert_why(store, "ann@example.com", "cdr", "");
}

/* "ann@example.com cdr, …". (transfer full) */
static char *
listed(JwStore *store, const char *address, size_t limit)
{
    g_autoptr(GPtrArray) list = NULL;
    g_autoptr(GError) error = NULL;
    GString *text = g_string_new(NULL);

    assert_ok(jw_store_list_suppressions(store, address, limit, &list, &error), error);
    for (guint i = 0; i < list->len; i++) {
        const JwSuppression *entry = g_ptr_array_index(list, i);
        sc_assert_text(entry->by, "ann@host");
        sc_assert_text(entry->delivery_id, "d-1");
        g_string_append_printf(text, "%s%s %s", i > 0 ? ", " : "", entry->address,
                               entry->report_type != NULL ? entry->report_type : "all");
    }
    return g_string_free(text, FALSE);
}

static void
test_list(JwStore *store)
{
    add(store, "ben@example.com", "cdr", JW_SUPPRESSED_MANUAL, SC_NOW + 2, JW_CREATE_NEW);
    add(store, "ann@Example.com", NULL, JW_SUPPRESSED_MANUAL, SC_NOW + 3, JW_CREATE_NEW);
    add(store, "ann@example.com", "cdr", JW_SUPPRESSED_MANUAL, SC_NOW + 1, JW_CREATE_NEW);
    g_autofree char *all = listed(store, NULL, 10);
    g_autofree char *first = listed(store, NULL, 2);
    g_autofree char *ann = listed(store, "ann@EXAMPLE.com", 10);
    g_autofree char *none = listed(store, "Ann@example.com", 10);

    assert_string_equal(all, "ann@example.com cdr, ben@example.com cdr, ann@example.com all");
    assert_string_equal(first, "ann@example.com cdr, ben@example.com cdr");
    assert_string_equal(ann, "ann@example.com cdr, ann@example.com all");
    assert_string_equal(none, "");
}

/* Nothing is sent where nobody can tell whether it may be. */
static void
test_unreadable(JwStore *store)
{
    g_autofree char *id = jw_suppression_id("ann@example.com", NULL);
    g_autoptr(JwSuppression) found = NULL;
    g_autoptr(GError) error = NULL;

    add(store, "ann@example.com", NULL, JW_SUPPRESSED_MANUAL, SC_NOW, JW_CREATE_NEW);
    sc_corrupt(store, "suppressions", id);
    assert_false(jw_store_is_suppressed(store, "ann@example.com", "cdr", &found, &error));
    assert_jw_error(error, JW_ERROR_CORRUPT, "*");
}

const ScCase sc_suppression_cases[] = {
    { "suppression scopes", test_scopes },         { "suppression again", test_again },
    { "suppression removed", test_removed },       { "suppression list", test_list },
    { "suppression unreadable", test_unreadable }, { 0 },
};
