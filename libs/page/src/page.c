/* page.c: see jw/page.h. Every text stands out by 4.5 to 1 from what is behind it, in light and in
 * dark colours (tests/contract/check_contrast.py). Tables with inline styles, because that is what
 * all mail clients show alike; the style block only adds dark colours and narrow screens where they
 * are understood.
 */
#include "jw/page.h"

#include "jw/report_text.h"
#include "jw/report_words.h"

#define FONT_STACK                                                                                 \
    "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;"

typedef struct {
    const char *ground, *kind, *line, *aside, *inset; /* colours */
} Band;

static const Band bands[] = {
    [JW_PAGE_REPORT] = { "#1d4ed8", "#dbeafe", "#eff6ff", "#bfdbfe", "#1e40af" },
    [JW_PAGE_FAILURE] = { "#b91c1c", "#fee2e2", "#fef2f2", "#fee2e2", "#991b1b" },
};

static const char head_style[] =
    "<style>\n"
    ":root{color-scheme:light dark;supported-color-schemes:light dark}\n"
    "@media (max-width:620px){.pad{padding-left:16px !important;padding-right:16px !important}\n"
    ".side{padding-left:10px !important;padding-right:10px !important}\n"
    ".grid{border-spacing:6px !important}.cell{padding:10px !important}\n"
    ".value{font-size:15px !important;line-height:20px !important}}\n"
    "@media (max-width:480px){.grid{display:block !important}.grid tbody{display:flex !important;"
    "flex-wrap:wrap;gap:8px}.grid tr{display:contents !important}.cell{display:block !important;"
    "box-sizing:border-box;width:calc(50% - 4px) !important}.none{display:none !important}"
    ".value{font-size:18px !important;line-height:24px !important}.side{padding-left:16px "
    "!important;"
    "padding-right:16px !important}}\n"
    "@media (prefers-color-scheme:dark){.page{background-color:#0b1220 !important}\n"
    ".sheet{background-color:#111a2e !important;border-color:#24304a !important}\n"
    ".card{background-color:#18233b !important;border-color:#24304a !important}\n"
    ".good{color:#86efac !important}.card.good{background-color:#0f2a1d !important;"
    "border-color:#166534 !important}.warn{color:#fcd34d !important}.card.warn{background-color:"
    "#2c2410 !important;border-color:#92400e !important}.bad{color:#fca5a5 !important}.card.bad{"
    "background-color:#33161a !important;border-color:#991b1b !important}\n"
    ".dark{color:#f1f5f9 !important}.soft{color:#a3b1c9 !important}.link{color:#8ab4ff "
    "!important}}\n"
    "</style>\n";

void
jw_page_append(GString *out, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_markup_vprintf_escaped(format, args);
    va_end(args);
    g_string_append(out, text);
}

void
jw_page_begin(GString *out, const char *subject, const char *preview, const char *language)
{
    jw_page_append(out, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n",
                   language != NULL ? language : "en");
    g_string_append(out, "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
                         "<meta name=\"color-scheme\" content=\"light dark\">\n"
                         "<meta name=\"supported-color-schemes\" content=\"light dark\">\n");
    jw_page_append(out, "<title>%s</title>\n", subject);
    g_string_append(out, head_style);
    g_string_append(out, "</head>\n<body class=\"page\" style=\"margin:0;padding:0;"
                         "background-color:#f1f5f9\">\n");
    jw_page_append(out, "<div style=\"display:none;max-height:0;overflow:hidden\">%s</div>\n",
                   preview);
    g_string_append(
        out, JW_PAGE_TABLE
        "width=\"100%\" class=\"page\" bgcolor=\"#f1f5f9\" style=\"background-color:"
        "#f1f5f9\"><tr><td align=\"center\" style=\"padding:28px 12px\">\n" JW_PAGE_TABLE
        "width=\"600\" class=\"sheet\" bgcolor=\"#ffffff\" style=\"width:100%;"
        "max-width:600px;background-color:#ffffff;border:1px solid #e2e8f0;"
        "border-radius:14px;overflow:hidden;" FONT_STACK "\">\n");
}

/* What the report is limited to, so that nobody takes a part for the whole. */
static void
title_limits(GString *out, const Band *band, const JwPageTitle *title)
{
    jw_page_append(out,
                   "<div style=\"margin-top:14px;padding:10px 14px;background-color:%s;"
                   "border-radius:8px;font-size:14px;line-height:21px;color:#ffffff;"
                   "word-break:break-word\">",
                   band->inset);
    if (title->limits->len > 0) {
        jw_page_append(out, "<strong>%s</strong>", jw_report_word(JW_WORD_PART, title->language));
    }
    for (guint i = 0; i < title->limits->len; i++) {
        const JwPageFigure *limit = &g_array_index(title->limits, JwPageFigure, i);
        jw_page_append(out, "<br>%s: %s", limit->label, limit->text);
    }
    if (title->with_inactive) {
        g_string_append(out, title->limits->len > 0 ? "<br>" : "");
        jw_page_append(out, "%s", jw_report_word(JW_WORD_INACTIVE, title->language));
    }
    g_string_append(out, "</div>\n");
}

