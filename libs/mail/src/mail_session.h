/* mail_session.h: one connection to the mail server, greeted and logged in. One thread at a time.
 */
#pragma once
#include "mail_private.h"

G_BEGIN_DECLS

/* What the server said in its last answer to EHLO. */
typedef enum {
    JW_MAIL_OFFERS_PIPELINING = 1 << 0, /* RFC 2920 */
    JW_MAIL_OFFERS_8BITMIME = 1 << 1,   /* RFC 6152 */
    JW_MAIL_OFFERS_SMTPUTF8 = 1 << 2,   /* RFC 6531 */
    JW_MAIL_OFFERS_SIZE = 1 << 3,       /* RFC 1870 */
} JwMailOffers;

typedef struct _JwMailSession JwMailSession;

/* Connects, within @timeout_ms. NULL and no error: the server does not let us in, @ret_problem
 * says why. INTERNAL: libcurl cannot do it. (transfer full) */
JwMailSession *jw_mail_session_open(const JwMailSmtpSettings *settings, int64_t timeout_ms,
                                    char **ret_problem, GError **error);

/* Says QUIT where the connection is whole, and does not wait for the answer; ends it at once where
 * it is not, so that nothing that was begun can be completed by what comes after. */
void jw_mail_session_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwMailSession, jw_mail_session_free)

unsigned jw_mail_session_offers(const JwMailSession *self);

/* False: not all of it went out, and the session is broken. What did not go out as a whole did not
 * reach the server as a whole. */
bool jw_mail_session_write(JwMailSession *self, const void *bytes, size_t length,
                           int64_t deadline_mono_ms) G_GNUC_WARN_UNUSED_RESULT;

/* The next reply. False: there is none, and the session is broken: closed, out of time, or what
 * came is no reply. */
bool jw_mail_session_read(JwMailSession *self, JwMailReply *reply,
                          int64_t deadline_mono_ms) G_GNUC_WARN_UNUSED_RESULT;

/* Whether the server is there and says nothing: neither closed nor ahead of us. */
bool jw_mail_session_is_quiet(JwMailSession *self);

/* No more is said on it. @problem: the reason, where there was none before. */
void jw_mail_session_break(JwMailSession *self, const char *problem);
bool jw_mail_session_is_broken(const JwMailSession *self);

/* What broke it; "" while it is whole. (transfer none) */
const char *jw_mail_session_problem(const JwMailSession *self);

G_END_DECLS
