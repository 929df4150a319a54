/* test_examples.c: every file of schemas/examples/ gets the verdict of its directory from our
 * checker, and an invalid one a violation at the pointer that invalid.json names. check_schemas.py
 * asks the JSON Schemas the same. */
#include "testkit.h"

#include "exe.h"
#include "import/mapping.h"
#include "jw/kinds.h"
#include "jw/report_formats.h"
#include "jw/report_request.h"
#include "jw/text.h"
#include "jw/wire.h"
#include "jw/wire_calendar.h"
#include "jw/wire_message.h"
#include "jw/wire_schedule_command.h"
#include "jw/json_parts.h"

#include <jansson.h>
#include <string.h>

#define EXAMPLES JW_SOURCE_DIR "/schemas/examples"
#define NOW_MS   INT64_C(1767225600000) /* 2026-01-01T00:00:00Z */

static JwCatalog *catalog;
static JwWire *wire;

static int
set_up(void **state)
{
    g_autoptr(GError) error = NULL;

    (void)state;
    catalog = jw_catalog_load(JW_SOURCE_DIR "/schemas/reports", &error);
    assert_ok(catalog != NULL, error);
    wire = jw_wire_new(catalog, "jobwire.");
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    g_clear_pointer(&wire, jw_wire_free);
    g_clear_pointer(&catalog, jw_catalog_free);
    return 0;
}

/* What is wrong with a file, as "; /pointer: message"; "" when nothing. (transfer full) */
typedef char *(*Judge)(const char *path, const char *text, size_t length);

static char *
complaint(const char *path, const GError *error)
{
    const char *message = jw_error_message(error);

    if (g_str_has_prefix(message, path)) {
        message += strlen(path) + 2; /* "path: " */
    }
    return g_strconcat("; ", message, NULL);
}

static char *
violations_complaint(const JwViolations *violations)
{
    g_autofree char *text = jw_violations_text(violations);

    return g_strconcat("; ", text, NULL);
}

static char *
judge_submit(const char *path, const char *text, size_t length)
{
    g_autoptr(GError) error = NULL;
    g_auto(JwViolations) violations = { 0 };
    g_autoptr(JwJob) job = NULL;
    json_auto_t *body = jw_json_parse(text, length, &error);

    assert_ok(body != NULL, error);
    if (!jw_wire_job_from_command(wire, body, "tests", path, NOW_MS, &violations, &job)) {
        return violations_complaint(&violations);
    }
    return g_strdup("");
}

static char *
judge_cancel(const char *path, const char *text, size_t length)
{
    g_autoptr(GError) error = NULL;
    g_auto(JwViolations) violations = { 0 };
    json_auto_t *body = jw_json_parse(text, length, &error);

    (void)path;
    assert_ok(body != NULL, error);
    return exe_check_command(JW_TYPE_JOB_CANCEL, body, &violations)
               ? g_strdup("")
               : violations_complaint(&violations);
}

static void
put_over(const json_t *patch, JwViolations *violations)
{
    json_auto_t *schedule =
        json_pack("{s:{s:s, s:s}, s:{s:s, s:s, s:{s:{s:s}}, s:{s:s}}}", "trigger", "type", "cron",
                  "cron", "0 6 * * MON", "job", "name", "Calls", "reportType", "call-records",
                  "parameters", "period", "type", "weekly", "output", "format", "csv");
    json_auto_t *whole = jw_json_merge(schedule, patch);
    g_auto(JwViolations) found = { 0 };
    g_autoptr(JwSchedule) read = NULL;

    if (!jw_wire_schedule_from_value(wire, whole, "/change", NOW_MS, violations, &read)) {
        return;
    }
    (void)jw_wire_check_schedule_nulls(patch, &found);
    for (size_t i = 0; i < jw_violations_count(&found); i++) {
        const JwViolation *one = jw_violations_get(&found, i);
        g_autofree char *pointer = g_strconcat("/change", one->pointer, NULL);
        (void)jw_violations_add(violations, pointer, "%s", one->message);
    }
}

