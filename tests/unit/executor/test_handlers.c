/* test_handlers.c: what handlers of other kinds may leave behind: a JSON result, a file of any
 * sort, both; and what ends them. The tables of this program replace those of kinds.c and
 * handlers.c. */
#include "exekit.h"

#include <string.h>

#include "handlers/handlers.h"
#include "jw/ident.h"
#include "jw/kinds.h"
#include "publish.h"

static const JwField no_fields[] = { { .name = NULL } };
static const JwJobKind kinds[] = {
    { .type = "count", .flags = JW_KIND_RESULT, .max_attempts = 1, .fields = no_fields },
    { .type = "pack",
      .flags = JW_KIND_ARTIFACT | JW_KIND_RESULT,
      .max_attempts = 1,
      .fields = no_fields },
    { .type = "lazy", .flags = JW_KIND_RESULT, .max_attempts = 1, .fields = no_fields },
    { .type = "slow",
      .flags = JW_KIND_RESULT,
      .max_attempts = 3,
      .timeout_ms = 5000,
      .fields = no_fields },
};
const JwJobKind *const jw_kinds[] = { &kinds[0], &kinds[1], &kinds[2], &kinds[3] };
const size_t jw_n_kinds = G_N_ELEMENTS(jw_kinds);

static bool
run_count(ExeAttempt *attempt G_GNUC_UNUSED, JwJobResult *ret_result, GError **error G_GNUC_UNUSED)
{
    ret_result->json = g_strdup("{\"failed\":1,\"processed\":7}");
    return true;
}

/* Set by a test: the outcome of the check of the finished file. */
static bool damaged;

static bool
check(gpointer data, GError **error)
{
    return !*(bool *)data || jw_fail(error, JW_ERROR_CORRUPT, "not what was written");
}

static bool
run_pack(ExeAttempt *attempt, JwJobResult *ret_result, GError **error)
{
    g_autofree char *dir = tk_temp_dir();
    g_autofree char *path = g_build_filename(dir, "x", NULL);
    const ExeFile file = { .path = path,
                           .file_name = "tool.tar.gz",
                           .content_type = "application/gzip",
                           .check = check,
                           .data = &damaged };

    assert_true(g_file_set_contents(path, "packed", -1, NULL));
    ret_result->artifact = g_new0(JwArtifact, 1);
    ret_result->json = g_strdup("{\"steps\":6}");
    return exe_publish(attempt, &file, ret_result->artifact, error);
}

static bool
run_lazy(ExeAttempt *attempt G_GNUC_UNUSED, JwJobResult *ret_result G_GNUC_UNUSED,
         GError **error G_GNUC_UNUSED)
{
    return true;
}

static bool
run_slow(ExeAttempt *attempt, JwJobResult *ret_result, GError **error)
{
    HookClock *clock = (HookClock *)exe_attempt_exe(attempt)->clock;

    tk_clock_advance(&clock->fake, 5001);
    ret_result->json = g_strdup("{}");
    return exe_attempt_go_on(attempt, error);
}

static const ExeHandler handlers[] = {
    { "count", run_count }, { "pack", run_pack }, { "lazy", run_lazy }, { "slow", run_slow }
};
const ExeHandler *const exe_handlers[] = { &handlers[0], &handlers[1], &handlers[2], &handlers[3] };
const size_t exe_n_handlers = G_N_ELEMENTS(exe_handlers);

/* Asked for by a command, run to its end. (transfer full) */
static JwJob *
run(ExeKit *kit, const char *type, const char *more)
{
    char id[JW_UUID_LEN + 1];
    JwAnswer answer = { 0 };

    jw_uuid_v7(KIT_NOW, id);
    g_autofree char *body = g_strdup_printf(
        "{\"jobId\":\"%s\",\"jobType\":\"%s\",\"name\":\"x\",\"spec\":{}%s}", id, type, more);
    KitMessage message = { JW_TYPE_JOB_SUBMIT, "/test", id, body };
    kit_consume(kit, &message, 1, &answer);
    if (answer.verdict != JW_VERDICT_DONE) {
        fail_msg("the command was not taken: %s", answer.reason);
    }
    g_free(jw_queue_pop(kit->exe.ready, 0));
    exe_run_job(&kit->exe, id);
    return kit_job(kit->ports, id);
}

