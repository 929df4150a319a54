/* test_bus_conf.c: JW_KAFKA_* on top of our defaults, and what it may not touch. */
#include "testkit.h"
#include "kafka_private.h"

#include <string.h>

static char brokers[] = "127.0.0.1:1";

static rd_kafka_conf_t *
conf_of(const char *const *environ_, GError **error)
{
    JwBusConfig config = { .brokers = brokers };
    return jw_kafka_conf_new(&config, "svc", environ_, error);
}

static void
assert_setting(rd_kafka_conf_t *conf, const char *key, const char *value)
{
    char text[512];
    size_t size = sizeof text;
    assert_int_equal(rd_kafka_conf_get(conf, key, text, &size), RD_KAFKA_CONF_OK);
    assert_string_equal(text, value);
}

static void
defaults_and_fixed_settings(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    const char *const environ_[] = { "PATH=/bin", "JW_KAFKA_BROKERS=other:1", NULL };
    JwBusConfig config = {
        .brokers = brokers, .message_max_bytes = 2000000, .queue_max = 5, .publish_timeout_ms = 7000
    };
    g_autoptr(rd_kafka_conf_t) common = conf_of(environ_, &error);
    assert_ok(common != NULL, error);
    assert_setting(common, "bootstrap.servers", brokers);
    assert_setting(common, "client.id", "svc");
    assert_setting(common, "linger.ms", "2");

    g_autoptr(rd_kafka_conf_t) producer = jw_kafka_conf_producer(common, &config, &error);
    assert_ok(producer != NULL, error);
    assert_setting(producer, "enable.idempotence", "true");
    assert_setting(producer, "acks", "-1");
    assert_setting(producer, "compression.codec", "gzip"); /* that any client can read */
    assert_setting(producer, "delivery.timeout.ms", "7000");
    assert_setting(producer, "queue.buffering.max.messages", "5");
    assert_setting(producer, "message.max.bytes", "2065536");

    g_autoptr(rd_kafka_conf_t) consumer = jw_kafka_conf_consumer(common, "g", false, &error);
    assert_ok(consumer != NULL, error);
    assert_setting(consumer, "group.id", "g");
    assert_setting(consumer, "enable.auto.offset.store", "false");
    assert_setting(consumer, "auto.offset.reset", "smallest"); /* librdkafka's name for earliest */
    assert_setting(consumer, "partition.assignment.strategy", "range");
    assert_setting(consumer, "session.timeout.ms", "6000");
    assert_setting(consumer, "heartbeat.interval.ms", "1000");

    g_autoptr(rd_kafka_conf_t) newest = jw_kafka_conf_consumer(common, "g", true, &error);
    assert_ok(newest != NULL, error);
    assert_setting(newest, "auto.offset.reset", "largest");
    assert_setting(newest, "enable.auto.commit", "false");
    assert_setting(newest, "enable.auto.offset.store", "false");
}

/* Times that librdkafka would take although a member of the group would be dropped while it lives.
 */
