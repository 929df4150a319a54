/* import/csv.h: reads CSV (RFC 4180) row by row in constant memory: quoted cells with line breaks,
 * CRLF or LF, byte order marks, a first line "sep=;" that names the delimiter. What is ill-formed
 * is a violation of its row; reading goes on with the line after. One thread. */
#pragma once
#include <stdio.h>

#include "jw/error.h"

G_BEGIN_DECLS

#define JC_CSV_ROW_MAX_BYTES (1024u * 1024u)
#define JC_CSV_CELLS_MAX     2000u

typedef struct {
    const char *text; /* NUL-terminated as well */
    size_t length;
} JcCell;
typedef struct {
    int64_t line; /* where it starts, from 1 */
    const JcCell *cells;
    size_t n_cells;
    const char *violation; /* NULL, or why the row cannot be read; cells are then empty */
} JcCsvRow;
typedef enum { JC_CSV_END, JC_CSV_ROW } JcCsvResult;

typedef struct _JcCsv JcCsv;
/* A regular file: it is read more than once. NOT_FOUND, INVALID, UNAVAILABLE. */
JcCsv *jc_csv_open(const char *path, char delimiter, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* @take_file: a seekable one */
JcCsv *jc_csv_new(FILE *take_file, const char *name, char delimiter);
void jc_csv_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JcCsv, jc_csv_free)

/* Empty lines are left out. The row lives until the next call. UNAVAILABLE when the file cannot be
 * read on; INVALID when it is not UTF-8 text, with what it is and what to do. */
bool jc_csv_next(JcCsv *self, JcCsvRow *ret_row, JcCsvResult *ret_result,
                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
int64_t jc_csv_bytes(const JcCsv *self); /* read so far */
int64_t jc_csv_size(const JcCsv *self);  /* of the file */

/* Writes one cell, quoted when it must be; @first: without a delimiter before it. */
void jc_csv_put(FILE *file, const char *text, bool first);

G_END_DECLS
