/* test_run_job.c: one job from claim to end on a good day, and the ends that are not completion. */
#include "exekit.h"
#include "jw/store_records.h"

#include <string.h>

static size_t
lines(const char *text)
{
    size_t n = 0;

    for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++) {
        n++;
    }
    return n;
}

/* A report job that completes. (transfer full) */
static JwJob *
report(ExeKit *kit, const char *parameters, const char *output, const char *extra)
{
    g_autofree char *id = kit_make_report(kit, parameters, output, extra);

    exe_run_job(&kit->exe, id);
    JwJob *job = kit_job(kit->ports, id);
    assert_int_equal(job->state, JW_JOB_COMPLETED);
    return job;
}

#define CSV "\"format\":\"csv\""

static void
test_completes(void **state)
{
    ExeKit *kit = *state;
    g_autofree char *id = kit_make(kit, "");

    exe_run_job(&kit->exe, id);
    g_autoptr(JwJob) job = kit_job(kit->ports, id);
    assert_int_equal(job->state, JW_JOB_COMPLETED);
    assert_int_equal(job->attempts, 1);
    assert_int_equal(job->token, 1);
    assert_int_equal(job->progress.percent, 100);
    assert_int_equal(job->finished_at_ms, KIT_NOW);
    assert_int_equal(job->artifact->rows, KIT_RECORDS);
    assert_true(g_str_has_prefix(job->artifact->content_type, "text/csv; charset=utf-8"));
    assert_int_equal(job->artifact->expires_at_ms, KIT_NOW + kit->exe.config.artifact_ttl_ms);
    assert_non_null(strstr(job->artifact->summary, "\"totalCalls\""));
    assert_int_equal(job->artifact->rows_written, KIT_RECORDS);
    assert_int_equal(job->artifact->as_of_ms, KIT_NOW);
    assert_string_equal(job->artifact->program, "jobwire-executor " JW_VERSION);
    const JwReportDef *def = jw_catalog_find(kit->exe.catalog, "call-records");
    assert_string_equal(job->artifact->definition_sha256, def->sha256);
    assert_true(g_str_has_prefix(job->owner, kit->exe.owner));
    g_autofree char *text = kit_artifact(kit, job);
    assert_non_null(strstr(text, "c-00"));
    assert_non_null(strstr(text, "c-29"));
    assert_in_range(lines(text), KIT_RECORDS + 1, KIT_RECORDS + 10);
    assert_int_equal(kit_events(job->outbox, JW_TYPE_JOB_COMPLETED), 1);
    assert_int_equal(kit_orphans(kit), 0);
    kit_assert_clean(kit);
}

/* The event reaches the topic once and leaves the outbox. */
static void
test_event_is_relayed(void **state)
{
    ExeKit *kit = *state;
    g_autofree char *id = kit_make(kit, "");
    g_autoptr(GError) error = NULL;

    exe_run_job(&kit->exe, id);
    (void)jw_bus_mem_deliver(kit->exe.bus);
    assert_ok(jw_relay_pull_now(kit->exe.relay, &error), error);
    g_autoptr(JwJob) job = kit_job(kit->ports, id);
    assert_int_equal(job->outbox->len, 0);
    assert_int_equal(jw_bus_mem_count(kit->exe.bus, kit->ports->events), 2);
    const JwMessage *event = jw_bus_mem_get(kit->exe.bus, kit->ports->events, 1);
    assert_string_equal(jw_message_header(event, "ce_type"), JW_TYPE_JOB_COMPLETED);
    assert_memory_equal(event->key, id, strlen(id));
    assert_non_null(strstr(event->body, job->artifact->sha256));
}

static void
test_period_and_filters(void **state)
{
    static const struct {
        const char *parameters;
        int64_t rows;
    } cases[] = {
        { "{\"filters\":{\"agents\":[\"Ann\"]}}", KIT_RECORDS / 2 },
        { "{\"filters\":{\"agents\":[\"Ann\",\"Ben\"],\"statuses\":[\"missed\"]}}",
          KIT_RECORDS / 3 },
        { "{\"filters\":{\"agents\":[\"Nobody\"]}}", 0 },
        { "{\"dateRange\":{\"startDate\":\"2021-01-04\",\"endDate\":\"2021-01-04\"}}", 24 },
        { "{\"dateRange\":{\"startDate\":\"2020-01-01\",\"endDate\":\"2020-12-31\"}}", 0 },
        { "{}", KIT_RECORDS },
    };
    ExeKit *kit = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        for (int xlsx = 0; xlsx < 2; xlsx++) {
            g_autoptr(JwJob) job =
                report(kit, cases[i].parameters, xlsx ? "\"format\":\"xlsx\"" : CSV, "");
            assert_int_equal(job->artifact->rows, cases[i].rows);
            g_autofree char *data = kit_artifact(kit, job);
            assert_int_equal(memcmp(data, "PK", 2) == 0, xlsx);
        }
    }
    kit_assert_clean(kit);
}

