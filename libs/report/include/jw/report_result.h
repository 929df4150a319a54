/* jw/report_result.h: the result of a report: figures and tables of typed cells with their
 * labels and formats, created once after the pass. Renderers, the mail and the API read it and
 * never the engine. Owns all it points to; immutable, so any thread may read it. */
#pragma once
#include "jw/aggregate.h"

G_BEGIN_DECLS

typedef struct {
    const char *name, *label;
    JwFormat format;
    int decimals;     /* that the value is rounded to and shown with */
    JwValue value;    /* NULL type: there is none */
    const char *text; /* the value in words: "82.91 %", "n/a" */
} JwReportFigure;

typedef struct {
    const char *name, *label; /* of the dimension, of a measure */
    JwFormat format;
    int decimals; /* as of a figure; -1: of a summary that does not say them */
} JwReportColumn;

typedef struct {
    const char *title;
    JwReportColumn *columns; /* the first holds the groups' labels */
    size_t n_columns, n_rows;
    JwValue *cells; /* row by row: jw_report_cell() */
    JwChart chart;
    size_t chart_column; /* drawn over the first; 0 without a chart */
    bool chart_in_front; /* also drawn beside the figures: on the workbook's summary, in the mail */
} JwReportTable;

/* What the records were limited to. */
typedef struct {
    const char *name, *label, *text; /* "departmentIds", "Departments", "support, sales" */
} JwReportLimit;

typedef struct {
    const char *title, *report_type;
    JwPeriodType period;
    int64_t start_ms, end_ms; /* half open; both 0: all records */
    const char *time_zone;    /* of the period, of hours and days */
    const char *period_label; /* "4 Jan 2021 – 10 Jan 2021" */
    GArray *limits;           /* of JwReportLimit; none: the report is on all records */
    bool with_inactive;       /* on records, too, that are otherwise left out */
    const char *requester;    /* NULL: not known, and not in the summary */
    int64_t rows;             /* records read */
    bool grouped;             /* the request names a dimension: its table is the only one */
    GArray *figures;          /* of JwReportFigure, as the request or the definition names them */
    GArray *tables;           /* of JwReportTable, in the definition's order */
    GStringChunk *strings;    /* holds every string of the result */
} JwReportResult;

/* Copies everything the definition shows out of @aggregate, or what the request names instead:
 * its measures are the figures and the columns of each table, its groupBy puts a table of that
 * dimension, with its chart in front, in the place of the definition's tables. @def, @request and
 * @zone: those of the aggregate. (transfer full) */
JwReportResult *jw_report_result_new(JwAggregate *aggregate, const JwReportDef *def,
                                     const JwReportRequest *request, GTimeZone *zone);

/* @self: (nullable): a JwReportResult */
void jw_report_result_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwReportResult, jw_report_result_free)

/* The cell of a table; @row < n_rows, @column < n_columns. (transfer none) */
static inline const JwValue *
jw_report_cell(const JwReportTable *table, size_t row, size_t column)
{
    return &table->cells[row * table->n_columns + column];
}

/* The most points that the summary's chart has; a longer one is left out. The most groups of the
 * summary's table. */
#define JW_SUMMARY_POINTS_MAX 400

/* What the mail and the API show of the result, kept with the artifact: canonical JSON of title,
 * period, records, figures, the chart in front, and the table of a grouped report.
 * (transfer full) */
char *jw_report_result_summary(const JwReportResult *self);

/* Reads such a summary. @summary: (nullable). Missing or malformed members are NULL strings, -1
 * rows, values of NULL type, -1 decimals. The chart comes back as the one table, whose first column
 * has no label; times as RFC 3339 strings. (transfer full) */
JwReportResult *jw_report_result_of_summary(const char *summary);

G_END_DECLS
