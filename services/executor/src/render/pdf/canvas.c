/* render/pdf/canvas.c: see render/pdf/canvas.h. Plain ASCII on one line, as nearly all cells are,
 * is drawn without a layout, and many such texts at once (render/pdf/run.h): that is ten times
 * faster, and Pango would choose the same glyphs. The language is set, so that not the process's
 * chooses fonts: same input, same bytes. */
#include "render/pdf/canvas.h"

#include <errno.h>
#include <string.h>

#include "jw/report_words.h"
#include "temp.h"

#define FAMILY    "DejaVu Sans"
#define FOOT_SIZE 7.5
#define HEAD_SIZE 8.0
/* More characters than a line of the longest page has are not laid out. Of those that are,
 * what an ellipsis hides stays in the file's text: it is found and copied. */
#define CHARACTERS_MOST 400 /* a line */

static cairo_status_t
on_write(void *data, const unsigned char *bytes, unsigned length)
{
    ExePdfCanvas *self = data;

    if (fwrite(bytes, 1, length, self->file) == length) {
        return CAIRO_STATUS_SUCCESS;
    }
    self->write_errno = self->write_errno != 0 ? self->write_errno : errno;
    return CAIRO_STATUS_WRITE_ERROR;
}

static void
face_clear(gpointer data)
{
    ExePdfFace *face = data;

    pango_font_description_free(face->description);
    g_clear_pointer(&face->font, cairo_scaled_font_destroy);
}

static void
face_advances(ExePdfFace *self)
{
    for (int c = 0; c < 0x80; c++) {
        const char text[] = { (char)c, '\0' };
        cairo_glyph_t *glyphs = NULL;
        int n_glyphs = 0;
        cairo_text_extents_t extents = { 0 };

        self->advance[c] = -1;
        if (c < ' ' || c == 0x7f || self->font == NULL
            || cairo_scaled_font_text_to_glyphs(self->font, 0, 0, text, 1, &glyphs, &n_glyphs, NULL,
                                                NULL, NULL)
                   != CAIRO_STATUS_SUCCESS) {
            continue;
        }
        if (n_glyphs == 1 && glyphs[0].index != 0) {
            cairo_scaled_font_glyph_extents(self->font, glyphs, 1, &extents);
            self->advance[c] = extents.x_advance;
            self->glyph[c] = glyphs[0].index;
        }
        cairo_glyph_free(glyphs);
    }
}

