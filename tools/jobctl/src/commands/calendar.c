/* commands/calendar.c: jobctl calendar: the days on which schedules are not due. Main thread. One
 * is changed only in the place of what it was compared with (If-Match). */
#include <jansson.h>
#include <string.h>

#include "jw/json.h"
#include "jw/wire_calendar.h"
#include "schedule/schedule.h"

#define PAGE_MAX 200
#define JOBS_MAX 1000

typedef struct {
    const char *api_key;
    JcAs output;
    GPtrArray *files;
    bool dry_run, export, yes;
    int64_t limit;
} Options;

static const JcOption options[] = {
    JC_OPTION_OUTPUT(Options),
    JC_OPTION_API_KEY(Options),
    { .name = "file",
      .letter = 'f',
      .type = JC_OPTION_LIST,
      .offset = offsetof(Options, files),
      .value = "FILE",
      .help = "apply: JSON; - is standard input; again for more" },
    { .name = "dry-run",
      .type = JC_OPTION_FLAG,
      .offset = offsetof(Options, dry_run),
      .help = "apply: says what would come of it" },
    { .name = "export",
      .type = JC_OPTION_FLAG,
      .offset = offsetof(Options, export),
      .help = "get: as JSON that apply takes" },
    { .name = "yes",
      .letter = 'y',
      .type = JC_OPTION_FLAG,
      .offset = offsetof(Options, yes),
      .help = "delete: does not ask" },
    JC_OPTION_LIMIT(Options),
    { 0 },
};

static const JcShow columns[] = {
    { "NAME", "name", JC_SHOW_TEXT, false },
    { "DATES", "n_dates", JC_SHOW_COUNT, false },
    { "RANGES", "n_ranges", JC_SHOW_COUNT, false },
    { "WEEKDAYS", "weekdays", JC_SHOW_TEXT, false },
    { "YEARLY", "n_yearly", JC_SHOW_COUNT, false },
    { "SOURCE", "source", JC_SHOW_TEXT, false },
    { "CHANGED", "updated_at", JC_SHOW_TIME, false },
    { 0 },
};

static const JcShow lines[] = {
    { "Calendar", "name", JC_SHOW_TEXT, false },
    { "Dates", "dates", JC_SHOW_TEXT, false },
    { "Ranges", "spans", JC_SHOW_TEXT, false },
    { "Weekdays", "weekdays", JC_SHOW_TEXT, false },
    { "Each year", "yearly", JC_SHOW_TEXT, false },
    { "Source", "source", JC_SHOW_TEXT, false },
    { "Changed", "updated_at", JC_SHOW_TIME, false },
    { "Used by", "used_by", JC_SHOW_TEXT, false },
    { 0 },
};

/* What a calendar is brought to. */
typedef struct {
    const char *file;
    char *name, *etag; /* etag: of what is there; NULL: nothing is */
    json_t *days;
    json_t *changes; /* jc_calendar_diff() */
    const char *said;
} Entry;

static void
entry_free(gpointer self)
{
    Entry *entry = self;

    g_free(entry->name);
    g_free(entry->etag);
    json_decref(entry->days);
    json_decref(entry->changes);
    g_free(entry);
}

static void
add_counts(json_t *calendar)
{
    static const char *const sorts[] = { "dates", "ranges", "yearly" };

    for (size_t i = 0; i < G_N_ELEMENTS(sorts); i++) {
        g_autofree char *name = g_strconcat("n_", sorts[i], NULL);
        const size_t n = json_array_size(json_object_get(calendar, sorts[i]));
        json_object_set_new(calendar, name, json_integer((json_int_t)n));
    }
}

static JcExit
list(const JcCall *call, GError **error)
{
    const Options *given = call->given;
    bool more = false;
    json_auto_t *items =
        jc_pages_read(call, JC_CALENDARS, "calendars", PAGE_MAX, given->limit, &more, error);
    json_t *item = NULL;
    size_t i = 0;

    if (items == NULL) {
        return JC_EXIT_FAILED;
    }
    json_array_foreach(items, i, item)
    {
        if (call->as != JC_AS_JSON) {
            add_counts(item);
        }
    }
    jc_show_list(call->context, call->as, columns, items);
    if (call->as != JC_AS_JSON && more) {
        fprintf(call->context->err,
                "%zu calendars are shown, there are more; more with --limit N\n",
                json_array_size(items));
    }
    return JC_EXIT_OK;
}

/* "2026-08-03 to 2026-08-07" for each. */
static void
add_spans(json_t *calendar)
{
    json_t *spans = json_array();
    const json_t *range = NULL;
    size_t i = 0;

    json_array_foreach(json_object_get(calendar, "ranges"), i, range)
    {
        json_array_append_new(spans, json_sprintf("%s to %s", jc_show_text(range, "first"),
                                                  jc_show_text(range, "last")));
    }
    json_object_set_new(calendar, "spans", spans);
}

