/* test_calendar.c: the days of a calendar from JSON. What is refused: schemas/examples. */
#include "jw/civil.h"
#include "jw/wire_calendar.h"
#include "testkit.h"

#include <string.h>

/* (transfer full) */
static JwCalendar *
calendar_of(const char *text, JwViolations *violations)
{
    g_autoptr(GError) error = NULL;
    json_auto_t *value = jw_json_parse(text, strlen(text), &error);

    assert_ok(value != NULL, error);
    return jw_wire_calendar_read(value, "/days", violations);
}

static void
test_all_sorts(void **state)
{
    g_auto(JwViolations) violations = { 0 };
    g_autoptr(JwCalendar) calendar = calendar_of(
        "{\"id\":\"office\",\"dates\":[\"2026-12-28\"],\"ranges\":[{\"first\":\"2026-08-03\","
        "\"last\":\"2026-08-05\"}],\"weekdays\":[\"SAT\"],\"yearly\":[\"01-01\"]}",
        &violations);
    static const struct {
        int year, month, day;
        bool excluded;
    } rows[] = {
        { 2026, 12, 28, true }, { 2026, 12, 29, false }, { 2026, 8, 2, false },
        { 2026, 8, 3, true },   { 2026, 8, 5, true },    { 2026, 8, 6, false },
        { 2026, 8, 8, true },   { 2030, 1, 1, true },    { 2030, 1, 2, false },
    };

    (void)state;
    assert_non_null(calendar);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const int64_t day = jw_civil_days(rows[i].year, rows[i].month, rows[i].day);
        assert_int_equal(jw_calendar_excludes(calendar, day), rows[i].excluded);
    }
}

/* All that is wrong at once, at its place. */
static void
test_pointers(void **state)
{
    g_auto(JwViolations) violations = { 0 };
    g_auto(JwViolations) falls = { 0 };
    g_auto(JwViolations) none = { 0 };
    g_auto(JwViolations) week = { 0 };

    (void)state;
    assert_null(calendar_of("{\"dates\":[\"2026-02-29\"],\"weekdays\":[\"MON\",\"sat\"],"
                            "\"yearly\":[\"02-29\",\"13-01\"]}",
                            &violations));
    g_autofree char *text = jw_violations_text(&violations);
    assert_true(g_pattern_match_simple(
        "/days/dates/0: '2026-02-29' is not a date*/days/weekdays/1: *MON*/days/yearly/1: '13-01'*",
        text));
    assert_int_equal(jw_violations_count(&violations), 3);
    assert_null(
        calendar_of("{\"ranges\":[{\"first\":\"2026-01-02\",\"last\":\"2026-01-01\"}]}", &falls));
    g_autofree char *falling = jw_violations_text(&falls);
    assert_true(g_pattern_match_simple("/days/ranges/0/last: *ends before it begins*", falling));
    assert_null(
        calendar_of("{\"ranges\":[{\"first\":\"1970-01-01\",\"last\":\"9999-12-31\"}]}", &none));
    g_autofree char *nothing = jw_violations_text(&none);
    assert_string_equal(nothing, "/days: excludes every day, so that nothing is ever due");
    assert_null(calendar_of(
        "{\"weekdays\":[\"MON\",\"TUE\",\"WED\",\"THU\",\"FRI\",\"SAT\",\"SUN\"]}", &week));
    assert_string_equal(jw_violations_get(&week, 0)->pointer, "/days/weekdays");
}

/* A whole one has nothing beside its days but its name. */
static void
test_whole(void **state)
{
    static const struct {
        const char *text, *name, *wrong; /* wrong: NULL: what is stored is `days` */
        const char *days;
    } rows[] = {
        { "{\"name\":\"c\",\"weekdays\":[\"SAT\"]}", "c", NULL, "{\"weekdays\":[\"SAT\"]}" },
        { "{}", "c", NULL, "{}" },
        { "{\"dates\":[]}", NULL, NULL, "{\"dates\":[]}" },
        { "{\"name\":\"d\"}", "c", "/c/name: must be that of the path*", NULL },
        { "{\"name\":\"c\"}", NULL, "/c/name: *", NULL },
        { "{\"days\":[]}", "c", "/c/days: *", NULL },
        { "{}", "C d", "/c/name: *", NULL },
        { "{\"name\":\"C d\"}", "C d", "/c/name: *", NULL },
        { "[]", "c", "/c: *", NULL },
        { "{\"dates\":[\"2026-02-30\"]}", NULL, "/c/dates/0: *", NULL },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(JwViolations) violations = { 0 };
        g_autoptr(GError) error = NULL;
        json_auto_t *value = jw_json_parse(rows[i].text, strlen(rows[i].text), &error);
        json_auto_t *days = jw_wire_calendar_days(value, rows[i].name, "/c", &violations);
        g_autofree char *is = days != NULL ? jw_json_print(days) : NULL;
        g_autofree char *wrong = jw_violations_text(&violations);

        assert_int_equal(g_strcmp0(is, rows[i].days), 0);
        assert_true(g_pattern_match_simple(rows[i].wrong != NULL ? rows[i].wrong : "", wrong));
        assert_int_equal(jw_violations_count(&violations), rows[i].wrong != NULL);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_sorts),
        cmocka_unit_test(test_pointers),
        cmocka_unit_test(test_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