/* A patch is put over a schedule that is there. */
static bool
check_schedule_command(const char *type, const json_t *body, JwViolations *violations)
{
    g_auto(JwWireScheduleCommand) command = { 0 };

    if (jw_wire_schedule_command_read(wire, type, body, NOW_MS, violations, &command)
        && strcmp(type, JW_TYPE_SCHEDULE_CHANGE) == 0) {
        put_over(command.body, violations);
    }
    return jw_violations_count(violations) == 0;
}

/* Its type is that of the folder. */
static char *
judge_schedule_command(const char *path, const char *text, size_t length)
{
    g_autoptr(GError) error = NULL;
    g_auto(JwViolations) violations = { 0 };
    json_auto_t *body = jw_json_parse(text, length, &error);
    g_autofree char *verdict = g_path_get_dirname(path);
    g_autofree char *schema = g_path_get_dirname(verdict);
    g_autofree char *name = g_path_get_basename(schema);
    g_autofree char *type = g_strconcat("jobwire.", name, NULL);

    assert_ok(body != NULL, error);
    return check_schedule_command(type, body, &violations) ? g_strdup("")
                                                           : violations_complaint(&violations);
}

/* What its readers need; we do not read it. */
static char *
judge_answer(const char *path, const char *text, size_t length)
{
    g_autoptr(GError) error = NULL;
    json_auto_t *body = jw_json_parse(text, length, &error);

    (void)path;
    assert_ok(body != NULL, error);
    return g_strdup(jw_wire_schedule_command_id(body) != NULL ? "" : "; /id: is required");
}

static char *
judge_cloud_event(const char *path, const char *text, size_t length)
{
    const JwWireMessage message = { .content_type = JW_CONTENT_TYPE_EVENT,
                                    .body = text,
                                    .body_length = length };
    g_auto(JwWireEvent) event = { 0 };
    g_auto(JwViolations) violations = { 0 };
    g_autoptr(GError) error = NULL;
    g_autoptr(JwJob) job = NULL;

    if (!jw_wire_message_read(&message, &event, &error)) {
        return complaint(path, error);
    }
    bool submit = strcmp(event.type, JW_TYPE_JOB_SUBMIT) == 0;
    bool schedule = g_strv_contains(jw_wire_schedule_commands, event.type);
    if (!submit && !schedule && strcmp(event.type, JW_TYPE_JOB_CANCEL) != 0) {
        return g_strdup("; /type: is not known to executor and scheduler");
    }
    bool good = submit ? jw_wire_job_from_command(wire, event.data, event.source, event.id, NOW_MS,
                                                  &violations, &job)
                : schedule ? check_schedule_command(event.type, event.data, &violations)
                           : exe_check_command(event.type, event.data, &violations);
    if (good) {
        return g_strdup("");
    }
    g_autofree char *found = jw_wire_event_violations(&event, &violations);
    return g_strconcat("; ", found, NULL);
}

static char *
judge_event(const char *path, const char *text, size_t length)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *job_id = jw_wire_event_job_id(text, length, &error);

    return job_id != NULL ? g_strdup("") : complaint(path, error);
}

static char *
judge_definition(const char *path, const char *text, size_t length)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwReportDef) def = jw_report_def_parse(text, length, path, &error);

    return def != NULL ? g_strdup("") : complaint(path, error);
}

static char *
judge_mapping(const char *path, const char *text, size_t length)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JcMapping) mapping = jc_mapping_load(path, &error);

    (void)text;
    (void)length;
    return mapping != NULL ? g_strdup("") : complaint(path, error);
}

static char *
judge_schedules(const char *path, const char *text, size_t length)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) schedules = NULL;

    (void)text;
    (void)length;
    return jw_wire_schedules_load(wire, path, NOW_MS, &schedules, &error) ? g_strdup("")
                                                                          : complaint(path, error);
}

