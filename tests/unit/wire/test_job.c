/* test_job.c: a REST body → a job. */
#include "fixture.h"

#define BODY(more)                                                                                 \
    "{'reportType':'call-records','name':'Calls','parameters':{},'output':{'format':'csv'}" more "}"

static void
test_smallest(void **state)
{
    g_autoptr(JwJob) job = requested(*state, BODY(""));

    assert_string_equal(job->type, "report");
    assert_string_equal(job->subtype, "call-records");
    assert_string_equal(job->format, "csv");
    assert_string_equal(job->name, "Calls");
    assert_null(job->description);
    assert_null(job->id);
    assert_null(job->recipients);
    assert_int_equal(job->priority, JW_PRIORITY_NORMAL);
    assert_int_equal(job->state, JW_JOB_PENDING);
    assert_int_equal(job->not_before_ms, 0); /* at once, whatever the claimer's clock */
    assert_int_equal(job->scheduled_for_ms, 0);
}

static void
test_lookup_prefixes(void **state)
{
    g_autoptr(JwJob) plain =
        requested(*state, "{'reportType':'call-records','name':'x','parameters':{},'output':{'"
                          "format':'xlsx'},'priority':'high'}");
    g_autoptr(JwJob) prefixed = requested(
        *state, "{'reportType':'report-type.call-records','name':'x','parameters':{},"
                "'output':{'format':'output-format.xlsx'},'priority':'report-priority.high'}");

    assert_string_equal(plain->subtype, prefixed->subtype);
    assert_int_equal(plain->priority, JW_PRIORITY_HIGH);
    assert_int_equal(prefixed->priority, JW_PRIORITY_HIGH);
    g_autoptr(JwReportRequest) request = NULL;
    const JwReportDef *def = NULL;
    g_autoptr(GError) error = NULL;
    const Fixture *fixture = *state;
    assert_ok(jw_report_request_of_job(fixture->catalog, prefixed, &request, &def, &error), error);
    assert_string_equal(request->format, "xlsx");
    assert_string_equal(def->report_type, "call-records");
}

static void
test_scheduled(void **state)
{
    g_autoptr(JwJob) job = requested(*state, BODY(",'scheduledFor':'2026-01-01T01:00:00+00:30'"));

    assert_int_equal(job->state, JW_JOB_SCHEDULED);
    assert_int_equal(job->not_before_ms, NOW_MS + 1800000);
    assert_int_equal(job->scheduled_for_ms, NOW_MS + 1800000);
    g_autoptr(JwJob) now = requested(*state, BODY(",'scheduledFor':'2026-01-01T00:00:00Z'"));
    assert_int_equal(now->state, JW_JOB_PENDING);
}

/* A body whose parameters, with a weekly period, take @bytes. (transfer full) */
static char *
weekly_body(size_t bytes)
{
    static const char *const names[] = { "agents", "departmentIds", "statuses" };
    g_autofree char *value = g_strnfill(197, 'x'); /* 200 bytes with its quotes and comma */
    json_auto_t *body =
        parsed("{'reportType':'call-records','name':'x','output':{'format':'csv'},'parameters':"
               "{'period':{'type':'weekly'},'filters':{'agents':['a'],'departmentIds':['a'],"
               "'statuses':['a']}}}");
    json_t *parameters = json_object_get(body, "parameters");
    json_t *filters = json_object_get(parameters, "filters");
    size_t left = bytes - json_dumpb(parameters, NULL, 0, JSON_COMPACT);

    for (int i = 0; left >= 400; i++, left -= 200) {
        json_array_append_new(json_object_get(filters, names[i / 990]), json_string(value));
    }
    for (size_t n = 2; n > 0; left -= left / n, n--) {
        g_autofree char *half = g_strnfill(left / n - 3, 'y');
        json_array_append_new(json_object_get(filters, "statuses"), json_string(half));
    }
    assert_int_equal(json_dumpb(parameters, NULL, 0, JSON_COMPACT), bytes);
    return jw_json_print(body);
}

