/* test_schedule_forms.c: the API of scheduled jobs: what is said in more than one way, and rows of
 * one moment. */
#include "gwkit.h"

#include "jw/ident.h"
#include "jw/json_parts.h"
#include "jw/store_occurrences.h"

#include <string.h>

#define PATH "/api/v1alpha1/jobs"
#define JOB  "\"job\":" KIT_BODY

typedef GwKeyed Fixture;

static Answer
change(const Fixture *self, const char *method, const char *tail, const char *body)
{
    g_autofree char *path = g_strconcat(PATH, tail, NULL);

    return kit_ask_with_key(self->kit, self->key, method, path, body);
}

static Answer
ask(const Fixture *self, const char *method, const char *tail)
{
    return change(self, method, tail, NULL);
}

static void
assert_text(const Answer *answer, const char *path, const char *expected)
{
    if (g_strcmp0(answer_text(answer, path), expected) != 0) {
        fail_msg("%s is %s, not %s", path, answer_text(answer, path), expected);
    }
}

/* Many may be at one moment, such as runs that were asked for: a page ends between them. */
static void
test_occurrences_of_one_moment(void **state)
{
    const Fixture *self = *state;
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autofree char *after = g_strdup("");
    int pages = 0;

    g_auto(Answer) made =
        change(self, "PUT", "/a", "{\"trigger\":{\"type\":\"interval\",\"every\":\"1h\"}," JOB "}");
    assert_int_equal(made.status, 201);
    for (int i = 0; i < 10; i++) {
        JwOccurrence row = { .schedule_id = "a",
                             .due_ms = GW_NOW + 60000,
                             .decided_ms = GW_NOW + 60000,
                             .kind = JW_OCCURRENCE_RUN };
        JwCreate create = JW_CREATE_EXISTS;
        g_autoptr(GError) error = NULL;
        jw_uuid_v7(GW_NOW, row.id);
        assert_ok(jw_store_put_occurrence(self->kit->gw.store, &row, &create, &error), error);
    }
    while (after != NULL) {
        g_autofree char *tail = g_strconcat("/a/occurrences?limit=2", after, NULL);
        g_auto(Answer) page = ask(self, "GET", tail);
        assert_int_equal(page.status, 200);
        const json_t *row = NULL;
        size_t i = 0;
        json_array_foreach(answer_at(&page, "data.occurrences"), i, row)
        {
            assert_true(g_hash_table_add(seen, g_strdup(jw_json_text(row, "id"))));
        }
        const char *next = answer_text(&page, "data.next_after");
        g_free(after);
        after = next != NULL ? g_strconcat("&after=", next, NULL) : NULL;
        pages++;
    }
    assert_int_equal(pages, 5);
    assert_int_equal(g_hash_table_size(seen), 10);
    static const char *const wrong[] = { "x", "1", "1.", ".x",
                                         "-1.6d8261a4-0689-5701-8e73-8e17693fc440" };
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autofree char *tail = g_strconcat("/a/occurrences?after=", wrong[i], NULL);
        g_auto(Answer) answer = ask(self, "GET", tail);
        assert_int_equal(answer.status, 400);
        assert_text(&answer, "detail.errors.0.pointer", "/after");
    }
}

/* Two ways to say one thing have one digest. */
static void
test_digest_of_the_same(void **state)
{
    const Fixture *self = *state;
    static const struct {
        const char *cron, *more;
        bool same;
    } cases[] = {
        { "0 2 * * *", "", true },
        { "0  2 * *   *", "", true },
        { "0 2 * * *", "\"kind\":\"report\",", true },
        { "0 2 * * *", "\"priority\":\"normal\",", true },
        { "0 2 * * *", "\"priority\":\"high\",", false },
        { "0 2 * * 1", "", false },
    };
    g_autofree char *first = NULL;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *body =
            g_strdup_printf("{\"trigger\":{\"type\":\"cron\",\"cron\":\"%s\"},\"job\":{%s"
                            "\"name\":\"n\",\"reportType\":\"call-records\",\"parameters\":{},"
                            "\"output\":{\"format\":\"csv\"}}}",
                            cases[i].cron, cases[i].more);
        g_auto(Answer) put = change(self, "PUT", "/a", body);
        assert_int_equal(put.status, i == 0 ? 201 : 200);
        g_auto(Answer) shown = ask(self, "GET", "/a/definition");
        const char *digest = answer_text(&shown, "data.digest");
        if (first == NULL) {
            first = g_strdup(digest);
        }
        assert_int_equal(strcmp(digest, first) == 0, cases[i].same);
    }
}

/* The anchor that was named decides the rhythm, also where it is what it would be without. */
static void
test_another_start_leaves_a_named_anchor(void **state)
{
    const Fixture *self = *state;
    static const char both[] =
        "{\"trigger\":{\"type\":\"interval\",\"every\":\"1h\",\"anchor\":"
        "\"2026-01-13T00:10:00Z\"},\"start\":\"2026-01-13T00:10:00Z\"," JOB "}";
    static const char first[] = "{\"trigger\":{\"type\":\"interval\",\"every\":\"1h\",\"anchor\":"
                                "\"1970-01-01T00:00:00Z\"}," JOB "}";
    static const char later[] = "{\"start\":\"2026-01-14T00:30:00Z\"}";

    g_auto(Answer) made = change(self, "PUT", "/a", both);
    assert_text(&made, "data.job.trigger.anchor", "2026-01-13T00:10:00Z");
    g_auto(Answer) moved = change(self, "PATCH", "/a", later);
    assert_text(&moved, "data.job.next_run_time", "2026-01-14T01:10:00Z");
    g_auto(Answer) at_once = change(self, "PATCH", "/a", "{\"start\":null}");
    assert_text(&at_once, "data.job.next_run_time", "2026-01-13T02:10:00Z");
    assert_text(&at_once, "data.job.trigger.anchor", "2026-01-13T00:10:00Z");
    g_auto(Answer) of_1970 = change(self, "PUT", "/b", first);
    assert_text(&of_1970, "data.job.trigger.anchor", "1970-01-01T00:00:00Z");
    g_auto(Answer) still = change(self, "PATCH", "/b", later);
    assert_text(&still, "data.job.next_run_time", "2026-01-14T01:00:00Z");
    g_auto(Answer) unnamed = change(self, "PATCH", "/b", "{\"trigger\":{\"anchor\":null}}");
    assert_text(&unnamed, "data.job.next_run_time", "2026-01-14T00:30:00Z");
    assert_null(answer_at(&unnamed, "data.job.trigger.anchor"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_keyed_setup, kit_keyed_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_occurrences_of_one_moment),
        TEST(test_digest_of_the_same),
        TEST(test_another_start_leaves_a_named_anchor),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
