/* commands/watch.c: jobctl watch: shows a job until it and its mails are done. Main thread. */
#include "job.h"

typedef struct {
    const char *token;
    bool json, no_mail;
    int64_t interval_ms, timeout_s;
} Options;

static const JcOption options[] = {
    { "token", 't', JC_OPTION_TEXT, offsetof(Options, token), "TOKEN", "instead of JW_TOKEN", 0,
      0 },
    { "json", '\0', JC_OPTION_FLAG, offsetof(Options, json), NULL,
      "nothing until the end, then the job as JSON", 0, 0 },
    { "no-mail", '\0', JC_OPTION_FLAG, offsetof(Options, no_mail), NULL,
      "does not wait for the mails", 0, 0 },
    { "interval", 'i', JC_OPTION_INT, offsetof(Options, interval_ms), "MS",
      "time between two questions; default 300", 20, 60000 },
    { "timeout", '\0', JC_OPTION_INT, offsetof(Options, timeout_s), "S", "gives up after that", 1,
      86400 },
    { 0 },
};

static JcExit
run(JcContext *context, int argc, char **argv)
{
    Options given = { .interval_ms = 300 };
    g_autoptr(GError) error = NULL;

    bool good = jc_options_parse(&jc_watch, &given, &argc, argv, &error);
    if (good && (argc != 1 || argv[0][0] == '\0')) {
        good = jw_fail(&error, JW_ERROR_INVALID, "name one job id");
    }
    if (!good) {
        return jc_usage(context, &jc_watch, error);
    }
    g_autoptr(JcApi) api = jc_api_new(context, given.token, &error);
    if (api == NULL) {
        return jc_failed(context, &jc_watch, error);
    }
    const JcWatch watch = { .interval_ms = given.interval_ms,
                            .timeout_ms = given.timeout_s * 1000,
                            .json = given.json,
                            .no_mail = given.no_mail };
    return jc_job_watch(context, &jc_watch, api, argv[0], &watch);
}

const JcCommand jc_watch = {
    .name = "watch",
    .arguments = "JOB_ID",
    .summary = "shows a job until it and its mails are done",
    .help = "Ends with the download and the outcome of each mail.\n"
            "Exit status: 0 completed, 1 failed, cancelled or out of time.\n",
    .options = options,
    .run = run,
};