/* What is stored must fit a command, which the scheduler may publish again at any time. */
static void
test_too_large(void **state)
{
    const Fixture *fixture = *state;
    g_autofree char *text = large_body(500);
    g_autoptr(GError) error = NULL;
    g_auto(JwViolations) violations = { 0 }, more = { 0 };
    JwJob *job = NULL;

    json_auto_t *body = jw_json_parse(text, strlen(text), &error);
    assert_ok(body != NULL, error);
    assert_false(jw_wire_job_from_request(fixture->wire, body, NOW_MS, &violations, &job));
    assert_int_equal(jw_violations_count(&violations), 1);
    assert_violation(&violations, "/parameters", "at most 512 KiB");
    g_autofree char *large = command_of(text);
    json_auto_t *command = jw_json_parse(large, strlen(large), &error);
    assert_ok(command != NULL, error);
    assert_false(jw_wire_job_from_command(fixture->wire, command, "crm", "1", NOW_MS, &more, &job));
    assert_violation(&more, "/spec/parameters", "at most 512 KiB");
    assert_null(job);
}

/* What is taken with a 201 is taken again by its executor, though its spec is longer by the time
 * that its period was given. */
static void
test_nearly_too_large(void **state)
{
    const Fixture *fixture = *state;
    static const size_t spares[] = { 0, 20, 28, 29, 40 }; /* an `at` takes 28 bytes */
    int taken = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(spares); i++) {
        g_autofree char *text = weekly_body((size_t)512 * 1024 - spares[i]);
        json_auto_t *body = parsed(text);
        g_auto(JwViolations) violations = { 0 };
        g_autoptr(JwJob) job = NULL;
        g_autoptr(JwReportRequest) request = NULL;
        g_autoptr(GError) error = NULL;
        const JwReportDef *def = NULL;

        if (!jw_wire_job_from_request(fixture->wire, body, NOW_MS, &violations, &job)) {
            assert_violation(&violations, "/parameters", "at most 512 KiB");
            continue;
        }
        taken++;
        assert_ok(jw_report_request_of_job(fixture->catalog, job, &request, &def, &error), error);
    }
    assert_in_range(taken, 1, 3);
}

static void
test_recipients(void **state)
{
    g_autoptr(JwJob) job =
        requested(*state, BODY(",'delivery':{'recipients':['a@Example.com','A@example.com','a@"
                               "example.COM','b@example.com']}"));
    g_autoptr(JwJob) none = requested(*state, BODY(",'delivery':{'recipients':[]}"));

    assert_int_equal(g_strv_length(job->recipients), 3);
    assert_string_equal(job->recipients[0], "a@Example.com");
    assert_string_equal(job->recipients[1], "A@example.com"); /* the local part may know case */
    assert_string_equal(job->recipients[2], "b@example.com");
    assert_null(none->recipients);
}

/* Stored as they are sent, so that two spellings are one mailbox. */
static void
test_international(void **state)
{
    g_autoptr(JwJob) job = requested(
        *state, BODY(",'delivery':{'recipients':['a@EX\xc3\x84mple.com','a@xn--exmple-cua.com',"
                     "'a@ex\xc3\xa4mple.com']}"));

    assert_int_equal(g_strv_length(job->recipients), 1);
    assert_string_equal(job->recipients[0], "a@xn--exmple-cua.com");
}

