/* store_conformance.h: what every adapter of the store must do, run on each (test_store_mongo.c
 * here, tests/unit/store/test_store_mem.c). A case gets a store with an empty, prepared
 * database. */
#pragma once
#include "testkit.h"
#include "jw/store.h"
#include "jw/store_deliveries.h"
#include "jw/store_files.h"
#include "jw/store_job_mail.h"
#include "jw/store_jobs.h"
#include "jw/store_outbox.h"
#include "jw/store_records.h"
#include "jw/store_schedules.h"

/* Runs all cases on stores of @open; returns the number of failures, as cmocka does. */
typedef void (*ScCorrupt)(JwStore *store, const char *collection, const char *id);
int sc_run(const char *name, JwStore *(*open)(void), ScCorrupt corrupt);

/* Makes a stored document unreadable behind the store's back, its outbox included. */
void sc_corrupt(JwStore *store, const char *collection, const char *id);

typedef struct {
    const char *name;
    void (*run)(JwStore *store);
} ScCase;
extern const ScCase sc_verb_cases[], sc_job_cases[], sc_list_cases[], sc_delivery_cases[],
    sc_schedule_cases[], sc_template_cases[], sc_file_cases[], sc_expiry_cases[], sc_record_cases[],
    sc_unreadable_cases[], sc_turn_cases[], sc_api_key_cases[], sc_deleted_cases[], sc_fire_cases[],
    sc_calendar_cases[], sc_suppression_cases[];

#define SC_NOW INT64_C(1767225600000) /* 2026-01-01T00:00:00Z */

/* A job with every field set, in @state, token 7, heartbeat 3, attempts 2, retryCount 1 of 3, due
 * at SC_NOW. */
JwJob *sc_job(JwJobState state);
void sc_create(JwStore *store, const JwJob *job);
/* The stored job; fails the test when there is none. */
JwJob *sc_get(JwStore *store, const char *id);
void sc_assert_same_job(const JwJob *a, const JwJob *b);
void sc_assert_same_texts(char *const *a, char *const *b);
JwOutboxEntry *sc_event(const char *key, int64_t at_ms);
/* Runs @body in @n threads at once, data[i] = base + i * size. */
void sc_threads(size_t n, GThreadFunc body, void *base, size_t size);
/* NULL-safe, unlike cmocka's. */
#define sc_assert_text(a, b) assert_int_equal(g_strcmp0((a), (b)), 0)
