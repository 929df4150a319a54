/* test_create.c: POST /jobs: one test for each line of its description. */
#include "gwkit.h"

#include <string.h>

#include "jw/report_request.h"
#include "jw/ident.h"

#define BODY(extra)                                                                                \
    "{\"reportType\":\"call-records\",\"name\":\"Calls\",\"parameters\":{},"                       \
    "\"output\":{\"format\":\"csv\"}" extra "}"
#define PARAMETERS(text)                                                                           \
    "{\"reportType\":\"call-records\",\"name\":\"Calls\",\"parameters\":" text                     \
    ",\"output\":{\"format\":\"csv\"}}"

static void
test_created(void **state)
{
    GwKit *kit = *state;
    const char *headers[] = { "X-Request-Id: req-1", NULL };
    g_auto(Answer) answer =
        kit_ask(kit, "alice", "POST", KIT_JOBS, BODY(",\"description\":\"two\\nlines\""), headers);

    assert_answer(answer, 201, NULL);
    const char *id = answer_text(&answer, "data.id");
    g_autofree char *path = kit_path(id, "");
    assert_true(jw_uuid_valid(id));
    assert_string_equal(answer_text(&answer, "data.status"), "pending");
    assert_null(answer_at(&answer, "data.estimatedWaitTime"));
    assert_int_equal(answer_int(&answer, "data.queuePosition"), 1);
    assert_int_equal(json_object_size(answer_at(&answer, "data")), 3);
    assert_string_equal(answer_header(&answer, "location"), path);
    assert_string_equal(answer_header(&answer, "x-request-id"), "req-1");
    assert_null(answer_header(&answer, "idempotent-replayed"));

    g_autoptr(JwJob) job = kit_job(kit->ports, id);
    assert_string_equal(job->type, "report");
    assert_string_equal(job->subtype, "call-records");
    assert_string_equal(job->source, "api:reports");
    assert_string_equal(job->description, "two\nlines");
    assert_string_equal(job->requested_by.id, "alice");
    assert_string_equal(job->requested_by.email, "alice@example.com");
    assert_string_equal(job->request_id, "req-1");
    assert_non_null(job->traceparent);
    assert_int_equal(strlen(job->request_hash), 64);
    assert_int_equal(job->created_at_ms, GW_NOW);
    assert_int_equal(job->max_retries, 2);
    assert_null(job->departments);
    assert_int_equal(job->outbox->len, 2);
}

