/* test_list.c: GET /jobs: filters, pages, order, visibility. */
#include "gwkit.h"

#include <string.h>

#define BODY(type, name, extra)                                                                    \
    "{\"reportType\":\"" type "\",\"name\":\"" name "\",\"parameters\":{},"                        \
    "\"output\":{\"format\":\"csv\"}" extra "}"

/* Of what D published. */
#define SHA256_OF_D "8e4621379786ef42a4fec155cd525c291dd7db3c1fde3478522f4f61c03fd1bd"

/* Names of the page, joined. */
static char *
names(const Answer *answer)
{
    GString *text = g_string_new(NULL);
    json_t *data = answer_at(answer, "data");

    for (size_t i = 0; i < json_array_size(data); i++) {
        g_string_append_printf(text, "%s%s", i > 0 ? " " : "",
                               json_string_value(json_object_get(json_array_get(data, i), "name")));
    }
    return g_string_free(text, FALSE);
}

/* One minute apart: A (low), B (high, learning), C (scheduled), D (completed), E (failed), F
 * (cancelled), G (running) */
static void
fill(GwKit *kit)
{
    static const char *const bodies[] = {
        BODY("call-records", "A", ",\"priority\":\"low\""),
        BODY("learning-activity", "B", ",\"priority\":\"high\""),
        BODY("call-records", "C", ",\"scheduledFor\":\"2027-01-01T00:00:00Z\""),
        BODY("call-records", "D", ""),
        BODY("call-records", "E", ""),
        BODY("call-records", "F", ""),
        BODY("call-records", "G", ""),
    };

    for (size_t i = 0; i < G_N_ELEMENTS(bodies); i++) {
        g_autofree char *id = kit_make_from(kit, "alice", bodies[i]);
        if (i == 3) {
            kit_complete(kit->ports, id, "a\r\n", "d.csv", 0);
        } else if (i == 4) {
            kit_fail(kit, id);
        } else if (i == 5) {
            g_autofree char *path = kit_path(id, "/cancel");
            g_auto(Answer) answer = kit_post(kit, "alice", path, NULL);
            assert_answer(answer, 200, NULL);
        } else if (i == 6) {
            (void)kit_claim(kit->ports, id);
        }
        tk_clock_advance(&kit->ports->clock.fake, 60000);
    }
}

static void
test_filters(void **state)
{
    GwKit *kit = *state;
    static const struct {
        const char *query, *expected;
    } cases[] = {
        { "", "G F E D C B A" },
        { "?status=pending", "B A" },
        { "?status=scheduled", "C" },
        { "?status=running", "G" },
        { "?status=completed", "D" },
        { "?status=failed", "E" },
        { "?status=cancelled", "F" },
        { "?reportType=learning-activity", "B" },
        { "?reportType=report-type.learning-activity", "B" },
        { "?requestedBy=alice&status=failed", "E" },
        { "?requestedBy=bob", "" },
        { "?departmentId=d1", "" },
        { "?fromDate=2026-01-13T02:04:15Z", "G F E" },
        { "?toDate=2026-01-13T02:01:15Z", "B A" },
        { "?fromDate=2026-01-13&toDate=2026-01-13&limit=2", "G F" },
        { "?fromDate=2026-01-14", "" },
        { "?sha256=" SHA256_OF_D, "D" },
        { "?sha256=8E4621379786EF42A4FEC155CD525C291DD7DB3C1FDE3478522F4F61C03FD1BD", "D" },
        { "?sha256=db1df30c16f4f2258743edf1c3bd7dd192c525dc551cef4a24fe6879731264e8", "" },
        { "?toDate=2026-01-12", "" },
        { "?toDate=1970-01-01T00:00:00Z", "" },
        { "?limit=3", "G F E" },
        { "?limit=3&page=3", "A" },
        { "?limit=3&page=4", "" },
        { "?sortOrder=asc&limit=2", "A B" },
        { "?sortBy=createdAt&sortOrder=desc&limit=1", "G" },
        { "?sortBy=priority&limit=1", "B" },
        { "?sortBy=priority&sortOrder=asc&limit=1", "A" },
    };

    fill(kit);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat(KIT_JOBS, cases[i].query, NULL);
        g_auto(Answer) answer = kit_get(kit, "alice", path);
        assert_answer(answer, 200, NULL);
        g_autofree char *found = names(&answer);
        if (strcmp(found, cases[i].expected) != 0) {
            fail_msg("%s: '%s' instead of '%s'", cases[i].query, found, cases[i].expected);
        }
    }
}

