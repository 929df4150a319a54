/* render/xlsx/styles.c: see render/xlsx/styles.h. */
#include "render/xlsx/styles.h"

#include <string.h>

#include "jw/report_change.h"

#define DECIMALS_MAX 9

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

typedef struct {
    lxw_color_t ink, ground;
} Colours;

/* Dark on light, so that they can be read in print and without colours. */
static const Colours level_colours[] = {
    [JW_LEVEL_NONE] = { 0, 0 },
    [JW_LEVEL_GOOD] = { 0x166534, 0xDCFCE7 },
    [JW_LEVEL_WARN] = { 0x92400E, 0xFEF3C7 },
    [JW_LEVEL_BAD] = { 0x991B1B, 0xFEE2E2 },
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
    self->cells = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    self->title = style_new(book, 20, COLOR_HEAD, true);
    self->muted = style_new(book, 11, COLOR_MUTED, false);
    self->label = style_new(book, 11, COLOR_INK, false);
    format_set_bottom(self->label, LXW_BORDER_THIN);
    format_set_bottom_color(self->label, COLOR_LINE);
    for (int f = 0; f < JW_FORMAT_N; f++) {
        self->heads[f] = style_new(book, 11, 0xFFFFFF, true);
        format_set_bg_color(self->heads[f], COLOR_HEAD);
        format_set_align(self->heads[f], formats[f].align);
    }
}

void
exe_xlsx_styles_clear(ExeXlsxStyles *self)
{
    g_clear_pointer(&self->cells, g_hash_table_unref);
}

char *
exe_xlsx_number_format(int decimals)
{
    static const char all[] = "#,##0.000000000";

    return g_strndup(all, strlen("#,##0") + (size_t)(decimals > 0 ? decimals + 1 : 0));
}

/* A unit as a text of a number format: in quotation marks, those of its own by their code.
 * (transfer full) */
static char *
unit_format(const char *unit)
{
    GString *text = g_string_new("\"");

    for (const char *pos = unit; *pos != '\0'; pos++) {
        g_string_append(text, *pos == '"' ? "\"\\\"\"" : (char[]){ *pos, '\0' });
    }
    g_string_append_c(text, '"');
    return g_string_free(text, FALSE);
}

/* (transfer full) */
static char *
number_format(const ExeXlsxLook *look)
{
    g_autofree char *digits = exe_xlsx_number_format(MIN(look->decimals, DECIMALS_MAX));
    g_autofree char *unit =
        look->unit != NULL ? unit_format(look->unit) : g_strdup(formats[look->format].unit);

    if (formats[look->format].number != NULL) {
        return g_strdup(formats[look->format].number);
    }
    g_autofree char *level = look->level != JW_LEVEL_NONE
                                 ? g_strdup_printf("\"%s \"", jw_report_level_sign(look->level))
                                 : g_strdup("");
    g_autofree char *plain = g_strconcat(level, digits, unit, NULL);
    if (look->sign) {
        return g_strdup_printf("+%s;-%s;%s", plain, plain, plain);
    }
    if (look->unit_one == NULL || strcmp(look->unit_one, look->unit) == 0) {
        return g_steal_pointer(&plain);
    }
    g_autofree char *one = unit_format(look->unit_one);
    return g_strdup_printf("[=1]%s%s%s;%s", level, digits, one, plain);
}

static lxw_format *
cell_new(lxw_workbook *book, const ExeXlsxLook *look, const char *number)
{
    const bool figure = look->style == EXE_XLSX_FIGURE || look->style == EXE_XLSX_BESIDE;
    const Colours *colours = &level_colours[look->level];
    lxw_format *cell = style_new(book, 11, look->style == EXE_XLSX_BESIDE ? COLOR_MUTED : COLOR_INK,
                                 look->style == EXE_XLSX_FIGURE);

    if (look->level != JW_LEVEL_NONE) {
        format_set_font_color(cell, colours->ink);
        format_set_bg_color(cell, colours->ground);
    }
    format_set_num_format(cell, number);
    format_set_align(cell, figure ? LXW_ALIGN_RIGHT : formats[look->format].align);
    if (look->style != EXE_XLSX_CELL) {
        format_set_bottom(cell, LXW_BORDER_THIN);
        format_set_bottom_color(cell, COLOR_LINE);
    }
    return cell;
}

lxw_format *
exe_xlsx_style(ExeXlsxStyles *self, const ExeXlsxLook *look)
{
    g_autofree char *number = number_format(look);
    g_autofree char *key = g_strdup_printf("%d %d %d %s", look->style, look->level,
                                           formats[look->format].align, number);
    lxw_format *cell = g_hash_table_lookup(self->cells, key);

    if (cell == NULL) {
        cell = cell_new(self->book, look, number);
        g_hash_table_insert(self->cells, g_steal_pointer(&key), cell);
    }
    return cell;
}

int
exe_xlsx_list_decimals(const JwColumnDef *column)
{
    return column->decimals >= 0 ? column->decimals : formats[column->format].list_decimals;
}
