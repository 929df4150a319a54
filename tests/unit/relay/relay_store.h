/* relay_store.h: the two store calls that the relay makes, answered by the test, and a relay on them. Any thread but
 * for the fixture. */
#pragma once
#include "testkit.h"
#include "jw/bus_mem.h"
#include "jw/relay.h"
#include "jw/sync.h"

/* Forgets everything; the next pulls fail @n_failures times with @code. */
void relay_store_reset(int n_failures, JwErrorCode code);
void relay_store_clear(void);
JwStore *relay_store(void);

/* Adds a document with one entry, found by a sweep until it is pulled. (transfer none), of one entry */
const GPtrArray *relay_store_add(JwDocKind kind, const char *doc_id, int64_t at_ms);
size_t relay_store_pulls(void);    /* successful calls */
size_t relay_store_left(void);     /* entries still in a document */
size_t relay_store_attempts(void); /* calls */
size_t relay_store_largest(void);  /* references in the largest call */
void relay_store_wait_left(size_t left, int64_t timeout_ms);
/* Pulls wait at this authenticator while it is shut. */
void relay_store_latch(bool shut);

#define RELAY_NOW INT64_C(1768269615250) /* 2026-01-13T02:00:15.250Z */

/* For cmocka: *state is a RelayFixture, at RELAY_NOW. */
typedef struct {
    TkClock clock;
    JwBus *bus;
    JwRelay *relay; /* NULL: the test freed it */
} RelayFixture;
int relay_setup_manual(void **state);
int relay_setup_worker(void **state);
int relay_teardown(void **state);
