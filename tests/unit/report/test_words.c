/* test_words.c: the fixed words of a report by language. */
#include "jw/report_words.h"
#include "testkit.h"

#include <string.h>

/* Every word is there, and has the places that English has. */
static void
test_every_language_has_every_word(void **state)
{
    static const char *const places[] = { "{1}", "{2}" };
    static const char *const languages[] = { "en" };
    (void)state;

    for (size_t i = 0; i < G_N_ELEMENTS(languages); i++) {
        for (int word = 0; word < JW_WORD_N; word++) {
            const char *text = jw_report_word((JwWord)word, languages[i]);
            const char *english = jw_report_word((JwWord)word, "en");
            assert_non_null(text);
            assert_int_not_equal(*text, '\0');
            for (size_t k = 0; k < G_N_ELEMENTS(places); k++) {
                assert_int_equal(strstr(text, places[k]) != NULL,
                                 strstr(english, places[k]) != NULL);
            }
        }
    }
}

static void
test_an_unknown_language_is_english(void **state)
{
    (void)state;
    assert_string_equal(jw_report_word(JW_WORD_TOTAL, NULL), "Total");
    assert_string_equal(jw_report_word(JW_WORD_TOTAL, "xx"), "Total");
    assert_string_equal(jw_report_word(JW_WORD_TOTAL, ""), "Total");
}

static void
test_places_are_filled(void **state)
{
    g_autofree char *page = jw_report_word_fill(JW_WORD_PAGE_OF, NULL, "2", "10");
    g_autofree char *none = jw_report_word_fill(JW_WORD_AND_MORE, NULL, "a {2} {1", NULL);
    g_autofree char *one = jw_report_word_records(1, NULL);
    g_autofree char *many = jw_report_word_records(12345, NULL);
    g_autofree char *zero = jw_report_word_records(0, NULL);
    (void)state;

    assert_string_equal(page, "Page 2 of 10");
    assert_string_equal(none, "a {2} {1 and  more");
    assert_string_equal(one, "1 record");
    assert_string_equal(many, "12,345 records");
    assert_string_equal(zero, "0 records");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_language_has_every_word),
        cmocka_unit_test(test_an_unknown_language_is_english),
        cmocka_unit_test(test_places_are_filled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