/* Nothing to report on: no file, the job done, and its event says so; else as always. */
static void
test_nothing_when_empty(void **state)
{
    static const struct {
        const char *agents, *on_empty;
        bool empty;
    } cases[] = {
        { "Nobody", ",\"onEmpty\":\"skip\"", true },
        { "Nobody", ",\"onEmpty\":\"send\"", false },
        { "Nobody", "", false },
        { "Ann", ",\"onEmpty\":\"skip\"", false },
    };
    ExeKit *kit = *state;

    for (size_t i = 0; i < 2 * G_N_ELEMENTS(cases); i++) {
        g_autofree char *parameters = g_strdup_printf("{\"filters\":{\"agents\":[\"%s\"]}%s}",
                                                      cases[i / 2].agents, cases[i / 2].on_empty);
        g_autoptr(JwJob) job = report(kit, parameters, i % 2 == 0 ? CSV : "\"format\":\"xlsx\"",
                                      ",\"delivery\":{\"recipients\":[\"a@example.com\"]}");
        assert_int_equal(job->artifact == NULL, cases[i / 2].empty);
        assert_int_equal(job->result != NULL, cases[i / 2].empty);
        const JwOutboxEntry *event = g_ptr_array_index(job->outbox, job->outbox->len - 1);
        assert_string_equal(event->type, JW_TYPE_JOB_COMPLETED);
        assert_int_equal(strstr(event->body, "\"empty\":true") != NULL, cases[i / 2].empty);
    }
    assert_int_equal(kit_orphans(kit), 0);
    kit_assert_clean(kit);
}

/* Whoever gets a CSV by mail opens it by a double click, and then Excel wants the mark. */
static void
test_byte_order_mark(void **state)
{
    static const struct {
        const char *output, *delivery;
        bool bom;
    } cases[] = {
        { CSV, "", false },
        { CSV, ",\"delivery\":{\"recipients\":[]}", false },
        { CSV, ",\"delivery\":{\"recipients\":[\"a@example.com\"]}", true },
        { CSV ",\"bom\":true", "", true },
        { CSV ",\"bom\":false", ",\"delivery\":{\"recipients\":[\"a@example.com\"]}", false },
    };
    ExeKit *kit = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(JwJob) job = report(kit, "{}", cases[i].output, cases[i].delivery);
        g_autofree char *data = kit_artifact(kit, job);
        assert_int_equal(memcmp(data, "\xef\xbb\xbf", 3) == 0, cases[i].bom);
    }
}

/* Each content in the file, with its name and type. */
static void
test_contents(void **state)
{
    static const struct {
        const char *output, *name, *type, *begin;
        int64_t written;
    } cases[] = {
        { "\"format\":\"csv\",\"content\":\"all\"", ".zip", "application/zip", "PK", 30 },
        { "\"format\":\"csv\",\"content\":\"tables\"", ".zip", "application/zip", "PK", 0 },
        { "\"format\":\"csv\",\"table\":\"By agent\",\"csv\":{\"delimiter\":\";\"}", ".csv",
          "text/csv*", "Agent;Total calls;", 0 },
        { "\"format\":\"csv\",\"content\":\"list\",\"csv\":{\"delimiter\":\"|\"}", ".csv",
          "text/csv*", "Call|Started at|", 30 },
        { "\"format\":\"xlsx\",\"content\":\"tables\"", ".xlsx", "application/vnd*", "PK", 0 },
        { "\"format\":\"xlsx\"", ".xlsx", "application/vnd*", "PK", 30 },
        { "\"format\":\"html\"", ".html", "text/html*", "<!", 30 },
    };
    ExeKit *kit = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(JwJob) job = report(kit, "{}", cases[i].output, "");
        assert_true(g_str_has_suffix(job->artifact->file_name, cases[i].name));
        assert_true(g_pattern_match_simple(cases[i].type, job->artifact->content_type));
        g_autofree char *data = kit_artifact(kit, job);
        assert_memory_equal(data, cases[i].begin, strlen(cases[i].begin));
        assert_int_equal(job->artifact->rows_written, cases[i].written);
    }
    kit_assert_clean(kit);
}

