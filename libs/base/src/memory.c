/* memory.c: see jw/memory.h. A report has its records read, its rows compressed and its file
 * checked by threads of its own; each may be given any of 8 heaps a core, and every heap keeps what
 * the largest report needed there: an executor grew from 70 to 118 MiB within 200 reports, and with
 * two heaps, trimmed, stays where it is (tests/bench/bench.py --only lifetime). One heap alone
 * would have threads wait for each other. */
#include "jw/memory.h"

#ifdef __GLIBC__
#include <malloc.h>
#include <stdlib.h>

#define HEAPS 2

void
jw_memory_share(void)
{
    if (getenv("MALLOC_ARENA_MAX") == NULL && getenv("GLIBC_TUNABLES") == NULL) {
        (void)mallopt(M_ARENA_MAX, HEAPS);
    }
}

void
jw_memory_trim(void)
{
    (void)malloc_trim(0);
}
#else
void
jw_memory_share(void)
{
}

void
jw_memory_trim(void)
{
}
#endif
