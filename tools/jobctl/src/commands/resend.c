/* commands/resend.c: jobctl resend: sends the report of a job again. Main thread. */
#include <jansson.h>

#include "rest.h"
#include "jw/ident.h"
#include "jw/json.h"

typedef struct {
    const char *token, *key;
    JcAs output;
    bool failed;
    GPtrArray *to;
} Options;

static const JcOption options[] = {
    JC_OPTION_OUTPUT(Options),
    JC_OPTION_TOKEN(Options),
    { "failed", 'f', JC_OPTION_FLAG, offsetof(Options, failed), NULL,
      "to those whose last mail has failed or bounced", 0, 0, NULL },
    { "to", '\0', JC_OPTION_LIST, offsetof(Options, to), "ADDRESS", "to this one, new or not", 0, 0,
      NULL },
    { "key", '\0', JC_OPTION_TEXT, offsetof(Options, key), "KEY",
      "the Idempotency-Key: the same again sends nothing twice", 0, 0, NULL },
    { 0 },
};

static const JcShow lines[] = {
    { "Job", "id", JC_SHOW_TEXT, false },          { "Round", "round", JC_SHOW_COUNT, false },
    { "Status", "status", JC_SHOW_TEXT, false },   { "To", "recipients", JC_SHOW_TEXT, false },
    { "Skipped", "skipped", JC_SHOW_TEXT, false }, { 0 },
};

static bool
check(const JcCall *call, GError **error)
{
    const Options *given = call->given;

    return given->failed || given->to != NULL
           || jw_fail(error, JW_ERROR_INVALID,
                      "say to whom: --failed, --to ADDRESS, or both; jobctl deliveries JOB_ID "
                      "shows who got it");
}

/* (transfer full) */
static char *
body_of(const Options *given)
{
    json_auto_t *body = json_object();
    json_t *to = json_array();

    if (given->failed) {
        json_object_set_new(body, "failed", json_true());
    }
    for (guint i = 0; given->to != NULL && i < given->to->len; i++) {
        json_array_append_new(to, json_string(g_ptr_array_index(given->to, i)));
    }
    json_object_set_new(body, "recipients", to);
    return jw_json_print(body);
}

static JcExit
run(const JcCall *call, GError **error)
{
    const Options *given = call->given;
    g_autofree char *path = jw_link_report_job(NULL, call->arguments[0], "/deliveries");
    g_autofree char *body = body_of(given);
    char made[JW_UUID_LEN + 1];

    /* of its own even where none is given: what asks again by itself, a proxy, sends nothing twice
     */
    jw_uuid_v7(jw_clock_now_ms(call->context->clock), made);
    if (!jc_api_set_header(call->api, "Idempotency-Key", given->key != NULL ? given->key : made,
                           error)) {
        return JC_EXIT_FAILED;
    }
    json_auto_t *answer = jc_api_ask(call->api, "POST", path, body, error);
    if (answer == NULL) {
        return JC_EXIT_FAILED;
    }
    jc_show_one(call->context, call->as, call->verb->shown, json_object_get(answer, "data"));
    return JC_EXIT_OK;
}

static const JcVerb verbs[] = {
    { .name = "",
      .arguments = "JOB_ID",
      .min = 1,
      .max = 1,
      .run = run,
      .shown = lines,
      .wants = "name one job" },
    { 0 },
};

const JcCommand jc_resend = {
    .name = "resend",
    .summary = "sends the report of a job again",
    .help = "A round of mails of its own: jobctl deliveries JOB_ID shows what becomes of them. Who "
            "has a "
            "mail on its way is\n"
            "left out. The report must not have expired. For the job's owner and admins.\n",
    .options = options,
    .given_size = sizeof(Options),
    .verbs = verbs,
    .check = check,
};
