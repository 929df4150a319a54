/* jw/report.h: report definitions (data, from schemas/reports/), what a caller asks of one, and
 * the streaming aggregate over its records. Pure: no I/O, memory bounded by the groups, not by the
 * records. */
#pragma once
#include "jw/value.h"

G_BEGIN_DECLS

typedef enum { JW_PART_VALUE, JW_PART_HOUR, JW_PART_DATE, JW_PART_WEEKDAY, JW_PART_MONTH } JwPart;
typedef enum {
    JW_MEASURE_COUNT,
    JW_MEASURE_SUM,
    JW_MEASURE_AVG,
    JW_MEASURE_MIN,
    JW_MEASURE_MAX,
    JW_MEASURE_RATIO,
    JW_MEASURE_PEAK,
    JW_MEASURE_PEAK_VALUE
} JwMeasureOp;
typedef enum {
    JW_FORMAT_INTEGER,
    JW_FORMAT_DECIMAL,
    JW_FORMAT_PERCENT,
    JW_FORMAT_SECONDS,
    JW_FORMAT_HOUR,
    JW_FORMAT_TEXT,
    JW_FORMAT_DATETIME,
    JW_FORMAT_DATE,
    JW_FORMAT_BOOL
} JwFormat;

typedef struct {
    char *field; /* record field */
    /* the value, as text, is one of these; NULL-terminated; NULL: the test is only `present` */
    char **equals;
    bool negate;
} JwCondition;

typedef struct {
    char *name, *field; /* name as the caller says it: "departmentIds" */
} JwFilterDef;
typedef struct {
    char *name, *label, *field;
    JwPart part;
} JwDimensionDef;
typedef struct {
    char *name, *label;
    JwMeasureOp op;
    char *field;                   /* sum, avg, min, max */
    GArray *where;                 /* of JwCondition: all must hold; may be empty, never NULL */
    char *numerator, *denominator; /* ratio: names of earlier measures */
    char *dimension, *of;          /* peak, peakValue: dimension and measure names */
    double scale;                  /* ratio: 100 for percent */
    int decimals;                  /* rounding half up on output */
    JwFormat format;
} JwMeasureDef;
typedef struct {
    char *field, *label;
    JwFormat format;
    int width; /* characters */
} JwColumnDef;
typedef struct {
    char *title, *dimension;
    char **measures; /* NULL-terminated names */
    char *chart;     /* "column", "line", NULL: none */
    char *chart_measure;
} JwTableDef;

typedef struct {
    char *report_type, *title, *description;
    char *file_prefix; /* "CDR" → CDR_Weekly_Report_2026-01-06_2026-01-12.xlsx */
    char *collection, *date_field, *time_zone;
    /* NULL, or: such records count only with includeInactive */
    char *inactive_field, *inactive_value;
    GArray *filters;    /* JwFilterDef */
    GArray *dimensions; /* JwDimensionDef */
    GArray *measures;   /* JwMeasureDef */
    GArray *columns;    /* JwColumnDef: the record list */
    GArray *tables;     /* JwTableDef: sheets of the workbook, in order */
    char **summary;     /* measure names on the summary, in order */
    char *list_title;
    char *mail_chart_table; /* title of the table whose chart goes into the mail; NULL: none */
    int max_groups;         /* per dimension; further values count under "(other)" */
} JwReportDef;
JwReportDef *jw_report_def_new(void);
void jw_report_def_free(JwReportDef *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwReportDef, jw_report_def_free)
/* for JwMeasureDef.where: of JwCondition, freed with it. (transfer full) */
GArray *jw_report_conditions_new(void);
/* or NULL */
const JwMeasureDef *jw_report_def_measure(const JwReportDef *self, const char *name);
/* or NULL */
const JwDimensionDef *jw_report_def_dimension(const JwReportDef *self, const char *name);
/* Names refer to existing things, ratios to earlier measures, no name twice. INVALID names the
 * pointer. */
bool jw_report_def_check(const JwReportDef *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The record fields that must be read, without repeats; aggregate rows come in this order. First
 * the columns in their order, then what else dimensions, measures and filters need. (transfer
 * full) */
char **jw_report_def_fields(const JwReportDef *self);

typedef enum { JW_PERIOD_CUSTOM, JW_PERIOD_WEEKLY, JW_PERIOD_MONTHLY } JwPeriodType;
typedef struct {
    char *name, **values;
} JwFilter;
/* What is asked of a definition: the decoded `spec` of a job of type "report". */
typedef struct {
    char *report_type;
    JwPeriodType period;
    /* half open [start, end); custom: as given; weekly, monthly: computed */
    int64_t start_ms, end_ms;
    char *time_zone;             /* of the period and of hours and days; NULL: the definition's */
    GArray *filters;             /* JwFilter; never NULL */
    char **group_by, **measures; /* NULL: the definition's */
    bool include_inactive;
    char *format;    /* "xlsx", "csv" */
    char *file_name; /* wanted display name, or NULL */
} JwReportRequest;
JwReportRequest *jw_report_request_new(void);
void jw_report_request_free(JwReportRequest *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwReportRequest, jw_report_request_free)
/* Previous whole week (Monday to Sunday) or month before @at_ms in @zone, half open. */
void jw_period_previous(JwPeriodType type, GTimeZone *zone, int64_t at_ms, int64_t *ret_start_ms,
                        int64_t *ret_end_ms);
/* "CDR_Weekly_Report_2026-01-05_2026-01-11.xlsx", or the wanted name with the right ending.
 * (transfer full) */
char *jw_report_file_name(const JwReportDef *def, const JwReportRequest *request, GTimeZone *zone);

G_END_DECLS
