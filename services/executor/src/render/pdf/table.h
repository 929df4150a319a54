/* render/pdf/table.h: the tables of a result, each with its chart and its head on every page. */
#pragma once
#include "jw/report_result.h"
#include "render/pdf/canvas.h"

G_BEGIN_DECLS

/* Draws the table at y, and moves y below it: in landscape when it is wide, in several parts that
 * all have its keys when it is wider than that. @zone: of times in cells */
void exe_pdf_table(ExePdfCanvas *canvas, const JwReportResult *result, const JwReportTable *table,
                   GTimeZone *zone);

G_END_DECLS
