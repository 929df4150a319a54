/* test_merge.c: a value over another, a part of a value, and what is at a pointer. */
#include "testkit.h"

#include "jw/json_parts.h"

#include <string.h>

static json_t *
parsed(const char *text)
{
    g_autofree char *json = g_strdelimit(g_strdup(text), "'", '"');
    g_autoptr(GError) error = NULL;
    json_t *value = jw_json_parse(json, strlen(json), &error);

    assert_ok(value != NULL, error);
    return value;
}

static void
test_merge(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *base, *patch, *expected;
    } cases[] = {
        { "{}", "{}", "{}" },
        { "{'a':1}", "{}", "{'a':1}" },
        { "{'a':1}", "{'a':2}", "{'a':2}" },
        { "{'a':1}", "{'b':2}", "{'a':1,'b':2}" },
        { "{'a':1,'b':2}", "{'a':null}", "{'b':2}" },
        { "{'a':{'x':1,'y':2}}", "{'a':{'y':3}}", "{'a':{'x':1,'y':3}}" },
        { "{'a':{'x':1,'y':2}}", "{'a':{'y':null}}", "{'a':{'x':1}}" },
        { "{'a':[1,2,3]}", "{'a':[4]}", "{'a':[4]}" },
        { "{'a':[1]}", "{'a':[]}", "{'a':[]}" },
        { "{'a':[1]}", "{'a':{'x':1}}", "{'a':{'x':1}}" },
        { "{'a':{'x':1}}", "{'a':[1]}", "{'a':[1]}" },
        { "{'a':{'x':1}}", "{'a':'t'}", "{'a':'t'}" },
        { "{'a':1}", "{'b':null}", "{'a':1}" },
        { "{}", "{'a':{'x':null}}", "{'a':{}}" },
        { "{'a':{'y':1}}", "{'a':{'x':null}}", "{'a':{'y':1}}" },
        { "{'a':1}", "{'a':{'x':{'y':null,'z':2}}}", "{'a':{'x':{'z':2}}}" },
        { "{'a':[1]}", "{'a':{'x':null}}", "{'a':{}}" },
        { "{'a':null}", "{'a':null}", "{}" },
        { "{}", "{'a':[null,{'x':null}]}", "{'a':[null,{'x':null}]}" }, /* lists are whole */
        { "{'a':{'b':{'c':1,'d':[{'e':1}]}}}", "{'a':{'b':{'d':[{'f':2}]}}}",
          "{'a':{'b':{'c':1,'d':[{'f':2}]}}}" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        json_auto_t *base = parsed(cases[i].base);
        json_auto_t *before = json_deep_copy(base);
        json_auto_t *patch = parsed(cases[i].patch);
        json_auto_t *expected = parsed(cases[i].expected);
        json_auto_t *merged = jw_json_merge(base, patch);

        if (!json_equal(merged, expected)) {
            g_autofree char *text = jw_json_print(merged);
            fail_msg("%s over %s gave %s", cases[i].patch, cases[i].base, text);
        }
        assert_true(json_equal(base, before));
        if (json_is_object(json_object_get(merged, "a"))) { /* nothing is shared */
            json_object_set_new(json_object_get(merged, "a"), "changed", json_true());
            assert_true(json_equal(base, before));
        }
    }
}

