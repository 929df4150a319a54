/* pattern.h: a text as a pattern that finds it in others. */
#pragma once
#include "jw/text.h"

G_BEGIN_DECLS

/* Finds what has @text in it, without case, as jw_text_fold() has it; nothing in it is more than
 * itself. (transfer full) */
char *jw_store_pattern(const char *text);

G_END_DECLS
