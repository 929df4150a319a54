/* mail/compose.c: the report mail: subject, plain text, and the parts put together.
 * Any thread, no state. */
#include "mail/compose.h"
#include "mail/view.h"

#include "jw/links.h"
#include "jw/mail.h"
#include "jw/report_text.h"
#include "jw/report_words.h"

/* Characters of a subject that are for names: beside a longer one that of its type is left out,
 * which the mail has all the same, so that the period is seen. */
#define NAMES_MAX 70

static bool
has_room(const NtfView *view)
{
    return g_utf8_strlen(view->title, -1) + g_utf8_strlen(view->about, -1) <= NAMES_MAX;
}

char *
ntf_subject(const NtfView *view)
{
    GString *out = g_string_new(NULL);

    g_string_append(out, view->title);
    if (view->about != NULL && has_room(view)) {
        g_string_append_printf(out, " · %s", view->about);
    }
    if (view->kind != NULL) {
        g_string_append_printf(out, ": %s", view->kind);
    }
    if (view->period != NULL) {
        g_string_append_printf(out, ", %s", view->period);
    }
    if (view->part != NULL) {
        g_string_append_printf(out, " (%s)", view->part);
    }
    return g_string_free(out, FALSE);
}

static void
append_padded(GString *out, const char *text, size_t width, bool right)
{
    size_t length = (size_t)g_utf8_strlen(text, -1);
    g_autofree char *pad = g_strnfill(width > length ? width - length : 0, ' ');
    g_string_append(out, right ? pad : text);
    g_string_append(out, right ? text : pad);
}

/* Below the figures: what they are compared with, and what must be known of them. */
static void
text_beside(GString *out, const NtfView *view)
{
    if (view->compared != NULL) {
        g_autofree char *line =
            jw_report_word_fill(JW_WORD_COMPARED, view->language, view->compared, NULL);
        g_string_append_printf(out, "  (%s)\n", line);
    }
    for (guint i = 0; i < view->notes->len; i++) {
        g_string_append_printf(out, "  %s\n", (const char *)g_ptr_array_index(view->notes, i));
    }
}

static void
text_figures(GString *out, const NtfView *view)
{
    size_t labels = 0;
    size_t texts = 0;
    for (guint i = 0; i < view->figures->len; i++) {
        const NtfFigure *figure = &g_array_index(view->figures, NtfFigure, i);
        labels = MAX(labels, MIN((size_t)g_utf8_strlen(figure->label, -1), 40));
        texts = MAX(texts, MIN((size_t)g_utf8_strlen(figure->text, -1), 24));
    }
    for (guint i = 0; i < view->figures->len; i++) {
        const NtfFigure *figure = &g_array_index(view->figures, NtfFigure, i);
        g_string_append(out, "  ");
        append_padded(out, figure->label, labels + 2, false);
        append_padded(out, figure->text, texts, true);
        if (figure->mark != NULL) {
            g_string_append_printf(out, "   %s", figure->mark);
        }
        if (figure->change != NULL) {
            g_string_append_printf(out, "   %s", figure->change);
        }
        g_string_append_c(out, '\n');
    }
    text_beside(out, view);
    if (view->figures->len > 0) {
        g_string_append_c(out, '\n');
    }
}

static void
text_file(GString *out, const NtfView *view, const NtfComposeInput *input)
{
    const bool attached = input->attachment != NULL;
    const char *language = view->language;

    g_string_append_printf(
        out, "%s: %s (%s)\n",
        jw_report_word(attached ? JW_WORD_ATTACHED_FILE : JW_WORD_REPORT_FILE, language),
        view->file_name, view->file_size);
    if (!attached && input->link != NULL) {
        g_string_append_printf(out, "%s %s:\n%s\n", jw_report_word(JW_WORD_TOO_LARGE, language),
                               jw_report_word(JW_WORD_DOWNLOAD, language), input->link);
        if (view->expires != NULL) {
            g_autofree char *until =
                jw_report_word_fill(JW_WORD_LINK_UNTIL, language, view->expires, NULL);
            g_string_append_printf(out, "%s\n", until);
        }
        g_string_append_printf(out, "%s\n", jw_report_word(JW_WORD_NO_SIGN_IN, language));
    }
    if (input->job->artifact->sha256 != NULL) {
        g_string_append_printf(out, "SHA-256:  %s\n", input->job->artifact->sha256);
    }
}

