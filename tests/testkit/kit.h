/* kit.h: what the kits of the services share: ports in memory, jobs on them, faults. Each kit puts
 * its service on top. Every function fails the test when the store does not do what is asked. The
 * test's own thread. */
#pragma once
#include "hook_clock.h"
#include "jw/bus_mem.h"
#include "jw/catalog.h"
#include "jw/relay.h"
#include "jw/store_files.h"
#include "jw/store_jobs.h"
#include "jw/store_mem.h"
#include "jw/wire.h"

G_BEGIN_DECLS

#define KIT_NOW INT64_C(1610323200000) /* 2021-01-11T00:00:00Z, a Monday */
#define MINUTE  INT64_C(60000)
#define HOUR    (60 * MINUTE)

/* For cmocka: *state is a kit, made so, and freed by kit_free(). */
#define KIT_STATE(new_kit)                                                                         \
    int kit_setup(void **state)                                                                    \
    {                                                                                              \
        *state = (new_kit);                                                                        \
        return 0;                                                                                  \
    }                                                                                              \
    int kit_teardown(void **state)                                                                 \
    {                                                                                              \
        kit_free(*state);                                                                          \
        return 0;                                                                                  \
    }

/* How a store call may fail. */
typedef struct {
    JwErrorCode code;
    bool after; /* the write was done, its answer lost */
} KitFault;
extern const KitFault kit_faults[];
extern const size_t kit_n_faults;

typedef struct {
    HookClock clock;
    JwCatalog *catalog;
    JwWire *wire;
    JwStore *store;
    JwBus *bus;
    GPtrArray *relays;       /* of JwRelay: kit_relay() */
    char *events, *commands; /* topics */
    int fault_call;          /* kit_fault_at() */
} KitPorts;

/* @catalog: load the report definitions; else there is none. */
KitPorts *kit_ports_new(int64_t now_ms, bool catalog);
/* Delivers what is on the bus first; the services are stopped. */
void kit_ports_free(KitPorts *self);
/* One without a thread; (transfer none), lives as long as the ports. */
JwRelay *kit_relay(KitPorts *self, const char *ce_source);

/* The @nth call of the store from now on (1 = the next) meets @fault. */
void kit_fault_at(KitPorts *self, int nth, KitFault fault);
/* True when that call was made; removes the fault otherwise. */
bool kit_fault_met(KitPorts *self);

/* A report job with an id, pending since now, not in the store. (transfer full) */
JwJob *kit_new_job(KitPorts *self);
/* Stores it; returns its id. (transfer full) */
char *kit_insert_job(KitPorts *self, const JwJob *job);
JwJob *kit_job(KitPorts *self, const char *job_id);  /* (transfer full), NULL: none */
JwCas kit_try(KitPorts *self, JwJobChange change);   /* now */
void kit_change(KitPorts *self, JwJobChange change); /* unless WON, the test fails */
/* Claims as "another"; returns the token. */
int64_t kit_claim(KitPorts *self, const char *job_id);
/* Writes @content as a file of the job, with an id of its own where @file_id is NULL. (transfer
 * full) what a FINISH may name. */
JwArtifact *kit_upload(KitPorts *self, const char *job_id, const char *file_id,
                       const char *file_name, const char *content);
/* Claims the job, and finishes it with such a file; @expires_at_ms 0: never. */
void kit_complete(KitPorts *self, const char *job_id, const char *content, const char *file_name,
                  int64_t expires_at_ms);
/* How many events of a type are in the outbox of a document. */
size_t kit_events(const GPtrArray *outbox, const char *type);

G_END_DECLS