/* groupBy and measures, as a command names them: in the file, and in the summary of mail and API.
 */
static void
test_groups_and_measures(void **state)
{
    static const struct {
        const char *parameters, *file, *summary;
    } cases[] = {
        { "{\"groupBy\":[\"agent\"],\"measures\":[\"totalCalls\",\"missedCalls\"]}",
          "Agent,Total calls,Missed calls\r\nAnn,15,5\r\nBen,15,5\r\n",
          "\"groups\":2,\"keys\":1,\"rows\":[[\"Ann\",15,5],[\"Ben\",15,5]],\"title\":\"By agent\","
          "\"total\":[\"Total\",30,10]" },
        { "{\"groupBy\":[\"agent\",\"status\"],\"measures\":[\"totalCalls\",\"answerRate\"]}",
          "Agent,Status,Total calls,Answer rate\r\nAnn,answered,10,100\r\nAnn,missed,5,0\r\n"
          "Ben,answered,10,100\r\nBen,missed,5,0\r\n",
          "\"groups\":4,\"keys\":2," },
        { "{\"groupBy\":[\"agent\",\"status\"],\"measures\":[\"totalCalls\"],\"pivot\":\"status\","
          "\"top\":{\"n\":1,\"by\":\"totalCalls\"}}",
          "Agent,answered: Total calls,missed: Total calls,Total: Total calls\r\nAnn,10,5,15\r\n"
          "(other),10,5,15\r\n",
          "\"head\":\"missed\"" },
        { "{\"groupBy\":[\"status\"],\"measures\":[\"peakHour\",\"totalCalls\"]}",
          "Status,Total calls\r\nanswered,20\r\nmissed,10\r\n", "\"name\":\"peakHour\"" },
        { "{\"groupBy\":[],\"measures\":[]}", "Call,Started at,Agent",
          "\"chart\":{\"decimals\":0,\"format\":\"integer\",\"kind\":\"column\",\"labels\":[\"00:"
          "00\"" },
        { "{\"measures\":[\"missedCalls\"]}", "Call,Started at,Agent",
          "\"figures\":[{\"format\":\"integer\",\"label\":\"Missed calls\",\"name\":"
          "\"missedCalls\",\"text\":\"10\",\"value\":10}]" },
    };
    ExeKit *kit = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(JwJob) job = report(kit, cases[i].parameters, CSV, "");
        assert_int_equal(job->artifact->rows, KIT_RECORDS);
        g_autofree char *data = kit_artifact(kit, job);
        assert_true(g_str_has_prefix(data, cases[i].file));
        if (strstr(job->artifact->summary, cases[i].summary) == NULL) {
            fail_msg("no %s in %s", cases[i].summary, job->artifact->summary);
        }
    }
}

/* The first day has 24 records, the second 6: the list has those of the second only. */
static void
test_compares_with_the_day_before(void **state)
{
    static const char *const cases[][2] = {
        { "{\"dateRange\":{\"startDate\":\"2021-01-05\",\"endDate\":\"2021-01-05\"},"
          "\"measures\":[\"totalCalls\"],\"compare\":\"previous\"}",
          "\"comparison\":{\"difference\":-18,\"differenceText\":\"-18\",\"percent\":-75.0,"
          "\"percentText\":\"-75.0 %\",\"previous\":24,\"previousText\":\"24\"}" },
        { "{\"dateRange\":{\"startDate\":\"2021-01-05\",\"endDate\":\"2021-01-05\"},"
          "\"measures\":[\"totalCalls\"],\"compare\":\"year\"}",
          "\"comparison\":{\"difference\":6,\"differenceText\":\"+6\",\"percent\":null,"
          "\"percentText\":\"n/a\",\"previous\":0,\"previousText\":\"0\"}" },
    };
    ExeKit *kit = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(JwJob) job = report(kit, cases[i][0], CSV, "");
        assert_int_equal(job->artifact->rows, 6);
        g_autofree char *data = kit_artifact(kit, job);
        assert_int_equal(lines(data), 1 + 6);
        if (strstr(job->artifact->summary, cases[i][1]) == NULL) {
            fail_msg("no %s in %s", cases[i][1], job->artifact->summary);
        }
    }
}