static void
test_addresses(void **state)
{
    const Fixture *fixture = *state;
    static const char *const good[] = { "a@b", "first.last+tag@example.co.uk", "o'neil@example.com",
                                        "x_y-z@1.example", "root@localhost" };
    static const char *const wrong[] = { "",
                                         "plain",
                                         "@example.com",
                                         "a@",
                                         "a@b@c",
                                         "a b@example.com",
                                         "<a@example.com>",
                                         "Boss <a@example.com>",
                                         "a@example.com,b@example.com",
                                         "a@example.com\\r\\nBcc: x@example.com",
                                         "a@example.com\\u0000",
                                         "-f@example.com",
                                         ".a@example.com",
                                         "a.@example.com",
                                         "a..b@example.com",
                                         "a@example..com",
                                         "a@-example.com",
                                         "a@example-.com",
                                         "a@[127.0.0.1]",
                                         "a@127.0.0.1",
                                         "=?x?=@c.example",
                                         "a@ex_ample.com",
                                         "\\\"q\\\"@example.com",
                                         "a:b;@example.com",
                                         "a@1.2.3.4",
                                         "a@ex\xe2\x80\x8bzample.com",
                                         "ex\xc3\xa4mple@example.com",
                                         "\xd0\xb0@example.com" };

    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        g_autofree char *text = g_strdup_printf("{\"reportType\":\"call-records\",\"name\":\"x\","
                                                "\"parameters\":{},\"output\":{\"format\":\"csv\"},"
                                                "\"delivery\":{\"recipients\":[\"%s\"]}}",
                                                good[i]);
        g_auto(JwViolations) violations = { 0 };
        g_autoptr(JwJob) job = NULL;
        json_auto_t *body = json_loads(text, 0, NULL);
        assert_non_null(body);
        assert_true(jw_wire_job_from_request(fixture->wire, body, NOW_MS, &violations, &job));
        assert_string_equal(job->recipients[0], good[i]);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autofree char *text =
            g_strdup_printf("{\"delivery\":{\"recipients\":[\"%s\"]}}", wrong[i]);
        g_auto(JwViolations) violations = { 0 };
        JwJob *job = NULL;
        json_auto_t *body = json_loads(text, JSON_ALLOW_NUL, NULL);
        assert_non_null(body);
        assert_false(jw_wire_job_from_request(fixture->wire, body, NOW_MS, &violations, &job));
        assert_violation(&violations, "/delivery/recipients/0", "must");
    }
}

