/* text/language_file.h: languages that are files. Private to libs/report. */
#pragma once
#include "text/language.h"

G_BEGIN_DECLS

/* One of the objects of a file, with a word for each of its names. */
typedef struct {
    const char *member;
    const char *const *names;
    size_t n_names;
    const char *(*english)(int word);
} JwWordTable;
extern const JwWordTable jw_word_tables[JW_N_WORD_TABLES];

typedef struct {
    JwLanguage form;
    const char *const *words[JW_N_WORD_TABLES]; /* NULL-terminated */
} JwLoadedLanguage;

/* NULL-safe. */
void jw_loaded_language_free(gpointer self);

/* text/language_loaded.c: @take_languages: of JwLoadedLanguage, in the place of those before. */
void jw_languages_set_loaded(GPtrArray *take_languages);

/* (transfer none) (nullable) */
const JwLoadedLanguage *jw_language_loaded(const char *code);
size_t jw_language_n_loaded(void);
const JwLoadedLanguage *jw_language_get_loaded(size_t index);

G_END_DECLS