static char *
judge_calendar(const char *path, const char *text, size_t length)
{
    g_autoptr(GError) error = NULL;
    g_auto(JwViolations) violations = { 0 };
    json_auto_t *body = jw_json_parse(text, length, &error);

    (void)path;
    assert_ok(body != NULL, error);
    /* The file is a calendar and nothing else, which a body with more members is not. */
    if (!jw_check_object(body, jw_wire_calendar_fields, "", &violations)) {
        return violations_complaint(&violations);
    }
    g_autoptr(JwCalendar) calendar = jw_wire_calendar_read(body, "", &violations);
    return calendar != NULL ? g_strdup("") : violations_complaint(&violations);
}

typedef struct {
    const char *schema;
    Judge judge;
} Case;

static Case cases[] = {
    { "job.submit.v1", judge_submit },
    { "job.cancel.v1", judge_cancel },
    { "job.submitted.v1", judge_event },
    { "job.completed.v1", judge_event },
    { "job.failed.v1", judge_event },
    { "job.cancelled.v1", judge_event },
    { "cloudevent.v1", judge_cloud_event },
    { "delivery.changed.v1", judge_event },
    { "schedule.create.v1", judge_schedule_command },
    { "schedule.put.v1", judge_schedule_command },
    { "schedule.change.v1", judge_schedule_command },
    { "schedule.pause.v1", judge_schedule_command },
    { "schedule.resume.v1", judge_schedule_command },
    { "schedule.delete.v1", judge_schedule_command },
    { "schedule.answered.v1", judge_answer },
    { "report-definition.v1", judge_definition },
    { "mapping.v1", judge_mapping },
    { "schedules.v1", judge_schedules },
    { "calendar.v1", judge_calendar },
};

static char *
judge_file(const Case *one, const char *path)
{
    g_autoptr(GError) error = NULL;
    size_t length = 0;
    g_autofree char *text = jw_file_read(path, 1 << 20, &length, &error);

    assert_ok(text != NULL, error);
    return one->judge(path, text, length);
}

static void
test_valid(void **state)
{
    const Case *one = *state;
    g_autofree char *dir = g_build_filename(EXAMPLES, one->schema, "valid", NULL);
    g_autoptr(GDir) handle = g_dir_open(dir, 0, NULL);
    const char *name = NULL;
    size_t seen = 0;

    assert_non_null(handle);
    while ((name = g_dir_read_name(handle)) != NULL) {
        g_autofree char *path = g_build_filename(dir, name, NULL);
        g_autofree char *wrong = judge_file(one, path);
        if (*wrong != '\0') {
            fail_msg("%s: %s", path, wrong);
        }
        seen++;
    }
    assert_true(seen > 0);
}

static json_t *
read_expectations(const Case *one)
{
    g_autofree char *path = g_build_filename(EXAMPLES, one->schema, "invalid.json", NULL);
    json_t *expectations = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);

    assert_non_null(expectations);
    return expectations;
}

static void
test_invalid(void **state)
{
    const Case *one = *state;
    json_auto_t *expectations = read_expectations(one);
    const char *name = NULL;
    json_t *expected = NULL;

    json_object_foreach(expectations, name, expected)
    {
        const char *pointer = json_string_value(json_object_get(expected, "pointer"));
        bool by_schema = strcmp(json_string_value(json_object_get(expected, "by")), "schema") == 0;
        g_autofree char *file = g_strconcat(name, ".json", NULL);
        g_autofree char *path = g_build_filename(EXAMPLES, one->schema, "invalid", file, NULL);
        g_autofree char *wanted =
            g_strdup_printf("; %s: ", pointer != NULL && *pointer != '\0' ? pointer : "(whole)");
        g_autofree char *wrong = judge_file(one, path);
        if (!by_schema && strstr(wrong, wanted) == NULL) {
            fail_msg("%s: no violation at '%s' in '%s'", path, pointer, wrong);
        }
    }
}

