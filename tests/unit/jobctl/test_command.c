/* test_command.c: the table of commands, help, options, exit codes, small strings. */
#include "jc_fixture.h"

#include <string.h>

#include "command.h"
#include "progress.h"

static void
test_help(void **state)
{
    JcFixture *jc = *state;
    assert_jobctl(jc, JC_EXIT_OK, "help");
    g_autofree char *overview = g_strdup(jc->out);
    for (size_t i = 0; jc_commands[i] != NULL; i++) {
        const char *name = jc_commands[i]->name;
        g_autofree char *usage = g_strdup_printf("Usage:\n  jobctl %s", name);
        g_autofree char *short_usage = g_strdup_printf("Usage: jobctl %s ", name);
        assert_contains(overview, name);
        assert_jobctl(jc, JC_EXIT_OK, "help", name);
        assert_contains(jc->out, usage);
        assert_jobctl(jc, JC_EXIT_OK, name, "--help");
        assert_contains(jc->out, usage);
        assert_jobctl(jc, JC_EXIT_USAGE, name, "--no-such-option");
        assert_contains(jc->err, "Unknown option --no-such-option");
        assert_contains(jc->err, short_usage);
    }
    assert_jobctl(jc, JC_EXIT_OK, "--version");
    assert_true(g_str_has_prefix(jc->out, "jobctl "));
}

static void
test_usage(void **state)
{
    JcFixture *jc = *state;
    assert_int_equal(jc_fixture_run(jc, NULL), JC_EXIT_USAGE);
    assert_contains(jc->err, "Usage: jobctl COMMAND");
    assert_jobctl(jc, JC_EXIT_USAGE, "dance");
    assert_string_equal(jc->err, "jobctl: there is no command 'dance'; see: jobctl help\n");
    assert_jobctl(jc, JC_EXIT_USAGE, "help", "dance");
    assert_jobctl(jc, JC_EXIT_USAGE, "topics", "all");
    assert_jobctl(jc, JC_EXIT_USAGE, "watch");
    assert_jobctl(jc, JC_EXIT_USAGE, "download", "a", "b");
    assert_jobctl(jc, JC_EXIT_USAGE, "submit");
    assert_jobctl(jc, JC_EXIT_USAGE, "dlq", "list");
    assert_jobctl(jc, JC_EXIT_USAGE, "dlq", "replay", "job.events");
    assert_contains(jc->err, "--all, or --offset O");
    assert_jobctl(jc, JC_EXIT_USAGE, "dlq", "replay", "t", "--all", "--offset", "1");
}

/* A slip of the finger is told from what is not there. */
static void
test_did_you_mean(void **state)
{
    static const struct {
        const char *words[4], *said;
    } cases[] = {
        { { "imprt" }, "jobctl: there is no command 'imprt'; did you mean 'import'?\n" },
        { { "help", "wach" }, "jobctl: there is no command 'wach'; did you mean 'watch'?\n" },
        { { "logs" }, "jobctl: there is no command 'logs'; it is one of make: make logs\n" },
        { { "import", "--maping", "m.json" },
          "jobctl import: Unknown option --maping; did you mean --mapping?\n" },
        { { "demo-data", "--row=5" },
          "jobctl demo-data: Unknown option --row=5; did you mean --rows?\n" },
        { { "dlq", "lst", "job.events" }, "jobctl dlq: there is no 'lst'; did you mean list?\n" },
        { { "dlq", "drop", "job.events" },
          "jobctl dlq: there is no 'drop'; say what to do: list|replay TOPIC\n" },
        { { "dlq" }, "Usage:\n  jobctl dlq " },
        { { "dlq" }, "--partition" },
        { { "dlq", "replay", "t", "--limit=5" }, "jobctl dlq: replay takes no --limit\n" },
        { { "jobs", "lst" }, "jobctl jobs: there is no 'lst'; did you mean list?\n" },
        { { "jobs" }, "jobctl jobs: say what to do: list|get|cancel|retry|events\n" },
        { { "jobs", "cancel" }, "jobctl jobs: cancel wants JOB_ID\n" },
        { { "jobs", "list", "a" }, "jobctl jobs: list wants nothing behind it\n" },
        { { "jobs", "get", "" }, "jobctl jobs: get wants JOB_ID\n" },
        { { "jobs", "get", "a", "--status=failed" }, "jobctl jobs: get takes no --status\n" },
        { { "jobs", "retry", "a", "--timeout=5" }, "are of --wait, which is not given\n" },
        { { "jobs", "list", "--output=jsn" },
          "jobctl jobs: --output 'jsn' is none of json, table and wide; did you mean json?\n" },
        { { "templates", "delete" }, "jobctl templates: delete wants TEMPLATE_ID\n" },
        { { "types", "a", "b" }, "jobctl types: name one report type, or none\n" },
        { { "verify" }, "jobctl verify: name one file\n" },
        { { "verify", "f", "--output=wide" },
          "jobctl verify: --output 'wide' is none of json and table\n" },
        { { "completion", "fish" }, "jobctl completion: name the shell: bash or zsh\n" },
        { { "man", "jobs" }, "jobctl man: 'jobs' is too much\n" },
        { { "submit", "f", "--wait", "--watch" },
          "jobctl submit: choose: --watch shows the progress, --wait only the end\n" },
    };

    JcFixture *jc = *state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        assert_jobctl(jc, JC_EXIT_USAGE, cases[i].words[0], cases[i].words[1], cases[i].words[2],
                      cases[i].words[3]);
        assert_contains(jc->err, cases[i].said);
    }
}

