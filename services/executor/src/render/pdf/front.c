/* render/pdf/front.c: see render/pdf/front.h. The look is that of the mail (libs/page). */
#include "render/pdf/front.h"

#include <string.h>

#include "jw/chart_table.h"
#include "jw/report_change.h"
#include "jw/report_text.h"
#include "jw/report_words.h"
#include "render/pdf/cells.h"

#define BAND_TOP      28.0
#define BAND_BOTTOM   20.0
#define BAND_KIND     0xdbeafe
#define BAND_LINE     0xeff6ff
#define BAND_ASIDE    0xbfdbfe
#define BAND_INSET    0x1d4ed8
#define BAND_LIMITS   12u /* further ones follow below the figures */
#define TITLE_SIZE    22.0
#define GAP           10.0
#define CARD_PAD      9.0
#define CARD_LABEL    8.0
#define CARD_SMALL    8.0
#define SMALL_LEAST   7.0 /* of what could stand in two lines */
#define SMALLEST      5.0
#define LABEL_LINES   6
#define VALUE_LEAST   7.0
#define VALUE_LINES   12
#define PILL          6.5
#define NOTE_LINES    40
#define HEADING_LEAST 9.0
#define CHART_SCALE   0.86 /* of what the mail shows, and a little lower */
#define CHART_LOWER   0.93

static const struct {
    unsigned ink, ground;
    JwWord word;
} levels[] = {
    [JW_LEVEL_GOOD] = { 0x15803d, 0xdcfce7, JW_WORD_GOOD },
    [JW_LEVEL_WARN] = { 0xb45309, 0xfef3c7, JW_WORD_WARN },
    [JW_LEVEL_BAD] = { 0xb91c1c, 0xfee2e2, JW_WORD_BAD },
};

/* Draws a paragraph of the band at y, and moves y below it. */
static void
band_text(ExePdfCanvas *canvas, double size, bool bold, unsigned colour, int lines, double inset,
          const char *text)
{
    const char *tag = size == TITLE_SIZE ? "H1" : "P";
    g_autofree char *line = exe_pdf_clean(text, strlen(text));
    const ExePdfText style = { size, bold, colour, EXE_PDF_LEFT, exe_pdf_inner(canvas) - 2 * inset,
                               lines };

    canvas->y += exe_pdf_part(canvas, tag, &style, line, EXE_PDF_MARGIN + inset, canvas->y);
}

static char *
period_line(const JwReportResult *result)
{
    g_autofree char *records = jw_report_word_records(MAX(result->rows, 0), result->language);

    return g_strjoin(" · ", result->period_label, result->time_zone, records, NULL);
}

static char *
limit_text(const JwReportResult *result, guint index)
{
    const JwReportLimit *limit = &g_array_index(result->limits, JwReportLimit, index);

    return g_strdup_printf("%s: %s", limit->label, limit->text);
}

/* What the report is limited to, so that nobody takes a part for the whole. */
static void
band_limits(ExePdfCanvas *canvas, const JwReportResult *result)
{
    if (result->limits->len > 0) {
        band_text(canvas, 9, true, EXE_PDF_WHITE, 1, 10,
                  jw_report_word(JW_WORD_PART, result->language));
    }
    for (guint i = 0; i < MIN(result->limits->len, BAND_LIMITS); i++) {
        g_autofree char *text = limit_text(result, i);
        band_text(canvas, 9, false, EXE_PDF_WHITE, 6, 10, text);
    }
    if (result->limits->len > BAND_LIMITS) {
        band_text(canvas, 9, false, EXE_PDF_WHITE, 1, 10, "…");
    }
    if (result->with_inactive) {
        band_text(canvas, 9, false, EXE_PDF_WHITE, 2, 10,
                  jw_report_word(JW_WORD_INACTIVE, result->language));
    }
}

