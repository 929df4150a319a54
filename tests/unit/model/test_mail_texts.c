/* test_mail_texts.c: templates of mails: what they may name, and what stands in its place. */
#include "jw/mail_texts.h"
#include "testkit.h"

#include <string.h>

static const char *const figures[] = { "totalCalls", "answerRate", NULL };

static void
test_good(void **state G_GNUC_UNUSED)
{
    static const char *const texts[] = {
        "",
        "plain { } text",
        "{{period}}",
        "{{ period }}{{report}}",
        "Calls: {{figures.totalCalls}} ({{changes.answerRate}})",
        "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d {{report}} \xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb",
        "two\nlines",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autofree char *wrong = jw_mail_template_check(texts[i], figures);
        assert_null(wrong);
    }
    for (size_t i = 0; jw_mail_values[i] != NULL; i++) {
        g_autofree char *text = g_strdup_printf("{{%s}}", jw_mail_values[i]);
        g_autofree char *wrong = jw_mail_template_check(text, figures);
        assert_null(wrong);
    }
    g_autofree char *unknown = jw_mail_template_check("{{figures.anything}}", NULL);
    assert_null(unknown);
}

static void
test_wrong(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *text, *pattern;
    } cases[] = {
        { "{{perod}}", "names no value 'perod'; did you mean 'period'?" },
        { "{{Period}}", "*did you mean 'period'?" },
        { "{{figures.totalCall}}", "*did you mean 'figures.totalCalls'?" },
        { "{{totalCalls}}", "names no value 'totalCalls'; there are report, *figures.NAME*" },
        { "{{figures.}}", "names no value 'figures.'*" },
        { "{{figures}}", "names no value 'figures'*" },
        { "{{}}", "has {{}} without a name*" },
        { "{{ }}", "has {{}} without a name*" },
        { "{{period", "has {{ without }} behind it" },
        { "a }} b", "has }} without {{ before it" },
        { "{{period}} }}", "has }} without {{ before it" },
        { "{{#if period}}", "names no value '#if period'*" },
        { "{{{period}}}", "names no value '{period'*" },
        { "{{a\nb}}", "names no value 'a b'*" },
        { "a\xe2\x80\xae"
          "b",
          "holds a character that cannot be seen*" },
        { "a\x01", "holds a character that cannot be seen*" },
        { "a\rb", "holds a character that cannot be seen*" },
        { "\xff", "holds a character that cannot be seen*" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *wrong = jw_mail_template_check(cases[i].text, figures);
        if (wrong == NULL || !g_pattern_match_simple(cases[i].pattern, wrong)) {
            fail_msg("%s: %s", cases[i].text, wrong);
        }
    }
    g_autofree char *long_name = g_strnfill(5000, 'a');
    g_autofree char *text = g_strdup_printf("{{%s}}", long_name);
    g_autofree char *wrong = jw_mail_template_check(text, figures);
    assert_true(strlen(wrong) < 500);
}

static const char *
value_of(const char *name, gpointer data G_GNUC_UNUSED)
{
    return strcmp(name, "period") == 0          ? "{{report}} <b>"
           : strcmp(name, "figures.calls") == 0 ? "12"
                                                : NULL;
}

/* Values are not looked through, and what has none leaves nothing. */
static void
test_fill(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *text, *filled;
    } cases[] = {
        { "", "" },
        { "plain", "plain" },
        { "{{period}}", "{{report}} <b>" },
        { "a{{ figures.calls }}b{{figures.calls}}", "a12b12" },
        { "[{{report}}]", "[]" },
        { "{ {{figures.calls}} }", "{ 12 }" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *filled = jw_mail_template_fill(cases[i].text, value_of, NULL);
        assert_string_equal(filled, cases[i].filled);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_wrong),
        cmocka_unit_test(test_fill),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
