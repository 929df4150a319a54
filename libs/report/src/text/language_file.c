/* text/language_file.c: see jw/languages.h: files are checked, read and printed. The main thread
 * does it, before others start. */
#include "text/language_file.h"

#include "jw/json.h"
#include "jw/failure_words.h"
#include "jw/languages.h"
#include "jw/mail_words.h"
#include "jw/report_words.h"
#include "jw/text.h"

#include <math.h>
#include <string.h>

#define WORD_MAX 400 /* characters */

static bool
exactly_one(double number)
{
    return fabs(number) == 1;
}

static bool
below_two(double number)
{
    return fabs(number) < 2;
}

static bool
never(double number G_GNUC_UNUSED)
{
    return false;
}

/* Which numbers have the form of one. */
static const char *const one_names[] = { "exactlyOne", "belowTwo", "never", NULL };
static bool (*const ones[])(double) = { exactly_one, below_two, never };

static char *
check_code(const char *text)
{
    const size_t length = strlen(text);

    return length == 2 && g_ascii_islower(text[0]) && g_ascii_islower(text[1])
               ? NULL
               : g_strdup("is a code of two letters, as of ISO 639: it");
}

static const JwField short_text = { .type = JW_FIELD_STRING, .min = 1, .max = 20 };
static const JwField word_text = { .type = JW_FIELD_STRING, .min = 1, .max = WORD_MAX };

#define REQUIRED JW_FIELD_REQUIRED
#define TEXT(field, most)                                                                          \
    {                                                                                              \
        .name = (field), .type = JW_FIELD_STRING, .flags = REQUIRED, .min = 1, .max = (most)       \
    }
#define LIST(field, count)                                                                         \
    {                                                                                              \
        .name = (field), .type = JW_FIELD_ARRAY, .flags = REQUIRED, .min = (count),                \
        .max = (count), .item = &short_text                                                        \
    }
#define WORDS(field)                                                                               \
    {                                                                                              \
        .name = (field), .type = JW_FIELD_MAP, .flags = REQUIRED, .max = 500, .item = &word_text   \
    }
static const JwField file_fields[] = {
    { .name = "$schema", .type = JW_FIELD_STRING, .max = 200 },
    { .name = "language", .type = JW_FIELD_STRING, .flags = REQUIRED, .check = check_code },
    TEXT("name", 50),
    TEXT("decimal", 4),
    TEXT("group", 4),
    TEXT("day", 40),
    TEXT("date", 40),
    LIST("months", 12),
    LIST("weekdays", 7),
    { .name = "one", .type = JW_FIELD_STRING, .flags = REQUIRED, .values = one_names },
    LIST("large", 3),
    { .name = "byte", .type = JW_FIELD_STRING, .flags = REQUIRED, .min = 1, .max = 1 },
    WORDS("words"),
    WORDS("failures"),
    WORDS("mails"),
    { .name = NULL },
};

/* Whether @text has the same places "{1}", "{2}" as @english. */
static bool
same_places(const char *text, const char *english)
{
    return (strstr(text, "{1}") != NULL) == (strstr(english, "{1}") != NULL)
           && (strstr(text, "{2}") != NULL) == (strstr(english, "{2}") != NULL);
}

static void
check_word(const JwWordTable *table, size_t word, const json_t *words, JwViolations *violations)
{
    const char *name = table->names[word];
    const char *text = jw_json_text(words, name);
    const char *english = table->english((int)word);
    g_autofree char *base = jw_pointer("", table->member);
    g_autofree char *pointer = jw_pointer(base, name);

    if (text == NULL && json_object_get(words, name) == NULL) {
        (void)jw_violations_add(violations, pointer, "is missing; in English it is “%s”", english);
    } else if (text != NULL && !same_places(text, english)) {
        (void)jw_violations_add(violations, pointer,
                                "must have the places {1} and {2} as the English “%s” has them",
                                english);
    }
}

