/* test_templates.c: /templates, and what a request makes of one. */
#include "gwkit.h"

#include <string.h>

#define TEMPLATES "/api/v2/reports/templates"
#define SETTINGS                                                                                   \
    "{\"reportType\":\"call-records\",\"name\":\"Daily\",\"priority\":\"low\",\"parameters\":{"    \
    "\"period\":{\"type\":\"weekly\"},\"groupBy\":[\"agent\"],\"filters\":{\"agents\":[\"ann\","   \
    "\"bob\"]}},\"output\":{\"format\":\"csv\",\"bom\":true},\"delivery\":{\"recipients\":["       \
    "\"a@example.com\"]}}"
#define TEMPLATE(name, more) "{\"name\":\"" name "\",\"settings\":" SETTINGS more "}"

static char *
template_path(const char *id)
{
    return g_strconcat(TEMPLATES "/", id, NULL);
}

/* (transfer full): its id. */
static char *
make(GwKit *kit, const char *who, const char *body)
{
    g_auto(Answer) answer = kit_post(kit, who, TEMPLATES, body);

    assert_answer(answer, 201, NULL);
    assert_int_equal(answer_int(&answer, "data.version"), 1);
    g_autofree char *path = template_path(answer_text(&answer, "data.id"));
    assert_string_equal(answer_header(&answer, "location"), path);
    return g_strdup(answer_text(&answer, "data.id"));
}

static Answer
use(GwKit *kit, const char *who, const char *id, const char *more)
{
    g_autofree char *body = g_strdup_printf("{\"templateId\":\"%s\"%s}", id, more);

    return kit_post(kit, who, KIT_JOBS, body);
}

/* The job that was made; fails the test when there is none. */
static JwJob *
used(GwKit *kit, const char *who, const char *id, const char *more)
{
    g_auto(Answer) answer = use(kit, who, id, more);

    assert_answer(answer, 201, NULL);
    return kit_job(kit->ports, answer_text(&answer, "data.id"));
}

static void
test_life(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = make(kit, "dave", TEMPLATE("Week", ",\"description\":\"two\\nlines\""));
    g_autofree char *path = template_path(id);
    g_autofree char *upper = g_ascii_strup(id, -1);
    g_autofree char *upper_path = template_path(upper);

    g_auto(Answer) one = kit_get(kit, "dave", upper_path);
    assert_answer(one, 200, NULL);
    assert_string_equal(answer_header(&one, "etag"), "\"1\"");
    assert_string_equal(answer_text(&one, "data.id"), id);
    assert_string_equal(answer_text(&one, "data.name"), "Week");
    assert_string_equal(answer_text(&one, "data.description"), "two\nlines");
    assert_string_equal(answer_text(&one, "data.reportType"), "call-records");
    assert_string_equal(answer_text(&one, "data.visibility"), "department");
    assert_string_equal(answer_text(&one, "data.departments.0"), "d1");
    assert_string_equal(answer_text(&one, "data.owner.id"), "dave");
    assert_string_equal(answer_text(&one, "data.settings.name"), "Daily");
    assert_string_equal(answer_text(&one, "data.settings.parameters.filters.agents.1"), "bob");
    assert_string_equal(answer_text(&one, "data.createdAt"), "2026-01-13T02:00:15Z");
    assert_null(answer_at(&one, "data.updatedBy"));
    tk_clock_advance(&kit->ports->clock.fake, 60000);
    g_auto(Answer) put = kit_ask(kit, "dave", "PUT", path,
                                 "{\"name\":\"New\",\"settings\":{\"reportType\":"
                                 "\"report-type.learning-activity\"},\"version\":1}",
                                 NULL);
    assert_answer(put, 200, NULL);
    assert_string_equal(answer_header(&put, "etag"), "\"2\"");
    assert_string_equal(answer_text(&put, "data.reportType"), "learning-activity");
    assert_string_equal(answer_text(&put, "data.updatedAt"), "2026-01-13T02:01:15Z");
    assert_string_equal(answer_text(&put, "data.updatedBy"), "dave");
    assert_null(answer_at(&put, "data.description"));
    g_auto(Answer) gone = kit_ask(kit, "dave", "DELETE", path, NULL, NULL);
    assert_answer(gone, 200, NULL);
    g_auto(Answer) none = kit_get(kit, "dave", path);
    assert_answer(none, 404, "TEMPLATE_NOT_FOUND");
    g_auto(Answer) twice = kit_ask(kit, "dave", "DELETE", path, NULL, NULL);
    assert_answer(twice, 404, "TEMPLATE_NOT_FOUND");
}

