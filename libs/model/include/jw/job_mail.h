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

G_END_DECLS
