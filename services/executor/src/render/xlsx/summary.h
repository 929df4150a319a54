/* render/xlsx/summary.h: the first sheet of a workbook: title, period, figures, notes. One thread.
 */
#pragma once
#include "jw/report_result.h"
#include "render/xlsx/book.h"

G_BEGIN_DECLS

/* @title: (nullable): of the job */
void exe_summary_write(ExeBook *book, const char *title, const JwReportResult *result,
                       lxw_worksheet *sheet);

/* Where charts stand beside the figures. */
lxw_col_t exe_summary_chart_column(const JwReportResult *result);

G_END_DECLS