/* The answer did not wait for the broker; afterwards the command and the event are there. */
static void
test_published(void **state)
{
    GwKit *kit = *state;
    static const struct {
        const char *extra, *topic;
    } cases[] = {
        { "", "jobwire.job.commands.normal" },
        { ",\"priority\":\"high\"", "jobwire.job.commands.high" },
        { ",\"priority\":\"report-priority.low\"", "jobwire.job.commands.low" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *body = g_strdup_printf(BODY("%s"), cases[i].extra);
        g_autofree char *id = kit_make_from(kit, "alice", body);
        (void)jw_bus_mem_deliver(kit->gw.bus);

        assert_int_equal(jw_bus_mem_count(kit->gw.bus, cases[i].topic), 1);
        const JwMessage *command = jw_bus_mem_get(kit->gw.bus, cases[i].topic, 0);
        assert_int_equal(command->key_length, strlen(id));
        assert_memory_equal(command->key, id, strlen(id));
        assert_string_equal(jw_message_header(command, "ce_type"), JW_TYPE_JOB_SUBMIT);
        assert_string_equal(jw_message_header(command, "ce_source"), "/jobwire/gateway");
        assert_non_null(jw_message_header(command, "traceparent"));
        assert_int_equal(jw_bus_mem_count(kit->gw.bus, "jobwire.job.events"), i + 1);
    }
}

/* Executors read the command back by the rules of libs/wire: whatever the token has, it must pass.
 */
static void
test_command_is_readable(void **state)
{
    GwKit *kit = *state;
    static const char *const makers[] = { "alice", "dana", "odd person", "admin" };

    for (size_t i = 0; i < G_N_ELEMENTS(makers); i++) {
        g_autofree char *id = kit_make_from(
            kit, makers[i], BODY(",\"delivery\":{\"recipients\":[\"a@example.com\"]}"));
        (void)jw_bus_mem_deliver(kit->gw.bus);
        const JwMessage *command = jw_bus_mem_get(kit->gw.bus, "jobwire.job.commands.normal", i);
        g_auto(JwViolations) violations = { 0 };
        g_autoptr(JwJob) job = NULL;
        g_autoptr(GError) error = NULL;
        json_auto_t *value = jw_json_parse(command->body, command->body_length, &error);

        assert_ok(value != NULL, error);
        if (!jw_wire_job_from_command(kit->gw.wire, value, "/jobwire/gateway", "1", GW_NOW,
                                      &violations, &job)) {
            g_autofree char *text = jw_violations_text(&violations);
            fail_msg("%s: %s", makers[i], text);
        }
        g_autoptr(JwJob) stored = kit_job(kit->ports, id);
        assert_string_equal(job->id, id);
        assert_string_equal(job->spec, stored->spec);
        assert_string_equal(job->requested_by.id, makers[i]);
    }
}

static void
test_broker_down(void **state)
{
    GwKit *kit = *state;

    jw_bus_mem_set_down(kit->gw.bus, true);
    g_autofree char *down = kit_make(kit, "alice");
    jw_bus_mem_refuse(kit->gw.bus, 2);
    g_autofree char *refused = kit_make(kit, "alice");
    (void)jw_bus_mem_deliver(kit->gw.bus);
    g_autoptr(JwJob) job = kit_job(kit->ports, down);
    assert_int_equal(job->outbox->len, 2);
    g_autoptr(JwJob) other = kit_job(kit->ports, refused);
    assert_int_equal(other->outbox->len, 2);
}

static void
test_permission(void **state)
{
    GwKit *kit = *state;
    static const struct {
        const char *who;
        long status;
        const char *code;
    } cases[] = {
        { NULL, 401, "UNAUTHORIZED" },  { "nobody", 403, "FORBIDDEN" },
        { "reader", 403, "FORBIDDEN" }, { "maker", 201, NULL },
        { "alice", 201, NULL },         { "admin", 201, NULL },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Answer) answer = kit_post(kit, cases[i].who, KIT_JOBS, KIT_BODY);
        assert_answer(answer, cases[i].status, cases[i].code);
    }
}