/* Words that nothing asks for. */
static void
check_names(const JwWordTable *table, const json_t *words, JwViolations *violations)
{
    g_autofree char *base = jw_pointer("", table->member);
    const char *name = NULL;
    json_t *value = NULL;

    json_object_foreach(jw_json_mutable(words), name, value)
    {
        JwNearest nearest = jw_nearest_begin(name);
        bool known = false;
        for (size_t i = 0; i < table->n_names; i++) {
            known = known || strcmp(table->names[i], name) == 0;
            jw_nearest_offer(&nearest, table->names[i]);
        }
        if (!known) {
            g_autofree char *pointer = jw_pointer(base, name);
            (void)jw_violations_add(violations, pointer, "is no word of this list%s%s%s",
                                    nearest.name != NULL ? "; did you mean “" : "",
                                    nearest.name != NULL ? nearest.name : "",
                                    nearest.name != NULL ? "”?" : "");
        }
    }
}

/* Patterns have their places. */
static void
check_pattern(const json_t *value, const char *member, const char *const *places,
              JwViolations *violations)
{
    const char *text = jw_json_text(value, member);
    g_autofree char *pointer = jw_pointer("", member);

    for (size_t i = 0; text != NULL && places[i] != NULL; i++) {
        if (strstr(text, places[i]) == NULL) {
            (void)jw_violations_add(violations, pointer, "must have %s in it", places[i]);
        }
    }
}

static void
check_file(const json_t *value, JwViolations *violations)
{
    static const char *const day[] = { "{d}", "{b}", NULL };
    static const char *const date[] = { "{d}", "{b}", "{y}", NULL };

    (void)jw_check_object(value, file_fields, "", violations);
    check_pattern(value, "day", day, violations);
    check_pattern(value, "date", date, violations);
    for (size_t i = 0; i < JW_N_WORD_TABLES; i++) {
        const json_t *words = json_object_get(value, jw_word_tables[i].member);
        if (json_is_object(words)) {
            check_names(&jw_word_tables[i], words, violations);
            for (size_t word = 0; word < jw_word_tables[i].n_names; word++) {
                check_word(&jw_word_tables[i], word, words, violations);
            }
        }
    }
}

static void
read_texts(const json_t *list, const char **ret, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        ret[i] = g_strdup(json_string_value(json_array_get(list, i)));
    }
}

static const char *
read_text(const json_t *value, const char *member)
{
    return g_strdup(jw_json_text(value, member));
}

/* (transfer full) */
static JwLoadedLanguage *
read_language(const json_t *value)
{
    JwLoadedLanguage *read = g_new0(JwLoadedLanguage, 1);
    JwLanguage *self = &read->form;
    const char *one = jw_json_text(value, "one");

    self->code = read_text(value, "language");
    self->decimal = read_text(value, "decimal");
    self->group = read_text(value, "group");
    self->day = read_text(value, "day");
    self->date = read_text(value, "date");
    self->byte = read_text(value, "byte");
    read_texts(json_object_get(value, "months"), self->months, 12);
    read_texts(json_object_get(value, "weekdays"), self->weekdays, 7);
    read_texts(json_object_get(value, "large"), self->large, 3);
    for (size_t i = 0; one_names[i] != NULL; i++) {
        self->is_one = strcmp(one_names[i], one) == 0 ? ones[i] : self->is_one;
    }
    for (size_t i = 0; i < JW_N_WORD_TABLES; i++) {
        const JwWordTable *table = &jw_word_tables[i];
        const json_t *words = json_object_get(value, table->member);
        const char **texts = g_new0(const char *, table->n_names + 1);
        for (size_t word = 0; word < table->n_names; word++) {
            texts[word] = read_text(words, table->names[word]);
        }
        read->words[i] = texts;
    }
    return read;
}

/* (transfer full) */
static json_t *
parse(const char *text, size_t length, const char *file, GError **error)
{
    g_auto(JwViolations) violations = { 0 };
    json_t *value = jw_json_parse(text, length, error);

    if (value == NULL) {
        (void)jw_prefix(error, "%s", file);
        return NULL;
    }
    check_file(value, &violations);
    if (jw_violations_count(&violations) > 0) {
        g_autofree char *all = jw_violations_text(&violations);
        json_decref(value);
        return jw_fail_null(error, JW_ERROR_INVALID, "%s: %s", file, all);
    }
    return value;
}

bool
jw_language_check_file(const char *text, size_t length, const char *file, GError **error)
{
    json_auto_t *value = parse(text, length, file, error);

    return value != NULL;
}

