/* jw/bus_mem.h: the bus port in memory, for unit tests only. No threads: everything happens in the
 * test's thread, when jw_bus_mem_deliver() is called. */
#pragma once
#include "jw/bus.h"

G_BEGIN_DECLS

/* Freed by jw_bus_free(). */
JwBus *jw_bus_mem_new(void);

/* Runs pending `done` functions and offers every undecided message to its subscribers; returns how
 * many were decided. */
size_t jw_bus_mem_deliver(JwBus *self);

/* While down, publishes are accepted and end as not persisted at the next deliver. */
void jw_bus_mem_set_down(JwBus *self, bool down);

/* The next @n publishes are refused with BUSY. */
void jw_bus_mem_refuse(JwBus *self, int n);

/* Persisted messages of a topic so far. */
size_t jw_bus_mem_count(JwBus *self, const char *topic);

/* One of them. (transfer none), valid until the bus is freed. */
const JwMessage *jw_bus_mem_get(JwBus *self, const char *topic, size_t index);

G_END_DECLS
