/* test_crew.c: many steps on several threads: each is done once, and all are done at the end. */
#include "testkit.h"
#include "crew.h"
#include "jw/sync.h"

#define MANY 1000

typedef struct {
    JwMutex mutex;
    JwCond changed;
    guint times[MANY];
    guint waiting, meet; /* steps that wait until so many are under way at once */
} Steps;

static void
note(gpointer data, guint index)
{
    Steps *self = data;
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    self->times[index]++;
}

static void
meet(gpointer data, guint index)
{
    Steps *self = data;
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    self->times[index]++;
    self->waiting++;
    jw_cond_broadcast(&self->changed);
    while (self->waiting < self->meet) {
        jw_cond_wait(&self->changed, &self->mutex);
    }
}

static Steps *
steps_new(guint meet_at)
{
    Steps *self = g_new0(Steps, 1);

    jw_mutex_init(&self->mutex);
    jw_cond_init(&self->changed);
    self->meet = meet_at;
    return self;
}

/* Frees it. */
static void
assert_each_once(Steps *self, guint n)
{
    for (guint i = 0; i < MANY; i++) {
        assert_int_equal(self->times[i], i < n ? 1 : 0);
    }
    jw_cond_clear(&self->changed);
    jw_mutex_clear(&self->mutex);
    g_free(self);
}

static void
test_each_once(void **state G_GNUC_UNUSED)
{
    static const guint numbers[] = { 0, 1, 2, 7, 8, 9, MANY };
    SchCrew *crew = sch_crew_new(7);

    for (int round = 0; round < 50; round++) {
        for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
            Steps *steps = steps_new(0);

            sch_crew_each(crew, numbers[i], note, steps);
            assert_each_once(steps, numbers[i]);
        }
    }
    sch_crew_free(crew);
}

/* Each of eight waits for the others, so they are under way at once. */
static void
test_side_by_side(void **state G_GNUC_UNUSED)
{
    SchCrew *crew = sch_crew_new(7);
    Steps *steps = steps_new(8);

    sch_crew_each(crew, 8, meet, steps);
    assert_each_once(steps, 8);
    sch_crew_free(crew);
}

static void
test_without_threads(void **state G_GNUC_UNUSED)
{
    SchCrew *nobody = sch_crew_new(0);
    Steps *one = steps_new(0), *other = steps_new(0);

    sch_crew_each(nobody, 20, note, one);
    assert_each_once(one, 20);
    sch_crew_each(NULL, 20, note, other);
    assert_each_once(other, 20);
    sch_crew_free(nobody);
    sch_crew_free(NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_once),
        cmocka_unit_test(test_side_by_side),
        cmocka_unit_test(test_without_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
