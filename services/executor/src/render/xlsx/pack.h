/* render/xlsx/pack.h: puts compressed rows into the workbook that libxlsxwriter closed without
 * them. */
#pragma once
#include "render/xlsx/sheet_stream.h"

G_BEGIN_DECLS

typedef struct {
    ExeDeflated rows;
    char last_cell[16]; /* lower right one, "J5001" */
} ExeListSheet;

/* Copies the workbook @from to @to, both files' paths; the rows of sheets[i] go behind those of
 * sheet number @first_sheet + i (from 1). Nothing is compressed again, and zip64 is used only where
 * a sheet needs it, because Excel may offer to repair files that use it without need. Ends the
 * streams. @error: UNAVAILABLE (a file cannot be read or written), CORRUPT (@from is not as
 * expected). */
bool exe_xlsx_pack(const char *from, const char *to, const ExeListSheet *sheets, size_t n_sheets,
                   int first_sheet, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