/* The records of the kit have no department. */
static void
test_warns_of_a_field_that_no_record_has(void **state)
{
    ExeKit *kit = *state;
    g_autoptr(JwJob) job = report(kit, "{\"filters\":{\"departmentIds\":[\"7\"]}}", CSV, "");

    assert_int_equal(job->artifact->rows, 0);
    assert_non_null(strstr(job->warnings,
                           "\"code\":\"FIELD_NOT_FOUND\",\"message\":\"none of the 30 records "
                           "looked at in 'call_records' has the field 'department' (filter "
                           "'departmentIds', column 'Department')"));
    assert_null(strstr(job->warnings, "'agent'"));
    const JwOutboxEntry *event = g_ptr_array_index(job->outbox, job->outbox->len - 1);
    assert_non_null(strstr(event->body, job->warnings));
}

/* What can never succeed ends the job at once. */
static void
test_definition_gone(void **state)
{
    ExeKit *kit = *state;
    g_autofree char *id = kit_make(kit, "");
    g_autofree char *empty = tk_temp_dir();
    g_autoptr(GError) error = NULL;
    g_autoptr(JwCatalog) catalog = jw_catalog_load(JW_SOURCE_DIR "/schemas/reports", &error);
    g_autofree char *path = g_build_filename(empty, "other.json", NULL);
    g_autofree char *learning = NULL;

    assert_ok(catalog != NULL, error);
    assert_true(g_file_get_contents(JW_SOURCE_DIR "/schemas/reports/learning-activity.json",
                                    &learning, NULL, NULL));
    assert_true(g_file_set_contents(path, learning, -1, NULL));
    g_autoptr(JwCatalog) other = jw_catalog_load(empty, &error);
    assert_ok(other != NULL, error);
    kit->exe.catalog = other;
    exe_run_job(&kit->exe, id);
    kit->exe.catalog = kit->ports->catalog;
    g_autoptr(JwJob) job = kit_job(kit->ports, id);
    assert_int_equal(job->state, JW_JOB_FAILED);
    assert_int_equal(job->attempts, 1);
    assert_string_equal(job->error_code, "NOT_FOUND");
    assert_non_null(strstr(job->error_message, "call-records"));
    assert_null(job->artifact);
    assert_int_equal(kit_events(job->outbox, JW_TYPE_JOB_FAILED), 1);
}

/* Accepted under a definition that had the filter; it is called otherwise now. */
static void
test_definition_changed(void **state)
{
    ExeKit *kit = *state;
    g_autofree char *id = kit_make_report(kit, "{\"filters\":{\"agents\":[\"Ann\"]}}", CSV, "");
    g_autofree char *dir = tk_temp_dir();
    g_autofree char *path = g_build_filename(dir, "calls.json", NULL);
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;

    assert_true(
        g_file_get_contents(JW_SOURCE_DIR "/schemas/reports/call-records.json", &text, NULL, NULL));
    char *filter = strstr(text, "\"name\": \"agents\"");
    assert_non_null(filter);
    memcpy(filter, "\"name\": \"people\"", strlen("\"name\": \"people\""));
    assert_true(g_file_set_contents(path, text, -1, NULL));
    g_autoptr(JwCatalog) changed = jw_catalog_load(dir, &error);
    assert_ok(changed != NULL, error);
    kit->exe.catalog = changed;
    exe_run_job(&kit->exe, id);
    kit->exe.catalog = kit->ports->catalog;
    g_autoptr(JwJob) job = kit_job(kit->ports, id);
    assert_int_equal(job->state, JW_JOB_FAILED);
    assert_int_equal(job->attempts, 1);
    assert_string_equal(job->error_code, "INVALID");
    assert_non_null(strstr(job->error_message, "has no filter 'agents'; it has departmentIds"));
    assert_non_null(strstr(job->error_message, "ask for a new report"));
}

static void
test_too_large(void **state)
{
    ExeKit *kit = *state;
    g_autofree char *id = kit_make(kit, "");

    kit->exe.config.artifact_max_bytes = 100;
    exe_run_job(&kit->exe, id);
    g_autoptr(JwJob) job = kit_job(kit->ports, id);
    assert_int_equal(job->state, JW_JOB_FAILED);
    assert_string_equal(job->error_code, "TOO_LARGE");
    assert_int_equal(kit_orphans(kit), 0);
    kit_assert_clean(kit);
}

#define MANY_AGENTS 1000
#define MANY_HOURS  24
#define MANY_TOPICS 5

