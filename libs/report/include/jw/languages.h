/* jw/languages.h: further languages of reports, mails and the pages they lead to: a file each,
 * <dir>/<code>.json, with all words and the forms of numbers and dates
 * (schemas/language.v1.json). They are there for the whole process, so they are read before its
 * threads start and before definitions are, which they translate. */
#pragma once
#include "jw/error.h"

G_BEGIN_DECLS

#define JW_LANGUAGES_DIR_DEFAULT "schemas/languages"

/* Reads every *.json of @dir; of one that is there already the file's words are taken. A folder
 * that is not there has none where it is the default's, and is NOT_FOUND else. INVALID, with file
 * and pointer of every violation: then none is taken. */
bool jw_languages_load(const char *dir, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Checks one file. INVALID as above. */
bool jw_language_check_file(const char *text, size_t length, const char *file,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The file of a language that there is: what a new one is made from. NULL: there is none of that
 * code. (transfer full) (nullable) */
char *jw_language_print(const char *code);

/* Tests only: forgets those of files. */
void jw_languages_unload(void);

G_END_DECLS
