/* auth/principal.c: the caller's identity and permissions. Any thread, no state. */
#include "jw/http_auth.h"

#include <string.h>

void
jw_principal_free(gpointer principal)
{
    JwPrincipal *self = principal;

    if (self == NULL) {
        return;
    }
    g_free(self->subject);
    g_free(self->name);
    g_free(self->email);
    g_strfreev(self->roles);
    g_strfreev(self->permissions);
    g_strfreev(self->departments);
    g_free(self);
}

bool
jw_principal_is_admin(const JwPrincipal *self)
{
    g_return_val_if_fail(self != NULL, false);
    for (size_t i = 0; self->roles[i] != NULL; i++) {
        if (g_ascii_strcasecmp(self->roles[i], "admin") == 0) {
            return true;
        }
    }
    return false;
}

bool
jw_principal_may(const JwPrincipal *self, const char *permission)
{
    g_return_val_if_fail(self != NULL && permission != NULL, false);
    const bool of_role = strcmp(permission, JW_HTTP_ADMIN) == 0;

    for (size_t i = 0; !of_role && self->permissions[i] != NULL; i++) {
        if (strcmp(self->permissions[i], permission) == 0
            || strcmp(self->permissions[i], "*") == 0) {
            return true;
        }
    }
    return jw_principal_is_admin(self);
}
