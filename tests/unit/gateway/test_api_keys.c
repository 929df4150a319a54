/* test_api_keys.c: who is let in by an API key, for how long what was read of one is trusted, and
 * what is noted and told of it. */
#include "gwkit.h"

#include "core/keys.h"
#include "core/metrics.h"
#include "jw/store_apikeys.h"

#include <string.h>

#define PATH "/api/v1alpha1/jobs"

/* {"detail":{code,message}}. */
#define assert_detail(answer, expected_status, expected_code)                                      \
    do {                                                                                           \
        assert_int_equal((answer).status, (expected_status));                                      \
        assert_string_equal(answer_text(&(answer), "detail.code"), (expected_code));               \
        assert_non_null(answer_text(&(answer), "detail.message"));                                 \
    } while (0)

static void
revoke_key(GwKit *kit, const char *key)
{
    char id[JW_API_KEY_ID_LEN + 1];
    JwCas cas = JW_CAS_LOST;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_api_key_read(key, id, &error), error);
    assert_ok(jw_store_revoke_api_key(kit->gw.store, id, "kit", kit->ports->clock.fake.now_ms, &cas,
                                      &error),
              error);
    assert_int_equal(cas, JW_CAS_WON);
}

static void
test_roles(void **state)
{
    GwKit *kit = *state;
    g_autofree char *admin = kit_make_key(kit, JW_API_KEY_ADMIN, 0);
    g_autofree char *monitor = kit_make_key(kit, JW_API_KEY_MONITOR, 0);

    g_auto(Answer) listed = kit_ask_with_key(kit, admin, "GET", PATH, NULL);
    assert_int_equal(listed.status, 200);
    assert_string_equal(answer_text(&listed, "status"), "ok");
    g_auto(Answer) refused = kit_ask_with_key(kit, monitor, "GET", PATH, NULL);
    assert_detail(refused, 403, "FORBIDDEN");
    assert_string_equal(answer_text(&refused, "detail.message"),
                        "this needs an API key of the role admin");
    g_auto(Answer) kept = kit_ask_with_key(kit, monitor, "DELETE", PATH "/x", NULL);
    assert_detail(kept, 403, "FORBIDDEN");
}

static void
test_none_and_wrong(void **state)
{
    GwKit *kit = *state;
    char *unknown = jw_api_key_make();
    static const struct {
        const char *key, *says;
    } cases[] = {
        { "admin-key", "*begin with jobwire_; a valid API key is needed: X-API-Key: <key>" },
        { "jobwire_0123456789AB_", "*characters of a whole one; a valid API key is needed*" },
        { NULL, "there is no such API key; a valid API key is needed*" }, /* unknown */
    };

    g_auto(Answer) none = kit_get(kit, NULL, PATH);
    assert_detail(none, 401, "UNAUTHORIZED");
    assert_string_equal(answer_header(&none, "www-authenticate"), "ApiKey realm=\"jobwire\"");
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *key = cases[i].key != NULL ? cases[i].key : unknown;
        g_auto(Answer) answer = kit_ask_with_key(kit, key, "GET", PATH, NULL);
        assert_detail(answer, 401, "UNAUTHORIZED");
        assert_true(g_pattern_match_simple(cases[i].says, answer_text(&answer, "detail.message")));
        assert_non_null(strstr(answer_header(&answer, "www-authenticate"), "invalid_key"));
    }
    g_auto(Answer) token = kit_get(kit, "admin", PATH); /* is no key */
    assert_detail(token, 401, "UNAUTHORIZED");
    jw_api_key_wipe(unknown);
}

/* A key whose id is that of another one. */
static void
test_wrong_secret(void **state)
{
    GwKit *kit = *state;
    g_autofree char *key = kit_make_key(kit, JW_API_KEY_ADMIN, 0);
    g_autoptr(GError) error = NULL;
    char id[JW_API_KEY_ID_LEN + 1];

    /* what is in the store under the id of this key is of another one */
    char *other = jw_api_key_make();
    g_autoptr(JwApiKey) wrong = g_new0(JwApiKey, 1);
    JwCreate create = JW_CREATE_EXISTS;
    jw_api_key_sign(wrong, kit->gw.key_secrets, key);
    g_free(wrong->id);
    assert_ok(jw_api_key_read(other, id, &error), error);
    wrong->id = g_strdup(id);
    assert_ok(jw_store_create_api_key(kit->gw.store, wrong, &create, &error), error);
    for (int i = 0; i < 2; i++) { /* read, and remembered */
        assert_null(gw_keys_verify(kit->gw.keys, other, &error));
        assert_jw_error(error, JW_ERROR_DENIED, "there is no such API key");
    }
    jw_api_key_wipe(other);
}

