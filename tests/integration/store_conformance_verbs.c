/* store_conformance_verbs.c: the verbs of the store's port over documents, and the MongoDB subset
 * that repositories may use: each operator of filters and updates, the order of values,
 * projections. What a server answers, the adapter in memory must answer as well. */
#include "store_conformance.h"
#include "db/db.h"

#define SCRATCH "scratch"

static bson_t *
from_json(const char *json)
{
    bson_error_t cause = { 0 };
    bson_t *document = bson_new_from_json((const uint8_t *)json, -1, &cause);

    if (document == NULL) {
        print_error("%s: %s\n", json, cause.message);
    }
    assert_non_null(document);
    return document;
}

static void
insert(JwStore *store, const char *json)
{
    g_autoptr(GError) error = NULL;
    JwCreate create = JW_CREATE_EXISTS;

    assert_ok(jw_db_insert_one(store, SCRATCH, from_json(json), &create, &error), error);
    assert_int_equal(create, JW_CREATE_NEW);
}

static void
insert_some(JwStore *store)
{
    static const char *const documents[] = {
        "{\"_id\":\"a\",\"n\":1,\"s\":\"x\",\"t\":{\"$date\":1000},\"flag\":true,\"tags\":[\"p\","
        "\"q\"],\"in\":{\"deep\":1,\"else\":9},\"box\":[{\"id\":\"e1\",\"at\":{\"$date\":5}},"
        "{\"id\":\"e2\",\"at\":{\"$date\":9}}]}",
        "{\"_id\":\"b\",\"n\":{\"$numberLong\":\"2\"},\"s\":\"y\",\"t\":{\"$date\":2000},\"flag\":"
        "false,\"tags\":[],\"in\":{\"deep\":2},\"box\":[]}",
        "{\"_id\":\"c\",\"n\":3.5,\"s\":null,\"tags\":[\"q\"],\"box\":[{\"id\":\"e3\",\"at\":"
        "{\"$date\":1}},{\"id\":\"e4\",\"at\":{\"$date\":20}}]}",
        "{\"_id\":\"d\",\"s\":\"z\",\"t\":null,\"tags\":\"q\"}",
        "{\"_id\":\"e\",\"n\":\"text\",\"t\":{\"$date\":-5},\"tags\":[\"r\",\"s\"],\"times\":"
        "[{\"$date\":-3},{\"$date\":7}]}",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(documents); i++) {
        insert(store, documents[i]);
    }
}

static bool
note_id(const bson_t *document, gpointer found, GError **error)
{
    bson_iter_t iter;

    (void)error;
    assert_true(bson_iter_init_find(&iter, document, "_id"));
    g_string_append(found, bson_iter_utf8(&iter, NULL));
    return true;
}

/* Reports each wrong one of a table; the test fails at its end. */
static int
differs(const char *what, const char *got, const char *expected)
{
    if (g_strcmp0(got, expected) == 0) {
        return 0;
    }
    print_error("%s: expected '%s', got '%s'\n", what, expected, got);
    return 1;
}

static int
find_differs(JwStore *store, const char *filter_json, const char *opts_json, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) found = g_string_new(NULL);
    g_autoptr(bson_t) filter = from_json(filter_json);
    g_autoptr(bson_t) opts = from_json(opts_json);
    int64_t count = -1;

    assert_ok(jw_db_find(store, SCRATCH, filter, opts, note_id, found, &error), error);
    assert_ok(jw_db_count(store, SCRATCH, filter, 0, &count, &error), error);
    return differs(filter_json, found->str, expected)
           + (strstr(opts_json, "limit") == NULL && count != (int64_t)found->len ? 1 : 0);
}

