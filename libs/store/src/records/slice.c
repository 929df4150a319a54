/* slice.c: see slice.h. */
#include "slice.h"

#define WIDTH_MAX (INT64_MAX / 16) /* more than all of history */
/* At most, in case a dense period follows a sparse one. */
#define GROWTH 4

int64_t
jw_slice_next_width(int64_t width_ms, int64_t rows, int64_t first_ms)
{
    const int64_t wanted = first_ms < JW_SLICE_SLOW_MS ? JW_SLICE_ROWS : JW_SLICE_ROWS_SLOW;

    width_ms = MIN(width_ms, WIDTH_MAX);
    if (rows < wanted / GROWTH) {
        return width_ms * GROWTH;
    }
    return MAX(1, (int64_t)((double)width_ms * ((double)wanted / (double)rows)));
}
