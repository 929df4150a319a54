/* jw/intake.h: what services do alike with commands from the bus: reading a message as an event,
 * and refusing it with a reason that says what to do. Any thread, no state. */
#pragma once
#include "jw/bus.h"
#include "jw/wire_message.h"

G_BEGIN_DECLS

/* @ret_event: cleared by the caller. Errors: jw_wire_message_read(). */
bool jw_intake_read(const JwMessage *message, JwWireEvent *ret_event,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Why an event whose type is none of @known (NULL-terminated) is refused; NULL: it is one of them.
 * (transfer full) */
char *jw_intake_unknown(const JwWireEvent *event, const char *const *known);

/* Which of the source and id that a command needs it lacks, NULL: none. (transfer full) */
char *jw_intake_nameless(const JwWireEvent *event);

/* Answers POISON with @take_reason, and with advice where a header is written otherwise than it is
 * read. Logs it. */
void jw_intake_refuse(const JwMessage *message, JwAnswer *answer, char *take_reason);

G_END_DECLS
