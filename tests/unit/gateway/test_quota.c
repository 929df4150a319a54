/* test_quota.c: limits of calls per caller: what counts, what is told, two gateways on one store,
 * and a store that fails. The routes are the test's own. */
#include "core/auth.h"
#include "core/quota.h"
#include "gwkit.h"
#include "jw/store_mem.h"

#include <string.h>

#define HOUR_MS INT64_C(3600000)
#define CALLERS 50

typedef struct {
    GwKit *kit;
    GwKit first, second; /* as gateways: the kit's, and another on the same store */
    Gw other;
    JwHttpServer *servers[2];
} Fixture;

static void
answer(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    (void)context;
    jw_http_reply_text(reply, (int)jw_http_query_int(request, "status", 200), "text/plain", "x");
}

static const JwField status_query[] = {
    { .name = "status", .type = JW_FIELD_INT, .min = 200, .max = 599 }, { 0 }
};
static const JwHttpRoute routes[] = {
    { "GET", "/made", answer, NULL, status_query },
    { "POST", "/made", answer, "reports:create", status_query },
    { "GET", "/free", answer, NULL, NULL },
    { 0 },
};
static const GwQuota quotas[] = {
    { "GET", "/made", "test-get", 3, 60 },
    { "POST", "/made", "test-made", 10, 3600 },
    { 0 },
};

static JwHttpLimit
limiter(const JwHttpRequest *request, const JwHttpRoute *route, gpointer context)
{
    return gw_quota_take(context, quotas, request, route);
}

static void
uncount(const JwHttpRequest *request, const JwHttpRoute *route, int64_t ticket, gpointer context)
{
    gw_quota_return(context, quotas, request, route, ticket);
}

static const JwAuthenticator *const bearer[] = { &gw_bearer, NULL };
static const JwHttpApi api = { .name = "limited",
                               .prefix = "/limited",
                               .authenticators = bearer,
                               .limiter = limiter,
                               .uncount = uncount,
                               .routes = routes };

static void
start(Fixture *self, size_t i, Gw *gw, GwKit *ret)
{
    g_autoptr(GError) error = NULL;

    self->servers[i] = jw_http_server_new(&self->kit->http_config, &error);
    assert_ok(self->servers[i] != NULL, error);
    jw_http_server_add_api(self->servers[i], &api, gw);
    assert_ok(jw_http_server_start(self->servers[i], &error), error);
    *ret = *self->kit;
    ret->base_url = g_strdup_printf("http://127.0.0.1:%d", jw_http_server_port(self->servers[i]));
}

static int
setup(void **state)
{
    Fixture *self = g_new0(Fixture, 1);

    self->kit = kit_new();
    self->other = self->kit->gw; /* another gateway shares nothing but the store */
    start(self, 0, &self->kit->gw, &self->first);
    start(self, 1, &self->other, &self->second);
    *state = self;
    return 0;
}

static int
teardown(void **state)
{
    Fixture *self = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(self->servers); i++) {
        jw_http_server_stop(self->servers[i], 5000);
        jw_http_server_free(self->servers[i]);
    }
    g_free(self->first.base_url);
    g_free(self->second.base_url);
    kit_free(self->kit);
    g_free(self);
    return 0;
}

static void
assert_told(const Answer *got, long status, const char *remaining, const char *reset)
{
    assert_int_equal(got->status, status);
    assert_string_equal(answer_header(got, "ratelimit-limit"), "10");
    assert_string_equal(answer_header(got, "ratelimit-policy"), "10;w=3600");
    assert_string_equal(answer_header(got, "ratelimit-remaining"), remaining);
    assert_string_equal(answer_header(got, "ratelimit-reset"), reset);
}

/* In turns at both gateways; the eleventh is one too many, for alice alone, until the first is an
 * hour old. */
static void
test_ten_an_hour(void **state)
{
    Fixture *self = *state;

    for (int i = 0; i < 10; i++) {
        g_autofree char *remaining = g_strdup_printf("%d", 9 - i);
        g_auto(Answer) made =
            kit_post(i % 2 == 0 ? &self->first : &self->second, "alice", "/limited/made", "{}");
        assert_told(&made, 200, remaining, "3600");
        assert_null(answer_header(&made, "retry-after"));
    }
    tk_clock_advance(&self->kit->ports->clock.fake, 600500);
    g_auto(Answer) refused = kit_post(&self->second, "alice", "/limited/made", "{}");
    assert_told(&refused, 429, "0", "3000");
    assert_string_equal(answer_header(&refused, "retry-after"), "3000");
    assert_string_equal(answer_text(&refused, "error.code"), "RATE_LIMIT_EXCEEDED");
    g_auto(Answer) bob = kit_post(&self->first, "bob", "/limited/made", "{}");
    assert_told(&bob, 200, "9", "3600");
    tk_clock_advance(&self->kit->ports->clock.fake, HOUR_MS - 600500);
    g_auto(Answer) again = kit_post(&self->first, "alice", "/limited/made", "{}");
    assert_told(&again, 200, "9", "3600");
}

