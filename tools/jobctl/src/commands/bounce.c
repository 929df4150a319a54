/* commands/bounce.c: jobctl bounce: tells the gateway that a mail came back; for a mail server's
 * pipe. Main thread. */
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "rest.h"

#define MAIL_MAX                                                                                   \
    ((size_t)256 * 1024) /* what is read of it: the rest is the mail that it gives back */

typedef struct {
    const char *api_key;
    JcAs output;
} Options;

static const JcOption options[] = {
    JC_OPTION_OUTPUT(Options),
    JC_OPTION_API_KEY(Options),
    { 0 },
};

static const JcShow lines[] = {
    { "Result", "result", JC_SHOW_TEXT, false },
    { "Delivery", "delivery_id", JC_SHOW_TEXT, false },
    { "Job", "job_id", JC_SHOW_TEXT, false },
    { "Recipient", "recipient", JC_SHOW_TEXT, false },
    { "Action", "action", JC_SHOW_TEXT, false },
    { "Code", "status_code", JC_SHOW_TEXT, false },
    { "Reason", "diagnostic", JC_SHOW_TEXT, false },
    { 0 },
};

/* The beginning of the file, as text; all of it is read, so that who writes into a pipe is not cut
 * off. (transfer full) */
static char *
read_mail(const JcContext *context, const char *path, GError **error)
{
    const bool standard = strcmp(path, "-") == 0;
    FILE *file = standard ? context->in : fopen(path, "rbe");
    g_autoptr(GString) mail = g_string_new(NULL);
    char piece[16384];

    if (file == NULL) {
        return jw_fail_null(error, JW_ERROR_NOT_FOUND, "%s: %s", path, g_strerror(errno));
    }
    for (size_t n = 0; (n = fread(piece, 1, sizeof piece, file)) > 0;) {
        g_string_append_len(mail, piece, (gssize)MIN(n, MAIL_MAX - mail->len));
    }
    const bool failed = ferror(file) != 0;
    if (!standard) {
        (void)fclose(file);
    }
    if (failed) {
        return jw_fail_null(error, JW_ERROR_UNAVAILABLE, "%s cannot be read", path);
    }
    for (size_t i = 0; i < mail->len; i++) { /* no mail has one */
        mail->str[i] = mail->str[i] == '\0' ? ' ' : mail->str[i];
    }
    return g_string_free(g_steal_pointer(&mail), FALSE);
}

static JcExit
run(const JcCall *call, GError **error)
{
    g_autoptr(GError) cause = NULL;
    const char *path = call->arguments[0] != NULL ? call->arguments[0] : "-";
    g_autofree char *mail = read_mail(call->context, path, error);

    if (mail == NULL) {
        return JC_EXIT_FAILED;
    }
    json_auto_t *answer = jc_api_send(call->api, call->verb->path, "message/rfc822", mail, &cause);
    if (answer == NULL) {
        const bool later = jw_error_retry(cause) != JW_RETRY_NEVER;
        g_propagate_error(error, g_steal_pointer(&cause));
        return later ? JC_EXIT_LATER : JC_EXIT_FAILED;
    }
    jc_show_one(call->context, call->as, call->verb->shown, json_object_get(answer, "data"));
    return JC_EXIT_OK;
}

static const JcVerb verbs[] = {
    { .name = "",
      .arguments = "[FILE|-]",
      .min = 0,
      .max = 1,
      .run = run,
      .path = JW_LINK_BOUNCES,
      .shown = lines,
      .wants = "name one file with the mail, or none for standard input" },
    { 0 },
};

const JcCommand jc_bounce = {
    .name = "bounce",
    .summary = "says that a mail came back",
    .help = "FILE is the notification that a mail server sent (RFC 3464), of which 256 KiB are "
            "read. For "
            "a pipe of a mail\n"
            "server: in Postfix's aliases, jobs-bounce: \"|jobctl bounce\". Needs JW_GATEWAY_URL "
            "and an "
            "API key of the role\n"
            "bounces: JW_API_KEY, or JW_API_KEY_FILE.\n"
            "Exit status: 0 done, or nothing to do; 1 it is no notification, or of somebody else's "
            "mail; "
            "75 the gateway is\n"
            "away: a mail server tries again then.\n",
    .options = options,
    .given_size = sizeof(Options),
    .verbs = verbs,
};
