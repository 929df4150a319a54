/* commands/watch.c: jobctl watch: shows a job until it and its mails are done. Main thread. */
#include "job.h"

typedef struct {
    const char *token;
    bool json;
    JcWatch watch;
} Options;

static const JcOption options[] = {
    JC_OPTION_TOKEN(Options),
    { "json", '\0', JC_OPTION_FLAG, offsetof(Options, json), NULL,
      "nothing until the end, then the job as JSON", 0, 0, NULL },
    JC_WATCH_OPTIONS(Options, ""),
    { 0 },
};

static JcExit
run(const JcCall *call, GError **error)
{
    const Options *given = call->given;
    JcWatch watch = given->watch;

    watch.json = given->json;
    return jc_job_watch(call, call->arguments[0], &watch, error);
}

static const JcVerb verbs[] = {
    { .name = "",
      .arguments = "JOB_ID",
      .min = 1,
      .max = 1,
      .run = run,
      .wants = "name one job id" },
    { 0 },
};

const JcCommand jc_watch = {
    .name = "watch",
    .summary = "shows a job until it and its mails are done",
    .help = "Ends with the download and the outcome of each mail.\n"
            "Exit status: 0 completed, 1 failed, cancelled or out of time.\n",
    .options = options,
    .given_size = sizeof(Options),
    .verbs = verbs,
};
