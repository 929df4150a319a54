/* test_log.c: the shape of log lines, as an independent JSON parser (jansson) reads them. */
#include "testkit.h"

#include "jw/log.h"

#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int
set_up(void **state)
{
    (void)state;
    jw_log_init("log-test", JW_LOG_INFO);
    tk_log_capture();
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    jw_log_set_sink(NULL, NULL);
    return 0;
}

/* The one line written since the last call. (transfer full) */
static json_t *
take_record(void)
{
    g_autofree char *lines = tk_log_take();
    size_t length = strlen(lines);
    assert_true(length > 0 && lines[length - 1] == '\n');
    assert_ptr_equal(strchr(lines, '\n'), lines + length - 1);
    json_error_t failure;
    json_t *record = json_loads(lines, JSON_REJECT_DUPLICATES, &failure);
    if (record == NULL) {
        fail_msg("%s in %s", failure.text, lines);
    }
    return record;
}

static const char *
text_of(const json_t *record, const char *key)
{
    return json_string_value(json_object_get(record, key));
}

static void
test_fields(void **state)
{
    (void)state;
    jw_warn("job_claimed", JW_STR("job_id", "j-1"), JW_INT("token", INT64_MIN), JW_BOOL("late", 2),
            JW_BOOL("early", 0), JW_STR("absent", NULL));
    json_auto_t *record = take_record();
    assert_string_equal(text_of(record, "level"), "warn");
    assert_string_equal(text_of(record, "service"), "log-test");
    assert_string_equal(text_of(record, "domain"), "jw-test");
    assert_string_equal(text_of(record, "event"), "job_claimed");
    assert_string_equal(text_of(record, "job_id"), "j-1");
    assert_int_equal(json_integer_value(json_object_get(record, "token")), INT64_MIN);
    assert_true(json_is_true(json_object_get(record, "late")));
    assert_true(json_is_false(json_object_get(record, "early")));
    assert_null(json_object_get(record, "absent"));

    g_autoptr(GError) error = NULL;
    int64_t time_ms = 0, now_ms = jw_clock_now_ms(jw_clock_system());
    assert_ok(jw_time_parse(text_of(record, "ts"), &time_ms, &error), error);
    assert_true(time_ms <= now_ms && time_ms > now_ms - 60000);
}

static void
test_text_is_escaped(void **state)
{
    static const struct {
        const char *text, *read;
    } cases[] = {
        { "", "" },
        { "plain", "plain" },
        { "a\"b\\c/d", "a\"b\\c/d" },
        { "line\nline\r\ttab", "line\nline\r\ttab" },
        { "\x01\x1b[31m\x7f", "\x01\x1b[31m\x7f" },
        { "gr\xc3\xbcn \xf0\x9f\x98\x80", "gr\xc3\xbcn \xf0\x9f\x98\x80" },
        { "bad\xff"
          "end",
          "bad\xef\xbf\xbd"
          "end" },
        { "cut\xe6\x97", "cut\xef\xbf\xbd\xef\xbf\xbd" },
        { "\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd" },
        { "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
        { "%s%n", "%s%n" },
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        jw_info("text", JW_STR("value", cases[i].text));
        json_auto_t *record = take_record();
        assert_string_equal(text_of(record, "value"), cases[i].read);
    }
}

static void
test_long_text_is_cut(void **state)
{
    (void)state;
    for (size_t shift = 0; shift < 3; shift++) { /* the cut falls on each byte of a character */
        GString *text = g_string_new(NULL);
        g_string_append_len(text, "xx", (gssize)shift);
        for (int i = 0; i < 5000; i++) {
            g_string_append(text, "\xe6\x97\xa5");
        }
        jw_info("long", JW_STR("value", text->str));
        json_auto_t *record = take_record();
        const char *value = text_of(record, "value");
        assert_true(strlen(value) >= 4096 && strlen(value) < 4110);
        assert_true(g_str_has_suffix(value, "\xe6\x97\xa5\xe2\x80\xa6"));
        g_string_free(text, TRUE);
    }
}

static int evaluated;

static int64_t
evaluate(void)
{
    evaluated += 1;
    return evaluated;
}

static void
test_levels(void **state)
{
    static const struct {
        const char *name;
        JwLogLevel level;
        int written; /* of the four records below */
    } cases[] = {
        { "error", JW_LOG_ERROR, 1 },
        { "warn", JW_LOG_WARN, 2 },
        { "info", JW_LOG_INFO, 3 },
        { "debug", JW_LOG_DEBUG, 4 },
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        JwLogLevel level = JW_LOG_ERROR;
        assert_true(jw_log_level_parse(cases[i].name, &level));
        assert_int_equal(level, cases[i].level);
        jw_log_init("log-test", level);
        evaluated = 0;
        jw_error_log("e", JW_INT("n", evaluate()));
        jw_warn("w", JW_INT("n", evaluate()));
        jw_info("i", JW_INT("n", evaluate()));
        jw_debug("d", JW_INT("n", evaluate()));
        assert_int_equal(evaluated, cases[i].written);
        g_autofree char *lines = tk_log_take();
        g_auto(GStrv) split = g_strsplit(lines, "\n", -1);
        assert_int_equal(g_strv_length(split), cases[i].written + 1);
    }
    JwLogLevel level = JW_LOG_WARN;
    assert_false(jw_log_level_parse("verbose", &level));
    assert_false(jw_log_level_parse("", &level));
    assert_false(jw_log_level_parse(NULL, &level));
    assert_int_equal(level, JW_LOG_WARN);
}

static void
test_scopes(void **state)
{
    (void)state;
    char job_id[] = "outer";
    {
        g_auto(JwLogScope) outer = jw_log_scope(JW_STR("job_id", job_id), JW_INT("offset", 41));
        job_id[0] = 'X'; /* the scope has its own copy */
        {
            g_auto(JwLogScope) inner = jw_log_scope(JW_STR("trace", "t"), JW_INT("offset", 42));
            jw_info("inside", JW_STR("trace", "own"));
            json_auto_t *record = take_record();
            assert_string_equal(text_of(record, "job_id"), "outer");
            assert_int_equal(json_integer_value(json_object_get(record, "offset")), 42);
            assert_string_equal(text_of(record, "trace"), "own");
        }
        jw_info("between");
        json_auto_t *record = take_record();
        assert_int_equal(json_integer_value(json_object_get(record, "offset")), 41);
        assert_null(json_object_get(record, "trace"));
    }
    jw_info("outside");
    json_auto_t *record = take_record();
    assert_null(json_object_get(record, "job_id"));
}

static void *
log_in_thread(void *data)
{
    g_auto(JwLogScope) scope = jw_log_scope(JW_STR("thread", data));
    for (int i = 0; i < 200; i++) {
        jw_info("tick", JW_INT("i", i));
    }
    return NULL;
}

static void
test_threads(void **state)
{
    (void)state;
    static char names[4][2] = { "a", "b", "c", "d" };
    GThread *threads[G_N_ELEMENTS(names)];
    g_auto(JwLogScope) scope = jw_log_scope(JW_STR("main", "yes"));
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        threads[i] = g_thread_new("log", log_in_thread, names[i]);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_thread_join(threads[i]);
    }
    g_autofree char *lines = tk_log_take();
    g_auto(GStrv) split = g_strsplit(lines, "\n", -1);
    int next[G_N_ELEMENTS(names)] = { 0 };
    for (size_t i = 0; split[i][0] != '\0'; i++) {
        json_auto_t *record = json_loads(split[i], JSON_REJECT_DUPLICATES, NULL);
        assert_non_null(record);
        assert_null(json_object_get(record, "main"));
        int *expected = &next[text_of(record, "thread")[0] - 'a'];
        assert_int_equal(json_integer_value(json_object_get(record, "i")), *expected);
        *expected += 1;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        assert_int_equal(next[i], 200);
    }
}