static void
test_partial(void **state G_GNUC_UNUSED)
{
    static const JwField inner[] = {
        { .name = "must", .type = JW_FIELD_INT, .flags = JW_FIELD_REQUIRED },
        { .name = NULL },
    };
    static const JwField item = { .type = JW_FIELD_OBJECT, .fields = inner };
    static const JwField middle[] = {
        { .name = "must", .type = JW_FIELD_INT, .flags = JW_FIELD_REQUIRED },
        { .name = "inner", .type = JW_FIELD_OBJECT, .fields = inner },
        { .name = NULL },
    };
    static const JwField outer[] = {
        { .name = "must", .type = JW_FIELD_INT, .flags = JW_FIELD_REQUIRED },
        { .name = "middle", .type = JW_FIELD_OBJECT, .fields = middle },
        { .name = "list", .type = JW_FIELD_ARRAY, .max = 9, .item = &item },
        { .name = NULL },
    };
    static const struct {
        const char *value;
        unsigned levels;
        const char *wrong; /* pointers, joined */
    } cases[] = {
        { "{}", 0, "/must" },
        { "{}", 1, "" },
        { "{'middle':{}}", 1, "/middle/must" },
        { "{'middle':{}}", 2, "" },
        { "{'middle':{'inner':{}}}", 2, "/middle/inner/must" },
        { "{'middle':{'inner':{}},'list':[{}]}", 2, "/middle/inner/must /list/0/must" },
        { "{'list':[{}],'middle':{}}", 3, "/list/0/must" },
        { "{'must':'x','other':1}", 2, "/must /other" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        json_auto_t *value = parsed(cases[i].value);
        g_auto(JwViolations) violations = { 0 };
        g_autoptr(GString) found = g_string_new(NULL);

        assert_int_equal(jw_check_partial(value, outer, cases[i].levels, "", &violations),
                         cases[i].wrong[0] == '\0');
        for (size_t j = 0; j < jw_violations_count(&violations); j++) {
            g_string_append_printf(found, "%s%s", j > 0 ? " " : "",
                                   jw_violations_get(&violations, j)->pointer);
        }
        assert_string_equal(found->str, cases[i].wrong);
    }
}

/* A null that takes nothing away is none to complain of, unless its name is not known. */
static void
test_nulls(void **state G_GNUC_UNUSED)
{
    static const JwField inner[] = {
        { .name = "x", .type = JW_FIELD_INT, .flags = JW_FIELD_REQUIRED },
        { .name = NULL },
    };
    static const JwField item = { .type = JW_FIELD_INT };
    static const JwField list = { .type = JW_FIELD_ARRAY, .max = 9, .item = &item };
    static const JwField outer[] = {
        { .name = "must", .type = JW_FIELD_INT, .flags = JW_FIELD_REQUIRED },
        { .name = "a", .type = JW_FIELD_OBJECT, .fields = inner, .otherwise = &list },
        { .name = "map", .type = JW_FIELD_MAP, .item = &item },
        { .name = NULL },
    };
    static const struct {
        const char *value, *wrong;
    } cases[] = {
        { "{}", "" },
        { "{'must':null,'a':null,'map':null}", "" },
        { "{'must':'text','other':1}", "" }, /* others find these */
        { "{'a':{'x':null},'map':{'any':null}}", "" },
        { "{'a':[null]}", "" },
        { "{'a':{'y':null},'b':null}", "/a/y /b" },
        { "{'a':{'y':1,'z':null}}", "/a/z" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        json_auto_t *value = parsed(cases[i].value);
        g_auto(JwViolations) violations = { 0 };
        g_autoptr(GString) found = g_string_new(NULL);

        assert_int_equal(jw_check_nulls(value, outer, "", &violations), cases[i].wrong[0] == '\0');
        for (size_t j = 0; j < jw_violations_count(&violations); j++) {
            g_string_append_printf(found, "%s%s", j > 0 ? " " : "",
                                   jw_violations_get(&violations, j)->pointer);
        }
        assert_string_equal(found->str, cases[i].wrong);
    }
}

static void
test_at(void **state G_GNUC_UNUSED)
{
    json_auto_t *value = parsed("{'a':{'b/c':[10,{'~':20}]},'':30}");
    static const struct {
        const char *pointer;
        int number; /* 0: nothing */
    } cases[] = {
        { "/a/b~1c/0", 10 }, { "/a/b~1c/1/~0", 20 }, { "/", 30 },        { "/a/b", 0 },
        { "/a/b~1c/2", 0 },  { "/a/b~1c/-1", 0 },    { "/a/b~1c/x", 0 }, { "/a/b~1c/0/0", 0 },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const json_t *found = jw_json_at(value, cases[i].pointer);
        assert_int_equal(json_integer_value(found), cases[i].number);
        assert_true(found != NULL || cases[i].number == 0);
    }
    assert_ptr_equal(jw_json_at(value, ""), value);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_merge),
        cmocka_unit_test(test_partial),
        cmocka_unit_test(test_nulls),
        cmocka_unit_test(test_at),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
