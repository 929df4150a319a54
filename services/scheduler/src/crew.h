/* crew.h: threads that do one step of many at once. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

typedef struct _SchCrew SchCrew;

/* So many threads beside the one that asks. (transfer full) */
SchCrew *sch_crew_new(guint n_threads);
void sch_crew_free(gpointer self);

typedef void (*SchStep)(gpointer data, guint index);

/* Calls @step for each index below @n, on the calling thread and on those of the crew, and returns
 * when all are done. One caller at a time. @self: (nullable): NULL: on the calling thread alone,
 * one after the other */
void sch_crew_each(SchCrew *self, guint n, SchStep step, gpointer data);

G_END_DECLS
