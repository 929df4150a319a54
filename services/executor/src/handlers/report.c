/* handlers/report.c: the handler of jobs of type "report".
 *
 * One pass over the records feeds the aggregate and the file at once; the file is written to a
 * directory private to this attempt, checked, and published. */
#include "handlers/handlers.h"
#include "handlers/report_filters.h"
#include "handlers/report_lookup.h"

#include <glib/gstdio.h>
#include <string.h>

#include "jw/crash.h"
#include "jw/log.h"
#include "jw/report_request.h"
#include "jw/report_text.h"
#include "jw/store_records.h"
#include "publish.h"
#include "render/render.h"
#include "unseen.h"

#define STEP_BEFORE     "Reading the period before"
#define STEP_READING    "Reading records"
#define SERVER_LATER_MS 100

#define TOO_MANY_RECORDS "TOO_MANY_RECORDS"
#define TOO_MANY_GROUPS  "TOO_MANY_GROUPS"

#define ROWS_A_CHECK 2048 /* rows between two checks whether the attempt must stop */

typedef struct {
    ExeAttempt *attempt;
    Exe *exe;
    const JwJob *job;
    const JwReportDef *def;
    JwReportRequest *request;
    GTimeZone *zone;
    char **fields;
    ExeUnseen unseen;
    ExeReportFilters *filters;
    ExeLookups *lookups;
    const ExeRenderOps *ops;
    ExeRender *render;
    JwAggregate *aggregate, *previous; /* previous: NULL: nothing is compared */
    JwReportResult *result;
    char *dir, *path;
    JwValue *shown;      /* the row as the file has it */
    int64_t read;        /* records, with those that do not count */
    int64_t as_of_ms;    /* when reading began */
    int date_index;      /* of the date field in a row, -1: not read */
    const char *failure; /* see JwJobResult */
} Report;

static void
report_clear(Report *self)
{
    if (self->render != NULL) {
        self->ops->free(self->render);
    }
    g_clear_pointer(&self->aggregate, jw_aggregate_free);
    g_clear_pointer(&self->previous, jw_aggregate_free);
    g_clear_pointer(&self->result, jw_report_result_free);
    if (self->path != NULL) {
        (void)g_unlink(self->path);
    }
    if (self->dir != NULL) {
        (void)g_rmdir(self->dir);
    }
    g_clear_pointer(&self->request, jw_report_request_free);
    g_clear_pointer(&self->zone, g_time_zone_unref);
    exe_unseen_clear(&self->unseen);
    g_clear_pointer(&self->fields, g_strfreev);
    g_clear_pointer(&self->filters, exe_report_filters_free);
    g_clear_pointer(&self->lookups, exe_lookups_free);
    g_free(self->shown);
    g_free(self->dir);
    g_free(self->path);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Report, report_clear)

/* Of the records of a period. */
static JwRecordScan
report_scan(const Report *self, int64_t start_ms, int64_t end_ms)
{
    JwRecordScan scan = {
        .collection = self->def->collection,
        .date_field = self->def->date_field,
        .start_ms = start_ms,
        .end_ms = end_ms,
        .fields = (const char *const *)self->fields,
        .ordered = true,
    };

    exe_report_filters_apply(self->filters, &scan);
    return scan;
}

/* Says what is too much of what is too large: who reads it does something else about each. */
static bool
too_much(Report *self, bool ok, const char *code, GError **error)
{
    if (!ok && error != NULL && jw_error_code(*error) == JW_ERROR_TOO_LARGE) {
        self->failure = code;
    }
    return ok;
}

static bool
report_fits(Report *self, const JwAggregate *aggregate, GError **error)
{
    return too_much(self, jw_aggregate_check(aggregate, error), TOO_MANY_GROUPS, error);
}

/* What counts the records, and those of the period before. */
static bool
report_aggregates(Report *self, GError **error)
{
    const char *const *fields = (const char *const *)self->fields;
    JwReportRequest before = *self->request; /* its strings are borrowed */

    before.start_ms = self->request->compared_start_ms;
    before.end_ms = self->request->compared_end_ms;
    self->aggregate = jw_aggregate_new(self->def, self->request, fields, self->zone, error);
    if (self->aggregate == NULL || self->request->compare == JW_COMPARE_NONE) {
        return self->aggregate != NULL;
    }
    self->previous = jw_aggregate_new(self->def, &before, fields, self->zone, error);
    return self->previous != NULL;
}

