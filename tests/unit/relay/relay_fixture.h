/* relay_fixture.h: a relay on a store, a bus and a clock in memory, and what its pulls did. */
#pragma once
#include "testkit.h"
#include "jw/bus_mem.h"
#include "jw/relay.h"
#include "jw/store_mem.h"
#include "jw/sync.h"

#define RELAY_NOW INT64_C(1768269615250) /* 2026-01-13T02:00:15.250Z */

/* For cmocka: *state is a RelayFixture, at RELAY_NOW. */
typedef struct {
    TkClock clock;
    JwStore *store;
    JwBus *bus;
    JwRelay *relay;   /* NULL: the test freed it */
    GPtrArray *added; /* of GPtrArray of JwOutboxEntry */
    JwMutex mutex;
    JwCond changed;
    int64_t pulls, attempts, largest; /* guarded by the mutex: relay_pulls() and so on */
    bool shut;
} RelayFixture;
int relay_setup_manual(void **state);
int relay_setup_worker(void **state);
int relay_teardown(void **state);

/* Stores a job or delivery with one entry, found by a sweep until it is pulled. (transfer none) */
const GPtrArray *relay_add(RelayFixture *self, JwDocKind kind, const char *doc_id, int64_t at_ms);

size_t relay_left(RelayFixture *self);      /* entries still in a document; clears all faults */
int64_t relay_pulls(RelayFixture *self);    /* successful ones */
int64_t relay_attempts(RelayFixture *self); /* all */
int64_t relay_largest(RelayFixture *self);  /* documents in the largest pull */

/* A pull waits at its end while this is locked. */
void relay_latch(RelayFixture *self, bool shut);
