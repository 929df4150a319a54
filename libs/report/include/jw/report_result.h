/* jw/report_result.h: the result of a report: figures and tables of typed cells with labels and
 * formats, created once after the pass. Renderers, the mail and the API read it, never the engine.
 * Owns all it points to; immutable, so any thread may read it. */
#pragma once
#include "jw/aggregate.h"

G_BEGIN_DECLS

/* A figure beside the same one of the period before, each with its words. NULL type: there is
 * none, as the change in percent of what was 0. */
typedef struct {
    JwValue previous, difference, percent;
    const char *previous_text, *difference_text, *percent_text; /* "812", "+13", "+1.6 %" */
    const char *unit;          /* of the difference, " pp"; NULL: the figure's */
    const char *previous_unit; /* NULL: the format's */
} JwReportComparison;

#define JW_CHANGE_DECIMALS 1 /* of a difference in percent */

typedef struct {
    const char *name, *label;
    JwFormat format;
    int decimals;     /* that the value is rounded to and shown with */
    JwValue value;    /* NULL type: there is none */
    const char *text; /* the value in words: "82.91 %", "n/a" */
    const char *unit; /* that stands behind the number in a text, " calls"; NULL: the format's */
    JwLevel level;
    bool approximate;              /* by a sketch: `text` says so */
    JwReportComparison comparison; /* texts are NULL when the result compares nothing */
} JwReportFigure;

/* What a column of a compared table shows of its measure. */
typedef enum {
    JW_COLUMN_VALUE,
    JW_COLUMN_PREVIOUS,
    JW_COLUMN_DIFFERENCE,
    JW_COLUMN_PERCENT
} JwColumnRole;

typedef struct {
    const char *name, *label; /* of the dimension, of a measure */
    JwFormat format;
    int decimals;     /* as of a figure; -1: of a summary that does not say them */
    const char *unit; /* as of a figure; of more than one */
    const char *head; /* of a pivot: above this and its neighbours with the same, "Monday"; NULL */
    JwColumnRole role;
    bool approximate;
    const char *unit_one; /* behind 1, " call"; NULL: `unit` */
} JwReportColumn;

/* What a row stands for. The label of a sub-total is in its last key; those behind are NULL. */
typedef enum { JW_ROW_GROUP, JW_ROW_SUBTOTAL, JW_ROW_TOTAL } JwRowKind;

typedef struct {
    const char *title;
    JwReportColumn *columns; /* the first n_keys hold the groups' labels */
    size_t n_columns, n_rows, n_keys;
    JwValue *cells;        /* row by row: jw_report_cell() */
    JwRowKind *kinds;      /* of the rows; NULL: all are groups */
    const char **row_keys; /* what groups are of, until they met those of the period before */
    JwLevel *levels;       /* of the cells; NULL: none has one */
    JwChart chart;
    /* drawn over the keys, of the rows that are groups; none without a chart */
    size_t chart_columns[JW_CHART_SERIES_MAX], n_chart_columns;
    bool chart_in_front; /* also drawn beside the figures: on the workbook's summary, in the mail */
} JwReportTable;

/* What the records were limited to. */
typedef struct {
    const char *name, *label, *text; /* "departmentIds", "Departments", "support, sales" */
} JwReportLimit;

typedef struct {
    const char *title, *report_type;
    JwPeriodType period;
    int64_t start_ms, end_ms;   /* half open; both 0: all records */
    const char *time_zone;      /* of the period, of hours and days */
    const char *period_label;   /* "4 Jan 2021 – 10 Jan 2021" */
    GArray *limits;             /* of JwReportLimit; none: the report is on all records */
    bool with_inactive;         /* on records, too, that are otherwise left out */
    const char *requester;      /* NULL: not known, and not in the summary */
    int64_t rows;               /* records read */
    bool grouped;               /* the request names a dimension: its table is the only one */
    const char *compared_label; /* the period before, as period_label; NULL: nothing is compared */
    GPtrArray *notes;           /* of const char *: sentences on what was estimated, or left out */
    GArray *figures;            /* of JwReportFigure, as the request or the definition names them */
    GArray *tables;             /* of JwReportTable, in the definition's order */
    GStringChunk *strings;      /* holds every string of the result */
    int64_t compared_start_ms, compared_end_ms; /* of that period, half open */
    const char *language; /* of its words (jw/report_words.h), "de"; NULL: English */
    /* what the definition says for its mails, templates (jw/mail_texts.h); NULL: nothing */
    const char *mail_subject, *mail_intro, *mail_sender;
} JwReportResult;

/* Copies what the definition shows out of @aggregate, or what the request names instead: its
 * measures are the figures and the columns of each table, its groupBy puts one table in the place
 * of the definition's. @previous: (nullable): of the request's compared period, which then stands
 * beside it, in figures and in tables that are to compare. @def, @request, @zone: those of the
 * aggregate. (transfer full) */
JwReportResult *jw_report_result_new_compared(JwAggregate *aggregate, JwAggregate *previous,
                                              const JwReportDef *def,
                                              const JwReportRequest *request, GTimeZone *zone);

/* Adds a sentence to `notes`, before anybody else has the result. */
void jw_report_result_note(JwReportResult *self, const char *note);

/* @self: (nullable): a JwReportResult */
void jw_report_result_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwReportResult, jw_report_result_free)

/* The cell of a table; @row < n_rows, @column < n_columns. (transfer none) */
static inline const JwValue *
jw_report_cell(const JwReportTable *table, size_t row, size_t column)
{
    return &table->cells[row * table->n_columns + column];
}

/* What a row of a table stands for. */
static inline JwRowKind
jw_report_row_kind(const JwReportTable *table, size_t row)
{
    return table->kinds != NULL ? table->kinds[row] : JW_ROW_GROUP;
}

/* The label of a row: its keys, "Support · Monday". (transfer full) */
char *jw_report_row_label(const JwReportTable *table, size_t row);

/* What a series of the chart is called: its measure, or its group of a pivot. (transfer none) */
const char *jw_report_series_label(const JwReportTable *table, size_t series);

static inline JwLevel /* what thresholds say of a cell */
jw_report_cell_level(const JwReportTable *table, size_t row, size_t column)
{
    return table->levels != NULL ? table->levels[row * table->n_columns + column] : JW_LEVEL_NONE;
}

/* The most points of the summary's chart, groups of its table, cells of these groups. */
#define JW_SUMMARY_POINTS_MAX 400
#define JW_SUMMARY_CELLS_MAX  20000

/* What mail and API show of it, kept with the artifact: canonical JSON of title, period, records,
 * figures, the chart in front, the table of a grouped report. (transfer full) */
char *jw_report_result_summary(const JwReportResult *self);

/* Reads such a summary. @summary: (nullable). Missing or malformed members are NULL strings, -1
 * rows, values of NULL type, -1 decimals. The chart comes back as the one table, whose first column
 * has no label; times as RFC 3339 strings. (transfer full) */
JwReportResult *jw_report_result_of_summary(const char *summary);

G_END_DECLS
