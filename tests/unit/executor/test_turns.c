/* test_turns.c: whose job an executor runs next, of all that wait in the store. */
#include "exekit.h"

#include <string.h>

/* A job of that caller, who is a department where the name is in capitals. */
static void
make(ExeKit *kit, const char *name, const char *caller, const char *priority)
{
    bool department = g_ascii_isupper(caller[0]);
    g_autofree char *extra = g_strdup_printf(",\"description\":\"%s\",\"priority\":\"%s\","
                                             "\"requestedBy\":{\"id\":\"%s\"}%s%s%s",
                                             name, priority, department ? "anybody" : caller,
                                             department ? ",\"departments\":[\"" : "",
                                             department ? caller : "", department ? "\"]" : "");

    g_free(kit_make(kit, extra));
    tk_clock_advance(&kit->ports->clock.fake, 1); /* one is older than the other */
}

/* The descriptions of the next @n jobs, one after the other. */
static char *
next(ExeKit *kit, size_t n)
{
    GString *names = g_string_new(NULL);

    for (size_t i = 0; i < n; i++) {
        g_autoptr(JwJob) job = exe_next(&kit->exe, false);

        g_string_append(names, job == NULL ? "-" : job->description);
    }
    return g_string_free(names, FALSE);
}

#define assert_next(kit, n, expected)                                                              \
    do {                                                                                           \
        g_autofree char *names_ = next(kit, n);                                                    \
        assert_string_equal(names_, expected);                                                     \
    } while (0)

/* Hundreds of one caller, then one each of two others, a person and a department: they are the
 * second and third to begin, in every process. */
static void
test_many_hold_up_nobody(void **state)
{
    ExeKit *kit = *state;

    for (int i = 0; i < 200; i++) {
        make(kit, "m", "many", "normal");
    }
    assert_next(kit, 3, "mmm");
    make(kit, "z", "zed", "normal");
    make(kit, "A", "Accounts", "normal");
    make(kit, "z", "zed", "normal");
    assert_next(kit, 7, "zAmzmmm");
    /* another process begins its own round */
    exe_turns_free(kit->exe.turns);
    kit->exe.turns = exe_turns_new();
    make(kit, "b", "bob", "normal");
    make(kit, "b", "bob", "normal");
    assert_next(kit, 5, "bmbmm");
}

/* Several executors on one store: whoever it is that asks, a caller's first job waits for one turn
 * of each other caller in each of them at most. */
static void
test_several_executors(void **state)
{
    enum { EXECUTORS = 3, CALLERS = 4 };
    ExeKit *kit = *state;
    ExeTurns *turns[EXECUTORS] = { kit->exe.turns, exe_turns_new(), exe_turns_new() };

    for (int i = 0; i < 100; i++) {
        static const char *const callers[CALLERS] = { "ann", "bob", "cid", "dan" };

        make(kit, "-", callers[i % CALLERS], "normal");
    }
    for (int start = 0; start < 6; start++) {
        g_autoptr(GString) names = g_string_new(NULL);

        make(kit, "x", start % 2 == 0 ? "aaron" : "zoe", "normal");
        tk_clock_advance(&kit->ports->clock.fake, EXE_LOOK_BUSY_MS);
        for (size_t i = 0; i < EXECUTORS * (CALLERS + 1) && strchr(names->str, 'x') == NULL; i++) {
            kit->exe.turns = turns[((size_t)start + i) % EXECUTORS];
            g_autofree char *name = next(kit, 1);
            g_string_append(names, name);
        }
        assert_non_null(strchr(names->str, 'x'));
    }
    kit->exe.turns = turns[0];
    exe_turns_free(turns[1]);
    exe_turns_free(turns[2]);
}

/* Of one caller the oldest comes first, also when it was given back. */
static void
test_oldest_first(void **state)
{
    ExeKit *kit = *state;

    make(kit, "1", "one", "normal");
    make(kit, "2", "one", "normal");
    g_autoptr(JwJob) first = exe_next(&kit->exe, false);
    assert_non_null(first);
    assert_string_equal(first->description, "1");
    assert_int_equal(first->state, JW_JOB_RUNNING);
    assert_int_equal(first->token, 1);
    assert_true(g_str_has_prefix(first->owner, kit->exe.owner));
    kit_change(kit->ports, (JwJobChange){ .job_id = first->id,
                                          .transition = JW_CHANGE_RELEASE,
                                          .token = first->token });
    make(kit, "3", "one", "normal");
    tk_clock_advance(&kit->ports->clock.fake, EXE_LOOK_BUSY_MS);
    assert_next(kit, 4, "123-");
}

static void
test_weights(void **state)
{
    ExeKit *kit = *state;
    g_autoptr(GError) error = NULL;

    jw_turn_weights_free(kit->exe.weights);
    kit->exe.weights = jw_turn_weights_new(
        &(JwTurnsConfig){ (char *)(uintptr_t) "department:Big=3, subject:two=2" }, &error);
    assert_ok(kit->exe.weights != NULL, error);
    for (int i = 0; i < 7; i++) {
        make(kit, "B", "Big", "normal");
        make(kit, "o", "one", "normal");
        make(kit, "t", "two", "normal");
    }
    assert_next(kit, 21, "BBBottBBBottBottotooo");
}

