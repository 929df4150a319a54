/* test_svc_main.c: a whole service process from outside: options, configuration, health, signals,
 * drain. */
#include "testkit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
    pid_t pid;
    int out, err;
    uint16_t port;
} Child;

static uint16_t
free_port(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    socklen_t length = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length), 0);
    (void)close(fd);
    return ntohs(address.sin_port);
}

/* @extra: "NAME=value" of the environment besides the defaults, NULL-terminated */
static Child
spawn_at(uint16_t at_port, const char *option, const char *const *extra)
{
    Child child = { .port = at_port };
    posix_spawn_file_actions_t actions;
    int out[2], err[2];
    g_autofree char *port = g_strdup_printf("JW_HTTP_PORT=%u", child.port);
    g_autoptr(GPtrArray) env = g_ptr_array_new();
    char *argv[] = { (char *)(gintptr)TINY_SERVICE, (char *)(gintptr)option, NULL };
    static const char *const kept[] = { "PATH",         "ASAN_OPTIONS", "UBSAN_OPTIONS",
                                        "LSAN_OPTIONS", "TSAN_OPTIONS", "G_SLICE",
                                        "G_DEBUG" };
    g_autoptr(GPtrArray) copies = g_ptr_array_new_with_free_func(g_free);

    for (size_t i = 0; i < G_N_ELEMENTS(kept); i++) {
        if (g_getenv(kept[i]) != NULL) {
            g_ptr_array_add(copies, g_strdup_printf("%s=%s", kept[i], g_getenv(kept[i])));
        }
    }
    g_ptr_array_extend(env, copies, NULL, NULL);
    /* Else libmongoc warns on stderr, before main(), where a killed process of the same pid has
     * left its counters. */
    g_ptr_array_add(env, (gpointer)(gintptr) "MONGOC_DISABLE_SHM=1");
    g_ptr_array_add(env, port);
    for (size_t i = 0; extra != NULL && extra[i] != NULL; i++) {
        g_ptr_array_add(env, (gpointer)(gintptr)extra[i]);
    }
    g_ptr_array_add(env, NULL);
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    assert_int_equal(pipe2(err, O_CLOEXEC), 0);
    assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
    assert_int_equal(posix_spawn_file_actions_adddup2(&actions, out[1], 1), 0);
    assert_int_equal(posix_spawn_file_actions_adddup2(&actions, err[1], 2), 0);
    assert_int_equal(
        posix_spawn(&child.pid, TINY_SERVICE, &actions, NULL, argv, (char **)env->pdata), 0);
    assert_int_equal(posix_spawn_file_actions_destroy(&actions), 0);
    (void)close(out[1]);
    (void)close(err[1]);
    child.out = out[0];
    child.err = err[0];
    return child;
}

static Child
spawn(const char *option, const char *const *extra)
{
    return spawn_at(free_port(), option, extra);
}

static char *
read_all(int fd)
{
    GString *text = g_string_new(NULL);
    char buffer[4096];
    ssize_t n;

    while ((n = read(fd, buffer, sizeof(buffer))) > 0) {
        g_string_append_len(text, buffer, n);
    }
    (void)close(fd);
    return g_string_free(text, FALSE);
}

