/* mail/failure.c: the mail that says why a job failed for good, and what to do. Any thread, no
 * state. The reasons are ours, by the error's code: messages of errors name servers, files and
 * fields, and are for the log. */
#include "mail/compose.h"
#include "mail/view.h"

#include "jw/clock.h"

#define OFF                                                                                        \
    "You get this mail because the job is yours. Jobs with delivery.onFailure \"none\" send none."

typedef struct {
    const char *code;
    const char *reason, *advice;
} Reason;

static const Reason reasons[] = {
    { "TIMEOUT", "It took longer than it may take.",
      "Ask for a shorter period or with narrower filters. If it has to be that large, ask the "
      "operator of Jobwire for more time." },
    { "TOO_LARGE", "Its file became larger than a file may be.",
      "Ask for a shorter period or with narrower filters." },
    { "ATTEMPT_DIED",
      "It was interrupted each time, because the process or machine that did it "
      "stopped.",
      "Nothing is wrong with what you asked for: ask for it again. If that fails too, tell the "
      "operator of Jobwire." },
    { "UNAVAILABLE", "A server that it needs could not be reached.", "Ask for it again later." },
    { "BUSY", "A server that it needs had too much to do.", "Ask for it again later." },
    { "IN_DOUBT", "A server that it needs could not be reached.", "Ask for it again later." },
    { "INVALID", "What was asked for cannot be done here.",
      "Look at what you asked for: the report type, its filters and the format. Then ask again." },
    { "NOT_FOUND", "Something that it needs is not there any more, such as its report type.",
      "See which report types there are, and ask again." },
    { "DENIED", "It would show records outside of your departments.",
      "If you named departments, name only your own. If you named none, this report cannot be "
      "limited to yours: tell the operator of Jobwire, and name the job." },
    { "CORRUPT", "Its data or its file did not pass the check that comes before publishing.",
      "Tell the operator of Jobwire, and name the job." },
};
static const Reason any = { NULL, "An internal error happened.",
                            "Ask for it again. If that fails too, tell the operator of Jobwire, "
                            "and name the job." };

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
ended(const JwJob *job)
{
    g_autofree char *time = jw_time_words(job->finished_at_ms);

    return job->attempts > 1 ? g_strdup_printf("%s, after %d attempts", time, job->attempts)
                             : g_steal_pointer(&time);
}

static void
add_fact(GArray *facts, const char *label, char *take_text)
{
    const JwPageFigure fact = { g_strdup(label), take_text };

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
make_facts(const NtfView *view, const JwJob *job, const Reason *reason)
{
    GArray *facts = g_array_new(FALSE, FALSE, sizeof(JwPageFigure));

    g_array_set_clear_func(facts, fact_clear);
    add_fact(facts, "Why", g_strdup(reason->reason));
    add_fact(facts, "What to do", g_strdup(reason->advice));
    if (view->report_type != NULL) {
        add_fact(facts, "Report type", g_strdup(view->report_type));
    }
    add_fact(facts, "Asked for", jw_time_words(job->created_at_ms));
    add_fact(facts, "Failed", ended(job));
    return facts;
}

static char *
make_text(const NtfView *view, const GArray *facts, const JwJob *job)
{
    GString *out = g_string_new(NULL);

    ntf_text_head(out, view);
    g_string_append(out, "This job has failed; there is no report.\n");
    for (guint i = 0; i < facts->len; i++) {
        const JwPageFigure *fact = &g_array_index(facts, JwPageFigure, i);
        g_string_append_printf(out, "\n%s: %s", fact->label, fact->text);
    }
    g_string_append_printf(out, "\n\n-- \n%s\nSent automatically by Jobwire for the job %s (%s).\n",
                           OFF, view->title, job->id);
    return g_string_free(out, FALSE);
}

static char *
make_html(const char *subject, const NtfView *view, const GArray *facts, const JwJob *job)
{
    GString *out = g_string_sized_new(8 * 1024);
    g_autofree char *asked =
        view->period != NULL ? g_strdup_printf("%s, %s", view->kind, view->period) : NULL;
    const JwPageTitle title = {
        .sort = JW_PAGE_FAILURE,
        .kind = "Failed: there is no report",
        .title = view->title,
        .line = asked,
        .aside = view->zone,
        .requester = view->requester,
        .limits = view->limits,
        .with_inactive = view->with_inactive,
    };

    jw_page_begin(out, subject, g_array_index(facts, JwPageFigure, 0).text, NULL);
    jw_page_title(out, &title);
    g_string_append(out, "<tr><td class=\"pad\" style=\"padding:8px 32px 0\">\n");
    for (guint i = 0; i < facts->len; i++) {
        const JwPageFigure *fact = &g_array_index(facts, JwPageFigure, i);
        jw_page_append(out,
                       "<div class=\"soft\" style=\"margin-top:18px;font-size:12px;"
                       "line-height:16px;color:#64748b\">%s</div>\n"
                       "<div class=\"dark\" style=\"margin-top:3px;font-size:15px;"
                       "line-height:22px;color:#0f172a\">%s</div>\n",
                       fact->label, fact->text);
    }
    g_string_append(out, "</td></tr>\n");
    jw_page_end(out, OFF " ", view->title, job->id, NULL);
    return g_string_free(out, FALSE);
}

GBytes *
ntf_compose_failure(const NtfComposeInput *input, GError **error)
{
    g_return_val_if_fail(input != NULL && input->job != NULL && input->job->id != NULL, NULL);
    const JwJob *job = input->job;
    g_auto(NtfView) view = { 0 };

    ntf_view_init_asked(&view, job);
    g_autofree char *what = ntf_subject(&view);
    g_autofree char *subject = g_strconcat("Failed: ", what, NULL);
    g_autoptr(GArray) facts = make_facts(&view, job, find_reason(job->error_code));
    g_autofree char *text = make_text(&view, facts, job);
    g_autofree char *html = make_html(subject, &view, facts, job);

    return ntf_message(input, subject, text, html, NULL, 0, error);
}
