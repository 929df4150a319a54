/* jw/wire_message.h: a message as a CloudEvent 1.0, in the two modes of its Kafka binding: binary,
 * whose attributes are headers, and structured, whose value is an event in the JSON format. Any
 * thread, no state. */
#pragma once
#include "jw/error.h"
#include "jw/violations.h"

#include <jansson.h>
#include <stdbool.h>

G_BEGIN_DECLS

#define JW_CONTENT_TYPE_EVENT "application/cloudevents+json"

/* The headers of a message, NULL where there is none, and its value. */
typedef struct {
    const char *content_type, *ce_specversion, *ce_type, *ce_source, *ce_id;
    const char *traceparent, *request_id;
    const char *broken; /* the name of one of those of the event that is no UTF-8; NULL: none is */
    const void *body;   /* NULL: none */
    size_t body_length;
} JwWireMessage;

typedef struct {
    bool structured;
    char *type, *source, *id; /* NULL where a binary message has none */
    /* What is carried on; NULL where there is none, or another text (jw/trace.h). */
    char *traceparent, *request_id;
    json_t *data; /* of any type */
} JwWireEvent;

/* @ret_event: cleared by the caller. A structured event is checked whole: of its attributes only
 * those above matter here; extensions are taken as the standard has it. Of a binary one that has
 * a type the version is checked, and what its headers hold; the caller sees to it that there is
 * what it needs.
 * @error: INVALID names all that is wrong, members of a structured event by their pointers */
bool jw_wire_message_read(const JwWireMessage *message, JwWireEvent *ret_event,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Frees what it holds; it is zeroed afterwards. */
void jw_wire_event_clear(JwWireEvent *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(JwWireEvent, jw_wire_event_clear)

/* What is wrong with an event's data, with pointers from the value of the message. (transfer full)
 */
char *jw_wire_event_violations(const JwWireEvent *self, const JwViolations *violations);

/* The same of a part of it, whose pointer in the data is @base. (transfer full) */
char *jw_wire_event_violations_at(const JwWireEvent *self, const char *base,
                                  const JwViolations *violations);

G_END_DECLS
