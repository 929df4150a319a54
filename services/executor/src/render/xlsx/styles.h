/* render/xlsx/styles.h: the cell formats of a workbook. Worker threads. */
#pragma once
#include <xlsxwriter.h>

#include "jw/report_def.h"

G_BEGIN_DECLS

/* A list cell, a table cell (ruled below), a figure (ruled and bold). */
typedef enum { EXE_XLSX_CELL, EXE_XLSX_TABLE, EXE_XLSX_FIGURE, EXE_XLSX_N_STYLES } ExeXlsxStyle;

typedef struct {
    lxw_format *cells[EXE_XLSX_N_STYLES][JW_FORMAT_N];
    lxw_format *heads[JW_FORMAT_N]; /* aligned as the column below */
    lxw_format *title, *muted, *label;
} ExeXlsxStyles;

/* Adds them to @book, which owns them. */
void exe_xlsx_styles_init(ExeXlsxStyles *self, lxw_workbook *book);

G_END_DECLS
