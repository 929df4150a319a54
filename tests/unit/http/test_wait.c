/* test_wait.c: requests whose answer waits for something: by whom they are answered, when, and what
 * becomes of those whose client or server goes away. */
#include "http_client.h"

#include "jw/sync.h"

#include <sys/socket.h>
#include <unistd.h>

#define WORKERS 2
#define MANY    256

typedef struct {
    HcServer server;
    JwMutex mutex;
    GPtrArray *waits; /* of JwHttpWait, in the order they came */
    int again;        /* how often a request waits once more; atomic */
    int n_freed;      /* what was kept for requests that were never answered; atomic */
    int n_gone_on;    /* atomic */
} Fixture;

static void
keep(Fixture *self, JwHttpWait *take_wait)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    g_ptr_array_add(self->waits, take_wait);
}

static guint
n_waiting(Fixture *self)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    return self->waits->len;
}

typedef struct {
    Fixture *fixture;
    guint n;
} Wanted;

static bool
are_waiting(void *data)
{
    const Wanted *wanted = data;

    return n_waiting(wanted->fixture) == wanted->n;
}

static void
wait_for_waits(Fixture *self, guint n)
{
    Wanted wanted = { self, n };

    tk_wait_until(are_waiting, &wanted, 20000, "requests to wait");
}

/* Ends what waits now, and forgets it. */
static void
end_all(Fixture *self)
{
    g_autoptr(GPtrArray) ended = NULL;
    {
        g_auto(JwLocker) locker = jw_locker(&self->mutex);

        ended = g_steal_pointer(&self->waits);
        self->waits = g_ptr_array_new_with_free_func(jw_http_wait_free);
    }
}

static void
count_freed(gpointer data)
{
    Fixture *self = data;

    g_atomic_int_inc(&self->n_freed);
}

static void
go_on(const JwHttpRequest *request, JwHttpReply *reply, gpointer context, gpointer take_data)
{
    Fixture *self = context;
    size_t length = 0;

    assert_ptr_equal(take_data, self);
    assert_null(jw_http_body(request, &length));
    g_atomic_int_inc(&self->n_gone_on);
    if (g_atomic_int_add(&self->again, -1) > 0) {
        JwHttpWait *wait = jw_http_reply_wait(reply, go_on, self, count_freed);

        if (wait != NULL) {
            keep(self, wait);
            return;
        }
    }
    jw_http_reply_header(reply, "X-After", jw_http_header(request, "X-Name"));
    jw_http_reply_text(reply, 201, "text/plain", "waited");
}

static void
get_wait(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    (void)request;
    jw_http_reply_header(reply, "X-Before", "yes");
    JwHttpWait *wait = jw_http_reply_wait(reply, go_on, context, count_freed);

    assert_non_null(wait);
    keep(context, wait);
}

/* What it waits for comes before it has said that it waits. */
static void
get_over(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    (void)request;
    jw_http_wait_free(jw_http_reply_wait(reply, go_on, context, count_freed));
}

/* It waits, and then it has an answer after all. */
static void
get_both(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    (void)request;
    JwHttpWait *wait = jw_http_reply_wait(reply, go_on, context, count_freed);

    jw_http_reply_text(reply, 200, "text/plain", "at once");
    assert_false(jw_http_wait_wanted(wait));
    jw_http_wait_free(wait);
}

static void
say_nothing(const JwHttpRequest *request, JwHttpReply *reply, gpointer context, gpointer take_data)
{
    (void)request;
    (void)reply;
    (void)context;
    (void)take_data;
}

static void
get_silent(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    (void)request;
    keep(context, jw_http_reply_wait(reply, say_nothing, NULL, NULL));
}

static void
get_hello(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    (void)request;
    (void)context;
    jw_http_reply_text(reply, 200, "text/plain", "hello");
}

static const JwHttpRoute routes[] = {
    { "GET", "/wait", get_wait, NULL, NULL },
    { "POST", "/wait", get_wait, NULL, NULL },
    { "GET", "/over", get_over, NULL, NULL },
    { "GET", "/both", get_both, NULL, NULL },
    { "GET", "/silent", get_silent, NULL, NULL },
    { "GET", "/hello", get_hello, NULL, NULL },
    { 0 },
};
static const JwHttpApi api = { .name = "waits", .prefix = "", .routes = routes };
static const JwHttpApi *const apis[] = { &api, NULL };

static int
setup(void **state)
{
    Fixture *self = g_new0(Fixture, 1);

    hc_server_init(&self->server);
    self->server.config.workers = WORKERS;
    jw_mutex_init(&self->mutex);
    self->waits = g_ptr_array_new_with_free_func(jw_http_wait_free);
    *state = self;
    return 0;
}

