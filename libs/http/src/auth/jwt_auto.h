/* auth/jwt_auto.h: cleanup for libjwt's handle. Only sign.c may include it. */
#pragma once
#include <glib.h>
#include <jwt.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(jwt_t, jwt_free)
