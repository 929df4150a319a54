/* test_command_marks.c: which commands are known again, by place and by id. */
#include "testkit.h"

#include "jw/command_marks.h"

static JwCommandPlace
at(const char *id, int32_t partition, int64_t offset, int64_t at_ms)
{
    return (JwCommandPlace){ id, partition, offset, at_ms };
}

static JwCommandSeen
see(const GPtrArray *marks, char **ids, JwCommandPlace place)
{
    const char *refused = NULL;

    return jw_command_seen(marks, (const char *const *)ids, &place, &refused);
}

static void
test_places(void **state)
{
    g_autoptr(GPtrArray) marks = jw_command_marks_new();
    const JwCommandPlace first = at("a", 3, 10, 1000);
    static const struct {
        int32_t partition;
        int64_t offset, at_ms;
        JwCommandSeen seen;
    } cases[] = {
        { 3, 10, 1000, JW_COMMAND_DECIDED }, { 3, 9, 900, JW_COMMAND_DECIDED },
        { 3, 0, 1000, JW_COMMAND_DECIDED },  { 3, 11, 1000, JW_COMMAND_NEW },
        { 3, 11, 500, JW_COMMAND_NEW }, /* by a clock that is behind */
        { 2, 10, 1000, JW_COMMAND_NEW },     { 3, 0, 1001, JW_COMMAND_NEW }, /* the topic is new */
        { 3, 10, 0, JW_COMMAND_DECIDED },    { 3, 11, -1, JW_COMMAND_NEW },
    };

    (void)state;
    assert_int_equal(see(marks, NULL, first), JW_COMMAND_NEW);
    jw_command_marks_note(marks, &first, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        assert_int_equal(
            see(marks, NULL, at("z", cases[i].partition, cases[i].offset, cases[i].at_ms)),
            cases[i].seen);
    }
}

/* The broker's clock went back between two: the first is known again all the same. */
static void
test_latest_time_counts(void **state)
{
    g_autoptr(GPtrArray) marks = jw_command_marks_new();
    const JwCommandPlace early = at("a", 0, 1, 5000), late = at("b", 0, 2, 4000);

    (void)state;
    jw_command_marks_note(marks, &early, NULL);
    jw_command_marks_note(marks, &late, NULL);
    assert_int_equal(marks->len, 1);
    assert_int_equal(see(marks, NULL, early), JW_COMMAND_DECIDED);
    assert_int_equal(see(marks, NULL, late), JW_COMMAND_DECIDED);
}

static void
test_refused(void **state)
{
    g_autoptr(GPtrArray) marks = jw_command_marks_new();
    const JwCommandPlace bad = at("a", 0, 7, 100), good = at("b", 0, 8, 100);
    const char *why = NULL;

    (void)state;
    jw_command_marks_note(marks, &bad, "not so");
    assert_int_equal(jw_command_seen(marks, NULL, &bad, &why), JW_COMMAND_REFUSED);
    assert_string_equal(why, "not so");
    g_autoptr(GPtrArray) copy = jw_command_marks_copy(marks);
    assert_int_equal(jw_command_seen(copy, NULL, &bad, &why), JW_COMMAND_REFUSED);
    const JwCommandPlace before = at("c", 0, 6, 100);
    assert_int_equal(jw_command_seen(copy, NULL, &before, &why), JW_COMMAND_DECIDED);
    assert_null(why);
    jw_command_marks_note(marks, &good, NULL);
    assert_int_equal(see(marks, NULL, bad), JW_COMMAND_DECIDED);
}

static void
test_ids(void **state)
{
    g_autoptr(GPtrArray) marks = jw_command_marks_new();
    g_auto(GStrv) ids = NULL;

    (void)state;
    for (int i = 0; i < JW_COMMAND_IDS_MAX + 3; i++) {
        g_autofree char *id = g_strdup_printf("id-%d", i);
        char **more = jw_command_ids_with((const char *const *)ids, id);

        g_strfreev(ids);
        ids = more;
        assert_int_equal(g_strv_length(ids), MIN(i + 1, JW_COMMAND_IDS_MAX));
        assert_int_equal(see(marks, ids, at(id, 0, 1, 1)), JW_COMMAND_DECIDED);
    }
    assert_int_equal(see(marks, ids, at("id-2", 0, 1, 1)), JW_COMMAND_NEW);
    assert_int_equal(see(marks, ids, at("id-3", 0, 1, 1)), JW_COMMAND_DECIDED);
}

static void
test_partitions_are_bounded(void **state)
{
    g_autoptr(GPtrArray) marks = jw_command_marks_new();

    (void)state;
    for (int32_t i = 0; i < JW_COMMAND_MARKS_MAX + 1; i++) {
        const JwCommandPlace place = at("a", i, 5, 5), first = at("a", 1, 6, 5);

        jw_command_marks_note(marks, &place, NULL);
        if (i > 1) {
            jw_command_marks_note(marks, &first, NULL); /* used all the time */
        }
    }
    assert_int_equal(marks->len, JW_COMMAND_MARKS_MAX);
    assert_int_equal(see(marks, NULL, at("a", 1, 6, 5)), JW_COMMAND_DECIDED);
    assert_int_equal(see(marks, NULL, at("a", 0, 5, 5)), JW_COMMAND_NEW);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_latest_time_counts),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_partitions_are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
