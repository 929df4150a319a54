/* mail_dkim.h: signs messages so that receivers can tell whose they are (RFC 6376). Any thread. */
#pragma once
#include "mail_private.h"

G_BEGIN_DECLS

typedef struct _JwMailDkim JwMailDkim;

/* @ret: NULL where no key is configured. INVALID: a key that is none, or one without what belongs
 * to it. (transfer full) */
bool jw_mail_dkim_load(const JwMailConfig *config, JwMailDkim **ret,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
void jw_mail_dkim_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwMailDkim, jw_mail_dkim_free)

/* The header line that signs the message, "DKIM-Signature: …\r\n", to go in front of it; the same
 * for the same message. INTERNAL. (transfer full) */
char *jw_mail_dkim_sign(JwMailDkim *self, GBytes *message,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
