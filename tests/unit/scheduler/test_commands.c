/* test_commands.c: commands about schedules from the bus: what becomes of each, once, whatever
 * comes in between; what senders and people are told. */
#include "schkit.h"

#include "jw/jobs_calendar_write.h"
#include "jw/jobs_schedule_write.h"
#include "jw/jobs_schedules.h"
#include "jw/store_mem.h"
#include "jw/store_schedule_commands.h"
#include "jw/wire_schedule_command.h"

#include <string.h>

#define MAX_CALLS 60
#define TOPIC     "jobwire.schedule.commands"

#define JOB                                                                                        \
    "\"job\":{\"kind\":\"report\",\"name\":\"Calls\",\"reportType\":\"call-records\","             \
    "\"parameters\":{\"period\":{\"type\":\"weekly\"}},\"output\":{\"format\":\"csv\"}}"
#define EVERY(every)   "\"trigger\":{\"type\":\"interval\",\"every\":\"" every "\"}"
#define SCHEDULE(more) "{\"id\":\"s\",\"schedule\":{" more "," JOB "}}"
#define CREATE         SCHEDULE(EVERY("10m"))

typedef struct {
    const char *type, *id, *body;
} Command;

static const Command create = { JW_TYPE_SCHEDULE_CREATE, "c", CREATE };
static const Command pause_it = { JW_TYPE_SCHEDULE_PAUSE, "p", "{\"id\":\"s\",\"note\":\"why\"}" };
static const Command resume_it = { JW_TYPE_SCHEDULE_RESUME, "r", "{\"id\":\"s\"}" };
static const Command delete_it = { JW_TYPE_SCHEDULE_DELETE, "d", "{\"id\":\"s\"}" };

/* The message of one command at its place. */
typedef struct {
    JwMessage message;
    JwHeader headers[6];
} Sent;

static void
fill(Sent *sent, const Command *command, int64_t offset)
{
    *sent = (Sent){ .headers = { { "ce_specversion", "1.0" },
                                 { "ce_source", "/crm" },
                                 { command->type != NULL ? "ce_type" : "none",
                                   command->type != NULL ? command->type : "" },
                                 { "ce_id", command->id },
                                 { "x-request-id", "req-1" } } };
    sent->message = (JwMessage){ .topic = TOPIC,
                                 .key = "s",
                                 .key_length = 1,
                                 .body = command->body,
                                 .body_length = strlen(command->body),
                                 .headers = sent->headers,
                                 .n_headers = 5,
                                 .partition = 2,
                                 .offset = offset,
                                 .timestamp_ms = KIT_NOW + offset };
}

/* @ret_reason: (nullable) (transfer full) */
static JwVerdict
give_to(Sch *sch, const Command *command, int64_t offset, char **ret_reason)
{
    Sent sent;
    JwAnswer answer = { 0 };

    fill(&sent, command, offset);
    sch_consume(&sent.message, 1, &answer, sch);
    if (ret_reason != NULL) {
        *ret_reason = answer.reason;
    } else {
        g_free(answer.reason);
    }
    return answer.verdict;
}

static JwVerdict
give(SchKit *kit, Command command, int64_t offset)
{
    return give_to(&kit->sch, &command, offset, NULL);
}

/* As it is in the store, deleted or not; NULL: there is none. */
static JwSchedule *
found(SchKit *kit)
{
    JwSchedule *schedule = NULL;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_find_schedule(kit->sch.store, "s", &schedule, &error), error);
    return schedule;
}

/* "v2 paused", "v1", "deleted", "none"; with how many answers are in the outbox: "v1 +1". (transfer
 * full) */
static char *
state_of(SchKit *kit)
{
    g_autoptr(JwSchedule) schedule = found(kit);

    if (schedule == NULL) {
        return g_strdup("none");
    }
    g_autofree char *version = g_strdup_printf("v%" G_GINT64_FORMAT, schedule->version);
    return g_strdup_printf("%s%s +%u", schedule->deleted_at_ms != 0 ? "deleted" : version,
                           schedule->paused && schedule->deleted_at_ms == 0 ? " paused" : "",
                           schedule->outbox->len);
}

#define assert_state(kit, expected)                                                                \
    do {                                                                                           \
        g_autofree char *state_now = state_of(kit);                                                \
        assert_string_equal(state_now, (expected));                                                \
    } while (0)

