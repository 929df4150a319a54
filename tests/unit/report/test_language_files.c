/* test_language_files.c: a language as a file: all its words, or none of it. */
#include "jw/catalog.h"
#include "jw/failure_words.h"
#include "jw/json.h"
#include "jw/languages.h"
#include "jw/mail_words.h"
#include "jw/report_text.h"
#include "jw/report_words.h"
#include "testkit.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct {
    char *dir;
    json_t *value; /* English, called "xx", each word with "~" behind it */
} Fixture;

static int
set_up(void **state)
{
    static const char *const tables[] = { "words", "failures", "mails" };
    Fixture *self = g_new0(Fixture, 1);
    g_autofree char *english = jw_language_print("en");
    g_autoptr(GError) error = NULL;

    self->dir = tk_temp_dir();
    self->value = jw_json_parse(english, strlen(english), &error);
    assert_ok(self->value != NULL, error);
    json_object_set_new(self->value, "language", json_string("xx"));
    json_object_set_new(self->value, "decimal", json_string(":"));
    for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
        json_t *words = json_object_get(self->value, tables[i]);
        const char *name = NULL;
        json_t *word = NULL;
        void *next = NULL;
        json_object_foreach_safe(words, next, name, word)
        {
            g_autofree char *other = g_strconcat(json_string_value(word), "~", NULL);
            json_object_set_new(words, name, json_string(other));
        }
    }
    *state = self;
    return 0;
}

static int
tear_down(void **state)
{
    Fixture *self = *state;

    jw_languages_unload();
    json_decref(self->value);
    g_free(self->dir);
    g_free(self);
    return 0;
}

