/* definition/def_languages.h: the translations that a definition carries. Private to libs/report.
 */
#pragma once
#include "jw/json.h"
#include "jw/report_def.h"

G_BEGIN_DECLS

extern const JwField jw_def_language_item;

#define JW_DEF_LANGUAGES                                                                           \
    {                                                                                              \
        .name = "languages", .type = JW_FIELD_MAP, .min = 1, .max = 10,                            \
        .item = &jw_def_language_item, .check = jw_check_language                                  \
    }

/* Notes translations into the definition's own language, and of what it does not have. */
void jw_def_check_languages(const json_t *definition, JwViolations *violations);

/* The definition in another language, without translations of its own. (transfer full) */
json_t *jw_def_translate(const json_t *definition, const char *language);

G_END_DECLS