static void
test_refused(void **state)
{
    const Fixture *fixture = *state;
    static const struct {
        const char *more, *pointer, *message;
    } cases[] = {
        { ",'scheduledFor':'2025-12-31T23:59:59Z'", "/scheduledFor", "is in the past" },
        { ",'scheduledFor':'tomorrow'", "/scheduledFor", "date and time with zone" },
        { ",'scheduledFor':1767225600", "/scheduledFor", "must be a string" },
        { ",'templateId':''", "/templateId", "must not be empty" },
        { ",'jobId':'019480a4-5f00-7000-8000-000000000001'", "/jobId", "is not known" },
        { ",'requestedBy':{'id':'admin'}", "/requestedBy", "is not known" },
        { ",'departments':['all']", "/departments", "is not known" },
        { ",'delivery':{'recipients':'a@example.com'}", "/delivery/recipients",
          "must be an array" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(JwViolations) violations = { 0 };
        JwJob *job = NULL;
        g_autofree char *text = g_strdup_printf("{'reportType':'call-records','name':'Calls','"
                                                "parameters':{},'output':{'format':'csv'}%s}",
                                                cases[i].more);
        json_auto_t *body = parsed(text);
        assert_false(jw_wire_job_from_request(fixture->wire, body, NOW_MS, &violations, &job));
        assert_violation(&violations, cases[i].pointer, cases[i].message);
        assert_int_equal(jw_violations_count(&violations), 1);
    }
}

static void
test_formats(void **state)
{
    const Fixture *fixture = *state;
    static const struct {
        const char *format, *message;
    } cases[] = {
        { "doc", "must be one of xlsx, csv, pdf, json, ndjson, html, not 'doc'" },
        { "XLSX", "must be one of xlsx, csv, pdf, json, ndjson, html, not 'XLSX'" },
        { "", "must be one of xlsx, csv, pdf" },
        { "report-type.csv", "must be one of" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(JwViolations) violations = { 0 };
        JwJob *job = NULL;
        g_autofree char *text = g_strdup_printf("{'output':{'format':'%s'}}", cases[i].format);
        json_auto_t *body = parsed(text);
        assert_false(jw_wire_job_from_request(fixture->wire, body, NOW_MS, &violations, &job));
        assert_violation(&violations, "/output/format", cases[i].message);
    }
}

/* A template's settings: a part of a request, of which what is there must be right. */
static void
test_settings(void **state)
{
    const Fixture *fixture = *state;
    static const struct {
        const char *settings, *pointer, *message; /* NULL: nothing is wrong */
    } cases[] = {
        { "{'reportType':'call-records'}", NULL, NULL },
        { "{'reportType':'report-type.call-records','output':{'filename':'x'},'priority':'low'}",
          NULL, NULL },
        { "{'reportType':'call-records','name':'N','parameters':{'period':{'type':'weekly'},"
          "'filters':{'agents':['a']}},'delivery':{'onFailure':'none','inDoubt':'at_most_once'},"
          "'visibility':'private'}",
          NULL, NULL },
        { "{}", "/settings/reportType", "is required" },
        { "[]", "/settings", "must be an object" },
        { "{'reportType':'weather'}", "/settings/reportType", "no report type 'weather'" },
        { "{'reportType':'call-records','colour':1}", "/settings/colour", "is not known" },
        { "{'reportType':'call-records','output':{'format':'doc'}}", "/settings/output/format",
          "must be one of" },
        { "{'reportType':'call-records','parameters':{'filters':{'colours':['a']}}}",
          "/settings/parameters/filters/colours", "has no filter 'colours'" },
        { "{'reportType':'call-records','parameters':{'measures':['joy']}}",
          "/settings/parameters/measures/0", "has no measure 'joy'" },
        { "{'reportType':'call-records','parameters':{'dateRange':{'startDate':'2021-01-01'}}}",
          "/settings/parameters/dateRange/endDate", "is required" },
        { "{'reportType':'call-records','scheduledFor':'2099-01-01T00:00:00Z'}",
          "/settings/scheduledFor", "each request says when" },
        { "{'reportType':'call-records','templateId':'t'}", "/settings/templateId",
          "has all of its settings itself" },
        { "{'reportType':'call-records','priority':null}", "/settings/priority", "not null" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(JwViolations) violations = { 0 };
        json_auto_t *settings = parsed(cases[i].settings);
        bool ok = jw_wire_check_settings(fixture->wire, settings, "/settings", &violations);

        assert_int_equal(ok, cases[i].pointer == NULL);
        if (cases[i].pointer != NULL) {
            assert_violation(&violations, cases[i].pointer, cases[i].message);
        }
        assert_int_equal(jw_violations_count(&violations), cases[i].pointer == NULL ? 0 : 1);
    }
}

/* What an output says has its effect in its format, or is refused by name. */
static void
test_outputs(void **state)
{
    const Fixture *fixture = *state;
    static const struct {
        const char *output, *parameters, *pointer, *message;
    } cases[] = {
        { "'format':'xlsx','csv':{'delimiter':';'}", "", "/output/csv",
          "is for the format csv only; leave it out" },
        { "'format':'csv','csv':{'delimiter':':'}", "", "/output/csv/delimiter", "must be one of" },
        { "'format':'html','paper':'A4'", "", "/output/paper",
          "is for the formats pdf and xlsx only; leave it out" },
        { "'format':'pdf','paper':'letter'", "", "/output/paper", "must be one of" },
        { "'format':'csv','csv':{'delimiter':',','decimalComma':true}", "", "/output/csv/delimiter",
          "leave it out, and it is ';'" },
        { "'format':'csv','csv':{'quote':true}", "", "/output/csv/quote",
          "is not known; known here: delimiter, decimalComma" },
        { "'format':'csv','content':'list','table':'Calls by hour'", "", "/output/table",
          "exclude each other" },
        { "'format':'xlsx','table':'Calls by hour'", "", "/output/table",
          "is for files of lines (csv, ndjson)" },
        { "'format':'ndjson','content':'all'", "", "/output/content", "does not fit into ndjson" },
        { "'format':'csv','table':'Calls by minute'", "", "/output/table",
          "call-records has no table 'Calls by minute'; it has Calls by hour, Calls by day" },
        { "'format':'csv','table':'Calls by hour'", "'groupBy':['agent']", "/output/table",
          "is for a report without groupBy" },
        { "'format':'csv','table':'Calls by hour'", "'measures':['peakHour']", "/output/table",
          "would have no columns" },
        { "'format':'csv','content':'figures'", "", "/output/content", "must be one of" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(JwViolations) violations = { 0 };
        JwJob *job = NULL;
        g_autofree char *text = g_strdup_printf(
            "{'reportType':'call-records','name':'Calls','parameters':{%s},'output':{%s}}",
            cases[i].parameters, cases[i].output);
        json_auto_t *body = parsed(text);
        assert_false(jw_wire_job_from_request(fixture->wire, body, NOW_MS, &violations, &job));
        assert_violation(&violations, cases[i].pointer, cases[i].message);
        assert_int_equal(jw_violations_count(&violations), 1);
    }
}

typedef struct {
    const char *output, *parameters, *ending, *type;
    JwContent content;
    JwCsvForm csv;
} Held;

static void
assert_held(const Fixture *fixture, const JwJob *job, const Held *held)
{
    g_autoptr(JwReportRequest) request = NULL;
    g_autoptr(GTimeZone) zone = g_time_zone_new_utc();
    g_autofree char *wanted = g_strconcat("Calls.", held->ending, NULL);
    const JwReportDef *def = NULL;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_report_request_of_job(fixture->catalog, job, &request, &def, &error), error);
    assert_int_equal(request->content, held->content);
    assert_int_equal(request->csv.delimiter, held->csv.delimiter);
    assert_int_equal(request->csv.decimal_comma, held->csv.decimal_comma);
    assert_true(g_pattern_match_simple(held->type, jw_report_content_type(request)));
    g_free(request->file_name);
    request->file_name = g_strdup("Calls.CSV");
    g_autofree char *name = jw_report_file_name(def, request, zone);
    assert_string_equal(name, wanted);
}

static const Held held_cases[] = {
    { "'format':'xlsx'", "", "xlsx", "application/vnd*", JW_CONTENT_ALL, { ',', false } },
    { "'format':'xlsx','content':'list'",
      "",
      "xlsx",
      "application/vnd*",
      JW_CONTENT_LIST,
      { ',', false } },
    { "'format':'csv'", "", "csv", "text/csv*", JW_CONTENT_LIST, { ',', false } },
    { "'format':'csv'",
      "'groupBy':['agent']",
      "csv",
      "text/csv*",
      JW_CONTENT_TABLE,
      { ',', false } },
    { "'format':'json'",
      "'groupBy':['agent']",
      "json",
      "application/json",
      JW_CONTENT_ALL,
      { ',', false } },
    { "'format':'ndjson','table':'By agent'",
      "",
      "ndjson",
      "application/x-ndjson",
      JW_CONTENT_TABLE,
      { ',', false } },
    { "'format':'ndjson','content':'tables'",
      "",
      "ndjson",
      "application/x-ndjson",
      JW_CONTENT_TABLES,
      { ',', false } },
    { "'format':'csv','content':'list'",
      "'groupBy':['agent']",
      "csv",
      "text/csv*",
      JW_CONTENT_LIST,
      { ',', false } },
    { "'format':'csv','content':'tables','csv':{'decimalComma':true}",
      "",
      "zip",
      "application/zip",
      JW_CONTENT_TABLES,
      { ';', true } },
    { "'format':'csv','content':'all','csv':{'decimalComma':true,'delimiter':'|'}",
      "",
      "zip",
      "application/zip",
      JW_CONTENT_ALL,
      { '|', true } },
    { "'format':'csv','table':'By agent','csv':{'delimiter':'\\t'}",
      "",
      "csv",
      "text/csv*",
      JW_CONTENT_TABLE,
      { '\t', false } },
};

static void
test_what_a_file_holds(void **state)
{

    for (size_t i = 0; i < G_N_ELEMENTS(held_cases); i++) {
        g_autofree char *body = g_strdup_printf(
            "{'reportType':'call-records','name':'Calls','parameters':{%s},'output':{%s}}",
            held_cases[i].parameters, held_cases[i].output);
        g_autoptr(JwJob) job = requested(*state, body);
        assert_held(*state, job, &held_cases[i]);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_smallest),          cmocka_unit_test(test_lookup_prefixes),
        cmocka_unit_test(test_scheduled),         cmocka_unit_test(test_recipients),
        cmocka_unit_test(test_international),     cmocka_unit_test(test_too_large),
        cmocka_unit_test(test_nearly_too_large),  cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_refused),           cmocka_unit_test(test_formats),
        cmocka_unit_test(test_settings),          cmocka_unit_test(test_outputs),
        cmocka_unit_test(test_what_a_file_holds),
    };
    return cmocka_run_group_tests(tests, fixture_set_up, fixture_tear_down);
}
