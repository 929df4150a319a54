/* request/request_private.h: what the files of this folder share. */
#pragma once
#include "jw/report_request.h"

G_BEGIN_DECLS

/* dateRange as [start, end); false when a string is no time or @zone is NULL. @ret_last_ms: the
 * last instant that endDate means, to compare with the start. */
bool jw_report_range(const json_t *range, GTimeZone *zone, int64_t *ret_start_ms,
                     int64_t *ret_end_ms, int64_t *ret_last_ms);

/* When @text begins and ends, [start, end): a date is its whole day in @zone, a time without
 * fraction its whole second. False when it is neither. */
bool jw_report_instant(const char *text, GTimeZone *zone, int64_t *ret_start_ms,
                       int64_t *ret_end_ms, bool *ret_day);

/* Notes @name at @pointer unless it is NULL or one of @named. Once the list of violations is full
 * the message is not needed. False when it did. */
bool jw_report_check_name(const JwReportDef *def, GArray *named, const char *what, const char *name,
                          const char *pointer, JwViolations *violations);

/* filters.c: notes filters, of the pointer @pointer, that @def does not have, or not with such an
 * operator. @zone_name: of their days. False when it did. */
bool jw_report_check_filters(const JwReportDef *def, const json_t *filters, const char *zone_name,
                             const char *pointer, JwViolations *violations);

/* Adds the filters of checked parameters to @request; empty lists ask for nothing. */
void jw_report_read_filters(const json_t *filters, JwReportRequest *request);

/* JW_PERIOD_CUSTOM when @parameters have no period. */
JwPeriodType jw_report_period_type(const json_t *parameters);

/* The period that parameters name, as jw_report_spec_period(). @zone: (nullable): none was usable
 */
bool jw_report_period_in(const json_t *parameters, GTimeZone *zone, int64_t *ret_start_ms,
                         int64_t *ret_end_ms);

/* The name of a spec's zone: its parameters', its own, or that of @def, which may be NULL.
 * (transfer none) */
const char *jw_report_zone_name(const json_t *spec, const JwReportDef *def);

/* The zone that parameters name, or NULL. (transfer none) */
const char *jw_report_asked_zone(const json_t *parameters);

/* The edition of @def (nullable) whose period @parameters are to have, for they name neither period
 * nor dateRange. (transfer none) (nullable) */
const JwEditionDef *jw_report_edition_of(const JwReportDef *def, const json_t *parameters);

/* file_name.c: what the name of a file says of the filters: "_support-sales", "_part" when that
 * would be long, "" without filters. (transfer full) */
char *jw_request_part(const JwReportRequest *request, const char *language);

/* The name by the definition's template, without ending. NULL: it has none, or the report lacks
 * what it names, as an edition. (transfer full) (nullable) */
char *jw_request_template_name(const JwReportDef *def, const JwReportRequest *request,
                               GTimeZone *zone);

/* output.c: the members of `output`. */
extern const JwField jw_report_output_fields[];

/* Notes what cannot be had of a spec's output in its format. @def: (nullable). False when there was
 * a violation. */
bool jw_report_output_check(const JwReportDef *def, const json_t *spec, const char *base,
                            JwViolations *violations);

/* Reads an output. The groupBy of @request is read already. @def: (nullable) */
void jw_report_output_read(const json_t *output, const JwReportDef *def, JwReportRequest *request);

/* Of several files in one. */
#define JW_REPORT_ZIP "zip"

G_END_DECLS
