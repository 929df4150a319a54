/* commands/mail.c: jobctl mail: what a mail looks like, and whether the server takes one. Main
 * thread. */
#include <string.h>

#include "command.h"
#include "jw/address.h"
#include "jw/ident.h"
#include "jw/letter.h"
#include "jw/links.h"
#include "jw/mail.h"
#include "jw/report_words.h"
#include "jw/store_jobs.h"
#include "mail/picture.h"

#define FROM          "Jobwire <reports@example.com>"
#define PUBLIC_URL    "https://jobs.example.com"
#define READER        "you@example.com"
#define DESKTOP_WIDTH 680
#define PHONE_WIDTH   375

typedef struct {
    const char *example, *language, *recipient, *html, *text, *png;
    bool dark, phone, link, failed;
} Options;

static const JcOption options[] = {
    { .name = "example",
      .letter = 'e',
      .type = JC_OPTION_TEXT,
      .offset = offsetof(Options, example),
      .value = "TYPE",
      .help = "preview: of this report type with made up figures, instead of a job" },
    { .name = "language",
      .letter = 'l',
      .type = JC_OPTION_TEXT,
      .offset = offsetof(Options, language),
      .value = "CODE",
      .help = "preview: the language of --example; default that of its definition" },
    { .name = "recipient",
      .letter = 'r',
      .type = JC_OPTION_TEXT,
      .offset = offsetof(Options, recipient),
      .value = "ADDRESS",
      .help = "preview: whose mail; default the job's first" },
    { .name = "html",
      .type = JC_OPTION_TEXT,
      .offset = offsetof(Options, html),
      .value = "FILE",
      .help = "preview: writes the page with its chart inside; - is standard output" },
    { .name = "text",
      .type = JC_OPTION_TEXT,
      .offset = offsetof(Options, text),
      .value = "FILE",
      .help = "preview: writes the plain text; what is shown without any of the three" },
    { .name = "png",
      .type = JC_OPTION_TEXT,
      .offset = offsetof(Options, png),
      .value = "FILE",
      .help = "preview: draws the page; needs a Chromium" },
    { .name = "dark",
      .type = JC_OPTION_FLAG,
      .offset = offsetof(Options, dark),
      .help = "preview: --png as in dark colours" },
    { .name = "phone",
      .type = JC_OPTION_FLAG,
      .offset = offsetof(Options, phone),
      .help = "preview: --png as on a phone, 375 pixels wide" },
    { .name = "link",
      .type = JC_OPTION_FLAG,
      .offset = offsetof(Options, link),
      .help = "preview: as if the report were too large to be attached" },
    { .name = "failed",
      .type = JC_OPTION_FLAG,
      .offset = offsetof(Options, failed),
      .help = "preview: the mail about --example that has failed" },
    { 0 },
};

static bool
check_address(const char *address, GError **error)
{
    g_autofree char *wrong = address != NULL ? jw_address_check(address) : NULL;

    return wrong == NULL
           || jw_fail(error, JW_ERROR_INVALID, "'%s' is no mail address: %s", address, wrong);
}

static bool
check_preview(const JcCall *call, const Options *given, GError **error)
{
    if (!jc_languages_load(call->context, error)) {
        return false;
    }
    g_autofree char *wrong = given->language != NULL ? jw_check_language(given->language) : NULL;

    if ((call->arguments[0] == NULL) == (given->example == NULL)) {
        return jw_fail(error, JW_ERROR_INVALID, "give the id of a job, or --example TYPE");
    }
    if (given->example == NULL && given->language != NULL) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "--language is for --example: a job has its own already");
    }
    if (given->failed && (given->example == NULL || given->link)) {
        return jw_fail(error, JW_ERROR_INVALID, "--failed is for --example, and has no --link");
    }
    if (wrong != NULL) {
        return jw_fail(error, JW_ERROR_INVALID, "--language %s", wrong);
    }
    if (given->png == NULL && (given->dark || given->phone)) {
        return jw_fail(error, JW_ERROR_INVALID, "--dark and --phone are for --png FILE");
    }
    if (g_strcmp0(given->html, "-") == 0 && g_strcmp0(given->text, "-") == 0) {
        return jw_fail(error, JW_ERROR_INVALID, "only one of --html and --text can be -");
    }
    return check_address(given->recipient, error);
}

static bool
check(const JcCall *call, GError **error)
{
    return strcmp(call->verb->name, "preview") == 0 ? check_preview(call, call->given, error)
                                                    : check_address(call->arguments[0], error);
}

