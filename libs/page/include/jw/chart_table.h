/* jw/chart_table.h: the chart of a result's table. Any thread, no state. */
#pragma once
#include "jw/chart.h"

G_BEGIN_DECLS

typedef struct {
    JwChartData chart;
    GPtrArray *labels; /* of char * */
    JwChartSeries series[JW_CHART_SERIES_MAX];
} JwChartTable;

/* What the table's chart draws: its series over the rows that are groups. @self: stays where it
 * is; measures stay @table's. */
void jw_chart_table_init(JwChartTable *self, const JwReportTable *table);

/* @self: may be zeroed */
void jw_chart_table_clear(JwChartTable *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(JwChartTable, jw_chart_table_clear)

G_END_DECLS
