/* bench_pdf.c: the call list as a PDF by libharu, fed from memory: the columns, lines, repeated
 * heads and page numbers of our own list, in the same embedded font. bench_pdf ROWS FILE */
#include <hpdf.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench_rows.h"

#define FONT   "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
#define BOLD   "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf"
#define SIZE   7.5f
#define LINES  32 /* of a page */
#define HEIGHT 13.4f
#define TOP    492.0f
#define LEFT   40.0f
#define RIGHT  802.0f

typedef struct {
    const char *label;
    float x; /* of the left edge, of the right one of a number */
    bool right;
} Column;

static const Column columns[] = {
    { "Call", 43, false },         { "Started at", 144, false }, { "Agent", 241, false },
    { "Department", 315, false },  { "Topic", 388, false },      { "Status", 489, false },
    { "Wait (s)", 611, true },     { "Talk (s)", 694, true },    { "Resolved", 701, false },
    { "Satisfaction", 798, true },
};

typedef struct {
    HPDF_Doc doc;
    HPDF_Font font, bold;
    HPDF_Page page;
    int64_t pages;
} Pdf;

static void
put(const Pdf *self, float x, float y, bool right, const char *text)
{
    const float width = right ? HPDF_Page_TextWidth(self->page, text) : 0;

    HPDF_Page_BeginText(self->page);
    HPDF_Page_TextOut(self->page, x - width, y, text);
    HPDF_Page_EndText(self->page);
}

static void
begin_page(Pdf *self, int64_t number)
{
    g_autofree char *foot =
        g_strdup_printf("Page %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT, number, self->pages);

    self->page = HPDF_AddPage(self->doc);
    HPDF_Page_SetSize(self->page, HPDF_PAGE_SIZE_A4, HPDF_PAGE_LANDSCAPE);
    HPDF_Page_SetLineWidth(self->page, 0.5f);
    HPDF_Page_SetRGBStroke(self->page, 0.88f, 0.91f, 0.94f);
    HPDF_Page_SetFontAndSize(self->page, self->bold, SIZE);
    for (size_t i = 0; i < G_N_ELEMENTS(columns); i++) {
        put(self, columns[i].x, TOP, columns[i].right, columns[i].label);
    }
    HPDF_Page_SetFontAndSize(self->page, self->font, SIZE);
    put(self, RIGHT, 26, true, foot);
}

static void
draw_row(const Pdf *self, int64_t index)
{
    const float y = TOP - HEIGHT * (float)(index % LINES + 1);
    BenchRow row;
    char time[32], wait[16], talk[16], satisfaction[16];

    bench_row(index, &row);
    g_autoptr(GDateTime) at = g_date_time_new_from_unix_utc(row.time_ms / 1000);
    (void)g_snprintf(time, sizeof time, "%04d-%02d-%02d %02d:%02d:%02d", g_date_time_get_year(at),
                     g_date_time_get_month(at), g_date_time_get_day_of_month(at),
                     g_date_time_get_hour(at), g_date_time_get_minute(at),
                     g_date_time_get_second(at));
    (void)g_snprintf(wait, sizeof wait, "%d", row.wait_s);
    (void)g_snprintf(talk, sizeof talk, "%d", row.talk_s);
    (void)g_snprintf(satisfaction, sizeof satisfaction, "%d", row.satisfaction);
    const char *const cells[] = { row.id,         time,      row.agent,
                                  row.department, row.topic, row.status,
                                  wait,           talk,      row.resolved ? "yes" : "no",
                                  satisfaction };
    for (size_t i = 0; i < G_N_ELEMENTS(columns); i++) {
        put(self, columns[i].x, y, columns[i].right, cells[i]);
    }
    HPDF_Page_MoveTo(self->page, LEFT, y - 4);
    HPDF_Page_LineTo(self->page, RIGHT, y - 4);
    HPDF_Page_Stroke(self->page);
}

static void
failed(HPDF_STATUS error, HPDF_STATUS detail, void *data G_GNUC_UNUSED)
{
    fprintf(stderr, "libharu: error %04lX, detail %lu\n", error, detail);
    exit(1);
}

int
main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: bench_pdf ROWS FILE\n");
        return 64;
    }
    const int64_t rows = g_ascii_strtoll(argv[1], NULL, 10);
    const int64_t begin_us = g_get_monotonic_time();
    Pdf pdf = { .doc = HPDF_New(failed, NULL), .pages = (rows + LINES - 1) / LINES };

    HPDF_SetCompressionMode(pdf.doc, HPDF_COMP_ALL);
    HPDF_UseUTFEncodings(pdf.doc);
    pdf.font = HPDF_GetFont(pdf.doc, HPDF_LoadTTFontFromFile(pdf.doc, FONT, HPDF_TRUE), "UTF-8");
    pdf.bold = HPDF_GetFont(pdf.doc, HPDF_LoadTTFontFromFile(pdf.doc, BOLD, HPDF_TRUE), "UTF-8");
    for (int64_t row = 0; row < rows; row++) {
        if (row % LINES == 0) {
            begin_page(&pdf, row / LINES + 1);
        }
        draw_row(&pdf, row);
    }
    HPDF_SaveToFile(pdf.doc, argv[2]);
    HPDF_Free(pdf.doc);
    bench_rows_print(rows, begin_us);
    return 0;
}
