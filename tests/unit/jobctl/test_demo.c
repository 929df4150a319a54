/* test_demo.c: demo data: the same seed gives the same, and it has the shape of the real thing.
 */
#include "jc_fixture.h"

#include <string.h>

#include "demo/demo.h"
#include "jw/store_mem.h"
#include "jw/store_records.h"

#define HOUR_MS INT64_C(3600000)
#define DAY_MS  (24 * HOUR_MS)
#define UNTIL   "2026-11-18" /* a Wednesday */

typedef struct {
    GString *text; /* every record, printed */
    int64_t n, last_ms, first_ms;
    int64_t hours[24], days[7], talk_s, talks, waits[2], wait_n[2];
    GHashTable *statuses, *agents, *ids;
    int64_t half_end_ms;
} Seen;

static bool
note(const char *id, const JwValue *values, gpointer data, GError **error)
{
    Seen *seen = data;
    const int64_t time_ms = values[1].time_ms;
    const int hour = (int)(time_ms / HOUR_MS % 24);
    g_autofree char *status = g_strndup(values[5].text, values[5].length);
    const gint n = GPOINTER_TO_INT(g_hash_table_lookup(seen->statuses, status));

    (void)error;
    assert_true(g_hash_table_add(seen->ids, g_strdup(id)));
    assert_true(time_ms >= seen->last_ms);
    seen->last_ms = time_ms;
    seen->first_ms = seen->n == 0 ? time_ms : seen->first_ms;
    seen->n++;
    seen->hours[hour]++;
    seen->days[(time_ms / DAY_MS + 3) % 7]++;
    (void)g_hash_table_add(seen->agents, g_strndup(values[2].text, values[2].length));
    g_hash_table_insert(seen->statuses, g_steal_pointer(&status), GINT_TO_POINTER(n + 1));
    if (values[7].type == JW_VALUE_INT) {
        const int busy = hour == 10 ? 1 : 0;
        seen->talk_s += values[7].integer;
        seen->talks++;
        seen->waits[busy] += values[6].integer;
        seen->wait_n[busy]++;
    }
    if (seen->text != NULL) {
        g_string_append_printf(seen->text, "%s %" G_GINT64_FORMAT " %.*s %.*s %d %d %d\n", id,
                               time_ms, (int)values[2].length, values[2].text,
                               (int)values[5].length, values[5].text, (int)values[6].integer,
                               (int)values[7].integer, (int)values[9].integer);
    }
    return true;
}

static Seen
run(const JcDemo *demo, bool keep)
{
    g_autoptr(GError) error = NULL;
    Seen seen = { .statuses = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
                  .agents = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
                  .ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
                  .text = keep ? g_string_new(NULL) : NULL };

    assert_ok(jc_demo_run(demo, &jc_demo_calls, note, &seen, &error), error);
    return seen;
}

static void
clear(Seen *seen)
{
    g_hash_table_unref(seen->statuses);
    g_hash_table_unref(seen->agents);
    g_hash_table_unref(seen->ids);
    if (seen->text != NULL) {
        (void)g_string_free(seen->text, TRUE);
    }
}

static int64_t
until_ms(const char *text)
{
    int64_t time_ms = 0;
    assert_true(jw_time_parse(text, &time_ms, NULL));
    return time_ms;
}

static void
test_deterministic(void **state)
{
    JcDemo demo = {
        .rows = 3000, .weeks = 3, .seed = 7, .until_ms = until_ms("2026-11-18T10:00:00Z")
    };
    Seen one = run(&demo, true), two = run(&demo, true);

    (void)state;
    assert_string_equal(one.text->str, two.text->str);
    demo.seed = 8;
    Seen other = run(&demo, true);
    assert_string_not_equal(one.text->str, other.text->str);
    /* a week later: two weeks are the same, record by record */
    demo.seed = 7;
    demo.until_ms += 7 * DAY_MS;
    Seen later = run(&demo, true);
    const char *second_week = strstr(one.text->str, "D20261102-7-000001");
    assert_non_null(second_week);
    assert_true(g_str_has_prefix(later.text->str, second_week));
    clear(&one);
    clear(&two);
    clear(&other);
    clear(&later);
}

/* The generator's first numbers, so that no other machine or compiler generates other data
 * unnoticed.
 */
static void
test_generator(void **state)
{
    JcRandom random = { .state = { 1, 2, 3, 4 } };
    static const uint64_t expected[] = { UINT64_C(11520), 0, UINT64_C(1509978240),
                                         UINT64_C(1215971899390074240) }; /* of the authors' code */

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(expected); i++) {
        assert_true(jc_random_next(&random) == expected[i]);
    }
    jc_random_init(&random, 1, 2);
    const uint64_t first = jc_random_next(&random);
    jc_random_init(&random, 1, 3);
    assert_true(jc_random_next(&random) != first);
    for (int i = 0; i < 1000; i++) {
        const double real = jc_random_real(&random);
        assert_true(real >= 0 && real < 1);
        assert_true(jc_random_below(&random, 3) < 3);
    }
}

static void
test_span(void **state)
{
    const JcDemo demo = {
        .rows = 1000, .weeks = 4, .seed = 1, .until_ms = until_ms("2026-11-18T10:00:00Z")
    };
    Seen seen = run(&demo, false);

    (void)state;
    assert_int_equal(seen.n, 1000);
    assert_true(seen.first_ms >= until_ms("2026-10-19T08:00:00Z"));
    assert_true(seen.last_ms < until_ms("2026-11-16T00:00:00Z"));
    assert_true(seen.last_ms > until_ms("2026-11-15T08:00:00Z"));
    clear(&seen);
}

