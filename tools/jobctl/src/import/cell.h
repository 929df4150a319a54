/* import/cell.h: the text of a cell: what a reader does not see at its edges, what cannot be taken,
 * and numbers as other countries write them. Any thread, no state. */
#pragma once
#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

/* Where the text begins and ends without spaces of any kind and marks that show nothing (a byte
 * order mark, a no-break space, a zero-width space). Control characters stay. */
void jc_cell_trim(const char *text, size_t length, size_t *ret_start, size_t *ret_end);

/* Why the text cannot be taken: its encoding, or a control character. NULL: it can.
 * (transfer full) */
char *jc_cell_fault(const char *text, size_t length);

/* Fit for a message: at most 60 characters, those that do not show as "<U+00A0>".
 * (transfer full) */
char *jc_cell_show(const char *text, size_t length);

/**
 * jc_cell_number:
 * @decimal: '.' or ','
 * @thousands: ',', '.', ' ', '\'' or 0 for none
 *
 * "1.234,5" → "1234.5". Groups have three digits; a number may do without them. A space stands for
 * a no-break and a thin one as well, ' for ’. What is not written so gives NULL. (transfer full)
 */
char *jc_cell_number(const char *text, char decimal, char thousands);

G_END_DECLS
