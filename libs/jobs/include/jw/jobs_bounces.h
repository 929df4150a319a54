/* jw/jobs_bounces.h: a mail server says later that it could not deliver a mail. Any thread, no
 * state.
 */
#pragma once
#include "jw/jobs_deliveries.h"

G_BEGIN_DECLS

typedef enum {
    JW_BOUNCED_NOT_OURS, /* none of the ids is that of a delivery */
    JW_BOUNCED_NOT_SENT, /* its mail was never sent: the notification is of something else */
    JW_BOUNCED_NOT_YET,  /* it is being sent: to be told again in a minute */
    JW_BOUNCED_BEFORE,   /* it had bounced already */
    JW_BOUNCED_NEW,
} JwBounced;

typedef struct {
    const char *const
        *ids; /* Message-IDs or ids of deliveries, the surest first; NULL at the end */
    const char *status_code; /* "5.1.1" (nullable) */
    const char *diagnostic;  /* (nullable) */
} JwBounceNotice;

/* Sets the delivery that the first known of @notice's ids names to bounced, with its event, and
 * puts its address on the list of those that get no mail (jw/suppression.h) when the code says that
 * there is no such mailbox. One that comes twice is the same. @ret_delivery: (out) (nullable)
 * (transfer full): it, as it was read before; NULL when NOT_OURS */
bool jw_jobs_bounce(const JwJobs *self, const JwBounceNotice *notice, JwBounced *ret_bounced,
                    JwDelivery **ret_delivery, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
