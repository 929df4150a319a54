/* letter_parts.c: what the mail with a report and the one about a failure have alike: subject, head
 * of the plain text, headers. Any thread, no state. */
#include "letter_view.h"

#include "jw/report_words.h"

/* Characters of a subject that are for names: beside a longer one that of its type is left out,
 * which the mail has all the same, so that the period is seen. */
#define NAMES_MAX 70

static bool
has_room(const JwLetterView *view)
{
    return g_utf8_strlen(view->title, -1) + g_utf8_strlen(view->about, -1) <= NAMES_MAX;
}

char *
jw_letter_subject(const JwLetterView *view)
{
    if (view->subject != NULL) {
        return g_strdup(view->subject);
    }
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

/* What the report is limited to, and who asked for it. */
static void
text_scope(GString *out, const JwLetterView *view)
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
jw_letter_text_head(GString *out, const JwLetterView *view)
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

/* What lists say of themselves: a mail program shows a button for it. One click is for https only
 * (RFC 8058), so that nobody on the way does it. */
static size_t
list_headers(JwMailHeader *headers, const char *unsubscribe, const char *angled)
{
    size_t n = 0;

    if (unsubscribe != NULL) {
        headers[n++] = (JwMailHeader){ "List-Unsubscribe", angled };
    }
    if (unsubscribe != NULL && g_ascii_strncasecmp(unsubscribe, "https://", 8) == 0) {
        headers[n++] = (JwMailHeader){ "List-Unsubscribe-Post", "List-Unsubscribe=One-Click" };
    }
    return n;
}

GBytes *
jw_letter_message(const JwLetterInput *input, const char *sender_name, const char *subject,
                  const char *text, const char *html, const JwMailPart *parts, size_t n_parts,
                  GError **error)
{
    g_autofree char *angled =
        input->unsubscribe != NULL ? g_strdup_printf("<%s>", input->unsubscribe) : NULL;
    JwMailHeader headers[6] = {
        { "Auto-Submitted", "auto-generated" },
        { "X-Auto-Response-Suppress", "All" }, /* what Exchange heeds */
        { "X-Jobwire-Job-Id", input->job->id },
    };
    size_t n_headers = 3;
    if (input->delivery_id != NULL) {
        headers[n_headers++] = (JwMailHeader){ "X-Jobwire-Delivery-Id", input->delivery_id };
    }
    n_headers += list_headers(&headers[n_headers], input->unsubscribe, angled);
    const JwMailMessage message = {
        .from = input->from,
        .from_name = sender_name,
        .to = input->recipient,
        .subject = subject,
        .text = text,
        .html = html,
        .message_id = input->message_id,
        .date_ms = input->date_ms,
        .parts = parts,
        .n_parts = n_parts,
        .headers = headers,
        .n_headers = n_headers,
    };
    return jw_mail_compose(&message, error);
}

GBytes *
jw_letter_plain(const JwLetterInput *input, const char *subject, const char *text, const char *html,
                GError **error)
{
    g_return_val_if_fail(input != NULL && input->job != NULL && input->job->id != NULL, NULL);
    g_return_val_if_fail(subject != NULL && text != NULL, NULL);

    return jw_letter_message(input, NULL, subject, text, html, NULL, 0, error);
}
