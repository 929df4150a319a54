/* test_events.c: GET /:jobId/events: what a client reads, and when the stream ends. The test's
 * thread does what the gateway's would. */
#include "gwkit.h"

#include "core/events.h"
#include "core/metrics.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A client that reads a stream, unchunked. */
typedef struct {
    int fd;
    GString *raw;
} Client;

static void
client_clear(Client *self)
{
    if (self->raw != NULL) {
        (void)close(self->fd);
        g_string_free(self->raw, TRUE);
        self->raw = NULL;
    }
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Client, client_clear)

/* HTTP/1.0, so that the body comes as it is and the end of the connection is its end. */
static Client
open_events(GwKit *kit, const char *who, const char *id, const char *more)
{
    Client self = { .fd = socket(AF_INET, SOCK_STREAM, 0), .raw = g_string_new(NULL) };
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)jw_http_server_port(kit->http)),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    g_autofree char *token = kit_token(kit, who);
    g_autofree char *path = kit_path(id, "/events");
    g_autofree char *request = g_strdup_printf(
        "GET %s HTTP/1.0\r\nHost: kit\r\nAuthorization: Bearer %s\r\n%s\r\n", path, token, more);
    const struct timeval limit = { .tv_sec = 20 };

    assert_true(self.fd >= 0);
    assert_int_equal(connect(self.fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(setsockopt(self.fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit), 0);
    assert_int_equal(send(self.fd, request, strlen(request), 0), (ssize_t)strlen(request));
    return self;
}

/* False: the stream has ended. */
static bool
read_more(Client *self)
{
    char buffer[4096];
    ssize_t n = recv(self->fd, buffer, sizeof buffer, 0);

    if (n < 0) {
        fail_msg("nothing more came after: %s", self->raw->str);
    }
    g_string_append_len(self->raw, buffer, n);
    return n > 0;
}

static void
wait_for_text(Client *self, const char *text)
{
    while (strstr(self->raw->str, text) == NULL) {
        if (!read_more(self)) {
            fail_msg("the stream ended without %s: %s", text, self->raw->str);
        }
    }
}

static void
wait_for_end(Client *self)
{
    while (read_more(self)) {
    }
}

static int
count(const Client *self, const char *text)
{
    int n = 0;

    for (const char *at = self->raw->str; (at = strstr(at, text)) != NULL; at++) {
        n++;
    }
    return n;
}

static void
heartbeat(GwKit *kit, const char *id, int64_t token, int percent)
{
    char step[] = "Reading records";
    const JwProgress progress = {
        .percent = percent, .step = step, .done = percent * 10, .total = 1000
    };
    JwHeartbeat answer = JW_HEARTBEAT_LOST;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_heartbeat_job(kit->gw.store, id, token, &progress,
                                     kit->ports->clock.fake.now_ms, &answer, &error),
              error);
}

static double
open_streams(void)
{
    return jw_metric_value(gw_metrics[GW_METRIC_STREAMS], NULL);
}

/* From pending to its file: each change once, in order, then the end. */
static void
test_a_job_to_its_end(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = kit_make(kit, "alice");
    g_auto(Client) client = open_events(kit, "alice", id, "");

    wait_for_text(&client, "\"status\":\"pending\"");
    assert_non_null(strstr(client.raw->str, "200 OK"));
    assert_non_null(strstr(client.raw->str, "Content-Type: text/event-stream\r\n"));
    assert_non_null(strstr(client.raw->str, "Cache-Control: no-store\r\n"));
    assert_non_null(strstr(client.raw->str, "\r\n\r\nretry: 2000\n\nevent: status\nid: pending."));
    int64_t token = kit_claim(kit->ports, id);
    gw_events_look(kit->gw.events, true);
    wait_for_text(&client, "event: status\nid: running.0.1/0.0.-1\n");
    heartbeat(kit, id, token, 40);
    gw_events_look(kit->gw.events, true);
    gw_events_look(kit->gw.events, true); /* nothing new */
    wait_for_text(&client, "event: progress\nid: running.0.1/40.400.1000\ndata: {\"percentage\":40,"
                           "\"currentStep\":\"Reading records\",\"recordsProcessed\":400,"
                           "\"totalRecords\":1000}\n\n");
    g_autoptr(JwArtifact) file = kit_upload(kit->ports, id, NULL, "x.csv", "a,b\n");
    kit_change(kit->ports, (JwJobChange){ .job_id = id,
                                          .transition = JW_CHANGE_FINISH,
                                          .token = token,
                                          .artifact = file });
    gw_events_look(kit->gw.events, true);
    wait_for_end(&client);
    assert_int_equal(count(&client, "event: progress\n"), 3);
    assert_int_equal(count(&client, "event: status\n"), 3);
    assert_int_equal(count(&client, "event: end\n"), 1);
    assert_non_null(strstr(client.raw->str, "\"downloadUrl\":\"/api/v2/reports/jobs/"));
    assert_true(g_str_has_suffix(client.raw->str, "\n\n"));
    assert_float_equal(open_streams(), 0, 0);
}

