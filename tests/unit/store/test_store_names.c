/* test_store_names.c: no definition, mapping or schedule reads or writes a collection of Jobwire
 * itself: what the store has is what the checks refuse, in C and in the schemas. */
#include "db/db.h"
#include "jw/json.h"
#include "jw/text.h"
#include "testkit.h"

#include <string.h>

#define JW_DB_INDEX_TABLE(id) extern const JwDbIndex jw_db_indexes_##id[];
#include "index_tables.inc"
#undef JW_DB_INDEX_TABLE
#define JW_DB_INDEX_TABLE(id) jw_db_indexes_##id,
static const JwDbIndex *const tables[] = {
#include "index_tables.inc"
};

static void
test_every_collection_is_refused(void **state)
{
    (void)state;
    assert_true(G_N_ELEMENTS(tables) > 9);
    for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
        g_autofree char *fault = jw_check_collection(tables[i][0].collection);
        if (fault == NULL) {
            fail_msg("'%s' is not refused", tables[i][0].collection);
        }
    }
    g_autofree char *other = jw_check_collection("apikeys_of_others");
    assert_null(other);
}

/* The schemas have the same names, as one pattern. */
static void
test_every_collection_is_in_the_schemas(void **state)
{
    static const char *const schemas[] = { "report-definition.v1.json", "mapping.v1.json",
                                           "common/schedule.v1.json" };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(schemas); i++) {
        g_autofree char *path = g_strconcat(JW_SOURCE_DIR "/schemas/", schemas[i], NULL);
        g_autoptr(GError) error = NULL;
        size_t length = 0;
        g_autofree char *text = jw_file_read(path, 4 * 1024 * 1024, &length, &error);
        assert_ok(text != NULL, error);
        const char *names = strstr(text, "\"^(?!(jobs|");
        assert_non_null(names);
        g_autofree char *pattern = g_strndup(names, strcspn(names, "$"));
        for (size_t k = 0; k < G_N_ELEMENTS(tables); k++) {
            const char *name = tables[k][0].collection;
            g_autofree char *part = g_strconcat("|", name, "|", NULL);
            const bool plain =
                strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(name);
            if (plain && strcmp(name, "jobs") != 0 && strstr(pattern, part) == NULL) {
                fail_msg("%s does not refuse '%s'", schemas[i], name);
            }
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_collection_is_refused),
        cmocka_unit_test(test_every_collection_is_in_the_schemas),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