/* Exit status; what was written to both outputs. */
static int
finish(Child *child, char **ret_out, char **ret_err)
{
    int status = 0;

    *ret_out = read_all(child->out);
    *ret_err = read_all(child->err);
    assert_int_equal(waitpid(child->pid, &status, 0), child->pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static int
run(const char *option, const char *const *extra, char **ret_out, char **ret_err)
{
    Child child = spawn(option, extra);

    return finish(&child, ret_out, ret_err);
}

static const char *const good_env[] = { "JW_TINY_SECRET=canary-7f3a", NULL };

static void
test_options(void **state)
{
    static const char *const no_env[] = { NULL };
    static const struct {
        const char *option;
        int status;
        const char *const *env;
        const char *out, *err;
    } cases[] = {
        { "--help", 0, no_env, "*A service for tests*JW_TINY_NAME*JW_HTTP_PORT*JW_LOG_LEVEL*", "" },
        { "--version", 0, no_env, "jobwire-tiny *", "" },
        { "--check-config", 0, good_env, "the configuration is valid\n", "" },
        { "--check-config", 78, no_env, "", "*JW_TINY_SECRET*" },
        { "--print-config", 0, good_env, "*JW_TINY_NUMBER=3*JW_DRAIN_TIMEOUT=25s*", "" },
        { "--help", 0, no_env, "Usage:\n  * [OPTION…]*--check-config*", "" },
        { "--wrong", 64, good_env, "", "jobwire-tiny: Unknown option --wrong; see --help\n" },
        { "--chek-config", 64, good_env, "", "*; did you mean --check-config?\n" },
        { "word", 64, good_env, "", "jobwire-tiny: 'word' is no option*" },
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *out = NULL, *err = NULL;
        int status = run(cases[i].option, cases[i].env, &out, &err);
        if (status != cases[i].status || !g_pattern_match_simple(cases[i].out, out)
            || !g_pattern_match_simple(cases[i].err, err)) {
            fail_msg("%s: status %d\nout: %s\nerr: %s", cases[i].option, status, out, err);
        }
        assert_null(strstr(out, "canary"));
        assert_null(strstr(err, "canary"));
    }
}

static void
test_all_violations_at_once(void **state)
{
    static const char *const env[] = { "JW_TINY_NUMBER=99", "JW_TYPO=1", "JW_HTTP_BODY_MAX=many",
                                       NULL };
    g_autofree char *out = NULL, *err = NULL;
    (void)state;
    assert_int_equal(run("--check-config", env, &out, &err), 78);
    assert_true(g_pattern_match_simple("*JW_TINY_SECRET*", err));
    assert_true(g_pattern_match_simple("*JW_TINY_NUMBER*", err));
    assert_true(g_pattern_match_simple("*JW_TYPO*", err));
    assert_true(g_pattern_match_simple("*JW_HTTP_BODY_MAX*", err));

    /* Other services' variables are accepted: one environment serves all. A misspelt one is not. */
    static const char *const siblings[] = { "JW_TINY_SECRET=x", "JW_SENDERS=many",
                                            "JW_TOKEN=x",       "JW_SMTP_PASSWORD_FILE=/nowhere",
                                            "JW_WORKER=1",      NULL };
    g_autofree char *out1 = NULL, *err1 = NULL;
    assert_int_equal(run("--check-config", siblings, &out1, &err1), 78);
    assert_true(
        g_pattern_match_simple("*JW_WORKER: no such setting; did you mean JW_WORKERS?\n", err1));
    assert_null(strstr(err1, "JW_SENDERS"));
    assert_null(strstr(err1, "JW_SMTP"));

    static const char *const level[] = { "JW_TINY_SECRET=x", "JW_LOG_LEVEL=loud", NULL };
    g_autofree char *out2 = NULL, *err2 = NULL;
    assert_int_equal(run("--check-config", level, &out2, &err2), 78);
    assert_true(g_pattern_match_simple("*JW_LOG_LEVEL: 'loud'*", err2));

    /* Values that are good alone, and settings that only librdkafka knows: all at once. */
    static const char *const together[] = { "JW_TINY_SECRET=x",
                                            "JW_TINY_NUMBER=7",
                                            "JW_LOG_LEVEL=loud",
                                            "TINY_PORTS=1",
                                            "JW_MONGODB_URI=mongodb://h",
                                            "JW_KAFKA_BROKERS=h:1",
                                            "JW_KAFKA_LINGER_MS=soon",
                                            "JW_KAFKA_GROUP_ID=x",
                                            NULL };
    g_autofree char *out3 = NULL, *err3 = NULL;
    assert_int_equal(run("--check-config", together, &out3, &err3), 78);
    assert_true(g_pattern_match_simple("*\nJW_LOG_LEVEL: *\nJW_TINY_NUMBER: 7 does not go *"
                                       "\nJW_KAFKA_LINGER_MS: *\nJW_KAFKA_GROUP_ID: *",
                                       err3));
}

/* A start and --check-config ask the same, so neither finds what the other passed; and all at once,
 * beside variables that could not be read. */
static void
test_check_as_the_start(void **state)
{
    static const char *const env[] = { "JW_TINY_SECRET=x",
                                       "JW_TINY_NAMES=y",
                                       "JW_DRAIN_TIMEOUT=soon",
                                       "TINY_PORTS=1",
                                       "JW_HTTP_ADDRESS=no such host",
                                       "JW_REPORTS_DIR=/nowhere",
                                       "JW_MONGODB_URI=mongo:/h",
                                       "JW_MONGODB_DATABASE=a b",
                                       "JW_BUS_TOPIC_PREFIX=jobs/",
                                       "JW_KAFKA_BROKERS=h:1",
                                       "JW_KAFKA_LINGER=5",
                                       NULL };
    static const char *const concern[] = { "JW_TINY_SECRET=x",
                                           "TINY_PORTS=1",
                                           "JW_REPORTS_DIR=" JW_SOURCE_DIR "/schemas/reports",
                                           "JW_KAFKA_BROKERS=h:1",
                                           "JW_MONGODB_W=all",
                                           NULL };
    static const char *const lines[] = {
        "\nJW_DRAIN_TIMEOUT: ",    "\nJW_TINY_NAMES: no such setting; did you mean JW_TINY_NAME?",
        "\nJW_HTTP_ADDRESS: ",     "\nJW_REPORTS_DIR: ",
        "\nJW_MONGODB_URI: ",      "\nJW_MONGODB_DATABASE: ",
        "\nJW_BUS_TOPIC_PREFIX: ", "\nJW_KAFKA_LINGER: ",
    };
    static const char *const options[] = { "--check-config", "--print-config", NULL };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(options); i++) {
        g_autofree char *out = NULL, *err = NULL, *out2 = NULL, *err2 = NULL;
        assert_int_equal(run(options[i], env, &out, &err), 78);
        for (size_t k = 0; k < G_N_ELEMENTS(lines); k++) {
            if (strstr(err, lines[k]) == NULL) {
                fail_msg("no%s in: %s", lines[k], err);
            }
        }
        assert_null(strstr(err, "quark"));
        /* what could be read and stops a start is in its log */
        assert_int_equal(run(options[i], concern, &out2, &err2), options[i] != NULL ? 78 : 70);
        assert_non_null(strstr(err2, "JW_MONGODB_W: 'all' is no write concern; give majority"));
    }
}

/* What HTTP and Kafka would refuse, or never find, when they start. */
static void
test_check_of_ports_and_addresses(void **state)
{
    static const char *const env[] = { "JW_TINY_SECRET=x",
                                       "TINY_PORTS=1",
                                       "JW_HEALTH_PORT=18080",
                                       "JW_HTTP_TRUSTED_PROXIES=10.0.0.0/33,abc",
                                       "JW_REPORTS_DIR=" JW_SOURCE_DIR "/schemas/reports",
                                       "JW_KAFKA_BROKERS=nope:,a:99999",
                                       NULL };
    static const char *const lines[] = {
        "JW_HEALTH_PORT: 18080 is JW_HTTP_PORT as well",
        "JW_HTTP_TRUSTED_PROXIES: 10.0.0.0/33",
        "JW_HTTP_TRUSTED_PROXIES: 'abc' is neither an address",
        "JW_KAFKA_BROKERS: 'nope:', 'a:99999': no host:port",
    };
    static const char *const options[] = { "--check-config", NULL };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(options); i++) {
        g_autofree char *out = NULL, *err = NULL;
        Child child = spawn_at(18080, options[i], env);
        assert_int_equal(finish(&child, &out, &err), options[i] != NULL ? 78 : 70);
        for (size_t k = 0; k < G_N_ELEMENTS(lines); k++) {
            if (strstr(err, lines[k]) == NULL) {
                fail_msg("no %s in: %s", lines[k], err);
            }
        }
    }
}

