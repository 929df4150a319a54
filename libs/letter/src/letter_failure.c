/* letter_failure.c: the mail that says why a job failed for good, and what to do. Any thread, no
 * state. The reasons are ours, by the error's code: messages of errors name servers, files and
 * fields, and are for the log. */
#include "jw/letter.h"
#include "letter_view.h"

#include "jw/failure_words.h"
#include "jw/report_text.h"
#include "jw/report_words.h"

typedef struct {
    const char *code;
    JwFailureWord reason, advice;
} Reason;

static const Reason reasons[] = {
    { "TIMEOUT", JW_FAILURE_TOO_LONG, JW_ADVICE_SHORTER_OR_TIME },
    { "TOO_LARGE", JW_FAILURE_TOO_LARGE, JW_ADVICE_SHORTER },
    { "TOO_MANY_RECORDS", JW_FAILURE_MANY_RECORDS, JW_ADVICE_MANY_RECORDS },
    { "TOO_MANY_GROUPS", JW_FAILURE_MANY_GROUPS, JW_ADVICE_MANY_GROUPS },
    { "DATA_NOT_READY", JW_FAILURE_NOT_READY, JW_ADVICE_NOT_READY },
    { "ATTEMPT_DIED", JW_FAILURE_DIED, JW_ADVICE_AGAIN },
    { "UNAVAILABLE", JW_FAILURE_UNREACHABLE, JW_ADVICE_LATER },
    { "BUSY", JW_FAILURE_BUSY, JW_ADVICE_LATER },
    { "IN_DOUBT", JW_FAILURE_UNREACHABLE, JW_ADVICE_LATER },
    { "INVALID", JW_FAILURE_INVALID, JW_ADVICE_LOOK },
    { "NOT_FOUND", JW_FAILURE_NOT_FOUND, JW_ADVICE_TYPES },
    { "DENIED", JW_FAILURE_DENIED, JW_ADVICE_DEPARTMENTS },
    { "CORRUPT", JW_FAILURE_CORRUPT, JW_ADVICE_TELL },
};
static const Reason any = { NULL, JW_FAILURE_INTERNAL, JW_ADVICE_AGAIN_OR_TELL };

static const Reason *
find_reason(const char *code)
{
    for (size_t i = 0; i < G_N_ELEMENTS(reasons); i++) {
        if (g_strcmp0(reasons[i].code, code) == 0) {
            return &reasons[i];
        }
    }
    return &any;
}

/* "11 Jan 2021, 00:05 UTC, after 5 attempts". (transfer full) */
static char *
ended(const JwJob *job, const char *language)
{
    g_autofree char *time = jw_report_moment(job->finished_at_ms, language);
    g_autofree char *attempts = g_strdup_printf("%d", job->attempts);

    return job->attempts > 1 ? jw_failure_word_fill(JW_FAILURE_ATTEMPTS, language, time, attempts)
                             : g_steal_pointer(&time);
}

static void
add_fact(GArray *facts, const JwLetterView *view, JwFailureWord label, char *take_text)
{
    const JwPageFigure fact = { g_strdup(jw_failure_word(label, view->language)), take_text };

    g_array_append_val(facts, fact);
}

static void
fact_clear(gpointer data)
{
    JwPageFigure *fact = data;

    g_free(fact->label);
    g_free(fact->text);
}

/* (transfer full) of JwPageFigure */
static GArray *
make_facts(const JwLetterView *view, const JwJob *job, const Reason *reason)
{
    GArray *facts = g_array_new(FALSE, FALSE, sizeof(JwPageFigure));
    const char *language = view->language;

    g_array_set_clear_func(facts, fact_clear);
    add_fact(facts, view, JW_FAILURE_WHY, g_strdup(jw_failure_word(reason->reason, language)));
    add_fact(facts, view, JW_FAILURE_WHAT_TO_DO,
             g_strdup(jw_failure_word(reason->advice, language)));
    if (view->report_type != NULL) {
        add_fact(facts, view, JW_FAILURE_TYPE, g_strdup(view->report_type));
    }
    add_fact(facts, view, JW_FAILURE_ASKED_AT, jw_report_moment(job->created_at_ms, language));
    add_fact(facts, view, JW_FAILURE_FAILED_AT, ended(job, language));
    return facts;
}