static void
test_faults(void **state)
{
    GwKit *kit = *state;
    static const struct {
        const char *body, *pointers[6];
    } cases[] = {
        { "{}", { "/reportType", "/name", "/parameters", "/output" } },
        { "[]", { "" } },
        { "{\"reportType\":\"call-records\",\"name\":\"x\",\"parameters\":{},\"output\":{}}",
          { "/output/format" } },
        { "{\"reportType\":\"report-type.nothing\",\"name\":\"x\",\"parameters\":{},\"output\":{"
          "\"format\":\"csv\"}}",
          { "/reportType" } },
        { "{\"reportType\":\"call-records\",\"name\":\"\",\"parameters\":{},\"output\":{\"format\":"
          "\"docx\"}}",
          { "/name", "/output/format" } },
        { BODY(",\"priority\":\"urgent\""), { "/priority" } },
        { BODY(",\"timeoutSeconds\":0"), { "/timeoutSeconds" } },
        { BODY(",\"timeoutSeconds\":\"1m\""), { "/timeoutSeconds" } },
        { BODY(",\"priority\":{\"$ne\":1}"), { "/priority" } },
        { BODY(",\"scheduledFor\":\"2026-01-13T02:00:14Z\""), { "/scheduledFor" } },
        { BODY(",\"scheduledFor\":\"1970-01-01T00:00:00Z\""), { "/scheduledFor" } },
        { BODY(",\"scheduledFor\":\"tomorrow\""), { "/scheduledFor" } },
        { BODY(",\"templateId\":\"t1\""), { "/templateId" } },
        { BODY(",\"colour\":\"red\""), { "/colour" } },
        { BODY(",\"delivery\":{\"recipients\":[\"a@example.com\",\"a@\\r\\nBcc: b@example.com\"]}"),
          { "/delivery/recipients/1" } },
        { BODY(",\"delivery\":{\"recipients\":[\"a@127.0.0.1\",\"=?x?=@c.example\"]}"),
          { "/delivery/recipients/0", "/delivery/recipients/1" } },
        { BODY(",\"delivery\":{\"recipients\":[\"a@1.2.3.4\",\"a@b.example\"]}"),
          { "/delivery/recipients/0" } },
        { PARAMETERS("{\"dateRange\":{\"startDate\":\"2026-01-02\",\"endDate\":\"2026-01-01\"}}"),
          { "/parameters/dateRange" } },
        { PARAMETERS("{\"filters\":{\"nothing\":[\"x\"]}}"), { "/parameters/filters/nothing" } },
        { PARAMETERS("{\"filters\":{\"statuses\":{\"$ne\":1}}}"),
          { "/parameters/filters/statuses/$ne" } },
        { PARAMETERS("{\"filters\":{\"statuses\":1,\"agents\":{\"contains\":\"x\"}}}"),
          { "/parameters/filters/statuses", "/parameters/filters/agents/contains" } },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Answer) answer = kit_post(kit, "alice", KIT_JOBS, cases[i].body);
        assert_answer(answer, 400, "VALIDATION_ERROR");
        kit_assert_pointers(&answer, cases[i].pointers);
    }
    g_auto(Answer) query = kit_post(kit, "alice", KIT_JOBS "?dryRun=1", KIT_BODY);
    assert_answer(query, 400, "VALIDATION_ERROR");
    kit_assert_pointers(&query, (const char *const[]){ "/dryRun", NULL });
    g_auto(Answer) list = kit_get(kit, "admin", KIT_JOBS);
    assert_int_equal(answer_int(&list, "pagination.total"), 0);
}

static void
test_not_json(void **state)
{
    GwKit *kit = *state;
    static const char *const bodies[] = {
        "",
        "{",
        "{\"name\":\"a\",\"name\":\"b\"}",
        "{\"name\":\"\\ud800\"}",
        "{\"name\":1e400}",
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(bodies); i++) {
        g_auto(Answer) answer = kit_post(kit, "alice", KIT_JOBS, bodies[i]);
        assert_answer(answer, 400, "INVALID_JSON");
    }
}

static void
test_http(void **state)
{
    GwKit *kit = *state;
    g_autofree char *large = g_strnfill(70000, ' ');
    const char *plain[] = { "Content-Type: text/plain", NULL };

    g_auto(Answer) method = kit_ask(kit, "alice", "DELETE", KIT_JOBS, NULL, NULL);
    assert_answer(method, 405, "METHOD_NOT_ALLOWED");
    assert_non_null(strstr(answer_header(&method, "allow"), "POST"));
    g_auto(Answer) options = kit_ask(kit, NULL, "OPTIONS", KIT_JOBS, NULL, NULL);
    assert_int_equal(options.status, 204);
    g_auto(Answer) too_large = kit_post(kit, "alice", KIT_JOBS, large);
    assert_answer(too_large, 413, "PAYLOAD_TOO_LARGE");
    GString *objects = g_string_new("[{}");
    for (int i = 0; i < 5000; i++) {
        g_string_append(objects, ",{}");
    }
    g_string_append_c(objects, ']');
    g_auto(Answer) too_many = kit_post(kit, "alice", KIT_JOBS, objects->str);
    assert_answer(too_many, 413, "PAYLOAD_TOO_LARGE");
    assert_non_null(g_strstr_len((const char *)too_many.body->data, (gssize)too_many.body->len,
                                 "more than 5000 objects"));
    g_string_free(objects, TRUE);
    g_auto(Answer) unknown = kit_get(kit, "alice", "/api/v2/reports/nothing");
    assert_answer(unknown, 404, "NOT_FOUND");
    g_auto(Answer) head = kit_ask(kit, "alice", "HEAD", KIT_JOBS, NULL, NULL);
    assert_int_equal(head.status, 200);
    assert_int_equal(head.body->len, 0);
    g_auto(Answer) text = kit_ask(kit, "alice", "POST", KIT_JOBS, KIT_BODY, plain);
    assert_true(text.status == 415 || text.status == 400);
}