/* A record of each agent on each topic in each hour of a day. */
static void
insert_many(ExeKit *kit)
{
    static const char *const fields[] = { "callId", "startedAt", "agent", "topic", NULL };

    for (int i = 0; i < MANY_AGENTS * MANY_HOURS * MANY_TOPICS; i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *id = g_strdup_printf("many-%d", i);
        g_autofree char *agent = g_strdup_printf("agent %d", i % MANY_AGENTS);
        g_autofree char *topic = g_strdup_printf("topic %d", i / MANY_AGENTS / MANY_HOURS);
        const JwValue row[] = {
            { .type = JW_VALUE_TEXT, .text = id, .length = strlen(id) },
            { .type = JW_VALUE_TIME, .time_ms = KIT_WEEK + i / MANY_AGENTS % MANY_HOURS * HOUR },
            { .type = JW_VALUE_TEXT, .text = agent, .length = strlen(agent) },
            { .type = JW_VALUE_TEXT, .text = topic, .length = strlen(topic) },
        };
        const char *ids[] = { id };
        const JwValue *rows[] = { row };
        size_t inserted = 0;
        assert_ok(jw_store_insert_records(kit->exe.store, "call_records", fields, ids, rows, 1,
                                          &inserted, &error),
                  error);
    }
}

/* The code says what is too much: each is told with its own advice. */
static void
test_too_much_is_named(void **state)
{
    static const struct {
        const char *parameters, *output, *code, *message;
    } cases[] = {
        { "{\"period\":{\"type\":\"weekly\"}}", "\"format\":\"pdf\"", "TOO_MANY_RECORDS",
          "output.content \"tables\"" },
        { "{\"period\":{\"type\":\"weekly\"},\"groupBy\":[\"agent\",\"hour\",\"topic\"]}",
          "\"format\":\"xlsx\"", "TOO_MANY_GROUPS", "more than 100000 combinations" },
    };
    ExeKit *kit = *state;

    insert_many(kit);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *id = kit_make_report(kit, cases[i].parameters, cases[i].output, "");
        exe_run_job(&kit->exe, id);
        g_autoptr(JwJob) job = kit_job(kit->ports, id);
        assert_int_equal(job->state, JW_JOB_FAILED);
        assert_int_equal(job->attempts, 1);
        assert_string_equal(job->error_code, cases[i].code);
        assert_non_null(strstr(job->error_message, cases[i].message));
        kit_assert_clean(kit);
    }
}

static void
test_unknown_handler(void **state)
{
    ExeKit *kit = *state;
    g_autoptr(JwJob) created = kit_new_job(kit->ports);

    g_free(created->type);
    created->type = g_strdup("laundry");
    g_autofree char *id = kit_insert_job(kit->ports, created);
    exe_run_job(&kit->exe, id);
    g_autoptr(JwJob) job = kit_job(kit->ports, id);
    assert_int_equal(job->state, JW_JOB_FAILED);
    assert_string_equal(job->error_code, "INVALID");
}

/* No space for temporary files: tried again, with a wait that grows, until the attempts are used
 * up.
 */
static void
test_attempts_used_up(void **state)
{
    ExeKit *kit = *state;
    g_autofree char *id = kit_make(kit, "");
    int64_t waited = 0;

    kit_temp_away(kit);
    for (int attempt = 1;; attempt++) {
        exe_run_job(&kit->exe, id);
        g_autoptr(JwJob) job = kit_job(kit->ports, id);
        assert_int_equal(job->attempts, attempt);
        assert_int_equal(job->token, attempt);
        assert_string_equal(job->error_code, "UNAVAILABLE");
        assert_int_equal(kit_events(job->outbox, JW_TYPE_JOB_FAILED), attempt);
        if (attempt == job->max_attempts) {
            assert_int_equal(job->state, JW_JOB_FAILED);
            assert_non_null(strstr(job->error_message, "JW_TEMP_DIR"));
            break;
        }
        assert_int_equal(job->state, JW_JOB_PENDING);
        int64_t wait = job->not_before_ms - kit->ports->clock.fake.now_ms;
        assert_true(wait > waited);
        waited = wait;
        /* Not due yet: nobody may claim it. */
        exe_run_job(&kit->exe, id);
        g_autoptr(JwJob) same = kit_job(kit->ports, id);
        assert_int_equal(same->token, attempt);
        tk_clock_advance(&kit->ports->clock.fake, wait);
    }
}

/* A clock set ahead skips the wait it comes upon and no other; one set back by more than any
 * wait ends it. */
