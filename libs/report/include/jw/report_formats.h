/* jw/report_formats.h: the one table of report file formats. Constant; any thread.
 *
 * A new format is a line here and its writer, exe_render_<name> in services/executor/src/render;
 * tests/contract/check_schemas.py --write makes schemas/common/formats.v1.json after it.
 *
 * DOCUMENT: one file holds figures, tables and list, and leaves out what is not wanted. LINES: all
 * lines of a file are of one sort: records, or groups. SHEETS: as LINES, and a zip holds several.
 */
#pragma once
#include <glib.h>
#include <stddef.h>

G_BEGIN_DECLS

/* clang-format off */
#define JW_REPORT_FORMATS(X)                                                                       \
    X(xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", DOCUMENT)         \
    X(csv, "text/csv; charset=utf-8; header=present", SHEETS)                                      \
    X(pdf, "application/pdf", DOCUMENT)                                                            \
    X(json, "application/json", DOCUMENT)                                                          \
    X(ndjson, "application/x-ndjson", LINES)                                                       \
    X(html, "text/html; charset=utf-8", DOCUMENT)
/* clang-format on */

typedef enum { JW_FILE_DOCUMENT, JW_FILE_LINES, JW_FILE_SHEETS } JwFileSort;

typedef struct {
    const char *name;         /* as callers write it, and the ending of file names: "xlsx" */
    const char *content_type; /* of downloads and mail attachments */
    JwFileSort sort;
} JwReportFormat;

extern const JwReportFormat jw_report_formats[];
extern const size_t jw_n_report_formats;

/* The format of that name without prefix, or NULL. @name: may be NULL. (transfer none) */
const JwReportFormat *jw_report_format_find(const char *name);

/* "xlsx, csv", for messages. (transfer full) */
char *jw_report_formats_text(void);

G_END_DECLS