/* High before normal before low, and yet of each something comes. */
static void
test_priorities(void **state)
{
    ExeKit *kit = *state;

    for (int i = 0; i < 25; i++) {
        make(kit, "l", "one", "low");
        make(kit, "n", "one", "normal");
        make(kit, "h", "one", "high");
    }
    assert_next(kit, 24, "hhhhhhhnlhhhhhhnlhhhhhhn");
}

/* Of what others run, and what is not due, nothing is claimed and nothing hidden. */
static void
test_what_is_not_for_us(void **state)
{
    enum { MANY = 60 };
    ExeKit *kit = *state;

    for (int i = 0; i < MANY; i++) {
        g_autoptr(JwJob) strange = kit_new_job(kit->ports);

        g_free(strange->type);
        strange->type = g_strdup("of-another-version");
        g_free(kit_insert_job(kit->ports, strange));
    }
    g_free(kit_make(kit, ",\"scheduledFor\":\"2099-01-01T00:00:00Z\""));
    g_autofree char *backoff = kit_make(kit, ",\"description\":\"later\"");
    (void)kit_claim(kit->ports, backoff);
    kit_change(kit->ports, (JwJobChange){ .job_id = backoff,
                                          .transition = JW_CHANGE_FAIL_RETRY,
                                          .token = 1,
                                          .error_code = "X",
                                          .error_message = "x",
                                          .not_before_ms = KIT_NOW + 60000 });
    make(kit, "now", "zed", "normal");
    assert_next(kit, 2, "now-");
    tk_clock_advance(&kit->ports->clock.fake, 60000);
    assert_next(kit, 2, "later-");
}

/* Nothing was found: not looked at again for a moment, unless a command comes. */
static void
test_looks_now_and_then(void **state)
{
    ExeKit *kit = *state;

    assert_null(exe_next(&kit->exe, true));
    int calls = jw_store_mem_calls(kit->exe.store);
    g_autoptr(JwJob) job = kit_new_job(kit->ports);
    g_free(kit_insert_job(kit->ports, job)); /* another executor has its command */
    assert_int_equal(jw_store_mem_calls(kit->exe.store), calls + 1);
    tk_clock_advance(&kit->ports->clock.fake, EXE_LOOK_BUSY_MS - 1);
    assert_null(exe_next(&kit->exe, false));
    tk_clock_advance(&kit->ports->clock.fake, 1);
    assert_null(exe_next(&kit->exe, true));
    assert_int_equal(jw_store_mem_calls(kit->exe.store), calls + 1);
    g_autoptr(JwJob) high = kit_new_job(kit->ports);
    high->priority = JW_PRIORITY_HIGH;
    exe_turns_wake(kit->exe.turns, high);
    assert_null(exe_next(&kit->exe, true)); /* not of that priority */
    g_autoptr(JwJob) found = exe_next(&kit->exe, false);
    assert_non_null(found);
}

/* One look serves many claims; what is new since is found a moment later, or by its command, and of
 * one of whom more wait than the look took the next ones are looked for at once. */
static void
test_one_look_serves_many(void **state)
{
    ExeKit *kit = *state;

    for (int i = 0; i < 80; i++) {
        make(kit, "m", "many", "normal");
    }
    g_autoptr(JwJob) first = exe_next(&kit->exe, false);
    assert_non_null(first);
    int calls = jw_store_mem_calls(kit->exe.store);
    g_autofree char *forty = g_strnfill(40, 'm');
    assert_next(kit, 40, forty);
    /* and once at the low ones, of which nothing was known */
    assert_int_equal(jw_store_mem_calls(kit->exe.store), calls + 41);
    g_autoptr(JwJob) other = kit_new_job(kit->ports);
    other->requested_by.id = g_strdup("other");
    other->description = g_strdup("o");
    g_free(kit_insert_job(kit->ports, other)); /* its command went elsewhere */
    assert_next(kit, 1, "m");
    tk_clock_advance(&kit->ports->clock.fake, EXE_LOOK_BUSY_MS);
    assert_next(kit, 2, "om");
    g_autofree char *rest = g_strnfill(37, 'm');
    g_autofree char *end = g_strconcat(rest, "-", NULL);
    assert_next(kit, 38, end);
}

/* However many callers there are, a look is a few queries, and each of them has a turn. */
static void
test_a_look_at_many_callers(void **state)
{
    enum { CALLERS = 120 };
    ExeKit *kit = *state;

    for (int i = 0; i < 2 * CALLERS; i++) {
        g_autofree char *caller = g_strdup_printf("c%03d", i % CALLERS);
        make(kit, i < CALLERS ? "1" : "2", caller, "normal");
    }
    exe_turns_free(kit->exe.turns); /* nothing is known by a command */
    kit->exe.turns = exe_turns_new();
    const int calls = jw_store_mem_calls(kit->exe.store);
    g_autofree char *first = g_strnfill(CALLERS, '1');
    g_autofree char *second = g_strnfill(CALLERS, '2');
    assert_next(kit, CALLERS, first);
    /* one at each priority, and the claims */
    assert_int_equal(jw_store_mem_calls(kit->exe.store), calls + 3 + CALLERS);
    assert_next(kit, CALLERS, second);
    assert_next(kit, 1, "-");
}

