/* definition/rows.c: see jw/report_rows.h. Any thread, no state. */
#include "jw/report_rows.h"

void
jw_table_rows_clear(JwTableRows *self)
{
    g_clear_pointer(&self->pivot, g_free);
    g_clear_pointer(&self->top_by, g_free);
    g_clear_pointer(&self->sort_by, g_free);
}
