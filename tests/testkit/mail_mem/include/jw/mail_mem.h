/* jw/mail_mem.h: the mail port in memory, for unit tests only. */
#pragma once
#include "jw/mail.h"

G_BEGIN_DECLS

/* (transfer full): freed by jw_mail_free() */
JwMail *jw_mail_mem_new(void);

/* The outcome of the next send (then SENT again); LATER, BOUNCED, FAILED happen before the final
 * dot, UNKNOWN after it. */
void jw_mail_mem_next(JwMail *self, JwMailOutcome outcome, const char *reply);

/* What jw_mail_wait_ms() says. */
void jw_mail_mem_wait(JwMail *self, int64_t wait_ms);

/* How many messages reached the final dot. */
size_t jw_mail_mem_count(JwMail *self);

/* The recipient of one of them. (transfer none) */
const char *jw_mail_mem_recipient(JwMail *self, size_t index);

/* The composed message. (transfer none) */
GBytes *jw_mail_mem_message(JwMail *self, size_t index);

G_END_DECLS
