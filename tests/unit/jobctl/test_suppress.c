/* test_suppress.c: jobctl suppress, on the store in memory. */
#include "jc_fixture.h"

#include <jansson.h>
#include <string.h>

#include "jw/store_mem.h"
#include "jw/store_suppressions.h"

#define NOW INT64_C(1768269615000) /* 2026-01-13T02:00:15Z */

typedef struct {
    TkClock clock;
    JwStore *store;
    JcFixture *jc;
} Fixture;

static int
setup(void **state)
{
    Fixture *self = g_new0(Fixture, 1);

    tk_clock_init(&self->clock, NOW);
    self->store = jw_store_mem_new();
    self->jc = jc_fixture_new(&self->clock.clock, self->store);
    *state = self;
    return 0;
}

static int
teardown(void **state)
{
    Fixture *self = *state;

    jc_fixture_free(self->jc);
    jw_store_free(self->store);
    g_free(self);
    return 0;
}

static JwSuppression *
find(const Fixture *self, const char *address, const char *type)
{
    JwSuppression *found = NULL;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_is_suppressed(self->store, address, type, &found, &error), error);
    return found;
}

static void
test_add_and_remove(void **state)
{
    Fixture *self = *state;
    JcFixture *jc = self->jc;

    assert_int_equal(jc_fixture_run(jc, "suppress", "add", "ann@M\xc3\xbcnchen.Example",
                                    "ben@example.com", "--note", "left us", NULL),
                     JC_EXIT_OK);
    assert_string_equal(jc->out, "added     ann@xn--mnchen-3ya.example: all mail\n"
                                 "added     ben@example.com: all mail\n");
    g_autoptr(JwSuppression) ben = find(self, "ben@EXAMPLE.com", "cdr");
    assert_string_equal(ben->note, "left us");
    assert_non_null(strchr(ben->by, '@'));
    assert_int_equal(ben->reason, JW_SUPPRESSED_MANUAL);
    assert_int_equal(ben->created_at_ms, NOW);

    assert_int_equal(jc_fixture_run(jc, "suppress", "add", "ben@example.com", NULL), JC_EXIT_OK);
    assert_string_equal(jc->out, "existed   ben@example.com: all mail\n");
    assert_int_equal(jc_fixture_run(jc, "suppress", "remove", "ben@Example.com", NULL), JC_EXIT_OK);
    assert_string_equal(jc->out, "removed   ben@example.com: all mail (was: manual)\n");
    assert_null(find(self, "ben@example.com", "cdr"));
    assert_int_equal(jc_fixture_run(jc, "suppress", "remove", "ben@example.com", NULL),
                     JC_EXIT_FAILED);
    assert_contains(jc->err, "is not on the list for all mail");
}

static void
test_one_report_type(void **state)
{
    Fixture *self = *state;
    JcFixture *jc = self->jc;

    assert_int_equal(jc_fixture_run(jc, "suppress", "add", "ann@example.com", "--type", "cdr",
                                    "--reason", "bounced", NULL),
                     JC_EXIT_OK);
    assert_string_equal(jc->out, "added     ann@example.com: reports of cdr\n");
    assert_null(find(self, "ann@example.com", NULL));
    g_autoptr(JwSuppression) found = find(self, "ann@example.com", "cdr");
    assert_int_equal(found->reason, JW_SUPPRESSED_BOUNCED);
    assert_int_equal(jc_fixture_run(jc, "suppress", "remove", "ann@example.com", NULL),
                     JC_EXIT_FAILED);
    assert_int_equal(
        jc_fixture_run(jc, "suppress", "remove", "ann@example.com", "--type=cdr", NULL),
        JC_EXIT_OK);
}

static void
test_list(void **state)
{
    Fixture *self = *state;
    JcFixture *jc = self->jc;

    (void)jc_fixture_run(jc, "suppress", "add", "ann@example.com", "--type=cdr", NULL);
    tk_clock_advance(&self->clock, 1000);
    (void)jc_fixture_run(jc, "suppress", "add", "ben@example.com", NULL);
    assert_int_equal(jc_fixture_run(jc, "suppress", "list", "-o", "json", NULL), JC_EXIT_OK);
    json_t *items = json_loads(jc->out, 0, NULL);
    assert_int_equal(json_array_size(items), 2);
    const json_t *first = json_array_get(items, 0);
    assert_string_equal(json_string_value(json_object_get(first, "address")), "ann@example.com");
    assert_string_equal(json_string_value(json_object_get(first, "scope")), "cdr");
    assert_string_equal(json_string_value(json_object_get(first, "createdAt")),
                        "2026-01-13T02:00:15Z");
    assert_string_equal(json_string_value(json_object_get(json_array_get(items, 1), "scope")),
                        "all");
    json_decref(items);

    assert_int_equal(jc_fixture_run(jc, "suppress", "list", "ben@EXAMPLE.com", NULL), JC_EXIT_OK);
    assert_contains(jc->out, "ben@example.com");
    assert_null(strstr(jc->out, "ann@example.com"));
    assert_int_equal(jc_fixture_run(jc, "suppress", "list", "--limit=1", NULL), JC_EXIT_OK);
    assert_null(strstr(jc->out, "ben@example.com"));
    assert_contains(jc->err, "There are more");
}

static void
test_wrong_use(void **state)
{
    Fixture *self = *state;
    static const struct {
        const char *arguments[4], *said;
    } cases[] = {
        { { "add", NULL }, "ADDRESS" },
        { { "add", "ann", NULL }, "'ann' is no mail address" },
        { { "add", "ann@example.com", "--type=a b", NULL }, "no report type" },
        { { "add", "ann@example.com", "--type=", NULL }, "no report type" },
        { { "add", "ann@example.com", "--note=a\nb", NULL }, "--note" },
        { { "add", "ann@example.com", "--reason=odd", NULL }, "odd" },
        { { "remove", "ann@example.com", "--note=x", NULL }, "--note" },
        { { "list", "--reason=manual", NULL }, "--reason" },
        { { "list", "x y@example.com", NULL }, "no mail address" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *const *a = cases[i].arguments;
        assert_int_equal(jc_fixture_run(self->jc, "suppress", a[0], a[1], a[1] ? a[2] : NULL, NULL),
                         JC_EXIT_USAGE);
        assert_contains(self->jc->err, cases[i].said);
    }
    assert_null(find(self, "ann@example.com", NULL));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_add_and_remove),
        TEST(test_one_report_type),
        TEST(test_list),
        TEST(test_wrong_use),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
