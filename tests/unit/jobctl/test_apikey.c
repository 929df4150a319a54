/* test_apikey.c: jobctl apikey, on the store in memory. */
#include "jc_fixture.h"

#include <jansson.h>
#include <string.h>

#include "jw/ident.h"
#include "jw/store_apikeys.h"
#include "jw/store_mem.h"

#define NOW     INT64_C(1768269615000) /* 2026-01-13T02:00:15Z */
#define DAY     INT64_C(86400000)
#define SECRETS "k1:0123456789abcdef0123456789abcdef"

typedef struct {
    TkClock clock;
    JwStore *store;
    JcFixture *jc;
} Fixture;

static int
setup(void **state)
{
    Fixture *self = g_new0(Fixture, 1);

    tk_clock_init(&self->clock, NOW);
    self->store = jw_store_mem_new();
    self->jc = jc_fixture_new(&self->clock.clock, self->store);
    jc_fixture_env(self->jc, "JW_API_KEY_SECRETS", SECRETS);
    *state = self;
    return 0;
}

static int
teardown(void **state)
{
    Fixture *self = *state;

    jc_fixture_free(self->jc);
    jw_store_free(self->store);
    g_free(self);
    return 0;
}

/* The key that was printed. (transfer full) */
static char *
last_line(const Fixture *self)
{
    g_auto(GStrv) lines = g_strsplit(self->jc->out, "\n", -1);
    const guint n = g_strv_length(lines);

    assert_true(n >= 2);
    assert_string_equal(lines[n - 1], ""); /* it ends in a newline */
    return g_strdup(lines[n - 2]);
}

static JwApiKey *
stored(const Fixture *self, const char *key)
{
    char id[JW_API_KEY_ID_LEN + 1];
    JwApiKey *found = NULL;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_api_key_read(key, id, &error), error);
    assert_ok(jw_store_get_api_key(self->store, id, &found, &error), error);
    assert_non_null(found);
    return found;
}

static void
test_create_prints_the_key_once(void **state)
{
    Fixture *self = *state;
    g_autoptr(GError) error = NULL;
    g_autoptr(JwKeyring) secrets = jw_keyring_new("X", SECRETS, &error);

    assert_int_equal(jc_fixture_run(self->jc, "apikey", "create", "--role", "admin", "--name",
                                    "Deploy ü", "--expires", "90d", NULL),
                     JC_EXIT_OK);
    g_autofree char *key = last_line(self);
    assert_null(strstr(self->jc->err, key));
    assert_contains(self->jc->err, "\"Deploy ü\": admin, until 2026-04-1");
    g_autoptr(JwApiKey) found = stored(self, key);
    assert_true(jw_api_key_fits(found, secrets, key));
    assert_string_equal(found->name, "Deploy ü");
    assert_int_equal(found->role, JW_API_KEY_ADMIN);
    assert_int_equal(found->created_at_ms, NOW);
    assert_int_equal(found->expires_at_ms, NOW + 90 * DAY);
    assert_non_null(strchr(found->created_by, '@'));
    for (int i = 0; i < 3; i++) { /* nothing shows it or a part of its secret again */
        static const char *const forms[] = { "table", "wide", "json" };
        g_autofree char *secret = g_strndup(key + 21, 10);
        assert_int_equal(jc_fixture_run(self->jc, "apikey", "list", "-o", forms[i], NULL),
                         JC_EXIT_OK);
        assert_contains(self->jc->out, found->id);
        assert_null(strstr(self->jc->out, secret));
        assert_null(strstr(self->jc->out, found->mac));
    }
}

static void
test_without_expires_it_holds_until_revoked(void **state)
{
    Fixture *self = *state;

    assert_int_equal(
        jc_fixture_run(self->jc, "apikey", "create", "--role=monitor", "--name=m", NULL),
        JC_EXIT_OK);
    assert_contains(self->jc->err, "until it is revoked");
    g_autofree char *key = last_line(self);
    g_autoptr(JwApiKey) found = stored(self, key);
    assert_int_equal(found->expires_at_ms, 0);
    assert_int_equal(found->role, JW_API_KEY_MONITOR);
}

