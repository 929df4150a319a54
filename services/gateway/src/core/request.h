/* core/request.h: what every API does with a request and its answer. Each function answers a
 * request that must go no further, and returns NULL or false then. */
#pragma once
#include "gw.h"

#include "jw/json.h"

G_BEGIN_DECLS

/* (transfer full): the body as JSON; NULL: answered with 400 INVALID_JSON. */
json_t *gw_request_body(const JwHttpRequest *request, JwHttpReply *reply);

/* (transfer full): the body as JSON object after @fields; NULL: answered with 400.
 * @fields: what the body may hold; no body reads as {}. */
json_t *gw_request_object(const JwHttpRequest *request, JwHttpReply *reply, const JwField *fields);

/* Returns false, answered with 400, when there are violations. */
bool gw_request_sound(JwHttpReply *reply, const JwViolations *violations);

/* 504 OUTCOME_UNKNOWN: never 503, which promises that nothing was done. @location: of the job,
 * where the caller may ask. @instead: what else to do, after "ask for the job at its Location, or
 * ". */
void gw_reply_unknown(JwHttpReply *reply, const char *location, const char *instead);

G_END_DECLS