static const char CDR[] =
    "{\"reportType\":\"cdr\",\"name\":\"H\",\"parameters\":{\"edition\":\"Weekly\"},"
    "\"output\":{\"format\":\"xlsx\"}}";

/* An edition is asked for, kept, listed and shown. */
static void
test_editions(void **state)
{
    GwKit *kit = *state;
    static const char *const wrong_pointers[] = { "/edition", NULL };
    g_autofree char *plain = kit_make_from(kit, "alice", BODY("call-records", "A", ""));
    g_autofree char *weekly = kit_make_from(kit, "alice", CDR);
    g_autofree char *path = kit_path(weekly, "");
    g_autofree char *plain_path = kit_path(plain, "");
    g_auto(Answer) listed = kit_get(kit, "alice", KIT_JOBS "?edition=Weekly");
    g_auto(Answer) none = kit_get(kit, "alice", KIT_JOBS "?edition=Monthly");
    g_auto(Answer) wrong = kit_get(kit, "alice", KIT_JOBS "?edition=every%20week");
    g_auto(Answer) one = kit_get(kit, "alice", path);
    g_auto(Answer) other = kit_get(kit, "alice", plain_path);
    g_autofree char *found = names(&listed), *nothing = names(&none);

    assert_string_equal(found, "H");
    assert_string_equal(answer_text(&listed, "data.0.edition"), "Weekly");
    assert_string_equal(nothing, "");
    assert_answer(wrong, 400, "VALIDATION_ERROR");
    kit_assert_pointers(&wrong, wrong_pointers);
    assert_string_equal(answer_text(&one, "data.edition"), "Weekly");
    assert_string_equal(answer_text(&one, "data.parameters.edition"), "Weekly");
    assert_string_equal(answer_text(&one, "data.period.start"), "2026-01-05T00:00:00Z");
    assert_null(answer_text(&other, "data.edition"));
}

static void
test_summary(void **state)
{
    GwKit *kit = *state;

    fill(kit);
    g_auto(Answer) answer = kit_get(kit, "alice", KIT_JOBS "?limit=4");
    assert_int_equal(answer_int(&answer, "pagination.page"), 1);
    assert_int_equal(answer_int(&answer, "pagination.limit"), 4);
    assert_int_equal(answer_int(&answer, "pagination.total"), 7);
    assert_int_equal(answer_int(&answer, "pagination.pages"), 2);
    assert_string_equal(answer_text(&answer, "data.3.name"), "D");
    assert_string_equal(answer_text(&answer, "data.3.reportType"), "call-records");
    assert_string_equal(answer_text(&answer, "data.3.priority"), "normal");
    assert_string_equal(answer_text(&answer, "data.3.requestedBy.id"), "alice");
    assert_string_equal(answer_text(&answer, "data.3.requestedBy.name"), "alice");
    assert_null(answer_at(&answer, "data.3.requestedBy.email"));
    assert_string_equal(answer_text(&answer, "data.3.createdAt"), "2026-01-13T02:03:15Z");
    assert_string_equal(answer_text(&answer, "data.3.completedAt"), "2026-01-13T02:03:15Z");
    assert_int_equal(answer_int(&answer, "data.3.progress.percentage"), 100);
    assert_non_null(answer_text(&answer, "data.3.progress.currentStep"));
    assert_string_equal(answer_text(&answer, "data.3.output.format"), "csv");
    assert_true(g_str_has_suffix(answer_text(&answer, "data.3.output.downloadUrl"), "/download"));
    assert_null(answer_at(&answer, "data.2.output.downloadUrl"));
    g_auto(Answer) defaults = kit_get(kit, "alice", KIT_JOBS);
    assert_int_equal(answer_int(&defaults, "pagination.limit"), 20);
    g_auto(Answer) none = kit_get(kit, "bob", KIT_JOBS);
    assert_int_equal(answer_int(&none, "pagination.total"), 0);
    assert_int_equal(answer_int(&none, "pagination.pages"), 0);
}

