/* render/xlsx/summary.h: the first sheet of a workbook: title, period, figures, notes. One thread.
 */
#pragma once
#include "jw/report_result.h"
#include "render/render.h"
#include "render/xlsx/book.h"

G_BEGIN_DECLS

/* @input: title of the job, time and zone. @list_note: (nullable): what readers must know of the
 * list's sheets */
void exe_summary_write(ExeBook *book, const ExeRenderInput *input, const JwReportResult *result,
                       const char *list_note, lxw_worksheet *sheet);

/* Where charts stand beside the figures. */
lxw_col_t exe_summary_chart_column(const JwReportResult *result);

G_END_DECLS
