/* commands/submit.c: jobctl submit: posts a report job from a JSON file. Main thread. */
#include <jansson.h>

#include "job.h"
#include "rest.h"
#include "jw/json.h"

typedef struct {
    const char *token;
    bool show, wait, json;
    JcWatch watch;
} Options;

static const JcOption options[] = {
    JC_OPTION_TOKEN(Options),
    { "watch", 'w', JC_OPTION_FLAG, offsetof(Options, show), NULL,
      "then shows the job until it ends, as jobctl watch does", 0, 0, NULL },
    { "wait", '\0', JC_OPTION_FLAG, offsetof(Options, wait), NULL,
      "then waits until the job has ended, and says how", 0, 0, NULL },
    { "json", '\0', JC_OPTION_FLAG, offsetof(Options, json), NULL, "the gateway's answer as JSON",
      0, 0, NULL },
    JC_WATCH_OPTIONS(Options, "with --watch, --wait: "),
    { 0 },
};

static bool
check(const JcCall *call, GError **error)
{
    const Options *given = call->given;

    return !given->show || !given->wait
           || jw_fail(error, JW_ERROR_INVALID,
                      "choose: --watch shows the progress, --wait only the end");
}

static JcExit
run(const JcCall *call, GError **error)
{
    const Options *given = call->given;
    const bool follows = given->show || given->wait;
    FILE *out = call->context->out;
    json_auto_t *answer = jc_rest_ask(call, error);
    const json_t *data = json_object_get(answer, "data");
    const char *job_id = jc_show_text(data, "id"), *status = jc_show_text(data, "status");

    if (answer == NULL || job_id[0] == '\0') {
        (void)(answer == NULL
               || jw_fail(error, JW_ERROR_CORRUPT, "the gateway's answer has no job id"));
        return JC_EXIT_FAILED;
    }
    if (given->json && !follows) {
        g_autofree char *text = jw_json_dump(data, JSON_SORT_KEYS | JSON_COMPACT);
        fprintf(out, "%s\n", text);
    } else if (!given->json) {
        jc_print(out, "Job       %s, %s\n", job_id, status[0] != '\0' ? status : "accepted");
    }
    if (!follows) {
        if (!given->json) {
            jc_print(out, "          jobctl watch %s\n", job_id);
        }
        return JC_EXIT_OK;
    }
    (void)fflush(out);
    JcWatch watch = given->watch;
    watch.json = given->json;
    watch.quiet = given->wait;
    watch.posted = true;
    return jc_job_watch(call, job_id, &watch, error);
}

static const JcVerb verbs[] = {
    { .name = "",
      .arguments = "FILE|-",
      .min = 1,
      .max = 1,
      .run = run,
      .path = JW_LINK_REPORT_JOBS,
      .body = JC_BODY_FILE,
      .wants = "name one file with the job, or - for standard input" },
    { 0 },
};

const JcCommand jc_submit = {
    .name = "submit",
    .summary = "posts a report job to the gateway",
    .help =
        "FILE is the JSON body of POST " JW_LINK_REPORT_JOBS ". The gateway is JW_GATEWAY_URL.\n",
    .options = options,
    .given_size = sizeof(Options),
    .verbs = verbs,
    .check = check,
};
