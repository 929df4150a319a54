/* core/request.h: what every API does with a request and its answer. Each function answers a
 * request that must go no further, and returns NULL or false then. */
#pragma once
#include "gw.h"

#include "jw/json.h"

G_BEGIN_DECLS

/* (transfer full): the body as JSON; NULL: answered with 400 INVALID_JSON, or 413 for one of too
 * many values. */
json_t *gw_request_body(const JwHttpRequest *request, JwHttpReply *reply);

/* (transfer full): the body as JSON object after @fields; NULL: answered with 400.
 * @fields: what the body may hold; no body reads as {}. */
json_t *gw_request_object(const JwHttpRequest *request, JwHttpReply *reply, const JwField *fields);

/* Returns false, answered with 400, when there are violations. */
bool gw_request_sound(JwHttpReply *reply, const JwViolations *violations);

/* The Idempotency-Key. @ret_key: (out) (nullable) (transfer none): NULL: none. False: a violation
 * was noted. */
bool gw_request_key(const JwHttpRequest *request, JwViolations *violations, const char **ret_key);

/* What tells a request that comes again from another one: SHA-256 of its body, whatever its white
 * space and order of members. (transfer full) */
char *gw_request_hash(const json_t *body);

/* 422 IDEMPOTENCY_KEY_REUSED. */
void gw_reply_key_reused(JwHttpReply *reply);

/* What to do after a POST with an unknown outcome that had @key (nullable). */
const char *gw_repeat_advice(const char *key);

/* 504 OUTCOME_UNKNOWN: never 503, which promises that nothing was done. @location: of what it is
 * about, where the caller may ask. @instead: what else to do, after "ask at the Location, or ". */
void gw_reply_unknown(JwHttpReply *reply, const char *location, const char *instead);

G_END_DECLS
