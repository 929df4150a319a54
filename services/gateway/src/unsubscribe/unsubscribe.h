/* unsubscribe.h: how who gets a report's mails ends them: /unsubscribe/:token, without a login. */
#pragma once
#include "gw.h"

G_BEGIN_DECLS

/* api.c */
extern const JwHttpApi gw_unsubscribe_api;

G_END_DECLS