static const struct {
    const char *filter, *ids;
} filter_cases[] = {
    { "{}", "abcde" },
    { "{\"_id\":\"b\"}", "b" },
    { "{\"_id\":\"b\",\"n\":1}", "" },
    { "{\"_id\":{\"$in\":[\"a\",\"e\",\"zz\"]}}", "ae" },
    { "{\"n\":2}", "b" }, /* integers of both sizes and reals are numbers alike */
    { "{\"n\":{\"$gt\":1}}", "bc" },
    { "{\"n\":{\"$gte\":{\"$numberLong\":\"1\"},\"$lt\":3}}", "ab" },
    { "{\"n\":{\"$lte\":\"text\"}}", "e" }, /* only values of one type are less or greater */
    { "{\"s\":{\"$gt\":\"\"}}", "abd" },
    { "{\"s\":null}", "ce" }, /* null, or not there */
    { "{\"s\":{\"$ne\":null}}", "abd" },
    { "{\"s\":{\"$nin\":[\"x\",\"z\"]}}", "bce" },
    { "{\"t\":{\"$date\":1000}}", "a" },
    { "{\"t\":{\"$lte\":{\"$date\":1000}}}", "ae" },
    { "{\"t\":{\"$not\":{\"$gte\":{\"$date\":0}}}}", "cde" },
    { "{\"t\":{\"$not\":{\"$gt\":{\"$date\":0},\"$lte\":{\"$date\":1500}}}}", "bcde" },
    { "{\"flag\":true}", "a" },
    { "{\"flag\":{\"$ne\":true}}", "bcde" },
    { "{\"flag\":{\"$eq\":true,\"$ne\":false}}", "a" },
    { "{\"flag\":{\"$eq\":true,\"$ne\":true}}", "" },
    { "{\"tags\":\"q\"}", "acd" }, /* an array, or the value itself */
    { "{\"tags\":{\"$in\":[\"p\",\"r\"]}}", "ae" },
    { "{\"tags\":{\"$nin\":[\"p\",\"q\"]}}", "be" },
    { "{\"tags\":{\"$elemMatch\":{\"$nin\":[\"p\",\"s\"]}}}", "ace" },
    { "{\"tags\":{\"$in\":[\"q\"],\"$not\":{\"$elemMatch\":{\"$nin\":[\"q\"]}}}}", "cd" },
    { "{\"times\":{\"$gte\":{\"$date\":-62135596800000}}}", "e" },
    { "{\"times\":{\"$gt\":{\"$date\":7}}}", "" },
    { "{\"s\":{\"$eq\":null}}", "ce" },
    { "{\"s\":{\"$ne\":null,\"$regex\":\"^[xX]$\"}}", "a" },
    { "{\"n\":{\"$ne\":null,\"$regex\":\"EX\"}}", "" },
    { "{\"n\":{\"$ne\":null,\"$regex\":\"[Ee]x\"}}", "e" },  /* of texts only */
    { "{\"tags\":{\"$ne\":null,\"$regex\":\"q\"}}", "acd" }, /* an item, or the value */
    { "{\"n\":{\"$lte\":{\"$numberDouble\":\"Infinity\"}}}", "abc" },
    { "{\"in.deep\":2}", "b" },
    { "{\"in.deep\":{\"$ne\":1}}", "bcde" },
    { "{\"in.deep\":null}", "cde" },
    { "{\"box.id\":\"e2\"}", "a" },
    { "{\"box.at\":{\"$lt\":{\"$date\":5}}}", "c" },
    { "{\"box.at\":{\"$gt\":{\"$date\":5}}}", "ac" },
    { "{\"box\":{\"$not\":{\"$elemMatch\":{\"at\":{\"$gt\":{\"$date\":0}}}}}}",
      "bde" }, /* no item */
    { "{\"flag\":{\"$in\":[true,false]}}", "ab" },
    { "{\"$or\":[{\"_id\":\"a\"},{\"n\":2}]}", "ab" },
    { "{\"$and\":[{\"tags\":\"q\"},{\"n\":{\"$gt\":1}}]}", "c" },
    { "{\"s\":\"z\",\"$or\":[{\"n\":1},{\"tags\":\"q\"}]}", "d" },
    { "{\"$or\":[{\"t\":{\"$gt\":{\"$date\":1000}}},{\"t\":{\"$date\":1000},\"_id\":{\"$gt\":"
      "\"A\"}}]}",
      "ab" },
};

static void
finds_by_every_operator(JwStore *store)
{
    int wrong = 0;

    insert_some(store);
    for (size_t i = 0; i < G_N_ELEMENTS(filter_cases); i++) {
        wrong += find_differs(store, filter_cases[i].filter, "{\"sort\":{\"_id\":1}}",
                              filter_cases[i].ids);
    }
    assert_int_equal(wrong, 0);
}