/* (transfer full) */
static JwJob *
example_job(const JcCall *call, GError **error)
{
    const Options *given = call->given;
    g_autofree char *schemas =
        jc_find_path(call->context, "JW_SCHEMAS_DIR", "schemas",
                     "name the folder with the report definitions in JW_SCHEMAS_DIR", error);
    g_autofree char *dir = schemas != NULL ? g_build_filename(schemas, "reports", NULL) : NULL;
    g_autoptr(JwCatalog) catalog = dir != NULL ? jw_catalog_load(dir, error) : NULL;

    JwJob *job = catalog == NULL ? NULL
                                 : jw_letter_example(catalog, given->example, given->language,
                                                     jw_clock_now_ms(call->context->clock), error);

    if (job != NULL && given->failed) {
        g_clear_pointer(&job->artifact, jw_artifact_free);
        job->state = JW_JOB_FAILED;
        job->error_code = g_strdup("TIMEOUT");
    }
    return job;
}

/* A job that has a mail. (transfer full) */
static JwJob *
stored_job(const JcCall *call, GError **error)
{
    const char *id = call->arguments[0];
    g_autoptr(JwJob) job = NULL;
    g_autoptr(JwStore) owned = NULL;
    JwStore *store = jc_store_open(call->context, &owned, error);

    if (store == NULL || !jw_store_get_job(store, id, &job, error)) {
        return NULL;
    }
    if (job == NULL) {
        return jw_fail_null(error, JW_ERROR_NOT_FOUND,
                            "there is no job '%s'; see: jobctl jobs list", id);
    }
    if (job->state != JW_JOB_FAILED && job->artifact == NULL) {
        return jw_fail_null(error, JW_ERROR_CONFLICT,
                            "job '%s' has no mail: it is %s, and has no report", id,
                            jw_job_state_name(job->state));
    }
    return g_steal_pointer(&job);
}

/* "-" is standard output. */
static bool
write_text(const JcCall *call, const char *path, const char *text, GError **error)
{
    g_autoptr(GError) cause = NULL;

    if (path == NULL) {
        return true;
    }
    if (strcmp(path, "-") == 0) {
        fprintf(call->context->out, "%s", text);
        return true;
    }
    if (!g_file_set_contents(path, text, -1, &cause)) {
        return jw_fail(error, JW_ERROR_UNAVAILABLE, "%s", cause->message);
    }
    fprintf(call->context->err, "wrote     %s\n", path);
    return true;
}

static bool
draw(const JcCall *call, const JwLetterShown *shown, GError **error)
{
    const Options *given = call->given;
    const JcPicture picture = { .html = shown->html,
                                .width = given->phone ? PHONE_WIDTH : DESKTOP_WIDTH,
                                .dark = given->dark };

    if (given->png == NULL) {
        return true;
    }
    if (!jc_picture_draw(call->context, &picture, given->png, error)) {
        return false;
    }
    fprintf(call->context->err, "drew      %s\n", given->png);
    return true;
}

static bool
show(const JcCall *call, const JwLetterInput *input, GError **error)
{
    const Options *given = call->given;
    const bool plain = given->html == NULL && given->text == NULL && given->png == NULL;
    g_auto(JwLetterShown) shown = { 0 };

    if (!jw_letter_show(input, &shown, error)) {
        return false;
    }
    if (plain) {
        fprintf(call->context->out, "From: %s\nTo: %s\nSubject: %s\n\n%s", shown.sender,
                input->recipient, shown.subject, shown.text);
    }
    return write_text(call, given->html, shown.html, error)
           && write_text(call, given->text, shown.text, error) && draw(call, &shown, error);
}

static JcExit
preview(const JcCall *call, GError **error)
{
    const Options *given = call->given;
    g_autoptr(JwJob) job =
        given->example != NULL ? example_job(call, error) : stored_job(call, error);

    if (job == NULL) {
        return JC_EXIT_FAILED;
    }
    const char *from = jc_env(call->context, "JW_MAIL_FROM");
    const char *base = jc_env(call->context, "JW_PUBLIC_URL");
    const char *first = job->recipients != NULL ? job->recipients[0] : NULL;
    const char *reader = given->recipient != NULL ? given->recipient : first;
    g_autoptr(GBytes) file = g_bytes_new_static("", 0);
    g_autofree char *link = jw_link_mailed(base != NULL ? base : PUBLIC_URL, "example");
    g_autofree char *unsubscribe = jw_link_unsubscribe(base != NULL ? base : PUBLIC_URL, "example");
    const JwLetterInput input = {
        .job = job,
        .recipient = reader != NULL ? reader : READER,
        .from = from != NULL ? from : FROM,
        .attachment = given->link ? NULL : file,
        .link = given->link ? link : NULL,
        .link_expires_ms = given->link ? job->finished_at_ms + INT64_C(7) * 86400000 : 0,
        .unsubscribe = unsubscribe,
    };
    return show(call, &input, error) ? JC_EXIT_OK : JC_EXIT_FAILED;
}