static ExePdfFace
face_new(ExePdfCanvas *self, double size, bool bold)
{
    ExePdfFace face = { .size = size, .bold = bold };

    face.description = pango_font_description_from_string(FAMILY);
    pango_font_description_set_absolute_size(face.description, size * PANGO_SCALE);
    pango_font_description_set_weight(face.description,
                                      bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    PangoFont *font = pango_context_load_font(self->context, face.description);
    if (font != NULL) {
        PangoFontMetrics *metrics = pango_font_get_metrics(font, NULL);
        cairo_scaled_font_t *scaled = pango_cairo_font_get_scaled_font(PANGO_CAIRO_FONT(font));
        face.ascent = (double)pango_font_metrics_get_ascent(metrics) / PANGO_SCALE;
        face.line = face.ascent + (double)pango_font_metrics_get_descent(metrics) / PANGO_SCALE;
        face.font = scaled != NULL ? cairo_scaled_font_reference(scaled) : NULL;
        pango_font_metrics_unref(metrics);
        g_object_unref(font);
    } else {
        face.ascent = size * 0.93;
        face.line = size * 1.17;
    }
    face_advances(&face);
    return face;
}

static const ExePdfFace *
face_of(ExePdfCanvas *self, double size, bool bold)
{
    for (guint i = 0; i < self->faces->len; i++) {
        const ExePdfFace *face = &g_array_index(self->faces, ExePdfFace, i);
        if (face->size == size && face->bold == bold) {
            return face;
        }
    }
    g_assert(self->faces->len < EXE_PDF_FACES);
    const ExePdfFace face = face_new(self, size, bold);
    g_array_append_val(self->faces, face);
    return &g_array_index(self->faces, ExePdfFace, self->faces->len - 1);
}

bool
exe_pdf_canvas_init(ExePdfCanvas *self, const char *path, JwPaper paper, GError **error)
{
    static const double sides[][2] = {
        [JW_PAPER_A4] = { 595.276, 841.89 }, [JW_PAPER_LETTER] = { 612, 792 }
    };

    self->short_side = sides[paper][0];
    self->long_side = sides[paper][1];
    exe_pdf_run_init(&self->run);
    self->tags = g_ptr_array_new();
    self->figures = g_ptr_array_new_with_free_func(g_free);
    self->faces = g_array_sized_new(FALSE, FALSE, sizeof(ExePdfFace), EXE_PDF_FACES);
    g_array_set_clear_func(self->faces, face_clear);
    self->file = fopen(path, "w+xe");
    if (self->file == NULL) {
        return exe_temp_failed(error, "write the PDF file", errno);
    }
    self->surface =
        cairo_pdf_surface_create_for_stream(on_write, self, self->short_side, self->long_side);
    self->cr = cairo_create(self->surface);
    self->context = pango_cairo_create_context(self->cr);
    pango_context_set_language(self->context, pango_language_from_string("en"));
    pango_context_set_round_glyph_positions(self->context, FALSE);
    self->layout = pango_layout_new(self->context);
    pango_layout_set_single_paragraph_mode(self->layout, TRUE);
    pango_layout_set_wrap(self->layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_ellipsize(self->layout, PANGO_ELLIPSIZE_END);
    if (cairo_status(self->cr) != CAIRO_STATUS_SUCCESS) {
        return self->write_errno != 0
                   ? exe_temp_failed(error, "write the PDF file", self->write_errno)
                   : jw_fail(error, JW_ERROR_INTERNAL, "starting the PDF file: %s",
                             cairo_status_to_string(cairo_status(self->cr)));
    }
    return true;
}

/* A file that is thrown away must end well, too: cairo aborts over parts of a page that is not. */
static void
end_open_parts(ExePdfCanvas *self)
{
    if (self->cr != NULL && self->tags->len > 0) {
        cairo_show_page(self->cr);
    }
    for (guint i = self->tags->len; self->cr != NULL && i > 0; i--) {
        cairo_tag_end(self->cr, g_ptr_array_index(self->tags, i - 1));
    }
}

void
exe_pdf_canvas_clear(ExePdfCanvas *self)
{
    exe_pdf_run_clear(&self->run);
    if (self->surface != NULL) {
        end_open_parts(self);
    }
    g_clear_pointer(&self->tags, g_ptr_array_unref);
    g_clear_pointer(&self->faces, g_array_unref);
    g_clear_object(&self->layout);
    g_clear_object(&self->context);
    g_clear_pointer(&self->cr, cairo_destroy);
    if (self->surface != NULL) {
        cairo_surface_finish(self->surface); /* only after a failure: the file is thrown away */
        g_clear_pointer(&self->surface, cairo_surface_destroy);
    }
    if (self->file != NULL) {
        (void)fclose(self->file);
        self->file = NULL;
    }
    g_clear_pointer(&self->figures, g_ptr_array_unref);
    g_clear_pointer(&self->head, g_free);
    g_clear_pointer(&self->head_aside, g_free);
    g_clear_pointer(&self->foot, g_free);
}

bool
exe_pdf_canvas_close(ExePdfCanvas *self, GError **error)
{
    const cairo_status_t drawn = cairo_status(self->cr);

    cairo_surface_finish(self->surface);
    const cairo_status_t status =
        drawn != CAIRO_STATUS_SUCCESS ? drawn : cairo_surface_status(self->surface);
    FILE *file = g_steal_pointer(&self->file);
    /* A full disk may show only now. */
    const bool flushed = fflush(file) == 0 && !ferror(file);
    const int cause = self->write_errno != 0 ? self->write_errno : errno;
    const bool closed = fclose(file) == 0;
    if (!flushed || !closed || self->write_errno != 0) {
        return exe_temp_failed(error, "write the PDF file", cause);
    }
    return status == CAIRO_STATUS_SUCCESS
           || jw_fail(error, JW_ERROR_INTERNAL, "drawing the PDF file: %s",
                      cairo_status_to_string(status));
}

static void
draw_head(ExePdfCanvas *self)
{
    const double inner = exe_pdf_inner(self);
    const ExePdfText title = { HEAD_SIZE, true, EXE_PDF_SLATE, EXE_PDF_LEFT, inner * 0.58, 1 };
    const ExePdfText aside = { HEAD_SIZE, false, EXE_PDF_SOFT, EXE_PDF_RIGHT, inner * 0.4, 1 };

    exe_pdf_box(self, EXE_PDF_BRAND, 0, 0, self->width, 5, 0);
    exe_pdf_text(self, &title, self->head, EXE_PDF_MARGIN, 26);
    exe_pdf_text(self, &aside, self->head_aside, self->width - EXE_PDF_MARGIN - aside.width, 26);
    exe_pdf_rule(self, EXE_PDF_LINE, 0.75, EXE_PDF_MARGIN, 44, inner);
}

static void
draw_foot(ExePdfCanvas *self)
{
    const double inner = exe_pdf_inner(self);
    const double y = self->height - 32;
    const ExePdfText left = { FOOT_SIZE, false, EXE_PDF_SOFT, EXE_PDF_LEFT, inner * 0.68, 1 };
    const ExePdfText right = { FOOT_SIZE, false, EXE_PDF_SOFT, EXE_PDF_RIGHT, inner * 0.3, 1 };
    g_autofree char *page = g_strdup_printf("%d", self->page);
    g_autofree char *pages = g_strdup_printf("%d", self->n_pages);
    g_autofree char *of = jw_report_word_fill(JW_WORD_PAGE_OF, self->language, page, pages);

    exe_pdf_rule(self, EXE_PDF_LINE, 0.75, EXE_PDF_MARGIN, y - 6, inner);
    exe_pdf_text(self, &left, self->foot, EXE_PDF_MARGIN, y);
    exe_pdf_text(self, &right, of, self->width - EXE_PDF_MARGIN - right.width, y);
}

void
exe_pdf_tag(ExePdfCanvas *self, const char *tag)
{
    if (!self->dry) {
        cairo_tag_begin(exe_pdf_draw(self), tag, NULL);
        g_ptr_array_add(self->tags, (gpointer)(uintptr_t)tag);
    }
}

void
exe_pdf_untag(ExePdfCanvas *self, const char *tag)
{
    if (!self->dry) {
        cairo_tag_end(exe_pdf_draw(self), tag);
        g_ptr_array_set_size(self->tags, (int)self->tags->len - 1);
    }
}

static void
end_page(ExePdfCanvas *self)
{
    if (self->page > 0 && !self->dry) {
        draw_foot(self);
        cairo_show_page(exe_pdf_draw(self));
    }
}

void
exe_pdf_page(ExePdfCanvas *self, bool landscape)
{
    end_page(self);
    self->page++;
    self->width = landscape ? self->long_side : self->short_side;
    self->height = landscape ? self->short_side : self->long_side;
    self->y = EXE_PDF_TOP;
    if (!self->dry) {
        cairo_pdf_surface_set_size(self->surface, self->width, self->height);
        /* Cairo keeps the region that is drawn on: of one box, and not of each text's, it is found
         * in no time. */
        exe_pdf_box(self, EXE_PDF_WHITE, 0, 0, self->width, self->height, 0);
        if (self->page == 1) { /* not before: a new size forgets what was recorded */
            exe_pdf_tag(self, "Document");
        }
        if (self->page > 1) {
            draw_head(self);
        }
    }
}

void
exe_pdf_restart(ExePdfCanvas *self, bool dry)
{
    self->page = 0;
    self->dry = dry;
}

double
exe_pdf_inner(const ExePdfCanvas *self)
{
    return self->width - 2 * EXE_PDF_MARGIN;
}

double
exe_pdf_inner_of(const ExePdfCanvas *self, bool landscape)
{
    return (landscape ? self->long_side : self->short_side) - 2 * EXE_PDF_MARGIN;
}

double
exe_pdf_left_on_page(const ExePdfCanvas *self)
{
    return self->height - EXE_PDF_BOTTOM - self->y;
}

double
exe_pdf_part(ExePdfCanvas *self, const char *tag, const ExePdfText *style, const char *text,
             double x, double y)
{
    exe_pdf_tag(self, tag);
    const double height = exe_pdf_text(self, style, text, x, y);
    exe_pdf_untag(self, tag);
    return height;
}

void
exe_pdf_finish(ExePdfCanvas *self)
{
    exe_pdf_untag(self, "Document");
    end_page(self);
}

void
exe_pdf_outline(ExePdfCanvas *self, const char *title, double y)
{
    if (!self->dry) {
        char at[G_ASCII_DTOSTR_BUF_SIZE];
        g_autofree char *link =
            g_strdup_printf("page=%d pos=[0 %s]", self->page,
                            g_ascii_formatd(at, sizeof at, "%.2f", y > 12 ? y - 12 : 0));
        (void)cairo_pdf_surface_add_outline(self->surface, CAIRO_PDF_OUTLINE_ROOT, title, link,
                                            CAIRO_PDF_OUTLINE_FLAG_OPEN);
    }
}

/* The width of a text that can be drawn without a layout; negative: it cannot. */
static double
plain_width(const ExePdfFace *face, const char *text)
{
    double width = 0;

    for (const char *at = text; *at != '\0'; at++) {
        const guchar c = (guchar)*at;
        if (c >= 0x80 || face->advance[c] < 0) {
            return -1;
        }
        width += face->advance[c];
    }
    return width;
}

/* Lays the text out; returns the number of lines. */
static int
lay_out(ExePdfCanvas *self, const ExePdfText *style, const ExePdfFace *face, const char *text)
{
    const char *end = text;

    const int most = CHARACTERS_MOST * MAX(style->lines, 1);
    for (int n = 0; n < most && *end != '\0'; n++) {
        end = g_utf8_find_next_char(end, NULL);
    }
    g_autofree char *cut = *end != '\0' ? g_strndup(text, (size_t)(end - text)) : NULL;
    g_autofree char *shown = cut != NULL ? g_strconcat(cut, "…", NULL) : NULL;
    pango_layout_set_font_description(self->layout, face->description);
    pango_layout_set_width(self->layout, style->width > 0 ? (int)(style->width * PANGO_SCALE) : -1);
    pango_layout_set_height(self->layout, style->width > 0 ? -MAX(style->lines, 1) : 0);
    pango_layout_set_text(self->layout, shown != NULL ? shown : text, -1);
    return pango_layout_get_line_count(self->layout);
}

static bool
fits(const ExePdfText *style, double plain)
{
    return plain >= 0 && (style->width <= 0 || plain <= style->width);
}

void
exe_pdf_measure(ExePdfCanvas *self, const ExePdfText *style, const char *text, int *ret_lines,
                double *ret_width)
{
    const ExePdfFace *face = face_of(self, style->size, style->bold);
    const double plain = plain_width(face, text);
    PangoRectangle box;

    *ret_lines = 1;
    *ret_width = plain;
    if (!fits(style, plain)) {
        *ret_lines = lay_out(self, style, face, text);
        pango_layout_get_extents(self->layout, NULL, &box);
        *ret_width = (double)box.width / PANGO_SCALE;
    }
}

void
exe_pdf_shrink(ExePdfCanvas *self, ExePdfText *style, const char *text, double width, double least,
               double step)
{
    int lines = 0;
    double all = 0;

    style->width = 0;
    exe_pdf_measure(self, style, text, &lines, &all);
    while (all > width && style->size - step >= least) {
        style->size -= step;
        exe_pdf_measure(self, style, text, &lines, &all);
    }
    style->width = width;
}

double
exe_pdf_lines(ExePdfCanvas *self, const ExePdfText *style, int lines)
{
    return face_of(self, style->size, style->bold)->line * lines;
}

static double
aligned(const ExePdfText *style, double width, bool to_the_left)
{
    const double room = style->width > 0 ? style->width - width : 0;
    const bool right =
        style->side == EXE_PDF_RIGHT || (style->side == EXE_PDF_START && to_the_left);

    return right ? room : style->side == EXE_PDF_CENTER ? room / 2 : 0;
}

static void
set_colour(cairo_t *cr, unsigned rgb)
{
    cairo_set_source_rgb(cr, (rgb >> 16 & 0xff) / 255.0, (rgb >> 8 & 0xff) / 255.0,
                         (rgb & 0xff) / 255.0);
}

cairo_t *
exe_pdf_draw(ExePdfCanvas *self)
{
    exe_pdf_run_flush(&self->run, self->cr);
    return self->cr;
}

static void
draw_line(ExePdfCanvas *self, const ExePdfText *style, PangoLayoutLine *line, double x, double y)
{
    PangoRectangle box;

    pango_layout_line_get_extents(line, NULL, &box);
    const bool to_the_left = line->resolved_dir == PANGO_DIRECTION_RTL;
    cairo_move_to(self->cr, x + aligned(style, (double)box.width / PANGO_SCALE, to_the_left), y);
    pango_cairo_show_layout_line(self->cr, line);
}

double
exe_pdf_text(ExePdfCanvas *self, const ExePdfText *style, const char *text, double x, double y)
{
    const ExePdfFace *face = face_of(self, style->size, style->bold);
    const double plain = plain_width(face, text);
    const bool one = fits(style, plain);
    const int n_lines = one ? 1 : lay_out(self, style, face, text);

    if (self->dry || text[0] == '\0') {
        return face->line * n_lines;
    }
    if (one) {
        exe_pdf_run_add(&self->run, self->cr, face->font, style->colour, text,
                        x + aligned(style, plain, false), y + face->ascent, face->glyph,
                        face->advance);
        return face->line;
    }
    set_colour(exe_pdf_draw(self), style->colour);
    for (int i = 0; i < n_lines; i++) {
        PangoLayoutLine *line = pango_layout_get_line_readonly(self->layout, i);
        draw_line(self, style, line, x, y + face->ascent + face->line * i);
    }
    return face->line * n_lines;
}

static void
trace_box(cairo_t *cr, double x, double y, double width, double height, double radius)
{
    cairo_new_path(cr);
    if (radius <= 0) {
        cairo_rectangle(cr, x, y, width, height);
        return;
    }
    cairo_arc(cr, x + width - radius, y + radius, radius, -G_PI / 2, 0);
    cairo_arc(cr, x + width - radius, y + height - radius, radius, 0, G_PI / 2);
    cairo_arc(cr, x + radius, y + height - radius, radius, G_PI / 2, G_PI);
    cairo_arc(cr, x + radius, y + radius, radius, G_PI, G_PI * 3 / 2);
    cairo_close_path(cr);
}

void
exe_pdf_box(ExePdfCanvas *self, unsigned colour, double x, double y, double width, double height,
            double radius)
{
    if (!self->dry) {
        set_colour(exe_pdf_draw(self), colour);
        trace_box(self->cr, x, y, width, height, radius);
        cairo_fill(self->cr);
    }
}

void
exe_pdf_frame(ExePdfCanvas *self, unsigned colour, unsigned border, double x, double y,
              double width, double height, double radius)
{
    if (!self->dry) {
        exe_pdf_box(self, colour, x, y, width, height, radius);
        set_colour(self->cr, border);
        cairo_set_line_width(self->cr, 0.75);
        trace_box(self->cr, x, y, width, height, radius);
        cairo_stroke(self->cr);
    }
}

void
exe_pdf_rule(ExePdfCanvas *self, unsigned colour, double thick, double x, double y, double width)
{
    if (!self->dry) {
        exe_pdf_box(self, colour, x, y - thick / 2, width, thick, 0);
    }
}

void
exe_pdf_triangle(ExePdfCanvas *self, unsigned colour, double x, double y, double radius)
{
    if (!self->dry) {
        set_colour(exe_pdf_draw(self), colour);
        cairo_new_path(self->cr);
        cairo_move_to(self->cr, x, y - radius);
        cairo_line_to(self->cr, x + radius, y + radius);
        cairo_line_to(self->cr, x - radius, y + radius);
        cairo_close_path(self->cr);
        cairo_fill(self->cr);
    }
}