/* What is missing in the environment is named, with the way to get it. */
static void
test_settings(void **state)
{
    JcFixture *jc = *state;
    assert_jobctl(jc, JC_EXIT_FAILED, "watch", "x");
    assert_contains(jc->err, "JW_GATEWAY_URL is not set; for the local one: eval \"$(make env)\"");
    static const char *const wrong[] = { "127.0.0.1:8080", "ftp://a", "http://", "http://a/?b=c",
                                         "not a URL" };
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        jc_fixture_env(jc, "JW_GATEWAY_URL", wrong[i]);
        assert_jobctl(jc, JC_EXIT_FAILED, "watch", "x", "--token", "t");
        assert_contains(jc->err, "; give a URL such as http://127.0.0.1:8080\n");
    }
    jc_fixture_env(jc, "JW_GATEWAY_URL", "http://127.0.0.1/a|b");
    assert_jobctl(jc, JC_EXIT_FAILED, "watch", "x", "--token", "t");
    assert_contains(jc->err, "JW_GATEWAY_URL is 'http://127.0.0.1/a|b', which has characters");
    jc_fixture_env(jc, "JW_GATEWAY_URL", "http://127.0.0.1:1");
    assert_jobctl(jc, JC_EXIT_FAILED, "watch", "x");
    assert_contains(jc->err, "no token: give --token");
    assert_jobctl(jc, JC_EXIT_FAILED, "watch", "x", "--token", "a b");
    assert_contains(jc->err, "the token has spaces");
    assert_jobctl(jc, JC_EXIT_FAILED, "watch", "x", "--token", "t");
    assert_contains(jc->err, "is the gateway up? make status"); /* at once */
    assert_contains(jc->err, "JW_GATEWAY_URL names it");
    assert_jobctl(jc, JC_EXIT_FAILED, "download", "x", "--token", "t");
    assert_contains(jc->err, "is the gateway up? make status");
    assert_jobctl(jc, JC_EXIT_FAILED, "demo-data");
    assert_contains(jc->err, "JW_MONGODB_URI is not set; for the local one: eval \"$(make env)\"");
    jc_fixture_env(jc, "JW_MONGODB_URI", "mongodb://127.0.0.1:1");
    jc_fixture_env(jc, "JW_MONGODB_SELECT_TIMEOUT", "200ms");
    assert_jobctl(jc, JC_EXIT_FAILED, "demo-data");
    assert_contains(jc->err, "the database does not answer (is it up? make status)");
    assert_jobctl(jc, JC_EXIT_FAILED, "dlq", "list", "job.events");
    assert_contains(jc->err, "JW_KAFKA_BROKERS");
    jc_fixture_env(jc, "JW_SCHEMAS_DIR", "/nowhere");
    assert_jobctl(jc, JC_EXIT_FAILED, "topics");
    assert_contains(jc->err, "JW_SCHEMAS_DIR names '/nowhere', which does not exist");
}

