/* test_trace.c: what is carried on from request to request. */
#include "jw/trace.h"
#include "testkit.h"

#define TRACE "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

static void
test_request_ids(void **state)
{
    g_autofree char *longest = g_strnfill(JW_REQUEST_ID_MAX, 'r');
    g_autofree char *longer = g_strnfill(JW_REQUEST_ID_MAX + 1, 'r');
    const struct {
        const char *text;
        bool valid;
    } cases[] = {
        { "a", true },         { "A.b_c-9", true }, { longest, true }, { "", false },
        { longer, false },     { "a b", false },    { "a\n", false },  { "\033[31m", false },
        { "\303\274", false }, { "a/b", false },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        assert_int_equal(jw_trace_is_request_id(cases[i].text), cases[i].valid);
    }
}

static void
test_parents(void **state)
{
    static const struct {
        const char *text, *taken; /* NULL: it is none */
    } cases[] = {
        { "00-" TRACE, "00-" TRACE },
        { "7f-" TRACE, "00-" TRACE },
        { "7f-" TRACE "-more \033", "00-" TRACE },
        { "00-" TRACE "-more", NULL },
        { "7f-" TRACE "more", NULL },
        { "ff-" TRACE, NULL },
        { "00-4BF92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", NULL },
        { "00-00000000000000000000000000000000-00f067aa0ba902b7-01", NULL },
        { "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", NULL },
        { "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0", NULL },
        { "", NULL },
        { "zzz", NULL },
        { NULL, NULL },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *taken = jw_trace_parent_dup(cases[i].text);
        assert_int_equal(g_strcmp0(taken, cases[i].taken), 0);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request_ids),
        cmocka_unit_test(test_parents),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
