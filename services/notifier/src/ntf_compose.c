/* ntf_compose.c: subject, text and HTML of a report mail from the job and its artifact's summary.
 * Any thread, no state. Owner: notifier.
 * The HTML is tables with inline styles, because that is what all mail clients show alike; the style block
 * only adds dark colours and narrow screens where they are understood. Every text from outside is escaped. */
#include "ntf_compose.h"
#include "ntf_chart.h"

#include "jw/mail.h"
#include "jw/text.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#define MAX_FIGURES 24
#define MAX_POINTS  400
#define MAX_TEXT    200 /* characters of one text from the summary */
#define COLUMNS     3

typedef struct {
    char *label, *text;
} Figure;

typedef struct {
    char *title, *period, *zone; /* period, zone: NULL when unknown */
    const char *kind;            /* "Weekly report" */
    int64_t rows;                /* -1: unknown */
    GArray *figures;             /* of Figure */
    char *chart_title, *measure;
    GPtrArray *labels; /* of char *, NULL-terminated */
    GArray *values;    /* of double */
    char *file_name, *file_size;
    char *expires;
} View;

static void
figure_clear(gpointer data)
{
    Figure *figure = data;
    g_free(figure->label);
    g_free(figure->text);
}

static void
view_clear(View *self)
{
    g_free(self->title);
    g_free(self->period);
    g_free(self->zone);
    g_clear_pointer(&self->figures, g_array_unref);
    g_free(self->chart_title);
    g_free(self->measure);
    g_clear_pointer(&self->labels, g_ptr_array_unref);
    g_clear_pointer(&self->values, g_array_unref);
    g_free(self->file_name);
    g_free(self->file_size);
    g_free(self->expires);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(View, view_clear)

/* One line of visible text, at most MAX_TEXT characters; NULL when nothing is left. (transfer full) */
static char *
clean(const char *text)
{
    if (text == NULL) {
        return NULL;
    }
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    GString *out = g_string_new(NULL);
    size_t count = 0;
    for (const char *pos = valid; *pos != '\0' && count < MAX_TEXT;
         pos = g_utf8_find_next_char(pos, NULL)) {
        gunichar c = g_utf8_get_char(pos);
        bool space = g_unichar_iscntrl(c) || g_unichar_isspace(c) || c == 0xfffd;
        bool again = space && (out->len == 0 || out->str[out->len - 1] == ' ');
        if (!again) {
            g_string_append_unichar(out, space ? ' ' : c);
            count += 1;
        }
    }
    char *result = g_strchomp(g_string_free(out, FALSE));
    if (result[0] == '\0') {
        g_clear_pointer(&result, g_free);
    }
    return result;
}

static char *
clean_member(const json_t *object, const char *name)
{
    return clean(json_string_value(json_object_get(object, name)));
}

static const char *
kind_of(const char *type)
{
    if (g_strcmp0(type, "weekly") == 0) {
        return "Weekly report";
    }
    return g_strcmp0(type, "monthly") == 0 ? "Monthly report" : "Report";
}

static void
read_figures(View *self, const json_t *figures)
{
    size_t index;
    json_t *entry;
    json_array_foreach(figures, index, entry)
    {
        Figure figure = { clean_member(entry, "label"), clean_member(entry, "text") };
        if (figure.label == NULL || self->figures->len == MAX_FIGURES) {
            figure_clear(&figure);
            continue;
        }
        if (figure.text == NULL) {
            figure.text = g_strdup("\xe2\x80\x93");
        }
        g_array_append_val(self->figures, figure);
    }
}

static void
read_chart(View *self, const json_t *chart)
{
    json_t *labels = json_object_get(chart, "labels");
    json_t *values = json_object_get(chart, "values");
    size_t count = MIN(json_array_size(labels), json_array_size(values));
    for (size_t i = 0; i < MIN(count, MAX_POINTS); i++) {
        const json_t *value = json_array_get(values, i);
        double number = json_is_number(value) ? json_number_value(value) : NAN;
        char *label = clean(json_string_value(json_array_get(labels, i)));
        g_ptr_array_add(self->labels, label != NULL ? label : g_strdup(""));
        g_array_append_val(self->values, number);
    }
    self->chart_title = clean_member(chart, "title");
    self->measure = clean_member(chart, "measure");
}

static char *
format_time(int64_t time_ms)
{
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(time_ms / 1000);
    if (time_ms == 0 || time == NULL) {
        return NULL;
    }
    return g_strdup_printf("%d %s %d, %02d:%02d UTC", g_date_time_get_day_of_month(time),
                           months[g_date_time_get_month(time) - 1], g_date_time_get_year(time),
                           g_date_time_get_hour(time), g_date_time_get_minute(time));
}

static void
view_init(View *self, const NtfComposeInput *input)
{
    const JwArtifact *artifact = input->job->artifact;
    self->rows = artifact->rows;
    self->figures = g_array_new(FALSE, FALSE, sizeof(Figure));
    g_array_set_clear_func(self->figures, figure_clear);
    self->labels = g_ptr_array_new_with_free_func(g_free);
    self->values = g_array_new(FALSE, FALSE, sizeof(double));
    json_auto_t *summary = artifact->summary != NULL
                               ? json_loads(artifact->summary, JSON_REJECT_DUPLICATES, NULL)
                               : NULL;
    const json_t *period = json_object_get(summary, "period");
    self->title = clean_member(summary, "title");
    if (self->title == NULL) {
        self->title = clean(input->job->name);
    }
    if (self->title == NULL) {
        self->title = g_strdup("Report");
    }
    self->kind = kind_of(json_string_value(json_object_get(period, "type")));
    self->period = clean_member(period, "label");
    self->zone = clean_member(period, "timeZone");
    read_figures(self, json_object_get(summary, "figures"));
    read_chart(self, json_object_get(summary, "chart"));
    self->file_name = jw_text_file_name(artifact->file_name);
    self->file_size = jw_text_bytes(artifact->size_bytes);
    self->expires = format_time(input->link_expires_ms);
}

static char *
make_subject(const View *view)
{
    return view->period != NULL
               ? g_strdup_printf("%s: %s, %s", view->title, view->kind, view->period)
               : g_strdup_printf("%s: %s", view->title, view->kind);
}

static NtfChart
chart_of(const View *view)
{
    return (NtfChart){ .labels = (const char *const *)view->labels->pdata,
                       .values = (const double *)(const void *)view->values->data,
                       .n_values = view->values->len,
                       .measure = view->measure };
}

/* "Calls by hour: most at 10:00 (57)"; NULL without a chart. (transfer full) */
static char *
describe_chart(const View *view)
{
    const NtfChart chart = chart_of(view);
    size_t peak = ntf_chart_peak(&chart);
    const char *title = view->chart_title != NULL ? view->chart_title : "Chart";
    if (chart.n_values == 0) {
        return NULL;
    }
    if (peak == chart.n_values) {
        return g_strdup_printf("%s: no data in this period", title);
    }
    double value = chart.values[peak];
    g_autofree char *number = ntf_chart_number(value, value == floor(value) ? 1 : 0.1);
    return g_strdup_printf("%s: most at %s (%s)", title, chart.labels[peak], number);
}

/* Plain text */

static void
append_padded(GString *out, const char *text, size_t width, bool right)
{
    size_t length = (size_t)g_utf8_strlen(text, -1);
    g_autofree char *pad = g_strnfill(width > length ? width - length : 0, ' ');
    g_string_append(out, right ? pad : text);
    g_string_append(out, right ? text : pad);
}

static void
text_figures(GString *out, const View *view)
{
    size_t labels = 0;
    size_t texts = 0;
    for (guint i = 0; i < view->figures->len; i++) {
        const Figure *figure = &g_array_index(view->figures, Figure, i);
        labels = MAX(labels, MIN((size_t)g_utf8_strlen(figure->label, -1), 40));
        texts = MAX(texts, MIN((size_t)g_utf8_strlen(figure->text, -1), 24));
    }
    for (guint i = 0; i < view->figures->len; i++) {
        const Figure *figure = &g_array_index(view->figures, Figure, i);
        g_string_append(out, "  ");
        append_padded(out, figure->label, labels + 2, false);
        append_padded(out, figure->text, texts, true);
        g_string_append_c(out, '\n');
    }
    if (view->figures->len > 0) {
        g_string_append_c(out, '\n');
    }
}

static void
text_file(GString *out, const View *view, const NtfComposeInput *input)
{
    if (input->attachment != NULL) {
        g_string_append_printf(out, "Attached: %s (%s)\n", view->file_name, view->file_size);
    } else if (input->link != NULL) {
        g_string_append_printf(out,
                               "The file %s (%s) is too large for a mail. Download it here:\n%s\n",
                               view->file_name, view->file_size, input->link);
        if (view->expires != NULL) {
            g_string_append_printf(out, "The link works until %s.\n", view->expires);
        }
    }
    if (input->job->artifact->sha256 != NULL) {
        g_string_append_printf(out, "SHA-256:  %s\n", input->job->artifact->sha256);
    }
}

static char *
make_text(const View *view, const NtfComposeInput *input)
{
    GString *out = g_string_new(NULL);
    g_autofree char *name = clean(input->job->name);
    g_string_append_printf(out, "%s\n%s", view->title, view->kind);
    if (view->period != NULL) {
        g_string_append_printf(out, ", %s", view->period);
    }
    if (view->zone != NULL) {
        g_string_append_printf(out, " (%s)", view->zone);
    }
    g_string_append(out, "\n\n");
    text_figures(out, view);
    g_autofree char *chart = describe_chart(view);
    if (chart != NULL) {
        g_string_append_printf(out, "%s\n\n", chart);
    }
    text_file(out, view, input);
    g_string_append_printf(out, "\n-- \nSent automatically by Jobwire for the job %s%s(%s).\n",
                           name != NULL ? name : "", name != NULL ? " " : "", input->job->id);
    return g_string_free(out, FALSE);
}

/* HTML */

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

/* A format of our own and texts that are escaped. */
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
html_head(GString *out, const View *view, const char *subject)
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
        const Figure *figure = &g_array_index(view->figures, Figure, i);
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
html_title(GString *out, const View *view)
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
html_figure(GString *out, const Figure *figure)
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
html_figures(GString *out, const View *view)
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
        html_figure(out, &g_array_index(view->figures, Figure, i));
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
html_chart(GString *out, const View *view, const char *content_id)
{
    if (content_id == NULL) {
        return;
    }
    g_autofree char *alt = describe_chart(view);
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
html_download(GString *out, const View *view, const char *link)
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
    append_html(
        out,
        "<br><a class=\"link\" href=\"%s\" style=\"color:#2563eb;word-break:break-all\">%s</a>"
        "</div>\n",
        link, link);
}

static void
html_file(GString *out, const View *view, const NtfComposeInput *input)
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
        g_autofree char *digits = g_strdup_printf("%" G_GINT64_FORMAT, view->rows);
        g_autofree char *count = jw_text_thousands(digits);
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
html_foot(GString *out, const NtfComposeInput *input)
{
    g_autofree char *name = clean(input->job->name);
    append_html(out,
                "<tr><td class=\"pad\" style=\"padding:24px 32px 28px\">"
                "<div class=\"soft\" style=\"font-size:12px;line-height:18px;color:#64748b\">"
                "This mail was sent automatically by Jobwire for the job %s<br>"
                "<span style=\"font-family:Consolas,Menlo,monospace;font-size:11px\">%s</span>"
                "</div></td></tr>\n</table>\n</td></tr></table>\n</body>\n</html>\n",
                name != NULL ? name : "", input->job->id);
}

static char *
make_html(const View *view, const NtfComposeInput *input, const char *subject,
          const char *content_id)
{
    GString *out = g_string_sized_new(16 * 1024);
    html_head(out, view, subject);
    html_title(out, view);
    html_figures(out, view);
    html_chart(out, view, content_id);
    html_file(out, view, input);
    html_foot(out, input);
    return g_string_free(out, FALSE);
}

static GBytes *
assemble(const View *view, const NtfComposeInput *input, GBytes *chart, GError **error)
{
    const JwJob *job = input->job;
    g_autofree char *content_id = g_strdup_printf("chart.%s@jobwire", job->id);
    g_autofree char *subject = make_subject(view);
    g_autofree char *text = make_text(view, input);
    g_autofree char *html = make_html(view, input, subject, chart != NULL ? content_id : NULL);
    JwMailPart parts[2] = { 0 };
    size_t n_parts = 0;
    if (chart != NULL) {
        parts[n_parts++] = (JwMailPart){ "chart.png", "image/png", chart, content_id };
    }
    if (input->attachment != NULL) {
        const char *type = job->artifact->content_type;
        parts[n_parts++] =
            (JwMailPart){ view->file_name, type != NULL ? type : "application/octet-stream",
                          input->attachment, NULL };
    }
    const JwMailHeader headers[] = {
        { "Auto-Submitted", "auto-generated" },
        { "X-Auto-Response-Suppress", "All" }, /* what Exchange heeds */
        { "X-Jobwire-Job-Id", job->id },
        { "X-Jobwire-Delivery-Id", input->delivery_id },
    };
    const JwMailMessage message = {
        .from = input->from,
        .to = input->recipient,
        .subject = subject,
        .text = text,
        .html = html,
        .message_id = input->message_id,
        .date_ms = input->date_ms,
        .parts = parts,
        .n_parts = n_parts,
        .headers = headers,
        .n_headers = G_N_ELEMENTS(headers) - (input->delivery_id == NULL ? 1 : 0),
    };
    return jw_mail_compose(&message, error);
}

/* Nothing but a plain web address becomes something to click on. */
static bool
check_link(const char *link, GError **error)
{
    bool web = g_str_has_prefix(link, "https://") || g_str_has_prefix(link, "http://");
    for (const char *pos = link; web && *pos != '\0'; pos++) {
        web = *pos > 0x20 && *pos < 0x7f && strchr("<>\"\\^`{|}", *pos) == NULL;
    }
    return web || jw_fail(error, JW_ERROR_INVALID, "the download link is no web address");
}

GBytes *
ntf_compose(const NtfComposeInput *input, GError **error)
{
    g_return_val_if_fail(input != NULL && input->job != NULL, NULL);
    g_return_val_if_fail(input->job->artifact != NULL && input->job->id != NULL, NULL);
    g_return_val_if_fail(error == NULL || *error == NULL, NULL);

    if (input->link != NULL && !check_link(input->link, error)) {
        return NULL;
    }
    g_auto(View) view = { 0 };
    view_init(&view, input);
    g_autoptr(GBytes) chart = NULL;
    if (view.values->len > 0) {
        const NtfChart wanted = chart_of(&view);
        chart = ntf_chart_png(&wanted, error);
        if (chart == NULL) {
            return NULL;
        }
    }
    return assemble(&view, input, chart, error);
}