typedef struct {
    bool flag;
    const char *text;
    int64_t number;
    GPtrArray *list;
} Target;
static const JcOption options[] = {
    { "flag", 'f', JC_OPTION_FLAG, offsetof(Target, flag), NULL, "", 0, 0, NULL },
    { "text", 't', JC_OPTION_TEXT, offsetof(Target, text), "T", "", 0, 0, NULL },
    { "number", 'n', JC_OPTION_INT, offsetof(Target, number), "N", "", 1, 9, NULL },
    { "list", '\0', JC_OPTION_LIST, offsetof(Target, list), "L", "", 0, 0, NULL },
    { 0 },
};

static bool
parse(Target *target, int *argc, char **argv, GError **error)
{
    *target = (Target){ 0 };
    while (argv[*argc] != NULL) {
        (*argc)++;
    }
    static const JcVerb verbs[] = { { .name = "" }, { 0 } };
    const JcCommand command = { .name = "test", .options = options, .verbs = verbs };
    return jc_options_parse(&command, target, argc, argv, error);
}

static void
test_options(void **state)
{
    Target target;
    g_autoptr(GError) error = NULL;
    char a[] = "one", b[] = "--text=x=y", c[] = "-f", d[] = "--list", e[] = "p, q,,r",
         f[] = "--list=s", g[] = "-n", h[] = "7", i[] = "-", j[] = "--", k[] = "--flag",
         l[] = "--text", m[] = "";
    char *argv[] = { a, b, c, d, e, f, g, h, i, j, k, NULL };
    char *empty[] = { l, m, NULL };
    int argc = 0;

    (void)state;
    assert_ok(parse(&target, &argc, argv, &error), error);
    assert_int_equal(argc, 3);
    assert_string_equal(argv[0], "one");
    assert_string_equal(argv[1], "-");
    assert_string_equal(argv[2], "--flag");
    assert_true(target.flag);
    assert_string_equal(target.text, "x=y");
    assert_int_equal(target.number, 7);
    assert_int_equal(target.list->len, 4);
    assert_string_equal(g_ptr_array_index(target.list, 3), "s");
    g_ptr_array_unref(target.list);
    argc = 0;
    assert_ok(parse(&target, &argc, empty, &error), error);
    assert_string_equal(target.text, "");
}

static void
test_bad_options(void **state)
{
    static const struct {
        const char *argument, *pattern;
    } cases[] = {
        { "--text", "Missing argument for --text" },
        { "-t", "Missing argument for -t" },
        { "--flag=yes", "--flag takes no value" },
        { "--number=10", "*--number*" },
        { "--number=x", "*--number*" },
        { "--tex", "Unknown option --tex; did you mean --text?" },
        { "--nothing-like-it", "Unknown option --nothing-like-it" },
        { "-x", "Unknown option -x" },
        { "-ft", "*-t*" },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Target target;
        g_autoptr(GError) error = NULL;
        g_autofree char *argument = g_strdup(cases[i].argument);
        char *argv[] = { argument, NULL };
        int argc = 0;
        assert_false(parse(&target, &argc, argv, &error));
        assert_jw_error(error, JW_ERROR_INVALID, cases[i].pattern);
    }
}

