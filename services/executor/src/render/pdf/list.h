/* render/pdf/list.h: the record list. What comes first in the file is known last, so rows wait in a
 * file of their own; how high each is, and so how many pages there will be, is measured as it
 * comes. Memory does not grow with the rows. */
#pragma once
#include "jw/report_result.h"
#include "render/pdf/canvas.h"

G_BEGIN_DECLS

/* The most rows of a list: more is nothing to read on pages. */
#define EXE_PDF_ROWS_MAX 20000

typedef struct _ExePdfList ExePdfList;

/* @canvas, @def, @zone: outlive it. UNAVAILABLE. */
ExePdfList *exe_pdf_list_new(ExePdfCanvas *canvas, const JwReportDef *def, GTimeZone *zone,
                             const char *temp_dir, GError **error);
void exe_pdf_list_free(ExePdfList *self);

/* TOO_LARGE over EXE_PDF_ROWS_MAX; UNAVAILABLE. */
bool exe_pdf_list_row(ExePdfList *self, const JwValue *row, GError **error);

/* The pages that the list takes; none without rows. */
int exe_pdf_list_pages(const ExePdfList *self);

/* Draws them. UNAVAILABLE, CORRUPT. */
bool exe_pdf_list_draw(ExePdfList *self, const char *language, GError **error);

G_END_DECLS
