/* jw/report_formats.h: the one table of report file formats. Constant; any thread.
 *
 * SERVED: the executor has a writer for it, exe_render_<name> in services/executor/src/render.
 * KNOWN: a format of the API that this version refuses by name. A new format is a line here and its
 * writer; tests/contract/check_schemas.py --write makes schemas/common/formats.v1.json after it. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

G_BEGIN_DECLS

/* clang-format off */
#define JW_REPORT_FORMATS(SERVED, KNOWN)                                                           \
    SERVED(xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")              \
    SERVED(csv, "text/csv; charset=utf-8; header=present")                                         \
    SERVED(pdf, "application/pdf")                                                                 \
    KNOWN(json, "application/json")
/* clang-format on */

typedef struct {
    const char *name;         /* as callers write it, and the ending of file names: "xlsx" */
    const char *content_type; /* of downloads and mail attachments */
    bool served;
} JwReportFormat;

extern const JwReportFormat jw_report_formats[];
extern const size_t jw_n_report_formats;

/* The format of that name without prefix, or NULL. @name: may be NULL. (transfer none) */
const JwReportFormat *jw_report_format_find(const char *name);

/* "xlsx, csv", for messages. (transfer full) */
char *jw_report_formats_served(void);

G_END_DECLS