/* The variable of the port that is taken is named. */
static void
test_taken_health_port(void **state)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    socklen_t length = sizeof(address);
    g_autofree char *out = NULL, *err = NULL;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)state;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length), 0);
    g_autofree char *port = g_strdup_printf("JW_HEALTH_PORT=%u", ntohs(address.sin_port));
    const char *const env[] = { "JW_TINY_SECRET=x", port, NULL };
    assert_int_equal(run(NULL, env, &out, &err), 70);
    (void)close(fd);
    assert_non_null(strstr(err, "set JW_HTTP_ADDRESS and JW_HEALTH_PORT to what is free"));
}

/* --print-config prints what it can, and marks what is wrong in its place. */
static void
test_print_marks(void **state)
{
    static const char *const env[] = { "JW_TINY_SECRET=canary-7f3a", "JW_TINY_NUMBER=many",
                                       "JW_LOG_LEVEL=loud", "JW_TINY_NAMES=y", NULL };
    g_autofree char *out = NULL, *err = NULL;

    (void)state;
    assert_int_equal(run("--print-config", env, &out, &err), 78);
    assert_non_null(strstr(out,
                           "JW_TINY_NAME=tiny\nJW_TINY_SECRET=***\n# JW_TINY_NUMBER: 'many' is "
                           "not a whole number; write digits only, as in 42\n"));
    assert_null(strstr(out, "\nJW_TINY_NUMBER="));
    assert_non_null(strstr(out, "\n# JW_LOG_LEVEL: 'loud' is no level; use error, warn, info or "
                                "debug\nJW_DRAIN_TIMEOUT=25s\n"));
    assert_non_null(
        strstr(out, "\n# JW_TINY_NAMES: no such setting; did you mean JW_TINY_NAME?\n"));
    assert_null(strstr(out, "canary"));
}