/* The outcomes of the answers, in their order: "created paused". (transfer full) */
static char *
answers(SchKit *kit)
{
    g_autoptr(JwSchedule) schedule = found(kit);
    g_autoptr(GString) text = g_string_new(NULL);

    for (guint i = 0; schedule != NULL && i < schedule->outbox->len; i++) {
        const JwOutboxEntry *entry = g_ptr_array_index(schedule->outbox, i);
        json_auto_t *value = jw_json_parse(entry->body, strlen(entry->body), NULL);
        const char *code = jw_json_text(json_object_get(value, "error"), "code");

        assert_string_equal(entry->type, JW_TYPE_SCHEDULE_ANSWERED);
        assert_string_equal(entry->key, "s");
        assert_string_equal(entry->request_id, "req-1");
        assert_string_equal(entry->causation_id,
                            jw_json_text(json_object_get(value, "command"), "id"));
        g_string_append_printf(text, "%s%s%s%s ", entry->causation_id, ":",
                               jw_json_text(value, "outcome"), code != NULL ? "!" : "");
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

#define assert_answers(kit, expected)                                                              \
    do {                                                                                           \
        g_autofree char *answers_now = answers(kit);                                               \
        assert_string_equal(answers_now, (expected));                                              \
    } while (0)

static void
test_creates_and_fires(void **state)
{
    SchKit *kit = *state;

    assert_int_equal(give(kit, create, 0), JW_VERDICT_DONE);
    assert_state(kit, "v1 +1");
    tk_clock_advance(&kit->ports->clock.fake, 10 * MINUTE);
    assert_int_equal(kit_fire(&kit->sch), 1);
    assert_history(kit, "s", "fired@10 ");
    g_autoptr(JwSchedule) schedule = found(kit);
    assert_string_equal(schedule->source, JW_SCHEDULE_API);
}

/* CREATE with what holds without it. */
static const Command as_default = {
    JW_TYPE_SCHEDULE_CREATE, "k",
    "{\"id\":\"s\",\"schedule\":{" EVERY(
        "10m") ",\"job\":{\"name\":\"Calls\",\"reportType\":"
               "\"call-records\",\"priority\":\"normal\",\"parameters\":{\"period\":{\"type\":"
               "\"weekly\"}},"
               "\"output\":{\"format\":\"csv\"}}}}"
};

/* One after the other: what each does, and what its sender is told. */
static void
test_outcomes(void **state G_GNUC_UNUSED)
{
    static const Command later = { JW_TYPE_SCHEDULE_CHANGE, "h",
                                   "{\"id\":\"s\",\"change\":{" EVERY("1h") "}}" };
    static const Command twenty = { JW_TYPE_SCHEDULE_PUT, "t", SCHEDULE(EVERY("20m")) };
    static const Command other = { JW_TYPE_SCHEDULE_CREATE, "o", SCHEDULE(EVERY("20m")) };
    static const Command second = { JW_TYPE_SCHEDULE_CHANGE, "2",
                                    "{\"id\":\"s\",\"version\":1,\"change\":{\"overlap\":"
                                    "\"skip\"}}" };
    static const Command wrong = { JW_TYPE_SCHEDULE_DELETE, "w", "{\"id\":\"s\",\"version\":9}" };
    static const Command put9 = { JW_TYPE_SCHEDULE_PUT, "9",
                                  "{\"id\":\"s\",\"version\":9,\"schedule\":{" EVERY("10m") "," JOB
                                                                                            "}}" };
    static const Command calendar = { JW_TYPE_SCHEDULE_CHANGE, "k",
                                      "{\"id\":\"s\",\"change\":{\"calendar\":\"none\"}}" };
    const struct {
        Command commands[4];
        const char *state, *answers;
    } cases[] = {
        { { create, create }, "v1 +1", "c:created " },
        { { create, { JW_TYPE_SCHEDULE_CREATE, "again", CREATE } },
          "v1 +2",
          "c:created again:unchanged " },
        { { create, other }, "v1 +2", "c:created o:refused! " },
        { { create, as_default }, "v1 +2", "c:created k:unchanged " },
        { { create, later, pause_it }, "v3 paused +3", "c:created h:changed p:changed " },
        { { create, pause_it, resume_it, resume_it }, "v3 +3", "c:created p:changed r:changed " },
        { { create, resume_it }, "v1 +2", "c:created r:unchanged " },
        { { twenty, create }, "v1 +2", "t:created c:refused! " },
        { { create, twenty }, "v2 +2", "c:created t:changed " },
        { { create, second }, "v2 +2", "c:created 2:changed " },
        { { create, pause_it, second }, "v2 paused +3", "c:created p:changed 2:refused! " },
        { { create, wrong, delete_it }, "deleted +3", "c:created w:refused! d:deleted " },
        { { delete_it }, "deleted +1", "d:unchanged " },
        { { wrong, later }, "deleted +2", "w:unchanged h:refused! " },
        { { put9, create }, "v1 +2", "9:refused! c:created " },
        { { create, put9 }, "v1 +2", "c:created 9:refused! " },
        { { create, calendar }, "v1 +2", "c:created k:refused! " },
        { { create, delete_it, { JW_TYPE_SCHEDULE_CREATE, "new", CREATE } },
          "v3 +3",
          "c:created d:deleted new:created " },
        { { { JW_TYPE_SCHEDULE_CREATE, "bad", SCHEDULE("\"x\":1") }, create },
          "v1 +2",
          "bad:refused! c:created " },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(SchKit) kit = kit_new();

        for (int64_t c = 0; c < 4 && cases[i].commands[c].type != NULL; c++) {
            assert_int_not_equal(give(kit, cases[i].commands[c], c), JW_VERDICT_LATER);
        }
        assert_state(kit, cases[i].state);
        assert_answers(kit, cases[i].answers);
    }
}

static void
test_reasons(void **state G_GNUC_UNUSED)
{
    static const struct {
        Command command;
        const char *pattern;
    } cases[] = {
        { { "jobwire.schedule.make.v1", "c", CREATE },
          "*ce_type is \"jobwire.schedule.make.v1\"*"
          "known here: jobwire.schedule.create.v1, *" },
        { { NULL, "c", CREATE }, "*ce_type is missing*" },
        { { JW_TYPE_SCHEDULE_CREATE, "", CREATE }, "header ce_id is empty*" },
        { { JW_TYPE_SCHEDULE_CREATE, "c", "{" }, "*JSON*" },
        { { JW_TYPE_SCHEDULE_CREATE, "c", "[]" }, "/id: must be the id of a schedule*" },
        { { JW_TYPE_SCHEDULE_CREATE, "c", "{\"id\":\"-\"}" }, "/id: must be the id*" },
        { { JW_TYPE_SCHEDULE_DELETE, "c", "{\"id\":\"other\"}" }, "*key must be*'other'*" },
        { { JW_TYPE_SCHEDULE_CREATE, "c", "{\"id\":\"s\"}" }, "/schedule: is required" },
        { { JW_TYPE_SCHEDULE_CREATE, "c",
            SCHEDULE("\"trigger\":{\"type\":\"cron\",\"cron\":"
                     "\"0 0 31 2 *\"}") },
          "/schedule/trigger*" },
        { { JW_TYPE_SCHEDULE_CREATE, "c",
            SCHEDULE("\"trigger\":{\"type\":\"once\",\"at\":\"2020-01-01T00:00:00Z\"}") },
          "/schedule/trigger*" },
        { { JW_TYPE_SCHEDULE_CREATE, "c", SCHEDULE("\"calendar\":\"no\"," EVERY("10m")) },
          "/schedule/calendar: there is no calendar*" },
        { { JW_TYPE_SCHEDULE_PAUSE, "c", "{\"id\":\"s\"}" },
          "there is no schedule 's': create it first*" },
        { { JW_TYPE_SCHEDULE_CHANGE, "c", "{\"id\":\"s\",\"change\":{}}" }, "there is no*" },
        { { JW_TYPE_SCHEDULE_PUT, "c", "{\"id\":\"s\",\"version\":0,\"schedule\":{}}" },
          "/version*" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(SchKit) kit = kit_new();
        g_autofree char *reason = NULL;

        assert_int_equal(give_to(&kit->sch, &cases[i].command, 0, &reason), JW_VERDICT_POISON);
        if (!g_pattern_match_simple(cases[i].pattern, reason)) {
            fail_msg("case %zu: '%s' is not like '%s'", i, reason, cases[i].pattern);
        }
    }
}

/* Headers that nobody can read are named, and what is carried on is bounded. */
static void
test_headers(void **state)
{
    SchKit *kit = *state;
    static const struct {
        const char *source, *pattern;
    } cases[] = {
        { "/c\033[31mrm", "header ce_source must be one line*" },
        { NULL, "header ce_source is not UTF-8: send it as such" },
        { "", "header ce_source is empty*" },
    };
    g_autofree char *big = g_strnfill(600000, 'z');

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Sent sent;
        JwAnswer answer = { 0 };

        fill(&sent, &create, (int64_t)i);
        sent.headers[1].value = cases[i].source;
        sch_consume(&sent.message, 1, &answer, &kit->sch);
        g_autofree char *reason = answer.reason;
        assert_int_equal(answer.verdict, JW_VERDICT_POISON);
        assert_true(g_pattern_match_simple(cases[i].pattern, reason));
    }
    assert_state(kit, "none");
    Sent sent;
    JwAnswer answer = { 0 };
    fill(&sent, &create, 9);
    sent.headers[4].value = big;
    sent.headers[5] = (JwHeader){ "traceparent", big };
    sent.message.n_headers = 6;
    sch_consume(&sent.message, 1, &answer, &kit->sch);
    assert_int_equal(answer.verdict, JW_VERDICT_DONE);
    g_autoptr(JwSchedule) schedule = found(kit);
    const JwOutboxEntry *entry = g_ptr_array_index(schedule->outbox, 0);
    assert_null(entry->request_id);
    assert_null(entry->traceparent);
}

/* An event that is all in the value: pointers begin there. */
static void
test_structured(void **state)
{
    SchKit *kit = *state;
    static const char good[] = "{\"specversion\":\"1.0\",\"type\":\"jobwire.schedule.create.v1\","
                               "\"source\":\"/crm\",\"id\":\"c\",\"data\":" CREATE "}";
    static const char bad[] = "{\"specversion\":\"1.0\",\"type\":\"jobwire.schedule.create.v1\","
                              "\"source\":\"/crm\",\"id\":\"b\",\"data\":" SCHEDULE("\"x\":1") "}";
    static const char *const bodies[] = { bad, good };
    static const char *const patterns[] = { "*/data/schedule/x: *", NULL };

    for (int i = 0; i < 2; i++) {
        const JwHeader header = { "content-type", "application/cloudevents+json" };
        JwMessage message = { .topic = TOPIC, .key = "s", .key_length = 1, .offset = i };
        JwAnswer answer = { 0 };

        message.body = bodies[i];
        message.body_length = strlen(bodies[i]);
        message.headers = &header;
        message.n_headers = 1;
        sch_consume(&message, 1, &answer, &kit->sch);
        assert_int_equal(answer.verdict, i == 0 ? JW_VERDICT_POISON : JW_VERDICT_DONE);
        assert_true(patterns[i] == NULL || g_pattern_match_simple(patterns[i], answer.reason));
        g_free(answer.reason);
    }
    assert_state(kit, "v1 +2");
}

/* Names of headers are case-sensitive on the bus. */
static void
test_misspelt_header(void **state)
{
    SchKit *kit = *state;
    Sent sent;
    JwAnswer answer = { 0 };

    fill(&sent, &create, 0);
    sent.headers[3].name = "CE_ID";
    sch_consume(&sent.message, 1, &answer, &kit->sch);
    assert_int_equal(answer.verdict, JW_VERDICT_POISON);
    assert_true(g_pattern_match_simple("header ce_id is missing*; header \"CE_ID\" is not ce_id*",
                                       answer.reason));
    g_free(answer.reason);
}

static void
test_no_key(void **state)
{
    SchKit *kit = *state;
    Sent sent;
    JwAnswer answer = { 0 };

    fill(&sent, &create, 0);
    sent.message.key = NULL;
    sent.message.key_length = 0;
    sch_consume(&sent.message, 1, &answer, &kit->sch);
    assert_int_equal(answer.verdict, JW_VERDICT_POISON);
    assert_true(g_pattern_match_simple("*key must be the schedule's id, 's'*", answer.reason));
    g_free(answer.reason);
    assert_state(kit, "none");
}

/* The topic is read again from its beginning, whatever happened in between. */
static void
test_read_again_from_the_beginning(void **state)
{
    SchKit *kit = *state;
    static const Command all[] = {
        { JW_TYPE_SCHEDULE_PAUSE, "0", "{\"id\":\"s\"}" }, /* refused: nothing is there */
        { JW_TYPE_SCHEDULE_DELETE, "1", "{\"id\":\"s\"}" },
        { JW_TYPE_SCHEDULE_CREATE, "2", CREATE },
        { JW_TYPE_SCHEDULE_CREATE, "3", SCHEDULE(EVERY("1h")) }, /* refused */
        { JW_TYPE_SCHEDULE_PAUSE, "4", "{\"id\":\"s\"}" },
        { JW_TYPE_SCHEDULE_DELETE, "5", "{\"id\":\"s\"}" },
        { JW_TYPE_SCHEDULE_CREATE, "6", SCHEDULE(EVERY("20m")) },
        { JW_TYPE_SCHEDULE_CHANGE, "7", "{\"id\":\"s\",\"change\":{\"overlap\":\"skip\"}}" },
    };

    for (size_t upto = 1; upto <= G_N_ELEMENTS(all); upto++) {
        assert_int_not_equal(give(kit, all[upto - 1], (int64_t)upto), JW_VERDICT_LATER);
        g_autofree char *before = state_of(kit);
        for (size_t i = 0; i < upto; i++) {
            assert_int_equal(
                give_to(i % 2 == 0 ? &kit->sch : &kit->second, &all[i], (int64_t)i + 1, NULL),
                i + 1 == upto && (i == 0 || i == 3) ? JW_VERDICT_POISON : JW_VERDICT_DONE);
        }
        assert_state(kit, before);
    }
    assert_state(kit, "v5 +8");
}

/* By the API, so that it is not what a command left. */
static void
by_api(SchKit *kit, JwScheduleVerb verb, const char *body)
{
    json_auto_t *value = jw_json_parse(body, strlen(body), NULL);
    const JwScheduleWish wish = { .verb = verb, .id = "s", .body = value, .by = "apikey:k" };
    g_auto(JwViolations) violations = { 0 };
    g_autoptr(GError) error = NULL;
    JwScheduleOutcome outcome = JW_WISH_REFUSED;

    assert_ok(jw_jobs_write_schedule(&kit->second.jobs, &wish, &violations, &outcome, &error),
              error);
    assert_int_not_equal(outcome, JW_WISH_REFUSED);
}

static void
delete_by_api(SchKit *kit)
{
    g_autoptr(GError) error = NULL;
    JwCas cas = JW_CAS_LOST;

    assert_ok(jw_jobs_delete_schedule(&kit->second.jobs, "s", "apikey:k", &cas, &error), error);
    assert_int_equal(cas, JW_CAS_WON);
}

/* A command comes again after the API has deleted what it made, or made anew what it deleted. */
static void
test_again_after_the_api(void **state)
{
    SchKit *kit = *state;
    static const char body[] = "{" EVERY("1h") "," JOB "}";

    assert_int_equal(give(kit, create, 5), JW_VERDICT_DONE);
    delete_by_api(kit);
    assert_int_equal(give(kit, create, 5), JW_VERDICT_DONE);
    assert_state(kit, "deleted +1");
    by_api(kit, JW_SCHEDULE_CREATE, body);
    assert_state(kit, "v3 +1");
    assert_int_equal(give(kit, create, 5), JW_VERDICT_DONE);
    assert_int_equal(give(kit, delete_it, 6), JW_VERDICT_DONE);
    by_api(kit, JW_SCHEDULE_CREATE, body);
    assert_int_equal(give(kit, delete_it, 6), JW_VERDICT_DONE);
    by_api(kit, JW_SCHEDULE_PATCH, "{\"note\":\"mine\"}");
    assert_int_equal(give(kit, create, 5), JW_VERDICT_DONE);
    assert_state(kit, "v6 +2");
}

/* The same, where a command had nothing to do. */
static void
test_deletion_of_nothing_comes_again(void **state)
{
    SchKit *kit = *state;

    assert_int_equal(give(kit, delete_it, 0), JW_VERDICT_DONE);
    by_api(kit, JW_SCHEDULE_CREATE, "{" EVERY("1h") "," JOB "}");
    assert_int_equal(give(kit, delete_it, 0), JW_VERDICT_DONE);
    assert_state(kit, "v1 +1");
}

/* A sender that does not know sends again: another place, the same id. */
static void
test_sent_again(void **state)
{
    SchKit *kit = *state;

    assert_int_equal(give(kit, create, 0), JW_VERDICT_DONE);
    assert_int_equal(give(kit, pause_it, 1), JW_VERDICT_DONE);
    assert_int_equal(give(kit, create, 2), JW_VERDICT_DONE);
    assert_int_equal(give(kit, resume_it, 3), JW_VERDICT_DONE);
    assert_int_equal(give(kit, pause_it, 4), JW_VERDICT_DONE);
    assert_state(kit, "v3 +3");
    assert_int_equal(give(kit, delete_it, 5), JW_VERDICT_DONE);
    assert_int_equal(give(kit, create, 6), JW_VERDICT_DONE);
    assert_state(kit, "deleted +4");
}

/* One that was refused is a dead letter again until the next command is decided, and is judged anew
 * when somebody sends it again, as jobctl dlq replay does. */
static void
test_refused_again(void **state)
{
    SchKit *kit = *state;
    g_autofree char *first = NULL, *second = NULL;

    assert_int_equal(give_to(&kit->sch, &pause_it, 0, &first), JW_VERDICT_POISON);
    assert_int_equal(give_to(&kit->second, &pause_it, 0, &second), JW_VERDICT_POISON);
    assert_string_equal(first, second);
    assert_answers(kit, "p:refused! ");
    assert_int_equal(give(kit, create, 1), JW_VERDICT_DONE);
    assert_int_equal(give(kit, pause_it, 0), JW_VERDICT_DONE);
    assert_state(kit, "v1 +2");
    assert_int_equal(give(kit, pause_it, 2), JW_VERDICT_DONE);
    assert_state(kit, "v2 paused +3");
}

/* Its offsets begin again, its messages are younger. */
static void
test_topic_made_anew(void **state)
{
    SchKit *kit = *state;
    Sent sent;
    JwAnswer answer = { 0 };

    assert_int_equal(give(kit, create, 500), JW_VERDICT_DONE);
    fill(&sent, &pause_it, 0);
    sent.message.timestamp_ms = KIT_NOW + HOUR;
    sch_consume(&sent.message, 1, &answer, &kit->sch);
    assert_int_equal(answer.verdict, JW_VERDICT_DONE);
    assert_state(kit, "v2 paused +2");
}

typedef struct {
    SchKit *kit;
    Command command;
} Other;

static void
give_second(gpointer data)
{
    const Other *other = data;

    (void)give_to(&other->kit->second, &other->command, 9, NULL);
}

/* Two schedulers have the message at once, as when a partition changes hands: one effect. */
static void
test_two_readers_of_one_message(void **state G_GNUC_UNUSED)
{
    static const struct {
        bool there;
        Command command;
        const char *state;
    } cases[] = {
        { false, { JW_TYPE_SCHEDULE_CREATE, "x", CREATE }, "v1 +1" },
        { true, { JW_TYPE_SCHEDULE_PUT, "x", SCHEDULE(EVERY("1h")) }, "v2 +2" },
        { true, { JW_TYPE_SCHEDULE_PAUSE, "x", "{\"id\":\"s\"}" }, "v2 paused +2" },
        { true, { JW_TYPE_SCHEDULE_DELETE, "x", "{\"id\":\"s\"}" }, "deleted +2" },
        { false, { JW_TYPE_SCHEDULE_DELETE, "x", "{\"id\":\"s\"}" }, "deleted +1" },
        { false, { JW_TYPE_SCHEDULE_PAUSE, "x", "{\"id\":\"s\"}" }, "deleted +1" },
        { true, { JW_TYPE_SCHEDULE_CREATE, "x", SCHEDULE(EVERY("1h")) }, "v1 +2" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        for (int n = 1; n <= 6; n++) {
            g_autoptr(SchKit) kit = kit_new();
            Other other = { kit, cases[i].command };

            if (cases[i].there) {
                assert_int_equal(give(kit, create, 1), JW_VERDICT_DONE);
            }
            jw_store_mem_before_nth(kit->sch.store, n, give_second, &other);
            assert_int_not_equal(give(kit, cases[i].command, 9), JW_VERDICT_LATER);
            jw_store_mem_before_nth(kit->sch.store, 0, NULL, NULL);
            assert_state(kit, cases[i].state);
        }
    }
}

static void
change_by_api(gpointer data)
{
    by_api(data, JW_SCHEDULE_PATCH, "{\"description\":\"by the API\"}");
}

/* The API changes it between any two steps: neither change is lost. */
static void
test_the_api_at_the_same_time(void **state G_GNUC_UNUSED)
{
    for (int n = 1; n <= 3; n++) {
        g_autoptr(SchKit) kit = kit_new();

        assert_int_equal(give(kit, create, 1), JW_VERDICT_DONE);
        jw_store_mem_before_nth(kit->sch.store, n, change_by_api, kit);
        assert_int_equal(give(kit, pause_it, 2), JW_VERDICT_DONE);
        jw_store_mem_before_nth(kit->sch.store, 0, NULL, NULL);
        g_autoptr(JwSchedule) schedule = found(kit);
        assert_true(schedule->paused);
        if (n < 3) { /* the command took two calls */
            assert_string_equal(schedule->description, "by the API");
            assert_int_equal(schedule->version, 3);
        }
    }
}

static void
delete_calendar(gpointer kit)
{
    const JwCalendarWish wish = { .name = "days", .by = "ann" };
    JwCalendarOutcome outcome = JW_CALENDAR_HELD;
    g_autoptr(GPtrArray) users = NULL;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_jobs_delete_calendar(&((SchKit *)kit)->sch.jobs, &wish, &outcome, &users, &error),
              error);
    assert_true(outcome == JW_CALENDAR_IN_USE || outcome == JW_CALENDAR_DELETED);
}

/* The calendar that a command names is deleted between any two steps: it stays, or the command is
 * refused. */
static void
test_its_calendar_is_deleted_at_the_same_time(void **state G_GNUC_UNUSED)
{
    static const Command named = { JW_TYPE_SCHEDULE_CREATE, "n",
                                   SCHEDULE(EVERY("10m") ",\"calendar\":\"days\"") };
    static const Command change = { JW_TYPE_SCHEDULE_CHANGE, "n",
                                    "{\"id\":\"s\",\"change\":{\"calendar\":\"days\"}}" };
    int stayed = 0, refused = 0;

    for (int n = 1; n <= 16; n++) {
        g_autoptr(SchKit) kit = kit_new();
        const JwCalendarWish wish = { .name = "days", .by = "ann" };
        json_auto_t *days = json_object();
        JwCalendarOutcome outcome = JW_CALENDAR_HELD;
        g_autoptr(JwStoredCalendar) calendar = NULL, left = NULL;
        g_autoptr(GError) error = NULL;

        assert_ok(jw_jobs_write_calendar(&kit->sch.jobs, &wish, days, &outcome, &calendar, &error),
                  error);
        if (n > 8) {
            assert_int_equal(give(kit, create, 1), JW_VERDICT_DONE);
        }
        jw_store_mem_before_nth(kit->sch.store, (n - 1) % 8 + 1, delete_calendar, kit);
        const JwVerdict verdict = give(kit, n > 8 ? change : named, 2);
        jw_store_mem_before_nth(kit->sch.store, 0, NULL, NULL);
        assert_ok(jw_store_get_calendar(kit->sch.store, "days", &left, &error), error);
        assert_int_equal(verdict, left != NULL ? JW_VERDICT_DONE : JW_VERDICT_POISON);
        stayed += left != NULL;
        refused += left == NULL;
    }
    assert_true(stayed >= 4 && refused >= 4);
}

/* Until it is decided, as the bus offers it; and once more after a fault that no repeat mends. */
static void
give_until_done(SchKit *kit, Command command, int64_t offset)
{
    JwVerdict verdict = JW_VERDICT_LATER;

    for (int tries = 0; tries < 3 && verdict == JW_VERDICT_LATER; tries++) {
        verdict = give(kit, command, offset);
    }
    if (verdict == JW_VERDICT_POISON) {
        verdict = give(kit, command, offset);
    }
    assert_int_equal(verdict, JW_VERDICT_DONE);
}

/* Whatever call fails, before or after it was done: read again it ends with one effect. */
static void
test_every_call_fails(void **state G_GNUC_UNUSED)
{
    static const Command sequence[] = {
        { JW_TYPE_SCHEDULE_CREATE, "1", CREATE },
        { JW_TYPE_SCHEDULE_PAUSE, "2", "{\"id\":\"s\"}" },
        { JW_TYPE_SCHEDULE_PAUSE, "3", "{\"id\":\"s\"}" }, /* unchanged */
        { JW_TYPE_SCHEDULE_DELETE, "4", "{\"id\":\"s\"}" },
        { JW_TYPE_SCHEDULE_CREATE, "5", CREATE },
    };

    for (size_t f = 0; f < kit_n_faults; f++) {
        for (int n = 1;; n++) {
            g_autoptr(SchKit) kit = kit_new();

            kit_fault_at(kit->ports, n, kit_faults[f]);
            for (size_t i = 0; i < G_N_ELEMENTS(sequence); i++) {
                give_until_done(kit, sequence[i], (int64_t)i);
            }
            const bool met = kit_fault_met(kit->ports);
            assert_state(kit, "v4 +5");
            assert_answers(kit, "1:created 2:changed 3:unchanged 4:deleted 5:created ");
            if (!met) {
                assert_true(n > 8);
                break;
            }
            assert_true(n < MAX_CALLS);
        }
    }
}

/* A scheduler died between the deletion and what it owes of it: the next one pays. */
static void
test_deletion_that_stopped_in_the_middle(void **state G_GNUC_UNUSED)
{
    for (int n = 3; n <= 8; n++) {
        g_autoptr(SchKit) kit = kit_with_three_late("fire_all");
        g_autoptr(GError) stopped = NULL;
        size_t decided = 0;

        jw_store_mem_fail_nth(kit->sch.store, 7, JW_ERROR_UNAVAILABLE, false);
        assert_false(sch_fire_due(&kit->sch, &decided, &stopped)); /* decided, not carried out */
        jw_store_mem_fail_nth(kit->sch.store, n, JW_ERROR_UNAVAILABLE, false);
        if (give(kit, delete_it, 0) == JW_VERDICT_LATER) {
            jw_store_mem_fail_nth(kit->sch.store, 0, JW_ERROR_UNAVAILABLE, false);
            assert_int_equal(give_to(&kit->second, &delete_it, 0, NULL), JW_VERDICT_DONE);
        }
        jw_store_mem_fail_nth(kit->sch.store, 0, JW_ERROR_UNAVAILABLE, false);
        g_autofree char *said = kit_history(kit, "s");
        tk_clock_advance(&kit->ports->clock.fake, HOUR);
        assert_int_equal(kit_fire(&kit->sch), 0);
        assert_history(kit, "s", said);
        assert_state(kit, "deleted +1");
    }
}

/* What a deleted schedule knows goes when its time is over, and its answers have gone out. */
static void
test_what_is_deleted_is_swept(void **state)
{
    SchKit *kit = *state;
    g_autoptr(GError) error = NULL;
    size_t removed = 0;

    assert_int_equal(give(kit, create, 0), JW_VERDICT_DONE);
    assert_int_equal(give(kit, delete_it, 1), JW_VERDICT_DONE);
    tk_clock_advance(&kit->ports->clock.fake, 31 * 24 * HOUR);
    assert_ok(sch_sweep_deleted(&kit->sch, &removed, &error), error);
    assert_int_equal(removed, 0); /* an answer waits for the broker */
    (void)jw_bus_mem_deliver(kit->ports->bus);
    assert_ok(jw_relay_pull_now(kit->sch.relay, &error), error);
    assert_state(kit, "deleted +0");
    assert_ok(sch_sweep_deleted(&kit->sch, &removed, &error), error);
    assert_int_equal(removed, 1);
    assert_state(kit, "none");
    assert_int_equal(give(kit, delete_it, 2), JW_VERDICT_DONE);
    tk_clock_advance(&kit->ports->clock.fake, 29 * 24 * HOUR);
    assert_ok(sch_sweep_deleted(&kit->sch, &removed, &error), error);
    assert_int_equal(removed, 0);
}

/* As on the bus: answers, dead letters, and the next message. */
static void
test_on_the_bus(void **state)
{
    SchKit *kit = *state;
    static const Command commands[] = {
        { JW_TYPE_SCHEDULE_CREATE, "c", "not JSON" },
        { JW_TYPE_SCHEDULE_CREATE, "c", CREATE },
    };
    g_autoptr(GError) error = NULL;

    assert_ok(sch_take_commands(&kit->sch, &error), error);
    for (size_t i = 0; i < G_N_ELEMENTS(commands); i++) {
        Sent sent;
        fill(&sent, &commands[i], 0);
        assert_ok(jw_bus_publish(kit->ports->bus, &sent.message, NULL, NULL, &error), error);
    }
    assert_int_equal(jw_bus_mem_deliver(kit->ports->bus), 2);
    (void)jw_bus_mem_deliver(kit->ports->bus);
    assert_int_equal(jw_bus_mem_count(kit->ports->bus, TOPIC ".dlq"), 1);
    assert_int_equal(jw_bus_mem_count(kit->ports->bus, "jobwire.schedule.events"), 1);
    const JwMessage *answer = jw_bus_mem_get(kit->ports->bus, "jobwire.schedule.events", 0);
    assert_string_equal(jw_message_header(answer, "ce_type"), JW_TYPE_SCHEDULE_ANSWERED);
    assert_string_equal(jw_message_header(answer, "ce_causationid"), "c");
    assert_string_equal(jw_message_header(answer, "ce_source"), "/jobwire/scheduler");
    assert_string_equal(jw_message_header(answer, "x-request-id"), "req-1");
    assert_ok(jw_relay_pull_now(kit->sch.relay, &error), error);
    assert_state(kit, "v1 +0");
}

/* An answer whose scheduler died is found by any other. */
static void
test_answers_are_swept(void **state)
{
    SchKit *kit = *state;
    g_autoptr(GError) error = NULL;
    size_t offered = 0;

    jw_bus_mem_set_down(kit->ports->bus, true);
    assert_int_equal(give(kit, create, 0), JW_VERDICT_DONE);
    (void)jw_bus_mem_deliver(kit->ports->bus);
    jw_bus_mem_set_down(kit->ports->bus, false);
    tk_clock_advance(&kit->ports->clock.fake, 6000);
    assert_ok(jw_relay_sweep(kit->second.relay, 5000, &offered, &error), error);
    assert_int_equal(offered, 1);
    (void)jw_bus_mem_deliver(kit->ports->bus);
    assert_int_equal(jw_bus_mem_count(kit->ports->bus, "jobwire.schedule.events"), 1);
    assert_ok(jw_relay_pull_now(kit->second.relay, &error), error);
    assert_state(kit, "v1 +0");
}

#define ON_KIT(test) cmocka_unit_test_setup_teardown(test, kit_setup, kit_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ON_KIT(test_creates_and_fires),
        cmocka_unit_test(test_outcomes),
        cmocka_unit_test(test_reasons),
        ON_KIT(test_headers),
        ON_KIT(test_structured),
        ON_KIT(test_misspelt_header),
        ON_KIT(test_no_key),
        ON_KIT(test_read_again_from_the_beginning),
        ON_KIT(test_again_after_the_api),
        ON_KIT(test_deletion_of_nothing_comes_again),
        ON_KIT(test_sent_again),
        ON_KIT(test_refused_again),
        ON_KIT(test_topic_made_anew),
        cmocka_unit_test(test_two_readers_of_one_message),
        cmocka_unit_test(test_the_api_at_the_same_time),
        cmocka_unit_test(test_its_calendar_is_deleted_at_the_same_time),
        cmocka_unit_test(test_every_call_fails),
        cmocka_unit_test(test_deletion_that_stopped_in_the_middle),
        ON_KIT(test_what_is_deleted_is_swept),
        ON_KIT(test_on_the_bus),
        ON_KIT(test_answers_are_swept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
