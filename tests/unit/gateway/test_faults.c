/* test_faults.c: each store call of each route fails, for every n: nothing is lost, and no answer
 * lies. */
#include "gwkit.h"

#include <string.h>

#define MAX_CALLS 20

static void
assert_down(const Answer *answer)
{
    if (answer->status == 503) {
        assert_non_null(answer_header(answer, "retry-after"));
    } else {
        assert_int_equal(answer->status, 500);
    }
    assert_null(g_strstr_len((const char *)answer->body->data, answer->body->len,
                             "mem")); /* nothing of the inside */
}

static int64_t
total(GwKit *kit)
{
    g_auto(Answer) list = kit_get(kit, "admin", KIT_JOBS);

    return answer_int(&list, "pagination.total");
}

static void
post_with_fault(GwKit *kit, size_t fault, const char *key)
{
    const char *headers[] = { key, NULL };

    for (int n = 1; n <= MAX_CALLS; n++) {
        int64_t before = total(kit);
        g_autofree char *body =
            g_strdup_printf("{\"reportType\":\"call-records\",\"name\":\"%zu-%d\","
                            "\"parameters\":{},\"output\":{\"format\":\"csv\"}}",
                            fault, n);
        g_autofree char *line = key != NULL ? g_strdup_printf("%s-%zu-%d", key, fault, n) : NULL;
        headers[0] = line;
        kit_fault_at(kit->ports, n, kit_faults[fault]);
        g_auto(Answer) answer = kit_ask(kit, "alice", "POST", KIT_JOBS, body, headers);
        bool reached = kit_fault_met(kit->ports);
        int64_t created = total(kit) - before;

        if (answer.status == 201) {
            assert_int_equal(created, 1);
            assert_null(answer_header(&answer, "idempotent-replayed"));
        } else {
            assert_down(&answer);
            assert_int_equal(created, 0);
        }
        if (key != NULL) {
            /* What a client does: the same again, until it is answered. One job, whatever happened.
             */
            g_auto(Answer) again = kit_ask(kit, "alice", "POST", KIT_JOBS, body, headers);
            assert_answer(again, 201, NULL);
            assert_int_equal(total(kit) - before, 1);
        }
        if (!reached) {
            assert_int_equal(answer.status, 201);
            return;
        }
    }
    fail_msg("a POST needs more than %d store calls", MAX_CALLS);
}

static void
test_post(void **state)
{
    for (size_t i = 0; i < kit_n_faults; i++) {
        post_with_fault(*state, i, NULL);
    }
}

static void
test_post_with_key(void **state)
{
    for (size_t i = 0; i < kit_n_faults; i++) {
        post_with_fault(*state, i, "Idempotency-Key: k");
    }
}

/* No part of it promises "certainly not done", and it names where to ask. */
static void
assert_unknown(const Answer *answer)
{
    assert_answer(*answer, 504, "OUTCOME_UNKNOWN");
    assert_null(answer_header(answer, "retry-after"));
    assert_true(g_str_has_prefix(answer_header(answer, "location"), KIT_JOBS "/"));
    assert_non_null(strstr(answer_text(answer, "error.message"), "Location"));
}

/* The insert is in doubt, whether done or not, and @times calls after it fail as well: of one, the
 * second look tells, and what was not done is done. */
static void
post_in_doubt(GwKit *kit, bool done, int times, JwErrorCode code, const char *key)
{
    g_autofree char *line =
        key != NULL ? g_strdup_printf("Idempotency-Key: %s-%d-%d-%d", key, done, times, code)
                    : NULL;
    const char *headers[] = { line, NULL };
    int64_t before = total(kit);

    kit_fault_at(kit->ports, 1, (KitFault){ JW_ERROR_IN_DOUBT, done });
    jw_store_mem_then_fail(kit->gw.store, times, code);
    g_auto(Answer) answer = kit_ask(kit, "alice", "POST", KIT_JOBS, KIT_BODY, headers);
    (void)kit_fault_met(kit->ports);
    int64_t created = total(kit) - before;

    assert_int_equal(created, done || times <= 1 ? 1 : 0);
    if (times <= 1) {
        assert_answer(answer, 201, NULL);
        assert_null(answer_header(&answer, "idempotent-replayed"));
    } else {
        assert_unknown(&answer);
        g_auto(Answer) asked = kit_get(kit, "alice", answer_header(&answer, "location"));
        assert_int_equal(asked.status, created == 1 ? 200 : 404);
    }
    if (key != NULL) {
        g_auto(Answer) again = kit_ask(kit, "alice", "POST", KIT_JOBS, KIT_BODY, headers);
        assert_answer(again, 201, NULL);
        assert_string_equal(answer_header(&again, "location"), answer_header(&answer, "location"));
        assert_int_equal(answer_header(&again, "idempotent-replayed") != NULL, created == 1);
        assert_int_equal(total(kit) - before, 1);
    }
}

static void
test_post_in_doubt(void **state)
{
    static const JwErrorCode codes[] = { JW_ERROR_IN_DOUBT, JW_ERROR_UNAVAILABLE, JW_ERROR_BUSY,
                                         JW_ERROR_INTERNAL };

    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++) {
        for (int times = 0; times <= 3; times++) {
            for (int done = 0; done <= 1; done++) {
                post_in_doubt(*state, done == 1, times, codes[i], NULL);
                post_in_doubt(*state, done == 1, times, codes[i], "k");
            }
        }
    }
}

