/* test_keys.c: Idempotency-Key: the same request again, and another one under the same key. */
#include "gwkit.h"

#include <string.h>

#define LATER                                                                                      \
    "{\"reportType\":\"call-records\",\"name\":\"Calls\",\"parameters\":{},\"output\":{"           \
    "\"format\":\"csv\"},"                                                                         \
    "\"scheduledFor\":\"2026-01-13T02:00:30Z\"}"

static Answer
post(GwKit *kit, const char *who, const char *key, const char *body)
{
    g_autofree char *line = g_strconcat("Idempotency-Key: ", key, NULL);
    const char *headers[] = { line, NULL };

    return kit_ask(kit, who, "POST", KIT_JOBS, body, headers);
}

static void
test_replayed(void **state)
{
    GwKit *kit = *state;
    static const char reordered[] = "{ \"name\": \"Calls\", \"output\": {\"format\": \"csv\"}, "
                                    "\"parameters\": {}, \"reportType\": \"call-records\" }";
    g_auto(Answer) first = post(kit, "alice", "k 1", KIT_BODY);
    g_auto(Answer) again = post(kit, "alice", "k 1", KIT_BODY);
    g_auto(Answer) same = post(kit, "alice", "k 1", reordered);

    assert_answer(first, 201, NULL);
    assert_null(answer_header(&first, "idempotent-replayed"));
    assert_answer(again, 201, NULL);
    assert_string_equal(answer_header(&again, "idempotent-replayed"), "true");
    assert_string_equal(answer_header(&again, "location"), answer_header(&first, "location"));
    assert_true(json_equal(first.json, again.json));
    assert_true(json_equal(first.json, same.json));
    g_auto(Answer) list = kit_get(kit, "alice", KIT_JOBS);
    assert_int_equal(answer_int(&list, "pagination.total"), 1);
    (void)jw_bus_mem_deliver(kit->gw.bus);
    assert_int_equal(jw_bus_mem_count(kit->gw.bus, "jobwire.job.commands.normal"), 1);
}

/* The first answer, not the present state of the job. */
static void
test_replayed_later(void **state)
{
    GwKit *kit = *state;
    g_auto(Answer) first = post(kit, "alice", "k", LATER);

    assert_answer(first, 201, NULL);
    g_autofree char *cancel = kit_path(answer_text(&first, "data.id"), "/cancel");
    g_auto(Answer) cancelled = kit_post(kit, "alice", cancel, NULL);
    assert_answer(cancelled, 200, NULL);
    tk_clock_advance(&kit->ports->clock.fake, 60000); /* scheduledFor lies in the past now */
    g_auto(Answer) again = post(kit, "alice", "k", LATER);
    assert_answer(again, 201, NULL);
    assert_string_equal(answer_header(&again, "idempotent-replayed"), "true");
    assert_true(json_equal(first.json, again.json));
    g_auto(Answer) fresh = post(kit, "alice", "k2", LATER);
    assert_answer(fresh, 400, "VALIDATION_ERROR");
}

static void
test_other_body(void **state)
{
    GwKit *kit = *state;
    g_auto(Answer) first = post(kit, "alice", "k", KIT_BODY);
    g_auto(Answer) other =
        post(kit, "alice", "k",
             "{\"reportType\":\"call-records\",\"name\":\"Other\",\"parameters\":{},"
             "\"output\":{\"format\":\"csv\"}}");

    assert_answer(first, 201, NULL);
    assert_answer(other, 422, "IDEMPOTENCY_KEY_REUSED");
}

/* A key is the caller's own. */
static void
test_other_caller(void **state)
{
    GwKit *kit = *state;
    g_auto(Answer) alice = post(kit, "alice", "k", KIT_BODY);
    g_auto(Answer) bob = post(kit, "bob", "k", KIT_BODY);

    assert_answer(alice, 201, NULL);
    assert_answer(bob, 201, NULL);
    assert_null(answer_header(&bob, "idempotent-replayed"));
    assert_string_not_equal(answer_text(&alice, "data.id"), answer_text(&bob, "data.id"));
}

