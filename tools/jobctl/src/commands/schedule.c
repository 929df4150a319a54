/* commands/schedule.c: jobctl schedule: what the API of schedules has, by an API key. Main thread.
 * What the verbs do is in schedule/. */
#include <string.h>

#include "schedule/schedule.h"

#define TEXT(option, field_, value_, help_, ...)                                                   \
    {                                                                                              \
        .name = option, .type = JC_OPTION_TEXT, .offset = offsetof(JcScheduleOptions, field_),     \
        .value = value_, .help = help_, __VA_ARGS__                                                \
    }
#define FLAG(option, field_, help_, ...)                                                           \
    {                                                                                              \
        .name = option, .type = JC_OPTION_FLAG, .offset = offsetof(JcScheduleOptions, field_),     \
        .help = help_, __VA_ARGS__                                                                 \
    }

static const JcOption options[] = {
    JC_OPTION_OUTPUT(JcScheduleOptions),
    JC_OPTION_API_KEY(JcScheduleOptions),
    { .name = "file",
      .letter = 'f',
      .type = JC_OPTION_LIST,
      .offset = offsetof(JcScheduleOptions, files),
      .value = "FILE",
      .help = "apply, create, preview: JSON; - is standard input; apply: again for more" },
    FLAG("dry-run", dry_run, "apply, create: says what would come of it", ),
    TEXT("cron", cron, "EXPRESSION", "due by a cron expression: '0 2 * * *', @daily",
         .member = "trigger/cron"),
    TEXT("every", every, "TIME", "due at an interval: 90s, 1h30m, 2d", .member = "trigger/every"),
    TEXT("at", at, "WHEN", "due once", .member = "trigger/at"),
    TEXT("zone", zone, "ZONE", "its time zone, Europe/Berlin; default UTC", .letter = 'z',
         .member = "time_zone"),
    TEXT("dialect", dialect, "crontab|quartz|apscheduler", "whose reading of --cron holds",
         .member = "trigger/dialect"),
    TEXT("anchor", anchor, "WHEN", "the --every is counted from here", .member = "trigger/anchor"),
    TEXT("gap", gap, "auto|run_after|skip", "local times that a change of the clock skips",
         .member = "dst/gap"),
    TEXT("repeat", repeat, "auto|first|last|both", "local times that come twice",
         .member = "dst/repeat"),
    TEXT("start", start, "WHEN", "nothing is due before", .member = "start"),
    TEXT("end", end, "WHEN", "nothing is due from here on", .member = "end"),
    TEXT("calendar", calendar, "NAME", "nothing is due on its days", .member = "calendar"),
    TEXT("jitter", jitter, "TIME", "by up to how much due times are delayed", .member = "jitter"),
    TEXT("misfire", misfire, "fire_once|fire_all|skip",
         "due times that passed while no scheduler ran", .member = "misfire"),
    TEXT("misfire-grace", misfire_grace, "TIME", "later than this is a misfire; default 60s",
         .member = "misfire_grace"),
    TEXT("overlap", overlap, "allow|skip|queue_one|cancel_running",
         "due times while a job of it runs", .member = "overlap"),
    TEXT("name", name, "NAME", "create: of its jobs", .member = "job/name"),
    TEXT("type", type, "TYPE", "create: the report type of its jobs", .member = "job/reportType"),
    TEXT("parameters", parameters, "JSON",
         "create: of the report: '{\"period\":{\"type\":\"weekly\"}}', or @FILE",
         .member = "job/parameters"),
    TEXT("format", format, "FORMAT", "create: of its file: xlsx, csv, pdf",
         .member = "job/output/format"),
    { .name = "recipient",
      .type = JC_OPTION_LIST,
      .offset = offsetof(JcScheduleOptions, recipients),
      .value = "ADDRESS",
      .help = "create: who gets it by mail; again for more",
      .member = "job/delivery/recipients" },
    TEXT("priority", priority, "low|normal|high", "create: of its jobs", .member = "job/priority"),
    FLAG("paused", paused, "create: it starts nothing by itself until it is resumed",
         .member = "paused"),
    TEXT("note", note, "TEXT", "pause, resume: why; create --paused: why", .member = "note"),
    TEXT("key", key, "KEY", "create, run: the same one again does nothing again", ),
    FLAG("export", export, "get: as JSON that apply takes", ),
    TEXT("since", since, "WHEN", "occurrences: due then or later", ),
    TEXT("until", until, "WHEN", "occurrences: due before", ),
    TEXT("kind", status, "fired|late|caught_up|coalesced|skipped", "occurrences: those alone", ),
    TEXT("from", from, "WHEN", "backfill: due then or later", ),
    TEXT("to", to, "WHEN", "backfill: due before", ),
    FLAG("wait", wait, "run: until the job has ended, and says how", .letter = 'w'),
    { .name = "timeout",
      .type = JC_OPTION_INT,
      .offset = offsetof(JcScheduleOptions, timeout_s),
      .value = "S",
      .help = "run --wait: gives up after that",
      .min = 1,
      .max = 86400 },
    FLAG("yes", yes, "delete: does not ask", .letter = 'y'),
    { .name = "limit",
      .letter = 'n',
      .type = JC_OPTION_INT,
      .offset = offsetof(JcScheduleOptions, limit),
      .value = "N",
      .help = "list, occurrences: at most this many; default 20",
      .min = 1,
      .max = 100000 },
    { 0 },
};