static void
test_lookup_values(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id =
        kit_make_from(kit, "alice",
                      "{\"reportType\":\"report-type.call-records\",\"name\":\"Calls\","
                      "\"parameters\":{},\"priority\":\"report-priority.high\","
                      "\"output\":{\"format\":\"output-format.xlsx\"}}");
    g_autofree char *path = kit_path(id, "");
    g_auto(Answer) answer = kit_get(kit, "alice", path);

    assert_string_equal(answer_text(&answer, "data.reportType"), "call-records");
    assert_string_equal(answer_text(&answer, "data.priority"), "high");
    assert_string_equal(answer_text(&answer, "data.output.format"), "output-format.xlsx");
    g_auto(Answer) list = kit_get(kit, "alice", KIT_JOBS);
    assert_string_equal(answer_text(&list, "data.0.output.format"), "xlsx");
}

static void
test_scheduled(void **state)
{
    GwKit *kit = *state;
    g_auto(Answer) answer =
        kit_post(kit, "alice", KIT_JOBS, BODY(",\"scheduledFor\":\"2026-01-13T02:00:16Z\""));

    assert_answer(answer, 201, NULL);
    assert_string_equal(answer_text(&answer, "data.status"), "scheduled");
    g_autoptr(JwJob) job = kit_job(kit->ports, answer_text(&answer, "data.id"));
    assert_int_equal(job->state, JW_JOB_SCHEDULED);
    assert_int_equal(job->not_before_ms, GW_NOW + 1000);
    assert_int_equal(job->outbox->len,
                     1); /* the event; the scheduler sends the command when it is time */
    (void)jw_bus_mem_deliver(kit->gw.bus);
    assert_int_equal(jw_bus_mem_count(kit->gw.bus, "jobwire.job.commands.normal"), 0);
}

static void
test_time_limit(void **state)
{
    GwKit *kit = *state;
    g_auto(Answer) limited = kit_post(kit, "alice", KIT_JOBS, BODY(",\"timeoutSeconds\":90"));
    g_auto(Answer) plain = kit_post(kit, "alice", KIT_JOBS, BODY(""));

    assert_answer(limited, 201, NULL);
    g_autofree char *one = kit_path(answer_text(&limited, "data.id"), "");
    g_autofree char *other = kit_path(answer_text(&plain, "data.id"), "");
    g_auto(Answer) read = kit_get(kit, "alice", one);
    assert_int_equal(answer_int(&read, "data.timeoutSeconds"), 90);
    g_auto(Answer) none = kit_get(kit, "alice", other);
    assert_null(answer_at(&none, "data.timeoutSeconds"));
}