/* (transfer full) */
static GBytes *
test_message(const JcCall *call, const char *from, const char *to, GError **error)
{
    const JwMailHeader header = { "Auto-Submitted", "auto-generated" };
    const int64_t now_ms = jw_clock_now_ms(call->context->clock);
    g_autofree char *when = jw_time_words(now_ms);
    g_autofree char *text =
        g_strdup_printf("This is a test of Jobwire's mail settings, sent on %s by\n%s on %s.\n\n"
                        "That you can read it means that reports arrive here as well.\n",
                        when, g_get_user_name(), g_get_host_name());
    char id[JW_UUID_LEN + 1];

    jw_uuid_v7(now_ms, id);
    g_autofree char *message_id = g_strdup_printf("%s@jobwire.local", id);
    const JwMailMessage message = {
        .from = from,
        .to = to,
        .subject = "Jobwire: a test mail",
        .text = text,
        .message_id = message_id,
        .date_ms = now_ms,
        .headers = &header,
        .n_headers = 1,
    };
    return jw_mail_compose(&message, error);
}

/* Sends by @mail, and says what became of it. */
static bool
send_test(const JcCall *call, JwMail *mail, const char *from, GError **error)
{
    g_autofree char *to = jw_address_sent(call->arguments[0]);
    g_autofree char *name = NULL;
    g_autofree char *sender = NULL;
    g_autofree char *reply = NULL;
    JwMailOutcome outcome = JW_MAIL_LATER;

    if (!jw_mail_address_parse(from, &name, &sender, error)) {
        return jw_prefix(error, "JW_MAIL_FROM");
    }
    g_autoptr(GBytes) message = test_message(call, from, to, error);
    if (message == NULL
        || !jw_mail_send(mail, sender, to, message, NULL, NULL, &outcome, &reply, error)) {
        return false;
    }
    fprintf(call->context->out, "from      %s\nto        %s\noutcome   %s\nreply     %s\n", sender,
            to, jw_mail_outcome_name(outcome), reply != NULL ? reply : "");
    return outcome == JW_MAIL_SENT
           || jw_fail(error, JW_ERROR_UNAVAILABLE, "the server did not take the mail");
}

static JcExit
test(const JcCall *call, GError **error)
{
    JwMailConfig config = { 0 };
    const JwConfigTable table = { "Mail", jw_mail_config_entries, jw_mail_n_config_entries,
                                  &config };

    if (!jc_config_load(call->context, &table, error)) {
        return JC_EXIT_FAILED;
    }
    g_autoptr(JwMail) own = call->context->mail == NULL ? jw_mail_smtp_new(&config, error) : NULL;
    JwMail *mail = call->context->mail != NULL ? call->context->mail : own;
    const bool done = mail != NULL && send_test(call, mail, config.from, error);
    jw_config_clear(&table, 1);
    return done ? JC_EXIT_OK : JC_EXIT_FAILED;
}

static const JcVerb verbs[] = {
    { .name = "preview",
      .arguments = "[JOB_ID]",
      .summary = "shows the mail of a job, or of a report type before there is one",
      .min = 0,
      .max = 1,
      .options = "example language recipient html text png dark phone link failed",
      .run = preview },
    { .name = "test",
      .arguments = "ADDRESS",
      .summary = "sends a small mail by the configured server and shows its reply",
      .min = 1,
      .max = 1,
      .options = "",
      .run = test },
    { 0 },
};

const JcCommand jc_mail = {
    .name = "mail",
    .summary = "shows what mails look like, and tries the mail server",
    .help = "preview of a job reads it from the database (JW_MONGODB_URI); --example needs the\n"
            "definitions alone (JW_SCHEMAS_DIR), and no server. Sender and links are those of\n"
            "JW_MAIL_FROM and JW_PUBLIC_URL; the links lead nowhere. --png needs Chromium.\n"
            "test takes the notifier's settings: JW_SMTP_URL, JW_MAIL_FROM and so on. It asks no\n"
            "suppression list. Exit status 1: the mail was not taken.\n",
    .options = options,
    .given_size = sizeof(Options),
    .verbs = verbs,
    .check = check,
};
