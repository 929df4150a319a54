/* render/render.h: writers of report files. One thread; memory does not grow with the rows.
 *
 * A renderer gets the columns of every record as it is read and, at the end, the result. Its file
 * is a temporary one in a directory private to the attempt. */
#pragma once
#include "jw/error.h"
#include "jw/report_formats.h"
#include "jw/report_result.h"

G_BEGIN_DECLS

typedef struct _ExeRender ExeRender;

typedef struct {
    const JwReportDef *def; /* of the list: its columns and its title */
    GTimeZone *zone;        /* of the list's times */
    JwContent content;      /* the parts that have rows: records that are not wanted are ignored */
    const char *table;      /* see JwReportRequest */
    const char *title;      /* job name; NULL: it has none, and the type's title leads */
    const char *path;       /* file to write */
    const char *temp_dir;
    bool bom; /* a CSV file begins with a byte order mark */
    JwCsvForm csv;
    JwPaper paper;
    int64_t made_at_ms;  /* the document's date: the same job gives the same bytes */
    uint32_t sheet_rows; /* of a sheet of a workbook's list; 0: as many as the format has */
} ExeRenderInput;

static inline bool
exe_render_content_lists(JwContent content)
{
    return content == JW_CONTENT_ALL || content == JW_CONTENT_LIST;
}

static inline bool
exe_render_wants_list(const ExeRenderInput *input)
{
    return exe_render_content_lists(input->content);
}

static inline bool
exe_render_wants_tables(const ExeRenderInput *input)
{
    return input->content != JW_CONTENT_LIST;
}

typedef struct {
    ExeRender *(*open)(const ExeRenderInput *input, GError **error);
    /* @row: the definition's columns come first (jw_report_def_fields). */
    bool (*row)(ExeRender *self, const JwValue *row, GError **error);
    /* Writes the rest and closes the file. */
    bool (*finish)(ExeRender *self, const JwReportResult *result, GError **error);
    /* Reads the finished file back; CORRUPT when it is not what was written. Touches nothing that
     * others use, so it may run while the file is uploaded. NULL: nothing to check. */
    bool (*check)(const ExeRender *self, GError **error);
    void (*free)(ExeRender *self);
    int64_t list_max; /* its list shows the first so many records; 0: all */
} ExeRenderOps;

/* Every format has a writer exe_render_<name>. */
#define EXE_WRITER(name, content_type, sort) extern const ExeRenderOps exe_render_##name;
JW_REPORT_FORMATS(EXE_WRITER)

const ExeRenderOps *exe_render_find(const char *format); /* or NULL */

/* render/xlsx/check.c: reopens a workbook: every entry's CRC, every part well-formed XML, every
 * part there that a relation or a content type names, and @list_rows `<row` elements over the
 * sheets from number @first_list_sheet (from 1) on. CORRUPT names the part. */
bool exe_check_workbook(const char *path, int64_t list_rows, int first_list_sheet,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The number of the part xl/worksheets/sheetN.xml of a workbook, 0 for other parts. */
int64_t exe_sheet_number(const char *part);

G_END_DECLS
