/* test_server.c: start and stop, kept connections, many at once, the authenticator on routes, the
 * access log and the metrics. */
#include "http_client.h"

#include "jwt_maker.h"
#include "jw/metrics.h"
#include "jw/sync.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct {
    HcServer server;
    JwStop *go;    /* lets the waiting handlers end */
    int n_waiting; /* atomic */
    JwTokenVerifier *tokens;
} Fixture;

static void
get_hello(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    const JwPrincipal *principal = jw_http_principal(request);
    (void)context;
    jw_http_reply_text(reply, 200, "text/plain", principal != NULL ? principal->subject : "nobody");
}

static void
get_wait(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    Fixture *self = context;
    (void)request;
    g_atomic_int_inc(&self->n_waiting);
    (void)jw_stop_wait(self->go, 60000);
    jw_http_reply_text(reply, 200, "text/plain", "waited");
}

static JwPrincipal *
verify_token(gpointer context, const char *credentials, GError **error)
{
    return jw_token_verify(((const Fixture *)context)->tokens, credentials, error);
}

static const JwAuthenticator bearer = {
    .header = "Authorization",
    .scheme = "Bearer",
    .challenge = "Bearer realm=\"jobwire\"",
    .refusal = "Bearer realm=\"jobwire\", error=\"invalid_token\"",
    .advice = "a valid token is needed: Authorization: Bearer <token>",
    .verify = verify_token,
};
static const JwAuthenticator *const authenticators[] = { &bearer, NULL };

static const JwHttpRoute open_routes[] = {
    { "GET", "/hello", get_hello, NULL, &jw_http_any_query },
    { "GET", "/wait", get_wait, NULL, NULL },
    { 0 },
};
static const JwHttpApi open_api = { .name = "open", .prefix = "", .routes = open_routes };
static const JwHttpApi *const open_apis[] = { &open_api, NULL };
static const JwHttpApi probes_api = {
    .name = "probes", .prefix = "/probes", .routes = open_routes, .immediate = true
};
static const JwHttpApi *const mixed_apis[] = { &open_api, &probes_api, NULL };

static const JwHttpRoute closed_routes[] = {
    { "GET", "/mine", get_hello, NULL, NULL },
    { "POST", "/make", get_hello, "things:make", NULL },
    { 0 },
};
static const JwHttpApi closed_api = {
    .name = "closed", .prefix = "", .authenticators = authenticators, .routes = closed_routes
};
static const JwHttpApi *const closed_apis[] = { &closed_api, NULL };
static const JwHttpApi unsafe_api = { .name = "unsafe", .prefix = "", .routes = closed_routes };

static int
setup(void **state)
{
    Fixture *self = g_new0(Fixture, 1);

    self->go = jw_stop_new();
    hc_server_init(&self->server);
    *state = self;
    return 0;
}

static int
teardown(void **state)
{
    Fixture *self = *state;

    jw_stop_set(self->go);
    hc_server_clear(&self->server);
    jw_stop_free(self->go);
    g_free(self);
    return 0;
}

static void
start(Fixture *self)
{
    hc_server_start(&self->server, open_apis, self);
}

static void
test_kept_connection(void **state)
{
    Fixture *self = *state;
    start(self);
    int fd = hc_connect(self->server.port);
    for (size_t i = 0; i < 50; i++) {
        const char *request = i % 5 == 4 ? "GET /nothing HTTP/1.1\r\nHost: t\r\n\r\n"
                                         : "GET /hello HTTP/1.1\r\nHost: t\r\n\r\n";
        hc_send(fd, request, strlen(request));
        g_autofree char *answer = hc_read_answer(fd);
        assert_non_null(answer);
        assert_int_equal(hc_status(answer), i % 5 == 4 ? 404 : 200);
    }
    (void)close(fd);
}

static gpointer
ask_often(gpointer data)
{
    const Fixture *self = data;
    gintptr good = 0;

    for (size_t i = 0; i < 100; i++) {
        int fd = hc_connect(self->server.port);
        const char *request = HC_GET("/hello");
        if (fd < 0) {
            continue;
        }
        hc_send(fd, request, strlen(request));
        g_autofree char *answer = hc_read_all(fd, NULL);
        good += hc_status(answer) == 200 && g_str_equal(hc_body(answer), "nobody") ? 1 : 0;
    }
    return (gpointer)good;
}

static void
test_many_at_once(void **state)
{
    Fixture *self = *state;
    GThread *threads[8];
    start(self);
    for (size_t i = 0; i < G_N_ELEMENTS(threads); i++) {
        threads[i] = g_thread_new("client", ask_often, self);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(threads); i++) {
        assert_int_equal((gintptr)g_thread_join(threads[i]), 100);
    }
}

