/* commands/jobs.c: jobctl jobs: lists report jobs, shows one, cancels it, tries it again, follows
 * it. Main thread. */
#include <jansson.h>
#include <string.h>

#include "job.h"
#include "rest.h"

typedef struct {
    const char *token, *status, *type, *edition, *requested_by, *department, *from, *to, *sort,
        *reason;
    JcAs output;
    bool ascending, wait;
    int64_t limit;
    JcWatch watch;
} Options;

static const JcOption options[] = {
    JC_OPTION_OUTPUT(Options),
    JC_OPTION_TOKEN(Options),
    { "status", 's', JC_OPTION_TEXT, offsetof(Options, status),
      "scheduled|pending|running|completed|failed|cancelled", "list: those that are so", 0, 0,
      "status" },
    { "type", '\0', JC_OPTION_TEXT, offsetof(Options, type), "TYPE",
      "list: those of this report type", 0, 0, "reportType" },
    { "edition", '\0', JC_OPTION_TEXT, offsetof(Options, edition), "NAME",
      "list: those of this edition of their type", 0, 0, "edition" },
    { "requested-by", '\0', JC_OPTION_TEXT, offsetof(Options, requested_by), "SUBJECT",
      "list: those that this one asked for", 0, 0, "requestedBy" },
    { "department", '\0', JC_OPTION_TEXT, offsetof(Options, department), "ID",
      "list: those of this department", 0, 0, "departmentId" },
    { "from", '\0', JC_OPTION_TEXT, offsetof(Options, from), "DATE",
      "list: created then or later; a date in UTC, or a time with its zone", 0, 0, "fromDate" },
    { "to", '\0', JC_OPTION_TEXT, offsetof(Options, to), "DATE", "list: created then or earlier", 0,
      0, "toDate" },
    { "sort", '\0', JC_OPTION_TEXT, offsetof(Options, sort), "createdAt|status|priority",
      "list: in this order, the last first", 0, 0, "sortBy" },
    { "ascending", '\0', JC_OPTION_FLAG, offsetof(Options, ascending), NULL,
      "list: the first first", 0, 0, "sortOrder=asc" },
    JC_OPTION_LIMIT(Options),
    { "reason", 'r', JC_OPTION_TEXT, offsetof(Options, reason), "TEXT",
      "cancel: why; the job keeps it", 0, 0, "reason" },
    { "wait", 'w', JC_OPTION_FLAG, offsetof(Options, wait), NULL,
      "retry: until the job has ended, and says how", 0, 0, NULL },
    JC_WATCH_OPTIONS(Options, "retry --wait, events: "),
    { 0 },
};

static const JcShow columns[] = {
    { "ID", "id", JC_SHOW_TEXT, false },
    { "NAME", "name", JC_SHOW_TEXT, false },
    { "TYPE", "reportType", JC_SHOW_TEXT, false },
    { "EDITION", "edition", JC_SHOW_TEXT, true },
    { "STATUS", "status", JC_SHOW_TEXT, false },
    { "DONE", "progress.percentage", JC_SHOW_PERCENT, false },
    { "BY", "requestedBy.name", JC_SHOW_TEXT, false },
    { "CREATED", "createdAt", JC_SHOW_TIME, false },
    { "ENDED", "completedAt", JC_SHOW_TIME, true },
    { "PRIORITY", "priority", JC_SHOW_TEXT, true },
    { "FORMAT", "output.format", JC_SHOW_TEXT, true },
    { "EXPIRES", "output.expiresAt", JC_SHOW_TIME, true },
    { 0 },
};

