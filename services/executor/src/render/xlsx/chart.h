/* render/xlsx/chart.h: the chart of a table as a native one. One thread. */
#pragma once
#include "jw/report_result.h"
#include "render/xlsx/book.h"

G_BEGIN_DECLS

/* The cells that a chart draws: a column of labels, and one a series. */
typedef struct {
    const lxw_worksheet *sheet;
    lxw_row_t first_row, last_row;
    lxw_col_t labels, series[JW_CHART_SERIES_MAX];
    bool hidden;
} ExeChartData;

/* The columns that a chart takes of a sheet whose own begin at its place, with a gap. */
#define EXE_CHART_COLUMNS 12

/* Whether there is anything to draw. */
bool exe_chart_wanted(const JwReportTable *table);

/* Whether the table's own cells can be drawn: one column of labels, and no totals between groups.
 */
bool exe_chart_of_cells(const JwReportTable *table);

/* Those cells. @first_row: of the table's rows on its @sheet */
ExeChartData exe_chart_cells(const JwReportTable *table, const lxw_worksheet *sheet,
                             lxw_row_t first_row);

/* Writes the groups into hidden columns of @sheet from @col on. */
ExeChartData exe_chart_copy(ExeBook *book, const JwReportTable *table, lxw_worksheet *sheet,
                            lxw_col_t col);

void exe_chart_write(ExeBook *book, const JwReportTable *table, const ExeChartData *data,
                     lxw_worksheet *into, lxw_row_t row, lxw_col_t col);

G_END_DECLS
