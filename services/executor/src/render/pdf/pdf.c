/* render/pdf/pdf.c: a PDF of A4 pages: title band, figures, tables with their charts, and the
 * record list.
 *
 * The figures come first and are known last: rows of the list wait in a file beside (list.h). What
 * stands before the list is drawn twice, the first time dry, so that every page can say how many
 * there are. Same input, same bytes, with the same fonts: the date is the job's, and cairo numbers
 * its objects and fonts by the file. */
#include "render/render.h"

#include <string.h>

#include "jw/civil.h"
#include "jw/clock.h"
#include "jw/report_text.h"
#include "jw/report_words.h"
#include "render/pdf/canvas.h"
#include "render/pdf/cells.h"
#include "render/pdf/front.h"
#include "render/pdf/list.h"
#include "render/pdf/table.h"
#include "render/pdf/xref.h"

struct _ExeRender {
    ExeRenderInput input; /* strings borrowed from the attempt */
    ExePdfCanvas canvas;
    ExePdfList *list; /* NULL: there is none */
    int pages;
};

static void
pdf_free(ExeRender *self)
{
    if (self != NULL) {
        exe_pdf_list_free(self->list);
        exe_pdf_canvas_clear(&self->canvas);
        g_free(self);
    }
}

static ExeRender *
pdf_open(const ExeRenderInput *input, GError **error)
{
    ExeRender *self = g_new0(ExeRender, 1);

    self->input = *input;
    bool ok = exe_pdf_canvas_init(&self->canvas, input->path, input->paper, error);
    self->canvas.language = input->def->language;
    if (ok && exe_render_wants_list(input)) {
        self->list =
            exe_pdf_list_new(&self->canvas, input->def, input->zone, input->temp_dir, error);
        ok = self->list != NULL;
    }
    if (!ok) {
        pdf_free(self);
        return NULL;
    }
    return self;
}

static bool
pdf_row(ExeRender *self, const JwValue *row, GError **error)
{
    return self->list == NULL || exe_pdf_list_row(self->list, row, error);
}

static const char *
title_of(const ExeRender *self, const JwReportResult *result)
{
    return self->input.title != NULL ? self->input.title : result->title;
}

static void
set_metadata(ExeRender *self, const JwReportResult *result, const char *title)
{
    cairo_surface_t *surface = self->canvas.surface;
    g_autofree char *made = jw_time_format(self->input.made_at_ms);
    g_autofree char *subject = g_strjoin(" · ", result->title != NULL ? result->title : title,
                                         result->period_label, result->time_zone, NULL);
    g_autofree char *about = exe_pdf_clean(subject, strlen(subject));

    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, title);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_SUBJECT, about);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "Jobwire");
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, made);
    if (result->requester != NULL) {
        g_autofree char *author = exe_pdf_clean(result->requester, strlen(result->requester));
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_AUTHOR, author);
    }
}

/* What every page says. */
static void
set_frame(ExeRender *self, const JwReportResult *result, const char *title)
{
    ExePdfCanvas *canvas = &self->canvas;
    g_autofree char *time =
        jw_report_text_time(self->input.made_at_ms, JW_FORMAT_DATETIME, self->input.zone);
    g_autofree char *zoned = g_strjoin(" ", time, result->time_zone, NULL);

    canvas->language = result->language;
    canvas->head = g_strdup(title);
    canvas->head_aside = g_strdup(result->period_label);
    canvas->foot = jw_report_word_fill(JW_WORD_MADE_AT, result->language, zoned, NULL);
}

/* All but the rows of the list. */
static void
draw_document(ExeRender *self, const JwReportResult *result, const char *title)
{
    ExePdfCanvas *canvas = &self->canvas;

    exe_pdf_front(canvas, result, title);
    for (guint i = 0; exe_render_wants_tables(&self->input) && i < result->tables->len; i++) {
        exe_pdf_table(canvas, result, &g_array_index(result->tables, JwReportTable, i),
                      self->input.zone);
    }
    if (self->list != NULL && exe_pdf_list_pages(self->list) == 0) {
        const ExePdfText style = { 9, false, EXE_PDF_SOFT, EXE_PDF_LEFT, exe_pdf_inner(canvas), 1 };
        exe_pdf_heading(canvas, self->input.def->list_title, NULL, 30);
        exe_pdf_part(canvas, "P", &style, jw_report_word(JW_WORD_NO_RECORDS, result->language),
                     EXE_PDF_MARGIN, canvas->y);
    }
}

/* As many rows of tables as a list may have. */
static bool
check_rows(const JwReportResult *result, GError **error)
{
    size_t rows = 0;

    for (guint i = 0; i < result->tables->len; i++) {
        rows += g_array_index(result->tables, JwReportTable, i).n_rows;
    }
    if (rows > EXE_PDF_ROWS_MAX) {
        g_autofree char *most = jw_report_text_count(EXE_PDF_ROWS_MAX);
        return jw_fail(error, JW_ERROR_TOO_LARGE,
                       "the tables have more than %s groups, the most that a PDF shows; ask for "
                       "xlsx, or for fewer groups",
                       most);
    }
    return true;
}

static bool
pdf_finish(ExeRender *self, const JwReportResult *result, GError **error)
{
    const char *named = title_of(self, result);
    g_autofree char *title = exe_pdf_clean(named != NULL ? named : "", strlen(named ?: ""));
    ExePdfCanvas *canvas = &self->canvas;

    if (!check_rows(result, error)) {
        return false;
    }
    set_metadata(self, result, title);
    set_frame(self, result, title);
    exe_pdf_restart(canvas, true);
    draw_document(self, result, title);
    canvas->n_pages = canvas->page + (self->list != NULL ? exe_pdf_list_pages(self->list) : 0);
    exe_pdf_restart(canvas, false);
    draw_document(self, result, title);
    if (self->list != NULL && !exe_pdf_list_draw(self->list, result->language, error)) {
        return false;
    }
    exe_pdf_finish(canvas);
    if (canvas->page != canvas->n_pages) {
        return jw_fail(error, JW_ERROR_INTERNAL, "drew %d pages where %d were counted",
                       canvas->page, canvas->n_pages);
    }
    self->pages = canvas->n_pages;
    return exe_pdf_canvas_close(canvas, error)
           && exe_pdf_describe(self->input.path, result->language, canvas->figures, error);
}

static bool
pdf_check(const ExeRender *self, GError **error)
{
    return exe_pdf_check(self->input.path, self->pages, error);
}

const ExeRenderOps exe_render_pdf = {
    .open = pdf_open,
    .row = pdf_row,
    .finish = pdf_finish,
    .check = pdf_check,
    .free = pdf_free,
};
