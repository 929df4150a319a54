/* test_command.c: commands that come by Kafka, and the way job → command → job. */
#include "fixture.h"

#include "jw/ident.h"

#define REQUEST(more)                                                                              \
    "{'reportType':'call-records','name':'Calls','parameters':{},'output':{'format':'csv'}" more "}"
#define SPEC       "{'reportType':'call-records','parameters':{},'output':{'format':'csv'}}"
#define BODY(more) "{'jobType':'report','name':'Calls','spec':" SPEC more "}"
#define JOB_ID     "019480a4-5f00-7000-8000-000000000001"

static JwJob *
commanded(const Fixture *fixture, const char *text, const char *source, const char *id,
          int64_t now_ms)
{
    g_auto(JwViolations) violations = { 0 };
    json_auto_t *body = parsed(text);
    JwJob *job = NULL;

    if (!jw_wire_job_from_command(fixture->wire, body, source, id, now_ms, &violations, &job)) {
        g_autofree char *all = jw_violations_text(&violations);
        fail_msg("refused: %s", all);
    }
    return job;
}

static void
test_derived_id(void **state)
{
    g_autoptr(JwJob) one = commanded(*state, BODY(""), "crm", "1", NOW_MS);
    g_autoptr(JwJob) again = commanded(*state, BODY(""), "crm", "1", NOW_MS + 5);
    g_autoptr(JwJob) other = commanded(*state, BODY(""), "crm", "2", NOW_MS);

    assert_true(jw_uuid_valid(one->id));
    assert_string_equal(one->id, again->id);
    assert_string_not_equal(one->id, other->id);
    assert_string_equal(one->source, "kafka");
    assert_string_equal(one->requested_by.id, "crm");
    assert_null(one->departments);
}

static void
test_identity(void **state)
{
    const Fixture *fixture = *state;
    g_auto(JwViolations) violations = { 0 };
    JwJob *none = NULL;
    json_auto_t *body = parsed(BODY(""));
    g_autoptr(JwJob) job = commanded(
        *state, BODY(",'jobId':'019480A4-5F00-7000-8000-000000000001'"), NULL, NULL, NOW_MS);

    assert_string_equal(job->id, JOB_ID);
    assert_string_equal(job->requested_by.id, "kafka");
    assert_null(job->departments);
    assert_false(
        jw_wire_job_from_command(fixture->wire, body, "crm", "", NOW_MS, &violations, &none));
    assert_violation(&violations, "/jobId", "ce_source and ce_id");
    assert_violation(&violations, "/jobId", "the header ce_id is empty");
    g_auto(JwViolations) beside = { 0 };
    json_auto_t *with_id = parsed(BODY(",'jobId':'019480a4-5f00-7000-8000-000000000001'"));
    assert_false(jw_wire_job_from_command(fixture->wire, with_id, "", "1", NOW_MS, &beside, &none));
    assert_violation(&beside, "", "the header ce_source is empty");
}

static void
test_past_means_now(void **state)
{
    g_autoptr(JwJob) job =
        commanded(*state, BODY(",'scheduledFor':'2020-01-01T00:00:00Z'"), "crm", "1", NOW_MS);

    assert_int_equal(job->state, JW_JOB_PENDING);
    assert_int_equal(job->not_before_ms, 0);
}

static void
assert_same_actor(const JwActor *a, const JwActor *b)
{
    assert_int_equal(g_strcmp0(a->id, b->id), 0);
    assert_int_equal(g_strcmp0(a->name, b->name), 0);
    assert_int_equal(g_strcmp0(a->email, b->email), 0);
}

static void
assert_same_texts(char *const *a, char *const *b)
{
    assert_int_equal(a == NULL, b == NULL);
    assert_true(a == NULL || g_strv_equal((const char *const *)a, (const char *const *)b));
}