static void
sorts_values_of_all_types(JwStore *store)
{
    static const struct {
        const char *filter, *opts, *ids;
    } cases[] = {
        { "{}", "{\"sort\":{\"n\":1,\"_id\":1}}", "dabce" },
        { "{}", "{\"sort\":{\"n\":-1,\"_id\":-1}}", "ecbad" },
        { "{}", "{\"sort\":{\"t\":1,\"_id\":1}}", "cdeab" },
        { "{}", "{\"sort\":{\"t\":1,\"_id\":-1}}", "dceab" },
        { "{}", "{\"sort\":{\"s\":1,\"_id\":1}}", "ceabd" },
        { "{}", "{\"sort\":{\"flag\":1,\"_id\":1}}", "cdeba" },
        { "{}", "{\"sort\":{\"in.deep\":-1,\"_id\":1}}", "bacde" },
        /* an array by its least value, or by its greatest */
        { "{\"box.at\":{\"$gt\":{\"$date\":0}}}", "{\"sort\":{\"box.at\":1,\"_id\":1}}", "ca" },
        { "{\"box.at\":{\"$gt\":{\"$date\":0}}}", "{\"sort\":{\"box.at\":-1,\"_id\":-1}}", "ca" },
        { "{}", "{\"sort\":{\"_id\":-1},\"skip\":1,\"limit\":2}", "dc" },
        { "{}", "{\"sort\":{\"_id\":1},\"skip\":{\"$numberLong\":\"4\"},\"limit\":9}", "e" },
        { "{}", "{\"sort\":{\"_id\":1},\"skip\":9,\"limit\":9}", "" },
        { "{\"n\":{\"$lt\":3}}", "{\"sort\":{\"n\":-1},\"limit\":1,\"batchSize\":7}", "b" },
    };
    int wrong = 0;

    insert_some(store);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        wrong += find_differs(store, cases[i].filter, cases[i].opts, cases[i].ids);
    }
    assert_int_equal(wrong, 0);
}

static bool
take_json(const bson_t *document, gpointer json, GError **error)
{
    g_autoptr(JwBsonStr) text = bson_as_canonical_extended_json(document, NULL);

    (void)error;
    g_free(*(char **)json);
    *(char **)json = g_strdup(text);
    return true;
}

static char *
canonical(const char *json)
{
    g_autoptr(bson_t) document = from_json(json);
    char *text = NULL;

    (void)take_json(document, &text, NULL);
    return text;
}

static void
updates_by_every_operator(JwStore *store)
{
    static const struct {
        const char *before, *update, *after;
    } cases[] = {
        { "\"a\":1", "{\"$set\":{\"a\":\"x\",\"p.q\":true,\"z\":null}}",
          "\"a\":\"x\",\"p\":{\"q\":true},\"z\":null" },
        { "\"p\":{\"q\":1,\"r\":2},\"s\":3", "{\"$set\":{\"p.q\":{\"$date\":5}}}",
          "\"p\":{\"q\":{\"$date\":5},\"r\":2},\"s\":3" },
        { "\"p\":{\"q\":1}", "{\"$set\":{\"p\":{\"r\":2}}}", "\"p\":{\"r\":2}" },
        { "\"a\":1,\"b\":2,\"p\":{\"q\":1,\"r\":2}", "{\"$unset\":{\"a\":1,\"c\":1,\"p.q\":1}}",
          "\"b\":2,\"p\":{\"r\":2}" },
        { "\"a\":1,\"b\":{\"$numberLong\":\"1\"}",
          "{\"$inc\":{\"a\":2,\"b\":{\"$numberLong\":\"-3\"},\"c\":7}}",
          "\"a\":3,\"b\":{\"$numberLong\":\"-2\"},\"c\":7" },
        { "\"a\":[1]", "{\"$push\":{\"a\":{\"$each\":[2,{\"b\":3}]}}}", "\"a\":[1,2,{\"b\":3}]" },
        { "\"b\":1", "{\"$push\":{\"c\":{\"$each\":[{\"$date\":-2}]}}}",
          "\"b\":1,\"c\":[{\"$date\":-2}]" },
        { "\"a\":[{\"$date\":-2},{\"$date\":2},{\"$date\":-2}]",
          "{\"$pull\":{\"a\":{\"$date\":-2}}}", "\"a\":[{\"$date\":2}]" },
        { "\"a\":[{\"id\":\"x\"},{\"id\":\"y\",\"b\":1},{\"c\":2}]",
          "{\"$pull\":{\"a\":{\"id\":{\"$in\":[\"y\",\"z\"]}}}}",
          "\"a\":[{\"id\":\"x\"},{\"c\":2}]" },
        { "\"b\":1", "{\"$pull\":{\"a\":{\"id\":{\"$in\":[\"y\"]}}}}", "\"b\":1" },
        { "\"state\":\"old\",\"token\":{\"$numberLong\":\"7\"},\"why\":\"x\",\"progress\":"
          "{\"percent\":4,\"done\":5},\"box\":[]",
          "{\"$set\":{\"state\":\"new\",\"progress.percent\":100},\"$inc\":{\"token\":"
          "{\"$numberLong\":\"1\"}},\"$unset\":{\"why\":1},\"$push\":{\"box\":{\"$each\":[{\"id\":"
          "\"e\"}]}}}",
          "\"state\":\"new\",\"token\":{\"$numberLong\":\"8\"},\"progress\":{\"percent\":100,"
          "\"done\":5},\"box\":[{\"id\":\"e\"}]" },
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(bson_t) filter = from_json("{\"_id\":\"u\"}");
    int wrong = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *before = g_strdup_printf("{\"_id\":\"u\",%s}", cases[i].before);
        g_autofree char *after = g_strdup_printf("{\"_id\":\"u\",%s}", cases[i].after);
        g_autofree char *expected = canonical(after);
        g_autofree char *got = NULL;
        g_autoptr(bson_t) update = from_json(cases[i].update);
        JwCas cas = JW_CAS_LOST;

        assert_ok(jw_db_remove(store, SCRATCH, "_id", "u", &error), error);
        insert(store, before);
        assert_ok(jw_db_modify(store, SCRATCH, filter, update, NULL, &cas, take_json, &got, &error),
                  error);
        assert_int_equal(cas, JW_CAS_WON);
        wrong += differs(cases[i].update, got, expected);
    }
    assert_int_equal(wrong, 0);
}

