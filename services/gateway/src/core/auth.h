/* core/auth.h: the ways to authenticate that an API can accept. Their context is a Gw. */
#pragma once
#include "gw.h"

G_BEGIN_DECLS

extern const JwAuthenticator gw_bearer;  /* Authorization: Bearer <JWT> */
extern const JwAuthenticator gw_api_key; /* X-API-Key: <key> */

G_END_DECLS
