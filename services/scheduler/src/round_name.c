/* round_name.c: names for what a scheduler decides in one go, by which it is known whose that is.
 * The due thread. */
#include "due.h"

const char *
sch_process_name(Sch *self)
{
    if (self->name[0] == '\0') {
        jw_uuid_v7(jw_clock_now_ms(self->clock), self->name);
    }
    return self->name;
}

char *
sch_name_round(Sch *self)
{
    return g_strdup_printf("%s/%" G_GUINT64_FORMAT, sch_process_name(self), ++self->n_rounds);
}

bool
sch_is_own_round(Sch *self, const char *round)
{
    return g_str_has_prefix(round, sch_process_name(self));
}
