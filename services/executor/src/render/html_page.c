/* render/html_page.c: what an HTML page has around its tables; see render/html_parts.h. */
#include "render/html_parts.h"

#include "jw/page.h"
#include "jw/report_change.h"
#include "jw/report_text.h"
#include "jw/report_words.h"

#define PAGE_END "</main>\n</body>\n</html>\n"

static const char style[] =
    ":root{--page:#f1f5f9;--sheet:#fff;--line:#e2e8f0;--soft:#64748b;--ink:#0f172a;--head:#f8fafc;"
    "--band:#eef4ff;--good:#dcfce7;--warn:#fef3c7;--bad:#fee2e2;--good-ink:#166534;"
    "--warn-ink:#92400e;--bad-ink:#991b1b}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0;background:var(--page);color:var(--ink);font:14px/20px -apple-system,"
    "BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif}\n"
    "main{max-width:1120px;margin:28px auto;background:var(--sheet);border:1px solid var(--line);"
    "border-radius:14px;overflow:hidden}\n"
    ".band{width:100%;border-collapse:collapse}.band td{border-radius:0 !important}\n"
    "section{padding:22px 32px 0}\n"
    ".cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(178px,1fr));gap:12px}\n"
    ".card{background:var(--head);border:1px solid var(--line);border-radius:10px;"
    "padding:13px 14px 14px;break-inside:avoid}\n"
    "h2{margin:0 0 10px;font-size:17px;line-height:24px}\n"
    ".notes{margin:0;padding:12px 16px 12px 32px;background:var(--band);border-radius:10px}\n"
    ".chart{margin:0 0 14px;max-width:720px;border:1px solid var(--line);border-radius:10px;"
    "overflow:hidden;break-inside:avoid}\n"
    ".chart img{display:block;width:100%;height:auto}\n"
    "@media screen and (min-width:960px){.pair{display:grid;align-items:start;gap:0 18px;"
    "grid-template-columns:minmax(0,9fr) minmax(0,8fr)}.pair h2{grid-column:1/3}"
    ".pair .chart{position:sticky;top:14px}}\n"
    ".scroll{overflow:auto;max-height:78vh;border:1px solid var(--line);border-radius:10px}\n"
    ".scroll table{border-collapse:separate;border-spacing:0;width:100%}\n"
    ".scroll th{background:var(--head);text-align:left;font-size:12px;line-height:16px;"
    "font-weight:600;color:var(--soft);padding:9px 12px;vertical-align:bottom;"
    "border-bottom:1px solid var(--line)}\n"
    ".scroll thead{position:sticky;top:0;z-index:1}\n"
    ".scroll th.g{text-align:center;border-left:1px solid var(--line);color:var(--ink)}\n"
    ".scroll td{padding:5px 12px;border-bottom:1px solid var(--line);vertical-align:top;"
    "unicode-bidi:plaintext;overflow-wrap:break-word;white-space:pre-line;max-width:32em}\n"
    ".scroll tbody tr:last-child td{border-bottom:0}\n"
    ".scroll th.n,.scroll td.n{text-align:right;font-variant-numeric:tabular-nums}"
    ".scroll td.n,.scroll td.d{white-space:nowrap}.scroll td.k{min-width:9em}\n"
    ".scroll tr.s td{background:var(--head);font-weight:600}\n"
    ".scroll tr.t td{background:var(--band);font-weight:700;border-top:2px solid var(--line)}\n"
    /* of totals, too, whose rows have a ground of their own */
    ".scroll tbody tr td.good{background:var(--good)}.scroll tbody tr td.warn{background:"
    "var(--warn)}.scroll tbody tr td.bad{background:var(--bad)}\n"
    ".good>b{color:var(--good-ink)}.warn>b{color:var(--warn-ink)}.bad>b{color:var(--bad-ink)}\n"
    ".more,footer{color:var(--soft)}.more{margin:0 0 10px}\n"
    "footer{padding:24px 32px 28px;font-size:12px;line-height:18px}\n"
    "@media (max-width:620px){main{margin:0;border:0;border-radius:0}section{padding:18px 14px 0}"
    ".pad,footer{padding-left:14px !important;padding-right:14px !important}"
    ".cards{grid-template-columns:1fr 1fr;gap:8px}.scroll th,.scroll td{padding:6px 8px}}\n"
    "@media screen and (prefers-color-scheme:dark){:root{--page:#0b1220;--sheet:#111a2e;"
    "--line:#24304a;--soft:#a3b1c9;--ink:#f1f5f9;--head:#18233b;--band:#1b2a4d;--good:#14432a;"
    "--warn:#4a3410;--bad:#4c1d1d;--good-ink:#86efac;--warn-ink:#fcd34d;--bad-ink:#fca5a5}"
    ".dark{color:#f1f5f9 !important}.soft{color:#a3b1c9 !important}"
    ".chart{background:var(--sheet)}.chart img{filter:invert(1) "
    "hue-rotate(180deg);mix-blend-mode:screen}}\n"
    "@media print{@page{margin:14mm}body{background:#fff}main{margin:0;border:0;max-width:none}"
    ".scroll{overflow:visible;max-height:none;border:0}.scroll thead{position:static}"
    ".scroll tr{break-inside:avoid}*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}\n";

