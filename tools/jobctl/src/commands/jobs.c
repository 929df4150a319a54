/* commands/jobs.c: jobctl jobs: lists report jobs, shows one, cancels it, tries it again, follows
 * it. Main thread. */
#include <jansson.h>
#include <string.h>

#include "job.h"
#include "list.h"
#include "show.h"
#include "jw/json.h"

typedef struct {
    const char *token, *output, *status, *type, *requested_by, *department, *from, *to, *sort;
    const char *reason;
    bool ascending, wait, no_mail;
    int64_t limit, interval_ms, timeout_s;
} Options;

static const JcOption options[] = {
    { "output", 'o', JC_OPTION_TEXT, offsetof(Options, output), JC_AS_NAMES,
      "how it is shown; default table", 0, 0 },
    { "token", 't', JC_OPTION_TEXT, offsetof(Options, token), "TOKEN", "instead of JW_TOKEN", 0,
      0 },
    { "status", 's', JC_OPTION_TEXT, offsetof(Options, status),
      "scheduled|pending|running|completed|failed|cancelled", "list: those that are so", 0, 0 },
    { "type", '\0', JC_OPTION_TEXT, offsetof(Options, type), "TYPE",
      "list: those of this report type", 0, 0 },
    { "requested-by", '\0', JC_OPTION_TEXT, offsetof(Options, requested_by), "SUBJECT",
      "list: those that this one asked for", 0, 0 },
    { "department", '\0', JC_OPTION_TEXT, offsetof(Options, department), "ID",
      "list: those of this department", 0, 0 },
    { "from", '\0', JC_OPTION_TEXT, offsetof(Options, from), "DATE",
      "list: created then or later; a date in UTC, or a time with its zone", 0, 0 },
    { "to", '\0', JC_OPTION_TEXT, offsetof(Options, to), "DATE", "list: created then or earlier", 0,
      0 },
    { "sort", '\0', JC_OPTION_TEXT, offsetof(Options, sort), "createdAt|status|priority",
      "list: in this order, the last first", 0, 0 },
    { "ascending", '\0', JC_OPTION_FLAG, offsetof(Options, ascending), NULL,
      "list: the first first", 0, 0 },
    { "limit", 'n', JC_OPTION_INT, offsetof(Options, limit), "N",
      "list: at most this many; default 20", 1, JC_LIST_MAX },
    { "reason", 'r', JC_OPTION_TEXT, offsetof(Options, reason), "TEXT",
      "cancel: why; the job keeps it", 0, 0 },
    { "wait", 'w', JC_OPTION_FLAG, offsetof(Options, wait), NULL,
      "retry: until the job has ended, and says how", 0, 0 },
    { "no-mail", '\0', JC_OPTION_FLAG, offsetof(Options, no_mail), NULL,
      "retry --wait, events: does not wait for the mails", 0, 0 },
    { "interval", 'i', JC_OPTION_INT, offsetof(Options, interval_ms), "MS",
      "retry --wait, events: time between two questions; default 300", 20, 60000 },
    { "timeout", '\0', JC_OPTION_INT, offsetof(Options, timeout_s), "S",
      "retry --wait, events: gives up after that", 1, 86400 },
    { 0 },
};