static void
test_expires(void **state)
{
    GwKit *kit = *state;
    g_autofree char *key = kit_make_key(kit, JW_API_KEY_ADMIN, GW_NOW + 2000);

    g_auto(Answer) before = kit_ask_with_key(kit, key, "GET", PATH, NULL);
    assert_int_equal(before.status, 200);
    tk_clock_advance(&kit->ports->clock.fake, 2000); /* what was read is trusted for longer */
    g_auto(Answer) after = kit_ask_with_key(kit, key, "GET", PATH, NULL);
    assert_detail(after, 401, "UNAUTHORIZED");
    assert_non_null(strstr(answer_text(&after, "detail.message"), "the API key expired at 2026-"));
}

static void
test_revoked_within_the_stated_time(void **state)
{
    GwKit *kit = *state;
    g_autofree char *key = kit_make_key(kit, JW_API_KEY_ADMIN, 0);

    g_auto(Answer) before = kit_ask_with_key(kit, key, "GET", PATH, NULL);
    assert_int_equal(before.status, 200);
    revoke_key(kit, key);
    tk_clock_advance(&kit->ports->clock.fake, KIT_KEY_CACHE_MS - 1);
    g_auto(Answer) still = kit_ask_with_key(kit, key, "GET", PATH, NULL);
    assert_int_equal(still.status, 200);
    tk_clock_advance(&kit->ports->clock.fake, 1); /* asking did not make it last longer */
    g_auto(Answer) after = kit_ask_with_key(kit, key, "GET", PATH, NULL);
    assert_detail(after, 401, "UNAUTHORIZED");
    assert_non_null(strstr(answer_text(&after, "detail.message"), "the API key was revoked at"));
}

/* Neither a real key nor one that nobody has is looked up each time. */
static void
test_the_store_is_asked_once(void **state)
{
    GwKit *kit = *state;
    g_autofree char *key = kit_make_key(kit, JW_API_KEY_ADMIN, 0);
    char *unknown = jw_api_key_make();
    const char *const both[] = { key, unknown };

    for (size_t i = 0; i < 2; i++) {
        const int before = jw_store_mem_calls(kit->gw.store);
        for (int n = 0; n < 10; n++) {
            g_autoptr(JwPrincipal) who = gw_keys_verify(kit->gw.keys, both[i], NULL);
            assert_int_equal(who != NULL, i == 0);
        }
        assert_int_equal(jw_store_mem_calls(kit->gw.store) - before, 1);
    }
    jw_api_key_wipe(unknown);
}

static void
test_the_store_is_away(void **state)
{
    GwKit *kit = *state;
    g_autofree char *key = kit_make_key(kit, JW_API_KEY_ADMIN, 0);

    jw_store_mem_fail_nth(kit->gw.store, 1, JW_ERROR_UNAVAILABLE, false);
    g_auto(Answer) away = kit_ask_with_key(kit, key, "GET", PATH, NULL);
    assert_detail(away, 503, "SERVICE_UNAVAILABLE");
    assert_non_null(answer_header(&away, "retry-after"));
    g_auto(Answer) back = kit_ask_with_key(kit, key, "GET", PATH, NULL);
    assert_int_equal(back.status, 200);
}

static int64_t
used_ms(GwKit *kit, const char *key)
{
    char id[JW_API_KEY_ID_LEN + 1];
    g_autoptr(JwApiKey) stored = NULL;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_api_key_read(key, id, &error), error);
    assert_ok(jw_store_get_api_key(kit->gw.store, id, &stored, &error), error);
    return stored->used_at_ms;
}

static void
use(GwKit *kit, const char *key)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwPrincipal) who = gw_keys_verify(kit->gw.keys, key, &error);

    assert_ok(who != NULL, error);
}

static void
note(GwKit *kit)
{
    g_autoptr(GError) error = NULL;

    assert_ok(gw_keys_note(kit->gw.keys, &error), error);
}

static void
test_last_use_is_noted_once_a_minute(void **state)
{
    GwKit *kit = *state;
    g_autofree char *key = kit_make_key(kit, JW_API_KEY_MONITOR, 0);
    g_autofree char *idle = kit_make_key(kit, JW_API_KEY_MONITOR, 0);
    g_autoptr(GError) error = NULL;

    use(kit, key);
    assert_int_equal(used_ms(kit, key), 0); /* no request writes */
    note(kit);
    assert_int_equal(used_ms(kit, key), GW_NOW);
    tk_clock_advance(&kit->ports->clock.fake, 59999);
    use(kit, key);
    note(kit);
    assert_int_equal(used_ms(kit, key), GW_NOW);
    tk_clock_advance(&kit->ports->clock.fake, 1);
    use(kit, key);
    jw_store_mem_fail_nth(kit->gw.store, 1, JW_ERROR_UNAVAILABLE, false);
    assert_false(gw_keys_note(kit->gw.keys, &error));
    note(kit); /* it is tried again */
    assert_int_equal(used_ms(kit, key), GW_NOW + 60000);
    assert_int_equal(used_ms(kit, idle), 0);
    const int before = jw_store_mem_calls(kit->gw.store);
    note(kit);
    assert_int_equal(jw_store_mem_calls(kit->gw.store), before);
}

