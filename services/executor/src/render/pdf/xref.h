/* render/pdf/xref.h: the table of objects of a finished PDF: what cairo leaves out is added behind
 * its end, and the file is read back. One thread. */
#pragma once
#include "jw/error.h"

G_BEGIN_DECLS

/* Says in the file's catalog which language it is in, and that a window shows the document's title:
 * cairo 1.16 can do neither. The catalog is written again behind the end of the file, as PDF has
 * it for changes. @language: (nullable): English. UNAVAILABLE, CORRUPT. */
bool exe_pdf_catalog(const char *path, const char *language,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Opens a finished PDF again: it ends as one does, every object is where the tables say, and the
 * document has @pages pages. CORRUPT; UNAVAILABLE: it cannot be read. */
bool exe_pdf_check(const char *path, int pages, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