/* Of one caller more wait than a query reads: the others are seen all the same, and of each no more
 * is kept than their share. */
static void
test_a_long_line_hides_nobody(void **state)
{
    ExeKit *kit = *state;

    for (int i = 0; i < 300; i++) {
        make(kit, "a", "ann", "normal");
    }
    for (int i = 0; i < 70; i++) {
        make(kit, "b", "bob", "normal");
    }
    make(kit, "z", "zed", "normal");
    exe_turns_free(kit->exe.turns);
    kit->exe.turns = exe_turns_new();
    assert_next(kit, 6, "abzaba");
    g_autofree char *rest = next(kit, 365);
    size_t of_bob = 0;
    for (const char *at = rest; *at != '\0'; at++) {
        of_bob += *at == 'b' ? 1 : 0;
    }
    assert_int_equal(of_bob, 68);
    assert_null(strchr(rest, '-'));
    assert_next(kit, 1, "-");
}

/* Another process claimed what this one has in mind. */
static void
test_what_others_took(void **state)
{
    ExeKit *kit = *state;
    g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);

    for (int i = 0; i < 20; i++) {
        g_ptr_array_add(ids, kit_make(kit, ",\"description\":\"x\""));
    }
    make(kit, "o", "other", "normal");
    g_autoptr(JwJob) first = exe_next(&kit->exe, false);
    assert_non_null(first);
    for (guint i = 0; i < ids->len - 1; i++) {
        g_autoptr(JwJob) job = kit_job(kit->ports, g_ptr_array_index(ids, i));
        if (job->state == JW_JOB_PENDING) {
            (void)kit_claim(kit->ports, job->id);
        }
    }
    g_autofree char *names = next(kit, 3);
    assert_int_equal(strlen(names), 3);
    assert_non_null(strchr(names, 'o'));
    assert_non_null(strchr(names, '-'));
}

/* Each way the store can fail, at each call: the job is claimed once, at the next look if not now.
 */
static void
test_store_fails(void **state G_GNUC_UNUSED)
{
    for (size_t f = 0; f < kit_n_faults; f++) {
        for (int call = 1; call <= 4; call++) {
            g_autoptr(ExeKit) kit = kit_new_idle(1);

            make(kit, "x", "one", "normal");
            kit_fault_at(kit->ports, call, kit_faults[f]);
            g_autoptr(JwJob) job = exe_next(&kit->exe, true);
            (void)kit_fault_met(kit->ports);
            if (job == NULL) {
                assert_false(exe_turns_woken(kit->exe.turns)); /* not at once again */
                tk_clock_advance(&kit->ports->clock.fake, EXE_LOOK_IDLE_MS);
                job = exe_next(&kit->exe, true);
            }
            assert_non_null(job);
            assert_int_equal(job->token, 1);
            assert_null(exe_next(&kit->exe, false));
        }
    }
}

static void
test_weights_are_checked(void **state G_GNUC_UNUSED)
{
    static const char *const wrong[] = { "x",
                                         "department:a",
                                         "department:a=",
                                         "department:a=0",
                                         "department:a=101",
                                         "department:a=-1",
                                         "a=1",
                                         "department:a=1,",
                                         "department:a=1.5",
                                         "role:a=1" };

    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;
        const JwTurnsConfig config = { (char *)(uintptr_t)wrong[i] };

        assert_null(jw_turn_weights_new(&config, &error));
        assert_jw_error(error, JW_ERROR_INVALID, "*JW_CALLER_WEIGHTS*");
    }
    g_autoptr(GError) error = NULL;
    const JwTurnsConfig odd = { (char *)(uintptr_t) "subject:a=b=7" };
    g_autoptr(JwTurnWeights) weights = jw_turn_weights_new(&odd, &error);
    assert_ok(weights != NULL, error);
    assert_int_equal(jw_turn_weight(weights, "subject:a=b"), 7);
    assert_int_equal(jw_turn_weight(weights, "subject:a"), 1);
    assert_int_equal(jw_turn_weight(weights, NULL), 1);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_many_hold_up_nobody),
        TEST(test_several_executors),
        TEST(test_oldest_first),
        TEST(test_weights),
        TEST(test_priorities),
        TEST(test_what_is_not_for_us),
        TEST(test_looks_now_and_then),
        TEST(test_one_look_serves_many),
        TEST(test_a_look_at_many_callers),
        TEST(test_a_long_line_hides_nobody),
        TEST(test_what_others_took),
        cmocka_unit_test(test_store_fails),
        cmocka_unit_test(test_weights_are_checked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