static bool
all_wait(void *data)
{
    return g_atomic_int_get(&((Fixture *)data)->n_waiting) == 4;
}

/* While every worker is busy, what needs none is answered. */
static void
test_immediate(void **state)
{
    Fixture *self = *state;
    int waiting[4];
    self->server.config.workers = G_N_ELEMENTS(waiting);
    hc_server_start(&self->server, mixed_apis, self);
    const char *request = HC_GET("/wait");
    for (size_t i = 0; i < G_N_ELEMENTS(waiting); i++) {
        waiting[i] = hc_connect(self->server.port);
        hc_send(waiting[i], request, strlen(request));
    }
    tk_wait_until(all_wait, self, 20000, "four requests to be under way");
    g_autofree char *probe = hc_exchange(self->server.port, HC_GET("/probes/hello"));
    assert_int_equal(hc_status(probe), 200);
    g_autofree char *unknown = hc_exchange(self->server.port, HC_GET("/probes/nothing"));
    assert_int_equal(hc_status(unknown), 404);
    jw_stop_set(self->go);
    for (size_t i = 0; i < G_N_ELEMENTS(waiting); i++) {
        g_autofree char *answer = hc_read_all(waiting[i], NULL);
        assert_int_equal(hc_status(answer), 200);
    }
}

static gpointer
stop_server(gpointer data)
{
    Fixture *self = data;

    jw_http_server_stop(self->server.server, 30000);
    return NULL;
}

static bool
is_refused(void *data)
{
    const Fixture *self = data;
    int fd = hc_connect(self->server.port);

    if (fd >= 0) {
        (void)close(fd);
    }
    return fd < 0;
}

/* stop() answers requests under way, closes idle connections and refuses new ones. */
static void
test_stop_finishes(void **state)
{
    Fixture *self = *state;
    int waiting[4];
    start(self);
    int idle = hc_connect(self->server.port);
    hc_send(idle, "GET /hello HTTP/1.1\r\nHost: t\r\n\r\n",
            strlen("GET /hello HTTP/1.1\r\nHost: t\r\n\r\n"));
    g_autofree char *kept = hc_read_answer(idle);
    assert_int_equal(hc_status(kept), 200);
    for (size_t i = 0; i < G_N_ELEMENTS(waiting); i++) {
        const char *request =
            "GET /wait HTTP/1.1\r\nHost: t\r\n\r\n"; /* would keep the connection */
        waiting[i] = hc_connect(self->server.port);
        hc_send(waiting[i], request, strlen(request));
    }
    tk_wait_until(all_wait, self, 20000, "four requests to be under way");
    GThread *stopper = g_thread_new("stopper", stop_server, self);
    g_autofree char *nothing = hc_read_all(idle, NULL); /* closed while the others still wait */
    assert_string_equal(nothing, "");
    jw_stop_set(self->go);
    for (size_t i = 0; i < G_N_ELEMENTS(waiting); i++) {
        g_autofree char *answer = hc_read_all(waiting[i], NULL);
        g_autofree char *connection = hc_header(answer, "Connection");
        assert_int_equal(hc_status(answer), 200);
        assert_string_equal(hc_body(answer), "waited");
        assert_string_equal(connection, "close");
    }
    (void)g_thread_join(stopper);
    tk_wait_until(is_refused, self, 20000, "the port to be closed");
    jw_http_server_stop(self->server.server, 1000); /* again: nothing happens */
}

static gpointer
stop_at_once(gpointer data)
{
    Fixture *self = data;

    jw_http_server_stop(self->server.server, 50);
    return NULL;
}

static bool
one_waits(void *data)
{
    return g_atomic_int_get(&((Fixture *)data)->n_waiting) == 1;
}

/* A handler that is late: its client is cut without a partial answer. */
static void
test_stop_is_bounded(void **state)
{
    Fixture *self = *state;
    start(self);
    const char *request = HC_GET("/wait");
    int fd = hc_connect(self->server.port);
    hc_send(fd, request, strlen(request));
    tk_wait_until(one_waits, self, 20000, "the request to be under way");
    GThread *stopper = g_thread_new("stopper", stop_at_once, self);
    g_autofree char *answer = hc_read_all(fd, NULL);
    assert_string_equal(answer, "");
    jw_stop_set(self->go);
    (void)g_thread_join(stopper);
}

static bool
others_queue(void *data)
{
    const double *n = data;

    return jw_metric_value(jw_metric_gauge("jobwire_http_requests_waiting", "", NULL), NULL) == *n;
}