static void
test_check_definitions(void **state)
{
    JcFixture *jc = *state;
    g_autofree char *reports = g_build_filename(jc->dir, "reports", NULL);
    g_autofree char *mappings = g_build_filename(jc->dir, "mappings", NULL);

    assert_jobctl(jc, JC_EXIT_OK, "check-definitions", JW_SOURCE_DIR "/schemas");
    assert_contains(jc->out, "7 files checked, 0 faulty");
    assert_null(strstr(jc->out, "note"));
    assert_jobctl(jc, JC_EXIT_FAILED, "check-definitions", jc->dir);
    assert_contains(jc->err, "holds neither reports/*.json nor mappings/*.json");
    assert_int_equal(g_mkdir_with_parents(reports, 0700) | g_mkdir_with_parents(mappings, 0700), 0);
    g_free(jc_fixture_file(jc, "reports/r.json", "{\"reportType\": 5}"));
    g_free(jc_fixture_file(jc, "mappings/a.json", "{"));
    g_free(jc_fixture_file(
        jc, "mappings/b.json",
        "{\"collection\": \"c\", \"idField\": \"d\", \"dateField\": \"d\", \"fields\": "
        "[{\"field\": "
        "\"d\", \"columns\": [\"d\"], \"type\": \"datetime\", \"format\": \"%%\"}]}"));
    assert_jobctl(jc, JC_EXIT_FAILED, "check-definitions", jc->dir);
    assert_contains(jc->err, "reports/r.json: ");
    assert_contains(jc->err, "/reportType");
    assert_contains(jc->err, "mappings/a.json");
    assert_contains(jc->err, "mappings/b.json: /fields/0/format: date format '%%' lacks the year");
    assert_contains(jc->out, "3 files checked, 3 faulty");
    g_free(jc_fixture_file(
        jc, "reports/r.json",
        "{\"reportType\": \"t\", \"title\": \"T\", \"filePrefix\": \"T\", \"collection\": \"c\", "
        "\"dateField\": \"d\", \"measures\": [{\"name\": \"n\", \"label\": \"N\", \"op\": "
        "\"count\"}], "
        "\"columns\": [{\"field\": \"d\", \"label\": \"D\"}], \"summary\": [\"n\"], "
        "\"listTitle\": \"All 'calls'\"}"));
    assert_jobctl(jc, JC_EXIT_FAILED, "check-definitions", jc->dir);
    assert_contains(jc->out, "reports/r.json: /listTitle: the workbook's sheet will be named "
                             "'All 'calls': a sheet's name has no apostrophe");
    assert_contains(jc->out, "3 files checked, 2 faulty");
}

#define SMALL(more)                                                                                \
    "{\"reportType\":\"visits\",\"title\":\"T\",\"filePrefix\":\"T\",\"collection\":\"visits\","   \
    "\"dateField\":\"at\",\"measures\":[{\"name\":\"n\",\"label\":\"N\",\"op\":\"count\"}],"       \
    "\"columns\":["                                                                                \
    "{\"field\":\"a\",\"label\":\"A\"}],\"summary\":[\"n\"]" more "}"

static void
test_check_departments(void **state)
{
    JcFixture *jc = *state;
    static const struct {
        const char *definition;
        bool noted;
    } cases[] = {
        { SMALL(""), true },
        { SMALL(",\"openToAllDepartments\":false"), true },
        { SMALL(",\"openToAllDepartments\":true"), false },
        { SMALL(",\"filters\":[{\"name\":\"departmentIds\",\"field\":\"d\"}]"), false },
        { SMALL(",\"filters\":[{\"name\":\"departments\",\"field\":\"d\"}]"), true },
    };
    g_autofree char *reports = g_build_filename(jc->dir, "reports", NULL);

    assert_int_equal(g_mkdir_with_parents(reports, 0700), 0);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_free(jc_fixture_file(jc, "reports/v.json", cases[i].definition));
        assert_jobctl(jc, JC_EXIT_OK, "check-definitions", jc->dir);
        assert_int_equal(strstr(jc->out, "v.json: /filters: none is 'departmentIds', so callers "
                                         "who are limited to departments are refused")
                             != NULL,
                         cases[i].noted);
    }
}

static void
test_texts(void **state)
{
    static const struct {
        int64_t count;
        const char *text;
    } counts[] = { { 0, "0" },          { 999, "999" },           { 1000, "1,000" },
                   { 12345, "12,345" }, { 1234567, "1,234,567" }, { -1234, "-1,234" },
                   { -123, "-123" } };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(counts); i++) {
        g_autofree char *text = jc_count_text(counts[i].count);
        assert_string_equal(text, counts[i].text);
    }
    g_autofree char *start = jc_progress_text("loading", 0, 100, 0, 0);
    g_autofree char *middle = jc_progress_text("loading", 50, 100, 5000, 2000);
    g_autofree char *end = jc_progress_text("loading", 100, 100, 10000, 4000);
    g_autofree char *over = jc_progress_bar(5, 0);
    assert_string_equal(start, "loading [........................]   0%  0 rows");
    assert_string_equal(middle,
                        "loading [############............]  50%  5,000 rows  2,500/s  0:03 left");
    assert_string_equal(end, "loading [########################] 100%  10,000 rows  2,500/s");
    assert_string_equal(over, "[........................]   0%");
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, jc_fixture_setup, jc_fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_help),
        TEST(test_usage),
        TEST(test_settings),
        TEST(test_options),
        TEST(test_bad_options),
        TEST(test_check_definitions),
        TEST(test_check_departments),
        TEST(test_texts),
        TEST(test_did_you_mean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
