/* slice.h: how wide the next slice of a period is read. Pure. */
#pragma once
#include <glib.h>
#include <stdint.h>

G_BEGIN_DECLS

#define JW_SLICE_FIRST_MS (INT64_C(3600) * 1000)
/* Most of these fit into one batch: sorted quickly, and the reader works on one while the server is
 * at the next. Measured: 3,000 is read a third faster than 50,000. */
#define JW_SLICE_ROWS 3000
/* Where each slice scans the whole collection, because its date has no index. */
#define JW_SLICE_ROWS_SLOW 50000
#define JW_SLICE_SLOW_MS   200

/* @width_ms: of the slice just read. @rows: how many it held. @first_ms: from asking to the first
 * of them, or to the end when there were none. */
int64_t jw_slice_next_width(int64_t width_ms, int64_t rows, int64_t first_ms);

G_END_DECLS