static bool
is_verb(const JcCall *call, const char *name)
{
    return strcmp(call->verb->name, name) == 0;
}

/* create and preview. */
static bool
check_rule(const JcCall *call, GError **error)
{
    const JcScheduleOptions *given = call->given;
    const bool has_file = given->files != NULL;
    const int triggers = (given->cron != NULL) + (given->every != NULL) + (given->at != NULL);
    const bool of_stored = is_verb(call, "preview") && call->arguments[0] != NULL;

    if (triggers > 1) {
        return jw_fail(error, JW_ERROR_INVALID, "choose: --cron, --every or --at");
    }
    if (has_file && given->files->len > 1) {
        return jw_fail(error, JW_ERROR_INVALID, "this is about one schedule: give one --file");
    }
    if (of_stored && has_file) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "preview is of a stored schedule or of a --file, not both; options may "
                       "change either");
    }
    if (triggers == 0 && !has_file && !of_stored) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "say when it is due: --cron '0 2 * * *', --every 90s, --at WHEN, or --file "
                       "FILE");
    }
    return jc_rule_check(call, error);
}

static bool
check_apply(const JcCall *call, GError **error)
{
    const JcScheduleOptions *given = call->given;

    return given->files != NULL
           || jw_fail(error, JW_ERROR_INVALID,
                      "name the --file of schedules, or - for standard "
                      "input");
}

/* In the zone of this computer. */
static bool
read_moment(const JcCall *call, const char *text, const char *what, int64_t *ret_ms, GError **error)
{
    g_autoptr(GTimeZone) here = g_time_zone_new_local();

    *ret_ms = 0;
    return text == NULL
           || jc_moment_read(text, what, here, JC_AGO, call->context->clock, ret_ms, error);
}

/* As the API calls it. */
static bool
check_kind(const char *kind, GError **error)
{
    static const char *const kinds[] = {
        "fired", "late", "caught_up", "coalesced", "skipped", NULL
    };
    g_autofree char *known = g_strjoinv(", ", (char **)(uintptr_t)kinds);

    return kind == NULL || g_strv_contains(kinds, kind)
           || jw_fail(error, JW_ERROR_INVALID, "--kind is one of %s, not '%s'", known, kind);
}

static bool
check_occurrences(const JcCall *call, GError **error)
{
    JcScheduleOptions *given = call->given;

    return check_kind(given->status, error)
           && read_moment(call, given->since, "--since", &given->since_ms, error)
           && read_moment(call, given->until, "--until", &given->until_ms, error)
           && (given->until == NULL || given->since_ms < given->until_ms
               || jw_fail(error, JW_ERROR_INVALID, "--until must come after --since"));
}

static bool
check_backfill(const JcCall *call, GError **error)
{
    JcScheduleOptions *given = call->given;

    if (given->from == NULL || given->to == NULL) {
        return jw_fail(error, JW_ERROR_INVALID, "give --from and --to: the due times to make up");
    }
    return read_moment(call, given->from, "--from", &given->from_ms, error)
           && read_moment(call, given->to, "--to", &given->to_ms, error)
           && (given->from_ms < given->to_ms
               || jw_fail(error, JW_ERROR_INVALID, "--to must come after --from"));
}

static bool
check_run(const JcCall *call, GError **error)
{
    const JcScheduleOptions *given = call->given;

    return given->wait || given->timeout_s == 0
           || jw_fail(error, JW_ERROR_INVALID, "--timeout is of --wait, which is not given");
}

static bool
check_delete(const JcCall *call, GError **error)
{
    const JcScheduleOptions *given = call->given;

    return given->yes || jc_schedule_may_ask(call->context, call->arguments[0], error);
}

static bool
check_get(const JcCall *call, GError **error)
{
    const JcScheduleOptions *given = call->given;

    return !given->export || call->as == JC_AS_UNSAID || call->as == JC_AS_JSON
           || jw_fail(error, JW_ERROR_INVALID, "--export is JSON");
}

