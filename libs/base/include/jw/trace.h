/* jw/trace.h: what ties together all that follows from one request: its id, and the trace context
 * of W3C. Both come from outside; what is none of them is not carried on. Any thread, no state. */
#pragma once
#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

#define JW_REQUEST_ID_MAX   128
#define JW_TRACE_PARENT_LEN 55

/* 1 to JW_REQUEST_ID_MAX letters, digits and "._-". */
bool jw_trace_is_request_id(const char *text);

/* Version "-" trace id "-" parent "-" flags; later versions may have more behind a further dash. */
bool jw_trace_is_parent(const char *text);

/* Of a traceparent what this version of it has; NULL for NULL and for what is none. (transfer full)
 */
char *jw_trace_parent_dup(const char *text);

G_END_DECLS
