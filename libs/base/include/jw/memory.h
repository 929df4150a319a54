/* jw/memory.h: keeps the memory of a process that lives for months what it was in its first hour.
 * With glibc, whose malloc gives each of many short-lived threads a heap of its own and keeps what
 * they freed; elsewhere nothing happens. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

/* All threads share a few heaps. Main thread, before another one starts. An environment that sets
 * glibc's own MALLOC_ARENA_MAX or GLIBC_TUNABLES is left alone. */
void jw_memory_share(void);

/* Gives freed pages back to the system: after a large piece of work. Any thread; a millisecond or
 * so. */
void jw_memory_trim(void);

G_END_DECLS