/* A job that was made before formats were kept beside the spec. */
static void
test_old_format(void **state)
{
    GwKit *kit = *state;
    g_autoptr(JwJob) job = kit_new_job(kit->ports);

    g_free(job->spec);
    job->spec = g_strdup("{\"output\":{\"format\":\"output-format.xlsx\"}}");
    job->visibility = JW_VISIBLE_EVERYONE;
    job->requested_by.id = g_strdup("alice");
    g_free(kit_insert_job(kit->ports, job));
    g_auto(Answer) answer = kit_get(kit, "alice", KIT_JOBS);
    assert_string_equal(answer_text(&answer, "data.0.output.format"), "xlsx");
}

static void
test_query_faults(void **state)
{
    GwKit *kit = *state;
    static const struct {
        const char *query, *pointers[4];
    } cases[] = {
        { "?page=0", { "/page" } },
        { "?page=-1", { "/page" } },
        { "?page=1e3", { "/page" } },
        { "?page=%205", { "/page" } },
        { "?page=+5", { "/page" } },
        { "?page=2147483648", { "/page" } },
        { "?page=9223372036854775808", { "/page" } },
        { "?page=", { "/page" } },
        { "?limit=0", { "/limit" } },
        { "?limit=101", { "/limit" } },
        { "?limit=0x10", { "/limit" } },
        { "?status=", { "/status" } },
        { "?status=PENDING", { "/status" } },
        { "?status=cancelling", { "/status" } },
        { "?reportType=nothing", { "/reportType" } },
        { "?requestedBy=", { "/requestedBy" } },
        { "?departmentId=", { "/departmentId" } },
        { "?fromDate=yesterday", { "/fromDate" } },
        { "?sha256=00ff", { "/sha256" } },
        { "?sha256=" SHA256_OF_D "0", { "/sha256" } },
        { "?fromDate=2026-02-30", { "/fromDate" } },
        { "?fromDate=2026-01-02&toDate=2026-01-01", { "/fromDate" } },
        { "?sortBy=name", { "/sortBy" } },
        { "?sortOrder=up", { "/sortOrder" } },
        { "?limit=1&limit=2", { "/limit" } },
        { "?status[$ne]=x", { "/status[$ne]" } },
        { "?colour=red&page=0&sortBy=x", { "/colour", "/page", "/sortBy" } },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat(KIT_JOBS, cases[i].query, NULL);
        g_auto(Answer) answer = kit_get(kit, "alice", path);
        assert_answer(answer, 400, "VALIDATION_ERROR");
        kit_assert_pointers(&answer, cases[i].pointers);
    }
    g_auto(Answer) last = kit_get(kit, "alice", KIT_JOBS "?page=1000000&limit=100");
    assert_answer(last, 200, NULL);
}