static const JcShow lines[] = {
    { "Job", "id", JC_SHOW_TEXT, false },
    { "Name", "name", JC_SHOW_TEXT, false },
    { "Description", "description", JC_SHOW_TEXT, false },
    { "Type", "reportType", JC_SHOW_TEXT, false },
    { "Edition", "edition", JC_SHOW_TEXT, false },
    { "Status", "status", JC_SHOW_TEXT, false },
    { "Done", "progress.percentage", JC_SHOW_PERCENT, false },
    { "Step", "progress.currentStep", JC_SHOW_TEXT, false },
    { "Place", "queuePosition", JC_SHOW_COUNT, false },
    { "Wait (s)", "estimatedWaitTime", JC_SHOW_COUNT, false },
    { "Priority", "priority", JC_SHOW_TEXT, false },
    { "Asked by", "requestedBy.name", JC_SHOW_TEXT, false },
    { "Departments", "departments", JC_SHOW_TEXT, false },
    { "Visibility", "visibility", JC_SHOW_TEXT, true },
    { "Template", "templateId", JC_SHOW_TEXT, true },
    { "Created", "createdAt", JC_SHOW_TIME, false },
    { "Scheduled", "scheduledFor", JC_SHOW_TIME, false },
    { "Started", "startedAt", JC_SHOW_TIME, false },
    { "Ended", "completedAt", JC_SHOW_TIME, false },
    { "Retries", "retryCount", JC_SHOW_COUNT, true },
    { "Period from", "period.start", JC_SHOW_TIME, false },
    { "Period to", "period.end", JC_SHOW_TIME, false },
    { "Parameters", "parameters", JC_SHOW_JSON, true },
    { "Output", "output", JC_SHOW_JSON, true },
    { "Error", "error.code", JC_SHOW_TEXT, false },
    { "Message", "error.message", JC_SHOW_TEXT, false },
    { "Cancelled by", "cancelledBy", JC_SHOW_TEXT, false },
    { "Reason", "cancelReason", JC_SHOW_TEXT, false },
    { "File", "result.fileName", JC_SHOW_TEXT, false },
    { "Size", "result.sizeBytes", JC_SHOW_BYTES, false },
    { "Records", "result.records", JC_SHOW_COUNT, false },
    { "Expires", "result.expiresAt", JC_SHOW_TIME, false },
    { "SHA-256", "manifest.sha256", JC_SHOW_TEXT, false },
    { "As of", "manifest.asOf", JC_SHOW_TIME, false },
    { "Listed", "manifest.rowsWritten", JC_SHOW_COUNT, true },
    { "Definition", "manifest.definitionSha256", JC_SHOW_TEXT, true },
    { "Made by", "manifest.program", JC_SHOW_TEXT, true },
    { "Warnings", "warnings", JC_SHOW_TEXT, false },
    { "Mails", "delivery.recipients", JC_SHOW_TEXT, false },
    { 0 },
};

/* What a change is answered with. */
static const JcShow changed[] = {
    { "Job", "id", JC_SHOW_TEXT, false },
    { "Status", "status", JC_SHOW_TEXT, false },
    { "Cancelled by", "cancelledBy", JC_SHOW_TEXT, false },
    { "Cancelled", "cancelledAt", JC_SHOW_TIME, false },
    { "Retries", "retryCount", JC_SHOW_COUNT, false },
    { 0 },
};

/* What would have no effect. */
static bool
check(const JcCall *call, GError **error)
{
    const Options *given = call->given;
    const JcWatch *watch = &given->watch;

    return given->wait || strcmp(call->verb->name, "retry") != 0
           || !(watch->no_mail || watch->interval_ms != 0 || watch->timeout_s != 0)
           || jw_fail(error, JW_ERROR_INVALID,
                      "--no-mail, --interval and --timeout are of --wait, which is not given");
}

static JcExit
retry(const JcCall *call, GError **error)
{
    const Options *given = call->given;
    JcWatch watch = given->watch;

    if (!given->wait) {
        return jc_rest_one(call, error);
    }
    json_auto_t *answer = jc_rest_ask(call, error);
    watch.json = call->as == JC_AS_JSON;
    watch.quiet = true;
    watch.posted = true;
    return answer != NULL ? jc_job_watch(call, call->arguments[0], &watch, error) : JC_EXIT_FAILED;
}

static JcExit
events(const JcCall *call, GError **error)
{
    const Options *given = call->given;
    JcWatch watch = given->watch;

    watch.json = call->as == JC_AS_JSON;
    watch.events = true;
    return jc_job_watch(call, call->arguments[0], &watch, error);
}

#define JOB JW_LINK_REPORT_JOBS "/{}"

static const JcVerb verbs[] = {
    { "list", NULL, "those that you may see, the latest first", 0, 0,
      "output token status type requested-by department from to sort ascending limit", jc_rest_list,
      .path = JW_LINK_REPORT_JOBS, .shown = columns },
    { "get", "JOB_ID", "all about one", 1, 1, "output token", jc_rest_one, .path = JOB,
      .shown = lines },
    { "cancel", "JOB_ID", "one that has not ended; takes effect at once", 1, 1,
      "output token reason", jc_rest_one, .path = JOB "/cancel", .body = JC_BODY_OPTIONS,
      .shown = changed },
    { "retry", "JOB_ID", "one that has failed", 1, 1, "output token wait no-mail interval timeout",
      retry, .path = JOB "/retry", .body = JC_BODY_OPTIONS, .shown = changed },
    { "events", "JOB_ID", "a line for each change until it has ended", 1, 1,
      "output token no-mail interval timeout", .run = events },
    { 0 },
};

const JcCommand jc_jobs = {
    .name = "jobs",
    .summary = "lists report jobs, and looks after one",
    .help = "Times are shown in the zone of this computer (TZ). -o json is what the API answers; "
            "of events a\n"
            "line for each change, with the job as it was then.\n"
            "events reads the gateway's server-sent events; where there are none it asks every "
            "--interval.\n"
            "Exit status: 0 done, 1 failed; of events and retry --wait 1 also when the job did not "
            "complete.\n",
    .options = options,
    .given_size = sizeof(Options),
    .defaults = &(const Options){ .limit = 20 },
    .verbs = verbs,
    .check = check,
};