/* One that was refused was not used. */
static void
test_a_refusal_is_no_use(void **state)
{
    GwKit *kit = *state;
    g_autofree char *key = kit_make_key(kit, JW_API_KEY_MONITOR, GW_NOW);

    assert_null(gw_keys_verify(kit->gw.keys, key, NULL));
    note(kit);
    assert_int_equal(used_ms(kit, key), 0);
}

static void
test_refusals_are_told_without_the_key(void **state)
{
    GwKit *kit = *state;
    g_autofree char *key = kit_make_key(kit, JW_API_KEY_MONITOR, GW_NOW);
    char *unknown = jw_api_key_make();
    const double before = jw_metric_value(gw_metrics[GW_METRIC_KEYS_REFUSED], "unknown");

    tk_log_capture();
    for (int i = 0; i < 3; i++) {
        assert_null(gw_keys_verify(kit->gw.keys, unknown, NULL));
    }
    assert_null(gw_keys_verify(kit->gw.keys, key, NULL));
    assert_null(gw_keys_verify(kit->gw.keys, "x", NULL));
    gw_keys_tell(kit->gw.keys);
    gw_keys_tell(kit->gw.keys); /* nothing is new */
    assert_null(gw_keys_verify(kit->gw.keys, "x", NULL));
    tk_clock_advance(&kit->ports->clock.fake, 9999);
    gw_keys_tell(kit->gw.keys); /* not yet again */
    g_autofree char *log = tk_log_take();
    const char *first = strstr(log, "api_keys_refused");
    assert_non_null(first);
    assert_null(strstr(first + 1, "api_keys_refused"));
    assert_non_null(strstr(log, "\"count\":5"));
    assert_non_null(strstr(log, "\"unknown\":3"));
    assert_non_null(strstr(log, "\"over\":1"));
    assert_non_null(strstr(log, "\"malformed\":1"));
    assert_null(strstr(log, unknown + 21));
    assert_null(strstr(log, key + 21));
    tk_clock_advance(&kit->ports->clock.fake, 1);
    tk_log_capture();
    gw_keys_tell(kit->gw.keys);
    g_autofree char *later = tk_log_take();
    assert_non_null(strstr(later, "\"count\":1"));
    assert_int_equal((int)(jw_metric_value(gw_metrics[GW_METRIC_KEYS_REFUSED], "unknown") - before),
                     3);
    jw_api_key_wipe(unknown);
}

static void
test_without_secrets_there_are_no_keys(void **state)
{
    GwKit *kit = *state;
    GwKeys *keys = gw_keys_new(kit->gw.store, kit->gw.clock, NULL, 5000);
    g_autofree char *key = kit_make_key(kit, JW_API_KEY_ADMIN, 0);
    g_autoptr(GError) error = NULL;

    assert_null(gw_keys_verify(keys, key, &error));
    assert_jw_error(error, JW_ERROR_DENIED, "*no JW_API_KEY_SECRETS*");
    gw_keys_free(keys);
}

/* Made-up keys push no real one out, and what is kept of them has an end. */
static void
test_a_flood_of_unknown_keys(void **state)
{
    GwKit *kit = *state;
    g_autofree char *key = kit_make_key(kit, JW_API_KEY_ADMIN, 0);

    use(kit, key);
    for (int i = 0; i < 10100; i++) {
        char *unknown = jw_api_key_make();
        assert_null(gw_keys_verify(kit->gw.keys, unknown, NULL));
        jw_api_key_wipe(unknown);
    }
    const int before = jw_store_mem_calls(kit->gw.store);
    use(kit, key);
    assert_int_equal(jw_store_mem_calls(kit->gw.store), before);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_roles),
        TEST(test_none_and_wrong),
        TEST(test_wrong_secret),
        TEST(test_expires),
        TEST(test_revoked_within_the_stated_time),
        TEST(test_the_store_is_asked_once),
        TEST(test_the_store_is_away),
        TEST(test_last_use_is_noted_once_a_minute),
        TEST(test_a_refusal_is_no_use),
        TEST(test_refusals_are_told_without_the_key),
        TEST(test_without_secrets_there_are_no_keys),
        TEST(test_a_flood_of_unknown_keys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
