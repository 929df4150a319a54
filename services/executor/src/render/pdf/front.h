/* render/pdf/front.h: what a report begins with: its title and what it is limited to, its figures,
 * the chart that belongs to them, and notes. */
#pragma once
#include "jw/report_result.h"
#include "render/pdf/canvas.h"

G_BEGIN_DECLS

/* Draws them on a page of their own, the first, and moves y below them. @title: of the document. */
void exe_pdf_front(ExePdfCanvas *canvas, const JwReportResult *result, const char *title);

/* A heading with room for @needed below it, on the next page where this one has none. @aside:
 * (nullable). */
void exe_pdf_heading(ExePdfCanvas *canvas, const char *title, const char *aside, double needed);

/* The height of a table's chart, drawn over the whole width. */
double exe_pdf_chart_height(const JwReportTable *table);

/* Draws it at y, and moves y below it. */
void exe_pdf_chart(ExePdfCanvas *canvas, const JwReportTable *table);

G_END_DECLS
