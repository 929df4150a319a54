/* mail_transaction.h: one mail to one recipient over one session. */
#pragma once
#include "mail_session.h"

G_BEGIN_DECLS

typedef enum {
    JW_MAIL_PHASE_RESET, /* of what a refusal left open; does not concern the message */
    JW_MAIL_PHASE_MAIL,
    JW_MAIL_PHASE_RCPT,
    JW_MAIL_PHASE_DATA,
    JW_MAIL_PHASE_BODY,
    JW_MAIL_PHASE_DOT,
} JwMailPhase;

typedef struct {
    JwMailOutcome outcome;
    char *reply;     /* (transfer full) */
    bool stale;      /* the session was over before the server took anything: try another */
    bool unfinished; /* the server still has a sender or a recipient: RSET comes first */
} JwMailResult;

/* @unfinished: as the one before on this session left it. The session may be broken afterwards. */
void jw_mail_transact(JwMailSession *session, const JwMailSend *order, bool unfinished,
                      int64_t deadline_mono_ms, JwMailResult *ret);

G_END_DECLS