/* What the report is limited to, and who asked for it. */
static void
text_scope(GString *out, const NtfView *view)
{
    if (view->limits->len > 0) {
        g_string_append_printf(out, "%s:\n", jw_report_word(JW_WORD_PART, view->language));
    }
    for (guint i = 0; i < view->limits->len; i++) {
        const JwPageFigure *limit = &g_array_index(view->limits, JwPageFigure, i);
        g_string_append_printf(out, "  %s: %s\n", limit->label, limit->text);
    }
    if (view->with_inactive) {
        g_string_append_printf(out, "%s\n", jw_report_word(JW_WORD_INACTIVE, view->language));
    }
    if (view->requester != NULL) {
        g_autofree char *requester =
            jw_report_word_fill(JW_WORD_REQUESTED_BY, view->language, view->requester, NULL);
        g_string_append_printf(out, "%s\n", requester);
    }
    g_string_append_c(out, '\n');
}

void
ntf_text_head(GString *out, const NtfView *view)
{
    g_string_append_printf(out, "%s\n", view->title);
    if (view->about != NULL) {
        g_string_append_printf(out, "%s\n", view->about);
    }
    g_string_append(out, view->kind != NULL ? view->kind : "");
    if (view->period != NULL) {
        g_string_append_printf(out, ", %s", view->period);
    }
    if (view->zone != NULL) {
        g_string_append_printf(out, " (%s)", view->zone);
    }
    g_string_append(out, view->kind != NULL ? "\n" : "");
    text_scope(out, view);
}

static char *
make_text(const NtfView *view, const NtfComposeInput *input)
{
    GString *out = g_string_new(NULL);
    const char *name = view->job_name;
    ntf_text_head(out, view);
    text_figures(out, view);
    g_autofree char *chart = ntf_view_describe_chart(view);
    if (chart != NULL) {
        g_string_append_printf(out, "%s\n\n", chart);
    }
    text_file(out, view, input);
    g_autofree char *sent =
        jw_report_word_fill(JW_WORD_SENT_BY, view->language, name != NULL ? name : "", NULL);
    g_string_append_printf(out, "\n-- \n%s (%s).\n", sent, input->job->id);
    return g_string_free(out, FALSE);
}

static GBytes *
assemble(const NtfView *view, const NtfComposeInput *input, GBytes *chart, GError **error)
{
    const JwArtifact *artifact = input->job->artifact;
    g_autofree char *content_id = g_strdup_printf("chart.%s@jobwire", input->job->id);
    g_autofree char *subject = ntf_subject(view);
    g_autofree char *text = make_text(view, input);
    g_autofree char *html = ntf_html(view, input, subject, chart != NULL ? content_id : NULL);
    JwMailPart parts[2] = { 0 };
    size_t n_parts = 0;
    if (chart != NULL) {
        parts[n_parts++] = (JwMailPart){ "chart.png", "image/png", chart, content_id };
    }
    if (input->attachment != NULL) {
        const char *type = artifact->content_type;
        parts[n_parts++] =
            (JwMailPart){ view->file_name, type != NULL ? type : "application/octet-stream",
                          input->attachment, NULL };
    }
    return ntf_message(input, subject, text, html, parts, n_parts, error);
}

GBytes *
ntf_message(const NtfComposeInput *input, const char *subject, const char *text, const char *html,
            const JwMailPart *parts, size_t n_parts, GError **error)
{
    const JwMailHeader headers[] = {
        { "Auto-Submitted", "auto-generated" },
        { "X-Auto-Response-Suppress", "All" }, /* what Exchange heeds */
        { "X-Jobwire-Job-Id", input->job->id },
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

GBytes *
ntf_compose(const NtfComposeInput *input, GError **error)
{
    g_return_val_if_fail(input != NULL && input->job != NULL, NULL);
    g_return_val_if_fail(input->job->artifact != NULL && input->job->id != NULL, NULL);
    g_return_val_if_fail(error == NULL || *error == NULL, NULL);

    if (input->link != NULL && !jw_link_is_web(input->link)) {
        return jw_fail_null(error, JW_ERROR_INVALID, "the download link is no web address");
    }
    g_auto(NtfView) view = { 0 };
    ntf_view_init(&view, input);
    g_autoptr(GBytes) chart = NULL;
    if (view.values->len > 0) {
        const JwChartData wanted = ntf_view_chart(&view);
        chart = jw_chart_png(&wanted, error);
        if (chart == NULL) {
            return NULL;
        }
    }
    return assemble(&view, input, chart, error);
}