/* Siblings' variables that jobctl reads as well are known once. */
static void
test_names_once(void **state)
{
    g_autofree char *text = NULL;
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

    (void)state;
    assert_true(g_file_get_contents(JW_CONFIG_NAMES, &text, NULL, NULL));
    g_auto(GStrv) parts = g_strsplit(text, "\"", -1);
    for (size_t i = 1; parts[i] != NULL; i += 2) {
        if (!g_hash_table_add(seen, parts[i])) {
            fail_msg("%s is there twice", parts[i]);
        }
    }
    assert_true(g_hash_table_contains(seen, "JW_JWT_ISSUER"));
    assert_true(g_hash_table_contains(seen, "JW_TOKEN"));
}

/* A connection on which a request was sent; -1 while nobody listens. */
static int
request(uint16_t port, const char *path)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_autofree char *text =
        g_strdup_printf("GET %s HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n", path);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
        (void)close(fd);
        return -1;
    }
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
    return fd;
}

static char *
get(uint16_t port, const char *path)
{
    int fd = request(port, path);

    return fd < 0 ? g_strdup("") : read_all(fd);
}

typedef struct {
    uint16_t port;
    const char *path, *pattern;
} Wish;

static bool
answers(void *data)
{
    const Wish *wish = data;
    g_autofree char *answer = get(wish->port, wish->path);

    return g_pattern_match_simple(wish->pattern, answer);
}

static void
wait_answer(const Child *child, const char *path, const char *pattern)
{
    Wish wish = { child->port, path, pattern };

    tk_wait_until(answers, &wish, 20000, pattern);
}

/* Sends a request that waits, and returns its connection when it is under way: beside that of the
 * metrics, asked for at @metrics, which is the only one before. */
static int
request_waiting(const Child *child, uint16_t metrics)
{
    Wish alone = { metrics, "/metrics", "*jobwire_http_requests_under_way 1\n*" };
    Wish beside = { metrics, "/metrics", "*jobwire_http_requests_under_way 2\n*" };

    tk_wait_until(answers, &alone, 20000, "the requests before to have ended");
    const int fd = request(child->port, "/wait");
    tk_wait_until(answers, &beside, 20000, "the waiting request to be seen");
    return fd;
}

static void
test_health_and_drain(void **state)
{
    g_autofree char *out = NULL, *err = NULL;
    (void)state;
    Child child = spawn(NULL, good_env);
    wait_answer(&child, "/readyz", "HTTP/1.1 200 *\"status\":\"ready\"*");
    g_autofree char *live = get(child.port, "/livez");
    assert_true(g_pattern_match_simple("HTTP/1.1 200 *\"alive\"*", live));
    g_autofree char *metrics = get(child.port, "/metrics");
    assert_true(g_pattern_match_simple(
        "HTTP/1.1 200 *text/plain; version=0.0.4*jobwire_check_ok{check=\"store\"} 1*", metrics));
    g_autofree char *version = get(child.port, "/version");
    assert_true(g_pattern_match_simple("*\"service\":\"tiny\"*", version));

    int fd = request_waiting(&child, child.port); /* answered though under way at SIGTERM */
    assert_int_equal(kill(child.pid, SIGTERM), 0);
    g_autofree char *waited = read_all(fd);
    assert_true(g_pattern_match_simple("HTTP/1.1 200 *Connection: close*drained", waited));
    assert_int_equal(finish(&child, &out, &err), 0);
    assert_null(strstr(err, "canary"));
}

/* Health on a listener of its own: a client that holds the only place for requests does not crowd
 * it out, it is not on the other one, and it tells of the draining until the end. */
