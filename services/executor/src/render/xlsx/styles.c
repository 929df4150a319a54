/* render/xlsx/styles.c: see render/xlsx/styles.h. */
#include "render/xlsx/styles.h"

#define COLOR_INK   0x111827
#define COLOR_MUTED 0x6B7280
#define COLOR_HEAD  0x1E3A8A
#define COLOR_LINE  0xE5E7EB

static const struct {
    const char *number;
    uint8_t align;
} formats[JW_FORMAT_N] = {
    [JW_FORMAT_INTEGER] = { "#,##0", LXW_ALIGN_RIGHT },
    [JW_FORMAT_DECIMAL] = { "#,##0.00", LXW_ALIGN_RIGHT },
    [JW_FORMAT_PERCENT] = { "0.00\" %\"", LXW_ALIGN_RIGHT },
    [JW_FORMAT_SECONDS] = { "#,##0.0\" s\"", LXW_ALIGN_RIGHT },
    [JW_FORMAT_HOUR] = { "00\":00\"", LXW_ALIGN_RIGHT },
    [JW_FORMAT_TEXT] = { "@", LXW_ALIGN_LEFT },
    [JW_FORMAT_DATETIME] = { "yyyy-mm-dd hh:mm:ss", LXW_ALIGN_LEFT },
    [JW_FORMAT_DATE] = { "yyyy-mm-dd", LXW_ALIGN_LEFT },
    [JW_FORMAT_BOOL] = { "General", LXW_ALIGN_CENTER },
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
    self->title = style_new(book, 20, COLOR_HEAD, true);
    self->muted = style_new(book, 11, COLOR_MUTED, false);
    self->label = style_new(book, 11, COLOR_INK, false);
    format_set_bottom(self->label, LXW_BORDER_THIN);
    format_set_bottom_color(self->label, COLOR_LINE);
    for (int f = 0; f < JW_FORMAT_N; f++) {
        self->heads[f] = style_new(book, 11, 0xFFFFFF, true);
        format_set_bg_color(self->heads[f], COLOR_HEAD);
        format_set_align(self->heads[f], formats[f].align);
        for (int kind = 0; kind < EXE_XLSX_N_STYLES; kind++) {
            lxw_format *format = style_new(book, 11, COLOR_INK, kind == EXE_XLSX_FIGURE);

            format_set_num_format(format, formats[f].number);
            format_set_align(format, formats[f].align);
            if (kind == EXE_XLSX_FIGURE) {
                format_set_align(format, LXW_ALIGN_RIGHT);
            }
            if (kind != EXE_XLSX_CELL) {
                format_set_bottom(format, LXW_BORDER_THIN);
                format_set_bottom_color(format, COLOR_LINE);
            }
            self->cells[kind][f] = format;
        }
    }
}