static void
write_file(const Fixture *self, const char *name)
{
    g_autofree char *path = g_build_filename(self->dir, name, NULL);
    g_autofree char *text = jw_json_print(self->value);

    assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void
test_loaded(void **state)
{
    Fixture *self = *state;
    g_autoptr(GError) error = NULL;

    g_autofree char *unknown = jw_check_language("xx");
    assert_non_null(strstr(unknown, "one of en, de, fr, es, tr:"));
    assert_string_equal(jw_report_word(JW_WORD_TOTAL, "xx"), "Total");
    write_file(self, "xx.json");
    assert_ok(jw_languages_load(self->dir, &error), error);
    assert_null(jw_check_language("xx"));
    g_autofree char *wrong = jw_check_language("yy");
    assert_non_null(strstr(wrong, "one of en, de, fr, es, tr, xx:"));
    assert_string_equal(jw_report_word(JW_WORD_TOTAL, "xx"), "Total~");
    assert_string_equal(jw_report_word(JW_WORD_TOTAL, "en"), "Total");
    assert_string_equal(jw_failure_word(JW_FAILURE_WHY, "xx"), "Why~");
    assert_string_equal(jw_mail_word(JW_MAIL_UNSUBSCRIBE, "xx"), "Unsubscribe~");
    g_autofree char *number = jw_report_number("1,234.5", "xx");
    assert_string_equal(number, "1,234:5");
    g_autofree char *records = jw_report_word_records(1, "xx");
    assert_string_equal(records, "1 record~");
}

/* Definitions are in it as well, whose titles stay where nobody translated them. */
static void
test_definitions(void **state)
{
    Fixture *self = *state;
    g_autofree char *dir = g_build_filename(JW_SOURCE_DIR, "schemas", "reports", NULL);
    g_autoptr(GError) error = NULL;

    write_file(self, "xx.json");
    assert_ok(jw_languages_load(self->dir, &error), error);
    g_autoptr(JwCatalog) catalog = jw_catalog_load(dir, &error);
    assert_ok(catalog != NULL, error);
    const JwReportDef *def = jw_report_def_in(jw_catalog_find(catalog, "call-records"), "xx");
    assert_string_equal(def->language, "xx");
    assert_string_equal(def->title, "Call records");
}

/* The text "pointer: message" of the only violation. */
static void
assert_refused(Fixture *self, const char *pattern)
{
    g_autofree char *text = jw_json_print(self->value);
    g_autoptr(GError) error = NULL;

    assert_false(jw_language_check_file(text, strlen(text), "xx.json", &error));
    assert_jw_error(error, JW_ERROR_INVALID, pattern);
}

static void
test_refused(void **state)
{
    Fixture *self = *state;
    json_t *words = json_object_get(self->value, "words");

    json_object_del(words, "total");
    assert_refused(self, "xx.json: /words/total: is missing; in English it is “Total”*");
    json_object_set_new(words, "total", json_string("T"));
    json_object_set_new(words, "vs", json_string("gegen"));
    assert_refused(self, "xx.json: /words/vs: must have the places {1} and {2}*");
    json_object_set_new(words, "vs", json_string("{1} {2}"));
    assert_refused(self, "xx.json: /words/vs: must have the places*");
    json_object_set_new(words, "vs", json_string("gg. {1}"));
    json_object_set_new(words, "totals", json_string("T"));
    assert_refused(self, "xx.json: /words/totals: is no word of this list; did you mean “total”?*");
    json_object_del(words, "totals");
    json_object_set_new(self->value, "date", json_string("{d} {b}"));
    assert_refused(self, "xx.json: /date: must have {y} in it*");
    json_object_set_new(self->value, "date", json_string("{d} {b} {y}"));
    json_object_set_new(self->value, "language", json_string("XX"));
    assert_refused(self, "xx.json: /language: is a code of two letters*");
    json_object_set_new(self->value, "language", json_string("xx"));
    json_array_remove(json_object_get(self->value, "months"), 0);
    assert_refused(self, "xx.json: /months*");
}

/* One wrong file, and none is taken. */
static void
test_folder(void **state)
{
    Fixture *self = *state;
    g_autofree char *path = g_build_filename(self->dir, "yy.json", NULL);
    g_autofree char *absent = g_build_filename(self->dir, "absent", NULL);
    g_autoptr(GError) error = NULL;

    write_file(self, "xx.json");
    write_file(self, "yy.json");
    assert_false(jw_languages_load(self->dir, &error));
    assert_jw_error(error, JW_ERROR_INVALID,
                    "*yy.json: /language: the file must be called xx.json");
    assert_true(g_file_set_contents(path, "{", -1, NULL));
    assert_false(jw_languages_load(self->dir, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "*yy.json*");
    assert_string_equal(jw_report_word(JW_WORD_TOTAL, "xx"), "Total");
    assert_int_equal(g_unlink(path), 0);
    assert_ok(jw_languages_load(self->dir, &error), error);
    assert_ok(jw_languages_load(self->dir, &error), error);
    assert_string_equal(jw_report_word(JW_WORD_TOTAL, "xx"), "Total~");
    assert_false(jw_languages_load(absent, &error));
    assert_jw_error(error, JW_ERROR_NOT_FOUND, "*absent*");
}

/* What is here can be printed, and what is printed can be read again. */
static void
test_printed(void **state G_GNUC_UNUSED)
{
    static const char *const codes[] = { "en", "de", "fr", "es", "tr" };

    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++) {
        g_autofree char *text = jw_language_print(codes[i]);
        g_autoptr(GError) error = NULL;
        assert_ok(jw_language_check_file(text, strlen(text), codes[i], &error), error);
    }
    assert_null(jw_language_print("xx"));
}

/* Those that ship are whole. */
static void
test_shipped(void **state G_GNUC_UNUSED)
{
    g_autofree char *dir = g_build_filename(JW_SOURCE_DIR, "schemas", "languages", NULL);
    g_autoptr(GError) error = NULL;

    assert_ok(jw_languages_load(dir, &error), error);
    assert_null(jw_check_language("it"));
    assert_string_equal(jw_report_word(JW_WORD_TOTAL, "it"), "Totale");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_loaded), TEST(test_definitions), TEST(test_refused),
        TEST(test_folder), TEST(test_printed),     TEST(test_shipped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