static void
test_health_listener(void **state)
{
    g_autofree char *out = NULL, *err = NULL;
    uint16_t health = free_port();
    g_autofree char *port = g_strdup_printf("JW_HEALTH_PORT=%u", health);
    const char *const env[] = { "JW_TINY_SECRET=x",
                                "JW_HTTP_CONNECTIONS_MAX=1",
                                "TINY_FAIL=hang",
                                "JW_DRAIN_TIMEOUT=60s",
                                port,
                                NULL };
    (void)state;
    Child child = spawn(NULL, env);
    Wish ready = { health, "/readyz", "HTTP/1.1 200 *\"status\":\"ready\"*" };
    tk_wait_until(answers, &ready, 20000, "the health listener");
    wait_answer(&child, "/livez", "HTTP/1.1 404 *");
    int fd = request_waiting(&child, health);
    g_autofree char *crowded = get(child.port, "/crash");
    assert_string_equal(crowded, "");
    static const char *const paths[] = { "/livez", "/readyz", "/metrics", "/version" };
    for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autofree char *answer = get(health, paths[i]);
        assert_true(g_str_has_prefix(answer, "HTTP/1.1 200 "));
    }
    assert_int_equal(kill(child.pid, SIGTERM), 0);
    Wish draining = { health, "/readyz", "HTTP/1.1 503 *\"status\":\"draining\"*" };
    tk_wait_until(answers, &draining, 20000, "the draining");
    g_autofree char *waited = read_all(fd);
    assert_true(g_pattern_match_simple("HTTP/1.1 200 *drained", waited));
    wait_answer(&child, "/wait", ""); /* HTTP is closed, health is not */
    g_autofree char *still = get(health, "/readyz");
    assert_true(g_str_has_prefix(still, "HTTP/1.1 503 "));
    assert_int_equal(kill(child.pid, SIGTERM), 0);
    assert_int_equal(finish(&child, &out, &err), 75);
}

static void
test_checks(void **state)
{
    static const char *const required[] = { "JW_TINY_SECRET=x", "TINY_FAIL=required", NULL };
    static const char *const optional[] = { "JW_TINY_SECRET=x", "TINY_FAIL=optional", NULL };
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        g_autofree char *out = NULL, *err = NULL;
        Child child = spawn(NULL, i == 0 ? required : optional);
        wait_answer(&child, "/readyz",
                    i == 0 ? "HTTP/1.1 503 *\"unavailable\"*\"store\":{\"status\":\"failed\"*"
                           : "HTTP/1.1 200 *\"degraded\"*\"bus\":{\"status\":\"failed\"*");
        g_autofree char *answer = get(child.port, "/readyz");
        assert_null(strstr(answer, "mongo-7")); /* the reason goes to the log */
        g_autofree char *live = get(child.port, "/livez");
        assert_true(g_pattern_match_simple("HTTP/1.1 200 *", live));
        assert_int_equal(kill(child.pid, SIGINT), 0);
        assert_int_equal(finish(&child, &out, &err), 0);
    }
}

/* Ports are there while the service runs, wherever store and broker are; readiness asks them. */
static void
test_ports(void **state)
{
    static const char *const away[] = { "JW_TINY_SECRET=x",
                                        "TINY_PORTS=yes",
                                        "JW_KAFKA_BROKERS=127.0.0.1:1",
                                        "JW_MONGODB_URI=mongodb://127.0.0.1:1",
                                        "JW_MONGODB_SELECT_TIMEOUT=100ms",
                                        "JW_REPORTS_DIR=" JW_SOURCE_DIR "/schemas/reports",
                                        NULL };
    static const char *const no_reports[] = { "JW_TINY_SECRET=x", "TINY_PORTS=yes",
                                              "JW_KAFKA_BROKERS=127.0.0.1:1",
                                              "JW_REPORTS_DIR=/nowhere", NULL };
    static const char *const no_brokers[] = { "JW_TINY_SECRET=x", "TINY_PORTS=yes", NULL };
    g_autofree char *out = NULL, *err = NULL, *out2 = NULL, *err2 = NULL;
    g_autofree char *out3 = NULL, *err3 = NULL;
    (void)state;
    Child child = spawn(NULL, away);
    wait_answer(
        &child, "/readyz",
        "HTTP/1.1 503 *\"mongodb\":{\"status\":\"failed\"*\"kafka\":{\"status\":\"failed\"*");
    assert_int_equal(kill(child.pid, SIGTERM), 0);
    assert_int_equal(finish(&child, &out, &err), 0);

    assert_int_equal(run(NULL, no_reports, &out2, &err2), 70);
    assert_non_null(strstr(err2, "JW_REPORTS_DIR"));
    assert_int_equal(run("--check-config", no_brokers, &out3, &err3), 78);
    assert_non_null(strstr(err3, "JW_KAFKA_BROKERS"));
}

