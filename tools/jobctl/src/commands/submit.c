/* commands/submit.c: jobctl submit: posts a report job from a JSON file. Main thread. */
#include <jansson.h>

#include "job.h"
#include "jw/json.h"
#include "jw/wire.h"

typedef struct {
    const char *token;
    bool watch, wait, json, no_mail;
    int64_t interval_ms, timeout_s;
} Options;

static const JcOption options[] = {
    { "token", 't', JC_OPTION_TEXT, offsetof(Options, token), "TOKEN", "instead of JW_TOKEN", 0,
      0 },
    { "watch", 'w', JC_OPTION_FLAG, offsetof(Options, watch), NULL,
      "then shows the job until it ends, as jobctl watch does", 0, 0 },
    { "wait", '\0', JC_OPTION_FLAG, offsetof(Options, wait), NULL,
      "then waits until the job has ended, and says how", 0, 0 },
    { "json", '\0', JC_OPTION_FLAG, offsetof(Options, json), NULL, "the gateway's answer as JSON",
      0, 0 },
    { "no-mail", '\0', JC_OPTION_FLAG, offsetof(Options, no_mail), NULL,
      "with --watch, --wait: does not wait for the mails", 0, 0 },
    { "interval", 'i', JC_OPTION_INT, offsetof(Options, interval_ms), "MS",
      "with --watch, --wait: time between two questions; default 300", 20, 60000 },
    { "timeout", '\0', JC_OPTION_INT, offsetof(Options, timeout_s), "S",
      "with --watch, --wait: gives up after that", 1, 86400 },
    { 0 },
};

static JcExit
submit(JcContext *context, const Options *given, const char *path)
{
    const bool follows = given->watch || given->wait;
    g_autoptr(GError) error = NULL;
    g_autofree char *body = jc_body_read(path, &error);
    g_autoptr(JcApi) api = body != NULL ? jc_api_new(context, given->token, &error) : NULL;
    json_auto_t *data = api != NULL ? jc_api_call(api, JW_LINK_REPORT_JOBS, body, &error) : NULL;

    if (data == NULL) {
        return jc_failed(context, &jc_submit, error);
    }
    const char *job_id = json_string_value(json_object_get(data, "id"));
    const char *status = json_string_value(json_object_get(data, "status"));
    if (job_id == NULL) {
        (void)jw_fail(&error, JW_ERROR_CORRUPT, "the gateway's answer has no job id");
        return jc_failed(context, &jc_submit, error);
    }
    if (given->json && !follows) {
        g_autofree char *text = jw_json_dump(data, JSON_SORT_KEYS | JSON_COMPACT);
        fprintf(context->out, "%s\n", text);
    } else if (!given->json) {
        fprintf(context->out, "Job       %s, %s\n", job_id, status != NULL ? status : "accepted");
    }
    if (!follows) {
        if (!given->json) {
            fprintf(context->out, "          jobctl watch %s\n", job_id);
        }
        return JC_EXIT_OK;
    }
    (void)fflush(context->out);
    const JcWatch watch = { .interval_ms = given->interval_ms,
                            .timeout_ms = given->timeout_s * 1000,
                            .json = given->json,
                            .no_mail = given->no_mail,
                            .quiet = given->wait,
                            .posted = true };
    return jc_job_watch(context, &jc_submit, api, job_id, &watch);
}

static JcExit
run(JcContext *context, int argc, char **argv)
{
    Options given = { .interval_ms = 300 };
    g_autoptr(GError) error = NULL;

    bool good = jc_options_parse(&jc_submit, &given, &argc, argv, &error);
    if (good && argc != 1) {
        good = jw_fail(&error, JW_ERROR_INVALID,
                       "name one file with the job, or - for standard input");
    }
    if (good && given.watch && given.wait) {
        good = jw_fail(&error, JW_ERROR_INVALID,
                       "choose: --watch shows the progress, --wait only "
                       "the end");
    }
    return good ? submit(context, &given, argv[0]) : jc_usage(context, &jc_submit, error);
}

const JcCommand jc_submit = {
    .name = "submit",
    .arguments = "FILE|-",
    .summary = "posts a report job to the gateway",
    .help =
        "FILE is the JSON body of POST " JW_LINK_REPORT_JOBS ". The gateway is JW_GATEWAY_URL.\n",
    .options = options,
    .run = run,
};
