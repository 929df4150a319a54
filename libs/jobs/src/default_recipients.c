/* default_recipients.c: see jw/default_recipients.h. */
#include "jw/default_recipients.h"

#include "jw/address.h"

const JwConfigEntry jw_default_recipients_entries[] = {
    { "JW_EMAIL_REPORT_RECIPIENTS", JW_CONFIG_STRING, offsetof(JwDefaultRecipients, list), NULL, 0,
      0, 0,
      "mail addresses, with commas, that get the CDR reports which are to be sent and name nobody, "
      "and those of the schedules cdr-weekly and cdr-monthly" },
};
const size_t jw_default_recipients_n_entries = G_N_ELEMENTS(jw_default_recipients_entries);

bool
jw_default_recipients_read(const JwDefaultRecipients *self, char ***ret, GError **error)
{
    g_return_val_if_fail(self != NULL && ret != NULL, false);
    g_auto(GStrv) parts = g_strsplit(self->list != NULL ? self->list : "", ",", -1);
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
    if (addresses->len > JW_DEFAULT_RECIPIENTS_MAX) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "JW_EMAIL_REPORT_RECIPIENTS: a report goes to at most %d recipients; give a "
                       "list's address",
                       JW_DEFAULT_RECIPIENTS_MAX);
    }
    if (addresses->len > 0) {
        g_ptr_array_add(addresses, NULL);
        *ret = (char **)g_ptr_array_free(g_steal_pointer(&addresses), FALSE);
    } else {
        *ret = NULL;
    }
    return true;
}