static void
test_patch(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = make(kit, "dave", TEMPLATE("Week", ",\"description\":\"x\""));
    g_autofree char *path = template_path(id);

    g_auto(Answer) patched =
        kit_ask(kit, "dave", "PATCH", path,
                "{\"description\":null,\"visibility\":\"private\",\"settings\":{\"priority\":null,"
                "\"parameters\":{\"groupBy\":[],\"filters\":{\"agents\":[\"eve\"]}}}}",
                NULL);
    assert_answer(patched, 200, NULL);
    assert_int_equal(answer_int(&patched, "data.version"), 2);
    assert_string_equal(answer_text(&patched, "data.name"), "Week");
    assert_null(answer_at(&patched, "data.description"));
    assert_string_equal(answer_text(&patched, "data.visibility"), "private");
    assert_null(answer_at(&patched, "data.settings.priority"));
    assert_int_equal(json_array_size(answer_at(&patched, "data.settings.parameters.groupBy")), 0);
    assert_string_equal(answer_text(&patched, "data.settings.parameters.filters.agents.0"), "eve");
    assert_string_equal(answer_text(&patched, "data.settings.parameters.period.type"), "weekly");
    g_auto(Answer) same = kit_ask(kit, "dave", "PATCH", path, "{\"name\":\"Week\"}", NULL);
    assert_answer(same, 200, NULL);
    assert_int_equal(answer_int(&same, "data.version"), 2); /* nothing changed */
    g_auto(Answer) absent = /* what is not there cannot be taken away */
        kit_ask(kit, "dave", "PATCH", path,
                "{\"description\":null,\"version\":null,\"settings\":{\"timeoutSeconds\":null,"
                "\"output\":{\"content\":null},\"parameters\":{\"sort\":null,"
                "\"filters\":{\"queues\":null}}}}",
                NULL);
    assert_answer(absent, 200, NULL);
    assert_int_equal(answer_int(&absent, "data.version"), 2);
    g_auto(Answer) wrong = kit_ask(kit, "dave", "PATCH", path,
                                   "{\"colour\":null,\"settings\":{\"output\":{\"size\":1},"
                                   "\"prioroty\":null}}",
                                   NULL);
    assert_answer(wrong, 400, "VALIDATION_ERROR");
    kit_assert_pointers(&wrong, (const char *const[]){ "/colour", "/settings/output/size",
                                                       "/settings/prioroty", NULL });
}