static void
band_head(ExePdfCanvas *canvas, const JwReportResult *result, const char *title)
{
    g_autofree char *about =
        jw_report_kind_line(result->period, result->title, title, result->language);
    g_autofree char *line = period_line(result);

    band_text(canvas, 8.5, true, BAND_KIND, 2, 0, about);
    canvas->y += 3;
    band_text(canvas, TITLE_SIZE, true, EXE_PDF_WHITE, 3, 0, title);
    canvas->y += 5;
    band_text(canvas, 10.5, false, BAND_LINE, 2, 0, line);
    if (result->requester != NULL) {
        g_autofree char *by =
            jw_report_word_fill(JW_WORD_REQUESTED_BY, result->language, result->requester, NULL);
        canvas->y += 2;
        band_text(canvas, 9, false, BAND_ASIDE, 2, 0, by);
    }
}

/* The ground comes before the text, and its height from the text. */
static double
band_height(ExePdfCanvas *canvas, void (*draw)(ExePdfCanvas *, const JwReportResult *),
            const JwReportResult *result)
{
    const bool dry = canvas->dry;
    const double y = canvas->y;

    canvas->dry = true;
    draw(canvas, result);
    const double height = canvas->y - y;
    canvas->dry = dry;
    canvas->y = y;
    return height;
}

static void
draw_band(ExePdfCanvas *canvas, const JwReportResult *result, const char *title)
{
    const bool limited = result->limits->len > 0 || result->with_inactive;
    const bool dry = canvas->dry;

    canvas->dry = true;
    canvas->y = BAND_TOP;
    band_head(canvas, result, title);
    const double limits = limited ? band_height(canvas, band_limits, result) + 14 : 0;
    const double height = canvas->y + (limited ? GAP + limits : 0) + BAND_BOTTOM;
    canvas->dry = dry;
    canvas->y = BAND_TOP;
    exe_pdf_box(canvas, EXE_PDF_BRAND, 0, 0, canvas->width, height, 0);
    band_head(canvas, result, title);
    if (limited) {
        canvas->y += GAP;
        exe_pdf_box(canvas, BAND_INSET, EXE_PDF_MARGIN, canvas->y, exe_pdf_inner(canvas), limits,
                    5);
        canvas->y += 7;
        band_limits(canvas, result);
    }
    canvas->y = height;
}

typedef struct {
    double width, height; /* of each card */
    double label_height, value_height;
    double size; /* of values */
    bool compared;
} Cards;

static ExePdfText
label_style(const Cards *cards)
{
    return (ExePdfText){ CARD_LABEL, false, EXE_PDF_SOFT, EXE_PDF_LEFT, cards->width - 2 * CARD_PAD,
                         LABEL_LINES };
}

/* A value is never cut: it is written smaller, and then broken. */
static ExePdfText
value_style(ExePdfCanvas *canvas, const Cards *cards, const char *text)
{
    ExePdfText style = {
        .size = cards->size, .bold = true, .colour = EXE_PDF_INK, .lines = VALUE_LINES
    };

    exe_pdf_shrink(canvas, &style, text, cards->width - 2 * CARD_PAD, VALUE_LEAST, 1);
    return style;
}

static void
draw_pill(ExePdfCanvas *canvas, JwLevel level, double right, double y)
{
    ExePdfText style = { .size = PILL, .bold = true, .colour = levels[level].ink };
    const char *word = jw_report_word(levels[level].word, canvas->language);
    int lines = 0;
    double width = 0;

    exe_pdf_measure(canvas, &style, word, &lines, &width);
    const double height = exe_pdf_lines(canvas, &style, 1);
    exe_pdf_box(canvas, levels[level].ground, right - width - 8, y, width + 8, height + 3,
                (height + 3) / 2);
    exe_pdf_part(canvas, "P", &style, word, right - width - 4, y + 1.5);
}

static double
draw_small(ExePdfCanvas *canvas, ExePdfText style, const char *text, double x, double y,
           double width, double least)
{
    exe_pdf_shrink(canvas, &style, text, width, least, 0.5);
    return exe_pdf_part(canvas, "P", &style, text, x, y);
}

/* Neither is what is below a value: @head and @tail have a line of their own where one, with
 * letters not much smaller, has no room for both. Returns the height. */