/* No example without an expectation. */
static void
test_listed(void **state)
{
    const Case *one = *state;
    json_auto_t *expectations = read_expectations(one);
    g_autofree char *dir = g_build_filename(EXAMPLES, one->schema, "invalid", NULL);
    g_autoptr(GDir) handle = g_dir_open(dir, 0, NULL);
    const char *name = NULL;
    size_t seen = 0;

    assert_non_null(handle);
    while ((name = g_dir_read_name(handle)) != NULL) {
        g_autofree char *stem = g_strndup(name, strlen(name) - strlen(".json"));
        if (json_object_get(expectations, stem) == NULL) {
            fail_msg("%s/%s is not in invalid.json", dir, name);
        }
        seen++;
    }
    assert_int_equal(seen, json_object_size(expectations));
}

static JwJob *
sample_job(void)
{
    JwJob *job = jw_job_new();

    job->id = g_strdup("019480a4-5f00-7000-8000-000000000001");
    job->type = g_strdup("report");
    job->subtype = g_strdup("call-records");
    job->name = g_strdup("Weekly call report");
    job->recipients = g_strsplit("manager@example.com", ",", -1);
    job->attempts = 1;
    return job;
}

static void
assert_created(const char *type, const JwOutboxEntry *entry)
{
    g_autofree char *path =
        g_build_filename(EXAMPLES, type + strlen("jobwire."), "valid", "produced.json", NULL);
    json_auto_t *expected = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);

    assert_non_null(expected);
    g_autofree char *text = jw_json_print(expected);
    assert_string_equal(entry->body, text);
    assert_string_equal(entry->type, type);
}