static const JcShow columns[] = {
    { "ID", "id", JC_SHOW_TEXT, false },
    { "NAME", "name", JC_SHOW_TEXT, false },
    { "TYPE", "reportType", JC_SHOW_TEXT, false },
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

typedef struct {
    const JcContext *context;
    JcApi *api;
    const Options *given;
    JcAs as;
} Work;

static JcExit
list(const Work *work, const char *none G_GNUC_UNUSED, GError **error)
{
    const Options *given = work->given;
    const JcFilter filters[] = {
        { "status", given->status },
        { "reportType", given->type },
        { "requestedBy", given->requested_by },
        { "departmentId", given->department },
        { "fromDate", given->from },
        { "toDate", given->to },
        { "sortBy", given->sort },
        { "sortOrder", given->ascending ? "asc" : NULL },
        { 0 },
    };
    const JcList wanted = { JW_LINK_REPORT_JOBS, filters, given->limit, "jobs" };

    return jc_list(work->context, work->api, &wanted, work->as, columns, error) ? JC_EXIT_OK
                                                                                : JC_EXIT_FAILED;
}

static JcExit
get(const Work *work, const char *job_id, GError **error)
{
    g_autofree char *path = jw_link_report_job(NULL, job_id, "");
    json_auto_t *job = jc_api_call(work->api, path, NULL, error);

    if (job == NULL) {
        return JC_EXIT_FAILED;
    }
    jc_show_one(work->context, work->as, lines, job);
    return JC_EXIT_OK;
}

static JcExit
cancel(const Work *work, const char *job_id, GError **error)
{
    g_autofree char *path = jw_link_report_job(NULL, job_id, "/cancel");
    json_auto_t *wish = json_object();

    if (work->given->reason != NULL) {
        jw_json_set_string(wish, "reason", work->given->reason);
    }
    g_autofree char *body = jw_json_print(wish);
    json_auto_t *answer = jc_api_call(work->api, path, body, error);
    if (answer == NULL) {
        return JC_EXIT_FAILED;
    }
    jc_show_one(work->context, work->as, changed, answer);
    return JC_EXIT_OK;
}

static JcWatch
watch_of(const Work *work)
{
    return (JcWatch){ .interval_ms = work->given->interval_ms,
                      .timeout_ms = work->given->timeout_s * 1000,
                      .json = work->as == JC_AS_JSON,
                      .no_mail = work->given->no_mail };
}

static JcExit
retry(const Work *work, const char *job_id, GError **error)
{
    g_autofree char *path = jw_link_report_job(NULL, job_id, "/retry");
    json_auto_t *answer = jc_api_call(work->api, path, "{}", error);

    if (answer == NULL) {
        return JC_EXIT_FAILED;
    }
    if (work->given->wait) {
        JcWatch watch = watch_of(work);
        watch.quiet = true;
        watch.posted = true;
        return jc_job_watch(work->context, &jc_jobs, work->api, job_id, &watch);
    }
    jc_show_one(work->context, work->as, changed, answer);
    return JC_EXIT_OK;
}

static JcExit
events(const Work *work, const char *job_id, GError **error G_GNUC_UNUSED)
{
    JcWatch watch = watch_of(work);

    watch.events = true;
    return jc_job_watch(work->context, &jc_jobs, work->api, job_id, &watch);
}

static const JcVerb verbs[] = {
    { "list", NULL, "those that you may see, the latest first", 0,
      "output token status type requested-by department from to sort ascending limit" },
    { "get", "JOB_ID", "all about one", 1, "output token" },
    { "cancel", "JOB_ID", "one that has not ended; takes effect at once", 1,
      "output token reason" },
    { "retry", "JOB_ID", "one that has failed", 1, "output token wait no-mail interval timeout" },
    { "events", "JOB_ID", "a line for each change until it has ended", 1,
      "output token no-mail interval timeout" },
    { 0 },
};

/* In the order of the verbs. */
static JcExit (*const works[])(const Work *work, const char *job_id,
                               GError **error) = { list, get, cancel, retry, events };

/* What would have no effect. */
static bool
check_given(const Options *given, const JcVerb *verb, GError **error)
{
    if (strcmp(verb->name, "retry") == 0 && !given->wait
        && (given->no_mail || given->interval_ms != 0 || given->timeout_s != 0)) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "--no-mail, --interval and --timeout are of --wait, which is not given");
    }
    return true;
}

static JcExit
run(JcContext *context, int argc, char **argv)
{
    Options given = { .limit = 20 };
    g_autoptr(GError) error = NULL;
    Work work = { .context = context, .given = &given };

    const bool good = jc_options_parse(&jc_jobs, &given, &argc, argv, &error)
                      && jc_as_parse(given.output, &work.as, &error);
    const JcVerb *verb = good ? jc_options_verb(&jc_jobs, argc, argv, &error) : NULL;
    if (verb == NULL || !check_given(&given, verb, &error)) {
        return jc_usage(context, &jc_jobs, error);
    }
    given.interval_ms = given.interval_ms != 0 ? given.interval_ms : 300;
    g_autoptr(JcApi) api = jc_api_new(context, given.token, &error);
    work.api = api;
    const JcExit code = api != NULL ? works[verb - verbs](&work, argv[1], &error) : JC_EXIT_FAILED;
    return error != NULL ? jc_failed(context, &jc_jobs, error) : code;
}

const JcCommand jc_jobs = {
    .name = "jobs",
    .arguments = "list|get|cancel|retry|events",
    .summary = "lists report jobs, and looks after one",
    .help = "Times are shown in the zone of this computer (TZ). -o json is what the API answers; "
            "of events a\n"
            "line for each change, with the job as it was then.\n"
            "events reads the gateway's server-sent events; where there are none it asks every "
            "--interval.\n"
            "Exit status: 0 done, 1 failed; of events and retry --wait 1 also when the job did not "
            "complete.\n",
    .options = options,
    .verbs = verbs,
    .run = run,
};