static double
draw_both(ExePdfCanvas *canvas, ExePdfText style, const char *head, const char *tail, double x,
          double y, double width)
{
    g_autofree char *both = g_strconcat(head, " ", tail, NULL);
    ExePdfText one = style;

    exe_pdf_shrink(canvas, &one, both, width, SMALL_LEAST, 0.5);
    one.lines = 2;
    int lines = 1;
    double all = 0;
    exe_pdf_measure(canvas, &one, both, &lines, &all);
    if (lines == 1) {
        return exe_pdf_part(canvas, "P", &one, both, x, y);
    }
    const double first = draw_small(canvas, style, head, x, y, width, SMALLEST);
    return first + draw_small(canvas, style, tail, x, y + first, width, SMALLEST);
}

/* The difference, and behind it in parentheses that in percent. */
static double
draw_difference(ExePdfCanvas *canvas, ExePdfText style, const JwReportFigure *figure, double x,
                double y, double width)
{
    g_autofree char *change = jw_report_change_text(figure, canvas->language);
    const char *percent = g_strrstr(change, " (");

    if (percent == NULL) {
        return draw_small(canvas, style, change, x, y, width, SMALLEST);
    }
    g_autofree char *difference = g_strndup(change, (size_t)(percent - change));
    return draw_both(canvas, style, difference, percent + 1, x, y, width);
}

/* Returns the height. */
static double
draw_change(ExePdfCanvas *canvas, const JwReportFigure *figure, double x, double y, double width)
{
    const ExePdfText bold = { CARD_SMALL, true, EXE_PDF_SLATE, EXE_PDF_LEFT, width, VALUE_LINES };
    const ExePdfText soft = { CARD_SMALL, false, EXE_PDF_SOFT, EXE_PDF_LEFT, width, VALUE_LINES };
    const JwReportComparison *beside = &figure->comparison;
    const JwValueType type = beside->difference.type;
    double height = 0;

    if (beside->previous_text == NULL) {
        return 0;
    }
    if (type == JW_VALUE_INT || type == JW_VALUE_REAL) {
        height = draw_difference(canvas, bold, figure, x, y, width) + 1;
    }
    g_autofree char *word =
        g_strconcat(jw_report_word(JW_WORD_PREVIOUS, canvas->language), ":", NULL);
    g_autofree char *before = exe_pdf_clean(beside->previous_text, strlen(beside->previous_text));
    return height + draw_both(canvas, soft, word, before, x, y + height, width);
}

static void
draw_card(ExePdfCanvas *canvas, const Cards *cards, const JwReportFigure *figure, double x)
{
    const double inner = cards->width - 2 * CARD_PAD;
    g_autofree char *label = exe_pdf_clean(figure->label, strlen(figure->label));
    g_autofree char *text = exe_pdf_clean(figure->text, strlen(figure->text));
    const bool marked = figure->level != JW_LEVEL_NONE;
    double y = canvas->y + CARD_PAD;
    ExePdfText style = label_style(cards);

    exe_pdf_frame(canvas, EXE_PDF_GROUND, EXE_PDF_LINE, x, canvas->y, cards->width, cards->height,
                  5);
    if (marked) {
        exe_pdf_box(canvas, levels[figure->level].ink, x, canvas->y + 6, 3, cards->height - 12, 0);
        style.width = inner - 46;
    }
    exe_pdf_tag(canvas, "Div"); /* label, value, level, change: read in this order */
    exe_pdf_part(canvas, "P", &style, label, x + CARD_PAD, y);
    y += cards->label_height + 2;
    ExePdfText value = value_style(canvas, cards, text);
    value.colour = marked ? levels[figure->level].ink : EXE_PDF_INK;
    exe_pdf_part(canvas, "P", &value, text, x + CARD_PAD, y);
    y += cards->value_height + 1;
    if (marked) {
        draw_pill(canvas, figure->level, x + cards->width - 6, canvas->y + 5);
    }
    if (cards->compared) {
        (void)draw_change(canvas, figure, x + CARD_PAD, y, inner);
    }
    exe_pdf_untag(canvas, "Div");
}

static double
change_height(ExePdfCanvas *canvas, const Cards *cards, const JwReportFigure *figure)
{
    const bool dry = canvas->dry;

    canvas->dry = true;
    const double height = draw_change(canvas, figure, 0, 0, cards->width - 2 * CARD_PAD);
    canvas->dry = dry;
    return height;
}

