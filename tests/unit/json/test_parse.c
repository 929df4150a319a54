/* test_parse.c: strict JSON: what is refused, and why. */
#include "fixture.h"

#include "jw/text.h"

static void
refuse(const char *text, size_t length, const char *pattern)
{
    g_autoptr(GError) error = NULL;

    assert_null(jw_json_parse(text, length, &error));
    assert_jw_error(error, JW_ERROR_INVALID, pattern);
}

static void
test_refused(void **state)
{
    static const struct {
        const char *text, *pattern;
    } cases[] = {
        { "", "*empty*" },
        { "   ", "not JSON: *" },
        { "{", "not JSON: *line 1*" },
        { "{\"a\":1,}", "not JSON: *" },
        { "{\"a\":1}x", "not JSON: *" },
        { "{\"a\":1,\"a\":2}", "not JSON: *duplicate*" },
        { "{\"a\":1e400}", "not JSON: *overflow*" },
        { "{\"a\":-1e400}", "not JSON: *overflow*" },
        { "{\"a\":99999999999999999999}", "not JSON: *too big*" },
        { "{\"a\":\"\\ud800\"}", "not JSON: *" },
        { "{\"a\":\"\\udc00\\ud800\"}", "not JSON: *" },
        { "{\"a\":\"\\u0000\"}", "not JSON: a text holds \\u0000, which no text may have; *" },
        { "{\"a\":\"b\a\"}", "not JSON: a text holds a control character; remove it, or *" },
        { "{\"\\u0000\":1}", "not JSON: *" },
        { "{\"a\":\"\xff\"}", "not JSON: *" },
        { "{\"a\":\"\xc0\x80\"}", "not JSON: *" },
        { "{\"a\":\"\xed\xa0\x80\"}", "not JSON: *" },
        { "{\"a\":\"line\nbreak\"}", "not JSON: a text goes over the end of its line; *" },
        { "{\"a\":01}", "not JSON: *" },
        { "{\"a\":+1}", "not JSON: *" },
        { "{\"a\":.5}", "not JSON: *" },
        { "{\"a\":NaN}", "not JSON: *" },
        { "{a:1}", "not JSON: *" },
        { "{'a':1}", "not JSON: *" },
        { "{\"a\":1 /* no */}", "not JSON: *" },
        { "\xef\xbb\xbf{}", "not JSON: *" },
        { "true", "not JSON: *" },
        { "\"text\"", "not JSON: *" },
        { "{\n\n\"a\":x}", "*line 3*" },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        refuse(cases[i].text, strlen(cases[i].text), cases[i].pattern);
    }
    refuse("{\"a\":\"\0\"}", 9, "not JSON: *");
    refuse("{}\0", 3, "not JSON: *");
}

static void
test_depth(void **state)
{
    g_autoptr(GString) bomb = g_string_new(NULL);
    g_autoptr(GString) fits = g_string_new(NULL);
    g_autoptr(GString) text = g_string_new("[\"");
    g_autoptr(GError) error = NULL;

    (void)state;
    for (int i = 0; i < 100000; i++) {
        g_string_append_c(bomb, '[');
        g_string_append_c(text, '[');
    }
    refuse(bomb->str, bomb->len, "*nested deeper than 32 levels (line 1, column 33)*");
    for (int i = 0; i < 32; i++) {
        g_string_append_c(fits, '[');
        g_string_insert_c(fits, -1, ' ');
    }
    for (int i = 0; i < 32; i++) {
        g_string_append_c(fits, ']');
    }
    json_auto_t *deep = jw_json_parse(fits->str, fits->len, &error);
    assert_ok(deep != NULL, error);
    g_string_append(text, "\\\"[\"]"); /* brackets inside a string are no levels */
    json_auto_t *flat = jw_json_parse(text->str, text->len, &error);
    assert_ok(flat != NULL, error);
}

static void
test_many_values(void **state)
{
    g_autoptr(GString) text = g_string_new("{");

    (void)state;
    for (int i = 0; i < 1000000; i++) {
        g_string_append_printf(text, "%s\"k%d\":0", i > 0 ? "," : "", i);
    }
    g_string_append_c(text, '}');
    g_autoptr(GError) error = NULL;
    assert_null(jw_json_parse(text->str, text->len, &error));
    assert_jw_error(error, JW_ERROR_TOO_LARGE, "*more than 250000 values*");
}

