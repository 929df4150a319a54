/* text/language.c: see text/language.h. A row a language; its words are a column of words.c.
 * Any thread; the languages of files are there before the first thread. */
#include "text/language.h"

#include "text/language_file.h"

#include "jw/report_words.h"
#include "jw/text.h"

#include <math.h>
#include <string.h>

#define NARROW_SPACE "\xe2\x80\xaf" /* that no line breaks at */

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

const JwLanguage jw_languages[JW_N_LANGUAGES] = {
    { "en",
      ".",
      ",",
      "{d} {b}",
      "{d} {b} {y}",
      { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" },
      { "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday" },
      exactly_one,
      { "M", "B", "T" },
      "B" },
    { "de",
      ",",
      ".",
      "{d}. {b}",
      "{d}. {b} {y}",
      { "Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sep.", "Okt.", "Nov.",
        "Dez." },
      { "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag" },
      exactly_one,
      { " Mio.", " Mrd.", " Bio." },
      "B" },
    { "fr",
      ",",
      NARROW_SPACE,
      "{d} {b}",
      "{d} {b} {y}",
      { "janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.",
        "déc." },
      { "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche" },
      below_two,
      { " M", " Md", " Bn" },
      "o" },
    { "es",
      ",",
      ".",
      "{d} {b}",
      "{d} {b} {y}",
      { "ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic" },
      { "lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo" },
      exactly_one,
      { " M", " mil M", " B" },
      "B" },
    { "tr",
      ",",
      ".",
      "{d} {b}",
      "{d} {b} {y}",
      { "Oca", "Şub", "Mar", "Nis", "May", "Haz", "Tem", "Ağu", "Eyl", "Eki", "Kas", "Ara" },
      { "Pazartesi", "Salı", "Çarşamba", "Perşembe", "Cuma", "Cumartesi", "Pazar" },
      exactly_one,
      { " Mn", " Mr", " Tn" },
      "B" },
};

size_t
jw_language_index(const char *language)
{
    for (size_t i = 0; i < JW_N_LANGUAGES; i++) {
        if (g_strcmp0(jw_languages[i].code, language) == 0) {
            return i;
        }
    }
    return 0;
}

const JwLanguage *
jw_language_find(const char *language)
{
    const JwLoadedLanguage *loaded = jw_language_loaded(language);

    return loaded != NULL ? &loaded->form : &jw_languages[jw_language_index(language)];
}

const char *
jw_language_word(const char *language, JwWords table, size_t word)
{
    const JwLoadedLanguage *loaded = jw_language_loaded(language);

    return loaded != NULL ? loaded->words[table][word] : NULL;
}

const char **
jw_language_codes(void)
{
    const size_t n_loaded = jw_language_n_loaded();
    const char **codes = g_new0(const char *, JW_N_LANGUAGES + n_loaded + 1);

    for (size_t i = 0; i < JW_N_LANGUAGES; i++) {
        codes[i] = jw_languages[i].code;
    }
    for (size_t i = 0; i < n_loaded; i++) {
        codes[JW_N_LANGUAGES + i] = jw_language_get_loaded(i)->form.code;
    }
    return codes;
}

char *
jw_check_language(const char *text)
{
    if (strcmp(jw_language_find(text)->code, text) == 0) {
        return NULL;
    }
    g_autofree const char **codes = jw_language_codes();
    g_autofree char *all = g_strjoinv(", ", (char **)(uintptr_t)codes);
    return g_strdup_printf("must be one of %s: reports have no words in another language; one more "
                           "is a file in JW_LANGUAGES_DIR",
                           all);
}

char *
jw_language_date(const JwLanguage *self, int year, int month, int day)
{
    GString *text = g_string_new(year != 0 ? self->date : self->day);
    g_autofree char *days = g_strdup_printf("%d", day);
    g_autofree char *years = g_strdup_printf("%d", year);

    g_string_replace(text, "{d}", days, 1);
    g_string_replace(text, "{b}", self->months[month - 1], 1);
    g_string_replace(text, "{y}", years, 1);
    return g_string_free(text, FALSE);
}

char *
jw_language_fill(const char *words, const char *first, const char *second)
{
    GString *text = g_string_new(NULL);

    for (const char *pos = words; *pos != '\0'; pos++) {
        const bool place = pos[0] == '{' && (pos[1] == '1' || pos[1] == '2') && pos[2] == '}';
        if (!place) {
            g_string_append_c(text, *pos);
            continue;
        }
        const char *what = pos[1] == '1' ? first : second;
        g_string_append(text, what != NULL ? what : "");
        pos += 2;
    }
    return g_string_free(text, FALSE);
}

char *
jw_report_number(const char *english, const char *language)
{
    const JwLanguage *self = jw_language_find(language);
    GString *text = g_string_new(NULL);

    for (const char *at = english; *at != '\0'; at++) {
        const bool inside = at > english && g_ascii_isdigit(at[-1]) && g_ascii_isdigit(at[1]);
        if (inside && *at == ',') {
            g_string_append(text, self->group);
        } else if (inside && *at == '.') {
            g_string_append(text, self->decimal);
        } else {
            g_string_append_c(text, *at);
        }
    }
    return g_string_free(text, FALSE);
}

bool
jw_report_is_one(double number, const char *language)
{
    return jw_language_find(language)->is_one(number);
}

void
jw_report_large(double value, const char *language, double *ret_unit, const char **ret_name)
{
    static const double units[] = { 1e6, 1e9, 1e12 };

    *ret_name = NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(units) && fabs(value) >= units[i]; i++) {
        *ret_unit = units[i];
        *ret_name = jw_language_find(language)->large[i];
    }
}

char *
jw_report_bytes(int64_t bytes, const char *language)
{
    g_autofree char *english = jw_text_bytes(bytes);
    char *text = jw_report_number(english, language);

    /* "B" stands for bytes; the French count octets. */
    text[strlen(text) - 1] = *jw_language_find(language)->byte;
    return text;
}

char *
jw_report_count(int64_t count, const char *language)
{
    g_autofree char *digits = g_strdup_printf("%" G_GINT64_FORMAT, count);
    g_autofree char *english = jw_text_thousands(digits);

    return jw_report_number(english, language);
}