static char *
make_text(const JwLetterView *view, const GArray *facts, const JwJob *job)
{
    GString *out = g_string_new(NULL);
    const char *language = view->language;
    g_autofree char *sent = jw_report_word_fill(JW_WORD_SENT_BY, language, view->title, NULL);

    jw_letter_text_head(out, view);
    g_string_append_printf(out, "%s\n", jw_failure_word(JW_FAILURE_SENTENCE, language));
    for (guint i = 0; i < facts->len; i++) {
        const JwPageFigure *fact = &g_array_index(facts, JwPageFigure, i);
        g_string_append_printf(out, "\n%s: %s", fact->label, fact->text);
    }
    g_string_append_printf(out, "\n\n-- \n%s\n%s (%s).\n",
                           jw_failure_word(JW_FAILURE_OFF, language), sent, job->id);
    return g_string_free(out, FALSE);
}

static char *
make_html(const char *subject, const JwLetterView *view, const GArray *facts, const JwJob *job)
{
    GString *out = g_string_sized_new(8 * 1024);
    g_autofree char *asked =
        view->period != NULL ? g_strdup_printf("%s, %s", view->kind, view->period) : NULL;
    const JwPageTitle title = {
        .sort = JW_PAGE_FAILURE,
        .kind = jw_failure_word(JW_FAILURE_KIND, view->language),
        .title = view->title,
        .line = asked,
        .aside = view->zone,
        .requester = view->requester,
        .limits = view->limits,
        .with_inactive = view->with_inactive,
        .language = view->language,
    };

    jw_page_begin(out, subject, g_array_index(facts, JwPageFigure, 0).text, view->language);
    jw_page_title(out, &title);
    g_string_append(out, "<tr><td class=\"pad\" style=\"padding:8px 32px 0\">\n");
    for (guint i = 0; i < facts->len; i++) {
        const JwPageFigure *fact = &g_array_index(facts, JwPageFigure, i);
        jw_page_append(out,
                       "<div class=\"soft\" style=\"margin-top:18px;font-size:12px;"
                       "line-height:16px;color:#5b6b82\">%s</div>\n"
                       "<div class=\"dark\" style=\"margin-top:3px;font-size:15px;"
                       "line-height:22px;color:#0f172a\">%s</div>\n",
                       fact->label, fact->text);
    }
    g_string_append(out, "</td></tr>\n");
    const JwPageFoot foot = { .why = jw_failure_word(JW_FAILURE_OFF, view->language),
                              .job_name = view->title,
                              .job_id = job->id,
                              .language = view->language };
    jw_page_end(out, &foot);
    return g_string_free(out, FALSE);
}

void
jw_letter_failure_texts(const JwJob *job, char **ret_subject, char **ret_text, char **ret_html)
{
    g_auto(JwLetterView) view = { 0 };

    jw_letter_view_init_asked(&view, job);
    g_autofree char *what = jw_letter_subject(&view);
    g_autoptr(GArray) facts = make_facts(&view, job, find_reason(job->error_code));
    *ret_subject = jw_failure_word_fill(JW_FAILURE_SUBJECT, view.language, what, NULL);
    *ret_text = make_text(&view, facts, job);
    *ret_html = make_html(*ret_subject, &view, facts, job);
}

GBytes *
jw_letter_failure(const JwLetterInput *input, GError **error)
{
    g_return_val_if_fail(input != NULL && input->job != NULL && input->job->id != NULL, NULL);
    g_autofree char *subject = NULL;
    g_autofree char *text = NULL;
    g_autofree char *html = NULL;

    jw_letter_failure_texts(input->job, &subject, &text, &html);
    return jw_letter_message(input, NULL, subject, text, html, NULL, 0, error);
}