/* @before, @n times @part with commas, @after. (transfer full) */
static char *
list_of(const char *before, const char *part, size_t n, const char *after)
{
    GString *text = g_string_new(before);

    for (size_t i = 0; i < n; i++) {
        g_string_append_printf(text, "%s%s", i > 0 ? "," : "", part);
    }
    g_string_append(text, after);
    return g_string_free(text, FALSE);
}

/* The largest body that makes sense is taken; what costs a hundred times its bytes is not. */
static void
test_body_limits(void **state)
{
    static const struct {
        const char *before, *part;
        size_t n;
        const char *after, *pattern; /* NULL: taken */
    } cases[] = {
        { "[", "1", 60000, "]", NULL },
        { "[", "1", 60001, "]", "*more than 60000 values (line 1, column *" },
        { "[", "{}", 4999, "]", NULL },
        { "[", "{}", 5000, "]", "*more than 5000 objects, lists and members of objects*" },
        { "[", "[]", 125000, "]", "*more than 5000 objects, lists*" },
        { "[", "{\"a\":1}", 2499, "]", NULL },
        { "[", "{\"a\":1}", 2500, "]", "*more than 5000 objects, lists*" },
        { "[\"", ":{[,", 100000, "\"]", NULL }, /* in a text they are none */
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *text = list_of(cases[i].before, cases[i].part, cases[i].n, cases[i].after);
        json_auto_t *value = jw_json_parse_body(text, strlen(text), &error);
        if (cases[i].pattern == NULL) {
            assert_ok(value != NULL, error);
        } else {
            assert_null(value);
            assert_jw_error(error, JW_ERROR_TOO_LARGE, cases[i].pattern);
        }
    }
    g_autoptr(GString) filters = g_string_new("{\"filters\":{");
    for (int i = 0; i < 50; i++) {
        g_autofree char *values = list_of("[", "\"0123456\"", 1000, "]");
        g_string_append_printf(filters, "%s\"f%d\":%s", i > 0 ? "," : "", i, values);
    }
    g_string_append(filters, "}}");
    g_autoptr(GError) error = NULL;
    json_auto_t *value = jw_json_parse_body(filters->str, filters->len, &error);
    assert_ok(value != NULL, error);
}

static void
test_print(void **state)
{
    static const struct {
        const char *in, *out;
    } cases[] = {
        { "{ 'b' : 1, 'a' : [ true, null, 'x' ] }", "{'a':[true,null,'x'],'b':1}" },
        { "{'a':-0}", "{'a':0}" },
        { "{'a':9223372036854775807}", "{'a':9223372036854775807}" },
        { "{'a':-9223372036854775808}", "{'a':-9223372036854775808}" },
        { "{'a':1.5e3}", "{'a':1500.0}" },
        { "{'a':83.33,'b':0.1,'c':1e300}", "{'a':83.33,'b':0.1,'c':1e300}" },
        /* No digit is lost, and none is added to those beside it. */
        { "{'a':83.33,'b':12345678901234.56}", "{'a':83.33,'b':12345678901234.56}" },
        { "[29999999999999.97,'-1.5e3,\\'x',5]", "[29999999999999.97,'-1.5e3,\\'x',5]" },
        { "[1.2345678901234567e+19,true,1e-7,-1234567890123456.8]",
          "[1.2345678901234567e19,true,1e-7,-1234567890123456.8]" },
        { "[1234567890123456.0,0.30000000000000004,false]",
          "[1234567890123456.0,0.30000000000000004,false]" },
        { "{'a':'\\u00e7 \\ud83d\\ude00 \\/'}", "{'a':'\xc3\xa7 \xf0\x9f\x98\x80 /'}" },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        json_auto_t *value = parsed(cases[i].in);
        g_autofree char *text = jw_json_print(value);
        g_autofree char *expected = quoted(cases[i].out);
        assert_string_equal(text, expected);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused),     cmocka_unit_test(test_depth),
        cmocka_unit_test(test_many_values), cmocka_unit_test(test_body_limits),
        cmocka_unit_test(test_print),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
