/* jw/mail_bounce.h: reads what a mail server writes when it could not deliver a mail after all: a
 * delivery status notification (RFC 3464), as Postfix, Exim, Exchange and Gmail send it, and the
 * plain texts of old Exims. Any thread, no state. The mail may be anybody's: nothing in it is
 * trusted but as text, in one line of bounded length. */
#pragma once
#include "jw/error.h"

G_BEGIN_DECLS

/* What the server says of the mail; of several recipients the worst. */
typedef enum {
    JW_BOUNCE_DELIVERED, /* delivered, relayed, expanded: no trouble */
    JW_BOUNCE_DELAYED,   /* it goes on trying */
    JW_BOUNCE_FAILED,    /* it has given up */
} JwBounceAction;

/* "delivered", "delayed", "failed". (transfer none) */
const char *jw_bounce_action_name(JwBounceAction action);

#define JW_BOUNCE_IDS_MAX 20

typedef struct {
    JwBounceAction action;
    char *recipient;   /* as that server calls them, which may be whom they forward to; NULL */
    char *status;      /* of RFC 3463, "5.1.1"; NULL: it says none */
    char *diagnostic;  /* of the server that refused it, or what there is of a reason; NULL */
    char *envelope_id; /* Original-Envelope-Id; NULL */
    GPtrArray *ids;    /* of char *: ids of the mail it is about, without <>, the surest first */
} JwMailBounce;

/* @length: what is cut is read as far as it goes: a notification has what it says in front of the
 * mail that it gives back.
 * @error: INVALID: it is none, and how that was seen; @ret stays empty */
bool jw_mail_bounce_parse(const void *mail, size_t length, JwMailBounce *ret,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
void jw_mail_bounce_clear(JwMailBounce *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(JwMailBounce, jw_mail_bounce_clear)

G_END_DECLS