static void
test_versions(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = make(kit, "alice", TEMPLATE("Week", ""));
    g_autofree char *path = template_path(id);
    static const struct {
        const char *method, *body, *match;
        int status;
        const char *code;
    } cases[] = {
        { "PUT", TEMPLATE("A", ",\"version\":1"), NULL, 200, NULL },
        { "PUT", TEMPLATE("B", ",\"version\":1"), NULL, 409, "TEMPLATE_CHANGED" },
        { "PATCH", "{\"name\":\"B\",\"version\":1}", NULL, 409, "TEMPLATE_CHANGED" },
        { "PATCH", "{\"name\":\"B\",\"version\":3}", NULL, 409, "TEMPLATE_CHANGED" },
        { "PUT", TEMPLATE("B", ""), "If-Match: \"1\"", 412, "PRECONDITION_FAILED" },
        { "PATCH", "{\"name\":\"B\"}", "If-Match: \"1\"", 412, "PRECONDITION_FAILED" },
        { "DELETE", NULL, "If-Match: \"1\"", 412, "PRECONDITION_FAILED" },
        { "PUT", TEMPLATE("B", ""), "If-Match: \"2\"", 200, NULL },
        { "PATCH", "{\"name\":\"C\"}", "If-Match: \"3\"", 200, NULL },
        { "PATCH", "{\"name\":\"D\"}", "If-Match: *", 200, NULL },
        { "PUT", TEMPLATE("E", ""), NULL, 200, NULL }, /* who names no version means any */
        { "PATCH", "{\"version\":0}", NULL, 400, "VALIDATION_ERROR" },
        { "GET", NULL, "If-None-Match: \"6\"", 304, NULL },
        { "GET", NULL, "If-Match: \"5\"", 412, "PRECONDITION_FAILED" },
        { "DELETE", NULL, "If-Match: \"6\"", 200, NULL },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *headers[] = { cases[i].match, NULL };
        g_auto(Answer) answer =
            kit_ask(kit, "alice", cases[i].method, path, cases[i].body, headers);
        if (cases[i].status == 304) {
            assert_int_equal(answer.status, 304);
        } else if (answer.status != cases[i].status
                   || g_strcmp0(answer_text(&answer, "error.code"), cases[i].code) != 0) {
            fail_msg("case %zu: %ld %.*s", i, answer.status, (int)answer.body->len,
                     (const char *)answer.body->data);
        }
    }
}

static void
test_faulty(void **state)
{
    GwKit *kit = *state;
    static const struct {
        const char *body, *pointers[4];
    } cases[] = {
        { "{}", { "/name", "/settings" } },
        { "[]", { "" } },
        { "{\"name\":\"x\",\"settings\":[]}", { "/settings" } },
        { "{\"name\":\"x\",\"settings\":{}}", { "/settings/reportType" } },
        { TEMPLATE("x", ",\"version\":1"), { "/version" } },
        { TEMPLATE("x", ",\"owner\":\"boss\""), { "/owner" } },
        { TEMPLATE("x", ",\"visibility\":\"all\""), { "/visibility" } },
        { "{\"name\":\"\",\"settings\":{\"reportType\":\"weather\",\"x\":1}}",
          { "/name", "/settings/reportType", "/settings/x" } },
        { "{\"name\":\"x\",\"settings\":{\"reportType\":\"call-records\",\"scheduledFor\":"
          "\"2099-01-01T00:00:00Z\",\"templateId\":\"t\"}}",
          { "/settings/scheduledFor", "/settings/templateId" } },
        { "{\"name\":\"x\",\"settings\":{\"reportType\":\"call-records\",\"parameters\":{"
          "\"filters\":{\"moons\":[\"a\"]},\"measures\":[\"joy\"]}}}",
          { "/settings/parameters/filters/moons", "/settings/parameters/measures/0" } },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Answer) answer = kit_post(kit, "alice", TEMPLATES, cases[i].body);
        assert_answer(answer, 400, "VALIDATION_ERROR");
        kit_assert_pointers(&answer, cases[i].pointers);
    }
    g_auto(Answer) broken = kit_post(kit, "alice", TEMPLATES, "{");
    assert_answer(broken, 400, "INVALID_JSON");
    g_auto(Answer) list = kit_get(kit, "admin", TEMPLATES);
    assert_int_equal(answer_int(&list, "pagination.total"), 0);
}

/* What @who may do with one of dave's templates. @change: the status of a change by who sees it. */
static void
assert_may(GwKit *kit, const char *who, const char *id, bool sees, int change)
{
    g_autofree char *path = template_path(id);
    const bool reads = strcmp(who, "nobody") != 0;
    const bool creates = reads && strcmp(who, "reader") != 0;
    /* "lone" has no department: it may not mail by the word of one */
    const int uses = !creates ? 403 : !sees || strcmp(who, "lone") == 0 ? 400 : 201;

    g_auto(Answer) one = kit_get(kit, who, path);
    assert_int_equal(one.status, !reads ? 403 : sees ? 200 : 404);
    g_auto(Answer) patch = kit_ask(kit, who, "PATCH", path, "{\"description\":\"x\"}", NULL);
    assert_int_equal(patch.status, sees ? change : 404);
    g_auto(Answer) job = use(kit, who, id, "");
    assert_int_equal(job.status, uses);
}

