/* letter_html.c: the HTML of a report mail. Any thread, no state. Every string from outside is
 * escaped. */
#include "letter_view.h"

#include "jw/mail_words.h"
#include "jw/report_text.h"
#include "jw/report_words.h"

#define COLUMNS 3

/* The introduction's first line, or the first figures. (transfer full) */
static char *
preview(const JwLetterView *view)
{
    if (view->intro != NULL && *view->intro[0] != '\0') {
        return g_strdup(view->intro[0]);
    }
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < MIN(view->figures->len, 3); i++) {
        const JwLetterFigure *figure = &g_array_index(view->figures, JwLetterFigure, i);
        g_string_append_printf(out, "%s%s: %s", i > 0 ? ", " : "", figure->label, figure->text);
    }
    return g_string_free(out, FALSE);
}

/* The level of a figure, by its colours; the card says it in words. */
static const struct {
    const char *class, *ground, *edge;
} levels[] = {
    [JW_LEVEL_NONE] = { "dark", "#f8fafc", "#e8edf4" },
    [JW_LEVEL_GOOD] = { "good", "#f0fdf4", "#86efac" },
    [JW_LEVEL_WARN] = { "warn", "#fffbeb", "#fcd34d" },
    [JW_LEVEL_BAD] = { "bad", "#fef2f2", "#fca5a5" },
};

static void
html_figure(GString *out, const JwLetterView *view, const JwLetterFigure *figure)
{
    const bool compared = figure->change != NULL && view->compared != NULL;
    g_autofree char *against =
        compared ? jw_report_word_fill(JW_WORD_VS, view->language, view->against, NULL) : NULL;
    const JwPageCard card = { .label = figure->label,
                              .text = figure->text,
                              .change = compared ? figure->change : NULL,
                              .against = against,
                              .level = figure->level,
                              .level_word = figure->mark };
    const char *ground = levels[figure->level].ground;

    jw_page_append(
        out,
        "<td class=\"cell card %s\" width=\"33%%\" valign=\"top\" bgcolor=\"%s\" style=\""
        "width:33.33%%;background-color:%s;border:1px solid %s;border-radius:10px;"
        "padding:13px 14px 14px\">",
        levels[figure->level].class, ground, ground, levels[figure->level].edge);
    jw_page_card(out, &card);
    g_string_append(out, "</td>\n");
}

/* Cards are cells with space between, so that those of a row are equally high. */
static void
html_figures(GString *out, const JwLetterView *view)
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
        html_figure(out, view, &g_array_index(view->figures, JwLetterFigure, i));
        bool last = i + 1 == count;
        for (guint j = i % COLUMNS + 1; last && count > COLUMNS && j < COLUMNS; j++) {
            g_string_append(out, "<td class=\"none\" width=\"33%\" style=\"width:33.33%\"></td>\n");
        }
        if (last || i % COLUMNS == COLUMNS - 1) {
            g_string_append(out, "</tr>\n");
        }
    }
    g_string_append(out, "</table></td></tr>\n");
}

static void
html_intro(GString *out, const JwLetterView *view)
{
    if (view->intro == NULL) {
        return;
    }
    g_string_append(out, "<tr><td class=\"pad dark\" style=\"padding:24px 32px 0;font-size:15px;"
                         "line-height:23px;color:#0f172a;word-break:break-word\">\n");
    for (char **line = view->intro; *line != NULL; line++) {
        jw_page_append(out, "%s", *line);
        g_string_append(out, line[1] != NULL ? "<br>\n" : "\n");
    }
    g_string_append(out, "</td></tr>\n");
}

static void
html_notes(GString *out, const JwLetterView *view)
{
    if (view->notes->len == 0) {
        return;
    }
    g_string_append(out, "<tr><td class=\"pad soft\" style=\"padding:6px 32px 0;font-size:12px;"
                         "line-height:18px;color:#5b6b82\">\n");
    for (guint i = 0; i < view->notes->len; i++) {
        jw_page_append(out, "<div>%s</div>\n", (const char *)g_ptr_array_index(view->notes, i));
    }
    g_string_append(out, "</td></tr>\n");
}

static void
html_chart(GString *out, const JwLetterView *view, const char *content_id)
{
    if (content_id == NULL) {
        return;
    }
    g_autofree char *alt = jw_letter_view_describe_chart(view);
    jw_page_append(out,
                   "<tr><td class=\"pad\" style=\"padding:18px 32px 0\">\n"
                   "<h2 class=\"dark\" style=\"margin:0 0 10px;font-size:16px;line-height:22px;"
                   "font-weight:700;color:#0f172a\">%s</h2>\n"
                   "<img src=\"cid:%s\" width=\"536\" alt=\"%s\" style=\"display:block;width:100%%;"
                   "max-width:536px;height:auto;box-sizing:border-box;border:1px solid "
                   "#e8edf4;border-radius:10px\">\n"
                   "</td></tr>\n",
                   view->chart_title != NULL ? view->chart_title
                                             : jw_report_word(JW_WORD_CHART, view->language),
                   content_id, alt);
}

