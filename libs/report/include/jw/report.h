/* jw/report.h: what is asked of a report definition: the decoded `spec` of a job of type "report",
 * its period, and the name of its file. Pure; any thread. */
#pragma once
#include "jw/report_def.h"

G_BEGIN_DECLS

typedef enum { JW_PERIOD_CUSTOM, JW_PERIOD_WEEKLY, JW_PERIOD_MONTHLY } JwPeriodType;

/* Whether a text file begins with a byte order mark: as Excel wants it, without which it reads a
 * CSV by double click in the code page of its computer. */
typedef enum { JW_BOM_FOR_MAIL, JW_BOM_YES, JW_BOM_NO } JwBom;

typedef struct {
    char *name, **values; /* values: NULL-terminated, at least one */
} JwFilter;

typedef struct {
    char *report_type;
    JwPeriodType period;
    /* half open [start, end); custom: as given; weekly, monthly: computed; both 0: all records */
    int64_t start_ms, end_ms;
    char *time_zone;             /* of the period and of hours and days; NULL: the definition's */
    GArray *filters;             /* JwFilter; never NULL */
    char **group_by, **measures; /* NULL: the definition's */
    JwTableRows rows;            /* of the table of group_by */
    bool include_inactive;
    char *format;    /* "xlsx", "csv" */
    JwBom bom;       /* of a CSV file */
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

/* What of a report reads a record's field, for messages: "filter 'agents', column 'Agent' and 2
 * more"; NULL: nothing, as with the field of a filter that is not asked for. (transfer full)
 * (nullable) */
char *jw_report_field_uses(const JwReportDef *def, const JwReportRequest *request,
                           const char *field);

/* What is wrong with a field that a report reads: nothing; no record has it; it is the date of a
 * period, and no record has a date there. */
typedef enum {
    JW_FIELD_FAULT_NONE,
    JW_FIELD_FAULT_NOT_FOUND,
    JW_FIELD_FAULT_NOT_A_DATE
} JwFieldFault;

/* The fault of a field, of which the @records that were looked at, at least one, have @seen.
 * @ret_text: "none of the 1,000 records looked at in 'calls' has the field 'agnt' (column
 * 'Agent')", for the caller to say what to do; NULL without a fault. (transfer full) (nullable) */
JwFieldFault jw_report_field_fault(const JwReportDef *def, const JwReportRequest *request,
                                   const char *field, JwSeen seen, int64_t records,
                                   char **ret_text);

/* "CDR_Weekly_Report_2026-01-05_2026-01-11.xlsx", or the wanted name with the right ending. A
 * report on a part says so at the end of the name: "…_support-sales.xlsx", or "…_part.xlsx" when
 * that would be long. (transfer full) */
char *jw_report_file_name(const JwReportDef *def, const JwReportRequest *request, GTimeZone *zone);

G_END_DECLS