/* The events we publish are the examples, which the JSON Schemas accept. */
static void
test_published_events(void **state)
{
    static const char sha256[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    const int64_t at_ms = INT64_C(1610949601250);
    g_autoptr(JwJob) job = sample_job();
    JwArtifact artifact = {
        .file_name = g_strdup("CDR_Weekly_Report_2021-01-11_2021-01-17.xlsx"),
        .content_type =
            g_strdup("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        .sha256 = g_strdup(sha256),
        .size_bytes = 45678,
        .rows = 393,
        .rows_written = 390,
        .as_of_ms = at_ms - 250,
        .definition_sha256 = g_strdup(sha256),
        .program = g_strdup("jobwire-executor 1.0.0"),
    };
    g_autoptr(JwOutboxEntry) submitted =
        jw_wire_job_event(wire, job, JW_TYPE_JOB_SUBMITTED, NULL, NULL, NULL, at_ms);
    g_autoptr(JwOutboxEntry) failed = jw_wire_job_event(
        wire, job, JW_TYPE_JOB_FAILED, NULL, "UNAVAILABLE", "the database did not answer", at_ms);
    job->state = JW_JOB_COMPLETED;
    g_autoptr(JwOutboxEntry) completed =
        jw_wire_job_event(wire, job, JW_TYPE_JOB_COMPLETED, &artifact, NULL, NULL, at_ms);
    job->state = JW_JOB_CANCELLED;
    g_autoptr(JwOutboxEntry) cancelled =
        jw_wire_job_event(wire, job, JW_TYPE_JOB_CANCELLED, NULL, NULL, NULL, at_ms);

    (void)state;
    assert_created(JW_TYPE_JOB_SUBMITTED, submitted);
    assert_created(JW_TYPE_JOB_COMPLETED, completed);
    assert_created(JW_TYPE_JOB_FAILED, failed);
    assert_created(JW_TYPE_JOB_CANCELLED, cancelled);
    g_free(artifact.file_name);
    g_free(artifact.content_type);
    g_free(artifact.sha256);
    g_free(artifact.definition_sha256);
    g_free(artifact.program);

    g_autoptr(JwDelivery) delivery = jw_delivery_new(job->id, "manager@example.com", at_ms);
    g_free(delivery->id);
    g_free(delivery->message_id);
    delivery->id = g_strdup("019480a4-5f00-7000-8000-000000000002");
    delivery->message_id = g_strdup("019480a4.1@jobwire.example");
    delivery->attempts = 1;
    delivery->state = JW_DELIVERY_SENT;
    g_autoptr(JwOutboxEntry) changed =
        jw_wire_delivery_event(wire, delivery, "250 2.0.0 Ok: queued", at_ms);
    assert_created(JW_TYPE_DELIVERY_CHANGED, changed);
}

static void
test_published_answer(void **state)
{
    const int64_t at_ms = INT64_C(1610949601250);
    const JwWireScheduleAnswer answer = {
        .schedule_id = "weekly-calls",
        .type = JW_TYPE_SCHEDULE_CHANGE,
        .source = "/crm",
        .id = "c-2",
        .outcome = "refused",
        .code = "VERSION_CONFLICT",
        .reason =
            "schedule 'weekly-calls' has version 5, not 4: somebody changed it; look at it and "
            "send the command with its version",
        .version = 5,
    };

    (void)state;
    g_autoptr(JwOutboxEntry) answered = jw_wire_schedule_answer(wire, &answer, at_ms);
    assert_created(JW_TYPE_SCHEDULE_ANSWERED, answered);
    assert_string_equal(answered->causation_id, "c-2");
}

/* The value at @path, names or indices between slashes, of a schema of schemas/common. (transfer
 * full) */
static json_t *
schema_at(const char *file, const char *path)
{
    g_autofree char *full = g_build_filename(JW_SOURCE_DIR "/schemas/common", file, NULL);
    json_auto_t *schema = json_load_file(full, 0, NULL);
    g_auto(GStrv) names = g_strsplit(path, "/", -1);
    json_t *value = schema;

    assert_non_null(schema);
    for (size_t i = 0; names[i] != NULL; i++) {
        value = json_object_get(value, names[i]);
    }
    assert_non_null(value);
    return json_incref(value);
}

/* The formats of the schemas are the known ones of jw/report_formats.h, without and with prefix. */
static void
test_formats(void **state)
{
    json_auto_t *listed = schema_at("formats.v1.json", "enum");
    json_auto_t *known = json_array();

    (void)state;
    for (size_t i = 0; i < 2 * jw_n_report_formats; i++) {
        g_autofree char *name = g_strconcat(i < jw_n_report_formats ? "" : JW_LOOKUP_FORMAT,
                                            jw_report_formats[i % jw_n_report_formats].name, NULL);
        json_array_append_new(known, json_string(name));
    }
    g_autofree char *ours = jw_json_print(known), *theirs = jw_json_print(listed);
    assert_string_equal(theirs, ours);
}

/* The kinds of the schemas are those of jw/kinds.h, and each has a spec of its own. */
static void
test_kinds(void **state)
{
    json_auto_t *listed = schema_at("kinds.v1.json", "properties/jobType/enum");
    json_auto_t *rules = schema_at("kinds.v1.json", "allOf");
    json_auto_t *scheduled = schema_at("schedule.v1.json", "properties/job/properties/kind/enum");
    json_auto_t *bodies = schema_at("schedule.v1.json", "properties/job/allOf");

    (void)state;
    assert_true(json_equal(listed, scheduled));
    assert_int_equal(json_array_size(bodies), jw_n_kinds);
    assert_int_equal(json_array_size(listed), jw_n_kinds);
    assert_int_equal(json_array_size(rules), jw_n_kinds);
    for (size_t i = 0; i < jw_n_kinds; i++) {
        assert_string_equal(json_string_value(json_array_get(listed, i)), jw_kinds[i]->type);
    }
}

int
main(void)
{
    struct CMUnitTest tests[3 * G_N_ELEMENTS(cases) + 4];
    size_t n = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        tests[n++] = (struct CMUnitTest){ cases[i].schema, test_valid, NULL, NULL, &cases[i] };
        tests[n++] = (struct CMUnitTest){ cases[i].schema, test_invalid, NULL, NULL, &cases[i] };
        tests[n++] = (struct CMUnitTest){ cases[i].schema, test_listed, NULL, NULL, &cases[i] };
    }
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_published_events);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_published_answer);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_formats);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_kinds);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
