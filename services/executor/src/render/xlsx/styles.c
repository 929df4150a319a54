/* render/xlsx/styles.c: see render/xlsx/styles.h. */
#include "render/xlsx/styles.h"

#include <string.h>

#define COLOR_INK   0x111827
#define COLOR_MUTED 0x6B7280
#define COLOR_HEAD  0x1E3A8A
#define COLOR_LINE  0xE5E7EB

/* @number: NULL: a number with the decimals of its measure, and @unit behind it. */
static const struct {
    const char *number, *unit;
    uint8_t align;
    int list_decimals;
} formats[JW_FORMAT_N] = {
    [JW_FORMAT_INTEGER] = { NULL, "", LXW_ALIGN_RIGHT, 0 },
    [JW_FORMAT_DECIMAL] = { NULL, "", LXW_ALIGN_RIGHT, 2 },
    [JW_FORMAT_PERCENT] = { NULL, "\" %\"", LXW_ALIGN_RIGHT, 2 },
    [JW_FORMAT_SECONDS] = { NULL, "\" s\"", LXW_ALIGN_RIGHT, 1 },
    [JW_FORMAT_HOUR] = { "00\":00\"", "", LXW_ALIGN_RIGHT, 0 },
    [JW_FORMAT_TEXT] = { "@", "", LXW_ALIGN_LEFT, 0 },
    [JW_FORMAT_DATETIME] = { "yyyy-mm-dd hh:mm:ss", "", LXW_ALIGN_LEFT, 0 },
    [JW_FORMAT_DATE] = { "yyyy-mm-dd", "", LXW_ALIGN_LEFT, 0 },
    [JW_FORMAT_BOOL] = { "General", "", LXW_ALIGN_CENTER, 0 },
};

static lxw_format *
style_new(lxw_workbook *book, double size, lxw_color_t color, bool bold)
{
    lxw_format *format = workbook_add_format(book);

    format_set_font_name(format, "Calibri");
    format_set_font_size(format, size);
    format_set_font_color(format, color);
    if (bold) {
        format_set_bold(format);
    }
    format_set_align(format, LXW_ALIGN_VERTICAL_CENTER);
    return format;
}

void
exe_xlsx_styles_init(ExeXlsxStyles *self, lxw_workbook *book)
{
    *self = (ExeXlsxStyles){ .book = book };
    self->title = style_new(book, 20, COLOR_HEAD, true);
    self->muted = style_new(book, 11, COLOR_MUTED, false);
    self->label = style_new(book, 11, COLOR_INK, false);
    format_set_bottom(self->label, LXW_BORDER_THIN);
    format_set_bottom_color(self->label, COLOR_LINE);
    self->total = style_new(book, 11, COLOR_INK, true);
    format_set_bottom(self->total, LXW_BORDER_THIN);
    format_set_bottom_color(self->total, COLOR_LINE);
    for (int f = 0; f < JW_FORMAT_N; f++) {
        self->heads[f] = style_new(book, 11, 0xFFFFFF, true);
        format_set_bg_color(self->heads[f], COLOR_HEAD);
        format_set_align(self->heads[f], formats[f].align);
    }
}

char *
exe_xlsx_number_format(int decimals)
{
    static const char all[] = "#,##0.000000000";

    return g_strndup(all, strlen("#,##0") + (size_t)(decimals > 0 ? decimals + 1 : 0));
}

static lxw_format *
cell_new(lxw_workbook *book, ExeXlsxStyle style, JwFormat format, int decimals)
{
    g_autofree char *digits = exe_xlsx_number_format(decimals);
    g_autofree char *number = g_strconcat(digits, formats[format].unit, NULL);
    lxw_format *cell = style_new(book, 11, COLOR_INK, style == EXE_XLSX_FIGURE);

    format_set_num_format(cell, formats[format].number != NULL ? formats[format].number : number);
    format_set_align(cell, style == EXE_XLSX_FIGURE ? LXW_ALIGN_RIGHT : formats[format].align);
    if (style != EXE_XLSX_CELL) {
        format_set_bottom(cell, LXW_BORDER_THIN);
        format_set_bottom_color(cell, COLOR_LINE);
    }
    return cell;
}

lxw_format *
exe_xlsx_style(ExeXlsxStyles *self, ExeXlsxStyle style, JwFormat format, int decimals)
{
    const int shown =
        formats[format].number != NULL ? 0 : CLAMP(decimals, 0, EXE_XLSX_DECIMALS_MAX);
    lxw_format **cell = &self->cells[style][format][shown];

    if (*cell == NULL) {
        *cell = cell_new(self->book, style, format, shown);
    }
    return *cell;
}

int
exe_xlsx_list_decimals(const JwColumnDef *column)
{
    return column->decimals >= 0 ? column->decimals : formats[column->format].list_decimals;
}