/* Whose templates are seen, and changed, by whom: private, of d1, everyone's. */
static void
test_shared(void **state)
{
    GwKit *kit = *state;
    static const char *const makes[] = { "private", "department", "everyone" };
    static const struct {
        const char *who;
        int seen; /* of makes, from the last */
        int change;
    } cases[] = {
        { "dave", 3, 200 },   { "adam", 3, 200 },  { "admin", 3, 200 }, { "dana", 2, 403 },
        { "reader", 2, 403 }, { "alice", 1, 403 }, { "lone", 1, 403 },  { "nobody", 0, 404 },
    };
    char *ids[3];

    for (size_t i = 0; i < G_N_ELEMENTS(makes); i++) {
        g_autofree char *body =
            g_strdup_printf(TEMPLATE("%s", ",\"visibility\":\"%s\""), makes[i], makes[i]);
        ids[i] = make(kit, "dave", body);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *who = cases[i].who;
        const bool reads = strcmp(who, "nobody") != 0;
        g_auto(Answer) list = kit_get(kit, who, TEMPLATES);

        assert_int_equal(list.status, reads ? 200 : 403);
        assert_true(!reads || answer_int(&list, "pagination.total") == cases[i].seen);
        for (int j = 0; j < 3; j++) {
            assert_may(kit, who, ids[j], 3 - j <= cases[i].seen, cases[i].change);
        }
    }
    g_autofree char *shown = template_path(ids[1]); /* an admin's change leaves it to d1 */
    g_auto(Answer) still = kit_get(kit, "reader", shown);
    assert_string_equal(answer_text(&still, "data.departments.0"), "d1");
    assert_string_equal(answer_text(&still, "data.owner.id"), "dave");
    for (size_t i = 0; i < G_N_ELEMENTS(ids); i++) {
        g_free(ids[i]);
    }
}

/* Of other departments: who is shown the report, and who is mailed it, is for its requester to say;
 * and an admin of one of the departments only leaves it as it is. */
static void
test_of_other_departments(void **state)
{
    GwKit *kit = *state;
    static const char *const both[] = { "/delivery/recipients", "/visibility", NULL };
    g_autofree char *id =
        make(kit, "dana",
             "{\"name\":\"x\",\"visibility\":\"everyone\",\"settings\":{\"reportType\":"
             "\"call-records\",\"name\":\"y\",\"visibility\":\"everyone\",\"parameters\":{},"
             "\"delivery\":{\"recipients\":[\"eve@example.com\"]},\"output\":{\"format\":"
             "\"csv\"}}}");
    g_autofree char *path = template_path(id);

    g_auto(Answer) bare = use(kit, "dave", id, "");
    assert_answer(bare, 400, "VALIDATION_ERROR");
    kit_assert_pointers(&bare, both);
    g_auto(Answer) own_words =
        use(kit, "dave", id,
            ",\"visibility\":\"everyone\",\"delivery\":{\"recipients\":[\"dave@example.com\"]}");
    assert_answer(own_words, 201, NULL);
    g_auto(Answer) none = use(kit, "dave", id, ",\"visibility\":\"private\",\"delivery\":null");
    assert_answer(none, 201, NULL);
    g_auto(Answer) hers = use(kit, "dana", id, "");
    assert_answer(hers, 201, NULL);
    g_auto(Answer) anybody = use(kit, "alice", id, ""); /* of all departments */
    assert_answer(anybody, 201, NULL);
    g_auto(Answer) patch = kit_ask(kit, "adam", "PATCH", path, "{\"description\":\"x\"}", NULL);
    assert_answer(patch, 403, "FORBIDDEN");
    g_auto(Answer) away = kit_ask(kit, "adam", "DELETE", path, NULL, NULL);
    assert_answer(away, 403, "FORBIDDEN");
}