static void
projects_fields(JwStore *store)
{
    static const struct {
        const char *fields, *expected;
    } cases[] = {
        { "{\"s\":1,\"nothing\":1}", "{\"_id\":\"a\",\"s\":\"x\"}" },
        { "{\"in.deep\":1}", "{\"_id\":\"a\",\"in\":{\"deep\":1}}" },
        { "{\"in.deep\":1,\"_id\":0}", "{\"in\":{\"deep\":1}}" },
        { "{\"tags\":1}", "{\"_id\":\"a\",\"tags\":[\"p\",\"q\"]}" },
        { "{\"s.deeper\":1}", "{\"_id\":\"a\"}" },
        { "{\"_id\":1}", "{\"_id\":\"a\"}" },
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(bson_t) filter = from_json("{\"_id\":\"a\"}");
    g_autoptr(bson_t) same = from_json("{\"$set\":{\"n\":1}}");
    int wrong = 0;

    insert_some(store);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *opts_json = g_strdup_printf("{\"projection\":%s}", cases[i].fields);
        g_autofree char *expected = canonical(cases[i].expected);
        g_autofree char *found = NULL, *modified = NULL;
        g_autoptr(bson_t) opts = from_json(opts_json);
        g_autoptr(bson_t) fields = from_json(cases[i].fields);
        JwCas cas = JW_CAS_LOST;

        assert_ok(jw_db_find(store, SCRATCH, filter, opts, take_json, &found, &error), error);
        assert_ok(
            jw_db_modify(store, SCRATCH, filter, same, fields, &cas, take_json, &modified, &error),
            error);
        wrong += differs(cases[i].fields, found, expected);
        wrong += differs(cases[i].fields, modified, expected);
    }
    assert_int_equal(wrong, 0);
}

static void
answers_for_each_document_of_an_insert(JwStore *store)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) documents = jw_db_documents(4);
    g_autoptr(GPtrArray) broken = jw_db_documents(1);
    JwCreate creates[4] = { JW_CREATE_EXISTS };
    int64_t count = 0;

    insert(store, "{\"_id\":\"b\",\"n\":1}");
    for (size_t i = 0; i < 4; i++) {
        const char id[] = { "abca"[i], '\0' };
        g_ptr_array_add(documents, BCON_NEW("_id", BCON_UTF8(id), "n", BCON_INT32(2)));
    }
    assert_ok(jw_db_insert(store, SCRATCH, documents, creates, &error), error);
    assert_int_equal(creates[0], JW_CREATE_NEW);
    assert_int_equal(creates[1], JW_CREATE_EXISTS);
    assert_int_equal(creates[2], JW_CREATE_NEW);
    assert_int_equal(creates[3], JW_CREATE_EXISTS); /* twice in one insert */
    g_autoptr(bson_t) old = from_json("{\"n\":1}");
    assert_ok(jw_db_count(store, SCRATCH, old, 0, &count, &error), error);
    assert_int_equal(count, 1); /* what exists is left as it is */
    assert_ok(jw_db_count(store, SCRATCH, NULL, 0, &count, &error), error);
    assert_int_equal(count, 3);
    g_ptr_array_add(broken,
                    BCON_NEW("_id", BCON_UTF8("z"), "in", "{", "s", BCON_UTF8("\xff"), "}"));
    assert_false(jw_db_insert(store, SCRATCH, broken, creates, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "*UTF-8*");
}

