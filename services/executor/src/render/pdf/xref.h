/* render/pdf/xref.h: the table of objects of a finished PDF: what cairo leaves out is added behind
 * its end, and the file is read back. One thread. */
#pragma once
#include "jw/error.h"

G_BEGIN_DECLS

/* Says in the file's catalog which language it is in, and that a window shows the document's title,
 * and of each figure of its structure what is seen there: cairo 1.16 can none of it. Catalog and
 * figures are written again behind the end of the file, as PDF has it for changes. @language:
 * (nullable): English. @figures: of char *, in the order in which they were drawn. UNAVAILABLE,
 * CORRUPT. */
bool exe_pdf_describe(const char *path, const char *language, const GPtrArray *figures,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Opens a finished PDF again: it ends as one does, every object is where the tables say, and the
 * document has @pages pages. CORRUPT; UNAVAILABLE: it cannot be read. */
bool exe_pdf_check(const char *path, int pages, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
