/* result/note.c: what readers of a result must know of it. */
#include "result/result_private.h"

void
jw_report_result_note(JwReportResult *self, const char *note)
{
    g_return_if_fail(self != NULL && note != NULL);

    g_ptr_array_add(self->notes, (gpointer)(uintptr_t)jw_result_keep(self, note));
}
