/* schkit.h: a scheduler on ports in memory, without threads: the test's thread does its duties. */
#pragma once
#include "../executor/hook_clock.h"
#include "jw/bus_mem.h"
#include "jw/store_mem.h"
#include "sch.h"

G_BEGIN_DECLS

#define KIT_NOW INT64_C(1610323200000) /* 2021-01-11T00:00:00Z, a Monday */
#define MINUTE  INT64_C(60000)
#define HOUR    (60 * MINUTE)

typedef struct {
    Sch sch;
    HookClock clock;
    char *events, *commands; /* topics */
} SchKit;

SchKit *kit_new(void);
void kit_free(SchKit *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SchKit, kit_free)
/* For cmocka: *state is a SchKit. */
int kit_setup(void **state);
int kit_teardown(void **state);

/* A second scheduler on the same store and bus, with the first one's time. Free with kit_free_second(). */
Sch *kit_second(SchKit *self);
void kit_free_second(Sch *second);

/* Puts a schedule into the store, by a configuration file. @members: of the schedule but for id and job. */
void kit_put(SchKit *self, const char *id, const char *members);
/* One round; fails the test on an error. Answers how many due times were decided. */
size_t kit_fire(Sch *sch);

/* The history of a schedule, oldest first: "fired@10 coalesced@20 " with the minutes since KIT_NOW; checks that
 * each job is there exactly when it should be, with one command and one event. (transfer full) */
char *kit_history(SchKit *self, const char *schedule_id);
#define assert_history(kit, id, expected)                                                          \
    do {                                                                                           \
        g_autofree char *history = kit_history((kit), (id));                                       \
        assert_string_equal(history, (expected));                                                  \
    } while (0)
/* Nothing decided is left to be made true. */
void kit_assert_settled(SchKit *self, const char *schedule_id);

/* A job of a schedule that nobody keeps, pending since now; (transfer full) its id. @state: PENDING or SCHEDULED for
 * @not_before_ms. */
char *kit_make_job(SchKit *self, JwJobState state, int64_t not_before_ms);
/* The same, pending, with a command that fits no message. */
char *kit_make_large_job(SchKit *self, int64_t not_before_ms);
JwJob *kit_job(SchKit *self, const char *job_id); /* (transfer full), NULL: none */
void kit_claim(SchKit *self, const char *job_id);
void kit_beat(SchKit *self, const char *job_id);
void kit_change(SchKit *self, JwJobChange change); /* fails the test unless WON */
size_t kit_events(const JwJob *job, const char *type);

typedef struct {
    JwErrorCode code;
    bool after; /* the write was done, its answer lost */
} KitFault;
extern const KitFault kit_faults[];
extern const size_t kit_n_faults;

G_END_DECLS