static void
test_glib_records(void **state)
{
    (void)state;
    g_auto(JwLogScope) scope = jw_log_scope(JW_STR("job_id", "j-2"));
    g_log("Some-Library", G_LOG_LEVEL_MESSAGE, "it said \"%s\"", "no\nmore");
    json_auto_t *record = take_record();
    assert_string_equal(text_of(record, "level"), "info");
    assert_string_equal(text_of(record, "domain"), "Some-Library");
    assert_string_equal(text_of(record, "event"), "glib");
    assert_string_equal(text_of(record, "message"), "it said \"no\nmore\"");
    assert_string_equal(text_of(record, "job_id"), "j-2");

    g_log("Some-Library", G_LOG_LEVEL_DEBUG, "below the level");
    g_autofree char *nothing = tk_log_take();
    assert_string_equal(nothing, "");
}

/* Runs @body in a child whose stderr is a pipe. (transfer full) what it wrote. */
static char *
run_child(void (*body)(void), int *ret_status)
{
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        jw_log_set_sink(NULL, NULL);
        (void)dup2(ends[1], STDERR_FILENO);
        (void)signal(SIGABRT, SIG_DFL); /* cmocka catches it */
        body();
        _exit(0);
    }
    (void)close(ends[1]);
    GString *text = g_string_new(NULL);
    char buffer[4096];
    for (ssize_t got; (got = read(ends[0], buffer, sizeof buffer)) > 0;) {
        g_string_append_len(text, buffer, got);
    }
    (void)close(ends[0]);
    assert_int_equal(waitpid(child, ret_status, 0), child);
    return g_string_free(text, FALSE);
}

static void
log_errors(void)
{
    jw_error_log("our_own");
    jw_warn("our_own");
}

static void
warn_by_glib(void)
{
    g_log("Some-Library", G_LOG_LEVEL_WARNING, "a precondition failed");
}

static void
test_stderr_and_fatal_warnings(void **state)
{
    (void)state;
    int status = 0;
    g_autofree char *own = run_child(log_errors, &status);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    g_auto(GStrv) lines = g_strsplit(own, "\n", -1);
    assert_int_equal(g_strv_length(lines), 3);
    json_auto_t *first = json_loads(lines[0], JSON_REJECT_DUPLICATES, NULL);
    assert_string_equal(text_of(first, "event"), "our_own");

    /* with G_DEBUG=fatal-warnings a warning of GLib's still aborts, after its line */
    g_autofree char *glib = run_child(warn_by_glib, &status);
    assert_false(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    json_auto_t *record = json_loads(glib, JSON_DISABLE_EOF_CHECK, NULL);
    assert_string_equal(text_of(record, "message"), "a precondition failed");
    assert_string_equal(text_of(record, "level"), "warn");
}

static void
test_init_again_changes_the_service(void **state)
{
    (void)state;
    jw_log_init("other-service", JW_LOG_INFO);
    jw_info("again");
    json_auto_t *record = take_record();
    assert_string_equal(text_of(record, "service"), "other-service");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_fields, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_text_is_escaped, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_long_text_is_cut, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_levels, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_scopes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_threads, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_glib_records, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_stderr_and_fatal_warnings, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_init_again_changes_the_service, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
