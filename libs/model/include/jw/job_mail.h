/* jw/job_mail.h: what a job says of its mails: parts of JwJob. Pure data. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

G_BEGIN_DECLS

/* Who is told by mail when a job has failed for good. */
typedef enum {
    JW_ON_FAILURE_REQUESTER, /* who asked, when they have an address */
    JW_ON_FAILURE_NONE,
} JwOnFailure;

/* "requester", "none"; NULL for what is none. (transfer none) */
const char *jw_on_failure_name(int on_failure);

/* Whether a mail is sent once more when its server never said that it took it. */
typedef enum {
    JW_IN_DOUBT_DEFAULT,       /* as the notifier is configured: JW_IN_DOUBT */
    JW_IN_DOUBT_AT_LEAST_ONCE, /* it is, flagged: it may come twice */
    JW_IN_DOUBT_AT_MOST_ONCE,  /* it is not: it may not have come */
} JwInDoubt;

/* "default", "at_least_once", "at_most_once"; NULL for what is none. (transfer none) */
const char *jw_in_doubt_name(int in_doubt);

/* Those that can be asked for, ended by NULL. */
extern const char *const jw_in_doubt_names[];

/* One that can be asked for; DEFAULT for NULL. False, and nothing is set, for another text. */
bool jw_in_doubt_parse(const char *text, JwInDoubt *ret);

/* Of the last message to each recipient. */
typedef struct {
    int32_t total, sent, failed, bounced;
    int32_t unknown; /* in doubt; total less all of these are on their way */
} JwDeliveryCounts;

/* That the report is to be sent again: a round of deliveries of its own. */
typedef struct {
    char *id;           /* of what asked for it: the same again is the same round */
    char *request_hash; /* tells that from another request of this id; NULL: it is not asked */
    char *by;           /* the subject of who asked */
    int64_t at_ms;
    char **recipients; /* NULL-terminated */
    char **skipped;    /* whose last mail was still on its way; NULL: nobody */
} JwResend;

#define JW_RESENDS_MAX   100   /* of a job */
#define JW_RESENT_TO_MAX 10000 /* recipients of them all together */

/* NULL-safe. */
void jw_resend_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwResend, jw_resend_free)

G_END_DECLS
