/* jw/http_request.h: a request, for handlers. All that is returned is (transfer none) and valid
 * during the handler. */
#pragma once
#include "jw/http_api.h"

G_BEGIN_DECLS

/* Returns the path parameter ":@name" of the pattern, decoded; NULL: the pattern has no such
 * name. */
const char *jw_http_param(const JwHttpRequest *self, const char *name);

/* Returns the decoded parameter of the query string; NULL: absent. */
const char *jw_http_query(const JwHttpRequest *self, const char *name);

/* Returns the parameter as a number, @otherwise when it is absent. For fields of type JW_FIELD_INT
 * of the route's table. */
int64_t jw_http_query_int(const JwHttpRequest *self, const char *name, int64_t otherwise);

/* Returns the header's value, in any case of @name; repeated ones are joined by commas; NULL:
 * absent. */
const char *jw_http_header(const JwHttpRequest *self, const char *name);

/* Returns the body of @ret_length bytes, not terminated; NULL when it has none. */
const void *jw_http_body(const JwHttpRequest *self, size_t *ret_length);

/* Returns the path as the client wrote it, undecoded, without the query string. */
const char *jw_http_path(const JwHttpRequest *self);

/* Returns X-Request-Id, taken when it is well formed, else a new one. */
const char *jw_http_request_id(const JwHttpRequest *self);

/* Returns W3C trace context of this hop, in the caller's trace when there is one. */
const char *jw_http_traceparent(const JwHttpRequest *self);

/* Returns the caller; NULL in an API without authenticators. */
const JwPrincipal *jw_http_principal(const JwHttpRequest *self);

G_END_DECLS