void
jw_page_title(GString *out, const JwPageTitle *title)
{
    const Band *band = &bands[title->sort];

    jw_page_append(
        out,
        "<tr><td class=\"pad\" bgcolor=\"%s\" style=\"background-color:%s;"
        "border-radius:13px 13px 0 0;padding:30px 32px 28px\">\n"
        "<div style=\"font-size:12px;line-height:16px;font-weight:600;letter-spacing:1.2px;"
        "text-transform:uppercase;color:%s\">%s</div>\n"
        "<h1 style=\"margin:6px 0 0;font-size:26px;line-height:32px;font-weight:700;"
        "color:#ffffff;word-break:break-word\">%s</h1>\n",
        band->ground, band->ground, band->kind, title->kind, title->title);
    if (title->line != NULL) {
        jw_page_append(out,
                       "<div style=\"margin-top:8px;font-size:15px;line-height:22px;color:%s\">%s",
                       band->line, title->line);
        if (title->aside != NULL) {
            jw_page_append(out, " <span style=\"color:%s\">&middot; %s</span>", band->aside,
                           title->aside);
        }
        g_string_append(out, "</div>\n");
    }
    if (title->requester != NULL) {
        g_autofree char *line =
            jw_report_word_fill(JW_WORD_REQUESTED_BY, title->language, title->requester, NULL);
        jw_page_append(
            out,
            "<div style=\"margin-top:4px;font-size:13px;line-height:20px;color:%s\">%s</div>\n",
            band->aside, line);
    }
    if (title->limits != NULL && (title->limits->len > 0 || title->with_inactive)) {
        title_limits(out, band, title);
    }
    g_string_append(out, "</td></tr>\n");
}

/* A long value gets smaller letters instead of a second line. */
static int
value_size(const char *text)
{
    glong length = g_utf8_strlen(text, -1);

    return length <= 9 ? 24 : length <= 13 ? 18 : 15;
}

/* What is in parentheses at its end, "(+2.8 %)", is not broken. */
static void
append_change(GString *out, const char *change)
{
    const char *percent = g_strrstr(change, " (");
    g_autofree char *first =
        percent != NULL ? g_strndup(change, (size_t)(percent + 1 - change)) : g_strdup(change);

    jw_page_append(out,
                   "<div class=\"dark\" style=\"margin-top:4px;font-size:12px;line-height:17px;"
                   "font-weight:600;color:#334155;word-break:break-word\">%s",
                   first);
    if (percent != NULL) {
        jw_page_append(out, "<span style=\"white-space:nowrap\">%s</span>", percent + 1);
    }
    g_string_append(out, "</div>");
}

void
jw_page_card(GString *out, const JwPageCard *card)
{
    static const char *const colours[] = { [JW_LEVEL_NONE] = NULL,
                                           [JW_LEVEL_GOOD] = "#15803d",
                                           [JW_LEVEL_WARN] = "#b45309",
                                           [JW_LEVEL_BAD] = "#b91c1c" };
    const int size = value_size(card->text);

    jw_page_append(
        out,
        "<div class=\"soft\" style=\"font-size:12px;line-height:16px;color:#5b6b82\">%s"
        "</div><div class=\"dark value\" style=\"margin-top:5px;font-size:%dpx;"
        "line-height:%dpx;font-weight:700;color:#0f172a;word-break:break-word\">%s</div>",
        card->label, size, size > 15 ? 28 : 20, card->text);
    if (card->level != JW_LEVEL_NONE && card->level_word != NULL) {
        jw_page_append(out,
                       "<div style=\"display:inline-block;margin-top:6px;padding:1px 8px;"
                       "border-radius:9px;font-size:11px;line-height:16px;font-weight:600;"
                       "color:#ffffff;background-color:%s\">%s</div>",
                       colours[card->level], card->level_word);
    }
    if (card->change != NULL) {
        append_change(out, card->change);
    }
    if (card->change != NULL && card->against != NULL) {
        jw_page_append(out,
                       "<div class=\"soft\" style=\"font-size:11px;line-height:15px;"
                       "color:#5b6b82\">%s</div>",
                       card->against);
    }
}

void
jw_page_end(GString *out, const JwPageFoot *foot)
{
    g_autofree char *sent =
        jw_report_word_fill(JW_WORD_SENT_BY, foot->language, foot->job_name, NULL);

    g_string_append(out,
                    "<tr><td class=\"pad\" style=\"padding:24px 32px 28px\">"
                    "<div class=\"soft\" style=\"font-size:12px;line-height:18px;color:#5b6b82;"
                    "word-break:break-word\">");
    if (foot->why != NULL) {
        jw_page_append(out, "%s ", foot->why);
    }
    if (foot->link != NULL) {
        jw_page_append(out,
                       "<a class=\"link\" href=\"%s\" style=\"color:#2563eb;white-space:nowrap\">"
                       "%s</a><br>",
                       foot->link, foot->link_text);
    }
    jw_page_append(out,
                   "%s<br>"
                   "<span style=\"font-family:Consolas,Menlo,monospace;font-size:11px\">%s</span>"
                   "</div></td></tr>\n</table>\n</td></tr></table>\n</body>\n</html>\n",
                   sent, foot->job_id);
}
