/* test_config.c: reading the environment, all violations in one message, masking. */
#include "testkit.h"

#include "jw/config.h"

#include <string.h>

typedef struct {
    char *uri;
    char *token;
    char *name;
    int64_t workers;
    bool verbose;
    int64_t grace_ms;
    int64_t body_limit;
} Settings;

static const JwConfigEntry entries[] = {
    { "JW_MONGODB_URI", JW_CONFIG_STRING, offsetof(Settings, uri), NULL, 0, 0,
      JW_CONFIG_REQUIRED | JW_CONFIG_URI, "The database." },
    { "JW_TOKEN", JW_CONFIG_STRING, offsetof(Settings, token), NULL, 0, 0, JW_CONFIG_SECRET,
      "The token." },
    { "JW_NAME", JW_CONFIG_STRING, offsetof(Settings, name), "jobwire", 0, 0, 0, "The name." },
    { "JW_WORKERS", JW_CONFIG_INT, offsetof(Settings, workers), "4", 1, 64, 0, "Worker threads." },
    { "JW_VERBOSE", JW_CONFIG_BOOL, offsetof(Settings, verbose), "false", 0, 0, 0, "Say more." },
    { "JW_GRACE", JW_CONFIG_DURATION, offsetof(Settings, grace_ms), "30s", 1000, 600000, 0,
      "Time to finish." },
    { "JW_BODY_LIMIT", JW_CONFIG_SIZE, offsetof(Settings, body_limit), "1MiB", 0, 0, 0,
      "Largest body." },
};

static JwConfigTable
table_for(Settings *settings)
{
    *settings = (Settings){ 0 };
    return (JwConfigTable){ "Test", entries, G_N_ELEMENTS(entries), settings };
}

static void
test_defaults_and_values(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    Settings settings;
    JwConfigTable table = table_for(&settings);
    const char *const least[] = { "JW_MONGODB_URI=mongodb://h/db",
                                  "PATH=/bin",
                                  "JWX=1",
                                  "JW_NAME=",
                                  "JW_KAFKA_ACKS=all",
                                  "JW_DEV_PORT=1",
                                  "JW_TEST_LOG=x",
                                  NULL };
    assert_ok(jw_config_load(&table, 1, least, &error), error);
    assert_string_equal(settings.uri, "mongodb://h/db");
    assert_null(settings.token);
    assert_string_equal(settings.name, "jobwire");
    assert_int_equal(settings.workers, 4);
    assert_false(settings.verbose);
    assert_int_equal(settings.grace_ms, 30000);
    assert_int_equal(settings.body_limit, 1048576);
    jw_config_clear(&table, 1);
    assert_null(settings.uri);
    jw_config_clear(&table, 1);

    table = table_for(&settings);
    const char *const all[] = { "JW_MONGODB_URI=x=y=z", "JW_TOKEN=t",
                                "JW_NAME=gr\xc3\xbcn",  "JW_WORKERS=64",
                                "JW_VERBOSE=Yes",       "JW_GRACE=10m",
                                "JW_BODY_LIMIT=512",    NULL };
    assert_ok(jw_config_load(&table, 1, all, &error), error);
    assert_string_equal(settings.uri, "x=y=z");
    assert_string_equal(settings.token, "t");
    assert_string_equal(settings.name, "gr\xc3\xbcn");
    assert_int_equal(settings.workers, 64);
    assert_true(settings.verbose);
    assert_int_equal(settings.grace_ms, 600000);
    assert_int_equal(settings.body_limit, 512);
    jw_config_clear(&table, 1);
}

