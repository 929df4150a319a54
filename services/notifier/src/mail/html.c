/* mail/html.c: the HTML of a report mail. Any thread, no state. Tables with inline styles, because
 * that is what all mail clients show alike; the style block only adds dark colours and narrow
 * screens where they are understood. Every string from outside is escaped. */
#include "mail/view.h"

#include "jw/report_text.h"

#define COLUMNS 3
#define FONT_STACK                                                                                 \
    "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;"
#define TABLE "<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" "

static const char head_style[] =
    "<style>\n"
    "@media (max-width:620px){.pad{padding-left:16px !important;padding-right:16px !important}\n"
    ".side{padding-left:10px !important;padding-right:10px !important}\n"
    ".grid{border-spacing:6px !important}.cell{padding:10px !important}\n"
    ".value{font-size:15px !important;line-height:20px !important}}\n"
    "@media (prefers-color-scheme:dark){.page{background-color:#0b1220 !important}\n"
    ".sheet{background-color:#111a2e !important;border-color:#24304a !important}\n"
    ".card{background-color:#18233b !important;border-color:#24304a !important}\n"
    ".dark{color:#f1f5f9 !important}.soft{color:#a3b1c9 !important}.link{color:#8ab4ff "
    "!important}}\n"
    "</style>\n";

/* A format of our own and strings that are escaped. */
static void append_html(GString *out, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void
append_html(GString *out, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_markup_vprintf_escaped(format, args);
    va_end(args);
    g_string_append(out, text);
}

static void
html_head(GString *out, const NtfView *view, const char *subject)
{
    g_string_append(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                         "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
                         "<meta name=\"color-scheme\" content=\"light dark\">\n"
                         "<meta name=\"supported-color-schemes\" content=\"light dark\">\n");
    append_html(out, "<title>%s</title>\n", subject);
    g_string_append(out, head_style);
    g_string_append(out, "</head>\n<body class=\"page\" style=\"margin:0;padding:0;"
                         "background-color:#f1f5f9\">\n");
    /* What the list of mails shows after the subject. */
    g_string_append(out, "<div style=\"display:none;max-height:0;overflow:hidden\">");
    for (guint i = 0; i < MIN(view->figures->len, 3); i++) {
        const NtfFigure *figure = &g_array_index(view->figures, NtfFigure, i);
        append_html(out, "%s%s: %s", i > 0 ? ", " : "", figure->label, figure->text);
    }
    g_string_append(out,
                    "</div>\n" TABLE
                    "width=\"100%\" class=\"page\" bgcolor=\"#f1f5f9\" style=\"background-color:"
                    "#f1f5f9\"><tr><td align=\"center\" style=\"padding:28px 12px\">\n" TABLE
                    "width=\"600\" class=\"sheet\" bgcolor=\"#ffffff\" style=\"width:100%;"
                    "max-width:600px;background-color:#ffffff;border:1px solid #e2e8f0;"
                    "border-radius:14px;overflow:hidden;" FONT_STACK "\">\n");
}

static void
html_title(GString *out, const NtfView *view)
{
    append_html(out,
                "<tr><td class=\"pad\" bgcolor=\"#2563eb\" style=\"background-color:#2563eb;"
                "border-radius:13px 13px 0 0;padding:30px 32px 28px\">\n"
                "<div style=\"font-size:12px;line-height:16px;font-weight:600;letter-spacing:1.2px;"
                "text-transform:uppercase;color:#dbeafe\">%s</div>\n"
                "<h1 style=\"margin:6px 0 0;font-size:26px;line-height:32px;font-weight:700;"
                "color:#ffffff\">%s</h1>\n",
                view->kind, view->title);
    if (view->period != NULL) {
        append_html(
            out, "<div style=\"margin-top:8px;font-size:15px;line-height:22px;color:#eff6ff\">%s",
            view->period);
        if (view->zone != NULL) {
            append_html(out, " <span style=\"color:#bfdbfe\">&middot; %s</span>", view->zone);
        }
        g_string_append(out, "</div>\n");
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

static void
html_figure(GString *out, const NtfFigure *figure)
{
    int size = value_size(figure->text);
    append_html(
        out,
        "<td class=\"cell card\" width=\"33%%\" valign=\"top\" bgcolor=\"#f8fafc\" style=\""
        "width:33.33%%;background-color:#f8fafc;border:1px solid #e8edf4;border-radius:10px;"
        "padding:13px 14px 14px\">"
        "<div class=\"soft\" style=\"font-size:12px;line-height:16px;color:#64748b\">%s</div>"
        "<div class=\"dark value\" style=\"margin-top:5px;font-size:%dpx;line-height:%dpx;"
        "font-weight:700;color:#0f172a;word-break:break-word\">%s</div></td>\n",
        figure->label, size, size > 15 ? 28 : 20, figure->text);
}

/* Cards are cells with space between, so that those of a row are equally high. */
static void
html_figures(GString *out, const NtfView *view)
{
    guint count = view->figures->len;
    if (count == 0) {
        return;
    }
    g_string_append(out, "<tr><td class=\"side\" style=\"padding:22px 20px 0\">\n"
                         "<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"12\" "
                         "border=\"0\" width=\"100%\" class=\"grid\">\n");
    for (guint i = 0; i < count; i++) {
        if (i % COLUMNS == 0) {
            g_string_append(out, "<tr>\n");
        }
        html_figure(out, &g_array_index(view->figures, NtfFigure, i));
        bool last = i + 1 == count;
        for (guint j = i % COLUMNS + 1; last && count > COLUMNS && j < COLUMNS; j++) {
            g_string_append(out, "<td width=\"33%\" style=\"width:33.33%\"></td>\n");
        }
        if (last || i % COLUMNS == COLUMNS - 1) {
            g_string_append(out, "</tr>\n");
        }
    }
    g_string_append(out, "</table></td></tr>\n");
}

static void
html_chart(GString *out, const NtfView *view, const char *content_id)
{
    if (content_id == NULL) {
        return;
    }
    g_autofree char *alt = ntf_view_describe_chart(view);
    append_html(out,
                "<tr><td class=\"pad\" style=\"padding:18px 32px 0\">\n"
                "<h2 class=\"dark\" style=\"margin:0 0 10px;font-size:16px;line-height:22px;"
                "font-weight:700;color:#0f172a\">%s</h2>\n"
                "<img src=\"cid:%s\" width=\"536\" alt=\"%s\" style=\"display:block;width:100%%;"
                "max-width:536px;height:auto;box-sizing:border-box;border:1px solid "
                "#e8edf4;border-radius:10px\">\n"
                "</td></tr>\n",
                view->chart_title != NULL ? view->chart_title : "Chart", content_id, alt);
}

static void
html_download(GString *out, const NtfView *view, const char *link)
{
    append_html(out,
                TABLE
                "style=\"margin-top:14px\"><tr><td bgcolor=\"#2563eb\" style=\"background-color:"
                "#2563eb;border-radius:8px\"><a href=\"%s\" style=\"display:inline-block;"
                "padding:11px 22px;font-size:15px;line-height:20px;font-weight:600;color:#ffffff;"
                "text-decoration:none\">Download the report</a></td></tr></table>\n",
                link);
    g_string_append(out,
                    "<div class=\"soft\" style=\"margin-top:10px;font-size:12px;line-height:18px;"
                    "color:#64748b\">The file is too large for a mail.");
    if (view->expires != NULL) {
        append_html(out, " The link works until %s.", view->expires);
    }
    g_string_append(out, " It needs no sign-in: pass it on only to people who may see the report.");
    append_html(
        out,
        "<br><a class=\"link\" href=\"%s\" style=\"color:#2563eb;word-break:break-all\">%s</a>"
        "</div>\n",
        link, link);
}

static void
html_file(GString *out, const NtfView *view, const NtfComposeInput *input)
{
    const char *sha256 = input->job->artifact->sha256;
    append_html(
        out,
        "<tr><td class=\"pad\" style=\"padding:28px 32px 0\">\n" TABLE
        "width=\"100%%\" class=\"card\" bgcolor=\"#f8fafc\" style=\"background-color:#f8fafc;"
        "border:1px solid #e8edf4;border-radius:10px\"><tr><td style=\"padding:16px 18px\">\n"
        "<div class=\"soft\" style=\"font-size:12px;line-height:16px;color:#64748b\">%s</div>\n"
        "<div class=\"dark\" style=\"margin-top:4px;font-size:15px;line-height:21px;"
        "font-weight:600;color:#0f172a;word-break:break-word\">%s</div>\n"
        "<div class=\"soft\" style=\"margin-top:2px;font-size:13px;line-height:19px;"
        "color:#64748b\">%s",
        input->attachment != NULL ? "Attached file" : "Report file", view->file_name,
        view->file_size);
    if (view->rows >= 0) {
        g_autofree char *count = jw_report_text_count(view->rows);
        g_string_append_printf(out, " &middot; %s %s", count,
                               view->rows == 1 ? "record" : "records");
    }
    g_string_append(out, "</div>\n");
    if (input->attachment == NULL && input->link != NULL) {
        html_download(out, view, input->link);
    }
    if (sha256 != NULL) {
        append_html(out,
                    "<div class=\"soft\" style=\"margin-top:10px;font-size:11px;line-height:16px;"
                    "color:#64748b\">SHA-256<br><span style=\"font-family:Consolas,Menlo,monospace;"
                    "word-break:break-all\">%s</span></div>\n",
                    sha256);
    }
    g_string_append(out, "</td></tr></table></td></tr>\n");
}

static void
html_foot(GString *out, const NtfView *view, const NtfComposeInput *input)
{
    append_html(out,
                "<tr><td class=\"pad\" style=\"padding:24px 32px 28px\">"
                "<div class=\"soft\" style=\"font-size:12px;line-height:18px;color:#64748b\">"
                "This mail was sent automatically by Jobwire for the job %s<br>"
                "<span style=\"font-family:Consolas,Menlo,monospace;font-size:11px\">%s</span>"
                "</div></td></tr>\n</table>\n</td></tr></table>\n</body>\n</html>\n",
                view->job_name != NULL ? view->job_name : "", input->job->id);
}

char *
ntf_html(const NtfView *view, const NtfComposeInput *input, const char *subject,
         const char *content_id)
{
    GString *out = g_string_sized_new(16 * 1024);
    html_head(out, view, subject);
    html_title(out, view);
    html_figures(out, view);
    html_chart(out, view, content_id);
    html_file(out, view, input);
    html_foot(out, view, input);
    return g_string_free(out, FALSE);
}
