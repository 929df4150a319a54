/* rows_json.h: JwTableRows from JSON, and its check: what tables of definitions and requests have
 * alike. Private to libs/report. */
#pragma once
#include "jw/json.h"
#include "jw/report_def.h"

G_BEGIN_DECLS

extern const JwField jw_top_fields[], jw_sort_fields[];

/* clang-format off */
#define JW_TABLE_ROWS_FIELDS                                                                       \
    { .name = "pivot", .type = JW_FIELD_STRING, .min = 1, .max = 64 },                             \
    { .name = "totals", .type = JW_FIELD_BOOL },                                                   \
    { .name = "top", .type = JW_FIELD_OBJECT, .fields = jw_top_fields },                           \
    { .name = "sort", .type = JW_FIELD_OBJECT, .fields = jw_sort_fields }
/* clang-format on */

/* What it owns is the caller's: jw_table_rows_clear(). */
JwTableRows jw_table_rows_read(const json_t *object);

/* Notes what cannot be done with a table of the @dimensions, which all are the definition's. @base:
 * the pointer of what says it. False when there was a violation. */
bool jw_table_rows_note(const JwReportDef *def, const JwTableRows *self,
                        const char *const *dimensions, const char *base, JwViolations *violations);

G_END_DECLS