static void
test_departments(void **state)
{
    GwKit *kit = *state;
    static const struct {
        const char *who, *asked; /* NULL: no such filter */
        const char *expected;    /* "d1,d2"; NULL: none; "403" */
    } cases[] = {
        { "dana", NULL, "d1,d2" },
        { "dana", "[]", "d1,d2" },
        { "dana", "[\"d1\"]", "d1" },
        { "dana", "[\"d2\",\"d1\"]", "d2,d1" },
        { "dana", "[\"d1\",\"d3\"]", "403" },
        { "dana", "[\"D1\"]", "403" },
        { "dana", "{\"in\":[\"d1\"]}", "d1" },
        { "dana", "{\"in\":[\"d1\",\"d3\"]}", "403" },
        { "alice", "{\"in\":[\"d9\"]}", "d9" },
        { "lone", NULL, "403" },
        { "lone", "[]", "403" },
        { "lone", "[\"d1\"]", "403" },
        { "lone admin", NULL, "403" },
        { "adam", "[\"d2\"]", "403" },
        { "adam", NULL, "d1" },
        { "alice", NULL, NULL },
        { "alice", "[\"d9\"]", "d9" },
        { "admin", "[\"d9\"]", "d9" },
        { "admin", NULL, NULL },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *filters = cases[i].asked != NULL
                                       ? g_strdup_printf("\"departmentIds\":%s", cases[i].asked)
                                       : g_strdup("");
        g_autofree char *body = g_strdup_printf(PARAMETERS("{\"filters\":{%s}}"), filters);
        g_auto(Answer) answer = kit_post(kit, cases[i].who, KIT_JOBS, body);

        if (g_strcmp0(cases[i].expected, "403") == 0) {
            assert_answer(answer, 403, "DEPARTMENT_FORBIDDEN");
            assert_int_equal(json_array_size(answer_at(&answer, "error.details")), 1);
            continue;
        }
        assert_answer(answer, 201, NULL);
        g_autoptr(JwJob) job = kit_job(kit->ports, answer_text(&answer, "data.id"));
        g_autofree char *departments =
            job->departments != NULL ? g_strjoinv(",", job->departments) : NULL;
        if (g_strcmp0(departments, cases[i].expected) != 0) {
            fail_msg("case %zu: '%s'", i, departments);
        }
        /* What the report will be limited to. */
        const JwReportDef *def = NULL;
        g_autoptr(JwReportRequest) request = NULL;
        g_autoptr(GError) error = NULL;
        assert_ok(jw_report_request_of_job(kit->gw.catalog, job, &request, &def, &error), error);
        assert_int_equal(request->filters->len, cases[i].expected != NULL ? 1 : 0);
    }
}

/* Only `in` limits a report to departments, whoever asks. */
static void
test_departments_by_operators(void **state)
{
    GwKit *kit = *state;
    static const char *const asked[] = {
        "{\"not\":[\"d3\"]}", "{\"contains\":\"d\"}", "{\"from\":\"a\",\"to\":\"z\"}",
        "{\"absent\":true}",  "{\"absent\":false}",   "{\"in\":[\"d1\"],\"not\":[\"d9\"]}",
        "{\"$in\":[\"d3\"]}", "{\"in\":{\"$ne\":1}}", "{}",
    };
    static const char *const callers[] = { "dana", "alice", "admin" };

    for (size_t i = 0; i < G_N_ELEMENTS(asked) * G_N_ELEMENTS(callers); i++) {
        g_autofree char *body = g_strdup_printf(PARAMETERS("{\"filters\":{\"departmentIds\":%s}}"),
                                                asked[i / G_N_ELEMENTS(callers)]);
        g_auto(Answer) answer = kit_post(kit, callers[i % G_N_ELEMENTS(callers)], KIT_JOBS, body);

        assert_answer(answer, 400, "VALIDATION_ERROR");
        assert_true(g_str_has_prefix(answer_text(&answer, "error.details.0.pointer"),
                                     "/parameters/filters/departmentIds"));
    }
}

#define VISITS(more)                                                                               \
    "{\"reportType\":\"visits\",\"title\":\"T\",\"filePrefix\":\"T\",\"collection\":\"visits\","   \
    "\"dateField\":\"at\",\"measures\":[{\"name\":\"n\",\"label\":\"N\",\"op\":\"count\"}],"       \
    "\"columns\":["                                                                                \
    "{\"field\":\"a\",\"label\":\"A\"}],\"summary\":[\"n\"]" more "}"

