/* test_check.c: the checker's messages: pointers, suggestions, limits, all violations at once. Seen
 * through the request, whose tables use every kind of field. */
#include "fixture.h"

static void
judge(const Fixture *fixture, const char *text, JwViolations *violations)
{
    json_auto_t *body = parsed(text);
    JwJob *job = NULL;

    assert_false(jw_wire_job_from_request(fixture->wire, body, NOW_MS, violations, &job));
    assert_null(job);
}

static void
test_all_at_once(void **state)
{
    g_auto(JwViolations) violations = { 0 };

    judge(*state,
          "{'reportTyp':'x','name':null,'output':{'format':7},'parameters':[],'priority':'urgent','"
          "x':1}",
          &violations);
    assert_violation(&violations, "/reportTyp", "did you mean 'reportType'?");
    assert_violation(&violations, "/reportType", "is required");
    assert_violation(&violations, "/name", "must be a string, not null; leave it out");
    assert_violation(&violations, "/output/format", "must be a string, not a number");
    assert_violation(&violations, "/parameters", "must be an object, not an array");
    assert_violation(&violations, "/priority", "must be one of low, normal, high, not 'urgent'");
    assert_violation(&violations, "/x",
                     "known here: reportType, parameters, output, name, description");
    assert_int_equal(jw_violations_count(&violations), 7);
}

static void
test_pointers_are_escaped(void **state)
{
    g_auto(JwViolations) violations = { 0 };

    judge(*state,
          "{'reportType':'call-records','name':'x','output':{'format':'csv'},"
          "'parameters':{'filters':{'a/b~c':1,'':[1]}}, 'm~n/o':1}",
          &violations);
    assert_violation(&violations, "/parameters/filters/a~1b~0c", "must be an array");
    assert_violation(&violations, "/parameters/filters//0", "must be a string");
    assert_violation(&violations, "/m~0n~1o", "is not known");
}

static void
test_suggestions(void **state)
{
    static const struct {
        const char *name, *message;
    } cases[] = {
        { "Name", "did you mean 'name'?" },
        { "paramaters", "did you mean 'parameters'?" },
        { "scheduledfor", "did you mean 'scheduledFor'?" },
        { "ouptut", "did you mean 'output'?" },
        { "deliverys", "did you mean 'delivery'?" },
        { "zzzzzz", "known here: " },
        { "", "known here: " },
        { "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
          "known here: " },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(JwViolations) violations = { 0 };
        g_autofree char *text = g_strdup_printf("{'%s':1}", cases[i].name);
        g_autofree char *pointer = g_strconcat("/", cases[i].name, NULL);
        judge(*state, text, &violations);
        assert_violation(&violations, pointer, cases[i].message);
    }
}

static void
test_texts(void **state)
{
    static const struct {
        const char *body, *pointer, *message;
    } cases[] = {
        { "{'name':''}", "/name", "must not be empty" },
        { "{'name':'a\\nb'}", "/name", "one line" },
        { "{'name':'a\\u0007b'}", "/name", "control characters" },
        { "{'name':'a\\u0085b'}", "/name", "control characters" },
        { "{'name':{'$ne':1}}", "/name", "must be a string, not an object" },
        { "{'name':true}", "/name", "must be a string, not true or false" },
        { "{'parameters':{'includeInactive':1}}", "/parameters/includeInactive",
          "must be true or false, not a number" },
        { "{'parameters':{'includeInactive':'true'}}", "/parameters/includeInactive",
          "not a string" },
        { "{'parameters':{'measures':['a','a']}}", "/parameters/measures/1", "is given twice" },
        { "{'templateId':7}", "/templateId", "must be a string" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(JwViolations) violations = { 0 };
        judge(*state, cases[i].body, &violations);
        assert_violation(&violations, cases[i].pointer, cases[i].message);
    }
}

/* Characters count, not bytes. */
static void
test_lengths(void **state)
{
    static const struct {
        int count;
        bool fits;
    } cases[] = { { 200, true }, { 201, false } };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(JwViolations) violations = { 0 };
        g_autoptr(GString) name = g_string_new(NULL);
        for (int k = 0; k < cases[i].count; k++) {
            g_string_append(name, "\xc3\xa7");
        }
        g_autofree char *text = g_strdup_printf("{'name':'%s'}", name->str);
        judge(*state, text, &violations);
        if (cases[i].fits) {
            g_autofree char *all = jw_violations_text(&violations);
            assert_null(strstr(all, "/name"));
        } else {
            assert_violation(&violations, "/name", "at most 200 characters, not 201");
        }
    }
}

static void
test_violations_are_bounded(void **state)
{
    g_auto(JwViolations) violations = { 0 };
    g_autoptr(GString) text = g_string_new("{'name':1");

    for (int i = 0; i < 200000; i++) {
        g_string_append_printf(text, ",'u%d':0", i);
    }
    g_string_append_c(text, '}');
    judge(*state, text->str, &violations);
    assert_int_equal(jw_violations_count(&violations), JW_VIOLATIONS_MAX);
}

/* A body that only comes when the list is full must be refused all the same. */
static void
test_full_list_still_refuses(void **state)
{
    const Fixture *fixture = *state;
    g_auto(JwViolations) violations = { 0 };
    json_auto_t *body = parsed("{'id':7}");

    for (unsigned i = 0; i < JW_VIOLATIONS_MAX; i++) {
        (void)jw_violations_add(&violations, "", "earlier");
    }
    assert_false(jw_check_object(body, jw_wire_actor_fields, "", &violations));
    judge(fixture, "{}", &violations);
}

static void
test_not_an_object(void **state)
{
    g_auto(JwViolations) violations = { 0 };

    judge(*state, "[]", &violations);
    assert_violation(&violations, "", "must be an object, not an array");
    assert_int_equal(jw_violations_count(&violations), 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_at_once),
        cmocka_unit_test(test_pointers_are_escaped),
        cmocka_unit_test(test_suggestions),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_violations_are_bounded),
        cmocka_unit_test(test_full_list_still_refuses),
        cmocka_unit_test(test_not_an_object),
    };
    return cmocka_run_group_tests(tests, fixture_set_up, fixture_tear_down);
}
