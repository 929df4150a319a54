/* demo/calls.c: calls of a call centre, open 8 to 20 UTC. Pure.
 * More is missed and given up, and waits are longer, when the load is high; talk and wait times are
 * log-normal; agents have shifts, a pace and a hand for people. */
#include "demo/demo.h"

#include <math.h>

static const char *const fields[] = { "callId",     "startedAt",    "agent",       "topic",
                                      "department", "status",       "waitSeconds", "talkSeconds",
                                      "resolved",   "satisfaction", NULL };
enum { CALL_ID, STARTED, AGENT, TOPIC, DEPARTMENT, STATUS, WAIT, TALK, RESOLVED, SATISFACTION };

static const double hours[][2] = { { 8, 0.25 },     { 9, 0.70 },     { 10, 1.00 }, { 11.5, 0.98 },
                                   { 12.25, 0.55 }, { 13.25, 0.58 }, { 14, 0.90 }, { 15.5, 0.95 },
                                   { 17, 0.70 },    { 18.5, 0.40 },  { 20, 0.15 } };

static const char *const names[] = {
    "Amara Okafor",   "Anna Lindqvist", "Ben Carter",    "Carla Mendes", "Chen Wei",
    "Clara Hoffmann", "Daniel Novak",   "Deniz Yilmaz",  "Elif Kaya",    "Emma Larsen",
    "Farid Haddad",   "Grace Mbeki",    "Hana Suzuki",   "Henry Walsh",  "Ines Duarte",
    "Ivan Petrov",    "Jana Kovac",     "Jonas Berg",    "Julia Romano", "Karim Benali",
    "Kofi Mensah",    "Laura Jensen",   "Leo Martin",    "Lina Fischer", "Luca Ferrari",
    "Maya Cohen",     "Mehmet Demir",   "Mia Andersson", "Nadia Rahman", "Noah Schmidt",
    "Olivia Brown",   "Omar Farouk",    "Priya Nair",    "Ravi Sharma",  "Rosa Alvarez",
    "Samir Aziz",     "Sofia Costa",    "Tom Fletcher",  "Yuki Tanaka",  "Zeynep Arslan",
};
#define AGENTS_MAX G_N_ELEMENTS(names)

static const struct {
    const char *topic, *department;
    double weight, talk_s, solved; /* median talk, chance to be solved at once */
} topics[] = {
    { "Technical Support", "support", 0.24, 330, 0.70 },
    { "Streaming", "support", 0.22, 250, 0.78 },
    { "Payment related", "billing", 0.21, 190, 0.84 },
    { "Contract related", "sales", 0.19, 270, 0.80 },
    { "Admin Support", "admin", 0.14, 160, 0.88 },
};

typedef struct {
    size_t name;
    double pace, hand; /* factor on talk time; added to solving and rating */
} Agent;

/* The team of a seed: the same names in every week. */
static Agent
agent_of(uint64_t seed, size_t index)
{
    JcRandom random;
    size_t order[AGENTS_MAX];
    Agent agent = { 0 };

    jc_random_init(&random, seed, UINT64_C(0xA6E27));
    for (size_t i = 0; i < AGENTS_MAX; i++) {
        order[i] = i;
    }
    for (size_t i = AGENTS_MAX - 1; i > 0; i--) {
        const size_t other = jc_random_below(&random, i + 1), kept = order[i];
        order[i] = order[other];
        order[other] = kept;
    }
    agent.name = order[index];
    jc_random_init(&random, seed, UINT64_C(0xA6E28) + index);
    agent.pace = exp(0.12 * jc_random_normal(&random));
    agent.hand = CLAMP(jc_random_normal(&random), -2.0, 2.0);
    return agent;
}

static bool
on_shift(size_t index, int weekday, double hour)
{
    static const double shifts[][2] = { { 8, 16 }, { 9.5, 17.5 }, { 12, 20 }, { 8, 16 } };
    const double *shift = shifts[index % G_N_ELEMENTS(shifts)];

    if (weekday >= 5 ? index % 3 != 0 : (index % 3 == 0 && (int)(index % 5) == weekday)) {
        return false;
    }
    return hour >= shift[0] && hour < shift[1];
}

static size_t
pick_agent(const JcDemoCall *call)
{
    const size_t team = (size_t)CLAMP(call->week_rows / 220, 6, (int64_t)AGENTS_MAX);
    size_t index = 0;

    for (int tries = 0; tries < 12; tries++) {
        index = jc_random_below(call->random, team);
        if (on_shift(index, call->weekday, call->hour)) {
            break;
        }
    }
    return index;
}

static size_t
pick_topic(JcRandom *random)
{
    double weights[G_N_ELEMENTS(topics)];

    for (size_t i = 0; i < G_N_ELEMENTS(topics); i++) {
        weights[i] = topics[i].weight;
    }
    return jc_random_weighted(random, weights, G_N_ELEMENTS(topics));
}

static void
answered(const JcDemoCall *call, const Agent *agent, size_t topic, JwValue *values)
{
    JcRandom *random = call->random;
    const double wait_s = jc_random_log_normal(random, 10 * (1 + 2 * call->load * call->load), 0.7);
    const double talk_s = jc_random_log_normal(random, topics[topic].talk_s * agent->pace, 0.55);
    const bool solved = jc_random_real(random) < topics[topic].solved + 0.05 * agent->hand;
    const double mood = 4.1 + 0.25 * agent->hand + (solved ? 0.3 : -1.2) - MIN(wait_s / 120.0, 1.5)
                        + 0.8 * jc_random_normal(random);

    jc_demo_text(&values[STATUS], "answered");
    jc_demo_int(&values[WAIT], wait_s, 1, 900);
    jc_demo_int(&values[TALK], talk_s, 8, 5400);
    values[RESOLVED] = (JwValue){ .type = JW_VALUE_BOOL, .boolean = solved };
    if (jc_random_real(random) < 0.72) { /* not everybody answers the question */
        jc_demo_int(&values[SATISFACTION], mood, 1, 5);
    }
}

static void
create(const JcDemoCall *call, JwValue *values)
{
    JcRandom *random = call->random;
    const Agent agent = agent_of(call->seed, pick_agent(call));
    const size_t topic = pick_topic(random);
    const double over = MAX(call->load - 0.8, 0.0);
    const double fate = jc_random_real(random);
    const double missed = CLAMP(0.045 + 0.16 * over, 0.0, 0.30);
    const double given_up = missed + CLAMP(0.02 + 0.20 * over, 0.0, 0.30);

    jc_demo_text(&values[AGENT], names[agent.name]);
    jc_demo_text(&values[TOPIC], topics[topic].topic);
    jc_demo_text(&values[DEPARTMENT], topics[topic].department);
    values[RESOLVED] = (JwValue){ .type = JW_VALUE_BOOL, .boolean = false };
    if (fate < missed) {
        jc_demo_text(&values[STATUS], "missed");
    } else if (fate < given_up) {
        jc_demo_text(&values[STATUS], "abandoned");
        jc_demo_int(&values[WAIT], jc_random_log_normal(random, 70, 0.6), 4, 900);
    } else {
        answered(call, &agent, topic, values);
    }
}

const JcDemoKind jc_demo_calls = {
    .report = "call-records",
    .collection = "call_records",
    .date_field = "startedAt",
    .fields = fields,
    .columns = fields,
    .day_weights = { 1.15, 1.05, 1.00, 0.98, 0.90, 0.36, 0.20 },
    .hours = hours,
    .n_hours = G_N_ELEMENTS(hours),
    .staff = 0.85,
    .create = create,
};