static void
test_list(void **state)
{
    GwKit *kit = *state;

    g_free(make(kit, "dave", TEMPLATE("C", "")));
    g_free(make(kit, "dave", TEMPLATE("A", "")));
    g_free(make(kit, "dave", TEMPLATE("B", "")));
    g_auto(Answer) mine = kit_get(kit, "dave", TEMPLATES "?owner=dave&limit=2&page=2");
    assert_int_equal(answer_int(&mine, "pagination.total"), 3);
    assert_string_equal(answer_text(&mine, "data.0.name"), "C");
    assert_null(answer_at(&mine, "data.1"));
    assert_null(answer_at(&mine, "data.0.settings"));
    g_auto(Answer) same = kit_get(kit, "dave", TEMPLATES "?reportType=report-type.call-records");
    assert_int_equal(answer_int(&same, "pagination.total"), 3);
    g_auto(Answer) others = kit_get(kit, "dave", TEMPLATES "?reportType=learning-activity");
    assert_int_equal(answer_int(&others, "pagination.total"), 0);
    g_auto(Answer) wrong = kit_get(kit, "dave", TEMPLATES "?reportType=&owner=&limit=0&q=x");
    assert_answer(wrong, 400, "VALIDATION_ERROR");
    kit_assert_pointers(&wrong, (const char *const[]){ "/owner", "/limit", "/q", NULL });
    g_auto(Answer) type = kit_get(kit, "dave", TEMPLATES "?reportType=weather");
    assert_answer(type, 400, "VALIDATION_ERROR");
    kit_assert_pointers(&type, (const char *const[]){ "/reportType", NULL });
}

static void
test_defaults(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = make(kit, "alice", TEMPLATE("Week", ""));
    g_autofree char *path = template_path(id);

    g_autoptr(JwJob) plain = used(kit, "alice", id, "");
    assert_string_equal(plain->name, "Daily");
    assert_string_equal(plain->subtype, "call-records");
    assert_int_equal(plain->priority, JW_PRIORITY_LOW);
    assert_string_equal(plain->recipients[0], "a@example.com");
    assert_string_equal(plain->template_id, id);
    assert_int_equal(plain->template_version, 1);
    assert_non_null(strstr(plain->spec, "\"agents\":[\"ann\",\"bob\"]"));
    assert_non_null(strstr(plain->spec, "\"type\":\"weekly\""));
    g_auto(Answer) changed =
        kit_ask(kit, "alice", "PATCH", path, "{\"settings\":{\"name\":\"Later\"}}", NULL);
    assert_answer(changed, 200, NULL);
    g_autoptr(JwJob) own =
        used(kit, "alice", id,
             ",\"reportType\":\"report-type.call-records\",\"name\":\"Mine\",\"priority\":\"high\","
             "\"parameters\":{\"dateRange\":{\"startDate\":\"2021-01-01\",\"endDate\":"
             "\"2021-01-02\"},\"filters\":{\"agents\":[\"eve\"]}},\"output\":{\"bom\":null,"
             "\"format\":\"xlsx\"},\"delivery\":null");
    assert_string_equal(own->name, "Mine");
    assert_int_equal(own->priority, JW_PRIORITY_HIGH);
    assert_int_equal(own->template_version, 2);
    assert_null(own->recipients);
    assert_non_null(strstr(own->spec, "\"agents\":[\"eve\"]"));
    assert_non_null(strstr(own->spec, "\"groupBy\":[\"agent\"]"));
    assert_null(strstr(own->spec, "period")); /* the range takes its place */
    g_autoptr(JwJob) edition = used(kit, "alice", id,
                                    ",\"reportType\":\"cdr\",\"parameters\":{\"edition\":"
                                    "\"Monthly\"}");
    assert_string_equal(edition->edition, "Monthly");
    assert_null(strstr(edition->spec, "weekly")); /* its month takes the place of the week */
    assert_non_null(strstr(edition->spec, "\"type\":\"monthly\""));
    assert_null(strstr(own->spec, "bom"));
    g_autoptr(JwJob) absent = /* nothing of it is in the template */
        used(kit, "alice", id,
             ",\"visibility\":null,\"scheduledFor\":null,\"timeoutSeconds\":null,"
             "\"parameters\":{\"top\":null,\"filters\":{\"queues\":null}}");
    assert_string_equal(absent->name, "Later");
    assert_null(strstr(absent->spec, "null"));
    g_autofree char *job_path = kit_path(plain->id, "");
    g_auto(Answer) gone = kit_ask(kit, "alice", "DELETE", path, NULL, NULL);
    assert_answer(gone, 200, NULL);
    g_auto(Answer) kept = kit_get(kit, "alice", job_path); /* as it was made */
    assert_string_equal(answer_text(&kept, "data.name"), "Daily");
    assert_string_equal(answer_text(&kept, "data.templateId"), id);
    assert_int_equal(answer_int(&kept, "data.templateVersion"), 1);
    assert_string_equal(answer_text(&kept, "data.parameters.groupBy.0"), "agent");
}

