/* email/recipients.c: to whom reports go that name nobody: JW_EMAIL_REPORT_RECIPIENTS. */
#include "email/recipients.h"

#include "jw/address.h"
#include "jw/error.h"

bool
gw_email_recipients(const char *list, char ***ret_addresses, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(list != NULL ? list : "", ",", -1);
    g_autoptr(GPtrArray) addresses = g_ptr_array_new_with_free_func(g_free);

    for (size_t i = 0; parts[i] != NULL; i++) {
        g_strstrip(parts[i]);
        g_autofree char *wrong = parts[i][0] != '\0' ? jw_address_check(parts[i]) : NULL;

        if (wrong != NULL) {
            return jw_fail(error, JW_ERROR_INVALID, "JW_EMAIL_REPORT_RECIPIENTS: '%s': %s",
                           parts[i], wrong);
        }
        if (parts[i][0] != '\0') {
            g_ptr_array_add(addresses, g_strdup(parts[i]));
        }
    }
    if (addresses->len > GW_EMAIL_RECIPIENTS_MAX) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "JW_EMAIL_REPORT_RECIPIENTS: a report goes to %d recipients at most",
                       GW_EMAIL_RECIPIENTS_MAX);
    }
    if (addresses->len > 0) {
        g_ptr_array_add(addresses, NULL);
        *ret_addresses = (char **)g_ptr_array_free(g_steal_pointer(&addresses), FALSE);
    }
    return true;
}