/* The texts of a row of cards decide how high it is. */
static void
measure_row(ExePdfCanvas *canvas, const JwReportResult *result, Cards *cards, guint first,
            guint n_cards)
{
    const ExePdfText small = { .size = CARD_SMALL };
    const ExePdfText largest = { .size = cards->size, .bold = true };
    double change = exe_pdf_lines(canvas, &small, 2) + 1;
    int most = 1;

    cards->value_height = exe_pdf_lines(canvas, &largest, 1);
    for (guint i = first; i < MIN(first + n_cards, result->figures->len); i++) {
        const JwReportFigure *figure = &g_array_index(result->figures, JwReportFigure, i);
        ExePdfText style = label_style(cards);
        int lines = 1;
        double width = 0;
        style.width -= figure->level != JW_LEVEL_NONE ? 46 : 0;
        exe_pdf_measure(canvas, &style, figure->label, &lines, &width);
        most = MAX(most, MIN(lines, style.lines));
        const ExePdfText value = value_style(canvas, cards, figure->text);
        exe_pdf_measure(canvas, &value, figure->text, &lines, &width);
        cards->value_height = MAX(cards->value_height, exe_pdf_lines(canvas, &value, lines));
        change = MAX(change, change_height(canvas, cards, figure));
    }
    const ExePdfText label = label_style(cards);
    cards->label_height = exe_pdf_lines(canvas, &label, most);
    cards->height = 2 * CARD_PAD + cards->label_height + 2 + cards->value_height
                    + (cards->compared ? change + 1 : 0);
}

static void
draw_cards(ExePdfCanvas *canvas, const JwReportResult *result)
{
    const guint per_row = result->figures->len == 4 || result->figures->len > 12 ? 4 : 3;
    const double inner = exe_pdf_inner(canvas);
    Cards cards = { .width = (inner - GAP * (per_row - 1)) / per_row,
                    .size = per_row == 3 ? 18 : 15,
                    .compared = result->compared_label != NULL };

    for (guint i = 0; i < result->figures->len; i++) {
        if (i % per_row == 0) {
            measure_row(canvas, result, &cards, i, per_row);
            if (exe_pdf_left_on_page(canvas) < cards.height) {
                exe_pdf_page(canvas, false);
            }
        }
        draw_card(canvas, &cards, &g_array_index(result->figures, JwReportFigure, i),
                  EXE_PDF_MARGIN + (cards.width + GAP) * (i % per_row));
        if (i % per_row == per_row - 1 || i + 1 == result->figures->len) {
            canvas->y += cards.height + GAP;
        }
    }
}

double
exe_pdf_chart_height(const JwReportTable *table)
{
    g_auto(JwChartTable) data = { 0 };

    jw_chart_table_init(&data, table);
    return jw_chart_height(&data.chart) * CHART_SCALE * CHART_LOWER;
}

void
exe_pdf_chart(ExePdfCanvas *canvas, const JwReportTable *table)
{
    g_auto(JwChartTable) data = { 0 };
    const double inner = exe_pdf_inner(canvas);

    jw_chart_table_init(&data, table);
    data.chart.language = canvas->language;
    const double height = jw_chart_height(&data.chart) * CHART_SCALE * CHART_LOWER;
    exe_pdf_frame(canvas, EXE_PDF_WHITE, EXE_PDF_LINE, EXE_PDF_MARGIN, canvas->y, inner, height, 5);
    if (!canvas->dry) {
        char *words =
            jw_chart_words(&data.chart, table->title, &table->columns[table->chart_columns[0]]);
        g_ptr_array_add(canvas->figures, words != NULL ? words : g_strdup(table->title));
        exe_pdf_tag(canvas, "Figure");
        cairo_t *cr = exe_pdf_draw(canvas);
        cairo_save(cr);
        cairo_translate(cr, EXE_PDF_MARGIN, canvas->y);
        cairo_scale(cr, CHART_SCALE, CHART_SCALE);
        jw_chart_draw(&data.chart, cr, inner / CHART_SCALE, height / CHART_SCALE);
        cairo_restore(cr);
        exe_pdf_untag(canvas, "Figure");
    }
    canvas->y += height + GAP;
}