/* The name of the file is the code, so that no two have one. */
static JwLoadedLanguage *
load_file(const char *dir, const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);
    size_t length = 0;
    g_autofree char *text = jw_file_read(path, JW_JSON_FILE_MAX, &length, error);
    json_auto_t *value = text != NULL ? parse(text, length, path, error) : NULL;

    if (value == NULL) {
        return NULL;
    }
    g_autofree char *wanted = g_strconcat(jw_json_text(value, "language"), ".json", NULL);
    if (strcmp(wanted, name) != 0) {
        return jw_fail_null(error, JW_ERROR_INVALID, "%s: /language: the file must be called %s",
                            path, wanted);
    }
    return read_language(value);
}

static int
by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names of the *.json, sorted. NULL: there is no such folder. (transfer full) */
static GPtrArray *
list_files(const char *dir)
{
    g_autoptr(GDir) handle = g_dir_open(dir, 0, NULL);
    const char *name = NULL;

    if (handle == NULL) {
        return NULL;
    }
    GPtrArray *files = g_ptr_array_new_with_free_func(g_free);
    while ((name = g_dir_read_name(handle)) != NULL) {
        if (g_str_has_suffix(name, ".json") && name[0] != '.') {
            g_ptr_array_add(files, g_strdup(name));
        }
    }
    g_ptr_array_sort(files, by_name);
    return files;
}

bool
jw_languages_load(const char *dir, GError **error)
{
    g_return_val_if_fail(dir != NULL, false);
    g_autoptr(GPtrArray) files = list_files(dir);
    g_autoptr(GString) problems = g_string_new(NULL);
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(jw_loaded_language_free);

    if (files == NULL) {
        return strcmp(dir, JW_LANGUAGES_DIR_DEFAULT) == 0
               || jw_fail(error, JW_ERROR_NOT_FOUND, "there is no folder '%s'", dir);
    }
    for (guint i = 0; i < files->len; i++) {
        g_autoptr(GError) cause = NULL;
        JwLoadedLanguage *language = load_file(dir, g_ptr_array_index(files, i), &cause);
        if (language != NULL) {
            g_ptr_array_add(found, language);
        } else {
            g_string_append_printf(problems, "%s%s", problems->len > 0 ? "\n" : "",
                                   jw_error_message(cause));
        }
    }
    if (problems->len > 0) {
        return jw_fail(error, JW_ERROR_INVALID, "%s", problems->str);
    }
    jw_languages_set_loaded(g_steal_pointer(&found));
    return true;
}

static json_t *
list_of(const char *const *texts, size_t n)
{
    json_t *list = json_array();

    for (size_t i = 0; i < n; i++) {
        json_array_append_new(list, json_string(texts[i]));
    }
    return list;
}

/* The word of @language in a table. (transfer none) */
static const char *
word_in(const char *language, JwWords table, size_t word)
{
    switch (table) {
    case JW_WORDS_REPORT:
        return jw_report_word((JwWord)word, language);
    case JW_WORDS_FAILURE:
        return jw_failure_word((JwFailureWord)word, language);
    case JW_WORDS_MAIL:
        return jw_mail_word((JwMailWord)word, language);
    }
    return NULL;
}

static const char *
one_of(const JwLanguage *self)
{
    return self->is_one(0) ? "belowTwo" : self->is_one(1) ? "exactlyOne" : "never";
}

char *
jw_language_print(const char *code)
{
    const JwLanguage *self = jw_language_find(code);

    if (g_strcmp0(self->code, code) != 0) {
        return NULL;
    }
    json_auto_t *value = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:s, s:o, s:s}", "language", code, "name", code,
        "decimal", self->decimal, "group", self->group, "day", self->day, "date", self->date,
        "months", list_of(self->months, 12), "weekdays", list_of(self->weekdays, 7), "one",
        one_of(self), "large", list_of(self->large, 3), "byte", self->byte);
    for (size_t i = 0; i < JW_N_WORD_TABLES; i++) {
        json_t *words = json_object();
        for (size_t word = 0; word < jw_word_tables[i].n_names; word++) {
            jw_json_set_string(words, jw_word_tables[i].names[word],
                               word_in(code, (JwWords)i, word));
        }
        json_object_set_new(value, jw_word_tables[i].member, words);
    }
    return json_dumps(value, JSON_INDENT(2));
}
