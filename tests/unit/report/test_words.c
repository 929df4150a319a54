/* test_words.c: the fixed words of a report by language. */
#include "jw/failure_words.h"
#include "jw/report_words.h"
#include "testkit.h"

#include <string.h>

/* Every word is there, and has the places that English has. */
static void
test_every_language_has_every_word(void **state)
{
    static const char *const places[] = { "{1}", "{2}" };
    static const char *const languages[] = { "en", "de", "fr", "es", "tr" };
    (void)state;

    for (size_t i = 0; i < G_N_ELEMENTS(languages); i++) {
        assert_null(jw_check_language(languages[i]));
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

static void
test_numbers(void **state)
{
    static const struct {
        const char *language, *english, *number;
    } rows[] = {
        { NULL, "-1,234,567.50 %", "-1,234,567.50 %" },
        { "de", "-1,234,567.50 %", "-1.234.567,50 %" },
        { "es", "1,234.5", "1.234,5" },
        { "tr", "+1,000", "+1.000" },
        { "fr", "1,234,567.5",
          "1\xe2\x80\xaf"
          "234\xe2\x80\xaf"
          "567,5" },
        { "de", "3.4M", "3,4M" },
        { "de", "., a.b 1. ,2", "., a.b 1. ,2" },
        { "de", "", "" },
    };
    (void)state;

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *number = jw_report_number(rows[i].english, rows[i].language);
        assert_string_equal(number, rows[i].number);
    }
}

static void
test_bytes(void **state)
{
    static const struct {
        const char *language;
        int64_t bytes;
        const char *text;
    } rows[] = {
        { NULL, 1536, "1.5 KiB" }, { "de", 1536, "1,5 KiB" }, { "fr", 1536, "1,5 Kio" },
        { "fr", 12, "12 o" },      { "tr", 12, "12 B" },
    };
    (void)state;

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = jw_report_bytes(rows[i].bytes, rows[i].language);
        assert_string_equal(text, rows[i].text);
    }
}

/* What of a mail about a failure is in no report. */
static void
test_words_of_failures(void **state)
{
    static const char *const languages[] = { "de", "fr", "es", "tr" };
    (void)state;

    for (int word = 0; word < JW_FAILURE_N; word++) {
        const char *english = jw_failure_word((JwFailureWord)word, NULL);
        for (size_t i = 0; i < G_N_ELEMENTS(languages); i++) {
            const char *text = jw_failure_word((JwFailureWord)word, languages[i]);
            assert_string_not_equal(text, english);
            assert_int_equal(strstr(text, "{1}") != NULL, strstr(english, "{1}") != NULL);
            assert_int_equal(strstr(text, "{2}") != NULL, strstr(english, "{2}") != NULL);
            assert_int_equal(strstr(text, "delivery.onFailure \"none\"") != NULL,
                             word == JW_FAILURE_OFF);
        }
    }
    g_autofree char *text =
        jw_failure_word_fill(JW_FAILURE_ATTEMPTS, "de", "11. Jan. 2021, 00:05 UTC", "5");
    assert_string_equal(text, "11. Jan. 2021, 00:05 UTC, nach 5 Versuchen");
}

/* Notes name the group by its own word. */
static void
test_notes_name_the_rest(void **state)
{
    static const char *const languages[] = { "en", "de", "fr", "es", "tr" };
    (void)state;

    for (size_t i = 0; i < G_N_ELEMENTS(languages); i++) {
        const char *other = jw_report_word(JW_WORD_OTHER, languages[i]);
        assert_non_null(strstr(jw_report_word(JW_WORD_NOTE_FOLDED, languages[i]), other));
        assert_non_null(strstr(jw_report_word(JW_WORD_NOTE_ACROSS, languages[i]), other));
    }
}

/* Each language says which numbers have the form of one. */
static void
test_records(void **state)
{
    static const struct {
        const char *language;
        int64_t count;
        const char *text;
    } rows[] = {
        { "de", 1, "1 Datensatz" },         { "de", 0, "0 Datensätze" },
        { "de", 1234, "1.234 Datensätze" }, { "fr", 0, "0 enregistrement" },
        { "fr", 1, "1 enregistrement" },    { "fr", 2, "2 enregistrements" },
        { "es", 2, "2 registros" },         { "tr", 2, "2 kayıt" },
    };
    (void)state;

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = jw_report_word_records(rows[i].count, rows[i].language);
        assert_string_equal(text, rows[i].text);
    }
}

static void
test_languages_without_words(void **state)
{
    static const char *const names[] = { "it", "", "EN", "de-AT", "en " };
    (void)state;

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *wrong = jw_check_language(names[i]);
        assert_non_null(wrong);
        assert_non_null(strstr(wrong, "en, de, fr, es, tr"));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_language_has_every_word),
        cmocka_unit_test(test_an_unknown_language_is_english),
        cmocka_unit_test(test_places_are_filled),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_words_of_failures),
        cmocka_unit_test(test_notes_name_the_rest),
        cmocka_unit_test(test_records),
        cmocka_unit_test(test_languages_without_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