static void
test_bad_keys(void **state)
{
    GwKit *kit = *state;
    g_autofree char *longest = g_strnfill(200, 'k');
    g_autofree char *too_long = g_strnfill(201, 'k');
    g_auto(Answer) fits = post(kit, "alice", longest, KIT_BODY);
    g_auto(Answer) refused = post(kit, "alice", too_long, KIT_BODY);
    g_auto(Answer) umlaut = post(kit, "alice", "schl\xc3\xbcssel", KIT_BODY);

    assert_answer(fits, 201, NULL);
    assert_answer(refused, 400, "VALIDATION_ERROR");
    assert_answer(umlaut, 400, "VALIDATION_ERROR");
    kit_assert_pointers(&umlaut, (const char *const[]){ "/Idempotency-Key", NULL });
    /* Its violations come together with those of the body. */
    g_auto(Answer) both = post(kit, "alice", too_long, "{\"name\":1}");
    assert_answer(both, 400, "VALIDATION_ERROR");
    assert_int_equal(json_array_size(answer_at(&both, "error.details")), 5);
}

static Answer
retry(GwKit *kit, const char *who, const char *job_id, const char *key)
{
    g_autofree char *line = g_strconcat("Idempotency-Key: ", key, NULL);
    g_autofree char *path = kit_path(job_id, "/retry");
    const char *headers[] = { line, NULL };

    return kit_ask(kit, who, "POST", path, NULL, headers);
}

static void
assert_retried(const Answer *answer, int64_t count, bool replayed)
{
    assert_answer(*answer, 200, NULL);
    assert_string_equal(answer_text(answer, "data.status"), "pending");
    assert_int_equal(answer_int(answer, "data.retryCount"), count);
    assert_int_equal(answer_header(answer, "idempotent-replayed") != NULL, replayed);
}

/* The same retry again is that retry, even when the job has failed once more since. */
static void
test_retry(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = kit_make(kit, "alice");

    kit_fail(kit, id);
    g_auto(Answer) first = retry(kit, "alice", id, "k1");
    assert_retried(&first, 1, false);
    g_auto(Answer) again = retry(kit, "alice", id, "k1");
    assert_retried(&again, 1, true);
    g_auto(Answer) other = retry(kit, "alice", id, "k2");
    assert_answer(other, 409, "JOB_NOT_FAILED");
    kit_fail(kit, id);
    g_auto(Answer) late = retry(kit, "alice", id, "k1");
    assert_retried(&late, 1, true);
    g_autoptr(JwJob) still = kit_job(kit->ports, id);
    assert_int_equal(still->state, JW_JOB_FAILED);
    g_auto(Answer) admin = retry(kit, "admin", id, "k1"); /* a key is its caller's own */
    assert_retried(&admin, 2, false);
    g_auto(Answer) mine = retry(kit, "alice", id, "k1");
    assert_retried(&mine, 1, true);
    g_auto(Answer) bad = retry(kit, "alice", id, "a\tb");
    assert_answer(bad, 400, "VALIDATION_ERROR");
    kit_assert_pointers(&bad, (const char *const[]){ "/Idempotency-Key", NULL });
}

/* Whatever store call fails, the same request again makes it one retry. */
static void
test_retry_with_fault(void **state)
{
    GwKit *kit = *state;

    for (size_t fault = 0; fault < kit_n_faults; fault++) {
        bool met = true;
        for (int n = 1; met; n++) {
            g_autofree char *id = kit_make(kit, "alice");

            assert_true(n < 20);
            kit_fail(kit, id);
            kit_fault_at(kit->ports, n, kit_faults[fault]);
            g_auto(Answer) first = retry(kit, "alice", id, "k");
            met = kit_fault_met(kit->ports);
            assert_true(first.status == 200 || first.status >= 500);
            g_auto(Answer) again = retry(kit, "alice", id, "k");
            assert_answer(again, 200, NULL);
            assert_int_equal(answer_int(&again, "data.retryCount"), 1);
        }
    }
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_replayed),         TEST(test_replayed_later), TEST(test_other_body),
        TEST(test_other_caller),     TEST(test_bad_keys),       TEST(test_retry),
        TEST(test_retry_with_fault),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