/* Comes again with what it saw last: only what is new; of one that ended, nothing, ever. */
static void
test_goes_on(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = kit_make(kit, "alice");
    int64_t token = kit_claim(kit->ports, id);

    heartbeat(kit, id, token, 40);
    g_auto(Client) client =
        open_events(kit, "alice", id, "Last-Event-ID: running.0.1/40.400.1000\r\n");
    wait_for_text(&client, "retry: 2000\n\n");
    heartbeat(kit, id, token, 50);
    gw_events_look(kit->gw.events, true);
    wait_for_text(&client, "running.0.1/50.500.1000");
    assert_int_equal(count(&client, "event:"), 1);
    g_auto(Client) other =
        open_events(kit, "alice", id, "Last-Event-ID: running.0.1/40.400.1000\r\n");
    wait_for_text(&other, "\"percentage\":50");
    assert_int_equal(count(&other, "event: status"), 0);
    g_auto(Client) odd = open_events(kit, "alice", id, "Last-Event-ID: nonsense\r\n");
    wait_for_text(&odd, "\"percentage\":50");
    assert_int_equal(count(&odd, "event: status"), 1);
    kit_change(kit->ports, (JwJobChange){ .job_id = id,
                                          .transition = JW_CHANGE_FAIL_FINAL,
                                          .token = token,
                                          .error_code = "TIMEOUT",
                                          .error_message = "too long" });
    gw_events_look(kit->gw.events, true);
    wait_for_end(&client);
    wait_for_end(&other);
    wait_for_end(&odd);
    assert_int_equal(count(&client, "\"error\":{\"code\":\"TIMEOUT\",\"message\":\"too long\"}"),
                     2);
    g_auto(Client) late = open_events(kit, "alice", id, "");
    wait_for_end(&late); /* one that has ended: told, and over */
    assert_int_equal(count(&late, "event: end\nid: failed.0.1/50.500.1000\n"), 1);
    g_auto(Client) done =
        open_events(kit, "alice", id, "Last-Event-ID: failed.0.1/50.500.1000\r\n");
    wait_for_end(&done);
    assert_non_null(strstr(done.raw->str, " 204 "));
    assert_float_equal(open_streams(), 0, 0);
}

/* Whoever may not see the job gets the answers of GET. */
static void
test_who_may(void **state)
{
    static const struct {
        const char *who;
        long status;
        const char *code;
    } cases[] = {
        { NULL, 401, "UNAUTHORIZED" },
        { "maker", 403, "FORBIDDEN" },
        { "bob", 404, "JOB_NOT_FOUND" },
    };
    GwKit *kit = *state;
    g_autofree char *id = kit_make_from(kit, "dana", KIT_BODY);
    g_autofree char *path = kit_path(id, "/events");
    g_autofree char *unknown = kit_path("019480a4-5f00-7000-8000-000000000001", "/events");

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Answer) answer = kit_get(kit, cases[i].who, path);
        assert_answer(answer, cases[i].status, cases[i].code);
    }
    g_auto(Answer) none = kit_get(kit, "dana", unknown);
    assert_answer(none, 404, "JOB_NOT_FOUND");
    g_autofree char *query = g_strconcat(path, "?token=x", NULL);
    g_auto(Answer) odd = kit_get(kit, "dana", query);
    assert_answer(odd, 400, "VALIDATION_ERROR");
}

/* Three of one caller in the kit; one that ended has given its place back. */
static void
test_caps(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = kit_make(kit, "alice");
    g_autofree char *path = kit_path(id, "/events");
    g_auto(Client) one = open_events(kit, "alice", id, "");
    g_auto(Client) two = open_events(kit, "alice", id, "");
    g_auto(Client) three = open_events(kit, "alice", id, "");

    wait_for_text(&one, "event: status");
    wait_for_text(&two, "event: status");
    wait_for_text(&three, "event: status");
    assert_float_equal(open_streams(), 3, 0);
    g_auto(Answer) more = kit_get(kit, "alice", path);
    assert_answer(more, 429, "TOO_MANY_STREAMS");
    assert_non_null(answer_header(&more, "retry-after"));
    kit->gw.config.events_max = 3;
    g_auto(Answer) others = kit_get(kit, "admin", path);
    assert_answer(others, 503, "TOO_MANY_STREAMS");
    assert_non_null(answer_header(&others, "retry-after"));
    kit->gw.config.events_max = 100;
    kit_change(kit->ports, (JwJobChange){ .job_id = id, .transition = JW_CHANGE_CANCEL_NOW });
    gw_events_look(kit->gw.events, true);
    wait_for_end(&one);
    wait_for_end(&two);
    wait_for_end(&three);
    assert_float_equal(open_streams(), 0, 0);
}