static void
test_units(void **state)
{
    static const struct {
        const char *variable;
        bool size;
        int64_t value; /* -1: refused */
    } cases[] = {
        { "JW_GRACE=1000ms", false, 1000 },
        { "JW_GRACE=5s", false, 5000 },
        { "JW_GRACE=2m", false, 120000 },
        { "JW_GRACE=72h", false, -1 }, /* over the limit */
        { "JW_GRACE=999ms", false, -1 },
        { "JW_GRACE=5", false, -1 },
        { "JW_GRACE=5 s", false, -1 },
        { "JW_GRACE=+5s", false, -1 },
        { "JW_WORKERS=+5", false, -1 },
        { "JW_WORKERS= 5", false, -1 },
        { "JW_WORKERS=0", false, -1 },
        { "JW_GRACE=-5s", false, -1 },
        { "JW_GRACE=s", false, -1 },
        { "JW_GRACE=1.5s", false, -1 },
        { "JW_GRACE=5S", false, -1 },
        { "JW_GRACE=9223372036854775807d", false, -1 },
        { "JW_GRACE=99999999999999999999s", false, -1 },
        { "JW_BODY_LIMIT=0", true, 0 },
        { "JW_BODY_LIMIT=64KiB", true, 65536 },
        { "JW_BODY_LIMIT=10MiB", true, 10485760 },
        { "JW_BODY_LIMIT=3GiB", true, INT64_C(3221225472) },
        { "JW_BODY_LIMIT=1TiB", true, INT64_C(1099511627776) },
        { "JW_BODY_LIMIT=10MB", true, -1 },
        { "JW_BODY_LIMIT=10k", true, -1 },
        { "JW_BODY_LIMIT=9007199254740993KiB", true, -1 },
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        Settings settings;
        JwConfigTable table = table_for(&settings);
        const char *const env[] = { "JW_MONGODB_URI=u", cases[i].variable, NULL };
        bool ok = jw_config_load(&table, 1, env, &error);
        if (cases[i].value < 0) {
            if (ok) {
                fail_msg("%s was accepted", cases[i].variable);
            }
            assert_jw_error(error, JW_ERROR_INVALID, "JW_*");
        } else {
            assert_ok(ok, error);
            assert_int_equal(cases[i].size ? settings.body_limit : settings.grace_ms,
                             cases[i].value);
            jw_config_clear(&table, 1);
        }
    }
}

static void
test_all_violations_at_once(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    Settings settings;
    JwConfigTable table = table_for(&settings);
    const char *const env[] = { "JW_NAME=kept?",
                                "JW_WORKERS=65",
                                "JW_VERBOSE=maybe",
                                "JW_GRACE=soon",
                                "JW_BODY_LIMIT=large",
                                "JW_WORKER=3",
                                "JW_FOO_BAR_BAZ=1",
                                "JW_NAME_FILE=/x",
                                "JW_=",
                                NULL };
    assert_false(jw_config_load(&table, 1, env, &error));
    assert_string_equal(error->message,
                        "JW_MONGODB_URI: not set; it must be set\n"
                        "JW_WORKERS: 65 is out of range; set it from 1 to 64\n"
                        "JW_VERBOSE: 'maybe' is not true or false; write true or false\n"
                        "JW_GRACE: 'soon' is not a duration; write it as in 250ms, 5s, 10m or 72h\n"
                        "JW_BODY_LIMIT: 'large' is not a size; write it as in 512, 64KiB or 10MiB\n"
                        "JW_WORKER: no such setting; did you mean JW_WORKERS?\n"
                        "JW_FOO_BAR_BAZ: no such setting; remove it (--help lists them all)\n"
                        "JW_NAME_FILE: no such setting; remove it (--help lists them all)\n"
                        "JW_: no such setting; remove it (--help lists them all)");
    assert_jw_error(error, JW_ERROR_INVALID, "*");
    assert_null(settings.name); /* what was read before is freed again */
}

/* An environment may serve several programs: the names of other programs' variables are known. */
static void
test_foreign_variables(void **state)
{
    static const JwConfigEntry foreign[] = {
        { .name = "JW_SENDERS", .type = JW_CONFIG_FOREIGN },
        { .name = "JW_PASSWORD", .type = JW_CONFIG_FOREIGN, .flags = JW_CONFIG_SECRET },
        { .name = "JW_WORKERS", .type = JW_CONFIG_FOREIGN }, /* ours as well */
    };
    (void)state;
    g_autoptr(GError) error = NULL;
    Settings settings;
    const JwConfigTable tables[] = { table_for(&settings),
                                     { NULL, foreign, G_N_ELEMENTS(foreign), NULL } };
    const char *const env[] = { "JW_MONGODB_URI=u", "JW_SENDERS=many", "JW_PASSWORD_FILE=/nowhere",
                                "JW_WORKERS=5", NULL };
    assert_ok(jw_config_load(tables, 2, env, &error), error);
    assert_int_equal(settings.workers, 5);
    jw_config_clear(tables, 2);

    const char *const typo[] = { "JW_MONGODB_URI=u", "JW_SENDER=4", "JW_SENDERS_FILE=/x", NULL };
    assert_false(jw_config_load(tables, 2, typo, &error));
    assert_string_equal(error->message,
                        "JW_SENDER: no such setting; did you mean JW_SENDERS?\n"
                        "JW_SENDERS_FILE: no such setting; remove it (--help lists them all)");
}