static int
teardown(void **state)
{
    Fixture *self = *state;

    hc_server_clear(&self->server);
    g_ptr_array_unref(self->waits);
    jw_mutex_clear(&self->mutex);
    g_free(self);
    return 0;
}

static int
ask(const Fixture *self, const char *request)
{
    int fd = hc_connect(self->server.port);

    assert_true(fd >= 0);
    hc_send(fd, request, strlen(request));
    return fd;
}

static void
assert_waited(const char *answer)
{
    g_autofree char *before = hc_header(answer, "X-Before");
    g_autofree char *after = hc_header(answer, "X-After");

    assert_int_equal(hc_status(answer), 201);
    assert_string_equal(hc_body(answer), "waited");
    assert_string_equal(before, "yes");
    assert_string_equal(after, "ada");
}

#define HELLO      "GET /hello HTTP/1.1\r\nHost: t\r\n\r\n"
#define WAIT       "GET /wait HTTP/1.1\r\nHost: t\r\nX-Name: ada\r\n\r\n"
#define WAIT_CLOSE "GET /wait HTTP/1.1\r\nHost: t\r\nX-Name: ada\r\nConnection: close\r\n\r\n"
#define POST                                                                                       \
    "POST /wait HTTP/1.1\r\nHost: t\r\nX-Name: ada\r\nContent-Type: application/json\r\n"          \
    "Content-Length: 2\r\n\r\n{}"

/* The answer has what the request had and what was said before; the connection is kept. */
static void
test_is_answered_when_it_ends(void **state)
{
    Fixture *self = *state;
    const char *const requests[] = { WAIT, POST, WAIT };

    hc_server_start(&self->server, apis, self);
    int fd = ask(self, HELLO);
    for (size_t i = 0; i < G_N_ELEMENTS(requests); i++) {
        g_autofree char *before = hc_read_answer(fd);
        assert_int_equal(hc_status(before), 200);
        hc_send(fd, requests[i], strlen(requests[i]));
        wait_for_waits(self, 1);
        end_all(self);
        g_autofree char *answer = hc_read_answer(fd);
        assert_waited(answer);
        hc_send(fd, HELLO, strlen(HELLO));
    }
    (void)close(fd);
    assert_int_equal(g_atomic_int_get(&self->n_freed), 0);
}

static void
test_ends_before_the_handler(void **state)
{
    Fixture *self = *state;

    hc_server_start(&self->server, apis, self);
    for (int i = 0; i < 20; i++) {
        g_autofree char *answer =
            hc_ask(self->server.port, "GET", "/over", "X-Name: ada\r\n", NULL);
        assert_int_equal(hc_status(answer), 201);
    }
    assert_int_equal(g_atomic_int_get(&self->n_gone_on), 20);
}

static void
test_waits_again(void **state)
{
    Fixture *self = *state;

    g_atomic_int_set(&self->again, 3);
    hc_server_start(&self->server, apis, self);
    int fd = ask(self, WAIT_CLOSE);
    for (int i = 0; i < 4; i++) {
        wait_for_waits(self, 1);
        end_all(self);
    }
    g_autofree char *answer = hc_read_all(fd, NULL);
    assert_waited(answer);
    assert_int_equal(g_atomic_int_get(&self->n_gone_on), 4);
    assert_int_equal(g_atomic_int_get(&self->n_freed), 0);
}

/* The last call decides, and nothing is left of the wait. */
static void
test_answered_after_all(void **state)
{
    Fixture *self = *state;

    hc_server_start(&self->server, apis, self);
    g_autofree char *answer = hc_exchange(self->server.port, HC_GET("/both"));
    assert_int_equal(hc_status(answer), 200);
    assert_string_equal(hc_body(answer), "at once");
    assert_int_equal(g_atomic_int_get(&self->n_freed), 1);
    assert_int_equal(g_atomic_int_get(&self->n_gone_on), 0);
}

static void
test_who_says_nothing_is_500(void **state)
{
    Fixture *self = *state;

    hc_server_start(&self->server, apis, self);
    int fd = ask(self, HC_GET("/silent"));
    wait_for_waits(self, 1);
    end_all(self);
    g_autofree char *answer = hc_read_all(fd, NULL);
    assert_int_equal(hc_status(answer), 500);
}

/* Two workers, and 256 requests that wait: they shut nobody out, and all are answered. */
static void
test_many_hold_no_worker(void **state)
{
    Fixture *self = *state;
    int waiting[MANY];

    self->server.config.connections_max = MANY + 16;
    hc_server_start(&self->server, apis, self);
    for (size_t i = 0; i < MANY; i++) {
        waiting[i] = ask(self, WAIT_CLOSE);
    }
    wait_for_waits(self, MANY);
    for (int i = 0; i < 2 * WORKERS; i++) {
        g_autofree char *other = hc_exchange(self->server.port, HC_GET("/hello"));
        assert_int_equal(hc_status(other), 200);
    }
    end_all(self);
    for (size_t i = 0; i < MANY; i++) {
        g_autofree char *answer = hc_read_all(waiting[i], NULL);
        assert_waited(answer);
    }
}