static bool
check(const JcCall *call, GError **error)
{
    static const struct {
        const char *verb;
        bool (*check)(const JcCall *call, GError **error);
    } checks[] = {
        { "get", check_get },           { "create", check_rule },
        { "preview", check_rule },      { "apply", check_apply },
        { "backfill", check_backfill }, { "occurrences", check_occurrences },
        { "run", check_run },           { "delete", check_delete },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(checks); i++) {
        if (is_verb(call, checks[i].verb)) {
            return checks[i].check(call, error);
        }
    }
    return true;
}

#define RULE                                                                                       \
    "cron every at zone dialect anchor gap repeat start end calendar jitter misfire "              \
    "misfire-grace overlap"

static const JcVerb verbs[] = {
    { .name = "list",
      .summary = "those that there are, by id, and when each is due",
      .options = "output api-key limit",
      .run = jc_schedule_list },
    { .name = "get",
      .arguments = "ID",
      .summary = "all about one: the next due times and what became of the last",
      .min = 1,
      .max = 1,
      .options = "output api-key export",
      .run = jc_schedule_get },
    { .name = "create",
      .arguments = "[ID]",
      .summary = "makes one of options, of a --file, or of both",
      .max = 1,
      .options = "output api-key file dry-run key name type parameters format recipient priority "
                 "paused note " RULE,
      .run = jc_schedule_create },
    { .name = "apply",
      .summary = "makes and changes those of a --file, as it says",
      .options = "output api-key file dry-run",
      .run = jc_schedule_apply },
    { .name = "preview",
      .arguments = "[ID]",
      .summary = "the next ten due times of a rule, or of one that is stored",
      .max = 1,
      .options = "output api-key file " RULE,
      .run = jc_schedule_preview },
    { .name = "pause",
      .arguments = "ID",
      .summary = "it starts nothing by itself; what is due meanwhile, or waits, is not made up for",
      .min = 1,
      .max = 1,
      .options = "output api-key note",
      .run = jc_schedule_pause },
    { .name = "resume",
      .arguments = "ID",
      .summary = "it fires again from the next due time on",
      .min = 1,
      .max = 1,
      .options = "output api-key note",
      .run = jc_schedule_resume },
    { .name = "delete",
      .arguments = "ID",
      .summary = "ends one; jobs that it has started go on",
      .min = 1,
      .max = 1,
      .options = "output api-key yes",
      .run = jc_schedule_delete },
    { .name = "run",
      .arguments = "ID",
      .summary = "has its job made now, also when it is paused; no due time moves",
      .min = 1,
      .max = 1,
      .options = "output api-key key wait timeout",
      .run = jc_schedule_run },
    { .name = "backfill",
      .arguments = "ID",
      .summary = "has the jobs made of past due times that have none",
      .min = 1,
      .max = 1,
      .options = "output api-key from to",
      .run = jc_schedule_backfill },
    { .name = "occurrences",
      .arguments = "ID",
      .summary = "what became of its due times, the latest first",
      .min = 1,
      .max = 1,
      .options = "output api-key since until kind limit",
      .run = jc_schedule_occurrences },
    { 0 },
};

const JcCommand jc_schedule = {
    .name = "schedule",
    .summary = "lists, makes and changes schedules, and what became of them",
    .help =
        "  jobctl schedule create nightly --cron '0 2 * * *' --zone Europe/Berlin --name 'Calls' "
        "\\\n"
        "    --type call-records --parameters '{\"period\":{\"type\":\"weekly\"}}' --format xlsx\n"
        "  jobctl schedule preview --cron '30 2 * * *' --zone Europe/Berlin\n"
        "  jobctl schedule apply -f schedules.json --dry-run\n"
        "  jobctl schedule occurrences nightly --since 7d --kind skipped\n\n"
        "FILE is one schedule or a file of them ({\"schedules\": [...]}), in the form of "
        "JW_SCHEDULES_FILE. apply\n"
        "changes nothing when one is refused, leaves a pause alone that the file does not mention, "
        "and names\n"
        "what others changed meanwhile instead of writing over it.\n"
        "WHEN: 2026-12-01T08:00:00Z; 2026-12-01 or '2026-12-01 08:00' in --zone, or else in the "
        "zone of this\n"
        "computer (TZ); 2h: two hours from now, of --since, --until, --from and --to two hours "
        "ago; now.\n"
        "Exit status: 0 done, 1 failed; of run --wait 1 also when the job did not complete; of "
        "apply 2 when\n"
        "some were changed and others could not be.\n"
        "Needs JW_GATEWAY_URL and an API key of the role admin: JW_API_KEY, or JW_API_KEY_FILE.\n",
    .options = options,
    .given_size = sizeof(JcScheduleOptions),
    .defaults = &(const JcScheduleOptions){ .limit = 20 },
    .verbs = verbs,
    .check = check,
};