static void
test_dirty_values_are_not_echoed_raw(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    Settings settings;
    JwConfigTable table = table_for(&settings);
    const char *const env[] = { "JW_MONGODB_URI=mongodb://u:hunter2\x01@h", "JW_NAME=\x1b[31m\xff",
                                "JW_TOKEN=hunter2\x02", NULL };
    assert_false(jw_config_load(&table, 1, env, &error));
    assert_null(strstr(error->message, "hunter2"));
    assert_null(strchr(error->message, '\x1b'));
    assert_true(g_utf8_validate(error->message, -1, NULL));
    assert_jw_error(error, JW_ERROR_INVALID,
                    "JW_MONGODB_URI: the value is not clean text*JW_TOKEN: *");
}

static void
test_secret_file(void **state)
{
    static const struct {
        const char *content;
        size_t length;
        const char *token; /* NULL: refused */
        const char *violation;
    } cases[] = {
        { "s3cret", 6, "s3cret", NULL },
        { "s3cret\n", 7, "s3cret", NULL },
        { "line\nline\r\n\n", 12, "line\nline", NULL },
        { " s3cret ", 8, " s3cret ", NULL },
        { "", 0, NULL, "JW_TOKEN_FILE: the file is empty*" },
        { "\n", 1, NULL, "JW_TOKEN_FILE: the file is empty*" },
        { "s3c\0ret", 7, NULL, "JW_TOKEN_FILE: the file holds a NUL byte*" },
        { "s3cret\xff", 7, NULL, "JW_TOKEN: the value is not clean text*" },
    };
    (void)state;
    g_autofree char *dir = tk_temp_dir();
    g_autofree char *path = g_build_filename(dir, "token", NULL);
    g_autofree char *variable = g_strconcat("JW_TOKEN_FILE=", path, NULL);
    const char *const env[] = { "JW_MONGODB_URI=u", variable, NULL };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        Settings settings;
        JwConfigTable table = table_for(&settings);
        assert_true(g_file_set_contents(path, cases[i].content, (gssize)cases[i].length, NULL));
        bool ok = jw_config_load(&table, 1, env, &error);
        if (cases[i].token != NULL) {
            assert_ok(ok, error);
            assert_string_equal(settings.token, cases[i].token);
            jw_config_clear(&table, 1);
        } else {
            assert_false(ok);
            assert_null(strstr(error->message, "s3c"));
            assert_jw_error(error, JW_ERROR_INVALID, cases[i].violation);
        }
    }
}

