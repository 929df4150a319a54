/* jw/store_mem.h: the store in memory, for unit tests only: what the repositories ask for is
 * interpreted as MongoDB would, and the conformance test holds both to the same answers. A call is
 * one of the port's verbs (libs/store/src/db/db.h), so one round trip to a server. */
#pragma once
#include "jw/store.h"

G_BEGIN_DECLS

JwStore *jw_store_mem_new(void);

/* The @nth call from now (1 = the next) fails with @code; with @after the write is done first (a
 * lost reply). 0: never. */
void jw_store_mem_fail_nth(JwStore *self, int nth, JwErrorCode code, bool after);

/* When that call has failed, the next @times calls fail with @code before anything is done. */
void jw_store_mem_then_fail(JwStore *self, int times, JwErrorCode code);

/* @run is called before the @nth call from now (1 = the next) is done, on the thread that makes it;
 * it may use the store. 0: never. */
void jw_store_mem_before_nth(JwStore *self, int nth, void (*run)(gpointer data), gpointer data);

/* What jw_store_reachable() says; calls are answered all the same. */
void jw_store_mem_set_reachable(JwStore *self, bool reachable);

/* What jw_store_now() reads; that of this machine unless set. (transfer none), before the first
 * call */
void jw_store_mem_set_clock(JwStore *self, JwClock *clock);

/* The document of this @id cannot be read any more: CORRUPT by its id, passed over in pages. */
void jw_store_mem_corrupt(JwStore *self, const char *id);

/* Calls since the store was made. */
int jw_store_mem_calls(JwStore *self);

/* @hook is called after each update by a filter that may match many documents, on the thread that
 * made it: how many it matched, or -1 when it failed. Set before the first call. */
typedef void (*JwStoreMemHook)(int64_t n_matched, gpointer data);
void jw_store_mem_on_update(JwStore *self, JwStoreMemHook hook, gpointer data);

G_END_DECLS
