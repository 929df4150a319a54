/* letter.c: the report mail: plain text, and the parts put together. Any thread, no state. */
#include "jw/letter.h"
#include "letter_view.h"

#include "jw/links.h"
#include "jw/mail.h"
#include "jw/mail_words.h"
#include "jw/report_text.h"
#include "jw/report_words.h"

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
text_beside(GString *out, const JwLetterView *view)
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
text_figures(GString *out, const JwLetterView *view)
{
    size_t labels = 0;
    size_t texts = 0;
    for (guint i = 0; i < view->figures->len; i++) {
        const JwLetterFigure *figure = &g_array_index(view->figures, JwLetterFigure, i);
        labels = MAX(labels, MIN((size_t)g_utf8_strlen(figure->label, -1), 40));
        texts = MAX(texts, MIN((size_t)g_utf8_strlen(figure->text, -1), 24));
    }
    for (guint i = 0; i < view->figures->len; i++) {
        const JwLetterFigure *figure = &g_array_index(view->figures, JwLetterFigure, i);
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
text_file(GString *out, const JwLetterView *view, const JwLetterInput *input)
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

static char *
make_text(const JwLetterView *view, const JwLetterInput *input)
{
    GString *out = g_string_new(NULL);
    const char *name = view->job_name;
    jw_letter_text_head(out, view);
    for (char **line = view->intro; line != NULL && *line != NULL; line++) {
        g_string_append_printf(out, "%s\n", *line);
    }
    g_string_append(out, view->intro != NULL ? "\n" : "");
    text_figures(out, view);
    g_autofree char *chart = jw_letter_view_describe_chart(view);
    if (chart != NULL) {
        g_string_append_printf(out, "%s\n\n", chart);
    }
    text_file(out, view, input);
    g_autofree char *sent =
        jw_report_word_fill(JW_WORD_SENT_BY, view->language, name != NULL ? name : "", NULL);
    g_string_append(out, "\n-- \n");
    if (input->unsubscribe != NULL) {
        g_autofree char *why =
            jw_mail_word_fill(JW_MAIL_WHY, view->language, input->recipient, NULL);
        g_string_append_printf(out, "%s\n%s: %s\n", why,
                               jw_mail_word(JW_MAIL_UNSUBSCRIBE, view->language),
                               input->unsubscribe);
    }
    g_string_append_printf(out, "%s (%s).\n", sent, input->job->id);
    return g_string_free(out, FALSE);
}

/* All of a mail but its headers. */
typedef struct {
    char *subject, *text, *html, *content_id;
    GBytes *chart; /* NULL: none */
} Made;

static void
made_clear(Made *self)
{
    g_free(self->subject);
    g_free(self->text);
    g_free(self->html);
    g_free(self->content_id);
    g_clear_pointer(&self->chart, g_bytes_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Made, made_clear)

static bool
make(Made *self, const JwLetterView *view, const JwLetterInput *input, GError **error)
{
    const JwChartData wanted = jw_letter_view_chart(view);

    self->chart = view->values->len > 0 ? jw_chart_png(&wanted, error) : NULL;
    if (view->values->len > 0 && self->chart == NULL) {
        return false;
    }
    self->content_id = g_strdup_printf("chart.%s@jobwire", input->job->id);
    self->subject = jw_letter_subject(view);
    self->text = make_text(view, input);
    self->html =
        jw_letter_html(view, input, self->subject, self->chart != NULL ? self->content_id : NULL);
    return true;
}

static GBytes *
assemble(const JwLetterView *view, const JwLetterInput *input, const Made *made, GError **error)
{
    const JwArtifact *artifact = input->job->artifact;
    JwMailPart parts[2] = { 0 };
    size_t n_parts = 0;
    if (made->chart != NULL) {
        parts[n_parts++] = (JwMailPart){ "chart.png", "image/png", made->chart, made->content_id };
    }
    if (input->attachment != NULL) {
        const char *type = artifact->content_type;
        parts[n_parts++] =
            (JwMailPart){ view->file_name, type != NULL ? type : "application/octet-stream",
                          input->attachment, NULL };
    }
    return jw_letter_message(input, view->sender_name, made->subject, made->text, made->html, parts,
                             n_parts, error);
}

static bool
check_links(const JwLetterInput *input, GError **error)
{
    if (input->link != NULL && !jw_link_is_web(input->link)) {
        return jw_fail(error, JW_ERROR_INVALID, "the download link is no web address");
    }
    return input->unsubscribe == NULL || jw_link_is_web(input->unsubscribe)
           || jw_fail(error, JW_ERROR_INVALID, "the link to unsubscribe is no web address");
}

GBytes *
jw_letter_report(const JwLetterInput *input, GError **error)
{
    g_return_val_if_fail(input != NULL && input->job != NULL, NULL);
    g_return_val_if_fail(input->job->artifact != NULL && input->job->id != NULL, NULL);
    g_return_val_if_fail(error == NULL || *error == NULL, NULL);
    g_auto(JwLetterView) view = { 0 };
    g_auto(Made) made = { 0 };

    if (!check_links(input, error)) {
        return NULL;
    }
    jw_letter_view_init(&view, input);
    return make(&made, &view, input, error) ? assemble(&view, input, &made, error) : NULL;
}

void
jw_letter_shown_clear(JwLetterShown *self)
{
    g_clear_pointer(&self->subject, g_free);
    g_clear_pointer(&self->sender, g_free);
    g_clear_pointer(&self->text, g_free);
    g_clear_pointer(&self->html, g_free);
}

/* The page with its picture in itself. (transfer full) */
static char *
with_picture(const Made *made)
{
    GString *html = g_string_new(made->html);

    if (made->chart != NULL) {
        g_autofree char *cid = g_strconcat("cid:", made->content_id, NULL);
        gsize length = 0;
        const guchar *png = g_bytes_get_data(made->chart, &length);
        g_autofree char *base64 = g_base64_encode(png, length);
        g_autofree char *data = g_strconcat("data:image/png;base64,", base64, NULL);
        g_string_replace(html, cid, data, 0);
    }
    return g_string_free(html, FALSE);
}

bool
jw_letter_show(const JwLetterInput *input, JwLetterShown *ret, GError **error)
{
    g_return_val_if_fail(input != NULL && input->job != NULL && ret != NULL, false);
    g_auto(JwLetterView) view = { 0 };
    g_auto(Made) made = { 0 };
    g_autofree char *name = NULL;
    g_autofree char *address = NULL;

    if (!check_links(input, error) || !jw_mail_address_parse(input->from, &name, &address, error)) {
        return false;
    }
    if (input->job->artifact == NULL) {
        jw_letter_failure_texts(input->job, &ret->subject, &ret->text, &ret->html);
    } else {
        jw_letter_view_init(&view, input);
        if (!make(&made, &view, input, error)) {
            return false;
        }
        ret->subject = g_steal_pointer(&made.subject);
        ret->text = g_steal_pointer(&made.text);
        ret->html = with_picture(&made);
    }
    const char *shown = view.sender_name != NULL ? view.sender_name : name;
    ret->sender = shown != NULL ? g_strdup_printf("%s <%s>", shown, address) : g_strdup(address);
    return true;
}
