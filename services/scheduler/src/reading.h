/* reading.h: how far the executors have read a topic of commands. Maintenance thread only. */
#pragma once
#include "jw/bus.h"

G_BEGIN_DECLS

typedef struct _SchReading SchReading;

/* With prefixes. Knows nothing until it looked. */
SchReading *sch_reading_new(char *take_group, char *take_topic);
void sch_reading_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SchReading, sch_reading_free)

/* Asks the broker, once a second at most. UNAVAILABLE: nothing new is known. */
bool sch_reading_look(SchReading *self, JwBus *bus, int64_t mono_ms,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether all that was published up to @mono_ms (of this process's clock) has been read. False when
 * that is not known; true when the broker refuses to tell, which sch_reading_is_blind() answers. */
bool sch_reading_is_past(const SchReading *self, int64_t mono_ms);
bool sch_reading_is_blind(const SchReading *self);

G_END_DECLS