static void
test_each_route_has_its_own(void **state)
{
    Fixture *self = *state;

    for (int i = 0; i < 3; i++) {
        g_auto(Answer) got = kit_get(&self->first, "alice", "/limited/made");
        assert_int_equal(got.status, 200);
        assert_string_equal(answer_header(&got, "ratelimit-policy"), "3;w=60");
    }
    g_auto(Answer) refused = kit_get(&self->first, "alice", "/limited/made");
    assert_int_equal(refused.status, 429);
    g_auto(Answer) made = kit_post(&self->first, "alice", "/limited/made", "{}");
    assert_told(&made, 200, "9", "3600");
    g_auto(Answer) unlimited = kit_get(&self->first, "alice", "/limited/free");
    assert_int_equal(unlimited.status, 200);
    assert_null(answer_header(&unlimited, "ratelimit-limit"));
    g_auto(Answer) nobody = kit_get(&self->first, NULL, "/limited/made");
    assert_int_equal(nobody.status, 401);
    assert_null(answer_header(&nobody, "ratelimit-limit"));
}

/* Twenty that are refused leave all ten; what failed while it was done counts. */
static void
test_refusals_do_not_count(void **state)
{
    static const char *const refusals[] = { "?status=400", "?status=404", "?status=409",
                                            "?status=503", "?status=0" };
    Fixture *self = *state;

    for (size_t i = 0; i < 20; i++) {
        g_autofree char *path =
            g_strconcat("/limited/made", refusals[i % G_N_ELEMENTS(refusals)], NULL);
        g_auto(Answer) refused = kit_post(&self->first, "alice", path, "{}");
        assert_true(refused.status >= 400);
        assert_string_equal(answer_header(&refused, "ratelimit-remaining"), "10");
    }
    g_auto(Answer) forbidden = kit_post(&self->first, "reader", "/limited/made", "{}");
    assert_int_equal(forbidden.status, 403);
    assert_string_equal(answer_header(&forbidden, "ratelimit-remaining"), "10");
    g_auto(Answer) failed = kit_post(&self->first, "alice", "/limited/made?status=500", "{}");
    assert_told(&failed, 500, "9", "3600");
    g_auto(Answer) late = kit_post(&self->first, "alice", "/limited/made?status=408", "{}");
    assert_told(&late, 408, "8", "3600");
}

/* What these routes do needs the store as well: they say what is wrong with it. */
static void
test_a_store_that_fails_refuses_nobody(void **state)
{
    Fixture *self = *state;

    for (int n = 1; n <= 2; n++) {
        jw_store_mem_fail_nth(self->kit->gw.store, 1, JW_ERROR_UNAVAILABLE, n == 2);
        g_auto(Answer) uncounted = kit_post(&self->first, "alice", "/limited/made", "{}");
        assert_int_equal(uncounted.status, 200);
        assert_null(answer_header(&uncounted, "ratelimit-limit"));
    }
    /* One that was to be taken out, and is not, is over an hour later. */
    jw_store_mem_fail_nth(self->kit->gw.store, 4, JW_ERROR_UNAVAILABLE, false);
    g_auto(Answer) left = kit_post(&self->first, "bob", "/limited/made?status=404", "{}");
    assert_int_equal(left.status, 404);
    jw_store_mem_fail_nth(self->kit->gw.store, 0, JW_ERROR_UNAVAILABLE, false);
    g_auto(Answer) next = kit_post(&self->first, "bob", "/limited/made", "{}");
    assert_told(&next, 200, "8", "3600");
}

typedef struct {
    GwKit *kit;
    long status;
} Caller;

static gpointer
call(gpointer data)
{
    Caller *self = data;
    g_auto(Answer) got = kit_post(self->kit, "alice", "/limited/made", "{}");

    self->status = got.status;
    return NULL;
}

static void
test_fifty_at_once_at_two_gateways(void **state)
{
    Fixture *self = *state;
    Caller callers[CALLERS];
    GThread *threads[CALLERS];
    int made = 0, refused = 0;

    for (size_t i = 0; i < CALLERS; i++) {
        callers[i] = (Caller){ .kit = i % 2 == 0 ? &self->first : &self->second };
        threads[i] = g_thread_new("caller", call, &callers[i]);
    }
    for (size_t i = 0; i < CALLERS; i++) {
        g_thread_join(threads[i]);
        made += callers[i].status == 200 ? 1 : 0;
        refused += callers[i].status == 429 ? 1 : 0;
    }
    assert_int_equal(made, 10);
    assert_int_equal(refused, CALLERS - 10);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_ten_an_hour),
        TEST(test_each_route_has_its_own),
        TEST(test_refusals_do_not_count),
        TEST(test_a_store_that_fails_refuses_nobody),
        TEST(test_fifty_at_once_at_two_gateways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
