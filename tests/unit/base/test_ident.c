/* test_ident.c: UUIDs against the layout of RFC 9562 and against Python's uuid module, digests,
 * the name of this process. */
#include "testkit.h"

#include "jw/ident.h"

#include <string.h>
#include <unistd.h>

static void
test_v7_layout(void **state)
{
    (void)state;
    char id[JW_UUID_LEN + 1];
    jw_uuid_v7(INT64_C(0x0123456789ab), id);
    assert_true(jw_uuid_valid(id));
    assert_memory_equal(id, "01234567-89ab-7", 15);
    assert_non_null(strchr("89ab", id[19]));
    for (size_t i = 0; i < JW_UUID_LEN; i++) {
        assert_false(g_ascii_isupper(id[i]));
    }
}

static void
test_v7_ascends_within_a_millisecond(void **state)
{
    (void)state;
    char last[JW_UUID_LEN + 1] = "", next[JW_UUID_LEN + 1];
    for (int i = 0; i < 20000; i++) {
        jw_uuid_v7(1768269615250 + i / 10000, next);
        assert_true(strcmp(last, next) < 0);
        memcpy(last, next, sizeof last);
    }
}

static void *
new_ids(void *data)
{
    GHashTable *own = data;
    for (int i = 0; i < 2000; i++) {
        char id[JW_UUID_LEN + 1];
        jw_uuid_v7(i % 2, id);
        g_hash_table_add(own, g_strdup(id));
    }
    return NULL;
}

static void
test_v7_unique_over_threads(void **state)
{
    (void)state;
    GThread *threads[4];
    GHashTable *sets[G_N_ELEMENTS(threads)];
    for (size_t i = 0; i < G_N_ELEMENTS(threads); i++) {
        sets[i] = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        threads[i] = g_thread_new("ids", new_ids, sets[i]);
    }
    g_autoptr(GHashTable) all = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(threads); i++) {
        g_thread_join(threads[i]);
        GHashTableIter iter;
        gpointer id;
        g_hash_table_iter_init(&iter, sets[i]);
        while (g_hash_table_iter_next(&iter, &id, NULL)) {
            assert_true(g_hash_table_add(all, g_strdup(id)));
        }
        g_hash_table_unref(sets[i]);
    }
    assert_int_equal(g_hash_table_size(all), 8000);
}

/* Expected values: uuid.uuid5(UUID("2a434376-2ff7-2d4d-ab8c-5005341ce830"), "3:job5:hello") and
 * so on. They are stored in databases: a change of one of them is a bug. */
static void
test_derive(void **state)
{
    (void)state;
    char id[JW_UUID_LEN + 1];
    jw_uuid_derive(id, "job", NULL);
    assert_string_equal(id, "6bcf59f0-9707-57e4-84fd-e5f9f96564e9");
    jw_uuid_derive(id, "job", "hello", NULL);
    assert_string_equal(id, "1d0500e7-f628-5392-bd3e-c462dd62af5b");
    jw_uuid_derive(id, "job", "ab", "c", NULL);
    assert_string_equal(id, "a754f5ec-8d89-5b7d-ad55-a64db77a9c06");
    jw_uuid_derive(id, "job", "a", "bc", NULL);
    assert_string_equal(id, "1fbcc876-a0ac-59db-8f9b-66991ce60ad3");
    jw_uuid_derive(id, "delivery", "", NULL);
    assert_string_equal(id, "01007b54-b0f3-51a7-98bc-c04fed9ad065");
    jw_uuid_derive(id, "job", "gr\xc3\xbcn", NULL);
    assert_string_equal(id, "ccbcd04b-8131-5f80-b235-c63b0ed9a606");
    assert_true(jw_uuid_valid(id));
}

static void
test_valid(void **state)
{
    static const struct {
        const char *text;
        bool valid;
    } cases[] = {
        { "6bcf59f0-9707-57e4-84fd-e5f9f96564e9", true },
        { "6BCF59F0-9707-57E4-84FD-E5F9F96564E9", true },
        { "00000000-0000-0000-0000-000000000000", true },
        { NULL, false },
        { "", false },
        { "6bcf59f0", false },
        { "6bcf59f0-9707-57e4-84fd-e5f9f96564e", false },
        { "6bcf59f0-9707-57e4-84fd-e5f9f96564e90", false },
        { "6bcf59f0-9707-57e4-84fd-e5f9f96564eg", false },
        { "6bcf59f0a9707-57e4-84fd-e5f9f96564e9", false },
        { "6bcf59f-09707-57e4-84fd-e5f9f96564e9", false },
        { "{6bcf59f0-9707-57e4-84fd-e5f9f96564e}", false },
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        assert_int_equal(jw_uuid_valid(cases[i].text), cases[i].valid);
    }
}

static void
test_random_bytes(void **state)
{
    (void)state;
    uint8_t a[1000] = { 0 }, b[1000] = { 0 };
    jw_random_bytes(a, sizeof a);
    jw_random_bytes(b, sizeof b);
    assert_memory_not_equal(a, b, sizeof a);
    jw_random_bytes(a, 0);
    /* all bytes are filled: 1000 random bytes hold about four zeros, never a hundred */
    size_t zeros = 0;
    for (size_t i = 0; i < sizeof b; i++) {
        zeros += b[i] == 0;
    }
    assert_true(zeros < 100);
}

static void
test_random_unit(void **state)
{
    double least = 1, most = 0;

    (void)state;
    for (int i = 0; i < 1000; i++) {
        double unit = jw_random_unit();

        assert_true(unit >= 0 && unit < 1);
        least = MIN(least, unit);
        most = MAX(most, unit);
    }
    assert_true(least < 0.1 && most > 0.9);
}

static void
test_sha256(void **state)
{
    static const struct {
        const char *data;
        size_t length;
        const char *hex;
    } cases[] = {
        { "", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
        { NULL, 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
        { "abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
        { "a\0c", 3, "b179f49283f586ae1922b625af4017aecdf77e7ee175c0af675abea14252a666" },
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *hex = jw_sha256_hex(cases[i].data, cases[i].length);
        assert_string_equal(hex, cases[i].hex);
        assert_int_equal(strlen(hex), 64);
    }
}

static void
test_process_name(void **state)
{
    char name[JW_PROCESS_NAME_SIZE];
    g_autofree char *pid = g_strdup_printf("/%d", (int)getpid());

    (void)state;
    jw_process_name(name);
    assert_true(g_str_has_suffix(name, pid));
    assert_true(strlen(name) > strlen(pid));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_v7_layout),
        cmocka_unit_test(test_v7_ascends_within_a_millisecond),
        cmocka_unit_test(test_v7_unique_over_threads),
        cmocka_unit_test(test_derive),
        cmocka_unit_test(test_valid),
        cmocka_unit_test(test_random_bytes),
        cmocka_unit_test(test_random_unit),
        cmocka_unit_test(test_sha256),
        cmocka_unit_test(test_process_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
