/* schkit.h: a scheduler on ports in memory, without threads: the test's thread does its
 * maintenance. */
#pragma once
#include "service_ports.h"
#include "sch.h"

G_BEGIN_DECLS

#define KIT_TAKE_OVER 2000 /* ms after which a scheduler carries out what another decided */

typedef struct {
    Sch sch;
    Sch second; /* another one on the same ports */
    KitPorts *ports;
} SchKit;

SchKit *kit_new(void);
void kit_free(SchKit *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SchKit, kit_free)
/* For cmocka: *state is a SchKit. */
int kit_setup(void **state);
int kit_teardown(void **state);

/* Puts a schedule into the store, by a configuration file. @members: of the schedule but for id and
 * job. */
void kit_put(SchKit *self, const char *id, const char *members);
/* A new kit with a schedule "s", of which three due times have passed. (transfer full) */
SchKit *kit_with_three_late(const char *misfire);
/* Rounds until it would rest; fails the test on an error. Answers how many due times were decided.
 */
size_t kit_fire(Sch *sch);
/* One of them. */
size_t kit_fire_round(Sch *sch);

/* The history of a schedule, oldest first: "fired@10 coalesced@20 " with the minutes since KIT_NOW;
 * checks that each job is there exactly when it should be, with one command and one event.
 * (transfer full) */
char *kit_history(SchKit *self, const char *schedule_id);
#define assert_history(kit, id, expected)                                                          \
    do {                                                                                           \
        g_autofree char *history = kit_history((kit), (id));                                       \
        assert_string_equal(history, (expected));                                                  \
    } while (0)
/* No decision is left to be carried out. */
void kit_assert_none_pending(SchKit *self, const char *schedule_id);

/* A job of a schedule that nobody keeps, pending since now; (transfer full) its id. @state: PENDING
 * or SCHEDULED for
 * @not_before_ms. */
char *kit_make_job(SchKit *self, JwJobState state, int64_t not_before_ms);
void kit_heartbeat(SchKit *self, const char *job_id);

G_END_DECLS
