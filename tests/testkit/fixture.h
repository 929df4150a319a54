/* fixture.h: what tests of bodies share: JSON with single quotes, a wire over the shipped
 * definitions. */
#pragma once
#include "testkit.h"

#include "jw/report_request.h"
#include "jw/wire.h"

#include <string.h>

#define NOW_MS INT64_C(1767225600000) /* 2026-01-01T00:00:00Z, a Thursday */

typedef struct {
    JwCatalog *catalog;
    JwWire *wire;
} Fixture;

static inline int
fixture_set_up(void **state)
{
    static Fixture fixture;
    g_autoptr(GError) error = NULL;

    fixture.catalog = jw_catalog_load(JW_SOURCE_DIR "/schemas/reports", &error);
    assert_ok(fixture.catalog != NULL, error);
    fixture.wire = jw_wire_new(fixture.catalog, "jobwire.");
    *state = &fixture;
    return 0;
}

static inline int
fixture_tear_down(void **state)
{
    Fixture *fixture = *state;

    g_clear_pointer(&fixture->wire, jw_wire_free);
    g_clear_pointer(&fixture->catalog, jw_catalog_free);
    return 0;
}

/* "{'a':1}" → {"a":1} */
static inline char *
quoted(const char *text)
{
    return g_strdelimit(g_strdup(text), "'", '"');
}

static inline json_t *
parsed(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *strict = quoted(text);
    json_t *value = jw_json_parse(strict, strlen(strict), &error);

    assert_ok(value != NULL, error);
    return value;
}

/* There is a violation at @pointer whose message contains @message. */
static inline void
assert_violation(const JwViolations *violations, const char *pointer, const char *message)
{
    g_autofree char *all = jw_violations_text(violations);

    for (size_t i = 0; i < jw_violations_count(violations); i++) {
        const JwViolation *violation = jw_violations_get(violations, i);
        if (strcmp(violation->pointer, pointer) == 0
            && strstr(violation->message, message) != NULL) {
            return;
        }
    }
    fail_msg("no violation '%s: %s' in '%s'", pointer, message, all);
}

/* The job of a body that must be right. */
static inline JwJob *
requested(const Fixture *fixture, const char *text)
{
    g_auto(JwViolations) violations = { 0 };
    json_auto_t *body = parsed(text);
    JwJob *job = NULL;

    if (!jw_wire_job_from_request(fixture->wire, body, NOW_MS, &violations, &job)) {
        g_autofree char *all = jw_violations_text(&violations);
        fail_msg("refused: %s", all);
    }
    return job;
}

/* A body whose filters take over 380 KiB when stored: at most 1000 values of a filter and 200
 * characters of a value are allowed. @agents: how many of a second filter. (transfer full) */
static inline char *
large_body(int agents)
{
    g_autoptr(GString) value = g_string_new(NULL);
    GString *text = g_string_new("{\"reportType\":\"call-records\",\"name\":\"Calls\","
                                 "\"output\":{\"format\":\"csv\"},\"parameters\":"
                                 "{\"filters\":{\"departmentIds\":[\"a\"");

    for (int i = 0; i < 190; i++) {
        g_string_append(value, "\xc3\xa7");
    }
    for (int i = 0; i < 999; i++) {
        g_string_append_printf(text, ",\"%04d%s\"", i, value->str);
    }
    g_string_append(text, "],\"agents\":[\"a\"");
    for (int i = 0; i < agents; i++) {
        g_string_append_printf(text, ",\"%04d%s\"", i, value->str);
    }
    g_string_append(text, "]}}}");
    return g_string_free(text, FALSE);
}

/* A command that asks for the same job as a body of the reports API. (transfer full) */
static inline char *
command_of(const char *body)
{
    json_auto_t *job = json_loads(body, 0, NULL);
    json_auto_t *spec = json_object();

    assert_non_null(job);
    for (const JwField *field = jw_report_request_fields; field->name != NULL; field++) {
        json_object_set(spec, field->name, json_object_get(job, field->name));
        (void)json_object_del(job, field->name);
    }
    json_object_set_new(job, "jobType", json_string("report"));
    json_object_set(job, "spec", spec);
    return jw_json_print(job);
}
