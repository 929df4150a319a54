/* unsubscribe/api.c: the link at the foot of a report's mail. GET shows a page and changes nothing,
 * because filters follow the links in mails; a POST is the deed. A POST to the link itself is what
 * a mail program's button sends (RFC 8058), with a form as its body, which says nothing that the
 * link does not.
 *
 * The token is signed and names a delivery: whose address, and of which report, the store knows.
 * Who has it may take that address off that list, and on again, and nothing else. */
#include "unsubscribe/unsubscribe.h"

#include "jw/clock.h"
#include "jw/links.h"
#include "jw/log.h"
#include "jw/mail_words.h"
#include "jw/report_request.h"
#include "jw/store_deliveries.h"
#include "jw/store_jobs.h"
#include "jw/store_suppressions.h"
#include "links/links.h"

#include <string.h>

/* Who came, about which mails. */
typedef struct {
    const Gw *gw;
    const char *token;
    JwDelivery *delivery;
    char *report_type; /* NULL: the job is of no report */
    char *title, *language;
} Visit;

static void
visit_clear(Visit *self)
{
    g_clear_pointer(&self->delivery, jw_delivery_free);
    g_free(self->report_type);
    g_free(self->title);
    g_free(self->language);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Visit, visit_clear)

/* What the job is a report of, in its language. */
static void
read_job(Visit *self, const JwJob *job)
{
    g_autoptr(JwReportRequest) request = job != NULL ? jw_report_request_of_spec(job->spec) : NULL;
    const JwReportDef *def = job != NULL ? jw_catalog_find(self->gw->catalog, job->subtype) : NULL;

    if (request != NULL) {
        self->language = g_strdup(request->language);
        def = def != NULL ? jw_report_def_in(def, request->language) : NULL;
    }
    self->report_type = job != NULL ? g_strdup(job->subtype) : NULL;
    self->title = g_strdup(def != NULL                 ? def->title
                           : self->report_type != NULL ? self->report_type
                                                       : "Jobwire");
}

/* False: answered. */
static bool
visit_init(Visit *self, const JwHttpRequest *request, JwHttpReply *reply, const Gw *gw)
{
    char id[JW_UUID_LEN + 1] = "";
    g_autoptr(JwJob) job = NULL;
    g_autoptr(GError) error = NULL;

    *self = (Visit){ .gw = gw, .token = jw_http_param(request, "token") };
    const bool ours = jw_unsubscribe_token_check(gw->links, self->token, id);
    if (ours
        && (!jw_store_get_delivery(gw->store, id, &self->delivery, &error)
            || (self->delivery != NULL
                && !jw_store_get_job(gw->store, self->delivery->job_id, &job, &error)))) {
        jw_http_reply_error(reply, error);
        return false;
    }
    if (self->delivery == NULL) {
        jw_http_reply_problem(reply, 404, "LINK_UNKNOWN", NULL, 0,
                              "the link is not one of ours, or not complete; open it once more "
                              "from the mail that has it");
        return false;
    }
    read_job(self, job);
    return true;
}

static void
append_line(GString *out, const Visit *self, JwMailWord word)
{
    g_autofree char *line =
        jw_mail_word_fill(word, self->language, self->delivery->recipient, self->title);
    g_autofree char *html = g_markup_printf_escaped("<p>%s</p>\n", line);

    g_string_append(out, html);
}

/* A form of one button. @what: below the link; "" is the link itself. */
static void
append_button(GString *out, const Visit *self, const char *what, JwMailWord word, bool second)
{
    g_autofree char *link = jw_link_unsubscribe(self->gw->config.public_url, self->token);
    g_autofree char *html = g_markup_printf_escaped(
        "<form method=\"post\" action=\"%s%s\"><button%s>%s</button></form>\n", link, what,
        second ? " class=\"second\"" : "", jw_mail_word(word, self->language));

    g_string_append(out, html);
}

static void
show(JwHttpReply *reply, const Visit *self, JwMailWord title, const GString *inner)
{
    g_autofree char *page =
        gw_links_paper(jw_mail_word(title, self->language), inner->str, self->language);

    jw_http_reply_text(reply, 200, "text/html; charset=utf-8", page);
}

/* That it is done, with a way back where the reader did it. */
static void
show_done(JwHttpReply *reply, const Visit *self, const JwSuppression *found)
{
    const bool all = found->report_type == NULL;
    g_autoptr(GString) inner = g_string_new(NULL);

    append_line(inner, self, all ? JW_MAIL_DONE_ALL : JW_MAIL_DONE_TYPE);
    if (found->reason == JW_SUPPRESSED_UNSUBSCRIBED) {
        append_button(inner, self, all ? "/undo-all" : "/undo", JW_MAIL_UNDO, true);
    }
    if (!all) {
        append_button(inner, self, "/all", JW_MAIL_STOP_ALL, true);
    }
    show(reply, self, JW_MAIL_DONE, inner);
}