static void
test_without_workers(void **state)
{
    Fixture *self = *state;

    self->server.config.workers = 0;
    hc_server_start(&self->server, apis, self);
    int fd = ask(self, WAIT_CLOSE);
    wait_for_waits(self, 1);
    g_autofree char *other = hc_exchange(self->server.port, HC_GET("/hello"));
    assert_int_equal(hc_status(other), 200);
    g_autofree char *over = hc_ask(self->server.port, "GET", "/over", "X-Name: ada\r\n", NULL);
    assert_int_equal(hc_status(over), 201);
    end_all(self);
    g_autofree char *answer = hc_read_all(fd, NULL);
    assert_waited(answer);
}

static bool
is_unwanted(void *data)
{
    Fixture *self = data;
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    return !jw_http_wait_wanted(g_ptr_array_index(self->waits, 0));
}

static bool
is_freed(void *data)
{
    Fixture *self = data;

    return g_atomic_int_get(&self->n_freed) == 1;
}

/* Its place and what was kept for it are given back, and nobody goes on with it. */
static void
test_a_client_leaves(void **state)
{
    Fixture *self = *state;

    hc_server_start(&self->server, apis, self);
    int fd = ask(self, WAIT);
    wait_for_waits(self, 1);
    assert_true(jw_http_wait_wanted(g_ptr_array_index(self->waits, 0)));
    (void)close(fd);
    tk_wait_until(is_unwanted, self, 20000, "the end of the stream to be seen");
    end_all(self);
    tk_wait_until(is_freed, self, 20000, "the request to be dropped");
    assert_int_equal(g_atomic_int_get(&self->n_gone_on), 0);
}

static gpointer
stop_server(gpointer data)
{
    Fixture *self = data;

    jw_http_server_stop(self->server.server, 30000);
    return NULL;
}

/* What waits is answered, for it may not wait again. */
static void
test_a_stop_ends_all_waits(void **state)
{
    Fixture *self = *state;
    int waiting[8];

    g_atomic_int_set(&self->again, 100);
    hc_server_start(&self->server, apis, self);
    for (size_t i = 0; i < G_N_ELEMENTS(waiting); i++) {
        waiting[i] = ask(self, WAIT);
    }
    wait_for_waits(self, G_N_ELEMENTS(waiting));
    GThread *stopper = g_thread_new("stop", stop_server, self);
    for (size_t i = 0; i < G_N_ELEMENTS(waiting); i++) {
        g_autofree char *answer = hc_read_all(waiting[i], NULL);
        g_autofree char *connection = hc_header(answer, "Connection");
        assert_waited(answer);
        assert_true(g_ascii_strcasecmp(connection, "close") == 0);
    }
    (void)g_thread_join(stopper);
    assert_false(jw_http_wait_wanted(g_ptr_array_index(self->waits, 0)));
    assert_int_equal(g_atomic_int_get(&self->n_gone_on), G_N_ELEMENTS(waiting));
}

/* Nothing is left of those whose server does not wait for them either. */
static void
test_a_stop_at_once(void **state)
{
    Fixture *self = *state;
    int waiting[8];

    g_atomic_int_set(&self->again, 100);
    hc_server_start(&self->server, apis, self);
    for (size_t i = 0; i < G_N_ELEMENTS(waiting); i++) {
        waiting[i] = ask(self, WAIT);
    }
    wait_for_waits(self, G_N_ELEMENTS(waiting));
    jw_http_server_stop(self->server.server, 0);
    assert_int_equal(g_atomic_int_get(&self->n_gone_on) + g_atomic_int_get(&self->n_freed),
                     G_N_ELEMENTS(waiting));
    for (size_t i = 0; i < G_N_ELEMENTS(waiting); i++) {
        (void)close(waiting[i]);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_is_answered_when_it_ends, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ends_before_the_handler, setup, teardown),
        cmocka_unit_test_setup_teardown(test_waits_again, setup, teardown),
        cmocka_unit_test_setup_teardown(test_answered_after_all, setup, teardown),
        cmocka_unit_test_setup_teardown(test_who_says_nothing_is_500, setup, teardown),
        cmocka_unit_test_setup_teardown(test_many_hold_no_worker, setup, teardown),
        cmocka_unit_test_setup_teardown(test_without_workers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_client_leaves, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_stop_ends_all_waits, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_stop_at_once, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
