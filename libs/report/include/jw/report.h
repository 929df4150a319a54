/* jw/report.h: what is asked of a report definition: the decoded `spec` of a job of type "report",
 * its period, and the name of its file. Pure; any thread. */
#pragma once
#include "jw/range.h"
#include "jw/report_def.h"

G_BEGIN_DECLS

/* Whether a text file begins with a byte order mark: as Excel wants it, without which it reads a
 * CSV by double click in the code page of its computer. */
typedef enum { JW_BOM_FOR_MAIL, JW_BOM_YES, JW_BOM_NO } JwBom;

/* Which of the parts that have rows a file holds. The figures are in every document. */
typedef enum {
    JW_CONTENT_ALL,
    JW_CONTENT_LIST,
    JW_CONTENT_TABLES,
    JW_CONTENT_TABLE, /* of lines: one table */
} JwContent;

/* Of pages, on a screen or printed. */
typedef enum { JW_PAPER_A4, JW_PAPER_LETTER } JwPaper;

/* How a CSV file is written. */
typedef struct {
    char delimiter;     /* 0: a comma */
    bool decimal_comma; /* "1,5": never with a comma as delimiter */
} JwCsvForm;

/* What a filter asks of a record's value: all that is given must hold. */
typedef struct {
    char *name;
    char **values;   /* one of these; NULL-terminated, at least one; or NULL */
    char **excluded; /* none of these; what is not there passes; or NULL */
    char *from, *to; /* jw_report_filter_range(); each may be NULL */
    char *contains;  /* a text with this in it, upper case or lower; or NULL */
    JwPresence presence;
} JwFilter;

/* The range that a filter asks for; false: none. A day is all of it in @zone, a time without
 * fraction its whole second, at both ends. @ret_range: borrows from @self */
bool jw_report_filter_range(const JwFilter *self, GTimeZone *zone, JwRange *ret_range);

typedef struct {
    char *report_type;
    char *edition; /* of its definition; NULL: none */
    JwPeriodType period;
    /* half open [start, end); custom: as given; weekly, monthly: computed; both 0: all records */
    int64_t start_ms, end_ms;
    char *time_zone;             /* of the period and of hours and days; NULL: the definition's */
    GArray *filters;             /* JwFilter; never NULL */
    char **group_by, **measures; /* NULL: the definition's */
    JwTableRows rows;            /* of the table of group_by */
    bool include_inactive;
    /* NONE too where there is no period before: of all records, or before 1970 */
    JwCompare compare;
    bool compare_asked; /* by the request itself */
    char *not_compared; /* why what the definition wants is not there; NULL: it is, or wants none */
    char *language;     /* of the report; NULL: the definition's */
    /* half open; what the report is compared with */
    int64_t compared_start_ms, compared_end_ms;
    JwOnEmpty on_empty;
    char *format; /* "xlsx", "csv" */
    JwBom bom;    /* of a CSV file */
    JwCsvForm csv;
    JwPaper paper; /* of a PDF, and of a workbook that is printed */
    JwContent content;
    char *table;     /* of JW_CONTENT_TABLE: its title; NULL: the first */
    char *file_name; /* wanted display name, or NULL */
    char *requester; /* who asks, as people know them; NULL: not known */
} JwReportRequest;

/* An empty request: a custom period of all records, no filters. (transfer full) */
JwReportRequest *jw_report_request_new(void);

/* @self: (nullable): a JwReportRequest */
void jw_report_request_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwReportRequest, jw_report_request_free)

/* The previous whole week (Monday to Sunday) or month before @at_ms in @zone, half open.
 * @type: WEEKLY or MONTHLY */
void jw_period_previous(JwPeriodType type, GTimeZone *zone, int64_t at_ms, int64_t *ret_start_ms,
                        int64_t *ret_end_ms);

/* The period that one is compared with, half open. PREVIOUS: the whole week or month before; of a
 * custom period as many days directly before, or as much time when it is not one of whole days.
 * YEAR: the same month or days a year before, and of a week the one 52 weeks before; 29 February is
 * beside the 28th. (transfer full): NULL, or why there is none, for the end of a sentence: it would
 * begin before 1970, or overlap. @compare: not NONE */
char *jw_period_compared(JwPeriodType type, JwCompare compare, GTimeZone *zone, int64_t start_ms,
                         int64_t end_ms, int64_t *ret_start_ms, int64_t *ret_end_ms);

/* What of a report reads a record's field, for messages: "filter 'agents', column 'Agent' and 2
 * more"; NULL: nothing, as with the field of a filter that is not asked for. (transfer full)
 * (nullable) */
char *jw_report_field_uses(const JwReportDef *def, const JwReportRequest *request,
                           const char *field);

/* Whether all measures and dimensions that read the field find values that they take: a sum
 * numbers, a `part` dates. Null and arrays are no answer, so with nothing else they do. */
bool jw_report_field_fits(const JwReportDef *def, const char *field, JwSeen seen);

/* What is wrong with a field that a report reads: nothing; no record has it; it is the date of a
 * period, or one whose hours, days, … are a dimension, and no record has a date there; a measure
 * reckons with it, and no record has a number (for `min` and `max`: or a date) there. */
typedef enum {
    JW_FIELD_FAULT_NONE,
    JW_FIELD_FAULT_NOT_FOUND,
    JW_FIELD_FAULT_NOT_A_DATE,
    JW_FIELD_FAULT_NO_DATES,
    JW_FIELD_FAULT_NO_NUMBERS
} JwFieldFault;

/* The fault of a field, of which the @records that were looked at, at least one, have @seen.
 * @ret_text: "none of the 1,000 records looked at in 'calls' has the field 'agnt' (column
 * 'Agent')", for the caller to say what to do; NULL without a fault. (transfer full) (nullable) */
JwFieldFault jw_report_field_fault(const JwReportDef *def, const JwReportRequest *request,
                                   const char *field, JwSeen seen, int64_t records,
                                   char **ret_text);

/* The ending of the file's name: its format, or "zip" for several files in one. (transfer none) */
const char *jw_report_file_ending(const JwReportRequest *request);

/* The media type of the file. NULL: its format is not known. (transfer none) */
const char *jw_report_content_type(const JwReportRequest *request);

/* The wanted name, that of the definition's template, where the report has all that it names, or
 * "CDR_Weekly_Report_2026-01-05_2026-01-11.xlsx", with the right ending. A report on a part says so
 * at the end of the name: "…_support-sales.xlsx", or "…_part.xlsx" when that would be long.
 * (transfer full) */
char *jw_report_file_name(const JwReportDef *def, const JwReportRequest *request, GTimeZone *zone);

G_END_DECLS