static void
test_result_without_artifact(void **state)
{
    ExeKit *kit = *state;
    g_autoptr(JwJob) job = run(kit, "count", "");

    assert_int_equal(job->state, JW_JOB_COMPLETED);
    assert_null(job->artifact);
    assert_string_equal(job->result, "{\"failed\":1,\"processed\":7}");
    assert_int_equal(kit_events(job->outbox, JW_TYPE_JOB_COMPLETED), 1);
    assert_int_equal(kit_orphans(kit), 0);
}

static void
test_artifact_and_result(void **state)
{
    ExeKit *kit = *state;
    g_autoptr(JwJob) job = run(kit, "pack", "");

    assert_int_equal(job->state, JW_JOB_COMPLETED);
    assert_string_equal(job->result, "{\"steps\":6}");
    assert_string_equal(job->artifact->file_name, "tool.tar.gz");
    assert_string_equal(job->artifact->content_type, "application/gzip");
    assert_int_equal(job->artifact->expires_at_ms, KIT_NOW + kit->exe.config.artifact_ttl_ms);
    g_autofree char *data = kit_artifact(kit, job);
    assert_string_equal(data, "packed");
    assert_int_equal(kit_orphans(kit), 0);
}

static void
test_damaged_file(void **state)
{
    ExeKit *kit = *state;

    damaged = true;
    g_autoptr(JwJob) job = run(kit, "pack", "");
    damaged = false;
    assert_int_equal(job->state, JW_JOB_FAILED);
    assert_string_equal(job->error_code, "CORRUPT");
    assert_null(job->artifact);
    assert_null(job->result);
    assert_int_equal(kit_orphans(kit), 0);
}

static void
test_too_large(void **state)
{
    ExeKit *kit = *state;

    kit->exe.config.artifact_max_bytes = 5;
    g_autoptr(JwJob) job = run(kit, "pack", "");
    assert_int_equal(job->state, JW_JOB_FAILED);
    assert_string_equal(job->error_code, "TOO_LARGE");
    assert_non_null(strstr(job->error_message, "JW_ARTIFACT_MAX=5"));
}

/* A kind completes with what its row promises, or not at all. */
static void
test_promise_not_kept(void **state)
{
    ExeKit *kit = *state;
    g_autoptr(JwJob) job = run(kit, "lazy", "");

    assert_int_equal(job->state, JW_JOB_FAILED);
    assert_string_equal(job->error_code, "INTERNAL");
}

/* The kind's time limit, and that of a command instead. It is final: attempts are left. */
static void
test_time_limit(void **state)
{
    static const struct {
        const char *more;
        JwJobState state;
    } cases[] = {
        { "", JW_JOB_FAILED },
        { ",\"timeoutSeconds\":60", JW_JOB_COMPLETED },
        { ",\"timeoutSeconds\":1,\"maxAttempts\":9", JW_JOB_FAILED },
    };
    ExeKit *kit = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(JwJob) job = run(kit, "slow", cases[i].more);

        assert_int_equal(job->state, cases[i].state);
        assert_int_equal(job->attempts, 1);
        if (job->state == JW_JOB_FAILED) {
            assert_string_equal(job->error_code, "TIMEOUT");
            assert_non_null(strstr(job->error_message, "longer than its time limit of"));
            assert_null(job->result);
        }
    }
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_result_without_artifact),
        TEST(test_artifact_and_result),
        TEST(test_damaged_file),
        TEST(test_too_large),
        TEST(test_promise_not_kept),
        TEST(test_time_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