/* A dependency that does not answer delays neither the probe nor the drain. */
static void
test_stuck_check(void **state)
{
    static const char *const env[] = { "JW_TINY_SECRET=x", "TINY_FAIL=stuck", NULL };
    g_autofree char *out = NULL, *err = NULL;
    (void)state;
    Child child = spawn(NULL, env);
    wait_answer(&child, "/readyz", "HTTP/1.1 503 *\"store\":{\"status\":\"unknown\"*");
    assert_int_equal(kill(child.pid, SIGTERM), 0);
    assert_int_equal(finish(&child, &out, &err), 0);
}

static void
test_start_fails(void **state)
{
    static const char *const env[] = { "JW_TINY_SECRET=x", "TINY_FAIL=start", NULL };
    g_autofree char *out = NULL, *err = NULL, *out2 = NULL, *err2 = NULL;
    (void)state;
    assert_int_equal(run(NULL, env, &out, &err), 70);
    assert_non_null(strstr(err, "no port to open"));

    Child first = spawn(NULL, good_env);
    wait_answer(&first, "/livez", "HTTP/1.1 200 *");
    g_autofree char *out3 = NULL, *err3 = NULL;
    Child second = spawn_at(first.port, NULL, good_env);
    assert_int_equal(finish(&second, &out3, &err3), 70);
    assert_non_null(strstr(err3, "set JW_HTTP_ADDRESS and JW_HTTP_PORT to what is free"));
    assert_int_equal(kill(first.pid, SIGTERM), 0);
    assert_int_equal(finish(&first, &out2, &err2), 0);
}

static void
test_second_signal_ends(void **state)
{
    static const char *const env[] = { "JW_TINY_SECRET=x", "TINY_FAIL=hang", NULL };
    static const char *const brief[] = { "JW_TINY_SECRET=x", "TINY_FAIL=hang",
                                         "JW_DRAIN_TIMEOUT=100ms", NULL };
    g_autofree char *out = NULL, *err = NULL, *out2 = NULL, *err2 = NULL;
    (void)state;
    Child child = spawn(NULL, env);
    wait_answer(&child, "/livez", "HTTP/1.1 200 *");
    assert_int_equal(kill(child.pid, SIGTERM), 0);
    wait_answer(&child, "/livez", ""); /* the first was taken: the port is closed */
    assert_int_equal(kill(child.pid, SIGTERM), 0);
    assert_int_equal(finish(&child, &out, &err), 75);

    Child slow = spawn(NULL, brief); /* without a second signal the time limit ends it */
    wait_answer(&slow, "/livez", "HTTP/1.1 200 *");
    assert_int_equal(kill(slow.pid, SIGTERM), 0);
    assert_int_equal(finish(&slow, &out2, &err2), 75);
}

static void
test_crash_point(void **state)
{
    (void)state;
#ifdef JW_CRASH_POINTS
    static const char *const env[] = { "JW_TINY_SECRET=x", "JW_CRASH_AT=tiny.crash:2", NULL };
    g_autofree char *out = NULL, *err = NULL;
    Child child = spawn(NULL, env);
    wait_answer(&child, "/crash", "HTTP/1.1 200 *alive");
    g_autofree char *nothing = get(child.port, "/crash");
    assert_string_equal(nothing, "");
    assert_int_equal(finish(&child, &out, &err), 1000 + SIGKILL);

    static const char *const bad[] = { "JW_TINY_SECRET=x", "JW_CRASH_AT=tiny.crash", NULL };
    g_autofree char *out2 = NULL, *err2 = NULL;
    assert_int_equal(run(NULL, bad, &out2, &err2), 78);
#else
    static const char *const env[] = { "JW_TINY_SECRET=x", "JW_CRASH_AT=tiny.crash:2", NULL };
    g_autofree char *out = NULL, *err = NULL;
    assert_int_equal(run(NULL, env, &out, &err), 78); /* a product build knows no such variable */
#endif
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_all_violations_at_once),
        cmocka_unit_test(test_check_as_the_start),
        cmocka_unit_test(test_check_of_ports_and_addresses),
        cmocka_unit_test(test_taken_health_port),
        cmocka_unit_test(test_print_marks),
        cmocka_unit_test(test_names_once),
        cmocka_unit_test(test_health_and_drain),
        cmocka_unit_test(test_health_listener),
        cmocka_unit_test(test_checks),
        cmocka_unit_test(test_ports),
        cmocka_unit_test(test_stuck_check),
        cmocka_unit_test(test_start_fails),
        cmocka_unit_test(test_second_signal_ends),
        cmocka_unit_test(test_crash_point),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