void
exe_pdf_heading(ExePdfCanvas *canvas, const char *title, const char *aside, double needed)
{
    const double inner = exe_pdf_inner(canvas);
    ExePdfText style = { 13, true, EXE_PDF_INK, EXE_PDF_LEFT, inner * 0.7, 1 };
    const ExePdfText soft = { 8.5, false, EXE_PDF_SOFT, EXE_PDF_RIGHT, inner * 0.28, 1 };
    const bool landscape = canvas->width > canvas->height;

    canvas->y += canvas->y > EXE_PDF_TOP ? GAP : 0;
    if (exe_pdf_left_on_page(canvas) < 24 + needed) {
        exe_pdf_page(canvas, landscape);
    }
    g_autofree char *line = exe_pdf_clean(title, strlen(title));
    exe_pdf_shrink(canvas, &style, line, aside != NULL ? inner * 0.7 : inner, HEADING_LEAST, 1);
    exe_pdf_part(canvas, "H2", &style, line, EXE_PDF_MARGIN, canvas->y);
    if (aside != NULL) {
        exe_pdf_part(canvas, "P", &soft, aside, EXE_PDF_MARGIN + inner * 0.72, canvas->y + 4);
    }
    exe_pdf_outline(canvas, line, canvas->y);
    canvas->y += 22;
}

static double
note_height(ExePdfCanvas *canvas, const ExePdfText *style, const char *line)
{
    int lines = 1;
    double width = 0;

    exe_pdf_measure(canvas, style, line, &lines, &width);
    return exe_pdf_lines(canvas, style, lines) + 3;
}

/* @heading: above the first of them. */
static void
draw_note(ExePdfCanvas *canvas, const char *note, const char *heading)
{
    const ExePdfText style = {
        8.5, false, EXE_PDF_SLATE, EXE_PDF_START, exe_pdf_inner(canvas) - 14, NOTE_LINES
    };
    g_autofree char *line = exe_pdf_clean(note, strlen(note));
    const double height = note_height(canvas, &style, line);

    if (heading != NULL) {
        exe_pdf_heading(canvas, heading, NULL, height);
    } else if (exe_pdf_left_on_page(canvas) < height) {
        exe_pdf_page(canvas, false);
    }
    exe_pdf_box(canvas, EXE_PDF_BRAND, EXE_PDF_MARGIN + 2, canvas->y + 3.5, 4, 4, 2);
    exe_pdf_part(canvas, "P", &style, line, EXE_PDF_MARGIN + 14, canvas->y);
    canvas->y += height;
}

static void
draw_notes(ExePdfCanvas *canvas, const JwReportResult *result)
{
    const char *filters = jw_report_word(JW_WORD_FILTERS, result->language);
    const char *notes = jw_report_word(JW_WORD_NOTES, result->language);

    for (guint i = BAND_LIMITS; i < result->limits->len; i++) {
        g_autofree char *text = limit_text(result, i);
        draw_note(canvas, text, i == BAND_LIMITS ? filters : NULL);
    }
    for (guint i = 0; i < result->notes->len; i++) {
        draw_note(canvas, g_ptr_array_index(result->notes, i), i == 0 ? notes : NULL);
    }
}

void
exe_pdf_front(ExePdfCanvas *canvas, const JwReportResult *result, const char *title)
{
    exe_pdf_page(canvas, false);
    exe_pdf_outline(canvas, jw_report_word(JW_WORD_SUMMARY, result->language), 0);
    draw_band(canvas, result, title);
    canvas->y += 16;
    if (result->compared_label != NULL) {
        const ExePdfText style = { 9, false, EXE_PDF_SOFT, EXE_PDF_LEFT, exe_pdf_inner(canvas), 1 };
        g_autofree char *text =
            jw_report_word_fill(JW_WORD_VS, result->language, result->compared_label, NULL);
        canvas->y += exe_pdf_part(canvas, "P", &style, text, EXE_PDF_MARGIN, canvas->y) + 7;
    }
    draw_cards(canvas, result);
    for (guint i = 0; i < result->tables->len; i++) {
        const JwReportTable *table = &g_array_index(result->tables, JwReportTable, i);
        if (table->chart != JW_CHART_NONE && table->chart_in_front) {
            exe_pdf_heading(canvas, table->title, NULL, exe_pdf_chart_height(table));
            exe_pdf_chart(canvas, table);
        }
    }
    draw_notes(canvas, result);
}