/* A page that is loaded again: the places of those that left are free at once, whoever has them. */
static void
test_left(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = kit_make(kit, "alice");
    g_autofree char *other = kit_make(kit, "alice");

    for (int i = 0; i < 4; i++) {
        g_auto(Client) one = open_events(kit, "alice", id, "");
        g_auto(Client) two = open_events(kit, "alice", id, "");
        g_auto(Client) three = open_events(kit, "alice", other, "");
        wait_for_text(&one, "event: status");
        wait_for_text(&two, "event: status");
        wait_for_text(&three, "event: status");
        assert_float_equal(open_streams(), 3, 0);
    }
    kit->gw.config.events_max = 3;
    g_auto(Client) stays = open_events(kit, "admin", id, "");
    wait_for_text(&stays, "event: status");
    assert_float_equal(open_streams(), 1, 0);
    client_clear(&stays);
    gw_events_look(kit->gw.events, true);
    assert_float_equal(open_streams(), 0, 0);
    kit->gw.config.events_max = 100;
}

/* Signs of life while nothing happens, until the token holds no longer; a job that
 * is gone, or cannot be read. */
static void
test_silence_and_ends(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = kit_make(kit, "alice");
    g_autofree char *gone = kit_make(kit, "alice");
    g_auto(Client) client = open_events(kit, "alice", id, "");
    g_auto(Client) other = open_events(kit, "alice", gone, "");

    wait_for_text(&client, "event: status");
    wait_for_text(&other, "event: status");
    tk_clock_advance(&kit->ports->clock.fake, 14999);
    gw_events_look(kit->gw.events, true);
    tk_clock_advance(&kit->ports->clock.fake, 1);
    gw_events_look(kit->gw.events, true);
    gw_events_look(kit->gw.events, true);
    wait_for_text(&client, ": still here\n\n");
    assert_int_equal(count(&client, ": still here"), 1);
    jw_store_mem_corrupt(kit->gw.store, gone); /* there is nothing to tell of it */
    gw_events_look(kit->gw.events, true);
    wait_for_end(&other);
    tk_clock_advance(&kit->ports->clock.fake, 11 * MINUTE);
    gw_events_look(kit->gw.events, true);
    wait_for_end(&client);
    assert_int_equal(count(&client, "event: end"), 0); /* so that it comes again, with a token */
    assert_float_equal(open_streams(), 0, 0);
}

/* One reading of the store for all, and none where nobody watches or only others' jobs are named.
 */
static void
test_cheap(void **state)
{
    GwKit *kit = *state;
    g_autofree char *first = kit_make(kit, "alice");
    g_autofree char *second = kit_make(kit, "bob");
    int calls = jw_store_mem_calls(kit->gw.store);

    gw_events_look(kit->gw.events, true);
    assert_int_equal(jw_store_mem_calls(kit->gw.store), calls);
    g_auto(Client) one = open_events(kit, "alice", first, "");
    g_auto(Client) two = open_events(kit, "alice", first, "");
    g_auto(Client) three = open_events(kit, "bob", second, "");
    wait_for_text(&one, "event: status");
    wait_for_text(&two, "event: status");
    wait_for_text(&three, "event: status");
    calls = jw_store_mem_calls(kit->gw.store);
    gw_events_look(kit->gw.events, false); /* of none an event came */
    assert_int_equal(jw_store_mem_calls(kit->gw.store), calls);
    gw_events_look(kit->gw.events, true);
    assert_int_equal(jw_store_mem_calls(kit->gw.store), calls + 1);
    jw_store_mem_fail_nth(kit->gw.store, 1, JW_ERROR_UNAVAILABLE, false);
    gw_events_look(kit->gw.events, true); /* told a second later */
    (void)kit_claim(kit->ports, second);
    gw_events_look(kit->gw.events, true);
    wait_for_text(&three, "\"status\":\"running\"");
}

/* The thread and the bus: a cancel's event is told at once. */
static void
test_thread(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = kit_make(kit, "alice");
    g_autofree char *cancel = kit_path(id, "/cancel");
    g_autoptr(GError) error = NULL;

    (void)jw_bus_mem_deliver(kit->gw.bus);
    assert_ok(gw_events_start(kit->gw.events, &error), error);
    g_auto(Client) client = open_events(kit, "alice", id, "");
    wait_for_text(&client, "event: status");
    g_auto(Answer) cancelled = kit_post(kit, "alice", cancel, NULL);
    assert_answer(cancelled, 200, NULL);
    (void)jw_bus_mem_deliver(kit->gw.bus);
    wait_for_end(&client);
    assert_int_equal(count(&client, "event: end"), 1);
}

/* The server ends: so do the streams, without an end of the job. */
static void
test_server_ends(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = kit_make(kit, "alice");
    g_auto(Client) client = open_events(kit, "alice", id, "");

    wait_for_text(&client, "event: status");
    jw_http_server_stop(kit->http, 5000);
    wait_for_end(&client);
    assert_int_equal(count(&client, "event: end"), 0);
    assert_int_equal(count(&client, "retry: "), 1);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_a_job_to_its_end),
        TEST(test_goes_on),
        TEST(test_who_may),
        TEST(test_caps),
        TEST(test_left),
        TEST(test_silence_and_ends),
        TEST(test_cheap),
        TEST(test_thread),
        TEST(test_server_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
