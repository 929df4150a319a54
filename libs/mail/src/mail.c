/* mail.c: the port: checks what every adapter relies on, then calls the adapter.
 * Any thread. */
#include "mail_private.h"

#include <string.h>

void
jw_mail_free(gpointer self)
{
    JwMail *mail = self;

    if (mail != NULL) {
        mail->port->free(mail);
    }
}

const char *
jw_mail_outcome_name(JwMailOutcome outcome)
{
    switch (outcome) {
    case JW_MAIL_LATER:
        return "later";
    case JW_MAIL_SENT:
        return "sent";
    case JW_MAIL_BOUNCED:
        return "bounced";
    case JW_MAIL_FAILED:
        return "failed";
    case JW_MAIL_UNKNOWN:
        return "unknown";
    case JW_MAIL_STOPPED:
        return "stopped";
    case JW_MAIL_BUSY:
        return "busy";
    }
    return "later";
}

/* A bare CR or LF is where servers disagree about the end of a message (smuggling). */
static bool
check_line_ends(GBytes *message, GError **error)
{
    gsize length;
    const char *bytes = g_bytes_get_data(message, &length);
    for (size_t i = 0; i < length; i++) {
        bool bare_lf = bytes[i] == '\n' && (i == 0 || bytes[i - 1] != '\r');
        bool bare_cr = bytes[i] == '\r' && (i + 1 == length || bytes[i + 1] != '\n');
        if (bare_lf || bare_cr || bytes[i] == '\0') {
            return jw_fail(error, JW_ERROR_INVALID,
                           "the message has a bare CR, a bare LF or a NUL at byte %zu", i);
        }
    }
    return true;
}

bool
jw_mail_send(JwMail *self, const char *sender, const char *recipient, GBytes *message,
             JwMailBeforeDot before_final_dot, gpointer data, JwMailOutcome *ret_outcome,
             char **ret_reply, GError **error)
{
    g_return_val_if_fail(self != NULL && sender != NULL && recipient != NULL, false);
    g_return_val_if_fail(message != NULL && ret_outcome != NULL && ret_reply != NULL, false);
    g_return_val_if_fail(error == NULL || *error == NULL, false);

    if (!jw_mail_address_check(sender, error)) {
        return jw_prefix(error, "sender");
    }
    if (!jw_mail_address_check(recipient, error)) {
        return jw_prefix(error, "recipient");
    }
    if (!check_line_ends(message, error)) {
        return false;
    }
    const JwMailSend order = { self, sender, recipient, "", message, before_final_dot, data };
    return self->port->send(&order, ret_outcome, ret_reply, error);
}

int64_t
jw_mail_wait_ms(JwMail *self)
{
    g_return_val_if_fail(self != NULL, 0);

    return self->port->wait_ms != NULL ? self->port->wait_ms(self) : 0;
}

bool
jw_mail_ping(JwMail *self, GError **error)
{
    g_return_val_if_fail(self != NULL, false);
    g_return_val_if_fail(error == NULL || *error == NULL, false);

    return self->port->ping(self, error);
}