static void
show_choice(JwHttpReply *reply, const Visit *self)
{
    g_autoptr(GString) inner = g_string_new(NULL);

    append_line(inner, self, JW_MAIL_ASK);
    if (self->report_type != NULL) {
        append_button(inner, self, "", JW_MAIL_STOP_TYPE, false);
    }
    append_button(inner, self, "/all", JW_MAIL_STOP_ALL, self->report_type != NULL);
    show(reply, self, JW_MAIL_UNSUBSCRIBE, inner);
}

/* Shows how it stands. */
static void
show_state(JwHttpReply *reply, const Visit *self)
{
    g_autoptr(JwSuppression) found = NULL;
    g_autoptr(GError) error = NULL;

    if (!jw_store_is_suppressed(self->gw->store, self->delivery->recipient, self->report_type,
                                &found, &error)) {
        jw_http_reply_error(reply, error);
    } else if (found != NULL) {
        show_done(reply, self, found);
    } else {
        show_choice(reply, self);
    }
}

static void
unsubscribe(JwHttpReply *reply, const Visit *self, const char *report_type)
{
    g_autoptr(JwSuppression) entry =
        jw_suppression_new(self->delivery->recipient, report_type, JW_SUPPRESSED_UNSUBSCRIBED,
                           jw_clock_now_ms(self->gw->clock));
    JwCreate create = JW_CREATE_EXISTS;
    g_autoptr(GError) error = NULL;

    entry->delivery_id = g_strdup(self->delivery->id);
    if (!jw_store_add_suppression(self->gw->store, entry, &create, &error)) {
        jw_http_reply_error(reply, error); /* doing it again does no harm */
        return;
    }
    jw_info("unsubscribed", JW_STR("delivery_id", self->delivery->id),
            JW_STR("report_type", report_type), JW_BOOL("new", create == JW_CREATE_NEW));
    show_state(reply, self);
}

/* Takes back what the reader did, and nothing that others did. */
static void
subscribe(JwHttpReply *reply, const Visit *self, const char *report_type)
{
    static const JwSuppressionReason only = JW_SUPPRESSED_UNSUBSCRIBED;
    const char *recipient = self->delivery->recipient;
    g_autoptr(JwSuppression) removed = NULL;
    g_autoptr(JwSuppression) left = NULL;
    g_autoptr(GString) inner = g_string_new(NULL);
    g_autoptr(GError) error = NULL;

    if (!jw_store_remove_suppression(self->gw->store, recipient, report_type, &only, &removed,
                                     &error)
        || !jw_store_is_suppressed(self->gw->store, recipient, self->report_type, &left, &error)) {
        jw_http_reply_error(reply, error);
        return;
    }
    jw_info("subscribed_again", JW_STR("delivery_id", self->delivery->id),
            JW_STR("report_type", report_type), JW_BOOL("new", removed != NULL));
    if (left != NULL && left->reason == JW_SUPPRESSED_UNSUBSCRIBED) {
        show_done(reply, self, left); /* by another choice, which has a button of its own */
        return;
    }
    if (left == NULL) {
        append_line(inner, self, report_type != NULL ? JW_MAIL_BACK_TYPE : JW_MAIL_BACK_ALL);
    } else {
        append_line(inner, self, JW_MAIL_NOT_YOURS);
    }
    show(reply, self, left == NULL ? JW_MAIL_BACK : JW_MAIL_DONE, inner);
}

static void
unsubscribe_get(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    g_auto(Visit) visit = { 0 };

    if (visit_init(&visit, request, reply, context)) {
        show_state(reply, &visit);
    }
}

static void
unsubscribe_post(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    g_auto(Visit) visit = { 0 };

    if (visit_init(&visit, request, reply, context)) {
        unsubscribe(reply, &visit, visit.report_type);
    }
}

/* What the page's other buttons do. */
static void
unsubscribe_change(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    const char *what = jw_http_param(request, "what");
    g_auto(Visit) visit = { 0 };

    if (!visit_init(&visit, request, reply, context)) {
        return;
    }
    if (strcmp(what, "all") == 0) {
        unsubscribe(reply, &visit, NULL);
    } else if (strcmp(what, "undo") == 0) {
        subscribe(reply, &visit, visit.report_type);
    } else if (strcmp(what, "undo-all") == 0) {
        subscribe(reply, &visit, NULL);
    } else {
        jw_http_reply_problem(reply, 404, "LINK_UNKNOWN", NULL, 0,
                              "the link is not one of ours; open it from the mail that has it");
    }
}

/* Mail filters add to links what they like. */
static const JwHttpRoute routes[] = {
    { "GET", "/:token", unsubscribe_get, NULL, &jw_http_any_query },
    { "POST", "/:token", unsubscribe_post, NULL, &jw_http_any_query },
    { "POST", "/:token/:what", unsubscribe_change, NULL, &jw_http_any_query },
    { 0 },
};

const JwHttpApi gw_unsubscribe_api = {
    .name = "unsubscribe",
    .prefix = JW_LINK_UNSUBSCRIBE,
    .errors = gw_links_page,
    .headers = gw_links_headers,
    .routes = routes,
    .openapi = "openapi-unsubscribe.yaml",
    .any_media = true,
};