/* By their ids. (transfer full) */
static json_t *
users_of(const JcCall *call, const char *name, GError **error)
{
    g_autofree char *path = jc_calendar_path(name, "/jobs");
    bool more = false;
    json_auto_t *jobs = jc_pages_read(call, path, "jobs", JOBS_MAX, INT64_MAX, &more, error);
    const json_t *job = NULL;
    size_t i = 0;

    if (jobs == NULL) {
        return NULL;
    }
    json_t *ids = json_array();
    json_array_foreach(jobs, i, job)
    {
        json_array_append(ids, json_object_get(job, "id"));
    }
    return ids;
}

static JcExit
get(const JcCall *call, GError **error)
{
    const Options *given = call->given;
    const char *name = call->arguments[0];
    g_autofree char *path = jc_calendar_path(name, "");
    json_auto_t *data = jc_schedule_ask(call, "GET", path, NULL, error);
    json_t *calendar = json_object_get(data, "calendar");

    if (data == NULL) {
        return JC_EXIT_FAILED;
    }
    if (given->export) {
        (void)json_object_del(calendar, "source");
        (void)json_object_del(calendar, "updated_at");
    }
    if (given->export || call->as == JC_AS_JSON) {
        jc_show_json(call->context, calendar);
        return JC_EXIT_OK;
    }
    json_t *users = users_of(call, name, error);
    if (users == NULL) {
        return JC_EXIT_FAILED;
    }
    json_object_set_new(calendar, "used_by", users);
    add_spans(calendar);
    jc_show_one(call->context, call->as, lines, calendar);
    return JC_EXIT_OK;
}

static bool
add_entry(GPtrArray *entries, const char *file, const char *name, const char *base,
          const json_t *value, GError **error)
{
    g_auto(JwViolations) violations = { 0 };
    json_t *days = jw_wire_calendar_days(value, base[0] == '\0' ? name : NULL, base, &violations);

    if (days == NULL) {
        g_autofree char *text = jw_violations_text(&violations);
        return jw_fail(error, JW_ERROR_INVALID, "%s: %s", file, text);
    }
    Entry *entry = g_new0(Entry, 1);
    entry->file = file;
    entry->name = g_strdup(name);
    entry->days = days;
    g_ptr_array_add(entries, entry);
    return true;
}

/* The calendars of a file of schedules, or one that has its name in it. */
static bool
read_file(GPtrArray *entries, const char *file, GError **error)
{
    json_auto_t *value = jc_json_read(file, JW_JSON_FILE_MAX, NULL, error);
    const json_t *calendars = json_object_get(value, "calendars");
    const char *name = jw_json_text(value, "name");
    json_t *days = NULL;

    if (value == NULL) {
        return false;
    }
    if (calendars == NULL && name == NULL) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "%s has neither /calendars, as the file of schedules, nor the /name of one "
                       "calendar",
                       file);
    }
    if (calendars == NULL) {
        return add_entry(entries, file, name, "", value, error);
    }
    json_object_foreach(jw_json_mutable(calendars), name, days)
    {
        g_autofree char *base = jw_pointer("/calendars", name);
        if (!add_entry(entries, file, name, base, days, error)) {
            return false;
        }
    }
    return true;
}

static bool
compare(const JcCall *call, Entry *entry, GError **error)
{
    json_auto_t *stored = NULL;

    if (!jc_api_set_header(call->api, "If-Match", NULL, error)
        || !jc_calendar_read(call, entry->name, &stored, error)) {
        return false;
    }
    entry->etag = stored != NULL ? g_strdup(jc_api_etag(call->api)) : NULL;
    entry->changes = jc_calendar_diff(stored, entry->days);
    entry->said = stored == NULL                        ? "created"
                  : json_array_size(entry->changes) > 0 ? "changed"
                                                        : "unchanged";
    return true;
}

/* In the place of what was compared. */
static bool
store(const JcCall *call, const Entry *entry, GError **error)
{
    const Options *given = call->given;
    const bool is_new = entry->etag == NULL;
    g_autofree char *path = jc_calendar_path(entry->name, "");

    if (given->dry_run || strcmp(entry->said, "unchanged") == 0) {
        return true;
    }
    if (!jc_api_set_header(call->api, is_new ? "If-None-Match" : "If-Match",
                           is_new ? "*" : entry->etag, error)) {
        return false;
    }
    json_auto_t *data = jc_schedule_ask(call, "PUT", path, entry->days, error);
    return data != NULL || jw_prefix(error, "%s: calendar '%s'", entry->file, entry->name);
}

static void
show_days(const JcContext *context, const json_t *change, const char *which, char sign)
{
    const json_t *item = NULL;
    size_t i = 0;

    json_array_foreach(json_object_get(change, which), i, item)
    {
        g_autofree char *text = json_is_string(item)
                                    ? g_strdup(json_string_value(item))
                                    : g_strdup_printf("%s to %s", jc_show_text(item, "first"),
                                                      jc_show_text(item, "last"));
        jc_print(context->out, "  %c %s %s\n", sign, jc_show_text(change, "pointer") + 1, text);
    }
}

