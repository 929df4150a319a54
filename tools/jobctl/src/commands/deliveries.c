/* commands/deliveries.c: jobctl deliveries: what became of the mails of a job. Main thread. */
#include <jansson.h>

#include "rest.h"

typedef struct {
    const char *token;
    JcAs output;
} Options;

static const JcOption options[] = {
    JC_OPTION_OUTPUT(Options),
    JC_OPTION_TOKEN(Options),
    { 0 },
};

static const JcShow columns[] = {
    { "RECIPIENT", "email", JC_SHOW_TEXT, false },
    { "STATE", "status", JC_SHOW_TEXT, false },
    { "TRIES", "attempts", JC_SHOW_COUNT, false },
    { "ROUND", "round", JC_SHOW_COUNT, false },
    { "SENT", "sentAt", JC_SHOW_TIME, false },
    { "TWICE?", "maybeDuplicate", JC_SHOW_TEXT, false },
    { "REPLY", "reply", JC_SHOW_TEXT, false },
    { "NOTE", "note", JC_SHOW_TEXT, false },
    { "CODE", "statusCode", JC_SHOW_TEXT, true },
    { "KIND", "kind", JC_SHOW_TEXT, true },
    { "CREATED", "createdAt", JC_SHOW_TIME, true },
    { "NEXT TRY", "nextTryAt", JC_SHOW_TIME, true },
    { "ENDED", "endedAt", JC_SHOW_TIME, true },
    { "MESSAGE-ID", "messageId", JC_SHOW_TEXT, true },
    { 0 },
};

static JcExit
run(const JcCall *call, GError **error)
{
    json_auto_t *answer = jc_rest_ask(call, error);

    if (answer == NULL) {
        return JC_EXIT_FAILED;
    }
    jc_show_list(call->context, call->as, call->verb->shown, json_object_get(answer, "data"));
    return JC_EXIT_OK;
}

static const JcVerb verbs[] = {
    { .name = "",
      .arguments = "JOB_ID",
      .min = 1,
      .max = 1,
      .run = run,
      .path = JW_LINK_REPORT_JOBS "/{}/deliveries",
      .shown = columns,
      .wants = "name one job" },
    { 0 },
};

const JcCommand jc_deliveries = {
    .name = "deliveries",
    .summary = "what became of each mail of a job",
    .help = "One line for each mail: those of the report, by round (0 is the first, the others are "
            "resends), that of a\n"
            "failure, and messages that the job wrote. TWICE? is true where the mail may have come "
            "twice: its server never\n"
            "said that it took the first. -o json is what the API answers.\n",
    .options = options,
    .given_size = sizeof(Options),
    .verbs = verbs,
};
