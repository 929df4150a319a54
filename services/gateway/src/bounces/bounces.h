/* bounces/bounces.h: the API by which a mail server says which mails came back. Who asks has an API
 * key. Answers and errors are those of the API of scheduled jobs. */
#pragma once
#include "core/request.h"
#include "jw/links.h"

G_BEGIN_DECLS

#define GW_BOUNCES JW_LINK_BOUNCES

extern const JwHttpApi gw_bounces_api;

G_END_DECLS