static void
test_clock_set_between_attempts(void **state)
{
    static const int64_t hour = 3600000;
    ExeKit *kit = *state;
    g_autofree char *id = kit_make(kit, "");

    kit_temp_away(kit);
    exe_run_job(&kit->exe, id);
    kit->ports->clock.fake.now_ms += hour;
    for (int i = 0; i < 3; i++) {
        exe_run_job(&kit->exe, id);
    }
    g_autoptr(JwJob) ahead = kit_job(kit->ports, id);
    assert_int_equal(ahead->token, 2);
    assert_true(ahead->attempts < ahead->max_attempts);
    kit->ports->clock.fake.now_ms -= hour;
    exe_run_job(&kit->exe, id);
    g_autoptr(JwJob) back = kit_job(kit->ports, id);
    assert_int_equal(back->token, 3);
}

static void
test_nothing_to_claim(void **state)
{
    ExeKit *kit = *state;
    g_autofree char *id = kit_make(kit, "");
    int64_t token = kit_claim(kit->ports, id);

    exe_run_job(&kit->exe, id);
    exe_run_job(&kit->exe, "019480a4-5f00-7000-8000-00000000dead");
    g_autoptr(JwJob) job = kit_job(kit->ports, id);
    assert_int_equal(job->token, token);
    assert_string_equal(job->owner, "another");
    assert_int_equal(kit_orphans(kit), 0);
}

/* The process is ending: the job goes back as if it had not been tried. */
static void
test_shutdown_releases(void **state)
{
    ExeKit *kit = *state;
    g_autofree char *id = kit_make(kit, "");

    exe_heartbeats_shutdown(kit->exe.heartbeats);
    exe_run_job(&kit->exe, id);
    g_autoptr(JwJob) job = kit_job(kit->ports, id);
    assert_int_equal(job->state, JW_JOB_PENDING);
    assert_int_equal(job->attempts, 0);
    assert_int_equal(job->token, 1);
    assert_int_equal(job->not_before_ms, 0); /* claimable at once */
    assert_int_equal(kit_events(job->outbox, JW_TYPE_JOB_FAILED), 0);
    assert_int_equal(kit_orphans(kit), 0);
    kit_assert_clean(kit);
}

static bool
is_completed(void *data)
{
    ExeKit *kit = ((void **)data)[0];
    g_autoptr(JwJob) job = kit_job(kit->ports, ((void **)data)[1]);

    return job != NULL && job->state == JW_JOB_COMPLETED;
}

static bool
waits(void *data)
{
    return g_atomic_int_get(&((ExeKit *)data)->exe.idle) > 0;
}

/* Messages through the bus, a real worker, and the end of the process: it takes what waits in the
 * store, and what a command brings while it has nothing to do. */
static void
test_worker_thread(void **state G_GNUC_UNUSED)
{
    g_autoptr(ExeKit) kit = kit_new_idle(0);
    g_autofree char *first = kit_make(kit, "");
    g_autofree char *second = kit_make(kit, "");

    g_ptr_array_add(kit->exe.workers, g_thread_new("worker", exe_worker, &kit->exe));
    tk_wait_until(is_completed, (void *[]){ kit, first }, 20000, "the first job is completed");
    tk_wait_until(is_completed, (void *[]){ kit, second }, 20000, "the second job is completed");
    tk_wait_until(waits, kit, 20000, "the worker waits for work");
    g_autofree char *third = kit_make(kit, "");
    tk_wait_until(is_completed, (void *[]){ kit, third }, 20000, "the third job is completed");
    exe_drain(&kit->exe, jw_clock_mono_ms(kit->exe.clock) + 10000);
    assert_null(kit->exe.consumer);
    assert_int_equal(exe_heartbeats_running(kit->exe.heartbeats), 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_completes),
        TEST(test_event_is_relayed),
        TEST(test_period_and_filters),
        TEST(test_nothing_when_empty),
        TEST(test_byte_order_mark),
        TEST(test_contents),
        TEST(test_groups_and_measures),
        TEST(test_compares_with_the_day_before),
        TEST(test_warns_of_a_field_that_no_record_has),
        TEST(test_definition_gone),
        TEST(test_definition_changed),
        TEST(test_too_large),
        TEST(test_too_much_is_named),
        TEST(test_unknown_handler),
        TEST(test_attempts_used_up),
        TEST(test_clock_set_between_attempts),
        TEST(test_nothing_to_claim),
        TEST(test_shutdown_releases),
        cmocka_unit_test(test_worker_thread),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