/* What no worker has begun when the time is over is not begun any more: its client was cut. */
static void
test_stop_forgets_what_waits(void **state)
{
    Fixture *self = *state;
    const char *request = HC_GET("/wait");
    int fds[5];
    double n_queued = G_N_ELEMENTS(fds) - 1;
    self->server.config.workers = 1;
    start(self);
    for (size_t i = 0; i < G_N_ELEMENTS(fds); i++) {
        fds[i] = hc_connect(self->server.port);
        hc_send(fds[i], request, strlen(request));
        tk_wait_until(one_waits, self, 20000, "the first request to be under way");
    }
    tk_wait_until(others_queue, &n_queued, 20000, "the others to wait for the worker");
    GThread *stopper = g_thread_new("stopper", stop_at_once, self);
    for (size_t i = 0; i < G_N_ELEMENTS(fds); i++) {
        g_autofree char *answer = hc_read_all(fds[i], NULL);
        assert_string_equal(answer, "");
    }
    jw_stop_set(self->go);
    (void)g_thread_join(stopper);
    assert_int_equal(g_atomic_int_get(&self->n_waiting), 1);
}

static void
test_port_is_taken(void **state)
{
    Fixture *self = *state;
    g_autoptr(GError) error = NULL;
    start(self);
    JwHttpConfig config = self->server.config;
    config.port = self->server.port;
    g_autoptr(JwHttpServer) second = jw_http_server_new(&config, &error);
    assert_ok(second != NULL, error);
    assert_false(jw_http_server_start(second, &error));
    assert_jw_error(error, JW_ERROR_UNAVAILABLE,
                    "cannot listen on 127.0.0.1 port *in use*JW_HTTP_PORT*");

    config.address = (char *)(gintptr) "256.1.1.1";
    g_autoptr(JwHttpServer) third = jw_http_server_new(&config, &error);
    assert_ok(third != NULL, error);
    assert_false(jw_http_server_start(third, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "JW_HTTP_ADDRESS '256.1.1.1'*");
}

static void
test_authenticator_is_needed(void **state)
{
    Fixture *self = *state;
    g_autoptr(GError) error = NULL;
    g_autoptr(JwHttpServer) server = jw_http_server_new(&self->server.config, &error);
    assert_ok(server != NULL, error);
    jw_http_server_add_api(server, &unsafe_api, NULL);
    assert_false(jw_http_server_start(server, &error));
    assert_jw_error(error, JW_ERROR_INTERNAL,
                    "POST /make needs a permission*'unsafe' has no authenticator");
}

static void
check_authenticator(const Fixture *self, const Maker *maker)
{
#define CLAIMS "\"iss\":\"i\",\"aud\":\"jobwire\",\"sub\":\"ann\",\"exp\":4000000000"
#define HEADER "{\"alg\":\"RS256\",\"kid\":\"rs256\"}"
    g_autofree char *plain = maker_token(maker, MAKER_RS256, HEADER, "{" CLAIMS "}");
    g_autofree char *maker_may =
        maker_token(maker, MAKER_RS256, HEADER, "{" CLAIMS ",\"permissions\":[\"things:make\"]}");
    const struct {
        const char *method, *target, *scheme, *token;
        int status;
        const char *challenge;
    } cases[] = {
        { "GET", "/mine", NULL, NULL, 401, "Bearer realm=\"jobwire\"" },
        { "GET", "/mine", "Bearer ", plain, 200, NULL },
        { "GET", "/mine", "bearer ", plain, 200, NULL },
        { "HEAD", "/mine", NULL, NULL, 401, "Bearer realm=\"jobwire\"" },
        { "GET", "/mine", "Bearer  ", plain, 401,
          "Bearer realm=\"jobwire\", error=\"invalid_token\"" },
        { "GET", "/mine", "Basic ", plain, 401, "Bearer realm=\"jobwire\"" },
        { "GET", "/mine", "Bearer", "", 401, "Bearer realm=\"jobwire\"" },
        { "GET", "/mine", "Bearer ", "x.y.z", 401,
          "Bearer realm=\"jobwire\", error=\"invalid_token\"" },
        { "POST", "/make", "Bearer ", plain, 403, NULL },
        { "POST", "/make", "Bearer ", maker_may, 200, NULL },
        { "POST", "/make", NULL, NULL, 401, "Bearer realm=\"jobwire\"" },
        { "GET", "/make", NULL, NULL, 405, NULL },
        { "OPTIONS", "/make", NULL, NULL, 204, NULL },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *header =
            cases[i].scheme != NULL
                ? g_strdup_printf("Authorization: %s%s\r\n", cases[i].scheme, cases[i].token)
                : g_strdup("");
        g_autofree char *answer =
            hc_ask(self->server.port, cases[i].method, cases[i].target, header, NULL);
        g_autofree char *challenge = hc_header(answer, "WWW-Authenticate");
        if (hc_status(answer) != cases[i].status || g_strcmp0(challenge, cases[i].challenge) != 0) {
            fail_msg("case %zu gave:\n%s", i, answer);
        }
        if (cases[i].status == 200 && strcmp(cases[i].method, "GET") == 0) {
            assert_string_equal(hc_body(answer), "ann");
        }
    }
    g_autofree char *twice =
        g_strdup_printf("Authorization: Bearer %s\r\nAuthorization: Bearer %s\r\n", plain, plain);
    g_autofree char *answer = hc_ask(self->server.port, "GET", "/mine", twice, NULL);
    assert_int_equal(hc_status(answer), 401);
}

static void
test_authenticator(void **state)
{
    Fixture *self = *state;
    g_autoptr(GError) error = NULL;
    Maker maker;
    maker_init(&maker);
    g_autoptr(JwTokenVerifier) tokens =
        maker_verifier(maker.keys_file, "i", jw_clock_system(), &error);
    assert_ok(tokens != NULL, error);
    self->tokens = tokens;
    hc_server_start(&self->server, closed_apis, self);
    check_authenticator(self, &maker);
    hc_server_clear(&self->server);
    maker_clear(&maker);
}

static void
test_metrics(void **state)
{
    Fixture *self = *state;
    JwMetric *total = jw_metric_counter("jobwire_http_requests_total", "", "route");
    JwMetric *seconds = jw_metric_histogram("jobwire_http_request_seconds", "", "route");
    start(self);
    double before = jw_metric_value(total, "GET /hello 2xx");
    double before_404 = jw_metric_value(total, "OTHER (none) 4xx");
    double before_n = jw_metric_value(seconds, "GET /hello");
    g_autofree char *hello = hc_exchange(self->server.port, HC_GET("/hello?x=1"));
    g_autofree char *odd = hc_exchange(
        self->server.port, "BREW /a%20b HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
    assert_int_equal(hc_status(hello), 200);
    assert_int_equal(hc_status(odd), 404);
    assert_true(jw_metric_value(total, "GET /hello 2xx") == before + 1);
    assert_true(jw_metric_value(total, "OTHER (none) 4xx") == before_404 + 1);
    assert_true(jw_metric_value(seconds, "GET /hello") == before_n + 1);
}

static int64_t
now_ms(void)
{
    return jw_clock_mono_ms(jw_clock_system());
}

static bool
is_past(void *data)
{
    return now_ms() > *(const int64_t *)data;
}

/* The number behind @name in the line of @log that has @part; -1: none. */
static int64_t
logged(const char *log, const char *part, const char *name)
{
    const char *line = strstr(log, part);
    const char *found = line != NULL ? strstr(line, name) : NULL;

    return found != NULL ? g_ascii_strtoll(found + strlen(name), NULL, 10) : -1;
}

/* How long a request took has the time in it that it waited for a worker. */
static void
test_duration_has_the_wait(void **state)
{
    Fixture *self = *state;
    const char *requests[] = { HC_GET("/wait"), HC_GET("/hello") };
    int fds[G_N_ELEMENTS(requests)];
    double n_queued = 1;
    self->server.config.workers = 1;
    start(self);
    for (size_t i = 0; i < G_N_ELEMENTS(fds); i++) {
        fds[i] = hc_connect(self->server.port);
        hc_send(fds[i], requests[i], strlen(requests[i]));
        tk_wait_until(one_waits, self, 20000, "the first request to be under way");
    }
    tk_wait_until(others_queue, &n_queued, 20000, "the other to wait for the worker");
    int64_t since_ms = now_ms(), until_ms = since_ms + 100;
    tk_wait_until(is_past, &until_ms, 20000, "the clock to go on");
    tk_log_capture();
    int64_t held_ms = now_ms() - since_ms;
    jw_stop_set(self->go);
    for (size_t i = 0; i < G_N_ELEMENTS(fds); i++) {
        g_autofree char *answer = hc_read_all(fds[i], NULL);
        assert_int_equal(hc_status(answer), 200);
    }
    g_autofree char *log = tk_log_take();
    if (logged(log, "\"route\":\"/hello\"", "\"duration_ms\":") < held_ms) {
        fail_msg("it waited for %" G_GINT64_FORMAT " ms: %s", held_ms, log);
    }
}

int
main(void)
{
#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        WITH(test_kept_connection),
        WITH(test_many_at_once),
        WITH(test_stop_finishes),
        WITH(test_stop_is_bounded),
        WITH(test_stop_forgets_what_waits),
        WITH(test_port_is_taken),
        WITH(test_authenticator_is_needed),
        WITH(test_authenticator),
        WITH(test_immediate),
        WITH(test_metrics),
        WITH(test_duration_has_the_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
