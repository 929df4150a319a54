/* render/xlsx/styles.h: the cell formats of a workbook. Worker threads. */
#pragma once
#include <xlsxwriter.h>

#include "jw/report_def.h"

G_BEGIN_DECLS

/* A list cell, a table cell (ruled below), a figure (ruled and bold), what stands beside one. */
typedef enum { EXE_XLSX_CELL, EXE_XLSX_TABLE, EXE_XLSX_FIGURE, EXE_XLSX_BESIDE } ExeXlsxStyle;

/* How a cell looks. */
typedef struct {
    ExeXlsxStyle style;
    JwFormat format;
    int decimals;         /* as many as the value was rounded to; of numbers only */
    const char *unit;     /* behind a number; NULL: the format's */
    bool sign;            /* "+" in front of what is above zero */
    const char *unit_one; /* behind 1; NULL: `unit` */
    JwLevel level;        /* its colours, and its sign in front of a number */
} ExeXlsxLook;

typedef struct {
    lxw_workbook *book;
    lxw_format *heads[JW_FORMAT_N]; /* aligned as the column below */
    lxw_format *title, *muted, *label;
    GHashTable *cells; /* of lxw_format, by what is different */
} ExeXlsxStyles;

/* Adds them to @book, which owns them. */
void exe_xlsx_styles_init(ExeXlsxStyles *self, lxw_workbook *book);
void exe_xlsx_styles_clear(ExeXlsxStyles *self);

/* The format of cells that look so. (transfer none) */
lxw_format *exe_xlsx_style(ExeXlsxStyles *self, const ExeXlsxLook *look);

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