static void
put_band(const ExeHtml *self, const JwReportResult *result, const char *name)
{
    g_autoptr(GArray) limits = g_array_new(FALSE, FALSE, sizeof(JwPageFigure));

    for (guint i = 0; i < result->limits->len; i++) {
        const JwReportLimit *limit = &g_array_index(result->limits, JwReportLimit, i);
        const JwPageFigure shown = { (char *)(uintptr_t)limit->label,
                                     (char *)(uintptr_t)limit->text };
        g_array_append_val(limits, shown);
    }
    g_autofree char *kind =
        jw_report_kind_line(result->period, result->title, name, result->language);
    const JwPageTitle title = {
        .sort = JW_PAGE_REPORT,
        .kind = kind,
        .title = name != NULL ? name : result->title,
        .line = result->period_label,
        .aside = result->time_zone,
        .requester = result->requester,
        .limits = limits,
        .with_inactive = result->with_inactive,
        .language = result->language,
    };
    g_string_append(self->out->text, "<table class=\"band\" role=\"presentation\">\n");
    jw_page_title(self->out->text, &title);
    g_string_append(self->out->text, "</table>\n");
}

void
exe_html_head(const ExeHtml *self, const JwReportResult *result, const char *name)
{
    GString *out = self->out->text;
    const char *language = result->language != NULL ? result->language : "en";

    jw_page_append(out,
                   "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
                   "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                   "style-src 'unsafe-inline'; img-src data:\">\n"
                   "<meta name=\"color-scheme\" content=\"light dark\">\n<title>%s, %s</title>\n",
                   language, name != NULL ? name : result->title, result->period_label);
    g_string_append(out, "<style>\n");
    g_string_append(out, style);
    g_string_append(out, "</style>\n</head>\n<body>\n<main>\n");
    put_band(self, result, name);
}

/* The period before in a few words: less than a year before, days need no year. (transfer full)
 * (nullable): nothing is compared */
static char *
compared_days(const ExeHtml *self, const JwReportResult *result)
{
    const int64_t year_ms = INT64_C(360) * 86400000;
    const bool near =
        result->compared_end_ms != 0 && result->start_ms - result->compared_start_ms < year_ms;
    char *days = near ? jw_report_text_days(result->compared_start_ms, result->compared_end_ms,
                                            self->zone.zone, result->language)
                      : NULL;

    return days != NULL ? days : g_strdup(result->compared_label);
}

static void
put_card(const ExeHtml *self, const JwReportResult *result, const JwReportFigure *figure)
{
    g_autofree char *change = jw_report_change_text(figure, result->language);
    g_autofree char *days = compared_days(self, result);
    g_autofree char *before =
        change != NULL && days != NULL
            ? g_strdup_printf("%s (%s)", days, figure->comparison.previous_text)
            : NULL;
    g_autofree char *against =
        before != NULL ? jw_report_word_fill(JW_WORD_VS, result->language, before, NULL) : NULL;
    g_autofree char *level = jw_report_level_text(figure->level, result->language);
    const JwPageCard card = {
        .label = figure->label,
        .text = figure->text,
        .change = change,
        .against = against,
        .level = figure->level,
        .level_word = level,
    };

    g_string_append(self->out->text, "<div class=\"card\">");
    jw_page_card(self->out->text, &card);
    g_string_append(self->out->text, "</div>\n");
}

void
exe_html_front(const ExeHtml *self, const JwReportResult *result)
{
    GString *out = self->out->text;

    if (result->figures->len > 0) {
        g_string_append(out, "<section class=\"cards\">\n");
        for (guint i = 0; i < result->figures->len; i++) {
            put_card(self, result, &g_array_index(result->figures, JwReportFigure, i));
        }
        g_string_append(out, "</section>\n");
    }
    if (result->notes->len > 0) {
        g_string_append(out, "<section><ul class=\"notes\">\n");
        for (guint i = 0; i < result->notes->len; i++) {
            jw_page_append(out, "<li>%s</li>\n", (char *)g_ptr_array_index(result->notes, i));
        }
        g_string_append(out, "</ul></section>\n");
    }
}

void
exe_html_foot(const ExeHtml *self, const JwReportResult *result, int64_t made_at_ms)
{
    g_autofree char *time = jw_report_text_time(made_at_ms, JW_FORMAT_DATETIME, self->zone.zone);
    g_autofree char *made = jw_report_word_fill(JW_WORD_MADE_AT, result->language, time, NULL);
    g_autofree char *count = jw_report_word_records(result->rows, result->language);
    g_autofree char *read =
        jw_report_word_fill(JW_WORD_RECORDS_READ, result->language, count, NULL);

    jw_page_append(self->out->text, "<footer>%s (%s) &#183; %s &#183; Jobwire</footer>\n", made,
                   result->time_zone, read);
    g_string_append(self->out->text, PAGE_END);
}