static bool
report_prepare(Report *self, GError **error)
{
    if (!jw_report_request_of_job(self->exe->catalog, self->job, &self->request, &self->def,
                                  error)) {
        return false;
    }
    self->ops = exe_render_find(self->request->format);
    if (self->ops == NULL) {
        return jw_fail(error, JW_ERROR_INVALID, "no writer for the format \"%s\"",
                       self->request->format);
    }
    self->zone = jw_zone_new(
        self->request->time_zone != NULL ? self->request->time_zone : self->def->time_zone, error);
    if (self->zone == NULL) {
        return false;
    }
    self->fields = jw_report_def_fields(self->def);
    exe_unseen_init(&self->unseen, self->def, (const char *const *)self->fields);
    self->shown = g_new0(JwValue, self->def->columns->len);
    self->date_index = -1;
    for (int i = 0; self->fields[i] != NULL; i++) {
        if (strcmp(self->fields[i], self->def->date_field) == 0) {
            self->date_index = i;
        }
    }
    if (!report_aggregates(self, error)) {
        return false;
    }
    self->lookups = exe_lookups_new(self->def, self->exe->store);
    self->filters = exe_report_filters_new(self->def, self->request, self->zone, error);
    return self->filters != NULL;
}

/* By default a file that is mailed has a byte order mark: its reader opens it by a double click. */
static bool
report_bom(const Report *self)
{
    const bool mailed = self->job->recipients != NULL && self->job->recipients[0] != NULL;

    return self->request->bom == JW_BOM_YES || (self->request->bom == JW_BOM_FOR_MAIL && mailed);
}

static bool
report_open(Report *self, GError **error)
{
    self->dir = exe_temp_make(self->exe->temp, error);
    if (self->dir == NULL) {
        return false;
    }
    self->path = g_strconcat(self->dir, "/report.", self->request->format, NULL);
    ExeRenderInput input = {
        .def = self->def,
        .zone = self->zone,
        .content = self->request->content,
        .table = self->request->table,
        .title = self->job->name,
        .path = self->path,
        .temp_dir = self->dir,
        .made_at_ms = self->job->created_at_ms,
        .bom = report_bom(self),
        .csv = self->request->csv,
        .paper = self->request->paper,
    };
    self->render = self->ops->open(&input, error);
    return self->render != NULL;
}

/* Records come in order of time, so the place of a record within the period is the progress; that
 * before is read first. Counting them first would cost the store as much as reading them. */
static int
percent_read(const Report *self, const JwValue *row, bool before)
{
    const JwReportRequest *request = self->request;
    const double span = (double)(request->end_ms - request->start_ms);
    const double before_span = (double)(request->compared_end_ms - request->compared_start_ms);

    if (self->date_index < 0 || span <= 0 || row[self->date_index].type != JW_VALUE_TIME) {
        return 5;
    }
    const int64_t time_ms = row[self->date_index].time_ms;
    const double done = before
                            ? CLAMP((double)(time_ms - request->compared_start_ms), 0, before_span)
                            : before_span + CLAMP((double)(time_ms - request->start_ms), 0, span);
    return 5 + (int)(done / (before_span + span) * 80);
}

/* Whether to go on after another record, which is asked from time to time. The records that are
 * told are those of the report, as its result has them: none while the period before is read. */
static bool
report_step(Report *self, const JwValue *row, bool before, GError **error)
{
    if (++self->read % ROWS_A_CHECK != 0) {
        return true;
    }
    exe_attempt_progress(self->attempt, before ? STEP_BEFORE : STEP_READING,
                         percent_read(self, row, before), jw_aggregate_rows(self->aggregate), -1);
    return exe_attempt_go_on(self->attempt, error)
           && report_fits(self, before ? self->previous : self->aggregate, error);
}

/* A record of the period before, which counts and is not listed. */
static bool
report_previous_row(const JwValue *row, gpointer data, GError **error)
{
    Report *self = data;

    (void)jw_aggregate_add(self->previous, row);
    return report_step(self, row, true, error);
}

static bool
report_row(const JwValue *row, gpointer data, GError **error)
{
    Report *self = data;

    const bool counts = jw_aggregate_add(self->aggregate, row);
    exe_unseen_note(&self->unseen, row);
    if (!report_step(self, row, false, error)) {
        return false;
    }
    if (!counts) {
        return true;
    }
    jw_report_round_row(self->def, row, self->shown);
    exe_lookups_show(self->lookups, self->shown);
    return too_much(self, self->ops->row(self->render, self->shown, error), TOO_MANY_RECORDS,
                    error);
}

/* The period before has a scan of its own, so that its figures are those of a report on it whatever
 * the records have for dates; each record is read once. */
static bool
report_read(Report *self, GError **error)
{
    const JwReportRequest *request = self->request;
    JwRecordScan before = report_scan(self, request->compared_start_ms, request->compared_end_ms);
    JwRecordScan scan = report_scan(self, request->start_ms, request->end_ms);
    JwStore *store = self->exe->store;
    const int64_t left_ms = exe_attempt_time_left(self->attempt);

    /* So that a search that finds nothing for long ends as well; a little later than we would. */
    before.time_limit_ms = scan.time_limit_ms = left_ms > 0 ? left_ms + SERVER_LATER_MS : 0;
    self->as_of_ms = jw_clock_now_ms(self->exe->clock);
    exe_attempt_step(self->attempt, self->previous != NULL ? STEP_BEFORE : STEP_READING, 5, 0, -1);
    jw_crash_point("exe_before_read");
    const bool listed =
        self->request->content == JW_CONTENT_ALL || self->request->content == JW_CONTENT_LIST;
    return exe_attempt_go_on(self->attempt, error)
           && (!listed || exe_lookups_load(self->lookups, error))
           && (self->previous == NULL
               || (jw_store_scan_records(store, &before, report_previous_row, self, error)
                   && report_fits(self, self->previous, error)))
           && jw_store_scan_records(store, &scan, report_row, self, error)
           && report_fits(self, self->aggregate, error);
}

