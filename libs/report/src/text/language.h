/* text/language.h: how numbers and dates are written in a language. Private to libs/report. */
#pragma once
#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

#define JW_N_LANGUAGES 5 /* that are here; further ones are files (language_file.h) */

/* What the tables of words are of. */
typedef enum { JW_WORDS_REPORT, JW_WORDS_FAILURE, JW_WORDS_MAIL } JwWords;
#define JW_N_WORD_TABLES 3

typedef struct {
    const char *code;
    const char *decimal, *group;   /* marks of numbers */
    const char *day, *date;        /* "%d %s", "%d %s %d" as patterns: {d}, {b}, {y} */
    const char *months[12];        /* short */
    const char *weekdays[7];       /* from Monday */
    bool (*is_one)(double number); /* which numbers have the form of one */
    const char *large[3];          /* behind thousands of thousands, of those, and of those */
    const char *byte;
} JwLanguage;

extern const JwLanguage jw_languages[JW_N_LANGUAGES];

/* A word of a language that is a file; NULL: @language is none of those. (transfer none) */
const char *jw_language_word(const char *language, JwWords table, size_t word);

/* All languages that there are, by their codes, NULL at the end: those here first. (transfer
 * container) */
const char **jw_language_codes(void);

/* Of jw_languages; 0, English, where @language is NULL or not known. */
size_t jw_language_index(const char *language);
const JwLanguage *jw_language_find(const char *language);

/* "4 Jan 2021", without a year where @year is 0. @month: from 1. (transfer full) */
char *jw_language_date(const JwLanguage *self, int year, int month, int day);

/* @words with what stands in their places "{1}" and "{2}". @first, @second: (nullable).
 * (transfer full) */
char *jw_language_fill(const char *words, const char *first, const char *second);

G_END_DECLS