static int64_t
status_count(const Seen *seen, const char *status)
{
    return GPOINTER_TO_INT(g_hash_table_lookup(seen->statuses, status));
}

static void
test_shape(void **state)
{
    const JcDemo demo = {
        .rows = 40000, .weeks = 8, .seed = 3, .until_ms = until_ms("2026-11-18T10:00:00Z")
    };
    Seen seen = run(&demo, false);

    (void)state;
    for (int hour = 0; hour < 24; hour++) {
        assert_true((seen.hours[hour] > 0) == (hour >= 8 && hour < 20));
    }
    assert_true(seen.hours[12] * 10 < seen.hours[10] * 7); /* lunch */
    assert_true(seen.hours[14] * 10 > seen.hours[12] * 13);
    for (int day = 0; day < 5; day++) {
        assert_true(seen.days[day] > 2 * seen.days[5] && seen.days[5] > seen.days[6]);
    }
    const int64_t answered = status_count(&seen, "answered"),
                  missed = status_count(&seen, "missed"),
                  abandoned = status_count(&seen, "abandoned");
    assert_int_equal(answered + missed + abandoned, seen.n);
    assert_true(answered * 100 > seen.n * 78 && answered * 100 < seen.n * 92);
    assert_true(missed * 100 > seen.n * 3 && abandoned * 100 > seen.n * 3);
    assert_int_equal(seen.talks, answered);
    assert_true(seen.talk_s / seen.talks > 180 && seen.talk_s / seen.talks < 420);
    /* the busy hour waits longer */
    assert_true(seen.waits[1] / seen.wait_n[1] > seen.waits[0] / seen.wait_n[0]);
    assert_true(g_hash_table_size(seen.agents) >= 15);
    clear(&seen);
}

static void
test_command(void **state)
{
    JwStore *store = jw_store_mem_new();
    JcFixture *jc = jc_fixture_new(NULL, store);
    g_autofree char *calls = g_build_filename(jc->dir, "calls.csv", NULL);
    g_autofree char *learning = g_build_filename(jc->dir, "learning.csv", NULL);

    (void)state;
    assert_jobctl(jc, JC_EXIT_OK, "demo-data", "--rows", "2500", "--until", UNTIL);
    assert_string_equal(jc->out,
                        "call_records: 2,500 records from 2026-09-21 to 2026-11-15, 2,500 added, "
                        "seed 1\n");
    /* the CSV has what was put into the store: importing it adds nothing */
    assert_jobctl(jc, JC_EXIT_OK, "demo-data", "--rows", "2500", "--until", UNTIL, "--csv", calls);
    assert_jobctl(jc, JC_EXIT_OK, "import", "-m",
                  JW_SOURCE_DIR "/tools/jobctl/mappings/call-records-plain.json", calls);
    assert_contains(jc->out, "2,500 rows read, 0 added, 2,500 there already, 0 refused");
    assert_jobctl(jc, JC_EXIT_OK, "demo-data", "--rows", "700", "--until", UNTIL, "--report",
                  "learning-activity", "--csv", learning);
    assert_jobctl(jc, JC_EXIT_OK, "import", "-m",
                  JW_SOURCE_DIR "/schemas/mappings/learning-activity.json", learning);
    assert_contains(jc->out,
                    "learning_events: 700 rows read, 700 added, 0 there already, 0 refused");
    assert_jobctl(jc, JC_EXIT_OK, "demo-data", "-r", "learning-activity", "-n", "700", "-u", UNTIL);
    assert_contains(jc->out, "700 records from 2026-09-21 to 2026-11-15, 0 added");
    assert_jobctl(jc, JC_EXIT_USAGE, "demo-data", "--report", "weather");
    assert_jobctl(jc, JC_EXIT_USAGE, "demo-data", "--until", "soon");
    assert_jobctl(jc, JC_EXIT_USAGE, "demo-data", "--rows", "0");
    jc_fixture_free(jc);
    jw_store_free(store);
}

/* The weeks of another size have other records under the same ids: they are not mixed. */
static void
test_other_sizes(void **state)
{
    JwStore *store = jw_store_mem_new();
    JcFixture *jc = jc_fixture_new(NULL, store);

    (void)state;
    assert_jobctl(jc, JC_EXIT_OK, "demo-data", "-n", "800", "-u", UNTIL);
    assert_jobctl(jc, JC_EXIT_FAILED, "demo-data", "-n", "900", "-u", UNTIL);
    assert_contains(jc->err, "of these records are in call_records with other values, from a run "
                             "with other --rows or --weeks; nothing was loaded. Take those, "
                             "another --seed, or --drop\n");
    assert_int_equal(jc_fixture_count(store, "call_records", NULL, NULL), 800);
    assert_jobctl(jc, JC_EXIT_OK, "demo-data", "-n", "900", "-u", UNTIL, "--drop");
    assert_int_equal(jc_fixture_count(store, "call_records", NULL, NULL), 900);
    jc_fixture_free(jc);
    jw_store_free(store);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_deterministic), cmocka_unit_test(test_generator),
        cmocka_unit_test(test_span),          cmocka_unit_test(test_shape),
        cmocka_unit_test(test_command),       cmocka_unit_test(test_other_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