static void
times_go_together(void **state)
{
    (void)state;
    static const struct {
        const char *variables[4];
        const char *violation; /* NULL: none */
    } cases[] = {
        { { "JW_KAFKA_SESSION_TIMEOUT_MS=9000", "JW_KAFKA_HEARTBEAT_INTERVAL_MS=3000" }, NULL },
        { { "JW_KAFKA_HEARTBEAT_INTERVAL_MS=2001" },
          "JW_KAFKA_HEARTBEAT_INTERVAL_MS: 2001 *JW_KAFKA_SESSION_TIMEOUT_MS=6000*a third*" },
        { { "JW_KAFKA_SESSION_TIMEOUT_MS=2999" },
          "JW_KAFKA_HEARTBEAT_INTERVAL_MS: 1000 *JW_KAFKA_SESSION_TIMEOUT_MS=2999*a third*" },
        { { "JW_KAFKA_MAX_POLL_INTERVAL_MS=5999" },
          "JW_KAFKA_MAX_POLL_INTERVAL_MS: 5999 *JW_KAFKA_SESSION_TIMEOUT_MS=6000*" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(rd_kafka_conf_t) conf = conf_of(cases[i].variables, &error);

        assert_int_equal(conf != NULL, cases[i].violation == NULL);
        if (conf == NULL) {
            assert_jw_error(error, JW_ERROR_INVALID, cases[i].violation);
        }
    }
}

static void
settings_pass_through(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    g_autofree char *dir = tk_temp_dir();
    g_autofree char *path = g_build_filename(dir, "password", NULL);
    assert_true(g_file_set_contents(path, "pass=word\n", -1, NULL));
    g_autofree char *file = g_strconcat("JW_KAFKA_SASL_PASSWORD_FILE=", path, NULL);
    const char *const environ_[] = { "JW_KAFKA_SECURITY_PROTOCOL=SASL_SSL",
                                     "JW_KAFKA_SASL_USERNAME=me",
                                     "JW_KAFKA_COMPRESSION_CODEC=zstd",
                                     "JW_KAFKA_LINGER_MS=10",
                                     file,
                                     NULL };
    g_autoptr(rd_kafka_conf_t) conf = conf_of(environ_, &error);
    assert_ok(conf != NULL, error);
    assert_setting(conf, "security.protocol", "sasl_ssl");
    assert_setting(conf, "sasl.username", "me");
    assert_setting(conf, "sasl.password", "pass=word");
    assert_setting(conf, "compression.codec", "zstd");
    assert_setting(conf, "linger.ms", "10");
}

static void
protected_settings_are_refused(void **state)
{
    (void)state;
    static const char *const names[] = {
        "ENABLE_IDEMPOTENCE",
        "ACKS",
        "REQUEST_REQUIRED_ACKS",
        "AUTO_OFFSET_RESET",
        "MESSAGE_TIMEOUT_MS",
        "GROUP_ID",
        "PARTITION_ASSIGNMENT_STRATEGY",
        "RETRIES",
        "BOOTSTRAP_SERVERS",
        "MAX_IN_FLIGHT",
        "MESSAGE_SEND_MAX_RETRIES",
        "ENABLE_AUTO_COMMIT",
        "TRANSACTIONAL_ID",
        "ENABLE_AUTO_OFFSET_STORE",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *variable = g_strdup_printf("JW_KAFKA_%s=1", names[i]);
        g_autofree char *pattern = g_strdup_printf("JW_KAFKA_%s: *cannot be changed*", names[i]);
        const char *const environ_[] = { variable, NULL };
        assert_null(conf_of(environ_, &error));
        assert_jw_error(error, JW_ERROR_INVALID, pattern);
    }
}

static void
all_violations_are_named_together(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    const char *const environ_[] = { "JW_KAFKA_ACKS=1", "JW_KAFKA_NO_SUCH_THING=1",
                                     "JW_KAFKA_LINGER_MS=soon",
                                     "JW_KAFKA_SASL_PASSWORD_FILE=/nonexistent/x", NULL };
    assert_null(conf_of(environ_, &error));
    const char *message = jw_error_message(error);
    assert_non_null(strstr(message, "JW_KAFKA_ACKS"));
    assert_non_null(strstr(message, "JW_KAFKA_NO_SUCH_THING"));
    assert_non_null(strstr(message, "JW_KAFKA_LINGER_MS"));
    assert_non_null(strstr(message, "JW_KAFKA_SASL_PASSWORD_FILE"));
    g_clear_error(&error);

    const char *const slips[] = { "JW_KAFKA_LINGER=1", "JW_KAFKA_SASL_USRNAME=me", NULL };
    assert_null(conf_of(slips, &error));
    assert_jw_error(error, JW_ERROR_INVALID,
                    "JW_KAFKA_LINGER: librdkafka has no setting linger; did you mean "
                    "JW_KAFKA_LINGER_MS?\nJW_KAFKA_SASL_USRNAME: *did you mean "
                    "JW_KAFKA_SASL_USERNAME?");
    g_clear_error(&error);

    JwBusConfig config = { 0 };
    assert_null(jw_kafka_conf_new(&config, "svc", NULL, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "*JW_KAFKA_BROKERS*");
}

/* librdkafka would drop what it cannot read, and the service wait for ever. */
static void
brokers_are_hosts_and_ports(void **state)
{
    (void)state;
    static const char *const good[] = { "kafka:9092",       "a:1,b:65535",     " a:1 , b ",
                                        "127.0.0.1:9092",   "[::1]:9092",      "::1",
                                        "SSL://kafka:9093", "under_score:9092" };
    static const struct {
        const char *brokers, *pattern;
    } cases[] = {
        { NULL, "JW_KAFKA_BROKERS: there are no *" },
        { " , ", "JW_KAFKA_BROKERS: there are no *" },
        { "nope:", "JW_KAFKA_BROKERS: 'nope:': no host:port; *" },
        { "a:99999", "JW_KAFKA_BROKERS: 'a:99999': no host:port; *" },
        { "a:0", "JW_KAFKA_BROKERS: 'a:0': *" },
        { ":9092", "JW_KAFKA_BROKERS: ':9092': *" },
        { "a:x,b:1,c d:2", "JW_KAFKA_BROKERS: 'a:x', 'c d:2': *" },
        { "a:1:2", "JW_KAFKA_BROKERS: 'a:1:2': *" },
        { "[::1]", "JW_KAFKA_BROKERS: '[::1]': *" },
        { "http://a:1/b", "JW_KAFKA_BROKERS: 'http://a:1/b': *" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        g_autoptr(GError) error = NULL;
        assert_ok(jw_bus_brokers_check(good[i], &error), error);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        JwBusConfig config = { .brokers = (char *)(gintptr)cases[i].brokers };
        assert_null(jw_kafka_conf_new(&config, "svc", NULL, &error));
        assert_jw_error(error, JW_ERROR_INVALID, cases[i].pattern);
    }

    /* beside what is wrong with other variables */
    const char *const environ_[] = { "JW_KAFKA_LINGER_MS=soon", "JW_KAFKA_MAX_POLL_INTERVAL_MS=1",
                                     NULL };
    g_autoptr(GError) error = NULL;
    JwBusConfig config = { .brokers = (char *)(gintptr) "nope:" };
    assert_null(jw_kafka_conf_new(&config, "svc", environ_, &error));
    assert_jw_error(error, JW_ERROR_INVALID,
                    "JW_KAFKA_BROKERS: *\nJW_KAFKA_LINGER_MS: *\nJW_KAFKA_MAX_POLL_INTERVAL_MS: *");
}

static void
codes(void **state)
{
    (void)state;
    assert_int_equal(jw_kafka_error_code(RD_KAFKA_RESP_ERR__QUEUE_FULL), JW_ERROR_BUSY);
    assert_int_equal(jw_kafka_error_code(RD_KAFKA_RESP_ERR__MSG_TIMED_OUT), JW_ERROR_UNAVAILABLE);
    assert_int_equal(jw_kafka_error_code(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE), JW_ERROR_TOO_LARGE);
    assert_int_equal(jw_kafka_error_code(RD_KAFKA_RESP_ERR_UNKNOWN), JW_ERROR_INTERNAL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_and_fixed_settings),
        cmocka_unit_test(times_go_together),
        cmocka_unit_test(settings_pass_through),
        cmocka_unit_test(protected_settings_are_refused),
        cmocka_unit_test(all_violations_are_named_together),
        cmocka_unit_test(brokers_are_hosts_and_ports),
        cmocka_unit_test(codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