static void
test_refused_use(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = make(kit, "alice", TEMPLATE("Week", ""));
    static const struct {
        const char *more, *pointer, *message;
    } cases[] = {
        { ",\"output\":{\"format\":\"xlsx\"}", "/output/bom", "from the template 'Week'" },
        { ",\"reportType\":\"learning-activity\",\"parameters\":{\"groupBy\":null}",
          "/parameters/filters/agents", "from the template 'Week'" },
        { ",\"name\":null", "/name", "is required" },
        { ",\"name\":\"\"", "/name", "must not be empty" },
        { ",\"colour\":null", "/colour", "is not known" },
        { ",\"parameters\":{\"gruopBy\":null}", "/parameters/gruopBy", "did you mean 'groupBy'" },
        { ",\"version\":1", "/version", "is not known" },
        { ",\"parameters\":[]", "/parameters", "must be an object" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Answer) answer = use(kit, "alice", id, cases[i].more);
        assert_answer(answer, 400, "VALIDATION_ERROR");
        if (g_strcmp0(answer_text(&answer, "error.details.0.pointer"), cases[i].pointer) != 0
            || strstr(answer_text(&answer, "error.details.0.message"), cases[i].message) == NULL
            || answer_at(&answer, "error.details.1") != NULL) {
            fail_msg("case %zu: %.*s", i, (int)answer.body->len, (const char *)answer.body->data);
        }
    }
    static const char *const unknown[] = { "019480a4-5f00-7000-8000-000000000001", "t-1", "..%2f",
                                           "$ne" };
    for (size_t i = 0; i < G_N_ELEMENTS(unknown); i++) {
        g_auto(Answer) answer = use(kit, "alice", unknown[i], "");
        assert_answer(answer, 400, "VALIDATION_ERROR");
        kit_assert_pointers(&answer, (const char *const[]){ "/templateId", NULL });
    }
    g_auto(Answer) other = kit_post(kit, "alice", KIT_JOBS, "{\"templateId\":{\"$ne\":1}}");
    assert_answer(other, 400, "VALIDATION_ERROR");
    assert_string_equal(answer_text(&other, "error.details.0.pointer"), "/templateId");
    g_auto(Answer) list = kit_get(kit, "admin", KIT_JOBS);
    assert_int_equal(answer_int(&list, "pagination.total"), 0);
}