static void
show_entry(const JcCall *call, const Entry *entry)
{
    const Options *given = call->given;
    const bool dry = given->dry_run && strcmp(entry->said, "unchanged") != 0;
    const json_t *change = NULL;
    size_t i = 0;

    jc_print(call->context->out, "%-10s %s%s\n", entry->said, entry->name,
             dry ? "; dry run, nothing is changed" : "");
    json_array_foreach(entry->changes, i, change)
    {
        show_days(call->context, change, "added", '+');
        show_days(call->context, change, "removed", '-');
    }
}

/* All are read and compared before one is stored. */
static bool
prepare(const JcCall *call, GPtrArray *entries, GError **error)
{
    const Options *given = call->given;

    for (guint i = 0; i < given->files->len; i++) {
        if (!read_file(entries, g_ptr_array_index(given->files, i), error)) {
            return false;
        }
    }
    for (guint i = 0; i < entries->len; i++) {
        if (!compare(call, g_ptr_array_index(entries, i), error)) {
            return false;
        }
    }
    return true;
}

static JcExit
apply(const JcCall *call, GError **error)
{
    g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func(entry_free);
    json_auto_t *done = json_array();
    bool ok = prepare(call, entries, error);

    for (guint i = 0; ok && i < entries->len; i++) {
        const Entry *entry = g_ptr_array_index(entries, i);
        ok = store(call, entry, error);
        if (ok) {
            json_array_append_new(done, json_pack("{s:s, s:s, s:O}", "name", entry->name, "result",
                                                  entry->said, "changes", entry->changes));
        }
        if (ok && call->as != JC_AS_JSON) {
            show_entry(call, entry);
        }
    }
    if (call->as == JC_AS_JSON) {
        jc_show_json(call->context, done);
    }
    return ok ? JC_EXIT_OK : json_array_size(done) > 0 ? JC_EXIT_PARTLY : JC_EXIT_FAILED;
}

static JcExit
delete_it(const JcCall *call, GError **error)
{
    const Options *given = call->given;
    const char *name = call->arguments[0];
    g_autofree char *path = jc_calendar_path(name, "");
    g_autofree char *what = g_strdup_printf("calendar '%s'", name);

    if (!given->yes && !jc_schedule_confirm(call->context, what, error)) {
        return JC_EXIT_FAILED;
    }
    json_auto_t *data = jc_schedule_ask(call, "DELETE", path, NULL, error);
    if (data == NULL) {
        return JC_EXIT_FAILED;
    }
    if (call->as == JC_AS_JSON) {
        jc_show_json(call->context, data);
    } else {
        jc_print(call->context->out, "deleted    %s\n", name);
    }
    return JC_EXIT_OK;
}

static bool
check(const JcCall *call, GError **error)
{
    const Options *given = call->given;
    const char *verb = call->verb->name;

    if (strcmp(verb, "apply") == 0 && given->files == NULL) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "name the --file of calendars, or - for standard input");
    }
    if (strcmp(verb, "get") == 0 && given->export && call->as != JC_AS_UNSAID
        && call->as != JC_AS_JSON) {
        return jw_fail(error, JW_ERROR_INVALID, "--export is JSON");
    }
    return strcmp(verb, "delete") != 0 || given->yes
           || jc_schedule_may_ask(call->context, call->arguments[0], error);
}

static const JcVerb verbs[] = {
    { .name = "list",
      .summary = "those that there are, by name",
      .options = "output api-key limit",
      .run = list },
    { .name = "get",
      .arguments = "NAME",
      .summary = "the days of one, and the schedules that name it",
      .min = 1,
      .max = 1,
      .options = "output api-key export",
      .run = get },
    { .name = "apply",
      .summary = "makes and changes those of a --file, as it says",
      .options = "output api-key file dry-run",
      .run = apply },
    { .name = "delete",
      .arguments = "NAME",
      .summary = "ends one that no schedule names",
      .min = 1,
      .max = 1,
      .options = "output api-key yes",
      .run = delete_it },
    { 0 },
};

const JcCommand jc_calendar = {
    .name = "calendar",
    .summary = "lists and changes the days on which schedules are not due",
    .help = "FILE is a file of schedules, of which the \"calendars\" alone are taken, or one "
            "calendar:\n"
            "{\"name\": \"closed\", \"weekdays\": [\"SAT\", \"SUN\"], \"yearly\": [\"12-25\"], "
            "\"dates\": [], \"ranges\": []}.\n"
            "Schedules that name it follow within a second or two. Needs JW_GATEWAY_URL and an API "
            "key of the role admin.\n",
    .options = options,
    .given_size = sizeof(Options),
    .defaults = &(const Options){ .limit = 20 },
    .verbs = verbs,
    .check = check,
};