static void
assert_round_trip(const Fixture *fixture, const JwJob *job, int64_t later_ms)
{
    g_autoptr(JwOutboxEntry) entry = jw_wire_submit_command(fixture->wire, job, NOW_MS);
    g_autoptr(JwJob) back = commanded(fixture, entry->body, "jobwire", entry->id, later_ms);
    g_autoptr(JwOutboxEntry) again = jw_wire_submit_command(fixture->wire, back, NOW_MS);

    assert_string_equal(again->body, entry->body); /* decoded twice, the same */

    assert_string_equal(back->id, job->id);
    assert_string_equal(back->type, job->type);
    assert_string_equal(back->subtype, job->subtype);
    assert_string_equal(back->name, job->name);
    assert_int_equal(g_strcmp0(back->description, job->description), 0);
    assert_string_equal(back->spec, job->spec);
    assert_string_equal(back->source, job->source);
    assert_int_equal(back->priority, job->priority);
    assert_int_equal(back->scheduled_for_ms, job->scheduled_for_ms);
    assert_same_actor(&back->requested_by, &job->requested_by);
    assert_same_texts(back->departments, job->departments);
    assert_same_texts(back->recipients, job->recipients);
    assert_int_equal(back->on_failure, job->on_failure);
    assert_int_equal(back->mail == NULL, job->mail == NULL);
    if (job->mail != NULL) {
        assert_int_equal(g_strcmp0(back->mail->subject, job->mail->subject), 0);
        assert_int_equal(g_strcmp0(back->mail->intro, job->mail->intro), 0);
        assert_int_equal(g_strcmp0(back->mail->sender_name, job->mail->sender_name), 0);
    }
    assert_int_equal(back->in_doubt, job->in_doubt);
    assert_int_equal(back->visibility, job->visibility);
    assert_int_equal(back->max_attempts, job->max_attempts);
    assert_int_equal(back->timeout_ms, job->timeout_ms);
    if (later_ms == NOW_MS) {
        assert_int_equal(back->state, job->state);
        assert_int_equal(back->not_before_ms, job->not_before_ms);
    }
}

static void
test_round_trip(void **state)
{
    static const char *const bodies[] = {
        REQUEST(""),
        REQUEST(",'description':'two\\nlines','priority':'low','scheduledFor':'2026-02-01T00:00:00."
                "250Z'"),
        REQUEST(",'delivery':{'recipients':['a@example.com','b@example.com']}"),
        REQUEST(",'delivery':{'onFailure':'none'}"),
        REQUEST(",'delivery':{'inDoubt':'at_most_once'}"),
        REQUEST(",'delivery':{'inDoubt':'at_least_once'}"),
        REQUEST(
            ",'delivery':{'mail':{'subject':'{{period}}','intro':'a\\n\\nb','senderName':'X'}}"),
        REQUEST(",'delivery':{'mail':{'intro':'{{figures.totalCalls}}'}}"),
        REQUEST(",'visibility':'everyone'"),
        REQUEST(",'visibility':'department'"),
        REQUEST(",'delivery':{'recipients':['a@example.com'],'onFailure':'requester'}"),
        "{'reportType':'call-records','name':'W','parameters':{'period':{'type':'weekly'}},'output'"
        ":{'format':'xlsx'}}",
        "{'reportType':'call-records','name':'W','parameters':{'period':{'type':'monthly','at':'"
        "2021-03-01T00:00:00+01:00',"
        "'timeZone':'Europe/Istanbul'}},'output':{'format':'xlsx','filename':'M\xc3\xa4rz'}}",
        "{'reportType':'call-records','name':'R','parameters':{'dateRange':{'startDate':'2021-01-"
        "01','endDate':'2021-01-31'},"
        "'timeZone':'America/"
        "New_York','filters':{'departmentIds':['support'],'agents':[]},'groupBy':['hour'],"
        "'measures':['totalCalls'],'includeInactive':true},'output':{'format':'output-format.csv'}"
        "}",
    };
    const Fixture *fixture = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(bodies); i++) {
        g_autoptr(JwJob) job = requested(fixture, bodies[i]);
        job->id = g_strdup(JOB_ID);
        job->source = g_strdup("api:reports");
        job->requested_by =
            (JwActor){ g_strdup("u-1"), g_strdup("Ay\xc5\x9f\x65"), g_strdup("ayse@example.com") };
        job->departments = g_strsplit("support,sales", ",", -1);
        job->timeout_ms = (int64_t)i * 90000;
        job->max_attempts = (int32_t)i + 1;
        assert_round_trip(fixture, job, NOW_MS);
        assert_round_trip(fixture, job,
                          NOW_MS + INT64_C(30) * 86400000); /* the period must not move */
    }
}

