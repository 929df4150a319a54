/* demo/learning.c: what learners of a company's courses did. Pure. Most of it is viewing; study has
 * a second peak in the evening; scores are about normal, and what is passed follows from the score.
 */
#include "demo/demo.h"

#include <math.h>

static const char *const fields[] = { "eventId",  "occurredAt", "learnerId",    "departmentId",
                                      "courseId", "classId",    "contentId",    "eventType",
                                      "status",   "score",      "minutesSpent", "learnerState",
                                      NULL };
static const char *const columns[] = { "eventId",  "occurredAt", "learnerId",    "departmentId",
                                       "courseId", "classId",    "contentId",    "eventType",
                                       "status",   "score",      "minutesSpent", "active",
                                       NULL };
enum {
    EVENT_ID,
    OCCURRED,
    LEARNER,
    DEPARTMENT,
    COURSE,
    CLASS,
    CONTENT,
    TYPE,
    STATUS,
    SCORE,
    MINUTES,
    STATE
};

static const double hours[][2] = { { 6.5, 0.02 }, { 9, 0.70 },    { 11, 0.90 }, { 12.5, 0.60 },
                                   { 14, 0.85 },  { 17, 0.55 },   { 19, 0.60 }, { 20.5, 0.95 },
                                   { 22, 0.50 },  { 23.75, 0.05 } };

static const char *const departments[] = { "sales",   "support", "engineering",
                                           "finance", "people",  "operations" };
static const struct {
    const char *id;
    double weight, hardness;
} courses[] = {
    { "onboarding-101", 1.6, -8 }, { "data-privacy", 1.8, -5 },  { "security-basics", 1.7, -3 },
    { "customer-care", 1.2, -2 },  { "spreadsheets-2", 1.0, 2 }, { "negotiation", 0.8, 4 },
    { "python-intro", 1.1, 6 },    { "sql-reporting", 0.9, 7 },  { "project-lead", 0.7, 3 },
    { "first-aid", 0.6, -6 },      { "statistics", 0.5, 11 },    { "presenting", 0.8, 0 },
};

typedef enum { ENROLLED, STARTED, VIEWED, SUBMITTED, COMPLETED, WITHDRAWN, N_TYPES } EventType;
static const struct {
    const char *name, *status;
    double weight, minutes; /* median; 0: none */
} types[N_TYPES] = {
    [ENROLLED] = { "enrolled", "active", 0.09, 0 },
    [STARTED] = { "started", "in-progress", 0.08, 5 },
    [VIEWED] = { "viewed", "in-progress", 0.585, 14 },
    [SUBMITTED] = { "submitted", "graded", 0.14, 32 },
    [COMPLETED] = { "completed", NULL, 0.08, 18 },
    [WITHDRAWN] = { "withdrawn", "withdrawn", 0.025, 0 },
};

static size_t
pick_course(JcRandom *random)
{
    double weights[G_N_ELEMENTS(courses)];

    for (size_t i = 0; i < G_N_ELEMENTS(courses); i++) {
        weights[i] = courses[i].weight;
    }
    return jc_random_weighted(random, weights, G_N_ELEMENTS(courses));
}

static EventType
pick_type(JcRandom *random)
{
    double weights[N_TYPES];

    for (size_t i = 0; i < N_TYPES; i++) {
        weights[i] = types[i].weight;
    }
    return (EventType)jc_random_weighted(random, weights, N_TYPES);
}

/* A part of the call's string buffer: it was allocated large enough before, so that earlier parts
 * stay where they are. */
static void G_GNUC_PRINTF(3, 4) put_text(GString *text, JwValue *value, const char *format, ...)
{
    const gsize start = text->len;
    va_list args;

    va_start(args, format);
    g_string_append_vprintf(text, format, args);
    va_end(args);
    value->type = JW_VALUE_TEXT;
    value->text = text->str + start;
    value->length = text->len - start;
}

/* A learner is the same person in every week: department, talent and state come from the number. */
static double
put_learner(const JcDemoCall *call, JwValue *values)
{
    const size_t learners = (size_t)CLAMP(call->week_rows / 6, 20, 2000);
    const size_t number = jc_random_below(call->random, learners);
    JcRandom own;

    jc_random_init(&own, call->seed, UINT64_C(0x1EA51E5) + number);
    put_text(call->text, &values[LEARNER], "L%05zu", number + 1);
    jc_demo_text(&values[DEPARTMENT],
                 departments[jc_random_below(&own, G_N_ELEMENTS(departments))]);
    jc_demo_text(&values[STATE], jc_random_real(&own) < 0.05 ? "inactive" : "active");
    return jc_random_normal(&own);
}

static void
put_score(const JcDemoCall *call, size_t course, double talent, bool final, JwValue *values)
{
    const double score =
        78 - courses[course].hardness + 7 * talent + 10 * jc_random_normal(call->random);
    const double kept = floor(CLAMP(score, 0.0, 100.0) * 10 + 0.5) / 10;

    values[SCORE] = (JwValue){ .type = JW_VALUE_REAL, .real = kept };
    if (final) {
        jc_demo_text(&values[STATUS], kept >= 60 ? "passed" : "failed");
    }
}

static void
create(const JcDemoCall *call, JwValue *values)
{
    JcRandom *random = call->random;

    g_string_set_size(call->text, 400);
    g_string_truncate(call->text, 0);
    const double talent = put_learner(call, values);
    const size_t course = pick_course(random);
    const EventType type = pick_type(random);
    const char group = "AB"[jc_random_below(random, 2)];
    const size_t unit = jc_random_below(random, 8) + 1;

    jc_demo_text(&values[COURSE], courses[course].id);
    put_text(call->text, &values[CLASS], "%s-%c", courses[course].id, group);
    if (type == VIEWED || type == SUBMITTED) {
        put_text(call->text, &values[CONTENT], "%s-unit-%zu", courses[course].id, unit);
    }
    jc_demo_text(&values[TYPE], types[type].name);
    if (types[type].status != NULL) {
        jc_demo_text(&values[STATUS], types[type].status);
    }
    if (type == SUBMITTED || type == COMPLETED) {
        put_score(call, course, talent, type == COMPLETED, values);
    }
    if (types[type].minutes > 0) {
        jc_demo_int(&values[MINUTES], jc_random_log_normal(random, types[type].minutes, 0.6), 1,
                    480);
    }
}

const JcDemoKind jc_demo_learning = {
    .report = "learning-activity",
    .collection = "learning_events",
    .date_field = "occurredAt",
    .fields = fields,
    .columns = columns,
    .day_weights = { 1.10, 1.10, 1.05, 1.00, 0.80, 0.40, 0.50 },
    .hours = hours,
    .n_hours = G_N_ELEMENTS(hours),
    .staff = 0.8,
    .create = create,
};