/* Whose template it is widens nobody's departments. */
static void
test_scope(void **state)
{
    GwKit *kit = *state;
#define ASKING(department)                                                                         \
    "{\"name\":\"x\",\"visibility\":\"everyone\",\"settings\":{\"reportType\":\"call-records\","   \
    "\"name\":\"n\",\"output\":{\"format\":\"csv\"},\"parameters\":{\"filters\":{"                 \
    "\"departmentIds\":[\"" department "\"]}}}}"

    g_auto(Answer) beyond = kit_post(kit, "dave", TEMPLATES, ASKING("d2"));
    assert_answer(beyond, 403, "DEPARTMENT_FORBIDDEN");
    kit_assert_pointers(
        &beyond, (const char *const[]){ "/settings/parameters/filters/departmentIds/0", NULL });
    g_auto(Answer) lone = kit_post(kit, "lone", TEMPLATES, ASKING("d2"));
    assert_answer(lone, 403, "DEPARTMENT_FORBIDDEN");
    g_autofree char *id = make(kit, "dana", ASKING("d2"));
    g_auto(Answer) wide = use(kit, "dave", id, "");
    assert_answer(wide, 403, "DEPARTMENT_FORBIDDEN");
    assert_string_equal(answer_text(&wide, "error.details.0.pointer"),
                        "/parameters/filters/departmentIds/0");
    assert_non_null(strstr(answer_text(&wide, "error.details.0.message"), "from the template"));
    g_autoptr(JwJob) dana = used(kit, "dana", id, "");
    assert_string_equal(dana->departments[0], "d2");
    assert_null(dana->departments[1]);
    g_autoptr(JwJob) dave = /* of his own instead */
        used(kit, "dave", id, ",\"parameters\":{\"filters\":{\"departmentIds\":null}}");
    assert_string_equal(dave->departments[0], "d1");
    g_auto(Answer) other = kit_post(kit, "maker", TEMPLATES, ASKING("d1"));
    assert_answer(other, 201, NULL);
    g_auto(Answer) reader = kit_post(kit, "reader", TEMPLATES, ASKING("d1"));
    assert_answer(reader, 403, "FORBIDDEN");
}

static void
test_keys(void **state)
{
    GwKit *kit = *state;
    const char *headers[] = { "Idempotency-Key: k", NULL };

    g_auto(Answer) first = kit_ask(kit, "alice", "POST", TEMPLATES, TEMPLATE("A", ""), headers);
    assert_answer(first, 201, NULL);
    assert_null(answer_header(&first, "idempotent-replayed"));
    g_autofree char *path = g_strdup(answer_header(&first, "location"));
    g_auto(Answer) patch = kit_ask(kit, "alice", "PATCH", path, "{\"name\":\"B\"}", NULL);
    assert_answer(patch, 200, NULL);
    g_auto(Answer) again = kit_ask(kit, "alice", "POST", TEMPLATES, TEMPLATE("A", ""), headers);
    assert_answer(again, 201, NULL);
    assert_string_equal(answer_header(&again, "idempotent-replayed"), "true");
    assert_string_equal(answer_header(&again, "location"), path);
    assert_true(json_equal(first.json, again.json));
    g_auto(Answer) other = kit_ask(kit, "alice", "POST", TEMPLATES, TEMPLATE("C", ""), headers);
    assert_answer(other, 422, "IDEMPOTENCY_KEY_REUSED");
    g_auto(Answer) bob = kit_ask(kit, "bob", "POST", TEMPLATES, TEMPLATE("C", ""), headers);
    assert_answer(bob, 201, NULL);
    assert_string_not_equal(answer_header(&bob, "location"), path);
    /* A job of a key is what it was, whatever became of its template. */
    g_autofree char *id = g_strdup(answer_text(&first, "data.id"));
    g_autofree char *body = g_strdup_printf("{\"templateId\":\"%s\"}", id);
    g_auto(Answer) job = kit_ask(kit, "alice", "POST", KIT_JOBS, body, headers);
    assert_answer(job, 201, NULL);
    g_auto(Answer) gone = kit_ask(kit, "alice", "DELETE", path, NULL, NULL);
    assert_answer(gone, 200, NULL);
    g_auto(Answer) same = kit_ask(kit, "alice", "POST", KIT_JOBS, body, headers);
    assert_answer(same, 201, NULL);
    assert_true(json_equal(job.json, same.json));
    g_auto(Answer) fresh = kit_post(kit, "alice", KIT_JOBS, body);
    assert_answer(fresh, 400, "VALIDATION_ERROR");
    const char *wrong[] = { "Idempotency-Key: a\tb", NULL };
    g_auto(Answer) bad = kit_ask(kit, "alice", "POST", TEMPLATES, "{}", wrong);
    kit_assert_pointers(&bad,
                        (const char *const[]){ "/Idempotency-Key", "/name", "/settings", NULL });
}

