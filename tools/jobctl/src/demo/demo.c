/* demo/demo.c: when the records of demo data happen; their content is up to each kind. One thread,
 * constant memory. A week is cut into quarters of an hour, each with a weight: hour of the day, day
 * of the week, and some luck. The records are spread over the sum of the weights in order, so they
 * come out sorted without being kept. */
#include "demo/demo.h"

#include <math.h>
#include <string.h>

#define DAY_MS      INT64_C(86400000)
#define WEEK_MS     (7 * DAY_MS)
#define SLOTS_A_DAY 96u
#define SLOTS       (7u * SLOTS_A_DAY)
#define SLOT_MS     (DAY_MS / (int64_t)SLOTS_A_DAY)

typedef struct {
    double weight[SLOTS], load[SLOTS];
    double total;
} Plan;

static const JcDemoKind *const kinds[] = { &jc_demo_calls, &jc_demo_learning };

const JcDemoKind *
jc_demo_find(const char *report)
{
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (strcmp(kinds[i]->report, report) == 0) {
            return kinds[i];
        }
    }
    return NULL;
}

void
jc_demo_text(JwValue *value, const char *text)
{
    value->type = JW_VALUE_TEXT;
    value->text = text;
    value->length = strlen(text);
}

void
jc_demo_int(JwValue *value, double number, double min, double max)
{
    value->type = JW_VALUE_INT;
    value->integer = (int64_t)floor(CLAMP(number, min, max) + 0.5);
}

/* The Monday, 00:00 UTC, on or before. 1970-01-01 was a Thursday. */
static int64_t
monday_before(int64_t time_ms)
{
    const int64_t shifted = time_ms + 3 * DAY_MS;
    return shifted - ((shifted % WEEK_MS) + WEEK_MS) % WEEK_MS - 3 * DAY_MS;
}

void
jc_demo_span(const JcDemo *demo, int64_t *ret_start_ms, int64_t *ret_end_ms)
{
    *ret_end_ms = monday_before(demo->until_ms);
    *ret_start_ms = *ret_end_ms - demo->weeks * WEEK_MS;
}

static double
weight_at(const JcDemoKind *kind, double hour)
{
    for (size_t i = 1; i < kind->n_hours; i++) {
        const double *left = kind->hours[i - 1], *right = kind->hours[i];
        if (hour >= left[0] && hour < right[0]) {
            return left[1] + (right[1] - left[1]) * (hour - left[0]) / (right[0] - left[0]);
        }
    }
    return 0;
}

static void
plan_week(Plan *plan, const JcDemoKind *kind, JcRandom *random)
{
    plan->total = 0;
    for (size_t day = 0; day < 7; day++) {
        const double luck = exp(0.06 * jc_random_normal(random));
        for (size_t i = 0; i < SLOTS_A_DAY; i++) {
            const double noise = luck * exp(0.10 * jc_random_normal(random));
            const double shape =
                weight_at(kind, ((double)i + 0.5) * 24.0 / (double)SLOTS_A_DAY) * noise;
            const size_t slot = day * SLOTS_A_DAY + i;
            plan->weight[slot] = shape * kind->day_weights[day];
            plan->load[slot] = shape * (day == 0 ? 1.12 : 1.0) / kind->staff;
            plan->total += plan->weight[slot];
        }
    }
}

typedef struct {
    const JcDemo *demo;
    const JcDemoKind *kind;
    JcDemoFunc each;
    gpointer data;
    GString *id, *text;
    char day[16]; /* of the week's Monday, "20261109" */
} Run;

static bool
make_record(const Run *run, JcDemoCall *call, int64_t number, GError **error)
{
    JwValue values[JC_DEMO_FIELDS_MAX] = { 0 };

    g_string_printf(run->id, "D%s-%" G_GUINT64_FORMAT "-%06" G_GINT64_FORMAT, run->day,
                    run->demo->seed, number);
    call->id = run->id->str;
    jc_demo_text(&values[0], call->id);
    values[1] = (JwValue){ .type = JW_VALUE_TIME, .time_ms = call->time_ms };
    run->kind->create(call, values);
    return run->each(call->id, values, run->data, error);
}

static bool
make_week(Run *run, int64_t start_ms, int64_t rows, GError **error)
{
    JcRandom random;
    g_autofree Plan *plan = g_new0(Plan, 1);
    g_autoptr(GDateTime) monday = g_date_time_new_from_unix_utc(start_ms / 1000);
    double before = 0;
    size_t slot = 0;

    g_snprintf(run->day, sizeof run->day, "%04d%02d%02d", g_date_time_get_year(monday),
               g_date_time_get_month(monday), g_date_time_get_day_of_month(monday));
    jc_random_init(&random, run->demo->seed, (uint64_t)(start_ms / DAY_MS));
    plan_week(plan, run->kind, &random);
    for (int64_t i = 0; i < rows; i++) {
        const double at = ((double)i + jc_random_real(&random)) / (double)rows * plan->total;
        while (slot + 1 < SLOTS && before + plan->weight[slot] <= at) {
            before += plan->weight[slot];
            slot++;
        }
        const double part =
            plan->weight[slot] > 0 ? CLAMP((at - before) / plan->weight[slot], 0.0, 0.999999) : 0;
        const int64_t offset_ms = (int64_t)slot * SLOT_MS + (int64_t)(part * (double)SLOT_MS);
        JcDemoCall call = {
            .seed = run->demo->seed,
            .week_rows = rows,
            .random = &random,
            .time_ms = start_ms + offset_ms / 1000 * 1000,
            .weekday = (int)(slot / SLOTS_A_DAY),
            .hour = (double)(offset_ms % DAY_MS) / 3600000.0,
            .load = plan->load[slot],
            .text = run->text,
        };
        if (!make_record(run, &call, i + 1, error)) {
            return false;
        }
    }
    return true;
}

bool
jc_demo_run(const JcDemo *demo, const JcDemoKind *kind, JcDemoFunc each, gpointer data,
            GError **error)
{
    g_return_val_if_fail(demo != NULL && kind != NULL && each != NULL && demo->weeks > 0, false);
    g_autoptr(GString) id = g_string_new(NULL);
    g_autoptr(GString) text = g_string_new(NULL);
    Run run = { .demo = demo, .kind = kind, .each = each, .data = data, .id = id, .text = text };
    const int64_t left_over = demo->rows % demo->weeks;
    int64_t start_ms = 0, end_ms = 0;

    jc_demo_span(demo, &start_ms, &end_ms);
    for (int64_t week = 0; week < demo->weeks; week++) {
        const int64_t rows = demo->rows / demo->weeks + (week >= demo->weeks - left_over ? 1 : 0);
        if (!make_week(&run, start_ms + week * WEEK_MS, rows, error)) {
            return false;
        }
    }
    return true;
}
