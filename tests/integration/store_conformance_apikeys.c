/* store_conformance_apikeys.c: API keys. */
#include "store_conformance.h"

#include "jw/store_apikeys.h"

static JwApiKey *
new_key(const char *id, int64_t created_ms)
{
    JwApiKey *key = g_new0(JwApiKey, 1);

    key->id = g_strdup(id);
    key->name = g_strdup("Überwachung \"A\"");
    key->role = JW_API_KEY_ADMIN;
    key->secret_id = g_strdup("k1");
    key->mac = g_strdup("0123456789012345678901234567890123456789012");
    key->created_by = g_strdup("ann@host");
    key->created_at_ms = created_ms;
    key->expires_at_ms = SC_NOW + 90000;
    return key;
}

static void
create(JwStore *store, const JwApiKey *key, JwCreate expected)
{
    JwCreate result = JW_CREATE_EXISTS;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_create_api_key(store, key, &result, &error), error);
    assert_int_equal(result, expected);
}

static JwApiKey *
get(JwStore *store, const char *id)
{
    JwApiKey *key = NULL;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_get_api_key(store, id, &key, &error), error);
    return key;
}

static JwCas
revoke_key(JwStore *store, const char *id, const char *by, int64_t now_ms)
{
    JwCas cas = JW_CAS_LOST;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_revoke_api_key(store, id, by, now_ms, &cas, &error), error);
    return cas;
}

static void
note(JwStore *store, const char *id, int64_t used_ms)
{
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_note_api_key(store, id, used_ms, &error), error);
}

static void
keeps_api_keys(JwStore *store)
{
    g_autoptr(JwApiKey) one = new_key("one", SC_NOW + 2);
    g_autoptr(JwApiKey) two = new_key("two", SC_NOW + 1);
    g_autoptr(GPtrArray) list = NULL;
    g_autoptr(GError) error = NULL;

    two->role = JW_API_KEY_MONITOR;
    two->expires_at_ms = 0;
    create(store, one, JW_CREATE_NEW);
    create(store, one, JW_CREATE_EXISTS);
    create(store, two, JW_CREATE_NEW);
    assert_null(get(store, "three"));
    g_autoptr(JwApiKey) read = get(store, "one");
    assert_string_equal(read->name, one->name);
    assert_int_equal(read->role, JW_API_KEY_ADMIN);
    assert_string_equal(read->secret_id, "k1");
    assert_string_equal(read->mac, one->mac);
    assert_string_equal(read->created_by, "ann@host");
    assert_int_equal(read->created_at_ms, SC_NOW + 2);
    assert_int_equal(read->expires_at_ms, SC_NOW + 90000);
    assert_int_equal(read->revoked_at_ms, 0);
    assert_int_equal(read->used_at_ms, 0);
    assert_null(read->revoked_by);
    assert_ok(jw_store_list_api_keys(store, 9, &list, &error), error);
    assert_int_equal(list->len, 2);
    const JwApiKey *oldest = g_ptr_array_index(list, 0);
    assert_string_equal(oldest->id, "two");
    assert_int_equal(oldest->role, JW_API_KEY_MONITOR);
    assert_int_equal(oldest->expires_at_ms, 0);
    g_clear_pointer(&list, g_ptr_array_unref);
    assert_ok(jw_store_list_api_keys(store, 1, &list, &error), error);
    assert_int_equal(list->len, 1);
}

static void
revokes_api_keys_once(JwStore *store)
{
    g_autoptr(JwApiKey) one = new_key("one", SC_NOW);

    create(store, one, JW_CREATE_NEW);
    assert_int_equal(revoke_key(store, "one", "bob", SC_NOW + 3), JW_CAS_WON);
    assert_int_equal(revoke_key(store, "one", "eve", SC_NOW + 4), JW_CAS_LOST);
    assert_int_equal(revoke_key(store, "two", "eve", SC_NOW + 4), JW_CAS_LOST);
    g_autoptr(JwApiKey) read = get(store, "one");
    assert_int_equal(read->revoked_at_ms, SC_NOW + 3);
    assert_string_equal(read->revoked_by, "bob");
}

static void
notes_the_latest_use_of_api_keys(JwStore *store)
{
    g_autoptr(JwApiKey) one = new_key("one", SC_NOW);

    create(store, one, JW_CREATE_NEW);
    note(store, "one", SC_NOW + 5);
    note(store, "one", SC_NOW + 4); /* of a gateway whose clock is behind */
    note(store, "two", SC_NOW + 5);
    g_autoptr(JwApiKey) read = get(store, "one");
    assert_int_equal(read->used_at_ms, SC_NOW + 5);
    note(store, "one", SC_NOW + 6);
    g_autoptr(JwApiKey) again = get(store, "one");
    assert_int_equal(again->used_at_ms, SC_NOW + 6);
}

const ScCase sc_api_key_cases[] = {
    { "keeps API keys", keeps_api_keys },
    { "revokes API keys once", revokes_api_keys_once },
    { "notes the latest use of API keys", notes_the_latest_use_of_api_keys },
    { 0 },
};
