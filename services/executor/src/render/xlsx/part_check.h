/* render/xlsx/part_check.h: reads a part of a workbook as XML: well-formed to the last rule, and
 * which parts it names. Expat's. One thread. */
#pragma once
#include "jw/error.h"

G_BEGIN_DECLS

typedef struct _ExePartCheck ExePartCheck;

/* @part: its path in the package, "xl/_rels/workbook.xml.rels". @names: (borrowed) gets every part
 * that this one names, as path → @part's path: targets of relations and overrides of content
 * types. */
ExePartCheck *exe_part_check_new(const char *part, GHashTable *names);
void exe_part_check_free(ExePartCheck *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ExePartCheck, exe_part_check_free)

/* The next bytes. What is wrong is kept for the end. */
void exe_part_check_feed(ExePartCheck *self, const char *data, size_t length);
/* After the last. @error: CORRUPT: cut, or not well-formed, with line and reason. */
bool exe_part_check_end(ExePartCheck *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
