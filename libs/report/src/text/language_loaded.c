/* text/language_loaded.c: the languages that came from files. They are set before the first thread
 * starts and never changed after, so any thread may look; words are handed out as they are. */
#include "text/language_file.h"

#include "jw/languages.h"

static GPtrArray *loaded; /* of JwLoadedLanguage, by code; NULL: none */

static void
free_text(const char *text)
{
    g_free((gpointer)(uintptr_t)text);
}

void
jw_loaded_language_free(gpointer data)
{
    JwLoadedLanguage *language = data;
    const JwLanguage *self = &language->form;
    const char *const texts[] = { self->code, self->decimal, self->group,
                                  self->day,  self->date,    self->byte };

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        free_text(texts[i]);
    }
    for (size_t i = 0; i < 12; i++) {
        free_text(self->months[i]);
        free_text(i < 7 ? self->weekdays[i] : NULL);
        free_text(i < 3 ? self->large[i] : NULL);
    }
    for (size_t i = 0; i < JW_N_WORD_TABLES; i++) {
        g_strfreev((char **)(uintptr_t)language->words[i]);
    }
    g_free(language);
}

void
jw_languages_set_loaded(GPtrArray *take_languages)
{
    jw_languages_unload();
    loaded = take_languages;
}

void
jw_languages_unload(void)
{
    g_clear_pointer(&loaded, g_ptr_array_unref);
}

const JwLoadedLanguage *
jw_language_loaded(const char *code)
{
    for (guint i = 0; loaded != NULL && i < loaded->len; i++) {
        const JwLoadedLanguage *language = g_ptr_array_index(loaded, i);
        if (g_strcmp0(language->form.code, code) == 0) {
            return language;
        }
    }
    return NULL;
}

size_t
jw_language_n_loaded(void)
{
    return loaded != NULL ? loaded->len : 0;
}

const JwLoadedLanguage *
jw_language_get_loaded(size_t index)
{
    return g_ptr_array_index(loaded, index);
}