static void
add_update(GPtrArray *updates, bool many, const char *filter_json, const char *update_json)
{
    JwDbUpdate *one = jw_db_add_update(updates, many);

    bson_destroy(one->filter);
    bson_destroy(one->update);
    one->filter = from_json(filter_json);
    one->update = from_json(update_json);
}

/* One of several that match, all of them, none; each whatever becomes of the others. */
static void
updates_each(JwStore *store)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) updates = jw_db_updates(), broken = jw_db_updates();
    int64_t matched = -1;

    insert_some(store);
    add_update(updates, false, "{\"_id\":\"b\"}", "{\"$set\":{\"mark\":\"one\"}}");
    add_update(updates, false, "{\"_id\":\"nobody\"}", "{\"$set\":{\"mark\":\"one\"}}");
    add_update(updates, true, "{\"tags\":\"q\"}", "{\"$set\":{\"mark\":\"many\"}}");
    add_update(updates, false, "{\"_id\":\"e\",\"tags\":\"r\"}", "{\"$pull\":{\"tags\":\"r\"}}");
    for (int twice = 0; twice < 2; twice++) {
        assert_ok(jw_db_update_each(store, SCRATCH, updates, &matched, &error), error);
        assert_int_equal(matched, twice == 0 ? 5 : 4); /* although nothing changes */
        assert_int_equal(find_differs(store, "{\"mark\":\"one\"}", "{\"sort\":{\"_id\":1}}", "b"),
                         0);
        assert_int_equal(
            find_differs(store, "{\"mark\":\"many\"}", "{\"sort\":{\"_id\":1}}", "acd"), 0);
        assert_int_equal(find_differs(store, "{\"tags\":\"r\"}", "{}", ""), 0);
    }
    JwDbUpdate *bad = jw_db_add_update(broken, false);
    BSON_APPEND_UTF8(bad->filter, "_id", "a");
    BCON_APPEND(bad->update, "$set", "{", "mark", BCON_UTF8("\xff"), "}");
    assert_false(jw_db_update_each(store, SCRATCH, broken, &matched, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "*UTF-8*");
}

static void
updates_removes_and_counts_many(JwStore *store)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(bson_t) all = bson_new();
    g_autoptr(bson_t) tagged = from_json("{\"tags\":\"q\"}");
    g_autoptr(bson_t) none = from_json("{\"tags\":\"nobody\"}");
    g_autoptr(bson_t) update = from_json("{\"$set\":{\"mark\":\"m\"}}");
    JwCas cas = JW_CAS_WON;
    int64_t count = 0, matched = -1;

    insert_some(store);
    assert_ok(jw_db_update_many(store, SCRATCH, tagged, update, &matched, &error), error);
    assert_int_equal(matched, 3);
    assert_ok(jw_db_update_many(store, SCRATCH, tagged, update, &matched, &error), error);
    assert_int_equal(matched, 3); /* although nothing changes */
    assert_ok(jw_db_update_many(store, SCRATCH, none, update, &matched, &error), error);
    assert_int_equal(matched, 0);
    assert_int_equal(find_differs(store, "{\"mark\":\"m\"}", "{\"sort\":{\"_id\":1}}", "acd"), 0);
    assert_ok(jw_db_update(store, SCRATCH, none, update, &cas, &error), error);
    assert_int_equal(cas, JW_CAS_LOST);
    cas = JW_CAS_WON;
    assert_ok(jw_db_modify(store, SCRATCH, none, update, NULL, &cas, NULL, NULL, &error), error);
    assert_int_equal(cas, JW_CAS_LOST);
    assert_ok(jw_db_update(store, SCRATCH, tagged, update, &cas, &error), error);
    assert_int_equal(cas, JW_CAS_WON); /* although nothing changes */
    assert_ok(jw_db_count(store, SCRATCH, all, 2, &count, &error), error);
    assert_int_equal(count, 2);
    assert_ok(jw_db_remove(store, SCRATCH, "mark", "m", &error), error);
    assert_ok(jw_db_remove(store, SCRATCH, "mark", "m", &error), error);
    assert_int_equal(find_differs(store, "{}", "{\"sort\":{\"_id\":1}}", "be"), 0);
}

const ScCase sc_verb_cases[] = {
    { "finds_by_every_operator", finds_by_every_operator },
    { "sorts_values_of_all_types", sorts_values_of_all_types },
    { "updates_by_every_operator", updates_by_every_operator },
    { "projects_fields", projects_fields },
    { "answers_for_each_document_of_an_insert", answers_for_each_document_of_an_insert },
    { "updates_each", updates_each },
    { "updates_removes_and_counts_many", updates_removes_and_counts_many },
    { NULL, NULL },
};
