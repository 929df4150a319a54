/* jw/report_def.h: a report definition (schemas/reports/<type>.json) as data: where the records
 * are, what to count, and what the file and the mail show. Owned by its catalog; immutable once
 * parsed, then read by any thread. */
#pragma once
#include "jw/mail_texts.h"
#include "jw/report_axis.h"
#include "jw/report_condition.h"
#include "jw/report_filter.h"
#include "jw/report_looks.h"
#include "jw/report_lookup.h"
#include "jw/report_measure.h"
#include "jw/report_part.h"
#include "jw/report_rows.h"
#include "jw/violations.h"

G_BEGIN_DECLS

/* A formula over measures, parsed (engine/formula.h). */
typedef struct _JwFormula JwFormula;

/* What figures stand beside: those of the period directly before, or of the same a year before. */
typedef enum { JW_COMPARE_NONE, JW_COMPARE_PREVIOUS, JW_COMPARE_YEAR } JwCompare;

/* Filters, dimensions and measures begin with their name: jw_report_names() relies on it. */
typedef struct {
    char *name, *label, *field;
    JwPart part;
    GHashTable *labels; /* what is shown for a value, by its text; NULL: the value */
    int week_start;  /* week, weekday: the day that begins it, from 1, Monday; 0: as ISO 8601 has it
                      */
    JwLookup lookup; /* of JW_PART_VALUE */
} JwDimensionDef;

typedef struct {
    char *name, *label;
    JwMeasureOp op;
    char *field;                   /* of those that are counted record by record */
    GArray *where;                 /* of JwCondition: all must hold; may be empty, never NULL */
    char *numerator, *denominator; /* ratio: names of earlier measures */
    char *dimension, *of;          /* peak, peakValue: dimension and measure names; share: `of` */
    JwFormula *formula;            /* formula: over earlier measures */
    double scale;                  /* ratio: 100 for percent */
    int p;                         /* percentile: 0 to 100000 thousandths of a percent */
    int decimals;                  /* rounding half up on output */
    JwFormat format;
    GArray *thresholds; /* of JwThreshold: the first that holds counts; NULL: none */
    JwUnit unit;        /* of the formats integer and decimal */
} JwMeasureDef;

typedef struct {
    char *field, *label;
    JwFormat format;
    int width;          /* characters */
    int decimals;       /* of its numbers, half up, in every file; -1: as the records have them */
    JwUnit unit;        /* of the formats integer and decimal */
    GHashTable *labels; /* as of a dimension */
    JwLookup lookup;
} JwColumnDef;

typedef struct {
    char *title, *dimension;
    char **dimensions; /* NULL-terminated names, in the place of `dimension`; NULL */
    JwTableRows rows;
    char **measures; /* NULL-terminated names */
    JwChart chart;
    char *chart_measure;   /* one of the measures, the first drawn; NULL without a chart */
    char **chart_measures; /* all that are drawn, two to four; NULL: only that one */
    bool compare;          /* of a report that compares: it has columns of the period before */
} JwTableDef;

typedef struct {
    char *report_type, *title, *description;
    char *file_prefix; /* "CDR" → CDR_Weekly_Report_2026-01-06_2026-01-12.xlsx */
    char *collection, *date_field, *time_zone;
    /* NULL, or: such records count only with includeInactive */
    char *inactive_field, *inactive_value;
    JwOnEmpty on_empty; /* unless a request says otherwise */
    GArray *where;      /* JwCondition: a record for which they do not hold does not exist */
    GArray *filters;    /* JwFilterDef */
    GArray *dimensions; /* JwDimensionDef */
    GArray *measures;   /* JwMeasureDef */
    GArray *columns;    /* JwColumnDef: the record list; empty: there is none */
    GArray *tables;     /* JwTableDef: sheets of the workbook, in order */
    char **summary;     /* measure names on the summary, in order */
    char *list_title;
    /* Its records belong to no department: who is limited to some may have all of them. */
    bool open_to_all_departments;
    int timeout_s;          /* of an attempt of a job that has no limit of its own; 0: none */
    JwMailTexts *mail;      /* what its mails say; NULL: their own words */
    char *mail_chart_table; /* title of the table whose chart goes into the mail; NULL: none */
    int max_groups;     /* of a dimension that a table shows; all others count under "(other)" */
    JwCompare compare;  /* unless a request says otherwise */
    char *language;     /* of its titles and labels: "en" */
    GHashTable *others; /* of JwReportDef: the same in other languages; NULL: this is one */
    char *sha256; /* hex, of its canonical JSON: the same whatever spaces and order its file has */
} JwReportDef;

/* An empty definition: its arrays are there, maxGroups is 1000. (transfer full) */
JwReportDef *jw_report_def_new(void);
void jw_report_def_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwReportDef, jw_report_def_free)

/* The names of a table's dimensions, NULL-terminated; they are the table's. (transfer container) */
const char **jw_report_table_dimensions(const JwTableDef *table);

/* The filter by which a report is limited to departments. */
#define JW_REPORT_DEPARTMENTS "departmentIds"

/* Whether nobody who is limited to departments may have this report: nothing limits it, and it is
 * not said to be open. */
bool jw_report_def_is_closed(const JwReportDef *self);

/* The definition in a language: with its labels translated as far as it says. @self where it has
 * no such language. (transfer none) */
const JwReportDef *jw_report_def_in(const JwReportDef *self, const char *language);

/* The filter of that name. (transfer none) (nullable) */
const JwFilterDef *jw_report_def_filter(const JwReportDef *self, const char *name);

/* The dimension of that name. (transfer none) (nullable) */
const JwDimensionDef *jw_report_def_dimension(const JwReportDef *self, const char *name);

/* The measure of that name. (transfer none) (nullable) */
const JwMeasureDef *jw_report_def_measure(const JwReportDef *self, const char *name);

/* Whether a measure of the definition has a value inside a group of records; peaks have none, nor
 * what is computed from them. What a ratio names and is no earlier measure, which the check
 * refuses, counts as having one. */
bool jw_report_def_has_groups(const JwReportDef *self, const JwMeasureDef *measure);

/* Notes all rules between its values that a definition breaks, but for places where something is
 * noted already: names refer to existing things, ratios to earlier measures, no name is used
 * twice. Values that the tables refused may be missing. jw_report_def_parse() asks it. */
void jw_report_def_note(const JwReportDef *self, JwViolations *violations);

/* The record fields to read, NULL-terminated and without repeats, in the order of a row's values:
 * the columns first, then what else is needed, with the date, by which progress is known. (transfer
 * full) */
char **jw_report_def_fields(const JwReportDef *self);

G_END_DECLS