static void
test_visibility(void **state)
{
    GwKit *kit = *state;
    static const struct {
        const char *who, *expected;
    } cases[] = {
        { "alice", "alice" },
        { "bob", "bob" },
        { "dana", "dave dana" },
        { "dave", "dave" },
        { "reader", "dave" },
        { "adam", "dave" },
        { "admin", "dave dana bob alice" },
        { "lone", "" },
        { "lone admin", "" },
    };
    static const char *const makers[] = { "alice", "bob", "dana", "dave" };

    for (size_t i = 0; i < G_N_ELEMENTS(makers); i++) {
        g_autofree char *body = g_strdup_printf(BODY("call-records", "%s", ""), makers[i]);
        g_free(kit_make_from(kit, makers[i], body));
        tk_clock_advance(&kit->ports->clock.fake, 1000);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Answer) answer = kit_get(kit, cases[i].who, KIT_JOBS);
        assert_answer(answer, 200, NULL);
        g_autofree char *found = names(&answer);
        if (strcmp(found, cases[i].expected) != 0) {
            fail_msg("%s sees '%s' instead of '%s'", cases[i].who, found, cases[i].expected);
        }
    }
    g_auto(Answer) maker = kit_get(kit, "maker", KIT_JOBS);
    assert_answer(maker, 403, "FORBIDDEN");
    g_auto(Answer) none = kit_get(kit, NULL, KIT_JOBS);
    assert_answer(none, 401, "UNAUTHORIZED");
}

/* Of dave's jobs, one of each visibility, and one that everyone may see although its maker is in no
 * department: who sees which, in the list and by its id alike. */
static void
test_shared(void **state)
{
    GwKit *kit = *state;
    static const struct {
        const char *who, *expected;
    } cases[] = {
        { "dave", "open department everyone private" },
        { "reader", "open department everyone" }, /* of the same department */
        { "dana", "open department everyone" },   /* of that and another */
        { "adam", "open department everyone private" },
        { "admin", "open department everyone private" },
        { "alice", "open everyone" }, /* limited by none, and yet no admin */
        { "lone", "open everyone" },
        { "lone admin", "open everyone" },
    };
    static const char *const visibilities[] = { "private", "everyone", "department" };
    const char *names_made[4];
    char *ids[4];

    for (size_t i = 0; i < G_N_ELEMENTS(visibilities); i++) {
        g_autofree char *body = g_strdup_printf(
            BODY("call-records", "%s", ",\"visibility\":\"%s\""), visibilities[i], visibilities[i]);
        names_made[i] = visibilities[i];
        ids[i] = kit_make_from(kit, "dave", body);
        tk_clock_advance(&kit->ports->clock.fake, 1000);
    }
    names_made[3] = "open";
    ids[3] =
        kit_make_from(kit, "bob", BODY("call-records", "open", ",\"visibility\":\"everyone\""));
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Answer) answer = kit_get(kit, cases[i].who, KIT_JOBS);
        g_autofree char *found = names(&answer);
        if (strcmp(found, cases[i].expected) != 0) {
            fail_msg("%s sees '%s' instead of '%s'", cases[i].who, found, cases[i].expected);
        }
        g_auto(GStrv) seen = g_strsplit(cases[i].expected, " ", -1);
        for (size_t j = 0; j < G_N_ELEMENTS(ids); j++) {
            g_autofree char *path = kit_path(ids[j], "");
            g_auto(Answer) one = kit_get(kit, cases[i].who, path);
            const bool sees = g_strv_contains((const char *const *)seen, names_made[j]);
            assert_int_equal(one.status, sees ? 200 : 404);
            if (sees && j < 3) {
                assert_string_equal(answer_text(&one, "data.visibility"), visibilities[j]);
            }
        }
    }
    g_auto(Answer) wrong =
        kit_post(kit, "dave", KIT_JOBS, BODY("call-records", "x", ",\"visibility\":\"public\""));
    assert_answer(wrong, 400, "VALIDATION_ERROR");
    kit_assert_pointers(&wrong, (const char *const[]){ "/visibility", NULL });
    for (size_t j = 0; j < G_N_ELEMENTS(ids); j++) {
        g_free(ids[j]);
    }
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_filters),      TEST(test_editions),   TEST(test_summary), TEST(test_old_format),
        TEST(test_query_faults), TEST(test_visibility), TEST(test_shared),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