/* The gateway's catalog becomes one of this definition alone. */
static JwCatalog *
use_definition(GwKit *kit, const char *definition)
{
    g_autofree char *dir = tk_temp_dir();
    g_autofree char *path = g_build_filename(dir, "visits.json", NULL);
    g_autoptr(GError) error = NULL;

    assert_true(g_file_set_contents(path, definition, -1, NULL));
    JwCatalog *catalog = jw_catalog_load(dir, &error);
    assert_ok(catalog != NULL, error);
    kit->gw.catalog = catalog;
    kit->gw.wire = jw_wire_new(catalog, "jobwire");
    return catalog;
}

/* A report type that nothing limits to departments is not for who is limited to some. */
static void
test_no_departments(void **state)
{
    static const struct {
        const char *definition, *who;
        int status;
    } cases[] = {
        { VISITS(""), "dana", 403 },
        { VISITS(""), "adam", 403 },
        { VISITS(""), "alice", 201 },
        { VISITS(""), "admin", 201 },
        { VISITS(",\"openToAllDepartments\":true"), "dana", 201 },
        { VISITS(",\"filters\":[{\"name\":\"departmentIds\",\"field\":\"d\"}]"), "dana", 201 },
    };
    GwKit *kit = *state;
    JwCatalog *shipped = kit->gw.catalog;
    JwWire *wire = kit->gw.wire;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(JwCatalog) own = use_definition(kit, cases[i].definition);
        g_auto(Answer) answer =
            kit_post(kit, cases[i].who, KIT_JOBS,
                     "{\"reportType\":\"visits\",\"name\":\"x\",\"parameters\":{},\"output\":{"
                     "\"format\":\"csv\"}}");

        assert_ptr_equal(kit->gw.catalog, own);
        jw_wire_free(kit->gw.wire);
        kit->gw.wire = wire;
        kit->gw.catalog = shipped;
        if (cases[i].status == 201) {
            assert_answer(answer, 201, NULL);
            continue;
        }
        assert_answer(answer, 403, "DEPARTMENT_FORBIDDEN");
        assert_non_null(strstr(answer_text(&answer, "error.details.0.message"),
                               "visits cannot be limited to departments"));
    }
}

static void
test_recipients(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = kit_make_from(kit, "alice",
                                        BODY(",\"delivery\":{\"recipients\":[\"a@example.com\",\"b@"
                                             "example.com\",\"a@EXAMPLE.com\"]}"));
    g_autoptr(JwJob) job = kit_job(kit->ports, id);

    assert_int_equal(g_strv_length(job->recipients), 2);

    g_autofree char *abroad =
        kit_make_from(kit, "alice",
                      BODY(",\"delivery\":{\"recipients\":[\"a@m\xc3\xbcnchen."
                           "example\",\"a@xn--mnchen-3ya.example\"]}"));
    g_autoptr(JwJob) converted = kit_job(kit->ports, abroad);
    assert_int_equal(g_strv_length(converted->recipients), 1);
    assert_string_equal(converted->recipients[0], "a@xn--mnchen-3ya.example");
}