static bool
report_check(gpointer data, GError **error)
{
    Report *self = data;

    return self->ops->check(self->render, error);
}

/* What the file was made of and by, for who wants to make it again or doubts it. */
static void
report_note_origin(const Report *self, JwArtifact *artifact)
{
    const int64_t list_max = self->ops->list_max;

    artifact->rows_written = !exe_render_content_lists(self->request->content) ? 0
                             : list_max > 0 ? MIN(artifact->rows, list_max)
                                            : artifact->rows;
    artifact->as_of_ms = self->as_of_ms;
    artifact->definition_sha256 = g_strdup(self->def->sha256);
    artifact->program = g_strdup("jobwire-executor " JW_VERSION);
}

static bool
report_publish(Report *self, JwArtifact *artifact, GError **error)
{
    g_autofree char *name = jw_report_file_name(self->def, self->request, self->zone);
    const ExeFile file = {
        .path = self->path,
        .file_name = name,
        .content_type = jw_report_content_type(self->request),
        .advice = "ask for a shorter period or narrower filters",
        .check = self->ops->check != NULL ? report_check : NULL,
        .data = self,
    };

    return exe_publish(self->attempt, &file, artifact, error);
}

/* Nothing to send, and nothing wrong: that there was none is the result. */
static void
report_skip(const Report *self, JwJobResult *ret_result)
{
    ret_result->json = g_strdup(
        "{\"empty\":true,\"message\":\"no record was there to report on, so there is no file "
        "and no mail (onEmpty: skip)\",\"records\":0}");
    jw_info("report_empty", JW_INT("read", self->read));
}

static bool
report_make(Report *self, JwJobResult *ret_result, GError **error)
{
    g_autoptr(JwArtifact) artifact = g_new0(JwArtifact, 1);
    int64_t started = jw_clock_mono_ms(self->exe->clock);

    if (!report_prepare(self, error) || !report_open(self, error) || !report_read(self, error)
        || !exe_unseen_warnings(&self->unseen, self->exe->store, self->def, self->request,
                                &ret_result->warnings, error)) {
        return false;
    }
    artifact->rows = jw_aggregate_rows(self->aggregate);
    if (artifact->rows == 0 && self->request->on_empty == JW_ON_EMPTY_SKIP) {
        report_skip(self, ret_result);
        return true;
    }
    int64_t read = jw_clock_mono_ms(self->exe->clock);
    exe_attempt_step(self->attempt, "Writing the file", 85, artifact->rows, artifact->rows);
    if (!exe_lookups_name_groups(self->lookups, self->aggregate, self->previous, error)) {
        return false;
    }
    self->result = jw_report_result_new_compared(self->aggregate, self->previous, self->def,
                                                 self->request, self->zone);
    exe_lookups_note(self->lookups, self->result);
    if (!exe_attempt_go_on(self->attempt, error)
        || !too_much(self, self->ops->finish(self->render, self->result, error), TOO_MANY_GROUPS,
                     error)) {
        return false;
    }
    int64_t written = jw_clock_mono_ms(self->exe->clock);
    exe_attempt_step(self->attempt, "Publishing", 95, artifact->rows, artifact->rows);
    if (!exe_attempt_go_on(self->attempt, error) || !report_publish(self, artifact, error)) {
        return false;
    }
    report_note_origin(self, artifact);
    artifact->summary = jw_report_result_summary(self->result);
    artifact->duration_ms = jw_clock_mono_ms(self->exe->clock) - started;
    jw_info("report_written", JW_INT("rows", artifact->rows), JW_INT("bytes", artifact->size_bytes),
            JW_STR("sha256", artifact->sha256), JW_INT("duration_ms", artifact->duration_ms),
            JW_INT("read_ms", read - started), JW_INT("write_ms", written - read),
            JW_INT("publish_ms", started + artifact->duration_ms - written));
    ret_result->artifact = g_steal_pointer(&artifact);
    return true;
}

static bool
report_run(ExeAttempt *attempt, JwJobResult *ret_result, GError **error)
{
    g_auto(Report) self = { .attempt = attempt,
                            .exe = exe_attempt_exe(attempt),
                            .job = exe_attempt_job(attempt) };
    const bool ok = report_make(&self, ret_result, error);

    ret_result->failure = self.failure;
    return ok;
}

const ExeHandler exe_handler_report = { "report", report_run };