/* The kind's defaults, and a command's own values. */
static void
test_limits(void **state)
{
    g_autoptr(JwJob) plain = commanded(*state, BODY(""), "crm", "1", NOW_MS);
    g_autoptr(JwJob) own =
        commanded(*state, BODY(",'timeoutSeconds':90,'maxAttempts':2"), "crm", "1", NOW_MS);

    assert_int_equal(plain->timeout_ms, 0);
    assert_int_equal(plain->max_attempts, 5);
    assert_int_equal(own->timeout_ms, 90000);
    assert_int_equal(own->max_attempts, 2);
}

/* That of the report type, for jobs that have none of their own. */
static void
test_limit_of_a_report_type(void **state)
{
    Fixture *fixture = *state;
    g_autofree char *dir = tk_temp_dir();
    g_autofree char *path = g_build_filename(dir, "calls.json", NULL);
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;

    assert_true(
        g_file_get_contents(JW_SOURCE_DIR "/schemas/reports/call-records.json", &text, NULL, NULL));
    g_autofree char *limited = g_strconcat("{\"timeoutSeconds\":40,", strchr(text, '{') + 1, NULL);
    assert_true(g_file_set_contents(path, limited, -1, NULL));
    g_autoptr(JwCatalog) catalog = jw_catalog_load(dir, &error);
    assert_ok(catalog != NULL, error);
    g_autoptr(JwWire) wire = jw_wire_new(catalog, "jobwire.");
    Fixture other = { .catalog = catalog, .wire = wire };
    g_autoptr(JwJob) plain = commanded(&other, BODY(""), "crm", "1", NOW_MS);
    g_autoptr(JwJob) own = commanded(&other, BODY(",'timeoutSeconds':90"), "crm", "1", NOW_MS);
    g_autoptr(JwJob) none = commanded(fixture, BODY(""), "crm", "1", NOW_MS);

    assert_int_equal(plain->timeout_ms, 40000);
    assert_int_equal(own->timeout_ms, 90000);
    assert_int_equal(none->timeout_ms, 0);
}

static void
test_scope(void **state)
{
    const Fixture *fixture = *state;
    g_auto(JwViolations) violations = { 0 };
    JwJob *job = NULL;
    json_auto_t *body = parsed(
        "{'jobType':'report','name':'x','spec':{'reportType':'call-records',"
        "'parameters':{'filters':{'departmentIds':['sales','hr']}},'output':{'format':'csv'}},"
        "'departments':['sales']}");

    assert_false(
        jw_wire_job_from_command(fixture->wire, body, "crm", "1", NOW_MS, &violations, &job));
    assert_violation(&violations, "/spec/parameters/filters/departmentIds/1",
                     "not one of the command's departments");
    assert_int_equal(jw_violations_count(&violations), 1);
}

/* Records that nothing limits, asked for in the name of some departments. */
static void
test_scope_without_filter(void **state)
{
    g_autofree char *dir = tk_temp_dir();
    g_autofree char *path = g_build_filename(dir, "visits.json", NULL);
    g_autofree char *definition =
        quoted("{'reportType':'visits','title':'T','filePrefix':'T','collection':'visits',"
               "'dateField':'at','measures':[{'name':'n','label':'N','op':'count'}],"
               "'columns':[{'field':'a','label':'A'}],'summary':['n']}");
    g_auto(JwViolations) violations = { 0 };
    g_autoptr(GError) error = NULL;
    JwJob *job = NULL;

    (void)state;
    assert_true(g_file_set_contents(path, definition, -1, NULL));
    g_autoptr(JwCatalog) catalog = jw_catalog_load(dir, &error);
    assert_ok(catalog != NULL, error);
    g_autoptr(JwWire) wire = jw_wire_new(catalog, "jobwire");
    json_auto_t *body = parsed("{'jobType':'report','name':'x','spec':{'reportType':'visits',"
                               "'parameters':{},'output':{'format':'csv'}},'departments':['d1']}");
    assert_false(jw_wire_job_from_command(wire, body, "crm", "1", NOW_MS, &violations, &job));
    assert_violation(&violations, "/spec/reportType", "visits cannot be limited to departments");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_derived_id),     cmocka_unit_test(test_identity),
        cmocka_unit_test(test_past_means_now), cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_limits),         cmocka_unit_test(test_limit_of_a_report_type),
        cmocka_unit_test(test_scope),          cmocka_unit_test(test_scope_without_filter),
    };
    return cmocka_run_group_tests(tests, fixture_set_up, fixture_tear_down);
}