/* @expected: the state after a 200. Whatever else is answered, the job is in one of the two. */
static void
change_with_faults(GwKit *kit, const char *what, bool fail_first, JwJobState expected)
{
    for (size_t i = 0; i < kit_n_faults; i++) {
        for (int n = 1; n <= MAX_CALLS; n++) {
            g_autofree char *id = kit_make(kit, "alice");
            if (fail_first) {
                kit_fail(kit, id);
            }
            g_autoptr(JwJob) before = kit_job(kit->ports, id);
            g_autofree char *path = kit_path(id, what);
            kit_fault_at(kit->ports, n, kit_faults[i]);
            g_auto(Answer) answer = kit_post(kit, "alice", path, NULL);
            bool reached = kit_fault_met(kit->ports);
            g_autoptr(JwJob) after = kit_job(kit->ports, id);

            if (answer.status == 200) {
                assert_int_equal(after->state, expected);
                assert_in_range(after->retry_count, 0, 1); /* repeated, but not twice */
            } else {
                assert_down(&answer);
                assert_true(after->state == before->state || after->state == expected);
            }
            if (kit_faults[i].code == JW_ERROR_IN_DOUBT && (n == 2 || (fail_first && n == 3))) {
                assert_int_equal(answer.status,
                                 200); /* the change itself: read again, then decided */
            }
            if (!reached) {
                assert_int_equal(answer.status, 200);
                break;
            }
            assert_true(n < MAX_CALLS);
        }
    }
}

/* The change, which is the store's call number @call, is in doubt, and @times calls after it fail
 * as well: of one, the second look tells. */
static void
change_in_doubt(GwKit *kit, const char *what, bool fail_first, int call, JwJobState expected)
{
    for (int times = 0; times <= 4; times++) {
        for (int done = 0; done <= 1; done++) {
            g_autofree char *id = kit_make(kit, "alice");
            if (fail_first) {
                kit_fail(kit, id);
            }
            g_autofree char *path = kit_path(id, what);
            g_autofree char *location = kit_path(id, "");
            kit_fault_at(kit->ports, call, (KitFault){ JW_ERROR_IN_DOUBT, done == 1 });
            jw_store_mem_then_fail(kit->gw.store, times, JW_ERROR_UNAVAILABLE);
            g_auto(Answer) answer = kit_post(kit, "alice", path, NULL);
            (void)kit_fault_met(kit->ports);
            g_autoptr(JwJob) after = kit_job(kit->ports, id);

            if (times <= 1) {
                assert_answer(answer, 200, NULL);
                assert_int_equal(after->state, expected);
            } else {
                assert_unknown(&answer);
                assert_string_equal(answer_header(&answer, "location"), location);
                assert_int_equal(after->state == expected, done == 1);
            }
            assert_in_range(after->retry_count, 0, 1);
        }
    }
}

static void
test_change_in_doubt(void **state)
{
    change_in_doubt(*state, "/cancel", false, 2, JW_JOB_CANCELLED);
    change_in_doubt(*state, "/retry", true, 3, JW_JOB_PENDING); /* it counts the retries first */
}

static void
test_cancel(void **state)
{
    change_with_faults(*state, "/cancel", false, JW_JOB_CANCELLED);
}

static void
test_retry(void **state)
{
    change_with_faults(*state, "/retry", true, JW_JOB_PENDING);
}

static void
test_reads(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id =
        kit_make_from(kit, "alice",
                      "{\"reportType\":\"call-records\",\"name\":\"x\",\"parameters\":{},"
                      "\"output\":{\"format\":\"csv\"},"
                      "\"delivery\":{\"recipients\":[\"a@example.com\"]}}");
    g_autofree char *get = kit_path(id, "");
    const char *paths[] = { KIT_JOBS, get };

    kit_complete(kit->ports, id, "x", "x.csv", 0);
    for (size_t p = 0; p < G_N_ELEMENTS(paths); p++) {
        for (int n = 1; n <= MAX_CALLS; n++) {
            kit_fault_at(kit->ports, n, (KitFault){ JW_ERROR_UNAVAILABLE, false });
            g_auto(Answer) answer = kit_get(kit, "alice", paths[p]);
            if (!kit_fault_met(kit->ports)) {
                assert_answer(answer, 200, NULL);
                break;
            }
            assert_answer(answer, 503, "SERVICE_UNAVAILABLE");
            assert_non_null(answer_header(&answer, "retry-after"));
            assert_true(n < MAX_CALLS);
        }
    }
}

/* The first call of a download finds the job, the second its file: both can be answered properly.
 */
static void
test_download(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = kit_make(kit, "alice");
    g_autofree char *path = kit_path(id, "/download");

    kit_complete(kit->ports, id, "x", "x.csv", 0);
    for (int n = 1; n <= 2; n++) {
        kit_fault_at(kit->ports, n, (KitFault){ JW_ERROR_UNAVAILABLE, false });
        g_auto(Answer) answer = kit_get(kit, "alice", path);
        assert_true(kit_fault_met(kit->ports));
        assert_answer(answer, 503, "SERVICE_UNAVAILABLE");
    }
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_post),          TEST(test_post_with_key),
        TEST(test_post_in_doubt), TEST(test_change_in_doubt),
        TEST(test_cancel),        TEST(test_retry),
        TEST(test_reads),         TEST(test_download),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
