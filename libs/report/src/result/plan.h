/* result/plan.h: which figures and tables a result has: the definition's, or what the request names
 * instead. Private to libs/report. */
#pragma once
#include "jw/report.h"

G_BEGIN_DECLS

typedef struct {
    char *title;
    /* the keys of the rows, then the dimension that goes across, if one does */
    const JwDimensionDef *dimensions[JW_TABLE_DIMENSIONS_MAX];
    size_t n_keys, n_dimensions;
    const JwMeasureDef *top_by; /* NULL: the first key has all its groups */
    size_t top_n;
    const JwMeasureDef *sort_by; /* NULL: none */
    size_t sort_key;             /* index of a key; n_keys: none */
    bool descending;
    bool totals;
    size_t max_rows; /* of groups; 0: as many as there are */
    /* jw_group_key() of the groups of the first key that have rows, in the place of top and
     * max_rows; NULL: these say it. (transfer none) */
    GHashTable *kept;
    GPtrArray *measures; /* of const JwMeasureDef, at least one, each with a value in a group */
    JwChart chart;
    size_t chart_measures[JW_CHART_SERIES_MAX], n_chart_measures; /* indexes in measures */
    bool chart_in_front;
    bool compare; /* with columns of the period before, where the report has one */
} JwTablePlan;

/* The measures of the summary: those asked for, else the definition's. (element-type const
 * JwMeasureDef) (transfer container) */
GPtrArray *jw_result_plan_figures(const JwReportDef *def, const JwReportRequest *request);

/* The tables. groupBy: one of these dimensions. measures: the columns of each; a table for which
 * none is left is left out. Array of JwTablePlan, which it clears. (transfer full) */
GArray *jw_result_plan_tables(const JwReportDef *def, const JwReportRequest *request);

G_END_DECLS
