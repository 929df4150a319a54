/* engine/hll.h: HyperLogLog: how many different hashes were seen, of a fixed size whatever their
 * number. The same for any order of them, and merging is exact. Private to libs/report. Pure. */
#pragma once
#include <glib.h>
#include <stdint.h>

G_BEGIN_DECLS

/* @registers: 2^@p of them, zeroed at first; @p: 4 to 16 */
void jw_hll_add(uint8_t *registers, int p, uint64_t hash);
void jw_hll_merge(uint8_t *registers, int p, const uint8_t *from);
/* From 2^@p to 2^(@p - 1) registers, as if it had seen all with those. */
void jw_hll_fold(uint8_t *registers, int p);
double jw_hll_estimate(const uint8_t *registers, int p);

G_END_DECLS