static void
html_download(GString *out, const JwLetterView *view, const char *link)
{
    g_autofree char *until =
        view->expires != NULL
            ? jw_report_word_fill(JW_WORD_LINK_UNTIL, view->language, view->expires, NULL)
            : g_strdup("");

    jw_page_append(
        out,
        JW_PAGE_TABLE
        "style=\"margin-top:14px\"><tr><td bgcolor=\"#2563eb\" style=\"background-color:"
        "#2563eb;border-radius:8px\"><a href=\"%s\" style=\"display:inline-block;"
        "padding:11px 22px;font-size:15px;line-height:20px;font-weight:600;color:#ffffff;"
        "text-decoration:none\">%s</a></td></tr></table>\n",
        link, jw_report_word(JW_WORD_DOWNLOAD, view->language));
    jw_page_append(out,
                   "<div class=\"soft\" style=\"margin-top:10px;font-size:12px;line-height:18px;"
                   "color:#5b6b82\">%s%s%s %s",
                   jw_report_word(JW_WORD_TOO_LARGE, view->language), *until != '\0' ? " " : "",
                   until, jw_report_word(JW_WORD_NO_SIGN_IN, view->language));
    jw_page_append(
        out,
        "<br><a class=\"link\" href=\"%s\" style=\"color:#2563eb;word-break:break-all\">%s</a>"
        "</div>\n",
        link, link);
}

static void
html_file(GString *out, const JwLetterView *view, const JwLetterInput *input)
{
    const char *sha256 = input->job->artifact->sha256;
    jw_page_append(
        out,
        "<tr><td class=\"pad\" style=\"padding:28px 32px 0\">\n" JW_PAGE_TABLE
        "width=\"100%%\" class=\"card\" bgcolor=\"#f8fafc\" style=\"background-color:#f8fafc;"
        "border:1px solid #e8edf4;border-radius:10px\"><tr><td style=\"padding:16px 18px\">\n"
        "<div class=\"soft\" style=\"font-size:12px;line-height:16px;color:#5b6b82\">%s</div>\n"
        "<div class=\"dark\" style=\"margin-top:4px;font-size:15px;line-height:21px;"
        "font-weight:600;color:#0f172a;word-break:break-word\">%s</div>\n"
        "<div class=\"soft\" style=\"margin-top:2px;font-size:13px;line-height:19px;"
        "color:#5b6b82\">%s",
        jw_report_word(input->attachment != NULL ? JW_WORD_ATTACHED_FILE : JW_WORD_REPORT_FILE,
                       view->language),
        view->file_name, view->file_size);
    if (view->rows >= 0) {
        g_autofree char *records = jw_report_word_records(view->rows, view->language);
        jw_page_append(out, " &middot; %s", records);
    }
    g_string_append(out, "</div>\n");
    if (input->attachment == NULL && input->link != NULL) {
        html_download(out, view, input->link);
    }
    if (sha256 != NULL) {
        jw_page_append(
            out,
            "<div class=\"soft\" style=\"margin-top:10px;font-size:11px;line-height:16px;"
            "color:#5b6b82\">SHA-256<br><span style=\"font-family:Consolas,Menlo,monospace;"
            "word-break:break-all\">%s</span></div>\n",
            sha256);
    }
    g_string_append(out, "</td></tr></table></td></tr>\n");
}

static void
html_foot(GString *out, const JwLetterView *view, const JwLetterInput *input)
{
    const bool listed = input->unsubscribe != NULL;
    g_autofree char *why =
        listed ? jw_mail_word_fill(JW_MAIL_WHY, view->language, input->recipient, NULL) : NULL;
    const JwPageFoot foot = { .why = why,
                              .link = input->unsubscribe,
                              .link_text = jw_mail_word(JW_MAIL_UNSUBSCRIBE, view->language),
                              .job_name = view->job_name,
                              .job_id = input->job->id,
                              .language = view->language };

    jw_page_end(out, &foot);
}

char *
jw_letter_html(const JwLetterView *view, const JwLetterInput *input, const char *subject,
               const char *content_id)
{
    GString *out = g_string_sized_new(16 * 1024);
    g_autofree char *first = preview(view);
    g_autofree char *kind = g_strjoin(" · ", view->kind, view->about, NULL);
    const JwPageTitle title = {
        .sort = JW_PAGE_REPORT,
        .kind = kind,
        .title = view->title,
        .line = view->period,
        .aside = view->zone,
        .requester = view->requester,
        .limits = view->limits,
        .with_inactive = view->with_inactive,
        .language = view->language,
    };

    jw_page_begin(out, subject, first, view->language);
    jw_page_title(out, &title);
    html_intro(out, view);
    html_figures(out, view);
    html_notes(out, view);
    html_chart(out, view, content_id);
    html_file(out, view, input);
    html_foot(out, view, input);
    return g_string_free(out, FALSE);
}
