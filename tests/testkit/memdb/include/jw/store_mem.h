/* jw/store_mem.h: the store port in memory, for unit tests only. Same answers as the Mongo adapter (the conformance
 * test runs on both). */
#pragma once
#include "jw/store.h"

G_BEGIN_DECLS

JwStore *jw_store_mem_new(void);
/* The @nth call from now (1 = the next) fails with @code; with @after the write is done first (a lost reply). 0: never. */
void jw_store_mem_fail_nth(JwStore *self, int nth, JwErrorCode code, bool after);
/* When that call has failed, the next @times calls fail with @code before anything is done. */
void jw_store_mem_then_fail(JwStore *self, int times, JwErrorCode code);
/* What jw_store_reachable() says; calls are answered all the same. */
void jw_store_mem_set_reachable(JwStore *self, bool reachable);
/* The document of this @id cannot be read any more: CORRUPT by its id, passed over in pages. */
void jw_store_mem_corrupt(JwStore *self, const char *id);
int jw_store_mem_calls(JwStore *self); /* calls since the store was made */

G_END_DECLS