/* By the token's address; asked for expressly without one it is refused. */
static void
test_on_failure(void **state)
{
    GwKit *kit = *state;
    static const struct {
        const char *who, *delivery;
        JwOnFailure on_failure;
        bool refused;
    } cases[] = {
        { "alice", "", JW_ON_FAILURE_REQUESTER, false },
        { "alice", ",\"delivery\":{\"onFailure\":\"requester\"}", JW_ON_FAILURE_REQUESTER, false },
        { "alice", ",\"delivery\":{\"onFailure\":\"none\"}", JW_ON_FAILURE_NONE, false },
        { "odd person", "", JW_ON_FAILURE_REQUESTER, false },
        { "odd person", ",\"delivery\":{\"onFailure\":\"requester\"}", 0, true },
        { "alice", ",\"delivery\":{\"onFailure\":\"all\"}", 0, true },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *body =
            g_strdup_printf("{\"reportType\":\"call-records\",\"name\":\"Calls\",\"parameters\":{},"
                            "\"output\":{\"format\":\"csv\"}%s}",
                            cases[i].delivery);
        g_auto(Answer) answer = kit_post(kit, cases[i].who, KIT_JOBS, body);
        if (cases[i].refused) {
            assert_answer(answer, 400, "VALIDATION_ERROR");
            kit_assert_pointers(&answer, (const char *const[]){ "/delivery/onFailure", NULL });
            continue;
        }
        assert_answer(answer, 201, NULL);
        g_autoptr(JwJob) job = kit_job(kit->ports, answer_text(&answer, "data.id"));
        assert_int_equal(job->on_failure, cases[i].on_failure);
    }
}

/* Kept on the job, for its mails, and told again. */
static void
test_in_doubt(void **state)
{
    GwKit *kit = *state;
    static const struct {
        const char *delivery;
        JwInDoubt in_doubt;
        const char *told; /* NULL: nothing */
        bool refused;
    } cases[] = {
        { "", JW_IN_DOUBT_DEFAULT, NULL, false },
        { ",\"delivery\":{\"inDoubt\":\"at_most_once\"}", JW_IN_DOUBT_AT_MOST_ONCE, "at_most_once",
          false },
        { ",\"delivery\":{\"inDoubt\":\"at_least_once\"}", JW_IN_DOUBT_AT_LEAST_ONCE,
          "at_least_once", false },
        { ",\"delivery\":{\"inDoubt\":\"default\"}", JW_IN_DOUBT_DEFAULT, NULL, true },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *body =
            g_strdup_printf("{\"reportType\":\"call-records\",\"name\":\"Calls\",\"parameters\":{},"
                            "\"output\":{\"format\":\"csv\"}%s}",
                            cases[i].delivery);
        g_auto(Answer) answer = kit_post(kit, "alice", KIT_JOBS, body);
        if (cases[i].refused) {
            assert_answer(answer, 400, "VALIDATION_ERROR");
            kit_assert_pointers(&answer, (const char *const[]){ "/delivery/inDoubt", NULL });
            continue;
        }
        g_autofree char *id = g_strdup(answer_text(&answer, "data.id"));
        g_autofree char *path = kit_path(id, "");
        g_autoptr(JwJob) job = kit_job(kit->ports, id);
        g_auto(Answer) read = kit_get(kit, "alice", path);
        assert_int_equal(job->in_doubt, cases[i].in_doubt);
        if (cases[i].told == NULL) {
            assert_null(answer_at(&read, "data.delivery.inDoubt"));
        } else {
            assert_string_equal(answer_text(&read, "data.delivery.inDoubt"), cases[i].told);
        }
    }
}

static void
test_public_url(void **state)
{
    GwKit *kit = *state;
    char url[] = "https://jobs.example.com";

    kit->gw.config.public_url = url;
    g_auto(Answer) answer = kit_post(kit, "alice", KIT_JOBS, KIT_BODY);
    g_autofree char *location =
        g_strconcat(url, KIT_JOBS "/", answer_text(&answer, "data.id"), NULL);
    assert_string_equal(answer_header(&answer, "location"), location);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_created),
        TEST(test_published),
        TEST(test_command_is_readable),
        TEST(test_broker_down),
        TEST(test_permission),
        TEST(test_faults),
        TEST(test_not_json),
        TEST(test_http),
        TEST(test_lookup_values),
        TEST(test_scheduled),
        TEST(test_time_limit),
        TEST(test_departments),
        TEST(test_departments_by_operators),
        TEST(test_no_departments),
        TEST(test_recipients),
        TEST(test_public_url),
        TEST(test_on_failure),
        TEST(test_in_doubt),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
