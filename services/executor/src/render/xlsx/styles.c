/* render/xlsx/styles.c: see render/xlsx/styles.h. */
#include "render/xlsx/styles.h"

#include <math.h>
#include <string.h>

#include "jw/report_change.h"
#include "render/text.h"

#define DECIMALS_MAX 15

#define COLOR_INK   0x111827
#define COLOR_MUTED 0x6B7280
#define COLOR_HEAD  0x1E3A8A
#define COLOR_LINE  0xE5E7EB
#define COLOR_RULE  0x9CA3AF
#define COLOR_GREY  0xF3F4F6
#define COLOR_WHITE 0xFFFFFF
#define HEAD_INDENT 2 /* about EXE_FILTER_WIDTH */

/* A pale ground with dark ink: readable on a screen, and on paper without colours. */
static const struct {
    lxw_color_t ground, ink;
} levels[] = {
    [JW_LEVEL_GOOD] = { 0xDCFCE7, 0x166534 },
    [JW_LEVEL_WARN] = { 0xFEF3C7, 0x92400E },
    [JW_LEVEL_BAD] = { 0xFEE2E2, 0x991B1B },
};

/* @number: NULL: a number with the decimals of its measure, and @unit behind it. */
static const struct {
    const char *number, *unit;
    uint8_t align;
} formats[JW_FORMAT_N] = {
    [JW_FORMAT_INTEGER] = { NULL, "", LXW_ALIGN_RIGHT },
    [JW_FORMAT_DECIMAL] = { NULL, "", LXW_ALIGN_RIGHT },
    [JW_FORMAT_PERCENT] = { NULL, " %", LXW_ALIGN_RIGHT },
    [JW_FORMAT_SECONDS] = { NULL, "\" s\"", LXW_ALIGN_RIGHT },
    [JW_FORMAT_HOUR] = { "00\":00\"", "", LXW_ALIGN_RIGHT },
    [JW_FORMAT_TEXT] = { "@", "", LXW_ALIGN_LEFT },
    [JW_FORMAT_DATETIME] = { "yyyy-mm-dd hh:mm:ss", "", LXW_ALIGN_LEFT },
    [JW_FORMAT_DATE] = { "yyyy-mm-dd", "", LXW_ALIGN_LEFT },
    [JW_FORMAT_BOOL] = { "General", "", LXW_ALIGN_CENTER },
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

static lxw_format *
head_new(lxw_workbook *book, uint8_t align)
{
    lxw_format *head = style_new(book, 11, COLOR_WHITE, true);

    format_set_bg_color(head, COLOR_HEAD);
    format_set_align(head, align);
    return head;
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
    self->group_head = head_new(book, LXW_ALIGN_CENTER);
    format_set_border(self->group_head, LXW_BORDER_THIN);
    format_set_border_color(self->group_head, COLOR_RULE);
    for (int f = 0; f < JW_FORMAT_N; f++) {
        self->heads[f] = head_new(book, formats[f].align);
        self->filter_heads[f] = head_new(book, formats[f].align);
        format_set_text_wrap(self->filter_heads[f]);
        if (formats[f].align == LXW_ALIGN_RIGHT) {
            format_set_indent(self->filter_heads[f], HEAD_INDENT);
        }
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
    static const char all[] = "#,##0.000000000000000"; /* DECIMALS_MAX */

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

/* What stands in front of a number, as one text of its format. (transfer full) */
static char *
marks_format(const ExeXlsxLook *look)
{
    const bool level = look->level != JW_LEVEL_NONE;

    if (!level && !look->approximate) {
        return g_strdup("");
    }
    return g_strdup_printf("\"%s%s%s\"", level ? jw_report_level_sign(look->level) : "",
                           level ? " " : "", look->approximate ? "≈ " : "");
}

/* (transfer full) */
static char *
number_format(const ExeXlsxLook *look)
{
    g_autofree char *digits = exe_xlsx_number_format(MIN(look->decimals, DECIMALS_MAX));
    g_autofree char *marks = marks_format(look);
    g_autofree char *unit =
        look->unit != NULL ? unit_format(look->unit) : g_strdup(formats[look->format].unit);
    g_autofree char *plain = g_strconcat(marks, digits, unit, NULL);

    if (formats[look->format].number != NULL) {
        return g_strdup(formats[look->format].number);
    }
    if (look->sign) {
        return g_strdup_printf("+%s;-%s;%s", plain, plain, plain);
    }
    if (look->unit_one == NULL || g_strcmp0(look->unit_one, look->unit) == 0) {
        return g_steal_pointer(&plain);
    }
    g_autofree char *one = unit_format(look->unit_one);
    return g_strdup_printf("%s%s%s%s;%s", look->one_below_two ? "[<2]" : "[=1]", marks, digits, one,
                           plain);
}

/* The lines around it, and the ground it stands on. */
static void
cell_frame(lxw_format *cell, const ExeXlsxLook *look)
{
    switch (look->style) {
    case EXE_XLSX_CELL:
        break;
    case EXE_XLSX_TABLE:
    case EXE_XLSX_FIGURE:
    case EXE_XLSX_BESIDE:
        format_set_bottom(cell, LXW_BORDER_THIN);
        format_set_bottom_color(cell, COLOR_LINE);
        break;
    case EXE_XLSX_SUBTOTAL:
        format_set_top(cell, LXW_BORDER_THIN);
        format_set_top_color(cell, COLOR_RULE);
        format_set_bottom(cell, LXW_BORDER_THIN);
        format_set_bottom_color(cell, COLOR_RULE);
        format_set_bg_color(cell, COLOR_GREY);
        break;
    case EXE_XLSX_TOTAL:
        format_set_top(cell, LXW_BORDER_MEDIUM);
        format_set_top_color(cell, COLOR_HEAD);
        break;
    }
    if (look->level != JW_LEVEL_NONE) {
        format_set_bg_color(cell, levels[look->level].ground);
        format_set_font_color(cell, levels[look->level].ink);
    }
}

static lxw_format *
cell_new(lxw_workbook *book, const ExeXlsxLook *look, const char *number)
{
    const bool beside = look->style == EXE_XLSX_BESIDE;
    const bool figure = look->style == EXE_XLSX_FIGURE || beside;
    const bool total = look->style == EXE_XLSX_SUBTOTAL || look->style == EXE_XLSX_TOTAL;
    const bool bold = look->style == EXE_XLSX_FIGURE || total || look->level == JW_LEVEL_BAD;
    lxw_format *cell = style_new(book, 11, beside ? COLOR_MUTED : COLOR_INK, bold);

    format_set_num_format(cell, number);
    format_set_align(cell, figure ? LXW_ALIGN_RIGHT : formats[look->format].align);
    cell_frame(cell, look);
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

/* The double that is nearest to so many digits of @value. */
static double
of_digits(double value, const char *form)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];

    return g_ascii_strtod(g_ascii_formatd(digits, sizeof digits, form, value), NULL);
}

JwValue
exe_xlsx_hundredth(const JwValue *value)
{
    const bool is_int = value->type == JW_VALUE_INT;
    const double number = is_int ? (double)value->integer : value->real;

    if (is_int ? !exe_text_is_double(value->integer)
               : value->type != JW_VALUE_REAL || !isfinite(number) || !exe_text_is_number(number)) {
        return *value;
    }
    /* Of 82.91 / 100 the last digits are noise; the library writes 16 at most. */
    const bool is_short = of_digits(number, "%.15g") == number;
    const double hundredth = of_digits(number / 100, is_short ? "%.15g" : "%.16g");
    return (JwValue){ .type = JW_VALUE_REAL, .real = hundredth };
}
