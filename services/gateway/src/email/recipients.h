/* email/recipients.h: to whom reports go that name nobody. Any thread, no state. */
#pragma once
#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

#define GW_EMAIL_RECIPIENTS_MAX 100 /* of a report, as of any job */

/* The addresses of @list (nullable), which has commas between them. @ret_addresses: (out) (transfer
 * full): NULL-terminated; untouched when there is none. @error: INVALID names the first that is no
 * address. */
bool gw_email_recipients(const char *list, char ***ret_addresses,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
