/* render/xlsx/styles.h: the cell formats of a workbook. Worker threads. */
#pragma once
#include <xlsxwriter.h>

#include "jw/report_def.h"

G_BEGIN_DECLS

/* A list cell, a table cell (ruled below), a figure (ruled and bold). */
typedef enum { EXE_XLSX_CELL, EXE_XLSX_TABLE, EXE_XLSX_FIGURE, EXE_XLSX_N_STYLES } ExeXlsxStyle;

#define EXE_XLSX_DECIMALS_MAX 9

typedef struct {
    lxw_workbook *book;
    lxw_format *heads[JW_FORMAT_N];            /* aligned as the column below */
    lxw_format *title, *muted, *label, *total; /* total: the label of one */
    lxw_format *cells[EXE_XLSX_N_STYLES][JW_FORMAT_N][EXE_XLSX_DECIMALS_MAX + 1]; /* or NULL yet */
} ExeXlsxStyles;

/* Adds them to @book, which owns them. */
void exe_xlsx_styles_init(ExeXlsxStyles *self, lxw_workbook *book);

/* The format of a cell, which shows as many decimals as the value was rounded to. @decimals:
 * ignored where the format is none of numbers. (transfer none) */
lxw_format *exe_xlsx_style(ExeXlsxStyles *self, ExeXlsxStyle style, JwFormat format, int decimals);

/* How a value is shown in a cell that has @format: a time, the earliest say, as one whatever the
 * measure says, and a number never as a date. */
static inline JwFormat
exe_xlsx_value_format(const JwValue *value, JwFormat format)
{
    const bool number = value->type == JW_VALUE_INT || value->type == JW_VALUE_REAL;

    if (value->type == JW_VALUE_TIME && format != JW_FORMAT_DATE) {
        return JW_FORMAT_DATETIME;
    }
    return number && format >= JW_FORMAT_TEXT ? JW_FORMAT_DECIMAL : format;
}

/* The decimals that a column of the list shows: its own, or those usual for its format. */
int exe_xlsx_list_decimals(const JwColumnDef *column);

/* "#,##0.00". (transfer full) */
char *exe_xlsx_number_format(int decimals);

G_END_DECLS
