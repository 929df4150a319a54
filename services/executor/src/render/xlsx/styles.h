/* render/xlsx/styles.h: the cell formats of a workbook. Worker threads. */
#pragma once
#include <xlsxwriter.h>

#include "jw/report_result.h"

G_BEGIN_DECLS

typedef enum {
    EXE_XLSX_CELL,     /* of a list */
    EXE_XLSX_TABLE,    /* ruled below */
    EXE_XLSX_SUBTOTAL, /* bold on grey, ruled above */
    EXE_XLSX_TOTAL,    /* bold, a thick rule above */
    EXE_XLSX_FIGURE,   /* ruled and bold */
    EXE_XLSX_BESIDE    /* what stands beside a figure */
} ExeXlsxStyle;

/* How a cell looks. */
typedef struct {
    ExeXlsxStyle style;
    JwFormat format;
    int decimals;         /* as many as the value was rounded to; of numbers only */
    const char *unit;     /* behind a number; NULL: the format's */
    bool sign;            /* "+" in front of what is above zero */
    bool approximate;     /* says so in front of the number */
    const char *unit_one; /* behind 1; NULL: `unit` */
    bool one_below_two;   /* it is behind all that is below two, by the rule of the language */
    JwLevel level;        /* its colours, and its sign in front of a number */
} ExeXlsxLook;

typedef struct {
    lxw_workbook *book;
    /* Aligned as the column below; those of a filter leave space for its button. */
    lxw_format *heads[JW_FORMAT_N], *filter_heads[JW_FORMAT_N];
    lxw_format *group_head; /* above several others */
    lxw_format *title, *muted, *label;
    GHashTable *cells; /* of lxw_format, by what is different */
} ExeXlsxStyles;

/* Adds them to @book, which owns them. */
void exe_xlsx_styles_init(ExeXlsxStyles *self, lxw_workbook *book);
void exe_xlsx_styles_clear(ExeXlsxStyles *self);

/* The format of cells that look so. (transfer none) */
lxw_format *exe_xlsx_style(ExeXlsxStyles *self, const ExeXlsxLook *look);

/* Whether cells hold a hundredth of the value, shown by the spreadsheet's own percent format, so
 * that people calculate with them: 0.8291 as "82.91 %". A unit of its own stands behind the value
 * as it is. */
static inline bool
exe_xlsx_is_percent(JwFormat format, const char *unit)
{
    return format == JW_FORMAT_PERCENT && unit == NULL;
}

/* What such a cell holds for a value: 82.91 becomes 0.8291, to the digit. What is no number stays
 * as it is, and so does what no spreadsheet holds as one. */
JwValue exe_xlsx_hundredth(const JwValue *value);

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

/* The space that a filter's button takes of a head, in characters. */
#define EXE_FILTER_WIDTH 2.0

/* "#,##0.00". (transfer full) */
char *exe_xlsx_number_format(int decimals);

G_END_DECLS