static void
test_secret_file_violations(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    Settings settings;
    JwConfigTable table = table_for(&settings);
    const char *const absent[] = { "JW_MONGODB_URI=u", "JW_TOKEN_FILE=/nonexistent/token", NULL };
    assert_false(jw_config_load(&table, 1, absent, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "JW_TOKEN_FILE: cannot open /nonexistent/token: *");

    const char *const both[] = { "JW_MONGODB_URI=u", "JW_TOKEN=hunter2", "JW_TOKEN_FILE=/x", NULL };
    assert_false(jw_config_load(&table, 1, both, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "JW_TOKEN: set both directly and by JW_TOKEN_FILE; *");
}

static void
test_required_secret(void **state)
{
    static const JwConfigEntry required[] = {
        { "JW_KEY", JW_CONFIG_STRING, 0, NULL, 0, 0, JW_CONFIG_REQUIRED | JW_CONFIG_SECRET,
          "Key." },
    };
    (void)state;
    g_autoptr(GError) error = NULL;
    char *key = NULL;
    JwConfigTable table = { "Keys", required, 1, &key };
    const char *const env[] = { NULL };
    assert_false(jw_config_load(&table, 1, env, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "JW_KEY: not set; * JW_KEY_FILE)");
}

static void
test_print(void **state)
{
    static const struct {
        const char *uri, *shown;
    } cases[] = {
        { "mongodb://h/db", "mongodb://h/db" },
        { "mongodb://app:hunter2@h1:1,h2:2/db?x=y", "mongodb://app:***@h1:1,h2:2/db?x=y" },
        { "mongodb://app:hun/ter2@h/db", "mongodb://app:***@h/db" },
        { "mongodb://app:hun@ter2@h/db", "mongodb://app:***@h/db" },
        { "mongodb://:hunter2@h", "mongodb://:***@h" },
        { "smtp://user@h:25", "smtp://user@h:25" },
        { "smtp://h:25", "smtp://h:25" },
        { "app:hunter2@h", "app:***@h" },
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        Settings settings;
        JwConfigTable table = table_for(&settings);
        g_autofree char *variable = g_strconcat("JW_MONGODB_URI=", cases[i].uri, NULL);
        const char *const env[] = { variable, "JW_TOKEN=hunter2", "JW_NAME=two\nlines",
                                    "JW_GRACE=90s", NULL };
        assert_ok(jw_config_load(&table, 1, env, &error), error);
        const JwConfigTable twice[] = { table,
                                        table }; /* two components that read the same variables */
        g_autofree char *text = jw_config_print(twice, 2, "", "");
        g_autofree char *wanted =
            g_strconcat("JW_MONGODB_URI=", cases[i].shown,
                        "\nJW_TOKEN=***\nJW_NAME=two lines\nJW_WORKERS=4\nJW_VERBOSE=false\n"
                        "JW_GRACE=90s\nJW_BODY_LIMIT=1MiB\n",
                        NULL);
        assert_string_equal(text, wanted);
        jw_config_clear(&table, 1);
    }
}

static void
test_help(void **state)
{
    (void)state;
    const JwConfigTable table = { "Test settings", entries, G_N_ELEMENTS(entries), NULL };
    g_autofree char *text = jw_config_help(&table, 1);
    assert_string_equal(text, "Test settings:\n"
                              "  JW_MONGODB_URI\n      The database.\n      text; required\n"
                              "  JW_TOKEN\n      The token.\n"
                              "      text; or the name of a file with it in JW_TOKEN_FILE\n"
                              "  JW_NAME\n      The name.\n      text; default: jobwire\n"
                              "  JW_WORKERS\n      Worker threads.\n"
                              "      whole number, from 1 to 64; default: 4\n"
                              "  JW_VERBOSE\n      Say more.\n      true or false; default: false\n"
                              "  JW_GRACE\n      Time to finish.\n"
                              "      duration, from 1s to 10m; default: 30s\n"
                              "  JW_BODY_LIMIT\n      Largest body.\n      size; default: 1MiB\n");
}

static void
test_process_environment(void **state)
{
    static const JwConfigEntry one[] = {
        { "JW_TEST_ONE", JW_CONFIG_INT, 0, NULL, 0, 0, 0, "One." },
    };
    (void)state;
    g_autoptr(GError) error = NULL;
    int64_t value = 0;
    JwConfigTable table = { "One", one, 1, &value };
    assert_true(g_setenv("JW_TEST_ONE", "-17", TRUE));
    /* the developer's own JW_… variables may be set here and are then rightly refused */
    if (jw_config_load(&table, 1, NULL, &error)) {
        assert_int_equal(value, -17);
    } else {
        assert_jw_error(error, JW_ERROR_INVALID, "JW_*: no such setting*");
    }
    g_unsetenv("JW_TEST_ONE");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults_and_values),
        cmocka_unit_test(test_units),
        cmocka_unit_test(test_all_violations_at_once),
        cmocka_unit_test(test_foreign_variables),
        cmocka_unit_test(test_dirty_values_are_not_echoed_raw),
        cmocka_unit_test(test_secret_file),
        cmocka_unit_test(test_secret_file_violations),
        cmocka_unit_test(test_required_secret),
        cmocka_unit_test(test_print),
        cmocka_unit_test(test_help),
        cmocka_unit_test(test_process_environment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