static void
test_wrong_usage(void **state)
{
    Fixture *self = *state;
    static const struct {
        const char *role, *name, *expires, *says;
    } cases[] = {
        { "--role=root", "--name=a", "--expires=1d", "is none of admin" },
        { "--role=Admin", "--name=a", "--expires=1d", "is none of admin" },
        { "--role=admin", "--name=", "--expires=1d", "--name of 1 to 100" },
        { "--role=admin", "--name=a\nb", "--expires=1d", "--name of 1 to 100" },
        { "--role=admin", "--name=\xff", "--expires=1d", "--name of 1 to 100" },
        { "--role=admin", "--name=a", "--expires=tomorrow", "from 1m to 3650d" },
        { "--role=admin", "--name=a", "--expires=59s", "from 1m to 3650d" },
        { "--role=admin", "--name=a", "--expires=3651d", "from 1m to 3650d" },
    };
    g_autoptr(GPtrArray) list = NULL;
    g_autoptr(GError) error = NULL;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        assert_int_equal(jc_fixture_run(self->jc, "apikey", "create", cases[i].role, cases[i].name,
                                        cases[i].expires, NULL),
                         JC_EXIT_USAGE);
        assert_contains(self->jc->err, cases[i].says);
    }
    assert_int_equal(jc_fixture_run(self->jc, "apikey", "create", "--role=admin", NULL),
                     JC_EXIT_USAGE);
    assert_int_equal(jc_fixture_run(self->jc, "apikey", "list", "--role=admin", NULL),
                     JC_EXIT_USAGE);
    assert_int_equal(jc_fixture_run(self->jc, "apikey", "revoke", NULL), JC_EXIT_USAGE);
    assert_ok(jw_store_list_api_keys(self->store, 9, &list, &error), error);
    assert_int_equal(list->len, 0);
}

static void
test_create_needs_the_secrets(void **state)
{
    Fixture *self = *state;

    jc_fixture_env(self->jc, "JW_API_KEY_SECRETS", "");
    assert_int_equal(jc_fixture_run(self->jc, "apikey", "create", "--role=admin", "--name=a", NULL),
                     JC_EXIT_FAILED);
    assert_string_equal(self->jc->out, "");
    assert_contains(self->jc->err, "JW_API_KEY_SECRETS is not set");
    assert_int_equal(jc_fixture_run(self->jc, "apikey", "list", NULL), JC_EXIT_OK);
}

/* "state" of the key in the list. */
static void
assert_state(const Fixture *self, const char *expected)
{
    json_t *list = NULL;

    assert_int_equal(jc_fixture_run(self->jc, "apikey", "list", "-o", "json", NULL), JC_EXIT_OK);
    list = json_loads(self->jc->out, 0, NULL);
    assert_int_equal(json_array_size(list), 1);
    assert_string_equal(json_string_value(json_object_get(json_array_get(list, 0), "state")),
                        expected);
    json_decref(list);
}

static void
test_expires_and_is_revoked(void **state)
{
    Fixture *self = *state;

    assert_int_equal(jc_fixture_run(self->jc, "apikey", "create", "--role=admin", "--name=a",
                                    "--expires=1h", NULL),
                     JC_EXIT_OK);
    g_autofree char *key = last_line(self);
    g_autoptr(JwApiKey) before = stored(self, key);
    assert_state(self, "active");
    self->clock.now_ms = NOW + 3600000;
    assert_state(self, "expired");
    assert_int_equal(jc_fixture_run(self->jc, "apikey", "revoke", "nonesuch", NULL),
                     JC_EXIT_FAILED);
    assert_contains(self->jc->err, "there is no API key 'nonesuch'");
    assert_int_equal(jc_fixture_run(self->jc, "apikey", "revoke", before->id, NULL), JC_EXIT_OK);
    assert_contains(self->jc->out, "gateways refuse it within");
    assert_state(self, "revoked");
    g_autoptr(JwApiKey) after = stored(self, key);
    assert_int_equal(after->revoked_at_ms, NOW + 3600000);
    self->clock.now_ms += 5000;
    assert_int_equal(jc_fixture_run(self->jc, "apikey", "revoke", before->id, NULL), JC_EXIT_OK);
    assert_contains(self->jc->out, after->revoked_by);
    g_autoptr(JwApiKey) again = stored(self, key);
    assert_int_equal(again->revoked_at_ms, NOW + 3600000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_create_prints_the_key_once, setup, teardown),
        cmocka_unit_test_setup_teardown(test_without_expires_it_holds_until_revoked, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_wrong_usage, setup, teardown),
        cmocka_unit_test_setup_teardown(test_create_needs_the_secrets, setup, teardown),
        cmocka_unit_test_setup_teardown(test_expires_and_is_revoked, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