/* The n-th store call of one request fails: what was done is done once, and what is answered is
 * true. Returns whether there was an n-th. */
static bool
ask_with_fault(GwKit *kit, const char *method, const char *body, size_t fault, int n)
{
    const bool posts = strcmp(method, "POST") == 0, deletes = strcmp(method, "DELETE") == 0;
    g_autofree char *id = make(kit, "alice", TEMPLATE("T", ""));
    g_autofree char *own = template_path(id);
    const char *path = posts ? TEMPLATES : own;
    g_autofree char *key = g_strdup_printf("Idempotency-Key: %zu-%d", fault, n);
    const char *headers[] = { posts ? key : NULL, NULL };

    kit_fault_at(kit->ports, n, kit_faults[fault]);
    g_auto(Answer) answer = kit_ask(kit, "alice", method, path, body, headers);
    const bool met = kit_fault_met(kit->ports);
    assert_true(answer.status / 100 == 2 || answer.status == 503 || answer.status == 500
                || answer.status == 504);
    /* what a client does: the same again */
    g_auto(Answer) again = kit_ask(kit, "alice", method, path, body, headers);
    assert_true(again.status / 100 == 2 || (deletes && again.status == 404));
    g_auto(Answer) now = kit_get(kit, "alice", own);
    assert_int_equal(now.status, deletes ? 404 : 200);
    if (body != NULL && !posts) {
        assert_string_equal(answer_text(&now, "data.name"), "New");
        assert_int_equal(answer_int(&now, "data.version"), 2); /* once */
    }
    return met;
}

static void
test_store_fails(void **state)
{
    GwKit *kit = *state;
    static const struct {
        const char *method, *body;
    } cases[] = {
        { "POST", TEMPLATE("New", "") },
        { "PUT", TEMPLATE("New", "") },
        { "PATCH", "{\"name\":\"New\"}" },
        { "DELETE", NULL },
        { "GET", NULL },
    };
    int n_posts = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(cases) * kit_n_faults; i++) {
        const size_t fault = i % kit_n_faults, which = i / kit_n_faults;
        int n = 1;
        while (ask_with_fault(kit, cases[which].method, cases[which].body, fault, n)) {
            assert_true(n++ < 20);
        }
        n_posts += which == 0 ? n : 0;
        assert_true(n > 1);
    }
    int n_new = 0;
    for (int page = 1; page <= 3; page++) { /* by name, so these come first */
        g_autofree char *path = g_strdup_printf(TEMPLATES "?limit=100&page=%d", page);
        g_auto(Answer) list = kit_get(kit, "alice", path);
        for (size_t i = 0; i < json_array_size(answer_at(&list, "data")); i++) {
            json_t *one = json_array_get(answer_at(&list, "data"), i);
            n_new += strcmp(json_string_value(json_object_get(one, "name")), "New") == 0
                     && json_integer_value(json_object_get(one, "version")) == 1;
        }
    }
    assert_int_equal(n_new, n_posts); /* each once */
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_life),   TEST(test_patch),    TEST(test_versions),
        TEST(test_faulty), TEST(test_shared),   TEST(test_of_other_departments),
        TEST(test_list),   TEST(test_defaults), TEST(test_refused_use),
        TEST(test_scope),  TEST(test_keys),     TEST(test_store_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
